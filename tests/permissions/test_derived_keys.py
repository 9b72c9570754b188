"""Keys of one purpose each: known values, so that what is locked today opens after the next release."""

import pytest
from cryptography.fernet import InvalidToken

from permissions.derived_keys import boxes_for, is_locked_today, keys_for


@pytest.fixture(autouse=True)
def _secrets(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "today", ["yesterday", "before"]


def test_keys_are_those_that_locked_what_stands_in_the_database():
    """Whoever changes a letter of how they are made shuts out what was locked before."""
    assert [key.hex() for key in keys_for(b"a")] == [
        "04114a3bfa2bb1eebd29a8f8cba1612452c07a3ee1f6c1aa940535eb98a06bd3",
        "ce2f68e09ecbc1c835c8f2eac76f2dbebca998081e1fc14f595e104bcba265a8",
        "c315c186ee09710c3b48258f409509930fc3170c3070b659ddf1d37a54902d9f",
    ]
    assert {len(key) for key in keys_for(b"a")} == {32}


def test_each_purpose_has_keys_of_its_own():
    assert set(keys_for(b"a")).isdisjoint(keys_for(b"b"))
    token = boxes_for(b"a").encrypt(b"secret").decode()

    assert boxes_for(b"a").decrypt(token) == b"secret"
    with pytest.raises(InvalidToken):
        boxes_for(b"b").decrypt(token)


def test_what_a_former_secret_locked_opens_and_is_to_be_locked_anew(settings):
    new = boxes_for(b"a").encrypt(b"secret").decode()
    settings.SECRET_KEY = "before"
    old = boxes_for(b"a").encrypt(b"secret").decode()
    settings.SECRET_KEY = "today"

    assert [boxes_for(b"a").decrypt(each) for each in (new, old)] == [b"secret"] * 2
    assert [is_locked_today(b"a", each) for each in (new, old, "nonsense")] == [True, False, False]
    assert not is_locked_today(b"b", new)
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        boxes_for(b"a").decrypt(old)
