"""支援プラン: versions that follow one another, what a decision asks for, who reads what, and the person's own paper."""

import datetime as dt
import io
import re
import subprocess
import uuid
from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.db import ProgrammingError, transaction
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.workbook.defined_name import DefinedName

from casework.cases.models import Case
from casework.concealment.actions import GroundDraft, conceal
from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.households.actions import StayDraft, add_person, set_item
from casework.households.models import PersonContact
from casework.households.selectors import name_people
from casework.issues.actions import IssueDraft, note_issue
from casework.meetings.actions import take_off_agenda
from casework.meetings.minutes import MinutesText, save_minutes
from casework.models import AgendaMember, CaseEvent, Minutes, MinutesAttendee
from casework.monitoring.models import MonitoringDate
from casework.ordinances.models import Ordinance
from casework.planning.actions import AtMeeting, PartDraft, PlanDraft, decide_plan, save_plan
from casework.planning.forms import in_places
from casework.planning.models import Plan, PlanDecision, PlanPart, PlanRole, Section
from casework.planning.selectors import changes_between, plan_views_for
from casework.plans.actions import DirectionDraft, InPlaceOf, RoleDraft, decide
from casework.plans.models import Decision, DecisionEnd, RoleRow, Seat
from casework.seen import ChangedMeanwhile, fingerprint
from casework.sharing.actions import Label
from casework.sheets.actions import make_sheet, request_sheet
from casework.sheets.models import Sheet
from casework.versions import Change
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import call, instead_of, let_swear, open_to_all, ordinance, put

pytestmark = pytest.mark.slow

DAY = dt.timedelta(days=1)
SECTIONS = (Section.WISH, Section.GOAL, Section.DIRECTION, Section.EXIT)


def today():
    return timezone.localdate()


def role(agency, label, seat="", what="訪問", issue="転倒"):
    return RoleDraft(label, agency, issue, what, seat=seat)


def draft(world, home, *, parts=None, roles=None, period=(0, 180), monitor=90):
    mother = Label(home.mother.pk, "roles")
    whole = [
        role(agency, mother, seat)
        for seat, agency in zip(Seat, (world.center, world.anshin, world.kenko, world.center), strict=True)
    ]
    written = [
        PartDraft(Label(home.mother.pk, "plan"), section, f"{section.label}の内容") for section in SECTIONS
    ]
    return PlanDraft(
        today() + period[0] * DAY, today() + period[1] * DAY, today() + monitor * DAY,
        parts=written if parts is None else parts, roles=whole if roles is None else roles,
    )  # fmt: skip


def save(world, home, plan=None, *, follows=None, by=None, key=None):
    by = by or world.coordinator
    with acting_for(by):
        return save_plan(home.case, plan or draft(world, home), follows=follows, by=by, key=key)


def settle(world, plan, *, by=None, supersedes=None, key=None, agenda=None):
    by = by or world.coordinator
    with acting_for(by):
        present = [world.anshin_worker.membership.pk]
        at = AtMeeting(agenda, 1, present) if agenda else today()
        return decide_plan(plan, at=at, in_place_of=instead_of(supersedes), by=by, key=key)


def seen(viewer, home):
    """Return what a viewer sees of the plans of a case: (version, is it decided, entries, roles)."""
    with acting_for(viewer):
        return [
            (view.plan.version, view.decision is not None, [part.text for part in view.parts],
             [row.agency.code for row in view.roles])
            for view in plan_views_for(viewer, home.case)
        ]  # fmt: skip


@pytest.fixture
def shared(world):
    """The mother's roles are shared with the agencies of the plan, her plan with one of them."""
    for agency in (world.anshin, world.kenko):
        world.share(world.hazuki, agency, Label(world.hazuki.mother.pk, "roles"))
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "plan"))
    return world


# --- versions ----------------------------------------------------------------------------------------------


def test_every_saving_is_a_version_that_follows_the_last(shared):
    first = save(shared, shared.hazuki)
    second = save(shared, shared.hazuki, follows=first)

    assert [(plan.number, plan.version, plan.follows_id) for plan in (first, second)] == [
        (first.number, 1, None), (first.number, 2, first.pk),
    ]  # fmt: skip
    assert [row[:2] for row in seen(shared.chief, shared.hazuki)] == [(2, False), (1, False)]
    assert seen(shared.chief, shared.tomono) == []
    with acting_for(shared.chief):
        verbs = CaseEvent.objects.filter(verb="plan_saved").values_list("after", flat=True)
        assert sorted(event["version"] for event in verbs) == [1, 2]


def test_same_key_is_one_version_and_a_colleague_who_was_quicker_is_named(shared):
    key = uuid.uuid4()
    assert save(shared, shared.hazuki, key=key) == save(shared, shared.hazuki, key=key)
    with pytest.raises(ChangedMeanwhile) as clash:
        save(shared, shared.hazuki)
    assert clash.value.current.version == 1


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("始まりより前", {"period": (10, 5), "monitor": 7}),
        ("期間の中の日", {"monitor": 200}),
        ("期間の中の日", {"monitor": -1}),
        ("1つ以上", {"parts": (), "roles": ()}),
    ],
)
def test_a_version_out_of_order_is_refused(shared, words, more):
    with pytest.raises(NotAllowed, match=words):
        save(shared, shared.hazuki, draft(shared, shared.hazuki, **more))
    assert seen(shared.chief, shared.hazuki) == []


