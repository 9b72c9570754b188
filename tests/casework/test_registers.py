"""Taking in the ledgers a city brings along: read, mapped, checked, taken, undone."""

import csv
import datetime as dt
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from casework.cases.models import Case, CaseActivity, CaseEvent
from casework.cases.selectors import count_cases_for
from casework.concealment.actions import GroundDraft, conceal
from casework.concealment.models import Concealment
from casework.concealment.selectors import is_concealed
from casework.households.actions import change_household, change_person
from casework.households.models import Household, Person, PersonContact, PersonHealth, PersonMoney
from casework.registers.actions import (
    clear_rows,
    map_columns,
    order_check,
    order_taking,
    order_undoing,
    read_register,
)
from casework.registers.mapping import BadMapping, as_file, first_mapping, read_mapping
from casework.registers.models import Register, RegisterRow, RegisterState, RowState
from casework.registers.reading import DELIMITERS, _of_csv, read_table
from casework.registers.selectors import counts_for, kept_for, registers_for, rows_for
from casework.registers.taking import move_on
from casework.search.models import SearchRow
from casework.seen import fingerprint
from casework.sharing.actions import Label
from casework.workspace.finding import find_cases_for
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.uploads.errors import NotTaken
from permissions.walls.context import acting_for, clock
from tests.casework.pages import sign_in
from tests.worlds import make_viewer

pytestmark = pytest.mark.django_db

HEADINGS = [
    "受付番号",
    "受付日",
    "氏名",
    "フリガナ",
    "続柄",
    "生年月日",
    "電話番号",
    "住所",
    "病名",
    "借金",
    "経過",
    "秘匿",
]
MOTHER = [
    "S-1", "令和6年5月1日", "海野 たか", "うみの たか", "本人", "S20.3.10", "0900000111", "見本市あおば町1-2-3",
    "高血圧", "65万円", "昨年から滞納", "いいえ",
]  # fmt: skip
SON = ["S-1", "", "海野 実", "うみの みのる", "子", "1975-01-02", "", "", "", "", "家から出ない", ""]
OTHER = ["S-2", "2025-01-06", "磯部 咲", "いそべ さき", "本人", "", "", "", "", "", "", "いいえ"]


def as_csv(rows, *, encoding="utf-8-sig", headings=None, name="soudan.csv"):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([headings or HEADINGS, *rows])
    return SimpleUploadedFile(name, text.getvalue().encode(encoding), "text/csv")


def as_xlsx(rows, *, headings=None, title="台帳"):
    book = Workbook()
    book.active.title = title
    for row in [headings or HEADINGS, *rows]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return SimpleUploadedFile("soudan.xlsx", file.getvalue())


def read(world, rows, *, by=None, name="相談台帳", headings=None, **mapping):
    by = by or world.chief
    table = read_table(as_csv(rows, headings=headings))
    said = first_mapping(table.columns)
    with acting_for(by):
        register = read_register(table, name=name, mapping=said, by=by)
        if mapping:
            map_columns(
                register,
                fields={**said["fields"], **mapping.get("fields", {})},
                words=mapping.get("words", {}),
                by=by,
            )
    return register


def run(register, by):
    move_on(register.pk, membership_id=by.membership.pk)
    with acting_for(by):
        register.refresh_from_db()


def check(world, register, by=None):
    by = by or world.chief
    with acting_for(by):
        order_check(register, by=by)
    run(register, by)
    return found_in(by, register)


def take(world, register, *, alike=False, by=None):
    by = by or world.chief
    with acting_for(by):
        order_taking(register, takes_alike=alike, by=by)
    run(register, by)
    return found_in(by, register)


def undo(world, register, *, by=None, reason="列をまちがえた"):
    by = by or world.chief
    with acting_for(by):
        order_undoing(register, reason=reason, by=by)
    run(register, by)
    return found_in(by, register)


