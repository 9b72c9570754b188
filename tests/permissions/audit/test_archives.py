"""A month leaves as one file that says what it is; while anything differs, it stays."""

import datetime as dt
import gzip
import hashlib
import json
import os
from zoneinfo import ZoneInfo

import pytest

from permissions.audit import archives
from permissions.audit.actions import record
from permissions.audit.archives import Span, archivable, archive_month, archived_rows, file_of
from permissions.audit.models import AuditArchive, AuditEntry
from permissions.audit.partitions import Partition, make_partitions, month_after, name_of, partitions
from permissions.audit.seal_file import FileArchive, SealFile
from permissions.audit.seals import SEALED_COLUMNS, rows_as_text, seal_entries
from permissions.errors import NotAllowed
from tests.permissions.audit.sealing import fake_row, sql

JAPAN = ZoneInfo("Asia/Tokyo")
LONG_AGO = dt.timedelta(days=-3 * 365)


@pytest.fixture
def old(wearing, shift_clock):
    """A month three years ago with a table of its own, in which nothing happened yet."""
    with wearing("app_web"):
        shift_clock(LONG_AGO)
        make_partitions(0)
        shift_clock(dt.timedelta())
    return partitions()[0]


@pytest.fixture
def then(wearing, shift_clock):
    """Do something in that month, sealed to its last row."""

    def act(times):
        with wearing("app_web"):
            shift_clock(LONG_AGO)
            for number in range(times):
                record(None, "signed_in", None, detail={"n": number})
            seal_entries()
            shift_clock(dt.timedelta())

    return act


def is_there(part):
    return part in partitions()


def why(part, folder):
    with pytest.raises(NotAllowed) as refusal:
        archive_month(part, folder)
    assert is_there(part)
    assert not AuditArchive.objects.exists()
    return str(refusal.value)


# --- months ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "after"), [((2026, 1), (2026, 2)), ((2026, 11), (2026, 12)), ((2026, 12), (2027, 1))]
)
def test_month_reaches_to_the_first_moment_of_the_next_in_japan(month, after):
    assert month_after(dt.date(*month, 28)) == dt.date(*after, 1)
    assert Span.of(dt.date(*month, 1)) == Span(
        dt.datetime(*month, 1, tzinfo=JAPAN), dt.datetime(*after, 1, tzinfo=JAPAN)
    )


def test_months_before_a_day_may_leave_and_its_own_stays(old, settings):
    settings.MARUGOTO_AUDIT_ONLINE_MONTHS = 1
    later, today = month_after(old.month), old.month.replace(year=old.month.year + 3)

    assert archivable(later.replace(day=28), today=today) == [old]
    assert archivable(old.month.replace(day=28), today=today) == []
    assert old.month in {part.month for part in partitions()}
    assert None in {part.month for part in partitions()}


@pytest.mark.parametrize(
    ("today", "newest", "refused"),
    [
        ((2026, 11, 30), (2023, 11, 30), (2023, 12, 1)),
        ((2026, 12, 1), (2023, 12, 31), (2024, 1, 1)),
        ((2027, 1, 1), (2024, 1, 31), (2024, 2, 1)),
    ],
)
def test_months_at_hand_are_counted_back_from_today(db, settings, today, newest, refused):
    settings.MARUGOTO_AUDIT_ONLINE_MONTHS = 36

    assert archivable(dt.date(*newest), today=dt.date(*today)) == []
    with pytest.raises(NotAllowed) as refusal:
        archivable(dt.date(*refused), today=dt.date(*today))
    assert str(refusal.value) == "the last 36 months stay in the database (MARUGOTO_AUDIT_ONLINE_MONTHS)"


# --- writing --------------------------------------------------------------------------------------------


def test_file_says_what_it_is_and_holds_the_rows_and_all_three_places_know_it(
    old, then, tmp_path, seal_file, settings
):
    settings.MARUGOTO_AUDIT_ARCHIVE_YEARS = 7
    then(2)
    numbers = list(AuditEntry.objects.order_by("number").values_list("number", flat=True))
    rows = list(rows_as_text(0, numbers[1]))
    month, digest = f"{old.month:%Y-%m}", hashlib.sha256(b"".join(rows)).hexdigest()
    folder = tmp_path / "far" / "away"

    path = archive_month(old, folder)

    assert path == folder / f"audit-{month}.gz"
    head, *kept = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    assert json.loads(head) == {
        "month": month, "columns": list(SEALED_COLUMNS), "keep_until": f"{old.month.year + 7}-{old.month:%m}",
    }  # fmt: skip
    assert kept == rows
    told = FileArchive(month, *numbers, 2, digest)
    assert list(SealFile(seal_file).entries())[-1] == told
    row = AuditArchive.objects.get()
    assert (row.month, row.first, row.last, row.rows, row.rows_digest) == (old.month, *numbers, 2, digest)
    entry = AuditEntry.objects.get()
    assert (entry.user_id, entry.verb, entry.subject) == (None, "audit_archived", "")
    assert entry.detail == {"month": month, "rows": 2, "sha256": digest}
    assert not is_there(old)
    assert list(archived_rows(folder, row)) == rows


