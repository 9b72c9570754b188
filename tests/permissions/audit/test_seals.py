"""Whatever is done to the sealed log, the verifier names the first batch that is no longer what it was."""

import dataclasses
import datetime as dt
import hashlib
import shutil

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from permissions.audit import seals
from permissions.audit.actions import record
from permissions.audit.models import AuditSeal
from permissions.audit.seal_file import FileSeal, SealFile, SealFileError
from permissions.audit.seals import Batch, seal_entries
from permissions.audit.verify import verify_log
from permissions.walls.context import clock
from permissions.walls.own import SEAL_JOB
from tests.permissions.audit.sealing import BATCHES, LOG, ROWS, SEALS, fake_row, sql


def first_bad(seal_file):
    bad = verify_log(seal_file).first_bad
    return (bad.seal, bad.kind) if bad else None


def rolled_back(act):
    with transaction.atomic():
        act()
        transaction.set_rollback(True)


# --- what is right ------------------------------------------------------------------------------------


def test_what_was_only_added_is_found_good(sealed, seal_file):
    report = verify_log(seal_file)

    assert (report.seals, report.rows, report.unsealed_rows, report.findings) == (BATCHES, 12, 0, [])
    assert [entry.number for entry in SealFile(seal_file).entries()] == [1, 2, 3, 4]
    assert seal_file.stat().st_mode & 0o777 == 0o600


def test_rows_after_the_last_seal_wait_and_are_no_fault(sealed, seal_file, wearing):
    with wearing("app_web"):
        record(None, "signed_in", None)

    report = verify_log(seal_file)

    assert (report.unsealed_rows, report.findings) == (1, [])


def test_sealing_again_with_nothing_new_makes_no_seal(sealed, wearing):
    with wearing("app_web"):
        assert seal_entries() == 0


def test_numbers_of_what_was_rolled_back_are_no_fault(sealed, seal_file, wearing):
    with wearing("app_web"):
        rolled_back(lambda: record(None, "signed_in", None))
        assert seal_entries() == 0
        record(None, "signed_in", None)
        assert seal_entries() == 1

    assert verify_log(seal_file).findings == []


def test_without_a_file_nothing_is_sealed_here(db, settings):
    settings.MARUGOTO_SEAL_FILE = ""
    record(None, "signed_in", None)

    assert seal_entries() == 0


# --- what is not --------------------------------------------------------------------------------------

COLUMNS = {
    "at": "at + interval '1 microsecond'",
    "request_id": "gen_random_uuid()",
    "address": "'192.0.2.1'",
    "user_id": "42",
    "membership_id": "42",
    "agency_id": "42",
    "role": "'chief'",
    "verb": "'read'",
    "subject": "'x'",
    "subject_id": "'x'",
    "case_id": "gen_random_uuid()",
    "person_id": "gen_random_uuid()",
    "item": "'money'",
    "basis": "'duty'",
    "line_id": "gen_random_uuid()",
    "detail": "'{}'",
}


def test_every_column_is_sealed():
    assert set(seals.SEALED_COLUMNS) == {"number", *COLUMNS}


@pytest.mark.parametrize("column", COLUMNS)
def test_altered_row_is_named(sealed, seal_file, column):
    assert sql(f"UPDATE {LOG} SET {column} = {COLUMNS[column]} WHERE number = %s", sealed[4]) == 1

    assert first_bad(seal_file) == (2, "rows")


def test_deleted_row_is_named(sealed, seal_file):
    sql(f"DELETE FROM {LOG} WHERE number = %s", sealed[7])

    bad = verify_log(seal_file).first_bad
    assert (bad.seal, bad.words) == (3, "3 rows were sealed, 2 are there: deleted")


def test_every_row_of_a_batch_deleted_is_named(sealed, seal_file):
    sql(f"DELETE FROM {LOG} WHERE number = ANY(%s)", sealed[6:9])

    assert first_bad(seal_file) == (3, "rows")


@pytest.mark.parametrize("at", ["clock_now()", "clock_now() - interval '3 months'"])
def test_row_inserted_later_is_named(sealed, seal_file, wearing, at):
    """With a number that was drawn by an act that was rolled back, or with one twice."""
    fake_row(sealed[2], at=f"{at} + interval '1 second'")

    bad = verify_log(seal_file).first_bad
    assert (bad.seal, bad.words) == (1, "3 rows were sealed, 4 are there: inserted later")


