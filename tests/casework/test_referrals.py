"""つなぎ and つなぎ戻し: who sees what when, who holds the case at every moment, and what is late."""

import datetime as dt
import uuid
from collections import Counter
from contextlib import suppress

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.cases.actions import hand_over_case, move_to_stage
from casework.cases.models import Case, CaseEvent
from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.referrals.actions import (
    EFFECTS,
    AnswerDraft,
    ReferralDraft,
    answer_referral,
    revoke_referral,
    send_referral,
)
from casework.referrals.clocks import remind_referrals
from casework.referrals.models import Referral, ReferralAnswer, ReferralReminder
from casework.referrals.selectors import (
    calls_for_coordination,
    case_referrals_for,
    late_for,
    referral_for,
    referrals_for,
    unanswered_for,
)
from casework.referrals.states import GIVEN_BACK, NEXT_KINDS, OVER, ReferralAnswerKind
from casework.reports.months import Month
from casework.reports.selectors import cells_of, facts_now_for
from casework.sharing.actions import Ground, Label, end_line
from casework.sharing.models import ShareLine
from casework.sharing.selectors import cases_for
from forms_app.status.promise import working_day_after
from permissions.agencies.actions import end_membership
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for, clock
from tests.casework.pages import sign_in
from tests.worlds import CONSENT

LAW = Ground("law", "見本の法律")


def draft(world, *agreed, receiver=None, ground=CONSENT, **more):
    words = {
        "heard": "CANARY-HEARD 家賃を3か月滞納",
        "issues": "家賃の滞納",
        "we_keep": "初回の面談に同行する",
        "answer_by": timezone.localdate() + dt.timedelta(days=3),
        **more,
    }
    return ReferralDraft(
        receiver=receiver or world.jiritsu,
        person_id=world.hazuki.mother.pk,
        ground=ground,
        agreed=agreed,
        **words,
    )


def send(world, *agreed, follows=None, key=None, **more):
    by = world.coordinator
    with acting_for(by):
        return send_referral(
            world.hazuki.case, draft(world, *agreed, **more), by=by, follows=follows, key=key
        )


def answer(world, referral, kind, *, by=None, answered=None, **words):
    by = by or world.jiritsu_worker
    with acting_for(by):
        count = ReferralAnswer.objects.filter(referral=referral).count() if answered is None else answered
        return answer_referral(referral, AnswerDraft(kind, **words), answered=count, by=by)


def labels_of(world, worker):
    with acting_for(worker):
        return set(ShareLine.objects.live().values_list("person", "item"))


def holder(world):
    with acting_for(world.chief):
        return Case.objects.get(pk=world.hazuki.case.pk).holder


def refusal(act):
    with pytest.raises(NotAllowed) as refused:
        act()
    return str(refused.value)


# --- sending ---------------------------------------------------------------------------------------------


def test_packet_is_read_before_acceptance_and_nothing_else(world):
    mother = world.hazuki.mother
    referral = send(world, Label(mother.pk, "basic"), Label(mother.pk, "money"))

    assert labels_of(world, world.jiritsu_worker) == {(mother.pk, "referral")}
    with acting_for(world.jiritsu_worker):
        view = referral_for(world.jiritsu_worker, referral.pk)
        assert (view.state, view.row.heard, view.agreed) == (
            "unread", "CANARY-HEARD 家賃を3か月滞納", [("世帯の人", "基本情報"), ("世帯の人", "お金")],
        )  # fmt: skip
    assert holder(world) == world.coordinator.agency


