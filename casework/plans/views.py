from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.cases.models import Case
from casework.concealment.selectors import is_concealed
from casework.households.selectors import name_people
from casework.reads import record_items
from casework.sharing.access import case_view
from casework.sharing.selectors import persons_for
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed

from .actions import SharingEnded, answer_role, decide
from .forms import DecisionForm, DirectionFormSet, RoleAnswerForm, RoleFormSet, written_in
from .models import Decision, RoleRow
from .selectors import DecisionView, decisions_for, named_decisions, role_for, standing_decisions_for


@require_http_methods(["GET", "POST"])
@case_view("casework.decide")
def decision_add(request: ViewerRequest, case: Case) -> HttpResponse:
    people = list(
        persons_for(request.viewer).filter(case=case).order_by("position").values_list("pk", "name")
    )
    standing = standing_decisions_for(request.viewer, case)
    named_decisions(request.viewer, standing)
    data = request.POST or None
    changed = _role_to_change(request, standing)
    form = DecisionForm(data, standing=standing, initial={"ends": [str(changed.pk)]} if changed else None)
    directions = DirectionFormSet(data, prefix="direction", form_kwargs={"people": people})
    roles: Any = RoleFormSet(data, prefix="role", form_kwargs={"people": people})
    if changed and data is None:
        roles.forms[0].initial = written_in(changed)
    elif "role" in request.GET and data is None:
        messages.info(
            request, _("選んだ役割は、ここでは変えられません。すでに終わったか、支援会議で決めた役割です。")
        )
    # Sent a second time, what it ended stands no more, and the form would say that it cannot be chosen.
    decision = _made_before(request, case, form)
    if decision is None and form.is_valid() and directions.is_valid() and roles.is_valid():
        decision = _decide(request, case, form, directions, roles)
    if decision:
        messages.success(request, _("決定 %(number)s を記録しました。") % {"number": decision.number})
        return redirect("casework:decision", case_id=case.pk, decision_id=decision.pk)
    context = {"case": case, "form": form, "directions": directions, "roles": roles}
    return TemplateResponse(request, "casework/decision_add.html", context)


def _made_before(request: ViewerRequest, case: Case, form: DecisionForm) -> Decision | None:
    if not form.is_bound:
        return None
    form.full_clean()
    return decisions_for(request.viewer).filter(case=case, pk=form.key()).first()


def _role_to_change(request: ViewerRequest, standing: list[DecisionView]) -> RoleRow | None:
    """Return the standing role that somebody came to change, with which the form begins."""
    roles = (role.row for view in standing for role in view.roles if role.is_current)
    wanted = request.GET.get("role")
    # What a 支援会議 gave is changed where the next one is fixed: its words belong into no other decision.
    return next((row for row in roles if str(row.pk) == wanted and not row.is_meeting_only), None)


def _decide(
    request: ViewerRequest, case: Case, form: DecisionForm, directions: Any, roles: Any
) -> Decision | None:
    try:
        return decide(
            case,
            decided_on=form.cleaned_data["decided_on"],
            directions=directions.drafts(),
            roles=roles.drafts(),
            in_place_of=form.in_place_of(),
            by=request.viewer,
            key=form.key(),
        )
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return None


@require_http_methods(["GET", "POST"])
@case_view("casework.answer_role")
def role_answer(request: ViewerRequest, case: Case, role_id: uuid.UUID) -> HttpResponse:
    role = role_for(request.viewer, case, role_id)
    if role is None:
        raise Http404
    if role.row.agency_id != request.viewer.agency.pk:
        raise PermissionDenied
    form = RoleAnswerForm(
        request.POST or None,
        request.FILES or None,
        kinds=role.next_answers,
        is_concealed=is_concealed(request.viewer, case),
        initial={"answered": len(role.answers), "worker": role.worker, "deputy": role.deputy},
    )
    if form.is_valid():
        try:
            answer_role(role.row, by=request.viewer, enclosed=form.enclosed(), **form.answer())
        except SharingEnded as refusal:
            messages.error(request, str(refusal))
            return redirect("casework:home")
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("回答を記録しました。"))
            return redirect("casework:decision", case_id=case.pk, decision_id=role.row.decision_id)
    name_people(request.viewer, [role.row])
    record_items(request.viewer, [(role.row, case.pk, role.row.person_id, role.row.item)])
    return TemplateResponse(request, "casework/role_answer.html", {"case": case, "role": role, "form": form})
