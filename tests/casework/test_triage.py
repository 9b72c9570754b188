"""Screening: a suggestion with reasons, a choice by a person, both kept."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from casework.cases.actions import move_to_stage
from casework.cases.forms import StageForm
from casework.cases.models import Case
from casework.cases.states import Stage
from casework.intake.actions import record_contact
from casework.intake.models import Contact, ContactTopic
from casework.sharing.actions import Label
from casework.triage.actions import ScreeningDraft, screen_case
from casework.triage.models import Screening
from casework.triage.rules import ACCOMPANIMENT, COORDINATION, REFERRAL, Fact, Suggestion, suggest
from casework.triage.selectors import facts_from_records, screenings_for
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def case(world):
    """The Hazuki case, about to be screened."""
    case = world.hazuki.case
    with acting_for(world.coordinator):
        for stage in ("intake", "screening"):
            move_to_stage(case, stage=stage, by=world.coordinator)
        case.refresh_from_db()
    return case


def refusal(act):
    with pytest.raises(NotAllowed) as refused, transaction.atomic():
        act()
    return str(refused.value)


# --- the suggestion ------------------------------------------------------------------------------------


def test_every_fact_belongs_to_one_group():
    groups = [*COORDINATION, *ACCOMPANIMENT, *REFERRAL]
    assert sorted(groups) == sorted(Fact)


@given(st.sets(st.sampled_from(list(Fact))))
def test_suggestion_is_what_the_rule_says(facts):
    """domain.md 2.4, told a second time."""
    found = suggest(facts)

    if facts & set(COORDINATION):
        assert (found.flow, set(found.reasons)) == ("flow2", facts & set(COORDINATION))
    elif facts & set(ACCOMPANIMENT):
        assert (found.flow, set(found.reasons)) == ("flow3", facts & set(ACCOMPANIMENT))
    elif set(REFERRAL) <= facts:
        assert found == Suggestion("flow1", REFERRAL)
    else:
        assert (found.flow, found.stage, set(found.reasons)) == ("", "", set(REFERRAL) - facts)


def test_records_tell_what_they_know(world, case):
    with acting_for(world.coordinator):
        assert facts_from_records(world.coordinator, case) == (Fact.MANY_PEOPLE,)
        contact = record_contact(
            channel="phone", speaker="agency", one_line="見本", reply_to="", urgency="D",
            kind="agency_case", received_at=timezone.now(), by=world.coordinator,
        )  # fmt: skip
        Contact.objects.filter(pk=contact.pk).update(case=case, state="case")
        for topic in ("debt", "health"):
            ContactTopic(contact=contact, topic=topic).save()
    for agency in (world.anshin, world.kenko, world.jiritsu):
        world.share(world.hazuki, agency, Label(world.hazuki.mother.pk, "basic"))

    with acting_for(world.coordinator):
        assert facts_from_records(world.coordinator, case) == (
            Fact.MANY_FIELDS, Fact.MANY_PEOPLE, Fact.MANY_AGENCIES, Fact.ASKED
        )  # fmt: skip


# --- the choice ------------------------------------------------------------------------------------------


def test_suggestion_and_choice_are_kept_and_the_case_moves(world, case):
    draft = ScreeningDraft("flow3_accompany", ("many_people", "asked"), why="本人が機関を望まない")
    with acting_for(world.reception):
        row = screen_case(case, draft, by=world.reception)
        (kept,) = screenings_for(world.reception, case)

    assert kept == row
    assert (kept.suggested, kept.reasons, kept.chosen, kept.why) == (
        "flow2", ["asked", "many_people"], "flow3_accompany", "本人が機関を望まない"
    )  # fmt: skip
    assert (kept.facts, kept.from_records) == (["asked", "many_people"], ["many_people"])
    with acting_for(world.reception):
        assert (Case.objects.get(pk=case.pk).stage, Case.objects.get(pk=case.pk).flow) == (
            "flow3_accompany", "flow3"
        )  # fmt: skip


def test_choice_that_follows_the_suggestion_needs_no_reason_and_another_does(world, case):
    with acting_for(world.coordinator):
        said = refusal(
            lambda: screen_case(case, ScreeningDraft("flow1_referring", ("asked",)), by=world.coordinator)
        )
        assert said == "提案とちがう道を選ぶときは、理由を書いてください。"
        assert not Screening.objects.exists()
        screen_case(case, ScreeningDraft("flow2_assess", ("asked",)), by=world.coordinator)
        assert Case.objects.get(pk=case.pk).flow == "flow2"


@pytest.mark.parametrize("second", [None, "coordinator"])
def test_information_only_takes_two(world, case, second):
    draft = ScreeningDraft(
        "closed_info",
        why="一度きりの問い合わせ",
        second=getattr(world, second).membership if second else None,
    )
    with acting_for(world.coordinator):
        assert "もう1人の職員" in refusal(lambda: screen_case(case, draft, by=world.coordinator))
        with pytest.raises(IntegrityError), transaction.atomic():
            Screening(
                case=case, chosen="closed_info", second=draft.second, decided_by=world.coordinator.membership
            ).save(force_insert=True)

        good = ScreeningDraft("closed_info", why="一度きりの問い合わせ", second=world.chief.membership)
        screen_case(case, good, by=world.coordinator)
        assert Case.objects.get(pk=case.pk).stage == "closed_info"


@pytest.mark.parametrize("stage", [Stage.RECEIVED, Stage.SCREENING])
def test_nobody_ends_with_information_alone_by_changing_the_stage(world, stage):
    case, by = world.hazuki.case, world.coordinator
    with acting_for(by):
        Case.objects.filter(pk=case.pk).update(stage=stage)
        case.refresh_from_db()
        said = refusal(lambda: move_to_stage(case, stage=Stage.CLOSED_INFO, by=by))
        assert "もう1人の職員" in said
        assert Stage.CLOSED_INFO not in dict(StageForm(case=case).fields["stage"].choices)
        good = ScreeningDraft(Stage.CLOSED_INFO, why="一度きりの問い合わせ", second=world.chief.membership)
        screen_case(case, good, by=by)
        case.refresh_from_db()
        assert case.stage == Stage.CLOSED_INFO


def test_colleague_who_was_quicker_leaves_nothing_of_the_second(world, case):
    with acting_for(world.coordinator):
        screen_case(case, ScreeningDraft("flow2_assess", ("asked",)), by=world.coordinator)
        said = refusal(
            lambda: screen_case(case, ScreeningDraft("flow3_accompany", ("between",)), by=world.coordinator)
        )

        assert "進めません" in said
        assert Screening.objects.count() == 1


def test_same_form_sent_twice_is_one_screening(world, case):
    key = uuid.uuid4()
    with acting_for(world.coordinator):
        for _ in range(2):
            screen_case(case, ScreeningDraft("flow2_assess", ("asked",)), by=world.coordinator, key=key)

        assert Screening.objects.count() == 1


def test_agencies_see_no_screening(world, case):
    world.share(world.hazuki, world.anshin, Label(None, "basic"), Label(world.hazuki.mother.pk, "basic"))
    with acting_for(world.coordinator):
        screen_case(case, ScreeningDraft("flow2_assess", ("asked",)), by=world.coordinator)
        assert Screening.objects.exists()

    with acting_for(world.anshin_worker), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM casework_screening")
        assert cursor.fetchone() == (0,)
        assert screenings_for(world.anshin_worker, case) == []


# --- the screen ---------------------------------------------------------------------------------------------


def test_case_is_screened_by_its_page(world, case):
    client = Client()
    sign_in(client, world.coordinator)
    page = reverse("casework:case", args=[case.pk])
    url = reverse("casework:screening", args=[case.pk])
    shown = client.get(page).content.decode()
    assert url in shown
    assert 'value="flow2_assess"' not in shown

    first = client.get(url).content.decode()
    assert "記録から分かること" in first
    assert 'id="suggestion"' not in first
    facts = {"coordination": ["many_people"], "accompaniment": [], "referral": ["one_field"]}
    second = client.post(url, {**facts, "step": "facts"}).content.decode()
    assert "②多機関協働" in second
    assert "世帯の2人以上に困りごとがある" in second
    assert all(words in second for words in ("①つなぎ", "③伴走支援", "アウトリーチ", "情報提供で終わり"))
    refused = client.post(
        url, {**facts, "step": "choice", "chosen": "flow1_referring", "why": ""}
    ).content.decode()
    assert "提案とちがう道を選ぶときは、理由を書いてください。" in refused
    done = client.post(
        url, {**facts, "step": "choice", "chosen": "flow1_referring", "why": "本人が強く望む"}, follow=True
    ).content.decode()
    assert "振り分けを記録し、段階を進めました。" in done
    assert "本人が強く望む" in client.get(url).content.decode()


def test_stage_form_does_not_go_around_the_screening(world, case):
    client = Client()
    sign_in(client, world.coordinator)

    client.post(reverse("casework:case_stage", args=[case.pk]), {"stage": "flow2_assess"})

    with acting_for(world.coordinator):
        assert Case.objects.get(pk=case.pk).stage == "screening"


def test_case_just_received_ends_with_information_by_its_screening(world):
    client, case = Client(), world.hazuki.case
    sign_in(client, world.coordinator)
    page, url = (reverse(f"casework:{name}", args=[case.pk]) for name in ("case", "screening"))
    shown = client.get(page).content.decode()
    assert url in shown
    assert 'value="closed_info"' not in shown
    stale = client.post(
        reverse("casework:case_stage", args=[case.pk]), {"stage": "closed_info"}, follow=True
    ).content.decode()
    assert "もう1人の職員" in stale

    asked = client.post(url, {"step": "facts"}).content.decode()
    assert 'value="closed_info"' in asked
    assert 'value="flow2_assess"' not in asked
    told = {"step": "choice", "chosen": "closed_info", "why": "一度きりの問い合わせ"}
    assert "もう1人の職員" in client.post(url, {**told, "second": ""}).content.decode()
    client.post(url, {**told, "second": world.chief.membership.pk})

    with acting_for(world.coordinator):
        assert Case.objects.get(pk=case.pk).stage == "closed_info"
    ended = client.get(page).content.decode()
    assert url not in ended
