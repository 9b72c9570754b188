"""The page of alarms: what it shows, says, keeps and records, whole."""

import datetime as dt
import html
import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from permissions.audit import views
from permissions.audit.alarms import raise_alarms
from permissions.audit.models import AlarmReview, AuditAlarm, AuditEntry
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.permissions.audit.test_alarms import act

URL = "/audit/alarms/"


def client_of(viewer):
    client = Client()
    sign_in(client, viewer)
    return client


@pytest.fixture
def two(world, shift_clock):
    """Two alarms, the newer first."""
    found = []
    for hours, viewer in enumerate((world.anshin_worker, world.kenko_worker)):
        shift_clock(dt.timedelta(hours=2 * hours))
        act(viewer, "refused", 51)
        found += raise_alarms()
    return found[::-1]


def send(viewer, alarm, **values):
    data = {f"{alarm.pk}-{name}": value for name, value in values.items()}
    return client_of(viewer).post(reverse("audit:alarm_review", args=[alarm.pk]), data, follow=True)


def listed(world):
    with acting_for(world.auditor):
        rows = AuditEntry.objects.filter(verb="listed").order_by("number")
        return [(row.user_id, row.subject, row.detail) for row in rows]


def test_page_shows_every_alarm_with_a_form_of_its_own_and_is_recorded(world, two):
    page = client_of(world.chief).get(URL)

    assert (page.status_code, page.templates[0].name) == (200, "marugoto_permissions/alarms.html")
    assert {name: page.context_data[name] for name in ("form", "overdue")} == {"form": None, "overdue": 0}
    rows = page.context_data["rows"]
    assert [view.alarm for view, _form in rows] == two
    assert [(form.prefix, form.is_bound) for _view, form in rows] == [(str(each.pk), False) for each in two]
    assert listed(world) == [(world.chief.user.pk, "", {"list": "alarms", "shown": 2})]


def test_page_holds_so_many_and_counts_those_past_their_time(world, two, monkeypatch, shift_clock):
    assert views.ALARMS_SHOWN == 100
    monkeypatch.setattr(views, "ALARMS_SHOWN", 1)
    shift_clock(dt.timedelta(days=4))

    page = client_of(world.chief).get(URL)

    assert [view.alarm for view, _form in page.context_data["rows"]] == two[:1]
    assert page.context_data["overdue"] == 2
    assert listed(world)[0][2]["shown"] == 1


def test_what_is_missing_is_said_at_its_alarm_and_what_was_typed_stays(world, two):
    page = send(world.chief, two[1], words="電話で確かめた")

    assert (page.status_code, page.templates[0].name) == (422, "marugoto_permissions/alarms.html")
    (_newer, other), (_older, sent) = page.context_data["rows"]
    assert page.context_data["form"] is sent
    assert (set(sent.errors), sent["words"].value()) == ({"outcome"}, "電話で確かめた")
    assert (other.is_bound, other.prefix) == (False, str(two[0].pk))
    assert len(listed(world)) == 1


def test_refusal_is_said_on_the_page(world):
    act(world.chief, "refused", 51)
    (own,) = raise_alarms()

    page = send(world.chief, own, outcome="duty", words="私です")

    assert page.status_code == 422
    ((_view, sent),) = page.context_data["rows"]
    assert page.context_data["form"] is sent
    assert sent.non_field_errors() == ["自分についての警報は、ほかの人が確かめます。"]


def test_what_was_found_is_kept_and_the_page_says_so(world, two):
    page = send(world.chief, two[0], outcome="explained", words="電話で確かめた")

    assert page.redirect_chain == [(URL, 302)]
    told = re.findall(r'm-banner[^"]*"><p>(.*?)</p>', page.content.decode())
    assert [html.unescape(text) for text in told] == ["確かめたことを記録しました。"]
    with acting_for(world.chief):
        (row,) = AlarmReview.objects.values_list("alarm", "outcome", "words", "reviewed_by")
    assert row == (two[0].pk, "explained", "電話で確かめた", world.chief.membership.pk)


def test_alarm_that_is_not_there_is_not_found_and_a_link_reviews_nothing(world, two):
    client = client_of(world.chief)
    nowhere = reverse("audit:alarm_review", args=[uuid.uuid4()])
    there = reverse("audit:alarm_review", args=[two[0].pk])

    assert client.post(nowhere, {"outcome": "duty", "words": "x"}).status_code == 404
    assert (client.get(there).status_code, client.post(URL).status_code) == (405, 405)
    with acting_for(world.chief):
        assert AuditAlarm.objects.count() == 2
        assert not AlarmReview.objects.exists()
