"""議事録: one writes, nothing typed is lost, and what is fixed is changed by nobody."""

import datetime as dt
import io
import re
import subprocess

import pytest
from django.db import DatabaseError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from pypdf import PdfReader

from casework.dates import in_era
from casework.meetings.actions import (
    MEETING_FIELDS,
    MeetingDraft,
    PrepDraft,
    answer_prep,
    change_meeting,
    take_off_agenda,
)
from casework.meetings.minutes import (
    MinutesText,
    Outcome,
    fix_item,
    hand_out,
    receive_minutes,
    record_paper_receipts,
    save_minutes,
    take_writing,
    tick_returned,
)
from casework.meetings.models import Meeting, Minutes, MinutesDraft, MinutesReceipt, PaperCopy
from casework.meetings.selectors import copies_for, minutes_for, receipts_for
from casework.notifications.models import Notification
from casework.ordinances.selectors import fiscal_year
from casework.plans.actions import DirectionDraft, RoleDraft, answer_role, decide
from casework.plans.models import Decision, RoleRow, Seat
from casework.seen import ChangedMeanwhile, fingerprint
from casework.sharing.actions import Label, block
from casework.sheets.actions import request_sheet
from casework.sheets.models import Sheet
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.paper import pdf_available
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import (
    CANARY,
    call,
    fixed_item,
    let_swear,
    open_to_all,
    ordinance,
    paper,
    put,
    today_item,
    write,
)
from tests.paper import said_by
from tests.worlds import make_agency, make_viewer

pytestmark = pytest.mark.django_db


def direction(world, text="見守る"):
    return DirectionDraft(Label(world.hazuki.mother.pk, "plan"), text)


def test_draft_has_versions_and_the_slower_save_loses_nothing_of_the_first(world):
    item = today_item(world, world.anshin_worker)
    first = write(world, item, "一")
    with pytest.raises(ChangedMeanwhile) as clash:
        write(world, item, "二")
    assert (clash.value.current.facts, clash.value.current.version) == ("一", 1)
    assert write(world, item, "二", seen=first.version).version == 2


def test_only_the_writer_writes_and_somebody_else_takes_over(world):
    item = today_item(world, world.anshin_worker)
    with pytest.raises(NotAllowed, match="coordinatorさんが議事録を書いています"):
        write(world, item, by=world.chief)
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        acting_for(world.chief),
    ):
        MinutesDraft(
            agenda=item, case_id=item.case_id, version=1, facts="見本", saved_by=world.chief.membership
        ).save(force_insert=True)
    with acting_for(world.chief):
        take_writing(item.meeting, by=world.chief)
    assert write(world, item, by=world.chief).version == 1
    with pytest.raises(NotAllowed):
        write(world, item, seen=1)


def test_draft_is_the_centers_and_fixed_minutes_are_the_members(world):
    viewer, colleague = world.anshin_worker, make_viewer("colleague", world.anshin)
    item = today_item(world, viewer)
    write(world, item)
    with acting_for(viewer):
        assert not MinutesDraft.objects.exists()
        assert not minutes_for(viewer).exists()
    with acting_for(world.chief):
        fix_item(item, Outcome(), seen=1, present=[viewer.membership.pk], by=world.chief)
    for each, count in (
        (viewer, 1),
        (colleague, 0),
        (world.kenko_worker, 0),
        (world.editor, 0),
        (world.chief, 1),
    ):
        with acting_for(each):
            assert (Minutes.objects.count(), minutes_for(each).count()) == (count, count)


def test_screen_of_the_room_shows_each_reader_what_their_page_shows(world, client):
    """The center's has what is written so far; a member's has the papers; who is shut out of the item gets neither."""
    item = today_item(world, world.anshin_worker)
    paper(world, item, f"{CANARY} 大きな字の資料", is_for_all=True)
    write(world, item, f"{CANARY} 書きかけの事実")
    url = f"{reverse('casework:agenda', args=[item.meeting_id, item.pk])}?screen=on"
    found = {}
    for viewer in (world.coordinator, world.anshin_worker, world.kenko_worker, world.editor):
        sign_in(client, viewer)
        answer = client.get(url)
        words = ("大きな字の資料", "書きかけの事実", "葉月原母", "本人", item.case.number)
        body = answer.content.decode()
        found[viewer.user.username] = (answer.status_code, [word for word in words if word in body])

    assert found == {
        "coordinator": (200, ["大きな字の資料", "書きかけの事実", "本人"]), "anshin": (200, ["大きな字の資料", "本人"]), "kenko": (404, []),
        "editor": (403, []),
    }  # fmt: skip


