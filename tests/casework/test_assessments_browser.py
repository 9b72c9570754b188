"""Assessments, the chronology, the understanding and the evaluation sheet at 360 and 1280 pixels, for the center and an agency: no fault that axe knows, nothing sideways."""

import os
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from casework.assessments.choices import Section
from casework.evaluation.actions import EvaluationDraft, ResultDraft, RoleResultDraft, record_evaluation
from casework.issues.actions import IssueDraft, note_issue
from casework.plans.models import Direction, RoleRow
from casework.relations.actions import RelationDraft, follow_relation, note_relation
from casework.sharing.actions import Label
from permissions.walls.context import acting_for
from tests.browser import click_through
from tests.casework.test_assessments import address_of, everything, fix, write
from tests.casework.test_chronology import write as write_entry
from tests.casework.test_evaluation import make_decision
from tests.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-password-for-tests"


@pytest.fixture
def world(settings):
    """Every section is written by the center, some by an agency, one of them at length."""
    settings.MARUGOTO_REQUIRE_MFA = False
    world = World()
    home = world.hazuki
    items = ("basic", "assessment", "health")
    world.share(home, world.anshin, *(Label(home.mother.pk, item) for item in items))
    for section in Section:
        told = everything(section) if section in ("money", "health") else {}
        write(world, world.coordinator, section.value, "見本のようすです。", **told)
    for code, severity in (("debt", "2"), ("isolation", "3"), ("dv_abuse", "3")):
        note(world, code, severity, "見本の長い課題です。" * 30)
    world.share(home, world.anshin, Label(home.son.pk, "basic"))
    with acting_for(world.coordinator):
        tie = note_relation(
            home.mother, home.son, RelationDraft("married", words="見本のこと" * 30), by=world.coordinator
        )
        note_relation(home.son, home.mother, RelationDraft("carer", hours_week=20), by=world.coordinator)
        note_relation(home.son, home.mother, RelationDraft("violent"), by=world.coordinator)
    fix(world)
    with acting_for(world.coordinator):
        follow_relation(tie, RelationDraft("divorced"), by=world.coordinator)
    note(world, "foreign", "unknown", "")
    write(world, world.anshin_worker, "home", "見本の長い文です。" * 60, housing="rented")
    write(world, world.anshin_worker, "health", "", treatment="untreated")
    world.fixed = fix(world, version=1)
    write(world, world.anshin_worker, "work", "見本の仕事")
    for year in range(1975, 2020, 5):
        write_entry(world, world.coordinator, "見本のできごと" * 3, (year,))
        write_entry(world, world.coordinator, "見本の息子のこと", (year, 4), about="son")
    write_entry(world, world.anshin_worker, "包括の体操教室に通う", (2018, 5), item="assessment")
    write_entry(world, world.coordinator, "制度が変わる", (2000, 4), about="")
    world.entry = write_entry(world, world.coordinator, "ひざの手術", (2011,), item="health")
    world.evaluation = evaluation(world)
    return world


def note(world, code, severity, words):
    with acting_for(world.coordinator):
        draft = IssueDraft(severity, "staff", words=words)
        note_issue(world.hazuki.mother, code, draft, by=world.coordinator)


def evaluation(world):
    home, by = world.hazuki, world.coordinator
    world.share(home, world.anshin, Label(home.mother.pk, "plan"), Label(home.mother.pk, "roles"))
    decision = make_decision(world, home)
    with acting_for(by):
        goals = [ResultDraft(row, "unmet", "見本の長い文です。" * 50) for row in Direction.objects.all()]
        roles = [RoleResultDraft(row, "no", "見本の長い文です。" * 50) for row in RoleRow.objects.all()]
        texts = {"own_words": "見本のことば" * 300, "outcome": "replan", "meeting": "見本の会議" * 20}
        draft = EvaluationDraft(
            decision.pk, timezone.localdate(), results=tuple(goals), roles=tuple(roles), **texts
        )
        return record_evaluation(home.case, draft, by=by)


def pages(world):
    page = f"/casework/cases/{world.hazuki.case.pk}/assessment/"
    evaluated = page.replace("assessment", f"evaluations/{world.evaluation.pk}")
    write_home = address_of(world.hazuki)
    return {
        "coordinator": {
            "assessment": page,
            "assessment_write": write_home,
            "assessment_write_details": address_of(world.hazuki, "money"),
            "assessment_fix": f"{page}fix/",
            "assessment_version": f"{page}{world.fixed.pk}/",
            "assessment_compare": f"{page}{world.fixed.pk}/compare/",
            "assessment_sheet": f"{page}{world.fixed.pk}/sheet/",
            "chronology": page.replace("assessment", "chronology"),
            "chronology_add": page.replace("assessment", "chronology") + "add/",
            "chronology_correct": page.replace("assessment", "chronology") + f"{world.entry.pk}/correct/",
            "understanding": page.replace("assessment", "understanding"),
            "evaluation": evaluated,
            "plan_write": page.replace("assessment", "plans") + "write/",
        },
        "anshin": {
            "assessment_of_agency": page,
            "assessment_write_of_agency": write_home,
            "assessment_version_of_agency": f"{page}{world.fixed.pk}/",
            "assessment_compare_of_agency": f"{page}{world.fixed.pk}/compare/",
            "chronology_of_agency": page.replace("assessment", "chronology"),
            "evaluation_of_agency": evaluated,
            "understanding_of_agency": page.replace("assessment", "understanding"),
        },
    }


def signed_in(page, username):
    page.goto("/accounts/login/")
    page.get_by_label("ユーザー名").fill(username)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url("**/casework/")
    return page


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_sound_and_never_sideways(world, page_at, width):
    found = []
    for username, urls in pages(world).items():
        page = signed_in(page_at(width), username)
        for name, url in urls.items():
            page.goto(url)
            if folder := os.environ.get("SCREENSHOTS", ""):
                page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
            violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
            found += [(name, rule["id"], node["target"]) for rule in violations for node in rule["nodes"]]
            found += [(name, "sideways")] * page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )

    assert found == []


def test_boxes_are_ticked_refused_and_kept_on_a_telephone_without_javascript(world, page_at):
    page = signed_in(page_at(360, javascript=False), "coordinator")
    page.goto(address_of(world.tomono))
    fold, gas = page.get_by_text("くわしく聞いたこと"), page.get_by_label("ガス")
    seen = [gas.is_visible()]
    fold.click()
    gas.check()
    page.get_by_role("checkbox", name="なし").check()
    page.get_by_label("家賃の支払い").select_option("1〜2か月遅れている")
    page.get_by_label("本人", exact=True).check()
    click_through(page.get_by_role("button", name="保存する"))
    if folder := os.environ.get("SCREENSHOTS", ""):
        page.screenshot(path=f"{folder}/assessment_write_refused-360.png", full_page=True)
    refused = page.get_by_role("link", name="「なし」は、ほかの答えといっしょには選べません").count()
    seen += [gas.is_visible(), gas.is_checked(), page.get_by_role("checkbox", name="なし").is_checked()]
    page.get_by_role("checkbox", name="なし").uncheck()
    click_through(page.get_by_role("button", name="保存する"))

    assert (seen, refused) == ([False, True, True, True], 1)
    kept = page.locator("main dl.m-dl").all_inner_texts()
    assert [re.sub(r"\s+", " ", each) for each in kept] == [
        "家賃の支払い 1〜2か月遅れている 止まっているもの ガス"
    ]
