"""Asking an agency for its part of the assessment: only what it is shown, in sight until it is written or asked no more."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.assessments.actions import PartDraft, write_part
from casework.assessments.asking import (
    RequestDraft,
    agencies_to_ask,
    ask_agency,
    end_request,
    open_requests_for,
    requests_for,
)
from casework.assessments.models import AssessmentRequest, AssessmentRequestEnd
from casework.cases.models import Case
from casework.concealment.actions import GroundDraft, conceal
from casework.concealment.guard import PlaceWritten
from casework.households.actions import set_item
from casework.households.models import PersonContact
from casework.seen import fingerprint
from casework.sharing.actions import Label, block, end_line
from casework.sharing.models import ShareLine
from casework.workspace.clocks import remind_deadlines
from casework.workspace.duties import DutyFilter, duties_for
from casework.workspace.inbox import inbox_for, inbox_rows_for
from casework.workspace.timeline import timeline_for
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def shared(world):
    """Two agencies are shown how the mother's health is, one of them her money as well."""
    mother = world.hazuki.mother.pk
    for agency in (world.anshin, world.kenko):
        world.share(world.hazuki, agency, Label(mother, "basic"), Label(mother, "health"))
    world.share(world.hazuki, world.kenko, Label(mother, "money"))
    return world


def ask(
    world, agency=None, section="health", *, about="mother", days=7, by=None, key=None, words="通院のようす"
):
    by = by or world.coordinator
    person = getattr(world.hazuki, about).pk if about else None
    draft = RequestDraft(agency or world.anshin, person, section, timezone.localdate() + days * DAY, words)
    with acting_for(by):
        return ask_agency(world.hazuki.case, draft, by=by, key=key)


def write(world, by, section="health"):
    draft = PartDraft(world.hazuki.mother.pk, section, "staff", "月に1回、通院している")
    with acting_for(by):
        return write_part(world.hazuki.case, draft, seen=None, by=by)


def waiting(viewer):
    with acting_for(viewer):
        return list(open_requests_for(viewer).values_list("agency__code", "section"))


def told(viewer):
    with acting_for(viewer):
        rows = list(inbox_for(viewer).filter(request__isnull=False))
        return sorted((each.row.kind, each.number, each.line) for each in inbox_rows_for(viewer, rows))


def duties(viewer):
    with acting_for(viewer):
        return [
            (duty.agency, duty.due_on, duty.what)
            for duty in duties_for(viewer, DutyFilter(kind="assessment"))
        ]


# --- asking and answering -------------------------------------------------------------------------------


def test_asked_agency_finds_it_writes_it_and_whoever_asked_is_told(shared):
    world, number = shared, shared.hazuki.case.number

    row = ask(world)

    duty = (world.anshin.pk, row.until_on, "アセスメントの「健康・障害」を書く")
    assert (duties(world.anshin_worker), duties(world.coordinator)) == ([duty], [duty])
    line = f"{world.anshin.name} 健康・障害"
    assert told(world.anshin_worker) == [("assessment", number, line)]
    write(world, world.anshin_worker)
    assert (duties(world.anshin_worker), duties(world.coordinator)) == ([], [])
    assert told(world.coordinator) == [("assess_answer", number, line)]
    with acting_for(world.coordinator):
        assert requests_for(world.coordinator).get().answered_at is not None


def test_neither_another_agency_nor_another_section_nor_an_earlier_part_answers_it(shared, shift_clock):
    world = shared
    write(world, world.kenko_worker)
    shift_clock(dt.timedelta(seconds=1))
    ask(world, world.kenko, days=6)
    ask(world)
    write(world, world.kenko_worker, "money")
    assert waiting(world.coordinator) == [("kenko", "health"), ("anshin", "health")]
    write(world, world.anshin_worker)
    assert waiting(world.coordinator) == [("kenko", "health")]


def test_nobody_but_the_asked_agency_knows_of_it(shared):
    world = shared
    ask(world)
    assert waiting(world.anshin_worker) == [("anshin", "health")]
    for viewer in (world.kenko_worker, world.jiritsu_worker):
        assert (waiting(viewer), told(viewer), duties(viewer)) == ([], [], [])
        with acting_for(viewer):
            assert not AssessmentRequest.objects.exists()
    with acting_for(world.anshin_admin):
        assert not requests_for(world.anshin_admin).exists()


