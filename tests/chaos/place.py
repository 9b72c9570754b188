"""The place where it happens: an embedded server that writes safely, the demo's city, web and worker."""

import os
import shutil
import signal
import socket
import sys
import threading
import time
import urllib.request
from contextlib import suppress

import psutil
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from marugoto_site.database import choice, embedded
from marugoto_site.database.roles import OWNER
from marugoto_site.demo.processes import Managed
from tests.chaos.judge import Stored

SAFE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "max_connections": "60"}
STORED = """
SELECT a.value #>> '{}', r.reference_hash,
       (SELECT count(*) FROM casework_contact c WHERE c.submission_id = s.id), o.taken_at IS NOT NULL
FROM forms_app_submission s
JOIN forms_app_answer a ON a.submission_id = s.id AND a.key = 'story'
JOIN forms_app_receipt r ON r.id = s.receipt_id
LEFT JOIN forms_app_outboxrow o ON o.submission_id = s.id
WHERE a.value #>> '{}' ~ ' [0-9a-f]{32}$'
"""


class Place:
    """Database, web and worker; ``keep_up`` starts again what was killed."""

    def __init__(self, *, options: dict[str, str] | None = None) -> None:
        self.options = SAFE | (options or {})
        self.down = threading.Event()
        self.restarts = {"database": 0, "web": 0, "worker": 0}

    def prepare(self) -> None:
        embedded.remove(settings.LOCAL_DIR)
        for name in ("log", "audit"):  # of an earlier city
            shutil.rmtree(settings.LOCAL_DIR / name, ignore_errors=True)
        choice.ensure_embedded_ready(settings.LOCAL_DIR, options=self.options)
        for command in (["migrate"], ["createcachetable"], ["load_demo"]):
            call_command(*command, verbosity=0)
        connection.close()
        with self.as_superuser() as admin:
            admin.execute("CHECKPOINT")  # the city stands, whatever is lost later

    def start(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        # Told where the database is, they do not start one themselves.
        socket_dir = embedded.place_of(settings.LOCAL_DIR).socket_dir
        os.environ["DATABASE_URL"] = (
            f"postgresql:///{choice.DATABASE_NAME}?host={socket_dir}&port=5432&user={choice.WEB}"
        )
        logs = settings.LOCAL_DIR / "log"
        gunicorn = [
            "-m",
            "gunicorn",
            "marugoto_site.wsgi:application",
            "--workers",
            "2",
            "--no-control-socket",
        ]
        self.web = Managed(
            "web", [sys.executable, *gunicorn, "--bind", f"127.0.0.1:{self.port}"], logs / "web.log"
        )
        self.worker = Managed("worker", [sys.executable, "manage.py", "run_worker"], logs / "worker.log")
        self.web.start()
        self.worker.start()
        self.keeper = threading.Thread(target=self._keep_up, daemon=True)
        self.keeper.start()
        self.wait_until_up()

    def _keep_up(self) -> None:
        place = embedded.place_of(settings.LOCAL_DIR)
        while not self.down.wait(0.3):
            if not _is_running(place):
                with suppress(embedded.EmbeddedServerError, OSError):
                    embedded.ensure_running(settings.LOCAL_DIR, options=self.options)
                    self.restarts["database"] += 1
            for managed in (self.web, self.worker):
                if managed.has_ended():
                    with suppress(ProcessLookupError):
                        os.killpg(managed.process.pid, signal.SIGKILL)  # what its master left behind
                    managed.start()
                    self.restarts[managed.name] += 1

    def wait_until_up(self, *, seconds: float = 120) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(OSError):
                urllib.request.urlopen(f"{self.address}/status/", timeout=5).close()
                return
            time.sleep(0.2)
        raise RuntimeError(self.web.last_lines())

    def stop(self) -> None:
        self.down.set()
        self.keeper.join(30)
        for managed in (self.worker, self.web):
            managed.end()
        embedded.release(embedded.place_of(settings.LOCAL_DIR), os.getpid())

    # --- to be killed --------------------------------------------------------------------------------

    def web_workers(self) -> list[int]:
        with suppress(psutil.NoSuchProcess):
            return [child.pid for child in psutil.Process(self.web.process.pid).children()]
        return []

    def web_group(self) -> list[int]:
        return [self.web.process.pid, *self.web_workers()]

    def task_worker(self) -> list[int]:
        return [self.worker.process.pid]

    def backends(self) -> list[int]:
        with suppress(psycopg.Error), self.as_superuser() as admin:
            words = "SELECT pid FROM pg_stat_activity WHERE usename = 'app_web'"
            return [pid for (pid,) in admin.execute(words).fetchall()]
        return []

    def postmaster(self) -> list[int]:
        with suppress(OSError):
            place = embedded.place_of(settings.LOCAL_DIR)
            return [int((place.data_dir / "postmaster.pid").read_text().split()[0])]
        return []

    # --- to be looked at ------------------------------------------------------------------------------

    def as_superuser(self) -> psycopg.Connection:
        place = embedded.place_of(settings.LOCAL_DIR)
        return psycopg.connect(
            embedded.admin_url(place, database=choice.DATABASE_NAME), connect_timeout=5, autocommit=True
        )

    def waiting(self) -> int:
        with self.as_superuser() as admin:
            return admin.execute(
                "SELECT count(*) FROM forms_app_outboxrow WHERE taken_at IS NULL"
            ).fetchone()[0]

    def stored(self) -> list[Stored]:
        place = embedded.place_of(settings.LOCAL_DIR)
        with psycopg.connect(dbname=choice.DATABASE_NAME, user=OWNER, host=str(place.socket_dir)) as owner:
            rows = owner.execute(STORED).fetchall()
        return [Stored(text.split()[-1], code, contacts, taken) for text, code, contacts, taken in rows]


def _is_running(place: embedded.Place) -> bool:
    try:
        pid = int((place.data_dir / "postmaster.pid").read_text().split()[0])
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return False
