"""What is asked in detail: one answer or several, kept by the database, and told alike by form, row, page, comparison and paper."""

import html
import re

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.assessments.actions import write_part
from casework.assessments.choices import ALONE, ASKING, FACTS, NOT_ASKED, UNKNOWN, Section, facts_of
from casework.assessments.forms import AssessmentPartForm
from casework.assessments.labels import item_of
from casework.assessments.models import AssessmentPart, question
from casework.assessments.selectors import assessment_views_for, changes_between
from casework.cases.models import Case
from casework.households.selectors import name_people
from casework.sheets.assessments import assessment_sheet_for
from permissions.walls.context import acting_for
from tests.casework.test_assessments import address_of, client_of, fix, nowhere, unasked, write
from tests.nights import examples

pytestmark = pytest.mark.slow

SECTIONS = [section.value for section in Section if section in ASKING]
SEVERAL = [name for name, fact in FACTS.items() if fact.is_several]


def label(name, code):
    return dict(FACTS[name].choices.choices)[code]


# --- the database -------------------------------------------------------------------------------------------


def refusal(row):
    """Return the constraint that a row breaks; empty if it is kept."""
    try:
        with transaction.atomic():
            AssessmentPart(**row).save(force_insert=True)
    except IntegrityError as error:
        return error.__cause__.diag.constraint_name
    return ""


def row_of(world, section, **change):
    by, home = world.chief, world.hazuki
    others = [nowhere(each) for each in SECTIONS if each != section]
    return {
        "case": home.case, "person": home.mother, "item": item_of(section), "section": section, "text": "x", "said_by": "staff",
        "agency": by.agency, "written_by": by.membership, "sequence": 1,
        **{name: value for each in others for name, value in each.items()}, **unasked(section), **change,
    }  # fmt: skip


@pytest.mark.parametrize("name", FACTS)
def test_database_keeps_what_the_list_has_in_its_section_alone(world, name):
    fact = FACTS[name]
    codes = [code for code in fact.choices.values if code not in ALONE]
    right = [[code] for code in fact.choices.values] if fact.is_several else fact.choices.values
    wrong = ["", "nothing"]
    if fact.is_several:
        right = [*right, codes, codes[::-1]]
        wrong = [[], ["nothing"], [codes[0], "nothing"], [NOT_ASKED, NOT_ASKED]]
        wrong += [[codes[0], alone] for alone in ALONE] + [["none", UNKNOWN], [UNKNOWN, NOT_ASKED]]
    elsewhere = [[codes[0]], [NOT_ASKED]] if fact.is_several else [codes[0], NOT_ASKED]

    with acting_for(world.chief):
        section = fact.section.value
        kept = [refusal(row_of(world, section, **{name: answer})) for answer in right]
        broken = [refusal(row_of(world, section, **{name: answer})) for answer in wrong]
        away = [
            refusal(row_of(world, other, **{name: answer}))
            for answer in elsewhere
            for other in [each for each in (*SECTIONS, "voice") if each != section][-2:]
        ]
    its = f"assessmentpart_{name}_known"
    assert kept == [""] * len(right)
    assert broken == [its] * len(wrong)
    assert away == [its] * 4


def test_database_keeps_no_empty_place_among_answers(world):
    with acting_for(world.chief), pytest.raises(DatabaseError), transaction.atomic():
        AssessmentPart(**row_of(world, "home", utilities=["gas", None])).save(force_insert=True)


# --- the form -----------------------------------------------------------------------------------------------


def sent_by(section, **answers):
    """Return what a browser sends: of boxes the ticked ones, of lists the chosen line."""
    data = QueryDict(mutable=True)
    data["said_by"] = "self"
    for name in facts_of(section):
        if not FACTS[name].is_several:
            data[name] = NOT_ASKED
    for name, answer in answers.items():
        data.setlist(name, answer if isinstance(answer, list) else [answer])
    return data


def form_of(section, **answers):
    form = AssessmentPartForm(sent_by(section, **answers), section=section)
    form.is_valid()
    return form