def test_fixing_records_minutes_and_decision_together_with_the_item(world):
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "roles"))
    role = RoleDraft(Label(world.hazuki.mother.pk, "roles"), world.anshin, "孤立", "火曜の朝に訪ねる")
    item, minutes = fixed_item(world, world.anshin_worker, outcome=Outcome([direction(world)], [role]))
    with acting_for(world.chief):
        decision = Decision.objects.get()
        assert (decision.agenda_id, decision.case_id, decision.decided_on) == (
            item.pk, world.hazuki.case.pk, timezone.localdate(),
        )  # fmt: skip
        assert RoleRow.objects.get().decision == decision
        assert (minutes.facts, minutes.present) == (f"{CANARY} 事実", [world.anshin_worker.membership.pk])
        assert not MinutesDraft.objects.exists()


def test_what_a_support_meeting_decided_is_marked_and_no_agency_takes_it_away(world, client):
    home, viewer, by = world.hazuki, world.anshin_worker, world.chief
    world.share(home, world.anshin, Label(home.mother.pk, "roles"))
    first, second = (
        RoleDraft(Label(home.mother.pk, "roles"), world.anshin, "孤立", what)
        for what in ("申合せの訪問", "ほかの訪問")
    )
    fixed_item(world, viewer, outcome=Outcome([], [first]))
    with acting_for(by):
        agreed = Decision.objects.get()
        other = decide(home.case, decided_on=timezone.localdate(), directions=[], roles=[second], by=by)
    for decision in (agreed, other):
        with acting_for(viewer):
            role = RoleRow.objects.get(decision=decision)
            answer_role(role, answered=0, kind="accepted", text="", by=viewer)
    assert (agreed.is_meeting_only, other.is_meeting_only) == (True, False)

    def shown(reader):
        sign_in(client, reader)
        paper = client.get(
            reverse("casework:timeline", args=[home.case.pk]), {"paper": "on"}
        ).content.decode()
        pages = [
            client.get(reverse("casework:decision", args=[home.case.pk, each.pk])).content.decode()
            for each in (agreed, other)
        ]
        case = client.get(reverse("casework:case", args=[home.case.pk])).content.decode()
        return (
            [("申合せの訪問" in paper), ("ほかの訪問" in paper)],
            [page.count("会議限り</span>") for page in (*pages, case)],
            ["機関では印刷できません" in page for page in pages],
        )

    # On its page beside the number and beside its role; on the page of the case once more for each.
    assert shown(by) == ([True, True], [2, 0, 2], [False, False])
    assert shown(viewer) == ([False, True], [2, 0, 2], [True, False])
    for reader, decision, may in ((by, agreed, True), (viewer, agreed, False), (viewer, other, True)):
        with acting_for(reader):
            row = Sheet(case=home.case, decision=decision, membership=reader.membership, language="ja")
            if may:
                assert request_sheet(home.case, decision, by=reader).decision_id == decision.pk
                continue
            with pytest.raises(NotAllowed, match="会議限り"):
                request_sheet(home.case, decision, by=reader)
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                row.save(force_insert=True)


def test_mark_follows_the_law_of_the_meeting_in_the_database(world):
    item = today_item(world, world.anshin_worker)
    words = {"case": item.case, "decided_on": timezone.localdate(), "decided_by": world.chief.membership}
    with acting_for(world.chief):
        for number, agenda, is_meeting_only in (("D-1", item, False), ("D-2", None, True)):
            row = Decision(**words, number=number, agenda=agenda, is_meeting_only=is_meeting_only)
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                row.save(force_insert=True)


def test_what_cannot_be_decided_fixes_nothing(world):
    item = today_item(world, world.anshin_worker)
    write(world, item)
    role = RoleDraft(Label(world.hazuki.mother.pk, "roles"), world.kenko, "孤立", "訪ねる")
    with pytest.raises(NotAllowed, match="共有されていません"), acting_for(world.chief):
        fix_item(item, Outcome([direction(world)], [role]), seen=1, present=[], by=world.chief)
    with acting_for(world.chief):
        assert (Minutes.objects.count(), Decision.objects.count(), MinutesDraft.objects.count()) == (0, 0, 1)


