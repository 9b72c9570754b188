"""How a worker shows that it lives: a lock in the database that ends with its connection.

A killed worker's connection ends at once, and with it the lock; so others know without a clock that what it
was doing may be taken up. A worker that loses its lifeline stops on the spot, before anybody takes over:
no task runs twice at the same time. Needs a connection of its own, not one of a transaction pooler.
"""

import hashlib
import logging
import os
import threading

import psycopg
from django.db import connection

log = logging.getLogger("marugoto.tasks")

LOCK_CLASS = 0x6D61726F  # "maro": apart from advisory locks of others
PING_SECONDS = 5
EXIT_LIFELINE_LOST = 75  # EX_TEMPFAIL: start me again


def key_of(worker_id: str) -> int:
    """Return the lock number of a worker: 31 bits, so that PostgreSQL takes it as an int."""
    return int.from_bytes(hashlib.sha256(worker_id.encode()).digest()[:4], "big") >> 1


def connect() -> psycopg.Connection:
    """Open a connection beside Django's, which closes its own now and then."""
    words = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert", "options")
    return psycopg.connect(
        **{name: words[name] for name in names if words.get(name)},
        autocommit=True,
        connect_timeout=5,
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=2,
        tcp_user_timeout=10_000,
        application_name="marugoto-worker",
    )


class Lifeline:
    """The lock of one worker, held from before its first task until it ends."""

    def __init__(self, worker_id: str) -> None:
        self.ended = threading.Event()
        self.connection = connect()
        row = self.connection.execute(
            "SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, key_of(worker_id)]
        ).fetchone()
        if row != (True,):
            raise RuntimeError(f"a worker named {worker_id} runs already")

    def watch(self) -> None:
        """Ask the database every few seconds, in a thread; without an answer end this process."""
        threading.Thread(target=self._ping_for_ever, name="lifeline", daemon=True).start()

    def end(self) -> None:
        self.ended.set()
        self.connection.close()

    def _ping_for_ever(self) -> None:
        while not self.ended.wait(PING_SECONDS):
            try:
                self.connection.execute("SELECT 1")
            except psycopg.Error:
                if not self.ended.is_set():
                    log.error("the lifeline to the database broke: this worker stops")
                    os._exit(EXIT_LIFELINE_LOST)
