"""The form of a note, a correction and the case page at 360 and 1280 pixels, with script and without."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from casework.notes.actions import CorrectionDraft, NoteDraft, ParagraphDraft, correct_note, write_note
from casework.notes.models import NoteParagraph
from casework.sharing.actions import Label
from permissions.walls.context import acting_for
from tests.browser import click_through
from tests.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-password-for-tests"
SAID = (
    ParagraphDraft("fact", "observed", "玄関に新聞がたまっていた。"),
    ParagraphDraft("statement", "family", "「夜も寝ていない」"),
    ParagraphDraft("assessment", "judged", "見守りが要る。"),
    ParagraphDraft("transcript", "self", "職員：眠れていますか。\n本人：いいえ。" + "長い行" * 100),
)


@pytest.fixture
def signed_in_at(page_at, settings):
    """The pages as a coordinator sees them, at a width; anshin and kenko read the mother's history."""
    settings.MARUGOTO_REQUIRE_MFA = False
    world = World()
    home, by = world.hazuki, world.coordinator
    for agency in (world.anshin, world.kenko):
        world.share(home, agency, Label(home.mother.pk, "history"), Label(home.son.pk, "health"))
    with acting_for(by):
        draft = NoteDraft(Label(home.mother.pk, "history"), home.case.opened_at, "visit", "訪問", SAID)
        note = write_note(home.case, draft, by=by)
        better = (ParagraphDraft("fact", "observed", "玄関に手紙がたまっていた。"),)
        world.note = correct_note(note, CorrectionDraft("訪問", better, "新聞ではなく手紙だった"), by=by)

    def sign_in(width, **more):
        page = page_at(width, **more)
        page.goto("/accounts/login/")
        page.get_by_label("ユーザー名").fill("coordinator")
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("button", name="ログインする", exact=True).click()
        page.wait_for_url("**/casework/")
        page.goto(f"/casework/cases/{home.case.pk}/notes/add/")
        return page

    sign_in.world = world
    return sign_in


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_sound_and_never_sideways(signed_in_at, width):
    page, found = signed_in_at(width), []
    world, folder = signed_in_at.world, os.environ.get("SCREENSHOTS", "")
    case = f"/casework/cases/{world.hazuki.case.pk}/"

    def look(name):
        page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
        found.extend(
            f"{name}: {rule['id']}"
            for rule in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        )
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{name}: sideways")
        if folder:
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)

    look("note")
    page.get_by_label("葉月原母", exact=True).check()
    page.get_by_label("事実の内容", exact=True).fill("あ")
    click_through(page.get_by_role("button", name="記録する", exact=True))
    look("note-wrong")
    page.goto(f"{case}notes/{world.note.pk}/correct/")
    look("correct")
    page.goto(case)
    look("case")
    assert found == []


def test_sentence_follows_what_is_chosen(signed_in_at):
    page = signed_in_at(1280)
    now = page.locator("[data-readers-now]")
    expect(page.locator("[data-readers-ask]")).to_be_hidden()

    page.get_by_label("葉月原母", exact=True).check()
    expect(now).to_have_text("この記録は、センターのほかに、機関 anshinと機関 kenkoが読めます。")
    page.get_by_label("お金", exact=True).check()
    expect(now).to_have_text("この記録は、センターだけが読めます。")
    page.get_by_label("葉月原息子", exact=True).check()
    page.get_by_label("健康", exact=True).check()
    expect(now).to_have_text("この記録は、センターのほかに、機関 anshinと機関 kenkoが読めます。")


@pytest.mark.parametrize("javascript", [True, False])
def test_file_is_read_into_the_form_and_saved_by_the_writer(signed_in_at, javascript):
    page = signed_in_at(360, javascript=javascript)
    talk = {
        "name": "面談.txt",
        "mimeType": "text/plain",
        "buffer": "職員：おはようございます。".encode("cp932"),
    }

    page.get_by_label("葉月原母", exact=True).check()
    page.get_by_label("見出し").fill("面談")
    page.locator("input[type=file]").set_input_files(talk)
    page.get_by_role("button", name="ファイルの文章を「逐語」の欄に入れる").click()
    expect(page.get_by_label("逐語の内容", exact=True)).to_have_value("職員：おはようございます。")
    expect(page.get_by_label("見出し")).to_have_value("面談")
    page.get_by_label("逐語の出どころ").select_option("本人から")
    page.get_by_role("button", name="記録する", exact=True).click()
    page.wait_for_url("**/cases/*/")

    with acting_for(signed_in_at.world.chief):
        row = NoteParagraph.objects.get(text="職員：おはようございます。")
    assert (row.kind, row.source) == ("transcript", "self")
