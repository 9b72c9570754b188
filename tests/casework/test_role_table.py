"""役割分担表: who answers for an agency and how, the table in four orders, one touch, and reminders of silence."""

import datetime as dt
import re
from itertools import groupby

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.cases.actions import hand_over_case
from casework.cases.models import Case, CaseEvent
from casework.codes.actions import change_setting
from casework.meetings.minutes import Outcome
from casework.notifications.models import Notification
from casework.plans.actions import DirectionDraft, RoleDraft, Told, answer_role, decide
from casework.plans.models import NEEDS_TEXT, NEXT_ANSWERS, AnswerKind, RoleAnswer, RoleRow
from casework.plans.selectors import role_for
from casework.plans.table import GroupedBy, RoleFilter, RoleState, role_groups_for, role_rows_for
from casework.referrals.states import TOLD_BY, Medium
from casework.sharing.actions import Label, block, end_line
from casework.sharing.models import ShareLine
from casework.workspace.clocks import remind_deadlines
from casework.workspace.duties import DutyFilter, duties_for
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import fixed_item, instead_of

pytestmark = pytest.mark.slow

DAY = dt.timedelta(days=1)


def today():
    return timezone.localdate()


def share_roles(world, home, *agencies):
    for agency in agencies:
        world.share(home, agency, Label(home.mother.pk, "basic"), Label(home.mother.pk, "roles"))


def give(world, home, *drafts, supersedes=None):
    """Decide on roles:  (agency, what, issue, days until or None)."""
    with acting_for(world.coordinator):
        roles = [
            RoleDraft(
                Label(home.mother.pk, "roles"), agency, issue, what,
                until_on=None if days is None else today() + days * DAY,
            )
            for agency, what, issue, days in drafts
        ]  # fmt: skip
        return decide(
            home.case, decided_on=today(), directions=[DirectionDraft(Label(None, "plan"), "方針")],
            roles=roles, in_place_of=instead_of(supersedes), by=world.coordinator,
        )  # fmt: skip


def duties(viewer, kind):
    with acting_for(viewer):
        return [(duty.what, duty.membership, duty.url) for duty in duties_for(viewer, DutyFilter(kind=kind))]


@pytest.fixture
def role(world):
    share_roles(world, world.hazuki, world.anshin, world.kenko)
    give(world, world.hazuki, (world.anshin, "訪問", "転倒", 10))
    with acting_for(world.chief):
        return RoleRow.objects.select_related("case", "decision", "agency").get()


def say(viewer, role, kind, *, answered=0, text="", told=None):
    with acting_for(viewer):
        words = text or ("見本" if kind in NEEDS_TEXT else "")
        return answer_role(role, kind=kind, text=words, answered=answered, by=viewer, told=told)


def by_phone(ago=dt.timedelta(hours=2), person="担当B"):
    return Told(Medium.PHONE, timezone.now() - ago, person)


def client_of(viewer):
    client = Client()
    sign_in(client, viewer)
    return client


# --- the center records what it was told (AT-6) ------------------------------------------------------------


