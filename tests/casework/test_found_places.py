"""A place that was written down before it went to the vault: cleared where texts change, hidden where they are frozen."""

import json

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CharField, JSONField, TextField
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from casework.concealment import found, places
from casework.concealment.actions import GroundDraft, ask_to_lift, conceal, lift_concealment
from casework.concealment.guard import PlaceWritten
from casework.concealment.selectors import found_for
from casework.households.actions import change_household, set_item
from casework.households.models import Household, PersonContact, PersonHealth
from casework.intake.actions import write_without_consent
from casework.intake.models import Contact, WithoutConsent
from casework.intake.selectors import without_consent_for
from casework.meetings.minutes import Outcome, fix_item
from casework.meetings.models import Minutes
from casework.notes.actions import NoteDraft, ParagraphDraft, write_note
from casework.notes.models import Note, NoteParagraph
from casework.notes.selectors import standing_notes_for
from casework.notices.models import EmergencyCall, NoticeReply, StatutoryNotice
from casework.plans.actions import DirectionDraft
from casework.seen import fingerprint
from casework.sharing.actions import Label
from casework.sharing.models import Labelled
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import call, let_swear, open_to_all, ordinance, put, write

HOME = "見本市東町１丁目２番３号 灯荘201"
SPOKEN = "東町1-2-3"
WORD = GroundDraft("provisional", "本人の電話")


@pytest.fixture
def home(world):
    """The Tomono household, with its address in five other texts; anshin sees basics, history and health of the mother."""
    home, by = world.tomono, world.coordinator
    for item in ("basic", "history", "health"):
        world.share(home, world.anshin, Label(home.mother.pk, item))
    with acting_for(by):
        for item, values in (
            ("contact", {"address": HOME, "caution": f"{SPOKEN}には行かない"}),
            ("health", {"condition": f"{SPOKEN}の家で倒れた"}),
        ):
            model = {"contact": PersonContact, "health": PersonHealth}[item]
            row = model.objects.get(person=home.mother)
            seen = fingerprint(row, list(values))
            set_item(home.mother, item=item, values=values, seen=seen, by=by)
        household = Household.objects.get(case=home.case)
        change_household(
            household, values={"summary": f"東町一丁目2番地の3に住む。{SPOKEN}。"},
            seen=fingerprint(household, ["summary"]), by=by,
        )  # fmt: skip
        texts = (f"訪ねた先は{SPOKEN}", "お茶をのんだ")
        paragraphs = tuple(ParagraphDraft("fact", "self", text) for text in texts)
        for title in ("訪問", f"{SPOKEN}へ行った"):
            draft = NoteDraft(Label(home.mother.pk, "history"), timezone.now(), "visit", title, paragraphs)
            write_note(home.case, draft, by=by)
        Contact(
            number="C-見本", received_at=timezone.now(), channel="web", one_line=f"{SPOKEN}から",
            state="case", case=home.case, answers=[{"key": "q", "label": "住所", "display": f"家は {HOME} です"}],
        ).save(force_insert=True)  # fmt: skip
    return home


def hide(world, home):
    with acting_for(world.reception):
        return conceal(home.case, home.mother, WORD, by=world.reception)


def texts_of(viewer):
    """Return every text of casework that this viewer's SQL gets, as one."""
    tables = ("household", "personcontact", "personhealth", "note", "noteparagraph", "contact", "person")
    with acting_for(viewer), connection.cursor() as cursor:
        said = []
        for table in tables:
            cursor.execute(f"SELECT to_jsonb(t) FROM casework_{table} t")
            said += [json.dumps(row, ensure_ascii=False) for row in cursor.fetchall()]
    return "\n".join(said)


def notes_of(viewer, case):
    with acting_for(viewer):
        return {
            note.title: [paragraph.text for paragraph in note.paragraphs.all()]
            for note in standing_notes_for(viewer, case, limit=9)
        }


@pytest.mark.django_db
def test_no_text_of_a_concealed_household_tells_its_address_to_anybody(world, home):
    assert SPOKEN in texts_of(world.anshin_worker)
    assert SPOKEN in texts_of(world.chief)

    hide(world, home)

    for viewer in (world.chief, world.coordinator, world.reception, world.anshin_worker, world.kenko_worker):
        said = texts_of(viewer)
        assert [
            word for word in (SPOKEN, "東町", "１丁目", "1丁目", "一丁目", "灯荘") if word in said
        ] == [], viewer
    with acting_for(world.chief):
        assert PersonHealth.objects.get(person=home.mother).condition == "＊の家で倒れた"
        assert Household.objects.get(case=home.case).summary == "＊に住む。＊。"
        assert Contact.objects.get().answers[0]["display"] == "家は ＊ です"