def test_backdated_row_with_a_new_number_is_named(sealed, seal_file, wearing):
    sql(
        f"INSERT INTO {LOG} (at, verb, subject, subject_id)"
        " VALUES (clock_now() - interval '40 days', 'signed_in', '', '')"
    )
    with wearing("app_web"):
        record(None, "signed_in", None)
        seal_entries()

    assert first_bad(seal_file) == (5, "backdated")


@pytest.mark.parametrize("number", [0, -5])
def test_row_before_the_first_number_is_named(sealed, seal_file, number):
    fake_row(number)

    assert first_bad(seal_file) == (1, "stray")


def test_row_with_a_number_that_was_never_drawn_is_named(sealed, seal_file):
    fake_row(10_000_000)

    assert first_bad(seal_file) == (None, "stray")


def test_two_rows_with_changed_places_are_named(sealed, seal_file):
    one, other = sealed[1], sealed[10]
    for old, new in ((one, -1), (other, one), (-1, other)):
        sql(f"UPDATE {LOG} SET number = %s WHERE number = %s", new, old)

    found = {finding.seal for finding in verify_log(seal_file).findings}
    assert (first_bad(seal_file), found) == ((1, "rows"), {1, 4})


def test_reordered_batches_are_named(sealed, seal_file):
    for old, new in ((2, 99), (3, 2), (99, 3)):
        sql(f"UPDATE {SEALS} SET number = %s WHERE number = %s", new, old)

    assert first_bad(seal_file)[0] == 2


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("rows", "rows + 1"),
        ("rows_digest", "repeat('0', 64)"),
        ("previous", "repeat('0', 64)"),
        ("digest", "repeat('0', 64)"),
        ("sealed_at", "sealed_at + interval '1 second'"),
        ("upto", "upto - 1"),
        ("after", "after - 1"),
    ],
)
def test_altered_seal_is_named(sealed, seal_file, column, value):
    sql(f"UPDATE {SEALS} SET {column} = {value} WHERE number = 3")

    assert first_bad(seal_file)[0] == 3
    assert verify_log(None).first_bad.seal == 3


def test_seal_in_the_middle_deleted_is_named(sealed, seal_file):
    sql(f"DELETE FROM {SEALS} WHERE number = 2")

    assert first_bad(seal_file) == (2, "missing")


def test_rows_and_all_later_seals_computed_anew_are_known_by_the_file(sealed, seal_file):
    """Whoever has the whole database can make a chain that fits; the file does not."""
    sql(f"UPDATE {LOG} SET user_id = 42 WHERE number = %s", sealed[4])
    _seal_anew()

    assert verify_log(None).findings == []
    assert first_bad(seal_file) == (2, "file")


def _seal_anew():
    with clock(SEAL_JOB):
        before = None
        for seal in AuditSeal.objects.order_by("number"):
            batch = seals.digest_of(seal.after, seal.upto)
            seal.rows, seal.rows_digest = batch.rows, batch.rows_digest
            seal.previous = before.digest if before else seals.NO_SEAL
            seal.digest = seals.seal_digest(
                seal.number, batch, previous=seal.previous, sealed_at=seal.sealed_at
            )
            seal.save()
            before = seal


def test_seals_cut_off_at_the_end_are_known_by_the_file(sealed, seal_file, monkeypatch):
    monkeypatch.setattr("permissions.audit.verify.WAIT_SECONDS", 0.0)
    sql(f"DELETE FROM {LOG} WHERE number > %s", sealed[8])
    sql(f"DELETE FROM {SEALS} WHERE number = 4")

    assert verify_log(None).findings == []
    assert first_bad(seal_file) == (4, "cut off")


def test_whole_log_and_all_seals_deleted_are_known_by_the_file(sealed, seal_file, monkeypatch):
    monkeypatch.setattr("permissions.audit.verify.WAIT_SECONDS", 0.0)
    sql(f"DELETE FROM {LOG}")
    sql(f"DELETE FROM {SEALS}")

    assert first_bad(seal_file) == (1, "cut off")


