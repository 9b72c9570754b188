"""What one viewer sees by each door, and what the dictionary says they should."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import CharField, TextField, UUIDField, Value
from django.db.models.functions import Cast
from django.http import Http404
from django.test import RequestFactory
from django.utils.translation import gettext as _

from casework.assessments import asking
from casework.assessments.models import AssessmentRequest
from casework.assessments.selectors import assessment_views_for, current_parts_for
from casework.cases.selectors import case_keys_for, count_cases_for
from casework.chronology.selectors import chronology_for
from casework.files.models import CaseFile, FileContent
from casework.files.selectors import content_for, files_for
from casework.households.selectors import household_for, people_for
from casework.meetings import selectors as meetings
from casework.meetings.models import AgendaItem
from casework.meetings.views import NotOpenNow, agenda
from casework.notifications.models import Notification
from casework.planning import selectors as planning_selectors
from casework.planning.models import PlanPart, PlanRole
from casework.plans.models import RoleEnd
from casework.sharing.items import Item
from casework.sharing.selectors import cases_for, labelled_for, persons_for
from casework.workspace.finding import find_cases_for
from casework.workspace.inbox import inbox_for
from casework.workspace.selectors import case_page_for
from permissions.viewer import Viewer
from tests.casework.canaries import (
    ASKED_OF_ITEM,
    LABELLED,
    SECTION_OF_ITEM,
    CanaryWorld,
    Family,
    canaries_in,
)
from tests.casework.ledger import Label, Ledger, Seat, Table

# Tables that only some read whom a label reaches, and the item of their label.
NARROW = {"planagreement": "'plan'"}
# What lies on the tables of meetings, and what tells one of it from another; by case, as no label opens it.
LYING = {
    "agendaitem": "purpose_text",
    "agendamember": "id::text",
    "agendapaper": "text",
    "prepsheet": "knows",
    "minutes": "facts",
    "minutesattendee": "words",
    "minutescirculation": "id::text",
    "questionnaire": "noticed",
}
ON_TABLES = " UNION ALL ".join(
    [
        *(
            f"SELECT 'table', case_id, NULL::uuid, {text}, 1 FROM casework_{name}"
            for name, text in LYING.items()
        ),
        "SELECT 'table', NULL::uuid, NULL::uuid, number, 1 FROM casework_meeting",
    ]
)
Rows = dict[str, Counter[Label]]  # table -> label -> how many rows
SOME_LABELS = (RoleEnd, AssessmentRequest)
TABLES = [model._meta.model_name for model in (*LABELLED, *SOME_LABELS)]
RAW = " UNION ALL ".join(
    [
        *(
            f"SELECT '{name}', case_id, person_id, item, count(*) FROM casework_{name} GROUP BY 2, 3, 4"
            for name in TABLES
        ),
        *(
            f"SELECT '{name}', case_id, person_id, {item}, count(*) FROM casework_{name} GROUP BY 2, 3, 4"
            for name, item in NARROW.items()
        ),
        "SELECT 'person', case_id, id, item, 1 FROM casework_person",
        "SELECT 'case', id, NULL, '', 1 FROM casework_case",
        "SELECT CASE WHEN is_meeting_only THEN 'kept' ELSE 'decision' END, case_id, NULL, '', 1 FROM casework_decision",
        "SELECT CASE version WHEN 1 THEN 'plan' ELSE 'draft' END, case_id, NULL, '', 1 FROM casework_plan",
        ON_TABLES,
        "SELECT DISTINCT 'unasked', case_id, NULL::uuid, '', 1 FROM casework_assessmentrequestend",
        "SELECT 'removal', case_id, NULL, '', 1 FROM casework_agendaremoval",
        "SELECT 'activity', case_id, NULL, '', 1 FROM casework_caseactivity",
        "SELECT 'sheet', id, NULL, '', 1 FROM casework_sheet",
        *(
            f"SELECT '{name}', NULL, NULL, '', (SELECT count(*) FROM casework_{name})"
            for name in (
                "share",
                "shareline",
                "casegrant",
                "persongrant",
                "caseevent",
                "recall",
                "consent",
                "lineend",
            )
        ),
    ]
)


def rows_in(table: str, world: CanaryWorld, ledger: Ledger, seat: Seat) -> Counter[Label]:
    """Return how many rows of which label a seat sees in a table; of what lies on tables, the case and the text."""
    if table == "table":
        lying = [(each.case, None, row.text) for each, row in ledger.lying_before(seat)]
        return Counter([*lying, *((None, None, number) for number in ledger.meetings(seat))])
    reach = ledger.reach(seat)
    rows = Counter(reach & world.labels_in.get(table, frozenset()))
    rows.update(row.label for row in world.narrow[table] if row.label in reach and row.is_for(seat))
    if table == "assessmentrequest":
        rows.update(row.label for row in ledger.requests(seat).values())
    if table == "casefile":
        for label in ledger.unseen_files(seat):
            rows.pop(label, None)
    return rows


def rows_of(world: CanaryWorld, ledger: Ledger, seat: Seat) -> Rows:
    """Return the same of every table."""
    return {table: rows_in(table, world, ledger, seat) for table in no_rows()}


def no_rows() -> Rows:
    return {name: Counter() for name in (*TABLES, *NARROW, "person", "table")}


# --- the door ------------------------------------------------------------------------------------------


def listed(viewer: Viewer) -> set[uuid.UUID]:
    """Return the cases by both ways to a list of them, which agree."""
    cases = set(cases_for(viewer).values_list("pk", flat=True))
    assert {case for case, _moment in case_keys_for(viewer)} == cases
    return cases


def page(viewer: Viewer) -> dict[str, Any]:
    """Return what stands on the page of the case list."""
    shown = case_page_for(viewer)
    return {
        "cases": {row.case.pk for row in shown.rows},
        "households": {row.household.case_id for row in shown.rows if row.household},
        "people": {person.pk for row in shown.rows for person in row.people},
        "count": count_cases_for(viewer),
    }


def page_by_rule(labels: frozenset[Label]) -> dict[str, Any]:
    basics = [(case, person) for case, person, item in labels if item == "basic"]
    cases = {case for case, _person, _item in labels}
    return {
        "cases": cases,
        "households": {case for case, person in basics if person is None},
        "people": {person for _case, person in basics if person},
        "count": len(cases),
    }


def direct(viewer: Viewer, world: CanaryWorld) -> set[uuid.UUID]:
    """Return the cases that open by their own address."""
    keys = [family.case.pk for family in world.families.values()]
    return {key for key in keys if cases_for(viewer).filter(pk=key).first() is not None}


def rows_by_door(viewer: Viewer) -> Rows:
    """Return how many rows of which label the door gives, table by table."""
    found = no_rows()
    first, *rest = [_tagged(through_door(viewer, model), "person_id") for model in (*LABELLED, *SOME_LABELS)]
    for name, case, person, item in first.union(*rest, _tagged(persons_for(viewer), "pk"), all=True):
        found[name][case, person, item] += 1
    return found


def through_door(viewer: Viewer, model: Any) -> Any:
    """Files have a door of their own, by which the bytes go, too; and plans, by which nobody reads a draft."""
    if model in (PlanPart, PlanRole):
        return planning_selectors._parts_for(viewer, model)
    if model is AssessmentRequest:
        return asking.requests_for(viewer)
    if model is not CaseFile:
        return labelled_for(viewer, model)
    shown = files_for(viewer).filter(is_removed=False)
    contents = labelled_for(viewer, FileContent).filter(file__in=shown.values("pk"))
    assert set(contents.values_list("file", flat=True)) == set(shown.values_list("pk", flat=True))
    first = shown.order_by("pk").first()
    assert first is None or content_for(viewer, first) is not None
    return CaseFile.objects.filter(pk__in=[file.pk for file in shown])


def files_listed(viewer: Viewer) -> Counter[Label]:
    shown = files_for(viewer).filter(is_removed=False)
    return Counter(shown.values_list("case_id", "person_id", "item"))


def bytes_of(viewer: Viewer, family: Family, label: Label) -> bytes | None:
    """Return what the file of a label holds, asked by its own key whether it is listed or not."""
    return content_for(viewer, CaseFile(pk=family.files[label]))


def bytes_by_rule(family: Family, label: Label) -> bytes:
    _case, person, item = label
    return family.canary(family.who(person), item, "content").encode()


def found(viewer: Viewer, family: Family) -> set[uuid.UUID]:
    """Return the cases that a search for the family's name finds."""
    name = next(iter(family.people.values())).name[:-1]
    return {row.case.pk for row in find_cases_for(viewer, name).rows}


