"""Keys: what two spellings of one name share, and what a search for a part of one finds."""

import datetime as dt
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casework.search import keys
from casework.search.keys import address, fold, phones, sound, words_of

FAMILIES = """
高橋/髙橋 山崎/山﨑/山碕/山嵜 吉田/𠮷田 渡辺/渡邊/渡邉 斉藤/斎藤/齋藤/齊藤 浜田/濱田/濵田 島田/嶋田/嶌田 桑田/桒田 柳田/栁田 黒田/黑田
沢田/澤田 広田/廣田 国分/國分 徳田/德田 真田/眞田 恵子/惠子 桜井/櫻井 豊田/豐田 関口/關口 峰岸/峯岸 竜一/龍一 実/實 寿/壽 栄/榮 円/圓
学/學 神田/神田 福田/福田 都築/都築 葛城/葛󠄀城 塚本/塚本 瀬川/瀨川 静/靜 薮田/藪田/籔田 富田/冨田 館山/舘山 船田/舩田 喜一/㐂一 辻/辻󠄀
祢宜/禰宜 万/萬 弥/彌 鉄/鐵 条/條 桧山/檜山 曽根/曾根 亀井/龜井 塩田/鹽田 滝/瀧 潟/泻 芦田/蘆田 荘司/莊司/庄司 青木/靑木 昇/曻
"""


@pytest.mark.parametrize("family", FAMILIES.split())
def test_old_and_variant_kanji_of_one_name_are_one_key(family):
    assert len({fold(name) for name in family.split("/")}) == 1


@pytest.mark.parametrize("pair", ["坂/阪", "笹/篠", "川/河", "畑/畠", "太/大", "崎/咲"])
def test_kanji_of_two_names_stay_two(pair):
    one, other = pair.split("/")

    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("タカハシ", "ﾀｶﾊｼ"),
        ("たかはし", "タカハシ"),
        ("ジョーンズ", "じょんず"),
        ("ヴァン", "ブアン"),
        ("みつづか", "ミツズカ"),
        ("三ヶ島", "三ケ島"),
        ("McDonald", "ＭＣＤＯＮＡＬＤ"),
        ("アン・ナ", "アンナ"),
        ("山田　太郎", "山田太郎"),
    ],
)
def test_width_case_and_kana_do_not_matter(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("おおの", "オーノ", True),
        ("おうの", "おおの", True),
        ("ゆうこ", "ユーコ", True),
        ("やまざき", "やまさき", True),
        ("はっとり", "はつとり", True),
        ("なかじま", "なかしま", True),
        ("さとう", "かとう", False),
        ("ゆき", "ゆみ", False),
    ],
)
def test_readings_that_sound_alike_are_told_apart_from_others(one, other, same):
    assert (sound(one) == sound(other)) is same


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("０４３－２４５―１２３４", ["0432451234"]),
        ("043ー245−1234", ["0432451234"]),
        ("(043)245-1234", ["0432451234"]),
        ("+81 43 245 1234", ["0432451234"]),
        ("+81-(0)43-245-1234", ["0432451234"]),
        ("自宅 043-245-1234、夜は 090 1111 2222", ["0432451234", "09011112222"]),
        ("留守電に入れない", []),
        ("110", []),
    ],
)
def test_telephone_numbers_are_their_digits(typed, digits):
    assert phones(typed) == digits


@pytest.mark.parametrize(
    "typed",
    [
        "見本市東雲区一丁目2番3号",
        "見本市東雲区１丁目２番３号",
        "見本市 東雲区 1-2-3",
        "見本市東雲区１‐２−３",
        "見本市東雲区1丁目2番地3",
        "見本市東雲区1丁目2番地の3",
    ],
)
def test_addresses_are_one_however_the_numbers_are_written(typed):
    assert address(typed) == "見本市東雲区1-2-3"


def test_addresses_whose_numbers_end_elsewhere_are_two():
    one, other = (keys.lines_of_contact("", f"東雲区{place}") for place in ("1-23", "12-3"))

    assert one[0] == other[0]  # A search cannot tell them apart ...
    assert one[1] != other[1]  # ... a comparison does.


@given(st.text())
def test_folding_twice_is_folding_once_and_leaves_letters_and_digits(text):
    folded = fold(text)

    assert fold(folded) == folded
    assert not any(letter.isspace() or letter in "-ー・\n" or "A" <= letter <= "Z" for letter in folded)


@given(st.text("髙橋﨑たカｶー・ 0０9ａA-々邉", max_size=12), st.integers(0, 12), st.integers(0, 12))
def test_a_part_of_a_name_is_found_in_the_whole(text, start, length):
    assert fold(text[start : start + length]) in fold(text)


@given(st.text(), st.text(), st.dates(dt.date(1900, 1, 1)), st.text(), st.text())
def test_no_key_breaks_a_line_or_lends_a_search_what_is_only_compared(name, kana, born, phone, place):
    lines = [
        *keys.lines_of_person(name, kana, born),
        *keys.lines_of_contact(phone, place),
        *keys.lines_of_household(name),
    ]

    assert all("\n" not in line and line[0] in "NKRBHPAD" and len(line) > 1 for line in lines)
    for line in lines:
        if line[0] in "RB":
            assert not any(fold(letter) == letter for letter in line)


@given(st.text(max_size=40))
def test_what_is_searched_is_long_enough_and_folded(text):
    words = words_of(text)

    assert all(part and fold(part) == part for part in words.parts)
    assert bool(words.parts) == bool(words.grams)
    assert len(words.parts) <= keys.MOST_PARTS


@given(st.text(alphabet=st.characters(categories=["Lo", "Ll", "Nd"]), min_size=2, max_size=12))
def test_a_whole_name_is_found_by_itself(name):
    assume(unicodedata.is_normalized("NFKC", name))
    lines = keys.lines_of_person(name, "", None)

    assert words_of(name).match(lines) or not words_of(name).grams
