"""A passkey in Chromium, with a virtual authenticator, under the strict policy."""

import pytest

from tests.permissions.accounts.conftest import PASSWORD
from tests.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEY_IN_THE_DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def device_at(page_at, settings):
    """A page whose device can keep passkeys, and the session that steers the device."""

    def open_page(width):
        page = page_at(width)
        steering = page.context.new_cdp_session(page)
        steering.send("WebAuthn.enable")
        found = steering.send("WebAuthn.addVirtualAuthenticator", {"options": KEY_IN_THE_DEVICE})
        return page, steering, found["authenticatorId"]

    return open_page


def log_in(page):
    page.goto("/accounts/login/")
    page.get_by_label("ユーザー名").fill("anshin")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()


def test_passkey_is_made_and_opens_the_site_without_a_password(device_at, settings):
    settings.MARUGOTO_REQUIRE_MFA = True
    World()
    page, _steering, _device = device_at(360)
    log_in(page)
    page.wait_for_url("**/accounts/2fa/")
    page.get_by_role("link", name="パスキーを使いはじめる").click()
    page.get_by_role("button", name="パスキーを作る").click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/")

    page.goto("/casework/")
    assert "/casework/" in page.url
    page.get_by_role("button", name="ログアウト").click()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="パスキーでログインする").click()
    page.wait_for_url("**/casework/")

    page.get_by_role("button", name="ログアウト").click()
    log_in(page)
    page.wait_for_url("**/accounts/2fa/authenticate/")
    page.get_by_role("button", name="パスキーを使う").click()
    page.wait_for_url("**/casework/")


def test_device_that_refuses_says_what_else_to_do(device_at):
    World()
    page, steering, device = device_at(1280)
    steering.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto("/accounts/login/")
    failed = page.get_by_text("パスキーを使えませんでした")
    assert not failed.is_visible()

    page.get_by_role("button", name="パスキーでログインする").click()

    failed.wait_for(state="visible")
    assert "/accounts/login/" in page.url


def test_login_without_script_offers_the_password_only(page_at):
    page = page_at(360, javascript=False)
    page.goto("/accounts/login/")

    assert not page.get_by_role("button", name="パスキーでログインする").is_visible()
    assert page.get_by_label("パスワード").is_visible()
