"""Every official paper of one full case: days and headings stay whole, and what the record holds stands there."""

import io
import os
import re
import subprocess
from collections import Counter
from html import unescape
from pathlib import Path

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from casework.dates import in_era
from casework.sheets.pdf import pdf_available
from tests.casework.full_case import DAY, SIGNS, FullCase
from tests.paper import said_by, unshown

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(not pdf_available(), reason="no libraries for PDF here"),
    pytest.mark.xdist_group("papers"),  # made once, read by all
]
ERA_DAY = r"(?:令和|平成|昭和)\d+年\d+月\d+日(?:から|まで)?"
PREPARED = [
    "準備シート",
    "年に1回、訪問で会っていた。",
    "週に1回の訪問",
    "夜間の対応は職員がいない",
    "鍵の預かり先を決めてほしい",
]
ONCE, PAGES, BOOK = {}, {}, {}
DOC = Path(__file__).parents[2] / "docs" / "papers.md"


@pytest.fixture
def papers(world):
    """Of each paper, by its code: the PDF, and the page that it was printed from."""
    if not ONCE:
        full = FullCase(world)
        BOOK["plan"] = full.spreadsheet()
        PAGES.update(full.printed_by_browser())
        ONCE.update(full.papers())  # it ends with the closing
        BOOK["large"] = full.large_minutes()
        for code, (pdf, _page) in ONCE.items() if (folder := os.environ.get("SCREENSHOTS")) else ():
            (Path(folder) / f"{code}.pdf").write_bytes(pdf)
    return ONCE


def lines_of(pdf):
    """The lines of a PDF as they are drawn, without white space."""
    drawn = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout
    return [re.sub(r"\s+", "", line) for line in drawn.decode().splitlines()]


def headings_of(page):
    """The headings of columns and of the rows of facts."""
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)
    facts = "".join(re.findall(r'<table class="[^"]*facts[^"]*">.*?</table>', page, re.DOTALL))
    heads += re.findall(r'<th scope="row">(.*?)</th>', facts)
    return {re.sub(r"<[^>]*>|\s", "", head) for head in heads}


def test_no_day_and_no_heading_is_broken(papers):
    broken = {}
    for code, (pdf, page) in [
        *papers.items(),
        ("minutes in large letters", (BOOK["large"], papers["minutes"][1])),
    ]:
        lines = lines_of(pdf)
        days = Counter(re.findall(ERA_DAY, "".join(lines))) - Counter(re.findall(ERA_DAY, "\n".join(lines)))
        cut = {head for head in headings_of(page) if not any(head in line for line in lines)}
        broken[code] = {*days, *cut}
    assert broken == {code: set() for code in broken}


def test_days_are_those_of_the_era(papers):
    """But for the foot, which says when the paper was made."""
    found = {code: len(re.findall(r"\d{4}-\d\d-\d\d", said_by(pdf))) for code, (pdf, _page) in papers.items()}
    assert found == {code: len(PdfReader(io.BytesIO(pdf)).pages) for code, (pdf, _page) in papers.items()}


def test_rare_names_are_drawn_on_what_is_handed_out_at_a_meeting(papers):
    """As on the other papers (test_rare_names.py)."""
    assert unshown(papers["copy"][0], *SIGNS) == []


def test_papers_say_what_the_record_holds(papers):
    begins = in_era(timezone.localdate() + DAY)
    held = {
        "plan": [
            "どの会議で決めたかM-", f"市の支援決定{in_era(timezone.localdate())}", "福総第12号", "機関・担当者", "答えた人：成年後見人・保佐人・補助人見本花子（長女）",
        ],
        "decision": ["どの会議で決めたかM-", f"条件付きで引き受けます{in_era(timezone.localdate())}髙﨑𠮷子送り迎え"],
        "papers": [*PREPARED, "まだ答えていません"],
        "copy": PREPARED,
        "assessment": ["受け付けた日令和"],
        "minutes": [f"毎週火曜{begins}から", "招集した人または機関支援課（市直営）"],
    }  # fmt: skip
    lacking = {
        code: [word for word in words if word not in said_by(papers[code][0])] for code, words in held.items()
    }
    assert lacking == {code: [] for code in held}


