"""Taking many households of a register at once: the same rows as one by one, none keeps back another, nothing half or twice."""

import datetime as dt
import re
import uuid

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from casework.cases.actions import next_number, next_numbers
from casework.cases.models import Case, NumberSeries
from casework.duplicates import selectors as duplicates
from casework.duplicates.selectors import Told, people_like_told
from casework.households.actions import add_person
from casework.households.models import Person, PersonContact
from casework.registers import taking, together
from casework.registers.actions import order_check, order_taking, read_register
from casework.registers.alike import may_hide_here
from casework.registers.checking import draft_of
from casework.registers.households import rows_of_household
from casework.registers.mapping import first_mapping
from casework.registers.models import Register, RegisterRow
from casework.registers.reading import Table
from casework.registers.taking import move_on
from casework.search import selectors as search
from casework.search.models import SearchRow
from permissions.audit.models import AuditEntry
from permissions.walls.context import acting_for
from tests.casework.test_registers import (
    HEADINGS,
    MOTHER,
    OTHER,
    SON,
    found_in,
    hide_tomono,
    run,
    take,
)
from tests.nights import examples

pytestmark = pytest.mark.django_db

COLUMNS = [*HEADINGS, "段階", "担当", "職業", "備考"]


def row_of(number, name, *, kana="", relation="", born="", phone="", address="", concealed="いいえ", **more):
    return [
        number, more.get("opened", ""), name, kana, relation, born, phone, address, more.get("ill", ""), more.get("debt", ""),
        more.get("kept", ""), concealed, more.get("stage", ""), more.get("worker", ""), more.get("work", ""), more.get("note", ""),
    ]  # fmt: skip


LEDGER = [
    row_of("1", "海野 たか", kana="うみの たか", born="S20.3.10", phone="0900000111", address="見本市あおば町1-2-3", ill="高血圧", debt="65万円", kept="滞納", opened="令和6年5月1日"),
    row_of("1", "海野 実", relation="子", born="1975-01-02", kept="家から出ない\n「\"%s\\u0041\\」{}' 😀"),
    row_of("2", "磯部 咲", stage="終結", worker="coordinator", work="店員"),
    row_of("3", "", phone="0900000222"),  # without a name
    row_of("4", "隠 れる", address="見本市かくれ町9-8-7", concealed="はい", kept="見本市かくれ町9-8-7へ"),
    row_of("5", "灯野母", address="見本市あおば町1-2-3"),  # who hides here, perhaps since
    row_of("6", "葉月原母", phone="000-0000-1111"),  # alike
    row_of("7", "浜 一", worker="reception"),  # who leaves
    row_of("8", "浜 二", born="2999-01-01"),
    row_of("9", "浜 三", kana="はま さん", ill="糖尿病"),
    row_of("9", "浜 四", relation="子", debt="1,000円"),
    row_of("10", "海野 たか", born="S20.3.10"),  # twice in the file
    row_of("11", "浜 五", phone="090-1234-5678"),
]  # fmt: skip


@pytest.fixture
def chief(kept_world):
    return kept_world.chief


def read_ledger(world, rows, *, name="相談台帳"):
    by = world.chief
    table = Table("台帳", "0" * 64, COLUMNS, list(enumerate(rows, start=2)), 0)
    with acting_for(by):
        register = read_register(table, name=name, mapping=first_mapping(COLUMNS), by=by)
        order_check(register, by=by)
    run(register, by)
    return register


def content(world, register):
    """Return {table: rows} of everything in casework and of the log, with names for keys. The clock stands still in a test."""
    with acting_for(world.chief):
        names = {case.pk: case.number for case in Case.objects.all()}
        people = Person.objects.select_related("case")
        names |= {person.pk: f"{person.case.number}/{person.position}" for person in people}
        names |= {row.pk: f"row {row.position}" for row in register.rows.all()}
        found = {
            model.__name__: _rows(model.objects.all(), names)
            for model in apps.get_app_config("casework").get_models()
        }
    with acting_for(world.auditor):
        entries = AuditEntry.objects.filter(verb__in=("case_taken_from_register", "concealed", "place_kept"))
        found["log"] = _rows(entries.order_by("number"), names, without=("number", "request_id"))
    return found