@pytest.mark.django_db
def test_paragraph_and_note_are_hidden_by_door_and_wall_and_the_rest_stays(world, home):
    hide(world, home)

    for viewer in (world.coordinator, world.anshin_worker):
        assert notes_of(viewer, home.case) == {"訪問": ["お茶をのんだ"]}
        with acting_for(viewer):
            assert not Note.objects.filter(title__contains="東町").exists()
            assert not NoteParagraph.objects.filter(text__contains="東町").exists()
    with acting_for(world.coordinator):
        # Two paragraphs and a title; the paragraphs of that note's own tell nothing beside.
        assert found_for(world.coordinator, home.case) == (3, 0)
    with acting_for(world.anshin_worker):
        assert found_for(world.anshin_worker, home.case) == (0, 0)


@pytest.mark.django_db
def test_minutes_whose_decision_tells_the_place_are_hidden_as_a_whole(world, home):
    let_swear(world.anshin_worker)
    rule, items = ordinance(world), []
    for text in (f"{SPOKEN}を見守る", "電話で話す"):
        meeting = call(world, rule, held_at=timezone.now())
        items.append(put(world, meeting, home, world.anshin_worker))
        open_to_all(world, items[-1])
        write(world, items[-1])
        decided = Outcome([DirectionDraft(Label(home.mother.pk, "plan"), text)])
        with acting_for(world.chief):
            fix_item(items[-1], decided, seen=1, present=[], by=world.chief)

    hide(world, home)

    for viewer in (world.chief, world.anshin_worker):
        with acting_for(viewer):
            assert set(Minutes.objects.values_list("agenda", flat=True)) <= {items[1].pk}
    with acting_for(world.chief):
        assert Minutes.objects.count() == 1


@pytest.mark.django_db
def test_center_is_told_how_many_are_hidden_and_no_agency_is(world, home, client):
    hide(world, home)
    page = reverse("casework:concealment", args=[home.case.pk])

    sign_in(client, world.coordinator)
    told = client.get(page).content.decode()
    sign_in(client, world.anshin_worker)

    assert "場所が書かれた記録3件" in told
    assert client.get(page).status_code == 403
    assert "場所が書かれた" not in client.get(reverse("casework:case", args=[home.case.pk])).content.decode()


@pytest.mark.django_db
def test_hidden_records_are_seen_again_when_two_have_lifted_it(world, home):
    before = notes_of(world.anshin_worker, home.case)
    concealment = hide(world, home)
    with acting_for(world.coordinator):
        request = ask_to_lift(concealment, reason="終わった", by=world.coordinator)
    assert notes_of(world.anshin_worker, home.case) != before
    with acting_for(world.chief):
        lift_concealment(request, by=world.chief)

    assert notes_of(world.anshin_worker, home.case) == before
    with acting_for(world.chief):
        assert PersonContact.objects.get(person=home.mother).address == HOME
        assert found_for(world.chief, home.case) == (3, 0)


@pytest.mark.django_db
def test_a_place_that_is_put_away_later_is_looked_for_as_well(world, home):
    hide(world, home)
    school = "見本市立はるかぜ小学校"
    with acting_for(world.coordinator):
        draft = NoteDraft(
            Label(home.mother.pk, "history"), timezone.now(), "visit", "学校のこと",
            (ParagraphDraft("fact", "self", f"{school}で会った"),),
        )  # fmt: skip
        write_note(home.case, draft, by=world.coordinator)
        row = PersonHealth.objects.get(person=home.mother)
        values = {"doctor": school}
        set_item(
            home.mother, item="health", values=values, seen=fingerprint(row, ["doctor"]), by=world.coordinator
        )

    assert notes_of(world.anshin_worker, home.case)["学校のこと"] == []
    assert school not in texts_of(world.chief)


@pytest.mark.django_db
def test_households_that_hide_nothing_lose_nothing(world, home):
    other = world.hazuki
    with acting_for(world.coordinator):
        draft = NoteDraft(
            Label(other.mother.pk, "history"),
            timezone.now(),
            "visit",
            "近所",
            (ParagraphDraft("fact", "self", SPOKEN),),
        )
        write_note(other.case, draft, by=world.coordinator)

    hide(world, home)

    assert notes_of(world.coordinator, other.case) == {"近所": [SPOKEN]}


