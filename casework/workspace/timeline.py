"""The timeline of a case (経過の一覧): everything that happened in one list, each thing read at its own door (domain.md 7.3)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.crypto import salted_hmac

from casework.assessments.selectors import assessment_views_for
from casework.cases.models import Case
from casework.cases.selectors import QUIET_DAYS, events_for
from casework.closing.selectors import closure_for
from casework.consent.selectors import consents_for, withdrawals_for
from casework.evaluation.selectors import evaluations_for
from casework.files.selectors import case_files_for
from casework.households.selectors import name_by, stays_for
from casework.intake.selectors import contacts_for
from casework.meetings.selectors import case_agendas_for
from casework.monitoring.selectors import monitorings_for
from casework.notes.models import Attendee
from casework.notes.selectors import notes_for
from casework.notices.selectors import case_calls_for, case_notices_for
from casework.planning.agreements import agreements_for
from casework.planning.confirmations import confirmations_for
from casework.planning.selectors import decided_plans_for
from casework.plans.selectors import decision_views_for
from casework.referrals.selectors import case_referrals_for
from casework.rounds import Steps, ask, in_rounds, side_by_side
from casework.sharing.selectors import labelled_for, ledger_of, persons_for
from casework.suspension.selectors import suspensions_for
from casework.tasks.selectors import ended_tasks_for
from permissions.agencies.models import Agency, Membership
from permissions.people import name_of
from permissions.viewer import Viewer

from . import timeline_entries as entries
from .timeline_entries import Entry
from .timeline_events import EVENTS, Named, of_events

PAGE_SIZE = 50


@dataclass(frozen=True)
class Gap:
    """So many whole days without any record, between two entries or until today."""

    days: int
    is_until_today: bool = False


@dataclass(frozen=True)
class TimelineFilter:
    """Which entries are wanted; what is empty does not narrow. ``person`` is a key, or "all" for the whole household.

    ``issue`` is the key of its words (``issue_key``): an address holds no words of a case.
    """

    kind: str = ""
    agency: int | None = None
    person: str = ""
    method: str = ""
    year: int | None = None
    issue: str = ""
    is_newest_first: bool = False

    def lets_through(self, entry: Entry) -> bool:
        people = {"all" if key is None else str(key) for key in entry.people}
        return (
            (not self.kind or entry.kind == self.kind)
            and (not self.agency or self.agency in dict(entry.agencies))
            and (not self.issue or self.issue in map(issue_key, entry.issues))
            and (not self.person or self.person in people)
            and (not self.method or entry.method[0] == self.method)
            and (not self.year or entry.on.year == self.year)
        )

    @property
    def shows_all_of_a_time(self) -> bool:
        """Whether nothing between two entries is left out, so that nothing between them means that nothing happened."""
        return not (self.kind or self.agency or self.person or self.method or self.issue)


def issue_key(words: str) -> str:
    """Return what stands for an issue in an address, where its words must not."""
    return salted_hmac("casework.timeline.issue", words).hexdigest()[:16]


@in_rounds
def timeline_for(viewer: Viewer, case: Case) -> Steps[list[Entry]]:
    """Return everything of a case that happened and reaches the viewer, the oldest first."""
    (
        notes,
        decisions,
        referrals,
        files,
        tasks,
        stays,
        closure,
        agendas,
        monitorings,
        evaluations,
        assessments,
        (suspensions, agreements, confirmations),
        lines,
        events,
        plans,
        (people, contacts, calls, notices, consents, withdrawals),
    ) = yield from side_by_side(
        _notes(viewer, case),
        decision_views_for.steps(viewer, case),
        case_referrals_for.steps(viewer, case),
        case_files_for.steps(viewer, case),
        ended_tasks_for.steps(viewer, case),
        stays_for.steps(viewer, case),
        closure_for.steps(viewer, case),
        case_agendas_for.steps(viewer, case),
        monitorings_for.steps(viewer, case),
        evaluations_for.steps(viewer, case),
        assessment_views_for.steps(viewer, case),
        ask(suspensions_for(viewer, case), agreements_for(viewer, case), confirmations_for(viewer, case)),
        ask(ledger_of(viewer, case)),
        _events(viewer, case),
        decided_plans_for.steps(viewer, case),
        ask(
            persons_for(viewer).filter(case=case).values_list("pk", "name"),
            contacts_for(viewer).filter(case=case),
            case_calls_for(viewer, case),
            case_notices_for(viewer, case),
            consents_for(viewer)
            .filter(case=case)
            .select_related("person", "explained_by__user", "explained_by__agency"),
            withdrawals_for(viewer)
            .filter(case=case)
            .select_related("agency", "recorded_by__user", "recorded_by__agency"),
        ),
    )
    names = dict(people)
    labelled = [row for view in decisions for row in (*view.directions, *(role.row for role in view.roles))]
    labelled += [view.row for view in referrals]
    name_by(names, [*notes[0], *files, *tasks, *lines[0], *labelled])
    found = [
        *entries.of_contacts(contacts),
        *entries.of_calls(calls),
        *entries.of_notices(notices),
        *entries.of_notes(*notes),
        *entries.of_consents(consents, withdrawals),
        *entries.of_lines(lines[0], timezone.now()),
        *entries.of_referrals(referrals),
        *entries.of_decisions(decisions, plans),
        *entries.of_stays(stays, names),
        *of_events(*events),
        *entries.of_tasks(tasks),
        *entries.of_files(files),
        *entries.of_closure(closure),
        *entries.of_agendas(agendas, timezone.now()),
        *entries.of_monitorings(monitorings.views, case.pk),
        *entries.of_evaluations(evaluations, case.pk),
        *entries.of_assessments(assessments, case.pk),
        *entries.of_suspensions(suspensions),
        *entries.of_agreements(agreements),
        *entries.of_confirmations(confirmations),
    ]
    return sorted(found, key=lambda entry: entry.order)


def _notes(viewer: Viewer, case: Case) -> Steps[tuple[list[Any], dict[uuid.UUID, list[Any]]]]:
    """The notes that hold, without their texts, and who else was there."""
    rows = notes_for(viewer, case).prefetch_related(None).filter(is_corrected=False)
    there = labelled_for(viewer, Attendee).filter(case=case).order_by("position")
    notes, attendees = yield [rows, there]
    found: dict[uuid.UUID, list[Any]] = {}
    for attendee in attendees:
        found.setdefault(attendee.note_id, []).append(attendee)
    return notes, found


def _events(viewer: Viewer, case: Case) -> Steps[tuple[list[Any], Named]]:
    (events,) = yield [
        events_for(viewer, case).filter(verb__in=EVENTS).select_related("actor__user", "actor__agency")
    ]
    holders, workers, asked = (
        {event.after[name] for event in events if event.after.get(name)}
        for name in ("holder", "worker", "agency")
    )
    agencies, members = yield [
        Agency.objects.filter(pk__in=holders | asked).values_list("pk", "name"),
        Membership.objects.filter(pk__in=workers).select_related("user"),
    ]
    return events, Named(dict(agencies), {member.pk: name_of(member.user) for member in members})


def rows_of(
    found: Sequence[Entry], only: TimelineFilter, *, gaps_until: dt.date | None = None
) -> list[Entry | Gap]:
    """Return what is wanted in the order wanted, with gaps of QUIET_DAYS and more if ``gaps_until`` says until when."""
    wanted = [entry for entry in found if only.lets_through(entry)]
    rows: list[Entry | Gap] = list(wanted)
    if gaps_until and only.shows_all_of_a_time and wanted:
        # Of another year's days nothing is known here.
        is_to_the_end = wanted[-1] is found[-1]
        rows = _with_gaps(wanted, gaps_until if is_to_the_end else None)
    return rows[::-1] if only.is_newest_first else rows


def _with_gaps(wanted: Iterable[Entry], until: dt.date | None) -> list[Entry | Gap]:
    rows: list[Entry | Gap] = []
    last: dt.date | None = None
    for entry in wanted:
        if last and (silent := (entry.on - last).days - 1) >= QUIET_DAYS:
            rows.append(Gap(silent))
        rows.append(entry)
        last = max(entry.on, last or entry.on)
    if last and until and (silent := (until - last).days) >= QUIET_DAYS:
        rows.append(Gap(silent, is_until_today=True))
    return rows


@dataclass(frozen=True)
class Choices:
    """By what a timeline can be narrowed: only what stands in it."""

    kinds: list[tuple[str, str]]
    agencies: list[tuple[str, str]]
    people: list[tuple[str, str]]
    methods: list[tuple[str, str]]
    years: list[tuple[str, str]]
    issues: list[tuple[str, str]]


def choices_of(found: Iterable[Entry], names: dict[uuid.UUID | None, str]) -> Choices:
    """Return what can be asked for; ``names`` are those that reach the viewer."""
    rows = list(found)
    kinds = {entry.kind for entry in rows}
    agencies = dict(agency for entry in rows for agency in entry.agencies)
    issues = sorted({issue for entry in rows for issue in entry.issues})
    people = dict.fromkeys(key for entry in rows for key in entry.people)
    methods = {code: label for code, label in (entry.method for entry in rows) if code}
    years = sorted({entry.on.year for entry in rows})
    return Choices(
        [(kind.value, str(kind.label)) for kind in entries.TimelineKind if kind in kinds],
        [(str(key), name) for key, name in sorted(agencies.items(), key=lambda each: each[1])],
        [("all" if key is None else str(key), names[key]) for key in people if key in names],
        sorted(methods.items(), key=lambda each: each[1]),
        [(str(year), str(year)) for year in years],
        [(issue_key(issue), issue) for issue in issues],
    )
