"""Writing the keys of what the center wrote, in the transaction of the writing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.db import connections

from casework.sharing.items import Item

from .keys import VERSION, lines_of_contact, lines_of_household, lines_of_person

if TYPE_CHECKING:
    from casework.households.models import Household, Person, PersonContact

_WRITE = """
INSERT INTO casework_searchrow (id, scope, case_id, person_id, item, sorted_at, words, version)
SELECT %s, 0, c.id, %s, %s, c.opened_at, %s, %s FROM casework_case c WHERE c.id = %s
ON CONFLICT (case_id, scope, person_id, item) DO UPDATE SET words = EXCLUDED.words, version = EXCLUDED.version
 WHERE (casework_searchrow.words, casework_searchrow.version) IS DISTINCT FROM (EXCLUDED.words, EXCLUDED.version)
"""
_WRITE_ALL = """
INSERT INTO casework_searchrow (id, scope, case_id, person_id, item, sorted_at, words, version)
SELECT v.id, 0, c.id, v.person_id, v.item, c.opened_at, v.words, v.version
  FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::int[], %s::uuid[])
       AS v (id, person_id, item, words, version, case_id)
  JOIN casework_case c ON c.id = v.case_id
ON CONFLICT (case_id, scope, person_id, item) DO UPDATE SET words = EXCLUDED.words, version = EXCLUDED.version
 WHERE (casework_searchrow.words, casework_searchrow.version) IS DISTINCT FROM (EXCLUDED.words, EXCLUDED.version)
"""

# Case, person (none: the household), item, keys.
Keys = tuple[uuid.UUID, uuid.UUID | None, str, list[str]]


def keys_of_person(person: Person) -> Keys:
    """Return the keys of a person's basics."""
    return person.case_id, person.pk, Item.BASIC, lines_of_person(person.name, person.kana, person.birth_on)


def keys_of_contact(contact: PersonContact) -> Keys:
    """Return the keys of how a person is reached: telephone numbers and the address."""
    lines = lines_of_contact(contact.phone, contact.address)
    return contact.case_id, contact.person_id, Item.CONTACT, lines


def keys_of_household(household: Household) -> Keys:
    """Return the key of a household's name."""
    return household.case_id, None, Item.BASIC, lines_of_household(household.name)


_KEYS: dict[str, Callable[[Any], Keys]] = {
    "Household": keys_of_household,
    "Person": keys_of_person,
    "PersonContact": keys_of_contact,
}


def index(row: Any) -> None:
    """Write the keys of a row that has just been written; rows without keys are left alone.

    The rows of agencies follow in the database.
    """
    keys = _KEYS.get(type(row).__name__)
    if keys:
        _write(*keys(row))


def index_all(rows: Iterable[Any]) -> None:
    """Write the keys of many rows as ``index`` does, in one statement."""
    values = [_values(*_KEYS[type(row).__name__](row)) for row in rows if type(row).__name__ in _KEYS]
    if values:
        with connections["default"].cursor() as cursor:
            cursor.execute(_WRITE_ALL, [list(column) for column in zip(*values, strict=True)])


def _write(
    case_id: uuid.UUID, person_id: uuid.UUID | None, item: str, lines: list[str], *, using: str = "default"
) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(_WRITE, _values(case_id, person_id, item, lines))


def _values(case_id: uuid.UUID, person_id: uuid.UUID | None, item: str, lines: list[str]) -> list[Any]:
    return [uuid.uuid4(), person_id, item, "\n".join(lines), VERSION, case_id]


# --- after a migrate ------------------------------------------------------------------------------------

_STALE = {
    Item.BASIC: """
SELECT p.case_id, p.id, p.name, p.kana, p.birth_on FROM casework_person p LEFT JOIN casework_searchrow r
    ON r.case_id = p.case_id AND r.scope = 0 AND r.person_id = p.id AND r.item = 'basic'
 WHERE r.version IS DISTINCT FROM %s LIMIT 1000""",
    Item.CONTACT: """
SELECT c.case_id, c.person_id, c.phone, c.address FROM casework_personcontact c LEFT JOIN casework_searchrow r
    ON r.case_id = c.case_id AND r.scope = 0 AND r.person_id = c.person_id AND r.item = 'contact'
 WHERE r.version IS DISTINCT FROM %s LIMIT 1000""",
    "": """
SELECT h.case_id, NULL, h.name FROM casework_household h LEFT JOIN casework_searchrow r
    ON r.case_id = h.case_id AND r.scope = 0 AND r.person_id IS NULL AND r.item = 'basic'
 WHERE r.version IS DISTINCT FROM %s LIMIT 1000""",
}
_LINES: dict[str, Callable[..., list[str]]] = {
    Item.BASIC: lines_of_person,
    Item.CONTACT: lines_of_contact,
    "": lines_of_household,
}


def write_stale_keys(*, using: str, apps: Any, **kwargs: Any) -> None:
    """Write, as owner after each migrate, the keys of rows that have none or those of an older folding."""
    try:
        apps.get_model("casework", "SearchRow")
    except LookupError:
        return  # migrated back to before there was such a table
    for item, stale in _STALE.items():
        while rows := _stale_rows(stale, using):
            for case_id, person_id, *values in rows:
                _write(case_id, person_id, item or Item.BASIC, _LINES[item](*values), using=using)


def _stale_rows(stale: str, using: str) -> list[tuple[Any, ...]]:
    with connections[using].cursor() as cursor:
        cursor.execute(stale, [VERSION])
        return list(cursor.fetchall())