def found_in(by, register):
    """Return {position: (state, codes of what was found)}."""
    with acting_for(by):
        return {
            row.position: (row.state, [code for code, _heading, _value in row.findings])
            for row in rows_for(by, register)
        }


def everything(viewer):
    """Return how much there is of everything a taking writes."""
    tables = (
        Case,
        CaseActivity,
        CaseEvent,
        Household,
        Person,
        PersonContact,
        PersonHealth,
        PersonMoney,
        SearchRow,
    )
    with acting_for(viewer):
        return {model.__name__: model.objects.count() for model in tables}


def logged(world, verb, case):
    with acting_for(world.auditor):
        return AuditEntry.objects.filter(verb=verb, case_id=case.pk).count()


def case_of(world, register, number):
    with acting_for(world.chief):
        return (
            RegisterRow.objects.select_related("case")
            .get(register=register, number=number, is_head=True)
            .case
        )


def test_household_is_taken_as_the_ledger_says(world):
    register = read(world, [MOTHER, SON, OTHER])
    before = everything(world.chief)

    assert check(world, register) == {2: ("ready", []), 3: ("ready", []), 4: ("ready", [])}
    assert everything(world.chief) == before  # a dry run writes nothing
    assert take(world, register) == {2: ("taken", []), 3: ("taken", []), 4: ("taken", [])}

    case = case_of(world, register, "S-1")
    with acting_for(world.chief):
        assert register.state == RegisterState.TAKEN
        assert timezone.localtime(case.opened_at).date() == dt.date(2024, 5, 1)
        assert (case.holder, case.worker, case.stage) == (world.center, world.chief.membership, "received")
        assert Household.objects.get(case=case).name == "海野 たかさんの世帯"
        people = list(Person.objects.filter(case=case).order_by("position"))
        assert [(each.name, each.kana, each.relation, each.birth_on) for each in people] == [
            ("海野 たか", "うみの たか", "self", dt.date(1945, 3, 10)),
            ("海野 実", "うみの みのる", "child", dt.date(1975, 1, 2)),
        ]
        contact = PersonContact.objects.get(case=case)
        assert (contact.person, contact.phone, contact.address) == (
            people[0],
            "0900000111",
            "見本市あおば町1-2-3",
        )
        assert PersonHealth.objects.get(case=case).condition == "高血圧"
        assert PersonMoney.objects.get(case=case).debt_yen == 650_000
        kept = [(row.number, row.cells) for row in kept_for(world.chief, case)]
        assert kept == [
            ("S-1", [{"label": "経過", "display": "昨年から滞納"}]),
            ("S-1", [{"label": "経過", "display": "家から出ない"}]),
        ]
        assert [row.case.pk for row in find_cases_for(world.chief, "海野").rows] == [case.pk]
        assert not is_concealed(world.chief, case)
        for number in ("S-1", " S-1 "):
            row = find_cases_for(world.chief, number).rows[0]
            assert (row.case.pk, str(row.reasons[0].kind)) == (case.pk, "前の台帳の番号")
        assert find_cases_for(world.chief, "S-").rows == []
    assert logged(world, "case_taken_from_register", case) == 1
    assert everything(world.chief)["Case"] == before["Case"] + 2


