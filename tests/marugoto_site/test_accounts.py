import pytest
from django.contrib.auth import get_user_model

from marugoto_site.settings import base

pytestmark = pytest.mark.django_db

PASSWORD = "見本の長い合言葉 2026"


@pytest.fixture
def person():
    return get_user_model().objects.create_user("tanaka", password=PASSWORD)


@pytest.fixture
def _limits(settings):
    settings.CACHES = base.CACHES  # in the database, as web role: what every web node shares
    settings.ACCOUNT_RATE_LIMITS = base.ACCOUNT_RATE_LIMITS


def log_in(client, password, username="tanaka"):
    return client.post("/accounts/login/", {"login": username, "password": password})


def test_login_by_user_name_and_password(client, person):
    assert log_in(client, PASSWORD).status_code == 302
    assert client.session["_auth_user_id"] == str(person.pk)


def test_wrong_password_and_unknown_name_look_the_same(client, person):
    wrong = list(log_in(client, "x").context["form"].non_field_errors())
    unknown = list(log_in(client, "x", username="nobody").context["form"].non_field_errors())
    assert wrong == unknown
    assert len(wrong) == 1


@pytest.mark.usefixtures("_limits")
def test_guessing_stops_after_five_attempts_and_does_not_let_the_right_password_in(client, person):
    for _ in range(5):
        log_in(client, "guess")
    log_in(client, PASSWORD)
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("_limits")
def test_four_mistakes_are_forgiven(client, person):
    for _ in range(4):
        log_in(client, "guess")
    log_in(client, PASSWORD)
    assert client.session["_auth_user_id"] == str(person.pk)


def test_nobody_signs_up(client):
    values = {"username": "new", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", values)
    assert not get_user_model().objects.filter(username="new").exists()


def test_login_does_not_lead_to_another_host(client, person):
    values = {"login": "tanaka", "password": PASSWORD, "next": "https://example.com/"}
    assert client.post("/accounts/login/", values)["Location"].startswith("/")


def test_editor_asks_for_our_login(client):
    assert client.get("/cms/")["Location"] == "/accounts/login/?next=/cms/"


def test_second_factor_is_asked_of_staff_where_it_is_required(client, person, settings):
    settings.MARUGOTO_REQUIRE_MFA = True
    log_in(client, PASSWORD)
    assert client.get("/casework/")["Location"] == "/accounts/2fa/"
    assert client.get("/accounts/2fa/").status_code == 200
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200
