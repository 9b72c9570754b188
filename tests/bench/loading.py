"""Filling tables fast: constraints and indexes away, load, build them again from the same words."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

TABLES = (
    "casework_case", "casework_caseactivity", "casework_household", "casework_person", "casework_personcontact",
    "casework_personhealth", "casework_personmoney", "casework_note", "casework_noteparagraph", "casework_share", "casework_shareline",
    "casework_casegrant", "casework_persongrant", "casework_searchrow",
)  # fmt: skip

CONSTRAINTS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid)),
       contype = 'f'
  FROM pg_constraint
 WHERE contype IN ('f', 'p', 'u')
   AND (conrelid = ANY (%(tables)s::regclass[]) OR contype = 'f' AND confrelid = ANY (%(tables)s::regclass[]))
 ORDER BY contype = 'f' DESC, conrelid::regclass::text, conname
"""
INDEXES = """
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
  FROM pg_index i
 WHERE indrelid = ANY (%s::regclass[])
   AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u'))
 ORDER BY indexrelid::regclass::text
"""


@contextmanager
def bare_tables(owner: psycopg.Connection, *, validate: bool) -> Iterator[None]:
    """Take constraints, indexes and our triggers off for the load, and put the same ones back.

    Foreign keys come back unvalidated where ``validate`` is off: they hold for what comes later, and a
    million cases need not be compared once more (the small database, made by the same words, is).
    """
    constraints = owner.execute(CONSTRAINTS, {"tables": list(TABLES)}).fetchall()
    indexes = owner.execute(INDEXES, [list(TABLES)]).fetchall()
    for drop, _add, _is_foreign in constraints:
        owner.execute(drop)
    for drop, _add in indexes:
        owner.execute(drop)
    _triggers(owner, "DISABLE")
    yield
    _triggers(owner, "ENABLE")
    keys = [add for _drop, add, is_foreign in constraints if not is_foreign]
    foreign = [
        add if validate else f"{add} NOT VALID" for _drop, add, is_foreign in constraints if is_foreign
    ]
    for words in [*keys, *(add for _drop, add in indexes), *foreign]:
        owner.execute(words)


def _triggers(owner: psycopg.Connection, what: str) -> None:
    for table in TABLES:
        owner.execute(f"ALTER TABLE {table} {what} TRIGGER USER")
