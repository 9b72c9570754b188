"""From where: the true client behind proxies we trust, and nobody's address for citizens."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from permissions.access import public
from permissions.audit.actions import record
from permissions.audit.models import AuditEntry
from permissions.audit.origin import (
    AuditOrigin,
    client_address,
    coming_from,
    current_origin,
    nobodys_address,
)
from permissions.walls.context import acting_for

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.mark.parametrize(
    ("proxies", "passed_on", "address"),
    [
        (0, "192.0.2.9", "10.0.0.1"),
        (1, "192.0.2.9", "192.0.2.9"),
        (1, "203.0.113.5, 192.0.2.9", "192.0.2.9"),
        (2, "203.0.113.5, 192.0.2.9, 10.1.1.1", "192.0.2.9"),
        (2, "192.0.2.9", "10.0.0.1"),
        (1, "not an address", None),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "fe80::7%eth0", "fe80::7"),
        (1, "", None),
    ],
)
def test_address_is_the_one_that_our_own_proxies_saw(settings, proxies, passed_on, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=passed_on)

    assert client_address(request) == address


@pytest.mark.parametrize("meta", [{}, {"HTTP_X_FORWARDED_FOR": "192.0.2.9"}])
def test_request_without_an_address_has_none(settings, meta):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    request = HttpRequest()
    request.META = meta

    assert client_address(request) is None


def test_only_what_is_done_inside_has_no_address():
    @nobodys_address()
    def fail():
        assert (current_origin(), outer.address) == (outer, None)
        raise ZeroDivisionError

    with coming_from("192.0.2.7") as outer:
        assert current_origin() is outer
        for _twice in range(2):
            with pytest.raises(ZeroDivisionError):
                fail()
            assert outer.address == "192.0.2.7"
        with coming_from(None) as inner:
            assert (current_origin(), inner.address) == (inner, None)
            assert inner.request_id != outer.request_id
        assert current_origin() is outer
    with nobodys_address():
        assert current_origin() is None


def rows_of(world, **which):
    with acting_for(world.auditor):
        return list(AuditEntry.objects.filter(**which).order_by("number"))


def test_page_of_a_case_is_one_act_with_one_request_number(world):
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.force_login(world.chief.user, backend=BACKEND)

    for _twice in range(2):
        client.get(reverse("casework:case", args=[world.hazuki.case.pk]))

    rows = rows_of(world, verb="read", case_id=world.hazuki.case.pk)
    assert len({row.request_id for row in rows}) == 2
    assert {(row.address, row.role, row.agency_id) for row in rows} == {
        ("192.0.2.7", "chief", world.center.pk)
    }
    assert len(rows) > 10


def test_citizen_leaves_no_address(world):
    @public(reason="a test")
    def view(request):
        record(None, "contact_received", None)
        return HttpResponse()

    AuditOrigin(view)(RequestFactory().get("/", REMOTE_ADDR="192.0.2.7"))

    (row,) = rows_of(world, verb="contact_received")
    assert (row.address, row.request_id is not None) == (None, True)


def test_failed_sign_in_leaves_its_address(world):
    Client(REMOTE_ADDR="192.0.2.7").post(reverse("account_login"), {"login": "nobody", "password": "x"})

    (row,) = rows_of(world, verb="sign_in_failed")
    assert row.address == "192.0.2.7"


def test_what_is_recorded_outside_a_request_has_no_address(world):
    with acting_for(world.chief):
        record(world.chief, "looked", None)

    (row,) = rows_of(world, verb="looked")
    assert (row.address, row.request_id is not None) == (None, True)