def test_packet_is_its_receivers_alone_whoever_else_has_the_label(world):
    """Two agencies, each with a referral about the same person: the label is the same, the packets are not."""
    first, second = send(world), send(world, receiver=world.kenko, heard="CANARY-OTHER 別の話")

    for worker, own, other in (
        (world.jiritsu_worker, first, second),
        (world.kenko_worker, second, first),
    ):
        with acting_for(worker), connection.cursor() as cursor:
            assert [row.pk for row in referrals_for(worker)] == [own.pk]
            assert referral_for(worker, other.pk) is None
            cursor.execute("SELECT heard FROM casework_referral")
            assert cursor.fetchall() == [(own.heard,)]
    with acting_for(world.stranger):
        assert not Referral.objects.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"heard": " "}, "聞き取ったことと課題を書いてください。概要のないつなぎは送れません。"),
        ({"issues": ""}, "聞き取ったことと課題を書いてください。概要のないつなぎは送れません。"),
        ({"we_keep": "　"}, "つなぎ元が続けることを書いてください。"),
        ({"answer_by": dt.date(2020, 1, 1)}, "返事がほしい日が、過ぎた日になっています。"),
        ({"ground": Ground("purpose", "見本")}, "は、市の委託先から民間の機関へ見せる根拠になりません。"),
        ({"ground": Ground("consent", " ")}, "根拠の内容を書いてください。"),
    ],
)
def test_what_is_thrown_over_the_fence_is_refused_and_leaves_nothing(world, words, said):
    assert said in refusal(lambda: send(world, **words))

    assert labels_of(world, world.jiritsu_worker) == set()
    with acting_for(world.chief):
        assert not Referral.objects.exists()


def test_missing_consent_is_told_when_sending_not_when_accepting(world):
    with acting_for(world.chief):
        consent = Consent.objects.get(person=world.hazuki.son)
        withdraw_consent(
            consent, agency=None, item="", said_on=dt.date(2026, 11, 20), how="電話", by=world.chief
        )

    said = refusal(lambda: send(world, Label(world.hazuki.son.pk, "health")))

    assert "葉月原息子さん" in said
    assert labels_of(world, world.jiritsu_worker) == set()


def test_same_key_sends_once(world):
    key = uuid.uuid4()

    assert send(world, key=key) == send(world, key=key)
    with acting_for(world.chief):
        assert Referral.objects.count() == 1


# --- answers and their effects ------------------------------------------------------------------------------


def test_acceptance_shows_what_was_agreed_and_first_contact_hands_the_case_over(world):
    mother = world.hazuki.mother
    referral = send(world, Label(mother.pk, "basic"), Label(mother.pk, "money"))

    answer(world, referral, "received")
    assert labels_of(world, world.jiritsu_worker) == {(mother.pk, "referral")}
    answer(world, referral, "accepted", contact_person="担当E")
    assert labels_of(world, world.jiritsu_worker) == {
        (mother.pk, item) for item in ("referral", "basic", "money")
    }
    assert holder(world) == world.coordinator.agency
    answer(world, referral, "first_contact")
    assert holder(world) == world.jiritsu
    answer(world, referral, "started")
    answer(world, referral, "ended", words="安定した")
    assert refusal(lambda: answer(world, referral, "returned", words="x", reason="other")) == (
        "この返事は、いまの状態では選べません。"
    )
    with acting_for(world.chief):
        shared = ShareLine.objects.get(agency=world.jiritsu, item="money")
        event = CaseEvent.objects.get(verb="case_handed_over")
    # What the center decided when it sent the referral was done in its name, never in the agency's.
    assert (shared.added_by_id, event.actor_id) == (world.coordinator.membership.pk,) * 2


