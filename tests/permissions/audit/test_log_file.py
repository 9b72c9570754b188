"""What was filtered leaves as one table, whole or not at all; that it left is recorded."""

import csv
import datetime as dt
import io
import re
import uuid

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from permissions.audit import log_file
from permissions.audit.actions import Ground, record
from permissions.audit.log_file import ROWS_IN_FILE, export_entries
from permissions.audit.models import AuditEntry
from permissions.audit.origin import coming_from
from permissions.errors import NotAllowed
from permissions.url_map import mapped_urls
from permissions.walls.context import acting_for
from tests.worlds import make_viewer, secrets_of

from .test_log import CASE, PERSON, act, client_of, last_entry, span

LINE = uuid.UUID("99999999-2222-4333-8444-555555555555")


@pytest.fixture
def anew(monkeypatch):
    """Everybody has just proved who they are."""
    cache.clear()
    monkeypatch.setattr("permissions.access.is_fresh", lambda request: True)


def export(viewer, **wanted):
    with acting_for(viewer):
        table = export_entries(span(**wanted), by=viewer)
    assert table.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))


def test_table_says_everything_that_an_entry_says(world, shift_clock):
    world.chief.user.last_name, world.chief.user.first_name = "見本", "長子"
    world.chief.user.save()
    with acting_for(world.chief), coming_from("192.0.2.7") as origin:
        record(
            world.chief,
            "read",
            world.anshin_worker.user,
            case=CASE,
            person=PERSON,
            item="health",
            ground=Ground("duty", LINE),
            detail={"b": "health", "a": 1},
        )
    entry = last_entry(world, case_id=CASE)

    shift_clock(dt.timedelta(hours=3))  # the time of the export is another
    (row,) = export(world.auditor, case_id=CASE)

    assert row == {
        "番号": str(entry.number),
        "日時": timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S+09:00"),
        "操作のまとまり": str(origin.request_id),
        "接続元": "192.0.2.7",
        "アカウントの番号": str(world.chief.user.pk),
        "アカウント": "chief",
        "氏名": "見本 長子",
        "機関の番号": str(world.center.pk),
        "機関": "機関 center",
        "役割": "センター長",
        "したこと（記号）": "read",
        "したこと": "開いて見た",
        "対象（記号）": "auth.user",
        "対象": "ユーザ",
        "対象の番号": str(world.anshin_worker.user.pk),
        "対象のアカウント": "anshin",
        "ケースのID": str(CASE),
        "本人・世帯員のID": str(PERSON),
        "項目": "健康",
        "根拠": "センターの職務",
        "共有の行": str(LINE),
        "補足": '{"a": 1, "b": "health"}',
    }


def test_what_is_not_there_is_an_empty_cell(world):
    record(None, "sign_in_failed", None)

    (row,) = export(world.auditor, verb="sign_in_failed")

    filled = {name for name, cell in row.items() if cell}
    assert filled == {"番号", "日時", "操作のまとまり", "したこと（記号）", "したこと"}


def test_names_and_details_are_no_formulas(world):
    world.chief.user.last_name = "=HYPERLINK(1)"
    world.chief.user.save()
    world.center.name = "＠機関"
    world.center.save()
    act(world.chief, "read", case=CASE)

    (row,) = export(world.auditor, case_id=CASE)

    assert (row["氏名"], row["機関"]) == ("'=HYPERLINK(1)", "'＠機関")


def test_export_is_recorded_with_what_was_asked_for(world):
    act(world.chief, "read", case=CASE)
    act(world.chief, "read", case=CASE)

    export(world.auditor, case_id=CASE, refused=False)

    entry = last_entry(world)
    wanted = span(case_id=CASE)
    assert (entry.verb, entry.subject, entry.user_id) == ("exported", "", world.auditor.user.pk)
    assert {**entry.detail, "since": "", "until": ""} == {
        "list": "audit_log",
        "rows": 2,
        **wanted.told,
        "since": "",
        "until": "",
    }


def test_more_rows_than_a_file_takes_are_refused_and_none_leaves(world, monkeypatch):
    assert ROWS_IN_FILE == 20_000
    monkeypatch.setattr(log_file, "ROWS_IN_FILE", 1_001)
    with acting_for(world.chief):
        for _row in range(1_001):
            record(world.chief, "read", None, case=CASE)
    assert len(export(world.auditor, case_id=CASE)) == 1_001

    act(world.chief, "read", case=CASE)
    with pytest.raises(NotAllowed) as refusal:
        export(world.auditor, case_id=CASE)

    assert str(refusal.value) == (
        "1回に書き出せるのは、1,001行までです。期間を短くするか、条件を加えてください。"
    )
    with acting_for(world.auditor):
        assert AuditEntry.objects.filter(verb="exported").count() == 1


@pytest.mark.parametrize("name", ["chief", "sysadmin", "anshin_worker", "editor"])
def test_others_take_nothing_out(world, name):
    viewer = getattr(world, name)

    with pytest.raises(NotAllowed, match="操作の記録を書き出す権限がありません。"):
        export(viewer)


def test_file_names_no_citizen_and_no_case_number(world, anew):
    client_of(world.chief).get(reverse("casework:case", args=[world.hazuki.case.pk]))

    answer = client_of(world.auditor).post(reverse("audit:log_export"))

    body = answer.content.decode()
    assert str(world.hazuki.mother.pk) in body
    for home in (world.hazuki, world.tomono):
        assert home.case.number not in body
        for person in (home.mother, home.son):
            assert person.name not in body
            assert not [
                text
                for values in secrets_of(person.name).values()
                for text in values.values()
                if text in body
            ]


def test_file_is_a_download_that_nobody_keeps(world, anew):
    officer = make_viewer("officer", world.center, "privacy_officer")
    act(world.chief, "read", case=CASE)

    answer = client_of(officer).post(reverse("audit:log_export"), {"case": str(CASE), "verb": "read"})

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    day = f"{timezone.localtime():%Y%m%d}"
    assert re.fullmatch(
        rf'attachment; filename="audit-log-{day}-\d{{6}}\.csv"', answer["Content-Disposition"]
    )
    assert answer["Cache-Control"] == "no-store"
    assert answer.content.decode("utf-8-sig").count("\r\n") == 2


def test_page_says_why_nothing_leaves(world, anew, monkeypatch):
    monkeypatch.setattr(log_file, "ROWS_IN_FILE", 0)
    act(world.chief, "read", case=CASE)

    full = client_of(world.auditor).post(reverse("audit:log_export"), {"case": str(CASE)})
    unclear = client_of(world.auditor).post(reverse("audit:log_export"), {"case": "K-1"})

    assert (full.status_code, unclear.status_code) == (422, 422)
    assert "1回に書き出せるのは、0行までです。" in full.content.decode()
    assert "ケース番号からは探せません。" in unclear.content.decode()
    assert last_entry(world).verb == "listed"


def test_who_takes_it_out_proves_who_they_are(world, shift_clock):
    (access,) = {url.access for url in mapped_urls() if url.name == "audit:log_export"}
    assert (access.kind, access.permission, access.fresh) == ("requires", "audit.export", True)

    client = client_of(world.auditor)
    shift_clock(dt.timedelta(minutes=6))
    answer = client.post(reverse("audit:log_export"))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    with acting_for(world.auditor):
        assert not AuditEntry.objects.filter(verb="exported").exists()


def test_link_takes_nothing_out(world, anew):
    assert client_of(world.auditor).get(reverse("audit:log_export")).status_code == 405
