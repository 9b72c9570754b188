import pytest

from tests.worlds import World


@pytest.fixture(autouse=True)
def seal_file(settings, tmp_path):
    """A seal file of this test alone."""
    path = tmp_path / "outside" / "seals"
    settings.MARUGOTO_SEAL_FILE = path
    return path


@pytest.fixture
def world(db):
    return World()