def test_undo_leaves_nothing_but_what_somebody_worked_on(world):
    before = everything(world.chief)
    register = read(world, [MOTHER, SON, OTHER])
    check(world, register)
    take(world, register)
    kept, gone = case_of(world, register, "S-2"), case_of(world, register, "S-1")
    with acting_for(world.reception):
        person = Person.objects.get(case=kept)
        change_person(
            person,
            values={"occupation": "店員"},
            seen=fingerprint(person, ["occupation"]),
            by=world.reception,
        )

    assert undo(world, register) == {2: ("undone", []), 3: ("undone", []), 4: ("taken", ["stays"])}

    after = everything(world.chief)
    assert after == {
        name: count
        + {"Case": 1, "CaseActivity": 1, "CaseEvent": 1, "Household": 1, "Person": 1, "SearchRow": 2}.get(
            name, 0
        )
        for name, count in before.items()
    }
    with acting_for(world.chief):
        assert not Case.objects.filter(pk=gone.pk).exists()
        assert find_cases_for(world.chief, "海野").rows == []
        assert Person.objects.get(case=kept).occupation == "店員"
        assert [row.cells for row in rows_for(world.chief, register)] == [[], [], []]
    assert logged(world, "register_case_undone", gone) == 1

    again = read(world, [MOTHER, SON, OTHER])
    assert check(world, again) == {2: ("ready", []), 3: ("ready", []), 4: ("known", ["taken_before"])}
    take(world, again)
    assert everything(world.chief)["Case"] == after["Case"] + 1


def test_number_of_a_ledger_is_taken_once(world):
    first, second = read(world, [MOTHER]), read(world, [MOTHER])
    check(world, first)
    check(world, second)  # both were checked before either was taken
    take(world, first)

    assert take(world, second) == {2: ("known", ["taken_before"])}
    other = read(world, [MOTHER], name="別の台帳")
    assert check(world, other)[2][0] == RowState.ALIKE
    assert take(world, other) == {2: ("alike", ["alike"])}
    assert take(world, other, alike=True) == {2: ("taken", ["alike"])}


def test_taking_goes_on_where_a_kill_stopped_it(world, monkeypatch):
    register = read(world, [MOTHER, SON, OTHER])
    check(world, register)
    with acting_for(world.chief):
        order_taking(register, takes_alike=False, by=world.chief)
    from casework.registers import taking

    monkeypatch.setattr(taking, "AT_ONCE", 1)
    real, calls = taking.take_household, []

    def killed(draft, *args, **kwargs):
        calls.append(draft.number)
        made = real(draft, *args, **kwargs)
        if len(calls) == 2:
            raise KeyboardInterrupt  # after everything was written, before it was kept
        return made

    monkeypatch.setattr(taking, "take_household", killed)
    with pytest.raises(KeyboardInterrupt):
        move_on(register.pk, membership_id=world.chief.membership.pk)
    assert found_in(world.chief, register) == {2: ("taken", []), 3: ("taken", []), 4: ("ready", [])}
    monkeypatch.setattr(taking, "take_household", real)
    run(register, world.chief)
    assert found_in(world.chief, register) == {2: ("taken", []), 3: ("taken", []), 4: ("taken", [])}
    with acting_for(world.chief):
        assert Person.objects.filter(name="磯部 咲").count() == 1
    move_on(register.pk, membership_id=world.chief.membership.pk)  # the task a second time
    with acting_for(world.chief):
        assert Person.objects.filter(name="磯部 咲").count() == 1


def test_household_that_hides_is_concealed_as_it_is_taken(world):
    hides = [*MOTHER[:-1], "はい"]
    hides[10] = "夫から見本市あおば町1-2-3へ避難"
    register = read(world, [hides, SON, OTHER])
    check(world, register)
    take(world, register)

    case = case_of(world, register, "S-1")
    with acting_for(world.chief):
        assert Concealment.objects.filter(case=case).count() == 1
        assert PersonContact.objects.get(case=case).address == ""
        assert next(row.cells for row in kept_for(world.chief, case)) == [
            {"label": "経過", "display": "夫から＊へ避難"}
        ]
        assert find_cases_for(world.chief, "あおば町").rows == []
    assert undo(world, register)[2] == ("taken", ["stays"])


def hide_tomono(world):
    with acting_for(world.reception):
        conceal(
            world.tomono.case,
            world.tomono.mother,
            GroundDraft("provisional", "本人の電話"),
            by=world.reception,
        )


