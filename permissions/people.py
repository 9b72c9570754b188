"""How the people who work here are called on screen and paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def name_of(user: User) -> str:
    """Return family name before given name, as in Japan; the user name when there is neither."""
    return f"{user.last_name} {user.first_name}".strip() or user.get_username()
