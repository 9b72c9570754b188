"""Rules for passwords: words of this place, the list of breaches, and nothing about kinds of signs."""

import hashlib
import io
from types import SimpleNamespace

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection

from marugoto_site.settings import base
from permissions.accounts import passwords
from permissions.accounts.passwords import (
    BreachListValidator,
    LocalWordsValidator,
    is_listed,
    letters_left,
)
from permissions.agencies.models import Ward
from tests.worlds import make_agency

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(settings):
    settings.AUTH_PASSWORD_VALIDATORS = base.AUTH_PASSWORD_VALIDATORS
    settings.MARUGOTO_LOCAL_WORDS = ("mihonshi", "見本市")
    Ward.objects.create(code="shinonome", name="東雲区")
    return make_agency("hidamari-npo", name="NPO法人 ひだまり食堂")


def problems(password):
    try:
        validate_password(password)
    except ValidationError as error:
        return {each.code for each in error.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        "mihonshi202611",
        "MihonShi-2026!!",
        "marugoto1234567",
        "fukushi-center-2026",
        "shinonomeku20261123",
        "hidamari-npo-2026",
        "見本市福祉センター２０２６",
        "東雲区まるごと支援2026",
        "ひだまり食堂1234567890",
        "ｍａｒｕｇｏｔｏ２０２６０４０１",
        "minseiiin-sakura-haru",
        "202611232026",
    ],
)
def test_words_of_this_place_with_digits_are_refused(place, password):
    assert "password_of_local_words" in problems(password)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "mihonshi-tanuki-oyogu",
        "ひかりの道をゆく八十八歩",
        "福祉センターの窓辺に青い鳥",
        "kXq7vTz2mWp9rLb4",
        "a" * 3 + "zebra lamp noodle cloud " * 10,
    ],
)
def test_other_passwords_are_taken_however_long(place, password):
    assert problems(password) == set()


def test_names_of_agencies_count_from_the_moment_they_exist(place):
    before = problems("kawasemi-2026-11")
    make_agency("kawasemi", name="かわせみ")

    assert (before, problems("kawasemi-2026-11")) == (set(), {"password_of_local_words"})


def test_short_and_common_passwords_are_refused(place):
    assert "password_too_short" in problems("tanuki-oyog")
    assert "password_too_common" in problems("1qaz2wsx3edc")


def test_errors_say_in_japanese_what_to_do(place):
    with pytest.raises(ValidationError) as caught:
        validate_password("mihonshi2026")

    assert "ほかの言葉を加えてください" in " ".join(caught.value.messages)


# --- the list of breaches --------------------------------------------------------------------------------


@pytest.fixture
def breaches(tmp_path):
    hashes = sorted(hashlib.sha1(f"leaked {number}".encode()).hexdigest().upper() for number in range(2_000))
    path = tmp_path / "breaches.txt"
    path.write_text("".join(f"{each}:{number}\r\n" for number, each in enumerate(hashes)))
    return path


def test_every_password_of_the_list_is_found_and_no_other(breaches):
    assert all(is_listed(f"leaked {number}", breaches) for number in range(2_000))
    assert not any(is_listed(f"own {number}", breaches) for number in range(2_000))


def test_list_is_searched_where_sha1_guards_nothing(breaches, monkeypatch):
    """As in FIPS mode: there it may only be used for what is not security."""
    sha1 = hashlib.sha1

    def strict(text, *, usedforsecurity=True):
        assert usedforsecurity is False
        return sha1(text, usedforsecurity=usedforsecurity)

    monkeypatch.setattr(hashlib, "sha1", strict)

    assert [is_listed(password, breaches) for password in ("leaked 7", "own")] == [True, False]


def test_password_of_the_list_is_refused(place, breaches, settings):
    before = problems("leaked 1234 times over")
    settings.MARUGOTO_BREACH_FILE = breaches

    assert (before, problems("leaked 1234")) == (set(), {"password_too_short", "password_breached"})


def test_empty_list_refuses_nothing(tmp_path):
    (tmp_path / "empty").touch()

    assert not is_listed("anything", tmp_path / "empty")


def test_nothing_is_asked_of_the_network(place, monkeypatch, breaches, settings):
    import socket

    connection.ensure_connection()
    settings.MARUGOTO_BREACH_FILE = breaches
    monkeypatch.setattr(socket, "create_connection", lambda *args, **kwargs: pytest.fail("asked a host"))

    assert problems("correct horse battery") == set()


# --- word by word ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "words", "left"),
    [
        ("ab12-CD_ef", set(), "abcdef"),
        ("ＡＢｃ１", set(), "abc"),
        ("midmihonshiend", {"mihon", "mihonshi"}, "midend"),
        ("mihonshi", {"mihonshi", "hon"}, ""),
        ("xaxax", {"xax"}, "ax"),
        ("xabcx", {"abc", "b"}, "xx"),  # the longest first, not the last of the alphabet
    ],
)
def test_letters_that_are_left(password, words, left):
    assert letters_left(password, words=frozenset(words)) == left


