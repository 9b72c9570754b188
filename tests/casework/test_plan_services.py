"""利用するサービス・事業 (domain.md 1.5, 1.6.1): chosen from the list or described, shown wherever the plan is, and counted (4.2)."""

import io
import re
from collections import Counter
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from casework.households.selectors import name_people
from casework.planning.actions import PartDraft
from casework.planning.models import Plan, PlanPart, Section
from casework.planning.selectors import changes_between, plan_views_for
from casework.reports.months import Month
from casework.reports.pages import HIDDEN, report_for
from casework.reports.selectors import cells_of, facts_now_for
from casework.sharing.actions import Label
from casework.sheets.actions import make_sheet, request_sheet
from casework.sheets.models import Sheet
from permissions.walls.context import acting_for
from tests.casework.test_planning import client_of, draft, save, settle, shared, typed
from tests.casework.test_reports import told_of
from tests.casework.test_sheets import text_of

__all__ = ["shared"]
pytestmark = pytest.mark.slow


def services_of(viewer, home):
    with acting_for(viewer):
        newest, *_older = plan_views_for(viewer, home.case)
        parts = [part for part in newest.parts if part.section == Section.SERVICE]
        return newest, [(part.service, part.text, part.words) for part in parts]


def with_services(world, home, *parts, roles=None):
    label = Label(home.mother.pk, "plan")
    chosen = [PartDraft(label, Section.SERVICE, text, service=service) for service, text in parts]
    return draft(world, home, parts=[*draft(world, home).parts, *chosen], roles=roles)


def test_row_with_only_a_service_counts_and_what_is_typed_is_carried_on(shared):
    home, by = shared.hazuki, shared.coordinator
    save(shared, home)
    page, url = client_of(by), reverse("casework:plan_write", args=[home.case.pk])
    sent = {
        "service-0-service": "outreach", "service-0-about": str(home.mother.pk),
        "service-1-service": "participation", "service-1-text": "火曜の畑", "service-1-plain": "はたけに いきます",
    }  # fmt: skip
    assert page.post(url, typed(page.get(url).context["forms"], **sent)).status_code == 302
    second, chosen = services_of(by, home)
    forms = page.get(url).context["forms"]
    assert page.post(url, typed(forms, **{"service-2-text": "町内会の清掃"})).status_code == 302
    third, again = services_of(by, home)

    assert chosen == [
        ("outreach", "", "アウトリーチ等を通じた継続的支援"), ("participation", "火曜の畑", "参加支援：火曜の畑"),
    ]  # fmt: skip
    assert again == [*chosen, ("", "町内会の清掃", "町内会の清掃")]
    with acting_for(by):
        name_people(by, [row for view in (second, third) for row in (*view.parts, *view.roles)])
        found = [(each.before, each.after) for each in changes_between(second, third) if each.is_changed]
    assert found == [("", "町内会の清掃")]


def test_what_is_chosen_stands_on_page_paper_sheet_and_spreadsheet(shared, tmp_path):
    home, by = shared.hazuki, shared.coordinator
    plan = save(shared, home, with_services(shared, home, ("participation", "火曜の畑"), ("outreach", "")))
    decision = settle(shared, plan)
    place = {"args": [home.case.pk, plan.pk]}
    page, paper = (
        client_of(by).get(reverse(f"casework:{name}", **place), {"person": home.mother.pk}).content.decode()
        for name in ("plan", "plan_plain")
    )
    with acting_for(by):
        sheet = request_sheet(home.case, decision, by=by, kind="plan")
    make_sheet(sheet.pk, membership_id=by.membership.pk)
    with acting_for(by):
        pdf = text_of(Sheet.objects.get(pk=sheet.pk).pdf, tmp_path)
    answer = client_of(by).get(reverse("casework:plan_excel", args=[home.case.pk, decision.pk]))
    book = load_workbook(io.BytesIO(answer.content))
    ((title, cell),) = book.defined_names["service"].destinations

    whole = ("参加支援：火曜の畑", "アウトリーチ等を通じた継続的支援")
    assert [words in text for text in (page, pdf) for words in whole] == [True] * 4
    assert "人や社会とつながる手つだい：火曜の畑" in paper
    assert book[title][cell.replace("$", "")].value == "\n".join(f"葉月原母　{words}" for words in whole)


