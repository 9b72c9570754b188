"""Backup and restore drill, on a small world; each planted fault must be named."""

import itertools
import json
import shutil
import tarfile
import threading
from contextlib import suppress

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from forms_app import demo
from marugoto_site.backup import drill as drilling
from marugoto_site.backup import making, physical
from marugoto_site.backup.drill import restore_drill, write_report
from marugoto_site.backup.making import make_backup, make_physical_backup, newest_backup
from marugoto_site.backup.programs import BackupError
from marugoto_site.database import choice, embedded
from tests import database
from tests.forms_app.conftest import make_office, publish
from tests.forms_app.visiting import codes, fill, send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(settings, tmp_path):
    """One submission with its answers, and one file in each folder; the test goes on as the owner."""
    settings.MARUGOTO_FORM_HUMAN_SECONDS = 0
    settings.MARUGOTO_SEAL_FILE = ""
    settings.MEDIA_ROOT, settings.MARUGOTO_PRIVATE_ROOT = tmp_path / "media", tmp_path / "private"
    for folder in (settings.MEDIA_ROOT, settings.MARUGOTO_PRIVATE_ROOT):
        folder.mkdir()
        (folder / "one.txt").write_text("見本")
    office = make_office()
    publish(demo.new_form(office.center, office.center), office.editor)
    client = Client()
    assert codes(send(client, fill(client, story="家賃が払えません")).content.decode())
    database.use(database.owner_settings())
    yield office
    database.use(database.web_settings())


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir(mode=0o700)
    return folder


def test_backup_as_the_web_role_is_refused(world, root):
    database.use(database.web_settings())
    with pytest.raises(BackupError, match="app_owner"):
        make_backup(root)
    assert list(root.iterdir()) == []


def test_backup_is_refused_when_a_policy_hides_rows_from_the_owner(world, root):
    with connection.cursor() as cursor:
        cursor.execute("ALTER POLICY wall_owner ON forms_app_answer USING (false)")
    with pytest.raises(BackupError, match="forms_app_answer"):
        make_backup(root)


def test_backup_into_an_open_folder_is_refused(world, root):
    root.chmod(0o755)
    with pytest.raises(BackupError, match="chmod 700"):
        make_backup(root)


@pytest.mark.slow
@pytest.mark.alone
def test_drill_of_a_good_backup_finds_nothing_wrong_and_leaves_nothing(world, root, tmp_path):
    call_command("backup", to=root)
    backup = newest_backup(root)

    call_command("restore_drill", root=root, scratch=tmp_path / "scratch")

    report = json.loads(next((root / "reports").glob("*.json")).read_text())
    manifest = json.loads((backup / "manifest.json").read_text())
    assert (report["wrong"], report["backup"]) == ([], backup.name)
    assert report["facts"]["rows"] == sum(manifest["facts"]["rows"].values()) > 300
    assert manifest["facts"]["rows"]["forms_app_submission"] == 1
    assert manifest["files"] == {"media": 1, "private": 1}
    assert report["facts"]["compared policies"] > 150
    assert "Nothing." in next((root / "reports").glob("*.md")).read_text()
    assert not (tmp_path / "scratch").exists()
    assert backup.stat().st_mode & 0o077 == 0


FAULTS = {
    "DELETE FROM forms_app_outboxrow": "rows: forms_app_outboxrow differs",
    "ALTER TABLE forms_app_answer DISABLE TRIGGER USER; UPDATE forms_app_answer SET value = '\"x\"';"
    " ALTER TABLE forms_app_answer ENABLE TRIGGER USER": "samples: forms_app_answer differs",
    "ALTER POLICY wall_select ON casework_note USING (clock_now() IS NULL)": "policies: casework_note.wall_select differs",
    "ALTER TABLE forms_app_answer NO FORCE ROW LEVEL SECURITY": "row_security: forms_app_answer differs",
    "ALTER TABLE forms_app_submission DISABLE ROW LEVEL SECURITY": "app_web without a context sees rows of forms_app_submission",
    "GRANT DELETE ON casework_case TO app_public": "rights: casework_case differs",
    "DROP TRIGGER note_change ON casework_note": "triggers: casework_note.note_change is missing",
    "DROP INDEX submission_by_destination": "indexes: submission_by_destination is missing",
    "GRANT EXECUTE ON FUNCTION wall_blocked() TO PUBLIC": "functions: wall_blocked() differs",
}


