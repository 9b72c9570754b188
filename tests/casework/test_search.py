"""Finding by words: exactly what reaches whoever is asking, in an order that hidden changes do not alter."""

import datetime as dt

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.households.actions import add_person, change_household, change_person, fingerprint, set_item
from casework.households.models import Household, Person, PersonContact
from casework.search.keys import lines_of_contact, lines_of_household, lines_of_person, words_of
from casework.search.models import SearchRow
from casework.sharing.actions import Ground, Label, block, end_line, lift_block
from casework.sharing.models import Block
from casework.sharing.selectors import cases_for, labelled_for, persons_for
from casework.workspace.finding import MOST_SHOWN, find_cases_for
from permissions.walls.context import acting_for
from tests.nights import examples
from tests.worlds import CONSENT

HOUR = dt.timedelta(hours=1)
LAW = Ground("law", "見本")


def found(viewer, text):
    with acting_for(viewer):
        return [
            (row.case.number, sorted({str(reason.kind) for reason in row.reasons}))
            for row in find_cases_for(viewer, text).rows
        ]


def recount(viewer, text):
    """What the search should say, by reading everything that reaches the viewer."""
    words = words_of(text)
    with acting_for(viewer):
        hits = set(cases_for(viewer).filter(number__in=words.numbers).values_list("pk", flat=True))
        for household in labelled_for(viewer, Household):
            hits |= {household.case_id} if words.match(lines_of_household(household.name)) else set()
        for person in persons_for(viewer):
            lines = lines_of_person(person.name, person.kana, person.birth_on)
            hits |= {person.case_id} if words.match(lines) else set()
        for contact in labelled_for(viewer, PersonContact):
            hits |= (
                {contact.case_id} if words.match(lines_of_contact(contact.phone, contact.address)) else set()
            )
        known = cases_for(viewer).filter(pk__in=hits).order_by("-opened_at", "-pk")
        return [case.number for case in known]


def give_names(world):
    """The mother of one household with old forms, a reading, a telephone and an address."""
    by, mother = world.coordinator, world.hazuki.mother
    with acting_for(by):
        values = {"name": "髙﨑 はな子", "kana": "タカサキ ハナコ", "birth_on": dt.date(1942, 3, 4)}
        change_person(mother, values=values, seen=fingerprint(mother, list(values)), by=by)
        contact = PersonContact.objects.get(person=mother)
        reach = {"phone": "０００－１２３４－５６７８", "address": "見本市東雲区一丁目２番３号"}
        set_item(mother, item="contact", values=reach, seen=fingerprint(contact, list(reach)), by=by)
    return world


@pytest.fixture
def named(world):
    return give_names(world)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("高崎", ["氏名"]),
        ("髙碕", ["氏名"]),
        ("高崎 はな子", ["氏名"]),
        ("崎はな", ["氏名"]),
        ("たかさき", ["ふりがな"]),
        ("ﾀｶｻｷ", ["ふりがな"]),
        ("高崎 ハナコ", ["ふりがな", "氏名"]),
        ("000-1234-5678", ["電話"]),
        ("５６７８", ["電話"]),
        ("東雲区1-2-3", ["住所"]),
        ("東雲区一丁目", ["住所"]),
        ("葉月原世帯", ["世帯の呼び名"]),
    ],
)
def test_the_center_finds_by_any_key_and_is_told_why(named, text, kinds):
    assert found(named.reception, text) == [(named.hazuki.case.number, kinds)]


@pytest.mark.parametrize("text", ["高", "崎", "567", "高槻", "%%", "__", "'--", "髙﨑はな子 灯野", ""])
def test_what_is_short_or_nobodys_finds_nothing(named, text):
    assert found(named.reception, text) == []


def test_a_case_number_is_found_however_it_is_written(named):
    number = named.hazuki.case.number
    year, serial = number.split("-")[1:]

    for text in (number, number.lower(), f"{year}-{int(serial)}", f"Ｋ{year}－{serial}", f"K{year}{serial}"):
        assert found(named.reception, text) == [(number, ["ケース番号"])]
    assert found(named.anshin_worker, number) == []


