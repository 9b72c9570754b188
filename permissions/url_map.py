"""Walking every URL of the project: for the system check and for the access matrix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from permissions.access import Access, declared_access
from permissions.access_library import LibraryUrl, library_urls

OUR_PACKAGES = frozenset({"permissions", "pages", "forms_app", "casework", "marugoto_site"})


@dataclass(frozen=True)
class MappedUrl:
    """One pattern: its whole route, its name with namespaces, and who may open it (one of the two, or none)."""

    route: str
    name: str
    callback: Any
    access: Access | None
    library: LibraryUrl | None

    @property
    def is_ours(self) -> bool:
        return self.callback.__module__.partition(".")[0] in OUR_PACKAGES

    @property
    def is_declared(self) -> bool:
        by_library = self.library is not None and (self.library.is_gated or not self.is_ours)
        return self.access is not None or by_library


def mapped_urls() -> Iterator[MappedUrl]:
    """Yield every URL pattern of the root configuration."""
    yield from _walk(get_resolver().url_patterns, "", "")


def _walk(patterns: list[URLPattern | URLResolver], route: str, namespace: str) -> Iterator[MappedUrl]:
    for pattern in patterns:
        whole = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, whole, inner)
        else:
            library = next((known for known in library_urls() if whole.startswith(known.prefix)), None)
            yield MappedUrl(
                whole,
                f"{namespace}{pattern.name or ''}",
                pattern.callback,
                declared_access(pattern.callback),
                library,
            )