@pytest.mark.slow
@pytest.mark.alone
def test_drill_names_each_planted_fault(world, root, tmp_path, monkeypatch):
    make_backup(root)
    real = drilling._restore

    def restore_and_harm(drill, place, folder, *, jobs):
        real(drill, place, folder, jobs=jobs)
        with drilling._connected(place, "postgres") as superuser:
            for words in FAULTS:
                superuser.execute(words)

    monkeypatch.setattr(drilling, "_restore", restore_and_harm)

    drill = restore_drill(newest_backup(root), scratch=tmp_path / "scratch", jobs=2)

    said = "\n".join(drill.wrong)
    assert {text: text in said for text in FAULTS.values()} == dict.fromkeys(FAULTS.values(), True)
    assert "FAILED" in write_report(drill, root / "reports").read_text()


# --- physical ------------------------------------------------------------------------------------------------


@pytest.fixture
def replication(monkeypatch):
    """An address with the right to copy the server's files."""
    if not choice.uses_embedded_server():
        pytest.skip("the rights of a foreign server are not ours to give")
    monkeypatch.setenv("MARUGOTO_REPLICATION_URL", embedded.admin_url(embedded.place_of(settings.LOCAL_DIR)))


def owner():
    return psycopg.connect(**making._words(), autocommit=True)


def write_without_end(stop):
    """Insert, change and delete, each in a transaction of its own, as fast as it goes."""
    words = "INSERT INTO django_session VALUES (%s, 'x', now()) ON CONFLICT DO NOTHING"
    with owner() as connection:
        for number in itertools.count():
            connection.execute(words, [f"key{number}"])
            connection.execute("SELECT nextval('django_content_type_id_seq')")
            connection.execute(
                "UPDATE django_session SET session_data = session_data || 'y' WHERE session_key = 'key0'"
            )
            connection.execute("DELETE FROM django_session WHERE session_key = %s", [f"key{number - 50}"])
            if stop.is_set() and number > 100:
                return


def test_physical_backup_without_an_address_is_refused(world, root, monkeypatch):
    monkeypatch.delenv("MARUGOTO_REPLICATION_URL", raising=False)
    with pytest.raises(BackupError, match="MARUGOTO_REPLICATION_URL"):
        make_physical_backup(root)
    assert list(root.iterdir()) == []


@pytest.mark.slow
@pytest.mark.alone
def test_moment_is_refused_while_a_transaction_goes_on_and_blocks_nobody_long(world, monkeypatch):
    monkeypatch.setattr(physical, "TRIES", 1)
    with owner() as writer, owner() as locker, owner() as reader:
        with writer.transaction():
            writer.execute("UPDATE forms_app_outboxrow SET id = id")
            with pytest.raises(BackupError, match="Long transactions"):
                physical.moment(locker, reader, name="x")
        at = physical.moment(locker, reader, name="x")
        writer.execute("DELETE FROM forms_app_outboxrow")  # nothing is locked any more
        seen = reader.execute("SELECT count(*) FROM forms_app_outboxrow").fetchone()
    assert seen == (1,)
    assert at.stop < at.until


