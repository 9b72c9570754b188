"""Who is asking, for every request; and the gate before Wagtail's admin."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from wagtail.models import Page

from permissions.middleware import CLOSED_CMS_SCREENS, CmsGate, ViewerMiddleware
from permissions.walls.context import acting_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(kept_world):
    return kept_world


def request_of(viewer, path="/cms/", **more):
    request = RequestFactory().get(path, **more)
    request.user = viewer.user if viewer else AnonymousUser()
    request.session = {}
    return request


def membership_in_the_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT wall_membership()")
        return cursor.fetchone()[0]


def gate(answer):
    seen = []

    def view(request):
        seen.append(membership_in_the_database())
        return answer() if callable(answer) else answer

    return CmsGate(view), seen


def test_each_request_is_told_its_viewer_just_before_the_view(world):
    seen = []
    middleware = ViewerMiddleware(lambda request: seen.append(request.viewer) or HttpResponse("x"))
    request = request_of(world.editor, "/")

    assert middleware(request).content == b"x"
    assert seen == [None]
    assert middleware.process_view(request, None, (), {}) is None
    assert request.viewer.membership == world.editor.membership
    nobody = request_of(None, "/")
    middleware.process_view(nobody, None, (), {})
    assert nobody.viewer is None


def test_the_gate_is_for_the_editors_place_only(world):
    through, seen = gate(HttpResponse("page"))

    assert through(request_of(None, "/cmsx/")).content == b"page"
    assert through(request_of(world.anshin_worker, "/soudan/cms/")).content == b"page"
    assert seen == [None, None]


def test_nobody_is_led_to_the_log_in_and_back(world):
    through, seen = gate(HttpResponse("page"))

    response = through(request_of(None, "/cms/pages/1/?a=1"))

    assert (response.status_code, response["Location"]) == (
        302,
        "/accounts/login/?next=/cms/pages/1/%3Fa%3D1",
    )
    assert seen == []


def test_editors_come_through_and_the_database_knows_them(world):
    through, seen = gate(HttpResponse("page"))

    assert through(request_of(world.editor, "/cms/pages/1/")).content == b"page"
    assert seen == [world.editor.membership.pk]
    assert membership_in_the_database() is None


def test_everybody_else_is_refused(world):
    through, seen = gate(HttpResponse("page"))
    for viewer in (world.chief, world.sysadmin, world.anshin_worker, world.auditor):
        with pytest.raises(PermissionDenied):
            through(request_of(viewer))
    world.editor.membership.__class__.objects.filter(pk=world.editor.membership.pk).update(
        ended_at="2026-01-01T00:00:00Z"
    )
    with pytest.raises(PermissionDenied):
        through(request_of(world.editor))
    assert seen == []


@pytest.mark.parametrize("closed", CLOSED_CMS_SCREENS)
def test_screens_around_memberships_are_shut_for_editors_too(world, closed):
    through, seen = gate(HttpResponse("page"))

    with pytest.raises(PermissionDenied):
        through(request_of(world.editor, f"/cms/{closed}1/"))
    assert seen == []
    assert through(request_of(world.editor, f"/cms/pages/{closed}")).content == b"page"


def test_the_closed_screens_are_these():
    assert CLOSED_CMS_SCREENS == ("users/", "groups/", "login/", "password_reset/", "reports/", "failwhale/")


@pytest.mark.parametrize(
    ("status", "kept"), [(200, True), (404, True), (499, True), (500, False), (503, False)]
)
def test_what_an_error_left_behind_is_taken_back(world, status, kept):
    page = Page.objects.get(depth=1)

    def answer():
        Page.objects.filter(pk=page.pk).update(title="changed")
        return HttpResponse(status=status)

    through, _seen = gate(answer)
    assert through(request_of(world.editor)).status_code == status

    with acting_for(world.editor):
        assert (Page.objects.get(pk=page.pk).title == "changed") == kept


@pytest.mark.parametrize(
    ("status", "location", "refused"),
    [
        (302, "/accounts/login/?next=/cms/", True),
        (302, "/accounts/login/", True),
        (302, "/cms/pages/?next=/accounts/login/", False),
        (302, "/accounts/login/more/", False),
        (301, "/accounts/login/", False),
    ],
)
def test_who_is_in_already_is_not_led_to_the_log_in_again(world, status, location, refused):
    through, _seen = gate(HttpResponse(status=status, headers={"Location": location}))

    if refused:
        with pytest.raises(PermissionDenied):
            through(request_of(world.editor))
    else:
        assert through(request_of(world.editor))["Location"] == location


def test_an_answer_that_leads_nowhere_is_passed_on(world):
    through, _seen = gate(HttpResponse(status=200))

    assert through(request_of(world.editor)).status_code == 200
