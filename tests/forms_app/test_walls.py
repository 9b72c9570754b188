"""The database alone, without any code of ours in between."""

from __future__ import annotations

import uuid
from importlib import import_module
from typing import Any

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from forms_app.submissions.actions import receive_submission
from forms_app.submissions.given import GivenAnswer
from forms_app.walls import WALLS
from permissions.walls.context import acting_for, clock, receipt, receiving
from permissions.walls.installer import install_sql

from .conftest import make_person, publish

pytestmark = pytest.mark.django_db
frozen = import_module("forms_app.migrations.0002_walls")

TABLES = ("submission", "answer", "receipt", "message", "outboxrow")
SECRET = "だれにも言えないこと"


def counts() -> dict[str, int]:
    """What plain SQL finds in each table."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM forms_app_{table}")
            found[table] = cursor.fetchone()[0]
    return found


def run(sql: str, *values: Any) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


@pytest.fixture
def sent(revision):
    return receive_submission(
        revision,
        [GivenAnswer("story", "multiline", "話", SECRET, SECRET)],
        key=uuid.uuid4().hex,
        language="ja",
    )


NOTHING = dict.fromkeys(TABLES, 0)
ALL = {"submission": 1, "answer": 1, "receipt": 1, "message": 0, "outboxrow": 1}


def test_untold_connection_finds_nothing(sent):
    assert counts() == NOTHING


def test_anonymous_sender_finds_nothing_of_own_and_others(sent, revision):
    with receiving(revision.form_id):
        assert counts() == NOTHING


def test_holder_of_receipt_finds_state_and_no_content(sent):
    with receipt(sent.reference_hash):
        assert counts() == NOTHING | {"receipt": 1}
    with receipt("0" * 64):
        assert counts() == NOTHING


@pytest.mark.parametrize("role", ["reception", "coordinator", "chief"])
def test_center_finds_what_was_sent_to_either_center_agency(sent, office, role):
    with acting_for(getattr(office, role)):
        assert counts() == ALL


@pytest.mark.parametrize("role", ["editor", "sysadmin", "reader", "stranger"])
def test_roles_that_read_no_submission_find_nothing(sent, office, role):
    with acting_for(getattr(office, role)):
        assert counts() == NOTHING


def test_job_of_delivery_finds_all_and_another_job_nothing(sent):
    with clock("deliver_submissions"):
        assert counts() == ALL
    with clock("something_else"):
        assert counts() == NOTHING


def test_ended_membership_finds_nothing_at_once(sent, office):
    membership = office.reception.membership
    membership.ended_at = "2026-01-01T00:00:00Z"
    membership.save()
    with acting_for(office.reception):
        assert counts() == NOTHING


def test_submission_to_own_agency_stays_outside_the_center(office, revision):
    revision.form.destination_agency = office.agency
    receive_submission(revision, [], key="k", language="ja")
    with acting_for(office.chief):
        assert counts() == NOTHING


@pytest.mark.parametrize("table", ["submission", "answer", "formrevision"])
def test_frozen_rows_refuse_change_for_everybody(sent, office, table):
    for sql in (f"UPDATE forms_app_{table} SET id = id", f"DELETE FROM forms_app_{table}"):
        with acting_for(office.chief), pytest.raises(ProgrammingError):
            run(sql)
        with clock("deliver_submissions"), pytest.raises(ProgrammingError):
            run(sql)


def test_sender_cannot_send_to_another_form_than_told(office, revision):
    with receiving(uuid.uuid4()), pytest.raises(ProgrammingError):
        run(
            "INSERT INTO forms_app_receipt (id, form_id, destination_agency_id, reference_hash, phrase_hash, hint,"
            " received_at) VALUES (%s, %s, %s, 'x', 'x', 'x', now())",
            uuid.uuid4(), revision.form_id, office.center.pk,
        )  # fmt: skip


def test_reader_moves_states_and_nothing_else_of_a_receipt(sent, office):
    with acting_for(office.reception):
        assert run("UPDATE forms_app_receipt SET read_at = now()") == 1
        with pytest.raises(ProgrammingError):
            run("UPDATE forms_app_receipt SET phrase_hash = ''")
    with acting_for(office.editor):
        assert run("UPDATE forms_app_receipt SET read_at = NULL") == 0
    with receipt(sent.reference_hash):
        assert run("UPDATE forms_app_receipt SET read_at = NULL") == 0


def test_holder_of_receipt_cannot_write_in_the_name_of_the_center(sent, office):
    insert = (
        "INSERT INTO forms_app_message (id, receipt_id, author, body, written_at, written_by_id)"
        " VALUES (%s, %s, %s, 'x', now(), %s)"
    )
    with receipt(sent.reference_hash):
        with pytest.raises(ProgrammingError):
            run(insert, uuid.uuid4(), sent.receipt_id, "center", office.reception.user.pk)
        assert run(insert, uuid.uuid4(), sent.receipt_id, "citizen", None) == 1
    with receipt("0" * 64), pytest.raises(ProgrammingError):
        run(insert, uuid.uuid4(), sent.receipt_id, "citizen", None)


def test_other_agencies_editor_finds_no_form_and_changes_none(office, revision):
    other = make_person("other-editor", office.itaku, "editor")
    with acting_for(other):
        assert run("SELECT 1 FROM forms_app_consultationform") == 0
        assert run("UPDATE forms_app_consultationform SET title = 'x'") == 0


def test_draft_is_found_by_its_agency_only(office, revision):
    with acting_for(office.editor):
        draft = revision.form
        draft.pk, draft.slug, draft.first_published_at = uuid.uuid4(), "draft", None
        draft.live, draft.live_revision, draft.latest_revision = False, None, None
        draft.save(force_insert=True)
        assert run("SELECT 1 FROM forms_app_consultationform WHERE slug = 'draft'") == 1
    assert run("SELECT 1 FROM forms_app_consultationform WHERE slug = 'draft'") == 0
    with acting_for(office.stranger):
        assert run("SELECT 1 FROM forms_app_consultationform WHERE slug = 'draft'") == 0


def test_reception_cannot_publish(office, revision):
    with pytest.raises(DatabaseError):
        publish(revision.form, office.reception)


def test_migration_freezes_what_the_data_says():
    assert install_sql(WALLS).strip() == frozen.WALLS.strip()


@pytest.mark.parametrize("table", ["form", "formsubmission", "formsubmissionfile"])
def test_library_tables_stay_empty(table):
    assert run(f"SELECT 1 FROM wagtailstreamforms_{table}") == 0
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(f"INSERT INTO wagtailstreamforms_{table} DEFAULT VALUES")
