"""The commands that verify and archive the log: what they print, refuse and note, whole."""

import datetime as dt
import re

import pytest
from django.core.management import CommandError, call_command

from permissions.audit.actions import record
from permissions.audit.archives import file_of
from permissions.audit.models import AuditArchive, AuditEntry
from permissions.audit.partitions import make_partitions, month_after, partitions
from permissions.audit.seal_file import SealFile
from permissions.audit.seals import seal_entries
from permissions.audit.verify import Finding, Report
from permissions.management.commands import verify_audit
from tests.permissions.audit.sealing import LOG, sql

SAID = re.compile(r"[\d.]+ s \((\d+) rows/s\)")


def run(capsys, *words, **options):
    call_command(*words, **options)
    return capsys.readouterr()


def why(*words, **options):
    with pytest.raises(CommandError) as refusal:
        call_command(*words, **options)
    return str(refusal.value)


def timeless(text):
    return SAID.sub("T", text)


def noted():
    return list(
        AuditEntry.objects.filter(verb="log_verified").order_by("number").values_list("user_id", "detail")
    )


def test_good_log_is_told_in_two_lines_and_noted(sealed, wearing, capsys):
    with wearing("app_web"):
        record(None, "signed_in", None)

    said = run(capsys, "verify_audit")

    assert timeless(said.out) == "4 seals, 12 rows, T; 1 rows wait for their seal\nOK\n"
    assert int(SAID.search(said.out)[1]) > 0
    assert said.err == ""
    assert noted() == [(None, {"seals": 4, "rows": 12, "findings": 0})]


def test_waiting_rows_are_sealed_first_if_wanted(sealed, wearing, capsys):
    with wearing("app_web"):
        record(None, "signed_in", None)
        said = run(capsys, "verify_audit", "--seal")

    assert timeless(said.out) == "5 seals, 13 rows, T; 0 rows wait for their seal\nOK\n"


def test_without_a_file_it_is_told_what_would_not_be_noticed(sealed, capsys, settings):
    settings.MARUGOTO_SEAL_FILE = ""

    said = run(capsys, "verify_audit")

    assert timeless(said.out) == (
        "4 seals, 12 rows, T; 0 rows wait for their seal\n"
        "no seal file: seals cut off at the end would not be noticed\nOK\n"
    )


def test_another_file_may_be_given(sealed, seal_file, tmp_path):
    other = tmp_path / "other"

    assert why("verify_audit", "--file", str(other)) == (
        f"first bad batch: seal 1: file: {other} is missing or empty"
    )


def test_every_finding_is_told_the_first_at_last_and_the_whole_after_the_batches(sealed, seal_file, capsys):
    sql(f"UPDATE {LOG} SET user_id = 42 WHERE number = ANY(%s)", [sealed[4], sealed[10]])
    sql(f"INSERT INTO {LOG} (number, at, verb, subject, subject_id) VALUES ({10**15}, now(), 'x', '', '')")
    altered = "rows: 3 rows were sealed and are there, but not as they were: altered"

    assert why("verify_audit") == f"first bad batch: seal 2: {altered}"

    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == f"  seal 4: {altered}"
    assert re.fullmatch(r"  the whole: stray: a row has number 10{15}, but .*", lines[1])
    assert len(lines) == 2
    assert noted() == [
        (None, {"seals": 4, "rows": 12, "findings": 3, "first_bad": 2, "kind": "rows"}),
    ]


def test_findings_are_told_in_the_order_of_their_batches_and_no_time_is_no_speed(db, monkeypatch, capsys):
    report = Report(findings=[Finding(seal, "kind", "words") for seal in (3, 1, None, 0, 2)])
    monkeypatch.setattr(verify_audit, "verify_log", lambda *words, **options: report)

    assert why("verify_audit") == "first bad batch: seal 0: kind: words"

    said = capsys.readouterr()
    assert said.out.startswith("0 seals, 0 rows, 0.0 s (0 rows/s); 0 rows wait for their seal\n")
    assert said.err.splitlines() == [
        f"  {where}: kind: words" for where in ("seal 1", "seal 2", "seal 3", "the whole")
    ]