def refusal_of(rule, password):
    with pytest.raises(ValidationError) as caught:
        rule.validate(password)
    (error,) = caught.value.error_list
    return error.message, error.code


def test_six_letters_must_be_left(place):
    rule = LocalWordsValidator()

    assert rule.validate("mihonshi-qvxkzj-1") is None
    assert refusal_of(rule, "mihonshi-qvxkz-1") == (
        "市や区、機関、制度の名前と数字だけでできたパスワードは、すぐに見破られます。ほかの言葉を加えてください。",
        "password_of_local_words",
    )
    assert rule.get_help_text() == "市や区、機関、制度の名前と数字だけのパスワードは使えません。"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("WAGTAIL_SITE_NAME", "kawasemi no machi"),
        ("MARUGOTO_LOCAL_WORDS", "kawasemi no machi"),
    ],
)
def test_words_of_settings_count_part_by_part(place, settings, name, password):
    words = "Kawasemi・no machi"
    setattr(settings, name, words if name == "WAGTAIL_SITE_NAME" else (words,))

    # Of one letter is no word: "o" and "u" would eat their way through everything.
    assert letters_left_by_rule("kawasemi-no-machi") == ""
    assert letters_left_by_rule("noon") == "on"


def letters_left_by_rule(password):
    return letters_left(password, words=passwords._living_words())


def test_settings_may_name_no_words_of_their_own(db, settings):
    del settings.MARUGOTO_LOCAL_WORDS

    assert letters_left_by_rule("tanuki") == "tanuki"


def test_names_of_places_count_with_and_without_what_they_end_in(db, settings):
    settings.WAGTAIL_SITE_NAME = ""
    Ward.objects.create(code="shinonome", name="東雲区")
    Ward.objects.create(code="w2", name="港区")  # one sign is left: no word
    make_agency("hogo-ka", name="保護課 青葉市")

    assert [letters_left_by_rule(text) for text in ("東雲x", "東雲区x", "港x", "港区x")] == [
        "x",
        "x",
        "港x",
        "x",
    ]
    assert [letters_left_by_rule(text) for text in ("保護x", "青葉x", "hogokax", "w2 shinonome")] == [
        "x",
        "x",
        "x",
        "w",
    ]


def test_words_of_the_trade_are_read_without_remarks_and_empty_lines(monkeypatch):
    texts = {"utf-8": "# 見出し\n\nＦukushi\nまるごと\n"}
    monkeypatch.setattr(
        passwords, "WORDS_FILE", SimpleNamespace(read_text=lambda *, encoding: texts[encoding])
    )

    assert passwords._fixed_words.__wrapped__() == {"fukushi", "まるごと"}
    assert passwords._fixed_words() is passwords._fixed_words()
    monkeypatch.undo()
    assert passwords.WORDS_FILE.read_text(encoding="utf-8").startswith("#")


@pytest.mark.parametrize("end", [b"\n", b":7\r\n"])
def test_first_whole_line_at_or_after_every_place(end):
    hashes = [sign * 40 for sign in (b"A", b"b", b"C")]
    text = b"".join(each + end for each in hashes)
    starts = [number * (40 + len(end)) for number in range(3)]

    for place in range(len(text) + 1):
        start = next((start for start in starts if start >= place), None)
        found = b"" if start is None else text[start : start + 40].upper()
        after = len(text) if start is None else start + 40 + len(end)
        assert passwords._line_from(io.BytesIO(text), place) == (found, after)


def test_breach_list_says_why_and_is_silent_without_its_setting(breaches, settings):
    rule = BreachListValidator()
    settings.MARUGOTO_BREACH_FILE = ""
    assert rule.validate("leaked 1234") is None
    del settings.MARUGOTO_BREACH_FILE
    assert rule.validate("leaked 1234") is None

    settings.MARUGOTO_BREACH_FILE = str(breaches)

    assert refusal_of(rule, "leaked 1234") == (
        "このパスワードは、ほかのところで漏れたものの一覧にあります。別のものにしてください。",
        "password_breached",
    )
    assert rule.get_help_text() == "ほかのところで漏れたことのあるパスワードは使えません。"


@pytest.mark.parametrize("count", range(1, 6))
@pytest.mark.parametrize("line", ["{}\n", "{}:1\n", "{}:12345\r\n"])
def test_list_of_any_length_is_searched_to_both_ends(tmp_path, count, line):
    path = tmp_path / "few"
    hashes = {hashlib.sha1(f"p{n}".encode()).hexdigest(): f"p{n}" for n in range(count)}
    path.write_text("".join(line.format(each) for each in sorted(hashes)), newline="")

    assert {name: is_listed(name, path) for name in (*hashes.values(), "other")} == {
        **dict.fromkeys(hashes.values(), True),
        "other": False,
    }
