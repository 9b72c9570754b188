"""By which means people are reached: what was not asked is not done (domain.md R-DV-7, R-DV-9; decision 013)."""

import ast
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from casework.concealment.actions import GroundDraft, conceal
from casework.consent.actions import make_team_letter
from casework.disclosure.actions import make_letter
from casework.households.actions import add_person, set_item
from casework.households.letters import LETTER_MEANS
from casework.households.models import Permitted, Person, PersonContact, Post
from casework.households.safety import Means, allowed, rules_for, rules_of
from casework.intake.actions import open_case, reply_to_citizen
from casework.intake.selectors import contacts_for
from casework.seen import fingerprint
from casework.sharing.actions import Label
from forms_app.delivery.actions import deliver_row
from forms_app.status.models import Message
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.test_intake import send_form

CASEWORK = Path(__file__).parents[2] / "casework"


def say(world, person, **values):
    with acting_for(world.coordinator):
        row = PersonContact.objects.filter(person=person).first()
        seen = fingerprint(row, list(values))
        set_item(person, item="contact", values=values, seen=seen, by=world.coordinator)


def means_of(viewer, person):
    with acting_for(viewer):
        return {str(rule.means) for rule in rules_for(viewer, person) if rule.is_allowed}


contacts = st.builds(
    PersonContact,
    phone=st.sampled_from(["", "000-0000-0001"]),
    voicemail_ok=st.booleans(),
    sms=st.sampled_from(Permitted.values),
    email=st.sampled_from(["", "a@mihon.invalid"]),
    email_use=st.sampled_from(Permitted.values),
    post=st.sampled_from(Post.values),
)


@given(contact=st.none() | contacts, is_concealed=st.booleans())
def test_nothing_is_allowed_that_was_not_said(contact, is_concealed):
    rules = rules_of(contact, is_concealed=is_concealed)

    said = contact or PersonContact()
    open_means = set() if is_concealed else {
        name for name, is_said in {
            Means.VOICEMAIL: said.voicemail_ok, Means.SMS: said.sms == "yes", Means.POST: said.post in {"yes", "plain"},
        }.items() if is_said
    }  # fmt: skip
    open_means |= {Means.CALL} if said.phone else set()
    open_means |= {Means.EMAIL} if said.email and said.email_use == "yes" else set()
    assert [rule.means for rule in rules] == list(Means)
    assert {rule.means for rule in rules if rule.is_allowed} == open_means | {Means.HANDED}
    assert all(rule.how for rule in rules)
    assert allowed(rules, Means.HANDED, Means.VOICEMAIL)[-1].means == Means.HANDED


def test_how_to_call_names_hours_and_cover_name():
    def call(**values):
        return rules_of(PersonContact(**values), is_concealed=False)[0].how

    assert [
        call(),
        call(phone="000"),
        call(phone="000", safe_hours="10時から"),
        call(phone="000", safe_hours="10時から", cover_name="図書の係"),
    ] == [
        "番号を聞いていません",
        "かけてよい時間を聞いていません",
        "10時から",
        "10時から。名のり方は「図書の係」",
    ]


@pytest.mark.django_db
def test_concealing_closes_voicemail_messages_and_post_at_once_for_whoever_sees_the_contact(world):
    home, other = world.tomono, world.hazuki
    for person in (home.mother, other.mother):
        say(world, person, phone="000-0000-0001", voicemail_ok=True, sms="yes", post="yes")
    for each in (home, other):
        world.share(each, world.anshin, Label(each.mother.pk, "basic"), Label(each.mother.pk, "contact"))
        world.share(each, world.kenko, Label(each.mother.pk, "basic"))
    everything = {"call", "voicemail", "sms", "post", "handed"}
    assert means_of(world.anshin_worker, home.mother) == everything

    with acting_for(world.reception):
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), by=world.reception)

    assert means_of(world.anshin_worker, home.mother) == {"call", "handed"}
    assert means_of(world.coordinator, home.mother) == {"call", "handed"}
    assert means_of(world.anshin_worker, other.mother) == everything
    # Who does not see how to reach them is told nothing of it.
    assert means_of(world.kenko_worker, other.mother) == {"handed"}


LETTERS = {
    "team": lambda world, home, means: make_team_letter(home.mother, [], means=means, by=world.coordinator),
    "openings": lambda world, home, means: make_letter(
        home.case, home.mother, [], means=means, by=world.coordinator,
        since=timezone.now(), until=timezone.now(),
    ),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS)
def test_no_letter_is_posted_that_may_not_be(world, letter, monkeypatch):
    monkeypatch.setattr("casework.households.letters.pdf_of", lambda *args, **kwargs: b"%PDF-")
    home = world.tomono

    def make(means):
        with acting_for(world.coordinator):
            return letter(world, home, means)

    for refused in ("post", "email", "sms"):
        with pytest.raises(NotAllowed, match="使えません"):
            make(refused)
    assert make("handed") == b"%PDF-"
    say(world, home.mother, post="plain")
    assert make("post") == b"%PDF-"
    with acting_for(world.coordinator):
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), by=world.coordinator)
    with pytest.raises(NotAllowed, match="秘匿中の世帯には使いません"):
        make("post")

    with acting_for(world.auditor):
        made = AuditEntry.objects.filter(verb="letter_made").order_by("pk")
        assert [row.detail["means"] for row in made] == ["handed", "post"]


def test_there_is_one_way_to_make_a_letter():
    """Every template of a letter (its style says so) is printed by make_letter_to, which asks first."""
    writers = {
        (path.relative_to(CASEWORK).as_posix(), node.value)
        for path in CASEWORK.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value == "casework/letter.css"
    }

    assert writers == {("households/letters.py", "casework/letter.css")}
    assert set(LETTER_MEANS) == {Means.HANDED, Means.POST}


