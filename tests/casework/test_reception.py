"""What is heard by whatever way: kinds, routes, topics, the check, what is missing, mending it."""

import uuid

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casework.cases.models import Case
from casework.concealment.actions import GroundDraft, conceal
from casework.households.models import Person
from casework.intake.actions import (
    CHANGEABLE,
    change_contact,
    check_contact,
    mark_of,
    open_case,
    record_contact,
    route_of,
    take_contact,
    take_up_submission,
    write_without_consent,
)
from casework.intake.forms import ContactForm
from casework.intake.levels import WANTED, Level, missing
from casework.intake.models import Contact, ContactTopic, Urgency, WithoutConsent
from casework.intake.selectors import facts_of, queue_for, without_consent_for
from casework.intake.signs import LEVEL_OF, SIGNS, level_of, raises_check
from casework.seen import ChangedMeanwhile
from permissions.agencies.models import Ward
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for, clock
from tests.casework.test_intake import PAYLOAD

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def call(by, **changes):
    said = {"channel": "phone", "speaker": "self", "one_line": "声", "received_at": timezone.now(), **changes}
    with acting_for(by):
        return record_contact(by=by, **said)


@pytest.fixture
def reception(world):
    with acting_for(world.reception):
        yield world.reception


@pytest.fixture
def client(world):
    client = Client()
    client.force_login(world.reception.user, backend=BACKEND)
    return client


def form(**changes):
    return {
        "once": uuid.uuid4(),
        "channel": "phone",
        "speaker": "self",
        "kind": "consultation",
        "received_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        **changes,
    }


# --- ways and kinds -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "channel", ["phone", "window", "fax", "letter", "email", "visit", "meeting", "agency"]
)
def test_every_channel_is_received(reception, channel):
    contact = call(reception, channel=channel)

    assert (contact.channel, contact.state, contact.taken_by) == (channel, "taken", reception.membership)


@pytest.mark.parametrize(
    ("channel", "speaker", "route"),
    [
        ("phone", "self", "self_remote"),
        ("window", "self", "self_visit"),
        ("phone", "family", "family_remote"),
        ("window", "neighbor", "family_visit"),
        ("phone", "minsei", "agency"),
        ("agency", "unknown", "agency"),
        ("phone", "unknown", "not_asked"),
    ],
)
def test_route_follows_channel_and_speaker_unless_it_is_said(reception, channel, speaker, route):
    assert route_of(channel, speaker) == route
    assert call(reception, channel=channel, speaker=speaker).route == route
    assert call(reception, channel=channel, speaker=speaker, route="outreach").route == "outreach"


def test_agency_asks_for_advice_and_names_nobody(world, reception):
    people = Person.objects.count()
    contact = call(
        reception, kind="advice", channel="agency", speaker="agency", one_line="連携のしかたの相談"
    )

    with pytest.raises(NotAllowed, match="だれのことかを言わない"):
        open_case(contact, household_name="x", household_kind="unknown", person={"name": "x"}, by=reception)
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(state="case", case=world.hazuki.case)

    assert Person.objects.count() == people
    assert contact.get_kind_display().startswith("相談機関支援")


def test_without_consent_is_told_once_more_never_edited_and_never_rests_on_consent(reception):
    contact = call(reception, kind="agency_case", channel="agency", speaker="agency")
    values = {
        "agency": "あんしん", "in_charge": "見本", "how_known": "訪問で", "why": "unreachable", "tried": "2回訪問",
        "next_try": "来週", "facts": "郵便がたまる", "basis": "law",
    }  # fmt: skip
    key = uuid.uuid4()
    first = write_without_consent(contact, values=values, by=reception, key=key)
    again = write_without_consent(contact, values=values, by=reception, key=key)
    second = write_without_consent(contact, values={**values, "facts": "電気が止まる"}, by=reception)

    assert first == again
    assert {row.facts for row in without_consent_for(reception, contact)} == {"電気が止まる", "郵便がたまる"}
    with pytest.raises(IntegrityError), transaction.atomic():
        write_without_consent(contact, values={**values, "basis": "consent"}, by=reception)
    with pytest.raises(DatabaseError), transaction.atomic():
        WithoutConsent.objects.filter(pk=second.pk).update(facts="x")


# --- topics -------------------------------------------------------------------------------------------


