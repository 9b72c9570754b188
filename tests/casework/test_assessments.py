"""アセスメント: each agency writes its own part, everybody reads what the label of a section lets them, nothing is overwritten."""

import uuid

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.assessments.actions import NotShared, PartDraft, write_part
from casework.assessments.labels import item_of
from casework.assessments.models import NOT_ASKED, AssessmentPart, Section, facts_of
from casework.assessments.selectors import current_parts_for, writable_for
from casework.concealment.actions import GroundDraft, conceal
from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.households.actions import set_item
from casework.households.models import PersonContact
from casework.models import CaseEvent, FoundPlace
from casework.seen import ChangedMeanwhile, fingerprint
from casework.sharing.actions import Label
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in

pytestmark = pytest.mark.slow

SECTIONS = [section.value for section in Section]


@pytest.fixture
def shared(world):
    """One agency is shown how people see the mother and her health, another her money alone."""
    mother = world.hazuki.mother.pk
    world.share(
        world.hazuki, world.anshin, *(Label(mother, item) for item in ("basic", "assessment", "health"))
    )
    world.share(world.hazuki, world.kenko, Label(mother, "money"))
    return world


def write(world, by, section="home", text="見本", *, about=None, seen=None, key=None, home=None, **facts):
    home = home or world.hazuki
    draft = PartDraft((about or home.mother).pk, section, "staff", text, facts)
    with acting_for(by):
        return write_part(home.case, draft, seen=seen, by=by, key=key)


def seen_by(viewer, home):
    """Return what stands there now for a viewer: (section, whose, words)."""
    with acting_for(viewer):
        return {(part.section, part.agency.code, part.text) for part in current_parts_for(viewer, home.case)}


# --- who writes what ----------------------------------------------------------------------------------------


def test_agency_reads_by_the_label_of_the_section_whoever_wrote_it(shared):
    by = shared.coordinator
    for section in SECTIONS:
        write(shared, by, section, f"センター{section}")
    write(shared, shared.anshin_worker, "health", "包括から見た健康")
    write(shared, shared.kenko_worker, "money", "健康課から見たお金")

    of_center = {(section, "itaku", f"センター{section}") for section in SECTIONS}
    health, money = ("health", "anshin", "包括から見た健康"), ("money", "kenko", "健康課から見たお金")
    assert seen_by(shared.chief, shared.hazuki) == {*of_center, health, money}
    assert seen_by(shared.anshin_worker, shared.hazuki) == {
        health, *(row for row in of_center if row[0] not in ("money", "history")),
    }  # fmt: skip
    assert seen_by(shared.kenko_worker, shared.hazuki) == {money, ("money", "itaku", "センターmoney")}
    assert seen_by(shared.jiritsu_worker, shared.hazuki) == set()
    assert seen_by(shared.chief, shared.tomono) == set()


def test_every_section_stands_under_one_item(shared):
    assert {section: item_of(section).value for section in SECTIONS} == {
        **dict.fromkeys(SECTIONS, "assessment"), "health": "health", "money": "money", "history": "history",
    }  # fmt: skip


def test_agency_writes_only_where_something_is_shared_with_it(shared):
    with acting_for(shared.anshin_worker):
        offered = {
            (each.person_id, section)
            for each in writable_for(shared.anshin_worker, shared.hazuki.case)
            for section in each.sections
        }
    assert offered == {
        (shared.hazuki.mother.pk, section) for section in SECTIONS if section not in ("money", "history")
    }
    for viewer, section, about in (
        (shared.anshin_worker, "money", shared.hazuki.mother),
        (shared.anshin_worker, "home", shared.hazuki.son),
        (shared.kenko_worker, "home", shared.hazuki.mother),
        (shared.jiritsu_worker, "home", shared.hazuki.mother),
    ):
        with pytest.raises(NotShared):
            write(shared, viewer, section, about=about)
    for viewer in (shared.editor, shared.auditor, shared.anshin_admin):
        with pytest.raises(NotAllowed):
            write(shared, viewer)


def test_database_lets_nobody_write_for_another(shared):
    home = shared.hazuki
    facts = dict.fromkeys(facts_of("health"), NOT_ASKED)
    health = {
        "case": home.case, "person": home.mother, "item": "health", "section": "health", "text": "x", "said_by": "staff",
        "sequence": 1, **facts,
    }  # fmt: skip
    mine = {"agency": shared.anshin, "written_by": shared.anshin_worker.membership}
    refused = (
        {"agency": shared.kenko},
        {"written_by": shared.kenko_worker.membership},
        {"person": home.son},
        {
            "section": "money",
            "item": "money",
            "treatment": "",
            "cover": "",
            "welfare": NOT_ASKED,
            "purse": NOT_ASKED,
        },
        {"case": shared.tomono.case, "person": shared.tomono.mother},
    )
    with acting_for(shared.anshin_worker):
        for change in refused:
            with pytest.raises(ProgrammingError), transaction.atomic():
                AssessmentPart(**{**health, **mine, **change}).save(force_insert=True)
        AssessmentPart(**health, **mine).save(force_insert=True)


