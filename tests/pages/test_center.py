import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from pages.center import Banner, Center, EmergencyLine, telephone_link
from pages.models import CenterSettings

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


def test_center_reads_what_editors_wrote():
    settings = CenterSettings(city="見本市", phone="000-0000-1234", banner_title="休みのお知らせ")
    settings.opening_hours = [
        ("opening", {"weekday": "1", "opens": dt.time(8, 30), "closes": dt.time(17, 30)})
    ]
    settings.emergency_numbers = [("number", {"number": "#8008", "label": "暴力"})]

    center = Center(settings, now=NOW)

    assert center.name == "見本市福祉まるごとサポートセンター"
    assert center.is_open
    assert center.emergency == [EmergencyLine("#8008", "暴力")]
    assert center.banner == Banner("info", "休みのお知らせ", "")
    assert center.exit_url == "/exit/"


def test_center_without_particulars_still_stands():
    center = Center(CenterSettings(exit_url=""), now=NOW)

    assert (center.phone_href, center.is_open, center.emergency, center.banner) == ("", False, [], None)
    assert center.exit_url == "/exit/"


def test_telephone_link_escapes_the_hash():
    assert [telephone_link(number) for number in ("000-0000-1234", "#8008", "")] == [
        "tel:00000001234",
        "tel:%238008",
        "",
    ]


def test_exit_url_must_be_inside_or_https():
    with pytest.raises(ValidationError) as caught:
        CenterSettings(exit_url="http://example.jp").clean()

    assert set(caught.value.message_dict) == {"exit_url"}
