"""A drill: a leak is planted, and the file made from the log alone is compared with the truth."""

import csv
import datetime as dt
import json
import time

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.sharing.actions import Label
from permissions.audit.models import AuditEntry

# Thorough rather than quick: `make test` runs them.
pytestmark = pytest.mark.slow

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
STOLEN = "192.0.2.66"


def see(viewer, case, *, address="10.0.0.5"):
    client = Client(REMOTE_ADDR=address)
    client.force_login(viewer.user, backend=BACKEND)
    return client.get(reverse("casework:case", args=[case.pk])).status_code


@pytest.fixture
def leaked(wearing, kept_world):
    """Somebody has taken over the account of anshin and looks at what it reaches, from elsewhere."""
    world = kept_world
    with wearing("app_web"):
        mother, son = world.hazuki.mother, world.hazuki.son
        world.share(world.hazuki, world.anshin, Label(mother.pk, "basic"), Label(son.pk, "health"))
        world.share(world.tomono, world.anshin, Label(world.tomono.mother.pk, "money"))
        statuses = [
            see(world.anshin_worker, world.hazuki.case, address=STOLEN),
            see(world.anshin_worker, world.tomono.case, address=STOLEN),
            see(world.anshin_worker, world.hazuki.case),
            see(world.jiritsu_worker, world.hazuki.case, address=STOLEN),
            see(world.chief, world.hazuki.case),
        ]
    assert statuses == [200, 200, 200, 404, 200]
    return world


def make(folder, **about):
    span = {
        "since": timezone.now() - dt.timedelta(hours=1),
        "until": timezone.now() + dt.timedelta(hours=1),
        "discovered": dt.datetime(2026, 11, 23, 14, 30, tzinfo=dt.UTC),
    }
    began = time.monotonic()
    call_command("breach_file", out=folder, **span, **about)
    assert time.monotonic() - began < 600  # ten minutes are allowed (assurance.md 1.2)
    (table,), (facts,) = list(folder.glob("*.csv")), list(folder.glob("*.json"))
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return rows, json.loads(facts.read_text()), (table, facts)


def test_file_says_what_was_seen_and_nothing_else(leaked, tmp_path):
    rows, facts, _files = make(tmp_path / "out", address=STOLEN)

    hazuki, tomono = leaked.hazuki.case.number, leaked.tomono.case.number
    assert {(row["ケース番号"], row["本人・世帯員"], row["項目"]) for row in rows if row["項目"]} == {
        (hazuki, "葉月原母", "基本情報"),
        (hazuki, "葉月原息子", "健康"),
        (tomono, "灯野母", "お金"),
    }
    assert {(row["利用者"], row["機関"], row["接続元"]) for row in rows} == {
        ("anshin", "機関 anshin", STOLEN)
    }
    assert {row["見ることができた根拠"] for row in rows} == {"本人同意（個人情報保護法69条2項1号・27条1項）"}
    wanted = {"reads": 2, "cases": 2, "residents": 3, "residents_special_care": 1, "accounts": 1}
    assert {key: facts["numbers"][key] for key in wanted} == wanted
    assert facts["residents_by_item"] == {
        **dict.fromkeys(facts["residents_by_item"], 0),
        "basic": 1,
        "health": 1,
        "money": 1,
    }


def test_deadlines_count_from_the_day_it_became_known_in_japan(leaked, tmp_path):
    _rows, facts, _files = make(tmp_path, person="anshin")

    assert facts["deadlines"] == {
        "discovered_on": "2026-11-23",
        "first_report_by": "2026-11-26",
        "first_report_at_the_latest": "2026-11-28",
        "final_report_by": "2026-12-23",
        "final_report_by_if_meant": "2027-01-22",
    }
    assert facts["must_be_reported"] == {
        "special_care_data_of_at_least_one_person": True,
        "more_than_100_people": False,
    }


@pytest.mark.parametrize(
    ("about", "reads"), [({"person": "anshin"}, 3), ({"agency": "anshin"}, 3), ({"person": "jiritsu"}, 0)]
)
def test_file_is_about_a_person_or_an_agency(leaked, tmp_path, about, reads):
    _rows, facts, _files = make(tmp_path, **about)

    assert facts["numbers"]["reads"] == reads


def test_file_about_a_case_names_everybody_who_saw_it(leaked, tmp_path):
    rows, facts, _files = make(tmp_path, case=leaked.hazuki.case.number)

    assert {row["利用者"] for row in rows} == {"anshin", "chief"}
    assert facts["numbers"]["residents"] == 2


def test_files_are_for_nobody_else_and_their_making_is_logged(leaked, tmp_path):
    _rows, _facts, files = make(tmp_path / "new", person="anshin")

    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    entry = AuditEntry.objects.get(verb="breach_file_made")
    assert entry.detail["about"]["user_id"] == str(leaked.anshin_worker.user.pk)
    assert "葉月原" not in str(entry.detail)


@pytest.mark.parametrize("about", [{}, {"person": "nobody"}, {"agency": "nowhere"}])
def test_file_about_nobody_is_refused(leaked, tmp_path, about):
    with pytest.raises(CommandError):
        make(tmp_path, **about)


def test_names_are_no_formulas(leaked, tmp_path):
    leaked.anshin_worker.user.last_name = "=cmd|' /C calc'!A1"
    leaked.anshin_worker.user.save()

    rows, _facts, _files = make(tmp_path, person="anshin")

    assert {row["氏名"] for row in rows} == {"'=cmd|' /C calc'!A1"}
