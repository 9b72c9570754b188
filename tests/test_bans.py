"""What no file of ours may hold (style.md)."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PACKAGES = ("permissions", "forms_app", "pages", "casework", "marugoto_site")

PYTHON = {
    r"user\.has_perm\(": "says yes to superusers and other memberships; ask viewer.can",
    r"get_objects_for_user\(": "lists start from the ledger",
    r"mark_safe\(|format_html\(\s*f": "text of people is escaped by the template",
    r"/work/|/root/|/home/\w": "no path of a machine",
}
TEMPLATES = {
    r"\|safe\b|autoescape off": "text of people is escaped",
    r"<script(?![^>]*\bsrc=)": "no inline script: strict content policy",
    r"<style\b|\sstyle=": "no inline style: strict content policy",
    r"\son[a-z]+=\"": "no event attribute: strict content policy",
    r"https?://(?!www\.w3\.org)": "no other host",
}
SCRIPTS = {
    r"\b(innerHTML|outerHTML|insertAdjacentHTML)\b|document\.write": "text of people goes in as text",
    r"\beval\(|new Function\(": "no code from text",
    r"\b(localStorage|sessionStorage|indexedDB)\b": "the browser keeps nothing of ours",
    r"\bpostMessage\b|addEventListener\(\"message\"": "nobody to talk to",
    r"https?://": "no other host",
}


def files(package: str, pattern: str) -> list[Path]:
    return [path for path in (PROJECT / package).rglob(pattern) if "vendor" not in path.parts]


@pytest.mark.parametrize("package", PACKAGES)
def test_python_holds_nothing_banned(package):
    found = [
        f"{path.relative_to(PROJECT)}: {why}"
        for path in files(package, "*.py")
        for pattern, why in PYTHON.items()
        if re.search(pattern, path.read_text())
    ]

    assert found == []


@pytest.mark.parametrize("package", PACKAGES)
def test_templates_hold_nothing_banned(package):
    found = [
        f"{path.relative_to(PROJECT)}: {why}"
        for path in files(package, "*.html")
        for pattern, why in TEMPLATES.items()
        if re.search(pattern, path.read_text())
    ]

    assert found == []


@pytest.mark.parametrize("package", PACKAGES)
def test_scripts_hold_nothing_banned(package):
    found = [
        f"{path.relative_to(PROJECT)}: {why}"
        for path in files(package, "*.js")
        for pattern, why in SCRIPTS.items()
        if re.search(pattern, path.read_text())
    ]

    assert found == []


def test_there_are_scripts_to_read():
    assert len([path for package in PACKAGES for path in files(package, "*.js")]) > 3