def test_one_topic_at_most_is_the_most_serious(reception):
    contact = call(reception, topics=("debt", "care"), primary_topic="food")

    found = {row.topic: row.is_primary for row in ContactTopic.objects.filter(contact=contact)}
    assert found == {"debt": False, "care": False, "food": True}
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactTopic(contact=contact, topic="health", is_primary=True).save(force_insert=True)


def test_topics_of_a_form_come_along_and_strange_ones_stay_answers(world):
    topics = {
        "key": "topics",
        "label": "困りごと",
        "kind": "checkboxes",
        "value": ["debt", "x"],
        "display": "借金",
    }
    key = uuid.uuid4()
    with clock("deliver_submissions"):
        take_up_submission(
            object, submission_id=key, payload={**PAYLOAD, "answers": [*PAYLOAD["answers"], topics]}
        )

    with acting_for(world.reception):
        contact = Contact.objects.get(submission_id=key)
        assert [row.topic for row in contact.topics.all()] == ["debt"]
        assert contact.route == "family_remote"


# --- the emergency check ------------------------------------------------------------------------------


def test_ten_signs_have_a_level_and_the_strongest_decides():
    assert len(SIGNS) == len(LEVEL_OF) == 10
    assert set(LEVEL_OF.values()) <= set(Urgency.values) - {"-"}
    assert level_of([], "") == "-"
    assert level_of(["none"], "") == "D"
    assert level_of(["none"], "C") == "C"
    assert level_of(["supplies"], "D") == "B"
    assert level_of(["supplies", "violence"], "C") == "A"
    assert level_of(["supplies"], "A") == "A"


@pytest.mark.parametrize(
    ("one_line", "topics", "raised"),
    [
        ("家賃が払えない", ["rent_loan"], False),
        ("もう死にたいと言っている", [], True),
        ("相談", ["food"], True),
        ("相談", ["dv_abuse"], True),
    ],
)
def test_words_and_topics_raise_the_check_before_the_ordinary_queue(reception, one_line, topics, raised):
    contact = call(reception, one_line=one_line, topics=tuple(topics))
    call(reception, one_line="あとから来た")

    first = queue_for(reception, ["taken"])[0]

    assert raises_check(one_line, topics) is contact.is_flagged is contact.needs_check is raised
    assert (first == contact) is raised
    check_contact(contact, signs=["none"], urgency="", by=reception)
    assert queue_for(reception, ["taken"])[0] != contact


def test_level_a_tells_the_chief_number_and_way_and_nothing_else(world, run_tasks):
    world.chief.user.email = "chief@example.org"
    world.chief.user.save()

    contact = call(world.reception, one_line="カナリアの声", reply_to="000-カナリア", signs=("violence",))
    run_tasks()

    (told,) = mail.outbox
    assert told.to == ["chief@example.org"]
    assert contact.number in told.subject
    assert str(contact.pk) in told.body
    assert "カナリア" not in told.subject + told.body
    assert contact.urgency == "A"


def test_chief_is_told_once_and_not_of_their_own(world, run_tasks):
    world.chief.user.email = "chief@example.org"
    world.chief.user.save()
    contact = call(world.reception, signs=("medical",))
    call(world.chief, signs=("medical",))
    with acting_for(world.reception):
        check_contact(contact, signs=["medical", "fire"], urgency="", by=world.reception)
    run_tasks()

    assert len(mail.outbox) == 1


def test_taking_needs_the_check_and_level_a_leads_to_the_checklist(world, client):
    with clock("deliver_submissions"):
        take_up_submission(object, submission_id=uuid.uuid4(), payload=PAYLOAD)
    with acting_for(world.reception):
        contact = Contact.objects.get()
    url = reverse("casework:contact_take", args=[contact.pk])

    page = client.get(reverse("casework:contact", args=[contact.pk])).content.decode()
    nothing = client.post(url, {})
    both = client.post(url, {"signs": ["none", "fire"]})
    taken = client.post(url, {"signs": ["abuse"], "urgency": "D"})

    assert page.index("はじめに：緊急の確認") < page.index("書かれていたこと")
    assert (nothing.status_code, both.status_code) == (422, 422)
    assert taken.url == reverse("casework:contact_emergency", args=[contact.pk])
    with acting_for(world.reception):
        contact.refresh_from_db()
    assert (contact.urgency, contact.signs, contact.state) == ("A", ["abuse"], "taken")


