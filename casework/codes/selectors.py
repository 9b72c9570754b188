"""Reading codes: the words of a stored code, the choices of a form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils.functional import lazy

from permissions.walls.clock import ClockToday

from .models import Code
from .read_once import ReadOnce

Book = dict[str, dict[str, Any]]  # list, code: a row of all_codes()

IS_OFFERED = Q(valid_from__lte=ClockToday()) & (Q(valid_to__isnull=True) | Q(valid_to__gte=ClockToday()))


def all_codes() -> QuerySet[Any]:
    """Return every code, retired ones too, in the order of their lists; each with ``is_offered`` and ``today``.

    Codes hold no case content: whoever is signed in reads them.
    """
    return Code.objects.annotate(
        is_offered=ExpressionWrapper(IS_OFFERED, output_field=BooleanField()), today=ClockToday()
    ).order_by("list_code", "position", "code")


def _read_all() -> Book:
    book: Book = {}
    for code in all_codes():
        book.setdefault(code.list_code, {})[code.code] = code
    return book


# A list page asks once, whatever its length.
_book = ReadOnce("codes_read", _read_all)


def forget_read() -> None:
    """Let the rest of this request read anew, after a change."""
    _book.forget()


def codes_of(list_code: str) -> list[Any]:
    """Return a list with its retired codes, in order. One query per request, for all lists together."""
    return list(_book().get(list_code, {}).values())


def label_of(list_code: str, code: str) -> str:
    """Return a stored code in the reader's language, retired or not; the code itself if nothing is known of it."""
    found = _book().get(list_code, {}).get(code)
    return found.words if found else code


def plain_label_of(list_code: str, code: str) -> str:
    """Return a stored code in easy Japanese, for what residents read."""
    found = _book().get(list_code, {}).get(code)
    return found.plain if found else code


def lazy_label(list_code: str, code: str) -> str:
    """Return the label as a text that is looked up when it is shown."""
    found: str = lazy(label_of, str)(list_code, code)
    return found


def choices_of(
    list_code: str, *, stored: Iterable[str] = (), without: Iterable[str] = ()
) -> list[tuple[str, str]]:
    """Return what may be chosen today, in order; a retired code only where it is what is stored."""
    keeps, leaves_out = set(stored), set(without)
    return [
        (code.code, code.words)
        for code in codes_of(list_code)
        if (code.is_offered or code.code in keeps) and code.code not in leaves_out
    ]