@pytest.mark.slow
@pytest.mark.alone
def test_physical_backup_is_of_one_moment_while_others_write(world, root, tmp_path, replication):
    stop = threading.Event()
    writer = threading.Thread(target=write_without_end, args=[stop])
    writer.start()
    try:
        call_command("backup", to=root, physical=True)
    finally:
        stop.set()
        writer.join()
    backup = newest_backup(root)

    call_command("restore_drill", root=root, scratch=tmp_path / "scratch")

    manifest = json.loads((backup / "manifest.json").read_text())
    report = json.loads(next((root / "reports").glob("*.json")).read_text())
    assert backup.name.endswith("-physical")
    assert (report["wrong"], report["facts"]["rows"]) == ([], sum(manifest["facts"]["rows"].values()))
    assert manifest["facts"]["rows"]["django_session"] > 0
    assert manifest["facts"]["rows"]["forms_app_submission"] == 1
    assert not (tmp_path / "scratch").exists()


@pytest.mark.slow
@pytest.mark.alone
def test_drill_of_a_physical_backup_names_each_planted_fault(world, root, tmp_path, monkeypatch, replication):
    backup = make_physical_backup(root).path
    real = drilling._look

    def harm_and_look(drill, restored, manifest):
        with drilling._connected(restored, "postgres") as superuser:
            for words in [*FAULTS, "SELECT setval('django_content_type_id_seq', 1)"]:
                superuser.execute(words)
        real(drill, restored, manifest)

    monkeypatch.setattr(drilling, "_look", harm_and_look)

    drill = restore_drill(backup, scratch=tmp_path / "scratch", jobs=2)

    said = "\n".join(drill.wrong)
    wanted = [*FAULTS.values(), "django_content_type_id_seq is behind"]
    assert {text: text in said for text in wanted} == dict.fromkeys(wanted, True)


@pytest.mark.slow
@pytest.mark.alone
def test_drill_names_a_damaged_file_of_the_server(world, root, tmp_path, replication):
    backup = make_physical_backup(root).path
    damaged = max((backup / "base" / "base").rglob("*"), key=lambda path: path.stat().st_size)
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)

    drill = restore_drill(backup, scratch=tmp_path / "scratch", jobs=2)

    assert [line.split(" differs")[0] for line in drill.wrong] == [f"sha256: {damaged.relative_to(backup)}"]


def test_files_unlike_the_server_s_own_list_are_named(tmp_path):
    files = [{"Path": "a", "Checksum": "1"}, {"Encoded-Path": b"b".hex(), "Checksum": "2"}]
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "backup_manifest").write_text(json.dumps({"Files": files}))

    found = physical.unlike_server(tmp_path, {"base/a": "1", "base/b": "3"})

    assert found == ["server's own list: base/b differs"]


@pytest.mark.slow
@pytest.mark.alone
def test_drill_names_a_damaged_file(world, root, tmp_path):
    make_backup(root)
    backup = newest_backup(root)
    with tarfile.open(backup / "private.tar", "w"):
        pass

    with pytest.raises(CommandError, match=r"private\.tar differs"):
        call_command("restore_drill", root=root, scratch=tmp_path / "scratch")


@pytest.mark.slow
@pytest.mark.alone
def test_encrypted_backup_can_be_read_with_the_key_only(world, root, tmp_path, monkeypatch):
    if not shutil.which("gpg"):
        pytest.skip("gpg is not installed")
    (tmp_path / "gpg").mkdir(mode=0o700)
    words = (
        f"gpg --homedir {tmp_path / 'gpg'} --batch --quiet --yes --passphrase geheim --pinentry-mode loopback"
    )
    monkeypatch.setenv("MARUGOTO_BACKUP_ENCRYPT", f"{words} --symmetric --output -")
    backup = make_backup(root).path

    assert [path.name for path in root.iterdir()] == [backup.name]
    assert "家賃".encode() not in backup.read_bytes()
    with pytest.raises(BackupError, match="MARUGOTO_BACKUP_DECRYPT"):
        restore_drill(backup, scratch=tmp_path / "scratch", jobs=2)
    monkeypatch.setenv("MARUGOTO_BACKUP_DECRYPT", f"{words} --decrypt")
    assert restore_drill(backup, scratch=tmp_path / "scratch", jobs=2).wrong == []
    with suppress(FileNotFoundError):
        shutil.rmtree(tmp_path / "gpg")
