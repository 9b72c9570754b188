"""What the audit log costs a write: the same with its row in the log and without, in turn.

A note as a person sends it (the whole request: session, form, redirect), which the goal is about, and single actions, each in
one transaction of its own, committed: the context, the row, the event, the row of the log. Without the log only the last is
left out.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest import mock

from django.test import Client

from casework.cases.actions import create_case
from casework.households.actions import add_person, create_household, set_item
from casework.households.models import PersonMoney
from casework.notes.actions import NoteDraft, ParagraphDraft, write_note
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label, end_line, share_items
from permissions.agencies.models import Agency, Membership
from permissions.audit.actions import Beside, execute_kept
from permissions.audit.models import AuditEntry
from permissions.audit.origin import coming_from
from permissions.viewer import viewer_of
from permissions.walls.context import acting_for, clock
from permissions.walls.own import SEAL_JOB
from tests.bench import city, databases
from tests.bench.measure import Comparison, Goal, Side

NAME = "bench_writes"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# A person writes by a request. Writes per second with the log at least 0.95 of those without (assurance.md B13): the time at most 1/0.95.
GOAL = Goal("at_most", 1 / 0.95)
WISH = Goal("at_most", 1 / 0.95, binds=False)
PAIRS = 600  # the difference is smaller than the noise: with and without in turn, so often
NOON = dt.datetime(2026, 11, 20, 3, 0, tzinfo=dt.UTC)


def prepare() -> None:
    """Make an empty database of its own to write into."""
    databases.prepare_small(NAME)
    databases.leave_alone(NAME)


class WritingDesk:
    """Somebody who writes, with a connection and a case of their own."""

    def __init__(self) -> None:
        self.web = databases.log_in(NAME)
        with databases.as_default(self.web):
            member = Membership.objects.select_related("user", "agency__group").get(agency__code=city.CENTER)
            self.viewer = viewer_of(member)
            self.agency = Agency.objects.get(code=city.TINY)
            with acting_for(self.viewer):
                self.case = create_case(by=self.viewer)
                create_household(self.case, name="見本", kind="other", by=self.viewer)
                self.person = add_person(
                    self.case, values={"name": "見本", "relation": "self"}, by=self.viewer
                )

            self.client = Client(headers={"host": "localhost"})
            self.client.force_login(member.user, backend=BACKEND)
        self.written = 0

    def close(self) -> None:
        self.web.close()

    def comparisons(self) -> Iterator[Comparison]:
        """Yield one comparison per kind of write."""
        for name, write in self.kinds().items():
            yield Comparison(
                key=f"audit, {name}",
                agency="center",
                size="writes",
                candidate=Side("with the log", self.logged, partial(self.once, write)),
                reference=Side("without", self.unlogged, partial(self.once, write)),
                goal=GOAL if write == self.sent_note else WISH,
            )

    def kinds(self) -> dict[str, Callable[[], None]]:
        """Return the kinds of write by their names."""
        return {
            "sent by form: note": self.sent_note,
            "note": self._within(self.note),
            "money of a person": self._within(self.money),
            "share and end": self._within(self.share),
        }

    @contextmanager
    def logged(self) -> Iterator[None]:
        """Write as the product does."""
        with databases.as_default(self.web):
            yield

    @contextmanager
    def unlogged(self) -> Iterator[None]:
        """Write without rows in the log."""
        with databases.as_default(self.web), mock.patch("permissions.audit.actions._write", new=_only_beside):
            yield

    def once(self, write: Callable[[], None]) -> bool:
        write()
        return True

    def _within(self, write: Callable[[], None]) -> Callable[[], None]:
        def act() -> None:
            with coming_from("192.0.2.1"), acting_for(self.viewer):
                write()

        return act

    def sent_note(self) -> None:
        typed = {
            "about": str(self.person.pk), "item": "history", "occurred_at": "2026-11-20T12:00",
            "method": "phone", "title": "見本", "fact_1": "見本の記録", "fact_1_source": "observed",
        }  # fmt: skip
        response = self.client.post(f"/casework/cases/{self.case.pk}/notes/add/", typed)
        assert response.status_code == 302, response.content.decode()

    def count_logged(self, side: Side) -> int:
        """Return how many rows one write leaves in the log."""
        before = self._log_rows()
        with side.inside():
            side.run()
        return self._log_rows() - before

    def _log_rows(self) -> int:
        with databases.as_default(self.web), clock(SEAL_JOB):
            return AuditEntry.objects.count()

    def note(self) -> None:
        paragraphs = (ParagraphDraft("fact", "observed", "見本の記録"),)
        draft = NoteDraft(Label(self.person.pk, "history"), NOON, "phone", "見本", paragraphs)
        write_note(self.case, draft, by=self.viewer)

    def money(self) -> None:
        row = PersonMoney.objects.filter(person=self.person).first()
        seen = fingerprint(row, ["situation"])
        self.written += 1
        values = {"situation": f"見本 {self.written}"}
        set_item(self.person, item="money", values=values, seen=seen, by=self.viewer)

    def share(self) -> None:
        (line,) = share_items(
            self.case,
            agency=self.agency,
            labels=[Label(self.person.pk, "basic")],
            ground=Ground("law", "見本"),
            by=self.viewer,
        )
        end_line(line, by=self.viewer, reason="見本")


def _only_beside(viewer: Any, acts: Any, beside: Beside | None = None) -> None:
    """Write what goes along with the row of the log, and not the row. A Mock would cost more than both."""
    if beside:
        execute_kept(beside.insert, beside.values)
