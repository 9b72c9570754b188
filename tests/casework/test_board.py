"""担当の状況: who holds what and what is overdue, in numbers that agree with the lists behind them."""

import datetime as dt
import re
from contextlib import suppress
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.cases.actions import create_case, hand_over_case
from casework.cases.models import Case
from casework.cases.states import OPEN_STAGES, Stage
from casework.referrals.actions import AnswerDraft, ReferralDraft, answer_referral, send_referral
from casework.referrals.models import Referral
from casework.sharing.actions import Ground, Label, block
from casework.tasks.actions import TaskDraft, add_task, end_task
from casework.tasks.models import Task
from casework.triage.actions import ScreeningDraft, screen_case
from casework.workspace.board import board_for, stages_for
from permissions.agencies.actions import end_membership
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.nights import examples

LAW = Ground("law", "見本の法律")
MONTH = dt.timedelta(days=31)
TODAY = timezone.localdate()


def board(world):
    with acting_for(world.chief):
        return {
            (group.agency, row.worker): (
                row.open.count, row.late_tasks.count, row.late_referrals.count, row.quiet.count
            )
            for group in board_for(world.chief)
            for row in group.rows
        }  # fmt: skip


def late_task(world, case, by):
    with acting_for(by):
        due = timezone.localdate() - dt.timedelta(days=1)
        return add_task(case, TaskDraft(Label(None, "history"), "遅れた", due, by.membership), by=by)


def refer(world, home):
    by = world.coordinator
    with acting_for(by):
        draft = ReferralDraft(
            world.jiritsu, home.mother.pk, "聞いた", "課題", "同行", LAW, timezone.localdate()
        )
        return send_referral(home.case, draft, by=by)


def test_board_says_who_holds_what_and_what_is_overdue(world):
    late_task(world, world.hazuki.case, world.chief)
    with acting_for(world.reception):
        create_case(by=world.reception)
    with acting_for(world.chief):
        hand_over_case(world.tomono.case, to=world.kenko, worker=None, by=world.chief)

    assert board(world) == {
        ("機関 center", "reception"): (1, 0, 0, 0),
        ("機関 itaku", "coordinator"): (1, 1, 0, 0),
        ("機関 kenko", "担当者が決まっていない"): (1, 0, 0, 1),
    }


def test_holder_who_does_nothing_for_a_month_is_shown_whatever_others_do(world, shift_clock):
    shift_clock(MONTH)
    quiet = board(world)
    late_task(world, world.hazuki.case, world.chief)
    others = board(world)
    late_task(world, world.hazuki.case, world.coordinator)

    key = ("機関 itaku", "coordinator")
    assert (quiet[key], others[key], board(world)[key]) == ((2, 0, 0, 2), (2, 1, 0, 2), (2, 2, 0, 1))


def test_case_that_ended_is_held_by_nobody(world):
    with acting_for(world.coordinator):
        screen_case(world.hazuki.case, _only_told(world.chief), by=world.coordinator)

    assert board(world) == {("機関 itaku", "coordinator"): (1, 0, 0, 0)}


def test_who_left_still_holds_and_is_marked(world, client):
    end_membership(world.coordinator.membership, by=None)
    sign_in(client, world.chief)

    page = client.get(reverse("casework:board")).content.decode()

    assert board(world) == {("機関 itaku", "coordinator"): (2, 0, 0, 0)}
    assert "いまは所属していない" in page


def test_board_names_nobody_of_a_household_and_no_case(world, client):
    late_task(world, world.hazuki.case, world.coordinator)
    refer(world, world.hazuki)
    sign_in(client, world.chief)

    page = client.get(reverse("casework:board")).content.decode()

    assert "担当の状況" in page
    words = ("葉月原", "灯野", "遅れた", world.hazuki.case.number, world.tomono.case.number, "聞いた")
    assert [word for word in words if word in page] == []


@pytest.mark.parametrize(
    "name", ["coordinator", "reception", "anshin_worker", "editor", "auditor", "sysadmin"]
)
def test_board_is_the_chiefs(world, client, name):
    viewer = getattr(world, name)
    sign_in(client, viewer)

    assert client.get(reverse("casework:board")).status_code == 403
    with acting_for(viewer):
        assert board_for(viewer) == []


def test_chief_who_must_not_see_a_case_does_not_count_it(world):
    with acting_for(world.chief):
        block(world.hazuki.case, agency=None, user_id=world.chief.user.pk, reason="親族", by=world.chief)

    assert board(world) == {("機関 itaku", "coordinator"): (1, 0, 0, 0)}


def test_more_cases_cost_no_query_more(world, django_assert_max_num_queries):
    def count():
        with acting_for(world.chief), connection.execute_wrapper(counter := Counter()):
            board_for(world.chief)
        return counter.number

    few = count()
    for _more in range(3):
        with acting_for(world.coordinator):
            late_task(world, create_case(by=world.coordinator), world.coordinator)

    assert count() == few


class Counter:
    number = 0

    def __call__(self, execute, sql, params, many, context):
        self.number += 1
        return execute(sql, params, many, context)


# --- numbers and lists -----------------------------------------------------------------------------------


