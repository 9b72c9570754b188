"""Managing people: an agency's administrator for their own agency, the system administrator for all."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from permissions.access import ViewerRequest, requires
from permissions.agencies import actions as agencies
from permissions.agencies.models import Agency, Membership
from permissions.agencies.selectors import agencies_for, people_for
from permissions.agencies.years import renewed_until, today
from permissions.audit.actions import record
from permissions.paper import pdf_available, pdf_of
from permissions.viewer import Viewer

from . import invitations
from .forms import AgencyForm, InvitationForm, PeopleFilterForm
from .models import Invitation, InvitationKind

PAGE_ROWS = 200


def load_membership(viewer: Viewer, membership_id: int) -> dict[str, Any]:
    """Load somebody the viewer manages; anybody else is not there."""
    membership = people_for(viewer).filter(pk=membership_id).first()
    if membership is None:
        raise Http404
    return {"membership": membership}


def load_resettable(viewer: Viewer, membership_id: int) -> dict[str, Any]:
    """Load somebody whose way of logging in the viewer may reset; refuse for those with more elsewhere."""
    loaded = load_membership(viewer, membership_id)
    if not invitations.may_manage(viewer, loaded["membership"].user):
        raise PermissionDenied
    return loaded


def load_closable(viewer: Viewer, membership_id: int) -> dict[str, Any]:
    """Load somebody whose account the viewer may shut or open again: as for a reset, and not themselves."""
    loaded = load_resettable(viewer, membership_id)
    if loaded["membership"].user_id == viewer.user.pk:
        raise PermissionDenied
    return loaded


def load_invitation(viewer: Viewer, invitation_id: uuid.UUID) -> dict[str, Any]:
    found = Invitation.objects.open().filter(pk=invitation_id).first()
    if found is None:
        raise Http404
    return {"invitation": found}


def load_agency(viewer: Viewer, agency_id: int) -> dict[str, Any]:
    agency = agencies_for(viewer).filter(pk=agency_id).first()
    if agency is None:
        raise Http404
    return {"agency": agency}


@require_GET
@requires("people.manage")
def people(request: ViewerRequest) -> HttpResponse:
    viewer, until = request.viewer, renewed_until(today())
    choice = PeopleFilterForm(request.GET or None, viewer=viewer)
    agency = choice.cleaned_data["agency"] if choice.is_valid() else None
    found = people_for(viewer) if agency is None else people_for(viewer).filter(agency=agency)
    rows = list(found[:PAGE_ROWS])
    with_factor = set(
        Authenticator.objects.filter(user__in=[row.user_id for row in rows]).values_list("user_id", flat=True)
    )
    day = today()
    words = {
        "rows": [
            {
                "membership": row,
                "has_factor": row.user_id in with_factor,
                "is_lapsed": row.ends_on is not None and row.ends_on < day,
            }
            for row in rows
        ],
        "invitations": Invitation.objects.open()
        .select_related("agency", "user")
        .order_by("created_at", "pk"),
        "renewable": sum(_is_renewable(row, until) for row in rows),
        "shows_agency": viewer.may("agencies.manage"),
        "choice": choice,
        "most": PAGE_ROWS if len(rows) == PAGE_ROWS else 0,
    }
    return TemplateResponse(request, "marugoto_permissions/people.html", words)


@require_http_methods(["GET", "POST"])
@requires("people.manage")
def person_invite(request: ViewerRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None, viewer=request.viewer)
    if not form.is_valid():
        return TemplateResponse(
            request, "marugoto_permissions/person_invite.html", {"form": form, "has_pdf": pdf_available()}
        )
    if form.cleaned_data["kind"] == InvitationKind.PAPER:
        return _print(invitations.invite_on_paper(form.invited(), by=request.viewer))
    invitations.invite_by_mail(form.invited(), by=request.viewer)
    messages.success(request, _("案内のメールを送ります。"))
    return redirect("accounts:people")


@require_GET
@requires("people.manage", load=load_membership)
def person(request: ViewerRequest, membership: Membership) -> HttpResponse:
    record(request.viewer, "read", membership)
    words = {
        "membership": membership,
        "may_reset": invitations.may_manage(request.viewer, membership.user),
        "has_pdf": pdf_available(),
        "is_oneself": membership.user_id == request.viewer.user.pk,
        "is_renewable": _is_renewable(membership, renewed_until(today())),
        "until": renewed_until(today()),
        "is_lapsed": membership.ends_on is not None and membership.ends_on < today(),
    }
    return TemplateResponse(request, "marugoto_permissions/person.html", words)


@require_POST
@requires("people.manage", load=load_membership)
def membership_end(request: ViewerRequest, membership: Membership) -> HttpResponse:
    agencies.end_membership(membership, by=request.viewer)
    messages.success(request, _("所属を終わりにしました。ログインも切れました。"))
    return redirect("accounts:people")


@require_POST
@requires("people.manage", load=load_membership)
def membership_renew(request: ViewerRequest, membership: Membership) -> HttpResponse:
    agencies.renew_membership(membership, by=request.viewer)
    messages.success(request, _("所属を更新しました。"))
    return redirect("accounts:people")


@require_http_methods(["GET", "POST"])
@requires("people.manage")
def memberships_renew(request: ViewerRequest) -> HttpResponse:
    until = renewed_until(today())
    rows = [row for row in people_for(request.viewer) if _is_renewable(row, until)]
    if request.method == "GET":
        words = {"rows": rows, "until": until, "shows_agency": request.viewer.may("agencies.manage")}
        return TemplateResponse(request, "marugoto_permissions/memberships_renew.html", words)
    chosen = set(request.POST.getlist("membership"))
    renewed = [row for row in rows if str(row.pk) in chosen]
    for row in renewed:
        agencies.renew_membership(row, by=request.viewer)
    text = ngettext("%(count)d人の所属を更新しました。", "%(count)d人の所属を更新しました。", len(renewed))
    messages.success(request, text % {"count": len(renewed)})
    return redirect("accounts:people")


@require_POST
@requires("people.manage", load=load_resettable, fresh=True)
def person_sheet(request: ViewerRequest, membership: Membership) -> HttpResponse:
    if not pdf_available():
        raise Http404
    return _print(invitations.issue_new_sheet(membership, by=request.viewer))


@require_POST
@requires("people.manage", load=load_resettable, fresh=True)
def person_reset(request: ViewerRequest, membership: Membership) -> HttpResponse:
    invitations.reset_second_factor(membership, by=request.viewer)
    messages.success(
        request, _("2段階目の方法を取り消しました。次のログインのあとに、本人が決めなおします。")
    )
    return redirect("accounts:person", membership_id=membership.pk)


@require_POST
@requires("people.manage", load=load_membership, fresh=True)
def person_end_sessions(request: ViewerRequest, membership: Membership) -> HttpResponse:
    ended = invitations.end_sessions_of_person(membership, by=request.viewer)
    text = ngettext(
        "%(count)d個のログインを終わりにしました。", "%(count)d個のログインを終わりにしました。", ended
    )
    messages.success(request, text % {"count": ended})
    return redirect("accounts:person", membership_id=membership.pk)


@require_POST
@requires("people.manage", load=load_closable, fresh=True)
def person_shut(request: ViewerRequest, membership: Membership) -> HttpResponse:
    agencies.disable_person(membership.user, by=request.viewer)
    messages.success(request, _("アカウントを停止しました。ログインも切れました。"))
    return redirect("accounts:person", membership_id=membership.pk)


@require_POST
@requires("people.manage", load=load_closable, fresh=True)
def person_reopen(request: ViewerRequest, membership: Membership) -> HttpResponse:
    agencies.enable_person(membership.user, by=request.viewer)
    messages.success(request, _("アカウントを、また使えるようにしました。"))
    return redirect("accounts:person", membership_id=membership.pk)


@require_POST
@requires("people.manage", load=load_invitation)
def invitation_revoke(request: ViewerRequest, invitation: Invitation) -> HttpResponse:
    if not invitations.revoke(invitation, by=request.viewer):
        raise Http404
    messages.success(request, _("招待を取り消しました。"))
    return redirect("accounts:people")


@require_http_methods(["GET", "POST"])
@requires("agencies.manage")
def agency_list(request: ViewerRequest) -> HttpResponse:
    form = AgencyForm(request.POST or None)
    if form.is_valid():
        agencies.open_agency(**form.cleaned_data, by=request.viewer)
        messages.success(request, _("機関を加えました。次に、機関管理者を招待してください。"))
        return redirect("accounts:agencies")
    words = {"form": form, "agencies": agencies_for(request.viewer), "own": request.viewer.agency.pk}
    return TemplateResponse(request, "marugoto_permissions/agencies.html", words)


@require_POST
@requires("agencies.manage", load=load_agency, fresh=True)
def agency_close(request: ViewerRequest, agency: Agency) -> HttpResponse:
    agencies.close_agency(agency, by=request.viewer)
    messages.success(request, _("機関を閉じました。職員のログインも切れました。"))
    return redirect("accounts:agencies")


def _is_renewable(membership: Membership, until: Any) -> bool:
    return membership.ends_on is not None and membership.ends_on < until


def _print(sheet: invitations.PaperSheet) -> HttpResponse:
    """Answer with the sheet itself: what stands on it is kept nowhere, so it cannot be fetched again."""
    words = {"sheet": sheet, "site": settings.WAGTAILADMIN_BASE_URL}
    pdf = pdf_of("marugoto_permissions/sheet.html", words, style="marugoto_permissions/sheet.css")
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="login-sheet.pdf"'
    return response
