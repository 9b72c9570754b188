"""アセスメント: each agency writes its own part, everybody reads what the label of a section lets them, nothing is overwritten."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.assessments import actions
from casework.assessments.actions import NotShared, PartDraft, Seen, fix_assessment, mark_of, write_part
from casework.assessments.choices import ALONE, FACTS, NOT_ASKED, Section, facts_of
from casework.assessments.labels import item_of
from casework.assessments.models import AssessedPart, Assessment, AssessmentPart
from casework.assessments.selectors import assessment_views_for, current_parts_for, known_for, writable_for
from casework.concealment.actions import GroundDraft, conceal
from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.households.actions import set_item
from casework.households.models import PersonContact
from casework.models import CaseEvent, FoundPlace
from casework.planning.actions import PartDraft as PlanPartDraft
from casework.planning.actions import PlanDraft, save_plan
from casework.planning.models import Plan
from casework.seen import ChangedMeanwhile, fingerprint
from casework.sharing.actions import Label, end_line
from casework.sharing.models import ShareLine
from casework.workspace.timeline import timeline_for
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


def unasked(section):
    """Return the columns of a section in which nobody asked anything."""
    return {name: FACTS[name].unasked for name in facts_of(section)}


def nowhere(section):
    """Return the same columns as they are in every other section."""
    return {name: [] if FACTS[name].is_several else "" for name in facts_of(section)}


def everything(section):
    """Return the first answer of each fact of a section, and where several hold all that hold together."""
    codes = {name: FACTS[name].choices.values for name in facts_of(section)}
    return {
        name: [code for code in each if code not in ALONE] if FACTS[name].is_several else each[0]
        for name, each in codes.items()
    }


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
    facts = unasked("health")
    health = {
        "case": home.case, "person": home.mother, "item": "health", "section": "health", "text": "x", "said_by": "staff",
        "sequence": 1, **facts,
    }  # fmt: skip
    mine = {"agency": shared.anshin, "written_by": shared.anshin_worker.membership}
    refused = (
        {"agency": shared.kenko},
        {"written_by": shared.kenko_worker.membership},
        {"person": home.son},
        {"section": "money", "item": "money", **nowhere("health"), **unasked("money")},
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
        "agency": by.agency, "written_by": by.membership, "sequence": 1, **unasked("health"),
    }  # fmt: skip
    with acting_for(by), pytest.raises(IntegrityError), transaction.atomic():
        AssessmentPart(**{**row, **change}).save(force_insert=True)


def test_part_that_says_nothing_is_refused_and_unknown_says_something(shared):
    for section in ("home", "voice"):
        with pytest.raises(NotAllowed, match="1つ以上"):
            write(shared, shared.chief, section, text=" ")
    part = write(shared, shared.chief, "home", text="", housing="unknown")
    assert part.told_facts == [("住まいの種類", "不明（聞いたが分からない）")]


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


def test_organizations_of_the_center_write_one_part(shared):
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
    other = shared.tomono.mother
    page = client_of(shared.chief).post(address_of(home, "home", other), {"text": "x", "said_by": "self"})
    assert page.status_code == 302
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


def test_what_was_typed_is_kept_when_the_line_ended_meanwhile(shared):
    home, page = shared.hazuki, client_of(shared.anshin_worker)
    page.get(address_of(home, "health"))
    with acting_for(shared.chief):
        for line in ShareLine.objects.filter(agency=shared.anshin, item="health"):
            end_line(line, by=shared.chief, reason="見本")
    sent = {"treatment": NOT_ASKED, "cover": NOT_ASKED, "text": "長く書いた文", "said_by": "self", "seen": ""}
    refused = page.post(address_of(home, "health"), sent).content.decode()

    assert "長く書いた文</textarea>" in refused
    assert "いま、あなたの機関に共有されていません" in refused
    with acting_for(shared.chief):
        assert not AssessmentPart.objects.exists()


def test_line_that_ends_between_the_part_and_its_event_is_told_as_such(shared, monkeypatch):
    """As it goes when somebody else's transaction ends the line there; the races do it in earnest, as chance has it."""
    is_shared = iter([True, False])
    monkeypatch.setattr(actions, "_is_shared", lambda *told: next(is_shared))

    def refused(*args, **told):
        raise ProgrammingError("new row violates row-level security policy")

    monkeypatch.setattr(actions, "record_event", refused)
    with pytest.raises(NotShared):
        write(shared, shared.anshin_worker)
    with acting_for(shared.coordinator):
        assert not AssessmentPart.objects.filter(agency=shared.anshin).exists()


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