def test_file_is_made_anew_for_nobody_else_and_is_the_same_each_time(old, then, tmp_path, monkeypatch):
    then(1)
    synced = []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(os.fstat(number)))
    path = file_of(tmp_path, old.month)
    path.write_bytes(b"x" * 5_000)
    path.chmod(0o600)

    assert archive_month(old, tmp_path) == path

    told = path.stat()
    assert told.st_mode & 0o777 == 0o600
    assert told.st_size < 5_000
    assert path.read_bytes()[4:8] == b"\0" * 4  # no time of day in it
    (at_sync,) = [each for each in synced if each.st_ino == told.st_ino]
    # The rows are on the disk; what gzip puts behind them is checked when the file is read back.
    assert at_sync.st_size > 100


def test_new_file_is_for_nobody_else(old, then, tmp_path):
    then(1)

    assert archive_month(old, tmp_path).stat().st_mode & 0o777 == 0o600


def test_rows_of_the_months_around_it_stay(old, then, tmp_path):
    """One moment before the month, and its successor's first: both in the table of everything else."""
    month = f"'{old.month}'::timestamp AT TIME ZONE 'Asia/Tokyo'"
    fake_row(-1, at=f"{month} - interval '1 microsecond'")
    then(1)
    fake_row(-2, at=f"('{month_after(old.month)}'::timestamp AT TIME ZONE 'Asia/Tokyo')")

    archive_month(old, tmp_path)

    (row,) = AuditArchive.objects.values_list("first", "rows")
    assert (row[0] > 0, row[1]) == (True, 1)
    assert set(AuditEntry.objects.filter(number__lt=0).values_list("number", flat=True)) == {-1, -2}


def test_month_without_rows_leaves_without_a_file(old, tmp_path):
    assert archive_month(old, tmp_path) is None

    assert not is_there(old)
    assert list(tmp_path.glob("*.gz")) == []
    assert not AuditArchive.objects.exists()


def test_without_a_seal_file_nothing_is_told_outside(old, then, tmp_path, settings):
    then(1)
    settings.MARUGOTO_SEAL_FILE = ""

    assert archive_month(old, tmp_path) == file_of(tmp_path, old.month)
    assert AuditArchive.objects.count() == 1


# --- staying --------------------------------------------------------------------------------------------


def test_rows_of_no_month_of_their_own_stay(db, tmp_path):
    part = Partition("marugoto_permissions_auditentry_default", None)

    assert why(part, tmp_path) == "the rows of no month of their own stay"


def test_month_with_a_row_that_no_seal_holds_stays(old, tmp_path):
    fake_row(1, at=f"'{old.month}'::timestamp AT TIME ZONE 'Asia/Tokyo'")

    assert why(old, tmp_path) == f"{old.month:%Y-%m} is not sealed to its end"


def test_month_stays_when_the_file_reads_otherwise_than_it_was_written(old, then, tmp_path, monkeypatch):
    then(2)
    whole = gzip.open

    def damaged(path, *arguments):
        path.write_bytes(
            gzip.compress(gzip.decompress(path.read_bytes()).replace(b"signed_in", b"signed_on"))
        )
        return whole(path, *arguments)

    monkeypatch.setattr(gzip, "open", damaged)

    assert why(old, tmp_path) == f"audit-{old.month:%Y-%m}.gz is not what the database holds"


def test_month_stays_when_fewer_rows_were_written_than_are_there(old, then, tmp_path, monkeypatch):
    then(2)
    whole = archives.copied_rows
    monkeypatch.setattr(archives, "copied_rows", lambda condition: iter(list(whole(condition))[:1]))

    assert why(old, tmp_path) == f"audit-{old.month:%Y-%m}.gz is not what the database holds"


def test_month_stays_when_the_disk_is_full_and_nobody_waits_for_ever(old, then, tmp_path, monkeypatch):
    """A COPY that is left open holds the connection: the rollback would wait for it."""
    then(2)
    written = []

    def write(file, data):
        written.append(data)
        if len(written) > 1:
            raise OSError("No space left on device")

    monkeypatch.setattr(gzip.GzipFile, "write", write)

    with pytest.raises(OSError, match="No space left"):
        archive_month(old, tmp_path)
    assert is_there(old)
    assert not AuditArchive.objects.exists()


def test_file_that_is_missing_or_another_is_named(old, then, tmp_path):
    then(1)
    path = archive_month(old, tmp_path)
    row = AuditArchive.objects.get()

    def told():
        with pytest.raises(NotAllowed) as refusal:
            archived_rows(tmp_path, row)
        return str(refusal.value)

    kept = path.read_bytes()
    path.write_bytes(gzip.compress(gzip.decompress(kept) + b"1\tx\n"))
    assert told() == f"{path} is not the file that was archived"
    path.unlink()
    assert told() == f"{path} is missing"


def test_table_of_a_month_is_gone_for_good(old, tmp_path):
    archive_month(old, tmp_path)

    assert sql("SELECT to_regclass(%s)::text", name_of(old.month)) == [(None,)]