def test_shortened_file_is_named(sealed, seal_file):
    lines = seal_file.read_text().splitlines(keepends=True)
    seal_file.write_text("".join(lines[:3]))

    assert first_bad(seal_file) == (4, "file shortened")


def test_file_without_its_beginning_is_named(sealed, seal_file):
    lines = seal_file.read_text().splitlines(keepends=True)
    seal_file.write_text("".join(lines[2:]))

    assert first_bad(seal_file) == (1, "file shortened")


def test_file_with_a_hole_is_named(sealed, seal_file):
    lines = seal_file.read_text().splitlines(keepends=True)
    seal_file.write_text("".join([*lines[:1], *lines[2:]]))

    assert first_bad(seal_file) == (2, "file")


def test_altered_file_is_named(sealed, seal_file):
    text = seal_file.read_text()
    with clock(SEAL_JOB):
        digest = AuditSeal.objects.get(number=2).rows_digest
    seal_file.write_text(text.replace(digest, "0" * 64))

    assert first_bad(seal_file) == (2, "file")


def test_missing_file_is_named(sealed, seal_file):
    seal_file.unlink()

    assert first_bad(seal_file) == (1, "file")


# --- any change at all ----------------------------------------------------------------------------------

TAMPERINGS = st.one_of(
    st.tuples(st.just("alter"), st.integers(0, 11), st.sampled_from(sorted(COLUMNS))),
    st.tuples(st.just("delete"), st.integers(0, 11), st.just("")),
    st.tuples(st.just("insert"), st.integers(0, 11), st.integers(1, 5_000_000)),
    st.tuples(st.just("swap"), st.integers(0, 10), st.just("")),
    st.tuples(st.just("seal"), st.integers(1, 4), st.sampled_from(("rows", "rows_digest", "digest"))),
    st.tuples(st.just("unseal"), st.integers(1, 4), st.just("")),
    st.tuples(st.just("file"), st.integers(0, 3), st.just("")),
)


def test_any_tampering_is_found_and_its_batch_is_the_first_bad(sealed, seal_file, monkeypatch):
    monkeypatch.setattr("permissions.audit.verify.WAIT_SECONDS", 0.0)
    good = seal_file.read_text()

    @hypothesis_settings(max_examples=120, deadline=None, derandomize=True, database=None)
    # Unique: to swap twice is to do nothing.
    @given(st.lists(TAMPERINGS, min_size=1, max_size=3, unique_by=lambda act: act[:2]))
    def tampered(acts):
        with transaction.atomic():
            touched = [batch for act in acts if (batch := _tamper(act, sealed, seal_file)) is not None]
            bad = verify_log(seal_file).first_bad
            transaction.set_rollback(True)
        seal_file.write_text(good)
        if touched:
            assert bad is not None
            assert bad.seal is not None
            assert bad.seal <= min(touched)

    tampered()
    assert verify_log(seal_file).findings == []


def _tamper(act, sealed, seal_file):
    """Do one thing and return the batch it is about, or None if nothing was changed."""
    kind, place, how = act
    if kind == "file":
        return _shorten(seal_file, place)
    if kind in {"seal", "unseal"}:
        return _tamper_seal(kind, place, how)
    number, batch = sealed[place], place // ROWS + 1
    if kind == "swap":
        return _swap(number, sealed[place + 1], batch)
    if kind == "insert":
        fake_row(number, at=f"clock_now() - interval '{int(how)} seconds'")
        return batch
    words = f"DELETE FROM {LOG}" if kind == "delete" else f"UPDATE {LOG} SET {how} = {COLUMNS[how]}"
    return batch if sql(f"{words} WHERE number = %s", number) else None


def _shorten(seal_file, lines_left):
    lines = seal_file.read_text().splitlines(keepends=True)
    seal_file.write_text("".join(lines[:lines_left]))
    return lines_left + 1 if lines_left < len(lines) else None


def _tamper_seal(kind, number, column):
    value = {"rows": "rows + 1"}.get(column, "repeat('f', 64)")
    words = f"DELETE FROM {SEALS}" if kind == "unseal" else f"UPDATE {SEALS} SET {column} = {value}"
    return number if sql(f"{words} WHERE number = %s", number) else None