def test_finding_about_the_whole_is_called_so(sealed, seal_file):
    seal_file.write_text(seal_file.read_text().replace("seal\t2", "seal\tx"))

    assert (
        why("verify_audit")
        == "first bad batch: the whole: file: the seal file has a line that cannot be read"
    )


def test_twenty_findings_are_enough_to_read(sealed, wearing, seal_file, capsys):
    with wearing("app_web"):
        for _batch in range(20):
            record(None, "signed_in", None)
            seal_entries()
    sql(f"UPDATE {LOG} SET user_id = 42")

    assert why("verify_audit").startswith("first bad batch: seal 1: ")

    told = [int(number) for number in re.findall(r"seal (\d+)", capsys.readouterr().err)]
    assert told == list(range(2, 21))
    assert noted()[0][1]["findings"] == 24


# --- beginning a file anew ----------------------------------------------------------------------------------


def test_new_file_begins_with_the_last_seal(sealed, seal_file, wearing, tmp_path, capsys):
    other = tmp_path / "other"

    with wearing("app_web"):  # which reads no seal but by the clock of the job
        call_command("verify_audit", "--begin-file", file=other)

    (entry,) = SealFile(other).entries()
    assert (entry.kind, entry.number) == ("begin", 4)


def test_what_no_file_is_begun_for(db, seal_file, settings):
    assert why("verify_audit", "--begin-file") == (
        "there is no seal yet: the worker begins the file with the first one"
    )
    seal_file.parent.mkdir()
    seal_file.touch()
    assert why("verify_audit", "--begin-file") == f"{seal_file} exists: it is only ever added to"
    settings.MARUGOTO_SEAL_FILE = ""
    assert why("verify_audit", "--begin-file") == "MARUGOTO_SEAL_FILE is not set"


def test_file_that_is_not_ours_stops_the_sealing_and_says_why(sealed, seal_file):
    seal_file.unlink()

    assert why("verify_audit", "--seal") == (
        f"{seal_file} does not exist, but there are 4 seals. Bring the file back, or begin a new one:"
        " manage.py verify_audit --begin-file"
    )


# --- months that leave ----------------------------------------------------------------------------------------


@pytest.fixture
def old(wearing, shift_clock):
    """A month with a sealed row, three years ago, and one after it without any row."""
    with wearing("app_web"):
        shift_clock(dt.timedelta(days=-3 * 365))
        make_partitions(1)
        record(None, "signed_in", None)
        seal_entries()
        shift_clock(dt.timedelta())
    return partitions()[0].month


def test_each_month_is_told_with_its_file(old, tmp_path, capsys):
    second = month_after(old)

    said = run(capsys, "archive_audit", "--before", f"{month_after(second):%Y-%m}", "--to", str(tmp_path))

    assert said.out == f"{old:%Y-%m}: {file_of(tmp_path, old)}\n{second:%Y-%m}: no rows\n"
    assert AuditArchive.objects.get().month == old


def test_month_that_is_named_stays(old, tmp_path, capsys):
    said = run(capsys, "archive_audit", "--before", f"{old:%Y-%m}", "--to", str(tmp_path))

    assert said.out == "no month to archive\n"
    assert partitions()[0].month == old


def test_archives_are_checked_where_they_are_given(old, tmp_path, capsys):
    call_command("archive_audit", before=f"{month_after(old):%Y-%m}", to=tmp_path)
    capsys.readouterr()

    without = run(capsys, "verify_audit").out
    given = run(capsys, "verify_audit", "--archives", str(tmp_path)).out

    assert timeless(without) == (
        "1 seals, 0 rows, T; 1 rows wait for their seal\n"
        "1 seals speak of archived rows: give --archives to check these rows, too\nOK\n"
    )
    assert timeless(given) == "1 seals, 1 rows, T; 2 rows wait for their seal\nOK\n"


@pytest.mark.parametrize("before", ["soon", "2024-13", "2024"])
def test_month_that_is_none_is_refused(db, tmp_path, before):
    with pytest.raises(CommandError, match=r"Invalid isoformat string|month must be in"):
        call_command("archive_audit", before=before, to=tmp_path)
