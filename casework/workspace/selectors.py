"""What the pages that show several rooms at once gather, and the log of what they showed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from casework.accompanying.selectors import rhythm_of
from casework.assessments.models import Assessment
from casework.assessments.selectors import assessments_for
from casework.cases.models import Case
from casework.cases.selectors import ALL, PAGE_SIZE, Cursor, Narrowing, case_keys_for
from casework.closing.models import Closure
from casework.closing.selectors import closure_for
from casework.concealment.selectors import concealed_among, is_concealed
from casework.consent.selectors import ConsentState, consent_states_for, own_bases_for
from casework.duplicates.selectors import joined_for
from casework.evaluation.selectors import EvaluationView, evaluations_for, reads_of_evaluations
from casework.files.selectors import case_files_for
from casework.handover.models import Handover
from casework.handover.selectors import handover_of
from casework.households.models import Household, Person
from casework.households.safety import rules_of
from casework.households.selectors import PersonView, household_for, name_by, people_for, who_live_here
from casework.intake.models import Contact
from casework.intake.selectors import contacts_for
from casework.issues.selectors import issues_by_person
from casework.meetings.models import AgendaItem
from casework.meetings.selectors import case_agendas_for
from casework.monitoring.selectors import Monitorings, monitorings_for, reads_of_monitorings
from casework.notes.selectors import standing_notes_for
from casework.plans.selectors import DecisionView, decision_views_for
from casework.reads import record_items
from casework.referrals.selectors import ReferralView, calls_for_coordination, case_referrals_for
from casework.registers.models import RegisterRow
from casework.registers.selectors import kept_for
from casework.relations.models import Group
from casework.relations.selectors import name_pairs, standing_relations_for
from casework.reopening.selectors import Neighbors, neighbors_of
from casework.rounds import Steps, ask, in_rounds, side_by_side
from casework.seals.selectors import SealView, seal_for
from casework.sharing.items import Item
from casework.sharing.models import Block, LivesHere, Recall, RecallAnswer, ShareLine
from casework.sharing.selectors import cases_for, labelled_for, ledger_of, persons_for, recalls_for
from casework.suspension.models import Suspension
from casework.suspension.selectors import suspension_of
from casework.tasks.selectors import case_tasks_for
from permissions.agencies.models import Agency, Membership
from permissions.audit.actions import Read
from permissions.people import name_of
from permissions.viewer import Viewer

from .models import SavedList, SavedPage

NOTES_SHOWN = 50


@dataclass
class SharedWith:
    """The lines of one agency on a case, for the center."""

    agency: Agency
    live: list[ShareLine]
    past: list[ShareLine]
    recalls: list[Recall]

    @property
    def undisposed(self) -> dt.datetime | None:
        """Return since when the agency has not said what it did with what it no longer sees; None if it has."""
        open_since = [recall.told_at for recall in self.recalls if not hasattr(recall, "answer")]
        return min(open_since, default=None)

    @property
    def disposals(self) -> list[RecallAnswer]:
        return [recall.answer for recall in self.recalls if hasattr(recall, "answer")]

    @property
    def summary(self) -> list[tuple[str, list[str]]]:
        """Return (who, item names) of what is seen now, each item once, in the order of the items."""
        seen: dict[str, set[str]] = {}
        for line in self.live:
            seen.setdefault(line.who, set()).add(line.item)  # type: ignore[attr-defined] # by name_people
        return [(who, [str(item.label) for item in Item if item in items]) for who, items in seen.items()]


@dataclass(frozen=True)
class BlockView:
    """A block and the name of the agency or person it is about."""

    row: Block
    target: str


@dataclass
class CaseRecord:
    """A case as one viewer sees it. ``contacts``, ``shared`` and ``blocks`` are filled for the center's duty only."""

    case: Case
    household: Household | None
    people: list[PersonView]
    relations: list[Any]  # on a page of their own; those that hold, each with one_name and other_name
    notes: list[Any]  # those that hold; each with the earlier ones that it corrected
    has_more_notes: bool
    decisions: list[DecisionView]
    referrals: list[ReferralView]
    files: list[Any]
    tasks: list[Any]  # those that have not ended
    is_concealed: bool
    contacts: list[Contact]
    register_rows: list[RegisterRow]
    shared: list[SharedWith]
    blocks: list[BlockView]
    closure: Closure | None
    agendas: list[AgendaItem]
    monitorings: Monitorings
    evaluations: list[EvaluationView]
    neighbors: Neighbors
    handover: Handover | None  # that waits for its signature
    rhythm: Any  # when somebody last talked with the household, and has to again; for the center
    assessment: Assessment | None  # the newest that was fixed
    suspension: Suspension | None  # why it rests, for the center

    @property
    def members(self) -> list[PersonView]:
        """Return who belongs to the household, as far as the viewer knows."""
        return [person for person in self.people if person.is_member]

    @property
    def outside(self) -> list[PersonView]:
        """Return relatives who live elsewhere, who moved out, and who died."""
        return [person for person in self.people if not person.is_member]

    @property
    def is_still_shared(self) -> bool:
        """Return whether an agency sees something of it now, as far as the viewer knows."""
        return any(each.live for each in self.shared)

    @property
    def later(self) -> Case | None:
        """Return the case in which the household came back, while it is open: until it ends nothing is counted (R-RET-1)."""
        return self.neighbors.open_after

    @property
    def proposal(self) -> str:
        """Return why the center is proposed to coordinate, for its duty; empty for nothing."""
        return calls_for_coordination(self.referrals)


