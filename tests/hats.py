"""One test, several database roles: the owner, whom every policy lets through, and the application's role."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import connection

from tests import database

Wearing = Callable[[str], AbstractContextManager[None]]


@pytest.fixture
def owner_session(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Log in as the owner of the tables. Comes before the test's transaction."""
    with django_db_blocker.unblock():
        database.use(database.owner_settings())
    yield
    with django_db_blocker.unblock():
        database.use(database.web_settings())


@pytest.fixture
def wearing(owner_session: None, db: None) -> Wearing:
    """Change hats within one transaction that is rolled back:  with wearing("app_web"): ...

    The test begins as app_owner, whom every policy lets through. It may plant a fault in a policy, look at it
    as app_web, and nothing of it stays.
    """

    @contextmanager
    def hat(role: str) -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            before = cursor.fetchone()[0]
            cursor.execute(f"SET LOCAL ROLE {role}")
        yield
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {before}")

    return hat