@pytest.mark.parametrize("medium", TOLD_BY)
def test_told_answer_keeps_who_said_it_when_and_how_and_the_agency_hears_of_it(world, role, medium):
    said = timezone.now() - dt.timedelta(hours=2)

    answer = say(world.coordinator, role, "accepted", told=Told(medium, said, "担当B"))

    assert (answer.agency, answer.medium, answer.said_at, answer.contact_person, answer.answered_by) == (
        world.anshin, medium, said, "担当B", world.coordinator.membership,
    )  # fmt: skip
    with acting_for(world.chief):
        (event,) = CaseEvent.objects.filter(verb="role_answered")
    assert event.after == {"kind": "accepted", "sequence": 1, "medium": medium}
    with acting_for(world.anshin_worker):
        assert [row.kind for row in Notification.objects.filter(role=role).order_by("at", "pk")].count(
            "role_answer"
        ) == 1
        seen = role_for(world.anshin_worker, world.hazuki.case, role.pk)
    assert (seen.last.medium, seen.agreement.kind) == (medium, "accepted")
    # What it says itself afterwards stands beside it; nothing is overwritten.
    say(world.anshin_worker, role, "declined", answered=1)
    with acting_for(world.chief):
        assert list(RoleAnswer.objects.order_by("sequence").values_list("kind", "medium")) == [
            ("accepted", medium), ("declined", "account"),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "told", "words"),
    [
        ("coordinator", None, "引き受ける機関だけ"),
        ("coordinator", by_phone(person="  "), "だれから聞いたか"),
        ("coordinator", Told(Medium.ACCOUNT, timezone.now(), "担当B"), "返事の方法"),
        ("coordinator", Told(Medium.LINK, timezone.now(), "担当B"), "返事の方法"),
        ("reception", by_phone(), "センターだけ"),
        ("anshin_worker", by_phone(), "センターだけ"),
        ("kenko_worker", None, "引き受ける機関だけ"),
    ],
)
def test_nobody_else_answers_for_an_agency(world, role, name, told, words):
    with pytest.raises(NotAllowed, match=words):
        say(getattr(world, name), role, "accepted", told=told)

    with acting_for(world.chief):
        assert not RoleAnswer.objects.exists()


@pytest.mark.parametrize(
    ("name", "medium", "agency"),
    [
        ("anshin_worker", "phone", "anshin"),  # an agency may not say that it was told
        ("coordinator", "account", "anshin"),  # the center may not say that the agency did it itself
        ("kenko_worker", "account", "anshin"),
        ("kenko_worker", "phone", "anshin"),
        ("coordinator", "phone", "kenko"),  # not the role's agency
    ],
)
def test_database_refuses_answers_in_a_false_name(world, role, name, medium, agency):
    viewer = getattr(world, name)
    with acting_for(viewer), pytest.raises(ProgrammingError), transaction.atomic():
        RoleAnswer(
            role=role, case_id=role.case_id, person_id=role.person_id, item=role.item, sequence=1, kind="accepted",
            agency=getattr(world, agency), medium=medium, contact_person="担当", answered_by=viewer.membership,
        ).save(force_insert=True)  # fmt: skip


def test_screen_asks_from_whom_and_keeps_what_was_typed(world, role):
    url = reverse("casework:role_told", args=[role.case_id, role.pk])
    page = client_of(world.coordinator)
    typed = {"answered": "0", "kind": "conditional", "text": "週1回なら", "contact_person": "", "medium": "phone",
             "said_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M")}  # fmt: skip

    refused = page.post(url, typed)
    ahead = page.post(
        url, {**typed, "contact_person": "担当B", "said_at": f"{today() + 2 * DAY:%Y-%m-%d}T10:00"}
    )
    kept = page.post(url, {**typed, "contact_person": "担当B"})

    assert (refused.status_code, ahead.status_code, kept.status_code) == (200, 200, 302)
    assert "週1回なら" in refused.content.decode()
    assert "先の日時" in ahead.content.decode()
    with acting_for(world.chief):
        (answer,) = RoleAnswer.objects.all()
    assert (answer.kind, answer.text, answer.contact_person, answer.medium) == (
        "conditional", "週1回なら", "担当B", "phone",
    )  # fmt: skip
    decision = page.get(reverse("casework:decision", args=[role.case_id, role.decision_id]))
    assert "担当Bから " in decision.content.decode()
    assert client_of(world.anshin_worker).get(url).status_code == 403
    assert client_of(world.reception).get(url).status_code == 403
    assert client_of(world.stranger).get(url).status_code == 403


# --- one touch ---------------------------------------------------------------------------------------------


