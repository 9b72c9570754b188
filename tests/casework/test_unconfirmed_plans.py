"""Decided plans that wait for the city (支援決定): who finds them where, and whom a confirmation is told to."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.concealment.actions import GroundDraft, conceal
from casework.households.actions import set_item
from casework.households.models import PersonContact
from casework.models import Case
from casework.notifications.models import Notification
from casework.planning.actions import decide_plan
from casework.planning.confirmations import unconfirmed_plans_for
from casework.planning.models import PlanConfirmation
from casework.seen import fingerprint
from casework.sharing.actions import Label, block
from casework.workspace.duties import DutyFilter, duties_for
from casework.workspace.inbox import inbox_for, inbox_rows_for
from permissions.walls.context import acting_for
from tests.casework.tables import instead_of
from tests.casework.test_plan_confirmations import DAY, confirm, decided, return_plan, today  # noqa: F401 -- a fixture
from tests.casework.test_planning import client_of, save, settle
from tests.worlds import make_agency, make_viewer

pytestmark = pytest.mark.slow

HOME = reverse("casework:home")
DUTIES = f"{reverse('casework:duties')}?kind=confirmation"
HEADING, NOTHING = "市の支援決定を待っているプラン", "支援決定を待っているプランはありません"


@pytest.fixture
def sections(decided):  # noqa: F811
    """Two sections of the city, each with a chief, a contractor with one, and two plans that wait."""
    other = make_agency("center-2", is_center=True, kind="center", legal_type="city_section")
    decided.second_chief = make_viewer("chief-2", other, "chief")
    decided.contractor = make_viewer("itaku-chief", decided.center_itaku, "chief")
    for agency in (decided.anshin, decided.kenko):
        decided.share(decided.tomono, agency, Label(decided.tomono.mother.pk, "roles"))
    decided.later = save(decided, decided.tomono)
    settle(decided, decided.later)
    return decided


def waiting(viewer):
    with acting_for(viewer):
        return [str(row.plan) for row in unconfirmed_plans_for(viewer)]


def listed(viewer, who=""):
    with acting_for(viewer):
        return [duty.url for duty in duties_for(viewer, DutyFilter(kind="confirmation", who=who))]


def confirm_page(world, home, plan):
    return reverse("casework:plan_confirm", args=[getattr(world, home).case.pk, plan.pk])


def test_whoever_may_confirm_finds_every_plan_that_waits_and_nobody_else_hears_of_it(sections):
    both = sorted([str(sections.plan), str(sections.later)])
    pages = sorted(
        [confirm_page(sections, "hazuki", sections.plan), confirm_page(sections, "tomono", sections.later)]
    )
    for viewer in (sections.chief, sections.second_chief):
        assert sorted(waiting(viewer)) == both
        assert sorted(listed(viewer)) == sorted(listed(viewer, "me")) == sorted(listed(viewer, "us")) == pages
    for name in ("contractor", "coordinator", "reception", "anshin_worker", "kenko_worker", "stranger"):
        viewer = getattr(sections, name)
        assert (waiting(viewer), listed(viewer)) == ([], [])
        page = client_of(viewer).get(HOME).content.decode()
        assert (HEADING in page, "最近動いたケース" in page) == (False, True)


def test_home_and_the_list_of_what_to_do_say_which_plan_since_when(decided):  # noqa: F811
    decided.share(decided.tomono, decided.anshin, Label(decided.tomono.mother.pk, "roles"))
    decided.share(decided.tomono, decided.kenko, Label(decided.tomono.mother.pk, "roles"))
    later = save(decided, decided.tomono)
    with acting_for(decided.coordinator):
        decide_plan(later, at=today() - 12 * DAY, in_place_of=instead_of(None), by=decided.coordinator)
    client = client_of(decided.chief)
    page, duties = client.get(HOME).content.decode(), client.get(DUTIES).content.decode()

    block_of = page[page.index('id="unconfirmed"') :].split("</section>")[0]
    found = [block_of.find(str(plan)) for plan in (later, decided.plan)]
    assert 0 < found[0] < found[1]  # the longest waiting first
    for plan, home, days in ((decided.plan, "hazuki", 0), (later, "tomono", 12)):
        since = f"{today() - days * DAY:%Y-%m-%d}"
        for words in (
            getattr(decided, home).case.number,
            confirm_page(decided, home, plan),
            since,
            f"{days}日<",
        ):
            assert words in block_of
        assert f"支援プラン {plan} を支援決定するか、差し戻す（{since}に決定、{days}日経過）" in duties
    assert "2件" in block_of


def test_a_plan_waits_no_longer_once_the_city_said_something_or_it_was_decided_anew(sections):
    confirm(sections, sections.later)
    assert waiting(sections.chief) == [str(sections.plan)]
    following = save(sections, sections.hazuki, follows=sections.plan)
    assert waiting(sections.chief) == [str(sections.plan)]  # a draft changes nothing
    settle(sections, following, supersedes=sections.decision)
    assert waiting(sections.chief) == [str(following)]
    confirm(sections, following, outcome="returned", reason="見本")
    assert waiting(sections.chief) == []
    assert NOTHING in client_of(sections.chief).get(HOME).content.decode()


def test_a_case_that_ended_or_is_blocked_for_the_chief_does_not_count(sections):
    with acting_for(sections.chief):
        block(
            sections.tomono.case,
            agency=None,
            user_id=sections.second_chief.user.pk,
            reason="親戚",
            by=sections.chief,
        )
    assert len(waiting(sections.chief)) == 2
    assert waiting(sections.second_chief) == [str(sections.plan)]
    page = client_of(sections.second_chief).get(HOME).content.decode()
    assert ("1件" in page, sections.tomono.case.number in page) == (True, False)
    with acting_for(sections.chief):
        Case.objects.filter(pk=sections.tomono.case.pk).update(stage="closed")
    assert waiting(sections.chief) == [str(sections.plan)]


def test_a_return_that_tells_a_hidden_place_does_not_wait_again(decided):  # noqa: F811
    home, by, place = decided.hazuki, decided.coordinator, "青葉区見本町9-8-7"
    confirm(decided, outcome="returned", reason=f"{place}への訪問が足りない")
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        seen = fingerprint(row, ["address"])
        set_item(home.mother, item="contact", values={"address": place}, seen=seen, by=by)
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), (), by=by)
        assert not PlanConfirmation.objects.exists()
    assert waiting(decided.chief) == []


def test_more_plans_cost_no_query_more(decided):  # noqa: F811
    client = client_of(decided.chief)

    def cost():
        asked = []
        for url in (HOME, DUTIES):
            client.get(url)
            with CaptureQueriesContext(connection) as found:
                client.get(url)
            asked.append(len(found))
        return asked

    one = cost()
    for name in ("乙", "丙"):
        home = decided.household(name)
        for agency in (decided.anshin, decided.kenko):
            decided.share(home, agency, Label(home.mother.pk, "roles"))
        settle(decided, save(decided, home))
    assert len(waiting(decided.chief)) == 3
    assert cost() == one


def told_of(viewer):
    with acting_for(viewer):
        return [
            (row.row.kind, row.number, row.line)
            for row in inbox_rows_for(viewer, inbox_for(viewer, group="answer"))
        ]


def test_worker_of_the_case_is_told_of_a_confirmation_once_and_nobody_else(decided):  # noqa: F811
    key = uuid.uuid4()
    for _n in range(2):
        confirm(decided, key=key, document_number="福調第1号")

    assert told_of(decided.coordinator) == [("plan_confirmed", decided.hazuki.case.number, "")]
    for name in ("chief", "reception", "anshin_worker", "kenko_worker", "stranger"):
        assert told_of(getattr(decided, name)) == []
    with acting_for(decided.coordinator):
        (row,) = Notification.objects.filter(kind="plan_confirmed")
    assert (row.case_id, row.read_at) == (decided.hazuki.case.pk, None)


def test_nobody_is_told_of_a_confirmation_of_their_own_or_of_a_return(decided):  # noqa: F811
    with acting_for(decided.chief):
        Case.objects.filter(pk=decided.hazuki.case.pk).update(worker=decided.chief.membership)
    confirm(decided)
    assert told_of(decided.chief) == told_of(decided.coordinator) == []


def test_a_returned_plan_gives_a_task_and_no_second_notice(decided):  # noqa: F811
    return_plan(decided)
    assert told_of(decided.coordinator) == []
    with acting_for(decided.coordinator):
        kinds = set(Notification.objects.filter(task__isnull=False).values_list("kind", flat=True))
    assert kinds == {"task"}
