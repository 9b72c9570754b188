"""An act on a case leaves an event and a row of the log, in one statement."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.cases.models import CaseEvent
from casework.events import case_event_recorded, record_event
from permissions.audit.models import AuditEntry
from permissions.audit.origin import coming_from
from permissions.walls.context import acting_for

pytestmark = pytest.mark.django_db

BEFORE, AFTER = {"name": "見本 '\" %s \\"}, {"name": None, "rows": [1, 2]}


@pytest.fixture(params=[1, None], ids=["kept", "pooled"])
def threshold(request, db, monkeypatch):
    options = {**connection.settings_dict["OPTIONS"], "prepare_threshold": request.param}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    connection.ensure_connection()
    monkeypatch.setattr(connection.connection, "prepare_threshold", request.param)


def test_event_and_log_are_one_statement(world, threshold):
    case, person, by = world.hazuki.case, world.hazuki.mother, world.chief
    with acting_for(by), coming_from("192.0.2.7"), CaptureQueriesContext(connection) as asked:
        record_event(
            by,
            "acted",
            person,
            case_id=case.pk,
            person_id=person.pk,
            item="money",
            before=BEFORE,
            after=AFTER,
        )
        record_event(by, "acted", case, case_id=case.pk)

    with acting_for(by):
        events = list(
            CaseEvent.objects.filter(verb="acted")
            .order_by("-item")
            .values_list("case_id", "person_id", "item", "actor_id", "before", "after")
        )
    with acting_for(world.auditor):
        rows = list(
            AuditEntry.objects.filter(verb="acted")
            .order_by("number")
            .values_list("case_id", "person_id", "item", "membership_id", "subject", "subject_id", "address")
        )
    member = by.membership.pk
    assert len(asked) == 2
    assert events == [
        (case.pk, person.pk, "money", member, BEFORE, AFTER),
        (case.pk, None, "", member, {}, {}),
    ]
    assert rows == [
        (case.pk, person.pk, "money", member, "casework.person", str(person.pk), "192.0.2.7"),
        (case.pk, None, "", member, "casework.case", str(case.pk), "192.0.2.7"),
    ]


def test_event_bears_the_databases_time_and_a_key_that_hooks_get(world, shift_clock):
    seen = []

    case_event_recorded.connect(lambda **told: seen.append(told["event_id"]), weak=False, dispatch_uid="seen")
    with acting_for(world.chief):
        record_event(world.chief, "acted", world.hazuki.case, case_id=world.hazuki.case.pk)
        event = CaseEvent.objects.get(verb="acted")
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_now()")
            assert event.at == cursor.fetchone()[0]
    case_event_recorded.disconnect(dispatch_uid="seen")
    assert seen == [event.pk]
