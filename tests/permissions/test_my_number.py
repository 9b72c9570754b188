"""A My Number is found in every way of writing it, and nothing else is touched."""

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from permissions.my_number import MASK, check_digit, is_my_number, mask_my_numbers
from permissions.typed import as_typed

ZEROS = "0０٠०𝟎"  # ASCII, full width, Arabic, Devanagari, mathematical
BETWEEN = st.text("  \u3000\t-‐‑–—―−－ーｰ\u200b\ufeff\u00ad\x00\x1f", max_size=3)
WORDS = st.text("あ電話番号は.,、。:/（）aZ\n", min_size=1, max_size=5)
digits11 = st.text("0123456789", min_size=11, max_size=11)
numbers = digits11.map(lambda digits: digits + str(check_digit(digits)))


@st.composite
def written(draw, number):
    """A number with anything that people put between its digits, each digit of one script or another."""
    parts = []
    for digit in number:
        parts.append(chr(ord(draw(st.sampled_from(ZEROS))) + int(digit)))
        parts.append(draw(BETWEEN))
    return "".join(parts[:-1])


def digits_of(text):
    return "".join(str(unicodedata.decimal(char)) for char in text if unicodedata.category(char) == "Nd")


@pytest.mark.parametrize(
    ("digits", "last"),
    [
        ("12345678901", 8),
        ("00000000000", 0),
        ("20000000000", 0),
        ("00000000001", 9),
        ("02345678901", 3),
        ("10000000000", 5),
    ],
)
def test_check_digit_is_that_of_the_ordinance(digits, last):
    assert check_digit(digits) == last


@pytest.mark.parametrize("digits", ["", "1234567890", "123456789012"])
def test_check_digit_belongs_to_eleven_digits(digits):
    with pytest.raises(ValueError, match="zip"):
        check_digit(digits)


@given(numbers.flatmap(lambda number: st.tuples(st.just(number), written(number))), WORDS, WORDS)
def test_every_number_in_every_way_of_writing_it_is_masked(pair, before, after):
    number, text = pair

    masked = mask_my_numbers(before + text + after)

    assert digits_of(masked) == ""
    assert masked.count(MASK) == 12
    assert [char for char in masked if char != MASK] == [
        char for char in before + text + after if unicodedata.category(char) != "Nd"
    ]
    assert number not in digits_of(as_typed(masked))


@given(numbers, st.integers(1, 9))
@example("123456789018", 1)
def test_twelve_digits_with_another_last_one_are_left_alone(number, more):
    other = number[:-1] + str((int(number[-1]) + more) % 10)

    assert mask_my_numbers(f"番号 {other} です") == f"番号 {other} です"
    assert not is_my_number(other)


@given(st.text("0123456789", min_size=1, max_size=30))
def test_a_piece_of_another_length_is_left_alone(digits):
    assume(len(digits) != 12)

    assert mask_my_numbers(digits) == digits


@given(st.text(max_size=200))
def test_no_text_loses_anything_but_digits(text):
    masked = mask_my_numbers(text)

    assert len(masked) == len(text)
    assert [new for old, new in zip(text, masked, strict=True) if new != old] == [MASK] * sum(
        old != new for old, new in zip(text, masked, strict=True)
    )
    assert mask_my_numbers(masked) == masked


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("番号は1234-5678-9018。", "番号は＊＊＊＊-＊＊＊＊-＊＊＊＊。"),
        ("１２３４　５６７８　９０１８", "＊＊＊＊　＊＊＊＊　＊＊＊＊"),
        ("043-245-4321 1234 5678 9018", "043-245-4321 ＊＊＊＊ ＊＊＊＊ ＊＊＊＊"),
        ("123456789018 123456789018", "＊＊＊＊＊＊＊＊＊＊＊＊ ＊＊＊＊＊＊＊＊＊＊＊＊"),
        ("+12-3456-7890-18 1234 5678 9018", "+12-3456-7890-18 ＊＊＊＊ ＊＊＊＊ ＊＊＊＊"),
        ("1234\n5678\n9018", "1234\n5678\n9018"),
        ("1234、5678、9018", "1234、5678、9018"),
        ("電話 090-1234-5678", "電話 090-1234-5678"),
        ("2026-11-28 14:30", "2026-11-28 14:30"),
        ("法人番号1123456789018", "法人番号1123456789018"),
        ("/cases/00000000-0000-4000-8000-123456789018/", "/cases/00000000-0000-4000-8000-123456789018/"),
    ],
)
def test_ways_that_people_write(typed, kept):
    assert mask_my_numbers(typed) == kept


def test_number_that_stands_after_a_telephone_number_with_its_country_is_masked():
    assert mask_my_numbers("+81 123456789018") == f"+81 {MASK * 12}"
    assert mask_my_numbers("＋81 12 123456789018") == f"＋81 12 {MASK * 12}"