@dataclass(frozen=True)
class Strip:
    """What stands above every page of a case: concealed, sealed, consents; for an agency, on what its own lines rest."""

    is_concealed: bool
    seal: SealView | None
    states: list[ConsentState]
    bases: list[str]


@dataclass
class ListedCase:
    """One row of the case list, with what this viewer may see of it."""

    case: Case
    changed_at: dt.datetime
    household: Household | None
    people: list[Person]
    is_concealed: bool


@dataclass
class CasePage:
    """A page of the case list: rows, newest change first, and where the next page begins."""

    rows: list[ListedCase]
    next: Cursor | None


def case_page_for(
    viewer: Viewer, *, after: Cursor | None = None, limit: int = PAGE_SIZE, only: Narrowing = ALL
) -> CasePage:
    """Return one page of the case list with households and people as far as this viewer may see them."""
    keys = case_keys_for(viewer, after=after, limit=limit + 1, only=only)
    shown = keys[:limit]
    ids = [case_id for case_id, _moment in shown]
    cases = cases_for(viewer).select_related("holder", "worker__user").in_bulk(ids)
    households = {row.case_id: row for row in labelled_for(viewer, Household).filter(case__in=ids)}
    people: dict[uuid.UUID, list[Any]] = {}
    for person in (
        persons_for(viewer)
        .filter(case__in=ids)
        .annotate(lives_here=LivesHere("pk"))
        .order_by("position", "pk")
    ):
        people.setdefault(person.case_id, []).append(person)
    concealed = concealed_among(ids)
    rows = [
        ListedCase(
            cases[case_id],
            moment,
            households.get(case_id),
            who_live_here(people.get(case_id, [])),
            case_id in concealed,
        )
        for case_id, moment in shown
        if case_id in cases
    ]
    more = len(keys) > limit
    return CasePage(rows, Cursor(shown[-1][1], shown[-1][0]) if more else None)


def saved_query_for(viewer: Viewer, page: str = SavedPage.CASES) -> str:
    """Return the conditions under which this person wants to find a list, as its address has them."""
    row = SavedList.objects.filter(membership=viewer.membership, page=page).first()
    return row.query if row else ""


