from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from permissions.access import ViewerRequest, freshly_signed_in, public, signed_in
from permissions.audit.origin import client_address
from permissions.viewer import SESSION_KEY

from . import actions, invitations
from .forms import ActingForm, NewPasswordForm, PaperForm
from .limits import Limit
from .models import Invitation, Session, hash_of
from .sessions import sessions_of

# Codes of 120 bits are not guessed. No limit per name: whoever typed nonsense could keep the holder out.
PAPER_PER_NETWORK = Limit("paper, network", allowed=20, seconds=600)
_SLOWER = gettext_lazy("短いあいだに何度も試されました。10分ほど待ってから、もう一度お試しください。")
_NO_FIT = gettext_lazy(
    "ユーザー名と番号が合わないか、期限が切れているか、もう使われています。紙をもう一度見て、合っていれば所属の管理者に知らせてください。"
)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_http_methods(["GET", "POST"])
@signed_in
def acting(request: ViewerRequest) -> HttpResponse:
    initial = {"membership": request.viewer.membership.pk}
    form = ActingForm(request.POST or None, user=request.user, initial=initial)
    if form.is_valid():
        request.session[SESSION_KEY] = form.cleaned_data["membership"].pk
        return redirect(settings.LOGIN_REDIRECT_URL)
    return _page(request, form)


def _page(request: HttpRequest, form: ActingForm) -> HttpResponse:
    return TemplateResponse(request, "marugoto_permissions/acting.html", {"form": form})


@require_GET
@signed_in
def sessions(request: ViewerRequest) -> HttpResponse:
    here = hash_of(request.session.session_key or "")
    rows = [(row, row.key_hash == here) for row in sessions_of(request.viewer.user.pk)]
    return TemplateResponse(request, "marugoto_permissions/sessions.html", {"rows": rows})


@require_POST
@signed_in
def session_end(request: ViewerRequest, session_id: uuid.UUID) -> HttpResponse:
    row: Session | None = sessions_of(request.viewer.user.pk).filter(pk=session_id).first()
    if row is None:
        raise Http404
    actions.end_session(row, by=request.viewer)
    messages.success(request, _("ログインを終わりにしました。"))
    return redirect("accounts:sessions")


@require_POST
@freshly_signed_in
def sessions_end_others(request: ViewerRequest) -> HttpResponse:
    ended = actions.end_other_sessions(by=request.viewer, but_key=request.session.session_key)
    text = ngettext(
        "ほかの%(count)d個のログインを終わりにしました。",
        "ほかの%(count)d個のログインを終わりにしました。",
        ended,
    )
    messages.success(request, text % {"count": ended})
    return redirect("accounts:sessions")


@public(reason="who was invited has no account yet; the secret in the address is the right")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    found = invitations.invitation_of_link(secret)
    if found is None:
        return TemplateResponse(request, "marugoto_permissions/invitation_gone.html", status=404)
    if request.user.is_authenticated:
        return _join(request, secret, found)
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        user = invitations.accept_link(secret, password=form.cleaned_data["password1"])
        if user is None:
            return TemplateResponse(request, "marugoto_permissions/invitation_gone.html", status=404)
        login(request, user, backend=BACKEND)
        return redirect("mfa_index")
    return TemplateResponse(
        request, "marugoto_permissions/invitation.html", {"form": form, "invitation": found}
    )


def _join(request: HttpRequest, secret: str, found: Invitation) -> HttpResponse:
    if request.method == "GET":
        return TemplateResponse(request, "marugoto_permissions/invitation_join.html", {"invitation": found})
    user: Any = request.user
    if invitations.accept_link_as(user, secret) is None:
        return TemplateResponse(request, "marugoto_permissions/invitation_gone.html", status=404)
    messages.success(request, _("所属が加わりました。"))
    return redirect("accounts:acting")


@public(reason="who holds a sheet of paper has no password yet; user name and code are the right")
@require_http_methods(["GET", "POST"])
def paper(request: HttpRequest) -> HttpResponse:
    form = PaperForm(request.POST or None)
    if form.is_valid():
        typed = form.cleaned_data
        is_within = PAPER_PER_NETWORK.take(client_address(request))
        user = (
            invitations.accept_code(typed["username"], typed["code"], password=typed["password1"])
            if is_within
            else None
        )
        if user is not None:
            messages.success(
                request, _("パスワードを決めました。紙の番号の一つを使って、ログインしてください。")
            )
            return redirect("account_login")
        form.add_error(None, _SLOWER if not is_within else _NO_FIT)
    return TemplateResponse(request, "marugoto_permissions/paper.html", {"form": form})
