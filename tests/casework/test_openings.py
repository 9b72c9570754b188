"""Who opened a case: told to its owner and to nobody else; and the letter to the resident."""

import datetime as dt
import io
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from casework.disclosure.selectors import openings_for
from casework.sharing.actions import Ground, Label, block
from permissions.audit.models import AuditEntry
from permissions.walls.context import acting_for
from tests.worlds import make_viewer

# Thorough rather than quick: `make test` runs them.
pytestmark = pytest.mark.slow

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HOURS = dt.timedelta(hours=1)


def client_of(viewer):
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.force_login(viewer.user, backend=BACKEND)
    return client


def get(viewer, name, *args, **query):
    return client_of(viewer).get(reverse(name, args=args), query)


@pytest.fixture
def opened(world):
    """The mother's basics seen by one agency, her debts by another in a council, all of it by the center."""
    mother, son = world.hazuki.mother.pk, world.hazuki.son.pk
    world.share(world.hazuki, world.anshin, Label(mother, "basic"), Label(son, "health"))
    world.share(world.hazuki, world.jiritsu, Label(mother, "money"), ground=Ground("shien_kaigi", "第3回"))
    for viewer in (world.anshin_worker, world.jiritsu_worker, world.reception):
        assert get(viewer, "casework:case", world.hazuki.case.pk).status_code == 200
    assert get(world.stranger, "casework:case", world.hazuki.case.pk).status_code == 404
    return world


def told(viewer, case):
    now = timezone.now()
    with acting_for(viewer):
        return openings_for(viewer, case, since=now - HOURS, until=now + HOURS)


def test_owner_is_told_who_saw_what_when_and_on_which_basis(opened):
    found = {each.who: each for each in told(opened.coordinator, opened.hazuki.case)}

    assert set(found) == {"anshin", "jiritsu", "reception"}
    anshin = found["anshin"]
    assert (anshin.agency, anshin.role_name, anshin.basis_names) == (
        "機関 anshin",
        "支援関係機関職員",
        ["本人同意（個人情報保護法69条2項1号・27条1項）"],
    )
    assert dict(anshin.items) == {"葉月原母": ["基本情報"], "葉月原息子": ["健康"]}
    assert found["reception"].basis_names == ["センターの職務"]
    assert [each.at for each in told(opened.coordinator, opened.hazuki.case)] == sorted(
        (each.at for each in found.values()), reverse=True
    )


def test_chief_is_told_about_every_case(opened):
    assert len(told(opened.chief, opened.hazuki.case)) == 3


@pytest.mark.parametrize("name", ["reception", "anshin_worker", "editor", "auditor", "sysadmin", "stranger"])
def test_nobody_else_is_told(opened, name):
    viewer = getattr(opened, name)

    response = get(viewer, "casework:openings", opened.hazuki.case.pk)

    assert response.status_code == 403
    with acting_for(viewer), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM casework_openings(%s, '2000-01-01', '2100-01-01')", [opened.hazuki.case.pk]
        )
        assert cursor.fetchone() == (0,)


def test_coordinator_of_another_organisation_is_not_told(opened):
    other = make_viewer("other-coordinator", opened.center, "coordinator")

    assert get(other, "casework:openings", opened.hazuki.case.pk).status_code == 403
    with acting_for(other), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM casework_openings(%s, '2000-01-01', '2100-01-01')", [opened.hazuki.case.pk]
        )
        assert cursor.fetchone() == (0,)


def test_whom_the_case_is_blocked_for_is_not_told(opened):
    with acting_for(opened.chief):
        block(
            opened.hazuki.case,
            agency=None,
            user_id=opened.coordinator.user.pk,
            reason="親族",
            by=opened.chief,
        )

    assert get(opened.coordinator, "casework:openings", opened.hazuki.case.pk).status_code == 404
    with acting_for(opened.coordinator), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM casework_openings(%s, '2000-01-01', '2100-01-01')", [opened.hazuki.case.pk]
        )
        assert cursor.fetchone() == (0,)


