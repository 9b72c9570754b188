import socket
import subprocess
import sys
import time

import pytest
from django.core.management import CommandError, call_command

from marugoto_site.demo import processes
from marugoto_site.demo.preparation import refuse_taken_port
from marugoto_site.demo.processes import Managed

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)",
]


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log" / "program.log"


def test_demo_world_is_refused_elsewhere(settings):
    settings.MARUGOTO_DEMO_ALLOWED = False
    with pytest.raises(CommandError, match="demo and test settings only"):
        call_command("load_demo")


def test_taken_port_is_named_with_a_way_out():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match=f"make demo PORT={port + 1}"):
            refuse_taken_port("127.0.0.1", port)
    refuse_taken_port("127.0.0.1", port)


def test_managed_program_ends_when_asked(log):
    program = Managed("x", SLEEP, log)
    program.start()
    assert not program.has_ended()
    program.end()
    assert program.has_ended()


def test_program_that_does_not_listen_is_killed(log, monkeypatch):
    monkeypatch.setattr(processes, "END_SECONDS", 0.5)
    program = Managed("x", STUBBORN, log)
    program.start()
    while not log.read_text():
        time.sleep(0.05)
    program.end()
    assert program.process.returncode == -9


def test_program_that_keeps_ending_is_noticed(log):
    program = Managed("x", [sys.executable, "-c", "print('kaputt')"], log)
    seen = []
    for _ in range(processes.TOO_MANY_STARTS):
        seen.append(program.ends_too_often())
        program.start()
        program.process.wait()
    assert (seen, program.ends_too_often()) == ([False] * processes.TOO_MANY_STARTS, True)
    assert "kaputt" in program.last_lines()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux only")
def test_program_ends_when_the_demo_is_killed(log):
    script = (
        "import pathlib, sys, time\n"
        "from marugoto_site.demo.processes import Managed\n"
        f"program = Managed('x', {SLEEP!r}, pathlib.Path({str(log)!r})); program.start()\n"
        "print(program.process.pid, flush=True); time.sleep(600)"
    )
    demo = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    pid = int(demo.stdout.readline())
    demo.kill()
    demo.wait()
    demo.stdout.close()
    for _ in range(50):
        if not _runs(pid):
            return
        time.sleep(0.1)
    pytest.fail("the program outlived the demo")


def _runs(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