def test_center_is_told_to_share_first(shared):
    world = shared
    with acting_for(world.coordinator):
        case, mother = world.hazuki.case, world.hazuki.mother.pk
        offered = agencies_to_ask(world.coordinator, case, person_id=mother, section="money")
        assert offered == [world.kenko]
    for told in (
        {"section": "money"}, {"about": "son"}, {"about": None}, {"agency": world.jiritsu}, {"section": "view"},
    ):  # fmt: skip
        with pytest.raises(NotAllowed, match="先に共有"):
            ask(world, **told)
    for told in ({"days": -1}, {"by": world.anshin_worker}, {"by": world.editor}):
        with pytest.raises(NotAllowed):
            ask(world, **told)
    with acting_for(world.chief):
        block(world.hazuki.case, agency=world.anshin, user_id=None, reason="見本", by=world.chief)
    with pytest.raises(NotAllowed, match="先に共有"):
        ask(world)
    assert waiting(world.coordinator) == []


def test_database_asks_nobody_whom_the_label_does_not_reach(shared):
    world, by = shared, shared.coordinator
    of = {"case": world.hazuki.case, "person": world.hazuki.mother, "until_on": timezone.localdate()}
    health = {**of, "item": "health", "section": "health", "agency": world.anshin, "asked_by": by.membership}
    for wrong in (
        {"agency": world.jiritsu}, {"person": world.hazuki.son}, {"item": "money", "section": "money"},
        {"asked_by": world.chief.membership}, {"item": "basic"},
    ):  # fmt: skip
        with acting_for(by), pytest.raises(DatabaseError), transaction.atomic():
            AssessmentRequest(**{**health, **wrong}).save(force_insert=True)
    own = AssessmentRequest(**{**health, "asked_by": world.anshin_worker.membership})
    with acting_for(world.anshin_worker), pytest.raises(DatabaseError), transaction.atomic():
        own.save(force_insert=True)
    with acting_for(by):
        AssessmentRequest(**health).save(force_insert=True)


def test_where_the_line_ends_the_agency_sees_it_no_more_and_the_center_does(shared):
    world, by = shared, shared.coordinator
    ask(world)
    with acting_for(by):
        line = ShareLine.objects.get(agency=world.anshin, item="health")
        end_line(line, by=by, reason="見本")
    assert (waiting(world.anshin_worker), told(world.anshin_worker)) == ([], [])
    assert waiting(by) == [("anshin", "health")]


def test_asked_twice_is_asked_once(shared, shift_clock):
    world, key = shared, uuid.uuid4()
    assert ask(world, key=key).pk == ask(world, key=key).pk
    with pytest.raises(NotAllowed, match="もう頼んで"):
        ask(world)
    write(world, world.anshin_worker)
    shift_clock(dt.timedelta(seconds=1))
    ask(world)
    assert waiting(world.anshin_worker) == [("anshin", "health")]


# --- asking no more ---------------------------------------------------------------------------------------


def test_withdrawn_it_is_gone_and_what_was_answered_stays(shared, shift_clock):
    world, by = shared, shared.coordinator
    row = ask(world)
    shift_clock(dt.timedelta(seconds=1))
    with acting_for(world.anshin_worker), pytest.raises(NotAllowed):
        end_request(row, by=world.anshin_worker)
    with acting_for(by):
        assert end_request(row, by=by) == end_request(row, by=by)
        assert AssessmentRequestEnd.objects.count() == 1
    assert (waiting(by), waiting(world.anshin_worker)) == ([], [])
    shift_clock(dt.timedelta(seconds=2))
    again = ask(world)
    write(world, world.anshin_worker)
    with acting_for(by), pytest.raises(NotAllowed, match="もう書かれて"):
        end_request(again, by=by)
    with acting_for(by):
        lines = [entry.title for entry in timeline_for(by, world.hazuki.case) if entry.kind == "assessment"]
    name = world.anshin.name
    assert lines == [
        f"{name}に、アセスメントの「健康・障害」を頼んだ", f"{name}に頼んだアセスメントの「健康・障害」を取り下げた",
        f"{name}に、アセスメントの「健康・障害」を頼んだ",
    ]  # fmt: skip


