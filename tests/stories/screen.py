"""One person at one screen, in Chromium, with nothing but what is on it.

Each kind of page is looked at by axe: by day when anybody comes there first, by night when each of them does. The browser fixtures
fail on a violation of the content policy and on any request to another host.
"""

from __future__ import annotations

import os
import re
import warnings
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from casework.workspace.clocks import remind_deadlines
from tests.browser import click_through
from tests.nights import IS_NIGHT

PASSWORD = "mihon-no-aikotoba-2026"
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # of what passes axe would send every element
}

Kind = tuple[str, int]  # of page, with the width


class Examined:
    """Kinds of pages that somebody has looked at: in a folder, whichever process of the run it was; else by one person."""

    def __init__(self, folder: Path | None) -> None:
        self._folder, self._kinds = folder, set[Kind]()

    def is_new(self, kind: Kind) -> bool:
        if self._folder is None:
            is_new = kind not in self._kinds
            self._kinds.add(kind)
            return is_new
        try:
            (self._folder / sha256(f"{kind}".encode()).hexdigest()).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


class Screen:
    """A browser session of its own; what is wrong with the pages gathers in ``faults``."""

    examined_by_day: Path | None = None  # set for a run (conftest.py)

    def __init__(self, page: Any, faults: list[str] | None = None) -> None:
        self.page = page
        self.faults: list[str] = [] if faults is None else faults
        self._examined = Examined(None if IS_NIGHT else self.examined_by_day)

    def go(self, url: str) -> None:
        self.page.goto(url)
        self.look()

    def press(self, name: str) -> None:
        click_through(self.page.get_by_role("button", name=name).first)
        self.look()

    def follow(self, name: str) -> None:
        click_through(self.page.get_by_role("link", name=name).first)
        self.look()

    def order_pdf(self) -> None:
        """Order the sheet of this page and come to where it can be opened."""
        self.press("PDFを作る")
        run_worker()
        self.page.reload()
        assert self.page.get_by_role("link", name="PDFを開く").count(), self.text

    def look(self) -> None:
        kind = (re.sub(r"[0-9a-f-]{36}", "", urlsplit(self.page.url).path), self.page.viewport_size["width"])
        if self._examined.is_new(kind):
            self.faults += faults(self.page)

    def login(self, username: str) -> None:
        self.page.goto("/accounts/login/")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.press("ログイン")

    @property
    def text(self) -> str:
        return str(self.page.locator("body").inner_text())

    def keep(self, name: str) -> None:
        """Keep a picture of the page at both widths, where a folder for them is named."""
        folder, size = os.environ.get("SCREENSHOTS", ""), self.page.viewport_size
        for width in (360, 1280) if folder else ():
            self.page.set_viewport_size({"width": width, "height": 800})
            self.page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        if folder:
            self.page.set_viewport_size(size)


class Cast:
    """Everybody at a screen of their own; what is wrong with any page gathers in ``faults``."""

    def __init__(self, page_at: Any) -> None:
        self.page_at = page_at
        self.faults: list[str] = []
        self._screens: dict[str, Screen] = {}

    def at(self, username: str, width: int = 1280) -> Screen:
        """Return the screen of a person, who logs in the first time."""
        if username not in self._screens:
            screen = self._screens[username] = Screen(self.page_at(width), self.faults)
            screen.login(username)
        return self._screens[username]


def faults(page: Any) -> list[str]:
    """No fault that axe knows, and nothing that scrolls sideways."""
    found = Axe().run(page, options=RULES).response["violations"]
    lines = [f"{page.url} {each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]
    width, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return lines + ([f"{page.url} scrolls sideways"] if width > room else [])


def run_worker() -> None:
    """Do what the worker does until nothing waits. What fails is tried again, as in a city, and told; what fails for good ends the story."""
    call_command("run_worker", "--batch")
    while failed := DBTaskResult.objects.filter(status=TaskResultStatus.READY).exclude(worker_ids=[]):
        for task in failed:
            warnings.warn(f"{task.task_path}: {task.exception_class_path}\n{task.traceback}", stacklevel=2)
        failed.update(run_after=timezone.now())
        call_command("run_worker", "--batch")
    lost = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED)
    assert list(lost.values_list("task_path", "exception_class_path", "traceback")) == []


def strike_the_hour() -> None:
    """Do what the worker's clock does each hour about deadlines."""
    remind_deadlines()