def _swap(one, other, batch):
    moved = sql(f"UPDATE {LOG} SET number = -1 WHERE number = %s", one)
    moved += sql(f"UPDATE {LOG} SET number = %s WHERE number = %s", one, other)
    moved += sql(f"UPDATE {LOG} SET number = %s WHERE number = -1", other)
    return batch if moved else None


# --- crashes and two at once ----------------------------------------------------------------------------


def test_crash_between_file_and_commit_is_made_good(wearing, seal_file):
    with wearing("app_web"):
        record(None, "signed_in", None)
        rolled_back(seal_entries)  # the database forgets, the file does not
        record(None, "signed_in", None)

        made = seal_entries()

    assert made == 2
    assert [entry.number for entry in SealFile(seal_file).entries()] == [1, 2]
    assert verify_log(seal_file).findings == []


def test_crash_in_the_middle_of_a_line_is_made_good(sealed, seal_file, wearing):
    with seal_file.open("a") as file:
        file.write("seal\t5\t0")  # no entry's number begins with it
    with wearing("app_web"):
        record(None, "signed_in", None)
        seal_entries()
    with pytest.raises(SealFileError):  # not the text that the next line begins with: somebody wrote it
        list(SealFile(seal_file).entries())

    whole = seal_file.read_text().splitlines()[-1]
    seal_file.write_text("\n".join([*seal_file.read_text().splitlines()[:-2], whole[:30], whole, ""]))
    assert verify_log(seal_file).findings == []


def last_line(seal_file, **changed):
    """Return the file's last entry with other values."""
    *_before, last = SealFile(seal_file).entries()
    return dataclasses.replace(last, **changed)


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (
            lambda file: file.write_text("".join(file.read_text().splitlines(keepends=True)[:2])),
            "ends with 2",
        ),
        (lambda file: file.write_text(file.read_text().replace("seal", "sebl")), "unreadable"),
        (lambda file: file.unlink(), "gone"),
        (lambda file: SealFile(file).append(last_line(file, digest="f" * 64)), "another 4"),
        (lambda file: SealFile(file).append(last_line(file, number=5, kind="begin")), "ends with 5"),
        (lambda file: SealFile(file).append(last_line(file, number=6)), "ends with 6"),
        (lambda file: SealFile(file).append(last_line(file, number=5, rows=4)), "does not follow"),
    ],
)
def test_sealing_stops_when_the_file_is_not_ours(sealed, seal_file, wearing, damage, why):
    words = {
        "gone": "does not exist, but there are 4 seals. Bring the file back, or begin a new one:"
        " manage.py verify_audit --begin-file",
        "another 4": "and the database disagree about seal 4: manage.py verify_audit",
        **{
            f"ends with {number}": f"ends with seal {number}, the database with 4: manage.py verify_audit"
            for number in (2, 5, 6)
        },
    }
    damage(seal_file)

    with wearing("app_web"):
        record(None, "signed_in", None)
        with pytest.raises(SealFileError) as refusal:
            seal_entries()

    whole = {
        "unreadable": "the seal file has a line that cannot be read",
        "does not follow": "seal 5 stands in the file, but does not follow the one before: manage.py verify_audit",
    }
    assert str(refusal.value) == whole.get(why, f"{seal_file} {words.get(why)}")
    with clock(SEAL_JOB):
        assert AuditSeal.objects.count() == BATCHES


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"previous": "e" * 64}, "does not follow the one before"),
        ({"after": 0}, "does not follow the one before"),
        ({"rows": 9}, "its rows are others now"),
        ({"rows_digest": "e" * 64}, "its rows are others now"),
        ({"digest": "e" * 64}, "is not the digest of what it says"),
        ({"sealed_at": "2020-01-01T00:00:00.000000+00:00"}, "is not the digest of what it says"),
    ],
)
def test_seal_that_only_the_file_has_is_taken_only_if_it_could_be_ours(
    sealed, seal_file, wearing, changed, why
):
    with wearing("app_web"):
        record(None, "signed_in", None)
        rolled_back(seal_entries)
    *before, _last = seal_file.read_text().splitlines()
    seal_file.write_text("\n".join([*before, last_line(seal_file, **changed).line(), ""]))

    with pytest.raises(SealFileError, match=rf"^seal 5 stands in the file, but .*{why}"), wearing("app_web"):
        seal_entries()

    with clock(SEAL_JOB):
        assert AuditSeal.objects.count() == BATCHES


