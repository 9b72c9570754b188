import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_app.fields.era import ERAS, PartialDate, date_ja, parse_date


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("昭和20年3月10日", "1945-03-10"),
        ("S20.3.10", "1945-03-10"),
        ("s20-03-10", "1945-03-10"),
        ("昭20/3/10", "1945-03-10"),
        ("Ｓ２０．３．１０", "1945-03-10"),
        ("㍼20年3月10日", "1945-03-10"),
        (" 昭和 20 年 3 月 10 日 ", "1945-03-10"),
        ("1945-03-10", "1945-03-10"),
        ("1945/3/10", "1945-03-10"),
        ("1945年3月10日", "1945-03-10"),
        ("西暦1945年3月10日", "1945-03-10"),
        ("19450310", "1945-03-10"),
        ("昭和20年3月", "1945-03"),
        ("昭和20年", "1945"),
        ("1945", "1945"),
        ("令和元年5月1日", "2019-05-01"),
        ("令和1年5月1日", "2019-05-01"),
        ("平成31年4月30日", "2019-04-30"),
        ("平成元年1月8日", "1989-01-08"),
        ("昭和64年1月7日", "1989-01-07"),
        ("昭和元年12月25日", "1926-12-25"),
        ("大正15年12月24日", "1926-12-24"),
        ("大正元年7月30日", "1912-07-30"),
        ("明治45年7月29日", "1912-07-29"),
        ("昭和64年", "1989"),
        ("2024-02-29", "2024-02-29"),
    ],
)
def test_parse_date_reads_what_people_write(text, iso):
    assert parse_date(text).iso == iso


@pytest.mark.parametrize(
    "text",
    [
        "", "きのう", "昭和64年1月8日", "平成元年1月7日", "平成31年5月1日", "令和元年4月30日", "大正15年12月25日",
        "昭和0年", "2023-02-29", "1945-13-01", "1945-00-10", "1945-03-00", "0000", "00000000", "S20.3.10.5",
        "1945-03-10T00:00", "9" * 5000, "昭和" + "9" * 100 + "年",
    ],
)  # fmt: skip
def test_parse_date_refuses_what_is_no_day(text):
    with pytest.raises(ValueError):  # noqa: PT011 -- whatever the text says
        parse_date(text)


@given(st.dates(min_value=ERAS[-1].first_day, max_value=dt.date(2100, 1, 1)))
def test_date_ja_is_read_back_as_the_same_day(day):
    said = date_ja(PartialDate(day.year, day.month, day.day))
    assert parse_date(said.partition("（")[0]).iso == day.isoformat()


@pytest.mark.parametrize("era", ERAS, ids=lambda era: era.name)
def test_eras_follow_one_another_without_gap(era):
    later = [other for other in ERAS if other.first_day > era.first_day]
    following = min((other.first_day for other in later), default=None)
    assert following is None or era.last_day + dt.timedelta(days=1) == following


def test_partial_dates_know_how_exact_they_are():
    assert [parse_date(text).precision for text in ("昭和20年", "昭和20年3月", "昭和20年3月10日")] == [
        "year",
        "month",
        "day",
    ]
    assert date_ja(parse_date("1945")) == "昭和20年（1945年）"