def test_one_touch_says_yes_then_how_it_goes_and_a_second_tap_does_nothing(world, role):
    page = client_of(world.anshin_worker)
    url = reverse("casework:role_touch", args=[role.case_id, role.pk])
    back = reverse("casework:roles") + "?by=case"

    for answered, kind in enumerate(("accepted", "on_track", "late")):
        for _tap in range(2):
            answer = page.post(url, {"kind": kind, "answered": answered, "back": back})
            assert (answer.status_code, answer["Location"]) == (302, back)

    with acting_for(world.chief):
        said = list(RoleAnswer.objects.order_by("sequence").values_list("kind", "medium"))
    assert said == [("accepted", "account"), ("on_track", "account"), ("late", "account")]


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({"kind": "result", "answered": 0}, "casework:role_answer"),  # needs words
        ({"kind": "accepted"}, "casework:role_answer"),
        ({"kind": "on_track", "answered": 0, "back": "https://example.org/"}, "casework:roles"),
    ],
)
def test_touch_that_cannot_stand_leaves_nothing_and_never_leads_elsewhere(world, role, sent, place):
    answer = client_of(world.anshin_worker).post(
        reverse("casework:role_touch", args=[role.case_id, role.pk]), sent
    )

    args = [] if place == "casework:roles" else [role.case_id, role.pk]
    assert answer["Location"] == reverse(place, args=args)
    with acting_for(world.chief):
        assert not RoleAnswer.objects.exists()


def test_touch_of_another_agency_or_outside_the_case(world, role):
    url = reverse("casework:role_touch", args=[role.case_id, role.pk])
    sent = {"kind": "accepted", "answered": 0}

    answers = {
        name: client_of(getattr(world, name)).post(url, sent).status_code
        for name in ("kenko_worker", "jiritsu_worker", "coordinator", "reception")
    }

    assert answers == {"kenko_worker": 403, "jiritsu_worker": 404, "coordinator": 403, "reception": 403}
    with acting_for(world.chief):
        assert not RoleAnswer.objects.exists()


# --- the table -----------------------------------------------------------------------------------------------


def table(viewer, **only):
    wanted = RoleFilter(**only)
    with acting_for(viewer):
        keys = list(role_rows_for(viewer, wanted).values_list("pk", flat=True))
        groups = role_groups_for(viewer, keys, by=wanted.by)
        return [(group.heading, [role.row.what for role in group.roles]) for group in groups]


def test_promises_of_an_agency_over_all_its_cases_and_of_nobody_else(world):
    for home in (world.hazuki, world.tomono):
        share_roles(world, home, world.anshin, world.kenko)
        give(
            world,
            home,
            (world.anshin, f"{home.mother.name}訪問", "転倒", 3),
            (world.kenko, "健診", "病気", None),
        )

    seen = client_of(world.anshin_worker).get(reverse("casework:roles"), {"agency": world.kenko.pk})
    words = seen.content.decode()

    assert (words.count("葉月原母訪問"), words.count("灯野母訪問"), words.count("健診")) == (1, 1, 0)
    assert [who for who, _rows in table(world.coordinator, by="agency")] == ["機関 anshin", "機関 kenko"]
    assert table(world.coordinator, by="agency", agency=world.kenko.pk) == [("機関 kenko", ["健診", "健診"])]
    for name in ("stranger", "jiritsu_worker"):
        assert table(getattr(world, name), by="agency") == []


def test_row_leaves_the_table_with_its_line_its_decision_or_its_case(world, role):
    before = role.decision
    assert table(world.anshin_worker) != []
    with acting_for(world.chief):
        line = ShareLine.objects.get(agency=world.anshin, item="roles", ended_at=None)
        end_line(line, by=world.chief, reason="見本")
    assert table(world.anshin_worker) == []
    assert [rows for _week, rows in table(world.chief)] == [["訪問"]]
    with acting_for(world.coordinator):
        give(world, world.hazuki, (world.kenko, "健診", "病気", 1), supersedes=before)
    assert [rows for _week, rows in table(world.chief)] == [["健診"]]