@pytest.mark.parametrize("contact_made", [False, True])
def test_hand_back_gives_the_case_to_the_center_and_closes_the_agencys_eyes(world, contact_made):
    referral = send(world, Label(world.hazuki.mother.pk, "money"))
    answer(world, referral, "accepted")
    if contact_made:
        answer(world, referral, "first_contact")

    answer(world, referral, "returned", words="労災と在留の相談がある", reason="household_issue")

    assert holder(world) == world.coordinator.agency
    assert labels_of(world, world.jiritsu_worker) == set()
    with acting_for(world.jiritsu_worker):
        assert (list(cases_for(world.jiritsu_worker)), Referral.objects.count()) == ([], 0)
    with acting_for(world.chief):
        views = case_referrals_for(world.chief, world.hazuki.case)
        assert [answer.kind for answer in views[0].answers][-1] == "returned"
        assert "考えてください" in calls_for_coordination(views)
        again = views[0].row
    second = send(world, follows=again)
    answer(world, second, "accepted")
    answer(world, second, "returned", words="空きがない", reason="no_capacity")
    with acting_for(world.chief):
        views = case_referrals_for(world.chief, world.hazuki.case)
        assert [view.row.follows_id for view in views] == [referral.pk, None]
        assert "2回" in calls_for_coordination(views)


def test_return_without_reason_code_is_refused_by_code_and_database(world):
    referral = send(world)
    answer(world, referral, "accepted")

    assert "理由を選んで" in refusal(lambda: answer(world, referral, "returned", words="x"))
    assert "理由を選んで" in refusal(lambda: answer(world, referral, "returned", words="x", reason="boredom"))
    with acting_for(world.jiritsu_worker), pytest.raises(DatabaseError, match="return_has_reason"):
        ReferralAnswer(
            referral=referral, case=referral.case, person_id=referral.person_id, item="referral",
            agency=world.jiritsu, sequence=9, kind="returned", words="x",
            answered_by=world.jiritsu_worker.membership,
        ).save(force_insert=True)  # fmt: skip


def test_stale_form_and_wrong_agency_are_refused(world):
    referral = send(world)
    answer(world, referral, "received")

    assert "先に答えました" in refusal(lambda: answer(world, referral, "accepted", answered=0))
    assert "受け取った機関だけ" in refusal(lambda: answer(world, referral, "accepted", by=world.kenko_worker))
    assert "受け取った機関だけ" in refusal(lambda: answer(world, referral, "accepted", by=world.coordinator))
    assert "内容" in refusal(lambda: answer(world, referral, "conditional"))


def test_agency_cannot_write_in_anothers_name_past_the_code(world):
    referral = send(world)
    values = {
        "referral": referral, "case": referral.case, "person_id": referral.person_id, "item": "referral",
        "sequence": 1, "kind": "accepted",
    }  # fmt: skip

    for worker, more in (
        (world.kenko_worker, {"agency": world.jiritsu}),
        (world.kenko_worker, {"agency": world.kenko}),
        (world.jiritsu_worker, {"agency": world.jiritsu, "medium": "phone", "contact_person": "x"}),
    ):
        row = ReferralAnswer(**values, **more, answered_by=worker.membership)
        with pytest.raises(DatabaseError, match="row-level security"), acting_for(worker):
            row.save(force_insert=True)


def test_center_records_what_it_was_told_with_medium_and_name(world):
    referral = send(world)
    told = {"medium": "fax", "said_at": timezone.now()}

    assert "だれから" in refusal(lambda: answer(world, referral, "accepted", by=world.chief, **told))
    assert "センターだけ" in refusal(
        lambda: answer(world, referral, "accepted", by=world.reception, contact_person="見本", **told)
    )
    made = answer(world, referral, "accepted", by=world.chief, contact_person="見本 事務", **told)
    assert (made.agency_id, made.medium, made.answered_by_id) == (
        world.jiritsu.pk, "fax", world.chief.membership.pk,
    )  # fmt: skip


