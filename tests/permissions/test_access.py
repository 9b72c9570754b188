"""The decorators: what they declare, what they open, what they leave in the log."""

import pytest
from django.core.checks import Error
from django.db import connection
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse

from casework.sharing.actions import Label
from permissions.access import declared_access, public, requires, signed_in
from permissions.agencies.actions import add_membership
from permissions.audit.models import AuditEntry
from permissions.checks import every_url_declares_access
from permissions.walls.context import acting_for
from tests.worlds import make_viewer

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def bare(request):
    return HttpResponse("bare")


bare.__module__ = "casework.planted"
urlpatterns = [path("planted/", bare, name="planted")]


@pytest.mark.urls(__name__)
def test_url_that_declares_nothing_fails_the_check():
    found = every_url_declares_access()

    assert [(type(each), each.id) for each in found] == [(Error, "marugoto_permissions.E001")]
    assert "planted" in found[0].msg


def test_every_url_of_the_project_passes_the_check():
    assert every_url_declares_access() == []


def test_public_needs_a_reason():
    with pytest.raises(ValueError, match="why"):
        public(reason="")


def test_decorators_declare():
    views = [public(reason="x")(bare), signed_in(bare), requires("casework.share")(bare)]

    assert [(declared_access(view).kind, declared_access(view).permission) for view in views] == [
        ("public", ""),
        ("signed_in", ""),
        ("requires", "casework.share"),
    ]


@pytest.fixture
def world(kept_world):
    return kept_world


def entries(world, **filters):
    auditor = world.auditor
    with acting_for(auditor):
        return list(AuditEntry.objects.filter(**filters).order_by("at"))


@pytest.mark.django_db
def test_page_is_rendered_inside_the_context(world):
    """Rendered after the view, a page would be empty with status 200, silently."""
    request = RequestFactory().get("/")
    request.user, request.viewer, request.resolver_match = world.chief.user, world.chief, None
    seen = []

    def view(request):
        response = TemplateResponse(request, "404.html", {})
        response.add_post_render_callback(lambda _response: seen.append(AuditEntry.objects.db))
        return response

    response = signed_in(view)(request)

    assert response.is_rendered
    assert len(seen) == 1


@pytest.mark.django_db
def test_refusal_is_logged_and_what_was_tried_is_not(world):
    client = Client()
    client.force_login(world.reception.user, backend=BACKEND)
    with acting_for(world.chief):
        before = world.hazuki.case.stage

    response = client.get(reverse("casework:share_add", args=[world.hazuki.case.pk]))

    assert response.status_code == 403
    (entry,) = entries(world, verb="refused")
    assert (entry.user_id, entry.detail["url_name"]) == (world.reception.user.pk, "casework:share_add")
    assert before == world.hazuki.case.stage


@pytest.mark.django_db
def test_view_that_raises_404_leaves_nothing_behind(world):
    request = RequestFactory().post("/")
    request.user, request.viewer, request.resolver_match = world.chief.user, world.chief, None

    def view(request):
        with acting_for(world.chief):
            world.hazuki.case.stage = "closed"
            world.hazuki.case.save(update_fields=["stage"])
        raise Http404

    with pytest.raises(Http404):
        signed_in(view)(request)

    with acting_for(world.chief):
        world.hazuki.case.refresh_from_db()
    assert world.hazuki.case.stage == "received"


@pytest.mark.django_db
def test_reading_a_case_leaves_one_row_per_item_and_a_list_one_row(world):
    client = Client()
    client.force_login(world.chief.user, backend=BACKEND)

    client.get(reverse("casework:case", args=[world.hazuki.case.pk]))
    client.get(reverse("casework:case_list"))

    read = {
        (entry.person_id, entry.item) for entry in entries(world, verb="read", user_id=world.chief.user.pk)
    }
    mother, son = world.hazuki.mother.pk, world.hazuki.son.pk
    items = ("basic", "contact", "health", "money")
    assert read == {
        (None, ""),
        (None, "basic"),
        *((person, item) for person in (mother, son) for item in items),
    }
    assert len(entries(world, verb="listed")) == 1


@pytest.mark.django_db
def test_log_holds_no_content(world):
    rows = entries(world)

    text = " ".join(str(vars(row)) for row in rows)
    assert len(rows) > 20
    assert "葉月原" not in text


@pytest.mark.django_db
def test_signed_in_pages_are_never_kept_by_browsers(world):
    client = Client()
    client.force_login(world.chief.user, backend=BACKEND)

    assert "no-store" in client.get(reverse("casework:home")).headers["Cache-Control"]


@pytest.mark.django_db
def test_switching_the_agency_switches_what_is_seen(world):
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"))
    user = world.kenko_worker.user
    second = add_membership(user=user, agency=world.anshin, role="agency_staff")
    client = Client()
    client.force_login(user, backend=BACKEND)
    url = reverse("casework:case", args=[world.hazuki.case.pk])
    as_kenko = client.get(url).status_code

    client.post(reverse("accounts:acting"), {"membership": second.pk})
    as_anshin = client.get(url).status_code
    foreign = client.post(reverse("accounts:acting"), {"membership": world.chief.membership.pk})

    assert (as_kenko, as_anshin, foreign.status_code) == (404, 200, 200)
    assert client.get(url).status_code == 200


@pytest.mark.django_db
def test_case_list_asks_as_often_for_three_cases_as_for_one(world):
    worker = make_viewer("counting", world.other)
    client = Client()
    client.force_login(worker.user, backend=BACKEND)
    asked, listed = [], []
    for number, home in enumerate((world.hazuki, world.tomono, world.household("汐谷"))):
        world.share(home, world.other, Label(home.mother.pk, "basic"))
        if number != 1:
            with CaptureQueriesContext(connection) as queries:
                html = client.get(reverse("casework:case_list")).content.decode()
            asked.append(len(queries))
            listed.append(html.count('data-label="ケース番号"'))

    assert listed == [1, 3]
    assert asked[0] == asked[1]