def test_first_seal_that_only_the_file_has_must_have_its_rows(wearing, seal_file):
    with wearing("app_web"):
        record(None, "signed_in", None)
        rolled_back(seal_entries)
    sql(f"ALTER TABLE {LOG} DISABLE TRIGGER wall_frozen")
    sql(f"DELETE FROM {LOG}")

    with pytest.raises(SealFileError, match=r"^seal 1 stands in the file, but its rows are others now"):
        seal_entries()


def test_what_was_made_good_is_the_seal_that_the_file_has(wearing, seal_file):
    with wearing("app_web"):
        record(None, "signed_in", None)
        rolled_back(seal_entries)
        (told,) = SealFile(seal_file).entries()

        assert seal_entries() == 1

    with clock(SEAL_JOB):
        assert FileSeal.of(AuditSeal.objects.get()) == told


# --- batches --------------------------------------------------------------------------------------------


def ranges():
    return [(seal.upto - seal.after, seal.rows) for seal in AuditSeal.objects.order_by("number")][BATCHES:]


def test_many_rows_are_sealed_in_several_batches(sealed, seal_file, wearing, monkeypatch):
    monkeypatch.setattr(seals, "NUMBERS_AT_ONCE", 2)
    with wearing("app_web"):
        for _row in range(5):
            record(None, "signed_in", None)

        assert seal_entries() == 3

    assert ranges() == [(2, 2), (2, 2), (1, 1)]
    assert verify_log(seal_file).findings == []


def test_numbers_of_nothing_are_sealed_when_others_come_after_them(sealed, seal_file, wearing, monkeypatch):
    monkeypatch.setattr(seals, "NUMBERS_AT_ONCE", 2)
    with wearing("app_web"):
        for _row in range(3):
            rolled_back(lambda: record(None, "signed_in", None))
        assert seal_entries() == 1
        record(None, "signed_in", None)
        assert seal_entries() == 1

    assert ranges() == [(2, 0), (2, 1)]
    assert verify_log(seal_file).findings == []


def test_seal_is_made_of_everything_that_it_says():
    """Seals of years ago are computed anew from the same text: it never changes."""
    batch = Batch(after=1, upto=9, rows=3, rows_digest="a" * 64)
    at = dt.datetime(2026, 11, 23, 9, 0, 0, 5, tzinfo=dt.timezone(dt.timedelta(hours=9)))
    text = "\t".join(["7", "1", "9", "3", "a" * 64, "b" * 64, "2026-11-23T00:00:00.000005+00:00"])

    made = seals.seal_digest(7, batch, previous="b" * 64, sealed_at=at)

    assert made == hashlib.sha256(text.encode()).hexdigest()
    assert made == "0f3ad84bc25d36ec8a0d3f99cf3097b710282b12c10fbea4bb0e3b172913dc29"


def test_rows_of_a_range_begin_after_its_first_number_and_end_with_its_last(sealed):
    def numbers(after, upto):
        return [int(row.split(b"\t")[0]) for row in seals.rows_as_text(after, upto)]

    assert numbers(sealed[2], sealed[5]) == sealed[3:6]
    assert seals.digest_of(sealed[2], sealed[5]) == Batch(
        sealed[2],
        sealed[5],
        3,
        hashlib.sha256(b"".join(seals.rows_as_text(sealed[2], sealed[5]))).hexdigest(),
    )


def test_new_file_can_be_begun_and_says_so(sealed, seal_file, wearing, capsys):
    shutil.move(seal_file, seal_file.with_suffix(".old"))
    with wearing("app_web"):
        record(None, "signed_in", None)
        call_command("verify_audit", "--begin-file", "--seal")

    assert "OK" in capsys.readouterr().out
    assert [(entry.kind, entry.number) for entry in SealFile(seal_file).entries()] == [
        ("begin", 4),
        ("seal", 5),
    ]


def test_command_fails_and_names_the_batch(sealed, seal_file):
    sql(f"UPDATE {LOG} SET user_id = 42 WHERE number = %s", sealed[4])

    with pytest.raises(CommandError, match="first bad batch: seal 2: rows"):
        call_command("verify_audit")


