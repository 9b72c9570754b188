"""How a view says who may open it. Every view of ours carries exactly one of these decorators.

``@public``     anybody; no context is opened, so walled tables show nothing
``@signed_in``  a person with a live membership
``@requires``   a person whose role opens a function; may load an object through a door first

``fresh=True`` and ``@freshly_signed_in`` ask again who one is, unless that was minutes ago.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.utils.translation import gettext as _

from permissions.accounts.sessions import is_fresh
from permissions.audit.actions import record
from permissions.audit.origin import coming_from, current_origin, nobodys_address
from permissions.errors import NotAllowed
from permissions.overtaken import until_done
from permissions.viewer import Viewer
from permissions.walls.context import acting_for

View = Callable[..., HttpResponse]
Load = Callable[..., dict[str, Any]]
Shown = Callable[..., None]


@dataclass(frozen=True)
class Access:
    """What a view declares: ``kind`` is public, signed_in or requires."""

    kind: str
    permission: str = ""
    reason: str = ""
    fresh: bool = False


class ViewerRequest(HttpRequest):
    """A request behind ``@signed_in`` or ``@requires``: somebody is asking."""

    viewer: Viewer


def public(*, reason: str) -> Callable[[View], View]:
    """Let anybody open the view; say why that is right."""
    if not reason:
        raise ValueError("say why this view is public")

    def decorate(view: View) -> View:
        @wraps(view)
        def open_to_all(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            with nobodys_address():
                return _rendered(view(request, *args, **kwargs))

        return _declare(open_to_all, Access("public", reason=reason))

    return decorate


def signed_in(view: View) -> View:
    """Let any person with a live membership open the view."""
    return _declare(_guard(view), Access("signed_in"))


def freshly_signed_in(view: View) -> View:
    """Let any person with a live membership open the view who has just proved who they are."""
    return _declare(_guard(view, fresh=True), Access("signed_in", fresh=True))


def requires(
    permission: str, *, load: Load | None = None, shown: Shown | None = None, fresh: bool = False
) -> Callable[[View], View]:
    """Let people whose role has ``permission`` open the view.

    ``load(viewer, **url_kwargs)`` runs inside the context and gives the view's keyword arguments; it goes
    through a door and raises Http404 for what the viewer cannot see, PermissionDenied for what they can see
    but not do. ``shown(viewer, request, **loaded)`` logs the read when the view showed a page about what was loaded
    and left nothing in the log itself: no page of anybody's goes unrecorded. ``fresh``: only within
    MARUGOTO_FRESH_SECONDS after they proved who they are; otherwise they are asked, and what they sent is taken
    up again afterwards.
    """

    def decorate(view: View) -> View:
        guarded = _guard(view, permission=permission, load=load, shown=shown, fresh=fresh)
        return _declare(guarded, Access("requires", permission, fresh=fresh))

    return decorate


def declared_access(view: Any) -> Access | None:
    """Return what a view declares, or None."""
    return getattr(view, "access", None)


def _declare(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def _guard(
    view: View,
    *,
    permission: str = "",
    load: Load | None = None,
    shown: Shown | None = None,
    fresh: bool = False,
) -> View:
    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        origin = current_origin()
        if origin is None:
            with coming_from(None):
                return guarded(request, *args, **kwargs)
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        viewer: Viewer | None = request.viewer
        if viewer is None or (permission and not viewer.may(permission)):
            _record_refusal(request, viewer)
            raise PermissionDenied
        if fresh and not is_fresh(request):
            raise ReauthenticationRequired  # allauth's middleware asks, and comes back here

        def answered() -> HttpResponse:
            with acting_for(viewer):
                loaded = load(viewer, **kwargs) if load else kwargs
                before = origin.rows
                answer = view(request, *args, **loaded)
                if origin.has_masked:
                    _say_what_was_masked(request, answer)
                response = _rendered(answer)
                if shown and origin.rows == before and not 300 <= response.status_code < 400:
                    shown(viewer, request, **loaded)
                return response

        try:
            response = until_done(request, answered)
        except (Http404, PermissionDenied):
            # After the rollback, so that the refusal is kept and what was tried is not.
            _record_refusal(request, viewer)
            raise
        except NotAllowed as refusal:
            # A view that shows its form again is kinder; whatever one forgot, nothing typed is lost.
            return _say_why(request, str(refusal))
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return guarded


def _say_what_was_masked(request: HttpRequest, response: HttpResponse) -> None:
    """Tell the writer on the page that comes next. An answer to a script says it itself."""
    if isinstance(response, SimpleTemplateResponse) or 300 <= response.status_code < 400:
        text = _(
            "マイナンバー（個人番号）と思われる12けたの数字を「＊」に置きかえました。マイナンバーは、ここには残せません。ほかの番号だったときは、数字の間にことばを入れて書き直してください。"
        )
        messages.warning(request, text, fail_silently=True)


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the log-in and back. Who sent something after their session ended gets the text back."""
    # A session that is over cannot be loaded, and leaves no key behind.
    had_session = bool(request.COOKIES.get(settings.SESSION_COOKIE_NAME)) and not request.session.session_key
    if had_session and request.method == "POST":
        words = {"kept": _kept(request), "back_to": _page_before(request)}
        page = TemplateResponse(request, "marugoto_permissions/session_ended.html", words, status=403)
        page.headers["Cache-Control"] = "no-store"
        return _rendered(page)
    if had_session:
        text = _("ログインの時間が切れたか、ほかの画面でログアウトしました。もう一度ログインしてください。")
        messages.info(request, text, fail_silently=True)
    return redirect_to_login(request.get_full_path())


def _say_why(request: HttpRequest, why: str) -> HttpResponse:
    words = {"why": why, "kept": _kept(request), "back_to": _page_before(request)}
    page = TemplateResponse(request, "marugoto_permissions/refused.html", words, status=422)
    page.headers["Cache-Control"] = "no-store"
    return _rendered(page)


def _kept(request: HttpRequest) -> list[str]:
    """Return what somebody wrote into a form that is not shown again."""
    return [text for name in request.POST for text in request.POST.getlist(name) if _is_prose(name, text)]


def _page_before(request: HttpRequest) -> str:
    """Return the page of ours that the form stood on: the address it was sent to may take no GET."""
    before = urlsplit(request.headers.get("Referer", ""))
    return before.path if before.netloc == request.get_host() else request.path


def _is_prose(name: str, text: str) -> bool:
    """Return whether somebody wrote this, rather than a form: long, and neither secret nor token."""
    return len(text) >= 10 and "password" not in name and not text.isascii()


def _rendered(response: HttpResponse) -> HttpResponse:
    """Render now: after the view the context is gone, and a template would silently find nothing."""
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        response.render()
    return response


def _record_refusal(request: Any, viewer: Viewer | None) -> None:
    name = request.resolver_match.view_name if request.resolver_match else ""
    if viewer is None:
        record(None, "refused", request.user, detail={"url_name": name})
        return
    with acting_for(viewer):
        record(viewer, "refused", None, detail={"url_name": name, "method": request.method})