def test_check_of_somebody_quicker_is_refused(world, reception):
    with clock("deliver_submissions"):
        take_up_submission(object, submission_id=uuid.uuid4(), payload=PAYLOAD)
    contact = Contact.objects.get()
    take_contact(contact, urgency="D", by=reception)

    with pytest.raises(NotAllowed, match="先に受けました"):
        take_contact(contact, urgency="A", by=reception)

    assert Contact.objects.get().urgency == "D"


# --- what is missing ------------------------------------------------------------------------------------


def test_missing_is_a_list_and_blocks_nothing(client, world):
    sent = client.post(reverse("casework:contact_record"), form(speaker="unknown", one_line="ひとこと"))
    page = client.get(sent.url).content.decode()

    assert sent.status_code == 302
    assert "受けたときにあるとよいもので、まだのもの" in page
    with acting_for(world.reception):
        contact = Contact.objects.get()
        lacking = [wanted.fact for wanted in missing(facts_of(contact, []))[str(Level.RECEIVE.label)]]
    assert lacking == ["route", "urgency", "reply_to"]


def test_nothing_more_is_wanted_of_a_case_that_is_over(client, world):
    where = reverse("casework:case", args=[world.hazuki.case.pk])
    asked = []
    for stage in ("received", "closed"):
        with acting_for(world.coordinator):
            Case.objects.filter(pk=world.hazuki.case.pk).update(stage=stage)
        asked.append("あるとよいもので、まだのもの" in client.get(where).content.decode())

    assert asked == [True, False]


def test_unknown_is_an_answer_and_not_asked_is_none(reception):
    known = call(reception, speaker="unknown", route="unknown", reply_to="x", urgency="D")
    unasked = call(reception, speaker="not_asked", route="not_asked", reply_to="x", urgency="D")

    assert missing(facts_of(known, [])) == {}
    assert [wanted.fact for wanted in missing(facts_of(unasked, []))[str(Level.RECEIVE.label)]] == [
        "route",
        "speaker",
    ]


def test_six_things_are_wanted_at_the_phone():
    assert [wanted.fact for wanted in WANTED if wanted.level == Level.RECEIVE] == [
        "channel", "route", "speaker", "matter", "urgency", "reply_to",
    ]  # fmt: skip


def test_empty_form_is_said_so_and_keeps_what_was_chosen(client, world):
    answer = client.post(reverse("casework:contact_record"), form(channel="fax"))

    assert "まだ何も書かれていません" in answer.content.decode()
    assert answer.context["form"]["channel"].value() == "fax"
    with acting_for(world.reception):
        assert Contact.objects.count() == 0


def test_double_click_records_once(client, world):
    sent = form(one_line="一度だけ")

    first = client.post(reverse("casework:contact_record"), sent)
    second = client.post(reverse("casework:contact_record"), sent)

    assert first.url == second.url
    with acting_for(world.reception):
        assert Contact.objects.count() == 1


def test_inbox_asks_as_often_for_three_contacts_as_for_one(client, world):
    counts = []
    for _number in range(3):
        call(world.reception, topics=("debt",))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("casework:inbox"))
        counts.append(len(asked))

    assert counts[1] == counts[2]


# --- mending it -----------------------------------------------------------------------------------------


def edited(contact, **changes):
    shown = ContactForm(contact=contact).initial
    values = {name: value for name, value in shown.items() if value is not None}
    return {**values, **changes}


def test_two_people_who_mend_at_once_see_both_texts(world, client, reception):
    contact = call(reception, topics=("debt",))
    url = reverse("casework:contact_edit", args=[contact.pk])
    mine, theirs = (
        edited(contact, one_line="わたしの文"),
        edited(contact, one_line="同僚の文", topics=["food"]),
    )

    quick = client.post(url, theirs)
    late = client.post(url, mine)

    assert quick.status_code == 302
    text = late.content.decode()
    assert "同僚の文" in text
    assert "食べるものがない" in text
    assert 'value="わたしの文"' in text
    again = client.post(url, {**mine, "seen": late.context["form"].data["seen"]})
    assert again.status_code == 302
    contact.refresh_from_db()
    assert (contact.one_line, contact.is_flagged) == ("わたしの文", True)


