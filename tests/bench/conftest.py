from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests import database
from tests.bench import databases


@pytest.fixture(scope="session", autouse=True)
def _migrated_once(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The empty database of the benchmarks is a copy of the tests' own: migrating another takes a minute.

    Under a name of its own, as its clock can be moved: `make bench` measures with none of that.
    """
    name, mark = "bench_empty_of_tests", databases._mark()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(databases, "EMPTY", name)
        with django_db_blocker.unblock(), databases.ours_alone(name):
            if not databases._is_kept(name, mark):
                database.copy_clean(connection.settings_dict["TEST"]["NAME"], name)
                databases._note(name, mark)
        yield
