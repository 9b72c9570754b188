"""Check 4 of domain.md 10.A on a plan that was decided: whoever takes back お金 hides the debts from those who saw them, on every paper."""

import pytest
from django.urls import reverse

from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.planning.actions import PartDraft
from casework.planning.models import PlanDecision
from casework.sharing.actions import Label
from casework.sheets.actions import make_sheet, request_sheet
from casework.sheets.models import Sheet
from permissions.paper import pdf_available
from permissions.walls.context import acting_for
from tests.casework.test_planning import client_of, draft, filled, role, save, settle, today
from tests.paper import said_by

pytestmark = pytest.mark.slow

DEBTS, LIST = "借金は法的な手続きにつなぐ", "借金の一覧づくり"


def _paper(case, decision, viewer, kind):
    """Make a sheet as the worker does; return it and what it says."""
    with acting_for(viewer):
        sheet = request_sheet(case, decision, by=viewer, kind=kind)
    make_sheet(sheet.pk, membership_id=viewer.membership.pk)
    with acting_for(viewer):
        made = Sheet.objects.get(pk=sheet.pk)
        return made, said_by(bytes(made.pdf))


def _seen(world, decision, viewer):
    """Return where the debts and the role about them stand: pages, spreadsheet, both sheets."""
    home, page = world.hazuki, client_of(viewer)
    with acting_for(viewer):
        plan = PlanDecision.objects.get(decision=decision).plan_id
    case = [home.case.pk]
    urls = {
        "case": ("case", case), "decision": ("decision", [*case, decision.pk]), "plan": ("plan", [*case, plan]), "plans": ("plans", case),
        "roles": ("roles", []), "roles of the case": ("case_roles", case), "timeline": ("timeline", case),
    }  # fmt: skip
    texts = {
        place: page.get(reverse(f"casework:{name}", args=key)).content.decode()
        for place, (name, key) in urls.items()
    }
    cells = filled(page.get(reverse("casework:plan_excel", args=[*case, decision.pk])))
    sheet = cells["roles"].parent
    texts["spreadsheet"] = "".join(str(cell.value or "") for row in sheet.iter_rows() for cell in row)
    for kind in ("decision", "plan"):
        texts[f"{kind} on paper"] = _paper(home.case, decision, viewer, kind)[1]
    return {
        word: sorted(place for place, text in texts.items() if word in text.replace("\n", ""))
        for word in (DEBTS, LIST)
    }


@pytest.mark.skipif(not pdf_available(), reason="no PDF here")
def test_debts_leave_the_decided_plan_and_every_paper_of_it(world):
    home, mother = world.hazuki, world.hazuki.mother.pk
    for agency in (world.anshin, world.kenko):
        items = ("basic", "roles", "plan", "money")
        world.share(home, agency, *(Label(mother, item) for item in items))
    whole = draft(world, home)
    debts = PartDraft(Label(mother, "money"), "direction", DEBTS)
    plan = draft(
        world,
        home,
        parts=[*whole.parts, debts],
        roles=[*whole.roles, role(world.anshin, Label(mother, "money"), what=LIST, issue="債務")],
    )
    decision = settle(world, save(world, home, plan))
    readers = (world.anshin_worker, world.kenko_worker)
    before = [_seen(world, decision, viewer) for viewer in readers]
    kept = [_paper(home.case, decision, viewer, "plan")[0] for viewer in readers]
    with acting_for(world.chief):
        consent = Consent.objects.get(person=home.mother)
        withdraw_consent(consent, agency=None, item="money", said_on=today(), how="電話", by=world.chief)
    after = [_seen(world, decision, viewer) for viewer in readers]
    papers = [
        client_of(viewer).get(reverse("casework:sheet", args=[home.case.pk, sheet.pk])).status_code
        for viewer, sheet in zip(readers, kept, strict=True)
    ]

    of_debts = ["case", "decision", "decision on paper", "plan", "plan on paper", "spreadsheet"]
    of_list = sorted([*of_debts, "roles of the case"])
    assert before == [
        {DEBTS: of_debts, LIST: sorted([*of_list, "roles"])}, {DEBTS: of_debts, LIST: of_list},
    ]  # fmt: skip
    assert after == [{DEBTS: [], LIST: []}] * 2
    assert papers == [404, 404]
    with_duty = _seen(world, decision, world.chief)
    assert [bool(with_duty[word]) for word in (DEBTS, LIST)] == [True, True]