@in_rounds
def case_record_for(viewer: Viewer, case: Case) -> Steps[CaseRecord]:
    """Return everything of a case that reaches the viewer."""
    (
        notes,
        decisions,
        referrals,
        issues,
        files,
        people,
        joined,
        concealed,
        relations,
        register_rows,
        household,
        tasks,
        (contacts,),
        shared,
        blocks,
        closure,
        agendas,
        monitorings,
        evaluations,
        suspension,
        neighbors,
        handover,
        rhythm,
        (assessments,),
    ) = yield from side_by_side(
        standing_notes_for.steps(viewer, case, limit=NOTES_SHOWN + 1),
        decision_views_for.steps(viewer, case),
        case_referrals_for.steps(viewer, case),
        issues_by_person.steps(viewer, case),
        case_files_for.steps(viewer, case),
        people_for.steps(viewer, case),
        joined_for.steps(viewer, case),
        is_concealed.steps(viewer, case),
        standing_relations_for.steps(viewer, case),
        kept_for.steps(viewer, case),
        household_for.steps(viewer, case),
        case_tasks_for.steps(viewer, case),
        ask(contacts_for(viewer).filter(case=case).order_by("received_at", "number")),
        _shared_with(viewer, case),
        _blocks(viewer, case),
        closure_for.steps(viewer, case),
        case_agendas_for.steps(viewer, case),
        monitorings_for.steps(viewer, case),
        evaluations_for.steps(viewer, case),
        suspension_of.steps(viewer, case),
        neighbors_of.steps(viewer, case),
        handover_of.steps(viewer, case),
        rhythm_of.steps(viewer, case),
        ask(assessments_for(viewer).filter(case=case).order_by("-version")[:1]),
    )
    people += [
        PersonView(person, None) for person in issues if person not in {each.person_id for each in people}
    ]
    _name_everything(people, notes, decisions, referrals, files, tasks, shared)
    for note in notes:
        note.files = [file for file in files if file.note_id == note.pk and not file.is_removed]
    for person in people:
        person.joined = joined.get(person.person_id, [])
        person.rules = rules_of(person.contact, is_concealed=concealed)
        person.issues = issues.get(person.person_id)
    names = {person.person_id: person.name for person in people if person.basics}
    name_by(names, [row for view in evaluations for row in view.results])
    relations = name_pairs(relations, {person.person_id: person.name for person in people})
    for person in people:
        person.key_people = [
            row.one_name for row in relations if row.group == Group.KEY and row.other_id == person.person_id
        ]
    return CaseRecord(
        case=case,
        relations=relations,
        referrals=referrals,
        is_concealed=concealed,
        contacts=contacts,
        register_rows=register_rows,
        household=household,
        people=people,
        notes=notes[:NOTES_SHOWN],
        has_more_notes=len(notes) > NOTES_SHOWN,
        decisions=decisions,
        files=files,
        tasks=tasks,
        shared=shared,
        blocks=blocks,
        closure=closure,
        agendas=agendas,
        monitorings=monitorings,
        evaluations=evaluations,
        suspension=suspension,
        neighbors=neighbors,
        handover=handover,
        rhythm=rhythm,
        assessment=next(iter(assessments), None),
    )


@in_rounds
def strip_for(viewer: Viewer, case: Case) -> Steps[Strip]:
    """Return what stands above every page of a case."""
    return Strip(
        *(
            yield from side_by_side(
                is_concealed.steps(viewer, case),
                seal_for.steps(viewer, case),
                consent_states_for.steps(viewer, case),
                own_bases_for.steps(viewer, case),
            )
        )
    )


