"""The tests of sharing must be able to fail: leaks planted one at a time, each found by the same checks.

The short history of chapters.py agrees with the dictionary without a fault, and a fault is found in the chapter that it names.
By night the random histories of test_sharing_model.py have to find each fault as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import connection
from django.db.models import DateTimeField, F, OuterRef, Q, Value
from hypothesis import Phase, settings
from hypothesis.errors import FlakyFailure

from casework import reads, walls
from casework.assessments import asking
from casework.assessments import selectors as assessment_selectors
from casework.assessments.models import AssessmentRequest
from casework.cases import selectors as case_selectors
from casework.cases.models import Case
from casework.chronology import selectors as chronology_selectors
from casework.concealment.models import Concealment
from casework.evaluation import selectors as evaluation_selectors
from casework.evaluation.models import EvaluationResult
from casework.evaluation.sql import SEEN_DIRECTION
from casework.files import selectors as files
from casework.files.models import FileContent
from casework.files.sql import UNCHECKED, seen_answer
from casework.households import selectors as household_selectors
from casework.households.models import Person
from casework.meetings import selectors as meetings
from casework.meetings.models import Questionnaire
from casework.planning import selectors as planning_selectors
from casework.planning.models import PlanAgreement
from casework.planning.sql import is_decided
from casework.plans import selectors as plan_selectors
from casework.plans.models import Direction, OfRole, RoleRow
from casework.plans.sql import role_is_seen
from casework.sharing import actions, models, selectors
from casework.sharing.models import LIVE, CaseGrant, NotBlocked, PersonGrant, SamePerson, Share, ShareLine
from casework.sheets import content as sheet_content
from casework.sheets import plans as sheet_plans
from casework.sheets import selectors as sheets
from casework.sheets.sql import FROM_BEFORE_HIDING
from casework.workspace import finding, inbox
from permissions.agencies.models import MembershipQuerySet
from permissions.audit import log_file
from permissions.walls.clock import ClockNow
from tests.casework import doors
from tests.casework.chapters import (
    CHAPTERS,
    ask_and_take_back,
    hide_and_seal,
    keep_out_and_leave,
    share_and_end,
    sit_down_and_leave,
)
from tests.casework.machine.sharing import DoorAloneMachine, SharingMachine
from tests.casework.narrow import NarrowWorld
from tests.casework.test_sharing_model import COMMON, run
from tests.hats import Wearing
from tests.nights import by_night

OF_MY_AGENCY = "m.membership_id IN (SELECT s.id FROM marugoto_permissions_membership s WHERE s.agency_id = wall_agency())"
# As many histories as a run has without the night.
HUNT = settings(COMMON, max_examples=200, stateful_step_count=40, phases=(Phase.generate,))


@dataclass(frozen=True)
class Fault:
    """``plant`` breaks one wall; ``machine`` looks at that wall without the other in front of it, ``told`` touches it."""

    name: str
    machine: type[SharingMachine]
    plant: Callable[[pytest.MonkeyPatch], None]
    told: Callable[[SharingMachine], None] = share_and_end


# --- faults of the door ---------------------------------------------------------------------------------


def forget_until(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(models, "LIVE", Q(ended_at__isnull=True, starts_at__lte=ClockNow()))


def forget_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        models, "LIVE", Q(starts_at__lte=ClockNow()) & (Q(until__isnull=True) | Q(until__gt=ClockNow()))
    )


def forget_start(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        models, "LIVE", Q(ended_at__isnull=True) & (Q(until__isnull=True) | Q(until__gt=ClockNow()))
    )


def forget_agency(patch: pytest.MonkeyPatch) -> None:
    def lines_of_anybody(viewer: Any) -> Any:
        if not viewer.membership.role_rights.reads_cases:
            return ShareLine.objects.none()
        return ShareLine.objects.filter(LIVE, NotBlocked("case"))

    patch.setattr(selectors, "lines_reaching", lines_of_anybody)


def forget_role(patch: pytest.MonkeyPatch) -> None:
    def lines_for_any_role(viewer: Any) -> Any:
        return ShareLine.objects.filter(LIVE, NotBlocked("case"), agency=viewer.agency)

    patch.setattr(selectors, "lines_reaching", lines_for_any_role)


def forget_item(patch: pytest.MonkeyPatch) -> None:
    def any_item(viewer: Any, *, person: str) -> Any:
        same = SamePerson(F("person"), OuterRef(person))
        return selectors.lines_reaching(viewer).filter(same, case=OuterRef("case"))

    patch.setattr(selectors, "_lines_with_label_of", any_item)


def forget_person(patch: pytest.MonkeyPatch) -> None:
    def anybody(viewer: Any, *, person: str) -> Any:
        outer = {"case": OuterRef("case"), "item": OuterRef("item")}
        return selectors.lines_reaching(viewer).filter(**outer)

    patch.setattr(selectors, "_lines_with_label_of", anybody)


def forget_block(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(NotBlocked, "template", "(%(expressions)s IS NOT NULL)")


def leave_guardian_rows(patch: pytest.MonkeyPatch) -> None:
    """Rows stay when the line ends, and guardian is believed."""
    patch.setattr(actions, "_remove_grants", lambda which: 0)
    for grant in (CaseGrant, PersonGrant):
        patch.setattr(grant, "live_now", classmethod(lambda cls: Q()))


def forget_inactive_people(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(MembershipQuerySet, "live", lambda self: self.filter(ended_at__isnull=True))


def forget_files_nobody_looked_through(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(files, "_not_looked_through", Concealment.objects.none)


def forget_sheets_from_before_hiding(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sheets, "standing", lambda case_id: Concealment.objects.none())


# --- faults of one way on which something gets out --------------------------------------------------------


def list_what_ended(patch: pytest.MonkeyPatch) -> None:
    def every_envelope(viewer: Any) -> Any:
        return Share.objects.filter(agency=viewer.agency).order_by("-last_visible_change_at", "-case")

    patch.setattr(case_selectors, "envelopes_for", every_envelope)


def count_what_ended(patch: pytest.MonkeyPatch) -> None:
    def count(viewer: Any) -> int:
        known = case_selectors.count_cases_for(viewer)
        return known if viewer.sees_all_cases else Share.objects.filter(agency=viewer.agency).count()

    patch.setattr(doors, "count_cases_for", count)


def everybody_in(module: Any) -> Callable[[pytest.MonkeyPatch], None]:
    """Let one module take everybody's basics past the door."""
    return lambda patch: patch.setattr(module, "persons_for", lambda viewer: Person.objects.all())


