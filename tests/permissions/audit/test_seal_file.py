"""The file outside the database: each line says everything, is on the disk, and is known when it was cut off."""

import datetime as dt
import os

import pytest

from permissions.audit.models import AuditSeal
from permissions.audit.seal_file import (
    BEGINNING,
    TAIL_BYTES,
    FileArchive,
    FileSeal,
    SealFile,
    SealFileError,
    parse,
)

UNREADABLE = "^the seal file has a line that cannot be read$"
TOKYO = dt.timezone(dt.timedelta(hours=9))


def seal(number=7, **values):
    told = {
        "number": number, "after": 1, "upto": 9, "rows": 3, "rows_digest": "a" * 64, "previous": "b" * 64,
        "digest": "c" * 64, "sealed_at": dt.datetime(2026, 11, 23, 9, 0, 0, 5, tzinfo=TOKYO),
    }  # fmt: skip
    return AuditSeal(**told | values)


def told_of(row):
    return {field.name: getattr(row, field.name) for field in row._meta.concrete_fields}


def archive(month="2024-04"):
    return FileArchive(month, 11, 22, 8, "d" * 64)


@pytest.fixture
def file(seal_file):
    seal_file.parent.mkdir()
    return SealFile(seal_file)


# --- one line -------------------------------------------------------------------------------------------


def test_line_of_a_seal_says_everything_in_order_and_comes_back():
    line = FileSeal.of(seal()).line()

    assert line == "\t".join(
        ["seal", "7", "1", "9", "3", "a" * 64, "b" * 64, "c" * 64, "2026-11-23T00:00:00.000005+00:00"]
    )
    assert parse(line) == FileSeal.of(seal())
    assert told_of(parse(line).as_seal()) == told_of(seal())


def test_line_that_a_file_begins_with_is_known_from_a_seal():
    begins, follows = FileSeal.of(seal(), kind=BEGINNING), FileSeal.of(seal())

    assert (begins.line().split("\t")[0], begins.is_beginning, follows.is_beginning) == ("begin", True, False)
    assert parse(begins.line()) == begins


def test_line_of_an_archive_says_everything_in_order_and_comes_back():
    line = archive().line()

    assert line == "\t".join(["archived", "2024-04", "11", "22", "8", "d" * 64])
    assert parse(line) == archive()


@pytest.mark.parametrize(
    "line",
    [
        "",
        "seals\t7\t1\t9\t3\ta\tb\tc\td",
        "seal\tx\t1\t9\t3\ta\tb\tc\td",
        "seal\t7\tx\t9\t3\ta\tb\tc\td",
        "seal\t7\t1\tx\t3\ta\tb\tc\td",
        "seal\t7\t1\t9\tx\ta\tb\tc\td",
        "seal\t7\t1\t9\t3\ta\tb\tc",
        "seal\t7\t1\t9\t3\ta\tb\tc\td\te",
        "archived\t2024-04\tx\t22\t8\td",
        "archived\t2024-04\t11\tx\t8\td",
        "archived\t2024-04\t11\t22\tx\td",
        "archived\t2024-04\t11\t22\t8",
    ],
)
def test_line_that_we_did_not_write_is_refused(line):
    with pytest.raises(SealFileError, match=UNREADABLE):
        parse(line)


# --- adding ---------------------------------------------------------------------------------------------


def test_file_grows_by_whole_lines_and_is_nobody_elses(tmp_path):
    file = SealFile(tmp_path / "far" / "outside" / "seals")

    for entry in (FileSeal.of(seal(1)), archive()):
        file.append(entry)

    assert file.path.read_text() == f"{FileSeal.of(seal(1)).line()}\n{archive().line()}\n"
    assert file.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("there", "between"), [("", ""), ("x", "\n"), ("seal\t1", "\n"), ("whole\n", "")])
def test_line_that_was_cut_off_is_ended_first(file, there, between):
    file.path.write_text(there)

    file.append(archive())

    assert file.path.read_text() == f"{there}{between}{archive().line()}\n"


