import os
import secrets
import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django_tasks_db.management.commands.db_worker import Worker

from marugoto_site.clocks import start_clocks
from marugoto_site.database.guard import refuse_powerful_role
from marugoto_site.tasks.lifeline import Lifeline


class Command(BaseCommand):
    help = "Run queued tasks (mail, PDF, exports) and what is done by the clock. Start as many as you like."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--queues",
            default="*",
            help="only these, separated by commas: default, paper (PDF); one worker may make the paper, others all else",
        )
        parser.add_argument("--interval", type=float, default=0.5, help="seconds between looks when idle")
        parser.add_argument("--max-tasks", type=int, default=500, help="end after so many (PDFs keep memory)")
        parser.add_argument("--batch", action="store_true", help="run what is waiting, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MARUGOTO_NODE == "public":
            raise CommandError(
                "ワーカーは casework 側で動かしてください。 / The worker runs on the casework node."
            )
        refuse_powerful_role(connection)
        worker_id = f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(6)}"
        lifeline = Lifeline(worker_id)  # before the first task is claimed
        lifeline.watch()
        worker = Worker(
            queue_names=options["queues"].split(","),
            interval=options["interval"],
            batch=options["batch"],
            backend_name="default",
            startup_delay=False,
            max_tasks=options["max_tasks"],
            worker_id=worker_id,
            excluded_queue_names=[],
        )
        if not options["batch"]:
            start_clocks()
            worker.configure_signals()
        self.stdout.write(f"worker {worker_id} ready")
        try:
            worker.run()
        finally:
            lifeline.end()