answers = st.lists(st.sampled_from(AnswerKind.values), max_size=4)
rows = st.tuples(
    st.sampled_from(("anshin", "kenko")), st.sampled_from(("転倒", "借金", "火")),
    st.one_of(st.none(), st.integers(-10, 20)), answers,
)  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(wanted=st.lists(rows, min_size=1, max_size=6), by=st.sampled_from(GroupedBy.values))
def test_every_order_and_state_equals_a_slow_recount(world, wanted, by):
    """Each row stands once, under its own heading, in exactly one state."""
    with transaction.atomic():
        share_roles(world, world.hazuki, world.anshin, world.kenko)
        drafts = [
            (getattr(world, agency), f"すること{n}", issue, days)
            for n, (agency, issue, days, _said) in enumerate(wanted)
        ]
        decision = give(world, world.hazuki, *drafts)
        last = {}
        with acting_for(world.chief):
            made = {
                row.what: row
                for row in RoleRow.objects.filter(decision=decision).select_related("case", "agency")
            }
        for n, (agency, _issue, _days, said) in enumerate(wanted):
            done = ""
            count = 0
            for kind in said:
                if kind in NEXT_ANSWERS[done]:
                    say(getattr(world, f"{agency}_worker"), made[f"すること{n}"], kind, answered=count)
                    done, count = kind, count + 1
            last[f"すること{n}"] = done
        whole = table(world.chief, by=by)
        states = {state: _flat(table(world.chief, by=by, state=state)) for state in RoleState.values}
        transaction.set_rollback(True)

    assert sorted(_flat(whole)) == sorted(made)
    headings = [heading for heading, _rows in whole]
    assert headings == [key for key, _group in groupby(headings)]
    assert len(headings) == len(set(headings))
    assert {what: heading for heading, found in whole for what in found} == {
        what: _heading(row, by) for what, row in made.items()
    }
    expected = {state: [] for state in RoleState.values}
    for what, row in made.items():
        expected[_state(last[what], row.until_on)].append(what)
    assert {state: sorted(found) for state, found in states.items()} == {
        state: sorted(found) for state, found in expected.items()
    }


def _flat(groups):
    return [what for _heading, found in groups for what in found]


def _heading(row, by):
    if by == "week":
        until = row.until_on
        return f"{until - until.weekday() * DAY:%Y-%m-%d} の週" if until else "日が決まっていない"
    return {"agency": row.agency.name, "issue": row.issue, "case": row.case.number}[by]


def _state(last, until):
    if not last:
        return "unanswered"
    if last in ("result", "declined"):
        return {"result": "done", "declined": "declined"}[last]
    return "late" if last == "late" or (until and until < today()) else "running"


def test_wall_of_the_meeting_room_names_nobody(world, role):
    url = reverse("casework:case_roles", args=[role.case_id])
    page, screen = (
        client_of(world.coordinator).get(url, query).content.decode() for query in ({}, {"screen": "on"})
    )

    assert ("葉月原母" in page, "訪問" in page) == (True, True)
    assert ("葉月原" in screen, "訪問" in screen, "本人" in screen) == (False, True, True)
    assert client_of(world.stranger).get(url).status_code == 404


def test_table_of_a_case_shows_an_agency_what_reaches_it(world, role):
    give(world, world.hazuki, (world.kenko, "健診", "病気", 1))
    world.share(world.hazuki, world.jiritsu, Label(world.hazuki.mother.pk, "basic"))
    url = reverse("casework:case_roles", args=[role.case_id])

    assert [
        (word in client_of(world.kenko_worker).get(url).content.decode()) for word in ("訪問", "健診")
    ] == [True, True]
    assert [
        (word in client_of(world.jiritsu_worker).get(url).content.decode()) for word in ("訪問", "健診")
    ] == [False, False]


# --- silence -------------------------------------------------------------------------------------------------


def reminders(world, kind="role_late"):
    found = {}
    for name in ("anshin_worker", "kenko_worker", "coordinator", "chief", "reception"):
        viewer = getattr(world, name)
        with acting_for(viewer):
            count = Notification.objects.filter(membership=viewer.membership, kind=kind).count()
        if count:
            found[name] = count
    return found


