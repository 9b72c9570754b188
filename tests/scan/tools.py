"""wapiti and sqlmap: how they are called, and what they found."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .findings import Finding
from .visitor import TOKEN, Form, Visitor

PROGRAMS = {"wapiti": "wapiti", "sqlmap": "sqlmap"}
# Every module that needs no other host and no list of other products' files.
WAPITI_MODULES = (
    "backup,blindsql,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,"
    "shellshock,sql,xss"
)
SQLMAP = [
    "--batch",
    "--disable-coloring",
    "--dbms=PostgreSQL",
    "--level=1",
    "--risk=1",
    "--technique=BET",
    "--time-sec=3",
    "--timeout=15",
    "--retries=1",
    "--flush-session",
    "--skip-waf",
    "--keep-alive",
    # The last that is found in a question counts, and a question may quote what a form sends ("keep=1").
    "--answers=redirect=N,quit=N,keep=N,extending=N,skip=Y,test this URL=Y",
]


def need_programs() -> None:
    """Install what is missing, or say how and stop: a scan without its tools is none."""
    missing = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    if not missing:
        return
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if subprocess.run(install, stdin=subprocess.DEVNULL, check=False).returncode != 0:
        sys.exit(f"make scan needs {', '.join(missing)}:\n    sudo {' '.join(install)}")


@dataclass
class Outcome:
    """What a tool did: how many addresses it attacked, which it did not finish in time, what it found."""

    attacked: int = 0
    unfinished: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def wapiti(visitor: Visitor, starts: Iterable[str], folder: Path, *, scope: str, seconds: int) -> Outcome:
    folder.mkdir(parents=True)
    report, cookies = folder / "wapiti.json", folder / "cookies.json"
    cookies.write_text(json.dumps(_jar(visitor)))
    command = ["wapiti", "-u", visitor.address + scope, "--scope", "domain", "-m", WAPITI_MODULES]
    for start in starts:
        command += ["-s", visitor.address + start]
    command += [
        "-c",
        str(cookies),
        "--skip",
        TOKEN,
        "-f",
        "json",
        "-o",
        str(report),
        "-v",
        "1",
        "--no-bugreport",
    ]
    command += ["--store-session", str(folder / "session"), "--store-config", str(folder / "config")]
    # Each kind of page, its forms, and one link further; more links would be more cases of the same kind. A third of
    # the time for looking, the rest shared by the modules.
    command += ["-d", "1", "--max-links-per-page", "1", "-t", "15", "--max-scan-time", str(seconds // 3)]
    command += ["--max-attack-time", str(seconds * 2 // 3 // (WAPITI_MODULES.count(",") + 1))]
    outcome = Outcome()
    log = folder / "wapiti.log"
    try:
        log.write_text(_run(command, folder, seconds + 300))
    except subprocess.TimeoutExpired:
        outcome.unfinished.append(scope)
        return outcome
    said = json.loads(report.read_text())
    found = re.search(r"Wapiti found (\d+) URLs and forms", log.read_text())
    outcome.attacked = int(found[1]) if found else 0
    outcome.findings = [
        Finding(
            "wapiti",
            kind,
            f"{one['method']} {_path(one['path'])}",
            f"{one.get('parameter')}: {one['info'][:200]}",
        )
        for group in ("vulnerabilities", "anomalies")
        for kind, all_of_it in said[group].items()
        for one in all_of_it
    ]
    return outcome


def _jar(visitor: Visitor) -> dict[str, object]:
    """The cookies in the words of wapiti's own wapiti-getcookie."""
    host = urllib.parse.urlsplit(visitor.address).hostname
    cookies = {
        cookie.name: {"version": 0, "expires": None, "secure": False, "value": cookie.value, "port": None}
        for cookie in visitor.jar
        if cookie.path == "/"
    }
    return {str(host): {"/": cookies}}


def sqlmap_page(visitor: Visitor, path: str, folder: Path, *, seconds: int) -> Outcome:
    """Attack what stands in an address: its query, or the keys in its path."""
    target = path if "?" in path else _marked(path)
    return _sqlmap(["-u", visitor.address + target], visitor, path, folder, seconds)


def sqlmap_form(visitor: Visitor, form: Form, folder: Path, *, seconds: int) -> Outcome:
    data = urllib.parse.urlencode(form.fields)
    if form.method == "GET":
        return _sqlmap(
            ["-u", f"{visitor.address}{form.action.partition('?')[0]}?{data}"],
            visitor,
            form.action,
            folder,
            seconds,
        )
    options = ["-u", visitor.address + form.action, "--data", data, "--method", "POST"]
    # The token stays good as long as the cookie beside it.
    options += ["--skip", ",".join([TOKEN, *repeated(form)])]
    return _sqlmap(options, visitor, f"POST {form.action}", folder, seconds)


def repeated(form: Form) -> list[str]:
    """Return the fields of further rows (role-1-what after role-0-what): the same code reads them."""
    seen: set[str] = set()
    names = dict.fromkeys(name for name, _value in form.fields)
    return [name for name in names if (kind := re.sub(r"-\d+-", "-#-", name)) in seen or seen.add(kind)]


def _marked(path: str) -> str:
    return re.sub(r"(/[0-9a-f-]{36})(?=/|$)", r"\1*", path, count=1)


def _sqlmap(options: list[str], visitor: Visitor, where: str, folder: Path, seconds: int) -> Outcome:
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        "sqlmap",
        *options,
        *SQLMAP,
        "--cookie",
        visitor.cookie,
        "--output-dir",
        str(folder / "sqlmap"),
    ]
    command += ["--referer", visitor.address + "/", "--ignore-code", "404", "--drop-set-cookie"]
    outcome = Outcome(attacked=1)
    try:
        said = _run(command, folder, seconds)
    except subprocess.TimeoutExpired:
        outcome.unfinished.append(where)
        return outcome
    with (folder / "sqlmap.log").open("a") as log:
        log.write(f"===== {where}\n{said}\n")
    # A page that differs for another reason is taken for an injection now and then; then sqlmap finds no database of
    # our kind behind it. (Behind the planted page it finds one.)
    rule = "unconfirmed" if "the back-end DBMS is not PostgreSQL" in said else "injection"
    outcome.findings = [
        Finding("sqlmap", rule, where, parameter)
        for parameter in re.findall(r"^Parameter: (.+)$", said, flags=re.MULTILINE)
    ]
    if not outcome.findings and "do not appear to be injectable" not in said:
        outcome.unfinished.append(f"{where} ({_last_word(said)})")
    return outcome


def _last_word(said: str) -> str:
    grave = re.findall(r"\[(?:CRITICAL|ERROR)\] (.+)", said)
    return grave[-1] if grave else "no verdict"


def _run(command: list[str], folder: Path, seconds: int) -> str:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}
    ended = subprocess.run(
        ["nice", *command],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return ended.stdout + ended.stderr


def _path(address: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "<uuid>", urllib.parse.urlsplit(address).path)
