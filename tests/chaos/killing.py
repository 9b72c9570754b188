"""kill -9 of everything, again and again, while citizens send."""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from tests.chaos.clients import Citizens
from tests.chaos.judge import judge
from tests.chaos.place import Place

KINDS = {"web worker": 45, "web": 10, "task worker": 17, "database backend": 18, "database": 10}
CITIZENS = 4
SETTLE_SECONDS = 180


def run_kills(kills: int, *, seed: int, options: dict[str, str] | None = None) -> dict[str, Any]:
    """Kill so many times under load; return what was found, ready to be written down."""
    random.seed(seed)
    place = Place(options=options)
    place.prepare()
    place.start()
    citizens = Citizens(place.address, count=CITIZENS)
    began = time.monotonic()
    try:
        citizens.start()
        done = _kill_again_and_again(place, citizens, kills)
        lasted = time.monotonic() - began
        citizens.stop()
        settled = _settle(place)
        verdict = judge(citizens.sendings, place.stored())
    finally:
        citizens.stopping.set()
        place.stop()
    return {
        "kills": sum(done.values()), "by_kind": dict(done), "seconds": round(lasted), "seed": seed,
        "sent": len(citizens.sendings), "errors_seen": citizens.errors, "restarts": place.restarts,
        "settle_seconds": settled, "codes_changed": citizens.changed_codes,
        "is_good": verdict.is_good and not citizens.changed_codes, **asdict(verdict),
    }  # fmt: skip


def _kill_again_and_again(place: Place, citizens: Citizens, kills: int) -> Counter[str]:
    done: Counter[str] = Counter()
    while sum(done.values()) < kills:
        _wait_for_load(citizens)
        time.sleep(random.uniform(0, 0.6))
        kind = random.choices(list(KINDS), weights=list(KINDS.values()))[0]
        done[kind] += _kill(place, kind)
        if sum(done.values()) % 25 == 0:
            print(f"  {sum(done.values())} kills, {citizens.acknowledged} acknowledged", flush=True)
    return done


def _wait_for_load(citizens: Citizens, *, seconds: float = 30) -> None:
    """Kill only what works: somebody was acknowledged since the last one."""
    before, until = citizens.acknowledged, time.monotonic() + seconds
    while citizens.acknowledged == before and time.monotonic() < until:
        time.sleep(0.05)


def _kill(place: Place, kind: str) -> int:
    """Return 1 if something was killed."""
    found = {
        "web worker": place.web_workers, "web": place.web_group, "task worker": place.task_worker,
        "database backend": place.backends, "database": place.postmaster,
    }[kind]()  # fmt: skip
    if not found:
        return 0
    chosen = found if kind == "web" else [random.choice(found)]
    killed = 0
    for pid in chosen:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            killed = 1
    return killed


def _settle(place: Place) -> float:
    """Wait until the worker has taken up what was sent; return how long it took."""
    place.wait_until_up()
    began = time.monotonic()
    while time.monotonic() - began < SETTLE_SECONDS and place.waiting():
        time.sleep(0.5)
    return round(time.monotonic() - began, 1)
