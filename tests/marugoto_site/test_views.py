import datetime as dt
import time
from unittest import mock

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from marugoto_site import views
from tests.marugoto_site.some_tasks import note

pytestmark = pytest.mark.django_db


def without_cookies(response):
    return {name: value for name, value in response.headers.items() if name not in {"Date", "Set-Cookie"}}


def test_healthz_says_ok(client):
    assert (client.get("/healthz").json(), client.post("/healthz").status_code) == ({"status": "ok"}, 405)


def test_two_missing_pages_give_equal_bodies_and_headers(client):
    first, second = client.get("/casework/cases/none-1/"), client.get("/nothing/at/all/?x=<b>")
    assert (first.status_code, second.status_code) == (404, 404)
    assert first.content == second.content
    assert without_cookies(first) == without_cookies(second)
    for secret in (b"none-1", b"nothing/at", b"csrf", b"nonce"):
        assert secret not in first.content


def test_form_without_token_gets_a_page_of_ours():
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})
    assert response.status_code == 403
    assert "もう一度送ってください" in response.content.decode()


def test_oversized_request_is_told_so(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    response = client.post("/accounts/login/", {"login": "x" * 100})
    assert response.status_code == 413


def test_error_page_appears_when_everything_breaks(client, rf):
    with mock.patch.object(views, "render_to_string", side_effect=RuntimeError):
        response = views.server_error(rf.get("/"))
    assert response.status_code == 500
    assert "もう一度お試しください" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_error_page_appears_when_the_database_is_down(rf):
    connection.close()
    with mock.patch.dict(connection.settings_dict, {"HOST": "/nowhere"}):
        response = views.server_error(rf.get("/"))
    assert response.status_code == 500
    assert "うまく動いていません" in response.content.decode()


@pytest.mark.parametrize("path", ["documents/a.pdf", "images/../secret", "images/%2e%2e/secret", "secret/"])
def test_media_serves_pictures_only(client, settings, tmp_path, path):
    settings.MEDIA_ROOT = tmp_path
    for name in ("images/a.png", "documents/a.pdf", "secret"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert client.get("/media/images/a.png").status_code == 200
    assert client.get(f"/media/{path}").status_code == 404


# --- /readyz ----------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def no_probes(settings):
    settings.MARUGOTO_READY_PROBES = {}
    cache.clear()


def test_ready_when_nothing_waits(client):
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (
        200,
        {
            "status": "ok",
            "database": "ok",
            "missing_migrations": 0,
            "clock_ahead_seconds": 0,
            "oldest_waiting_task_seconds": 0,
        },
    )


@pytest.mark.parametrize(("off", "status"), [(30, 200), (-30, 200), (31, 503), (-31, 503)])
def test_not_ready_when_the_node_s_clock_is_not_the_database_s(client, off, status):
    real = time.time
    with mock.patch("marugoto_site.health.time.time", side_effect=lambda: real() + off):
        response = client.get("/readyz")
    assert (response.status_code, response.json()["clock_ahead_seconds"]) == (status, off)


def test_public_node_goes_on_whatever_its_clock_says(client, settings):
    settings.MARUGOTO_NODE = "public"
    real = time.time
    with mock.patch("marugoto_site.health.time.time", side_effect=lambda: real() - 420):
        response = client.get("/readyz")
    assert (response.status_code, response.json()["clock_ahead_seconds"]) == (200, -420)


def test_not_ready_when_nobody_takes_tasks_up(client):
    note.enqueue("x")
    DBTaskResult.objects.update(enqueued_at=timezone.now() - dt.timedelta(minutes=6))
    response = client.get("/readyz")
    assert (response.status_code, response.json()["oldest_waiting_task_seconds"] >= 360) == (503, True)


def test_task_for_later_does_not_count_as_waiting(client):
    note.using(run_after=timezone.now() + dt.timedelta(hours=1)).enqueue("x")
    DBTaskResult.objects.update(enqueued_at=timezone.now() - dt.timedelta(minutes=6))
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize(("stuck", "status"), [(0, 200), (2, 503)])
def test_registered_probe_decides(client, settings, stuck, status):
    settings.MARUGOTO_READY_PROBES = {"stuck_submissions": "tests.marugoto_site.some_tasks.count_stuck"}
    with mock.patch("tests.marugoto_site.some_tasks.count_stuck", return_value=stuck):
        response = client.get("/readyz")
    assert (response.status_code, response.json()["stuck_submissions"]) == (status, stuck)


def test_not_ready_without_a_migration(client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'auth' AND name LIKE '0012%%'")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["missing_migrations"]) == (503, 1)


@pytest.mark.django_db(transaction=True)
def test_not_ready_without_the_database(client):
    connection.close()
    with mock.patch.dict(connection.settings_dict, {"HOST": "/nowhere"}):
        response = client.get("/readyz")
    assert (response.status_code, response.json()) == (
        503,
        {"status": "not ready", "database": "unreachable"},
    )


def test_security_txt_tells_where_to_report(client, settings):
    settings.MARUGOTO_SECURITY_CONTACT = "mailto:security@example.jp"
    settings.WAGTAILADMIN_BASE_URL = "https://soudan.example.jp"

    response = client.get("/.well-known/security.txt")

    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert fields.pop("Expires").endswith("Z")
    assert fields == {
        "Contact": "mailto:security@example.jp",
        "Preferred-Languages": "ja, en",
        "Canonical": "https://soudan.example.jp/.well-known/security.txt",
    }


def test_security_txt_without_a_contact_is_not_there(client):
    assert client.get("/.well-known/security.txt").status_code == 404
