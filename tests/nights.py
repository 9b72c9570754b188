"""What is tried a few times for each commit, and often by night (make nightly)."""

import os

import pytest

IS_NIGHT = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"

by_night = pytest.mark.skipif(not IS_NIGHT, reason="by night")


def examples(*, day: int, night: int) -> int:
    """Return how many examples hypothesis makes of a test that takes long."""
    return night if IS_NIGHT else day