def rows_of_somebody_who_hides(says):
    """A ledger from before she hid: herself with her address, and a neighbour."""
    herself = ["S-4", "2020-01-06", "灯野母", "", "本人", "", "", "見本市あおば町1-2-3", "", "", "", says]
    child = ["S-4", "", "海野 波", "", "子", "", "", "", "", "", "", ""]
    return [herself, child, OTHER]


def test_older_ledger_brings_nobody_who_hides_into_the_open(world):
    """domain.md R-DV-4: what is older than the record is refused, not even the tick for similar people takes it."""
    hide_tomono(world)
    register = read(world, rows_of_somebody_who_hides("いいえ"))

    assert check(world, register) == {
        2: ("held", ["hides_here"]),
        3: ("held", ["household"]),
        4: ("ready", []),
    }
    assert take(world, register, alike=True) == {
        2: ("held", ["hides_here"]),
        3: ("held", ["household"]),
        4: ("taken", []),
    }
    with acting_for(world.chief):
        assert find_cases_for(world.chief, "あおば町").rows == []
        assert is_concealed(world.chief, world.tomono.case)


def test_older_ledger_is_refused_also_when_somebody_hides_between_checking_and_taking(world):
    register = read(world, rows_of_somebody_who_hides("いいえ"))
    assert check(world, register)[2] == ("alike", ["alike"])
    hide_tomono(world)

    assert take(world, register, alike=True) == {
        2: ("held", ["hides_here"]),
        3: ("held", ["household"]),
        4: ("taken", []),
    }
    with acting_for(world.chief):
        assert find_cases_for(world.chief, "あおば町").rows == []


def test_row_of_somebody_who_hides_is_taken_as_hidden_where_it_says_so(world):
    hide_tomono(world)
    register = read(world, rows_of_somebody_who_hides("はい"))

    assert check(world, register)[2] == ("alike", ["alike"])
    assert take(world, register, alike=True)[2][0] == "taken"
    case = case_of(world, register, "S-4")
    with acting_for(world.chief):
        assert is_concealed(world.chief, case)
        assert find_cases_for(world.chief, "あおば町").rows == []


@pytest.mark.parametrize(
    "words", ["夫のDVから逃げた", "ＤＶ支援措置あり", "住所は非開示", "シェルターにいる"]
)
def test_household_that_may_hide_is_held_back_until_somebody_says_so(world, words):
    says_no = ["S-3", "2025-01-06", "磯部 望", *OTHER[3:10], words, "いいえ"]
    register = read(world, [[*OTHER[:10], words, ""], says_no])

    assert check(world, register) == {2: ("held", ["maybe_concealed"]), 3: ("ready", [])}
    with acting_for(world.chief):
        assert count_cases_for(world.chief) == 2
    take(world, register)
    with acting_for(world.chief):
        assert count_cases_for(world.chief) == 3


def test_what_stands_against_a_row_is_told_for_every_cell(world):
    rows = [
        ["", "2025-01-06", "番号 なし", "", "", "", "", "", "", "", "", ""],
        ["S-5", "昭和99年1月1日", "日付 だめ", "", "遠い親戚", "平成", "", "", "", "たくさん", "", "たぶん"],
        ["S-6", "", "", "", "", "", "", "", "", "", "", ""],
        ["S-7", "2025-01-06", "一人目", "", "本人", "", "", "", "", "", "", ""],
        ["S-7", "2025-01-07", "二人目", "", "本人", "昭和20年", "", "", "", "", "", ""],
        ["S-7", "", "三人目", "", "", "", "", "", "", "", "", ""],
        ["S-8", "2999-01-01", "先の人", "", "", "", "900000111", "", "", "", "", ""],
        ["9" * 61, "", "長い番号", "", "", "", "", "", "", "", "", ""],
        ["9" * 60 + "8", "", "似た長い番号", "", "", "", "", "", "", "", "", ""],
        ["S-9", "", "電話の人", "", "", "", "900000111", "", "", "", "", ""],
    ]
    assert check(world, read(world, rows)) == {
        2: ("held", ["no_number"]),
        3: ("held", ["no_date", "unknown_code", "no_date", "no_yen", "no_yes_no"]),
        4: ("held", ["no_name"]),
        5: ("held", ["household"]),
        6: ("held", ["date_without_day", "says_otherwise", "two_selves"]),
        7: ("held", ["household"]),
        8: ("held", ["date_to_come", "zero_added"]),
        9: ("held", ["too_long"]),
        10: ("held", ["too_long"]),
        11: ("ready", ["zero_added"]),
    }