def _rows(rows, names, *, without=()):
    fields = [field.attname for field in rows.model._meta.concrete_fields]
    told = rows.values(*(name for name in fields if name not in (*without, "id", "locked")))
    return sorted(str({name: _named(value, names) for name, value in row.items()}) for row in told)


def _named(value, names):
    try:
        key = value if isinstance(value, uuid.UUID) else uuid.UUID(value)
    except (TypeError, ValueError, AttributeError):
        return value
    return names.get(key, "a key")


def taken(world, rows, monkeypatch, *, at_once, meanwhile=lambda: None):
    """Return what is there after a register was taken in so many households at once; nothing of it stays."""
    with monkeypatch.context() as patch, transaction.atomic():
        patch.setattr(taking, "AT_ONCE", at_once)
        register = read_ledger(world, rows)
        meanwhile()
        states = take(world, register, alike=True)
        found = content(world, register)
        transaction.set_rollback(True)
    return states, found


def test_together_gives_the_same_rows_as_one_by_one(kept_world, monkeypatch):
    def meanwhile():
        hide_tomono(kept_world)
        seat = kept_world.reception.membership
        type(seat).objects.filter(pk=seat.pk).update(ended_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))

    singly = taken(kept_world, LEDGER, monkeypatch, at_once=1, meanwhile=meanwhile)
    calls = []
    real = taking.take_households
    monkeypatch.setattr(
        taking, "take_households", lambda drafts, **more: calls.append(len(drafts)) or real(drafts, **more)
    )
    together_ = taken(kept_world, LEDGER, monkeypatch, at_once=200, meanwhile=meanwhile)

    assert together_ == singly
    assert calls == [2, 4]  # before and after the one that hides
    assert [singly[0][position] for position in (2, 5, 6, 7, 8, 9)] == [
        ("taken", ["twice_in_file"]), ("held", ["no_name"]), ("taken", []), ("held", ["hides_here"]),
        ("taken", ["alike"]), ("held", ["unknown_worker"]),
    ]  # fmt: skip
    assert sum("case_taken_from_register" in row for row in singly[1]["log"]) == len(singly[1]["Case"]) - 2
    assert [len(singly[1][table]) for table in ("Case", "Concealment", "SecretPlace")] == [9, 2, 3]


NAMES = ["海野 たか", "海野 実", "髙﨑 花", "高崎 花", "葉月原母", "灯野母", "灯野息子", "隠 れる", ""]
people_told = st.builds(
    row_of,
    st.sampled_from("123456"),
    st.sampled_from(NAMES),
    kana=st.sampled_from(["", "うみの たか", "タカサキ ハナ", "おおの ゆうこ", "オーノ ユーコ"]),
    relation=st.sampled_from(["", "", "子", "謎"]),
    born=st.sampled_from(["", "S20.3.10", "1975-01-02"]),
    phone=st.sampled_from(["", "0900000111", "043-245-1234 / 090-1234-5678"]),
    address=st.sampled_from(["", "見本市あおば町1-2-3", "見本市青葉町一丁目2番3号"]),
    concealed=st.sampled_from(["いいえ", "いいえ", "", "はい"]),
    debt=st.sampled_from(["", "65万円"]),
    ill=st.text("高血圧 \n\\\"'%{}😀", max_size=6),
    kept=st.text("滞納 \n\\\"'%{}😀", max_size=6),
)
several = settings(
    max_examples=examples(day=6, night=60),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)


