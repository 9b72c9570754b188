"""What the database ends in favor of somebody else's work is done again, so that nobody has to type it again."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from permissions.errors import NotAllowed

logger = logging.getLogger("marugoto.access")
TRIES = 3


def until_done(request: HttpRequest, run: Callable[[], HttpResponse]) -> HttpResponse:
    """Return the answer of ``run``, which opens the transaction itself and leaves nothing behind when it fails.

    Two people who write about one case may each wait for a row that the other holds: PostgreSQL ends one of them
    (deadlock), whole and at once. Raises NotAllowed when that happens TRIES times, or when another transaction holds a
    row for longer than ``lock_timeout``.
    """
    for _try in range(TRIES):
        try:
            return run()
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                break
            if not isinstance(error.__cause__, DeadlockDetected | SerializationFailure):
                raise
            name = request.resolver_match.view_name if request.resolver_match else ""
            logger.warning("%s was overtaken: %s", name, type(error.__cause__).__name__)
        for file in (file for _name, files in request.FILES.lists() for file in files):
            file.seek(0)  # read already, perhaps
    raise NotAllowed(
        _(
            "ほかの人の保存と重なり、いまは保存できませんでした。少し待ってから、もう一度送ってください。何度も続くときは、管理者に伝えてください。"
        )
    )