def found_by_rule(family: Family, labels: frozenset[Label]) -> set[uuid.UUID]:
    """The name stands in the basics of everybody, and of the household."""
    return {case for case, _person, item in labels if case == family.case.pk and item == "basic"}


def told(viewer: Viewer) -> tuple[set[Any], set[Any]]:
    """Return the cases that the viewer's notifications name by a referral, and the cases and requests they are about."""
    rows = list(inbox_for(viewer).values_list("referral__case_id", "case_id", "request_id"))
    named, own, asked = (set(each) - {None} for each in zip(*rows, strict=True)) if rows else ((), (), ())
    return set(named), set(own) | set(asked)


def had_been_told_of(viewer: Viewer) -> set[Any]:
    """Return the cases and the requests of the notifications about these themselves, without a door."""
    own = Notification.objects.filter(membership=viewer.membership)
    return {key for row in own.values_list("case_id", "request_id") for key in row if key}


def asked_on_page(viewer: Viewer, family: Family) -> set[str]:
    """Return the canaries of what waits for an answer, as the page of the assessment says it."""
    return canaries_in("".join(row.words for row in asking.shown_requests_for(viewer, family.case)))


def in_words(family: Family, person: Any, item: str) -> tuple[str, str]:
    """Return of whom and what, as the page says that tells who opened a case."""
    who = family.people[family.who(person)].name if person else _("世帯全体")
    return who, item_in_words(item)


