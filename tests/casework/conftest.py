import pytest

from tests.casework.canaries import CanaryWorld
from tests.casework.narrow import NarrowWorld
from tests.worlds import World


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


@pytest.fixture
def canaries(kept_canaries: CanaryWorld) -> CanaryWorld:
    """The world with a row for every label, in a test that runs as the application's role."""
    return kept_canaries


@pytest.fixture
def narrow(kept_narrow: NarrowWorld) -> NarrowWorld:
    """The same with what not everybody reads whom its label reaches."""
    return kept_narrow
