"""Sharing against a dictionary: random histories, and after every step everybody sees what the dictionary says.

50 histories of 40 steps; by night 2,000 of 60:  HYPOTHESIS_PROFILE=nightly pytest tests/casework/test_sharing_model.py
"""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.casework.machine.channels import PLACES
from tests.casework.machine.sharing import DoorAloneMachine, SharingMachine
from tests.casework.narrow import NarrowWorld
from tests.nights import IS_NIGHT

# A few at a time: rolled-back rows of one transaction are not cleared away before it ends, and two processes share the parts.
EXAMPLES, STEPS = 25, 60 if IS_NIGHT else 40
COMMON = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
QUICK = settings(COMMON, max_examples=EXAMPLES, stateful_step_count=STEPS, derandomize=True)
NIGHTLY = settings(QUICK, derandomize=False, phases=(Phase.generate, Phase.shrink))
PROFILE = NIGHTLY if IS_NIGHT else QUICK
PARTS = range(80 if IS_NIGHT else 2)
PARTS_OF_DOOR = range(80 if IS_NIGHT else 1)

# A run that shared nothing would agree with everything: how often each thing must have happened in each part.
AT_LEAST = {
    "steps": EXAMPLES * STEPS * 8 // 10,
    "seen": 1000,
    "seen by few": 5,
    "read at a table": 5,
    "shared": 100,
    **{f"by {channel}": 5 // len(place) for place in PLACES for channel in place},
    "told of": 2,
    "ended": 20,
    "lapsed": 20,
    "sheets": 5,
    "swept": 10,
    "blocked": 10,
    "agreed": 10,
    "asked": 2,
    "glass broken": 5,
    "referred": 10,
    **dict.fromkeys(
        (
            "second basis",
            "withdrawn",
            "ended by withdrawal",
            "refused",
            "refused consent",
            "without consent",
            "sealed",
            "concealed",
            "closed",
            "came back",
            "lifted",
        ),
        3,
    ),
    **dict.fromkeys(
        (
            "rights",
            "held to the last second",
            "began later",
            "ended already",
            "ended, another basis left",
            "contract over",
            "contract runs",
            "left",
            "deactivated",
            "switched",
            "center person blocked",
            "glass held",
            "must not learn",
            "looked through",
            "off the agenda",
            "concealment lifted",
            "answered by the agency",
            "answered accepted",
            "answered first_contact",
            "answered returned",
            "revoked",
        ),
        1,
    ),
}

# In one part one thing or the other may happen too seldom: how a history goes depends on the hour, too, and by night on chance.
# Then some more histories are told.
TRIES = 7
MORE = settings(PROFILE, max_examples=EXAMPLES // 3)


def run(machine, world, profile=PROFILE, begin=None):
    """Run a machine to its end and return how often each thing happened."""
    tally = Counter()
    own = type(machine.__name__, (machine,), {"world": world, "tally": tally})
    run_state_machine_as_test(own if begin is None else seed(begin)(own), settings=profile)
    return tally


def too_seldom(machine, world, part):
    """Run histories until everything happened often enough; return what did not."""
    tally = Counter()
    for attempt in range(TRIES):
        begin = None if IS_NIGHT else len(PARTS) * attempt + part
        tally += run(machine, world, MORE if attempt else PROFILE, begin)
        missing = {name: tally[name] for name, least in AT_LEAST.items() if tally[name] < least}
        if not missing:
            break
    return missing


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_all_doors_agree_with_the_dictionary(narrow, part):
    assert too_seldom(SharingMachine, narrow, part) == {}


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS_OF_DOOR)
def test_the_door_alone_agrees_with_the_dictionary(wearing, part):
    assert too_seldom(DoorAloneMachine, NarrowWorld(), part) == {}
