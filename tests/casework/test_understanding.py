"""理解シート: one page of the newest fixed assessment, in the content its reader may see, on the screen and as PDF."""

import re
import subprocess

import pytest
from django.urls import reverse

from casework.assessments.choices import Section
from casework.concealment.actions import GroundDraft, conceal
from casework.sharing.actions import Label, end_line
from casework.sharing.models import ShareLine
from casework.sheets.actions import make_sheet, request_sheet
from casework.sheets.kinds import UNDERSTANDING
from casework.sheets.models import Sheet
from casework.sheets.selectors import sheet_for
from casework.sheets.understanding import understanding_for
from permissions.audit.models import AuditEntry
from permissions.walls.context import acting_for
from tests.casework.test_assessments import client_of, everything, fix, write

pytestmark = pytest.mark.slow


@pytest.fixture
def shared(world):
    """Everything is fixed; one agency is shown how people see the mother and her health, another her money."""
    home, by = world.hazuki, world.coordinator
    mother = home.mother.pk
    world.share(home, world.anshin, *(Label(mother, item) for item in ("basic", "assessment", "health")))
    world.share(home, world.kenko, Label(mother, "money"))
    write(world, by, "voice", "家にいたい")
    write(world, by, "money", "借金がある", welfare="never")
    write(world, world.anshin_worker, "health", "ひざが痛い", treatment="untreated")
    world.fixed = fix(world)
    write(world, by, "strength", "まだ確定していないこと")
    return world


def page_of(viewer, home):
    """Return what a viewer finds on the page: (section, who, agency, answers, words)."""
    with acting_for(viewer):
        found = understanding_for(viewer, home.case)
    return found and [
        (section.label, line.who, line.agency, [answer for _asked, answer in line.facts], line.text)
        for section in found.sections
        for line in section.lines
    ]


def order(viewer, home):
    with acting_for(viewer):
        sheet = request_sheet(home.case, None, by=viewer, kind=UNDERSTANDING)
    make_sheet(sheet.pk, membership_id=viewer.membership.pk)
    with acting_for(viewer):
        return Sheet.objects.get(pk=sheet.pk)


def told_by(tool, sheet, folder):
    path = folder / f"{sheet.pk}.pdf"
    path.write_bytes(bytes(sheet.pdf))
    words = [tool, path, *(["-"] if tool == "pdftotext" else [])]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def test_page_holds_what_was_fixed_as_far_as_it_reaches_the_reader(shared):
    home = shared.hazuki
    voice = ("本人の思い・困りごと", "葉月原母", "機関 itaku", [], "家にいたい")
    health = ("健康・障害", "葉月原母", "機関 anshin", ["受診が必要だが、していない"], "ひざが痛い")
    money = ("お金のこと", "葉月原母", "機関 itaku", ["受けていない"], "借金がある")
    assert page_of(shared.chief, home) == [voice, health, money]
    assert page_of(shared.anshin_worker, home) == [voice, health]
    assert page_of(shared.kenko_worker, home) == [("お金のこと", "（氏名は共有されていません）", *money[2:])]
    assert page_of(shared.jiritsu_worker, home) is None
    assert page_of(shared.chief, shared.tomono) is None


def test_page_says_who_is_around_and_the_log_what_was_read(shared):
    home = shared.hazuki
    url = reverse("casework:understanding", args=[home.case.pk])
    body = client_of(shared.anshin_worker).get(url).content.decode()
    empty = client_of(shared.chief).get(reverse("casework:understanding", args=[shared.tomono.case.pk]))

    assert "機関 itaku、機関 anshin" in body
    assert "初回アセスメント" in body
    assert "借金" not in body
    assert "確定したアセスメントがまだありません" in empty.content.decode()
    with acting_for(shared.auditor):
        read = AuditEntry.objects.filter(verb="read", user_id=shared.anshin_worker.user.pk)
        assert {(entry.person_id, entry.item) for entry in read if entry.item} == {
            (home.mother.pk, item) for item in ("basic", "assessment", "health")
        }


def test_pdf_is_one_page_of_what_reaches_its_reader(shared, tmp_path):
    home = shared.hazuki
    sheets = {name: order(getattr(shared, name), home) for name in ("chief", "anshin_worker", "kenko_worker")}

    texts = {name: told_by("pdftotext", sheet, tmp_path) for name, sheet in sheets.items()}
    found = {
        name: [word in text for word in ("家にいたい", "ひざが痛い", "借金がある", "まだ確定していない")]
        for name, text in texts.items()
    }
    assert found == {
        "chief": [True, True, True, False], "anshin_worker": [True, True, False, False],
        "kenko_worker": [False, False, True, False],
    }  # fmt: skip
    assert {item for _case, _person, item in sheets["kenko_worker"].labels} == {"money"}
    about = told_by("pdfinfo", sheets["chief"], tmp_path)
    assert re.search(r"^Pages:\s+1$", about, re.MULTILINE)
    assert re.search(r"^Tagged:\s+yes$", about, re.MULTILINE)
    with acting_for(shared.chief):
        assert sheets["chief"].reference == home.case.number


