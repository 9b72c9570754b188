"""How fast a city's ledger moves in (assurance.md B12): checked and taken, beside full_clean and save of every object.

Both begin with the rows that were read and end with the same: cases, households, people and their items, the keys of the search,
the state of every row, the log. The other side does what somebody would write who thinks of nothing but being right: each
object ``full_clean`` and ``save``, one transaction per household. It does not ask who is here already; ours does, and
writes the report. A hundredth of the rows is bad, and what was planted is what has to be reported.
"""

import os
import random
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model

from casework.cases.actions import next_number
from casework.cases.models import Case, CaseActivity, CaseEvent, NumberSeries
from casework.concealment.actions import GroundDraft, conceal
from casework.households.models import Household, Person, PersonContact, PersonHealth, PersonMoney
from casework.registers import taking
from casework.registers.actions import order_check, order_taking, read_register
from casework.registers.cells import Words, words_of_codes
from casework.registers.checking import CaseDraft, draft_of
from casework.registers.households import case_of, rows_of_household
from casework.registers.mapping import first_mapping
from casework.registers.models import Register, RegisterRow, RowState
from casework.registers.reading import MOST_ROWS, Table
from casework.registers.selectors import staff_by_name
from casework.search.actions import index
from casework.search.keys import fold
from casework.search.models import SearchRow
from permissions.agencies.actions import add_membership
from permissions.agencies.models import Agency, Membership
from permissions.audit.actions import record
from permissions.audit.models import AuditEntry
from permissions.viewer import Viewer, viewer_of
from permissions.walls.context import acting_for, clock
from permissions.walls.own import SEAL_JOB
from tests import database
from tests.bench import city, databases
from tests.bench.measure import Disagreement, Figure, Goal, figure_of

NAME = "bench_imports"
HOUSEHOLDS = int(
    os.environ.get("BENCH_HOUSEHOLDS", "2000")
)  # in one round; 57,000 are a hundred thousand rows
SAMPLE = 150  # of them by full_clean and save, which takes a tenth of a second for each
KNOWN = 400  # taken from an older ledger, so that there is somebody to be like
HIDING = 5
ROUNDS = 5
GOAL = Goal("at_least", 16)
OF_COPY = Goal("at_least", 0.13, binds=False)

COLUMNS = [
    "受付番号", "受付日", "氏名", "フリガナ", "続柄", "性別", "生年月日", "電話番号", "住所", "病名", "借金", "経過", "秘匿",
]  # fmt: skip
# One row in a hundred: the column, what stands there, and what has to be found.
FAULTS = (
    ("生年月日", "不明な日", "no_date"),
    ("続柄", "謎の続柄", "unknown_code"),
    ("氏名", "", "no_name"),
    ("借金", "たくさん", "no_yen"),
)
# Table -> the column of its case.
TABLES = {
    "casework_case": "id",
    "marugoto_permissions_auditentry": "case_id",
    **{
        f"casework_{name}": "case_id"
        for name in (
            "caseactivity", "household", "person", "personcontact", "personhealth", "personmoney", "searchrow", "registerrow",
        )
    },
}  # fmt: skip


@dataclass
class Ledger:
    """An invented ledger, and what has to be found in it: {position: code}, of the bad rows and of those beside them."""

    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)

    def first(self, households: int) -> "Ledger":
        """Return the beginning of it."""
        rows = [row for row in self.rows if int(row[1][0].partition("-")[2]) < households]
        return Ledger(
            rows, {position: self.faults[position] for position, _cells in rows if position in self.faults}
        )


def ledger_of(households: int, *, seed: int) -> Ledger:
    """Draw a ledger: one to three people a household, nobody twice. No two ledgers have a birth date, telephone or address in common."""
    draw = random.Random(f"{city.SEED} {seed}")
    ledger, seen = Ledger(), set[tuple[str, str]]()
    for number in range(households):
        family, begins = draw.choice(city.FAMILY_NAMES), len(ledger.rows)
        for member in range(draw.choice((1, 1, 2, 3))):
            cells = _cells(draw, seed, number, member, family)
            while (cells[2], cells[6]) in seen:
                cells = _cells(draw, seed, number, member, family)
            seen.add((cells[2], cells[6]))
            ledger.rows.append((len(ledger.rows) + 2, cells))
        _plant(ledger, begins)
    return ledger


