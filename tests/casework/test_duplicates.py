"""People who may be one: found by equal keys, joined and un-joined by a person only, seen by the center alone."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from casework.cases.models import CaseEvent
from casework.concealment.actions import GroundDraft, conceal
from casework.duplicates.actions import join_people, unjoin_people
from casework.duplicates.models import SameMark
from casework.duplicates.selectors import joined_for, people_like, people_like_contact
from casework.households.actions import add_person, change_person, fingerprint, set_item
from casework.households.models import Person, PersonContact
from casework.intake.actions import record_contact
from casework.sharing.actions import Label, block
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in

TELL_NOBODY = "話している相手がだれでも、この人の記録があることを伝えないでください。"


def describe(person, world, *, name, kana="", born=None, phone="", address=""):
    by = world.coordinator
    with acting_for(by):
        current = Person.objects.get(pk=person.pk)
        values = {"name": name, "kana": kana, "birth_on": born}
        change_person(current, values=values, seen=fingerprint(current, list(values)), by=by)
        row, reach = PersonContact.objects.get(person=person), {"phone": phone, "address": address}
        set_item(person, item="contact", values=reach, seen=fingerprint(row, list(reach)), by=by)


def alike(world, person, viewer=None):
    viewer = viewer or world.reception
    with acting_for(viewer):
        found = people_like(viewer, Person.objects.get(pk=person.pk))
        return [(each.person.pk, [str(reason) for reason in each.reasons]) for each in found]


@pytest.fixture
def two(world):
    """Two mothers of two cases, of whom nothing is equal yet."""
    describe(world.hazuki.mother, world, name="甲 一")
    describe(world.tomono.mother, world, name="乙 二")
    return world


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        ({"name": "髙﨑 花"}, {"name": "高崎 花"}, ["氏名が同じ（字体のちがいは同じとみなす）"]),
        ({"name": "甲", "kana": "タカサキ"}, {"name": "乙", "kana": "ﾀｶｻｷ"}, ["読みが同じ"]),
        (
            {"name": "甲", "kana": "おおの ゆうこ"},
            {"name": "乙", "kana": "オーノ ユーコ"},
            ["読みがほぼ同じ"],
        ),
        (
            {"name": "甲", "born": dt.date(1942, 3, 4)},
            {"name": "乙", "born": dt.date(1942, 3, 4)},
            ["生年月日が同じ"],
        ),
        (
            {"name": "甲", "phone": "043-245-1234"},
            {"name": "乙", "phone": "自宅 ０４３２４５１２３４"},
            ["電話が同じ"],
        ),
        (
            {"name": "甲", "address": "東雲区一丁目2番3号"},
            {"name": "乙", "address": "東雲区1-2-3"},
            ["住所が同じ"],
        ),
        (
            {"name": "高崎 花", "kana": "たかさき はな", "born": dt.date(1942, 3, 4), "phone": "0432451234"},
            {"name": "髙﨑 花", "kana": "タカサキハナ", "born": dt.date(1942, 3, 4), "phone": "043(245)1234"},
            ["氏名が同じ（字体のちがいは同じとみなす）", "電話が同じ", "読みが同じ", "生年月日が同じ"],
        ),
        ({"name": "甲", "born": dt.date(1942, 3, 4)}, {"name": "乙", "born": dt.date(1942, 3, 5)}, None),
        ({"name": "甲", "address": "東雲区1-23"}, {"name": "乙", "address": "東雲区12-3"}, None),
    ],
)
def test_equal_keys_are_found_with_the_reason_in_words(two, one, other, reasons):
    describe(two.hazuki.mother, two, **one)
    describe(two.tomono.mother, two, **other)

    expected = [(two.tomono.mother.pk, reasons)] if reasons else []
    assert alike(two, two.hazuki.mother) == expected


def test_people_of_the_same_case_are_no_duplicates_and_more_reasons_come_first(two):
    describe(two.hazuki.mother, two, name="同名", born=dt.date(1942, 3, 4))
    describe(two.hazuki.son, two, name="同名")
    describe(two.tomono.son, two, name="同名")
    describe(two.tomono.mother, two, name="同名", born=dt.date(1942, 3, 4))

    assert [key for key, _reasons in alike(two, two.hazuki.mother)] == [
        two.tomono.mother.pk,
        two.tomono.son.pk,
    ]


def test_a_blocked_case_is_no_candidate_and_an_agency_has_none(two):
    for home in (two.hazuki, two.tomono):
        describe(home.mother, two, name="同名")
        two.share(home, two.anshin, Label(home.mother.pk, "basic"))
    with acting_for(two.chief):
        block(two.tomono.case, agency=None, user_id=two.reception.user.pk, reason="見本", by=two.chief)

    assert alike(two, two.hazuki.mother, two.reception) == []
    assert alike(two, two.hazuki.mother, two.anshin_worker) == []
    assert len(alike(two, two.hazuki.mother, two.coordinator)) == 1


def test_a_contact_names_who_may_be_known(two):
    describe(two.hazuki.mother, two, name="髙﨑 花", phone="043-245-1234")
    answers = [
        {"key": "name", "label": "お名前", "display": "高崎花"},
        {"key": "story", "label": "話", "display": "…"},
    ]

    with acting_for(two.reception):
        by_phone = people_like_contact(two.reception, reply_to="０４３ー２４５ー１２３４ 夜", answers=[])
        by_name = people_like_contact(two.reception, reply_to="", answers=answers)
        nobody = people_like_contact(two.reception, reply_to="留守", answers=[])

    assert [[each.person.pk for each in found] for found in (by_phone, by_name, nobody)] == [
        [two.hazuki.mother.pk],
        [two.hazuki.mother.pk],
        [],
    ]


# --- joining ------------------------------------------------------------------------------------------


def join(world, by=None, reason="本人に確かめた"):
    by = by or world.coordinator
    with acting_for(by):
        return join_people(world.hazuki.mother, world.tomono.mother, reason=reason, by=by)


def numbers(world, viewer):
    with acting_for(viewer):
        found = joined_for(viewer, world.hazuki.case)
        return {key: [each.person.case.number for each in joined] for key, joined in found.items()}


def test_whoever_hides_is_marked_where_somebody_asks_for_them(two, client):
    """Beside the telephone it is seen at once that nobody may be told (domain.md R-DV-1)."""
    describe(two.tomono.mother, two, name="乙 二", phone="043-245-1234")
    by = two.coordinator
    with acting_for(by):
        asking = record_contact(
            channel="phone", speaker="family", one_line="めいをさがしている", received_at=timezone.now(),
            reply_to="043-245-1234", by=by,
        )  # fmt: skip
    sign_in(client, two.reception)
    pages = [reverse(f"casework:{name}", args=[asking.pk]) for name in ("contact", "contact_case")]
    before = [client.get(page).content.decode() for page in pages]
    with acting_for(by):
        conceal(two.tomono.case, two.tomono.mother, GroundDraft("provisional", "本人の電話"), by=by)
    after = [client.get(page).content.decode() for page in pages]

    assert [TELL_NOBODY in body for body in (*before, *after)] == [False, False, True, True]
    assert [two.tomono.case.number in body for body in after] == [True, True]


def test_joined_people_show_each_others_numbers_to_the_center_only(two):
    for home in (two.hazuki, two.tomono):
        two.share(home, two.anshin, Label(home.mother.pk, "basic"))
    before = numbers(two, two.reception)
    join(two)

    assert before == {}
    assert numbers(two, two.reception) == {two.hazuki.mother.pk: [two.tomono.case.number]}
    assert numbers(two, two.anshin_worker) == {}
    for viewer in (two.anshin_worker, two.stranger, two.editor, two.auditor):
        with acting_for(viewer):
            assert SameMark.objects.count() == 0


def test_nothing_is_merged_and_each_case_remembers_only_that_there_was_a_mark(two):
    with acting_for(two.chief):
        before = list(Person.objects.order_by("pk").values())
    mark = join(two)

    with acting_for(two.chief):
        assert list(Person.objects.order_by("pk").values()) == before
        events = CaseEvent.objects.filter(verb="person_joined").order_by("case__number")
        assert [(event.case_id, event.before, event.after) for event in events] == [
            (two.hazuki.case.pk, {}, {}),
            (two.tomono.case.pk, {}, {}),
        ]
    assert (mark.is_same, mark.reason, mark.sequence) == (True, "本人に確かめた", 1)


def test_a_join_is_taken_off_by_a_new_row_and_may_come_back(two):
    join(two)
    with acting_for(two.reception):
        off = unjoin_people(two.tomono.mother, two.hazuki.mother, reason="別の人だった", by=two.reception)
        rows = SameMark.objects.count()
    after = numbers(two, two.reception)
    join(two)

    assert (off.is_same, off.sequence, rows, after) == (False, 2, 2, {})
    assert numbers(two, two.reception) == {two.hazuki.mother.pk: [two.tomono.case.number]}


def test_what_cannot_be_said_is_refused(two):
    with acting_for(two.coordinator):
        for act, people, reason in (
            (unjoin_people, (two.hazuki.mother, two.tomono.mother), "見本"),
            (join_people, (two.hazuki.mother, two.hazuki.son), "見本"),
            (join_people, (two.hazuki.mother, two.tomono.mother), " "),
        ):
            with pytest.raises(NotAllowed):
                act(*people, reason=reason, by=two.coordinator)
    join(two)
    with pytest.raises(NotAllowed):
        join(two)
    with acting_for(two.anshin_worker), pytest.raises(NotAllowed):
        join_people(two.hazuki.mother, two.tomono.mother, reason="見本", by=two.anshin_worker)


@pytest.mark.parametrize("side", ["hazuki", "tomono"])
def test_whoever_is_blocked_from_either_case_sees_no_mark_and_makes_none(two, side):
    join(two)
    with acting_for(two.chief):
        block(
            getattr(two, side).case, agency=None, user_id=two.reception.user.pk, reason="見本", by=two.chief
        )

    assert numbers(two, two.reception) == {}
    with acting_for(two.reception):
        assert SameMark.objects.count() == 0
        row = SameMark(
            one=min(two.hazuki.son, two.tomono.son, key=lambda each: each.pk),
            other=max(two.hazuki.son, two.tomono.son, key=lambda each: each.pk),
            is_same=True,
            reason="見本",
            marked_by=two.reception.membership,
            sequence=1,
        )
        row.one_case_id, row.other_case_id = row.one.case_id, row.other.case_id
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            row.save(force_insert=True)


def test_the_database_takes_no_mark_in_anothers_name_and_no_change(two):
    mark = join(two)
    mark.pk, mark.sequence, mark.marked_by = None, 2, two.chief.membership

    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        acting_for(two.reception),
    ):
        mark.save(force_insert=True)
    for words in ("UPDATE casework_samemark SET reason = 'x'", "DELETE FROM casework_samemark"):
        with (
            pytest.raises(DatabaseError) as refused,
            transaction.atomic(),
            acting_for(two.chief),
            connection.cursor() as cursor,
        ):
            cursor.execute(words)
        assert refused.value.__cause__.sqlstate == "42501"


# --- screens --------------------------------------------------------------------------------------------


def test_a_person_joins_and_takes_off_on_the_screen(two, client):
    describe(two.hazuki.mother, two, name="髙﨑 花")
    describe(two.tomono.mother, two, name="高崎 花")
    sign_in(client, two.reception)
    at = [two.hazuki.case.pk, two.hazuki.mother.pk]
    other = {"other": two.tomono.mother.pk}

    first = client.get(reverse("casework:person_same", args=at)).content.decode()
    unsaid = client.post(reverse("casework:person_join", args=at), {**other, "reason": ""})
    client.post(reverse("casework:person_join", args=at), {**other, "reason": "確かめた"})
    case = client.get(reverse("casework:case", args=at[:1])).content.decode()
    second = client.get(reverse("casework:person_same", args=at)).content.decode()
    client.post(reverse("casework:person_unjoin", args=at), {**other, "reason": "別の人"})
    after = client.get(reverse("casework:case", args=at[:1])).content.decode()

    assert "氏名が同じ" in first
    assert unsaid.status_code == 422
    assert "理由：確かめた" in second
    assert [two.tomono.case.number in body for body in (first, case, after)] == [True, True, False]


def test_a_hidden_person_cannot_be_joined_by_their_key(two, client):
    with acting_for(two.chief):
        block(two.tomono.case, agency=None, user_id=two.reception.user.pk, reason="見本", by=two.chief)
    sign_in(client, two.reception)
    url = reverse("casework:person_join", args=[two.hazuki.case.pk, two.hazuki.mother.pk])

    answer = client.post(url, {"other": two.tomono.mother.pk, "reason": "見本"})

    assert answer.status_code == 404


def test_a_contact_and_a_new_case_say_that_somebody_may_be_known(two, client):
    describe(two.hazuki.mother, two, name="髙﨑 花", phone="043-245-1234")
    with acting_for(two.reception):
        words = {"channel": "phone", "speaker": "self", "one_line": "見本", "urgency": "D"}
        now = dt.datetime.now(dt.UTC)
        contact = record_contact(**words, reply_to="0432451234", received_at=now, by=two.reception)
    sign_in(client, two.reception)

    page = client.get(reverse("casework:contact", args=[contact.pk])).content.decode()
    opening = reverse("casework:contact_case", args=[contact.pk])
    asked = client.get(opening).content.decode()
    typed = {"household_name": "高崎家", "household_kind": "unknown", "name": "高崎　花", "relation": "self"}
    opened = client.post(opening, typed, follow=True).content.decode()

    assert [two.hazuki.case.number in body for body in (page, asked)] == [True, True]
    assert "同じ人かもしれない記録が、ほかのケースにあります" in opened


def test_a_new_name_is_compared_at_once(two):
    describe(two.hazuki.mother, two, name="同名")
    with acting_for(two.coordinator):
        added = add_person(two.tomono.case, values={"name": "同名", "relation": "other"}, by=two.coordinator)

    assert [key for key, _reasons in alike(two, two.hazuki.mother)] == [added.pk]


@pytest.mark.parametrize(("name", "is_known"), [("乙 二", True), ("丙 三", False)])
def test_whoever_adds_a_person_is_shown_who_may_be_the_same(two, client, name, is_known):
    case = two.hazuki.case
    sign_in(client, two.reception)
    form = {
        "name": name,
        "relation": "other",
        "sex": "not_asked",
        "living": "together",
        "once": str(uuid.uuid4()),
    }
    page = client.post(reverse("casework:person_add", args=[case.pk]), form, follow=True)

    assert page.status_code == 200
    here = page.request["PATH_INFO"]
    with acting_for(two.reception):
        person = Person.objects.get(case=case, name=name)
    assert here == (
        reverse("casework:person_same", args=[case.pk, person.pk])
        if is_known
        else reverse("casework:case", args=[case.pk])
    )
    assert (two.tomono.case.number in page.content.decode()) == is_known
