"""再相談: a closed case stays closed; the household gets a new one, protected as before, with nothing shown to anybody."""

import uuid

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.cases.models import Case
from casework.concealment.actions import GroundDraft, Threat, conceal
from casework.concealment.guard import PlaceWritten
from casework.concealment.selectors import is_concealed
from casework.consent.models import Consent
from casework.duplicates.models import SameMark
from casework.households.actions import StayDraft, record_stay, set_item
from casework.households.models import Household, Person, PersonContact, PersonHealth, Stay
from casework.intake.actions import record_contact
from casework.intake.models import Contact
from casework.models import CaseEvent
from casework.notes.models import Note
from casework.reopening.actions import reopen_case
from casework.reopening.models import Reopening
from casework.reopening.selectors import Neighbors, neighbors_of
from casework.seals.actions import seal_case
from casework.seals.selectors import newest_seal
from casework.seen import fingerprint
from casework.sharing.actions import Label, block
from casework.sharing.models import Block, ShareLine
from casework.sharing.selectors import cases_for
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(world):
    """Two closed cases, of which an agency still sees the first."""
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"), Label(None, "basic"))
    with acting_for(world.coordinator):
        for home in (world.hazuki, world.tomono):
            Case.objects.filter(pk=home.case.pk).update(stage="closed")
    return world


def reopen(world, *, home=None, by=None, words="郵便物がたまった", **more):
    by = by or world.reception
    with acting_for(by):
        return reopen_case((home or world.hazuki).case, words=words, by=by, **more)


def change_contact(world, **values):
    with acting_for(world.coordinator):
        row = PersonContact.objects.get(person=world.hazuki.mother)
        seen = fingerprint(row, list(values))
        set_item(world.hazuki.mother, item="contact", values=values, seen=seen, by=world.coordinator)


def test_new_case_has_the_people_and_the_old_one_stays_as_it_was(ended):
    world, old = ended, ended.hazuki.case
    change_contact(
        world,
        safe_hours="10時から11時",
        cover_name="図書の係",
        voicemail_ok=True,
        sms="yes",
        email_use="no",
        post="no",
    )
    with acting_for(world.coordinator):
        record_stay(world.hazuki.son, StayDraft("apart", words="県外"), by=world.coordinator)
        before = Case.objects.filter(pk=old.pk).values().get()

    new = reopen(world)

    with acting_for(world.coordinator):
        assert Case.objects.filter(pk=old.pk).values().get() == before
        assert (new.stage, new.worker, new.holder) == ("received", world.reception.membership, world.center)
        people = {person.name: person for person in Person.objects.filter(case=new)}
        assert list(people) == ["葉月原母", "葉月原息子"]
        assert Household.objects.get(case=new).name == "葉月原世帯"
        contact = PersonContact.objects.get(person=people["葉月原母"])
        assert (contact.phone, contact.address) == ("000-葉月原母-電話", "葉月原母の住所")
        assert (contact.safe_hours, contact.cover_name) == ("10時から11時", "図書の係")
        assert (contact.voicemail_ok, contact.sms, contact.email_use, contact.post) == (
            False,
            "not_asked",
            "no",
            "no",
        )
        assert Stay.objects.get(case=new).living == "apart"
        marks = [{mark.one_case_id, mark.other_case_id} for mark in SameMark.objects.filter(is_same=True)]
        assert marks == [{old.pk, new.pk}] * 2
        for model in (ShareLine, Consent, Note, PersonHealth):
            assert not model.objects.filter(case=new).exists()
        link = Reopening.objects.get()
        assert neighbors_of(world.coordinator, new) == Neighbors(before=link)
        assert neighbors_of(world.coordinator, old) == Neighbors(after=link)
        assert neighbors_of(world.coordinator, world.tomono.case) == Neighbors()
        verbs = dict(
            CaseEvent.objects.filter(verb__in=["case_reopened", "case_came_back"]).values_list("case", "verb")
        )
        assert verbs == {new.pk: "case_reopened", old.pk: "case_came_back"}


def test_agency_sees_the_old_case_as_before_and_nothing_of_the_new(ended, client):
    world = ended
    new = reopen(world)
    with acting_for(world.anshin_worker):
        assert set(cases_for(world.anshin_worker).values_list("pk", flat=True)) == {world.hazuki.case.pk}
        assert not Reopening.objects.exists()
        assert neighbors_of(world.anshin_worker, world.hazuki.case) == Neighbors()
    sign_in(client, world.anshin_worker)
    text = client.get(reverse("casework:case", args=[world.hazuki.case.pk])).content.decode()
    assert "葉月原母" in text
    assert new.number not in text
    assert "再相談" not in text


def test_only_what_has_ended_and_was_not_continued_is_continued_once(ended):
    world = ended
    key = uuid.uuid4()
    new = reopen(world, key=key)
    assert reopen(world, key=key) == new
    with pytest.raises(NotAllowed, match="もう受け付けて"):
        reopen(world)
    with acting_for(world.reception), pytest.raises(NotAllowed, match="終わったケースだけ"):
        reopen_case(new, words="x", by=world.reception)
    with pytest.raises(NotAllowed, match="何があって"):
        reopen(world, home=world.tomono, words=" ")
    for who in (world.anshin_worker, world.editor):
        with pytest.raises(NotAllowed):
            reopen(world, home=world.tomono, by=who)
    with acting_for(world.coordinator):
        assert Case.objects.count() == 3