# --- fixed versions -----------------------------------------------------------------------------------------


def fix(world, by=None, *, version=0, mark=None, key=None, home=None):
    by, home = by or world.coordinator, home or world.hazuki
    with acting_for(by):
        mark = mark or mark_of(known_for(by, home.case))
        return fix_assessment(home.case, "plan", seen=Seen(version, mark), by=by, key=key)


def versions_of(viewer, home):
    """Return the versions a viewer knows of, the newest first, each with the words that reach them."""
    with acting_for(viewer):
        return [
            (view.assessment.name, {part.text for part in view.parts})
            for view in assessment_views_for(viewer, home.case)
        ]


def test_version_holds_what_stood_then_and_each_reads_their_part_of_it(shared):
    home = shared.hazuki
    first = write(shared, shared.coordinator, "home", "前の住まい")
    write(shared, shared.coordinator, "money", "借金")
    fix(shared)
    write(shared, shared.coordinator, "home", "後の住まい", seen=first.pk)
    write(shared, shared.anshin_worker, "health", "病気")
    fix(shared, shared.chief, version=1)

    both = [("再アセスメント1", {"後の住まい", "借金", "病気"}), ("初回アセスメント", {"前の住まい", "借金"})]
    assert versions_of(shared.chief, home) == both
    assert versions_of(shared.anshin_worker, home) == [
        ("再アセスメント1", {"後の住まい", "病気"}), ("初回アセスメント", {"前の住まい"}),
    ]  # fmt: skip
    assert versions_of(shared.kenko_worker, home) == [
        ("再アセスメント1", {"借金"}),
        ("初回アセスメント", {"借金"}),
    ]
    assert versions_of(shared.jiritsu_worker, home) == []
    assert versions_of(shared.chief, shared.tomono) == []
    with acting_for(shared.chief):
        event = CaseEvent.objects.filter(verb="assessment_fixed").order_by("at", "after__version").last()
    assert event.after == {"version": 2, "purpose": "plan"}


def test_whoever_sees_no_part_does_not_know_of_the_version(shared):
    write(shared, shared.coordinator, "money", "借金")
    fix(shared)
    with acting_for(shared.anshin_worker):
        assert not Assessment.objects.exists()
        assert not AssessedPart.objects.exists()
    with acting_for(shared.kenko_worker):
        assert Assessment.objects.count() == 1
    page = client_of(shared.anshin_worker).get(reverse("casework:assessment", args=[shared.hazuki.case.pk]))
    assert "初回アセスメント" not in page.content.decode()


def test_nothing_is_fixed_without_anything_new(shared):
    with pytest.raises(NotAllowed, match="変わっていません"):
        fix(shared)
    write(shared, shared.coordinator)
    key = uuid.uuid4()
    assert fix(shared, key=key) == fix(shared, key=key)
    with pytest.raises(NotAllowed, match="変わっていません"):
        fix(shared, version=1)
    for viewer in (shared.reception, shared.anshin_worker):
        with pytest.raises(NotAllowed, match="権限"):
            fix(shared, viewer, version=1)


def test_whoever_fixes_has_seen_what_is_fixed(shared):
    write(shared, shared.coordinator)
    with acting_for(shared.coordinator):
        mark = mark_of(known_for(shared.coordinator, shared.hazuki.case))
    write(shared, shared.anshin_worker)
    with pytest.raises(ChangedMeanwhile) as clash:
        fix(shared, mark=mark)
    assert clash.value.current is None
    fixed = fix(shared, shared.chief)
    with pytest.raises(ChangedMeanwhile) as clash:
        fix(shared)
    assert clash.value.current == fixed


