"""By which name a function of other people is told: its own, or what it is."""

import functools

from permissions.hooks import path_of


class Nameless:
    def __call__(self, **ids):
        raise AssertionError


def test_path_names_the_function_or_the_kind_of_thing_that_has_no_name():
    def inner(**ids):
        raise AssertionError

    assert path_of(inner) == f"{__name__}.{inner.__qualname__}"
    assert path_of(functools.partial(inner)) == "functools.partial"
    assert path_of(Nameless()) == f"{__name__}.Nameless"