def item_in_words(item: str) -> str:
    return str(Item(item).label)


def _tagged(rows: Any, person: str) -> Any:
    tag = Value(rows.model._meta.model_name, output_field=CharField())
    return rows.annotate(_tag=tag).values_list("_tag", "case_id", person, "item")


def is_of_household(label: Label) -> bool:
    """Whether a label has a row among the household's own tables."""
    _case, person, item = label
    return item == "basic" or (person is not None and item in ("contact", "health", "money"))


def read_by_page(viewer: Viewer, family: Family) -> set[Label]:
    """Return the labels of what the case page shows of the household."""
    labels: set[Label] = set()
    if household_for(viewer, family.case):
        labels.add((family.case.pk, None, "basic"))
    for view in people_for(viewer, family.case):
        for row in (view.basics, view.contact, view.health, view.money):
            if row:
                labels.add((family.case.pk, view.person_id, row.item))
    return labels


def assessed(viewer: Viewer, family: Family) -> dict[str, set[Label]]:
    """Return the labels of what the assessment shows now, of its fixed versions and what they keep, and of the chronology."""
    views = assessment_views_for(viewer, family.case)
    rows: dict[str, list[Any]] = {
        "now": current_parts_for(viewer, family.case),
        "fixed": [part for view in views for part in view.parts],
        "kept": [fact for view in views for fact in view.facts],
        "years": chronology_for(viewer, family.case).entries,
    }
    return {name: {(row.case_id, row.person_id, row.item) for row in each} for name, each in rows.items()}


def assessed_by_rule(labels: frozenset[Label]) -> dict[str, set[Label]]:
    here = {label for label in labels if label[2] in SECTION_OF_ITEM}
    kept = {label for label in labels if label[1] and label[2] in ASKED_OF_ITEM}
    return {"now": here, "fixed": here, "kept": kept, "years": here}


# --- the tables of meetings ----------------------------------------------------------------------------


def lying_by_door(viewer: Viewer, tables: list[Table]) -> list[Any]:
    """Return the querysets of what the doors of meetings give, each of (case, what tells it from another)."""
    of_members = meetings.members_for(viewer).annotate(key=Cast("pk", TextField()))
    passed_round = meetings.circulations_for(viewer).annotate(key=Cast("pk", TextField()))
    return [
        meetings.agendas_for(viewer).values_list("case", "purpose_text"),
        of_members.values_list("case", "key"),
        meetings.papers_for(viewer).values_list("case", "text"),
        meetings.prep_sheets_for(viewer).values_list("case", "knows"),
        meetings.minutes_for(viewer).values_list("case", "facts"),
        meetings.attendees_for(viewer).values_list("case", "words"),
        passed_round.values_list("case", "key"),
        *(
            meetings.questionnaires_for(viewer, AgendaItem(pk=table.key)).values_list("case", "noticed")
            for table in tables
        ),
        meetings.meetings_for(viewer).values_list(Value(None, output_field=UUIDField()), "number"),
    ]


def agenda_page(viewer: Viewer, table: Table) -> set[str] | None:
    """Return the canaries on the page of an item, or None where it does not open."""
    request: Any = RequestFactory().get("/")
    request.user, request.viewer, request.session = viewer.user, viewer, {}
    try:
        answer = agenda(request, meeting_id=table.meeting_key, agenda_id=table.key)
    except (Http404, PermissionDenied, NotOpenNow):
        return None
    return canaries_in(answer.content.decode())


# --- the object permission ---------------------------------------------------------------------------


def allowed(viewer: Viewer, family: Family, who: str) -> set[Label]:
    """Return the labels of one person, or of the household, for which ``viewer.can`` says yes, asked for every codename."""
    kind, subject = ("person", family.people[who]) if who else ("case", family.case)
    return {
        family.label(who, item) for item in Item.values if viewer.can(f"casework.view_{kind}_{item}", subject)
    }


# --- the database, asked past the door ---------------------------------------------------------------


def rows_by_sql() -> tuple[Rows, dict[str, set[uuid.UUID]], dict[str, int]]:
    """Return labels by table, keys by table and counts of the ledger, for whoever is asking now."""
    with connection.cursor() as cursor:
        cursor.execute(RAW)
        return sorted_out(cursor.fetchall())


def sorted_out(answers: Iterable[tuple[Any, ...]]) -> tuple[Rows, dict[str, set[uuid.UUID]], dict[str, int]]:
    rows = no_rows()
    keys: dict[str, set[uuid.UUID]] = defaultdict(set)
    counts: dict[str, int] = {}
    for name, case, person, item, number in answers:
        if name in rows:
            rows[name][case, person, item] = number
        elif case:
            keys[name].add(case)
        else:
            counts[name] = number
    return rows, keys, counts
