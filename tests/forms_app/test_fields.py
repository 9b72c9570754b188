from __future__ import annotations

import re
import unicodedata

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from forms_app.definitions.problems import problems_of
from forms_app.fields.questions import Option, Question
from forms_app.fields.registry import KINDS
from forms_app.fields.urgency import has_urgent_word
from forms_app.journey.forms import AnswerForm
from forms_app.wagtailstreamforms_fields import library
from permissions.typed import as_typed

OPTIONS = (Option("a", "ひとつめ"), Option("b", "ふたつめ"))
# Names that normalising would change, a variation selector, emoji with joiners, right to left, half width.
ODD = "髙﨑𠮷\ufa19\ufa1b\u304b\u3099葛\U000e0100👩‍👧ﾁﾊﾞ éאב"
TEXT = st.text(st.one_of(st.sampled_from(ODD), st.characters(codec="utf-8")), max_size=60)


def question(kind: str, **more: object) -> Question:
    return Question(**{"key": "q", "kind": kind, "label": "質問", "options": OPTIONS, **more})


def answered(asked: Question, **typed: object) -> tuple[AnswerForm, list[object]]:
    data = QueryDict(mutable=True)
    for name, value in typed.items():
        data.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    form = AnswerForm([asked], data)
    return form, [answer.value for answer in form.answers()] if form.is_valid() else []


@given(TEXT)
def test_story_comes_back_exactly_as_typed(text):
    _form, values = answered(question("multiline"), q=text)
    assert values == ([as_typed(text)] if as_typed(text) else [])


@given(TEXT)
def test_as_typed_only_trims_and_drops_controls(text):
    kept = as_typed(text)
    assert as_typed(kept) == kept
    assert [c for c in kept if unicodedata.category(c) == "Cc" and c not in "\n\t"] == []
    visible = [c for c in text if unicodedata.category(c) != "Cc" and not c.isspace()]
    assert [c for c in kept if unicodedata.category(c) != "Cc" and not c.isspace()] == visible


@pytest.mark.parametrize(
    "name", ["\ufa19", "\ufa1b田", "髙﨑", "𠮷田", "葛\U000e0100城", "か\u3099", "Nguyễn Thị", "אבג"]
)
def test_name_keeps_every_character(name):
    _form, values = answered(question("name"), q__name=f" {name} ", q__kana="ﾁﾊﾞ")
    assert values == [{"name": name, "kana": "ﾁﾊﾞ"}]


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("singleline", "a\r\nb", ["a b"]),
        ("singleline", "x\x00y", ["xy"]),
        ("email", "ｈａｎａ＠example.jp", ["ｈａｎａ＠example.jp"]),
        ("phone", "０００-１２３４－５６７８", ["０００-１２３４－５６７８"]),
        ("phone", "+81 90 1234 5678", ["+81 90 1234 5678"]),
        ("phone", "(000)1234ー5678", ["(000)1234ー5678"]),
        ("number", "３", [{"typed": "３", "number": "3"}]),
        ("number", "1,200", [{"typed": "1,200", "number": "1200"}]),
        ("date", "S20.3.10", [{"typed": "S20.3.10", "iso": "1945-03-10", "precision": "day"}]),
        ("radio", "a", ["a"]),
        ("dropdown", "b", ["b"]),
        ("checkboxes", ["b", "a", "a"], [["a", "b"]]),
        ("age_band", "a", ["a"]),
        ("consent", "on", ["yes"]),
        ("singleline", "   ", []),
    ],
)
def test_kind_stores(kind, typed, stored):
    assert answered(question(kind), q=typed)[1] == stored


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("email", "hana"),
        ("phone", "090"),
        ("phone", "でんわ"),
        ("number", "三"),
        ("number", "NaN"),
        ("number", "1e999999999"),
        ("date", "2023-02-29"),
        ("radio", "c"),
        ("checkboxes", ["a", "c"]),
        ("multiline", "x" * 2001),
        ("singleline", "x" * 201),
    ],
)
def test_kind_refuses_in_words_and_keeps_what_was_typed(kind, typed):
    form, values = answered(question(kind), q=typed)
    assert values == []
    assert re.search("[ぁ-ん]", form.errors["q"][0])
    assert [value for _name, value in form.typed_pairs()] == (typed if isinstance(typed, list) else [typed])


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.is_question])
def test_required_kind_says_what_is_missing(kind):
    form, _values = answered(question(kind, required=True))
    assert form.errors == {"q": ["「質問」に答えてください。"]}
    form, values = answered(question(kind))
    assert (form.errors, values) == ({}, [])


