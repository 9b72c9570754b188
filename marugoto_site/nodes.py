"""Which half of the site answers here: settings.MARUGOTO_NODE is both, public or casework.

The code is the same on every node. A public node knows only the names below, works as a database role that can
reach no case (permissions/walls/public_node.py) and keeps no session in the database. Whatever is not named
belongs to casework, so that a new page is never public by being forgotten.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.views.decorators.csrf import csrf_exempt

from permissions.access import public

Patterns = list[URLPattern | URLResolver]

BOTH_SIDES = frozenset(
    {"healthz", "readyz", "security_txt", "set_language", "public_image", "wagtaildocs_serve"}
)
PUBLIC_SIDE = frozenset(
    {
        "pages:exit_page",
        "pages:robots",
        "forms_app:consultation",
        "forms_app:receipt",
        "forms_app:status_lookup",
        "forms_app:status_thread",
        "forms_app:status_close",
        "wagtaildocs_authenticate_with_password",
        "wagtailcore_authenticate_with_password",
        "wagtail_serve",
    }
)


def only(names: frozenset[str], patterns: Patterns, namespace: str = "") -> Patterns:
    """Return the patterns with these names, in their order; the rest does not exist here."""
    found: Patterns = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = only(names, pattern.url_patterns, _inside(pattern, namespace))
            found += [_with_children(pattern, inner)] if inner else []
        elif f"{namespace}{pattern.name}" in names:
            found.append(pattern)
    return found


def closing(names: frozenset[str], patterns: Patterns, namespace: str = "") -> Patterns:
    """Return all patterns; those with these names answer 404. Their addresses can still be written down,
    for the editor's preview shows pages with links to them.
    """
    found: Patterns = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = closing(names, pattern.url_patterns, _inside(pattern, namespace))
            found.append(_with_children(pattern, inner))
        elif f"{namespace}{pattern.name}" in names:
            found.append(URLPattern(pattern.pattern, not_on_this_node, pattern.default_args, pattern.name))
        else:
            found.append(pattern)
    return found


def _inside(pattern: URLResolver, namespace: str) -> str:
    return f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace


def _with_children(pattern: URLResolver, children: Patterns) -> URLResolver:
    return URLResolver(
        pattern.pattern,
        children,
        pattern.default_kwargs,
        app_name=pattern.app_name,
        namespace=pattern.namespace,
    )


@public(reason="answers 404: the other node has this page")
@csrf_exempt
def not_on_this_node(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404
