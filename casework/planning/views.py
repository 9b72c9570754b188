from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.assessments.selectors import assessments_for
from casework.cases.models import Case
from casework.households.selectors import name_people
from casework.issues.selectors import issues_by_person
from casework.meetings.minutes_forms import AttendeesForm
from casework.meetings.models import AgendaItem, AgendaPaper
from casework.meetings.views import people_of
from casework.plans.models import RoleRow
from casework.plans.selectors import DecisionView, named_decisions, standing_decisions_for
from casework.reads import record_items
from casework.seen import ChangedMeanwhile
from casework.sharing.access import case_view
from casework.sharing.items import Item
from casework.sharing.models import LivesHere
from casework.sharing.selectors import persons_for
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .actions import bring_plan, decide_plan, lacking, save_plan
from .agreements import agreements_for, newest_of, record_agreement
from .confirmations import confirm_plan, is_of_the_city, may_confirm
from .forms import (
    PART_ITEMS,
    AgreementForm,
    BringForm,
    ConfirmPlanForm,
    DecidePlanForm,
    PlanForm,
    PlanForms,
    person_key,
    row_of,
)
from .models import PLAIN_LABELS, Plan, PlanAgreement, Section
from .papers import PlanPaper, agendas_to_bring_to, paper_of, plan_papers_for
from .selectors import (
    Block,
    PlanView,
    agendas_to_decide_at,
    agreed_since,
    changed_since,
    changes_between,
    decided_plans_for,
    plan_view_for,
    plan_views_for,
)


@require_GET
@case_view()
def plans(request: ViewerRequest, case: Case) -> HttpResponse:
    """The versions of a case's plan, the newest first."""
    views = plan_views_for(request.viewer, case)
    _record(request.viewer, case, views)
    return TemplateResponse(request, "casework/plans.html", {"case": case, "views": views})


@require_GET
@case_view()
def plan(request: ViewerRequest, case: Case, plan_id: uuid.UUID) -> HttpResponse:
    view = _view(request.viewer, case, plan_id)
    wanted = view.is_newest and view.decision is None and request.viewer.may("casework.decide")
    told = _told(request.viewer, case, view)
    context = {
        "case": case,
        "view": view,
        "missing": lacking(case, view.parts, view.roles) if wanted else [],
        "may_decide": wanted,
        "told": told,
        "unasked": _unasked(view, told),
        "brought": [
            paper for paper in plan_papers_for(request.viewer, case) if paper.plan_id == view.plan.pk
        ],
        "may_confirm": view.decision and not view.confirmation and may_confirm(request.viewer),
    }
    return TemplateResponse(request, "casework/plan.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.decide")
def plan_bring(request: ViewerRequest, case: Case, plan_id: uuid.UUID) -> HttpResponse:
    """Make a draft a paper of a meeting: which item, then what its members would read, as it is kept."""
    view = _view(request.viewer, case, plan_id)
    if view.decision or not view.is_newest:
        messages.error(request, _("会議に出せるのは、決定していない最新の版です。"))
        return redirect("casework:plan", case_id=case.pk, plan_id=plan_id)
    agendas = agendas_to_bring_to(request.viewer, case)
    wanted = request.GET.get("agenda") or (str(agendas[0].pk) if len(agendas) == 1 else "")
    agenda = next((item for item in agendas if str(item.pk) == wanted), None)
    context: dict[str, Any] = {"case": case, "view": view, "agendas": agendas, "agenda": agenda}
    if agenda is None:
        if request.method == "POST":
            messages.error(request, _("その議題には、もう資料を加えられません。議題を選び直してください。"))
            context["typed"] = request.POST.get("text", "")
        return TemplateResponse(request, "casework/plan_bring.html", context)
    paper = paper_of(request.viewer, case, view, agenda)
    name_people(request.viewer, [each.row for each in paper.left_out])
    form = BringForm(request.POST or None, initial={"text": paper.text})
    if form.is_valid() and _bring(request, form, paper, view.plan, agenda):
        messages.success(request, _("プランの案を会議資料に加えました。"))
        return redirect("casework:agenda", meeting_id=agenda.meeting_id, agenda_id=agenda.pk)
    context |= {"form": form, "paper": paper}
    return TemplateResponse(request, "casework/plan_bring.html", context)


def _bring(
    request: ViewerRequest, form: BringForm, paper: PlanPaper, plan: Plan, agenda: AgendaItem
) -> AgendaPaper | None:
    text = form.cleaned_data["text"]
    if any(each.is_kept and each.words in text for each in paper.left_out):
        form.add_error(
            "text",
            _(
                "会議限りの決定のことばが入っています。その会議に出ていない構成員がいるため、資料にできません。"
            ),
        )
        return None
    told = {"text": text, "is_for_all": form.cleaned_data["is_for_all"], "kept_from": paper.kept_from}
    try:
        return bring_plan(plan, agenda, **told, by=request.viewer, key=form.key())
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
    return None


