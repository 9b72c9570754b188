"""What the PDF of a plan costs beside the smallest Japanese PDF (issue of the agreement: at most 8 times; 200 within 20 MB).

Twice: both laid out in this one process, where nothing hides what a plan takes; and as the product makes them, each in a
process of its own (permissions/paper.py), which both pay for. Two hundred in a row, too: as the product makes them, and in
this one process with one set of fonts (each with fonts of its own leaves 0.2 MB behind in the libraries below).
"""

import datetime as dt
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone, translation
from weasyprint.text.fonts import FontConfiguration

from casework.cases.actions import create_case
from casework.cases.models import Case
from casework.households.actions import add_person, create_household
from casework.planning.actions import PartDraft, PlanDraft, decide_plan, save_plan
from casework.planning.models import Section
from casework.plans.actions import RoleDraft
from casework.plans.models import Decision, Seat
from casework.sharing.actions import Ground, Label, share_items
from casework.sheets.kinds import PLAN, sheet_kinds
from casework.sheets.pdf import make_pdf
from casework.sheets.plans import PlanSheet, plan_sheet_for
from permissions.agencies.models import Agency, Membership
from permissions.paper import made_apart
from permissions.paper_child import pdf_of_html
from permissions.viewer import Viewer, viewer_of
from permissions.walls.context import acting_for
from tests.bench import city, databases
from tests.bench.measure import Comparison, Disagreement, Goal, Side
from tests.worlds import agree

NAME = "bench_papers"
GOAL = Goal("at_most", 8)
IN_A_ROW, MOST_MEGABYTES = 200, 20
SMALLEST = '<!DOCTYPE html><html lang="ja"><head><title>見本</title></head><body><p>見本市</p></body></html>'
DAY = dt.timedelta(days=1)
# The plan of domain.md 10.A: what it says, and seven roles.
WORDS = {
    Section.WISH: ("この家で、二人で暮らしていきたい。", "電車の写真を、また撮りに行きたい。"),
    Section.GOAL: ("転ばずに家で暮らせる。", "息子が週に一度、だれかと話せる。"),
    Section.DIRECTION: (
        "母の介護と借金を先に整える。息子には、扉ごしの声かけを続け、急がない。病院にかかるかどうかは、本人と相談して決める。",
    ),
    Section.EXIT: ("介護と返済の道すじが決まり、息子に話し相手ができたとき。",),
}
ROLES = (
    ("もの忘れ・足腰", "要介護認定の申請、主治医の意見書", ""),
    ("転倒・火の始末", "毎週火曜の訪問、ガスの元栓の確認", Seat.CONTACT),
    ("息子の心の具合", "精神科医との事例検討。同意の前の訪問はしない", Seat.EMERGENCY),
    ("ひきこもり", "手紙と、毎週の声かけ", ""),
    ("借金", "借金の一覧づくり、法律相談への同行", ""),
    ("雨漏り", "ボランティアによる小さな修繕", Seat.PROGRESS),
    ("見守り", "郵便物と明かりの確認。2つ重なったら電話", Seat.LEAD),
)


def papers_of(*, in_a_row: int = IN_A_ROW) -> Iterator[Comparison]:
    """Yield both comparisons. Raises Disagreement where a process that made many keeps too much memory."""
    databases.prepare_small(NAME)
    web = databases.log_in(NAME)
    try:
        with databases.as_default(web), translation.override("ja"):
            content = _content()
    finally:
        web.close()
    kind = sheet_kinds()[PLAN]
    style = Path(str(finders.find(kind.style)))

    def laid_out(fonts: FontConfiguration | None = None) -> bytes:
        return pdf_of_html(render_to_string(kind.template, {"sheet": content}), style, fonts=fonts)

    def as_product() -> bytes:
        return make_pdf(kind.template, {"sheet": content}, style=kind.style)

    yield _comparison("plan PDF, one process", laid_out, partial(pdf_of_html, SMALLEST, style))
    yield _comparison("plan PDF, a process each", as_product, lambda: made_apart(SMALLEST, style=kind.style))
    _check_memory("a process each", as_product, in_a_row)
    _check_memory("one process, one set of fonts", partial(laid_out, FontConfiguration()), in_a_row)


def _comparison(key: str, plan: Callable[[], bytes], smallest: Callable[[], bytes]) -> Comparison:
    sides = [Side(name, nullcontext, run) for name, run in (("plan", plan), ("smallest", smallest))]
    return Comparison(key, city.CENTER, "10.A", *sides, GOAL, same=_are_pdfs)


def _are_pdfs(plan: bytes, smallest: bytes) -> bool:
    return plan[:5] == smallest[:5] == b"%PDF-" and len(plan) > len(smallest)


def _check_memory(how: str, make: Callable[[], bytes], in_a_row: int) -> None:
    make()
    before = _megabytes()
    for _each in range(in_a_row):
        make()
    grown = _megabytes() - before
    print(f"{in_a_row} plans in a row, {how}: {grown:+.1f} MB", flush=True)
    if grown > MOST_MEGABYTES:
        raise Disagreement(f"{in_a_row} plans in a row keep {grown:.1f} MB ({how})")


def _megabytes() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


# --- a plan in a database, decided ------------------------------------------------------------------------


def _content() -> PlanSheet:
    member = Membership.objects.select_related("user", "agency__group").get(agency__code=city.CENTER)
    viewer = viewer_of(member)
    with acting_for(viewer):
        case, decision = _decided(viewer)
        content = plan_sheet_for(viewer, case, decision.pk, made_at=timezone.now(), number="0F3A91C2")
    if content is None or len(content.view.roles) != len(ROLES):
        raise Disagreement("no plan to print")
    return content


def _decided(by: Viewer) -> tuple[Case, Decision]:
    case, today = create_case(by=by), timezone.localdate()
    create_household(case, name="見本さん世帯", kind="parent_adult_child", by=by)
    mother = add_person(case, values={"name": "見本 トヨ", "relation": "self"}, by=by)
    son = add_person(case, values={"name": "見本 修", "relation": "child"}, by=by)
    agencies = list(Agency.objects.exclude(code=city.CENTER).order_by("code")[: len(ROLES)])
    agree(case, mother, son, to=tuple(agencies), by=by, items=("basic", "roles", "plan"))
    evidence = Ground(basis="consent", evidence="2026-11-20 書面")
    for agency in agencies:
        labels = [Label(person.pk, "roles") for person in (mother, son)]
        share_items(case, agency=agency, labels=labels, ground=evidence, by=by)
    roles = [
        RoleDraft(Label((mother, son)["息子" in issue].pk, "roles"), agency, issue, what, seat=seat)
        for agency, (issue, what, seat) in zip(agencies, ROLES, strict=True)
    ]
    parts = [
        PartDraft(Label(person.pk, "plan"), section, text)
        for section, texts in WORDS.items()
        for person, text in zip((mother, son), texts, strict=False)
    ]
    plan = PlanDraft(today, today + 180 * DAY, today + 28 * DAY, parts=parts, roles=roles)
    return case, decide_plan(save_plan(case, plan, follows=None, by=by), at=today, by=by)
