"""Legal bases that a city added: from its settings into the database, which enforces their rule."""

from __future__ import annotations

from typing import Any

from .bases import added_bases
from .models import AddedBasis


def write_added_bases(*, using: str, apps: Any, **kwargs: Any) -> None:
    """Write the rules of settings.MARUGOTO_BASES, as owner, after each migrate. Takes none away: lines name them."""
    try:
        apps.get_model("casework", "AddedBasis")
    except LookupError:
        return  # migrated back to before there was such a table
    for code, words in added_bases().items():
        AddedBasis.objects.using(using).update_or_create(
            code=code, defaults={"needs_approval": bool(words["needs_approval"])}
        )
