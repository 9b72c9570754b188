import pytest

from pages import demo


@pytest.fixture
def demo_site(db):
    """The pages of 見本市, published."""
    demo.load()
