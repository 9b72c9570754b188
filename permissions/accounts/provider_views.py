"""The door through the city's identity provider. These URLs are there only where MARUGOTO_OIDC is."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url, perform_login
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from permissions.access import ViewerRequest, freshly_signed_in, public
from permissions.audit.actions import record
from permissions.audit.origin import client_address
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for

from . import links, provider
from .limits import Limit
from .sessions import is_fresh

LOGIN, LINK = "login", "link"
# Each asks the provider; whoever is over it is told to take another door.
STARTS = Limit("provider, network", allowed=30, seconds=60)
RETURNS = Limit("provider return, network", allowed=60, seconds=60)


@require_POST
@public(reason="whoever signs in is nobody yet; leads to the city's provider and back")
def provider_login(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if not STARTS.take(client_address(request)):
        return _refused(request, "limit", status=429)
    return _away(request, LOGIN, next_url=get_next_redirect_url(request) or "")


@require_POST
@freshly_signed_in
def provider_link(request: ViewerRequest) -> HttpResponse:
    return _away(request, LINK)


@require_POST
@freshly_signed_in
def provider_unlink(request: ViewerRequest) -> HttpResponse:
    links.unlink_provider(request.viewer.user, by=request.viewer)
    messages.success(request, _("市の認証基盤とのつながりを切りました。"))
    return redirect("mfa_index")


@require_GET
@public(reason="the provider sends people back here; its signature and their session are the right")
def provider_return(request: HttpRequest) -> HttpResponse:
    if not RETURNS.take(client_address(request)):
        return _refused(request, "limit", status=429)
    try:
        proof = provider.finish(request)
    except provider.ProviderRefused as refusal:
        return _refused(request, refusal.code)
    except provider.ProviderSilent:
        return _refused(request, "silent", status=503)
    return _link(request, proof) if proof.purpose == LINK else _sign_in(request, proof)


def _sign_in(request: Any, proof: provider.Proof) -> HttpResponse:
    """From here on it is the log-in of everybody: second factor, landing, session, log."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    user = links.person_of(proof.subject_hash)
    if user is None:
        return _refused(request, "nobody")
    record_authentication(request, user, method=provider.NAME)
    if proof.has_second_factor:
        request.second_factor_shown_by = user.pk
    response: HttpResponse = perform_login(request, user, redirect_url=proof.next_url or None)
    return response


def _link(request: Any, proof: provider.Proof) -> HttpResponse:
    """Only in the session it began in, by the same person, who must still be fresh."""
    viewer = request.viewer
    if viewer is None or viewer.user.pk != proof.user_id or not is_fresh(request):
        return _refused(request, "link")
    try:
        with acting_for(viewer):
            links.link_provider(proof.subject_hash, by=viewer)
    except NotAllowed:
        return _refused(request, "taken")
    messages.success(request, _("市の認証基盤とつながりました。次から、そちらでもログインできます。"))
    return redirect("mfa_index")


def _away(request: HttpRequest, purpose: str, *, next_url: str = "") -> HttpResponse:
    """Answer with a page that goes on by itself: a redirect after a form is stopped by form-action 'self'."""
    try:
        address = provider.begin(request, purpose=purpose, next_url=next_url)
    except (provider.ProviderRefused, provider.ProviderSilent):
        return _refused(request, "silent", status=503)
    page = TemplateResponse(request, "marugoto_permissions/provider_away.html", {"address": address})
    page.headers["Cache-Control"] = "no-store"
    return page


def _refused(request: HttpRequest, why: str, *, status: int = 403) -> HttpResponse:
    """Say the same to everybody who comes from outside; the log says why."""
    record(None, "sign_in_failed", None, detail={"door": provider.NAME, "why": why})
    words = {"is_silent": why == "silent", "is_taken": why == "taken"}
    page = TemplateResponse(request, "marugoto_permissions/provider_refused.html", words, status=status)
    page.headers["Cache-Control"] = "no-store"
    return page