def _told(viewer: Viewer, case: Case, view: PlanView) -> list[tuple[Any, PlanAgreement | None]]:
    """Return for the center who lives in the household and what each said to this version; None: not explained yet."""
    if not viewer.sees_all_cases:
        return []
    said = newest_of(view.plan, agreements_for(viewer, case))
    record_items(viewer, [(row, case.pk, row.person_id, Item.PLAN) for row in said.values()])
    return [(person, said.get(person.pk)) for person in _at_home(viewer, case)]


def _unasked(view: PlanView, told: list[tuple[Any, PlanAgreement | None]]) -> list[Any]:
    """Return of the people whom the center is told of those whose wish the newest version does not hold; it is decided without, too."""
    return view.without_wish(person for person, _said in told) if view.is_newest else []


@require_GET
@case_view()
def plan_plain(request: ViewerRequest, case: Case, plan_id: uuid.UUID) -> HttpResponse:
    """The plan for a person of the household: easy Japanese, large letters, printed from here. Nobody outside is handed one."""
    view = _view(request.viewer, case, plan_id)
    people = _at_home(request.viewer, case)
    chosen = next((person for person in people if str(person.pk) == request.GET.get("person")), None)
    whose = {None, chosen.pk if chosen else None}
    context = {
        "case": case,
        "view": view,
        "people": people,
        "chosen": chosen,
        "blocks": [
            Block(each.section, str(PLAIN_LABELS[each.section]), parts)
            for each in view.blocks
            if (parts := [part for part in each.parts if part.person_id in whose])
        ],
        "roles": [role for role in view.standing if role.person_id in whose],
    }
    return TemplateResponse(request, "casework/plan_plain.html", context)


@require_GET
@case_view()
def plan_compare(request: ViewerRequest, case: Case, plan_id: uuid.UUID) -> HttpResponse:
    """A version beside the one before it, entry by entry, as far as both reach the reader."""
    views = plan_views_for(request.viewer, case)
    place = next((n for n, view in enumerate(views) if view.plan.pk == plan_id), None)
    if place is None or place + 1 == len(views):
        raise Http404
    after, before = views[place : place + 2]
    _name(request.viewer, [after, before])
    _record(request.viewer, case, [after, before])
    context = {"case": case, "before": before, "after": after, "changes": changes_between(before, after)}
    return TemplateResponse(request, "casework/plan_compare.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.decide")
def plan_write(request: ViewerRequest, case: Case) -> HttpResponse:
    """Write a new version, begun with the last one and what was agreed since; the first with what weighs on whom, too."""
    viewer = request.viewer
    people = list(persons_for(viewer).filter(case=case).order_by("position", "pk").values_list("pk", "name"))
    last = next(iter(plan_views_for(viewer, case)), None)
    agreed = agreed_since(viewer, case, last) if last else []
    assessments = assessments_for(viewer).filter(case=case).order_by("-version")
    if request.method == "POST":
        forms = PlanForms(request.POST, people=people, assessments=assessments)
        if forms.is_valid() and (kept := _save(request, case, forms, last)):
            messages.success(
                request, _("プランの第%(version)s版を保存しました。") % {"version": kept.version}
            )
            return redirect("casework:plan", case_id=case.pk, plan_id=kept.pk)
    else:
        more = [*changed_since(viewer, case, last), *agreed] if last else []
        here = _at_home(viewer, case)
        begun = _of_version(last, more, here) if last else _of_case(viewer, case, here)
        forms = PlanForms(None, people=people, assessments=assessments, initial=begun)
    if last:
        _record(viewer, case, [last])
    context = {"case": case, "forms": forms, "last": last, "agreed": agreed}
    return TemplateResponse(request, "casework/plan_write.html", context)


def _save(request: ViewerRequest, case: Case, forms: PlanForms, last: PlanView | None) -> Plan | None:
    seen = forms.head.cleaned_data["seen"]
    follows = Plan.objects.filter(case=case, pk=seen).first() if seen else None
    try:
        return save_plan(case, forms.draft(), follows=follows, by=request.viewer, key=forms.head.key())
    except ChangedMeanwhile as clash:
        words = _(
            "書いているあいだに、ほかの人が第%(version)s版を保存しました。下に書いたものは残っています。"
            "第%(version)s版を別の画面で開いて見くらべ、もう一度保存すると、その次の版になります。"
        )
        forms.head.add_error(None, words % {"version": clash.current.version})
        # Sent again it follows the colleague's version, which the writer has been shown.
        told: Any = request.POST.copy()
        told["seen"] = str(clash.current.pk)
        forms.head.data = told
    except NotAllowed as refusal:
        forms.head.add_error(None, str(refusal))
    return None


