"""The screens about accounts at 360 and 1280 pixels: readable by machines, never sideways."""

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model

from permissions.agencies.models import Membership
from tests.permissions.accounts.conftest import PASSWORD
from tests.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPEN = (
    "/accounts/login/",
    "/accounts/paper/",
    "/accounts/password/reset/",
    "/accounts/invitation/none/",
    "/accounts/provider/return/",
)
OWN = (
    "/accounts/people/",
    "/accounts/people/invite/",
    "/accounts/people/renew/",
    "/accounts/2fa/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/sessions/",
    "/accounts/reauthenticate/",
)


@pytest.fixture
def faults():
    """What is wrong with a page:  faults(page, 360)"""

    def look(page, width):
        found = [
            rule["id"]
            for rule in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        ]
        is_wide = page.evaluate("document.documentElement.scrollWidth") > width
        return [f"{page.url}: {fault}" for fault in [*found, *(["sideways"] if is_wide else [])]]

    return look


@pytest.mark.parametrize("width", [360, 1280])
def test_screens_are_sound(page_at, faults, width):
    World()
    get_user_model().objects.filter(username="anshin").update(last_name="見本", first_name="安")
    Membership.objects.filter(user__username="anshin").update(
        ends_on=dt.date(2020, 3, 31), starts_on=dt.date(2019, 4, 1)
    )
    page, found = page_at(width), []
    for address in OPEN:
        page.goto(address)
        found += faults(page, width)
    page.goto("/accounts/login/")
    page.get_by_label("ユーザー名").fill("anshin-admin")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url("**/accounts/people/")
    for address in OWN:
        page.goto(address)
        found += faults(page, width)
    page.goto("/accounts/people/")
    page.get_by_role("link", name="見本 安").click()
    page.get_by_role("button", name="新しい紙を印刷する").wait_for()
    found += faults(page, width)

    assert found == []


def test_slowed_log_in_offers_the_second_factor_and_takes_the_focus_to_the_error(page_at, faults):
    World()
    page = page_at(360)
    for _each in range(6):
        page.goto("/accounts/login/")
        page.get_by_label("ユーザー名").fill("anshin")
        page.get_by_label("パスワード").fill("not-the-password")
        page.get_by_role("button", name="ログインする", exact=True).click()
        page.get_by_role("alert").first.wait_for()

    assert page.get_by_label("2段階目の番号").is_visible()
    assert faults(page, 360) == []


@pytest.mark.parametrize("kind", ["ok", "warn", "err", "info"])
def test_sign_of_a_chip_stays_with_its_word(page_at, kind):
    """In a column that the table makes as narrow as it can."""
    World()
    page = page_at(1280)
    page.goto("/accounts/login/")

    lines = page.evaluate(
        """kind => {
            const row = document.querySelector("main").appendChild(document.createElement("div"));
            const chip = row.appendChild(document.createElement("span"));
            row.style.width = "min-content";
            chip.className = `m-chip m-chip--${kind}`;
            chip.textContent = "未対応";
            return Math.round(chip.clientHeight / parseFloat(getComputedStyle(chip).lineHeight));
        }""",
        kind,
    )

    assert lines == 1


def test_no_form_repeats_a_label_inside_its_field(page_at):
    World()
    page, found = page_at(1280), {}
    for address in ("/accounts/login/", "/accounts/password/reset/"):
        page.goto(address)
        found[address] = page.locator("[placeholder]").count()
    page.goto("/accounts/login/")
    page.get_by_label("ユーザー名").fill("anshin-admin")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url("**/accounts/people/")
    for address in (
        "/accounts/password/change/",
        "/accounts/reauthenticate/",
        "/accounts/2fa/totp/activate/",
    ):
        page.goto(address)
        found[address] = page.locator("[placeholder]").count()

    assert set(found.values()) == {0}, found
