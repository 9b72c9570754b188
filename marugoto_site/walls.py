"""What the role of a public node may do with the tables of Django."""

from __future__ import annotations

from permissions.walls.public_node import PublicGrant

PUBLIC: tuple[PublicGrant, ...] = (
    PublicGrant("django_content_type", "Wagtail looks up the type of a page"),
    PublicGrant("django_migrations", "/readyz asks whether one is missing"),
    PublicGrant(
        "marugoto_cache_public",
        "limits per network; a cache of its own, so that it cannot touch the one of the staff",
        rights=("SELECT", "INSERT", "UPDATE", "DELETE"),
    ),
)