def test_log_itself_stays_closed_to_the_center(opened):
    with acting_for(opened.chief):
        assert AuditEntry.objects.count() == 0


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, {"anshin", "jiritsu", "reception"}),
        ({"item": "health"}, {"anshin", "reception"}),
        ({"item": "money"}, {"jiritsu", "reception"}),
        ({"until": "2020-01-01", "since": "2019-01-01"}, set()),
        ({"item": "nonsense"}, {"anshin", "jiritsu", "reception"}),
    ],
)
def test_list_is_narrowed(opened, query, shown):
    page = get(opened.coordinator, "casework:openings", opened.hazuki.case.pk, **query)

    assert {each.who for each in page.context_data["openings"]} == shown


def test_list_is_narrowed_to_one_agency_and_one_person(opened):
    for query in ({"agency": opened.anshin.pk}, {"user": opened.anshin_worker.user.pk}):
        page = get(opened.coordinator, "casework:openings", opened.hazuki.case.pk, **query)

        assert [each.who for each in page.context_data["openings"]] == ["anshin"]


# --- the letter -----------------------------------------------------------------------------------------


def letter(world, person, *, agencies, confirmed="on"):
    url = reverse("casework:openings_letter", args=[world.hazuki.case.pk])
    data = {"agencies": [agency.pk for agency in agencies], "confirmed": confirmed, "means": "handed"}
    return client_of(world.coordinator).post(f"{url}?person={person.pk}", data)


def text_of(response):
    pages = PdfReader(io.BytesIO(response.content)).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "")


def offered(world, person):
    page = get(world.coordinator, "casework:openings_letter", world.hazuki.case.pk, person=str(person.pk))
    form = page.context_data["form"]
    return {
        each.agency.code: str(each.agency.pk) in form["agencies"].value()
        for each in page.context_data["found"]
    }


def test_what_rests_on_a_council_is_named_only_after_a_decision(opened):
    assert offered(opened, opened.hazuki.mother) == {"center": True, "anshin": True, "jiritsu": False}
    assert offered(opened, opened.hazuki.son) == {"center": True, "anshin": True}


def test_letter_names_agencies_days_items_and_grounds_and_no_staff(opened):
    mother = opened.hazuki.mother

    response = letter(opened, mother, agencies=[opened.anshin, opened.center])

    text = text_of(response)
    assert response["Content-Type"] == "application/pdf"
    assert "葉月原母 様" in text
    for word in ("機関 anshin", "基本情報", "本人同意", f"{timezone.localtime():%Y-%m-%d}", "センターの職務"):
        assert word in text
    for word in ("息子", "機関 jiritsu", "支援会議", "anshin-admin", "coordinator", "reception"):
        assert word not in text.replace("機関 anshin", "")


def test_letter_to_one_says_nothing_of_the_others(opened):
    text = text_of(letter(opened, opened.hazuki.son, agencies=[opened.anshin]))

    assert "葉月原息子 様" in text
    assert "健康" in text
    assert "葉月原母" not in text
    assert "基本情報" not in text


def test_letter_names_no_agency_that_was_not_offered(opened):
    response = letter(opened, opened.hazuki.son, agencies=[opened.jiritsu])

    assert response["Content-Type"].startswith("text/html")
    assert "agencies" in response.context_data["form"].errors


def test_letter_without_the_confirmation_is_not_made(opened):
    response = letter(opened, opened.hazuki.mother, agencies=[opened.anshin], confirmed="")

    assert response["Content-Type"].startswith("text/html")
    with acting_for(opened.auditor):
        assert not AuditEntry.objects.filter(verb="letter_made").exists()


def test_letter_is_logged_with_whom_it_names_and_counts_as_opening(opened):
    letter(opened, opened.hazuki.mother, agencies=[opened.anshin])

    with acting_for(opened.auditor):
        (row,) = AuditEntry.objects.filter(verb="letter_made")
    assert (row.case_id, row.person_id, row.detail["agencies"]) == (
        opened.hazuki.case.pk,
        opened.hazuki.mother.pk,
        [opened.anshin.pk],
    )
    assert "お知らせの手紙を作った" in {
        each.how_name for each in told(opened.coordinator, opened.hazuki.case)
    }
    assert row.request_id != uuid.UUID(int=0)