@pytest.mark.django_db
def test_letter_screen_offers_only_what_is_allowed_and_says_why(world, client):
    sign_in(client, world.coordinator)
    person = world.hazuki.mother
    page = reverse("casework:team_letter", args=[world.hazuki.case.pk, person.pk])

    def offered():
        form = client.get(page).context["form"]
        return [value for value, _label in form.fields["means"].choices], str(form.fields["means"].help_text)

    assert offered() == (["handed"], "使えないもの　郵便：聞いていないので、送りません")
    refused = client.post(page, {"means": "post"})
    assert refused.context["form"].errors == {
        "means": ["この人には、その渡し方は使えません。選び直してください。"]
    }
    say(world, person, post="plain")
    assert offered() == (["handed", "post"], "")


@pytest.mark.django_db
def test_case_page_says_what_must_not_be_done(world, client):
    say(world, world.hazuki.mother, phone="000-0000-0001", safe_hours="10時から", cover_name="図書の係")
    sign_in(client, world.coordinator)

    page = client.get(reverse("casework:case", args=[world.hazuki.case.pk])).content.decode()

    assert "電話をかける：10時から。名のり方は「図書の係」" in page
    for means in ("留守番電話", "ショートメール", "メール", "郵便"):
        assert f"<strong>✕ {means}</strong>" in page


# --- the status page (R-DV-9) ----------------------------------------------------------------------------


@pytest.fixture
def answered(world):
    """A contact by form that became a case: 見本 花子 at an address."""
    deliver_row(send_form(world))
    with acting_for(world.reception):
        contact = contacts_for(world.reception).get()
    with acting_for(world.coordinator):
        person = {"name": "見本 花子", "kana": "みほん はなこ", "relation": "self"}
        case = open_case(
            contact, household_name="見本さん", household_kind="single", person=person, by=world.coordinator
        )
        contact.refresh_from_db()
        woman = Person.objects.get(case=case)
    say(world, woman, address="見本市東町１丁目２番３号")
    return contact


NAMING = {
    "full name": "見本花子さんのことで、お電話します。",
    "name in other letters": "見本　花子のことで",
    "family name": "見本さんにお会いします",
    "given name": "花子ちゃんへ",
    "agency": "機関ａｎｓｈｉｎにつなぎます",
    "address": "見本市東町1丁目2番3号にうかがいます",
}


@pytest.mark.django_db
@pytest.mark.parametrize("text", NAMING.values(), ids=NAMING)
def test_status_page_names_no_person_place_or_agency_of_the_case(world, client, answered, text):
    sign_in(client, world.coordinator)
    page = reverse("casework:contact_reply", args=[answered.pk])

    refused = client.post(page, {"body": text, "is_safe": "on"})

    assert refused.status_code == 422
    assert "番号を知っている人ならだれでも開けます" in refused.content.decode()
    assert refused.context["reply_form"]["body"].value() == text
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_status_page_may_say_when_and_what(world, answered):
    with acting_for(world.coordinator):
        for text in ("火曜の午前にお電話します。", "見本市の窓口へ", f"{world.hazuki.mother.name}のことで"):
            reply_to_citizen(answered, body=text, by=world.coordinator)
        assert Message.objects.count() == 3


@pytest.mark.django_db
def test_status_page_never_says_a_place_of_the_vault(world, client, answered):
    with acting_for(world.coordinator):
        woman = Person.objects.get(case=answered.case)
        conceal(answered.case, woman, GroundDraft("provisional", "本人の電話"), by=world.coordinator)
    sign_in(client, world.coordinator)

    refused = client.post(
        reverse("casework:contact_reply", args=[answered.pk]),
        {"body": "東町へ、見本市東町1丁目2番3号", "is_safe": "on"},
    )

    assert refused.status_code == 422
    assert refused.context["reply_form"].errors["__all__"][0].endswith("：秘匿している場所")
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_a_name_of_one_or_two_letters_counts_only_as_a_name(world, answered):
    with acting_for(world.coordinator):
        for name in ("林", "母"):
            add_person(answered.case, values={"name": name}, by=world.coordinator)
        reply_to_citizen(answered, body="小林町の森林公園で、母子の集まりがあります。", by=world.coordinator)
        for text in ("林さんに会います", "母様へ"):
            with pytest.raises(NotAllowed, match="番号を知っている人"):
                reply_to_citizen(answered, body=text, by=world.coordinator)


@pytest.mark.django_db
def test_whoever_hides_is_named_to_nobody_who_asks(world, answered):
    """The contact of somebody who asks for them has no case, or another one."""
    with acting_for(world.coordinator):
        for name in ("灯野 澪", "母"):
            add_person(world.tomono.case, values={"name": name}, by=world.coordinator)
        reply_to_citizen(answered, body="灯野さんに伝えます。", by=world.coordinator)
        conceal(
            world.tomono.case,
            world.tomono.mother,
            GroundDraft("provisional", "本人の電話"),
            by=world.coordinator,
        )
        for text in (
            "灯野さんのことは、お答えできません。",
            "澪さんは元気です。",
            "とものさん、灯野澪の件です。",
        ):
            with pytest.raises(NotAllowed, match="番号を知っている人"):
                reply_to_citizen(answered, body=text, by=world.coordinator)
        reply_to_citizen(
            answered, body="お母さんにも、だれのことも、お答えできません。", by=world.coordinator
        )
