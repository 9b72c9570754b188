"""The second look: what somebody was writing in the very moment in which a household hid.

Neither sees the other's rows until both have ended. Whoever writes looks into the vault after the row is there (guard.py), so
an act that found nothing has a transaction id by the moment the concealment holds. When all that had one then are over, what
they left is there to be found.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator

from django.db import connection

from casework.sharing.selectors import cases_for
from permissions.agencies.models import Membership
from permissions.roles import ROLES
from permissions.viewer import Viewer, viewer_of
from permissions.walls.context import acting_for

from .found import clear_places

MAY_LOOK = [code for code, role in ROLES.items() if "casework.conceal" in role.permissions]
# The application's own sessions; of others the database tells nothing, and none of them writes.
UNDER_WAY = """
SELECT pid, backend_xid::text FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL
"""
MOST_SECONDS = 60


def clear_places_again(case_id: uuid.UUID, *, membership_id: int) -> None:
    """Clear a case of places once more, as whoever concealed it, or as somebody else who may if they see it no more.

    Raises TimeoutError if an act is still under way after a minute, LookupError if nobody may look; the worker tries again.
    """
    _wait_for_acts_under_way()
    for viewer in _lookers(membership_id):
        with acting_for(viewer):
            case = cases_for(viewer).filter(pk=case_id).first()
            if case is not None:
                clear_places(case, by=viewer)
                return
    raise LookupError("nobody who may look through this case sees it")


def _wait_for_acts_under_way() -> None:
    until = time.monotonic() + MOST_SECONDS
    waiting = _under_way()
    while waiting:
        if time.monotonic() > until:
            raise TimeoutError("an act is still under way")
        time.sleep(0.05)
        waiting &= _under_way()


def _under_way() -> set[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(UNDER_WAY)
        return set(cursor.fetchall())


def _lookers(membership_id: int) -> Iterator[Viewer]:
    """Yield who concealed it, then the others of the center whose role may."""
    live = Membership.objects.live().filter(agency__is_center=True, role__in=MAY_LOOK)
    rows = list(live.select_related("user", "agency").order_by("pk"))
    for row in sorted(rows, key=lambda row: row.pk != membership_id):
        yield viewer_of(row)