def test_revocation_ends_what_was_seen_and_every_later_answer(world):
    referral = send(world, Label(world.hazuki.mother.pk, "money"))
    answer(world, referral, "accepted")
    answer(world, referral, "first_contact")

    with acting_for(world.chief):
        revoke_referral(referral, reason="本人が別の機関を選んだ", by=world.chief)

    assert labels_of(world, world.jiritsu_worker) == set()
    assert holder(world) == world.coordinator.agency
    assert "もう終わって" in refusal(lambda: answer(world, referral, "started", answered=2))
    told = {"by": world.chief, "medium": "phone", "contact_person": "見本"}
    assert "取り消しました" in refusal(lambda: answer(world, referral, "started", answered=2, **told))
    with acting_for(world.chief):
        assert "すでに" in refusal(lambda: revoke_referral(referral, reason="もう一度", by=world.chief))
    with acting_for(world.jiritsu_worker), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM casework_referralrevocation")
        assert cursor.fetchone() == (0,)


def test_consent_withdrawn_before_acceptance_shows_nothing_more_and_tells_the_center(world):
    mother = world.hazuki.mother
    referral = send(world, Label(mother.pk, "money"), ground=LAW)
    by_consent = send(world, Label(mother.pk, "money"), receiver=world.kenko)
    with acting_for(world.chief):
        consent = Consent.objects.get(person=mother)
        words = {"said_on": dt.date(2026, 11, 20), "how": "電話", "by": world.chief}
        withdraw_consent(consent, agency=None, item="money", **words)

    answer(world, by_consent, "accepted", by=world.kenko_worker)
    answer(world, referral, "accepted")

    assert labels_of(world, world.kenko_worker) == {(mother.pk, "referral")}
    assert labels_of(world, world.jiritsu_worker) == {(mother.pk, "referral"), (mother.pk, "money")}
    with acting_for(world.chief):
        event = CaseEvent.objects.get(verb="referral_items_not_shared")
    assert "同意" in event.after["why"]


@pytest.mark.parametrize("gone", ["left", "shut"])
def test_who_sent_it_is_gone_and_a_colleague_stands_in(world, gone):
    """Nobody of the sending agency left: the answer stands all the same."""
    referral = send(world, Label(world.hazuki.mother.pk, "money"))
    if gone == "left":
        end_membership(world.coordinator.membership, by=None)
    else:
        type(world.coordinator.user).objects.filter(pk=world.coordinator.user.pk).update(is_active=False)

    answer(world, referral, "accepted")
    answer(world, referral, "first_contact")

    assert labels_of(world, world.jiritsu_worker) == {(world.hazuki.mother.pk, "referral")}
    assert holder(world) == world.coordinator.agency
    with acting_for(world.chief):
        assert case_referrals_for(world.chief, world.hazuki.case)[0].state == "first_contact"


# --- invariants ------------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(kinds=st.lists(st.sampled_from([*ReferralAnswerKind.values, "revoke", "send"]), max_size=8))
def test_exactly_one_agency_holds_the_case_and_eyes_follow_the_state(world, kinds):
    """Whatever is answered in whatever order: the holder is the center or a receiver that met the person."""
    referral = send(world, Label(world.hazuki.mother.pk, "money"))
    for kind in kinds:
        state = _state(world, referral)
        if kind == "send" and (state in OVER or state == "revoked"):
            referral = send(world, Label(world.hazuki.mother.pk, "money"))
        elif kind == "revoke":
            _try(lambda: _revoke(world, referral))  # noqa: B023 -- called at once
        elif kind != "send":
            reason = "other" if kind == "returned" else ""
            _try(lambda: answer(world, referral, kind, words="見本", reason=reason))  # noqa: B023 -- called at once
        state = _state(world, referral)
        seen = {item for _person, item in labels_of(world, world.jiritsu_worker)}
        met = {"first_contact", "started", "ended"}
        assert (holder(world) == world.jiritsu) == (state in met)
        if state in GIVEN_BACK or state == "revoked":
            assert seen == set()
        else:
            assert seen == {"referral"} | ({"money"} if state in met | {"accepted"} else set())
    # The next example begins where this one left the world: nothing open of it.
    if _state(world, referral) not in GIVEN_BACK | {"revoked", "ended"}:
        _revoke(world, referral)
    elif _state(world, referral) == "ended":
        _end_all(world)


