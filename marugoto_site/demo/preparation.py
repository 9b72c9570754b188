"""From an empty folder to a filled database: what the demo does before it serves."""

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command

from marugoto_site.database import choice, embedded
from marugoto_site.database.roles import PreparationError
from marugoto_site.management.commands.load_demo import demo_password
from marugoto_site.translations import compile_changed


def say(text: str = "") -> None:
    print(text, flush=True)


@contextmanager
def step(number: int, text: str) -> Iterator[None]:
    print(f"[{number}/5] {text} ...", end=" ", flush=True)
    began = time.monotonic()
    yield
    say(f"{time.monotonic() - began:.1f}s")


def refuse_taken_port(host: str, port: int) -> None:
    """Raise SystemExit, with what to do, if another program listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sys.exit(
                f"ポート {port} は使えません({error.strerror})。別のポートで起動してください: make demo PORT={port + 1}\n"
                f"Port {port} is not free: choose another one, for example  make demo PORT={port + 1}"
            )


def prepare_everything() -> None:
    """Start the database, make its tables and fill it on the first run."""
    try:
        with step(1, "データベースを起動しています / starting the database"):
            _start_database()
    except (embedded.EmbeddedServerError, PreparationError) as error:
        sys.exit(f"\n{error}")
    with step(2, "翻訳を準備しています / compiling translations"):
        compile_changed()
    with step(3, "表を作成・更新しています / creating and updating tables"):
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
    with step(4, "見本市のデータを読み込んでいます(初回のみ) / loading the invented city (first run only)"):
        _load_world()


def _start_database() -> None:
    if choice.uses_embedded_server():
        choice.ensure_embedded_ready(settings.LOCAL_DIR)
    elif os.environ.get("MARUGOTO_ADMIN_DATABASE_URL"):
        call_command("prepare_database", verbosity=0)


def _load_world() -> None:
    from permissions.agencies.models import Agency  # noqa: PLC0415 -- needs the app registry
    from permissions.demo import load as load_people  # noqa: PLC0415 -- needs the app registry

    kept = settings.LOCAL_DIR / "demo_password_in_use"
    if not Agency.objects.exists():
        say()
        call_command("load_demo")
    elif not kept.exists() or kept.read_text() != demo_password():
        load_people(password=demo_password())
    kept.touch(mode=0o600)
    kept.write_text(demo_password())
