"""経過の一覧: for each reader exactly what the doors of its rooms give, and nothing more; gaps for the center alone."""

import datetime as dt
import random
import re

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from casework.assessments.models import AssessedPart
from casework.cases.models import CaseEvent
from casework.cases.selectors import QUIET_DAYS
from casework.closing.models import Closure
from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.evaluation.models import Evaluation, EvaluationResult, EvaluationRole
from casework.files.models import CaseFile
from casework.households.models import Stay
from casework.intake.actions import open_case, record_contact
from casework.meetings.actions import take_off_agenda
from casework.meetings.held import held_items_for
from casework.meetings.minutes import Outcome, fix_item
from casework.meetings.models import AgendaItem, AgendaRemoval, Meeting
from casework.models import ShareLine
from casework.monitoring.models import Monitoring, MonitoringTick
from casework.notes.actions import CorrectionDraft, NoteDraft, ParagraphDraft, correct_note, write_note
from casework.notes.models import Note
from casework.plans.models import Direction, RoleAnswer, RoleRow
from casework.sharing.actions import Ground, Label, end_line, share_items
from casework.suspension.models import Suspension
from casework.tasks.models import TaskEnd
from casework.workspace.timeline import Gap, TimelineFilter, rows_of, timeline_for
from casework.workspace.timeline_entries import Entry, TimelineKind
from permissions.walls.context import acting_for
from tests.casework.canaries import canaries_in
from tests.casework.pages import sign_in
from tests.casework.tables import call, open_to_all, ordinance, put, write
from tests.statements import Asked

pytestmark = pytest.mark.django_db
LAW = Ground("law", "見本")
# What of a case the page of the timeline shows in words, by table of the canaries.
SHOWN = {"note", "attendee", "rolerow", "task", "casefile"}


def labelled(family, labels, is_center):
    """The keys there must be, from the tables themselves and the labels that reach somebody. In the name of the center."""
    case, keys = family.case, set()
    for prefix, model in (
        ("note", Note), ("role", RoleAnswer), ("stay", Stay), ("task", TaskEnd), ("file", CaseFile), ("closure", Closure),
    ):  # fmt: skip
        rows = model.objects.filter(case=case).values_list("pk", "person_id", "item")
        keys |= {f"{prefix}:{pk}" for pk, person, item in rows if is_center or (person, item) in labels}
    decided = {
        row
        for model in (Direction, RoleRow)
        for row in model.objects.filter(case=case).values_list("decision_id", "person_id", "item")
    }
    for prefix, models in (
        ("monitoring", (MonitoringTick,)),
        ("evaluation", (EvaluationResult, EvaluationRole)),
    ):
        for model in models:
            rows = model.objects.filter(case=case).values_list(f"{prefix}_id", "person_id", "item")
            keys |= {f"{prefix}:{pk}" for pk, person, item in rows if is_center or (person, item) in labels}
    keys |= {f"decision:{pk}" for pk, person, item in decided if is_center or (person, item) in labels}
    fixed = AssessedPart.objects.filter(case=case)
    keys |= {
        f"assessment:{pk}"
        for pk, person, item in fixed.values_list("assessment_id", "part__person_id", "part__item")
        if is_center or (person, item) in labels
    }
    if is_center:
        for prefix, model in (
            ("monitoring", Monitoring),
            ("evaluation", Evaluation),
            ("suspension", Suspension),
        ):
            keys |= {f"{prefix}:{pk}" for pk in model.objects.filter(case=case).values_list("pk", flat=True)}
        keys |= {f"consent:{pk}" for pk in Consent.objects.filter(case=case).values_list("pk", flat=True)}
        keys |= {
            f"event:{pk}"
            for pk in CaseEvent.objects.filter(
                case=case, verb__in=("case_opened", "stage_changed", "case_handed_over")
            ).values_list("pk", flat=True)
        }
        lines = ShareLine.objects.filter(case=case, starts_at__lte=timezone.now())
        keys |= {f"begun:{line.agency_id}:{line.starts_at.isoformat()}" for line in lines}
        keys |= {
            f"ended:{line.agency_id}:{line.ended_at.isoformat()}" for line in lines.exclude(ended_at=None)
        }
    return keys


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_each_reader_is_shown_exactly_what_reaches_them(canaries, seed):
    world, draw = canaries, random.Random(seed)
    people = {"anshin": world.anshin_worker, "kenko": world.kenko_worker}
    reached = {name: set() for name in people}
    with acting_for(world.coordinator):
        for name, viewer in people.items():
            for family in world.families.values():
                chosen = draw.sample(family.labels(), draw.randint(0, 8))
                asked = [Label(family.person_id(who), item) for who, item in chosen if item != "referral"]
                if not asked:
                    continue
                lines = share_items(
                    family.case, agency=viewer.agency, labels=asked, ground=LAW, by=world.coordinator
                )
                ended = draw.sample(lines, draw.randint(0, len(lines)))
                for line in ended:
                    end_line(line, by=world.coordinator, reason="見本")
                reached[name] |= {
                    (family.case.pk, line.person_id, line.item) for line in lines if line not in ended
                }
    readers = {**people, "chief": world.chief, "stranger": world.stranger, "auditor": world.auditor}
    for name, viewer in readers.items():
        for family in world.families.values():
            mine = {(person, item) for case, person, item in reached.get(name, ()) if case == family.case.pk}
            with acting_for(world.chief):
                expected = labelled(family, mine, viewer.sees_all_cases)
            with acting_for(viewer):
                found = timeline_for(viewer, family.case)
            keys = [entry.key for entry in found]
            assert len(keys) == len(set(keys))
            assert set(keys) == expected, name
            assert bool(keys) == (bool(mine) or name == "chief")