def test_file_lines_come_back_as_they_were():
    seal = AuditSeal(
        number=7, after=1, upto=9, rows=3, rows_digest="a" * 64, previous="b" * 64, digest="c" * 64,
        sealed_at=dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
    )  # fmt: skip

    again = FileSeal.of(seal).as_seal()

    assert FileSeal.of(again) == FileSeal.of(seal)


# --- the application's own rights -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values", [{"number": "1"}, {"at": "now() - interval '1 year'"}], ids=["number", "time"]
)
def test_application_gives_neither_number_nor_time(db, values):
    (column, value) = next(iter(values.items()))

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        sql(f"INSERT INTO {LOG} ({column}, verb, subject, subject_id) VALUES ({value}, 'x', '', '')")


@pytest.mark.parametrize(
    "words", ["SELECT * FROM {}", "DELETE FROM {}", "INSERT INTO {} (verb) VALUES ('x')"]
)
def test_application_asks_no_partition_by_its_name(db, words):
    ((part,),) = sql("SELECT min(relname) FROM pg_class WHERE relispartition AND relname LIKE %s", f"{LOG}%")

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        sql(words.format(part))


def test_application_adds_no_seal_outside_its_job(db):
    seal = AuditSeal(
        number=1,
        after=0,
        upto=1,
        rows=0,
        rows_digest="",
        previous="",
        digest="",
        sealed_at=dt.datetime.now(dt.UTC),
    )

    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        seal.save(force_insert=True)


# --- writers at work ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_number_that_is_drawn_and_not_committed_is_waited_for(as_owner, seal_file, monkeypatch):
    monkeypatch.setattr(seals, "WAIT_SECONDS", 0.2)
    with as_owner() as slow:
        slow.autocommit = False
        slow.execute(f"INSERT INTO {LOG} (verb, subject, subject_id) VALUES ('slow', '', '')")
        record(None, "quick", None)

        assert seal_entries() == 0
        slow.commit()
    record(None, "later", None)
    assert seal_entries() == 1

    report = verify_log(seal_file)
    assert (report.rows, report.findings) == (3, [])


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_for_nobody_would_be_found(as_owner, seal_file, monkeypatch):
    """The counterpart: without the waiting a late row comes into a batch that is sealed already."""
    monkeypatch.setattr(seals, "_writers", set)
    with as_owner() as slow:
        slow.autocommit = False
        slow.execute(f"INSERT INTO {LOG} (verb, subject, subject_id) VALUES ('slow', '', '')")
        record(None, "quick", None)
        assert seal_entries() == 1
        slow.commit()

    assert first_bad(seal_file) == (1, "rows")


@pytest.fixture
def others_at_work(sealed, wearing, monkeypatch):
    """Writers as the database names them, one set each time it is asked; a clock that sleeping moves on."""
    now, slept = [100.0], []

    def sleep(seconds):
        slept.append(seconds)
        now[0] += 0.0625  # a little more than was asked for, and a number that adds up exactly

    monkeypatch.setattr(seals.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(seals.time, "sleep", sleep)
    monkeypatch.setattr(seals, "WAIT_SECONDS", 0.25)

    def work(*sets):
        left = list(sets)
        monkeypatch.setattr(seals, "_writers", lambda: left.pop(0) if len(left) > 1 else left[0])
        with wearing("app_web"):
            record(None, "signed_in", None)
            return seal_entries(), slept

    return work


def test_who_does_not_end_is_waited_for_so_long_and_nothing_is_sealed(others_at_work):
    assert others_at_work({"a"}) == (0, [0.05] * 5)


@pytest.mark.parametrize(
    ("sets", "slept"),
    [(({"a"}, set()), 0), (({"a"}, {"b"}), 0), ((set(), {"b"}), 0), (({"a", "b"}, {"b"}, {"b"}, {"c"}), 2)],
)
def test_only_who_was_at_work_when_the_number_was_read_is_waited_for(others_at_work, sets, slept):
    assert others_at_work(*sets) == (1, [0.05] * slept)


def test_row_before_every_seal_waits_while_somebody_is_at_work(wearing, seal_file, monkeypatch):
    fake_row(1)
    monkeypatch.setattr(seals, "_writers", lambda: {"a"})
    monkeypatch.setattr(seals, "WAIT_SECONDS", 0.0)

    assert (seal_entries(), seal_file.exists()) == (0, False)