def test_an_agency_finds_what_its_lines_show_and_nothing_else(named):
    mother = named.hazuki.mother.pk
    named.share(named.hazuki, named.anshin, Label(mother, "basic"))
    named.share(named.hazuki, named.kenko, Label(mother, "contact"))
    named.share(named.hazuki, named.jiritsu, Label(mother, "health"), Label(named.hazuki.son.pk, "basic"))
    number = named.hazuki.case.number

    answers = {
        name: [
            text
            for text in ("高崎", "たかさき", "5678", "東雲", "葉月原世帯", "葉月原息子")
            if found(viewer, text)
        ]
        for name, viewer in (
            ("anshin", named.anshin_worker),
            ("kenko", named.kenko_worker),
            ("jiritsu", named.jiritsu_worker),
            ("stranger", named.stranger),
            ("admin", named.anshin_admin),
            ("editor", named.editor),
        )
    }

    assert answers == {
        "anshin": ["高崎", "たかさき"],
        "kenko": ["5678", "東雲"],
        "jiritsu": ["葉月原息子"],
        "stranger": [],
        "admin": [],
        "editor": [],
    }
    assert found(named.anshin_worker, number) == [(number, ["ケース番号"])]
    with acting_for(named.kenko_worker):
        (row,) = find_cases_for(named.kenko_worker, "5678").rows
    assert (row.household, row.people, row.reasons[0].who) == (None, [], "")


def test_what_is_shared_later_is_found_at_once_and_follows_a_new_name(named):
    mother, by = named.hazuki.mother, named.coordinator
    named.share(named.hazuki, named.anshin, Label(mother.pk, "basic"))

    with acting_for(by):
        current = Person.objects.get(pk=mother.pk)
        change_person(current, values={"name": "別名 花"}, seen=fingerprint(current, ["name"]), by=by)

    assert (bool(found(named.anshin_worker, "別名")), found(named.anshin_worker, "高崎")) == (True, [])


@pytest.mark.parametrize("how", ["end", "lapse", "block agency", "block person", "not begun"])
def test_what_does_not_hold_is_not_found_and_nothing_of_it_is_in_the_table(named, shift_clock, how):
    mother, viewer = named.hazuki.mother.pk, named.anshin_worker
    until = dt.datetime.now(dt.UTC) + HOUR if how == "lapse" else None
    starts = dt.datetime.now(dt.UTC) + HOUR if how == "not begun" else None
    ground = Ground(CONSENT.basis, CONSENT.evidence, until=until, starts_at=starts)
    (line,) = named.share(named.hazuki, named.anshin, Label(mother, "basic"), ground=ground)
    before = found(viewer, "高崎")

    if how == "end":
        with acting_for(named.coordinator):
            end_line(line, by=named.coordinator, reason="見本")
    if how == "lapse":
        shift_clock(2 * HOUR)  # and no worker runs
    if how.startswith("block"):
        target = (
            {"agency": named.anshin, "user_id": None}
            if how == "block agency"
            else {"agency": None, "user_id": viewer.user.pk}
        )
        with acting_for(named.chief):
            block(named.hazuki.case, **target, reason="見本", by=named.chief)

    assert bool(before) == (how != "not begun")
    assert found(viewer, "高崎") == []
    with acting_for(viewer):
        assert SearchRow.objects.count() == 0
    if how.startswith("block"):
        with acting_for(named.chief):
            lift_block(Block.objects.get(), by=named.chief)
        assert found(viewer, "高崎") == before


def test_a_second_basis_keeps_what_the_first_one_showed(named):
    label = Label(named.hazuki.mother.pk, "basic")
    (first,) = named.share(named.hazuki, named.anshin, label)
    (second,) = named.share(named.hazuki, named.anshin, label, ground=Ground("law", "見本"))
    answers = []

    for line in (first, second):
        with acting_for(named.coordinator):
            end_line(line, by=named.coordinator, reason="見本")
        answers.append(bool(found(named.anshin_worker, "高崎")))

    assert answers == [True, False]


def test_a_blocked_colleague_of_the_center_finds_nothing_of_the_case(named):
    with acting_for(named.chief):
        block(named.hazuki.case, agency=None, user_id=named.reception.user.pk, reason="見本", by=named.chief)

    assert found(named.reception, "高崎") == found(named.reception, named.hazuki.case.number) == []
    assert found(named.coordinator, "高崎") != []


