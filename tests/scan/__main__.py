"""`make scan`: the code, then the running demo, as two agencies see it. Ends with 1 on anything unexplained.

SCAN_MINUTES=90 make scan      how long wapiti and sqlmap may take together
SCAN_ONLY=wapiti make scan     only the parts with this word in their name; the crawl is always done
SCAN_WHERE=notes/ make scan    sqlmap only where the address has this in it
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import django

from . import static, tools
from .findings import Finding, unexplained
from .running import Demo, running_demo
from .tenants import strangers_find_nothing
from .tools import Outcome
from .visitor import Crawl, Form, Visitor, kind_of

FOLDER = Path(os.environ.get("SCAN_FOLDER", static.PROJECT / ".local" / "scan"))
MINUTES = float(os.environ.get("SCAN_MINUTES", "90"))
ONLY = os.environ.get("SCAN_ONLY", "")
WHERE = os.environ.get("SCAN_WHERE", "")
# Two agencies: the center, whose chief may open and change everything of it, and one it shares cases with; and who
# reads the log, which no other finds.
PEOPLE = ("chief", "jiritsu", "privacy")
HOMES = {"privacy": "/audit/log/"}  # everybody else's is their list of cases
STRANGERS = (
    ("jiritsu", "kenko"), ("kenko", "jiritsu"), ("jiritsu", "chief"), ("outsider", "chief"),
    ("privacy", "chief"),
)  # fmt: skip
PLANTED = ("/planted/?q=16", "/planted/rows/?id=16", "/planted/leave/?next=/planted/")
# Each scanner must find these in the page that is weak on purpose.
MUST_BE_FOUND = {
    "wapiti": {"Cross Site Scripting", "SQL Injection", "Open Redirect"},
    "sqlmap": {"injection"},
}
SQLMAP_SECONDS = 300


@dataclass
class Report:
    """Everything that is written down at the end."""

    seconds: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, name: str, outcome: Outcome) -> None:
        self.counts[name] = self.counts.get(name, 0) + outcome.attacked
        self.unfinished += [f"{name}: {where}" for where in outcome.unfinished]
        self.findings += outcome.findings


def main() -> None:
    tools.need_programs()
    shutil.rmtree(FOLDER, ignore_errors=True)
    report = Report()
    _timed(report, "code", lambda: _read_code(report))
    with running_demo(FOLDER / "demo") as demo:
        _attack(demo, report)
    report.findings += _server_errors()
    open_findings = unexplained(each for each in report.findings if "/planted/" not in each.where)
    _write(report, open_findings)
    if open_findings or report.missed or report.unfinished:
        sys.exit("make scan: something is not explained, see above")


def _read_code(report: Report) -> None:
    for name, tool in (("bandit", static.bandit), ("ruff", static.ruff)):
        found = tool()
        report.add(name, Outcome(attacked=len(found), findings=found))


def _attack(demo: Demo, report: Report) -> None:
    names = sorted({*PEOPLE, *(name for pair in STRANGERS for name in pair)})
    visitors = {name: Visitor(demo.address).log_in(name, demo.password) for name in names}
    crawls: dict[str, Crawl] = {}
    _timed(
        report, "crawl", lambda: crawls.update({name: visitors[name].crawl(_home(name)) for name in names})
    )
    _timed(report, "tenants", lambda: _tenants(visitors, crawls, report))
    _timed(report, "controls", lambda: _controls(visitors["jiritsu"], report))
    until = time.monotonic() + MINUTES * 60
    for name in PEOPLE:
        _timed(report, f"sqlmap {name}", partial(_sqlmap, visitors[name], name, crawls[name], report, until))
    for left, name in zip(range(len(PEOPLE), 0, -1), PEOPLE, strict=True):
        seconds = int(max((until - time.monotonic()) / left, 300))
        _timed(report, f"wapiti {name}", partial(_wapiti, demo, name, crawls[name], report, seconds))


def _home(name: str) -> str:
    return HOMES.get(name, "/casework/")


def _timed(report: Report, name: str, work: Callable[[], object]) -> None:
    if ONLY not in name and name != "crawl":
        return
    print(f"== {name}", flush=True)
    began = time.monotonic()
    work()
    report.seconds[name] = round(time.monotonic() - began, 1)


def _tenants(visitors: dict[str, Visitor], crawls: dict[str, Crawl], report: Report) -> None:
    for name, other in STRANGERS:
        tried, findings = strangers_find_nothing(visitors[name], name, crawls[name], crawls[other])
        report.add(f"tenants: {name} at what {other} reaches", Outcome(tried, [], findings))
        if not tried:
            report.missed.append(f"tenants: {other} reaches nothing that {name} does not")


def _controls(visitor: Visitor, report: Report) -> None:
    """Let every scanner find the weak page; what it misses makes the whole scan worthless."""
    outcomes = {
        "sqlmap": tools.sqlmap_page(visitor, PLANTED[1], FOLDER / "control", seconds=SQLMAP_SECONDS),
        "wapiti": tools.wapiti(
            visitor, PLANTED, FOLDER / "control" / "wapiti", scope="/planted/", seconds=600
        ),
    }
    for tool, outcome in outcomes.items():
        found = {finding.rule for finding in outcome.findings if "/planted/" in finding.where}
        report.missed += [f"{tool}: {rule} in the planted page" for rule in MUST_BE_FOUND[tool] - found]


def _sqlmap(visitor: Visitor, name: str, crawl: Crawl, report: Report, until: float) -> None:
    folder = FOLDER / f"sqlmap-{name}"
    for target in _targets(crawl):
        where = target.action if isinstance(target, Form) else target
        if WHERE not in where:
            continue
        if time.monotonic() > until:
            report.unfinished.append(f"sqlmap {name}: {where} (out of time)")
        elif isinstance(target, Form):
            report.add(
                f"sqlmap {name}", tools.sqlmap_form(visitor, target, folder, seconds=_seconds_for(target))
            )
        else:
            report.add(f"sqlmap {name}", tools.sqlmap_page(visitor, target, folder, seconds=SQLMAP_SECONDS))


def _seconds_for(form: Form) -> int:
    return max(SQLMAP_SECONDS, 20 * len(form.fields) - 20 * len(tools.repeated(form)))


def _targets(crawl: Crawl) -> Iterator[str | Form]:
    """Yield one address and one form of each kind that carries something to play with."""
    pages = {kind_of(path): path for path, status in crawl.pages.items() if status == 200}
    yield from (path for kind, path in sorted(pages.items()) if "<" in kind or "?" in kind)
    forms = {
        (form.method, kind_of(form.action)): form
        for form in sorted(crawl.forms, key=lambda each: each.action)
    }
    # The small ones first: when time runs out it is the largest that is named as not finished.
    yield from sorted((form for form in forms.values() if form.fields), key=lambda form: len(form.fields))


def _wapiti(demo: Demo, name: str, crawl: Crawl, report: Report, seconds: int) -> None:
    visitor = Visitor(demo.address).log_in(name, demo.password)
    starts = list({kind_of(path): path for path in crawl.pages}.values())
    report.add(
        f"wapiti {name}", tools.wapiti(visitor, starts, FOLDER / f"wapiti-{name}", scope="/", seconds=seconds)
    )
    if visitor.ask(_home(name)).status != 200:
        report.missed.append(f"wapiti {name}: the session was over before the scan was")


def _server_errors() -> list[Finding]:
    """Every page that broke under the attack, as the demo's own log has it."""
    log = (FOLDER / "demo" / "local" / "log" / "web.log").read_text(errors="replace")
    broken = {kind_of(path) for path in re.findall(r"Internal Server Error: (\S+)", log)}
    return [Finding("server", "500", path) for path in sorted(broken)]


def _write(report: Report, open_findings: list[Finding]) -> None:
    (FOLDER / "report.json").write_text(json.dumps(asdict(report), ensure_ascii=False, indent=1))
    lines = ["| part | looked at | seconds |", "|---|---|---|"]
    lines += [
        f"| {name} | {count} | {report.seconds.get(name, '')} |" for name, count in report.counts.items()
    ]
    lines += ["", f"{len(report.findings)} findings, {len(open_findings)} unexplained"]
    lines += [f"- UNEXPLAINED {each.tool} {each.rule}: {each.where}: {each.said}" for each in open_findings]
    lines += [f"- NOT FINISHED {each}" for each in report.unfinished]
    lines += [f"- MISSED {each}" for each in report.missed]
    text = "\n".join(lines) + "\n"
    (FOLDER / "report.md").write_text(text)
    print(text)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = (
        "tests.scan.planted_settings"  # which address belongs to which view
    )
    django.setup()
    main()
