"""What is 会議限り says on every page whose copy it is (domain.md 1.12, R-MTG-5, R-MTG-6), and reads it to nobody page by page."""

import pytest
from django.urls import reverse
from pypdf import PdfReader

from casework.meetings.minutes import Outcome, hand_out
from casework.plans.models import Decision
from casework.sheets.actions import make_sheet, request_sheet
from casework.sheets.models import Sheet
from casework.sheets.pdf import pdf_available
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import fixed_item, paper, today_item
from tests.casework.test_minutes import direction
from tests.paper import artifacts_of, said_by, structure_of, unshown

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(not pdf_available(), reason="no libraries for PDF here"),
]
RARE, VARIANT = "髙﨑𠮷", "葛\U000e0100城"
IN_PICTURES = {RARE: RARE, VARIANT: "葛城"}  # the common form; the foot has the name as it is written


def pages_of(pdf, tmp_path):
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)
    return [said_by(pdf, page=number) for number in range(1, len(PdfReader(path).pages) + 1)]


def named(viewer, name):
    viewer.user.last_name = name
    viewer.user.save(update_fields=["last_name"])


def test_every_page_of_a_numbered_copy_says_whose_it_is(world, client, tmp_path):
    members = {RARE: world.anshin_worker, VARIANT: world.kenko_worker}
    for name, viewer in members.items():
        named(viewer, name)
    item = today_item(world, *members.values())
    paper(world, item, "二人のくらしについての長い話。\n" * 90)
    by = world.coordinator
    with acting_for(by):
        copies = hand_out(item, [viewer.membership for viewer in members.values()], by=by)
    sign_in(client, by)
    url = reverse("casework:agenda_print", args=[item.meeting_id, item.pk])
    marks = {
        copy.number: f"会議限り配布番号{copy.number}{IN_PICTURES[copy.membership.user.last_name]}{copy.membership.agency.name}".replace(" ", "")
        for copy in copies
    }  # fmt: skip
    for copy in copies:
        pdf = client.post(url, {"copy": str(copy.pk)}).content
        pages = pages_of(pdf, tmp_path)
        assert len(pages) > 1
        for number, mark in marks.items():
            assert [mark in page for page in pages] == [number == copy.number] * len(pages)
        assert [copy.membership.user.last_name in page for page in pages] == [True] * len(pages)
        assert artifacts_of(pdf) == [True] * len(pages)
        assert "会議限り配布番号" not in structure_of(pdf)
        assert "二人のくらしについての長い話。" in structure_of(pdf)
        assert (
            unshown(pdf, *(RARE if copy.membership.user.last_name == RARE else (VARIANT[:2], VARIANT[2:])))
            == []
        )


def test_minutes_and_decision_of_a_support_meeting_say_so_across_every_page(world, client, tmp_path):
    named(world.chief, f"{RARE}{VARIANT}")
    item, _minutes = fixed_item(world, world.anshin_worker, outcome=Outcome([direction(world)]))
    sign_in(client, world.chief)
    minutes = client.post(reverse("casework:agenda_print", args=[item.meeting_id, item.pk])).content
    with acting_for(world.chief):
        ordered = request_sheet(item.case, Decision.objects.get(agenda=item), by=world.chief)
    make_sheet(ordered.pk, membership_id=world.chief.membership.pk)
    with acting_for(world.chief):
        decision = bytes(Sheet.objects.get(pk=ordered.pk).pdf)
    mark = f"会議限り{RARE}葛城"
    for pdf in (minutes, decision):
        pages = pages_of(pdf, tmp_path)
        assert [mark in page for page in pages] == [True] * len(pages)
        assert [f"{RARE}{VARIANT}" in page for page in pages] == [True] * len(pages)
        assert mark not in structure_of(pdf)
        assert artifacts_of(pdf) == [True] * len(pages)
        assert unshown(pdf, *RARE, VARIANT[:2], VARIANT[2:]) == []
