from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.households.selectors import people_for, person_for
from casework.reads import record_items
from casework.seen import ChangedMeanwhile
from casework.sharing.access import case_view
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed

from .actions import follow_relation, note_relation
from .care import care_signs
from .forms import FollowForm, NamesForm, RelationForm
from .picture import family_of, picture_of, roles_instead
from .readers import readers_sentence
from .selectors import name_pairs, relation_for, relations_for, standing_relations_for

if TYPE_CHECKING:
    from casework.cases.models import Case
    from casework.households.models import Person


@require_GET
@case_view()
def relations(request: ViewerRequest, case: Case) -> HttpResponse:
    """The genogram and who is what to whom, as far as the viewer sees both."""
    form = NamesForm(request.GET)
    people: list[Any] = [view for view in people_for(request.viewer, case) if view.basics]
    names = {view.person_id: view.name for view in people}
    if form.hides_names():
        names = roles_instead(people)
    for view in people:
        view.shown_name = names[view.person_id]
    rows = name_pairs(standing_relations_for(request.viewer, case), names)
    earlier = relations_for(request.viewer, case).filter(Q(is_followed=True) | Q(ended_on__isnull=False))
    past = name_pairs(earlier, names)
    _record(request, case, people, [*rows, *past])
    ages = {view.person_id: view.basics.known_age for view in people if view.basics}
    signs = care_signs(rows, ages) if request.viewer.sees_all_cases else []
    context = {
        "case": case,
        "form": form,
        "hides_names": form.hides_names(),
        "people": people,
        "picture": picture_of(family_of(people, rows, names)),
        "rows": rows,
        "past": past,
        "signs": [(names[each.person_id], each.sign.label) for each in signs],
    }
    return TemplateResponse(request, "casework/relations.html", context)


def _record(request: ViewerRequest, case: Case, people: list[Any], rows: list[Any]) -> None:
    """Log the page: the basics of everybody on it, and under the further items that a relation told of."""
    reads: set[tuple[Any, Any, Any, str]] = {(case, case.pk, None, "")}
    reads |= {(view.basics, case.pk, view.person_id, view.basics.item) for view in people}
    for row in rows:
        for person_id, item in ((row.one_id, row.one_item), (row.other_id, row.other_item)):
            if item != "basic":
                reads.add((row, case.pk, person_id, item))
    record_items(request.viewer, reads)


@require_http_methods(["GET", "POST"])
@case_view("casework.edit_household")
def relation_add(request: ViewerRequest, case: Case) -> HttpResponse:
    people = [view for view in people_for(request.viewer, case) if view.basics]
    form = RelationForm(request.POST or None, people=[(view.person_id, view.name) for view in people])
    if form.is_valid():
        one, other = (_person(request, case, person_id) for person_id in form.pair())
        try:
            row = note_relation(one, other, form.draft(), by=request.viewer, key=form.key())
            return _written(request, case, row)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    record_items(
        request.viewer,
        [(view.basics, case.pk, view.person_id, view.basics.item) for view in people if view.basics],
    )
    return TemplateResponse(request, "casework/relation_add.html", {"case": case, "form": form})


@require_http_methods(["GET", "POST"])
@case_view("casework.edit_household")
def relation_follow(request: ViewerRequest, case: Case, relation_id: uuid.UUID) -> HttpResponse:
    row = relation_for(request.viewer, case, relation_id)
    if row is None:
        raise Http404
    one, other = _person(request, case, row.one_id), _person(request, case, row.other_id)
    form, current = FollowForm(request.POST or None, relation=row), row
    if form.is_valid():
        try:
            later = follow_relation(row, form.draft(), by=request.viewer, key=form.key())
            return _written(request, case, later)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        except ChangedMeanwhile as clash:
            current = clash.current
            form.add_error(
                None, _("書いている間に、ほかの人が保存しました。下の「いまの内容」と見比べてください。")
            )
    record_items(request.viewer, [(each, case.pk, each.pk, each.item) for each in (one, other)])
    context = {
        "case": case,
        "one": one,
        "other": other,
        "row": current,
        "form": form,
        "is_other": current is not row,
    }
    return TemplateResponse(request, "casework/relation_follow.html", context)


def _written(request: ViewerRequest, case: Case, row: Any) -> HttpResponse:
    sentence = readers_sentence(request.viewer, case, row)
    messages.success(request, f"{_('記録しました。')}{sentence}")
    return redirect("casework:relations", case_id=case.pk)


def _person(request: ViewerRequest, case: Case, person_id: uuid.UUID) -> Person:
    person = person_for(request.viewer, case, person_id)
    if person is None:
        raise Http404
    return person
