"""The headers of one answer in the words of the snapshot, and answers with equal headers in one group."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# What says nothing about safety, or differs from run to run.
LEFT_OUT = {"content-length", "date", "last-modified", "etag", "expires", "location", "allow"}
POLICY = "Content-Security-Policy: "
NORMALISED = {
    r"'nonce-[^']+'": "'nonce'",
    r"[0-9a-f]{8}-[0-9a-f-]{27}": "<uuid>",
    r"(?<=boundary=)\S+": "<boundary>",
    r"\b20\d\d-(?=\d)": "<year>-",
    r"(?<=<year>-)\d\d(?=\.csv)": "<month>",
}


@dataclass(frozen=True)
class Answer:
    """What one person got from one URL."""

    who: str
    what: str  # method, name and route
    status: int
    headers: tuple[str, ...]


def headers_of(response: Any) -> tuple[str, ...]:
    lines = [
        f"{name}: {_normalised(name, value)}"
        for name, value in response.headers.items()
        if name.lower() not in LEFT_OUT
    ]
    return tuple(sorted(lines) + sorted(map(_cookie, response.cookies.values())))


def _normalised(name: str, value: str) -> str:
    if name == "Content-Security-Policy":
        value = "; ".join(sorted(value.split("; ")))
    for pattern, word in NORMALISED.items():
        value = re.sub(pattern, word, value)
    return value


def _cookie(morsel: Any) -> str:
    kept = "deleted" if not morsel.value else "kept" if morsel["max-age"] or morsel["expires"] else "session"
    flags = [name for name in ("secure", "httponly") if morsel[name]]
    return f"Set-Cookie: {morsel.key} {kept} path={morsel['path']} samesite={morsel['samesite']} {' '.join(flags)}"


def text_of(answers: Iterable[Answer]) -> str:
    """Return what is everywhere, the content policies, then answers with equal headers in one group."""
    answers = list(answers)
    common = set.intersection(*[set(answer.headers) for answer in answers])
    groups: dict[tuple[str, ...], list[Answer]] = defaultdict(list)
    for answer in answers:
        groups[tuple(line for line in answer.headers if line not in common)].append(answer)
    policies = sorted({line for a in answers for line in a.headers if line.startswith(POLICY)})
    names = {line: f"{POLICY}policy {number}" for number, line in enumerate(policies, start=1)}
    parts = ["everywhere", *(f"    {names.get(line, line)}" for line in sorted(common))]
    for policy, name in names.items():
        parts += [
            "",
            name.removeprefix(POLICY),
            *(f"    {line}" for line in policy[len(POLICY) :].split("; ")),
        ]
    for headers in sorted(groups):
        parts += ["", *(names.get(line, line) for line in headers)]
        parts += sorted(f"    {a.who:<9} {a.status} {a.what}" for a in groups[headers])
    return "\n".join(parts) + "\n"