def _of_version(view: PlanView, more: list[RoleRow], here: list[Any]) -> dict[str, Any]:
    """Begin with what the version holds and still stands, with ``more`` that was decided since, and ask for the wishes it does not hold."""
    plan = view.plan
    head = {
        "seen": plan.pk,
        **{name: getattr(plan, name) for name in ("period_from", "period_to", "monitor_on")},
    }
    parts = {
        section.value: [row_of(part) for part in view.parts if part.section == section] for section in Section
    }
    parts[Section.WISH.value] += _asked_of(view.without_wish(here))
    return {"head": head, **parts, "roles": [row_of(role) for role in (*view.standing, *more)]}


def _asked_of(people: list[Any]) -> list[dict[str, Any]]:
    """Return for each person the empty row of their wish."""
    return [{"about": person_key(person.pk)} for person in people]


def _of_case(viewer: Viewer, case: Case, here: list[Any]) -> dict[str, Any]:
    """Carry into the first version what was agreed before, and what weighs on whom (申合せ, domain.md 2.2)."""
    current = standing_decisions_for(viewer, case)
    # An issue stays under its own item (016); what is sealed is written into nothing that is shared.
    issues = [
        {
            "about": person_key(issue.person_id),
            "item": issue.item if issue.item in dict(PART_ITEMS) else Item.PLAN.value,
            "text": issue.get_code_display(),
        }
        for found in issues_by_person(viewer, case).values()
        for issue in found.open
        if not issue.is_sealed
    ]
    return {
        "head": PlanForm.proposed(),
        Section.WISH.value: _asked_of(here),
        Section.ISSUE.value: issues,
        Section.DIRECTION.value: [row_of(row) for view in current for row in view.directions],
        "roles": [row_of(role.row) for view in current for role in view.roles if role.is_current],
    }


@require_http_methods(["GET", "POST"])
@case_view("casework.record_consent")
def plan_agree(request: ViewerRequest, case: Case, plan_id: uuid.UUID) -> HttpResponse:
    """Write down what somebody said when this version was explained to them."""
    view = _view(request.viewer, case, plan_id)
    people = _at_home(request.viewer, case)
    begun = {"person": request.GET.get("person", ""), "explained_by": request.viewer.membership}
    form = AgreementForm(request.POST or None, people=people, initial=begun)
    if form.is_valid():
        try:
            record_agreement(view.plan, form.whose(), form.draft(), by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("説明と返事を記録しました。"))
            return redirect("casework:plan", case_id=case.pk, plan_id=plan_id)
    return TemplateResponse(request, "casework/plan_agree.html", {"case": case, "view": view, "form": form})


def _at_home(viewer: Viewer, case: Case) -> list[Any]:
    """Return who lives in the household: a plan is explained and handed to nobody else."""
    here = persons_for(viewer).filter(case=case).annotate(lives_here=LivesHere("pk"))
    return [person for person in here.order_by("position", "pk") if person.lives_here]


@require_http_methods(["GET", "POST"])
@case_view("casework.decide")
def plan_decide(request: ViewerRequest, case: Case, plan_id: uuid.UUID) -> HttpResponse:
    """Decide a version: it says first what is missing, then asks when and by what."""
    view = _view(request.viewer, case, plan_id)
    if view.decision or not view.is_newest:
        messages.error(request, _("この版は決定できません。新しい版を開いてください。"))
        return redirect("casework:plan", case_id=case.pk, plan_id=plan_id)
    standing = standing_decisions_for(request.viewer, case)
    named_decisions(request.viewer, standing)
    agendas = agendas_to_decide_at(request.viewer, case)
    begun = {
        **_replaced_by(view, standing, decided_plans_for(request.viewer, case)),
        "agenda": str(agendas[0].pk) if agendas else "",
    }
    data = request.POST or None
    form = DecidePlanForm(data, agendas=agendas, standing=standing, initial=begun)
    attendees = _attendees(request.viewer, case, agendas, data)
    also_there = attendees.also_there() if attendees and attendees.is_valid() else []
    if form.is_valid() and also_there and not form.cleaned_data["agenda"]:
        form.add_error(
            "agenda", _("出席した本人・家族・その他を書いたときは、どの会議の議題かを選んでください。")
        )
    if form.is_valid() and (attendees is None or attendees.is_valid()):
        try:
            decision = decide_plan(
                view.plan, at=form.at(also_there), in_place_of=form.in_place_of(), by=request.viewer, key=form.key()
            )  # fmt: skip
        except ChangedMeanwhile:
            words = _(
                "議事録がほかの人に保存されました。会議の画面で確かめて、このページを開き直してください。"
            )
            form.add_error("agenda", words)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("プランを決定しました。決定 %(number)s です。") % {"number": decision.number}
            )
            return redirect("casework:plan", case_id=case.pk, plan_id=plan_id)
    missing = lacking(case, view.parts, view.roles)
    told = _told(request.viewer, case, view)
    context = {
        "case": case,
        "view": view,
        "form": form,
        "attendees": attendees,
        "missing": missing,
        "told": told,
        "unasked": _unasked(view, told),
        "read_there": _read_there(request.viewer, case, view, agendas),
    }
    return TemplateResponse(request, "casework/plan_decide.html", context)