def test_words_of_codes_are_read_as_the_mapping_says(world):
    row = [*OTHER[:4], "むすめ", *OTHER[5:]]
    assert check(world, read(world, [row]))[2] == ("held", ["unknown_code"])
    register = read(world, [row], words={"relation": {"むすめ": "child"}})
    assert check(world, register)[2] == ("ready", [])
    take(world, register)
    with acting_for(world.chief):
        assert Person.objects.get(case=case_of(world, register, "S-2")).relation == "child"


@pytest.mark.parametrize(
    ("stage", "state"),
    [("受付", "ready"), ("終結", "ready"), ("つなぎ中", "held"), ("プラン作成", "held"), ("謎", "held")],
)
def test_stage_that_rests_on_more_than_a_ledger_is_not_taken(world, stage, state):
    headings = ["番号", "氏名", "段階", "担当"]
    register = read(world, [["1", "磯部 咲", stage, "coordinator"]], headings=headings)
    assert check(world, register)[2][0] == state
    if state == "ready":
        take(world, register)
        case = case_of(world, register, "1")
        with acting_for(world.chief):
            assert case.get_stage_display() == stage
            assert case.worker == world.coordinator.membership


def test_people_who_are_here_already_are_told_with_the_reason(world):
    known = ["S-4", "", "葉月原母", "", "", "", "", "", "", "", "", ""]
    register = read(world, [known, OTHER])
    assert check(world, register) == {2: ("alike", ["alike"]), 3: ("ready", [])}
    with acting_for(world.chief):
        found = rows_for(world.chief, register).get(position=2).findings
        assert world.hazuki.case.number in found[0][2]
        assert "氏名が同じ" in found[0][2]
    assert take(world, register) == {2: ("alike", ["alike"]), 3: ("taken", [])}


def test_same_person_under_two_numbers_of_one_file_is_told(world):
    again = ["S-9", *MOTHER[1:2], "海野　たか", *MOTHER[3:]]  # with another space
    namesake = ["S-8", *MOTHER[1:5], "S30.1.1", *MOTHER[6:]]
    register = read(world, [MOTHER, SON, again, namesake, OTHER])
    assert check(world, register) == {
        2: ("alike", ["twice_in_file"]),
        3: ("alike", []),
        4: ("alike", ["twice_in_file"]),
        5: ("ready", []),
        6: ("ready", []),
    }
    with acting_for(world.chief):
        assert [row.findings for row in rows_for(world.chief, register)][:3] == [
            [["twice_in_file", "", "S-9"]], [], [["twice_in_file", "", "S-1"]],
        ]  # fmt: skip


def test_excel_and_both_encodings_of_csv_read_alike():
    rows = [MOTHER, SON, OTHER]
    tables = [
        read_table(as_csv(rows)), read_table(as_csv(rows, encoding="cp932")), read_table(as_xlsx(rows)),
    ]  # fmt: skip
    assert [(table.columns, table.rows) for table in tables] == [
        (HEADINGS, list(enumerate(rows, start=2)))
    ] * 3