@pytest.mark.slow
def test_page_shows_no_word_of_what_does_not_reach(canaries, client):
    world = canaries
    family = world.families["hazuki"]
    asked = [Label(family.person_id("mother"), "history"), Label(None, "plan")]
    with acting_for(world.coordinator):
        share_items(family.case, agency=world.anshin, labels=asked, ground=LAW, by=world.coordinator)
    url = reverse("casework:timeline", args=[family.case.pk])
    sign_in(client, world.anshin_worker)

    for query in ("", "?paper=on", "?order=new", "?kind=note", "?year=2026"):
        body = client.get(url + query).content.decode()
        words = {canary.split("/")[1:3] == ["mother", "history"] or canary.split("/")[1:3] == ["", "plan"]
                 for canary in canaries_in(body)}  # fmt: skip
        assert words == {True}, query
        assert "記録なし" not in body
    sign_in(client, world.coordinator)
    seen = canaries_in(client.get(url + "?paper=on").content.decode())
    assert {canary.rsplit("/", 1)[1] for canary in seen} == SHOWN
    assert {canary.split("/")[0] for canary in seen} == {"hazuki"}
    sign_in(client, world.stranger)
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("who", ["coordinator", "anshin_worker"])
def test_timeline_asks_at_most_twelve_times(canaries, client, who):
    world = canaries
    labels = [Label(world.hazuki.mother.pk, item) for item in ("history", "plan", "roles", "basic")]
    world.share(world.hazuki, world.anshin, *labels)
    sign_in(client, getattr(world, who))
    url = reverse("casework:timeline", args=[world.hazuki.case.pk])
    client.get(url)

    with Asked(connection) as asked:
        response = client.get(url)

    assert response.status_code == 200
    assert len(asked.statements) <= 12, "\n\n".join(sql[:200] for sql in asked.statements)


def note(world, day, title, item="history"):
    about = world.hazuki.mother.pk
    draft = NoteDraft(Label(about, item), day, "visit", title, (ParagraphDraft("fact", "observed", "見本"),))
    return write_note(world.hazuki.case, draft, by=world.coordinator)


def test_correction_stands_in_place_of_what_it_corrects(world):
    by, at = world.coordinator, timezone.now() - dt.timedelta(days=2)
    with acting_for(by):
        first = note(world, at, "まちがい")
        said = (ParagraphDraft("fact", "observed", "見本"),)
        second = correct_note(first, CorrectionDraft("ただしい", said, "日付"), by=by)
        titles = {entry.key: entry.title for entry in timeline_for(by, world.hazuki.case)}
    assert titles[f"note:{second.pk}"] == "ただしい"
    assert f"note:{first.pk}" not in titles


def test_meetings_that_were_held_stand_there_for_the_center_alone(world):
    world.share(world.hazuki, world.anshin, Label(None, "plan"))
    ahead = put(world, call(world, ordinance(world)), world.hazuki, world.anshin_worker)
    with acting_for(world.coordinator):
        before = timezone.now() - dt.timedelta(hours=1)
        Meeting.objects.filter(pk=ahead.meeting_id).update(held_at=before)
        gone = put(world, call(world), world.hazuki, world.coordinator, kind="internal")
        take_off_agenda(gone, reason="見本", by=world.coordinator)
        Meeting.objects.filter(pk=gone.meeting_id).update(held_at=timezone.now())
    coming = put(world, call(world), world.hazuki, world.coordinator, kind="internal")
    found = {}
    for name in ("coordinator", "anshin_worker"):
        viewer = getattr(world, name)
        with acting_for(viewer):
            entries = timeline_for(viewer, world.hazuki.case)
        found[name] = [(entry.key, entry.title) for entry in entries if entry.kind == "meeting"]
    assert found == {
        "coordinator": [(f"agenda:{ahead.pk}", "支援会議（社会福祉法106条の6）（情報共有）")],
        "anshin_worker": [],
    }
    assert coming.pk != ahead.pk


