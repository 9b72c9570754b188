"""The role table on screen: all promises of an agency, and the table of one case, also for the wall of a meeting room."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.cases.models import Case
from casework.households.selectors import name_people, name_relations
from casework.reads import record_items
from casework.sharing.access import case_view
from permissions.access import ViewerRequest, requires
from permissions.audit.actions import record
from permissions.errors import NotAllowed

from .actions import SharingEnded, answer_role
from .forms import RoleTableForm, ToldForm, TouchForm
from .models import AnswerKind
from .selectors import role_for
from .table import PAGE_SIZE, GroupedBy, role_groups_for, role_rows_for


@require_GET
@requires("casework.view_case")
def roles(request: ViewerRequest) -> HttpResponse:
    """What an agency promised in all its cases; for the center what everybody did."""
    viewer = request.viewer
    by = GroupedBy.AGENCY if viewer.sees_all_cases else GroupedBy.WEEK
    form = RoleTableForm(request.GET or None, viewer=viewer, by=by)
    wanted = form.wanted(own=None if viewer.sees_all_cases else viewer.agency)
    keys = role_rows_for(viewer, wanted).values_list("pk", flat=True)
    page = Paginator(keys, PAGE_SIZE).get_page(request.GET.get("page"))
    groups = role_groups_for(viewer, list(page.object_list), by=wanted.by)
    name_people(viewer, [role.row for group in groups for role in group.roles])
    detail = {"list": "roles", "shown": len(page.object_list), "page": page.number}
    record(viewer, "listed", None, detail=detail)
    context = {"page": page, "groups": groups, "filter": form, "by": wanted.by, **_query(request)}
    return TemplateResponse(request, "casework/roles.html", context)


@require_GET
@case_view()
def case_roles(request: ViewerRequest, case: Case) -> HttpResponse:
    """The table of one case as far as it reaches the reader; ``screen``: large letters, and nobody by name."""
    viewer = request.viewer
    form = RoleTableForm(request.GET or None, viewer=viewer, by=GroupedBy.ISSUE, is_of_case=True)
    wanted = form.wanted(case=case.pk)
    keys = list(role_rows_for(viewer, wanted).values_list("pk", flat=True))
    groups = role_groups_for(viewer, keys, by=wanted.by)
    rows = [role.row for group in groups for role in group.roles]
    is_screen = request.GET.get("screen") == "on"
    (name_relations if is_screen else name_people)(viewer, rows)
    record_items(viewer, [(row, case.pk, row.person_id, row.item) for row in rows])
    context = {"case": case, "groups": groups, "filter": form, "by": wanted.by, **_query(request)}
    template = "casework/case_roles_screen.html" if is_screen else "casework/case_roles.html"
    return TemplateResponse(request, template, context)


def _query(request: ViewerRequest) -> dict[str, str]:
    told = request.GET.copy()
    for name in ("page", "screen"):
        told.pop(name, None)
    return {"query": told.urlencode()}


@require_POST
@case_view("casework.answer_role")
def role_touch(request: ViewerRequest, case: Case, role_id: uuid.UUID) -> HttpResponse:
    """Record one's own answer that needs no words, with one touch."""
    role = role_for(request.viewer, case, role_id)
    if role is None:
        raise Http404
    if role.row.agency_id != request.viewer.agency.pk:
        raise PermissionDenied
    form = TouchForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("記録できませんでした。もう一度押してください。"))
        return redirect("casework:role_answer", case_id=case.pk, role_id=role_id)
    told = form.cleaned_data
    try:
        answer_role(
            role.row,
            kind=told["kind"],
            text="",
            answered=told["answered"],
            by=request.viewer,
        )
    except SharingEnded as refusal:
        messages.error(request, str(refusal))
        return redirect("casework:home")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("「%(kind)s」と記録しました。") % {"kind": AnswerKind(told["kind"]).label}
        late = _("理由や見込みがあれば「ことばで報告する」から書いてください。")
        messages.success(request, f"{said}{late if told['kind'] == AnswerKind.LATE else ''}")
    is_ours = url_has_allowed_host_and_scheme(told["back"], allowed_hosts={request.get_host()})
    return redirect(told["back"] if is_ours else "casework:roles")


@require_http_methods(["GET", "POST"])
@case_view("casework.share")
def role_told(request: ViewerRequest, case: Case, role_id: uuid.UUID) -> HttpResponse:
    """Record what an agency told the center: by telephone, on paper, at a meeting (AT-6)."""
    role = role_for(request.viewer, case, role_id)
    if role is None:
        raise Http404
    initial: dict[str, Any] = {"answered": len(role.answers), "worker": role.worker, "deputy": role.deputy}
    form = ToldForm(request.POST or None, kinds=role.next_answers, initial=initial)
    if form.is_valid():
        try:
            answer_role(role.row, by=request.viewer, told=form.told(), **form.answer())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("聞いた回答を記録しました。機関にも知らせます。"))
            return redirect("casework:decision", case_id=case.pk, decision_id=role.row.decision_id)
    name_people(request.viewer, [role.row])
    record_items(request.viewer, [(role.row, case.pk, role.row.person_id, role.row.item)])
    return TemplateResponse(request, "casework/role_told.html", {"case": case, "role": role, "form": form})
