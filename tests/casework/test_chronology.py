"""家族年表: who writes what under which label, a table of what reaches its reader, and corrections that leave the record."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.chronology.actions import EntryDraft, correct_entry, write_entry
from casework.chronology.models import ChronologyEntry
from casework.chronology.selectors import chronology_for
from casework.concealment.actions import GroundDraft, conceal
from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.households.actions import set_item
from casework.households.models import PersonContact
from casework.models import CaseEvent
from casework.seen import ChangedMeanwhile, fingerprint
from casework.sharing.actions import Label
from forms_app.fields.era import PartialDate
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.test_races import at_once, refused, won
from tests.worlds import World

pytestmark = pytest.mark.slow


@pytest.fixture
def shared(world):
    """One agency is shown what the mother went through and her health, another her money, unnamed."""
    mother = world.hazuki.mother.pk
    world.share(world.hazuki, world.anshin, *(Label(mother, item) for item in ("basic", "history", "health")))
    world.share(world.hazuki, world.kenko, Label(mother, "money"))
    return world


def write(
    world, by, text, when=(2001, 4), *, item="history", about="mother", source=None, key=None, home=None
):
    home = home or world.hazuki
    person = getattr(home, about).pk if about else None
    draft = EntryDraft(PartialDate(*when), text)
    with acting_for(by):
        return write_entry(home.case, Label(person, item), draft, source=source or by.agency, by=by, key=key)


def correct(entry, by, text="直した", when=(2002,), **told):
    with acting_for(by):
        return correct_entry(entry, EntryDraft(PartialDate(*when), text, **told), by=by)


def table(viewer, home):
    """Return the table as a viewer sees it: columns, then of each row the moment and the texts of each cell."""
    with acting_for(viewer):
        found = chronology_for(viewer, home.case)
    rows = [(row.when, [[entry.text for entry in cell] for cell in row.cells]) for row in found.rows]
    return found.columns, rows


def client_of(viewer):
    client = Client()
    sign_in(client, viewer)
    return client


# --- who reads and writes what ------------------------------------------------------------------------------


def test_table_has_no_column_and_no_row_in_which_nothing_reaches_the_reader(shared):
    by = shared.coordinator
    write(shared, by, "結婚", (1975,))
    write(shared, by, "入院", (2001, 4), item="health")
    write(shared, by, "離職", (2001, 4), about="son")
    write(shared, by, "借金", (2001,), item="money")
    write(shared, by, "制度の変わり目", (2000, 4), about="")

    whole = (
        ["葉月原母", "葉月原息子", "世帯全体・社会・機関"],
        [
            ("昭和50年（1975年）", [["結婚"], [], []]),
            ("平成12年4月（2000年）", [[], [], ["制度の変わり目"]]),
            ("平成13年（2001年）", [["借金"], [], []]),
            ("平成13年4月（2001年）", [["入院"], ["離職"], []]),
        ],
    )
    assert table(shared.chief, shared.hazuki) == whole
    assert table(shared.anshin_worker, shared.hazuki) == (
        ["葉月原母"], [("昭和50年（1975年）", [["結婚"]]), ("平成13年4月（2001年）", [["入院"]])],
    )  # fmt: skip
    assert table(shared.kenko_worker, shared.hazuki) == (
        ["（氏名は共有されていません）"], [("平成13年（2001年）", [["借金"]])],
    )  # fmt: skip
    assert table(shared.jiritsu_worker, shared.hazuki) == ([], [])
    assert table(shared.chief, shared.tomono) == ([], [])


def test_agency_writes_what_it_knows_where_something_is_shared_with_it(shared):
    write(shared, shared.anshin_worker, "教室に通う")
    refused_writes = (
        (shared.anshin_worker, {"item": "money"}),
        (shared.anshin_worker, {"about": "son"}),
        (shared.anshin_worker, {"source": shared.kenko}),
        (shared.anshin_worker, {"home": shared.tomono}),
        (shared.jiritsu_worker, {}),
        (shared.editor, {}),
        (shared.anshin_admin, {}),
        (shared.chief, {"item": "basic"}),
    )
    for viewer, more in refused_writes:
        with pytest.raises((NotAllowed, ProgrammingError)), transaction.atomic():
            write(shared, viewer, "だめ", **more)
    write(shared, shared.chief, "聞いた話", source=shared.kenko)
    assert {text for _when, cells in table(shared.chief, shared.hazuki)[1] for text in cells[0]} == {
        "教室に通う",
        "聞いた話",
    }
    with acting_for(shared.chief):
        sources = ChronologyEntry.objects.order_by("text").values_list("source__code", flat=True)
        assert sorted(sources) == ["anshin", "kenko"]
        event = CaseEvent.objects.filter(verb="chronology_written").first()
    assert (event.person_id, event.item, event.after["year"]) == (shared.hazuki.mother.pk, "history", 2001)


def test_database_lets_nobody_write_for_another(shared):
    home = shared.hazuki
    row = {"case": home.case, "person": home.mother, "item": "history", "year": 2001, "text": "x"}
    mine = {"source": shared.anshin, "written_by": shared.anshin_worker.membership}
    with acting_for(shared.anshin_worker):
        for change in (
            {"source": shared.kenko}, {"written_by": shared.kenko_worker.membership}, {"person": home.son}, {"item": "money"},
        ):  # fmt: skip
            with pytest.raises(ProgrammingError), transaction.atomic():
                ChronologyEntry(**{**row, **mine, **change}).save(force_insert=True)


@pytest.mark.parametrize(
    "change", [{"year": 1700}, {"month": 13}, {"text": ""}, {"item": "basic"}, {"is_void": True}], ids=str
)
def test_database_holds_the_bounds(shared, change):
    row = {
        "case": shared.hazuki.case, "item": "history", "year": 2001, "text": "x", "source": shared.center,
        "written_by": shared.chief.membership,
    }  # fmt: skip
    with acting_for(shared.chief), pytest.raises(IntegrityError), transaction.atomic():
        ChronologyEntry(**{**row, **change}).save(force_insert=True)


def test_day_ahead_and_empty_words_are_refused(shared):
    ahead = timezone.localdate() + dt.timedelta(days=32)
    for when, text in (((ahead.year, ahead.month), "先のこと"), ((1700,), "昔"), ((2001,), " ")):
        with pytest.raises(NotAllowed):
            write(shared, shared.chief, text, when)


def test_same_key_is_one_entry(shared):
    key = uuid.uuid4()
    assert write(shared, shared.chief, "一度", key=key) == write(shared, shared.chief, "一度", key=key)
    assert table(shared.chief, shared.hazuki)[1] == [("平成13年4月（2001年）", [["一度"]])]


# --- corrections --------------------------------------------------------------------------------------------


def test_correction_takes_the_place_and_the_earlier_row_stays(shared):
    entry = write(shared, shared.anshin_worker, "前")
    correct(entry, shared.anshin_worker)
    assert table(shared.anshin_worker, shared.hazuki)[1] == [("平成14年（2002年）", [["直した"]])]
    with acting_for(shared.chief):
        assert ChronologyEntry.objects.filter(pk=entry.pk, text="前").exists()
    with pytest.raises(ChangedMeanwhile):
        correct(entry, shared.chief)


def test_entry_that_was_none_is_taken_back(shared):
    entry = write(shared, shared.chief, "まちがい")
    correct(entry, shared.chief, "別の人のこと", is_void=True)
    assert table(shared.chief, shared.hazuki) == ([], [])
    with acting_for(shared.chief):
        assert ChronologyEntry.objects.count() == 2


def test_agency_corrects_its_own_alone_and_the_center_all(shared):
    of_center, own = write(shared, shared.chief, "センター"), write(shared, shared.anshin_worker, "包括")
    with pytest.raises(NotAllowed, match="あなたの機関が書いた"):
        correct(of_center, shared.anshin_worker)
    correct(own, shared.chief, "聞き直した")
    with acting_for(shared.chief):
        assert ChronologyEntry.objects.get(corrects=own).source == shared.anshin


@pytest.mark.parametrize("change", [{"item": "health"}, {"person": None}, {"source": "center"}], ids=str)
def test_database_lets_a_correction_keep_label_and_source(shared, change):
    entry = write(shared, shared.anshin_worker, "前")
    row = {
        "case": shared.hazuki.case, "person": shared.hazuki.mother, "item": "history", "year": 2001, "text": "x",
        "source": shared.anshin, "written_by": shared.chief.membership, "corrects": entry,
    }  # fmt: skip
    change = {name: getattr(shared, value) if name == "source" else value for name, value in change.items()}
    with acting_for(shared.chief), pytest.raises(IntegrityError), transaction.atomic():
        ChronologyEntry(**{**row, **change}).save(force_insert=True)


def test_entries_are_frozen(shared):
    entry = write(shared, shared.chief, "前")
    entry.text = "あとから"
    with acting_for(shared.chief), pytest.raises(DatabaseError), transaction.atomic():
        entry.save()


@pytest.mark.django_db(transaction=True)
def test_two_people_correct_one_entry_and_one_is_told(transactional_db):
    world = World()
    for _round in range(4):
        entry = write(world, world.chief, "前")

        def fixing(by, entry=entry):
            return by, lambda: correct_entry(entry, EntryDraft(PartialDate(2002), "直した"), by=by)

        outcomes = at_once(fixing(world.coordinator), fixing(world.chief))

        assert (len(won(outcomes)), refused(outcomes)) == (1, [ChangedMeanwhile])


# --- hiding and taking back ---------------------------------------------------------------------------------


def test_withdrawal_hides_the_entries_at_once(shared):
    write(shared, shared.anshin_worker, "入院", item="health")
    write(shared, shared.chief, "結婚")
    with acting_for(shared.chief):
        consent = Consent.objects.get(person=shared.hazuki.mother)
        words = {"said_on": timezone.localdate(), "how": "電話", "by": shared.chief}
        withdraw_consent(consent, agency=shared.anshin, item="health", **words)
    assert table(shared.anshin_worker, shared.hazuki)[1] == [("平成13年4月（2001年）", [["結婚"]])]


def test_place_in_hiding_is_not_written_and_hides_what_told_it_before(shared, run_tasks):
    home, by = shared.hazuki, shared.chief
    address = "見本市東雲区潮見町9丁目8番7号"
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        values = {"address": address}
        set_item(home.mother, item="contact", values=values, seen=fingerprint(row, ["address"]), by=by)
    write(shared, by, f"{address}へ引っこす")
    write(shared, by, "結婚")
    with acting_for(by):
        conceal(home.case, home.mother, GroundDraft("provisional", "見本"), by=by)
    run_tasks()
    with pytest.raises(NotAllowed, match="秘匿している"):
        write(shared, by, address)
    write(shared, shared.anshin_worker, f"{address}で会った")
    run_tasks()
    for viewer in (shared.chief, shared.anshin_worker):
        assert table(viewer, home)[1] == [("平成13年4月（2001年）", [["結婚"]])]


# --- pages --------------------------------------------------------------------------------------------------


def test_page_writes_and_corrects_in_the_words_of_the_era(shared):
    home, page = shared.hazuki, client_of(shared.anshin_worker)
    url = reverse("casework:chronology_add", args=[home.case.pk])
    form = page.get(url).context["form"]
    label = f"{home.mother.pk}:history"
    sent = {"label": label, "source": str(shared.anshin.pk), "text": "教室に通いはじめた"}
    unread = page.post(url, {**sent, "when": "いつか"}).content.decode()
    ahead = page.post(url, {**sent, "when": f"{timezone.localdate().year + 1}年"}).content.decode()
    other = page.post(url, {**sent, "when": "平成13年", "source": str(shared.kenko.pk)})
    done = page.post(url, {**sent, "when": "平成13年4月"})
    shown = page.get(done["Location"]).content.decode()
    with acting_for(shared.chief):
        entry = ChronologyEntry.objects.get()
    correction = reverse("casework:chronology_correct", args=[home.case.pk, entry.pk])
    asked = page.get(correction).context["form"]["when"].value()
    corrected = page.post(correction, {"when": "H14", "text": "教室に通った"})

    assert [value for value, _words in form.fields["label"].choices] == [label, f"{home.mother.pk}:health"]
    assert [agency.code for agency in form.fields["source"].queryset] == ["anshin"]
    assert "のように書いてください" in unread
    assert "教室に通いはじめた" in unread
    assert "今日までの年月" in ahead
    assert other.status_code == 200
    assert "教室に通いはじめた" in shown
    assert "平成13年4月（2001年）" in shown
    assert asked == "平成13年4月"
    assert corrected.status_code == 302
    assert table(shared.chief, home)[1] == [("平成14年（2002年）", [["教室に通った"]])]


def test_page_gives_nobody_what_is_not_theirs(shared):
    home = shared.hazuki
    of_center = write(shared, shared.chief, "センターの記録")
    hidden = write(shared, shared.chief, "息子の記録", about="son")
    statuses = [
        client_of(viewer).get(reverse("casework:chronology_correct", args=[home.case.pk, entry.pk])).status_code
        for viewer, entry in (
            (shared.anshin_worker, of_center), (shared.anshin_worker, hidden), (shared.kenko_worker, of_center),
            (shared.chief, hidden),
        )
    ]  # fmt: skip
    page = client_of(shared.anshin_worker).get(reverse("casework:chronology", args=[home.case.pk]))

    assert statuses == [403, 404, 404, 200]
    assert "センターの記録" in page.content.decode()
    assert "/correct/" not in page.content.decode()
    with acting_for(shared.auditor):
        read = AuditEntry.objects.filter(verb="read", user_id=shared.anshin_worker.user.pk, item="history")
        assert {entry.person_id for entry in read} == {home.mother.pk}


def test_page_tells_whoever_corrects_too_late_and_keeps_what_was_typed(shared):
    entry = write(shared, shared.chief, "前")
    page = client_of(shared.coordinator)
    url = reverse("casework:chronology_correct", args=[shared.hazuki.case.pk, entry.pk])
    page.get(url)
    quicker = correct(entry, shared.chief)
    body = page.post(url, {"when": "2003年", "text": "わたしの文"}).content.decode()

    assert "ほかの人がこのできごとを直しました" in body
    assert "わたしの文</textarea>" in body
    assert "直した" in body
    assert reverse("casework:chronology_correct", args=[shared.hazuki.case.pk, quicker.pk]) in body
