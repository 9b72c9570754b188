"""Consent: who may record what, what rests on it, and what a withdrawal closes in the same moment."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from casework.consent.actions import ConsentDraft, Exclusion, record_consent, withdraw_consent
from casework.consent.models import Consent, ConsentScope, ConsentWithdrawal
from casework.consent.selectors import consent_states_for, own_bases_for, team_for
from casework.sharing.actions import Ground, Label, answer_recall, end_line, share_items
from casework.sharing.items import Item
from casework.sharing.models import Recall, RecallAnswer, ShareLine
from casework.sharing.selectors import cases_for, persons_for, recalls_for
from permissions.days import end_of_day
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.worlds import CONSENT, agree, make_agency, make_viewer

TODAY = dt.date(2026, 11, 20)
LAW = Ground("law", "高齢者虐待防止法7条")


@pytest.fixture
def world(kept_world):
    """A household of two who have agreed to nothing: the agency ``fresh`` was never spoken of."""
    world = kept_world
    world.fresh = make_agency("fresh")
    world.fresh_worker = make_viewer("fresh-worker", world.fresh)
    return world


def draft(*scopes, answer="given", **more):
    return ConsentDraft(answer, TODAY, "見本の説明", scopes=scopes, **more)


def record(world, words, *, person=None, by=None):
    by = by or world.reception
    with acting_for(by):
        return record_consent(world.hazuki.case, person or world.hazuki.mother, words, by=by)


def share(world, agency, *labels, ground=CONSENT):
    with acting_for(world.coordinator):
        return share_items(
            world.hazuki.case, agency=agency, labels=labels, ground=ground, by=world.coordinator
        )


def withdraw(world, consent, *, agency=None, item=""):
    by = world.reception
    with acting_for(by):
        return withdraw_consent(consent, agency=agency, item=item, said_on=TODAY, how="本人から電話", by=by)


def seen_by(world, worker):
    """Return the (person, item) pairs of live lines that the database shows to somebody, asked past the door."""
    with acting_for(worker):
        return set(ShareLine.objects.live().values_list("person", "item"))


def refusal(act):
    with pytest.raises(NotAllowed) as refused:
        act()
    return str(refused.value)


# --- what a line rests on ------------------------------------------------------------------------------


def test_line_without_the_consent_of_its_person_is_refused(world):
    mother, son = world.hazuki.mother, world.hazuki.son
    record(world, draft((world.fresh, "money")))

    assert refusal(lambda: share(world, world.fresh, Label(son.pk, "money"))) == (
        "葉月原息子さんの同意に、機関 freshへの「お金」が入っていません。先に同意を記録してください。"
    )
    assert "「健康」" in refusal(lambda: share(world, world.fresh, Label(mother.pk, "health")))
    assert seen_by(world, world.fresh_worker) == set()
    assert [line.item for line in share(world, world.fresh, Label(mother.pk, "money"))] == ["money"]
    assert seen_by(world, world.fresh_worker) == {(mother.pk, "money")}


def test_one_refused_label_refuses_the_whole_share(world):
    mother = world.hazuki.mother
    record(world, draft((world.fresh, "money")))

    refusal(lambda: share(world, world.fresh, Label(mother.pk, "money"), Label(mother.pk, "health")))

    assert seen_by(world, world.fresh_worker) == set()


def test_household_needs_the_consent_of_everybody_in_it(world):
    record(world, draft((world.fresh, "basic")))

    assert "葉月原息子さん" in refusal(lambda: share(world, world.fresh, Label(None, "basic")))
    record(world, draft((world.fresh, "basic")), person=world.hazuki.son)
    (line,) = share(world, world.fresh, Label(None, "basic"))
    with acting_for(world.chief):
        assert set(line.rests_on.values_list("consent__person", flat=True)) == {
            world.hazuki.mother.pk,
            world.hazuki.son.pk,
        }


def test_consent_of_another_case_does_not_count(world):
    with acting_for(world.coordinator):
        agree(world.tomono.case, world.tomono.mother, to=(world.fresh,), by=world.coordinator)

    refusal(lambda: share(world, world.fresh, Label(world.hazuki.mother.pk, "basic")))


def test_line_ends_with_the_last_day_of_its_consent(world, shift_clock):
    last = timezone.localdate() + dt.timedelta(days=3)
    record(world, draft((world.fresh, "basic"), valid_until=last))
    (line,) = share(world, world.fresh, Label(world.hazuki.mother.pk, "basic"))

    assert line.until == end_of_day(last)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_now()")
        (now,) = cursor.fetchone()
    shift_clock(line.until - now - dt.timedelta(seconds=1))
    assert len(seen_by(world, world.fresh_worker)) == 1
    shift_clock(line.until - now)
    assert seen_by(world, world.fresh_worker) == set()
    refusal(lambda: share(world, world.fresh, Label(world.hazuki.mother.pk, "basic")))


def test_share_that_begins_after_the_consent_ran_out_is_refused(world):
    record(world, draft((world.fresh, "basic"), valid_until=timezone.localdate()))
    later = Ground("consent", "見本", starts_at=timezone.now() + dt.timedelta(days=9))

    said = refusal(lambda: share(world, world.fresh, Label(world.hazuki.mother.pk, "basic"), ground=later))

    assert said == "同意の期限が、共有の始まりより前になっています。"


@pytest.mark.parametrize("hat", ["app_web", "app_owner"])
def test_database_refuses_a_line_of_consent_without_one(wearing, kept_world, hat):
    """The wall below the door: raw rows with the basis consent, for the owner too."""
    world = kept_world
    with wearing("app_web"):
        (good,) = share(world, world.anshin, Label(world.hazuki.mother.pk, "basic"))
    with wearing(hat), acting_for(world.coordinator):
        stray = ShareLine.objects.get(pk=good.pk)
        stray.pk = uuid.uuid4()
        with pytest.raises(IntegrityError, match="no consent that holds"), transaction.atomic():
            stray.save(force_insert=True)
        stray.basis = "law"
        stray.save(force_insert=True)


def test_consent_cannot_be_borrowed_from_another_agency_or_item(world):
    (line,) = share(world, world.anshin, Label(world.hazuki.mother.pk, "basic"))
    record(world, draft((world.fresh, "money")))

    with pytest.raises(IntegrityError, match="no consent that holds"), acting_for(world.coordinator):
        _copy_resting_on(line, Consent.objects.get(scopes__agency=world.fresh))


def _copy_resting_on(line, consent):
    copy = ShareLine.objects.get(pk=line.pk)
    copy.pk = uuid.uuid4()
    consent.lines.create(line_id=copy.pk, case_id=copy.case_id)
    copy.save(force_insert=True)


# --- recording -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"explained": " "}, "何を説明したかを書いてください。"),
        ({"scopes": ()}, "見せてよい機関と項目を、1つ以上選んでください。"),
        ({"answer": "refused"}, "同意していないときは、見せてよい範囲を選べません。"),
        ({"method": "oral"}, "口頭の同意は、説明した人のほかに、立ち会った職員が要ります。"),
        ({"giver": "legal"}, "だれが答えたか、氏名を書いてください。"),
        (
            {"capacity": "doubted"},
            "判断する力に疑いがあるときは、本人の意思をどう確かめたかを書いてください。",
        ),
    ],
)
def test_consent_without_what_the_law_asks_is_refused(world, words, said):
    values = {
        "answer": "given",
        "explained_on": TODAY,
        "explained": "見本",
        "scopes": ((world.fresh, "basic"),),
    }

    assert refusal(lambda: record(world, ConsentDraft(**{**values, **words}))) == said
    with acting_for(world.chief):
        assert not ConsentScope.objects.filter(agency=world.fresh).exists()


def test_oral_consent_is_not_witnessed_by_who_explained(world):
    words = draft((world.fresh, "basic"), method="oral", witness=world.reception.membership)

    assert "立ち会った職員" in refusal(lambda: record(world, words))
    words = draft((world.fresh, "basic"), method="oral", witness=world.chief.membership)
    assert record(world, words).witness_id == world.chief.membership.pk


def test_child_speaks_beside_the_parent_who_signs(world):
    with acting_for(world.coordinator):
        type(world.hazuki.son).objects.filter(pk=world.hazuki.son.pk).update(age_about=14)
        son = persons_for(world.coordinator).get(pk=world.hazuki.son.pk)
    words = {"giver": "legal", "giver_name": "見本 母"}

    assert "本人のことば" in refusal(
        lambda: record(world, draft((world.fresh, "basic"), **words), person=son)
    )
    made = record(world, draft((world.fresh, "basic"), own_view="美術部に入りたい", **words), person=son)
    assert made.own_view == "美術部に入りたい"


def test_what_was_excluded_in_the_same_breath_is_refused(world):
    never = (Exclusion(world.fresh, "money"),)

    said = refusal(lambda: record(world, draft((world.fresh, "money"), exclusions=never)))

    assert said == (
        "機関 freshの「お金」は、見せないでほしい相手にも入っています。どちらかを直してください。"
    )
    record(world, draft((world.fresh, "basic"), exclusions=never))


def test_same_key_is_the_same_consent(world):
    key = uuid.uuid4()
    with acting_for(world.reception):
        first, again = (
            record_consent(
                world.hazuki.case,
                world.hazuki.mother,
                draft((world.fresh, "basic")),
                by=world.reception,
                key=key,
            )
            for _time in range(2)
        )

    assert first == again
    with acting_for(world.chief):
        assert Consent.objects.filter(scopes__agency=world.fresh).count() == 1


def test_agency_can_neither_read_nor_record_consents(world):
    world.share(world.hazuki, world.anshin, *(Label(world.hazuki.mother.pk, item) for item in Item.values))
    worker = world.anshin_worker

    assert "権限がありません" in refusal(lambda: record(world, draft((world.anshin, "basic")), by=worker))
    with acting_for(worker), connection.cursor() as cursor:
        tables = (
            "consent",
            "consentscope",
            "consentexclusion",
            "consentwithdrawal",
            "lineconsent",
            "lineend",
        )
        counts = []
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM casework_{table}")
            counts.append(cursor.fetchone()[0])
        assert counts == [0] * len(tables)
        assert (consent_states_for(worker, world.hazuki.case), own_bases_for(worker, world.hazuki.case)) == (
            [],
            ["本人同意（個人情報保護法69条2項1号・27条1項）"],
        )


# --- taking back ---------------------------------------------------------------------------------------


def test_withdrawal_ends_at_once_what_rested_on_it_and_nothing_else(world):
    mother, son = world.hazuki.mother, world.hazuki.son
    for agency in (world.anshin, world.kenko):
        share(world, agency, Label(mother.pk, "basic"), Label(mother.pk, "money"), Label(None, "basic"))
        share(world, agency, Label(son.pk, "basic"))
    share(world, world.anshin, Label(mother.pk, "basic"), ground=LAW)
    with acting_for(world.chief):
        consent = Consent.objects.get(person=mother)

    withdraw(world, consent)

    # The law still shows the basics; the son's own consent his; the household needed the mother's.
    assert seen_by(world, world.anshin_worker) == {(mother.pk, "basic"), (son.pk, "basic")}
    assert seen_by(world, world.kenko_worker) == {(son.pk, "basic")}
    refusal(lambda: share(world, world.kenko, Label(mother.pk, "basic")))


@pytest.mark.parametrize(
    ("part", "left"),
    [
        ({"agency": "anshin"}, {"anshin": set(), "kenko": {"basic", "money"}}),
        ({"item": "money"}, {"anshin": {"basic"}, "kenko": {"basic"}}),
        ({"agency": "anshin", "item": "money"}, {"anshin": {"basic"}, "kenko": {"basic", "money"}}),
    ],
)
def test_part_of_a_consent_may_be_taken_back(world, part, left):
    mother = world.hazuki.mother
    for agency in (world.anshin, world.kenko):
        share(world, agency, Label(mother.pk, "basic"), Label(mother.pk, "money"))
    with acting_for(world.chief):
        consent = Consent.objects.get(person=mother)
    words = {**part, "agency": getattr(world, part["agency"])} if "agency" in part else part

    withdraw(world, consent, **words)

    found = {
        name: {item for _person, item in seen_by(world, getattr(world, f"{name}_worker"))} for name in left
    }
    assert found == left
    assert "すでに撤回" in refusal(lambda: withdraw(world, consent, **words))


def test_refusal_takes_back_all_that_was_agreed_before(world):
    mother, son = world.hazuki.mother, world.hazuki.son
    share(world, world.anshin, Label(mother.pk, "basic"), Label(son.pk, "basic"))

    record(world, draft(answer="refused"))

    assert seen_by(world, world.anshin_worker) == {(son.pk, "basic")}
    with acting_for(world.chief):
        states = {state.person.pk: state.code for state in consent_states_for(world.chief, world.hazuki.case)}
    assert states == {mother.pk: "refused", son.pk: "given"}


def test_agency_is_told_that_it_ended_and_not_why(world):
    mother = world.hazuki.mother
    share(world, world.anshin, Label(mother.pk, "basic"), Label(mother.pk, "money"))
    with acting_for(world.chief):
        consent = Consent.objects.get(person=mother)
    withdraw(world, consent, item="money")

    with acting_for(world.anshin_worker):
        (recall,) = recalls_for(world.anshin_worker)
        assert (recall.case_number, recall.item_names, recall.labels) == (
            world.hazuki.case.number, ["お金"], [[str(mother.pk), "money"]],
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT t::text FROM casework_shareline t UNION ALL SELECT r::text FROM casework_recall r"
            )
            text = "\n".join(row for (row,) in cursor.fetchall())
    assert [word for word in ("撤回", "withdrawn", "電話", consent.number) if word in text] == []
    with acting_for(world.kenko_worker):
        assert list(recalls_for(world.kenko_worker)) == []
        assert not Recall.objects.exists()


def test_what_another_line_still_shows_is_not_recalled(world):
    mother = world.hazuki.mother
    (first,) = share(world, world.anshin, Label(mother.pk, "basic"))
    share(world, world.anshin, Label(mother.pk, "basic"), ground=LAW)

    with acting_for(world.coordinator):
        end_line(first, by=world.coordinator, reason="見本")

    with acting_for(world.anshin_worker):
        assert not Recall.objects.exists()


def test_recall_is_answered_once_by_its_own_agency(world):
    (line,) = share(world, world.anshin, Label(world.hazuki.mother.pk, "basic"))
    with acting_for(world.coordinator):
        end_line(line, by=world.coordinator, reason="見本")
        recall = Recall.objects.get()

    def answer(by, kind="destroyed", law=""):
        with acting_for(by):
            return answer_recall(recall, kind=kind, law=law, by=by)

    assert "受け取った機関だけ" in refusal(lambda: answer(world.kenko_worker))
    assert "受け取った機関だけ" in refusal(lambda: answer(world.anshin_admin))
    assert "法令の名前" in refusal(lambda: answer(world.anshin_worker, "kept_by_law", " "))
    answer(world.anshin_worker, "kept_by_law", "医師法24条 5年")
    assert "すでに答えました" in refusal(lambda: answer(world.anshin_worker))
    with acting_for(world.chief):
        found = RecallAnswer.objects.get()
    assert (found.agency_id, found.kind, found.law) == (world.anshin.pk, "kept_by_law", "医師法24条 5年")


# --- what the person and the screens say -----------------------------------------------------------------


def test_states_of_consent_in_their_words(world):
    son = world.hazuki.son

    def label():
        with acting_for(world.chief):
            states = consent_states_for(world.chief, world.fresh_case)
        return {state.person.name: state.label for state in states}

    with acting_for(world.coordinator):
        from casework.cases.actions import create_case
        from casework.households.actions import add_person

        world.fresh_case = create_case(by=world.coordinator)
        person = add_person(
            world.fresh_case, values={"name": "新人", "relation": "self"}, by=world.coordinator
        )

        def say(words):
            return record_consent(world.fresh_case, person, words, by=world.coordinator)

        seen = [label()["新人"]]
        council = Ground("shien_kaigi", "第1号")
        (line,) = share_items(
            world.fresh_case, agency=world.fresh, labels=[Label(person.pk, "basic")], ground=council,
            by=world.coordinator,
        )  # fmt: skip
        seen.append(label()["新人"])
        say(draft(answer="pending"))
        seen.append(label()["新人"])
        consent = say(draft((world.fresh, "basic"), (world.anshin, "basic")))
        seen.append(label()["新人"])
        withdraw_consent(consent, agency=None, item="", said_on=TODAY, how="電話", by=world.coordinator)
        seen.append(label()["新人"])
        say(draft(answer="refused"))
        seen.append(label()["新人"])

    assert seen == ["未説明", "不要（支援会議）", "説明済・保留", "同意（2機関）", "撤回", "拒否"]
    assert (line.person_id, son.case_id != world.fresh_case.pk) == (person.pk, True)


def test_team_letter_names_who_sees_the_person_and_nobody_else(world):
    mother, son = world.hazuki.mother, world.hazuki.son
    share(world, world.anshin, Label(mother.pk, "basic"), Label(mother.pk, "money"))
    share(world, world.kenko, Label(son.pk, "health"), Label(None, "basic"))
    share(world, world.jiritsu, Label(mother.pk, "basic"), ground=Ground("shien_kaigi", "第1号"))

    with acting_for(world.reception):
        team = team_for(world.reception, world.hazuki.case, mother)
    with acting_for(world.anshin_worker):
        assert team_for(world.anshin_worker, world.hazuki.case, mother) == []

    assert [(member.agency, member.items, member.until) for member in team] == [
        (world.anshin, ["基本情報", "お金"], None)
    ]


def test_withdrawal_screen_closes_an_open_page_at_its_next_request(world, client):
    mother = world.hazuki.mother
    share(world, world.anshin, Label(mother.pk, "basic"))
    page = reverse("casework:case", args=[world.hazuki.case.pk])
    sign_in(client, world.anshin_worker)
    assert client.get(page).status_code == 200
    with acting_for(world.chief):
        consent = Consent.objects.get(person=mother)
    center = type(client)()
    sign_in(center, world.reception)
    form = reverse("casework:consent_withdraw", args=[world.hazuki.case.pk, consent.pk])
    assert "撤回を記録し、共有を終える" in center.get(form).content.decode()

    unsaid = center.post(form, {"part": "", "said_on": "2026-11-20", "how": ""})
    assert (unsaid.status_code, set(unsaid.context["form"].errors)) == (200, {"how"})
    done = center.post(form, {"part": "", "said_on": "2026-11-20", "how": "窓口で本人から"})

    assert done.status_code == 302
    assert client.get(page).status_code == 404
    with acting_for(world.chief):
        assert ConsentWithdrawal.objects.get().how == "窓口で本人から"
    home = client.get(reverse("casework:home")).content.decode()
    assert world.hazuki.case.number in home
    assert "共有が終わりました" in home
    assert mother.name not in home
    with acting_for(world.anshin_worker):
        recall = Recall.objects.get()
        assert not cases_for(world.anshin_worker).exists()
    own = reverse("casework:recall", args=[recall.pk])
    assert client.post(own, {"kind": "destroyed", "law": ""}).status_code == 302
    stranger = type(client)()
    sign_in(stranger, world.kenko_worker)
    assert stranger.get(own).status_code == 404


def test_consent_screen_records_scope_and_exclusion(world, client):
    sign_in(client, world.reception)
    url = reverse("casework:consent_add", args=[world.hazuki.case.pk, world.hazuki.mother.pk])
    page = client.get(url)
    typed = {
        "once": str(uuid.uuid4()), "points": ["0", "1", "2", "3", "4"], "explained_note": "", "answer": "given",
        "explained_on": "2026-11-20", "giver": "self", "method": "written", "aid": "none", "capacity": "clear",
        "scope-TOTAL_FORMS": "3", "scope-INITIAL_FORMS": "0", "not-TOTAL_FORMS": "3", "not-INITIAL_FORMS": "0",
        "scope-0-agencies": [world.fresh.pk, world.anshin.pk], "scope-0-items": ["health", "money"],
        "scope-1-agencies": [world.kenko.pk], "not-0-words": "遠くに住む娘", "not-0-item": "money",
    }  # fmt: skip

    assert page.status_code == 200
    half = client.post(url, typed)
    assert (set(half.context["form"].errors), half.context["scopes"].errors[1]) == (
        {"points"}, {"__all__": ["機関と項目の、両方を選んでください。"]},
    )  # fmt: skip
    typed |= {"points": [str(number) for number in range(6)], "scope-1-items": ["basic"]}
    done = client.post(url, typed)
    again = client.post(url, typed)

    assert (done.status_code, again.status_code) == (302, 302)
    with acting_for(world.chief):
        consent = Consent.objects.get(scopes__agency=world.fresh, scopes__item="money")
        pairs = set(consent.scopes.values_list("agency", "item"))
        never = list(consent.exclusions.values_list("agency", "item", "words"))
    assert pairs == {
        *((agency.pk, item) for agency in (world.fresh, world.anshin) for item in ("health", "money")),
        (world.kenko.pk, "basic"),
    }
    assert never == [(None, "money", "遠くに住む娘")]
    listed = client.get(reverse("casework:consents", args=[world.hazuki.case.pk])).content.decode()
    assert "遠くに住む娘" in listed
    assert consent.number in listed
