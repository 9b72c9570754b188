import re

import pytest
from django.contrib.auth.models import User
from django.core import mail

PASSWORD = "mihon-no-aikotoba"


@pytest.fixture
def person(db):
    return User.objects.create_user("taro", "taro@example.jp", PASSWORD)


def title(response) -> str:
    return response.content.decode().split("<title>")[1].split("</title>")[0].strip()


def test_login_wrong_password_says_so_beside_a_summary(client, person):
    response = client.post("/accounts/login/", {"login": "taro", "password": "x"})

    html = response.content.decode()
    assert title(response) == "入力を確認：ログイン | まるごと支援"
    assert 'class="m-errorsummary" id="errors" role="alert"' in html


def test_login_leads_in_without_a_message_that_names(client, person):
    response = client.post("/accounts/login/", {"login": "taro", "password": PASSWORD})

    assert response.status_code == 302
    assert "taro" not in response.headers["Location"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/accounts/login/", "ログイン | まるごと支援"),
        ("/accounts/password/reset/", "パスワードを忘れたとき | まるごと支援"),
        ("/accounts/password/reset/done/", "メールを送りました | まるごと支援"),
        ("/accounts/inactive/", "このアカウントは使えません | まるごと支援"),
    ],
)
def test_page_without_account_has_our_look(client, db, url, expected):
    response = client.get(url)

    assert title(response) == expected
    assert b"m-sheet" in response.content


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/accounts/logout/", "ログアウト | まるごと支援"),
        ("/accounts/password/change/", "パスワードを変える | まるごと支援"),
        ("/accounts/2fa/", "自分のアカウント | まるごと支援"),
        ("/accounts/reauthenticate/", "もう一度確かめます | まるごと支援"),
    ],
)
def test_page_of_one_s_account_has_our_look(client, person, url, expected):
    client.post("/accounts/login/", {"login": "taro", "password": PASSWORD})

    response = client.get(url)

    assert title(response) == expected
    assert b"m-sheet" in response.content


def second_factor(client) -> str:
    """Log in, set up the second factor and return the page that offered it."""
    client.post("/accounts/login/", {"login": "taro", "password": PASSWORD})
    # allauth asks the password again before a factor is added.
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page).group(1)
    client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)})
    return page


def test_second_factor_is_set_up_with_a_picture_and_then_asked_for(client, person):
    page = second_factor(client)
    client.post("/accounts/logout/")

    asked = client.post("/accounts/login/", {"login": "taro", "password": PASSWORD}, follow=True)

    assert 'src="data:image/svg+xml' in page
    assert title(asked) == "ログイン（2段階目） | まるごと支援"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/accounts/2fa/recovery-codes/", "予備の番号 | まるごと支援"),
        ("/accounts/2fa/recovery-codes/generate/", "予備の番号を作る | まるごと支援"),
        ("/accounts/2fa/totp/deactivate/", "認証アプリをやめる | まるごと支援"),
        ("/accounts/2fa/", "自分のアカウント | まるごと支援"),
    ],
)
def test_page_of_the_second_factor_has_our_look(client, person, url, expected):
    second_factor(client)

    response = client.get(url)

    assert title(response) == expected
    assert "m-sheet" in response.content.decode()


def test_password_reset_mail_leads_to_our_page(client, person, run_tasks):
    client.post("/accounts/password/reset/", {"email": "taro@example.jp"})
    run_tasks()
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[0].body).group(1)

    response = client.get(link, follow=True)

    assert title(response) == "パスワードを決めなおす | まるごと支援"


def code_for(secret: str) -> str:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
