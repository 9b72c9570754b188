"""The timeline at 360 and 1280 pixels, and the whole of domain.md 10.A (D0 to D210) on two pages of A4 (check 6)."""

import datetime as dt
import io
import os

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from casework.cases.actions import move_to_stage
from casework.demo_assessment import assess
from casework.monitoring.actions import set_next_monitoring
from casework.notes.actions import NoteDraft, ParagraphDraft, write_note
from casework.plans.actions import DirectionDraft, RoleDraft, Told, answer_role, decide
from casework.plans.models import RoleRow
from casework.sharing.actions import Ground, Label, share_items
from permissions.walls.context import acting_for
from tests.casework.tables import instead_of
from tests.worlds import World, agree, make_agency

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-password-for-tests"
D0 = 212  # days ago
HAPPENED = (
    (1, "agency_contact", "あんしんケアセンターに、10か月前の認定相談のことを聞いた"),
    (2, "visit", "センターとあんしんで訪問。母と玄関先で6分話した"), (5, "agency_contact", "支援会議 第1号の記録"),
    (20, "interview", "母に同意の説明。書面で同意、娘には借金のことを話さない"), (26, "interview", "アセスメントの作成"),
    (33, "agency_contact", "重層的支援会議 第1号の記録"), (33, "agency_contact", "支援会議 第2号の記録（息子）"),
    (60, "phone", "母が骨折で入院。息子は現金4,000円でひとり"), (60, "visit", "フードバンクの食料を届けた"),
    (62, "agency_contact", "支援会議 第3号（緊急）。食料の配達で息子に会う"), (70, "agency_contact", "重層的支援会議 第2号。母の入院と退院"),
    (75, "visit", "息子が、ひきこもり支援員にドア越しに電車の話をした（会話5分）"), (118, "visit", "息子の口頭の同意を2人で記録"),
    (126, "visit", "健康課と精神科医が訪問"), (150, "agency_contact", "弁護士が受任。家計改善プランの開始"),
    (182, "agency_contact", "重層的支援会議 第3号。評価"), (210, "phone", "多機関協働の終結。母はあんしん、息子はひきこもりセンターへ"),
)  # fmt: skip


@pytest.fixture
def world(settings):
    """What happened from D0 to D210, with a visit each Tuesday as was decided."""
    settings.MARUGOTO_REQUIRE_MFA = False
    world = World()
    home, by = world.hazuki, world.coordinator
    agencies = [make_agency(f"role{number}", name=name) for number, name in enumerate(
        ("東雲区介護保険室", "あんしんケアセンター東雲", "東雲区健康課", "ひきこもり地域支援センター", "生活自立・仕事相談センター",
         "社会福祉協議会", "民生委員"))]  # fmt: skip
    mother, son = home.mother.pk, home.son.pk
    with acting_for(by):
        for day, method, title in HAPPENED:
            happened(home, son if "息子" in title else mother, day, method, title, by)
        for day in range(9, 210, 14):
            happened(home, mother, day, "visit", "あんしんが火曜の午前に訪問", by)
        ahead = timezone.localdate() + dt.timedelta(days=28)
        set_next_monitoring(home.case, on=ahead, owner=by.membership, by=by)
        assess(home.case, "見本の見立て", by)
        for stage in ("intake", "screening", "flow2_assess", "flow2_plan"):
            move_to_stage(home.case, stage=stage, by=by)
        agree(home.case, home.mother, home.son, to=tuple(agencies), by=by)
        for agency in agencies:
            labels = [Label(mother, item) for item in ("basic", "plan", "roles")]
            share_items(home.case, agency=agency, labels=labels, ground=Ground("consent", "D20 書面"), by=by)
        previous = None
        for day in (5, 33, 62, 70, 182):
            previous = decide(
                home.case, decided_on=timezone.localdate() - dt.timedelta(days=D0 - day), by=by, in_place_of=instead_of(previous),
                directions=[DirectionDraft(Label(mother, "plan"), "家で安全に暮らし続ける")],
                roles=[RoleDraft(Label(mother, "roles"), agency, "課題", "週1回の訪問と見守り") for agency in agencies[:4]],
            )  # fmt: skip
            for role in RoleRow.objects.filter(decision=previous):
                told = Told("phone", timezone.now() - dt.timedelta(days=D0 - day - 1), "担当")
                answer_role(role, kind="accepted", text="", answered=0, by=by, told=told)
    return world


def happened(home, person, day, method, title, by):
    at = timezone.now() - dt.timedelta(days=D0 - day)
    said = (ParagraphDraft("fact", "observed", "見本"),)
    write_note(home.case, NoteDraft(Label(person, "history"), at, method, title, said), by=by)


def test_whole_way_of_the_household_fits_two_pages(world, page_at):
    page = page_at(1280, javascript=False)
    url = f"/casework/cases/{world.hazuki.case.pk}/timeline/"
    sign_in(page)
    page.goto(f"{url}?paper=on")

    paper = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))

    text = "".join("".join(each.extract_text().split()) for each in paper.pages)
    assert len(paper.pages) <= 2
    assert all("".join(title.split()) in text for _day, _method, title in HAPPENED)
    assert text.count("引き受けます") == 20
    if folder := os.environ.get("SCREENSHOTS", ""):
        page.screenshot(path=f"{folder}/timeline-paper.png", full_page=True)


@pytest.mark.parametrize("width", [360, 1280])
def test_timeline_is_sound_and_never_sideways(world, page_at, width):
    page, found = page_at(width), []
    url = f"/casework/cases/{world.hazuki.case.pk}/timeline/"
    sign_in(page)
    for name, query in (
        ("timeline", ""),
        ("timeline-new", "?order=new&kind=note"),
        ("timeline-paper", "?paper=on"),
    ):
        page.goto(url + query)
        if folder := os.environ.get("SCREENSHOTS", ""):
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        found += [(name, "sideways")] * page.evaluate("document.body.scrollWidth > document.body.clientWidth")
        violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        found += [(name, rule["id"], node["target"]) for rule in violations for node in rule["nodes"]]
    assert found == []


def sign_in(page):
    page.goto("/accounts/login/")
    page.get_by_label("ユーザー名").fill("coordinator")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url("**/casework/")