def _cells(draw: random.Random, seed: int, number: int, member: int, family: list[str]) -> list[str]:
    given = draw.choice(city.GIVEN_NAMES)
    some = number * 3 + member
    return [
        f"S-{number}", f"2024-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}" if member == 0 else "",
        f"{family[0]} {given[0]}", f"{family[1]} {given[1]}", "本人" if member == 0 else "子",
        draw.choice(("女", "男", "")), f"{draw.randint(1935, 2015)}-{seed + 1:02}-{draw.randint(1, 28):02}",
        f"0{seed}0-{some // 10_000:04}-{some % 10_000:04}",
        f"見本市あおば町{seed + 1}-{number + 1}-{member + 1}" if draw.random() < 0.8 else "",
        draw.choice(("", "高血圧", "腰を痛めて働けない")), draw.choice(("", "65万円", "1,200,000")),
        "昨年の春から家賃が滞り、隣の人に連れられて来た。", "いいえ" if member == 0 else "",
    ]  # fmt: skip


def _plant(ledger: Ledger, begins: int) -> None:
    """Make every hundredth row bad; the others of its household are held back for it."""
    household = ledger.rows[begins:]
    for position, cells in household:
        if (position - 1) % 100 == 0:
            column, text, code = FAULTS[(position - 1) // 100 % len(FAULTS)]
            cells[COLUMNS.index(column)] = text
            ledger.faults |= {other: "household" for other, _cells in household} | {position: code}


class MovingIn:
    """The head of a center that moves in, into a database of their own where an older ledger was taken already."""

    def __init__(self, *, known: int = KNOWN) -> None:
        databases.prepare_small(NAME)
        owner = databases.log_in(NAME, role="owner")
        with databases.as_default(owner):
            user = get_user_model().objects.create_user("chief")
            add_membership(user=user, agency=Agency.objects.get(code=city.CENTER), role="chief")
        owner.close()
        self.web = databases.log_in(NAME)
        with databases.as_default(self.web):
            seats = Membership.objects.select_related("user", "agency__group")
            self.viewer: Viewer = viewer_of(seats.get(user__username="chief"))
            self.check_and_take(self.read(ledger_of(known, seed=0), "前の台帳"))
            self._hide()
        databases.leave_alone(NAME)

    def close(self) -> None:
        self.web.close()

    def _hide(self) -> None:
        """Let some households hide of whom nobody in another ledger has a name: the other side does not ask for them."""
        with acting_for(self.viewer):
            cases = list(Case.objects.order_by("number")[:HIDING])
            people = Person.objects.filter(case__in=cases).select_related("case").order_by("position")
            for number, person in enumerate(people):
                person.name, person.kana = f"隠れ 第{number}", ""
                person.save(update_fields=["name", "kana"])
                index(person)
            for case in cases:
                ground = GroundDraft("provisional", "見本")
                conceal(case, next(each for each in people if each.case == case), ground, by=self.viewer)

    def read(self, ledger: Ledger, name: str) -> list[Register]:
        """Read a ledger in, in as many files as it needs; numbers of one household are in one file."""
        files: list[list[tuple[int, list[str]]]] = [[]]
        for row in ledger.rows:
            if len(files[-1]) >= MOST_ROWS - 3 and row[1][1]:
                files.append([])
            files[-1].append(row)
        with acting_for(self.viewer):
            return [
                read_register(
                    Table(name, "0" * 64, COLUMNS, rows, 0),
                    name=name,
                    mapping=first_mapping(COLUMNS),
                    by=self.viewer,
                )
                for rows in files
            ]

    # --- ours ---------------------------------------------------------------------------------------------

    def check_and_take(self, registers: list[Register]) -> None:
        """Check all files of a ledger and take them in, as it is ordered on the page and done by the worker."""
        for register in registers:
            self._do(register, lambda register: order_check(register, by=self.viewer))
        for register in registers:
            self._do(register, lambda register: order_taking(register, takes_alike=True, by=self.viewer))

    def _do(self, register: Register, order: Callable[[Register], None]) -> None:
        with acting_for(self.viewer):
            order(register)
        while taking.move_on(register.pk, membership_id=self.viewer.membership.pk):
            pass

    # --- the other ----------------------------------------------------------------------------------------

    def clean_and_save(self, registers: list[Register]) -> None:
        """Make the same, every object by full_clean and save, each household in a transaction of its own."""
        (register,) = registers  # the sample is no larger than a file
        with acting_for(self.viewer):
            words = Words(words_of_codes(register.mapping["words"]), staff_by_name())
            rows: dict[str, list[RegisterRow]] = {}
            for row in RegisterRow.objects.filter(register=register).order_by("position"):
                rows.setdefault(row.cells[0], []).append(row)
        for number, of_number in rows.items():
            draft = draft_of(number, of_number, register.columns, register.mapping["fields"], words)
            with acting_for(self.viewer):
                for row in of_number:
                    row.number, row.is_head = number, row is of_number[0]
                if draft.is_held:
                    self._hold(draft)
                else:
                    self._save(draft)

    def _hold(self, draft: CaseDraft) -> None:
        for row in draft.rows:
            row.state, row.findings = RowState.HELD, draft.findings[row.pk]
            _clean(row)
            row.save()

    def _save(self, draft: CaseDraft) -> None:
        case = case_of(draft, next_number("K"), {}, self.viewer)
        for each in (case, *rows_of_household(case, draft)):
            _clean(each)
            each.save()
            index(each)
        for person in draft.people:
            row = person.row
            row.case, row.state, row.cells = case, RowState.TAKEN, person.kept
            _clean(row)
            row.save()
        record(self.viewer, "case_taken_from_register", case, case=case.pk)

    # --- what is there ------------------------------------------------------------------------------------

    def content(self, registers: Iterable[Register]) -> dict[str, Any]:
        """Return {number of the ledger: all that is there of it}, without keys, case numbers, and moments of now."""
        found: dict[str, Any] = {}
        keys = [register.pk for register in registers]
        with acting_for(self.viewer):
            rows = list(RegisterRow.objects.filter(register__in=keys).order_by("position"))
            cases = {row.case_id: row.number for row in rows if row.case_id}
            people = dict(Person.objects.filter(case__in=cases).values_list("pk", "position"))
            for row in rows:
                told = (row.position, row.is_head, row.state, row.cells)
                found.setdefault(row.number, {}).setdefault("rows", []).append(told)
            for model in (
                Case,
                CaseActivity,
                CaseEvent,
                Household,
                Person,
                PersonContact,
                PersonHealth,
                PersonMoney,
                SearchRow,
            ):
                key = "pk" if model is Case else "case_id"
                for values in model._default_manager.filter(**{f"{key}__in": list(cases)}).values():
                    number = cases[values["id" if model is Case else "case_id"]]
                    found[number].setdefault(model.__name__, []).append(_told(values, people))
        with clock(SEAL_JOB):
            for values in AuditEntry.objects.filter(case_id__in=list(cases)).values():
                found[cases[values["case_id"]]].setdefault("log", []).append(_told(values, people))
        for of_number in found.values():
            for told in of_number.values():
                told.sort(key=str)
        return found

    def report(self, registers: Iterable[Register]) -> dict[int, tuple[str, set[str]]]:
        """Return {position: (state, what was found)}."""
        with acting_for(self.viewer):
            rows = RegisterRow.objects.filter(register__in=[register.pk for register in registers])
            return {row.position: (row.state, {code for code, _h, _v in row.findings}) for row in rows}

    def expected(self, ledger: Ledger) -> dict[int, tuple[str, set[str]]]:
        """Return what the report has to say of a ledger that is taken now: what was planted, and whose name is known."""
        with acting_for(self.viewer):
            names = {fold(name) for name in Person.objects.values_list("name", flat=True)}
        return {
            position: (RowState.HELD, {ledger.faults[position]})
            if position in ledger.faults
            else (RowState.TAKEN, {"alike"} if fold(cells[2]) in names else set())
            for position, cells in ledger.rows
        }


def _told(values: dict[str, Any], people: dict[Any, int]) -> dict[str, Any]:
    gone = ("id", "case_id", "number", "subject_id", "request_id", "at", "changed_at")
    told = {name: value for name, value in values.items() if name not in gone}
    return told | ({"person_id": people.get(told["person_id"])} if "person_id" in told else {})


def _clean(row: Any) -> None:
    """Validate everything of a row but what may be an empty list, which Django takes for nothing."""
    row.full_clean(exclude=[name for name in ("cells", "findings") if getattr(row, name, None) == []])


def measure_imports(
    *, households: int = HOUSEHOLDS, sample: int = SAMPLE, known: int = KNOWN, rounds: int = ROUNDS
) -> list[Figure]:
    """Move in so often, each time into a new database. Raises Disagreement unless both leave the same, and the right report."""
    ledger = ledger_of(households, seed=1)
    answers = [_round(ledger, sample, known, number) for number in range(rounds)]
    size = f"{len(ledger.rows):,} rows"

    def figure(key: str, other: str, seconds: list[float], goal: Goal) -> Figure:
        samples = [(ours, theirs) for (ours, *_others), theirs in zip(answers, seconds, strict=True)]
        names = ("a thousand rows, checked and taken", other)
        return figure_of(samples, key=key, agency="center", size=size, names=names, goal=goal)

    return [
        figure("import", "by full_clean and save", [each[1] for each in answers], GOAL),
        figure(
            "import, COPY of what it leaves",
            "by COPY into bare tables",
            [each[2] for each in answers],
            OF_COPY,
        ),
    ]


def _round(ledger: Ledger, sample: int, known: int, number: int) -> tuple[float, float, float]:
    """Return the seconds for a thousand rows: ours, by full_clean and save, and of COPY."""
    city_ = MovingIn(known=known)
    first = ledger.first(sample)
    try:
        with databases.as_default(city_.web):
            ours, theirs = city_.read(ledger, "台帳"), city_.read(first, "台帳の写し")
            if number % 2:
                seconds_theirs = _timed(lambda: city_.clean_and_save(theirs))
            expected = city_.expected(ledger)
            seconds_ours = _timed(lambda: city_.check_and_take(ours))
            _compare("the report", city_.report(ours), expected)
            if not number % 2:
                seconds_theirs = _timed(lambda: city_.clean_and_save(theirs))
            _check(city_, ours, theirs, first)
        seconds_copy = _copied([register.pk for register in ours])
    finally:
        city_.close()
    thousands, of_sample = len(ledger.rows) / 1000, len(first.rows) / 1000
    return seconds_ours / thousands, seconds_theirs / of_sample, seconds_copy / thousands


def _check(city_: MovingIn, ours: list[Register], theirs: list[Register], first: Ledger) -> None:
    """Compare all that is there of the households that both have taken, and that no number was left out."""
    one, other = city_.content(ours), city_.content(theirs)
    numbers = {cells[0] for _position, cells in first.rows}
    _compare("what is there", {number: one.get(number) for number in numbers}, other)
    taken = [told for told in one.values() if "Case" in told]
    if not all(len(told["Case"]) == len(told["log"]) == len(told["CaseActivity"]) == 1 for told in taken):
        raise Disagreement("import: not every case is there once and logged once")
    with acting_for(city_.viewer):
        drawn, cases = NumberSeries.objects.get(name="K").last, Case.objects.count()
    if drawn != cases or not taken:
        raise Disagreement(f"import: {drawn} numbers, {cases} cases")


def _compare(what: str, one: dict[Any, Any], other: dict[Any, Any]) -> None:
    differ = [key for key in one.keys() | other.keys() if one.get(key) != other.get(key)]
    if differ or not one:
        shown = [(key, one.get(key), other.get(key)) for key in sorted(differ, key=str)[:2]]
        raise Disagreement(f"import: {what} differs in {len(differ)} of {len(one)}: {shown}")


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _copied(registers: list[uuid.UUID]) -> float:
    """Return the seconds that COPY takes for the rows these registers left, into tables without keys, indexes and policies."""
    seconds = 0.0
    with database.owner_connection(NAME) as owner:
        for table, column in TABLES.items():
            which = "SELECT case_id FROM casework_registerrow WHERE register_id = ANY (%s)"
            rows = f"SELECT * FROM {table} WHERE {column} IN ({which})"
            with (
                owner.cursor() as cursor,
                cursor.copy(f"COPY ({rows}) TO STDOUT (FORMAT BINARY)", [registers]) as out,
            ):
                content = b"".join(out)
            owner.execute(f"CREATE TABLE bare_{table} (LIKE {table})")
            began = time.perf_counter()
            with (
                owner.cursor() as cursor,
                cursor.copy(f"COPY bare_{table} FROM STDIN (FORMAT BINARY)") as into,
            ):
                into.write(content)
            seconds += time.perf_counter() - began
    return seconds