def test_pdf_stays_one_page_when_much_was_written(shared, tmp_path):
    home, people = shared.hazuki, (shared.hazuki.mother, shared.hazuki.son)
    for person in people:
        for section in Section:
            if (person, section.value) not in (
                (people[0], "voice"),
                (people[0], "money"),
                (people[0], "strength"),
            ):
                write(shared, shared.coordinator, section.value, "長い文です。" * 300, about=person)
    shared.share(home, shared.anshin, *(Label(home.son.pk, item) for item in ("assessment", "health")))
    for person in people:
        for section in ("voice", "family", "home", "work", "strength", "view"):
            write(shared, shared.anshin_worker, section, "別の長い文です。" * 200, about=person)
    fix(shared, version=1)
    sheet = order(shared.chief, home)

    assert re.search(r"^Pages:\s+1$", told_by("pdfinfo", sheet, tmp_path), re.MULTILINE)
    text = told_by("pdftotext", sheet, tmp_path)
    assert "途中で切ってあります" in text
    assert "…" in text


def test_pdf_stays_one_page_when_fewer_rows_are_long(shared, tmp_path):
    home, people = shared.hazuki, (shared.hazuki.mother, shared.hazuki.son)
    shared.share(home, shared.anshin, Label(home.son.pk, "assessment"))
    for section in ("family", "home", "work", "view"):
        for by in (shared.coordinator, shared.anshin_worker):
            for person in people:
                write(shared, by, section, "長い文です。" * 300, about=person)
    fix(shared, version=1)
    assert re.search(r"^Pages:\s+1$", told_by("pdfinfo", order(shared.chief, home), tmp_path), re.MULTILINE)


def test_pdf_stays_one_page_when_everything_was_asked_and_text_keeps_half(shared, tmp_path):
    home, by, asked = shared.hazuki, shared.coordinator, ("family", "home", "health", "work")
    for person in (home.mother, home.son):
        for section in asked:
            if (person, section) != (home.mother, "health"):  # the agency's own
                write(shared, by, section, "長い文です。" * 100, about=person, **everything(section))
    shared.share(home, shared.anshin, *(Label(home.son.pk, item) for item in ("assessment", "health")))
    for person in (home.mother, home.son):
        for section in ("voice", "family", "home", "work", "strength", "view"):
            text = "別の長い文です。" * 200
            write(shared, shared.anshin_worker, section, text, about=person, **everything(section))
    fix(shared, version=1)
    sheet = order(shared.chief, home)

    assert re.search(r"^Pages:\s+1$", told_by("pdfinfo", sheet, tmp_path), re.MULTILINE)
    assert "途中で切ってあります" in told_by("pdftotext", sheet, tmp_path)
    with acting_for(shared.chief):
        found = understanding_for(shared.chief, home.case)
    lines = [line for section in found.sections for line in section.lines]
    assert all(line.text for line in lines if line.agency == "機関 anshin")


def test_what_was_asked_in_detail_is_printed_where_there_is_room(shared):
    home, by = shared.hazuki, shared.coordinator
    write(shared, by, "home", "2間のアパート", rent="late", utilities=["gas", "water"], housing="rented")
    fix(shared, version=1)
    (home_line,) = [row for row in page_of(shared.chief, home) if row[0] == "住まい・暮らし"]
    assert home_line[3:] == (
        ["借家・賃貸アパート・マンション", "1〜2か月遅れている", "ガス、水道"],
        "2間のアパート",
    )


def test_pdf_ends_with_what_it_was_made_of(shared):
    home, viewer = shared.hazuki, shared.anshin_worker
    sheet = order(viewer, home)
    with acting_for(viewer):
        assert sheet_for(viewer, sheet.pk) is not None
    with acting_for(shared.chief):
        for line in ShareLine.objects.filter(agency=shared.anshin, item="health"):
            end_line(line, by=shared.chief, reason="見本")
    with acting_for(viewer):
        assert sheet_for(viewer, sheet.pk) is None


def test_pdf_from_before_a_household_hid_is_not_opened(shared):
    home, viewer = shared.hazuki, shared.anshin_worker
    sheet = order(viewer, home)
    with acting_for(shared.chief):
        conceal(home.case, home.mother, GroundDraft("provisional", "見本"), by=shared.chief)
    with acting_for(viewer):
        assert sheet_for(viewer, sheet.pk) is None


def test_double_click_orders_one_and_the_way_back_leads_to_the_page(shared, run_tasks):
    home, page = shared.hazuki, client_of(shared.chief)
    url = reverse("casework:understanding_sheet", args=[home.case.pk])
    first, second = page.post(url), page.post(url)
    run_tasks()
    shown = page.get(first["Location"]).content.decode()
    file = page.get(f"{first['Location']}file/")
    nothing = page.post(reverse("casework:understanding_sheet", args=[shared.tomono.case.pk]))

    assert first["Location"] == second["Location"]
    assert reverse("casework:understanding", args=[home.case.pk]) in shown
    assert file["Content-Disposition"] == f'attachment; filename="{home.case.number}.pdf"'
    assert nothing["Location"] == reverse("casework:understanding", args=[shared.tomono.case.pk])
