"""The code on paper: its signs, its check sign, and how it is read."""

import pytest

from permissions.accounts import codes
from permissions.accounts.codes import SIGNS, check_sign, code_typed, new_code


def luhn(signs):
    """Compute the check sign once more, the slow way: doubled from the right, digits of each product added."""
    total = 0
    for place, sign in enumerate(signs[::-1]):
        product = SIGNS.index(sign) * (2 if place % 2 == 0 else 1)
        total += sum(divmod(product, 32))
    return SIGNS[(32 - total % 32) % 32]


@pytest.mark.parametrize(
    ("signs", "check"),
    [
        ("0" * 24, "0"),
        ("1", "Y"),
        ("10", "Z"),
        ("Z", "1"),
        ("Z0", "1"),
        ("G", "Z"),
        ("7MR3K9T0XV2Q4H6N8P1S5W0Y", ""),
    ],
)
def test_check_sign_of_known_codes(signs, check):
    assert check_sign(signs) == (check or luhn(signs)) == luhn(signs)


def test_code_is_five_groups_of_five_signs_of_chance(monkeypatch):
    drawn = iter(SIGNS[:24])
    asked = []
    monkeypatch.setattr(codes.secrets, "choice", lambda signs: asked.append(signs) or next(drawn))

    code = new_code()

    assert code == f"01234-56789-ABCDE-FGHJK-MNPQ{luhn(SIGNS[:24])}"
    assert asked == [SIGNS] * 24
    assert code_typed(code) == SIGNS[:24] + luhn(SIGNS[:24])


@pytest.mark.parametrize("length", [0, 23, 25, 26])
def test_code_of_another_length_is_none_even_with_its_check_sign(length):
    signs = "A" * length

    assert code_typed(signs + check_sign(signs)) is None


def test_sign_that_no_code_has_is_none_wherever_it_stands():
    good = SIGNS[:24]
    for place in (0, 12, 23):
        typed = good[:place] + "U" + good[place + 1 :]
        assert code_typed(typed + "0") is None


def test_only_letters_and_digits_count_and_three_letters_mean_digits():
    signs = "0011" + "A" * 20
    code = signs + check_sign(signs)

    typed = [
        f"oO-Il {code[4:]}",
        f" OoiL/{code[4:].lower()}\n",
        "".join(chr(ord(sign) + 0xFEE0) for sign in code),
    ]
    assert [code_typed(text) for text in typed] == [code] * 3