@pytest.mark.slow
@several
@given(
    ledger=st.lists(people_told, min_size=2, max_size=9),
    hides=st.booleans(),
    at_once=st.sampled_from([2, 3, 200]),
)
@example(
    ledger=[
        row_of("6", "海野 たか"), row_of("6", "海野 実", kana="おおの ゆうこ", born="1975-01-02"),
        row_of("4", "灯野息子", kana="おおの ゆうこ", born="1975-01-02"),
    ],
    hides=True, at_once=2,
)  # fmt: skip
def test_any_ledger_gives_the_same_rows_together_and_one_by_one(
    kept_world, monkeypatch, ledger, hides, at_once
):
    def meanwhile():
        if hides:
            hide_tomono(kept_world)

    answers = [
        without_alike(taken(kept_world, ledger, monkeypatch, at_once=count, meanwhile=meanwhile))
        for count in (1, at_once)
    ]
    assert answers[0] == answers[1]


def without_alike(answer):
    """Leave out who is alike: a household that is held back may be like one of its own batch, which is not there yet."""
    states, found = answer
    codes = {
        position: (state, [code for code in told if code != "alike"])
        for position, (state, told) in states.items()
    }
    rows = [re.sub(r"\['alike', '', '[^']*'\](, )?", "", row) for row in found["RegisterRow"]]
    return codes, found | {"RegisterRow": sorted(row.replace(", ]", "]") for row in rows)}


# --- who is alike -----------------------------------------------------------------------------------------

told = st.builds(
    Told,
    st.sampled_from([name for name in NAMES if name]),
    st.sampled_from(["", "うみの たか", "おおの ゆうこ", "オーノ ユーコ"]),
    st.sampled_from([None, dt.date(1945, 3, 10), dt.date(1975, 1, 2)]),
    st.sampled_from(["", "0900000111", "043-245-1234"]),
    st.sampled_from(["", "見本市あおば町1-2-3"]),
)


def _said(alike):
    return [
        [(each.person.pk, [str(r) for r in each.reasons], each.weight) for each in found] for found in alike
    ]


def fill_with_namesakes(world, monkeypatch):
    rows = [row_of(str(n), NAMES[n % 6], kana="うみの たか" if n % 2 else "おおの ゆうこ", born=("", "S20.3.10")[n % 3 == 0],
                   phone="0900000111" if n % 4 == 0 else "", address="見本市あおば町1-2-3" if n % 5 == 0 else "",
                   opened=f"2024-05-{n % 7 + 1:02}") for n in range(40)]  # fmt: skip
    take(world, read_ledger(world, rows, name="前の台帳"), alike=True)


@pytest.mark.slow
@pytest.mark.parametrize("most_together", [2_000, 5])
def test_many_are_compared_as_each_by_itself(kept_world, monkeypatch, most_together):
    """Together they find whom each finds alone, with the same reasons, also where a key has more people than are compared."""
    fill_with_namesakes(kept_world, monkeypatch)
    hide_tomono(kept_world)
    monkeypatch.setattr(search, "MOST_TOGETHER", most_together)
    viewer, found = kept_world.reception, 0

    @several
    @given(
        drafts=st.lists(told, min_size=1, max_size=8),
        most=st.sampled_from([2, 50]),
        shown=st.sampled_from([3, 10]),
    )
    def compare(drafts, most, shown):
        nonlocal found
        with monkeypatch.context() as patch, acting_for(viewer):
            patch.setattr(duplicates, "MOST_PER_KEY", most)
            patch.setattr(duplicates, "MOST_SHOWN", shown)
            each = [_said(people_like_told(viewer, [draft]))[0] for draft in drafts]
            patch.setattr(search, "FEW_LINES", 0)
            patch.setattr(search, "LINES_AT_ONCE", 4)
            assert _said(people_like_told(viewer, drafts)) == each
        found += sum(map(len, each))

    compare()
    assert found > 50


