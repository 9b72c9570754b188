"""Genogram, ecomap and the forms around them at 360 and 1280 pixels: no fault that axe knows, nothing sideways."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe

from casework.households.actions import StayDraft, add_person
from casework.issues.actions import IssueDraft, note_issue
from casework.relations.actions import RelationDraft, note_relation
from permissions.walls.context import acting_for
from tests.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-password-for-tests"


@pytest.fixture
def world(settings):
    """A family of three generations, wide enough to need more than a phone."""
    settings.MARUGOTO_REQUIRE_MFA = False
    world = World()
    home, by = world.hazuki, world.coordinator
    with acting_for(by):
        for number in range(5):
            values = {"name": f"見本 きょうだい{number}", "relation": "child", "age_about": 40 + number}
            child = add_person(home.case, values=values, stay=StayDraft("apart"), by=by)
            note_relation(home.mother, child, RelationDraft("birth_parent"), by=by)
        grandchild = add_person(home.case, values={"name": "見本 孫", "relation": "grandchild"}, by=by)
        note_relation(child, grandchild, RelationDraft("adoptive_parent"), by=by)
        note_relation(home.mother, home.son, RelationDraft("conflict"), by=by)
        world.relation = note_relation(grandchild, home.mother, RelationDraft("carer", hours_week=9), by=by)
        world.issue = note_issue(home.son, "isolation", IssueDraft("3", "family", since="25年前"), by=by)
    return world


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_sound_and_never_sideways(world, page_at, width):
    page, found = page_at(width), []
    case = f"/casework/cases/{world.hazuki.case.pk}/"
    person = f"{case}persons/{world.hazuki.son.pk}/"
    page.goto("/accounts/login/")
    page.get_by_label("ユーザー名").fill("coordinator")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url("**/casework/")

    for name, url in {
        "case": case,
        "relations": f"{case}relations/",
        "ecomap": f"{case}ecomap/",
        "relation_add": f"{case}relations/add/",
        "relation": f"{case}relations/{world.relation.pk}/",
        "stays": f"{person}stays/",
        "issue_add": f"{person}issues/add/",
        "issue": f"{case}issues/{world.issue.pk}/",
    }.items():
        page.goto(url)
        if folder := os.environ.get("SCREENSHOTS", ""):
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        found += [(name, rule["id"], node["target"]) for rule in violations for node in rule["nodes"]]
        found += [(name, "sideways")] * page.evaluate("document.body.scrollWidth > document.body.clientWidth")

    assert found == []