def test_line_is_on_the_disk_before_anybody_goes_on_and_so_is_the_name_of_a_new_file(file, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(os.fstat(number)))

    file.append(archive())
    file.append(archive())

    told, folder = file.path.stat(), file.path.parent.stat()
    assert [(each.st_ino, each.st_size) for each in synced if each.st_ino != folder.st_ino] == [
        (told.st_ino, told.st_size // 2),
        (told.st_ino, told.st_size),
    ]
    assert [each.st_ino for each in synced] == [told.st_ino, folder.st_ino, told.st_ino]


# --- reading --------------------------------------------------------------------------------------------


def entries_of(file, text):
    file.path.write_text(text)
    return list(file.entries())


def test_file_that_is_not_there_says_nothing(seal_file):
    assert (list(SealFile(seal_file).entries()), SealFile(seal_file).last()) == ([], None)


def test_every_line_is_read_and_an_empty_one_says_nothing(file):
    told = [FileSeal.of(seal(1), kind=BEGINNING), archive(), FileSeal.of(seal(2))]

    assert entries_of(file, "\n\n".join(entry.line() for entry in told) + "\n") == told


@pytest.mark.parametrize("entry", [FileSeal.of(seal()), archive()])
def test_line_that_was_cut_off_anywhere_says_nothing_and_the_next_says_it_all(file, entry):
    line = entry.line()
    for length in range(1, len(line)):
        assert entries_of(file, line[:length]) == []
        assert entries_of(file, f"{line[:length]}\n{line}\n") == [entry]


@pytest.mark.parametrize(
    "beginning",
    [
        "seal\t5\t",  # of seal 5, not of 50
        "x",
        "seal\t1\t" + "c" * len("2026-11-23T00:00:00.000000+00:00"),
        "archived\t2024-04\t" + "d" * 64,
    ],
)
def test_beginning_of_another_line_was_written_by_somebody(file, beginning):
    assert entries_of(file, beginning) == []
    with pytest.raises(SealFileError, match=UNREADABLE):
        entries_of(file, f"{beginning}\n{FileSeal.of(seal(50)).line()}\n")


@pytest.mark.parametrize("entry", [FileSeal.of(seal()), archive()])
def test_line_with_anything_behind_it_was_written_by_somebody(file, entry):
    line = entry.line()
    for sign in map(chr, range(32, 127)):
        assert entries_of(file, f"{line}{sign}") == []
        with pytest.raises(SealFileError, match=UNREADABLE):
            entries_of(file, f"{line}{sign}\n{line}\n")


def test_signs_that_we_never_write_are_read_one_by_one(file):
    line = FileSeal.of(seal(rows_digest="-")).line().replace("-", "é", 1)
    file.path.write_bytes(f"{line}\n".encode())

    assert [entry.rows_digest for entry in (*file.entries(), file.last())] == ["\ufffd" * 2] * 2


def test_last_seal_is_found_behind_archives_and_lines_cut_off(file):
    entries_of(
        file, "\n".join([*(FileSeal.of(seal(n)).line() for n in (1, 2, 3)), archive().line(), "seal\t4"])
    )

    assert file.last() == FileSeal.of(seal(3))


def test_last_seal_of_a_long_file_is_found_from_its_end(file):
    lines = "".join(f"{FileSeal.of(seal(1000 + number)).line()}\n" for number in range(60))
    # So that the end that is read begins with the second sign of a line.
    length = len(lines) // 60
    file.path.write_text(lines + "\n" * ((TAIL_BYTES + 1 - len(lines)) % length))
    start = file.path.stat().st_size - TAIL_BYTES
    assert file.path.read_text()[start - 1 : start + 4] == "seal\t"

    assert file.last() == FileSeal.of(seal(1059))


def test_file_as_long_as_the_end_that_is_read_is_read_whole(file):
    line = FileSeal.of(seal()).line()
    file.path.write_text(line + "\n" * (TAIL_BYTES - len(line)))

    assert file.last() == FileSeal.of(seal())


def test_file_without_a_seal_is_named(file):
    file.append(archive())

    with pytest.raises(SealFileError) as error:
        file.last()
    assert str(error.value) == f"{file.path} holds no seal"