def test_concealment_stands_from_the_first_moment_and_no_place_comes_along(ended):
    world, old, told = ended, ended.hazuki.case, "青葉区見本町9-8-7"
    change_contact(world, address=told)
    with acting_for(world.coordinator):
        by = world.coordinator
        threats = (Threat("元夫", "元の夫", world.jiritsu), Threat("職員", "", None, world.chief.user.pk))
        conceal(old, world.hazuki.mother, GroundDraft("provisional", "本人の電話"), threats, by=by)
    with pytest.raises(PlaceWritten):
        reopen(world, words=f"{told}から電話")

    new = reopen(world)

    with acting_for(world.coordinator):
        assert is_concealed(by, new)
        assert set(PersonContact.objects.filter(case=new).values_list("address", flat=True)) == {""}
    for shut in (world.chief, world.jiritsu_worker):
        with acting_for(shut):
            assert not cases_for(shut).filter(pk=new.pk).exists()
            assert not Reopening.objects.exists()


def test_blocks_and_seal_stand_anew_and_only_a_chief_may_set_them(ended):
    world, old = ended, ended.hazuki.case
    members = {world.chief.user.pk, world.reception.user.pk}
    with acting_for(world.chief):
        block(old, agency=world.kenko, user_id=None, reason="関係者", by=world.chief)
        Case.objects.filter(pk=old.pk).update(worker=world.chief.membership)
        old.refresh_from_db()
        seal_case(old, members=members, reason="親戚", seen=0, by=world.chief)
    with pytest.raises(NotAllowed, match="センター長に"):
        reopen(world)
    with pytest.raises(Case.DoesNotExist):
        reopen(world, by=world.coordinator)

    new = reopen(world, by=world.chief)

    with acting_for(world.chief):
        assert set(newest_seal(new.pk).members) == members
        assert list(Block.objects.filter(case=new).values_list("agency", "reason")) == [
            (world.kenko.pk, "関係者")
        ]
    with acting_for(world.coordinator):
        assert not cases_for(world.coordinator).filter(pk=new.pk).exists()
        assert not Reopening.objects.exists()


def test_whoever_may_not_see_the_old_case_does_not_learn_of_it(ended, client):
    world = ended
    new = reopen(world)
    with acting_for(world.chief):
        block(
            world.hazuki.case, agency=None, user_id=world.coordinator.user.pk, reason="親戚", by=world.chief
        )
    sign_in(client, world.coordinator)
    text = client.get(reverse("casework:case", args=[new.pk])).content.decode()
    assert new.number in text
    assert world.hazuki.case.number not in text
    with acting_for(world.coordinator):
        assert not Reopening.objects.exists()


def test_database_keeps_one_before_and_one_after(ended):
    world = ended
    new = reopen(world)
    values = {
        "case": new,
        "before": world.tomono.case,
        "words": "x",
        "reopened_by": world.coordinator.membership,
    }
    for wrong in (
        {},
        {"case": world.tomono.case, "before": world.hazuki.case},
        {"case": world.tomono.case},
        {"case": world.tomono.case, "before": new, "reopened_by": world.chief.membership},
        {"case": world.tomono.case, "before": new, "words": ""},
    ):
        row = Reopening(**{**values, **wrong})
        with acting_for(world.coordinator), pytest.raises(DatabaseError), transaction.atomic():
            row.save(force_insert=True)


def test_contact_becomes_the_new_case_by_the_old_ones_number(ended, client):
    world = ended
    with acting_for(world.reception):
        contact = record_contact(
            channel="phone", speaker="self", one_line="また困っている", reply_to="000", urgency="D",
            received_at=timezone.now(), by=world.reception,
        )  # fmt: skip
        Case.objects.filter(pk=world.tomono.case.pk).update(stage="intake")
    sign_in(client, world.reception)
    address = reverse("casework:contact_reopening", args=[contact.pk])
    assert address in client.get(reverse("casework:contact_case", args=[contact.pk])).content.decode()
    for number in ("K-1999-0001", world.tomono.case.number, ""):
        refused = client.post(address, {"number": number, "words": "サインが出た"})
        assert set(refused.context["form"].errors) == {"number"}
        assert "サインが出た" in refused.content.decode()
    typed = {
        "once": str(uuid.uuid4()),
        "number": f" {world.hazuki.case.number.lower()}",
        "words": "サインが出た",
    }
    done = client.post(address, typed, follow=True)
    with acting_for(world.reception):
        made = Contact.objects.get(pk=contact.pk).case
        assert Reopening.objects.get().case == made
    assert done.redirect_chain == [(reverse("casework:case", args=[made.pk]), 302)]
    assert world.hazuki.case.number in done.content.decode()
    assert client.post(address, {**typed, "once": str(uuid.uuid4())}).context["form"].errors


def test_page_of_a_closed_case_offers_it_and_then_leads_to_the_new_one(ended, client):
    world = ended
    sign_in(client, world.reception)
    page, address = (
        reverse(f"casework:{name}", args=[world.hazuki.case.pk]) for name in ("case", "reopening")
    )
    assert address in client.get(page).content.decode()
    assert set(client.post(address, {"words": ""}).context["form"].errors) == {"words"}
    client.post(address, {"once": str(uuid.uuid4()), "words": "また転んだ"})
    with acting_for(world.reception):
        new = Reopening.objects.get().case
    text = client.get(page).content.decode()
    assert address not in text
    assert reverse("casework:case", args=[new.pk]) in text
    assert "また転んだ" in client.get(reverse("casework:case", args=[new.pk])).content.decode()