def test_what_was_decided_stands_in_the_minutes_by_the_words_of_the_table(world, client, monkeypatch):
    """A member of another agency reads all of it with the minutes, on paper too; with the smallest view nothing. No name stands in it."""
    home, viewer = world.hazuki, world.anshin_worker
    volunteer = make_viewer("minsei", make_agency("minsei", kind="minsei", legal_type="person"))
    world.share(home, world.kenko, Label(home.son.pk, "roles"))
    role = RoleDraft(
        Label(home.son.pk, "roles"), world.kenko, "孤立", f"{home.mother.name}のいない日に訪ねる", frequency="毎週", until_on=dt.date(2027, 3, 31),
    )  # fmt: skip
    said = (
        "支援方針（本人）：本人を見守る",
        "支援方針（世帯全体）：玄関で話す",
        f"役割（長男）：{world.kenko.name}　本人のいない日に訪ねる、毎週、令和9年3月31日まで",
    )
    item = today_item(world, viewer, volunteer)
    with acting_for(world.coordinator):
        copies = hand_out(item, [viewer.membership, volunteer.membership], by=world.coordinator)
    write(world, item)
    outcome = Outcome(
        [direction(world, f"{home.mother.name}を見守る"), DirectionDraft(Label(None, "plan"), "玄関で話す")],
        [role],
    )
    with acting_for(world.chief), translation.override("en"):
        minutes, _decision = fix_item(item, outcome, seen=1, present=[], by=world.chief)
    url = reverse("casework:agenda", args=[item.meeting_id, item.pk])

    def shown(reader, query=""):
        sign_in(client, reader)
        body = client.get(f"{url}{query}").content.decode()
        return [text in body for text in said]

    printed = []

    def keep(template, context, *, style):
        printed.append(render_to_string(template, context))
        return b"%PDF-"

    monkeypatch.setattr("casework.meetings.minutes_views.pdf_of", keep)
    sign_in(client, world.coordinator)
    for copy in copies:
        client.post(reverse("casework:agenda_print", args=[item.meeting_id, item.pk]), {"copy": str(copy.pk)})

    assert minutes.decided == "\n".join(said)
    # The center's page names the decision itself.
    assert {reader.user.username: shown(reader) for reader in (viewer, volunteer, world.chief)} == {
        viewer.user.username: [True] * 3, "minsei": [False] * 3, world.chief.user.username: [False] * 3,
    }  # fmt: skip
    assert [shown(reader, "?screen=on") for reader in (viewer, volunteer, world.chief)] == [
        [True] * 3,
        [False] * 3,
        [True] * 3,
    ]
    assert [[text in page for text in said] for page in printed] == [[True] * 3, [False] * 3]
    with pytest.raises(DatabaseError), transaction.atomic(), acting_for(world.chief):
        Minutes.objects.update(decided="後から")


@pytest.mark.parametrize("kind", ["jusou", "shien_kaigi"])
def test_nothing_is_decided_about_somebody_who_is_not_on_the_table(world, client, kind):
    """AT-3: whose consent nobody asked for is not decided about either; the household may be."""
    home, anshin = world.hazuki, world.anshin
    world.share(home, anshin, Label(home.son.pk, "roles"), Label(None, "roles"))
    item = today_item(world, world.anshin_worker, kind=kind, people={home.mother.pk: "本人"})
    write(world, item)
    about_son = DirectionDraft(Label(home.son.pk, "plan"), "見守る")
    role_of_son = RoleDraft(Label(home.son.pk, "roles"), anshin, "孤立", "訪ねる")
    for outcome in (Outcome([about_son]), Outcome([direction(world)], [role_of_son])):
        with (
            pytest.raises(NotAllowed, match=f"{home.son.name}さんは、この議題の人に入っていません"),
            acting_for(world.chief),
        ):
            fix_item(item, outcome, seen=1, present=[], by=world.chief)
    sign_in(client, world.chief)
    url = reverse("casework:agenda_fix", args=[item.meeting_id, item.pk])
    page = client.get(url).content.decode()
    typed = {
        "seen": "1", "direction-TOTAL_FORMS": "1", "direction-INITIAL_FORMS": "0", "role-TOTAL_FORMS": "0",
        "role-INITIAL_FORMS": "0", "direction-0-about": str(home.son.pk), "direction-0-item": "plan", "direction-0-text": "見守る",
    }  # fmt: skip

    forged = client.post(url, typed)

    offered = {key: f'<option value="{key}"' in page for key in (home.mother.pk, home.son.pk, "household")}
    assert offered == {home.mother.pk: True, home.son.pk: False, "household": True}
    assert (forged.status_code, "見守る" in forged.content.decode()) == (200, True)
    with acting_for(world.chief):
        assert (Minutes.objects.count(), Decision.objects.count()) == (0, 0)
        household = DirectionDraft(Label(None, "plan"), "世帯で話す")
        fix_item(item, Outcome([direction(world), household]), seen=1, present=[], by=world.chief)
        assert Minutes.objects.get().agenda == item


@pytest.mark.parametrize(("kind", "is_told"), [("jusou", False), ("chosei", False), ("shien_kaigi", True)])
def test_members_read_with_the_minutes_what_a_support_meeting_decided_and_at_others_by_their_own_labels(
    world, client, kind, is_told
):
    """At a meeting on consent an agency may sit at the table and not be agreed to be shown the debts: its minutes repeat no role."""
    home = world.hazuki
    world.share(home, world.anshin, Label(home.mother.pk, "meeting"), Label(home.mother.pk, "roles"))
    world.share(home, world.kenko, Label(home.mother.pk, "meeting"), Label(home.mother.pk, "money"))
    members = (world.anshin_worker, world.kenko_worker)
    item = today_item(world, *members, kind=kind, people={home.mother.pk: "本人"})
    write(world, item)
    role = RoleDraft(Label(home.mother.pk, "money"), world.kenko, "債務", "借金の一覧づくり")
    if kind == "shien_kaigi":
        role = RoleDraft(Label(home.mother.pk, "roles"), world.anshin, "債務", "借金の一覧づくり")
    with acting_for(world.chief):
        fix_item(item, Outcome([], [role]), seen=1, present=[], by=world.chief)
    sign_in(client, world.anshin_worker if not is_told else world.kenko_worker)

    url = reverse("casework:agenda", args=[item.meeting_id, item.pk])
    pages = [client.get(url, query).content.decode() for query in ({}, {"screen": "on"})]

    assert ["借金の一覧づくり" in page for page in pages] == [is_told] * 2
    assert all(f"{CANARY} 事実" in page for page in pages)  # the minutes themselves are read


