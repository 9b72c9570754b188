"""A world in which every label of every case has a row of its own in every table that can hold it.

Each row carries a text found nowhere else, made of the label: ``⟦family/person/item/table⟧``.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import connection

from casework.assessments.choices import FACTS, facts_of
from casework.assessments.models import (
    AssessedFact,
    AssessedPart,
    Assessment,
    AssessmentPart,
)
from casework.cases.models import Case
from casework.chronology.models import ChronologyEntry
from casework.closing.models import Closure
from casework.evaluation.models import Evaluation, EvaluationResult, EvaluationRole
from casework.files.models import CaseFile, FileContent
from casework.households.models import Household, Person, PersonContact, PersonHealth, PersonMoney, Stay
from casework.issues.models import Issue
from casework.monitoring.models import Monitoring, MonitoringTick
from casework.notes.models import Attendee, Note, NoteParagraph
from casework.planning.models import Plan, PlanDecision, PlanPart, PlanRole
from casework.plans.models import Decision, Direction, RoleAnswer, RoleRow
from casework.sharing.items import Item
from casework.tasks.models import Task, TaskEnd
from permissions.agencies.models import Agency, Membership
from permissions.roles import ROLES
from permissions.viewer import Viewer, viewer_of
from permissions.walls.context import acting_for
from tests.casework.ledger import Label, Narrow, Seat
from tests.worlds import Household as Home
from tests.worlds import World

LABELLED = (
    Household,
    PersonContact,
    PersonHealth,
    PersonMoney,
    Stay,
    Issue,
    Note,
    NoteParagraph,
    Attendee,
    Direction,
    RoleRow,
    RoleAnswer,
    Task,
    TaskEnd,
    Closure,
    AssessmentPart,
    AssessedFact,
    ChronologyEntry,
    PlanPart,
    PlanRole,
    MonitoringTick,
    EvaluationResult,
    EvaluationRole,
    CaseFile,
)
# Of these items a task stands; of the others it was done.
OPEN_TASKS = frozenset({"basic", "history"})
ITEM_TEXT = {PersonContact: "address", PersonHealth: "condition", PersonMoney: "situation"}
CODE_OF_ITEM = {"health": "disease", "money": "debt", "assessment": "family"}  # an issue of each label
SECTION_OF_ITEM = {"health": "health", "money": "money", "history": "history", "assessment": "family"}
ASKED_OF_ITEM = {"health": "condition", "money": "situation"}  # a fact that a version keeps
CANARY = re.compile(r"⟦([^⟧]*)⟧")
LONG_AGO = dt.datetime(2026, 1, 5, 9, 0, tzinfo=dt.UTC)


@dataclass
class Family:
    """A case, the people in it and a decision that speaks about every label."""

    name: str
    case: Case
    people: dict[str, Person]  # mother, son
    decision: Decision
    evaluation: Evaluation = field(init=False)
    files: dict[Label, uuid.UUID] = field(default_factory=dict)

    def person_id(self, who: str) -> uuid.UUID | None:
        return self.people[who].pk if who else None

    def label(self, who: str, item: str) -> Label:
        return (self.case.pk, self.person_id(who), item)

    def who(self, person_id: uuid.UUID | None) -> str:
        return next((who for who, person in self.people.items() if person.pk == person_id), "")

    def canary(self, who: str, item: str, table: str) -> str:
        return f"⟦{self.name}/{who}/{item}/{table}⟧"

    def labels(self) -> list[tuple[str, str]]:
        return [(who, item) for who in ("", *self.people) for item in Item.values]


class CanaryWorld(World):
    """The world of tests/worlds.py with a row for every label, and seats for everybody."""

    glances: Any  # of tests/casework/machine, made for this world

    def __init__(self) -> None:
        super().__init__()
        self.narrow: dict[str, list[Narrow]] = defaultdict(list)  # by table; narrow.py
        self.families = {
            name: self._fill(name, home) for name, home in (("hazuki", self.hazuki), ("tomono", self.tomono))
        }
        self.agencies: dict[str, Agency] = {
            name: getattr(self, name) for name in ("anshin", "kenko", "jiritsu", "other")
        }
        self.seats = {
            seat.name: seat
            for seat in (
                seat_of("chief", self.chief),
                seat_of("coordinator", self.coordinator),
                seat_of("reception", self.reception),
                seat_of("editor", self.editor),
                seat_of("auditor", self.auditor),
                seat_of("sysadmin", self.sysadmin),
                seat_of("anshin", self.anshin_worker),
                seat_of("anshin_admin", self.anshin_admin),
                seat_of("kenko", self.kenko_worker),
                seat_of("jiritsu", self.jiritsu_worker),
                seat_of("other", self.stranger),
                *self._two_seats_of_one_person(),
            )
        }
        self.labels: frozenset[Label] = frozenset(
            family.label(who, item) for family in self.families.values() for who, item in family.labels()
        )
        self.labels_in: dict[str, frozenset[Label]] = self._labels_by_table()

    def _labels_by_table(self) -> dict[str, frozenset[Label]]:
        found = defaultdict(set)
        for family in self.families.values():
            for who, item in family.labels():
                for table in _tables_of(who, item):
                    found[table].add(family.label(who, item))
        return {table: frozenset(labels) for table, labels in found.items()}

    def _two_seats_of_one_person(self) -> list[Seat]:
        """The nurse works for two agencies, of which one is of the same kind as another."""
        first = Membership.objects.create(user=_user("nurse"), agency=self.kenko, role="agency_staff")
        second = Membership.objects.create(user=first.user, agency=self.jiritsu, role="agency_staff")
        self.nurse = first.user
        return [seat_of("nurse@kenko", viewer_of(first)), seat_of("nurse@jiritsu", viewer_of(second))]

    def _fill(self, name: str, home: Home) -> Family:
        people = {"mother": home.mother, "son": home.son}
        with acting_for(self.coordinator):
            decision = Decision(
                case=home.case,
                number=f"D-{name}",
                decided_on=dt.date(2026, 1, 5),
                decided_by=self.coordinator.membership,
            )
            decision.save(force_insert=True)
            family = Family(name, home.case, people, decision)
            self._canaries_of_basics(family)
            self._canaries_of_labels(family)
            self._canary_of_closing(family)
            self._canaries_of_assessment(family)
            self._canaries_of_plan(family)
        return family

    def _canaries_of_basics(self, family: Family) -> None:
        household = Household.objects.filter(case=family.case)
        household.update(summary=family.canary("", "basic", "household"))
        for who, person in family.people.items():
            Person.objects.filter(pk=person.pk).update(occupation=family.canary(who, "basic", "person"))
            by = {"case": family.case, "person": person, "noted_by": self.coordinator.membership}
            stay = Stay(**by, item="basic", living="together", words=family.canary(who, "basic", "stay"))
            stay.save(force_insert=True)
            for item, code in CODE_OF_ITEM.items():
                words = family.canary(who, item, "issue")
                Issue(**by, item=item, code=code, said_by="staff", words=words).save(force_insert=True)
            for model, column in ITEM_TEXT.items():
                text = family.canary(who, model.ITEM, model._meta.model_name)
                model.objects.filter(person=person).update(**{column: text})

    def _canaries_of_labels(self, family: Family) -> None:
        by = self.coordinator.membership
        notes, paragraphs, directions, roles, answers, tasks, ends = [], [], [], [], [], [], []
        files, contents, attendees, ticks, done = [], [], [], [], []
        monitoring, evaluation = self._monitoring(family), self._evaluation(family)
        family.evaluation = evaluation
        for position, (who, item) in enumerate(family.labels()):
            label = {"case": family.case, "person_id": family.person_id(who), "item": item}
            text = partial(family.canary, who, item)
            of = {**label, "decision": family.decision, "position": position}
            notes.append(Note(**label, occurred_at=LONG_AGO, method="phone", title=text("note"), author=by))
            said = {"position": 0, "kind": "fact", "source": "observed", "text": text("noteparagraph")}
            paragraphs.append(NoteParagraph(**label, **said, note=notes[-1]))
            there = {"position": 0, "role": "interpreter", "name": text("attendee")}
            attendees.append(Attendee(**label, **there, note=notes[-1]))
            directions.append(Direction(**of, text=text("direction")))
            roles.append(RoleRow(**of, agency=by.agency, issue="見本", what=text("rolerow")))
            seen = {"monitoring": monitoring, "monitored_on": monitoring.monitored_on, "tick": "late"}
            ticks.append(MonitoringTick(**label, **seen, role=roles[-1], note=text("monitoringtick")))
            so = {**label, "evaluation": evaluation, "evaluated_on": evaluation.evaluated_on}
            done.append(EvaluationRole(**so, role=roles[-1], happened="no", hindered=text("evaluationrole")))
            told = {"agency": by.agency, "sequence": 1, "kind": "result", "answered_by": by}
            answers.append(RoleAnswer(**label, **told, role=roles[-1], text=text("roleanswer")))
            due = {"due_on": dt.date(2026, 1, 9), "owner": by, "made_by": by}
            tasks.append(Task(**label, **due, what=text("task")))
            if item not in OPEN_TASKS:
                ends.append(TaskEnd(**label, task=tasks[-1], kind="done", words=text("taskend"), ended_by=by))
            number = f"F-{family.name}-{position}"
            file = {"title": text("casefile"), "kind": "txt", "size_bytes": 1, "digest": "0" * 64}
            files.append(CaseFile(**label, **file, number=number, added_by=by))
            contents.append(FileContent(**label, file=files[-1], content=text("content").encode()))
        written = (notes, paragraphs, attendees, directions, roles, answers, tasks, ends, files, contents)
        written += (ticks, done)
        for rows in written:
            type(rows[0]).objects.bulk_create(rows)
        family.files = {(file.case_id, file.person_id, file.item): file.pk for file in files}

    def _monitoring(self, family: Family) -> Monitoring:
        days = {"monitored_on": dt.date(2026, 1, 5), "next_on": dt.date(2026, 2, 5)}
        row = Monitoring(
            case=family.case, **days, method="visit", has_met=True, recorded_by=self.coordinator.membership
        )
        row.save(force_insert=True)
        return row

    def _evaluation(self, family: Family) -> Evaluation:
        row = Evaluation(
            case=family.case, decision=family.decision, evaluated_on=dt.date(2026, 1, 5), own_words="見本",
            outcome="close", recorded_by=self.coordinator.membership,
        )  # fmt: skip
        row.save(force_insert=True)
        return row

    def _canary_of_closing(self, family: Family) -> None:
        told = family.canary("", "plan", "closure")
        Closure(
            case=family.case, item="plan", kind="goal_met", lead_words="見本", told=told,
            closed_by=self.coordinator.membership,
        ).save(force_insert=True)  # fmt: skip

    def _canaries_of_assessment(self, family: Family) -> None:
        by, parts, entries = self.coordinator, [], []
        for who, item in family.labels():
            if section := SECTION_OF_ITEM.get(item):
                facts = {name: FACTS[name].unasked for name in facts_of(section)}
                label = {"case": family.case, "person_id": family.person_id(who), "item": item}
                said = {
                    "section": section,
                    "text": family.canary(who, item, "assessmentpart"),
                    "said_by": "staff",
                }
                written = {"agency": by.agency, "written_by": by.membership, "sequence": 1}
                parts.append(AssessmentPart(**label, **said, **facts, **written))
                lived = {"year": 2001, "source": by.agency, "written_by": by.membership}
                entries.append(
                    ChronologyEntry(**label, **lived, text=family.canary(who, item, "chronologyentry"))
                )
        AssessmentPart.objects.bulk_create(parts)
        ChronologyEntry.objects.bulk_create(entries)
        fixed = Assessment(case=family.case, version=1, purpose="plan", fixed_by=by.membership)
        fixed.save(force_insert=True)
        links = [AssessedPart(assessment=fixed, part=part, case=family.case) for part in parts]
        AssessedPart.objects.bulk_create(links)
        AssessedFact.objects.bulk_create(
            AssessedFact(
                case=family.case, person_id=family.person_id(who), item=item, assessment=fixed, position=position,
                asked=ASKED_OF_ITEM[item], words=family.canary(who, item, "assessedfact"),
            )
            for position, (who, item) in enumerate(family.labels())
            if who and item in ASKED_OF_ITEM
        )  # fmt: skip

    def _canaries_of_plan(self, family: Family) -> None:
        by, day = self.coordinator.membership, dt.date(2026, 1, 5)
        plan = Plan(
            case=family.case, number=f"P-{family.name}", version=1, period_from=day, period_to=day, monitor_on=day,
            made_by=by,
        )  # fmt: skip
        plan.save(force_insert=True)
        parts, roles = [], []
        for position, (who, item) in enumerate(family.labels()):
            text = partial(family.canary, who, item)
            of = {
                "case": family.case,
                "person_id": family.person_id(who),
                "item": item,
                "plan": plan,
                "position": position,
            }
            parts.append(PlanPart(**of, section="goal", text=text("planpart")))
            roles.append(
                PlanRole(**of, agency=by.agency, issue="見本", what=text("planrole"), plain=text("planrole"))
            )
        for rows in (parts, roles):
            type(rows[0]).objects.bulk_create(rows)
        PlanDecision(plan=plan, case=family.case, decision=family.decision).save(force_insert=True)
        of = {
            "case": family.case,
            "evaluation": family.evaluation,
            "evaluated_on": family.evaluation.evaluated_on,
            "result": "unmet",
        }
        results = [
            EvaluationResult(
                **of, part=part, person_id=part.person_id, item=item,
                words=family.canary(who, item, "evaluationresult"),
            )
            for part, (who, item) in zip(parts, family.labels(), strict=True)
        ]  # fmt: skip
        EvaluationResult.objects.bulk_create(results)

    def viewer(self, name: str) -> Viewer:
        rows = Membership.objects.select_related("user", "agency__group")
        return viewer_of(rows.get(pk=self.seats[name].membership))

    def narrow_to(self, seat: Seat, labels: Any) -> list[Narrow]:
        """Return the rows of few readers that a seat sees which reaches these labels."""
        return [
            row for rows in self.narrow.values() for row in rows if row.label in labels and row.is_for(seat)
        ]

    def canaries_for(self, seat: Seat, labels: Any) -> set[str]:
        """Return every canary that a seat finds in the database which reaches these labels."""
        return self.canaries(labels) | {row.text for row in self.narrow_to(seat, labels) if row.text}

    def canaries(self, labels: Any) -> set[str]:
        """Return the canaries of these labels that everybody finds who reaches them."""
        families = {family.case.pk: family for family in self.families.values()}
        found = set()
        for case, person, item in labels:
            family = families[case]
            who = family.who(person)
            for table in _tables_of(who, item):
                found.add(family.canary(who, item, table)[1:-1])
        return found


def _tables_of(who: str, item: str) -> list[str]:
    tables = ["note", "noteparagraph", "attendee", "direction", "rolerow", "roleanswer", "task", "casefile"]
    tables += ["planpart", "planrole"]
    tables += ["monitoringtick", "evaluationresult", "evaluationrole"]
    if item not in OPEN_TASKS:
        tables.append("taskend")
    if item == "plan" and not who:
        tables.append("closure")
    if item == "basic":
        tables += ["person", "stay"] if who else ["household"]
    if item in SECTION_OF_ITEM:
        tables += ["assessmentpart", "chronologyentry"]
    if who and item in CODE_OF_ITEM:
        tables.append("issue")
    if who and item in ASKED_OF_ITEM:
        tables.append("assessedfact")
    if who and item in {"contact", "health", "money"}:
        tables.append(f"person{item}")
    return tables


def seat_of(name: str, viewer: Viewer) -> Seat:
    rights = ROLES[viewer.role]
    kind = "duty" if viewer.sees_all_cases else "reader" if rights.reads_cases else "none"
    return Seat(name, viewer.user.pk, viewer.membership.pk, viewer.agency.pk, kind)


def _user(username: str) -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user(username, password="a-long-password-for-tests")


def canaries_in(text: str) -> set[str]:
    return set(CANARY.findall(text))


def every_table() -> list[str]:
    """Return every table of the database that the application's role may read at all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f')"
            " AND relnamespace = 'public'::regnamespace AND has_table_privilege('app_web', oid, 'SELECT')"
            " ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def canaries_by_table() -> dict[str, set[str]]:
    """Return the canaries that ``SELECT *`` finds, table by table, for whoever is asking now."""
    found = {}
    with connection.cursor() as cursor:
        for table in every_table():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            seen = canaries_in("\n".join(str(row) for row in cursor.fetchall()))
            if seen:
                found[table] = seen
    return found