def _name_everything(
    people: list[PersonView],
    notes: list[Any],
    decisions: list[DecisionView],
    referrals: list[ReferralView],
    files: list[Any],
    tasks: list[Any],
    shared: list[SharedWith],
) -> None:
    """Say of everything labelled whom it is about, by the names that reach whoever asks."""
    names = {person.person_id: person.basics.name for person in people if person.basics}
    name_by(names, [*notes, *files, *tasks])
    name_by(
        names, [row for view in decisions for row in (*view.directions, *(role.row for role in view.roles))]
    )
    name_by(names, [view.row for view in referrals])
    name_by(names, [line for each in shared for line in (*each.live, *each.past)])


def _shared_with(viewer: Viewer, case: Case) -> Steps[list[SharedWith]]:
    if not viewer.sees_all_cases:
        return []
    lines, live, taken_back = yield [
        ledger_of(viewer, case),
        ledger_of(viewer, case).filter(pk__in=ShareLine.objects.live()).values_list("pk", flat=True),
        recalls_for(viewer).filter(case=case),
    ]
    live_ids = set(live)
    by_agency: dict[Agency, list[ShareLine]] = defaultdict(list)
    for line in lines:
        by_agency[line.agency].append(line)
    recalls: dict[Agency, list[Recall]] = defaultdict(list)
    for recall in taken_back:
        recalls[recall.agency].append(recall)
    return [
        SharedWith(
            agency,
            [line for line in of_agency if line.pk in live_ids],
            [line for line in of_agency if line.pk not in live_ids],
            recalls[agency],
        )
        for agency, of_agency in by_agency.items()
    ]


def _blocks(viewer: Viewer, case: Case) -> Steps[list[BlockView]]:
    """Return who must not see a case, and why, for whoever shares it (domain.md R-DV-3)."""
    if not viewer.may("casework.share"):
        return []
    blocks = (
        Block.objects.filter(case=case, lifted_at__isnull=True)
        .select_related("agency")
        .order_by("set_at", "pk")
    )
    (rows,) = yield [blocks]
    members = Membership.objects.filter(user__in=[row.user_id for row in rows if row.user_id])
    (found,) = yield [members.select_related("user")]
    names = {row.user_id: name_of(row.user) for row in found}
    return [
        BlockView(row, row.agency.name if row.agency else names.get(row.user_id or 0, "")) for row in rows
    ]


def record_case_read(viewer: Viewer, record: CaseRecord) -> None:
    """Log what a case page showed: one row per item of each person, not per field."""
    case = record.case.pk
    reads: set[tuple[Any, Any, Any, str]] = {(record.case, case, None, "")}
    if record.household:
        reads.add((record.household, case, None, "basic"))
    for view in record.people:
        for row in (view.basics, view.contact, view.health, view.money):
            if row is not None:
                reads.add((row, case, view.person_id, row.item))
        for issue in (*view.issues.open, *view.issues.closed) if view.issues else ():
            reads.add((issue, case, view.person_id, issue.item))
    for current in record.notes:
        for note in (current, *current.earlier):
            reads.add((note, case, note.person_id, note.item))
    for decision in record.decisions:
        reads.update(_reads_of(decision))
    for row in (*record.files, *record.tasks):
        reads.add((row, case, row.person_id, row.item))
    for referral in record.referrals:
        reads.add((referral.row, case, referral.row.person_id, referral.row.item))
    reads.update((agenda, case, None, Item.MEETING) for agenda in record.agendas)
    reads.update(reads_of_monitorings(record.monitorings, case))
    reads.update(reads_of_evaluations(record.evaluations, case))
    reads.update((row, case, None, Item.PLAN) for row in (record.suspension, record.closure) if row)
    record_items(viewer, reads)


def record_decision_read(viewer: Viewer, view: DecisionView) -> None:
    """Log what was shown of a decision."""
    record_items(viewer, _reads_of(view))


def _reads_of(view: DecisionView) -> list[Read]:
    rows = [*view.directions, *(role.row for role in view.roles)]
    labels = {(row.person_id, row.item) for row in rows}
    case = view.decision.case_id
    return [(view.decision, case, person, item) for person, item in sorted(labels, key=str)]
