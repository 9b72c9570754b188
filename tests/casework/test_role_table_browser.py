"""役割分担表 in Chromium: on paper one A4 landscape with every word of it, on the wall of a meeting room letters of 24 pixels and more."""

import io
import re
import subprocess

import pypdf
import pytest

from casework.plans.actions import answer_role
from casework.plans.models import RoleRow
from permissions.walls.context import acting_for
from tests.casework.test_role_table import give, share_roles
from tests.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-password-for-tests"
A4 = (842, 595)  # landscape, in points
WORDS = (
    "毎週火曜の午前に訪ねて、体調と食事のようすを聞く",
    "家計の表を一緒につける",
    "受診に付き添い、薬の飲み方を確かめる",
)
# Of every element with letters of its own: how large they are, and which words.
LETTERS = """() => [...document.querySelectorAll('main *')].filter(each =>
    each.checkVisibility() && [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
  .map(each => [parseFloat(getComputedStyle(each).fontSize), each.textContent.trim().slice(0, 30)])"""
# What does not fit into its cell, or into the paper.
CUT = """() => [...document.querySelectorAll('main td, main th, main table')].filter(each =>
    each.checkVisibility() && (each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1)
    && getComputedStyle(each).overflow !== 'visible').map(each => each.textContent.trim().slice(0, 30))"""


@pytest.fixture
def world(settings):
    """Three agencies with two roles each; one of them has answered."""
    settings.MARUGOTO_REQUIRE_MFA = False
    world = World()
    agencies = (world.anshin, world.kenko, world.jiritsu)
    share_roles(world, world.hazuki, *agencies)
    give(
        world, world.hazuki,
        *(
            (agency, f"{WORDS[number]}（{turn}）", f"見本の課題{number}{turn}", 10 * turn + number)
            for number, agency in enumerate(agencies)
            for turn in (1, 2)
        ),
    )  # fmt: skip
    with acting_for(world.anshin_worker):
        role = RoleRow.objects.filter(agency=world.anshin).first()
        answer_role(
            role, kind="conditional", text="送り迎えがあれば行ける", answered=0, by=world.anshin_worker
        )
    return world


def table_at(page, world, query=""):
    page.goto("/accounts/login/")
    page.get_by_label("ユーザー名").fill("chief")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url("**/casework/")
    page.goto(f"/casework/cases/{world.hazuki.case.pk}/roles/{query}")
    return page


def test_table_prints_on_a4_landscape_with_every_word_of_every_row(world, page_at, tmp_path):
    page = table_at(page_at(1280), world)
    page.emulate_media(media="print")
    assert page.evaluate(CUT) == []
    paper = page.pdf(prefer_css_page_size=True)
    (tmp_path / "table.pdf").write_bytes(paper)

    sheets = pypdf.PdfReader(io.BytesIO(paper)).pages
    assert {(round(sheet.mediabox.width), round(sheet.mediabox.height)) for sheet in sheets} == {A4}
    boxes = subprocess.run(
        ["pdftotext", "-bbox", tmp_path / "table.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    words = re.findall(r'xMin="([^"]+)" yMin="([^"]+)" xMax="([^"]+)" yMax="([^"]+)">([^<]*)<', boxes)
    outside = [
        word
        for left, top, right, bottom, word in words
        if not (0 <= float(left) <= float(right) <= A4[0] and 0 <= float(top) <= float(bottom) <= A4[1])
    ]
    assert outside == []
    said = re.sub(r"\s", "", "".join(word for *_place, word in words))
    with acting_for(world.chief):
        rows = RoleRow.objects.select_related("agency")
        told = [(row.agency.name, row.what, row.issue, f"{row.until_on:%Y-%m-%d}") for row in rows]
    assert len(told) == 6
    missing = [word for row in told for word in row if re.sub(r"\s", "", word) not in said]
    assert missing == []
    assert "送り迎えがあれば行ける" in said
    assert "取扱注意：関係者以外に見せないでください" in said
    assert [word for word in ("支援ケース", "同意を見る") if word in said] == []  # of the screen
    assert said.count("未回答") >= 5


def test_letters_on_the_wall_have_24_pixels_and_more(world, page_at):
    page = table_at(page_at(1280), world, "?screen=on")
    letters = page.evaluate(LETTERS)
    assert len(letters) > 20
    assert any(WORDS[0] in words for _size, words in letters)
    assert [(size, words) for size, words in letters if size < 24] == []
