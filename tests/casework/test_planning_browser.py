"""Plans, the role table, the page of promises, and the forms of monitoring, evaluation and closing at 360 and 1280 pixels: no fault that axe knows, nothing sideways."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe

from casework.cases.models import Case
from casework.planning.actions import PartDraft, save_plan
from casework.planning.models import PlanRole
from casework.plans.actions import answer_role
from casework.plans.models import InCharge, RoleRow
from casework.sharing.actions import Label
from permissions.walls.context import acting_for
from tests.casework.test_plan_papers import at_table
from tests.casework.test_planning import draft, settle
from tests.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-password-for-tests"


@pytest.fixture
def world(settings):
    """A decided plan and a draft after it; one role is late, one was accepted, two are not answered. The other household's case ends."""
    settings.MARUGOTO_REQUIRE_MFA = False
    world = World()
    home, by = world.hazuki, world.coordinator
    for agency in (world.anshin, world.kenko):
        world.share(
            home, agency, *(Label(home.mother.pk, item) for item in ("basic", "plan", "roles", "meeting"))
        )
        world.share(home, agency, Label(home.son.pk, "meeting"))
    long = PartDraft(
        Label(home.mother.pk, "plan"), "direction", "見本の長い方針。" * 30, plain="みんなで てつだいます。"
    )
    whole = draft(world, home)
    with acting_for(by):
        plan = save_plan(home.case, draft(world, home, parts=[*whole.parts, long]), follows=None, by=by)
    world.decision = settle(world, plan)
    with acting_for(by):
        Case.objects.filter(pk=world.tomono.case.pk).update(stage="closing", flow="flow3")
        world.again = save_plan(home.case, draft(world, home, roles=whole.roles[:3]), follows=plan, by=by)
    world.plan = plan
    world.item = at_table(world)
    with acting_for(world.anshin_worker):
        world.role = RoleRow.objects.get(agency=world.anshin)
        for number, kind in enumerate(("accepted", "late")):
            answer_role(
                world.role,
                kind=kind,
                text="",
                in_charge=InCharge("担当B"),
                answered=number,
                by=world.anshin_worker,
            )
    return world


def pages(world):
    case = f"/casework/cases/{world.hazuki.case.pk}/"
    plans = f"{case}plans/"
    of_center = {
        "plans": plans,
        "plan_write": f"{plans}write/",
        "plan_draft": f"{plans}{world.again.pk}/",
        "plan_decide": f"{plans}{world.again.pk}/decide/",
        "plan_bring": f"{plans}{world.again.pk}/bring/?agenda={world.item.pk}",
        "plan_compare": f"{plans}{world.again.pk}/compare/",
        "plan_plain": f"{plans}{world.plan.pk}/plain/?person={world.hazuki.mother.pk}",
        "roles": "/casework/roles/",
        "case_roles": f"{case}roles/?by=agency",
        "case_roles_screen": f"{case}roles/?screen=on",
        "role_told": f"{case}roles/{world.role.pk}/told/",
        "monitoring_add": f"{case}monitoring/",
        "evaluation_add": f"{case}decisions/{world.decision.pk}/evaluation/",
        "closing": f"/casework/cases/{world.tomono.case.pk}/close/",
    }
    of_agency = {
        "promises": "/casework/roles/",
        "plan_of_agency": f"{plans}{world.plan.pk}/",
        "role_answer": f"{case}roles/{world.role.pk}/answer/",
    }
    of_chief = {
        "home_of_chief": "/casework/",
        "plan_confirm": f"{plans}{world.plan.pk}/confirm/",
        "duties_of_confirmation": "/casework/duties/?kind=confirmation",
    }
    return {"coordinator": of_center, "anshin": of_agency, "chief": of_chief}


def _log_in(page, username):
    page.goto("/accounts/login/")
    page.get_by_label("ユーザー名").fill(username)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url("**/casework/")


def test_rows_of_a_plan_are_moved_by_buttons_and_by_hand(world, page_at):
    page = page_at(1280)
    _log_in(page, "coordinator")
    page.goto(pages(world)["coordinator"]["plan_write"])
    roles = page.locator("[data-rows=what] > details")
    before = [roles.nth(n).locator("[name$='-agency']").input_value() for n in range(3)]

    def places():
        return [page.locator(f"[name=role-{n}-place]").input_value() for n in range(4)]

    roles.nth(2).get_by_role("button", name="上へ").click()
    assert places() == ["1", "3", "2", ""]
    assert page.locator("[data-moved]").inner_text() == "2 番目に動かしました。"
    assert page.evaluate("document.activeElement.dataset.move") == "up"
    roles.nth(0).get_by_role("button", name="上へ").click()
    assert places() == ["1", "3", "2", ""]
    page.evaluate("document.querySelectorAll('[data-rows] > details').forEach((row) => (row.open = false))")
    first, last = roles.nth(0).locator("> summary"), roles.nth(2).locator("> summary")
    first.hover()
    page.mouse.down()
    low = last.bounding_box()
    for y in (low["y"] + low["height"] / 2, low["y"] + low["height"] + 2):
        page.mouse.move(low["x"] + 40, y, steps=4)
    page.mouse.up()
    assert places() == ["3", "2", "1", ""]

    # Sent back with an error, rows stand where they were put; kept, they are in that order.
    page.get_by_label("期間の始まり").fill("")
    page.get_by_role("button", name="この内容で保存する").click()
    page.wait_for_selector("[data-rows=what]")
    assert [roles.nth(n).locator("[name$='-agency']").input_value() for n in range(3)] == [
        before[2], before[1], before[0],
    ]  # fmt: skip
    page.get_by_label("期間の始まり").fill(str(world.again.period_from))
    page.get_by_role("button", name="この内容で保存する").click()
    page.wait_for_url("**/plans/*-*/")
    with acting_for(world.chief):
        kept = PlanRole.objects.filter(plan__follows=world.again).order_by("position")
        assert [str(row.agency_id) for row in kept] == before[::-1]


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_sound_and_never_sideways(world, page_at, width):
    found = []
    for username, urls in pages(world).items():
        page = page_at(width)
        _log_in(page, username)
        for name, url in urls.items():
            page.goto(url)
            found += [(name, "led elsewhere")] * (not page.url.endswith(url))
            if folder := os.environ.get("SCREENSHOTS", ""):
                page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
            violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
            found += [(name, rule["id"], node["target"]) for rule in violations for node in rule["nodes"]]
            found += [(name, "sideways")] * page.evaluate(
                "document.body.scrollWidth > document.body.clientWidth"
            )

    assert found == []