@pytest.mark.parametrize("name", ["reception", "anshin_worker", "stranger", "editor"])
def test_who_may_not_decide_writes_no_plan(shared, name):
    plan = save(shared, shared.hazuki)
    for act in (
        lambda by: save(shared, shared.hazuki, follows=plan, by=by),
        lambda by: settle(shared, plan, by=by),
    ):
        with pytest.raises((NotAllowed, ProgrammingError)), transaction.atomic():
            act(getattr(shared, name))


# --- the decision (AT-5) -------------------------------------------------------------------------------------


def test_decision_gives_the_roles_to_their_agencies_and_the_plan_to_its_readers(shared):
    plan = save(shared, shared.hazuki)
    before = {name: seen(getattr(shared, name), shared.hazuki) for name in ("anshin_worker", "kenko_worker")}

    decision = settle(shared, plan)

    assert before == {"anshin_worker": [], "kenko_worker": []}  # drafts are the center's
    words = [f"{section.label}の内容" for section in SECTIONS]
    everybody = ["center", "anshin", "kenko", "center"]
    assert seen(shared.chief, shared.hazuki) == [(1, True, words, everybody)]
    assert seen(shared.anshin_worker, shared.hazuki) == [(1, True, words, everybody)]
    assert seen(shared.kenko_worker, shared.hazuki) == [(1, True, [], everybody)]
    assert seen(shared.jiritsu_worker, shared.hazuki) == []
    with acting_for(shared.chief):
        rows = RoleRow.objects.filter(decision=decision).order_by("position")
        assert [row.seat for row in rows] == list(Seat)
        assert PlanDecision.objects.get().decision == decision
        event = CaseEvent.objects.get(verb="plan_decided")
        date = MonitoringDate.objects.select_related("task").get(case=shared.hazuki.case)
    assert (date.task.due_on, date.task.owner) == (plan.monitor_on, shared.coordinator.membership)
    with acting_for(shared.chief):
        assert not MonitoringDate.objects.filter(case=shared.tomono.case).exists()
    assert event.after == {"number": plan.number, "version": 1}


@pytest.mark.parametrize("seat", list(Seat))
def test_no_plan_is_decided_with_an_empty_seat(shared, seat):
    whole = draft(shared, shared.hazuki)
    plan = save(
        shared,
        shared.hazuki,
        draft(shared, shared.hazuki, roles=[row for row in whole.roles if row.seat != seat]),
    )
    with pytest.raises(NotAllowed, match=str(seat.label)):
        settle(shared, plan)
    with acting_for(shared.chief):
        assert not Decision.objects.exists()


@pytest.mark.parametrize("section", SECTIONS)
def test_no_plan_is_decided_without_wish_goal_direction_and_exit(shared, section):
    whole = draft(shared, shared.hazuki)
    parts = [part for part in whole.parts if part.section != section]
    plan = save(shared, shared.hazuki, draft(shared, shared.hazuki, parts=parts))
    with pytest.raises(NotAllowed, match=str(section.label)):
        settle(shared, plan)


def test_consent_taken_back_before_the_decision_is_named(shared):
    plan = save(shared, shared.hazuki)
    with acting_for(shared.chief):
        consent = Consent.objects.get(person=shared.hazuki.mother)
        withdraw_consent(
            consent, agency=shared.kenko, item="roles", said_on=today(), how="電話", by=shared.chief
        )
    with pytest.raises(NotAllowed, match=r"葉月原母.*機関 kenko"):
        settle(shared, plan)
    with acting_for(shared.chief):
        assert not Decision.objects.exists()


@pytest.fixture
def coordinated(shared):
    """The case is one of coordination, and the mother agreed that the meeting sees her."""
    with acting_for(shared.coordinator):
        Case.objects.filter(pk=shared.hazuki.case.pk).update(flow="flow2")
    return shared


def table(world, home, *, kind="jusou", people=None, is_written=True):
    """An item of today's meeting; its minutes are written, or not yet."""
    with acting_for(world.chief):
        rule = Ordinance.objects.first()
    meeting = call(world, rule or ordinance(world), held_at=timezone.now() + dt.timedelta(seconds=1))
    seats = (world.anshin_worker, world.kenko_worker)
    let_swear(*seats)
    item = put(world, meeting, home, *seats, kind=kind, people=people or {home.mother.pk: "本人"})
    open_to_all(world, item)
    if is_written:
        with acting_for(world.coordinator):
            save_minutes(item, MinutesText(points="プランについて話した"), seen=0, by=world.coordinator)
    return item


def test_coordination_decides_in_the_layered_meeting_and_nowhere_else(coordinated):
    world, home = coordinated, coordinated.hazuki
    plan = save(world, home)
    wrong = {
        "重層的支援会議で決定": None,
        "このケースの": table(world, world.tomono),
        "重層的支援会議の議題": table(world, home, kind="shien_kaigi"),
        "このケースの重層的支援会議の議題を": table(world, home, kind="chosei"),
        "先に議事録を書いて": table(world, home, is_written=False),
        "葉月原母さんは、この議題の人に": table(world, home, people={home.son.pk: "長男"}),
        "取り下げ": table(world, home, is_written=False),
    }
    with acting_for(world.coordinator):
        take_off_agenda(wrong["取り下げ"], reason="見本", by=world.coordinator)
    for words, agenda in wrong.items():
        with pytest.raises(NotAllowed, match=words):
            settle(world, plan, agenda=agenda)
    with acting_for(world.chief):
        assert not Decision.objects.exists()

    item = table(world, home)
    decision = settle(world, plan, agenda=item)

    with acting_for(world.chief):
        assert Decision.objects.get(pk=decision.pk).agenda == item
        minutes = Minutes.objects.get(agenda=item)
    assert (minutes.points, minutes.present) == ("プランについて話した", [world.anshin_worker.membership.pk])


