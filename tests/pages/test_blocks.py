import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from pages.blocks import (
    ClosureBlock,
    EmergencyNumberBlock,
    LinkCardBlock,
    OpeningBlock,
    check_address,
)


@pytest.mark.parametrize("address", ["", "/status/", "https://example.jp/a"])
def test_check_address_inside_or_https_passes(address):
    check_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "//example.jp",
        "/\\example.jp",
        "http://example.jp",
        "javascript:alert(1)",
        "data:text/html,x",
        "status",
    ],
)
def test_check_address_anything_else_is_refused(address):
    with pytest.raises(ValidationError):
        check_address(address)


def test_link_card_needs_exactly_one_goal():
    block = LinkCardBlock()

    with pytest.raises(ValidationError):
        block.clean(block.to_python({"title": "あ", "text": "", "page": None, "address": ""}))


def test_opening_block_end_before_start_is_refused():
    block = OpeningBlock()

    with pytest.raises(ValidationError):
        block.clean(block.to_python({"weekday": "0", "opens": dt.time(17), "closes": dt.time(9)}))


def test_closure_block_end_before_start_is_refused():
    block = ClosureBlock()

    with pytest.raises(ValidationError):
        block.clean(block.to_python({"first_day": dt.date(2026, 6, 2), "last_day": dt.date(2026, 6, 1)}))


@pytest.mark.parametrize("number", ["110", "#8008", "000-0000-1234"])
def test_emergency_number_is_accepted(number):
    block = EmergencyNumberBlock()

    assert block.clean(block.to_python({"number": number, "label": "警察"}))["number"] == number


@pytest.mark.parametrize("number", ["１１０", "110番", "<b>", ""])
def test_emergency_number_other_letters_are_refused(number):
    block = EmergencyNumberBlock()

    with pytest.raises(ValidationError):
        block.clean(block.to_python({"number": number, "label": "警察"}))
