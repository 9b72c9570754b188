from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.households.selectors import name_people
from casework.reads import record_items
from casework.relations.selectors import name_both
from casework.seen import ChangedMeanwhile
from casework.sharing.access import case_view
from casework.sharing.items import Item
from casework.sharing.selectors import persons_for, readers_of
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed
from permissions.people import name_of
from permissions.viewer import Viewer

from .actions import fix_assessment, is_new, mark_of, write_part
from .asking import ask_agency, end_request, requests_for, shown_requests_for
from .choices import Section
from .forms import AskForm, AssessmentPartForm, FixForm, WhereForm
from .labels import item_of
from .models import Assessment, AssessmentPart
from .selectors import (
    AssessmentView,
    Writable,
    assessment_views_for,
    blocks_of,
    changes_between,
    current_parts_for,
    ended_between,
    household_of,
    household_order_for,
    issues_of,
    known_for,
    own_parts_for,
    whose,
    writable_for,
)

if TYPE_CHECKING:
    from casework.cases.models import Case


@require_GET
@case_view()
def assessment(request: ViewerRequest, case: Case) -> HttpResponse:
    """What is known now, section by section, whoever wrote it."""
    viewer = request.viewer
    parts = current_parts_for(viewer, case)
    writable = writable_for(viewer, case)
    views = assessment_views_for(viewer, case)
    is_fixer = viewer.may("casework.decide")
    _show(viewer, case, parts)
    may_write = {(each.person_id, section.value) for each in writable for section in each.sections}
    for part in parts:
        mine: Any = part
        mine.is_mine = whose(part.agency) == whose(viewer.agency)
        mine.is_rewritable = mine.is_mine and (part.person_id, part.section) in may_write
    asked = shown_requests_for(viewer, case)
    _show(viewer, case, asked)
    context = {
        "case": case,
        "blocks": blocks_of(parts, household_order_for(viewer, case)),
        "asked": asked,
        "today": timezone.localdate(),
        "writable": writable,
        "views": views,
        "is_new": is_fixer and is_new(known_for(viewer, case), views[0] if views else None),
    }
    return TemplateResponse(request, "casework/assessment.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.assess")
def assessment_write(request: ViewerRequest, case: Case) -> HttpResponse:
    """Write one section about one person or the household, begun with what one's own agency said before."""
    viewer = request.viewer
    where = WhereForm(request.GET)
    if not where.is_valid() or not _may_begin(request, case, where):
        messages.error(request, _("だれの、どの欄を書くかを、この画面で選んでください。"))
        return redirect("casework:assessment", case_id=case.pk)
    section, person_id = where.cleaned_data["section"], where.person_id()
    written = own_parts_for(viewer, case, person_id=person_id, section=section)
    form = AssessmentPartForm(request.POST or None, section=section, current=written[0] if written else None)
    is_other = False
    if form.is_valid():
        try:
            write_part(case, form.draft(person_id), seen=form.cleaned_data["seen"], by=viewer, key=form.key())
        except ChangedMeanwhile as clash:
            is_other = True
            _begin_again(form, clash.current)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            words = _("「%(section)s」を書きました。") % {"section": Section(section).label}
            messages.success(request, words)
            return redirect("casework:assessment", case_id=case.pk)
    _show(viewer, case, written)
    context = {
        "case": case,
        "form": form,
        "section": Section(section).label,
        "who": _who(viewer, person_id),
        "readers": _readers(viewer, case, person_id, section),
        "is_other": is_other,
        "written": written,
    }
    return TemplateResponse(request, "casework/assessment_write.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.write_note")
def assessment_ask(request: ViewerRequest, case: Case) -> HttpResponse:
    """Ask an agency for its part of one section."""
    viewer = request.viewer
    people = persons_for(viewer).filter(case=case).order_by("position", "pk").values_list("pk", "name")
    agencies = {agency.pk: agency for each in readers_of(viewer, case).values() for agency in each}
    form = AskForm(request.POST or None, people=people, agencies=agencies.values())
    if form.is_valid():
        try:
            row = ask_agency(case, form.draft(), by=viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error("agency", str(refusal))
        else:
            messages.success(request, _("%(agency)sに頼みました。") % {"agency": row.agency.name})
            return redirect("casework:assessment", case_id=case.pk)
    context = {"case": case, "form": form, "has_agencies": bool(agencies)}
    return TemplateResponse(request, "casework/assessment_ask.html", context)


@require_POST
@case_view("casework.write_note")
def assessment_unask(request: ViewerRequest, case: Case, asked_id: uuid.UUID) -> HttpResponse:
    row = requests_for(request.viewer).filter(case=case, pk=asked_id).first()
    if row is None:
        raise Http404
    try:
        end_request(row, by=request.viewer)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("依頼を取り下げました。"))
    return redirect("casework:assessment", case_id=case.pk)


@require_http_methods(["GET", "POST"])
@case_view("casework.decide")
def assessment_fix(request: ViewerRequest, case: Case) -> HttpResponse:
    """Fix what stands now as a version, after looking at it."""
    viewer = request.viewer
    known = known_for(viewer, case)
    newest = next(iter(assessment_views_for(viewer, case)), None)
    begun = {"seen_version": newest.assessment.version if newest else 0, "seen_mark": mark_of(known)}
    form = FixForm(request.POST or None, initial=begun)
    if form.is_valid() and (fixed := _fix(request, case, form, begun)):
        messages.success(request, _("「%(name)s」を確定しました。") % {"name": fixed.name})
        return redirect("casework:assessment_version", case_id=case.pk, assessment_id=fixed.pk)
    if not is_new(known, newest):
        messages.error(request, _nothing_to_fix(newest))
        return redirect("casework:assessment", case_id=case.pk)
    _show(viewer, case, [*known.parts, *known.facts])
    context = {
        "case": case,
        "form": form,
        "relations": _show_relations(viewer, case, known.relations),
        "blocks": blocks_of(known.parts, household_order_for(viewer, case)),
        "household": household_of(known.facts),
        "issues": issues_of(known.facts),
    }
    return TemplateResponse(request, "casework/assessment_fix.html", context)


