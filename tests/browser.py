"""Chromium for the tests marked ``browser``.

    def test_soudan_at_360(page_at, live_server):
        page = page_at(360)
        page.goto(f"{live_server.url}/soudan/")

Every page is watched: at the end of the test it fails if the browser asked another host for anything, if
the content policy was violated, or if a script failed.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandlerMixin
from django.test import override_settings

# The shell first: it takes half of the processor's time (tools/system_packages.py installs it).
CHROMIUM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
LOCAL_HOSTS = {"localhost", "127.0.0.1"}
HEIGHTS = {360: 740, 1280: 800}
WATCH_POLICY = """
document.addEventListener('securitypolicyviolation', event => window.reportViolation(
    `${event.violatedDirective} ${event.blockedURI} on ${location.pathname}`));
"""


@dataclass
class Observed:
    """What went wrong on the pages of one test."""

    outgoing: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    # Playwright's synchronous interface keeps an event loop in this thread, and Django refuses database
    # calls in such a thread. Nothing here is asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None:
        pytest.fail(
            "Chromium is missing. Install it:  apt-get install chromium-headless-shell  (or set CHROMIUM=/path)"
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        with mock.patch.object(StaticFilesHandlerMixin, "serve", _serve_to_be_kept):
            yield chromium
        chromium.close()


_serve = StaticFilesHandlerMixin.serve


def _serve_to_be_kept(handler: Any, request: Any) -> Any:
    """As in a city, a browser asks once for a style or script. In a fresh checkout it would ask anew with every page."""
    response = _serve(handler, request)
    response["Cache-Control"] = "max-age=3600"
    return response


@pytest.fixture
def observed() -> Observed:
    return Observed()


@pytest.fixture
def page_at(browser: Any, live_server: Any, observed: Observed) -> Iterator[Callable[..., Any]]:
    """Open a page of its own browser session at a width:  page_at(360), page_at(1280, javascript=False)"""
    contexts = []

    def open_page(width: int, *, javascript: bool = True) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHTS.get(width, 800)},
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
            java_script_enabled=javascript,
            base_url=live_server.url,
        )
        contexts.append(context)
        _watch(context, observed)
        return context.new_page()

    with override_settings(ALLOWED_HOSTS=["localhost", "127.0.0.1", "testserver"]):
        yield open_page
    for context in contexts:
        context.close()
    assert observed == Observed()


def click_through(link_or_button: Any) -> None:
    """Click, and return when the page it leads to has loaded.

    ``wait_for_load_state`` after a click may be answered by the page that is about to be left.
    """
    with link_or_button.page.expect_navigation():
        link_or_button.click()


def _watch(context: Any, observed: Observed) -> None:
    context.set_default_timeout(15_000)
    context.expose_binding("reportViolation", lambda _source, text: observed.violations.append(text))
    context.add_init_script(WATCH_POLICY)
    context.on("request", lambda request: _note_foreign(request.url, observed))
    context.on("weberror", lambda error: observed.failures.append(str(error.error)))


def _note_foreign(url: str, observed: Observed) -> None:
    parts = urlsplit(url)
    if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in LOCAL_HOSTS:
        observed.outgoing.append(url)
