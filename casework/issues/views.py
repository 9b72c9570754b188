from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.households.selectors import person_for
from casework.reads import record_items
from casework.seen import ChangedMeanwhile
from casework.sharing.access import case_view
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed

from .actions import follow_issue, note_issue
from .forms import FollowForm, IssueForm
from .readers import reader_rows, readers_sentence
from .selectors import history_of, issues_for

if TYPE_CHECKING:
    from casework.cases.models import Case
    from casework.households.models import Person


@require_http_methods(["GET", "POST"])
@case_view("casework.edit_household")
def issue_add(request: ViewerRequest, case: Case, person_id: uuid.UUID) -> HttpResponse:
    person = _person(request, case, person_id)
    form = IssueForm(request.POST or None)
    if form.is_valid():
        code = form.cleaned_data["code"]
        try:
            note_issue(person, code, form.draft(), by=request.viewer, key=form.key())
            return _written(request, case, person.pk, code)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    record_items(request.viewer, [(person, case.pk, person.pk, person.item)])
    context = {
        "case": case,
        "person": person,
        "form": form,
        "readers": reader_rows(request.viewer, case, person.pk),
    }
    return TemplateResponse(request, "casework/issue_add.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.edit_household")
def issue_follow(request: ViewerRequest, case: Case, issue_id: uuid.UUID) -> HttpResponse:
    """What is known of an issue now, or that it is over; what was known before stays below."""
    issue: Any = issues_for(request.viewer, case).filter(pk=issue_id).first()
    if issue is None:
        raise Http404
    person = _person(request, case, issue.person_id)
    form = FollowForm(request.POST or None, issue=issue)
    current = issue
    if form.is_valid():
        try:
            follow_issue(issue, form.draft(), by=request.viewer, key=form.key())
            return _written(request, case, person.pk, issue.code)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        except ChangedMeanwhile as clash:
            current = clash.current
            form.add_error(
                None, _("書いている間に、ほかの人が保存しました。下の「いまの内容」と見比べてください。")
            )
    record_items(
        request.viewer,
        [(issue, case.pk, person.pk, issue.item), (person, case.pk, person.pk, person.item)],
    )
    context = {
        "case": case,
        "person": person,
        "issue": current,
        "form": form,
        "is_other": current is not issue,
        "earlier": history_of(request.viewer, case, issue),
    }
    return TemplateResponse(request, "casework/issue_follow.html", context)


def _written(request: ViewerRequest, case: Case, person_id: uuid.UUID, code: str) -> HttpResponse:
    sentence = readers_sentence(request.viewer, case, person_id, code)
    messages.success(request, f"{_('記録しました。')}{sentence}")
    return redirect("casework:case", case_id=case.pk)


def _person(request: ViewerRequest, case: Case, person_id: uuid.UUID) -> Person:
    person = person_for(request.viewer, case, person_id)
    if person is None:
        raise Http404
    return person