def test_prep_sheets_have_a_heading_where_some_stand_or_may_come(world, client):
    item = today_item(world, world.anshin_worker)
    write(world, item)
    sign_in(client, world.anshin_worker)
    url = reverse("casework:agenda", args=[item.meeting_id, item.pk])
    before = client.get(url).content.decode()
    with acting_for(world.chief):
        fix_item(item, Outcome(), seen=1, present=[], by=world.chief)
    after = client.get(url).content.decode()
    assert ['id="prep"' in page for page in (before, after)] == [True, False]


def test_internal_meeting_decides_about_anybody_of_the_household(world, client):
    home = world.hazuki
    meeting = call(world, held_at=timezone.now())
    item = put(world, meeting, home, world.coordinator, kind="internal", people={home.mother.pk: "本人"})
    write(world, item)
    sign_in(client, world.chief)
    page = client.get(reverse("casework:agenda_fix", args=[item.meeting_id, item.pk])).content.decode()
    outcome = Outcome([DirectionDraft(Label(home.son.pk, "plan"), "見守る")])
    with acting_for(world.chief):
        _minutes, decision = fix_item(item, outcome, seen=1, present=[], by=world.chief)

    assert f'<option value="{home.son.pk}"' in page
    assert decision is not None


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (lambda world, item: None, "先に議事録を書いて"),
        (lambda world, item: write(world, item, seen=0) and write(world, item, seen=1), ""),
    ],
)
def test_fixing_needs_the_draft_that_was_looked_at(world, prepare, why):
    item = today_item(world, world.anshin_worker)
    prepare(world, item)
    with pytest.raises(NotAllowed if why else ChangedMeanwhile, match=why or None), acting_for(world.chief):
        fix_item(item, Outcome(), seen=1, present=[], by=world.chief)


def test_nothing_is_fixed_before_its_day_or_without_fixed_members(world):
    let_swear(world.anshin_worker)
    rule = ordinance(world)
    early = put(
        world,
        call(world, rule, held_at=timezone.now() + dt.timedelta(days=2)),
        world.hazuki,
        world.anshin_worker,
    )
    never = put(world, call(world, rule, held_at=timezone.now()), world.hazuki, world.anshin_worker)
    for item, why in ((early, "会議の日が来る前"), (never, "構成員が固定されていない")):
        write(world, item)
        with pytest.raises(NotAllowed, match=why), acting_for(world.chief):
            fix_item(item, Outcome(), seen=1, present=[], by=world.chief)
    inside = put(world, call(world, held_at=timezone.now()), world.hazuki, world.coordinator, kind="internal")
    write(world, inside)
    with acting_for(world.chief):
        fix_item(inside, Outcome(), seen=1, present=[], by=world.chief)
        assert list(Minutes.objects.values_list("agenda", flat=True)) == [inside.pk]


def test_item_that_left_after_the_meeting_keeps_its_minutes_and_one_that_left_before_has_none(world):
    let_swear(world.anshin_worker)
    rule = ordinance(world)
    before = put(
        world,
        call(world, rule, held_at=timezone.now() + dt.timedelta(hours=1)),
        world.hazuki,
        world.anshin_worker,
    )
    after = put(
        world,
        call(world, rule, held_at=timezone.now() - dt.timedelta(hours=1)),
        world.hazuki,
        world.anshin_worker,
    )
    with acting_for(world.coordinator):
        for item in (before, after):
            take_off_agenda(item, reason="見本", by=world.coordinator)
    assert write(world, after).version == 1
    with pytest.raises(NotAllowed, match="会議の前に取り下げ"):
        write(world, before)


def test_fixed_item_is_changed_by_no_action(world):
    viewer = world.anshin_worker
    item, _minutes = fixed_item(world, viewer)
    acts = (
        (world.coordinator, lambda: save_minutes(item, MinutesText("後から"), seen=0, by=world.coordinator)),
        (world.chief, lambda: fix_item(item, Outcome(), seen=1, present=[], by=world.chief)),
        (world.coordinator, lambda: take_off_agenda(item, reason="後から", by=world.coordinator)),
        (viewer, lambda: answer_prep(item, PrepDraft("後から"), answered=0, by=viewer)),
    )
    for by, act in acts:
        with pytest.raises(NotAllowed, match="確定しています"), acting_for(by):
            act()
    with pytest.raises(NotAllowed, match="確定しています"):
        paper(world, item)