def test_plan_is_not_decided_in_a_layered_meeting_of_the_center_alone(coordinated):
    world, home = coordinated, coordinated.hazuki
    plan = save(world, home)
    meeting = call(world, held_at=timezone.now())
    item = put(world, meeting, home, kind="jusou", people={home.mother.pk: "本人"})
    with acting_for(world.coordinator):
        seat = world.coordinator.membership
        AgendaMember(agenda=item, case_id=item.case_id, membership=seat, named_by=seat).save(
            force_insert=True
        )
        save_minutes(item, MinutesText(points="プランについて話した"), seen=0, by=world.coordinator)
    with pytest.raises(NotAllowed, match="ほかの機関の構成員が1人は要ります"):
        settle(world, plan, agenda=item)
    with acting_for(world.chief):
        assert not Decision.objects.exists()


def test_minutes_saved_by_a_colleague_meanwhile_are_looked_at_first(coordinated):
    plan, item = save(coordinated, coordinated.hazuki), table(coordinated, coordinated.hazuki)
    with acting_for(coordinated.coordinator):
        save_minutes(item, MinutesText(points="書き足した"), seen=1, by=coordinated.coordinator)
    with pytest.raises(ChangedMeanwhile):
        settle(coordinated, plan, agenda=item)
    with acting_for(coordinated.chief):
        assert not Decision.objects.exists()
        assert not Minutes.objects.exists()


def test_page_offers_the_meetings_that_were_held_about_this_case(coordinated):
    world, home = coordinated, coordinated.hazuki
    plan = save(world, home)
    held, *_others = (
        table(world, home), table(world, home, is_written=False), table(world, world.tomono), table(world, home, kind="shien_kaigi"),
    )  # fmt: skip
    page = client_of(world.coordinator)
    url = reverse("casework:plan_decide", args=[home.case.pk, plan.pk])
    offered = page.get(url).context["form"].fields["agenda"].choices
    sent = {"decided_on": str(today()), "agenda": ""}
    refused = page.post(url, sent).content.decode()
    undated = page.post(url, {**sent, "decided_on": ""}).content.decode()
    present = [world.kenko_worker.membership.pk]
    done = page.post(
        url, {**sent, "agenda": str(held.pk), f"seen_{held.pk}": "1", f"present_{held.pk}": present}
    )

    assert [key for key, _words in offered] == ["", str(held.pk)]
    assert "会議の議題を選んでください" in refused
    assert "決定した日を書いてください" in undated
    assert done.status_code == 302
    with acting_for(world.chief):
        assert Minutes.objects.get(agenda=held).present == present


def test_only_the_newest_version_is_decided_and_once(shared):
    first = save(shared, shared.hazuki)
    second = save(shared, shared.hazuki, follows=first)
    with pytest.raises(NotAllowed, match="新しい版"):
        settle(shared, first)
    key = uuid.uuid4()
    assert settle(shared, second, key=key) == settle(shared, second, key=key)
    with pytest.raises(NotAllowed, match="もう決定"):
        settle(shared, second)


def test_plan_again_is_told_apart_and_takes_the_place_of_the_first(shared):
    first = save(shared, shared.hazuki)
    decision = settle(shared, first)
    second = save(shared, shared.hazuki, follows=first)
    again = settle(shared, second, supersedes=decision)

    with acting_for(shared.chief):
        views = plan_views_for(shared.chief, shared.hazuki.case)
        assert [(view.plan, view.is_first, view.decision) for view in views] == [
            (second, False, again), (first, True, decision),
        ]  # fmt: skip
        assert DecisionEnd.objects.get().decision == again
        assert decision.end.ended_at == again.recorded_at


# --- walls -----------------------------------------------------------------------------------------------------


def test_database_adds_nothing_to_a_version_that_stands(shared, shift_clock):
    plan = save(shared, shared.hazuki)
    home, other = shared.hazuki, shared.tomono
    of = {"plan": plan, "item": "plan", "section": "goal", "text": "あとから"}
    for name, whose in (("anshin_worker", home), ("coordinator", other)):
        with acting_for(getattr(shared, name)), pytest.raises(ProgrammingError), transaction.atomic():
            PlanPart(**of, case=whose.case, person=whose.mother).save(force_insert=True)
    shift_clock(dt.timedelta(seconds=1))
    with acting_for(shared.coordinator), pytest.raises(ProgrammingError), transaction.atomic():
        PlanPart(**of, case=home.case, person=home.mother).save(force_insert=True)


def test_place_in_hiding_is_not_written_into_a_plan_and_hides_what_told_it_before(shared):
    by, home = shared.coordinator, shared.tomono
    shared.share(home, shared.anshin, Label(home.mother.pk, "plan"), Label(home.mother.pk, "roles"))
    shared.share(home, shared.kenko, Label(home.mother.pk, "roles"))
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        values = {"address": "青葉区見本町9-8-7"}
        set_item(home.mother, item="contact", values=values, seen=fingerprint(row, ["address"]), by=by)
    whole = draft(shared, home)
    told = PartDraft(Label(home.mother.pk, "plan"), "service", "青葉区見本町9-8-7の近くの店")
    first = save(shared, home, draft(shared, home, parts=[*whole.parts, told]))
    settle(shared, first)
    assert told.text in seen(shared.anshin_worker, home)[0][2]
    with acting_for(by):
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), (), by=by)

    assert told.text not in seen(shared.anshin_worker, home)[0][2]
    with pytest.raises(NotAllowed, match="秘匿"):
        save(shared, home, draft(shared, home, parts=[*whole.parts, told]), follows=first)


