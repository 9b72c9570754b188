"""Rules for passwords: words of this place, the list of breaches, and nothing about kinds of signs."""

import hashlib

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection

from marugoto_site.settings import base
from permissions.accounts.passwords import is_listed
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
