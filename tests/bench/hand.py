"""One process of the crowd: `python -m tests.bench.hand` takes orders from standard input, one a line as JSON, and answers so.

{"do": "write", "kind": ..., "logged": true, "begin": ..., "seconds": ...} writes until the time is over, by the clock that all
processes of a machine share; {"do": "seal", "file": ...} seals what is settled, as the worker does every ten seconds.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marugoto_site.settings.test")
django.setup()

from django.conf import settings  # noqa: E402 -- needs the settings

from permissions.audit.seals import seal_entries  # noqa: E402
from tests.bench import databases, writes  # noqa: E402


def main() -> None:
    desk = writes.WritingDesk()
    orders: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "write": lambda order: _write(desk, order),
        "seal": lambda order: _seal(desk, order),
    }
    _say({"case": str(desk.case.pk)})
    for line in sys.stdin:
        order = json.loads(line)
        _say(orders[order["do"]](order))
    desk.close()


def _write(desk: writes.WritingDesk, order: dict[str, Any]) -> dict[str, Any]:
    write = desk.kinds()[order["kind"]]
    inside = desk.logged if order["logged"] else desk.unlogged
    written = 0
    time.sleep(max(0.0, order["begin"] - time.monotonic()))
    began = time.monotonic()
    with inside():
        while time.monotonic() < order["begin"] + order["seconds"]:
            write()
            written += 1
    return {"written": written, "seconds": time.monotonic() - began}


def _seal(desk: writes.WritingDesk, order: dict[str, Any]) -> dict[str, Any]:
    settings.MARUGOTO_SEAL_FILE = order["file"]
    with databases.as_default(desk.web):
        return {"seals": seal_entries()}


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