# --- screens ---------------------------------------------------------------------------------------------------


def client_of(viewer):
    client = Client()
    sign_in(client, viewer)
    return client


def typed(forms, **more):
    """Return what a browser sends of a sheet that is shown:  with some fields filled in."""
    sent = {}
    for form in forms.all:
        if hasattr(form, "management_form"):
            sent |= {field.html_name: field.value() for field in form.management_form}
            rows = form.forms
        else:
            rows = [form]
        for row in rows:
            for field in row:
                value = field.value()
                if value not in (None, False):
                    sent[field.html_name] = str(value)
    return {**sent, **more}


def test_first_sheet_begins_with_who_lives_there_what_weighs_and_what_was_agreed(shared):
    home, by = shared.hazuki, shared.coordinator
    with acting_for(by):
        # Violence is sealed: it is carried nowhere.
        for code, severity in (("debt", "3"), ("dv_abuse", "3"), ("isolation", "2")):
            note_issue(home.son, code, IssueDraft(severity, "staff"), by=by)
        decide(
            home.case, decided_on=today(), by=by,
            directions=[DirectionDraft(Label(None, "plan"), "まず母と会う")],
            roles=[role(shared.anshin, Label(home.mother.pk, "roles"), Seat.CONTACT, what="火曜の朝に訪ねる")],
        )  # fmt: skip
    page = client_of(by)
    url = reverse("casework:plan_write", args=[home.case.pk])
    forms = page.get(url).context["forms"]

    begun = {each.section: [row.initial for row in each.rows.forms if row.initial] for each in forms.sections}
    assert [row["about"] for row in begun["wish"]] == [str(home.mother.pk), str(home.son.pk)]
    assert [(row["about"], row["item"]) for row in begun["issue"]] == [
        (str(home.son.pk), "money"), (str(home.son.pk), "plan"),
    ]  # fmt: skip
    assert [row["text"] for row in begun["direction"]] == ["まず母と会う"]
    assert [row.initial.get("what") for row in forms.roles.forms if row.initial] == ["火曜の朝に訪ねる"]

    kept = page.post(url, typed(forms, **{"goal-0-text": "転ばない"}))
    assert kept.status_code == 302
    ((_version, is_decided, words, agencies),) = seen(shared.chief, home)
    assert (is_decided, agencies) == (False, ["anshin"])
    assert sorted(words) == sorted(["まず母と会う", "転ばない", *(row["text"] for row in begun["issue"])])


def test_errors_are_told_all_at_once_and_nothing_typed_is_lost(shared):
    url = reverse("casework:plan_write", args=[shared.hazuki.case.pk])
    page = client_of(shared.coordinator)
    forms = page.get(url).context["forms"]
    wrong = {
        "period_to": str(today() - DAY),
        "wish-0-plain": "やさしく",
        "role-0-what": "訪ねる",
        "exit-0-text": "終わるとき",
    }

    refused = page.post(url, typed(forms, **wrong))

    text = refused.content.decode()
    assert refused.status_code == 200
    for words in ("始まりより前", "もとになる内容", "終わるとき", "やさしく", "訪ねる"):
        assert words in text
    assert seen(shared.chief, shared.hazuki) == []
    dropped = page.post(
        url, typed(forms, **{"role-0-what": "訪ねる", "role-0-is_dropped": "on", "exit-0-text": "終わるとき"})
    )
    assert dropped.status_code == 302
    assert [row[2:] for row in seen(shared.chief, shared.hazuki)] == [(["終わるとき"], [])]


def test_two_people_writing_at_once_lose_nothing(shared):
    first = save(shared, shared.hazuki)
    url = reverse("casework:plan_write", args=[shared.hazuki.case.pk])
    page = client_of(shared.coordinator)
    forms = page.get(url).context["forms"]
    save(shared, shared.hazuki, follows=first, by=shared.chief)

    clash = page.post(url, typed(forms, **{"goal-1-text": "わたしの目標"}))
    text = clash.content.decode()
    assert (clash.status_code, "第2版を保存しました" in text, "わたしの目標" in text) == (200, True, True)
    sent = typed(clash.context["forms"])
    assert page.post(url, sent).status_code == 302
    assert [row[0] for row in seen(shared.chief, shared.hazuki)] == [3, 2, 1]


def test_paper_of_one_person_has_nothing_of_another(shared):
    home = shared.hazuki
    whole = draft(shared, home)
    more = [
        PartDraft(Label(home.son.pk, "plan"), Section.GOAL, "息子の目標"),
        PartDraft(Label(None, "plan"), Section.GOAL, "家の目標", plain="いえの もくひょう"),
    ]
    plan = save(shared, home, draft(shared, home, parts=[*whole.parts, *more]))
    url = reverse("casework:plan_plain", args=[home.case.pk, plan.pk])
    page = client_of(shared.coordinator)

    unchosen, mother, son = (
        page.get(url, {"person": person.pk} if person else {}).content.decode().partition("c-plain")[2]
        for person in (None, home.mother, home.son)
    )
    found = [
        [word in text for word in ("目標の内容", "息子の目標", "いえの もくひょう", "家の目標", "訪問")]
        for text in (unchosen, mother, son)
    ]
    assert found == [[False] * 5, [True, False, True, False, True], [False, True, True, False, False]]


