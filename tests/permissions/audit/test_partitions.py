"""A table per month, made ahead; old months leave the database as files that still prove the seals."""

import datetime as dt
import gzip

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from permissions.audit import probes
from permissions.audit.actions import record
from permissions.audit.archives import file_of
from permissions.audit.models import AuditArchive, AuditEntry
from permissions.audit.partitions import TABLE, make_partitions, name_of, partitions
from permissions.audit.seals import seal_entries
from permissions.audit.verify import verify_log
from tests.permissions.audit.sealing import fake_row

LONG_AGO = dt.timedelta(days=-3 * 365)


def sql(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def today(shift=dt.timedelta()):
    ((day,),) = sql("SELECT ((now() + %s) AT TIME ZONE 'Asia/Tokyo')::date", shift)
    return day.replace(day=1)


def places():
    return [name for (name,) in sql(f"SELECT tableoid::regclass::text FROM {TABLE} ORDER BY number")]


# --- made ahead -----------------------------------------------------------------------------------------


def test_this_month_and_the_next_three_have_a_table(db):
    months = [part.month for part in partitions()]

    assert months[0] <= today()
    assert (len(months), months[-1]) == (5, None)
    assert probes.missing_partitions() == 0
    assert make_partitions() == 0


def test_tables_are_made_by_the_application_and_closed_to_it(wearing, shift_clock):
    with wearing("app_web"):
        shift_clock(dt.timedelta(days=400))
        assert make_partitions() == 4
        record(None, "signed_in", None)

        assert places() == []  # nobody asks
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            sql(f"SELECT * FROM {name_of(today(dt.timedelta(days=400)))}")
    assert places() == [name_of(today(dt.timedelta(days=400)))]
    closed = sql(
        "SELECT count(*) FROM pg_class WHERE relispartition AND relkind = 'r' AND relrowsecurity AND relforcerowsecurity"
    )
    assert closed == [(len(partitions()),)]


def test_probe_tells_when_months_run_out(db, monkeypatch):
    monkeypatch.setattr(probes.timezone, "localdate", lambda: dt.date(2040, 1, 31))

    assert probes.missing_partitions() == 2


def test_row_of_a_month_without_table_is_kept(wearing, shift_clock, seal_file):
    shift_clock(dt.timedelta(days=4000))
    with wearing("app_web"):
        record(None, "signed_in", None)
        made = make_partitions()
        record(None, "signed_in", None)
        seal_entries()

    assert places() == [f"{TABLE}_default"] * 2
    assert made == 3  # the month itself already has rows elsewhere
    assert verify_log(seal_file).findings == []


def test_rows_in_time_count_as_sealed_and_late_ones_are_told(db, shift_clock):
    record(None, "signed_in", None)
    assert probes.late_seals() == 0

    shift_clock(dt.timedelta(minutes=6))
    assert probes.late_seals() == 1

    seal_entries()
    assert probes.late_seals() == 0


def test_very_first_row_waits_like_any_other(wearing):
    for number in (1, 2):
        fake_row(number, at="clock_now() - interval '6 minutes'")

    assert probes.late_seals() == 2


# --- archives ---------------------------------------------------------------------------------------------


@pytest.fixture
def old(wearing, shift_clock):
    """Two rows of three years ago and two of today, sealed; the end of the old month shares a batch with nobody."""
    with wearing("app_web"):
        shift_clock(LONG_AGO)
        make_partitions(0)
        record(None, "signed_in", None)
        seal_entries()
        record(None, "signed_out", None, detail={"why": "tab\tand\nline"})
        shift_clock(dt.timedelta())
        record(None, "signed_in", None)
        seal_entries()
        record(None, "signed_out", None)
        seal_entries()
    return today(LONG_AGO)


def archive(folder, before):
    call_command("archive_audit", before=f"{before:%Y-%m}", to=folder)


def unzipped(path):
    return gzip.decompress(path.read_bytes())


def after(month):
    return (month + dt.timedelta(days=32)).replace(day=1)


def test_old_month_leaves_as_a_file_that_proves_its_seals(old, tmp_path, seal_file):
    archive(tmp_path, after(old))

    path = file_of(tmp_path, old)
    assert name_of(old) not in {part.name for part in partitions()}
    assert AuditEntry.objects.filter(verb__in=("signed_in", "signed_out")).count() == 2
    assert path.stat().st_mode & 0o777 == 0o600
    lines = unzipped(path).decode().splitlines()
    assert (len(lines), "signed_in" in lines[1], "tab\\\\tand" in lines[2]) == (3, True, True)
    kept = AuditArchive.objects.get()
    assert (kept.month, kept.rows) == (old, 2)
    assert AuditEntry.objects.get(verb="audit_archived").detail["sha256"] == kept.rows_digest


def test_what_was_archived_is_verified_with_and_without_the_files(old, tmp_path, seal_file):
    archive(tmp_path, after(old))

    without, with_files = verify_log(seal_file), verify_log(seal_file, archives=tmp_path)

    assert (without.findings, without.archived_seals) == ([], 2)
    assert (with_files.findings, with_files.archived_seals, with_files.rows) == ([], 0, 4)


def test_archive_that_was_altered_is_refused(old, tmp_path, seal_file):
    archive(tmp_path, after(old))
    path = file_of(tmp_path, old)
    path.write_bytes(gzip.compress(unzipped(path).replace(b"signed_out", b"signed_in!")))

    with pytest.raises(CommandError, match="is not the file that was archived"):
        call_command("verify_audit", archives=tmp_path)


def test_month_that_was_deleted_and_called_archived_is_found(old, tmp_path, seal_file):
    """The file outside was told of no such archive."""
    for part in [part for part in partitions() if part.month == old]:
        sql(f"ALTER TABLE {TABLE} DETACH PARTITION {part.name}")
    # Numbers go on counting over all tests of a database: whatever could have been in there.
    AuditArchive(month=old, first=1, last=2**40, rows=2, rows_digest="0" * 64).save(force_insert=True)

    assert [found.kind for found in verify_log(seal_file).findings] == ["archive"]


def test_month_that_was_dropped_is_found(old, tmp_path, seal_file):
    sql(f"ALTER TABLE {TABLE} DETACH PARTITION {name_of(old)}")

    assert verify_log(seal_file).first_bad.seal == 1


def test_month_that_has_to_stay_is_refused(old, tmp_path, settings):
    settings.MARUGOTO_AUDIT_ONLINE_MONTHS = 60

    with pytest.raises(CommandError, match="stay in the database"):
        archive(tmp_path, after(old))


def test_month_that_is_not_sealed_stays(wearing, shift_clock, tmp_path):
    with wearing("app_web"):
        shift_clock(LONG_AGO)
        make_partitions(0)
        record(None, "signed_in", None)
        shift_clock(dt.timedelta())

    with pytest.raises(CommandError, match="not sealed"):
        archive(tmp_path, after(today(LONG_AGO)))
    assert AuditEntry.objects.count() == 1


def test_application_archives_nothing(db, tmp_path):
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        AuditArchive(month=dt.date(2026, 1, 1), first=1, last=2, rows=2, rows_digest="").save(
            force_insert=True
        )