def test_no_box_ticked_is_not_asked_and_unknown_is_another_answer():
    silent = form_of("home", text="x").draft(None).facts
    asked = form_of("home", text="x", utilities=[UNKNOWN], rent=UNKNOWN).draft(None).facts
    assert silent == unasked("home")
    assert asked == {**unasked("home"), "utilities": [UNKNOWN], "rent": UNKNOWN}
    assert NOT_ASKED not in dict(AssessmentPartForm(section="home").fields["utilities"].choices)


def test_boxes_are_kept_once_and_in_the_order_of_the_list():
    form = form_of("money", incomes=["child", "wages", "child"])
    assert form.draft(None).facts["incomes"] == ["wages", "child"]


@pytest.mark.parametrize("name", SEVERAL)
@pytest.mark.parametrize("alone", ["none", UNKNOWN])
def test_answer_that_stands_alone_is_refused_beside_another(name, alone):
    first = FACTS[name].choices.values[0]
    form = form_of(FACTS[name].section.value, **{name: [first, alone]})
    words = f"「{label(name, alone)}」は、ほかの答えといっしょには選べません。どちらかを外してください。"
    assert form.errors == {name: [words]}
    assert form.has_more
    assert form_of(FACTS[name].section.value, **{name: [first, NOT_ASKED]}).errors.keys() == {name}


def test_part_in_which_nothing_was_asked_is_refused_and_unknown_says_something():
    assert list(form_of("money").errors) == ["text"]
    assert form_of("money", arrears=[UNKNOWN]).errors == {}
    assert form_of("money", savings=UNKNOWN).errors == {}


def test_what_is_folded_away_may_be_missing_what_stands_first_not():
    """So a page that was open before there were such questions is not refused."""
    sent = QueryDict("said_by=self&housing=rented")
    form = AssessmentPartForm(sent, section="home")
    assert form.is_valid()
    assert form.draft(None).facts == {**unasked("home"), "housing": "rented"}
    assert list(AssessmentPartForm(QueryDict("said_by=self&text=x"), section="home").errors) == ["housing"]


def fold_of(page):
    """Return of the page with the form whether it is open, and the questions in it."""
    marks, inside = re.search(r'<details class="m-details"( open)?>(.*?)</details>', page, re.DOTALL).groups()
    asked = re.findall(r'm-field__label"[^>]*>([^<]*?)\s*<', inside)
    return bool(marks), asked


def test_page_folds_what_is_asked_in_detail_and_opens_it_where_something_stands(world):
    home, page = world.hazuki, client_of(world.coordinator)
    url = address_of(home)
    details = ["家賃の支払い", "止まっているもの", "ペット"]
    begun = page.get(url).content.decode()
    sent = {"housing": "rented", "rent": "late", "utilities": ["gas", "none"], "text": "わたしの文", "said_by": "self", "seen": ""}  # fmt: skip
    refused = page.post(url, sent).content.decode()
    done = page.post(url, {**sent, "utilities": ["water", "gas"]})
    again = page.get(url).content.decode()

    assert fold_of(begun) == (False, details)
    assert f"くわしく聞いたこと：{'、'.join(details)}" in re.sub(r"\s*\n\s*", "", begun)
    assert fold_of(refused) == (True, details)
    assert "「なし」は、ほかの答えといっしょには選べません" in refused
    assert re.findall(r'value="([a-z_]+)"[^>]*(?:checked|selected)', refused) == [
        "rented", "late", "gas", "none", NOT_ASKED, "self",
    ]  # fmt: skip
    assert "わたしの文</textarea>" in refused
    assert done.status_code == 302
    assert fold_of(again) == (True, details)
    assert re.findall(r'value="([a-z_]+)"[^>]*checked', again) == ["gas", "water", "self"]
    assert "くわしく聞いたこと" not in page.get(address_of(home, "voice")).content.decode()


# --- from the form to the paper ------------------------------------------------------------------------------


@st.composite
def answers_in(draw, section):
    """Return what somebody chose in a section: of each fact one line, or the boxes that hold together."""
    found = {}
    for name in facts_of(section):
        codes = FACTS[name].choices.values
        if FACTS[name].is_several:
            together = st.lists(st.sampled_from([code for code in codes if code not in ALONE]), unique=True)
            found[name] = draw(together | st.sampled_from([["none"], [UNKNOWN]]))
        else:
            found[name] = draw(st.sampled_from(codes))
    return found


