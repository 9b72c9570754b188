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
from .forms import DecisionForm, DirectionFormSet, RoleAnswerForm, RoleFormSet
from .models import Decision
from .selectors import decision_views_for, named_decisions, role_for


@require_http_methods(["GET", "POST"])
@case_view("casework.decide")
def decision_add(request: ViewerRequest, case: Case) -> HttpResponse:
    people = list(
        persons_for(request.viewer).filter(case=case).order_by("position").values_list("pk", "name")
    )
    current = [view for view in decision_views_for(request.viewer, case) if view.is_current]
    earlier: dict[uuid.UUID, Any] = {each.pk: each for each in named_decisions(request.viewer, current)}
    data = request.POST or None
    form = DecisionForm(data, earlier=[(key, decision.words) for key, decision in earlier.items()])
    directions = DirectionFormSet(data, prefix="direction", form_kwargs={"people": people})
    roles = RoleFormSet(data, prefix="role", form_kwargs={"people": people})
    if form.is_valid() and directions.is_valid() and roles.is_valid():
        decision = _decide(request, case, form, directions, roles, earlier)
        if decision:
            messages.success(request, _("決定 %(number)s を記録しました。") % {"number": decision.number})
            return redirect("casework:decision", case_id=case.pk, decision_id=decision.pk)
    context = {"case": case, "form": form, "directions": directions, "roles": roles}
    return TemplateResponse(request, "casework/decision_add.html", context)


def _decide(
    request: ViewerRequest,
    case: Case,
    form: DecisionForm,
    directions: Any,
    roles: Any,
    earlier: dict[uuid.UUID, Decision],
) -> Decision | None:
    chosen = form.cleaned_data["supersedes"]
    try:
        return decide(
            case,
            decided_on=form.cleaned_data["decided_on"],
            directions=directions.drafts(),
            roles=roles.drafts(),
            supersedes=earlier[uuid.UUID(chosen)] if chosen else None,
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
