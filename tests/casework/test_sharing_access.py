"""How a URL about a case finds it, what it says of itself, and what the worker's clock tidies up."""

import datetime as dt

import pytest
from django.http import Http404, HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.sharing.access import _load, case_view
from casework.sharing.actions import Ground, Label, block
from casework.sharing.clocks import sweep_lapsed_lines
from casework.sharing.models import PersonGrant, Share
from permissions.access import Access, declared_access
from permissions.audit.models import AuditEntry
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in

pytestmark = pytest.mark.django_db


def a_view(request, case):
    return HttpResponse(case.number)


def test_a_case_view_declares_its_permission_and_whether_it_asks_anew():
    declared = [
        declared_access(case_view()(a_view)),
        declared_access(case_view("casework.share")(a_view)),
        declared_access(case_view("casework.share", fresh=True)(a_view)),
    ]

    assert declared == [
        Access("requires", "casework.view_case", fresh=False),
        Access("requires", "casework.share", fresh=False),
        Access("requires", "casework.share", fresh=True),
    ]


def test_the_case_comes_with_whom_a_page_names_and_what_else_the_url_says(world, django_assert_num_queries):
    with acting_for(world.chief):
        type(world.hazuki.case).objects.filter(pk=world.hazuki.case.pk).update(
            worker=world.coordinator.membership
        )
        with django_assert_num_queries(1):
            loaded = _load(world.chief, case_id=world.hazuki.case.pk, line_id=7)
            case = loaded.pop("case")
            assert (case.holder.pk, case.worker.user.pk) == (world.center_itaku.pk, world.coordinator.user.pk)
    assert (case, loaded) == (world.hazuki.case, {"line_id": 7})


def test_a_case_outside_the_scope_is_not_there(world):
    with acting_for(world.chief):
        block(world.tomono.case, agency=None, user_id=world.chief.user.pk, reason="親族", by=world.chief)

    for viewer, case in ((world.anshin_worker, world.hazuki.case), (world.chief, world.tomono.case)):
        with acting_for(viewer), pytest.raises(Http404):
            _load(viewer, case_id=case.pk)


def test_a_page_about_a_case_leaves_a_read_in_the_log(world):
    client = Client()
    sign_in(client, world.chief)

    client.get(reverse("casework:share_add", args=[world.hazuki.case.pk]))

    with acting_for(world.auditor):
        assert AuditEntry.objects.filter(verb="read", case_id=world.hazuki.case.pk).exists()


def test_the_worker_tidies_up_after_lapsed_lines(world, shift_clock):
    ground = Ground("consent", "書面", until=timezone.now() + dt.timedelta(hours=1))
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"), ground=ground)
    shift_clock(dt.timedelta(hours=2))

    sweep_lapsed_lines()

    with acting_for(world.chief):
        assert not PersonGrant.objects.exists()
        assert Share.objects.get().closed_at is not None