def test_form_offers_services_in_their_block_alone_and_refuses_unknown_ones(shared):
    home, by = shared.hazuki, shared.coordinator
    page, url = client_of(by), reverse("casework:plan_write", args=[home.case.pk])
    shown = page.get(url)
    forms = shown.context["forms"]
    assert [each.section for each in forms.sections if "service" in each.rows.forms[0].fields] == ["service"]
    offered = re.findall(
        r'value="(participation|outreach|self_reliance)"',
        shown.content.decode().partition("service-0-service")[2],
    )
    assert set(offered) == {"participation", "outreach", "self_reliance"}

    wrong = {
        "service-0-service": "no_such",
        "service-0-text": "くわしく",
        "service-1-plain": "やさしく",
        "goal-0-text": "目標",
    }
    refused = page.post(url, typed(forms, **wrong))
    assert refused.status_code == 200
    text = refused.content.decode()
    assert [words in text for words in ("正しく選択", "もとになる内容", "くわしく")] == [True] * 3
    with acting_for(by):
        assert not Plan.objects.exists()


@pytest.mark.parametrize(
    "row",
    [
        {"section": "service", "service": "", "text": ""},
        {"section": "goal", "service": "outreach", "text": "目標"},
        {"section": "service", "service": "no_such", "text": ""},
    ],
)
def test_database_holds_what_an_entry_says_and_where_a_service_stands(shared, row):
    plan = save(shared, shared.hazuki)
    of = {"plan": plan, "case": shared.hazuki.case, "person": shared.hazuki.mother, "item": "plan"}
    with acting_for(shared.coordinator):
        with transaction.atomic():
            PlanPart(**of, section="service", service="outreach").save(force_insert=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            PlanPart(**of, **row).save(force_insert=True)


def test_decided_plans_are_counted_by_the_services_they_use_each_once(shared):
    """One plan with outreach in the block and in a role, one with participation for two people; a draft counts nowhere."""
    by, month = shared.chief, Month.of(timezone.localdate())
    for home, parts in (
        (shared.hazuki, (("outreach", ""), ("", "町内会の清掃"))),
        (shared.tomono, (("participation", "畑"), ("participation", "店"))),
    ):
        for agency in (shared.anshin, shared.kenko):
            shared.share(home, agency, Label(home.mother.pk, "roles"))
        used = "outreach" if home is shared.hazuki else ""
        roles = [replace(each, service=used) for each in draft(shared, home).roles]
        settle(shared, save(shared, home, with_services(shared, home, *parts, roles=roles)))
    with acting_for(by):
        last = Plan.objects.get(case=shared.hazuki.case)
    save(shared, shared.hazuki, with_services(shared, shared.hazuki, ("food", "")), follows=last)
    with acting_for(by):
        cells = cells_of(facts_now_for(by, month))
        sections = dict(report_for(by, month).sections)
    found = {cell: n for (code, by_, cell), n in cells.items() if (code, by_) == ("plans", "service")}
    assert (cells["plans", "", ""], found) == (2, {"outreach": 1, "participation": 1})
    (view,) = [view for view in sections["会議とプラン"] if view.count.code == "plans"]
    (services,) = [each for each in view.breakdowns if each.label == "使うサービス・事業"]
    assert {cell.word: cell.value for cell in services.cells} == {
        "参加支援": "1", "アウトリーチ等を通じた継続的支援": "1",
    }  # fmt: skip


def test_few_plans_with_a_service_are_not_told_in_a_file(world):
    """Nor do they follow from the sum: a plan that uses nothing has no cell that would leave a rest."""
    cells = Counter({
        ("plans", "", ""): 9, ("plans", "plan", "first"): 9, ("plans", "flow", "flow2"): 9,
        ("plans", "service", "participation"): 3, ("plans", "service", "food"): 6,
    })  # fmt: skip
    with acting_for(world.chief):
        whole, told = told_of(cells, "plans")
    assert (whole, told["参加支援"], told["食料支援"]) == ("9", HIDDEN, "6")