@pytest.mark.parametrize(
    ("order", "stays"),
    [("held withdrawn fixed", True), ("held fixed withdrawn", True), ("withdrawn held", False)],
)
def test_meeting_that_took_place_stays_when_the_consent_it_rested_on_is_withdrawn(world, order, stays):
    by, home = world.coordinator, world.hazuki
    item = put(world, call(world), home, world.anshin_worker, kind="jusou")
    open_to_all(world, item)

    for step in order.split():
        with acting_for(by):
            if step == "held":
                # By the database's clock a test happens at one moment.
                held_at = timezone.now() - dt.timedelta(hours=order.startswith("held"))
                Meeting.objects.filter(pk=item.meeting_id).update(held_at=held_at)
                item = AgendaItem.objects.select_related("meeting", "case").get()
            elif step == "fixed":
                write(world, item)
                fix_item(item, Outcome(), seen=1, present=[], by=by)
            else:
                consent = Consent.objects.get(case=home.case, person=home.son)
                withdraw_consent(
                    consent, agency=None, item="", said_on=timezone.localdate(), how="電話", by=by
                )
    with acting_for(by):
        found = [entry.key for entry in timeline_for(by, home.case) if entry.kind == "meeting"]
        named = [each.pk for each in held_items_for(by, home.case)]
        has_left = AgendaRemoval.objects.filter(agenda=item).exists()

    assert (found, named) == (([f"agenda:{item.pk}"], [item.pk]) if stays else ([], []))
    assert has_left == (order != "held fixed withdrawn")


def test_contact_and_what_followed_stand_in_the_order_in_which_they_happened(world, client):
    by, at = world.coordinator, timezone.now() - dt.timedelta(days=80)
    with acting_for(by):
        contact = record_contact(
            channel="phone", speaker="self", one_line="CANARY 電話の声", reply_to="", urgency="C", received_at=at, by=by
        )  # fmt: skip
        case = open_case(
            contact, household_name="見本世帯", household_kind="unknown", by=by,
            person={"name": "見本 母", "relation": "self"},
        )  # fmt: skip
        found = timeline_for(by, case)
    assert [(entry.kind, entry.title) for entry in found] == [
        ("contact", "CANARY 電話の声"),
        ("holder", "ケースを作った。担当は機関 itaku"),
    ]
    sign_in(client, by)
    url = reverse("casework:timeline", args=[case.pk])
    body = client.get(url).content.decode()
    assert body.index("CANARY") < body.index("79日間、記録なし") < body.index("ケースを作った")
    newest = client.get(url, {"order": "new"}).content.decode()
    assert newest.index("ケースを作った") < newest.index("79日間、記録なし") < newest.index("CANARY")
    assert "記録なし" not in client.get(url, {"kind": "contact"}).content.decode()


def test_filters_leave_what_was_asked_for_and_pages_what_fits(world, client):
    by = world.coordinator
    with acting_for(by):
        for number in range(120):
            note(world, timezone.now() - dt.timedelta(minutes=number), f"訪問{number}")
    sign_in(client, by)
    url = reverse("casework:timeline", args=[world.hazuki.case.pk])

    def titles(**query):
        return re.findall(r">訪問(\d+)<", client.get(url, query).content.decode())

    assert len(titles(kind="note")) == 50
    assert len(titles(kind="note", page=3)) == 20
    assert titles(kind="note", order="new")[:2] == ["0", "1"]
    assert len(titles(paper="on")) == 120
    assert titles(person=str(world.hazuki.son.pk), kind="note") == []
    assert len(titles(method="visit", person=str(world.hazuki.mother.pk))) == 50
    assert len(titles(kind="no-such-kind")) + len(titles(year="1999; --")) > 0  # unsound: nothing is narrowed


# --- gaps: pure -----------------------------------------------------------------------------------------

FIRST = dt.date(2026, 1, 1)


def entry(day):
    return Entry(TimelineKind.NOTE, f"note:{day}", FIRST + dt.timedelta(days=day), "見本", "/")


@given(
    days=st.lists(st.integers(0, 400), min_size=1, max_size=12),
    today=st.integers(400, 500),
    newest=st.booleans(),
)
def test_gaps_are_the_silent_days_and_nothing_else(days, today, newest):
    found = sorted((entry(day) for day in days), key=lambda each: each.order)
    until = FIRST + dt.timedelta(days=today)

    rows = rows_of(found, TimelineFilter(is_newest_first=newest), gaps_until=until)

    silent = set(range(min(days), today + 1)) - set(days)
    runs = [each.days for each in rows if isinstance(each, Gap)]
    assert [each for each in rows if isinstance(each, Entry)] == (found[::-1] if newest else found)
    assert sorted(runs) == sorted(run for run in _runs(silent) if run >= QUIET_DAYS)


def _runs(days):
    runs, last = [], None
    for day in sorted(days):
        if last is not None and day == last + 1:
            runs[-1] += 1
        else:
            runs.append(1)
        last = day
    return runs


def test_where_something_is_left_out_no_gap_is_told():
    found = [entry(0), entry(100)]
    until = FIRST + dt.timedelta(days=300)
    for only in (TimelineFilter(kind="note"), TimelineFilter(person="all"), TimelineFilter(method="visit")):
        assert not [row for row in rows_of(found, only, gaps_until=until) if isinstance(row, Gap)]
    assert not [row for row in rows_of(found, TimelineFilter()) if isinstance(row, Gap)]
    assert [
        row.days for row in rows_of(found, TimelineFilter(), gaps_until=until) if isinstance(row, Gap)
    ] == [99, 200]