def test_roles_stand_on_the_persons_paper_in_easy_words_and_another_language(shared):
    """In place of the official words, with agency, number and day; carried on, compared, and kept as they are."""
    home, by, page = shared.hazuki, shared.coordinator, client_of(shared.coordinator)
    first = save(shared, home)
    url = reverse("casework:plan_write", args=[home.case.pk])
    words = "うちに 行きます\nSẽ đến nhà"
    typed_in = {
        "role-0-what": "居宅訪問",
        "role-0-plain": words,
        "role-0-frequency": "月2回",
        "role-1-what": "電話",
    }
    kept = page.post(url, typed(page.get(url).context["forms"], **typed_in))
    again = page.post(url, typed(page.get(url).context["forms"], **{"role-1-plain": "でんわします"}))
    assert (kept.status_code, again.status_code) == (302, 302)
    with acting_for(by):
        third, second, _first = plan_views_for(by, home.case)
        name_people(by, [row for view in (third, second) for row in (*view.parts, *view.roles)])
        changed = [(each.before, each.after) for each in changes_between(second, third) if each.is_changed]
    assert [[role.plain for role in view.roles][:2] for view in (second, third)] == [
        [words, ""], [words, "でんわします"],
    ]  # fmt: skip
    assert changed == [
        ("機関 anshin 本人との連絡窓口 転倒 電話", "機関 anshin 本人との連絡窓口 転倒 電話\nでんわします")
    ]

    paper = reverse("casework:plan_plain", args=[home.case.pk, third.plan.pk])
    text = page.get(paper, {"person": home.mother.pk}).content.decode().partition("c-plain")[2]
    assert "うちに 行きます<br>Sẽ đến nhà<br> 月2回" in text
    assert "でんわします" in text
    assert ("居宅訪問" in text, "訪問" in text) == (False, True)
    assert (
        "Sẽ đến nhà"
        in page.get(reverse("casework:plan", args=[home.case.pk, third.plan.pk])).content.decode()
    )
    for row in (third.roles[0], second.roles[0]):
        with acting_for(by), pytest.raises(ProgrammingError), transaction.atomic():
            PlanRole.objects.filter(pk=row.pk).update(plain="べつの")
    assert first.version == 1


def test_words_of_an_entry_that_only_the_person_reads_are_compared_too(shared):
    home, mother = shared.hazuki, Label(shared.hazuki.mother.pk, "plan")
    first = save(shared, home, draft(shared, home, parts=[PartDraft(mother, "goal", "転ばない")], roles=[]))
    save(
        shared,
        home,
        draft(shared, home, parts=[PartDraft(mother, "goal", "転ばない", "ころばない")], roles=[]),
        follows=first,
    )
    with acting_for(shared.chief):
        after, before = plan_views_for(shared.chief, home.case)
        name_people(shared.chief, [*before.parts, *after.parts])
        found = [(change.before, change.after) for change in changes_between(before, after)]
    assert found == [("転ばない", "転ばない\nころばない")]


def test_easy_words_of_a_role_that_write_out_a_concealed_place_hide_it(shared):
    by, home = shared.coordinator, shared.hazuki
    label, place = Label(home.mother.pk, "roles"), "青葉区見本町9-8-7"
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        set_item(
            home.mother, item="contact", values={"address": place}, seen=fingerprint(row, ["address"]), by=by
        )
    told = replace(role(shared.anshin, label), plain=f"{place}に 行きます")
    roles = draft(shared, home, parts=[], roles=[told, role(shared.kenko, label)])
    first = save(shared, home, roles)
    assert seen(by, home)[0][3] == ["anshin", "kenko"]
    with acting_for(by):
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), (), by=by)
    assert seen(by, home)[0][3] == ["kenko"]
    with pytest.raises(NotAllowed, match="秘匿"):
        save(shared, home, roles, follows=first)


def test_versions_are_compared_entry_by_entry(shared):
    home = shared.hazuki
    mother = Label(home.mother.pk, "plan")
    first = save(shared, home, draft(shared, home, parts=[
        PartDraft(mother, "goal", "転ばない"), PartDraft(mother, "goal", "食べる"), PartDraft(mother, "exit", "要介護2"),
    ], roles=[role(shared.anshin, Label(home.mother.pk, "roles"))]))  # fmt: skip
    save(shared, home, draft(shared, home, parts=[
        PartDraft(mother, "goal", "食べる"), PartDraft(mother, "goal", "眠る"), PartDraft(mother, "wish", "家にいたい"),
    ], roles=[role(shared.anshin, Label(home.mother.pk, "roles"), what="電話")], monitor=60), follows=first)  # fmt: skip
    with acting_for(shared.chief):
        after, before = plan_views_for(shared.chief, home.case)
        name_people(shared.chief, [row for view in (after, before) for row in (*view.parts, *view.roles)])
        found = [(change.label, change.before, change.after) for change in changes_between(before, after)]

    days = {number: str(today() + number * DAY) for number in (60, 90)}
    assert found == [
        ("次のモニタリングの日", days[90], days[60]),
        ("本人・世帯の意向", "", "家にいたい"),
        ("このプランの目標", "食べる", "食べる"),
        ("このプランの目標", "転ばない", "眠る"),
        ("終結の目安", "要介護2", ""),
        ("プランの役割", "機関 anshin 転倒 訪問", "機関 anshin 転倒 電話"),
    ]
    page = client_of(shared.coordinator)
    last = reverse("casework:plan_compare", args=[home.case.pk, after.plan.pk])
    changed, _details, same = page.get(last).content.decode().partition("同じところ（1件）")
    assert [word in changed for word in ("眠る", "転ばない", "食べる")] == [True, True, False]
    assert [word in same for word in ("眠る", "転ばない", "食べる")] == [False, False, True]
    assert page.get(reverse("casework:plan_compare", args=[home.case.pk, first.pk])).status_code == 404


