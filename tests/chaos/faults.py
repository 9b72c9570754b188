"""Faults that a chaos run must find, planted into a running web node by CHAOS_FAULT."""

import os
import threading
import time
from types import SimpleNamespace

from django.apps import AppConfig
from django.db import connection
from django.utils import timezone


class PlantedFault(AppConfig):
    name = "tests.chaos"
    label = "chaos_fault"

    def ready(self) -> None:
        plant = {"early_receipt": early_receipt, "no_key": no_key}.get(os.environ["CHAOS_FAULT"])
        if plant:
            plant()


def early_receipt() -> None:
    """Hand out the receipt first and store what was sent a moment later, in a thread."""
    from forms_app.journey import views
    from forms_app.status.codes import issue_receipt

    real = views.receive_submission

    def store(*args, **kwargs):
        time.sleep(0.5)
        try:
            real(*args, **kwargs)
        finally:
            connection.close()

    def receive(*args, **kwargs):
        threading.Thread(target=store, args=args, kwargs=kwargs).start()
        return issue_receipt(kwargs["key"])

    views.receive_submission = receive
    views.receipt_of_key = lambda form_id, key: (
        issue_receipt(key),
        SimpleNamespace(received_at=timezone.now()),
    )


def no_key() -> None:
    """Take every sending for a new one."""
    from forms_app.journey.ticket import Ticket

    real = Ticket.read.__func__

    def read(cls, token):
        ticket = real(cls, token)
        return Ticket.new() if ticket else None

    Ticket.read = classmethod(read)