@pytest.mark.parametrize(
    "change",
    [
        {"item": "basic"},
        {"item": "assessment"},
        {"section": "home"},
        {"section": "secret"},
        {"cover": ""},
        {"cover": "other"},
        {"housing": "rented"},
        {"said_by": "somebody"},
    ],
    ids=str,
)
def test_database_holds_label_and_choices(shared, change):
    home, by = shared.hazuki, shared.chief
    row = {
        "case": home.case, "person": home.mother, "item": "health", "section": "health", "text": "x", "said_by": "staff",
        "treatment": NOT_ASKED, "cover": NOT_ASKED, "agency": by.agency, "written_by": by.membership, "sequence": 1,
    }  # fmt: skip
    with acting_for(by), pytest.raises(IntegrityError), transaction.atomic():
        AssessmentPart(**{**row, **change}).save(force_insert=True)


def test_part_that_says_nothing_is_refused_and_unknown_says_something(shared):
    for section in ("home", "voice"):
        with pytest.raises(NotAllowed, match="1つ以上"):
            write(shared, shared.chief, section, text=" ")
    part = write(shared, shared.chief, "home", text="", housing="unknown")
    assert part.facts == [("住まいの種類", "不明（聞いたが分からない）")]


# --- one after the other ------------------------------------------------------------------------------------


def test_later_part_takes_the_place_of_the_same_agencys_and_stays_beside_the_others(shared):
    first = write(shared, shared.anshin_worker, text="前")
    write(shared, shared.coordinator, text="センター")
    second = write(shared, shared.anshin_worker, text="後", seen=first.pk)

    assert (first.sequence, second.sequence) == (1, 2)
    assert seen_by(shared.anshin_worker, shared.hazuki) == {
        ("home", "anshin", "後"),
        ("home", "itaku", "センター"),
    }
    with acting_for(shared.chief):
        assert AssessmentPart.objects.filter(pk=first.pk, text="前").exists()
        events = CaseEvent.objects.filter(verb="assessment_written").order_by("at")
        assert {event.item for event in events} == {"assessment"}
        assert len(events) == 3


def test_organisations_of_the_center_write_one_part(shared):
    first = write(shared, shared.coordinator, text="委託先")
    with pytest.raises(ChangedMeanwhile) as clash:
        write(shared, shared.chief, text="市")
    assert clash.value.current == first
    write(shared, shared.chief, text="市", seen=first.pk)
    assert seen_by(shared.reception, shared.hazuki) == {("home", "center", "市")}


def test_same_key_is_one_part(shared):
    key = uuid.uuid4()
    assert write(shared, shared.chief, key=key) == write(shared, shared.chief, key=key)
    with acting_for(shared.chief):
        assert AssessmentPart.objects.count() == 1


def test_withdrawal_hides_every_part_at_once_and_ends_the_writing(shared):
    home = shared.hazuki
    write(shared, shared.anshin_worker, "health", "わたしの記録")
    write(shared, shared.chief, "health", "センターの記録")
    write(shared, shared.chief, "home", "住まい")
    with acting_for(shared.chief):
        consent = Consent.objects.get(person=home.mother)
        withdraw_consent(
            consent,
            agency=shared.anshin,
            item="health",
            said_on=timezone.localdate(),
            how="電話",
            by=shared.chief,
        )

    assert seen_by(shared.anshin_worker, home) == {("home", "center", "住まい")}
    with pytest.raises(NotShared):
        write(shared, shared.anshin_worker, "health")
    page = client_of(shared.anshin_worker).get(reverse("casework:assessment", args=[home.case.pk]))
    assert "わたしの記録" not in page.content.decode()


def test_place_in_hiding_is_not_written_and_hides_what_told_it_before(shared):
    home, by = shared.hazuki, shared.chief
    address = "見本市東雲区潮見町9丁目8番7号"
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        set_item(
            home.mother,
            item="contact",
            values={"address": address},
            seen=fingerprint(row, ["address"]),
            by=by,
        )
    told = write(shared, shared.anshin_worker, text=f"{address}のアパート")
    write(shared, by, text="ひとり暮らし")
    with acting_for(by):
        conceal(home.case, home.mother, GroundDraft("provisional", "見本"), by=by)
        assert FoundPlace.objects.filter(table="AssessmentPart", row_id=told.pk).exists()

    assert seen_by(shared.chief, home) == {("home", "center", "ひとり暮らし")}
    assert seen_by(shared.anshin_worker, home) == {("home", "center", "ひとり暮らし")}
    with pytest.raises(NotAllowed, match="秘匿している"):
        write(shared, shared.chief, "view", text=address)
    again = write(shared, shared.anshin_worker, text="転居した")  # what is hidden is not in the way
    assert ("home", "anshin", "転居した") in seen_by(shared.anshin_worker, home)
    assert again.sequence == 1


# --- pages --------------------------------------------------------------------------------------------------


def client_of(viewer):
    client = Client()
    sign_in(client, viewer)
    return client


