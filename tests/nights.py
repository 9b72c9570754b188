"""What is tried a few times for each commit, and often by night (make nightly)."""

import os

IS_NIGHT = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


def examples(*, day: int, night: int) -> int:
    """Return how many examples hypothesis makes of a test that takes long."""
    return night if IS_NIGHT else day