@given(
    st.lists(st.lists(st.text("あい,\t; '\"\n1、", max_size=8), min_size=3, max_size=3), max_size=4),
    st.sampled_from(DELIMITERS),
)
def test_cells_of_csv_are_never_cut_up(rows, delimiter):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([["番号", "氏名", "経過"], *rows])
    assert [cells for _number, cells in _of_csv(text.getvalue().encode(), 1)] == [
        ["番号", "氏名", "経過"],
        *rows,
    ]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_quotes_lines_and_delimiters_in_cells_stay_what_they_are(delimiter):
    cells = ["1", 'いわく「"だめ"」', "一行目\n二行目", "a, b; c", "'90"]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(
        [["番号", "ことば", "経過", "記号", "年"], cells, ["2", "", "", "", "x"]]
    )
    table = read_table(SimpleUploadedFile("a.csv", text.getvalue().encode("cp932")))
    assert table.rows == [(2, [*cells[:4], "90"]), (3, ["2", "", "", "", "x"])]


def test_cells_of_excel_are_read_as_people_see_them():
    rows = [[7, dt.datetime(2024, 5, 1), "名", True], [8.0, dt.date(2024, 5, 2), None, 1.5]]  # noqa: DTZ001 -- a cell has no zone
    table = read_table(as_xlsx(rows, headings=["番号", "日", "氏名", "はい"]))
    assert table.rows == [(2, ["7", "2024-05-01", "名", "はい"]), (3, ["8", "2024-05-02", "", "1.5"])]


def test_headings_stand_where_the_city_put_them_and_each_once():
    file = as_csv([["番号", "氏名", "氏名", ""], ["1", "一", "二", ""], ["", "", "", ""], ["2", "三", "四", ""]],
                  headings=["見本市 相談台帳", "", "", ""])  # fmt: skip
    table = read_table(file, heading_row=2)
    assert table.columns == ["番号", "氏名", "氏名（2）"]
    assert table.rows == [(3, ["1", "一", "二"]), (5, ["2", "三", "四"])]


def test_my_number_is_not_kept():
    table = read_table(as_csv([["1", "磯部", "番号は123456789018です"]], headings=["番号", "氏名", "経過"]))
    assert table.masked == 1
    assert "123456789018" not in str(table.rows)


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (lambda: SimpleUploadedFile("a.pdf", b"%PDF"), "Excel"),
        (lambda: SimpleUploadedFile("a.xlsx", b"not a workbook"), "こわれている"),
        (lambda: SimpleUploadedFile("a.csv", b""), "何も入っていません"),
        (lambda: SimpleUploadedFile("a.csv", "番号,氏名\n".encode()), "行がありません"),
        (lambda: SimpleUploadedFile("a.csv", "番号\n1\n".encode()), "見出し"),
        (lambda: SimpleUploadedFile("a.csv", "番号,氏名\n1,名,余り\n".encode()), "2行目"),
        (lambda: SimpleUploadedFile("a.csv", ("番号,氏名\n1," + "あ" * 4001).encode()), "2行目"),
        (lambda: SimpleUploadedFile("a.csv", "番号,氏名\n1,名\n".encode("utf-16")), "UTF-16"),
        (lambda: SimpleUploadedFile("a.csv", ("番号,氏名\n" + "1,名\n" * 20_001).encode()), "行が多すぎます"),
    ],
)
def test_file_that_is_no_ledger_is_refused_with_what_to_do(file, why):
    with pytest.raises(NotTaken, match=why):
        read_table(file())


def test_guard_against_formulas_is_taken_off_again():
    table = read_table(as_csv([["1", "'=SUM(A1)"], ["2", "-3"]], headings=["番号", "氏名"]))
    assert [cells[1] for _number, cells in table.rows] == ["=SUM(A1)", "-3"]


def test_mapping_is_kept_as_a_file_and_read_again(world):
    with acting_for(world.chief):
        said = {
            "fields": {"番号": "number", "名": "name", "メモ": ""},
            "words": {"relation": {"むすめ": "child"}},
        }
        file = SimpleUploadedFile("m.json", as_file("相談台帳", said).encode())
        columns = ["番号", "名", "新しい列"]
        assert read_mapping(file, columns) == {
            "fields": {"番号": "number", "名": "name", "新しい列": "keep"},
            "words": {"relation": {"むすめ": "child"}},
        }


