"""The numbers of a month counted in Python, row by row: slow, and another way to what casework/reports counts."""

import datetime as dt
from collections import Counter

from django.utils import timezone

from casework.assessments.models import Assessment
from casework.cases.models import Case, CaseEvent
from casework.cases.states import OPEN_STAGES
from casework.closing.models import Closure
from casework.consent.models import Consent
from casework.households.models import Person
from casework.intake.models import Contact
from casework.issues.models import Issue
from casework.meetings.models import AgendaItem
from casework.planning.models import PlanDecision, PlanPart, PlanRole
from casework.plans.models import Decision, DecisionEnd, RoleAnswer, RoleEnd, RoleRow, Seat
from casework.referrals.models import Referral
from casework.tasks.models import Task, TaskEnd
from forms_app.status.promise import is_working_day, working_day_after

FIELDS = {
    "debt": "poverty",
    "housing": "poverty",
    "care": "elderly",
    "childcare": "child",
    "health": "disability",
}
SEEDED = {"other": "other"}  # in the demo, beside those of which histories are drawn


def day(moment):
    return timezone.localtime(moment).date()


def _ends_something(decision):
    return any(model.objects.filter(decision=decision).exists() for model in (DecisionEnd, RoleEnd))


def recount(month, without=()):  # noqa: PLR0912, PLR0915 -- one count after the other, to be read beside the definitions
    """Count a month in Python from every row that the center sees; ``without``: the keys of cases to leave out."""
    first, end = month.first_on, month.next.first_on
    begins, ends = (timezone.make_aware(dt.datetime.combine(each, dt.time())) for each in (first, end))
    cells = Counter()

    def add(code, case, **groups):
        if case is not None and case in without:
            return
        cells[code, "", ""] += 1
        for dimension, found in groups.items():
            for cell in found if isinstance(found, (list, set)) else [found]:
                cells[code, dimension, cell] += 1

    contacts = sorted(Contact.objects.prefetch_related("topics"), key=lambda c: (c.received_at, c.pk))
    first_of = {}
    for contact in contacts:
        if contact.case_id:
            first_of.setdefault(contact.case_id, contact)
    ages = {}
    for person in Person.objects.order_by("position", "pk"):
        ages.setdefault(person.case_id, person.age_about)
    for contact in contacts:
        if not begins <= contact.received_at < ends:
            continue
        topics = {topic.topic for topic in contact.topics.all()}
        fields = {(FIELDS | SEEDED)[topic] for topic in topics}
        age = ages.get(contact.case_id)
        groups = {
            "topic": topics or {"not_told"}, "route": contact.route, "channel": contact.channel, "kind": contact.kind,
            "field": "not_told" if not fields else "multiple" if len(fields) > 1 else fields.pop(),
            "ward": contact.ward or "not_told",
            "age": "not_told" if age is None else str(max(limit for limit in (0, 18, 40, 65, 75) if age >= limit)),
        }  # fmt: skip
        add("contacts", contact.case_id, **groups)
        if contact.kind != "advice" and first_of.get(contact.case_id, contact) == contact:
            add("people_new", contact.case_id, **groups)
    then, opened = {}, set()
    events = list(CaseEvent.objects.filter(verb="stage_changed").order_by("at", "pk"))

    def flow_at(key, moment):
        later = [event.before["flow"] for event in events if event.case_id == key and event.at > moment]
        return later[0] if later else Case.objects.get(pk=key).flow

    for case in Case.objects.all():
        if begins <= case.opened_at < ends:
            add("cases_new", case.pk)
            opened.add(case.pk)
        if case.opened_at < ends:
            of = [event for event in events if event.case_id == case.pk]
            later = [event.before for event in of if event.at >= ends]
            then[case.pk] = (later[0]["stage"], later[0]["flow"]) if later else (case.stage, case.flow)
            into = [each for each in of if each.after["flow"] == "flow2" and each.before["flow"] != "flow2"]
            if into and begins <= into[0].at < ends:
                agreed = Consent.objects.filter(case=case, answer="given", explained_on__lt=end).exists()
                contact = first_of.get(case.pk)
                spoke = {"minsei": "minsei", "agency": "not_asked"}
                by = (contact.referrer_type or spoke.get(contact.speaker, "self")) if contact else "self"
                add("coordination_new", case.pk, consent="with" if agreed else "without", brought=by)
            for event in of:
                if event.after["stage"] == "suspended" and begins <= event.at < ends:
                    add("suspended", case.pk, flow=event.after["flow"])
                if event in into and begins <= event.at < ends:
                    add("into_coordination", case.pk, from_flow=event.before["flow"])
    troubled = set()
    for issue in Issue.objects.filter(case__in=opened, noted_at__lt=ends):
        if issue.code not in ("unknown", "not_asked"):
            troubled.add(issue.person_id)
            if issue.follows_id is None:
                add("issues_in_cases", issue.case_id)
    firsts = set()
    for person in Person.objects.filter(case__in=opened).order_by("position", "pk"):
        if person.case_id not in firsts or person.pk in troubled:
            add("people_in_cases", person.case_id)
        firsts.add(person.case_id)
    is_open = {key for key, (stage, _flow) in then.items() if stage in OPEN_STAGES}
    for key in is_open:
        flow = then[key][1]
        if flow == "flow2":
            add("coordination_open", key)
        tasks = Task.objects.filter(case=key, made_at__lt=ends)
        if all(TaskEnd.objects.filter(task=task, ended_at__lt=ends).exists() for task in tasks):
            add("without_next", key, flow=flow)
    for sheet in Closure.objects.select_related("case"):
        if begins <= sheet.closed_at < ends:
            add("closed", sheet.case_id, close_kind=sheet.kind, flow=sheet.case.flow)
            if sheet.case.flow == "flow2":
                add("coordination_closed", sheet.case_id, close_kind=sheet.kind)
    for referral in Referral.objects.prefetch_related("answers"):
        receiver, answers = str(referral.receiver_id), list(referral.answers.all())
        if begins <= referral.sent_at < ends:
            add("referrals", referral.case_id, receiver=receiver)
        for answer in answers:
            if answer.kind == "returned" and begins <= answer.said_at < ends:
                flow = flow_at(referral.case_id, referral.sent_at)
                add("returns", referral.case_id, receiver=receiver, reason=answer.reason, flow=flow)
        due = working_day_after(day(referral.sent_at), days=10)
        revoked = getattr(referral, "revocation", None)
        if first <= due < end and not (revoked and day(revoked.revoked_at) <= due):
            met = any(answer.kind == "first_contact" and day(answer.said_at) <= due for answer in answers)
            add("first_contact", referral.case_id, met="yes" if met else "no", receiver=receiver)
    seats = {}
    for decision in Decision.objects.all():
        in_month = first <= decision.decided_on < end
        if in_month:
            add(
                "decisions",
                decision.case_id,
                first="again" if _ends_something(decision) else "first",
            )
        for role in RoleRow.objects.filter(decision=decision):
            said = list(RoleAnswer.objects.filter(role=role).order_by("sequence"))
            yes = [each.said_at for each in said if each.kind in ("accepted", "conditional")]
            if role.seat and yes:
                seats.setdefault(role.case_id, {}).setdefault(role.seat, []).append(min(yes))
            by_end = [each for each in said if each.said_at < ends]
            if in_month:
                last = [each.kind for each in by_end if each.kind in ("accepted", "conditional", "declined")]
                add("roles", role.case_id, agency=str(role.agency_id), answer=last[-1] if last else "")
            ended = RoleEnd.objects.filter(role=role, ended_at__lt=ends).exists()
            if decision.recorded_at < ends and role.case_id in is_open and not ended and not by_end:
                add("roles_unanswered", role.case_id, agency=str(role.agency_id))
    for row in PlanDecision.objects.select_related("plan", "decision"):
        if first <= row.decision.decided_on < end:
            before = PlanDecision.objects.filter(case=row.case_id, plan__version__lt=row.plan.version)
            which, flow = (
                "again" if before.exists() else "first",
                flow_at(row.case_id, row.decision.recorded_at),
            )
            named = [*PlanPart.objects.filter(plan=row.plan), *PlanRole.objects.filter(plan=row.plan)]
            services = {each.service for each in named if each.service}
            add("plans", row.case_id, plan=which, flow=flow, service=services)
            if flow == "flow2":
                add("coordination_plans", row.case_id, plan=which)
    for version in Assessment.objects.all():
        if begins <= version.fixed_at < ends:
            first_ever = "first" if version.version == 1 else "again"
            flow = flow_at(version.case_id, version.fixed_at)
            add("assessments", version.case_id, first=first_ever, flow=flow)
    held = {}
    for item in AgendaItem.objects.select_related("meeting", "removal"):
        removal = getattr(item, "removal", None)
        was_there = not (removal and removal.removed_at < item.meeting.held_at)
        if was_there and begins <= item.meeting.held_at < ends and item.meeting.held_at <= timezone.now():
            add("discussed", item.case_id, meeting=item.kind)
            if item.case_id not in without:
                held.setdefault(item.meeting_id, set()).add(item.kind)
    for kinds in held.values():
        add("sessions", None, meeting=kinds)
    for key, found in seats.items():
        if len(found) == len(Seat) and begins <= (done := max(min(each) for each in found.values())) < ends:
            begun = day(first_of[key].received_at if key in first_of else Case.objects.get(pk=key).opened_at)
            later = range(1, (day(done) - begun).days + 1)
            days = sum(is_working_day(begun + dt.timedelta(days=n)) for n in later)
            add("seats_days", key, days=str(days))
    return cells