def said_of(section, answers):
    """Return the questions that were asked and the answers in words, by the list alone."""
    found = []
    for name in facts_of(section):
        told = answers[name] if FACTS[name].is_several else [answers[name]]
        words = [words for code, words in FACTS[name].choices.choices if code in told and code != NOT_ASKED]
        if words:
            found.append((question(name), "、".join(map(str, words))))
    return found


def written_by_form(world, section, answers, text, current):
    """Fill the form as a browser does, and write what its draft says."""
    home, by = world.hazuki, world.coordinator
    form = AssessmentPartForm(sent_by(section, text=text, **answers), section=section, current=current)
    assert form.is_valid(), form.errors
    with acting_for(by):
        seen = current.pk if current else None
        part = write_part(home.case, form.draft(home.mother.pk), seen=seen, by=by)
        return AssessmentPart.objects.get(pk=part.pk)


def told_by_page(world):
    page = client_of(world.coordinator).get(reverse("casework:assessment", args=[world.hazuki.case.pk]))
    main = re.search(r"<main.*</main>", page.content.decode(), re.DOTALL).group()
    found = re.findall(r"<div><dt>(.*?)</dt><dd>(.*?)</dd></div>", main)
    return [(html.unescape(asked), html.unescape(answer)) for asked, answer in found]


def told_by_paper(world, version):
    case = Case.objects.get(pk=world.hazuki.case.pk)
    sheet = assessment_sheet_for(world.coordinator, case, version.pk)
    (cell,) = re.findall(r'<td class="text">(.*?)</td>', _blocks_of(sheet), re.DOTALL)
    lines = [html.unescape(line).partition("：") for line in cell.split("<br>")]
    return [(asked, answer) for asked, _mark, answer in lines[:-2]]  # then the text, and who says so


def _blocks_of(sheet):
    page = render_to_string("casework/sheets/assessment.html", {"sheet": sheet})
    return page.rpartition("<section>")[2]


@settings(
    max_examples=examples(day=8, night=100), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_form_row_page_comparison_and_paper_tell_the_same(world, data):
    section = data.draw(st.sampled_from(SECTIONS))
    before, after = (data.draw(answers_in(section)) for _version in range(2))
    home, by = world.hazuki, world.coordinator
    with transaction.atomic():
        first = written_by_form(world, section, before, "前", None)
        fix(world)
        second = written_by_form(world, section, after, "後", first)
        fixed = fix(world, version=1)
        page = told_by_page(world)
        with acting_for(by):
            views = assessment_views_for(by, home.case)
            for view in views:
                name_people(by, [*view.parts, *view.facts])
            changes = changes_between(views[1], views[0])
            paper = told_by_paper(world, fixed)
        again = AssessmentPartForm(section=section, current=second)
        transaction.set_rollback(True)

    said = [said_of(section, answers) for answers in (before, after)]
    assert [first.told_facts, second.told_facts] == said
    assert page == said[1]
    assert paper == said[1]
    heading = Section(section).label
    compared = [
        (each.label, each.before, each.after) for each in changes if each.label.startswith(f"{heading} ")
    ]
    old, new = map(dict, said)
    asked = [question(name) for name in facts_of(section)]
    assert compared == [
        (f"{heading} {each}", old.get(each, ""), new.get(each, ""))
        for each in asked
        if each in old or each in new
    ]
    # The form begins again with what stands.
    shown = {name: [code for code in again[name].value() if code != NOT_ASKED] for name in facts_of(section) if name in SEVERAL}  # fmt: skip
    assert {name: set(codes) for name, codes in shown.items()} == {name: set(after[name]) for name in shown}
    assert again.has_more == any(FACTS[name].is_more and FACTS[name].is_told(getattr(second, name)) for name in facts_of(section))  # fmt: skip


def test_page_prints_what_was_asked_alone(world):
    write(world, world.coordinator, "money", "", incomes=["old_age", "remittance"], savings=UNKNOWN)
    assert told_by_page(world) == [
        ("収入の種類", "老齢年金、仕送り・援助"),
        ("預貯金", "不明（聞いたが分からない）"),
    ]