def test_an_agency_is_told_of_nobody(kept_world):
    world = kept_world
    draft = Told("葉月原母")
    for viewer, count in ((world.coordinator, 1), (world.anshin_worker, 0), (world.sysadmin, 0)):
        with acting_for(viewer):
            assert [len(found) for found in people_like_told(viewer, [draft] * 3)] == [count] * 3


def test_keys_of_an_older_folding_are_asked_in_full(kept_world, monkeypatch):
    """What is read of those who hide says nothing while a new folding is not written yet."""
    world = kept_world
    hide_tomono(world)

    def asked(name):
        register = Register(columns=COLUMNS, mapping=first_mapping(COLUMNS))
        row = RegisterRow(cells=row_of("1", name), number="1", is_head=True)
        draft = draft_of("1", [row], COLUMNS, register.mapping["fields"], taking.Words({}, {}))
        with acting_for(world.chief):
            return may_hide_here(
                [draft],
            ) == [draft]

    assert [asked(name) for name in ("灯野母", "磯部 咲")] == [True, False]
    with acting_for(world.chief):
        row = SearchRow.objects.filter(case=world.tomono.case, person=world.tomono.son, item="basic")
        assert row.update(version=0) == 1
    assert [asked(name) for name in ("灯野母", "磯部 咲")] == [True, True]


# --- one that fails ---------------------------------------------------------------------------------------


def _breaks_at_once(case, draft):
    rows = rows_of_household(case, draft)
    if draft.number == "B":
        rows[1].sex = "謎"  # a constraint refuses it
    return rows


def _breaks_at_the_end(case, draft):
    """The key that says whose contact it is asks at the end of the transaction alone."""
    rows = rows_of_household(case, draft)
    if draft.number == "B":
        somebody = Person.objects.get(name="だれか")
        rows.append(PersonContact(case=case, person=somebody, item="contact", phone="0900000999"))
    return rows


def _is_no_text(case, draft):
    rows = rows_of_household(case, draft)
    if draft.number == "B":
        rows[1].occupation = "\0"
    return rows


@pytest.mark.parametrize("broken", [_breaks_at_once, _breaks_at_the_end, _is_no_text])
def test_household_that_fails_keeps_back_no_other(kept_world, monkeypatch, broken):
    world = kept_world
    with acting_for(world.chief):
        values = {"name": "だれか", "relation": "other"}
        add_person(world.hazuki.case, values=values, by=world.chief)
    register = read_ledger(world, [row_of(number, f"磯部 {number}") for number in "ABCD"])
    for module in (taking, together):
        monkeypatch.setattr(module, "rows_of_household", broken)
    before = _number(world)

    states = take(world, register)

    assert states == {
        2: ("taken", []), 3: ("held", ["could_not_take"]), 4: ("taken", []), 5: ("taken", []),
    }  # fmt: skip
    with acting_for(world.chief):
        names = (
            Person.objects.filter(name__startswith="磯部")
            .order_by("case__number")
            .values_list("name", "case__number")
        )
        assert [name for name, _number in names] == ["磯部 A", "磯部 C", "磯部 D"]
        assert [int(number[-4:]) for _name, number in names] == [before + 1, before + 2, before + 3]
        assert _number(world) == before + 3


def _number(world):
    with acting_for(world.chief):
        last = NumberSeries.objects.filter(name="K").order_by("-year").values_list("last", flat=True)
        return last.first()


def test_failure_of_many_costs_no_household_more_than_one_by_one(kept_world, monkeypatch):
    """Where everything fails together, all are taken one by one, and those behind them together again."""
    world = kept_world
    register = read_ledger(world, [row_of(str(number), f"磯部 {number}") for number in range(8)])
    real, calls = taking.take_households, []

    def fails_at_first(drafts, **more):
        calls.append(len(drafts))
        if len(calls) == 1:
            raise ValueError
        real(drafts, **more)

    monkeypatch.setattr(taking, "AT_ONCE", 4)
    monkeypatch.setattr(taking, "take_households", fails_at_first)
    assert {state for state, _codes in take(world, register).values()} == {"taken"}
    assert calls == [4, 4]


