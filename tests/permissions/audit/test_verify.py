"""What the verifier says, whole: every finding with its batch, its kind and its words, and nothing else."""

import datetime as dt
import gzip
import hashlib
import json

import pytest
from django.db import transaction
from django.utils import timezone

from permissions.audit import verify
from permissions.audit.archives import file_of
from permissions.audit.models import AuditArchive, AuditSeal
from permissions.audit.seal_file import FileSeal
from permissions.audit.verify import Finding, Report, verify_log
from tests.permissions.audit.sealing import BATCHES, LOG, SEALS, fake_row, sql

ALTERED = "3 rows were sealed and are there, but not as they were: altered"
ELSE = "the file says something else about this seal"
SEQUENCE = "marugoto_permissions_audit_number"


def findings(*arguments, **options):
    return [(found.seal, found.kind, found.words) for found in verify_log(*arguments, **options).findings]


def drawn():
    return sql(f"SELECT last_value FROM {SEQUENCE}")[0][0]


def alter(number):
    assert sql(f"UPDATE {LOG} SET user_id = 42 WHERE number = %s", number) == 1


def alter_seal(number, **values):
    words = ", ".join(f"{name} = {value}" for name, value in values.items())
    assert sql(f"UPDATE {SEALS} SET {words} WHERE number = %s", number) == 1


def keep_lines(seal_file, start, end):
    lines = seal_file.read_text().splitlines(keepends=True)
    seal_file.write_text("".join(lines[start:end]))


def archived(month, **values):
    row = AuditArchive(month=month, **{"rows": 1, "rows_digest": "0" * 64, **values})
    row.save(force_insert=True)
    return row


# --- what is told ---------------------------------------------------------------------------------------


def test_report_counts_what_was_looked_at_and_how_long_it_took(sealed, seal_file):
    report = verify_log(seal_file)

    assert 0 < report.seconds < 60
    report.seconds = 0.0
    assert report == Report(seals=BATCHES, rows=12)


def test_application_verifies_too_though_nobody_reads_the_log_by_it(sealed, seal_file, wearing):
    with wearing("app_web"):
        report = verify_log(seal_file)

    assert (report.seals, report.rows, report.findings) == (BATCHES, 12, [])


