"""モニタリング: how each role goes, read by whoever sees the role; when somebody looks again; the rest is the center's."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.cases.actions import move_to_stage
from casework.cases.models import Case
from casework.cases.states import Stage
from casework.closing.actions import ClosureDraft, close_case
from casework.concealment.actions import GroundDraft, conceal
from casework.concealment.guard import PlaceWritten
from casework.households.actions import StayDraft, add_person, record_stay, set_item
from casework.households.models import PersonContact
from casework.intake.models import Contact
from casework.issues.actions import IssueDraft, follow_issue, note_issue
from casework.models import CaseEvent
from casework.monitoring.actions import (
    EARLY_MEETING_DAYS,
    MonitoringDraft,
    TickDraft,
    lacking,
    record_monitoring,
    set_next_monitoring,
)
from casework.monitoring.models import Monitoring, MonitoringDate, MonitoringTick, MonitoringTrigger
from casework.monitoring.selectors import dates_for, monitorings_for
from casework.plans.actions import DirectionDraft, RoleDraft, answer_role, decide
from casework.plans.models import Decision, InCharge, RoleRow
from casework.seen import fingerprint
from casework.sharing.actions import Label, block, end_line
from casework.sharing.models import ShareLine
from casework.tasks.selectors import open_tasks_for
from permissions.agencies.actions import end_membership
from permissions.agencies.models import Membership
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import instead_of, plan_of
from tests.casework.test_notices import notice_of
from tests.casework.test_reception import call as call_of

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
TABLES = (Monitoring, MonitoringTick, MonitoringTrigger, MonitoringDate)


def today():
    return timezone.localdate()


@pytest.fixture
def decided(world):
    """Two agencies with a role each: one about the mother, one about her health."""
    home = world.hazuki
    world.share(home, world.anshin, Label(home.mother.pk, "roles"))
    world.share(home, world.kenko, Label(home.mother.pk, "health"))
    with acting_for(world.coordinator):
        decide(
            home.case, decided_on=today(), by=world.coordinator, directions=[],
            roles=[
                RoleDraft(Label(home.mother.pk, "roles"), world.anshin, "見守り", "週に1回の訪問"),
                RoleDraft(Label(home.mother.pk, "health"), world.kenko, "病気", "受診に付きそう"),
            ],
        )  # fmt: skip
    return world


def draft(world, *ticks, **told):
    given = {
        "monitored_on": today(), "method": "visit", "next_on": today() + 28 * DAY,
        "next_owner": world.coordinator.membership, "words": "母は落ち着いている", "ticks": ticks,
    }  # fmt: skip
    return MonitoringDraft(**{**given, **told})


def record(world, *ticks, by=None, home=None, key=None, **told):
    by = by or world.coordinator
    with acting_for(by):
        case = (home or world.hazuki).case
        return record_monitoring(case, draft(world, *ticks, **told), by=by, key=key)


def ticks_of(world, notes=("玄関で話せた", "受診の日が決まらない")):
    with acting_for(world.coordinator):
        rows = list(RoleRow.objects.filter(case=world.hazuki.case).order_by("position"))
    return [TickDraft(rows[0], "on_track", notes[0]), TickDraft(rows[1], "late", notes[1])]


def seen(viewer, case):
    """By the door and past it."""
    with acting_for(viewer):
        found = monitorings_for(viewer, case)
        door = {
            (view.row is not None, tuple(t.note for t in view.ticks), len(view.triggers))
            for view in found.views
        }
        return door, [model.objects.count() for model in TABLES], found.next is not None


def test_each_agency_reads_how_its_own_role_goes_and_nothing_else(decided):
    world, case = decided, decided.hazuki.case
    record(world, *ticks_of(world), triggers=("violence",))

    assert seen(world.coordinator, case) == (
        {(True, ("玄関で話せた", "受診の日が決まらない"), 1)}, [1, 2, 1, 1], True,
    )  # fmt: skip
    assert seen(world.anshin_worker, case) == ({(False, ("玄関で話せた",), 0)}, [0, 1, 0, 0], False)
    assert seen(world.kenko_worker, case) == ({(False, ("受診の日が決まらない",), 0)}, [0, 1, 0, 0], False)
    for nobody in (world.jiritsu_worker, world.stranger, world.editor, world.auditor):
        assert seen(nobody, case) == (set(), [0, 0, 0, 0], False)


def test_ticks_end_with_the_line_and_with_a_block(decided):
    world, case = decided, decided.hazuki.case
    record(world, *ticks_of(world))
    with acting_for(world.chief):
        block(case, agency=world.kenko, user_id=None, reason="関係者", by=world.chief)
        end_line(ShareLine.objects.get(case=case, agency=world.anshin), by=world.chief, reason="終わり")
    for gone in (world.anshin_worker, world.kenko_worker):
        assert seen(gone, case) == (set(), [0, 0, 0, 0], False)
    assert seen(world.coordinator, case)[1] == [1, 2, 0, 1]


def test_next_date_takes_the_place_of_the_open_one(decided):
    world, case = decided, decided.hazuki.case
    with acting_for(world.coordinator):
        set_next_monitoring(case, on=today() + DAY, owner=world.reception.membership, by=world.coordinator)
    record(world)
    record(world, next_on=today() + 5 * DAY, next_owner=world.chief.membership)
    record(world, home=world.tomono, next_on=today() + 7 * DAY)

    with acting_for(world.coordinator):
        (standing,) = dates_for(world.coordinator, case)
        tasks = [(task.due_on, task.owner_id) for task in open_tasks_for(world.coordinator).filter(case=case)]
        verbs = list(CaseEvent.objects.filter(case=case).values_list("verb", flat=True))
    assert tasks == [(today() + 5 * DAY, world.chief.membership.pk)]
    assert standing.task.due_on == today() + 5 * DAY
    assert (verbs.count("monitored"), verbs.count("monitoring_date_set")) == (2, 1)


def test_trigger_asks_for_a_decision_about_an_early_meeting_and_tells_no_agency_which(decided):
    world, case = decided, decided.hazuki.case
    world.share(world.hazuki, world.jiritsu, Label(None, "plan"))
    record(world, triggers=("violence", "hospital", "violence"))

    with acting_for(world.coordinator):
        assert sorted(MonitoringTrigger.objects.values_list("code", flat=True)) == ["hospital", "violence"]
    with acting_for(world.jiritsu_worker):
        tasks = [(task.what, task.due_on) for task in open_tasks_for(world.jiritsu_worker).filter(case=case)]
        assert MonitoringTrigger.objects.count() == 0
    assert tasks == [
        ("早めに会議を開くかを決める", today() + EARLY_MEETING_DAYS * DAY),
        ("モニタリング", today() + 28 * DAY),
    ]


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"monitored_on": 1}, "monitored_on"),
        ({"next_on": 0}, "next_on"),
        ({"monitored_on": -9, "next_on": -1}, "next_on"),
        ({"words": " "}, "words"),
    ],
)
def test_what_stands_against_it_is_told_and_nothing_is_written(decided, told, field):
    told = {name: today() + value * DAY if isinstance(value, int) else value for name, value in told.items()}
    assert list(lacking(draft(decided, **told))) == [field]
    with pytest.raises(NotAllowed):
        record(decided, **told)
    with acting_for(decided.coordinator):
        assert [model.objects.count() for model in TABLES] == [0, 0, 0, 0]


def test_only_roles_that_hold_are_ticked_and_a_change_says_what(decided):
    world, old = decided, ticks_of(decided)
    with pytest.raises(NotAllowed, match="何を変えるか"):
        record(world, TickDraft(old[0].role, "change"))
    with pytest.raises(NotAllowed, match="新しい決定"):
        record(world, old[0], home=world.tomono)
    with acting_for(world.coordinator):
        first = old[0].role.decision
        decide(
            world.hazuki.case, decided_on=today(), by=world.coordinator, directions=[], in_place_of=instead_of(first),
            roles=[RoleDraft(old[0].role and Label(None, "plan"), world.center, "見守り", "見直した")],
        )  # fmt: skip
    with pytest.raises(NotAllowed, match="新しい決定"):
        record(world, old[0])
    with acting_for(world.coordinator):
        assert MonitoringTick.objects.count() == 0


def test_sent_twice_is_one_and_who_may_not_write_writes_nothing(decided):
    world, key = decided, uuid.uuid4()
    assert record(world, key=key) == record(world, key=key)
    for who in (world.anshin_worker, world.editor):
        with pytest.raises(NotAllowed):
            record(world, by=who)
        with acting_for(who), pytest.raises(NotAllowed):
            set_next_monitoring(world.hazuki.case, on=today(), owner=world.chief.membership, by=who)
    with acting_for(world.coordinator):
        assert Monitoring.objects.count() == 1


def test_support_begins_with_a_day_on_which_somebody_looks(decided, client):
    world, case, by = decided, decided.hazuki.case, decided.coordinator
    with acting_for(by):
        for each in (case, world.tomono.case):
            Case.objects.filter(pk=each.pk).update(stage=Stage.MEETING, flow="flow2")
            label = Label(None, "plan")
            plan_of(
                world,
                decide(each, decided_on=today(), directions=[DirectionDraft(label, "見本")], roles=[], by=by),
            )
        set_next_monitoring(world.tomono.case, on=today(), owner=by.membership, by=by)
        with pytest.raises(NotAllowed, match="次のモニタリングの日"):
            move_to_stage(case, stage=Stage.ACTIVE, by=by)
        move_to_stage(world.tomono.case, stage=Stage.ACTIVE, by=by)
    sign_in(client, by)
    refused = client.post(
        reverse("casework:case_stage", args=[case.pk]), {"stage": "flow2_active"}, follow=True
    )
    assert "次のモニタリングの日" in refused.content.decode()
    client.post(
        reverse("casework:monitoring_date", args=[case.pk]),
        {"next_on": str(today() + DAY), "next_owner": by.membership.pk},
    )
    client.post(reverse("casework:case_stage", args=[case.pk]), {"stage": "flow2_active"})
    with acting_for(by):
        assert Case.objects.get(pk=case.pk).stage == Stage.ACTIVE


def test_closing_drops_the_next_date(decided):
    world, case, by = decided, decided.hazuki.case, decided.coordinator
    record(world)
    with acting_for(by):
        Case.objects.filter(pk=case.pk).update(stage=Stage.CLOSING, flow="flow3")
        close_case(
            case, ClosureDraft("died", "弔いを伝えた", lead_words="なし", decided_by_words="内部会議"), by=by
        )
        assert list(dates_for(by, case)) == []
        assert list(open_tasks_for(by).filter(case=case)) == []
    with pytest.raises(NotAllowed, match="もう終わって"):
        record(world)


def test_database_refuses_a_tick_of_another_label_case_or_moment(decided):
    world, home = decided, decided.hazuki
    (made, other) = record(world, *ticks_of(world)), record(world, home=world.tomono)
    with acting_for(world.coordinator):
        tick = MonitoringTick.objects.get(item="roles")
    values = {
        "monitoring": made, "role_id": tick.role_id, "case": home.case, "person": home.mother, "item": "roles",
        "monitored_on": tick.monitored_on, "tick": "late",
    }  # fmt: skip
    for wrong in ({}, {"item": "basic"}, {"person": home.son}, {"person": None}, {"monitoring": other}):
        with acting_for(world.coordinator), pytest.raises(DatabaseError), transaction.atomic():
            MonitoringTick(**{**values, **wrong}).save(force_insert=True)
    for wrong in ({"next_on": made.monitored_on}, {"method": "dream"}):
        row = {"case": home.case, "monitored_on": today(), "next_on": today() + DAY, "method": "visit", "has_met": True, "recorded_by": world.coordinator.membership}  # fmt: skip
        with acting_for(world.coordinator), pytest.raises(IntegrityError), transaction.atomic():
            Monitoring(**{**row, **wrong}).save(force_insert=True)


def test_place_in_hiding_is_not_written_and_what_was_written_before_is_hidden(decided):
    world, home, by = decided, decided.hazuki, decided.coordinator
    told = "青葉区見本町9-8-7"
    record(world, *ticks_of(world, (f"{told}で会えた", "別の話")), words=f"{told}へ行った")
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        set_item(
            home.mother, item="contact", values={"address": told}, seen=fingerprint(row, ["address"]), by=by
        )
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), (), by=by)
        assert [tick.note for tick in MonitoringTick.objects.all()] == ["別の話"]
        assert not Monitoring.objects.exists()
        with pytest.raises(PlaceWritten):
            record_monitoring(home.case, draft(world, words=f"{told}で会えた"), by=by)
    assert seen(world.anshin_worker, home.case)[0] == set()


def test_page_keeps_what_was_typed_and_shows_what_was_recorded(decided, client):
    world, case = decided, decided.hazuki.case
    sign_in(client, world.coordinator)
    page, address = (
        reverse("casework:case", args=[case.pk]),
        reverse("casework:monitoring_add", args=[case.pk]),
    )
    assert address in client.get(page).content.decode()
    one, two = (tick.role.pk for tick in ticks_of(world))
    typed = {
        "once": str(uuid.uuid4()), "monitored_on": str(today()), "method": "visit", "words": "", "next_on": "",
        "next_owner": world.chief.membership.pk, f"tick_{one}": "change", f"note_{one}": "", f"tick_{two}": "",
        f"note_{two}": "日を変えた", "triggers": ["hospital"],
    }  # fmt: skip

    refused = client.post(address, typed)

    assert set(refused.context["form"].errors) == {"next_on", f"note_{one}", f"tick_{two}"}
    assert "日を変えた" in refused.content.decode()
    told = {"next_on": str(today() + 28 * DAY), f"note_{one}": "回数をふやす", f"tick_{two}": "late"}
    text = client.post(address, {**typed, **told}, follow=True).content.decode()
    for words in (
        "モニタリングを記録しました",
        "回数をふやす",
        "日を変えた",
        "入院・退院",
        "早めに会議を開くかを決める",
    ):
        assert words in text
    sign_in(client, world.anshin_worker)
    text = client.get(page).content.decode()
    assert "回数をふやす" in text
    for words in ("日を変えた", "入院・退院", "早めに会議を開くかを決める", address):
        assert words not in text


# --- what the record says for an early meeting ------------------------------------------------------------------


def proposed(world, client):
    """Return what is ticked when the form is opened, and the words beside each."""
    sign_in(client, world.coordinator)
    form = client.get(reverse("casework:monitoring_add", args=[world.hazuki.case.pk])).context["form"]
    shown = dict(form.fields["triggers"].choices)
    return {code: shown[code].partition("（記録から：")[2] for code in form["triggers"].initial}


def test_form_ticks_what_happened_since_the_last_look_and_says_why(decided, client, shift_clock):
    world, home, by = decided, decided.hazuki, decided.coordinator
    assert proposed(world, client) == {}
    record(world, has_met=True)
    shift_clock(dt.timedelta(minutes=1))
    with acting_for(by):
        rows = list(RoleRow.objects.filter(case=home.case).order_by("position"))
        record_stay(home.son, StayDraft("away", today(), "hospital"), by=by)
        record_stay(home.mother, StayDraft("away", today(), "facility"), by=by)
        add_person(home.case, values={"name": "新しい人", "relation": "child"}, by=by)
        # Somebody of whom the center only heard lives elsewhere and moved nowhere.
        far = {"name": "遠い人", "relation": "child"}
        add_person(home.case, values=far, stay=StayDraft("apart"), by=by)
    with acting_for(world.anshin_worker):
        answer_role(
            rows[0],
            kind="declined",
            text="人手が足りない",
            answered=0,
            by=world.anshin_worker,
        )
    found = proposed(world, client)
    assert set(found) == {"role_refused", "hospital", "address_change", "new_member"}
    for code, words in (
        ("role_refused", "「週に1回の訪問」を断った"), ("hospital", f"{home.son.name}：入院"),
        ("address_change", f"{home.mother.name}：施設"), ("new_member", "新しい人さん"),
    ):  # fmt: skip
        assert words in found[code]
    assert "遠い人" not in "".join(found.values())


def test_another_address_is_a_sign_and_a_first_one_is_not(decided, client, shift_clock):
    world, home, by = decided, decided.hazuki, decided.coordinator

    def write(person, address):
        with acting_for(by):
            contact = PersonContact.objects.filter(person=person).first()
            seen = fingerprint(contact, ["address"])
            set_item(person, item="contact", values={"address": address}, seen=seen, by=by)

    with acting_for(by):
        PersonContact.objects.filter(case=home.case).update(address="")
        PersonContact.objects.filter(person=home.mother).update(address="見本市東町1-1")
    record(world, has_met=True)
    shift_clock(dt.timedelta(minutes=1))
    write(home.son, "見本市西町2-2")
    assert proposed(world, client) == {}
    write(home.mother, "見本市南町3-3")
    assert proposed(world, client) == {"address_change": f"{home.mother.name}さんの住所が書き直された）"}
    with acting_for(by):
        told = [event.after for event in CaseEvent.objects.filter(verb="contact_changed", person=home.mother)]
    assert [each["changed"] for each in told] == [["address"]]
    assert "町" not in str(told)


def test_ticks_are_suggestions_and_after_the_next_look_they_are_gone(decided, client, shift_clock):
    world, home, by = decided, decided.hazuki, decided.coordinator
    record(world, has_met=True)
    shift_clock(dt.timedelta(minutes=1))
    with acting_for(by):
        record_stay(home.son, StayDraft("away", today(), "hospital"), by=by)
    assert set(proposed(world, client)) == {"hospital"}
    shift_clock(dt.timedelta(minutes=2))
    typed = {
        "once": str(uuid.uuid4()), "monitored_on": str(today()), "method": "visit", "words": "落ち着いている",
        "next_on": str(today() + DAY), "next_owner": str(by.membership.pk),
    }  # fmt: skip
    client.post(reverse("casework:monitoring_add", args=[home.case.pk]), typed)
    with acting_for(by):
        assert (Monitoring.objects.count(), MonitoringTrigger.objects.count()) == (2, 0)
    assert proposed(world, client) == {}


@pytest.mark.parametrize(("days", "ticked"), [(60, []), (61, ["no_contact"])])
def test_lost_contact_is_counted_from_the_last_talk(decided, client, days, ticked):
    world, by = decided, decided.coordinator
    record(world, has_met=False)
    with acting_for(by):
        opened = timezone.now() - days * DAY
        Case.objects.filter(pk=world.hazuki.case.pk).update(opened_at=opened)
    assert list(proposed(world, client)) == ticked


def emergency_breaks_out(world):
    move_to_stage(world.hazuki.case, stage=Stage.EMERGENCY, by=world.coordinator)


def notice_is_given(world):
    contact = call_of(world.coordinator, one_line="毎晩の声")
    Contact.objects.filter(pk=contact.pk).update(case=world.hazuki.case, state="case")
    notice_of(contact, world.coordinator)


def violence_is_noted(world):
    note_issue(world.hazuki.mother, "dv_abuse", IssueDraft("2", "agency"), by=world.coordinator)


@pytest.mark.parametrize(
    ("happens", "code", "words"),
    [
        (emergency_breaks_out, "emergency", "日から"),  # of what kind, nobody guesses
        (notice_is_given, "violence", "児童虐待防止法6条（通告）の記録"),
        (violence_is_noted, "violence", "葉月原母：DV・虐待"),
    ],
)
def test_emergency_and_fear_of_violence_are_signs_until_somebody_looked(
    decided, client, shift_clock, happens, code, words
):
    world = decided
    record(world, has_met=True)
    shift_clock(dt.timedelta(minutes=1))
    assert proposed(world, client) == {}
    with acting_for(world.coordinator):
        happens(world)
    found = proposed(world, client)
    assert list(found) == [code]
    assert words in found[code]
    shift_clock(dt.timedelta(minutes=2))
    record(world, has_met=True)
    assert proposed(world, client) == {}


def test_other_issues_and_those_that_are_over_are_no_sign_of_violence(decided, client, shift_clock):
    world, by, mother = decided, decided.coordinator, decided.hazuki.mother
    with acting_for(by):
        issue = note_issue(mother, "dv_abuse", IssueDraft("2", "agency"), by=by)
    shift_clock(dt.timedelta(minutes=1))
    record(world, has_met=True)
    shift_clock(dt.timedelta(minutes=2))
    with acting_for(by):
        note_issue(mother, "debt", IssueDraft("2", "self"), by=by)
        follow_issue(issue, IssueDraft("1", "staff", closed_on=today()), by=by)
    assert proposed(world, client) == {}


def answers(world, answered, worker, **more):
    """Let anshin answer its role of the mother, once more."""
    with acting_for(world.anshin_worker):
        row = RoleRow.objects.get(case=world.hazuki.case, agency=world.anshin)
        kind, text = ("progress", "訪ねた") if answered else ("accepted", "")
        answer_role(
            row, kind=kind, text=text, answered=answered, by=world.anshin_worker, in_charge=InCharge(worker)
        )


def test_another_person_in_charge_at_an_agency_is_a_sign_and_a_first_one_is_not(decided, client, shift_clock):
    world = decided
    record(world, has_met=True)
    shift_clock(dt.timedelta(minutes=1))
    for count, worker in enumerate(("見本 一", "", "見本 一")):
        answers(world, count, worker)
        assert proposed(world, client) == {}
    answers(world, 3, "見本 二")
    found = proposed(world, client)
    assert set(found) == {"personnel"}
    assert "機関 anshinの担当者が「見本 一」から「見本 二」に変わった" in found["personnel"]
    shift_clock(dt.timedelta(minutes=2))
    record(world, has_met=True)
    shift_clock(dt.timedelta(minutes=3))
    answers(world, 4, "")
    assert proposed(world, client) == {}


def test_whoever_answered_a_role_and_left_is_a_sign(decided, client, shift_clock):
    world = decided
    answers(world, 0, "")
    record(world, has_met=True)
    shift_clock(dt.timedelta(minutes=1))
    end_membership(world.kenko_worker.membership, by=None)  # who has answered nothing
    assert proposed(world, client) == {}
    with acting_for(world.coordinator):
        before = Decision.objects.get(case=world.hazuki.case)
    end_membership(world.anshin_worker.membership, by=None)
    assert "もう所属していない" in proposed(world, client)["personnel"]
    # Of a role that has ended nobody is missing.
    with acting_for(world.coordinator):
        decide(
            world.hazuki.case, decided_on=today(), by=world.coordinator, roles=[],
            directions=[DirectionDraft(Label(None, "plan"), "見本")], in_place_of=instead_of(before),
        )  # fmt: skip
    assert proposed(world, client) == {}


def test_whoever_changed_their_role_at_the_same_agency_has_not_left(decided, client, shift_clock):
    world = decided
    answers(world, 0, "")
    record(world, has_met=True)
    shift_clock(dt.timedelta(minutes=1))
    left = world.anshin_worker.membership
    end_membership(left, by=None)
    Membership.objects.create(user=left.user, agency=left.agency, role=left.role, starts_on=left.starts_on)
    assert proposed(world, client) == {}
