import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from marugoto_site.database import embedded

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="says what happens for root")


def test_data_lies_in_the_checkout_when_others_can_walk_there(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "_is_reachable_by_others", lambda path: True)
    place = embedded.place_of(tmp_path / ".local")
    assert place.data_dir == tmp_path / ".local" / "postgres" / "data"


@root_only
def test_root_keeps_its_data_outside_closed_folders(tmp_path):
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    first, second = embedded.place_of(closed / "a"), embedded.place_of(closed / "b")
    assert first.home.parent == second.home.parent == embedded.STATE_DIR
    assert first.home != second.home
    assert embedded.SYSTEM_USER in first.explain()


def test_ordinary_user_keeps_data_in_the_checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded.os, "geteuid", lambda: 1000)
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    place = embedded.place_of(closed)
    assert (place.home, place.system_user) == (closed / "postgres", None)


def test_long_path_moves_the_socket_only(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "_is_reachable_by_others", lambda path: True)
    place = embedded.place_of(tmp_path / ("x" * 100))
    assert place.home == tmp_path / ("x" * 100) / "postgres"
    assert len(str(place.socket_dir)) <= embedded.SOCKET_DIR_MAX_LENGTH


@root_only
def test_socket_folder_of_somebody_else_is_refused(tmp_path):
    place = embedded.Place(tmp_path / "home", tmp_path / "run", None)
    place.socket_dir.mkdir()
    os.chown(place.socket_dir, 12345, 12345)
    with pytest.raises(embedded.EmbeddedServerError, match="somebody else"):
        embedded.make_folders(place)


def test_living_leases_forget_the_dead(tmp_path):
    place = embedded.Place(tmp_path, tmp_path, None)
    place.leases_dir.mkdir()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for pid in (os.getpid(), ended.pid):
        (place.leases_dir / str(pid)).touch()
    assert embedded._living_leases(place) == {os.getpid()}
    assert not (place.leases_dir / str(ended.pid)).exists()


HOLD = """
import pathlib, sys
from marugoto_site.database.choice import ensure_embedded_ready
place = ensure_embedded_ready(pathlib.Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def open_folder():
    """A folder that others can walk into, as an ordinary checkout is. Each run of pytest anew closes those of all runs."""
    with tempfile.TemporaryDirectory(prefix="marugoto-server-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.mark.slow
@pytest.mark.programs
def test_server_lives_as_long_as_its_last_user_and_keeps_its_data(open_folder):
    folder = open_folder
    place = embedded.place_of(folder)
    pid_file = place.data_dir / "postmaster.pid"
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}

    def hold():
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(folder)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdout.readline() == b"ready\n"
        return process

    def leave(process):
        process.stdin.close()
        assert process.wait(30) == 0
        process.stdout.close()

    first, second = hold(), hold()
    leave(first)
    assert pid_file.exists()
    with pytest.raises(embedded.EmbeddedServerError, match="in use"):
        embedded.remove(folder)
    leave(second)
    assert not pid_file.exists()
    third = hold()
    leave(third)
    embedded.remove(folder)
    assert not place.home.exists()