def every_row_in(module: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(module, "labelled_for", lambda viewer, model: model.objects.all())


def candidates_of_anybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        finding, "candidate_cases", lambda words, *, most: [*Case.objects.values_list("pk", flat=True)]
    )


def show_drafts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(planning_selectors, "_parts_for", planning_selectors.labelled_for)


def read_as_a_whole(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(meetings.WholeToMe, "template", meetings.OpenToMe.template)


def show_questionnaires(patch: pytest.MonkeyPatch) -> None:
    def of_others(viewer: Any, item: Any) -> Any:
        return meetings._of_agenda_for(viewer, Questionnaire, whole=meetings._READ_BY_ME).filter(agenda=item)

    patch.setattr(meetings, "questionnaires_for", of_others)


def open_every_table(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(meetings.OpenToMe, "template", "(%(expressions)s IS NOT NULL)")


def ask_everybody(patch: pytest.MonkeyPatch) -> None:
    """Whoever asks for requests is taken for the agency that was asked."""

    def requests(viewer: Any) -> Any:
        rows = asking.labelled_for(viewer, AssessmentRequest)
        return rows.annotate(answered_at=Value(None, output_field=DateTimeField()), is_ended=Value(False))

    patch.setattr(asking, "requests_for", requests)


def open_to_anybody(model: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(model, "open_to", classmethod(lambda cls, agency: Q()))


def print_agreements(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sheet_plans, "agreements_for", lambda viewer, case: PlanAgreement.objects.filter(case=case))


def open_any_file(patch: pytest.MonkeyPatch) -> None:
    def content(viewer: Any, file: Any) -> bytes:
        return bytes(FileContent.objects.get(file=file).content)

    patch.setattr(doors, "content_for", content)


def tell_of_any_case(patch: pytest.MonkeyPatch) -> None:
    anybody = replace(inbox.SUBJECTS["case"], door=lambda viewer: Case.objects.all())
    patch.setitem(inbox.SUBJECTS, "case", anybody)


def tell_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(
        inbox.SUBJECTS, "case", replace(inbox.SUBJECTS["case"], door=lambda viewer: Case.objects.none())
    )


def log_on_lines_of_anybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reads, "lines_reaching", lambda viewer: ShareLine.objects.live())


def log_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reads, "record_reads", lambda viewer, shown, *, grounds: None)


def export_every_case(patch: pytest.MonkeyPatch) -> None:
    whole = log_file.entries_for
    patch.setattr(
        log_file, "entries_for", lambda viewer, wanted: whole(viewer, replace(wanted, case_id=None))
    )


# --- faults of the database ------------------------------------------------------------------------------


def policy(table: str, condition: str) -> Callable[[pytest.MonkeyPatch], None]:
    def plant(patch: pytest.MonkeyPatch) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER POLICY wall_select ON {table} USING ({condition})")

    return plant


def without(words: str, table: str = "casework_note") -> Callable[[pytest.MonkeyPatch], None]:
    """Leave words out of the policy of one table."""
    whole = walls.reaches(table)
    assert whole.count(words) == 1
    return policy(table, whole.replace(words, ""))


def lacking(table: str, words: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Leave words out of what a table's own policy says."""
    whole = next(wall.select for wall in walls.WALLS if wall.table == table)
    assert whole.count(words) == 1
    return policy(table, whole.replace(words, ""))


def seen_without_role(name: str) -> Callable[[pytest.MonkeyPatch], None]:
    table = f"casework_{name}"
    return lacking(table, f" AND ({walls.CENTER} OR {role_is_seen(table)})")


def function(name: str, words: str, instead: str = "") -> Callable[[pytest.MonkeyPatch], None]:
    """Change words in a function that every policy uses."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [name])
            whole = cursor.fetchone()[0]
            assert whole.count(words) == 1, whole
            cursor.execute(whole.replace(words, instead))

    return plant


def both(*plants: Callable[[pytest.MonkeyPatch], None]) -> Callable[[pytest.MonkeyPatch], None]:
    def plant(patch: pytest.MonkeyPatch) -> None:
        for each in plants:
            each(patch)

    return plant


# Of the search one of the two may fail: its keys are kept for each agency apart.
FAULTS = [
    Fault(
        "the search finds people by their names",
        DoorAloneMachine,
        both(everybody_in(finding), candidates_of_anybody),
    ),
    Fault("the door ignores until", DoorAloneMachine, forget_until),
    Fault("the door ignores the end", DoorAloneMachine, forget_end),
    Fault("the door ignores the start", DoorAloneMachine, forget_start),
    Fault("the door ignores the agency", DoorAloneMachine, forget_agency),
    Fault("the door ignores the role", DoorAloneMachine, forget_role),
    Fault("the door ignores the item", DoorAloneMachine, forget_item),
    Fault("the door ignores the person", DoorAloneMachine, forget_person),
    Fault("the door ignores blocks", DoorAloneMachine, forget_block, keep_out_and_leave),
    Fault("guardian's row outlives its line", DoorAloneMachine, leave_guardian_rows, keep_out_and_leave),
    Fault("people who left still act", DoorAloneMachine, forget_inactive_people, keep_out_and_leave),
    Fault("the list shows what ended", DoorAloneMachine, list_what_ended),
    Fault("what ended is counted", DoorAloneMachine, count_what_ended),
    Fault("the page of a case shows every item", DoorAloneMachine, every_row_in(household_selectors)),
    Fault("the PDF says who lives there", DoorAloneMachine, everybody_in(sheet_content)),
    Fault("the PDF has every direction", DoorAloneMachine, every_row_in(plan_selectors)),
    Fault("the evaluation sheet has every result", DoorAloneMachine, every_row_in(evaluation_selectors)),
    Fault("the plan's paper has every entry", DoorAloneMachine, every_row_in(planning_selectors)),
    Fault("the door shows drafts of the plan", DoorAloneMachine, show_drafts),
    Fault("the plan's paper says what people said of it", DoorAloneMachine, print_agreements),
    Fault("the door shows every kept role", DoorAloneMachine, open_to_anybody(RoleRow)),
    Fault("the door shows kept directions", DoorAloneMachine, open_to_anybody(Direction)),
    Fault("the door shows what is said of kept roles", DoorAloneMachine, open_to_anybody(OfRole)),
    Fault(
        "the door shows what became of kept directions", DoorAloneMachine, open_to_anybody(EvaluationResult)
    ),
    Fault(
        "the door opens everything to the smallest view",
        DoorAloneMachine,
        read_as_a_whole,
        told=sit_down_and_leave,
    ),
    Fault(
        "members read each other's questionnaires",
        DoorAloneMachine,
        show_questionnaires,
        told=sit_down_and_leave,
    ),
    Fault(
        "whoever sits there knows of every table", DoorAloneMachine, open_every_table, told=sit_down_and_leave
    ),
    Fault("requests outlive the line", DoorAloneMachine, every_row_in(asking), told=ask_and_take_back),
    Fault("others read what an agency is asked for", DoorAloneMachine, ask_everybody, told=ask_and_take_back),
    Fault("the assessment shows every part", DoorAloneMachine, every_row_in(assessment_selectors)),
    Fault("the chronology shows every year", DoorAloneMachine, every_row_in(chronology_selectors)),
    Fault("any file opens", DoorAloneMachine, open_any_file),
    Fault("notifications outlive the share", DoorAloneMachine, tell_of_any_case),
    Fault("nobody is told of a share", DoorAloneMachine, tell_nobody),
    Fault("the log says a line of another agency", DoorAloneMachine, log_on_lines_of_anybody),
    Fault("the log keeps nothing", DoorAloneMachine, log_nothing),
    Fault("the log is written out for every case", DoorAloneMachine, export_every_case),
    Fault("health has no policy", SharingMachine, policy("casework_personhealth", "true")),
    Fault(
        "an agency reads drafts of the plan",
        SharingMachine,
        lacking("casework_planpart", f" AND ({walls.CENTER} OR {is_decided('casework_planpart')})"),
    ),
    Fault(
        "what people said of a plan has no policy", SharingMachine, policy("casework_planagreement", "true")
    ),
    Fault(
        "an agency reads the kept roles of others",
        SharingMachine,
        lacking(
            "casework_rolerow", f" AND ({walls.CENTER} OR NOT is_meeting_only OR agency_id = {walls.AGENCY})"
        ),
    ),
    Fault(
        "an agency reads kept directions",
        SharingMachine,
        lacking("casework_direction", f" AND ({walls.CENTER} OR NOT is_meeting_only)"),
    ),
    *(
        Fault(f"what is said of a kept role is read ({table})", SharingMachine, seen_without_role(table))
        for table in ("roleanswer", "monitoringtick", "evaluationrole", "roleend")
    ),
    Fault(
        "an agency reads what became of kept directions",
        SharingMachine,
        lacking("casework_evaluationresult", f" AND ({walls.CENTER} OR {SEEN_DIRECTION})"),
    ),
    Fault(
        # The policy of the bytes asks for the answer as well: one of the two may fail.
        "an agency reads what others enclosed",
        SharingMachine,
        both(
            *(
                lacking(table, f" AND {seen_answer(table)}")
                for table in ("casework_casefile", "casework_filecontent")
            )
        ),
    ),
    Fault(
        "an agency reads what another is asked for",
        SharingMachine,
        lacking("casework_assessmentrequest", f" AND ({walls.CENTER} OR agency_id = {walls.AGENCY})"),
        told=ask_and_take_back,
    ),
    Fault(
        "that another is asked no more has no policy",
        SharingMachine,
        policy("casework_assessmentrequestend", "true"),
        told=ask_and_take_back,
    ),
    Fault(
        "papers have no policy",
        SharingMachine,
        policy("casework_agendapaper", "true"),
        told=sit_down_and_leave,
    ),
    Fault(
        "members read the questionnaires of others",
        SharingMachine,
        lacking("casework_questionnaire", f"membership_id = {walls.ME} AND "),
        told=sit_down_and_leave,
    ),
    Fault(
        "papers stay open",
        SharingMachine,
        function("casework_agendas_of_mine", " AND clock_now() < r.return_by"),
        told=sit_down_and_leave,
    ),
    Fault(
        "papers open too early",
        SharingMachine,
        function("casework_agendas_of_mine", "r.released_at <= clock_now() AND "),
        told=sit_down_and_leave,
    ),
    Fault(
        "minutes go round for ever",
        SharingMachine,
        function("casework_minutes_of_mine", " AND clock_now() < c.until"),
        told=sit_down_and_leave,
    ),
    Fault(
        "colleagues of members read",
        SharingMachine,
        function("casework_agendas_of_mine", "m.membership_id = wall_membership()", OF_MY_AGENCY),
        told=sit_down_and_leave,
    ),
    Fault(
        # A withdrawal takes the item off the agenda as well: one of the two may fail.
        "a table outlives the consent",
        SharingMachine,
        both(
            function(
                "casework_agendas_of_mine", " OR casework_agenda_agreed(a.id, wall_reader())", " OR true"
            ),
            function("casework_agendas_of_mine", "x.agenda_id = a.id", "false"),
        ),
        told=sit_down_and_leave,
    ),
    Fault(
        "a table is not shut to whoever is blocked",
        SharingMachine,
        function("casework_agendas_of_mine", "NOT (a.case_id = ANY (wall_blocked()))", "true"),
        told=sit_down_and_leave,
    ),
    Fault("persons have no policy", SharingMachine, policy("casework_person", "true")),
    Fault("the ledger has no policy", SharingMachine, policy("casework_shareline", "true")),
    Fault(
        "a sheet outlives the share",
        SharingMachine,
        policy("casework_sheet", walls.ME.join(("membership_id = ", ""))),
    ),
    Fault("the policy ignores the item", SharingMachine, without(" AND l.item = casework_note.item")),
    Fault(
        "the policy ignores the person",
        SharingMachine,
        without(" AND l.person_id IS NOT DISTINCT FROM casework_note.person_id"),
    ),
    Fault(
        # The ledger's own policy asks for the agency as well: one of the two may fail.
        "the policies ignore the agency",
        SharingMachine,
        both(without(f"l.agency_id = {walls.AGENCY} AND "), policy("casework_shareline", "true")),
    ),
    Fault("the policy ignores the end", SharingMachine, without(" AND l.ended_at IS NULL")),
    Fault("the policy ignores the start", SharingMachine, without(" AND l.starts_at <= clock_now()")),
    Fault(
        "the policy ignores until", SharingMachine, without(" AND (l.until IS NULL OR l.until > clock_now())")
    ),
    Fault(
        "the policy ignores blocks",
        SharingMachine,
        function("wall_blocked", "b.lifted_at IS NULL", "false"),
        keep_out_and_leave,
    ),
    Fault(
        "a seal keeps nobody out",
        SharingMachine,
        function("wall_blocked", "NOT (wall_person() = ANY (s.members))", "false"),
        hide_and_seal,
    ),
    Fault(
        "who must not learn of a concealment is let in",
        SharingMachine,
        function("wall_blocked", "(t.agency_id = wall_agency() OR t.user_id = wall_person())", "false"),
        hide_and_seal,
    ),
    Fault(
        "an agency reads files nobody looked through",
        SharingMachine,
        lacking("casework_filecontent", f"NOT {UNCHECKED} AND "),
        hide_and_seal,
    ),
    Fault(
        "a sheet outlives hiding",
        SharingMachine,
        lacking("casework_sheet", f" AND NOT {FROM_BEFORE_HIDING}"),
        hide_and_seal,
    ),
    Fault(
        "the door shows files nobody looked through",
        DoorAloneMachine,
        forget_files_nobody_looked_through,
        hide_and_seal,
    ),
    Fault(
        "the door opens sheets from before hiding",
        DoorAloneMachine,
        forget_sheets_from_before_hiding,
        hide_and_seal,
    ),
    Fault(
        "closed agencies count",
        SharingMachine,
        function("wall_standing", "a.closed_at IS NULL AND"),
        keep_out_and_leave,
    ),
    Fault(
        "inactive people count",
        SharingMachine,
        function("wall_standing", "AND u.is_active"),
        keep_out_and_leave,
    ),
    Fault(
        "ended memberships count",
        SharingMachine,
        function("wall_standing", "m.ended_at IS NULL AND"),
        keep_out_and_leave,
    ),
    Fault(
        "an agency's administrator reads",
        SharingMachine,
        function("wall_reader", "'agency_staff'", "'agency_admin', 'agency_staff'"),
    ),
]


@contextmanager
def history_in(world: NarrowWorld, kind: type[SharingMachine]) -> Iterator[SharingMachine]:
    machine = type(kind.__name__, (kind,), {"world": world, "tally": Counter()})()
    try:
        yield machine
    except BaseException:
        machine.is_sound = False
        raise
    finally:
        machine.teardown()


def hat_of(kind: type[SharingMachine], wearing: Wearing) -> AbstractContextManager[None]:
    """The door stands alone before the owner, whom every policy lets through."""
    return wearing("app_owner" if kind.is_door_alone else "app_web")


@pytest.mark.slow
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.__name__)
@pytest.mark.parametrize("kind", [SharingMachine, DoorAloneMachine])
def test_without_a_fault_the_history_agrees(wearing, narrow, kind, chapter):
    with hat_of(kind, wearing), history_in(narrow, kind) as machine:
        chapter(machine)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found(wearing, narrow, monkeypatch, fault):
    fault.plant(monkeypatch)

    hat = hat_of(fault.machine, wearing)
    with hat, pytest.raises(AssertionError), history_in(narrow, fault.machine) as machine:
        fault.told(machine)


@pytest.mark.slow
@by_night
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found_by_chance(wearing, narrow, monkeypatch, fault):
    fault.plant(monkeypatch)

    # What comes after a history depends on its number, so that another one may say it differently.
    with hat_of(fault.machine, wearing), pytest.raises((AssertionError, FlakyFailure)):
        run(fault.machine, narrow, HUNT)