@pytest.mark.django_db
def test_what_an_agency_told_without_consent_is_hidden_with_its_place(world, home):
    """It belongs to the contact, and so to the case (10.B: the school's social worker names the school)."""
    told = {
        "agency": "学校", "in_charge": "担当", "how_known": "担任の話", "why": "fear_of_harm", "tried": "電話した",
        "next_try": "来週", "basis": "law",
    }  # fmt: skip
    with acting_for(world.coordinator):
        contact = Contact.objects.get(case=home.case)
        for facts in (f"{SPOKEN}から通う", "授業中に眠っている"):
            write_without_consent(contact, values={**told, "facts": facts}, by=world.coordinator)
        assert WithoutConsent.objects.count() == 2

    hide(world, home)

    for viewer in (world.chief, world.coordinator, world.reception):
        with acting_for(viewer):
            assert [row.facts for row in WithoutConsent.objects.all()] == ["授業中に眠っている"]
            assert [row.facts for row in without_consent_for(viewer, contact)] == ["授業中に眠っている"]
    with acting_for(world.coordinator):
        assert found_for(world.coordinator, home.case) == (4, 0)
        with pytest.raises(PlaceWritten):
            write_without_consent(
                contact, values={**told, "facts": f"{SPOKEN}から通う"}, by=world.coordinator
            )


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["call", "notice", "reply"])
def test_no_place_is_written_into_what_belongs_to_the_contact(world, home, kind):
    with acting_for(world.coordinator):
        contact = Contact.objects.get(case=home.case)
        by, now = world.coordinator.membership, timezone.now()
        notice = StatutoryNotice(
            contact=contact,
            law="child",
            recipient="児童相談所",
            noticed_at=now,
            content="電話で伝えた",
            noticed_by=by,
        )
        notice.save(force_insert=True)
        row = {
            "call": lambda words: EmergencyCall(contact=contact, whom="police", called_at=now, outcome=words, called_by=by),
            "notice": lambda words: StatutoryNotice(
                contact=contact, law="child", recipient="児童相談所", noticed_at=now, content=words, noticed_by=by
            ),
            "reply": lambda words: NoticeReply(notice=notice, replied_at=now, text=words, written_by=by),
        }[kind]  # fmt: skip
    hide(world, home)

    with acting_for(world.coordinator):
        with pytest.raises(PlaceWritten):
            row(f"{SPOKEN}にいる").save(force_insert=True)
        row("いまは安全").save(force_insert=True)


# --- recognizing ---------------------------------------------------------------------------------------------

WRITTEN = [
    "東町1-2-3", "東町１－２－３", "東町１ー２ー３", "東町1丁目2番3号", "東町一丁目二番三号", "東町１丁目２番地３",
    "東町1の2の3", "東町 1丁目 2-3", "見本市東町1-2-3 灯荘201号室", "〒000-0000 見本市東町1丁目2番3号",
]  # fmt: skip
OTHERS = ["東町1-2-4", "西町1-2-3", "東町12", "東町で3時に", "1-2-3", "東町"]


@pytest.mark.parametrize("written", WRITTEN)
def test_address_is_recognized_however_it_is_written(written):
    digests = [places.digest_of(HOME), places.core_digest_of(HOME)]

    assert places.holds_place(f"先週{written}に行った", digests)
    assert "東町" not in places.without_places(f"先週{written}に行った", digests)


@pytest.mark.parametrize("written", OTHERS)
def test_other_words_are_left_alone(written):
    digests = [places.digest_of(HOME), places.core_digest_of(HOME)]
    text = f"先週{written}に行った"

    assert places.without_places(text, digests) == text


@given(before=st.text(max_size=40), after=st.text(max_size=40))
def test_clearing_leaves_nothing_to_find_and_the_rest_as_it_was(before, after):
    digests = [places.digest_of(HOME), places.core_digest_of(HOME)]
    cleared = places.without_places(f"{before}、{HOME}、{after}", digests)

    assert not places.holds_place(cleared, digests)
    assert "灯荘" not in cleared


@given(st.text(max_size=80))
def test_a_text_without_a_place_comes_back_the_same(text):
    assert places.without_places(text, [places.digest_of(HOME)]) == text


def test_core_is_the_town_and_its_numbers():
    def core(address):
        return places.core_digest_of(address)

    assert core("見本県見本市若木区かくれ町4丁目5番6号 見本荘201") == places.digest_of("かくれ町456")
    assert core("かくれ町4-5-6") == places.digest_of("かくれ町456")
    assert [core(text) for text in ("", "見本市", "4-5-6", "東町", "見本市1-2")] == [("", 0)] * 5


def test_every_table_of_a_label_says_what_becomes_of_its_texts():
    """ShareLine holds the evidence of a basis, which the center writes about papers. A relation has two labels."""
    # Bytes are closed to agencies until somebody has looked (decision 020); why a file went is the center's.
    files = {"FileContent", "FileRemoval", "FileCheck"}
    # That a role ended has no words.
    said = {*found.CLEARED, *found.HIDDEN, *found.TOLD, *files, "ShareLine", "RoleEnd"}
    ours = {model for model in apps.get_app_config("casework").get_models() if issubclass(model, Labelled)}

    assert {model.__name__ for model in ours} - said == set()
    # What belongs to a meeting has no label: whoever was named reads it.
    without_label = {
        "Relation",
        "WithoutConsent",
        "AgendaItem",
        "AgendaPaper",
        "PrepSheet",
        "Minutes",
        "MinutesAttendee",
        "Questionnaire",
        "PlanAgreement",
        "PlanConfirmation",
        "Monitoring",
        "Evaluation",
        "Suspension",
        "SuspensionEnd",
        "Reopening",
        "Handover",
    }
    assert {model.__name__ for model in ours if model.MAY_BE_HIDDEN} == set(found.HIDDEN) - without_label
    for name, fields in found.CLEARED.items():
        texts = {
            field.name
            for field in apps.get_model("casework", name)._meta.concrete_fields
            if isinstance(field, CharField | TextField | JSONField) and not field.choices
        }
        assert set(fields) <= texts, name