def test_nobody_is_asked_in_a_case_that_ended_and_nothing_waits_there(shared):
    world = shared
    ask(world)
    with acting_for(world.chief):
        Case.objects.filter(pk=world.hazuki.case.pk).update(stage="closed")
    assert waiting(world.coordinator) == []
    with pytest.raises(NotAllowed, match="終わったケース"):
        ask(world, world.kenko)


# --- being reminded ---------------------------------------------------------------------------------------


def kinds(viewer):
    return [kind for kind, _number, _line in told(viewer)]


def test_what_is_not_written_is_reminded_of_again_and_again_in_the_end_the_chief(shared, shift_clock):
    world = shared
    ask(world, days=3)
    remind_deadlines()
    remind_deadlines()
    assert kinds(world.anshin_worker) == ["assessment", "deadline"]
    assert (kinds(world.coordinator), kinds(world.kenko_worker)) == ([], [])

    shift_clock(4 * DAY)
    remind_deadlines()
    remind_deadlines()
    assert kinds(world.anshin_worker) == ["assess_late", "assessment", "deadline"]
    assert (kinds(world.coordinator), kinds(world.chief)) == (["assess_late"], [])

    shift_clock(60 * DAY)
    remind_deadlines()
    assert kinds(world.anshin_worker).count("assess_late") == 2
    assert (kinds(world.coordinator), kinds(world.chief)) == (["assess_late"] * 2, ["assess_late"])
    assert kinds(world.kenko_worker) == []
    write(world, world.anshin_worker)
    shift_clock(90 * DAY)
    remind_deadlines()
    assert kinds(world.anshin_worker).count("assess_late") == 2


# --- the pages --------------------------------------------------------------------------------------------


def test_pages_ask_show_and_withdraw(shared, client):
    world, case = shared, shared.hazuki.case
    page, address = (reverse(f"casework:{name}", args=[case.pk]) for name in ("assessment", "assessment_ask"))
    sign_in(client, world.coordinator)
    assert address in client.get(page).content.decode()
    typed = {
        "once": str(uuid.uuid4()), "about": str(world.hazuki.mother.pk), "section": "money", "agency": str(world.anshin.pk),
        "until_on": str(timezone.localdate() + DAY), "words": "借金のこと",
    }  # fmt: skip
    refused = client.post(address, typed).content.decode()
    assert "先に共有してから" in refused
    assert "借金のこと" in refused
    assert set(client.post(address, {"once": "", "until_on": ""}).context["form"].errors) == {
        "section",
        "agency",
        "until_on",
    }
    for _click in range(2):
        done = client.post(address, {**typed, "section": "health"}, follow=True).content.decode()
    assert "まだ書かれていません" in done
    with acting_for(world.coordinator):
        (row,) = AssessmentRequest.objects.all()
    unask = reverse("casework:assessment_unask", args=[case.pk, row.pk])
    assert unask in done

    sign_in(client, world.anshin_worker)
    theirs = client.get(page).content.decode()
    assert "センターから頼まれていること" in theirs
    assert "借金のこと" in theirs
    assert f"?about={world.hazuki.mother.pk}&amp;section=health" in theirs
    assert unask not in theirs
    assert client.post(unask).status_code == 403
    sign_in(client, world.kenko_worker)
    assert "借金のこと" not in client.get(page).content.decode()

    sign_in(client, world.coordinator)
    assert "依頼を取り下げました" in client.post(unask, follow=True).content.decode()
    assert "借金のこと" not in client.get(page).content.decode()


def test_place_in_hiding_is_not_written_into_what_is_asked(shared):
    world, by, home = shared, shared.coordinator, shared.hazuki
    ask(world, world.kenko, words="青葉区見本町9-8-7での暮らし")
    with acting_for(by):
        contact = PersonContact.objects.get(person=home.mother)
        values = {"address": "青葉区見本町9-8-7"}
        set_item(home.mother, item="contact", values=values, seen=fingerprint(contact, ["address"]), by=by)
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), (), by=by)
        assert not open_requests_for(by).filter(agency=world.kenko).exists()
    with pytest.raises(PlaceWritten):
        ask(world, words="青葉区見本町9-8-7での暮らし")
    with acting_for(world.kenko_worker):
        assert not AssessmentRequest.objects.exists()