def test_database_adds_nothing_to_a_version(shared, shift_clock):
    home, by = shared.hazuki, shared.coordinator
    part = write(shared, by)
    fix(shared)
    late, other = write(shared, by, "work", "あとから"), write(shared, by, home=shared.tomono)
    with acting_for(by):
        fixed = Assessment.objects.get(case=home.case)
    refused = [
        (shared.anshin_worker, late, {}, ProgrammingError),
        (by, other, {}, IntegrityError),  # of another case
    ]
    afterwards = [
        (by, late, {"fixed_at": fixed.fixed_at}, ProgrammingError),
        (by, late, {}, IntegrityError),  # of another moment than the version
    ]
    for cases in (refused, afterwards):
        for viewer, added, moment, error in cases:
            link = AssessedPart(assessment=fixed, part=added, case=home.case, **moment)
            with acting_for(viewer), pytest.raises(error):
                kept_at_once(lambda link=link: link.save(force_insert=True))
        shift_clock(dt.timedelta(seconds=1))
    with acting_for(by):
        again = Assessment(case=home.case, version=1, purpose="plan", fixed_by=by.membership)
        with pytest.raises(IntegrityError):
            kept_at_once(lambda: again.save(force_insert=True))
        assert set(AssessedPart.objects.values_list("part", flat=True)) == {part.pk}


def kept_at_once(act):
    """Do it, and let the database check its keys now rather than at the end of the test."""
    with transaction.atomic():
        act()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_hidden_part_leaves_no_hole_in_a_version(shared):
    home, by = shared.hazuki, shared.chief
    address = "見本市東雲区潮見町9丁目8番7号"
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        values = {"address": address}
        set_item(home.mother, item="contact", values=values, seen=fingerprint(row, ["address"]), by=by)
    write(shared, by, "home", f"{address}のアパート")
    write(shared, by, "view", "見立て")
    fix(shared)
    with acting_for(by):
        conceal(home.case, home.mother, GroundDraft("provisional", "見本"), by=by)
    for viewer in (shared.chief, shared.anshin_worker):
        assert versions_of(viewer, home) == [("初回アセスメント", {"見立て"})]
    with pytest.raises(NotAllowed, match="変わっていません"):  # what is hidden is no news
        fix(shared, version=1)


def test_versions_are_compared_field_by_field_as_far_as_both_reach(shared):
    home = shared.hazuki
    first = write(shared, shared.coordinator, "home", "家賃がおくれている", housing="rented")
    write(shared, shared.coordinator, "money", "借金")
    fix(shared)
    write(shared, shared.coordinator, "home", "家賃がおくれている", housing="none", seen=first.pk)
    write(shared, shared.anshin_worker, "health", "病気", treatment="treated")
    fixed = fix(shared, version=1)
    url = reverse("casework:assessment_compare", args=[home.case.pk, fixed.pk])

    found = {}
    for name in ("chief", "anshin_worker"):
        changes = client_of(getattr(shared, name)).get(url).context["changes"]
        found[name] = [(each.label, each.who, each.before, each.after) for each in changes if each.is_changed]
    changed = [
        ("住まい・暮らし 住まいの種類", "葉月原母（センターの記入）", "借家・賃貸アパート・マンション", "住まいがない（野宿・車・ネットカフェなど）"),
        ("健康・障害 受診", "葉月原母（機関 anshinの記入）", "", "通院している"),
        ("健康・障害", "葉月原母（機関 anshinの記入）", "", "病気"),
    ]  # fmt: skip
    assert found == {"chief": changed, "anshin_worker": changed}
    unchanged = client_of(shared.kenko_worker).get(url).context["changes"]
    assert [(each.label, each.before) for each in unchanged] == [
        ("お金のようす", "葉月原母の借金"),
        ("お金のこと", "借金"),
    ]
    with acting_for(shared.chief):
        first_version = Assessment.objects.get(version=1)
    alone = reverse("casework:assessment_compare", args=[home.case.pk, first_version.pk])
    assert client_of(shared.chief).get(alone).status_code == 404