def test_turn_that_ends_after_every_step_comes_to_an_end_although_many_fail(kept_world, monkeypatch):
    world = kept_world
    register = read_ledger(world, [row_of(str(number), f"磯部 {number}") for number in range(4)])
    monkeypatch.setattr(taking, "TURN_SECONDS", -1)

    def fails(drafts, **more):
        raise ValueError

    monkeypatch.setattr(taking, "take_households", fails)
    with acting_for(world.chief):
        order_taking(register, takes_alike=False, by=world.chief)
    turns = 0
    while move_on(register.pk, membership_id=world.chief.membership.pk):
        turns += 1
        assert turns < 10
    assert {state for state, _codes in found_in(world.chief, register).values()} == {"taken"}


def test_killed_amid_many_loses_and_doubles_nothing(kept_world, monkeypatch):
    world = kept_world
    register = read_ledger(world, [MOTHER + [""] * 4, SON + [""] * 4, OTHER + [""] * 4])
    with acting_for(world.chief):
        order_taking(register, takes_alike=False, by=world.chief)
    before, log = _number(world), together.record_each

    def killed(*args):
        log(*args)
        raise KeyboardInterrupt  # after everything was written, before it was kept

    with monkeypatch.context() as patch:
        patch.setattr(together, "record_each", killed)
        with pytest.raises(KeyboardInterrupt):
            move_on(register.pk, membership_id=world.chief.membership.pk)
    assert found_in(world.chief, register) == {2: ("ready", []), 3: ("ready", []), 4: ("ready", [])}
    assert _number(world) == before

    for _again in range(2):  # the task, and once more
        run(register, world.chief)
        assert found_in(world.chief, register) == {2: ("taken", []), 3: ("taken", []), 4: ("taken", [])}
        with acting_for(world.chief):
            assert Person.objects.filter(name__in=["海野 たか", "海野 実", "磯部 咲"]).count() == 3
        assert _number(world) == before + 2


def test_second_reading_of_a_ledger_is_known_whole_without_trying(kept_world, monkeypatch):
    world = kept_world
    rows = [row_of(str(number), f"磯部 {number}") for number in range(5)]
    first, second = read_ledger(world, rows[:3]), read_ledger(world, rows)
    take(world, first)
    calls, real = [], taking.take_households
    monkeypatch.setattr(
        taking, "take_households", lambda drafts, **more: calls.append(len(drafts)) or real(drafts, **more)
    )

    assert list(take(world, second).values()) == [("known", ["taken_before"])] * 3 + [("taken", [])] * 2
    assert calls == [2]


# --- how much is asked ------------------------------------------------------------------------------------


def _statements(world, count):
    rows = [
        row_of(f"{count}-{n}", f"{count}番 {n}", phone=f"09{count}{n:07}", ill="病", debt="1")
        for n in range(count)
    ]
    by, register = world.chief, read_ledger(world, rows, name=f"{count}")
    with acting_for(by):
        order_taking(register, takes_alike=False, by=by)
    with CaptureQueriesContext(connection) as taking_:
        run(register, by)
    assert {state for state, _codes in found_in(by, register).values()} == {"taken"}
    return len(taking_)


def test_statements_of_taking_do_not_grow_with_the_households(kept_world):
    assert _statements(kept_world, 40) == _statements(kept_world, 3)


def test_numbers_are_drawn_without_a_gap(kept_world):
    with acting_for(kept_world.chief):
        drawn = [next_number("K"), *next_numbers("K", 3), next_number("K")]
    numbers = [int(number[-4:]) for number in drawn]
    assert numbers == list(range(numbers[0], numbers[0] + 5))
    assert {number[:2] for number in drawn} == {"K-"}