def test_comparison_of_equal_versions_says_that_nothing_changed():
    words = {
        "changes": [Change("目標", "本人", "食べる", "食べる")],
        "before_label": "P1",
        "after_label": "P2",
    }
    page = render_to_string("casework/_changes.html", words)
    assert ("変わったところはありません。" in page, "同じところ（1件）" in page) == (True, True)


def test_pages_of_an_agency_show_the_decided_plan_as_it_reaches_them(shared):
    first = save(shared, shared.hazuki)
    url = reverse("casework:plan", args=[shared.hazuki.case.pk, first.pk])
    readers = {
        name: client_of(getattr(shared, name)) for name in ("anshin_worker", "kenko_worker", "jiritsu_worker")
    }
    drafts = {name: page.get(url).status_code for name, page in readers.items()}
    settle(shared, first)
    shown = {name: page.get(url) for name, page in readers.items()}

    assert set(drafts.values()) == {404}
    assert {name: page.status_code for name, page in shown.items()} == {
        "anshin_worker": 200, "kenko_worker": 200, "jiritsu_worker": 404,
    }  # fmt: skip
    assert [("目標の内容" in shown[name].content.decode()) for name in ("anshin_worker", "kenko_worker")] == [
        True,
        False,
    ]


def test_sheet_of_the_plan_prints_what_reaches_its_reader_and_is_offered_where_there_is_a_plan(
    shared, tmp_path
):
    home = shared.hazuki
    whole = draft(shared, home)
    more = [
        PartDraft(Label(home.mother.pk, "plan"), "wish", "髙﨑𠮷葛󠄀の家に\nいたい"),
        PartDraft(Label(home.son.pk, "plan"), "goal", "息子の目標"),
    ]
    decision = settle(shared, save(shared, home, draft(shared, home, parts=[*whole.parts, *more])))
    texts, labels = {}, {}
    for name in ("chief", "anshin_worker", "kenko_worker"):
        viewer = getattr(shared, name)
        with acting_for(viewer):
            sheet = request_sheet(home.case, decision, by=viewer, kind="plan")
        make_sheet(sheet.pk, membership_id=viewer.membership.pk)
        with acting_for(viewer):
            made = Sheet.objects.get(pk=sheet.pk)
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(bytes(made.pdf))
        for tool in ("pdftotext", "pdfinfo"):
            words = [
                tool,
                *(["-layout"] if tool == "pdftotext" else []),
                path,
                *(["-"] if tool == "pdftotext" else []),
            ]
            texts[name, tool] = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        labels[name] = {(person == str(home.mother.pk), item) for _case, person, item in made.labels}

    found = {
        name: [word in texts[name, "pdftotext"] for word in ("髙﨑𠮷", "息子の目標", "初回プラン", "署名")]
        for name in labels
    }
    assert found == {
        "chief": [True] * 4, "anshin_worker": [True, False, True, True], "kenko_worker": [False, False, True, True],
    }  # fmt: skip
    assert labels["kenko_worker"] == {(True, "roles")}
    assert all(re.search(r"^Tagged:\s+yes$", texts[name, "pdfinfo"], re.MULTILINE) for name in labels)
    with acting_for(shared.coordinator):
        other = decide(
            home.case, decided_on=today(), directions=[DirectionDraft(Label(None, "plan"), "方針")], roles=[],
            by=shared.coordinator,
        )  # fmt: skip
    page = client_of(shared.coordinator)
    offered = [
        'value="plan"'
        in page.get(reverse("casework:decision", args=[home.case.pk, each.pk])).content.decode()
        for each in (decision, other)
    ]
    assert offered == [True, False]


def filled(response):
    book = load_workbook(io.BytesIO(response.content))
    return {
        name: book[title][place.replace("$", "")]
        for name, defined in book.defined_names.items()
        for title, place in defined.destinations
    }


def test_spreadsheet_holds_what_reaches_its_reader_and_no_formula(shared):
    home = shared.hazuki
    whole = draft(shared, home)
    trap = PartDraft(Label(home.mother.pk, "plan"), "goal", '=HYPERLINK("http://x","髙﨑𠮷")')
    decision = settle(shared, save(shared, home, draft(shared, home, parts=[trap, *whole.parts])))
    url = reverse("casework:plan_excel", args=[home.case.pk, decision.pk])
    answers = {
        name: client_of(getattr(shared, name)).get(url)
        for name in ("chief", "anshin_worker", "kenko_worker", "jiritsu_worker", "stranger")
    }

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "chief": 200, "anshin_worker": 200, "kenko_worker": 200, "jiritsu_worker": 404, "stranger": 404,
    }  # fmt: skip
    cells = {name: filled(answers[name]) for name in ("chief", "anshin_worker", "kenko_worker")}
    assert cells["chief"]["plan_number"].value.endswith("-1")
    assert cells["chief"]["plan_kind"].value == "初回プラン"
    assert (
        cells["anshin_worker"]["goal"].value.splitlines()[0]
        == '（氏名は共有されていません）　=HYPERLINK("http://x","髙﨑𠮷")'
    )
    assert cells["kenko_worker"]["goal"].value in (None, "")
    roles = cells["kenko_worker"]["roles"]
    assert [roles.parent.cell(roles.row + down, 4).value for down in range(5)] == [
        "機関 center", "機関 anshin", "機関 kenko", "機関 center", None,
    ]  # fmt: skip
    kinds = {cell.data_type for row in roles.parent.iter_rows() for cell in row if cell.value}
    assert kinds == {"s"}
    with acting_for(shared.auditor):
        read = AuditEntry.objects.filter(verb="sheet_opened", subject_id=str(decision.pk))
        assert {entry.item for entry in read.filter(user_id=shared.kenko_worker.user.pk)} == {"roles"}


