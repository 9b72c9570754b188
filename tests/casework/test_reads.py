"""On which ground somebody saw what they saw."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from casework.sharing.actions import Ground, Label
from permissions.audit.models import AuditEntry
from permissions.walls.context import acting_for

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def rows_of(world, viewer, **which):
    with acting_for(world.auditor):
        return list(AuditEntry.objects.filter(user_id=viewer.user.pk, **which).order_by("number"))


def get(viewer, name, *args):
    client = Client()
    client.force_login(viewer.user, backend=BACKEND)
    return client.get(reverse(name, args=args))


def test_agency_reads_on_the_line_that_was_first(world, shift_clock):
    mother = world.hazuki.mother.pk
    (first,) = world.share(world.hazuki, world.anshin, Label(mother, "basic"))
    shift_clock(timedelta(minutes=1))
    world.share(
        world.hazuki, world.anshin, Label(mother, "basic"), ground=Ground("law", "高齢者虐待防止法7条")
    )
    (money,) = world.share(
        world.hazuki, world.anshin, Label(mother, "money"), ground=Ground("shien_kaigi", "第3回")
    )

    get(world.anshin_worker, "casework:case", world.hazuki.case.pk)

    rows = rows_of(world, world.anshin_worker, verb="read")
    assert {(row.person_id, row.item, row.basis, row.line_id) for row in rows} == {
        (None, "", "consent", first.pk),
        (mother, "basic", "consent", first.pk),
        (mother, "money", "shien_kaigi", money.pk),
    }


def test_center_reads_by_its_duty(world):
    get(world.chief, "casework:case", world.hazuki.case.pk)

    assert {(row.basis, row.line_id) for row in rows_of(world, world.chief, verb="read")} == {("duty", None)}


@pytest.mark.parametrize(
    ("name", "more", "shown"),
    [
        ("casework:person_item", ("money",), {"money", "basic"}),
        ("casework:person_edit", (), {"basic"}),
        ("casework:household_edit", None, {"basic"}),
        ("casework:share_add", None, {""}),
    ],
)
def test_forms_say_which_item_they_showed(world, name, more, shown):
    case, mother = world.hazuki.case.pk, world.hazuki.mother.pk

    get(world.coordinator, name, case, *(() if more is None else (mother, *more)))

    rows = rows_of(world, world.coordinator, verb="read")
    assert {(row.case_id, row.item) for row in rows} == {(case, item) for item in shown}
    assert len({row.request_id for row in rows}) == 1


def test_list_is_one_row_with_the_number_of_what_it_showed(world):
    get(world.chief, "casework:case_list")

    (row,) = rows_of(world, world.chief, verb="listed")
    assert (row.detail, row.case_id) == ({"list": "cases", "shown": 2, "first": True}, None)


def test_page_that_is_refused_is_no_read(world):
    response = get(world.anshin_worker, "casework:case", world.hazuki.case.pk)
    absent = get(world.anshin_worker, "casework:case", uuid.uuid4())

    assert (response.status_code, absent.status_code) == (404, 404)
    rows = rows_of(world, world.anshin_worker)
    assert [(row.verb, row.case_id) for row in rows] == [("refused", None)] * 2