def _end_all(world):
    with acting_for(world.coordinator):
        for line in ShareLine.objects.filter(agency=world.jiritsu, ended_at=None):
            end_line(line, by=world.coordinator, reason="見本")
        hand_over_case(world.hazuki.case, to=world.coordinator.agency, worker=None, by=world.coordinator)


def _state(world, referral):
    with acting_for(world.chief):
        return referral_for(world.chief, referral.pk).state


def _revoke(world, referral):
    with acting_for(world.chief):
        revoke_referral(referral, reason="見本", by=world.chief)


def _try(act):
    with suppress(NotAllowed):
        act()


def test_every_state_can_be_left_or_is_over():
    assert set(NEXT_KINDS) == {"", *ReferralAnswerKind.values}
    assert {kind for kind, following in NEXT_KINDS.items() if not following} == OVER
    assert EFFECTS.keys() >= GIVEN_BACK  # who gives a case back holds nothing of it


# --- what is late ----------------------------------------------------------------------------------------


def test_referral_without_an_answer_stands_on_three_lists_on_their_days(world, monkeypatch):
    referral = send(world)
    due = working_day_after(timezone.localdate(), days=1)
    late = working_day_after(due, days=1)

    def lists(day, viewer):
        monkeypatch.setattr("casework.referrals.selectors.timezone.localdate", lambda: day)
        with acting_for(viewer):
            return sorted(late_for(viewer))

    assert lists(due, world.coordinator) == []
    assert lists(late, world.coordinator) == ["coordinator", "sender"]
    assert lists(late, world.chief) == ["coordinator"]
    assert lists(late, world.reception) == []
    assert lists(late, world.jiritsu_worker) == []
    with acting_for(world.jiritsu_worker):
        assert [view.row.pk for view in unanswered_for(world.jiritsu_worker)] == [referral.pk]
    _remind(referral, 2)
    assert lists(late, world.chief) == ["chief", "coordinator"]
    answer(world, referral, "received")
    assert lists(late, world.chief) == []


def _remind(referral, times, after=0):
    with clock("remind_referrals"):
        for number in range(times):
            ReferralReminder(referral=referral, clock="receipt", sequence=after + number + 1).save(
                force_insert=True
            )


def test_reminders_go_by_working_days_and_reach_the_chief_after_two(
    world, monkeypatch, run_tasks, mailoutbox, shift_clock
):
    for viewer in (world.jiritsu_worker, world.kenko_worker, world.coordinator, world.chief):
        viewer.user.email = f"{viewer.user.username}@example.org"
        viewer.user.save()
    referral = send(world, Label(world.hazuki.mother.pk, "money"))
    run_tasks()  # that it was sent
    today = timezone.localdate()
    due = working_day_after(today, days=1)

    def told_on(day):
        mailoutbox.clear()
        shift_clock(day - today)
        monkeypatch.setattr("casework.referrals.actions.timezone.localdate", lambda: day)
        remind_referrals()
        run_tasks()
        return sorted(mail.to[0].partition("@")[0] for mail in mailoutbox)

    assert told_on(due) == []
    assert told_on(working_day_after(due, days=1)) == ["coordinator", "jiritsu"]
    (first, _second) = mailoutbox
    assert referral.number in first.body
    words = ("CANARY", world.hazuki.mother.name, world.hazuki.case.number, "家賃")
    assert [word for word in words if word in first.subject + first.body] == []
    assert told_on(working_day_after(due, days=1)) == []  # not twice a day
    _remind(referral, 1, after=1)
    monkeypatch.setattr(
        "casework.referrals.actions.count_of", lambda key: {"referral_reminder": 0}.get(key, 2)
    )
    assert told_on(working_day_after(due, days=2)) == ["chief", "coordinator", "jiritsu"]


# --- screens ---------------------------------------------------------------------------------------------