NAMES = ("髙橋", "高橋 花", "佐藤", "佐々木", "はな", "ハナ子", "﨑山", "灯野", "みお")
PHONES = ("000-1111-2222", "00011112222", "(000)3333", "")
PLACES = ("東雲区一丁目2番3号", "東雲1-2-3", "")
texts = st.one_of(
    st.sampled_from(
        (
            "高橋",
            "佐藤",
            "橋 花",
            "はな",
            "ﾊﾅ",
            "1111",
            "2222",
            "東雲",
            "崎",
            "々木",
            "髙",
            "K-2026-0001",
            "雲12",
            "花 高橋",
        )
    ),
    st.text("高橋佐藤花はなハ々木12東雲 ", min_size=1, max_size=6),
)


@pytest.mark.slow
@settings(
    max_examples=examples(day=10, night=100), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    people=st.lists(
        st.tuples(
            st.sampled_from(("hazuki", "tomono")),
            st.sampled_from(NAMES),
            st.sampled_from(NAMES),
            st.sampled_from(PHONES),
            st.sampled_from(PLACES),
        ),
        min_size=1,
        max_size=4,
    ),
    shares=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(("basic", "contact", "health")), st.booleans()),
        max_size=4,
    ),
    asked=st.lists(texts, min_size=1, max_size=6),
)
def test_found_is_what_reading_everything_finds(world, people, shares, asked):
    from django.db import transaction

    by = world.coordinator
    with transaction.atomic():
        made = []
        with acting_for(by):
            for family, name, kana, phone, place in people:
                home = getattr(world, family)
                person = add_person(
                    home.case, values={"name": name, "kana": kana, "relation": "other"}, by=by
                )
                values = {"phone": phone, "address": place}
                set_item(person, item="contact", values=values, seen=fingerprint(None, list(values)), by=by)
                made.append((home, person))
        for number, item, ends in shares:
            home, person = made[number % len(made)]
            lines = world.share(home, world.anshin, Label(person.pk, item), ground=LAW)
            if ends and lines:
                with acting_for(by):
                    end_line(lines[0], by=by, reason="見本")
        for viewer in (world.anshin_worker, world.reception, world.stranger):
            for text in asked:
                assert [number for number, _kinds in found(viewer, text)] == recount(viewer, text), text
        transaction.set_rollback(True)


def test_more_than_are_shown_says_so(world):
    from casework.cases.actions import create_case

    with acting_for(world.coordinator):
        for _number in range(MOST_SHOWN):
            add_person(
                create_case(by=world.coordinator),
                values={"name": "見本 多", "relation": "self"},
                by=world.coordinator,
            )
        exact = find_cases_for(world.coordinator, "見本")
        add_person(world.hazuki.case, values={"name": "見本 多", "relation": "other"}, by=world.coordinator)
        more = find_cases_for(world.coordinator, "見本")

    assert (len(exact.rows), exact.has_more) == (MOST_SHOWN, False)
    assert (len(more.rows), more.has_more) == (MOST_SHOWN, True)


def test_the_household_is_found_by_its_new_name(world):
    by = world.coordinator
    with acting_for(by):
        household = Household.objects.get(case=world.hazuki.case)
        change_household(household, values={"name": "新しい家"}, seen=fingerprint(household, ["name"]), by=by)

    assert [found(by, text) != [] for text in ("新しい家", "葉月原世帯")] == [True, False]


def test_a_name_with_another_shape_is_kept_and_found_by_the_common_one(world):
    by = world.coordinator
    with acting_for(by):
        person = add_person(
            world.hazuki.case, values={"name": "\ufa19\U000e0100田", "relation": "other"}, by=by
        )

    assert found(by, "神田") == [(world.hazuki.case.number, ["氏名"])]
    with acting_for(by):
        assert Person.objects.get(pk=person.pk).name == "\ufa19\U000e0100田"


def test_nobody_but_the_database_writes_rows_of_an_agency(named):
    from django.db import DatabaseError, transaction

    named.share(named.hazuki, named.anshin, Label(named.hazuki.mother.pk, "basic"))
    words = {
        "case": named.hazuki.case,
        "item": "contact",
        "sorted_at": dt.datetime.now(dt.UTC),
        "words": "N",
        "version": 1,
    }

    for viewer in (named.chief, named.anshin_worker):
        for scope in (0, named.anshin.pk, named.other.pk):
            if viewer is named.chief and scope == 0:
                continue
            with (
                pytest.raises(DatabaseError, match="row-level security"),
                transaction.atomic(),
                acting_for(viewer),
            ):
                SearchRow(scope=scope, **words).save(force_insert=True)
    with acting_for(named.anshin_worker):
        assert SearchRow.objects.update(words="") == 0
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM casework_searchrow")
            assert cursor.rowcount == 0
