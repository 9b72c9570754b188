"""Sharing against a dictionary: random histories, every door, after every step.

Run at length by night:  HYPOTHESIS_PROFILE=nightly pytest tests/casework/test_sharing_model.py
"""

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.casework.canaries import CanaryWorld
from tests.casework.machine.sharing import DoorAloneMachine, SharingMachine

IS_NIGHT = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
COMMON = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
QUICK = settings(COMMON, max_examples=8, stateful_step_count=20, derandomize=True)
# Twenty times a hundred: rolled-back rows of one transaction are not cleared away before it ends.
NIGHTLY = settings(COMMON, max_examples=100, stateful_step_count=60, phases=(Phase.generate, Phase.shrink))
RUNS = range(20 if IS_NIGHT else 1)

# A run that shared nothing would agree with everything: how often each thing must have happened.
AT_LEAST = {
    "shared": 50,
    "seen": 100,
    "rights": 8,
    "ended": 8,
    "lapsed": 8,
    "second basis": 2,
    "sheets": 8,
    "blocked": 2,
    "swept": 3,
    "agreed": 3,
    "withdrawn": 2,
    "ended by withdrawal": 2,
    **dict.fromkeys(
        (
            "held to the last second",
            "began later",
            "ended already",
            "ended, another basis left",
            "refused",
            "closed",
            "contract over",
            "contract runs",
            "left",
            "deactivated",
            "came back",
            "switched",
            "center person blocked",
            "glass broken",
            "glass held",
            "lifted",
            "without consent",
            "refused consent",
            "sealed",
            "concealed",
            "must not learn",
            "concealment lifted",
            "looked through",
            "told of",
            "referred",
            "answered by the agency",
            "answered accepted",
            "answered first_contact",
            "answered returned",
            "revoked",
        ),
        1,
    ),
}


# In a few histories one thing or the other may happen too seldom: how a history goes depends on the hour, too.
TRIES = 1 if IS_NIGHT else 5


def run(machine, world, profile=NIGHTLY if IS_NIGHT else QUICK, begin=None):
    """Run a machine to its end and return how often each thing happened."""
    tally = Counter()
    own = type(machine.__name__, (machine,), {"world": world, "tally": tally})
    run_state_machine_as_test(own if begin is None else seed(begin)(own), settings=profile)
    return tally


def too_seldom(machine, world):
    """Run histories until everything happened often enough; return what did not."""
    tally = Counter()
    for begin in range(TRIES):
        tally += run(machine, world, begin=None if IS_NIGHT else begin)
        missing = {name: tally[name] for name, least in AT_LEAST.items() if tally[name] < least}
        if not missing:
            break
    return missing


@pytest.mark.slow
@pytest.mark.parametrize("number", RUNS)
def test_all_doors_agree_with_the_dictionary(canaries, number):
    assert too_seldom(SharingMachine, canaries) == {}


@pytest.mark.slow
@pytest.mark.parametrize("number", RUNS)
def test_the_door_alone_agrees_with_the_dictionary(wearing, number):
    assert too_seldom(DoorAloneMachine, CanaryWorld()) == {}
