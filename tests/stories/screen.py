"""One person at one screen, in Chromium, with nothing but what is on it.

Each kind of page they come to is looked at by axe, when they come there first; the browser fixtures fail on a violation of the
content policy and on any request to another host.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command

from tests.browser import click_through

PASSWORD = "mihon-no-aikotoba-2026"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


class Screen:
    """A browser session of its own; what is wrong with the pages gathers in ``faults``."""

    def __init__(self, page: Any, faults: list[str] | None = None) -> None:
        self.page = page
        self.faults: list[str] = [] if faults is None else faults
        self._examined: set[str] = set()

    def go(self, url: str) -> None:
        self.page.goto(url)
        self.look()

    def press(self, name: str) -> None:
        click_through(self.page.get_by_role("button", name=name).first)
        self.look()

    def follow(self, name: str) -> None:
        click_through(self.page.get_by_role("link", name=name).first)
        self.look()

    def look(self) -> None:
        kind = re.sub(r"[0-9a-f-]{36}", "", urlsplit(self.page.url).path)
        if kind not in self._examined:
            self._examined.add(kind)
            self.faults += faults(self.page)

    def login(self, username: str) -> None:
        self.page.goto("/accounts/login/")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.press("ログイン")

    @property
    def text(self) -> str:
        return str(self.page.locator("body").inner_text())


def faults(page: Any) -> list[str]:
    """No fault that axe knows, and nothing that scrolls sideways."""
    found = Axe().run(page, options=RULES).response["violations"]
    lines = [f"{page.url} {each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]
    width, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return lines + ([f"{page.url} scrolls sideways"] if width > room else [])


def run_worker() -> None:
    call_command("run_worker", "--batch")
