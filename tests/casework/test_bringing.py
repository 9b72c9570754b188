"""Agencies bring households themselves: with consent and without, in the inbox at once, and they learn the state alone."""

import uuid
from dataclasses import asdict, replace

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from casework.bringing.actions import JOB, BroughtDraft, bring
from casework.bringing.forms import WITHOUT as WITHOUT_CONSENT
from casework.bringing.models import Brought
from casework.bringing.selectors import brought_for
from casework.households.models import Person
from casework.intake.actions import open_case, take_contact
from casework.intake.models import Contact, ContactTopic, WithoutConsent
from casework.intake.selectors import queue_for
from casework.sharing.actions import Ground, Label, share_items
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for, clock
from tests.casework.pages import sign_in

WITH = BroughtDraft(
    "担当 見本", "000-0000-1111", "母と息子、借金と閉じこもり", "母84歳、息子56歳。手紙がたまっている。", has_consent=True,
    consent_words="11月20日 口頭、母", topics=("debt", "family"), urgency="C", wishes="調整してほしい",
)  # fmt: skip
WITHOUT = BroughtDraft(
    "担当 見本", "000-0000-1111", "夜に子どもの泣き声", "週に3回、夜10時すぎ。", has_consent=False,
    how_known="訪問の帰りに聞いた", why="unreachable", tried="3回たずねた", next_try="来週の昼", basis="law",
)  # fmt: skip


def brought_by(viewer, draft, **more):
    with acting_for(viewer):
        return bring(draft, by=viewer, **more)


def refusal(act):
    with pytest.raises(NotAllowed) as refused, transaction.atomic():
        act()
    return str(refused.value)


def test_what_is_brought_with_consent_stands_in_the_inbox(world):
    row = brought_by(world.anshin_worker, WITH)

    with acting_for(world.reception):
        (contact,) = queue_for(world.reception, ["new"])
        topics = sorted(ContactTopic.objects.filter(contact=contact).values_list("topic", flat=True))
        assert not WithoutConsent.objects.exists()
        assert Brought.objects.get() == row
    assert (contact.number, contact.one_line, contact.urgency, contact.reply_to) == (
        row.number, "母と息子、借金と閉じこもり", "C", "000-0000-1111"
    )  # fmt: skip
    assert (contact.kind, contact.channel, contact.route, contact.speaker) == (
        "agency_case", "agency", "agency", "agency"
    )  # fmt: skip
    assert (contact.referrer_type, contact.referrer_name) == ("elderly_hub", "機関 anshin 担当 見本")
    assert topics == ["debt", "family"]
    assert {row["key"]: row["display"] for row in contact.answers} == {
        "facts": WITH.facts, "wishes": "調整してほしい", "consent_words": "11月20日 口頭、母"
    }  # fmt: skip


def test_facts_without_consent_stand_where_only_a_meeting_uses_them(world):
    brought_by(world.anshin_worker, WITHOUT)

    with acting_for(world.reception):
        (contact,) = queue_for(world.reception, ["new"])
        told = WithoutConsent.objects.get(contact=contact)
    assert (told.facts, told.why, told.basis, told.agency, told.written_by_id) == (
        WITHOUT.facts, "unreachable", "law", "機関 anshin", world.anshin_worker.membership.pk
    )  # fmt: skip
    assert contact.answers == []
    assert (contact.reply_to, contact.one_line) == (WITHOUT.reply_to, WITHOUT.one_line)


def test_agency_follows_the_state_and_nothing_else(world):
    row = brought_by(world.anshin_worker, WITH)
    states = []

    def state():
        with acting_for(world.anshin_worker):
            states.extend(view.state.value for view in brought_for(world.anshin_worker))
            assert Contact.objects.count() == 0
            assert WithoutConsent.objects.count() == 0
            assert ContactTopic.objects.count() == 0

    state()
    with acting_for(world.reception):
        contact = Contact.objects.get(brought=row)
        take_contact(contact, urgency="B", by=world.reception)
    state()
    with acting_for(world.reception):
        contact.refresh_from_db()
        open_case(
            contact, household_name="見本", household_kind="other", person={"name": "見本", "relation": "self"},
            by=world.reception,
        )  # fmt: skip
    state()
    assert states == ["new", "taken", "case"]


def test_other_agencies_and_roles_see_nothing_of_it(world):
    brought_by(world.anshin_worker, WITH)

    for viewer in (
        world.kenko_worker,
        world.stranger,
        world.anshin_admin,
        world.editor,
        world.auditor,
        world.sysadmin,
    ):
        with acting_for(viewer), connection.cursor() as cursor:
            cursor.execute(
                "SELECT (SELECT count(*) FROM casework_brought), (SELECT count(*) FROM casework_brought_states())"
            )
            assert cursor.fetchone() == (0, 0), viewer
    with acting_for(world.kenko_worker):
        assert brought_for(world.kenko_worker) == []


def test_nobody_brings_in_the_name_of_another(world):
    row = Brought(
        number="U-1", agency=world.anshin, brought_by=world.anshin_worker.membership, in_charge="x", reply_to="x",
        one_line="x", facts="x", has_consent=True, consent_words="x",
    )  # fmt: skip
    for viewer in (world.kenko_worker, world.reception, world.anshin_admin):
        with acting_for(viewer), pytest.raises(DatabaseError, match="row-level"), transaction.atomic():
            row.save(force_insert=True)
    for viewer in (world.reception, world.anshin_admin, world.editor):
        with acting_for(viewer):
            assert refusal(lambda viewer=viewer: bring(WITH, by=viewer)) == "相談を持ちこむ権限がありません。"