def test_spreadsheet_takes_the_citys_own_layout(shared, settings, tmp_path):
    home = shared.hazuki
    decision = settle(shared, save(shared, home))
    book = Workbook()
    book.active.title = "様式5"
    book.defined_names["wish"] = DefinedName("wish", attr_text="'様式5'!$C$7")
    book.defined_names["of_the_city"] = DefinedName("of_the_city", attr_text="'様式5'!$A$1")
    book.active["A1"] = "見本市 様式第5号"
    book.save(tmp_path / "plan.xlsx")
    settings.MARUGOTO_PLAN_TEMPLATE = str(tmp_path / "plan.xlsx")

    cells = filled(
        client_of(shared.chief).get(reverse("casework:plan_excel", args=[home.case.pk, decision.pk]))
    )

    assert (cells["wish"].value, cells["of_the_city"].value) == (
        "葉月原母　本人・世帯の意向の内容\n葉月原息子　（聞いていない）",
        "見本市 様式第5号",
    )
    assert cells["wish"].coordinate == "C7"


def test_decision_without_a_plan_has_no_spreadsheet(shared):
    with acting_for(shared.coordinator):
        other = decide(
            shared.hazuki.case, decided_on=today(), directions=[DirectionDraft(Label(None, "plan"), "方針")], roles=[],
            by=shared.coordinator,
        )  # fmt: skip
    url = reverse("casework:plan_excel", args=[shared.hazuki.case.pk, other.pk])
    assert client_of(shared.chief).get(url).status_code == 404


def test_decision_by_its_page_says_first_what_is_missing(shared):
    whole = draft(shared, shared.hazuki)
    plan = save(shared, shared.hazuki, draft(shared, shared.hazuki, roles=whole.roles[1:]))
    page = client_of(shared.coordinator)
    url = reverse("casework:plan_decide", args=[shared.hazuki.case.pk, plan.pk])
    asked = page.get(url).content.decode()
    refused = page.post(url, {"decided_on": str(today())})
    ahead = page.post(url, {"decided_on": str(today() + DAY)})
    with_seat = save(shared, shared.hazuki, follows=plan)
    url = reverse("casework:plan_decide", args=[shared.hazuki.case.pk, with_seat.pk])
    done = page.post(url, {"decided_on": str(today())})

    assert "「主担当」の席が空いています" in asked
    assert "「主担当」の席が空いています" in refused.content.decode()
    assert "先の日" in ahead.content.decode()
    assert (done.status_code, [row[:2] for row in seen(shared.chief, shared.hazuki)]) == (
        302,
        [(2, True), (1, False)],
    )


def test_plan_offers_to_take_the_place_of_no_decision_about_others(shared):
    """What was decided about the son on the same afternoon does not end because the newest decision is offered first."""
    home, by = shared.hazuki, shared.coordinator
    with acting_for(by):
        of_mother, of_son = (
            decide(
                home.case, decided_on=today(), by=by, roles=[],
                directions=[DirectionDraft(Label(person.pk, "plan"), "方針")],
            )
            for person in (home.mother, home.son)
        )  # fmt: skip
    plan = save(shared, home)

    form = client_of(by).get(reverse("casework:plan_decide", args=[home.case.pk, plan.pk])).context["form"]

    assert form["supersedes"].value() == [str(of_mother.pk)]
    assert [str(words) for _key, words in form.fields["supersedes"].choices] == [
        f"{of_son.number}（{today()} 葉月原息子）", f"{of_mother.number}（{today()} 葉月原母）",
    ]  # fmt: skip


def test_paper_for_the_person_is_offered_to_nobody_outside_the_household(shared):
    home, by = shared.hazuki, shared.coordinator
    with acting_for(by):
        values = {"name": "三栗和江", "relation": "child"}
        daughter = add_person(home.case, values=values, stay=StayDraft("apart"), by=by)
    debts = PartDraft(Label(None, "money"), Section.ISSUE, "世帯の借金")
    plan = save(shared, home, draft(shared, home, parts=[debts]))
    url = reverse("casework:plan_plain", args=[home.case.pk, plan.pk])

    pages = {
        person.name: client_of(by).get(url, {"person": person.pk}).content.decode()
        for person in (home.mother, daughter)
    }

    offered = "三栗和江さんに渡す"
    assert {name: ("世帯の借金" in page, offered in page) for name, page in pages.items()} == {
        home.mother.name: (True, False), "三栗和江": (False, False),
    }  # fmt: skip


def test_models_of_a_plan_say_what_they_are():
    assert str(Plan(number="P-1", version=2)) == "P-1-2"
    assert PlanRole.MAY_BE_HIDDEN
    assert PlanPart.MAY_BE_HIDDEN