def _fix(request: ViewerRequest, case: Case, form: FixForm, now: dict[str, Any]) -> Assessment | None:
    try:
        return fix_assessment(
            case, form.cleaned_data["purpose"], seen=form.seen(), by=request.viewer, key=form.key()
        )
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return None
    except ChangedMeanwhile as clash:
        form.add_error(None, _clash_words(clash.current))
    told: Any = form.data.copy()  # type: ignore[attr-defined] # request.POST
    for name, value in now.items():
        told[name] = str(value)
    form.data = told
    return None


def _nothing_to_fix(newest: AssessmentView | None) -> str:
    if newest is None:
        return _("確定するものがありません。先に、分かっていることを書いてください。")
    row = newest.assessment
    return _("「%(name)s」を%(who)sさんが確定したあと、内容は変わっていません。") % {
        "name": row.name,
        "who": name_of(row.fixed_by.user),
    }


def _clash_words(fixed: Assessment | None) -> str:
    if fixed is None:
        return _(
            "見ている間に、ほかの人が書きました。下の、いまの内容を確かめてから、もう一度確定してください。"
        )
    return _(
        "見ている間に、%(who)sさんが「%(name)s」を確定しました。その後に書かれたことがあれば、下の内容を確かめてから、"
        "もう一度確定してください。次の版になります。"
    ) % {"who": name_of(fixed.fixed_by.user), "name": fixed.name}


@require_GET
@case_view()
def assessment_version(request: ViewerRequest, case: Case, assessment_id: uuid.UUID) -> HttpResponse:
    viewer = request.viewer
    views = assessment_views_for(viewer, case)
    place = next((n for n, each in enumerate(views) if each.assessment.pk == assessment_id), None)
    if place is None:
        raise Http404
    view = views[place]
    _show(viewer, case, [*view.parts, *view.facts])
    context = {
        "case": case,
        "view": view,
        "relations": _show_relations(viewer, case, view.relations),
        "household": household_of(view.facts),
        "issues": issues_of(view.facts),
        "has_earlier": place + 1 < len(views),
        "blocks": blocks_of(view.parts, household_order_for(viewer, case)),
    }
    return TemplateResponse(request, "casework/assessment_version.html", context)


@require_GET
@case_view()
def assessment_compare(request: ViewerRequest, case: Case, assessment_id: uuid.UUID) -> HttpResponse:
    """A version beside the one before it, field by field, as far as both reach the reader."""
    views = assessment_views_for(request.viewer, case)
    place = next((n for n, each in enumerate(views) if each.assessment.pk == assessment_id), None)
    if place is None or place + 1 == len(views):
        raise Http404
    after, before = views[place : place + 2]
    _show(request.viewer, case, [*after.parts, *after.facts, *before.parts, *before.facts])
    for view in (before, after):
        view.relations = _show_relations(request.viewer, case, view.relations)
    after.ended = _show_relations(request.viewer, case, ended_between(before, after))
    context = {"case": case, "before": before, "after": after, "changes": changes_between(before, after)}
    return TemplateResponse(request, "casework/assessment_compare.html", context)


def _begin_again(form: AssessmentPartForm, current: AssessmentPart | None) -> None:
    """Keep what was typed; sent again it takes the place of the colleague's, which the writer is shown."""
    form.add_error(
        None,
        _(
            "書いている間に、同じ機関のほかの人がこの欄を書きました。あなたが書いたものは、下に残っています。"
            "「いまの内容」と見くらべて、よければもう一度保存してください。"
        ),
    )
    told: Any = form.data.copy()  # type: ignore[attr-defined] # request.POST
    told["seen"] = str(current.pk) if current else ""
    form.data = told


def _may_begin(request: ViewerRequest, case: Case, where: WhereForm) -> bool:
    """What an agency had begun before its line ended is refused with the words kept, not turned away here."""
    writable = writable_for(request.viewer, case)
    is_offered = any(
        where.cleaned_data["section"] in each.sections
        for each in writable
        if each.person_id == where.person_id()
    )
    return is_offered or (request.method == "POST" and not request.viewer.sees_all_cases)


def _who(viewer: Viewer, person_id: uuid.UUID | None) -> str:
    (named,) = name_people(viewer, [Writable(person_id, [])])
    return str(named.who)


def _readers(viewer: Viewer, case: Case, person_id: uuid.UUID | None, section: str) -> str:
    """Return who reads what is written here: the center is told by name, an agency by what has to be shared."""
    item = item_of(section)
    if not viewer.sees_all_cases:
        return _("センターと、「%(item)s」を共有されている機関が読みます。") % {"item": Item(item).label}
    agencies = readers_of(viewer, case).get((person_id, item.value), [])
    if not agencies:
        return _("いまは、センターだけが読みます。")
    names = _("、").join(agency.name for agency in agencies)
    return _("センターのほかに、%(agencies)sが読みます。") % {"agencies": names}


def _show(viewer: Viewer, case: Case, rows: list[Any]) -> None:
    name_people(viewer, rows)
    record_items(viewer, [(row, case.pk, row.person_id, row.item) for row in rows])


def _show_relations(viewer: Viewer, case: Case, rows: list[Any]) -> list[Any]:
    """Name both people of each, and log every label that it tells of."""
    named = name_both(viewer, rows)
    record_items(viewer, {(row, case.pk, person, item) for row in named for person, item in row.labels})
    return named
