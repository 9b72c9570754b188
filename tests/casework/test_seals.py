"""Cases that only some people of the center may see (decision 015): for everybody else of it they do not exist."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from casework.cases.models import Case
from casework.cases.selectors import case_keys_for, count_cases_for
from casework.intake.actions import open_case, record_contact
from casework.intake.selectors import contacts_for
from casework.notifications.actions import notify
from casework.notifications.kinds import NotificationKind
from casework.referrals.actions import send_referral
from casework.referrals.models import ReferralAnswer
from casework.seals.actions import seal_case, unseal_case
from casework.seals.models import Seal
from casework.seals.selectors import seal_for
from casework.sharing.actions import Label
from casework.sharing.selectors import cases_for
from casework.workspace.finding import find_cases_for
from permissions.agencies.actions import end_membership
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for, clock
from tests.casework.pages import sign_in
from tests.casework.test_referrals import answer, draft, send
from tests.worlds import make_viewer

pytestmark = pytest.mark.django_db

WHY = "職員の親族の相談"


def seal(world, case, *others, by=None, seen=0):
    by = by or world.chief
    with acting_for(by):
        members = {each.user.pk for each in (by, *others)}
        return seal_case(case, members=members, reason=WHY, seen=seen, by=by)


def unseal(world, case, *, seen=1, by=None):
    by = by or world.chief
    with acting_for(by):
        return unseal_case(case, reason="終わり", seen=seen, by=by)


def sees(viewer, case):
    """Return whether a case is seen, the same by every door."""
    with acting_for(viewer):
        doors = {
            "door": cases_for(viewer).filter(pk=case.pk).exists(),
            "list": case.pk in {key for key, _moment in case_keys_for(viewer)},
            "wall": Case.objects.filter(pk=case.pk).exists(),
        }
    assert len(set(doors.values())) == 1, doors
    return doors["door"]


@pytest.fixture
def other_chief(world):
    return make_viewer("chief2", world.center_itaku, "chief")


def test_sealed_case_is_seen_by_its_circle_and_the_agencies_it_is_shared_with(world, other_chief):
    case, other = world.hazuki.case, world.tomono.case
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"))
    with acting_for(world.reception):
        before = count_cases_for(world.reception)

    seal(world, case, world.coordinator)

    people = {
        "chief": world.chief, "coordinator": world.coordinator, "reception": world.reception, "chief2": other_chief,
        "anshin": world.anshin_worker, "kenko": world.kenko_worker,
    }  # fmt: skip
    assert {name for name, each in people.items() if sees(each, case)} == {"chief", "coordinator", "anshin"}
    assert {name for name, each in people.items() if sees(each, other)} == {
        "chief", "coordinator", "reception", "chief2",
    }  # fmt: skip
    with acting_for(world.reception):
        assert count_cases_for(world.reception) == before - 1


def test_who_is_kept_out_finds_nothing_and_gets_the_answer_of_a_case_that_is_not(world, client):
    case = world.hazuki.case
    with acting_for(world.reception):
        contact = record_contact(
            channel="phone", speaker="self", one_line="声", reply_to="", urgency="D", by=world.reception,
            received_at=timezone.now(),
        )  # fmt: skip
        held = open_case(
            contact, household_name="見本さん", household_kind="single",
            person={"name": "見本 花子", "kana": "みほん はなこ", "relation": "self"}, by=world.reception,
        )  # fmt: skip
    with acting_for(world.reception):
        held.refresh_from_db()
    with pytest.raises(NotAllowed, match="担当者を外すことはできません"):
        seal(world, held, world.coordinator)
    seal(world, case, world.coordinator)
    sign_in(client, world.reception)

    assert client.get(reverse("casework:case", args=[case.pk])).status_code == 404
    assert client.get(reverse("casework:seal", args=[case.pk])).status_code == 403
    with acting_for(world.reception):
        assert seal_for(world.reception, case) is None
        assert not find_cases_for(world.reception, "葉月原").rows
        assert contacts_for(world.reception).filter(case=held).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM casework_seal")
            assert cursor.fetchone() == (0,)


def test_contact_of_a_sealed_case_is_sealed_too(world):
    with acting_for(world.coordinator):
        contact = record_contact(
            channel="phone", speaker="self", one_line="声", reply_to="", urgency="D", by=world.coordinator,
            received_at=timezone.now(),
        )  # fmt: skip
        case = open_case(
            contact, household_name="見本さん", household_kind="single",
            person={"name": "見本 花子", "kana": "みほん はなこ", "relation": "self"}, by=world.coordinator,
        )  # fmt: skip
    seal(world, case, world.coordinator)

    found = {}
    for viewer in (world.chief, world.coordinator, world.reception):
        with acting_for(viewer):
            found[viewer.role] = contacts_for(viewer).filter(pk=contact.pk).exists()
    assert found == {"chief": True, "coordinator": True, "reception": False}


def test_case_page_tells_the_circle_and_no_agency(world, client):
    case = world.hazuki.case
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"))
    seal(world, case, world.coordinator)
    page = reverse("casework:case", args=[case.pk])

    sign_in(client, world.coordinator)
    told = client.get(page).content.decode()
    sign_in(client, world.anshin_worker)
    agency = client.get(page).content.decode()

    assert "見る人を限っています" in told
    assert [word for word in ("見る人", "限って", "seal") if word in agency] == []
    assert WHY not in told + agency


@pytest.mark.parametrize("kept", ["reception", "anshin_worker", "sysadmin"])
def test_circle_is_of_two_on_duty_and_of_oneself(world, kept):
    case, chief = world.hazuki.case, world.chief

    def refused(members, match):
        with acting_for(chief), pytest.raises(NotAllowed, match=match):
            seal_case(case, members=members, reason=WHY, seen=0, by=chief)

    refused({chief.user.pk}, "1人だけ")
    refused(set(), "1人だけ")
    refused({world.coordinator.user.pk, world.reception.user.pk}, "自分を外す")
    refused({chief.user.pk, world.anshin_worker.user.pk}, "仕事をしている人だけ")
    refused({chief.user.pk, world.sysadmin.user.pk}, "仕事をしている人だけ")
    viewer = getattr(world, kept)
    with acting_for(viewer), pytest.raises(NotAllowed, match="センター長"):
        seal_case(case, members={viewer.user.pk, chief.user.pk}, reason=WHY, seen=0, by=viewer)


def test_the_database_refuses_a_seal_by_others_and_without_oneself(world, other_chief):
    case = world.hazuki.case

    def add(viewer, members, number=1):
        row = Seal(case=case, number=number, members=members, reason=WHY, set_by=viewer.membership)
        with acting_for(viewer), pytest.raises(DatabaseError), transaction.atomic():
            row.save(force_insert=True)

    two = [world.chief.user.pk, world.coordinator.user.pk]
    add(world.coordinator, two)
    add(world.anshin_worker, two)
    add(other_chief, two)
    add(world.chief, [world.chief.user.pk])
    seal(world, case, world.coordinator)
    add(other_chief, [], number=2)  # whom it keeps out does not open it
    add(other_chief, [other_chief.user.pk, world.chief.user.pk], number=2)


def test_circle_changes_and_ends_by_a_new_row(world, other_chief):
    case = world.hazuki.case
    seal(world, case, world.coordinator)
    seal(world, case, world.coordinator, other_chief, seen=1)
    assert sees(other_chief, case)
    unseal(world, case, seen=2, by=other_chief)

    assert sees(world.reception, case)
    with acting_for(world.chief):
        assert [len(row.members) for row in Seal.objects.filter(case=case).order_by("number")] == [2, 3, 0]
        with pytest.raises(NotAllowed, match="限っていません"):
            unseal_case(case, reason="もう一度", seen=3, by=world.chief)


def test_second_of_two_chiefs_is_told(world, other_chief):
    case = world.hazuki.case
    seal(world, case, world.coordinator, other_chief)

    with pytest.raises(NotAllowed, match="ほかの人が先に"):
        seal(world, case, world.coordinator, by=other_chief, seen=0)
    unseal(world, case)
    with pytest.raises(NotAllowed):
        unseal(world, case)


def test_when_nobody_of_the_circle_is_left_the_chiefs_see_the_case(world, other_chief):
    case = world.hazuki.case
    seal(world, case, world.coordinator)
    for viewer in (world.chief, world.coordinator):
        assert not sees(other_chief, case)
        with acting_for(world.sysadmin):
            end_membership(viewer.membership, by=world.sysadmin)

    assert sees(other_chief, case)
    assert not sees(world.reception, case)


def test_no_mail_about_a_sealed_case_goes_to_a_chief_it_keeps_out(world, other_chief, run_tasks, mailoutbox):
    for viewer in (world.chief, other_chief, world.coordinator):
        viewer.user.email = f"{viewer.user.username}@mihon.invalid"
        viewer.user.save()
    referral = send(world)
    seal(world, world.hazuki.case, world.coordinator)
    people = [each.membership.pk for each in (world.chief, other_chief, world.coordinator)]
    with clock("remind_referrals"):
        notify(NotificationKind.REFERRAL_LATE, referral, to=people)
    run_tasks()

    assert sorted(mail.to[0].partition("@")[0] for mail in mailoutbox) == ["chief", "coordinator"]


def test_form_begins_with_oneself_and_the_worker_and_keeps_what_was_chosen(world, client):
    case = world.hazuki.case
    sign_in(client, world.chief)
    page = reverse("casework:seal", args=[case.pk])
    form = client.get(page).context["form"]
    assert {str(key) for key in form["members"].value()} >= {str(world.chief.user.pk)}

    refused = client.post(page, {"members": [world.chief.user.pk], "reason": WHY, "seen": "0"})
    assert refused.context["form"]["reason"].value() == WHY
    done = client.post(
        page, {"members": [world.chief.user.pk, world.coordinator.user.pk], "reason": WHY, "seen": "0"}
    )
    again = client.post(
        page, {"members": [world.chief.user.pk, world.coordinator.user.pk], "reason": WHY, "seen": "0"}
    )

    assert (done.status_code, again.status_code) == (302, 200)
    ended = client.post(reverse("casework:unseal", args=[case.pk]), {"reason": "終わり", "seen": "1"})
    assert ended.status_code == 302
    assert sees(world.reception, case)


@pytest.mark.parametrize("has_colleague", [True, False])
def test_agency_answers_a_referral_whose_sender_a_seal_keeps_out(world, other_chief, has_colleague):
    """The answer stands; what follows is done by a colleague of the sender who sees the case, or waits for one."""
    case = world.hazuki.case
    with acting_for(world.chief):
        referral = send_referral(case, draft(world), by=world.chief)
    circle = [world.coordinator]
    if has_colleague:
        circle.append(make_viewer("coordinator3", world.center, "coordinator"))
    seal(world, case, *circle, by=other_chief)

    answer(world, referral, "accepted")
    answer(world, referral, "first_contact", words="会いました")

    with acting_for(other_chief):
        assert ReferralAnswer.objects.filter(referral=referral).count() == 2
        holder = Case.objects.get(pk=case.pk).holder
    assert (holder == world.jiritsu) == has_colleague