def _read_there(viewer: Viewer, case: Case, view: PlanView, agendas: list[AgendaItem]) -> list[AgendaPaper]:
    """Return the newest papers of these meetings that told of another version than the one to be decided."""
    newest: dict[Any, AgendaPaper] = {}
    for paper in plan_papers_for(viewer, case):
        newest.setdefault(paper.agenda_id, paper)
    papers = [newest[item.pk] for item in agendas if item.pk in newest]
    return [paper for paper in papers if paper.plan_id != view.plan.pk]


@require_http_methods(["GET", "POST"])
@case_view("casework.confirm_plan")
def plan_confirm(request: ViewerRequest, case: Case, plan_id: uuid.UUID) -> HttpResponse:
    """Write down that the city confirms the decided plan (支援決定), or returns it."""
    view = _view(request.viewer, case, plan_id)
    if view.decision is None or not is_of_the_city(request.viewer):
        words = (
            _("支援決定を記録できるのは、市に所属するセンター長だけです。")
            if view.decision
            else _("このプランは、まだ会議で決定されていません。")
        )
        messages.error(request, words)
        return redirect("casework:plan", case_id=case.pk, plan_id=plan_id)
    form = ConfirmPlanForm(request.POST or None, decided_on=view.decision.decided_on)
    if form.is_valid():
        try:
            row = confirm_plan(view.plan, form.draft(), by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("差戻しを記録しました。ケースの担当者の期限に入れました。")
                if row.is_returned
                else _("支援決定を記録しました。"),
            )
            return redirect("casework:plan", case_id=case.pk, plan_id=plan_id)
    return TemplateResponse(request, "casework/plan_confirm.html", {"case": case, "view": view, "form": form})


def _attendees(viewer: Viewer, case: Case, agendas: list[AgendaItem], data: Any) -> AttendeesForm | None:
    """Ask who was at the meeting beside its members, by the words of the latest one; None where there was none."""
    if not agendas:
        return None
    called = dict(agendas[0].people.values_list("person", "words"))
    return AttendeesForm(data, item=agendas[0], people=people_of(viewer, case), called=called)


def _replaced_by(
    view: PlanView, standing: list[DecisionView], planned: Collection[uuid.UUID]
) -> dict[str, list[str]]:
    """Propose what the plan takes the place of: nobody's roles end because a plan about others was decided.

    The plan that stands about nobody else with the decisions that changed single roles of it, the newest decision about nobody else,
    and of every other one the roles that the plan carries on (申合せ, say), so that none of them stands twice. A decision of which all
    is carried on is replaced as a whole. ``planned``: the decisions that made a version the plan.
    """
    people = {row.person_id for row in (*view.parts, *view.roles)}
    own = [each for each in standing if each.people <= people]
    carried = {(role.agency_id, role.person_id, role.what) for role in view.roles}
    plans = [each for each in own if each.decision.pk in planned]
    changed = {role.end.decision_id for each in plans for role in each.roles if role.end}
    before = [*own[:1], *plans, *(each for each in own if each.decision.pk in changed)]
    whole, single = list(dict.fromkeys(str(each.decision.pk) for each in before)), []
    for each in standing:
        roles = [role.row for role in each.roles if role.is_current]
        found = [row for row in roles if (row.agency_id, row.person_id, row.what) in carried]
        if str(each.decision.pk) in whole or not found:
            continue
        if each in own and len(found) == len(roles):
            whole.append(str(each.decision.pk))
        else:
            single += [str(row.pk) for row in found]
    return {"supersedes": whole, "ends": single}


def _view(viewer: Viewer, case: Case, plan_id: uuid.UUID) -> PlanView:
    view = plan_view_for(viewer, case, plan_id)
    if view is None:
        raise Http404
    _name(viewer, [view])
    _record(viewer, case, [view])
    return view


def _name(viewer: Viewer, views: list[PlanView]) -> None:
    name_people(viewer, [row for view in views for row in (*view.parts, *view.roles)])


def _record(viewer: Viewer, case: Case, views: list[PlanView]) -> None:
    rows = [row for view in views for row in (*view.parts, *view.roles)]
    record_items(viewer, [(row, case.pk, row.person_id, row.item) for row in rows])
