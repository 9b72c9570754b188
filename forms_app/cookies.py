"""Names and places of the cookies that hold a citizen's place, and what forgets them."""

from django.conf import settings
from django.http import HttpResponse


def cookie_name(name: str) -> str:
    """Return the name as this installation sends it: with TLS, one that a browser keeps for this very host only."""
    return f"__Host-{name}" if settings.SESSION_COOKIE_SECURE else name


def cookie_path(path: str) -> str:
    """Return where the cookie goes: a browser refuses the name above for anything less than the whole host."""
    return "/" if settings.SESSION_COOKIE_SECURE else path


def forget_cookie(response: HttpResponse, name: str, *, path: str) -> None:
    """Delete the cookie and ask the browser to drop the pages it kept: the device may be shared."""
    response.delete_cookie(cookie_name(name), path=cookie_path(path), samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
