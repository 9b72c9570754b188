"""The demo as anybody starts it, on a free port, with a folder of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READY = "Ctrl-C stops"
START_SECONDS = 300


@dataclass(frozen=True)
class Demo:
    address: str
    password: str


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder.mkdir(parents=True)
    printed = folder / "printed"
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("DATABASE")},
        "DJANGO_SETTINGS_MODULE": "tests.scan.planted_settings",
        "MARUGOTO_LOCAL_DIR": str(folder / "local"),
        "PORT": str(port),
        "BIND": "127.0.0.1",
    }
    with printed.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "marugoto_site.demo"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,  # Ctrl-C ends the scan, which then ends the demo in order
        )
    try:
        yield Demo(f"http://127.0.0.1:{port}", _password(process, printed))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _password(process: subprocess.Popen[bytes], printed: Path) -> str:
    until = time.monotonic() + START_SECONDS
    while READY not in printed.read_text():
        if process.poll() is not None or time.monotonic() > until:
            sys.exit(f"the demo does not start:\n{printed.read_text()}")
        time.sleep(0.3)
    found = re.search(r"one password for all:\s+(\S+)", printed.read_text())
    assert found
    return found[1]