def test_fault_in_the_middle_ends_the_reading_and_is_told(sealed, seal_file, monkeypatch):
    """A COPY that is left open holds the connection: whoever verifies would wait for ever."""
    monkeypatch.setattr(verify, "_check_chain", lambda *words: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        verify_log(seal_file)
    assert drawn() >= sealed[-1]


def test_first_bad_is_the_lowest_batch_and_the_whole_comes_last():
    report = Report()
    assert report.first_bad is None
    for seal in (None, 7, 1, 0, 3):
        report.add(seal, "kind", "words")

    assert report.findings == [Finding(seal, "kind", "words") for seal in (None, 7, 1, 0, 3)]
    assert report.first_bad == Finding(0, "kind", "words")
    assert Report(findings=[Finding(None, "a", ""), Finding(1, "b", "")]).first_bad.seal == 1


def test_log_without_seals_and_without_a_file_is_good(wearing, seal_file):
    fake_row(1)

    report = verify_log(seal_file)

    assert (report.findings, report.seals, report.rows, report.unsealed_rows) == ([], 0, 0, 1)


# --- rows -----------------------------------------------------------------------------------------------


def test_each_altered_batch_is_named_once(sealed, seal_file):
    for number in (sealed[0], sealed[1], sealed[11]):
        alter(number)

    assert findings(seal_file) == [(1, "rows", ALTERED), (4, "rows", ALTERED)]


def test_what_is_missing_and_what_is_too_much_is_counted(sealed, seal_file):
    sql(f"DELETE FROM {LOG} WHERE number = ANY(%s)", sealed[3:5])
    fake_row(sealed[7], at="clock_now() + interval '1 second'")

    assert findings(seal_file) == [
        (2, "rows", "3 rows were sealed, 1 are there: deleted"),
        (3, "rows", "3 rows were sealed, 4 are there: inserted later"),
    ]


def test_log_of_which_no_row_is_left_is_told_batch_by_batch(sealed, seal_file):
    sql(f"DELETE FROM {LOG}")

    assert findings(seal_file) == [
        (number, "rows", "3 rows were sealed, 0 are there: deleted") for number in range(1, BATCHES + 1)
    ]


def test_moments_are_compared_in_the_time_of_the_database():
    at = dt.datetime(2026, 1, 1, 8, 59, 59, 999_999, tzinfo=dt.timezone(dt.timedelta(hours=9)))

    assert verify._as_text(at) == b"2025-12-31 23:59:59"


@pytest.mark.parametrize(("numbers", "told"), [([0], 1), ([-(10**15), 0, -5], 3)])
def test_rows_before_the_first_batch_are_counted_and_named_once(sealed, seal_file, numbers, told):
    for number in numbers:
        fake_row(number)

    assert findings(seal_file) == [(1, "stray", f"{told} rows have numbers that stand in no batch")]


def test_strays_of_two_places_are_counted_apart(sealed, seal_file):
    fake_row(0)
    sql(f"DELETE FROM {SEALS} WHERE number = 2")

    assert findings(seal_file) == [
        (1, "stray", "1 rows have numbers that stand in no batch"),
        (2, "missing", "seal 2 is missing"),
        (3, "stray", "3 rows have numbers that stand in no batch"),
    ]


@pytest.mark.parametrize("days", [2, -2])
def test_time_that_does_not_belong_into_the_batch_is_named_and_the_next_batch_is_not(sealed, seal_file, days):
    sql(f"UPDATE {LOG} SET at = at + %s * interval '1 day' WHERE number = %s", days, sealed[4])
    batch = verify.rows_as_text(sealed[2], sealed[5])
    digest = hashlib.sha256(b"".join(batch)).hexdigest()
    alter_seal(2, rows_digest=f"'{digest}'")

    assert findings(None) == [
        (2, "seal", "the seal itself was altered"),
        (2, "backdated", "a row bears a time that does not belong into this batch"),
    ]


def test_time_of_a_row_may_lie_a_day_before_the_seal_before(sealed, seal_file):
    day_before = f"(SELECT sealed_at - interval '1 day' FROM {SEALS} WHERE number = 1)"
    sql(f"UPDATE {LOG} SET at = {day_before} WHERE number = %s", sealed[4])
    batch = verify.rows_as_text(sealed[2], sealed[5])
    alter_seal(2, rows_digest=f"'{hashlib.sha256(b''.join(batch)).hexdigest()}'")

    assert findings(None) == [(2, "seal", "the seal itself was altered")]


def test_first_batch_may_begin_at_any_time_and_end_at_none_after_its_seal(sealed, seal_file):
    def moved(days):
        sql(f"UPDATE {LOG} SET at = at + %s * interval '1 day' WHERE number = %s", days, sealed[1])
        return [kind for seal, kind, _words in findings(None)]

    assert moved(-1000) == ["rows"]
    digest = hashlib.sha256(b"".join(verify.rows_as_text(0, sealed[2]))).hexdigest()
    alter_seal(1, rows_digest=f"'{digest}'")
    assert [kind for _seal, kind, _words in findings(None)] == ["seal"]


def test_row_beyond_every_number_that_was_drawn_is_named(sealed, seal_file):
    fake_row(10**15)

    assert findings(seal_file) == [
        (None, "stray", f"a row has number {10**15}, but numbers were drawn up to {drawn()} only")
    ]


# --- the chain ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "kind", "words"),
    [
        ("previous", "repeat('0', 64)", "order", "the seal does not follow on the one before it"),
        ("after", "after - 1", "order", "the seal does not follow on the one before it"),
        ("digest", "repeat('0', 64)", "seal", "the seal itself was altered"),
        ("sealed_at", "sealed_at + interval '1 second'", "seal", "the seal itself was altered"),
    ],
)
def test_seal_that_was_altered_is_told_apart_from_one_in_another_place(
    sealed, seal_file, column, value, kind, words
):
    alter_seal(3, **{column: value})

    follows = [(4, "order", "the seal does not follow on the one before it")] if column == "digest" else []
    assert findings(seal_file) == [(3, kind, words), *follows, (3, "file", ELSE)]