@pytest.mark.parametrize("is_ticked", [True, False])
def test_plan_decided_at_a_meeting_passes_its_minutes_round_unless_somebody_unticks_it(
    coordinated, shift_clock, is_ticked
):
    world, home = coordinated, coordinated.hazuki
    plan, item = save(world, home), table(world, home)
    url = reverse("casework:plan_decide", args=[home.case.pk, plan.pk])
    form = client_of(world.coordinator).get(url).context["form"]
    sent = {
        "once": str(uuid.uuid4()), "agenda": str(item.pk), f"seen_{item.pk}": "1",
        f"present_{item.pk}": [str(world.anshin_worker.membership.pk)],
        "until": form["until"].value().strftime("%Y-%m-%dT%H:%M"), **({"circulate": "on"} if is_ticked else {}),
    }  # fmt: skip
    assert form["circulate"].value() is True

    assert client_of(world.coordinator).post(url, sent).status_code == 302

    shift_clock(2 * DAY)  # the papers have been given back
    with acting_for(world.anshin_worker):
        read = Minutes.objects.filter(agenda=item).exists()
    page = client_of(world.anshin_worker).get(reverse("casework:agenda", args=[item.meeting_id, item.pk]))
    assert (read, page.status_code) == ((True, 200) if is_ticked else (False, 404))


def test_plan_decided_at_a_meeting_says_who_was_there_beside_the_members(coordinated):
    world, home = coordinated, coordinated.hazuki
    plan, item = save(world, home), table(world, home)
    url = reverse("casework:plan_decide", args=[home.case.pk, plan.pk])
    mother = home.mother.pk
    sent = {
        f"seen_{item.pk}": "1", f"present_{item.pk}": [str(world.anshin_worker.membership.pk)],
        f"there_{mother}": "on", f"called_{mother}": "本人", "other_1_name": "見本 通", "other_1_capacity": "通訳",
    }  # fmt: skip
    page = client_of(world.coordinator)

    nowhere = page.post(url, {**sent, "agenda": "", "decided_on": str(today())}).content.decode()
    halved = page.post(url, {**sent, "agenda": str(item.pk), "other_1_capacity": ""}).content.decode()
    assert "どの会議の議題かを選んでください。" in nowhere
    assert "氏名と立場の両方を書いてください。" in halved
    assert 'value="見本 通"' in nowhere
    assert page.post(url, {**sent, "agenda": str(item.pk)}).status_code == 302

    with acting_for(world.chief):
        there = MinutesAttendee.objects.filter(agenda=item).order_by("pk")
        assert sorted((row.words, row.capacity, row.person_id) for row in there) == [
            ("本人", "", mother), ("見本 通", "通訳", None),
        ]  # fmt: skip


@given(st.lists(st.none() | st.integers(1, 8), max_size=8))
def test_rows_stand_where_somebody_puts_them(places):
    rows = [
        SimpleNamespace(number=number, cleaned_data={"place": place}) for number, place in enumerate(places)
    ]
    found = in_places(rows)
    assert sorted(row.number for row in found) == list(range(len(rows)))
    others = [row.number for row in found if not row.cleaned_data["place"]]
    assert others == sorted(others)
    wanted = [place for place in places if place]
    if len(set(wanted)) == len(wanted) and max(wanted, default=0) <= len(rows):
        assert all(found[place - 1].number == number for number, place in enumerate(places) if place)


def test_entries_and_roles_are_moved_without_writing_them_again(shared):
    first = save(shared, shared.hazuki)
    url = reverse("casework:plan_write", args=[shared.hazuki.case.pk])
    page = client_of(shared.coordinator)
    before = seen(shared.chief, shared.hazuki)[0]
    issues = {"issue-0-text": "借金", "issue-1-text": "火の始末", "issue-1-place": "1"}
    sent = page.post(url, typed(page.get(url).context["forms"], **issues, **{"role-0-place": "4"}))

    assert sent.status_code == 302
    with acting_for(shared.chief):
        again = Plan.objects.get(follows=first)
        parts = PlanPart.objects.filter(plan=again, section="issue").order_by("position")
        roles = (
            PlanRole.objects.filter(plan=again).order_by("position").values_list("agency__code", flat=True)
        )
        assert [part.text for part in parts] == ["火の始末", "借金"]
        assert list(roles) == [*before[3][1:], before[3][0]]


def test_role_that_changed_alone_is_what_the_next_version_begins_with(shared):
    """The plan marks what ended; the next version has the new role, and takes the place of the plan and of what changed it."""
    home, by = shared.hazuki, shared.coordinator
    plan = save(shared, home)
    decision = settle(shared, plan)
    with acting_for(by):
        row = RoleRow.objects.get(decision=decision, agency=shared.anshin)
        changed = decide(
            home.case, decided_on=today(), directions=[], roles=[role(shared.anshin, Label(home.mother.pk, "roles"), "contact", what="週2回の訪問")],
            in_place_of=InPlaceOf(roles=[row]), by=by,
        )  # fmt: skip
    page = client_of(by)
    shown = page.get(reverse("casework:plan", args=[home.case.pk, plan.pk])).content.decode()
    begun = page.get(reverse("casework:plan_write", args=[home.case.pk])).context["forms"].roles.initial
    again = save(shared, home, follows=plan)
    form = page.get(reverse("casework:plan_decide", args=[home.case.pk, again.pk])).context["form"]

    assert shown.count("終わった役割") == 1
    with acting_for(by):
        (view, *_later) = [each for each in plan_views_for(by, home.case) if each.plan == plan]
        assert [each.agency for each in view.roles if each not in view.standing] == [shared.anshin]
    assert sorted(each["what"] for each in begun) == ["訪問", "訪問", "訪問", "週2回の訪問"]
    assert set(form["supersedes"].value()) == {str(decision.pk), str(changed.pk)}