def test_silence_is_reminded_of_each_five_days_and_then_told_to_the_chief(world, role, shift_clock):
    seen = {}
    for day in (0, 4, 5, 9, 10, 14, 15, 16):
        shift_clock(day * DAY)
        remind_deadlines()
        remind_deadlines()
        seen[day] = reminders(world)

    two, three = (dict.fromkeys(("anshin_worker", "coordinator"), n) for n in (2, 3))
    one = dict.fromkeys(two, 1)
    assert [seen[day] for day in (0, 4, 5, 9, 10, 14)] == [{}, {}, one, one, two, two]
    assert seen[15] == seen[16] == {**three, "chief": 1}


def test_days_are_the_citys_and_an_answer_ends_it(world, role, shift_clock):
    with acting_for(world.chief):
        change_setting("role_reminder", value="2", seen="5", by=world.chief)
    shift_clock(2 * DAY)
    remind_deadlines()
    say(world.anshin_worker, role, "accepted")
    shift_clock(6 * DAY)
    remind_deadlines()

    assert reminders(world) == dict.fromkeys(("anshin_worker", "coordinator"), 1)


# --- what was refused, and what was promised and does not come ------------------------------------------------


def test_refused_role_is_the_workers_duty_until_a_new_decision_or_a_yes(world, role):
    with acting_for(world.chief):
        hand_over_case(role.case, to=world.center_itaku, worker=world.coordinator.membership, by=world.chief)
    page = reverse("casework:decision", args=[role.case_id, role.decision_id])
    open_ = [("決め直しが必要です：訪問（機関 anshin）", world.coordinator.membership.pk, page)]

    say(world.anshin_worker, role, "declined")
    refused = {name: duties(getattr(world, name), "declined") for name in ("coordinator", "chief")}
    say(world.anshin_worker, role, "accepted", answered=1)
    taken_on = duties(world.coordinator, "declined")
    say(world.anshin_worker, role, "declined", answered=2)
    again = duties(world.coordinator, "declined")
    shown = client_of(world.coordinator).get(reverse("casework:duties"), {"who": "me"}).content.decode()
    give(world, world.hazuki, (world.kenko, "健診", "病気", 1), supersedes=role.decision)

    assert refused == {"coordinator": open_, "chief": open_}
    assert (taken_on, again) == ([], open_)
    assert ("決め直しが必要です：訪問（機関 anshin）" in shown, "引き受けられない役割" in shown) == (
        True,
        True,
    )
    assert duties(world.coordinator, "declined") == []


def test_refused_role_is_nobody_elses_duty_and_none_of_a_case_that_is_over(world, role):
    say(world.anshin_worker, role, "declined")
    names = ("anshin_worker", "kenko_worker", "stranger", "auditor")
    assert len(duties(world.chief, "declined")) == 1
    assert [name for name in names if duties(getattr(world, name), "declined")] == []
    with acting_for(world.chief):
        block(role.case, agency=None, user_id=world.coordinator.user.pk, reason="見本", by=world.chief)
    assert duties(world.coordinator, "declined") == []
    with acting_for(world.chief):
        Case.objects.filter(pk=role.case_id).update(stage="closed")
    assert duties(world.chief, "declined") == []


def test_refused_role_is_reminded_of_as_silence_is_until_something_was_decided(world, role, shift_clock):
    say(world.anshin_worker, role, "declined")
    seen = {}
    for day in (4, 5, 9, 10, 14, 15):
        shift_clock(day * DAY)
        remind_deadlines()
        remind_deadlines()
        seen[day] = reminders(world, "role_declined")
    once, twice, thrice = ({"coordinator": n} for n in (1, 2, 3))
    assert [seen[day] for day in (4, 5, 9, 10, 14)] == [{}, once, once, twice, twice]
    assert seen[15] == {**thrice, "chief": 1}
    assert reminders(world) == {}
    shift_clock(15 * DAY)
    say(world.anshin_worker, role, "accepted", answered=1)
    shift_clock(30 * DAY)
    remind_deadlines()
    assert reminders(world, "role_declined") == seen[15]


