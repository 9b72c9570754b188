import pytest

from permissions.audit import seals
from tests.permissions.audit.sealing import sealed_numbers


@pytest.fixture(autouse=True)
def seal_file(settings, tmp_path, monkeypatch):
    """A seal file of this test alone, and one seal for whatever numbers other tests used up (no rollback gives them back)."""
    monkeypatch.setattr(seals, "NUMBERS_AT_ONCE", 10**12)
    path = tmp_path / "outside" / "seals"
    settings.MARUGOTO_SEAL_FILE = path
    return path


@pytest.fixture
def world(kept_world):
    return kept_world


@pytest.fixture
def sealed(wearing, seal_file):
    """Four batches of three rows, sealed: their numbers. The test is the owner and may tamper with everything."""
    return sealed_numbers(wearing)
