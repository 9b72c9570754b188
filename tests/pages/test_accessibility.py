"""axe over everything the design system draws, at the width of a phone and of a desk."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import expect

from pages import demo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
WIDTHS = [360, 1280]
PUBLIC = [
    "/",
    "/hajimete/",
    "/anshin/",
    "/kojin/",
    "/exit/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/nix/",
]
GUIDE = ["/styleguide/base_public/", "/styleguide/base_staff/", "/styleguide/base_public/?errors=1"]
PASSWORD = "mihon-no-aikotoba"


@pytest.fixture(autouse=True)
def _world(settings, live_server):
    settings.ROOT_URLCONF = "tests.pages.styleguide"
    settings.MARUGOTO_DEMO = True
    demo.load()


def faults(page) -> list[str]:
    """Return what axe objects to, and a page that scrolls sideways."""
    found = Axe().run(page, options=RULES)
    lines = [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]
    width, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return lines + ([f"scrolls sideways: {width} > {room}"] if width > room else [])


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_for_everybody_are_clean(page_at, width):
    page = page_at(width)
    found = {}
    for url in PUBLIC + GUIDE:
        page.goto(url)
        found[url] = faults(page)

    assert found == {url: [] for url in PUBLIC + GUIDE}


def test_pages_fit_320_pixels(page_at):
    page = page_at(320)
    found = {}
    for url in PUBLIC + GUIDE:
        page.goto(url)
        found[url] = [fault for fault in faults(page) if fault.startswith("scrolls")]

    assert found == {url: [] for url in PUBLIC + GUIDE}


def test_pages_fit_a_phone_with_letters_twice_as_large(page_at):
    page = page_at(360)
    found = {}
    for url in PUBLIC + GUIDE:
        page.goto(url)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        found[url] = page.evaluate("document.documentElement.scrollWidth")

    assert found == dict.fromkeys(PUBLIC + GUIDE, 360)


@pytest.mark.parametrize("width", WIDTHS)
def test_account_pages_are_clean(page_at, width):
    User.objects.create_user("taro", "taro@example.jp", PASSWORD)
    page = page_at(width)
    page.goto("/accounts/login/")
    page.fill("#id_login", "taro")
    page.fill("#id_password", PASSWORD)
    page.click("main button")
    urls = ["/accounts/reauthenticate/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/logout/"]
    found = {}
    for url in urls:
        page.goto(url)
        found[url] = faults(page)

    assert found == {url: [] for url in urls}


def test_a_page_with_planted_faults_fails(page_at):
    page = page_at(1280)
    page.goto("/exit/")
    page.set_content(
        '<main><img src="/static/marugoto/img/mark.svg"><button></button><a href="#x"></a></main>'
    )

    assert {fault.split(":")[0] for fault in faults(page)} >= {"image-alt", "button-name", "link-name"}


@pytest.mark.parametrize("javascript", [True, False])
def test_exit_bar_leads_to_the_neutral_page(page_at, javascript):
    page = page_at(360, javascript=javascript)
    page.goto("/anshin/")
    page.click("[data-exit]")
    page.wait_for_url("**/exit/")

    assert "相談" not in page.content()
    assert "今日は" in page.content()


def test_exit_by_three_shifts_cannot_be_undone_with_back(page_at):
    page = page_at(1280)
    page.goto("/exit/")
    page.goto("/anshin/")
    for _press in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("**/exit/")
    page.go_back()

    assert page.url.endswith("/exit/")


def test_error_summary_has_the_focus_without_script(page_at):
    page = page_at(360, javascript=False)
    page.goto("/accounts/login/")
    page.click("main button")
    expect(page.locator("#errors")).to_be_focused()

    page.keyboard.press("Tab")
    assert page.title().startswith("入力を確認：")
    assert page.locator("#errors a:focus").count() == 1


def test_language_switch_works_without_script(page_at):
    page = page_at(360, javascript=False)
    page.goto("/nagare/")
    page.click("button[value=en]")

    assert page.url.endswith("/nagare/")
    assert page.locator("html").get_attribute("lang") == "en"


def test_focus_is_never_hidden_behind_the_exit_bar(page_at):
    page = page_at(360)
    page.goto("/styleguide/base_public/")
    hidden = page.evaluate(
        """() => {
          const bar = document.querySelector('.m-exitbar').getBoundingClientRect();
          const controls = [...document.querySelectorAll('main a, main button, main input, main select')];
          return controls.filter(control => {
            control.focus();
            const box = control.getBoundingClientRect();
            return document.activeElement === control && box.top >= bar.top && box.bottom > bar.top;
          }).map(control => control.outerHTML.slice(0, 80));
        }"""
    )

    assert hidden == []