def test_first_seal_follows_on_nothing(sealed, seal_file):
    alter_seal(1, previous="repeat('1', 64)")

    assert findings(None) == [(1, "order", "the seal does not follow on the one before it")]


def test_seals_beyond_every_number_that_was_drawn_are_named(sealed, seal_file):
    alter_seal(4, upto=10**15)

    assert findings(None) == [
        (4, "seal", "the seal itself was altered"),
        (None, "stray", f"seals reach number {10**15}, but numbers were drawn up to {drawn()} only"),
    ]


def test_many_seals_are_read_page_by_page(sealed, seal_file, monkeypatch):
    monkeypatch.setattr(verify, "SEALS_AT_ONCE", 1)
    # A row that was written last stands last in the table, unless somebody asks for an order.
    alter_seal(1, rows="rows")
    good = verify_log(seal_file)
    alter(sealed[3])

    assert (good.findings, good.seals, good.rows) == ([], BATCHES, 12)
    assert findings(seal_file) == [(2, "rows", ALTERED)]


# --- the file -------------------------------------------------------------------------------------------


def test_file_that_is_missing_is_named_where_there_are_seals(sealed, seal_file):
    seal_file.unlink()

    assert findings(seal_file) == [(1, "file", f"{seal_file} is missing or empty")]


def test_file_that_cannot_be_read_is_named_and_nothing_is_compared_with_it(sealed, seal_file):
    seal_file.write_text(seal_file.read_text().replace("seal\t2", "seal\tx"))

    assert findings(seal_file) == [(None, "file", "the seal file has a line that cannot be read")]


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (1, 4, [(1, "file shortened", "the file begins with seal 2")]),
        (0, 2, [(3, "file shortened", "the file ends with seal 2")]),
        (
            1, 3,
            [
                (4, "file shortened", "the file ends with seal 3"),
                (1, "file shortened", "the file begins with seal 2"),
            ],
        ),
    ],
)  # fmt: skip
def test_file_that_was_shortened_is_named_at_its_ends(sealed, seal_file, start, end, found):
    keep_lines(seal_file, start, end)

    assert findings(seal_file) == found


def test_hole_in_the_file_is_named_where_it_begins(sealed, seal_file):
    lines = seal_file.read_text().splitlines(keepends=True)
    seal_file.write_text("".join([lines[0], lines[3]]))

    assert findings(seal_file) == [(2, "file", "the file has no line for seal 2")]


@pytest.fixture
def hand(monkeypatch):
    """A clock that moves by what somebody sleeps: the sleeps, and what happens in the first of them."""

    class Hand:
        at, slept, meanwhile = 0.0, [], staticmethod(lambda: None)

        def sleep(self, seconds):
            self.at += seconds
            self.slept.append(seconds)
            if len(self.slept) == 1:
                self.meanwhile()

    hand = Hand()
    hand.slept = []
    monkeypatch.setattr(verify.time, "monotonic", lambda: hand.at)
    monkeypatch.setattr(verify.time, "sleep", hand.sleep)
    monkeypatch.setattr(verify, "WAIT_SECONDS", 1.0)
    return hand


def cut_off(*numbers):
    gone = list(AuditSeal.objects.filter(number__in=numbers))
    sql(f"DELETE FROM {SEALS} WHERE number = ANY(%s)", list(numbers))
    return gone


def test_seal_that_is_in_the_file_only_is_waited_for_a_little(sealed, seal_file, hand):
    cut_off(4)

    assert findings(seal_file) == [(4, "cut off", "the file knows seals up to 4, the database up to 3")]
    assert hand.slept == [0.2] * 5


def test_seal_that_was_just_being_written_is_no_fault(sealed, seal_file, hand):
    (last,) = cut_off(4)
    hand.meanwhile = lambda: last.save(force_insert=True)

    assert findings(seal_file) == []
    assert hand.slept == [0.2]


@pytest.mark.parametrize(("numbers", "left"), [([3, 4], 2), ([1, 2, 3, 4], 0)])
def test_several_seals_that_are_in_the_file_only_are_not_waited_for(sealed, seal_file, hand, numbers, left):
    cut_off(*numbers)

    assert findings(seal_file) == [
        (left + 1, "cut off", f"the file knows seals up to 4, the database up to {left}")
    ]
    assert hand.slept == []