def test_job_that_takes_up_sees_no_contact_but_the_new_ones_that_were_brought(world):
    brought_by(world.anshin_worker, WITH)
    with acting_for(world.reception):
        take_contact(Contact.objects.get(), urgency="B", by=world.reception)
    brought_by(world.kenko_worker, WITHOUT)

    with clock(JOB):
        assert [contact.one_line for contact in Contact.objects.all()] == [WITHOUT.one_line]
        assert Contact.objects.update(one_line="x") == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"consent_words": ""},
        {"why": "refused"},
        {"has_consent": False},
        {
            "has_consent": False,
            "consent_words": "",
            "why": "refused",
            "tried": "x",
            "next_try": "x",
            "how_known": "x",
        },
    ],
    ids=["no word of consent", "consent and why not", "nothing said", "no basis"],
)
def test_half_told_is_refused_by_the_action_and_by_the_database(world, changes):
    draft = replace(WITH, **changes)
    with acting_for(world.anshin_worker):
        assert "書いてください" in refusal(lambda: bring(draft, by=world.anshin_worker))
        with pytest.raises(IntegrityError), transaction.atomic():
            Brought(
                number="U-1", agency=world.anshin, brought_by=world.anshin_worker.membership,
                **{**asdict(draft), "topics": []},
            ).save(force_insert=True)  # fmt: skip


def test_same_form_sent_twice_is_brought_once(world):
    key = uuid.uuid4()
    for _ in range(2):
        brought_by(world.anshin_worker, WITH, key=key)

    with acting_for(world.reception):
        assert Contact.objects.count() == 1


def test_urgent_household_is_told_to_the_chief(world, run_tasks, mailoutbox):
    world.chief.user.email = "chief@example.org"
    world.chief.user.save()
    brought_by(world.anshin_worker, replace(WITH, urgency="A"))
    run_tasks()

    (sent,) = mailoutbox
    assert sent.to == ["chief@example.org"]
    assert "借金" not in sent.body


def test_household_is_brought_by_the_screens(world):
    client = Client()
    sign_in(client, world.anshin_worker)
    url = reverse("casework:brought_add")
    data = {
        "in_charge": "担当 見本", "reply_to": "000", "one_line": "見本の世帯", "urgency": "-", "facts": "手紙がたまる",
        "has_consent": "no", "tried": "2回", "consent_words": "口頭",
    }  # fmt: skip
    # What a browser sends along of what nobody touched fits the answer "yes".
    untouched = {
        name: field.value()
        for name, field in ((name, client.get(url).context["form"][name]) for name in WITHOUT_CONSENT)
    }
    assert set(untouched.values()) == {None}
    assert 'value="" selected' in client.get(url).content.decode()
    said = client.post(url, data).content.decode()
    assert "「本人の同意」の答えと合いません。" in said
    assert "手紙がたまる" in said
    data |= {"has_consent": "yes", "tried": ""}

    shown = client.post(url, data, follow=True).content.decode()

    assert "センターに届きました。" in shown
    assert "見本の世帯" in shown
    assert "未対応" in shown
    center = Client()
    sign_in(center, world.reception)
    assert "見本の世帯" in center.get(reverse("casework:inbox")).content.decode()


@pytest.mark.parametrize("draft", [WITH, replace(WITHOUT, wishes="会ってほしい")])
def test_center_reads_everything_that_was_brought(world, draft):
    """Also where some of it stands as answers: where to call back, and no form that there never was."""
    brought_by(world.anshin_worker, draft)
    client = Client()
    sign_in(client, world.reception)
    with acting_for(world.reception):
        (contact,) = queue_for(world.reception, ["new"])

    page = client.get(reverse("casework:contact", args=[contact.pk])).content.decode()

    said = (draft.one_line, draft.reply_to, draft.facts, draft.wishes, draft.in_charge)
    assert [words for words in said if words not in page] == []
    assert "フォーム「" not in page


def test_case_leads_back_to_what_it_came_from_for_the_center_alone(world):
    row = brought_by(world.anshin_worker, WITH)
    with acting_for(world.reception):
        contact = Contact.objects.get(brought=row)
        take_contact(contact, urgency="B", by=world.reception)
        contact.refresh_from_db()
        case = open_case(
            contact, household_name="見本", household_kind="other", person={"name": "見本", "relation": "self"},
            by=world.reception,
        )  # fmt: skip
        person = Person.objects.get(case=case)
    with acting_for(world.coordinator):
        ground = Ground("law", "見本")
        share_items(
            case, agency=world.anshin, labels=[Label(person.pk, "basic")], ground=ground, by=world.coordinator
        )
    link = reverse("casework:contact", args=[contact.pk])

    pages = {}
    for viewer in (world.reception, world.anshin_worker):
        client = Client()
        sign_in(client, viewer)
        pages[viewer.role] = client.get(reverse("casework:case", args=[case.pk])).content.decode()

    assert {role: link in page for role, page in pages.items()} == {"reception": True, "agency_staff": False}
    assert "見本" in pages["agency_staff"]