def test_spreadsheet_is_legible_on_paper_and_cuts_nothing(papers):
    [page] = load_workbook(io.BytesIO(BOOK["plan"]))
    rows = {row[0].value: row[1].row for row in page.iter_rows() if row[0].value}
    widths = [page.column_dimensions[letter].width for letter in "ABCDEFGHIJK"]
    first = page.cell(rows["だれのこと"] + 1, 3)

    assert (page.page_setup.orientation, sum(widths) <= 210) == ("landscape", True)
    assert page.cell(rows["どの会議で決めたか"], 2).value.startswith("M-")
    said = page.cell(rows["説明と同意"], 2)
    assert "立ち会い：" in said.value
    assert "答えた人：成年後見人・保佐人・補助人 見本花子（長女）" in said.value
    # 100 letters, each as wide as two, in 78: three lines.
    assert page.row_dimensions[said.row].height >= 45
    assert (first.alignment.wrap_text, page.cell(first.row + 3, 3).alignment.wrap_text) == (True, True)
    assert page.row_dimensions[first.row].height >= 30


def test_what_the_browser_prints_says_whose_it_is_and_to_keep_it(papers):
    lines = {
        code: re.search(r'<p class="(?:m-printonly|c-paper__told)">(.*?)</p>', page, re.DOTALL)[1]
        for code, page in PAGES.items()
        if code != "plain"  # the person's own
    }
    assert {code: "葛\U000e0100城 課長" in line for code, line in lines.items()} == dict.fromkeys(lines, True)
    assert lines.keys() == {"roles", "timeline", "chronology"}


# --- docs/papers.md -----------------------------------------------------------------------------------------


def told():
    """Of each paper, by its code: the rows of its table in the document."""
    found = {}
    for section in DOC.read_text().split("\n## ")[1:]:
        rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
        for code in re.findall("`([a-z]+)`", section.splitlines()[0]):
            found[code] = rows[1:]
    return found


def named(rows):
    return {heading for _field, headings, _where in rows for heading in re.findall("`([^`]+)`", headings)}


def words_of(page):
    main = re.search(r"<main.*</main>", page, re.DOTALL).group()
    return re.sub(r"\s", "", unescape(re.sub(r"<[^>]*>", "", main)))


def test_document_names_each_heading_where_it_stands(papers):
    said = {code: said_by(pdf) for code, (pdf, _page) in papers.items()}
    said |= {code: words_of(page) for code, page in PAGES.items()}
    [book] = load_workbook(io.BytesIO(BOOK["plan"]))
    said["excel"] = "".join(str(cell.value or "") for row in book.iter_rows() for cell in row)

    assert told().keys() == said.keys()
    gone = {
        code: {each for each in named(rows) if re.sub(r"\s", "", each) not in said[code]}
        for code, rows in told().items()
    }
    assert gone == {code: set() for code in said}


def test_document_has_each_heading_and_says_why_a_field_has_none(papers):
    pages = {code: page for code, (_pdf, page) in papers.items()} | PAGES
    there = {}
    for code, page in pages.items():
        subtitles = re.findall(
            r"<h[23][^>]*>(.*?)</h[23]>", page.partition("</header>")[2] if code in papers else ""
        )
        there[code] = headings_of(page) | {re.sub(r"<[^>]*>|\s", "", each) for each in subtitles}
    rows = told()
    new = {
        code: {re.sub(r"D-\d+-\d+$", "", each) for each in heads}
        - {re.sub(r"\s", "", known) for known in named(rows[code])}
        for code, heads in there.items()
    }
    assert new == {code: set() for code in there}
    unsaid = [row for each in rows.values() for row in each if "`" not in row[1]]
    assert [row[0] for row in unsaid if not re.fullmatch("not on the paper, because .+", row[2])] == []


def test_document_counts_pages_and_every_paper_is_tagged(papers):
    lines = [
        line.strip("| ").split(" | ")
        for line in DOC.read_text().partition("\n## ")[0].splitlines()
        if line.startswith("| ")
    ][1:]
    found = {}
    for code, (pdf, _page) in papers.items():
        about = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
        wide, high = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", about).groups()
        size = "A4 landscape" if float(wide) > float(high) else "A4 upright"
        found[code] = [size, re.search(r"Pages:\s+(\d+)", about)[1], re.search(r"Tagged:\s+(\w+)", about)[1]]
    assert {line[1].strip("`"): line[2:5] for line in lines} == found