def listed_by(client, url):
    """Return how many rows a list has, all its pages together, as its reader counts them."""
    path, query = urlsplit(url).path, dict(parse_qsl(urlsplit(url).query))
    response = client.get(path, query)
    page = response.context["page"]
    if hasattr(page, "paginator"):
        return page.paginator.count
    assert page.next is None
    return len(page.rows)


ACTS = {
    "task": lambda w: late_task(w, w.hazuki.case, w.coordinator),
    "task of tomono": lambda w: late_task(w, w.tomono.case, w.chief),
    "done": lambda w: _done(w),  # noqa: PLW0108 -- defined below
    "refer": lambda w: refer(w, w.hazuki),
    "refer tomono": lambda w: refer(w, w.tomono),
    "answered": lambda w: _answer(w, "received"),
    "declined": lambda w: _answer(w, "declined"),
    "new": lambda w: _new(w),  # noqa: PLW0108 -- defined below
    "nobody": lambda w: _hand_over(w, w.center, None),
    "to chief": lambda w: _hand_over(w, w.center, w.chief.membership),
    "to agency": lambda w: _hand_over(w, w.kenko, None),
    "close": lambda w: _close(w),  # noqa: PLW0108 -- defined below
}


def _done(world):
    with acting_for(world.chief):
        end_task(Task.objects.filter(end__isnull=True).first(), kind="done", by=world.chief)


def _answer(world, kind):
    with acting_for(world.jiritsu_worker):
        referral = Referral.objects.order_by("number").last()
        answer_referral(referral, AnswerDraft(kind, words="見本"), answered=0, by=world.jiritsu_worker)


def _new(world):
    with acting_for(world.reception):
        create_case(by=world.reception)


def _hand_over(world, agency, worker):
    with acting_for(world.chief):
        hand_over_case(world.tomono.case, to=agency, worker=worker, by=world.chief)


def _close(world):
    with acting_for(world.chief):
        case = Case.objects.filter(stage="received").order_by("number").last()
        screen_case(case, _only_told(world.coordinator), by=world.chief)


def _only_told(second):
    return ScreeningDraft("closed_info", why="一度きりの問い合わせ", second=second.membership)


@pytest.mark.slow
@settings(
    max_examples=examples(day=5, night=40),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    acts=st.lists(st.sampled_from(sorted(ACTS)), min_size=4, max_size=10),
    days=st.sampled_from([0, 20, 31, 40]),
)
def test_every_number_is_that_of_the_list_it_leads_to(
    kept_world, client, shift_clock, monkeypatch, acts, days
):
    world, later = kept_world, dt.timedelta(days=days)
    sign_in(client, world.chief)
    with suppress(_Undone), transaction.atomic():
        for position, act in enumerate(acts):
            if position == len(acts) // 2:
                shift_clock(dt.timedelta(days=days))
                monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: TODAY + later)
            with suppress(NotAllowed, AttributeError), transaction.atomic():
                ACTS[act](world)
        with acting_for(world.chief):
            groups, stages = board_for(world.chief), stages_for(world.chief)
        total = {"open": 0, "late_tasks": 0, "late_referrals": 0, "quiet": 0}
        for row in (row for group in groups for row in group.rows):
            for name in total:
                figure = getattr(row, name)
                assert listed_by(client, figure.url) == figure.count, (name, figure, acts)
                total[name] += figure.count
        url = reverse("casework:case_list")
        duties = reverse("casework:duties")
        assert total == {
            "open": listed_by(client, f"{url}?open=on"),
            "quiet": listed_by(client, f"{url}?open=on&quiet=on"),
            "late_tasks": listed_by(client, f"{duties}?kind=task&due=late"),
            "late_referrals": listed_by(client, f"{duties}?kind=referral&due=late"),
        }
        for name in ("open", "quiet"):
            shown = [getattr(row, name) for row in stages]
            assert [listed_by(client, each.url) for each in shown if each.count] == [
                each.count for each in shown if each.count
            ]
            assert sum(each.count for each in shown) == total[name]
        monkeypatch.undo()
        raise _Undone


class _Undone(Exception):
    pass


def test_numbers_on_the_page_lead_to_their_lists(world, client):
    late_task(world, world.hazuki.case, world.coordinator)
    sign_in(client, world.chief)
    page = client.get(reverse("casework:board")).content.decode()

    links = re.findall(r'<a href="(/casework/[^"]*(?:open|late)[^"]*)">', page)
    assert [listed_by(client, link.replace("&amp;", "&")) for link in links] == [2, 1, 2]


def test_stages_stand_in_the_order_of_the_process_with_those_that_are_empty(world):
    with acting_for(world.chief):
        Case.objects.filter(pk=world.hazuki.case.pk).update(stage="suspended")
        Case.objects.filter(pk=world.tomono.case.pk).update(stage="closed")
        stages = stages_for(world.chief)
    assert [row.label for row in stages] == [str(stage.label) for stage in Stage if stage in OPEN_STAGES]
    assert {row.label: row.open.count for row in stages if row.open.count} == {"中断": 1}
    for viewer in (world.coordinator, world.anshin_worker):
        with acting_for(viewer):
            assert stages_for(viewer) == []
