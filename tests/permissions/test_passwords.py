"""What a password may be, and that it is taken as it is."""

import re

import pytest
from django.conf import global_settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password, identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client, override_settings
from django.urls import reverse

from marugoto_site.settings import base
from tests.headers.production import production_settings
from tests.worlds import make_agency, make_viewer

pytestmark = pytest.mark.django_db

GOOD = [
    "ほたるのひかりまどのゆき2026",
    "correct horse battery staple",
    "aaaabbbbccccddddeeee" + "x" * 80,
]
BAD = ["short-11-ch", "password1234", "123456789012", "passwordpassword"]


@pytest.mark.parametrize("password", GOOD)
def test_password_rules_accept_any_kind_of_characters(password):
    validate_password(password)


@pytest.mark.parametrize("password", BAD)
def test_password_rules(password):
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize(
    "password", ["  with spaces at both ends  ", "Ünï-İ-ＦＵＬＬ-width-ｶﾅ", "p" * 64 + "A", "p" * 200 + "A"]
)
def test_password_is_taken_whole_and_as_typed(password):
    viewer = make_viewer("somebody", make_agency("somewhere"))
    user = get_user_model().objects.get(pk=viewer.user.pk)
    user.set_password(password)
    user.save()

    other = {password[:-1], password.swapcase(), password.strip()} - {password}

    assert {typed: _opens(typed) for typed in other} == dict.fromkeys(other, False)
    assert _opens(password)


def _opens(typed):
    return (
        Client().post(reverse("account_login"), {"login": "somebody", "password": typed}).status_code == 302
    )


@pytest.mark.parametrize("page", ["account_login", "account_change_password"])
def test_password_fields_are_masked_and_take_what_is_pasted(client, page):
    viewer = make_viewer("somebody", make_agency("somewhere"))
    if page != "account_login":
        client.force_login(viewer.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    html = client.get(reverse(page)).content.decode()

    fields = re.findall(r"<input[^>]*name=\"(?:old)?password\d?\"[^>]*>", html)
    assert fields
    assert all('type="password"' in field for field in fields)
    assert all(re.search(r'autocomplete="(current|new)-password"', field) for field in fields)
    assert not re.search(r"onpaste|maxlength", " ".join(fields))


@pytest.mark.slow
def test_passwords_are_hashed_slowly():
    """A city's settings leave Django's choice alone: PBKDF2 with as many rounds as today asks for, a salt for each."""
    assert "PASSWORD_HASHERS" not in vars(base)
    assert "PASSWORD_HASHERS" not in production_settings()
    with override_settings(PASSWORD_HASHERS=global_settings.PASSWORD_HASHERS):
        first, second = (make_password("a-long-password") for _ in range(2))
        hasher = identify_hasher(first)

        assert check_password("a-long-password", first)
        assert not check_password("a-long-passwore", first)
    assert first != second
    assert (hasher.algorithm, hasher.iterations >= 600_000) == ("pbkdf2_sha256", True)


@pytest.mark.parametrize(
    "name", ["casework:home", "casework:case_list", "accounts:acting", "account_change_password", "mfa_index"]
)
def test_log_out_is_on_every_kind_of_page(client, name):
    viewer = make_viewer("somebody", make_agency("somewhere"))
    client.force_login(viewer.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    response = client.get(reverse(name), follow=True)

    assert response.status_code == 200
    assert reverse("account_logout") in response.content.decode()