@pytest.mark.parametrize(
    "said",
    [
        b"{", b"[]", b'{"format": "other"}',
        json.dumps({"format": "marugoto-register-mapping/1", "columns": {"番号": "lift_concealment"}, "words": {}}).encode(),
        json.dumps({"format": "marugoto-register-mapping/1", "columns": {"番号": "name", "名": "name"}, "words": {}}).encode(),
        json.dumps({"format": "marugoto-register-mapping/1", "columns": {}, "words": {"relation": {"a": "none"}}}).encode(),
        json.dumps({"format": "marugoto-register-mapping/1", "columns": {}, "words": {"case": {"a": "b"}}}).encode(),
        json.dumps({"format": "marugoto-register-mapping/1", "columns": [], "words": {}}).encode(),
    ],
)  # fmt: skip
def test_mapping_that_says_more_than_it_may_is_refused(world, said):
    with acting_for(world.chief), pytest.raises(BadMapping):
        read_mapping(SimpleUploadedFile("m.json", said), ["番号", "名"])


def test_only_the_chief_takes_registers_in(world):
    register = read(world, [OTHER])
    other_chief = make_viewer("chief2", world.center_itaku, "chief")
    for viewer in (world.coordinator, world.reception, world.anshin_worker, world.sysadmin):
        with acting_for(viewer):
            assert list(registers_for(viewer)) == []
            assert list(RegisterRow.objects.all()) == []
            with pytest.raises(NotAllowed):
                order_check(register, by=viewer)
            with pytest.raises(DatabaseError), transaction.atomic():
                Register(name="x", title="x", digest="x", read_by=viewer.membership).save(force_insert=True)
    with acting_for(other_chief):
        assert [each.pk for each in registers_for(other_chief)] == [register.pk]
        assert RegisterRow.objects.count() == 1


def test_what_was_kept_of_a_case_is_the_centers_where_no_block_stands(world):
    register = read(world, [MOTHER])
    check(world, register)
    take(world, register)
    case = case_of(world, register, "S-1")
    with acting_for(world.reception):
        assert [row.number for row in kept_for(world.reception, case)] == ["S-1"]
    from tests.casework.test_seals import seal

    seal(world, case, world.coordinator)
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"))
    for viewer in (world.reception, world.anshin_worker, world.stranger):
        with acting_for(viewer):
            assert find_cases_for(viewer, "S-1").rows == []
            assert list(RegisterRow.objects.all()) == []


def test_database_undoes_for_a_chief_alone_and_never_what_was_worked_on(world):
    register = read(world, [MOTHER, OTHER])
    check(world, register)
    take(world, register)
    with acting_for(world.chief):
        heads = {row.number: row.pk for row in RegisterRow.objects.filter(is_head=True)}
        worked_on = Household.objects.get(case=case_of(world, register, "S-2"))
    with acting_for(world.reception):
        values = {"name": "磯部家"}
        change_household(worked_on, values=values, seen=fingerprint(worked_on, ["name"]), by=world.reception)

    def undone(head):
        with connection.cursor() as cursor:
            cursor.execute("SELECT casework_undo_taking(%s)", [head])
            return cursor.fetchone()[0]

    for viewer in (world.coordinator, world.reception, world.anshin_worker, world.sysadmin):
        with acting_for(viewer):
            assert undone(heads["S-1"]) is False
    with clock("take_up_brought"):
        assert undone(heads["S-1"]) is False
    with acting_for(world.chief):
        assert undone(heads["S-2"]) is False
        assert undone(heads["S-1"]) is True
        assert undone(heads["S-1"]) is False
        assert set(Case.objects.filter(pk__in=[worked_on.case_id]).values_list("pk", flat=True)) == {
            worked_on.case_id
        }


