"""One agency's session over every address of another: not there, byte for byte."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from .findings import Finding
from .visitor import TOKEN, UUID, Crawl, Visitor

TOOL = "tenants"


def strangers_find_nothing(
    visitor: Visitor, name: str, own: Crawl, others: Crawl
) -> tuple[int, list[Finding]]:
    """Try what the others reach and this one does not; return how many addresses, and what was wrong."""
    tried, findings = 0, []
    token = visitor.token("/accounts/acting/")
    for path in _hidden(own, others):
        for method in ("GET", "POST"):
            tried += 1
            data = {TOKEN: token} if method == "POST" else None
            found, nothing = visitor.ask(path, data), visitor.ask(_nowhere(path), data)
            # 404; or 403 and 405 to a role or a method that is refused before anybody looks for an object.
            if found != nothing or found.status not in {403, 404, 405}:
                findings.append(
                    Finding(TOOL, "another-answer", f"{method} {path}", f"{name}: {found.status}")
                )
    return tried, findings


def _hidden(own: Crawl, others: Crawl) -> Iterator[str]:
    """Yield addresses with objects of which this visitor knows none."""
    known = {found for path in own.pages for found in UUID.findall(path)[:1]}
    paths = {path.partition("?")[0] for path in others.pages} | {
        form.action.partition("?")[0] for form in others.forms
    }
    for path in sorted(paths):
        ids = UUID.findall(path)
        if ids and ids[0] not in known:
            yield path


def _nowhere(path: str) -> str:
    """Return the address of the same kind with an object that nobody ever made."""
    return UUID.sub(lambda _found: str(uuid.uuid4()), path)