def changed(world, meeting, by=None, **told):
    """Change a meeting from what stands, as its form does."""
    by = by or world.coordinator
    with acting_for(by):
        now = Meeting.objects.select_related("writer", "ordinance").get(pk=meeting.pk)
        names = ("label", "held_at", "convener", "chair", "writer", "place", "is_online", "ordinance")
        draft = MeetingDraft(**{**{name: getattr(now, name) for name in names}, **told})
        return change_meeting(now, draft, seen=fingerprint(now, MEETING_FIELDS), by=by)


OTHERWISE = {
    "label": "ほかの会議", "held_at": timezone.now() - dt.timedelta(days=40), "place": "会議室9", "is_online": True,
    "convener": "ほかの機関", "chair": "ほかの人", "ordinance": None,
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERWISE)
def test_what_the_record_rests_on_stands_once_minutes_are_fixed(world, name):
    """Also where the fixed item is of a case that is out of sight for whoever changes the meeting."""
    item, _minutes = fixed_item(world, world.anshin_worker)
    put(world, item.meeting, world.tomono, world.anshin_worker)
    why = "要綱は変えられません" if name == "ordinance" else "議事録が確定した議題がある"
    with pytest.raises(NotAllowed, match=why):
        changed(world, item.meeting, **{name: OTHERWISE[name]})
    with acting_for(world.chief):
        block(item.case, agency=None, user_id=world.coordinator.user.pk, reason="親族", by=world.chief)
    with pytest.raises(NotAllowed, match=why):
        changed(world, item.meeting, **{name: OTHERWISE[name]})


def test_writer_is_relieved_as_long_as_an_item_is_open(world):
    item, _minutes = fixed_item(world, world.anshin_worker)
    rest = put(world, item.meeting, world.tomono, world.anshin_worker)
    assert changed(world, item.meeting, writer=world.chief.membership).writer == world.chief.membership
    open_to_all(world, rest)
    write(world, rest, by=world.chief)
    with acting_for(world.chief):
        fix_item(rest, Outcome(), seen=1, present=[], by=world.chief)
    with pytest.raises(NotAllowed, match="代われません"):
        changed(world, item.meeting, writer=world.coordinator.membership)
    with pytest.raises(NotAllowed, match="代われません"), acting_for(world.coordinator):
        take_writing(item.meeting, by=world.coordinator)


def test_ordinance_stands_since_papers_are_open_and_a_meeting_may_be_postponed(world):
    item = today_item(world, world.anshin_worker)
    for other in (None, ordinance(world, title="ほかの要綱")):
        with pytest.raises(NotAllowed, match="要綱は変えられません"):
            changed(world, item.meeting, ordinance=other)
    later = timezone.now() + dt.timedelta(days=7)
    with acting_for(world.anshin_worker):
        told = Notification.objects.filter(kind="meeting").count()
    assert changed(world, item.meeting, held_at=later, place="会議室9").held_at == later
    with acting_for(world.anshin_worker):
        assert Notification.objects.filter(kind="meeting").count() == told + 1


def test_page_of_a_meeting_offers_what_may_change_and_answers_an_old_page(world, client):
    item = today_item(world, world.anshin_worker)
    rest = put(world, item.meeting, world.tomono, world.anshin_worker)
    sign_in(client, world.coordinator)
    url = reverse("casework:meeting_edit", args=[item.meeting_id])
    opened = client.get(url).content.decode()
    assert ('name="ordinance"' in opened, 'name="label"' in opened) == (False, True)
    assert "見本市支援会議設置要綱" in opened
    write(world, item)
    with acting_for(world.chief):
        fix_item(item, Outcome(), seen=1, present=[], by=world.chief)
    fixed = client.get(url).content.decode()
    fields = ("label", "held_at", "place", "is_online", "convener", "chair", "ordinance", "writer")
    assert [name for name in fields if f'name="{name}"' in fixed] == ["writer"]
    assert "会議室2" in fixed
    with acting_for(world.coordinator):
        seen = fingerprint(Meeting.objects.get(pk=item.meeting_id), MEETING_FIELDS)
    old = {
        "label": "書きかえた名前", "held_at": "2026-01-01T10:00", "place": "会議室9", "chair": "課長",
        "writer": str(world.coordinator.membership.pk), "ordinance": "", "seen": seen,
    }  # fmt: skip
    body = client.post(url, old).content.decode()
    assert "議事録が確定した議題がある" in body
    assert "書きかえた名前" in body
    answer = client.post(url, {"writer": str(world.chief.membership.pk), "seen": seen})
    assert answer.status_code == 302
    with acting_for(world.chief):
        meeting = Meeting.objects.get(pk=item.meeting_id)
        assert (meeting.label, meeting.writer_id) == ("第14回 地域ケース会議", world.chief.membership.pk)
        take_off_agenda(rest, reason="見本", by=world.chief)
    # Nothing is left to write: nothing is left to change.
    assert (
        "会議の予定を直す" not in client.get(reverse("casework:meeting", args=[meeting.pk])).content.decode()
    )
    assert 'name="writer"' not in client.get(url).content.decode()