def test_rows_that_were_not_taken_are_cleared_away(world):
    register = read(world, [MOTHER, ["S-2", "謎", *OTHER[2:]]])
    check(world, register)
    take(world, register)
    with acting_for(world.chief):
        assert clear_rows(register, by=world.chief) == 1
        assert counts_for(world.chief, register)["taken"] == 1
        assert RegisterRow.objects.count() == 1
        with pytest.raises(NotAllowed):
            clear_rows(register, by=world.chief)
    assert undo(world, register) == {2: ("undone", [])}


def test_colleague_who_leaves_meanwhile_takes_nothing_in(world):
    register = read(world, [MOTHER])
    check(world, register)
    with acting_for(world.chief):
        order_taking(register, takes_alike=False, by=world.chief)
    move_on(register.pk, membership_id=world.reception.membership.pk)
    assert found_in(world.chief, register) == {2: ("ready", [])}


def test_pages_lead_from_the_file_to_the_cases_and_back(client, world):
    sign_in(client, world.chief)
    page = client.post(
        reverse("casework:registers"),
        {
            "name": "相談台帳",
            "file": as_xlsx([MOTHER, SON, ["S-2", "謎の日", *OTHER[2:]]]),
            "heading_row": 1,
            "sheet": "",
        },
    )
    with acting_for(world.chief):
        register = Register.objects.get()
    assert page.headers["Location"] == reverse("casework:register_columns", args=[register.pk])
    page = client.get(page.headers["Location"])
    assert page.status_code == 200
    form = page.context["form"]
    fields = {field.html_name: field.value() for field in form.columns()}
    page = client.post(reverse("casework:register_columns", args=[register.pk]), fields)
    here = reverse("casework:register", args=[register.pk])
    assert page.headers["Location"] == here
    assert 'data-state="checking"' in client.get(here).content.decode()
    run(register, world.chief)

    shown = client.get(here).content.decode()
    assert "「謎の日」は日付として読めません" in shown
    assert client.get(here, {"state": "held"}).context["page"].paginator.count == 1
    client.post(reverse("casework:register_take", args=[register.pk]))
    run(register, world.chief)
    case = case_of(world, register, "S-1")
    assert case.number in client.get(here).content.decode()
    assert "昨年から滞納" in client.get(reverse("casework:case_register", args=[case.pk])).content.decode()
    assert (
        reverse("casework:case_register", args=[case.pk])
        in client.get(reverse("casework:case", args=[case.pk])).content.decode()
    )
    mapping = json.loads(client.get(reverse("casework:register_mapping", args=[register.pk])).content)
    assert mapping["columns"]["氏名"] == "name"
    page = client.post(reverse("casework:register_undo", args=[register.pk]), {"reason": ""})
    assert page.status_code == 422
    client.post(reverse("casework:register_undo", args=[register.pk]), {"reason": "まちがえた"})
    run(register, world.chief)
    assert client.get(reverse("casework:case", args=[case.pk])).status_code == 404
    client.post(reverse("casework:register_clear", args=[register.pk]))
    with acting_for(world.chief):
        assert RegisterRow.objects.count() == 0


def test_long_taking_gives_others_their_turn(world, monkeypatch, run_tasks):
    register = read(world, [MOTHER, SON, OTHER])
    check(world, register)
    with acting_for(world.chief):
        order_taking(register, takes_alike=False, by=world.chief)
    from casework.registers import taking

    monkeypatch.setattr(taking, "AT_ONCE", 1)
    monkeypatch.setattr(taking, "TURN_SECONDS", -1)
    assert move_on(register.pk, membership_id=world.chief.membership.pk)
    assert found_in(world.chief, register) == {2: ("taken", []), 3: ("taken", []), 4: ("ready", [])}
    run_tasks()
    assert found_in(world.chief, register) == {2: ("taken", []), 3: ("taken", []), 4: ("taken", [])}