def address_of(home, section="home", about=None):
    url = reverse("casework:assessment_write", args=[home.case.pk])
    return f"{url}?about={(about or home.mother).pk}&section={section}"


def test_page_writes_a_part_and_keeps_what_was_typed(shared):
    home, page = shared.hazuki, client_of(shared.anshin_worker)
    url = address_of(home)
    asked = page.get(url).content.decode()
    empty = page.post(url, {"housing": NOT_ASKED, "text": "", "said_by": "self", "seen": ""})
    long = page.post(url, {"housing": "rented", "text": "長" * 2001, "said_by": "self", "seen": ""})
    done = page.post(url, {"housing": "rented", "text": "家賃は3か月おくれ", "said_by": "self", "seen": ""})
    shown = page.get(done["Location"]).content.decode()
    again = page.get(url).content.decode()

    assert "「アセスメント」を共有されている機関が読みます" in asked
    assert (empty.status_code, "1つ以上" in empty.content.decode()) == (200, True)
    assert "長" * 2001 in long.content.decode()
    assert done.status_code == 302
    assert "家賃は3か月おくれ" in shown
    assert "借家・賃貸アパート・マンション" in shown
    assert "家賃は3か月おくれ</textarea>" in again.replace("\n", "")


def test_page_tells_whoever_was_slower_and_the_second_sending_follows(shared):
    home, page = shared.hazuki, client_of(shared.coordinator)
    url = address_of(home)
    sent = {"housing": "rented", "text": "わたしの文", "said_by": "self", "seen": ""}
    write(shared, shared.chief, text="先に書かれた文")
    slower = page.post(url, sent)
    seen = slower.context["form"]["seen"].value()
    body = slower.content.decode()
    done = page.post(url, {**sent, "seen": seen})

    assert "ほかの人がこの欄を書きました" in body
    assert "先に書かれた文" in body
    assert "わたしの文</textarea>" in body
    assert done.status_code == 302
    assert seen_by(shared.chief, home) == {("home", "itaku", "わたしの文")}


def test_page_offers_nothing_that_may_not_be_written(shared):
    home = shared.hazuki
    for section, about in (("money", home.mother), ("home", home.son), ("nothing", home.mother)):
        answer = client_of(shared.anshin_worker).get(address_of(home, section, about))
        assert (answer.status_code, answer["Location"]) == (
            302,
            reverse("casework:assessment", args=[home.case.pk]),
        )
    offered = (
        client_of(shared.kenko_worker)
        .get(reverse("casework:assessment", args=[home.case.pk]))
        .content.decode()
    )
    assert "section=money" in offered
    assert "section=home" not in offered
    assert "氏名は共有されていません" in offered


def test_center_is_told_who_reads_and_reading_leaves_a_trace(shared):
    home = shared.hazuki
    write(shared, shared.chief, "health", "病気のこと")
    asked = client_of(shared.coordinator).get(address_of(home, "health")).content.decode()
    alone = client_of(shared.coordinator).get(address_of(home, "history")).content.decode()
    client_of(shared.anshin_worker).get(reverse("casework:assessment", args=[home.case.pk]))

    assert "センターのほかに、機関 anshinが読みます" in asked
    assert "いまは、センターだけが読みます" in alone
    with acting_for(shared.auditor):
        read = AuditEntry.objects.filter(verb="read", user_id=shared.anshin_worker.user.pk)
        assert {(entry.person_id, entry.item) for entry in read} == {(home.mother.pk, "health")}


def test_page_asks_as_often_for_three_parts_as_for_one(shared):
    home, page = shared.hazuki, client_of(shared.chief)
    url = reverse("casework:assessment", args=[home.case.pk])
    write(shared, shared.chief)
    page.get(url)
    with connection.execute_wrapper(counting := _Counting()):
        page.get(url)
    once, counting.count = counting.count, 0
    for section in ("health", "work"):
        write(shared, shared.chief, section)
    write(shared, shared.anshin_worker)
    with connection.execute_wrapper(counting):
        page.get(url)
    assert counting.count == once


class _Counting:
    count = 0

    def __call__(self, execute, sql, params, many, context):
        self.count += 1
        return execute(sql, params, many, context)


def test_parts_are_frozen(shared):
    part = write(shared, shared.chief)
    part.text = "あとから"
    with acting_for(shared.chief), pytest.raises(DatabaseError), transaction.atomic():
        part.save()


def test_place_that_an_agency_writes_into_a_hiding_household_is_hidden_by_the_worker(shared, run_tasks):
    home, by = shared.hazuki, shared.chief
    address = "見本市東雲区潮見町9丁目8番7号"
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        values = {"address": address}
        set_item(home.mother, item="contact", values=values, seen=fingerprint(row, ["address"]), by=by)
        conceal(home.case, home.mother, GroundDraft("provisional", "見本"), by=by)
    run_tasks()
    write(shared, shared.anshin_worker, text=f"{address}で会った")
    run_tasks()
    assert seen_by(shared.chief, home) == set()