# --- months that left -----------------------------------------------------------------------------------


def test_batch_with_a_row_in_an_archive_is_not_compared_and_its_neighbors_are(sealed, seal_file):
    last_of_two = AuditSeal.objects.get(number=2).upto
    archived(timezone.localdate().replace(day=1), first=last_of_two, last=last_of_two)
    for number in (sealed[2], sealed[3], sealed[6]):
        alter(number)

    report = verify_log(None)

    assert report.archived_seals == 1
    assert [(found.seal, found.kind) for found in report.findings] == [(1, "rows"), (3, "rows")]


@pytest.mark.parametrize("column", ["first", "last", "rows", "rows_digest"])
def test_archive_of_which_the_file_says_something_else_is_named(sealed, seal_file, column):
    month = timezone.localdate().replace(day=1)
    told = {"first": 1, "last": 2, "rows": 3, "rows_digest": "d" * 64}
    row = archived(month, **told)
    line = "\t".join(["archived", f"{month:%Y-%m}", "1", "2", "3", "d" * 64])
    with seal_file.open("a") as file:
        file.write(f"{line}\n")
    good = findings(seal_file)
    sql("ALTER TABLE marugoto_permissions_auditarchive DISABLE TRIGGER wall_frozen")
    other = "repeat('e', 64)" if column == "rows_digest" else f"{column} + 1"
    sql(f"UPDATE marugoto_permissions_auditarchive SET {column} = {other} WHERE month = %s", row.month)

    assert good == []
    assert findings(seal_file) == [
        (None, "archive", f"the file does not say that {month:%Y-%m} was archived like this")
    ]


def test_row_of_an_archive_that_cannot_be_read_leaves_no_copy_open(wearing, tmp_path, monkeypatch):
    """The merged stream ends with the fault; the COPY inside it would hold the connection."""
    for number in (9, 11, 20, 21):
        fake_row(number)
    gone = [AuditArchive(month=timezone.localdate().replace(day=1), first=8, last=22, rows=2, rows_digest="")]
    monkeypatch.setattr(verify, "archived_rows", lambda *words: iter([b"10\tx\n", b"no number\n"]))

    # The transaction rolls back while the fault is on its way: the very query that would wait.
    told = pytest.raises(ValueError, match="subsection not found")
    with told, transaction.atomic(), verify._rows_between(0, 30, gone, tmp_path) as rows:
        list(rows)
    assert drawn() >= 21


def test_rows_of_archives_and_of_the_database_come_in_the_order_of_their_numbers(wearing, tmp_path):
    for number in (9, 11, 20, 21):
        fake_row(number)
    month = timezone.localdate().replace(day=1)
    rows = [f"{number}\tx\n".encode() for number in (8, 10, 22)]
    with gzip.open(file_of(tmp_path, month), "wb") as file:
        file.write(b"".join([json.dumps({}).encode() + b"\n", *rows]))
    digest = hashlib.sha256(b"".join(rows)).hexdigest()
    gone = [AuditArchive(month=month, first=8, last=22, rows=3, rows_digest=digest)]

    def numbers(after, upto):
        with verify._rows_between(after, upto, gone, tmp_path) as rows:
            return [int(row.split(b"\t")[0]) for row in rows]

    assert numbers(0, 100) == [8, 9, 10, 11, 20, 21, 22]
    assert [numbers(7, 8), numbers(8, 10), numbers(21, 22), numbers(22, 30)] == [[8], [9, 10], [22], []]
    assert (numbers(0, 7), numbers(20, 21)) == ([], [21])
    # A file is opened for its own numbers only.
    file_of(tmp_path, month).unlink()
    assert (numbers(0, 7), numbers(22, 30)) == ([], [])


def test_file_line_of_a_seal_is_what_the_database_says(sealed, seal_file):
    lines = [FileSeal.of(seal).line() for seal in AuditSeal.objects.order_by("number")]

    assert seal_file.read_text().splitlines() == lines
