"""The demo as a newcomer starts it, in a folder of its own: first run, Ctrl-C, second run."""

import http.cookiejar
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import psutil
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

READY = "Ctrl-C stops"


@pytest.fixture(scope="module")
def folder():
    # Not below pytest's folder: each run of pytest closes that anew, and the server would look for another place.
    with tempfile.TemporaryDirectory(prefix="marugoto-demo-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def demo(folder, tmp_path):
    """Start the demo and wait for its greeting; returns the process, its address and what it printed."""
    started = []

    def start():
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE", "DJANGO"))}
        environment = {**kept, "MARUGOTO_LOCAL_DIR": str(folder), "PORT": str(port), "BIND": "127.0.0.1"}
        printed = tmp_path / f"printed{len(started)}"
        command = [sys.executable, "-m", "marugoto_site.demo"]
        with printed.open("wb") as file:
            process = subprocess.Popen(
                command, env=environment, stdout=file, stderr=file, stdin=subprocess.DEVNULL
            )
        started.append(process)
        until = time.monotonic() + 480
        while READY not in printed.read_text():
            assert process.poll() is None, printed.read_text()
            assert time.monotonic() < until, printed.read_text()
            time.sleep(0.2)
        return process, f"http://localhost:{port}", printed.read_text()

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def everything_it_started(process, folder):
    postmaster = int((folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    return [
        psutil.Process(process.pid),
        *psutil.Process(process.pid).children(recursive=True),
        psutil.Process(postmaster),
    ]


def is_running(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


LANDINGS = {
    "editor": "/cms/",
    "admin-jiritsu": "/accounts/people/",
    "sysadmin": "/accounts/agencies/",
    "privacy": "/audit/alarms/",
    "auditor": "/audit/log/",
}


def logged_in(site, user, password):
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = opener.open(f"{site}/accounts/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    values = {"login": user, "password": password, "csrfmiddlewaretoken": token}
    return opener.open(f"{site}/accounts/login/", urllib.parse.urlencode(values).encode()).geturl()


def test_first_run_serves_and_ctrl_c_ends_all_then_second_run_is_quick_and_keeps_the_data(demo, folder):
    began = time.monotonic()
    process, site, printed = demo()
    first = time.monotonic() - began
    password = re.search(r"one password for all:\s+(\S+)", printed)[1]
    accounts = re.findall(r"^    ([a-z-]+)  ", printed, flags=re.MULTILINE)
    assert accounts == [
        "chief",
        "coordinator",
        "reception",
        "editor",
        "anshin",
        "kenko",
        "jiritsu",
        "hikikomori",
        "minsei",
        "admin-jiritsu",
        "sysadmin",
        "privacy",
        "auditor",
        "outsider",
    ]
    for path in ("/", "/soudan/", "/status/", "/accounts/login/", "/healthz", "/readyz"):
        assert urllib.request.urlopen(site + path).status == 200
    assert {name: logged_in(site, name, password).removeprefix(site) for name in accounts} == {
        name: LANDINGS.get(name, "/casework/") for name in accounts
    }

    running = everything_it_started(process, folder)
    assert len([each for each in running if is_running(each)]) >= 5
    process.send_signal(signal.SIGINT)
    assert process.wait(40) == 0
    assert [each for each in running if is_running(each)] == []

    began = time.monotonic()
    process, site, printed = demo()
    assert time.monotonic() - began < first / 4
    assert re.search(r"one password for all:\s+(\S+)", printed)[1] == password
    assert logged_in(site, "jiritsu", password) == f"{site}/casework/"
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0