def test_contact_keeps_wishes_and_shows_them_in_words():
    form, values = answered(
        question("contact"),
        q__methods=["phone", "email"],
        q__phone="０００－１２３４－５６７８",
        q__hours=["evening"],
        q__voicemail="no",
        q__note="名字だけで",
    )
    assert values == [
        {
            "methods": ["phone", "email"],
            "hours": ["evening"],
            "voicemail": "no",
            "phone": "０００－１２３４－５６７８",
            "note": "名字だけで",
        }
    ]
    assert form.answers()[0].display.splitlines() == [
        "電話、メール",
        "電話番号：０００－１２３４－５６７８",
        "電話してよい時間：夕方",
        "留守番電話：入れないでほしい",
        "気をつけてほしいこと：名字だけで",
    ]


def test_renaming_a_label_or_option_changes_no_key():
    block = {
        "label": "前の文",
        "choices": [{"type": "item", "id": "11111111-2222-3333-4444-555555555555", "value": {"label": "前"}}],
    }
    before = KINDS["radio"].freeze("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", block)
    renamed = {**block, "label": "後の文", "choices": [{**block["choices"][0], "value": {"label": "後"}}]}
    after = KINDS["radio"].freeze("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", renamed)
    assert (before.key, before.options[0].key) == ("q_aaaaaaaabbbb", "o_111111112222")
    assert (after.key, after.options[0].key) == (before.key, before.options[0].key)
    assert (after.label, after.options[0].label) == ("後の文", "後")


def test_question_is_the_same_after_a_trip_through_json():
    asked = question("radio", required=True, settings={"max_length": 3})
    assert Question.from_json(asked.as_json()) == asked


def test_problems_name_each_fault_in_japanese():
    faulty = [
        question("singleline", key="a", label=""),
        question("radio", key="a", label="えらぶ", options=()),
        question("radio", key="b", label="おなじ", options=(Option("x", "一"), Option("x", "一"))),
        question("kept", key="c", label="むかしの質問"),
    ]
    assert problems_of(faulty) == [
        "1番目の項目に文がありません。",
        "「えらぶ」に選択肢がありません。",
        "「おなじ」で同じ記号の選択肢が2つあります。",
        "「おなじ」で同じ文の選択肢が2つあります。",
        "「むかしの質問」の種類は、いまは使えません。消すか、別の種類で作りなおしてください。",
        "記号「a」が2つの質問に付いています。",
    ]
    assert problems_of([question("heading")]) == ["質問が1つもありません。"]
    assert problems_of([question("radio")]) == []


def test_registry_offers_our_kinds_only_and_in_our_order():
    assert list(library.get_fields()) == list(KINDS)
    assert all(type(KINDS[name]) is cls for name, cls in library.get_fields().items())


@pytest.mark.parametrize(
    "text", ["死にたい", "しにたい", "もう 消え\nたい", "夫に殴られて", "食べるものがない", "I want to die"]
)
def test_urgent_words_are_found(text):
    assert has_urgent_word(text)


@pytest.mark.parametrize("text", ["必死に働いています", "家賃のこと", "消えたテレビ", ""])
def test_ordinary_words_raise_no_alarm(text):
    assert not has_urgent_word(text)