def test_late_promise_is_reminded_of_from_its_day_and_then_told_to_the_chief(world, role, shift_clock):
    say(world.anshin_worker, role, "accepted")
    seen = {}
    for day in (9, 10, 14, 15, 19, 20, 24, 25):
        shift_clock(day * DAY)
        remind_deadlines()
        remind_deadlines()
        seen[day] = reminders(world, "role_overdue")

    each = [dict.fromkeys(("anshin_worker", "coordinator"), n) for n in range(5)]
    assert seen == {
        9: {}, 10: each[1], 14: each[1], 15: each[2], 19: each[2],
        20: {**each[3], "chief": 1}, 24: {**each[3], "chief": 1}, 25: {**each[4], "chief": 2},
    }  # fmt: skip
    assert reminders(world) == {}


@pytest.mark.parametrize("said", [("accepted", "result"), ("declined",), ()])
def test_what_was_kept_refused_or_never_promised_is_no_late_promise(world, role, shift_clock, said):
    for answered, kind in enumerate(said):
        say(world.anshin_worker, role, kind, answered=answered)
    shift_clock(40 * DAY)
    remind_deadlines()

    assert reminders(world, "role_overdue") == {}


def test_late_promise_without_a_day_or_of_an_earlier_decision_is_none(world, role, shift_clock):
    say(world.anshin_worker, role, "accepted")
    give(world, world.hazuki, (world.kenko, "健診", "病気", None), supersedes=role.decision)
    with acting_for(world.chief):
        other = RoleRow.objects.select_related("case", "decision", "agency").get(agency=world.kenko)
    say(world.kenko_worker, other, "accepted")
    shift_clock(40 * DAY)
    remind_deadlines()

    assert reminders(world, "role_overdue") == {}


def test_late_promise_says_nothing_where_its_line_ended_and_its_days_are_the_citys(world, role, shift_clock):
    say(world.anshin_worker, role, "accepted")
    with acting_for(world.chief):
        change_setting("role_reminder", value="2", seen="5", by=world.chief)
        end_line(ShareLine.objects.get(agency=world.anshin, item="roles"), by=world.chief, reason="見本")
    for day in (10, 12):
        shift_clock(day * DAY)
        remind_deadlines()

    assert reminders(world, "role_overdue") == {"coordinator": 2}
    with acting_for(world.coordinator):
        row = Notification.objects.filter(kind="role_overdue").latest("at")
    assert (row.role_id, row.case_id, row.task_id) == (role.pk, None, None)


# --- on paper ------------------------------------------------------------------------------------------------


def test_agency_prints_nothing_of_what_is_kept_to_a_meeting_and_the_center_does(world, role):
    home = world.hazuki
    draft = RoleDraft(Label(home.mother.pk, "roles"), world.anshin, "会議だけの課題", "会議だけの役割")
    fixed_item(world, world.anshin_worker, outcome=Outcome([], [draft]))
    hidden = {}
    for name in ("anshin_worker", "coordinator"):
        page = client_of(getattr(world, name)).get(reverse("casework:case_roles", args=[home.case.pk]))
        tables = re.findall(r"<table.*?</table>", page.content.decode(), re.DOTALL)
        rows = {words: next(t for t in tables if words in t) for words in ("会議だけの役割", "訪問")}
        hidden[name] = {words: ('<table class="m-table m-table--cards m-noprint">' in t, '<tr class="m-noprint">' in t)
                        for words, t in rows.items()}  # fmt: skip

    assert hidden == {
        "anshin_worker": {"会議だけの役割": (True, True), "訪問": (False, False)},
        "coordinator": {"会議だけの役割": (False, False), "訪問": (False, False)},
    }
