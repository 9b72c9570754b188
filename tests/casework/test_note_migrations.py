"""Notes from before there were paragraphs and before a note had one correction stay readable, and nobody's list moves."""

import os
import uuid

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from casework.notes.actions import NoteDraft, ParagraphDraft, write_note
from casework.notes.models import NoteParagraph
from casework.notes.selectors import standing_notes_for
from casework.sharing.actions import Label
from permissions.walls.context import acting_for
from tests import database
from tests.worlds import World

# Minutes, and of migrations that no change touches any more.
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("HYPOTHESIS_PROFILE") != "nightly", reason="by night"),
]

OLD_NOTE = """
INSERT INTO casework_note (id, case_id, person_id, item, occurred_at, method, title, body, author_id, written_at, corrects_id)
VALUES (%s, %s, %s, 'history', '2026-01-05', 'phone', %s, %s, %s, timestamptz '2026-01-06' + %s * interval '1 hour', %s)
"""
LISTS = """
SELECT (SELECT array_agg((id, last_visible_change_at) ORDER BY id)::text FROM casework_share),
       (SELECT array_agg((case_id, changed_at) ORDER BY case_id)::text FROM casework_caseactivity)
"""

SLEEPING = """
SELECT tgname FROM pg_trigger
 WHERE tgrelid IN ('casework_note'::regclass, 'casework_noteparagraph'::regclass) AND NOT tgisinternal AND tgenabled <> 'O'
"""


def _parent():
    """Return the migration that stands before the paragraphs, whatever its number."""
    migration = MigrationLoader(connection).get_migration("casework", "0027_note_paragraphs")
    return next(name for app, name in migration.dependencies if app == "casework")


def _newest():
    """Return the migration that the code of today needs."""
    ((_app, name),) = MigrationLoader(connection).graph.leaf_nodes("casework")
    return name


@pytest.fixture
def migrate():
    """Migrate casework as the owner:  migrate(target)"""

    def act(target):
        database.use(database.owner_settings())
        try:
            call_command("migrate", "casework", target, verbosity=0)
        finally:
            database.use(database.web_settings())

    return act


def _rows(as_owner, query, *values):
    with as_owner() as owner:
        return owner.execute(query, values or None).fetchall()


def test_old_notes_become_one_paragraph_and_their_corrections_a_row(migrate, as_owner):
    world = World()
    home = world.hazuki
    world.share(home, world.anshin, Label(home.mother.pk, "history"))
    migrate(_parent())
    first, second, third, fourth, alone = (uuid.uuid4() for _number in range(5))
    notes = (
        (first, "一", None), (second, "二", first), (third, "三", first), (fourth, "四", second), (alone, "別\n行", None),
    )  # fmt: skip
    with as_owner() as owner:
        for hour, (key, text, corrects) in enumerate(notes):
            author = world.coordinator.membership.pk
            owner.execute(OLD_NOTE, (key, home.case.pk, home.mother.pk, text, text, author, hour, corrects))
    before = _rows(as_owner, LISTS)

    migrate(_newest())

    assert _rows(as_owner, LISTS) == before
    with acting_for(world.anshin_worker):
        standing = standing_notes_for(world.anshin_worker, home.case, limit=9)
        found = {
            note.pk: [(x.kind, x.source, x.text) for x in note.paragraphs.all()]
            for each in standing
            for note in (each, *each.earlier)
        }
    assert found == {key: [("unsorted", "unknown", text)] for key, text, _corrects in notes}
    # Two had corrected the first, and one of them was corrected: all four stand in one row, in the order of writing.
    assert {note.pk: [each.pk for each in note.earlier] for note in standing} == {
        fourth: [third, second, first],
        alone: [],
    }
    assert {note.pk: note.correction_reason for note in standing} == {
        fourth: "訂正の理由は、本文に書かれています。",
        alone: "",
    }
    assert _rows(as_owner, SLEEPING) == []


def test_going_back_keeps_every_word(migrate, as_owner):
    world = World()
    said = (ParagraphDraft("fact", "self", "見たこと"), ParagraphDraft("next", "judged", "すること"))
    draft = NoteDraft(Label(None, "basic"), world.hazuki.case.opened_at, "phone", "見本", said)
    with acting_for(world.coordinator):
        note = write_note(world.hazuki.case, draft, by=world.coordinator)

    migrate(_parent())
    body = _rows(as_owner, "SELECT body FROM casework_note WHERE id = %s", note.pk)
    migrate(_newest())

    assert body == [("見たこと\n\nすること",)]
    with acting_for(world.coordinator):
        assert [(x.kind, x.text) for x in NoteParagraph.objects.all()] == [
            ("unsorted", "見たこと\n\nすること")
        ]