def test_member_says_that_the_minutes_came_and_nobody_says_it_for_them(world):
    viewer, other = world.anshin_worker, world.kenko_worker
    item, minutes = fixed_item(world, viewer, other)
    for _twice in range(2):
        with acting_for(viewer):
            receive_minutes(minutes, by=viewer)
    with acting_for(world.chief):
        assert set(receipts_for(world.chief, item)) == {viewer.membership.pk}
    with acting_for(other):
        assert receipts_for(other, item) == {}
    for by, seat in ((viewer, other), (world.stranger, world.stranger), (world.chief, viewer)):
        row = MinutesReceipt(agenda=item, case_id=item.case_id, membership=seat.membership)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic(), acting_for(by):
            row.save(force_insert=True)


def test_copies_are_numbered_and_ticked_off(world):
    viewer, other, by = world.anshin_worker, world.kenko_worker, world.coordinator
    item = today_item(world, viewer, other)
    with acting_for(by):
        first = hand_out(item, [viewer.membership], by=by)
        hand_out(item, [viewer.membership, other.membership], by=by)
        assert tick_returned(first, by=by) == 1
        assert tick_returned(first, by=by) == 0
        assert [(row.number, row.returned_at is None) for row in copies_for(by, item)] == [
            (1, False), (2, True), (3, True),
        ]  # fmt: skip
        with pytest.raises(NotAllowed):
            hand_out(item, [world.stranger.membership], by=by)
    for each in (viewer, world.stranger):
        with acting_for(each):
            assert (PaperCopy.objects.count(), copies_for(each, item)) == (0, [])


def test_pages_of_minutes_show_both_texts_to_the_slower_one(world, client):
    item = today_item(world, world.anshin_worker)
    sign_in(client, world.coordinator)
    keys = [item.meeting_id, item.pk]
    url = reverse("casework:minutes", args=keys)
    typed = {"seen": "0", "facts": "先に書いた", "points": "", "reservations": "", "handling": ""}
    assert client.post(url, typed).status_code == 302

    body = client.post(url, {**typed, "facts": "あとで書いた"}).content.decode()

    assert "先に書いた" in body
    assert "あとで書いた" in body
    assert 'name="seen" value="1"' in body
    sign_in(client, world.chief)
    body = client.post(url, {**typed, "seen": "1", "facts": "横から"}).content.decode()
    assert "coordinatorさんが議事録を書いています" in body
    assert "横から" in body
    assert client.get(reverse("casework:agenda_fix", args=keys)).status_code == 200
    empty = {
        f"{prefix}-{name}": value
        for prefix in ("direction", "role")
        for name, value in (("TOTAL_FORMS", "0"), ("INITIAL_FORMS", "0"))
    }
    fixed = client.post(reverse("casework:agenda_fix", args=keys), {**empty, "seen": "1"})
    assert fixed.status_code == 302
    assert "先に書いた" in client.get(reverse("casework:agenda", args=keys)).content.decode()
    sign_in(client, world.anshin_worker)
    assert client.post(reverse("casework:minutes_receive", args=keys)).status_code == 302
    body = client.get(reverse("casework:agenda", args=keys)).content.decode()
    assert "に受け取りました" in body
    for name in ("minutes", "copies", "agenda_fix"):
        assert client.get(reverse(f"casework:{name}", args=keys)).status_code == 403
    assert client.post(reverse("casework:agenda_print", args=keys)).status_code == 403
    sign_in(client, world.chief)
    handed = client.post(
        reverse("casework:copies", args=keys),
        {"members": [str(world.anshin_worker.membership.pk)], "hand_out": "1"},
    )
    assert handed.status_code == 302
    assert (
        "返されていない紙の資料が1部あります"
        in client.get(reverse("casework:copies", args=keys)).content.decode()
    )


@pytest.mark.slow
@pytest.mark.skipif(not pdf_available(), reason="no libraries for PDF here")
def test_page_of_fixed_minutes_says_who_was_there_and_asks_nobody_any_more(world, client):
    item = today_item(world, world.anshin_worker, world.kenko_worker)
    write(world, item)
    sign_in(client, world.chief)
    url = reverse("casework:agenda", args=[item.meeting_id, item.pk])
    before = client.get(url).content.decode()
    with acting_for(world.chief):
        fix_item(item, Outcome(), seen=1, present=[world.kenko_worker.membership.pk], by=world.chief)
    after = client.get(url).content.decode()

    assert (before.count("出席"), before.count("まだ答えていません")) == (0, 2)
    assert (after.count("出席"), after.count("まだ答えていません")) == (1, 0)


def test_minutes_are_a_pdf_for_the_center(world, client):
    item, _minutes = fixed_item(world, world.anshin_worker, outcome=Outcome([direction(world)]))
    sign_in(client, world.coordinator)

    answer = client.post(reverse("casework:agenda_print", args=[item.meeting_id, item.pk]))

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


