"""People who sign in: in a world of two agencies besides the center."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from permissions.audit.models import AuditEntry
from permissions.viewer import Viewer
from permissions.walls.context import acting_for
from tests.worlds import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PASSWORD = "a-long-password-for-tests"


@pytest.fixture
def world(kept_world: World) -> World:
    return kept_world


@pytest.fixture
def signed_in() -> Callable[..., Client]:
    """A browser of somebody:  signed_in(world.anshin_worker)"""

    def sign_in(viewer: Viewer, **headers: str) -> Client:
        client = Client(headers=headers or None)
        client.force_login(viewer.user, backend=BACKEND)
        return client

    return sign_in


@pytest.fixture
def entries(world: World) -> Callable[..., list[Any]]:
    """What the log says, read by the auditor:  entries(verb="session_ended")"""

    def read(**filters: Any) -> list[Any]:
        with acting_for(world.auditor):
            return list(AuditEntry.objects.filter(**filters).order_by("at"))

    return read
