import pytest

from tests.casework.canaries import CanaryWorld
from tests.worlds import World


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def canaries(db: None) -> CanaryWorld:
    """The world with a row for every label, in a test that runs as the application's role."""
    return CanaryWorld()