@pytest.mark.slow
@pytest.mark.skipif(not pdf_available(), reason="no libraries for PDF here")
def test_minutes_on_paper_name_the_recorder_who_was_absent_and_the_next_meeting(world, client, tmp_path):
    """Rare names and their variants too; a numbered copy says its number, and tells of no meeting its reader was not asked to."""
    rare, variant = "髙﨑𠮷", "葛\U000e0100城"
    for viewer, name in ((world.anshin_worker, rare), (world.kenko_worker, variant)):
        viewer.user.last_name = name
        viewer.user.save(update_fields=["last_name"])
    item = today_item(world, world.anshin_worker, world.kenko_worker)
    with acting_for(world.coordinator):
        copies = hand_out(
            item, [world.anshin_worker.membership, world.kenko_worker.membership], by=world.coordinator
        )
    changed(world, item.meeting, convener="見本市社会福祉協議会")
    write(world, item, f"{rare}と{variant}の家")
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "roles"))
    role = RoleDraft(
        Label(world.hazuki.mother.pk, "roles"),
        world.anshin,
        "孤立",
        "訪ねる",
        "contact",
        frequency="毎週火曜",
    )
    with acting_for(world.chief):
        take_writing(item.meeting, by=world.chief)
        fix_item(
            item, Outcome([], [role]), seen=1, present=[world.anshin_worker.membership.pk], by=world.chief
        )
        record_paper_receipts(item, [world.anshin_worker.membership], by=world.chief)
    later = call(world, ordinance(world), label="次の回", held_at=timezone.now() + dt.timedelta(days=30))
    put(world, later, world.hazuki, world.kenko_worker)
    sign_in(client, world.coordinator)
    told, about = {}, {}
    for copy in (None, *copies):
        data = {"copy": str(copy.pk)} if copy else {}
        pdf = client.post(reverse("casework:agenda_print", args=[item.meeting_id, item.pk]), data).content
        number = copy.number if copy else 0
        told[number] = said_by(pdf)
        (tmp_path / f"{number}.pdf").write_bytes(pdf)
        shown = subprocess.run(
            ["pdfinfo", tmp_path / f"{number}.pdf"], capture_output=True, text=True, check=True
        )
        about[number] = shown.stdout

    assert all(re.search(r"^Tagged:\s+yes$", text, re.MULTILINE) for text in about.values())
    words = (
        "議事録を書く人機関itakucoordinator", f"出席した人機関anshin{rare}", f"欠席した構成員機関kenko{variant}", f"{rare}と{variant}の家",
        "招集した人または機関見本市社会福祉協議会", f"次の会議{later.number}",
    )  # fmt: skip
    assert {number: [word in text for word in words] for number, text in told.items()} == {
        0: [True] * 6, 1: [True, True, True, True, True, False], 2: [True] * 6,
    }  # fmt: skip
    assert [f"配布番号{number}" in text for number, text in sorted(told.items())] == [False, True, True]
    year, today = fiscal_year(timezone.localdate()), in_era(timezone.localdate())
    sworn, fixed = f"{rare}（{year}年度の誓約あり）", rf"確定した人機関\w+chief{today}[\d:]+第1版"
    assert [(sworn in text, bool(re.search(fixed, text))) for text in told.values()] == [(True, True)] * 3
    whose = "".join(world.hazuki.mother.name.split())
    for word in (
        f"議事録の配布先機関anshin{rare}{today}紙", "だれのこと課題すること機関・担当者回数いつまで",
        f"{whose}孤立訪ねる{Seat.CONTACT.label}機関anshin毎週火曜未定",
    ):  # fmt: skip
        assert [word in text for _number, text in sorted(told.items())] == [True, False, False], word
    assert [later.number in text for text in told.values()] == [True, False, True]


@pytest.mark.slow
@pytest.mark.skipif(not pdf_available(), reason="no libraries for PDF here")
def test_papers_and_minutes_are_printed_in_large_letters(world, client):
    item = today_item(world, world.anshin_worker)
    paper(world, item)
    with acting_for(world.coordinator):
        [copy] = hand_out(item, [world.anshin_worker.membership], by=world.coordinator)
    sign_in(client, world.coordinator)
    keys = [item.meeting_id, item.pk]
    page = client.get(reverse("casework:copies", args=keys)).content.decode()
    sizes = {}
    for large in ({}, {"large": "on"}):
        data = {"copy": str(copy.pk), **large}
        pdf = client.post(reverse("casework:agenda_print", args=keys), data).content
        sizes[bool(large)] = letters_of(pdf, "世帯像")

    assert page.count('name="large"') == 2
    assert sizes[True] > sizes[False] * 1.3 > 0


def letters_of(pdf, word):
    """Return the size in points of the letters in which a PDF says a word."""
    found = []

    def look(text, _matrix, _text_matrix, _font, size):
        if word in text:
            found.append(size)

    for each in PdfReader(io.BytesIO(pdf)).pages:
        each.extract_text(visitor_text=look)
    return max(found, default=0)


