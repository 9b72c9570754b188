"""意向 of each member (domain.md 1.5): whose is not written is told to the center, asked for in the next version, and never guessed."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from casework.concealment.actions import GroundDraft, conceal
from casework.households.actions import StayDraft, add_person, record_stay, set_item
from casework.households.models import PersonContact
from casework.planning.actions import PartDraft
from casework.planning.models import PlanPart, Section
from casework.planning.selectors import plan_views_for
from casework.seen import fingerprint
from casework.sharing.actions import Label
from casework.sheets.actions import make_sheet, request_sheet
from casework.sheets.models import Sheet
from permissions.walls.context import acting_for
from tests.casework.test_planning import client_of, draft, save, settle, shared, today, typed
from tests.casework.test_sheets import text_of

__all__ = ["shared"]
pytestmark = pytest.mark.slow

NOTICE = "意向がまだ書かれていない人：葉月原息子"


def page_of(viewer, home, plan, name="plan"):
    return client_of(viewer).get(reverse(f"casework:{name}", args=[home.case.pk, plan.pk])).content.decode()


def wishes_begun(viewer, home):
    forms = client_of(viewer).get(reverse("casework:plan_write", args=[home.case.pk])).context["forms"]
    rows = next(each.rows for each in forms.sections if each.section == "wish")
    return forms, [(row.initial["about"], row.initial.get("text", "")) for row in rows if row.initial]


def printed(sheet, viewer, folder):
    make_sheet(sheet.pk, membership_id=viewer.membership.pk)
    with acting_for(viewer):
        return " ".join(text_of(Sheet.objects.get(pk=sheet.pk).pdf, folder).split())


def test_whose_wish_is_not_written_is_told_and_stands_in_nobodys_way(shared):
    home, by = shared.hazuki, shared.coordinator
    plan = save(shared, home)
    told = [page_of(by, home, plan, name) for name in ("plan", "plan_decide")]
    settle(shared, plan)
    told.append(page_of(by, home, plan))

    assert [(text.count(NOTICE), "このままでも決定できます" in text) for text in told] == [
        (1, True), (1, True), (1, False),
    ]  # fmt: skip
    whole = draft(shared, home)
    words = [PartDraft(Label(person, "plan"), Section.WISH, "家にいたい") for person in (home.son.pk, None)]
    again = save(shared, home, draft(shared, home, parts=[*whole.parts, *words]), follows=plan)
    shown = [page_of(by, home, each) for each in (again, plan)]
    assert ["意向がまだ" in text for text in shown] == [
        False,
        False,
    ]  # a version that another follows is past


def test_who_lives_elsewhere_is_not_asked_for_and_who_comes_is(shared):
    home, by = shared.hazuki, shared.coordinator
    plan = save(shared, home)
    with acting_for(by):
        record_stay(home.son, StayDraft("apart", today()), by=by)
        add_person(
            home.case, values={"name": "三栗和江", "relation": "child"}, stay=StayDraft("together"), by=by
        )
    assert "意向がまだ書かれていない人：三栗和江<" in page_of(by, home, plan)


def test_no_agency_is_told_whose_wish_is_missing(shared):
    """Not even of whom it knows: what is not written and what is not shared look alike to it."""
    home = shared.hazuki
    shared.share(home, shared.anshin, Label(home.son.pk, "basic"), Label(home.son.pk, "plan"))
    plan = save(shared, home)
    settle(shared, plan)
    found = {
        name: [words in page_of(getattr(shared, name), home, plan) for words in ("意向がまだ", "役割分担")]
        for name in ("chief", "anshin_worker", "kenko_worker")
    }
    assert found == {"chief": [True, True], "anshin_worker": [False, True], "kenko_worker": [False, True]}


def test_next_version_begins_with_an_empty_row_for_each_of_them(shared):
    home, by = shared.hazuki, shared.coordinator
    save(shared, home)
    forms, begun = wishes_begun(by, home)
    assert begun == [(str(home.mother.pk), "本人・世帯の意向の内容"), (str(home.son.pk), "")]

    url = reverse("casework:plan_write", args=[home.case.pk])
    page = client_of(by)
    unwritten = page.post(url, typed(forms))
    forms, again = wishes_begun(by, home)
    written = page.post(url, typed(forms, **{"wish-1-text": "（聞けなかった）電話に出ない"}))

    assert (unwritten.status_code, written.status_code, again) == (302, 302, begun)
    assert [person for person, _text in wishes_begun(by, home)[1]] == [str(home.mother.pk), str(home.son.pk)]
    with acting_for(by):
        newest, *_older = plan_views_for(by, home.case)
    text = page_of(by, home, newest.plan)
    assert [words in text for words in ("意向がまだ", "「（聞けなかった）", "（聞けなかった）電話に出ない")] == [
        False, False, True,
    ]  # fmt: skip
    assert "「本人・世帯の意向の内容」" in text


@pytest.mark.parametrize(
    ("section", "text", "is_quoted"),
    [
        (Section.WISH, "家にいたい（本当は）", True),
        (Section.WISH, "（まだ分からない）", False),
        (Section.WISH, "(聞けなかった)", False),
        (Section.GOAL, "家にいる", False),
    ],
)
def test_words_of_the_writer_stand_without_quotation_marks(section, text, is_quoted):
    assert PlanPart(section=section, text=text).is_quoted is is_quoted


def test_sheet_and_spreadsheet_tell_the_center_alone_who_was_not_asked(shared, tmp_path):
    home = shared.hazuki
    decision = settle(shared, save(shared, home))
    shared.share(home, shared.anshin, Label(home.son.pk, "basic"))
    texts, cells = {}, {}
    for name in ("chief", "anshin_worker", "kenko_worker"):
        viewer = getattr(shared, name)
        with acting_for(viewer):
            sheet = request_sheet(home.case, decision, by=viewer, kind="plan")
        texts[name] = printed(sheet, viewer, tmp_path)
        answer = client_of(viewer).get(reverse("casework:plan_excel", args=[home.case.pk, decision.pk]))
        book = load_workbook(io.BytesIO(answer.content))
        ((title, place),) = book.defined_names["wish"].destinations
        cells[name] = book[title][place.replace("$", "")].value

    assert {name: ("葉月原息子 （聞いていない）" in text, "聞いていない" in text) for name, text in texts.items()} == {
        "chief": (True, True), "anshin_worker": (False, False), "kenko_worker": (False, False),
    }  # fmt: skip
    assert "葉月原息子" in texts["anshin_worker"]  # whose name it may read, but nothing of whose plan
    assert cells["chief"] == "葉月原母　本人・世帯の意向の内容\n葉月原息子　（聞いていない）"
    assert "聞いていない" not in f"{cells['anshin_worker']}{cells['kenko_worker']}"


def test_sheet_says_of_nobody_that_they_were_not_asked_whose_wish_may_be_hidden(shared, tmp_path):
    """The mother's told a place in hiding: nobody reads it any more, and the next version asks anew."""
    home, by, place = shared.hazuki, shared.coordinator, "青葉区見本町9-8-7"
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        set_item(
            home.mother, item="contact", values={"address": place}, seen=fingerprint(row, ["address"]), by=by
        )
    whole = draft(shared, home)
    wish = PartDraft(Label(home.mother.pk, "plan"), Section.WISH, f"{place}にいたい")
    others = [part for part in whole.parts if part.section != Section.WISH]
    decision = settle(shared, save(shared, home, draft(shared, home, parts=[wish, *others])))
    with acting_for(by):
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), (), by=by)
    with acting_for(by):
        sheet = request_sheet(home.case, decision, by=by, kind="plan")
    text = printed(sheet, by, tmp_path)

    assert [words in text for words in (place, "聞いていない", "終結の目安の内容")] == [False, False, True]
    assert [text for _person, text in wishes_begun(by, home)[1]] == ["", ""]
