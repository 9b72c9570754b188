"""A name as its bearer writes it, rare signs and variants too, on every official sheet: to be searched, to be copied, and drawn."""

import io
from html import unescape

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from casework.households.models import Person
from casework.meetings.minutes import Outcome, fix_item
from casework.sheets.actions import make_sheet, request_sheet
from casework.sheets.kinds import ASSESSMENT, CLOSING, DECISION, EVALUATION, PLAN, UNDERSTANDING
from casework.sheets.models import Sheet
from casework.sheets.pdf import pdf_available
from permissions import paper
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import today_item, write
from tests.casework.test_assessments import fix
from tests.casework.test_assessments import write as write_part
from tests.casework.test_closing import close, put, sheet
from tests.casework.test_evaluation import decided, evaluate  # noqa: F401 -- a fixture
from tests.casework.test_minutes import direction
from tests.casework.test_planning import draft, save, settle, shared  # noqa: F401 -- a fixture
from tests.paper import said_by, unshown

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(not pdf_available(), reason="no libraries for PDF here"),
]
NAME = "髙﨑𠮷葛\U000e0100城"
SIGNS = ("髙", "﨑", "𠮷", "葛\U000e0100", "城")


def made(viewer, case, kind, decision=None, **of):
    with acting_for(viewer):
        ordered = request_sheet(case, decision, by=viewer, kind=kind, **of)
    make_sheet(ordered.pk, membership_id=viewer.membership.pk)
    with acting_for(viewer):
        return bytes(Sheet.objects.get(pk=ordered.pk).pdf)


def name(world):
    with acting_for(world.coordinator):
        Person.objects.filter(pk=world.hazuki.mother.pk).update(name=NAME)
    return world


@pytest.fixture
def named(shared):  # noqa: F811
    return name(shared)


def test_name_stands_on_plan_and_decision(named):
    home = named.hazuki
    decision = settle(named, save(named, home, draft(named, home)))
    for kind in (PLAN, DECISION):
        pdf = made(named.chief, home.case, kind, decision)
        assert (NAME in said_by(pdf), unshown(pdf, *SIGNS)) == (True, [])


def test_name_stands_on_the_minutes(named, client):
    item = today_item(named, named.anshin_worker)
    write(named, item, f"{NAME}さんの家")
    with acting_for(named.chief):
        fix_item(item, Outcome([direction(named)]), seen=1, present=[], by=named.chief)
    sign_in(client, named.chief)
    pdf = client.post(reverse("casework:agenda_print", args=[item.meeting_id, item.pk])).content
    assert said_by(pdf).count(NAME) >= 2  # in the facts, and in the decision
    assert unshown(pdf, *SIGNS) == []


def test_name_stands_on_understanding_assessment_and_closing(named):
    home = named.hazuki
    write_part(named, named.coordinator, "home", "見本の住まい")
    version = fix(named)
    with acting_for(named.coordinator):
        put(home.case, "closing", "flow3")
    close(named, home, sheet(lead=named.anshin))
    for kind, of in ((UNDERSTANDING, {}), (ASSESSMENT, {"assessment_id": version.pk}), (CLOSING, {})):
        pdf = made(named.chief, home.case, kind, **of)
        assert (NAME in said_by(pdf), unshown(pdf, *SIGNS)) == (True, [])


def test_name_stands_on_the_evaluation_sheet(decided):  # noqa: F811
    world = name(decided)
    evaluation = evaluate(world)
    pdf = made(world.chief, world.hazuki.case, EVALUATION, evaluation_id=evaluation.pk)
    assert (NAME in said_by(pdf), unshown(pdf, *SIGNS)) == (True, [])


def test_name_stands_in_the_spreadsheet_and_on_the_paper_of_the_person(named, client):
    home = named.hazuki
    plan = save(named, home, draft(named, home))
    decision = settle(named, plan)
    sign_in(client, named.chief)
    excel = client.get(reverse("casework:plan_excel", args=[home.case.pk, decision.pk])).content
    cells = [
        str(cell.value or "")
        for sheet in load_workbook(io.BytesIO(excel))
        for row in sheet.iter_rows()
        for cell in row
    ]
    assert any(NAME in text for text in cells)
    address = reverse("casework:plan_plain", args=[home.case.pk, plan.pk])
    page = unescape(client.get(address, {"person": home.mother.pk}).content.decode())
    assert NAME in page.partition('class="c-plain"')[2]


def test_sign_that_no_font_has_would_be_named():
    """The check itself: an empty box is searched and copied like a sign, and is none."""
    pdf = paper.made_apart(
        f"<html lang=ja><title>見本</title><p>{NAME}\U0003134a", style="casework/plan_sheet.css"
    )
    assert "\U0003134a" in said_by(pdf)
    assert unshown(pdf, *SIGNS, "\U0003134a", "無") == ["\U0003134a", "無"]