def test_page_fixes_and_tells_the_second_chair(shared):
    home = shared.hazuki
    write(shared, shared.coordinator, text="見たこと")
    url = reverse("casework:assessment_fix", args=[home.case.pk])
    chairs = [client_of(viewer) for viewer in (shared.coordinator, shared.chief)]
    sent = []
    for page in chairs:
        form = page.get(url).context["form"]
        seen = {name: form[name].value() for name in ("seen_version", "seen_mark", "once")}
        sent.append({**seen, "purpose": "meeting"})
    done = chairs[0].post(url, sent[0])
    again = chairs[0].post(url, sent[0])
    nothing = chairs[1].post(url, sent[1])
    page_after = chairs[1].get(nothing["Location"])
    write(shared, shared.anshin_worker, text="新しいこと")
    told = chairs[1].post(url, sent[1])
    form = told.context["form"]
    seen = {name: form[name].value() for name in ("seen_version", "seen_mark", "once")}
    third = chairs[1].post(url, {**seen, "purpose": form["purpose"].value()})

    assert (done["Location"], nothing.status_code) == (again["Location"], 302)
    assert "「初回アセスメント」をcoordinatorさんが確定したあと" in page_after.content.decode()
    assert "を確定しました。その後に書かれたことがあれば" in told.content.decode()
    assert "新しいこと" in told.content.decode()
    assert third.status_code == 302
    assert [name for name, _words in versions_of(shared.chief, home)] == [
        "再アセスメント1",
        "初回アセスメント",
    ]


def test_plan_names_the_assessment_on_which_it_rests(shared):
    home = shared.hazuki
    write(shared, shared.coordinator, "money", "借金")
    fix(shared)
    write(shared, shared.coordinator, "home", "住まい")
    newest = fix(shared, version=1)
    page = client_of(shared.coordinator)
    url = reverse("casework:plan_write", args=[home.case.pk])
    form = page.get(url).context["forms"].head
    with acting_for(shared.coordinator):
        parts = [PlanPartDraft(Label(home.mother.pk, "plan"), "goal", "目標")]
        draft = PlanDraft(*[timezone.localdate()] * 3, parts=parts, assessment=newest)
        plan = save_plan(home.case, draft, follows=None, by=shared.coordinator)
    shown = page.get(reverse("casework:plan", args=[home.case.pk, plan.pk])).content.decode()

    assert form["assessment"].value() == str(newest.pk)
    assert [label.split()[0] for _key, label in form.fields["assessment"].choices] == [
        "なし", "再アセスメント1", "初回アセスメント",
    ]  # fmt: skip
    assert "再アセスメント1" in shown
    with acting_for(shared.chief), pytest.raises(DatabaseError), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(assessment=None)


def test_plan_rests_on_an_assessment_of_its_own_case(shared):
    write(shared, shared.coordinator, home=shared.tomono)
    other = fix(shared, home=shared.tomono)
    parts = [PlanPartDraft(Label(None, "plan"), "goal", "目標")]
    draft = PlanDraft(*[timezone.localdate()] * 3, parts=parts, assessment=other)
    with acting_for(shared.coordinator), pytest.raises(IntegrityError):
        kept_at_once(lambda: save_plan(shared.hazuki.case, draft, follows=None, by=shared.coordinator))


def test_fixing_stands_in_the_timeline_of_whoever_sees_a_part(shared):
    home = shared.hazuki
    write(shared, shared.coordinator, "money", "借金")
    fix(shared)
    titles = {}
    for name in ("chief", "kenko_worker", "anshin_worker"):
        with acting_for(getattr(shared, name)):
            found = timeline_for(getattr(shared, name), home.case)
        titles[name] = [entry.title for entry in found if entry.kind == "assessment"]
    told = ["初回アセスメントを確定した。プランを作るため"]
    assert titles == {"chief": told, "kenko_worker": told, "anshin_worker": []}