def test_ward_is_taken_from_the_form_written_by_phone_and_mended(world, client, reception):
    Ward.objects.create(code="shinonome", name="東雲区")
    asked = {"key": "ward", "label": "区", "kind": "ward", "value": "shinonome", "display": "東雲区"}
    for value in ("shinonome", "no_answer", "gone"):
        answers = [*PAYLOAD["answers"], {**asked, "value": value}]
        with clock("deliver_submissions"):
            take_up_submission(object, submission_id=uuid.uuid4(), payload={**PAYLOAD, "answers": answers})
    sent = client.post(reverse("casework:contact_record"), form(one_line="声", ward="elsewhere"))
    wrong = client.post(reverse("casework:contact_record"), form(one_line="声", ward="gone"))

    assert sorted(Contact.objects.values_list("ward", flat=True)) == ["", "", "elsewhere", "shinonome"]
    assert sent.status_code == 302
    assert "ward" in wrong.context["form"].errors
    contact = Contact.objects.get(ward="elsewhere")
    client.post(reverse("casework:contact_edit", args=[contact.pk]), edited(contact, ward="shinonome"))
    page = client.get(reverse("casework:contact", args=[contact.pk])).content.decode()
    assert "<dt>住んでいる区</dt><dd>東雲区</dd>" in page


def test_ward_of_a_concealed_household_is_forgotten_and_cannot_come_back(world, client):
    Ward.objects.create(code="shinonome", name="東雲区")
    ours, others = (call(world.coordinator, ward="shinonome") for _each in range(2))
    with acting_for(world.coordinator):
        first, second = (
            open_case(each, household_name="見本", household_kind="unknown",
                      person={"name": "見本", "relation": "self"}, by=world.coordinator)
            for each in (ours, others)
        )  # fmt: skip
        person = Person.objects.get(case=first)
        conceal(first, person, GroundDraft("provisional", "本人の電話"), by=world.coordinator)
    client.force_login(world.coordinator.user, backend=BACKEND)

    with acting_for(world.coordinator):
        assert (Contact.objects.get(case=first).ward, Contact.objects.get(case=second).ward) == (
            "",
            "shinonome",
        )
        contact = Contact.objects.get(case=first)
        client.post(
            reverse("casework:contact_edit", args=[contact.pk]),
            {**edited(contact), "one_line": "直した", "ward": "shinonome"},
        )
        contact.refresh_from_db()
        assert (contact.one_line, contact.ward) == ("直した", "")
        values = {name: getattr(contact, name) for name in CHANGEABLE} | {"ward": "shinonome"}
        with pytest.raises(NotAllowed, match="秘匿"):
            change_contact(
                contact, values=values, topics=[], primary="", seen=mark_of(contact), by=world.coordinator
            )


def test_changed_topics_alone_are_a_change(reception):
    contact = call(reception, topics=("debt",))
    seen = mark_of(contact)
    ContactTopic.objects.all().delete()

    with pytest.raises(ChangedMeanwhile):
        change_contact(contact, values={}, topics=[], primary="", seen=seen, by=reception)


def test_agency_facts_page_keeps_what_was_typed_on_an_error(client, reception):
    contact = call(reception, kind="agency_case", channel="agency", referrer_name="あんしん 見本")
    url = reverse("casework:without_consent", args=[contact.pk])

    begun = client.get(url)
    bad = client.post(url, {"facts": "郵便がたまる", "basis": "consent"})

    assert begun.context["form"]["agency"].value() == "あんしん 見本"
    assert "郵便がたまる" in bad.content.decode()
    assert "basis" in bad.context["form"].errors


def test_log_names_acts_and_fields_and_no_words(world):
    contact = call(world.reception, one_line="カナリア", topics=("debt",), signs=("none",))
    with acting_for(world.reception):
        check_contact(contact, signs=["fire"], urgency="", by=world.reception)
        values = {name: getattr(contact, name) for name in edited(contact) if hasattr(contact, name)}
        values.pop("topics")
        change_contact(
            contact, values={**values, "one_line": "カナリア2"}, topics=[], primary="", seen=mark_of(contact),
            by=world.reception,
        )  # fmt: skip
    with acting_for(world.auditor):
        rows = list(AuditEntry.objects.filter(subject_id=str(contact.pk)).order_by("number"))

    assert [row.verb for row in rows] == ["contact_recorded", "contact_checked", "contact_completed"]
    assert rows[-1].detail == {"fields": ["one_line"]}
    assert "カナリア" not in str([row.detail for row in rows])