def test_referral_by_its_screens_from_sending_to_hand_back(world, client):
    sign_in(client, world.coordinator)
    url = reverse("casework:referral_add", args=[world.hazuki.case.pk])
    mother = world.hazuki.mother.pk
    typed = {
        "agency": world.jiritsu.pk, "about": str(mother), "heard": "聞いたこと", "issues": "課題", "urgency": "C",
        "answer_by": (timezone.localdate() + dt.timedelta(days=5)).isoformat(), "basis": "consent",
        "evidence": "書面", "labels": [f"{mother}:money"], "once": str(uuid.uuid4()),
    }  # fmt: skip
    assert client.get(url).templates[0].name == "casework/referral_agency.html"
    assert client.get(url, {"agency": world.jiritsu.pk}).status_code == 200
    half = client.post(url, typed)
    assert set(half.context["form"].errors) == {"we_keep"}
    assert "聞いたこと" in half.content.decode()
    done = client.post(url, {**typed, "we_keep": "同行する"})
    again = client.post(url, {**typed, "we_keep": "同行する"})
    assert (done.status_code, again.url) == (302, done.url)

    agency, stranger = type(client)(), type(client)()
    sign_in(agency, world.jiritsu_worker)
    sign_in(stranger, world.stranger)
    home = agency.get(reverse("casework:home")).content.decode()
    assert "返事を待っているつなぎ" in home
    page = agency.get(done.url).content.decode()
    assert "聞いたこと" in page
    assert "世帯の人：お金" in page
    assert stranger.get(done.url).status_code == 404
    for kind in ("accepted", "first_contact"):
        count = {"accepted": 0, "first_contact": 1}[kind]
        said = agency.post(
            done.url, {"kind": kind, "answered": count, "words": "", "contact_person": "担当E"}
        )
        assert said.status_code == 302, said.content.decode()
    unsaid = agency.post(done.url, {"kind": "returned", "answered": 2, "words": "", "contact_person": ""})
    assert set(unsaid.context["form"].errors) == {"words", "reason"}
    back = {
        "kind": "returned",
        "answered": 2,
        "words": "別の課題",
        "reason": "household_issue",
        "contact_person": "",
    }
    assert agency.post(done.url, back).url == reverse("casework:home")
    assert agency.get(done.url).status_code == 404
    case_page = client.get(reverse("casework:case", args=[world.hazuki.case.pk])).content.decode()
    assert "つなぎ戻しがありました" in case_page
    assert client.get(reverse("casework:referrals")).status_code == 200


def test_hand_backs_are_counted_by_the_flow_in_which_the_case_was_handed_on(world, shift_clock):
    """Screened and handed on: ①つなぎ, also once coordination was chosen. Handed on while it is coordinated: that (domain.md 4.2)."""
    by, case, begun = world.coordinator, world.hazuki.case, Month.of(timezone.localdate())
    minutes = iter(range(1, 99))

    def later():
        shift_clock(dt.timedelta(minutes=next(minutes)))

    def move(*stages):
        for stage in stages:
            later()
            with acting_for(by):
                move_to_stage(Case.objects.get(pk=case.pk), stage=stage, by=by)

    def send_and_hand_back():
        later()
        referral = send(world)
        later()
        answer(world, referral, "accepted")
        answer(world, referral, "returned", reason="out_of_scope", words="見本")

    move("intake", "screening")
    send_and_hand_back()
    with acting_for(by):
        stage = Case.objects.get(pk=case.pk).stage
    move("flow2_assess")
    send_and_hand_back()

    with acting_for(by):
        months = {begun, Month.of(timezone.localdate())}
        cells = sum((cells_of(facts_now_for(by, month, "returns")) for month in months), start=Counter())
    assert stage == "returned"
    assert {cell: n for (_code, of, cell), n in cells.items() if of == "flow"} == {"flow1": 1, "flow2": 1}
    assert cells["returns", "reason", "out_of_scope"] == 2
