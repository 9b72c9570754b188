"""Writing the log: the statement of one row is kept by the server, unless a pooler stands between. The rows are the same."""

import uuid

import pytest
from django.db import connection

from permissions.audit.actions import Ground, record, record_each, record_reads
from permissions.audit.models import AuditEntry
from permissions.audit.origin import coming_from
from permissions.walls.context import acting_for

pytestmark = pytest.mark.django_db

CASE, PERSON, LINE = (uuid.UUID(int=number) for number in (1, 2, 3))
WHOLE = {"case": CASE, "person": PERSON, "item": "money", "ground": Ground("consent", LINE)}
WORDS = {"list": "見本 '\" %s \\", "rows": 3}
WHO = ("user_id", "membership_id", "agency_id", "role", "address")
WHAT = ("verb", "subject", "subject_id", "case_id", "person_id", "item", "basis", "line_id", "detail")


@pytest.fixture(params=[1, None], ids=["kept", "pooled"])
def threshold(request, db, monkeypatch):
    options = {**connection.settings_dict["OPTIONS"], "prepare_threshold": request.param}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    connection.ensure_connection()
    monkeypatch.setattr(connection.connection, "prepare_threshold", request.param)
    return request.param


def act(viewer):
    """Leave rows with and without a person, an address, a case, words of detail."""
    with acting_for(viewer), coming_from("2001:db8::7"):
        record(viewer, "acted", viewer.user, **WHOLE, detail=WORDS)
        record(viewer, "acted", None)
        record_reads(viewer, [(viewer.user, CASE, PERSON, item) for item in ("basic", "money")])
    record(None, "acted", None)


def test_rows_say_what_was_done(world, threshold):
    viewer = world.anshin_worker
    act(viewer)

    with acting_for(world.auditor):
        found = list(
            AuditEntry.objects.filter(verb__in=["acted", "read"]).order_by("number").values_list(*WHO, *WHAT)
        )
    who = (viewer.user.pk, viewer.membership.pk, viewer.agency.pk, "agency_staff", "2001:db8::7")
    user = ("auth.user", str(viewer.user.pk))
    bare = ("acted", "", "", None, None, "", "", None, {})
    assert found == [
        (*who, "acted", *user, CASE, PERSON, "money", "consent", LINE, WORDS),
        (*who, *bare),
        (*who, "read", *user, CASE, PERSON, "basic", "", None, {}),
        (*who, "read", *user, CASE, PERSON, "money", "", None, {}),
        (None, None, None, "", None, *bare),
    ]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_each_of_many_is_recorded_as_by_itself(world, count):
    viewer = world.anshin_worker
    subjects = [(world.anshin_worker.user, CASE), (world.chief.user, PERSON), (world.auditor.user, LINE)][
        :count
    ]
    with acting_for(viewer), coming_from("2001:db8::7") as origin:
        for subject, case in subjects:
            record(viewer, "one", subject, case=case)
        alone = origin.rows
        record_each(viewer, "many", subjects)
        assert (alone, origin.rows) == (count, 2 * count)

    def found(verb):
        rows = AuditEntry.objects.filter(verb=verb).order_by("number")
        return list(rows.values_list(*WHO, *WHAT[1:], "request_id", "at"))

    with acting_for(world.auditor):
        assert found("many") == found("one")
        assert len(found("many")) == count


def test_request_knows_how_many_rows_it_has_left(world):
    viewer, counts = world.anshin_worker, []
    with acting_for(viewer), coming_from(None) as origin:
        for acts in (1, 2, 3):
            record_reads(viewer, [(viewer.user, CASE, PERSON, "basic")] * acts)
            counts.append(origin.rows)
        record_reads(viewer, [])

    assert (counts, origin.rows) == ([1, 3, 6], 6)


def test_one_statement_is_kept_whatever_is_missing_and_none_through_a_pooler(world, threshold):
    connection.connection.execute("DEALLOCATE ALL")
    connection.connection._prepared.clear()

    act(world.anshin_worker)

    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        kept = [statement for (statement,) in cursor.fetchall()]
    assert [text.startswith("INSERT INTO marugoto_permissions_auditentry") for text in kept] == [True] * (
        threshold or 0
    )