def test_paper_is_handed_out_under_the_same_law_as_a_screen(world):
    viewer, by = world.anshin_worker, world.coordinator
    let_swear(viewer)
    item = put(world, call(world, ordinance(world)), world.hazuki, viewer)
    row = PaperCopy(
        agenda=item, case_id=item.case_id, number=1, membership=viewer.membership, handed_by=by.membership
    )
    for _when in ("before", "after"):
        with pytest.raises(NotAllowed, match="公開した議題だけ"), acting_for(by):
            hand_out(item, [viewer.membership], by=by)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic(), acting_for(by):
            row.save(force_insert=True)
        if _when == "before":
            open_to_all(world, item)
            with acting_for(by):
                assert [copy.number for copy in hand_out(item, [viewer.membership], by=by)] == [1]
                take_off_agenda(item, reason="見本", by=by)


def test_copy_of_a_volunteer_prints_what_a_volunteer_sees(world, client, monkeypatch):
    volunteer = make_viewer("minsei", make_agency("minsei", kind="minsei", legal_type="person"))
    whole = world.anshin_worker
    item = today_item(world, volunteer, whole)
    paper(world, item, f"{CANARY} 借金")
    paper(world, item, "声かけのしかた", is_for_all=True)
    with acting_for(world.coordinator):
        copies = hand_out(item, [volunteer.membership, whole.membership], by=world.coordinator)
    write(world, item)
    with acting_for(whole):
        answer_prep(item, PrepDraft(knows="玄関で会った"), answered=0, by=whole)
    printed = {}

    def keep(template, context, *, style):
        printed[context["copy"].membership_id if context["copy"] else 0] = render_to_string(template, context)
        return b"%PDF-"

    monkeypatch.setattr("casework.meetings.minutes_views.pdf_of", keep)
    sign_in(client, world.coordinator)
    url = reverse("casework:agenda_print", args=[item.meeting_id, item.pk])
    for data in ({}, *({"copy": str(copy.pk)} for copy in copies)):
        assert client.post(url, data).status_code == 200
    assert client.post(url, {"copy": str(item.pk)}).status_code == 404

    texts = ("声かけのしかた", f"{CANARY} 借金", "玄関で会った")
    assert {key: [text in page for text in texts] for key, page in printed.items()} == {
        0: [True] * 3, whole.membership.pk: [True] * 3, volunteer.membership.pk: [True, False, False],
    }  # fmt: skip
    with acting_for(world.chief):
        fix_item(item, Outcome(), seen=1, present=[], by=world.chief)
    for copy in copies:
        client.post(url, {"copy": str(copy.pk)})
    assert [f"{CANARY} 事実" in printed[seat.membership.pk] for seat in (whole, volunteer)] == [True, False]


def kept_by_script(client, item, **typed):
    address = reverse("casework:minutes", args=[item.meeting_id, item.pk])
    return client.post(address, {"seen": 0, **typed}, headers={"Accept": "application/json"})


def test_script_keeps_what_is_typed_and_hears_what_became_of_it(world, client):
    item = today_item(world, world.anshin_worker)
    sign_in(client, world.coordinator)
    first = kept_by_script(client, item, facts="一").json()
    assert (first["version"], first["masked"]) == (1, False)
    # The answer was lost, and the script asks again; then the person types on in another window.
    assert kept_by_script(client, item, facts="一").json()["version"] == 1
    clash = kept_by_script(client, item, facts="二")
    assert (clash.status_code, clash.json()) == (409, {"state": "changed"})
    assert kept_by_script(client, item, seen=1, facts="123456789018").json()["masked"]
    with acting_for(world.chief):
        take_writing(item.meeting, by=world.chief)
    for typed in ({"facts": "三"}, {"facts": "字" * 100_000}):
        refused = kept_by_script(client, item, seen=2, **typed)
        assert (refused.status_code, refused.json()) == (422, {"state": "refused"})
    with acting_for(world.coordinator):
        assert MinutesDraft.objects.get(agenda=item).version == 2


def readings(world):
    with acting_for(world.auditor):
        return AuditEntry.objects.filter(verb="read").count()


def test_page_that_follows_is_told_that_nothing_is_new_without_a_reading_in_the_log(world, client):
    item = today_item(world, world.anshin_worker)
    write(world, item)
    sign_in(client, world.chief)
    own = [item.meeting_id, item.pk]
    for address in (
        reverse("casework:minutes", args=own),
        f"{reverse('casework:agenda', args=own)}?screen=on",
    ):
        before = readings(world)
        same = client.get(address, headers={"If-None-Match": '"1"'})
        assert (same.status_code, same.content, readings(world)) == (304, b"", before)
        fresh = client.get(address, headers={"If-None-Match": '"0"'})
        assert (fresh.status_code, 'data-live="1"' in fresh.content.decode()) == (200, True)
        assert readings(world) > before
    # A member, who sees no draft, follows nothing.
    sign_in(client, world.anshin_worker)
    screen = client.get(f"{reverse('casework:agenda', args=own)}?screen=on", headers={"If-None-Match": '"0"'})
    assert (screen.status_code, "data-live" in screen.content.decode()) == (200, False)
