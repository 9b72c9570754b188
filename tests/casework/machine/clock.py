"""Time passes, and what is for an hour only."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import (
    multiple,
    precondition,
    rule,
)

from casework.emergency.actions import open_in_emergency
from casework.sharing.clocks import sweep_lapsed_lines
from casework.sharing.models import ShareLine
from permissions.agencies.selectors import viewer_for_membership
from permissions.walls.context import acting_for
from tests.casework.ledger import Line
from tests.casework.machine.base import Machine, families, hours, lines


class Clock(Machine):
    """Moves the clock that the policies and the code read."""

    @rule(target=lines, family=families, name=st.sampled_from(("anshin", "jiritsu", "other")))
    def break_glass(self, family: str, name: str) -> Any:
        """Two items of the mother for an hour, three times a day, by whoever is in and not blocked."""
        seat, home = self.seat(name), self.world.families[family]
        viewer = viewer_for_membership(int(str(seat.membership)))
        if viewer is None:
            return multiple()
        words = {
            "number": home.case.number,
            "name": home.people["mother"].name,
            "reason": "見本の危険があるため",
        }
        with acting_for(viewer):
            opened = open_in_emergency(by=viewer, **words)
            known = {line.key for line in (*self.ledger.all_open(), *self.ledger.gone)}
            of_these = ShareLine.objects.filter(case=home.case, agency=viewer.agency, basis="emergency")
            made = list(of_these.exclude(pk__in=known))
        tries = [at for at in self.tries[name] if at > self.ledger.now - dt.timedelta(hours=24)]
        self.tries[name] = [*tries, self.ledger.now]
        self.touch_agency(name)
        if len(tries) >= 3 or self.ledger.is_blocked(seat, home.case.pk):
            assert (opened, made) == (None, [])
            self.tally["glass held"] += 1
            return multiple()
        assert opened == home.case
        assert {(row.person_id, row.item) for row in made} == {
            (home.person_id("mother"), item) for item in ("basic", "contact")
        }
        ends = self.ledger.now + dt.timedelta(hours=1)
        added = [
            Line(
                row.pk,
                (row.case_id, row.person_id, row.item),
                seat.agency,
                "emergency",
                self.ledger.now,
                ends,
                self.tally["shared"] + number,
            )
            for number, row in enumerate(sorted(made, key=lambda row: row.item))
        ]
        self.ledger.open_envelope(home.case.pk, seat.agency)
        for line in added:
            self.ledger.add(line)
        self.tally["shared"] += len(added)
        self.tally["glass broken"] += 1
        return multiple(*added)

    def break_glass_and_wait(self) -> None:
        """The fourth try within a day is held, whatever came before."""
        if self.ledger.is_somebody_out():
            self.all_come_back()
        for _try in range(4):
            self.break_glass("tomono", "other")
        self.move_clock(self.ledger.now + dt.timedelta(hours=1))

    @precondition(lambda self: self.ledger.next_end())
    @rule(late_seconds=st.sampled_from((0, -1, 1)))
    def move_to_an_end(self, late_seconds: int) -> None:
        self.move_to_the_next_end(late_seconds)

    @precondition(lambda self: self.ledger.next_end())
    @rule(late_seconds=st.sampled_from((0, -1, 1)))
    def move_to_the_next_end(self, late_seconds: int) -> None:
        line = self.ledger.next_end()
        assert line
        assert line.until
        self.move_clock(line.until + dt.timedelta(seconds=late_seconds))
        self.tally["held to the last second"] += late_seconds < 0 and line.holds(self.ledger.now)

    @precondition(lambda self: self.ledger.next_start())
    @rule(late_seconds=st.sampled_from((0, -1, 1)))
    def move_to_the_next_start(self, late_seconds: int) -> None:
        line = self.ledger.next_start()
        assert line
        self.move_clock(line.starts_at + dt.timedelta(seconds=late_seconds))

    def share_until_tomorrow(self) -> None:
        """Then an agency that is closed asks in vain."""
        self.end_agency("jiritsu", "closed")
        self._share_for("hazuki", "jiritsu", [("son", "basic")], None, None)
        self.all_come_back()
        for wait in (None, dt.timedelta(hours=2)):
            self._share_for("hazuki", "jiritsu", [("son", "basic")], wait, dt.timedelta(hours=24))

    def move_to_the_first_end(self) -> None:
        if self.ledger.next_end():
            self.move_to_the_next_end(0)

    def move_just_before_the_next_end(self) -> None:
        self._share_for("tomono", "other", [("mother", "basic")], None, dt.timedelta(hours=1))
        if self.ledger.next_end():
            self.move_to_the_next_end(-1)

    @rule(length=hours)
    def wait(self, length: dt.timedelta) -> None:
        self.move_clock(self.ledger.now + length)

    def move_clock(self, to: dt.datetime) -> None:
        before = self.ledger.now
        if to <= before:
            return
        self.ledger.now = to
        with connection.cursor() as cursor:
            shift = f"{(to - self.began_at).total_seconds():.6f} seconds"
            cursor.execute("SELECT set_config('test.shift', %s, true)", [shift])
        concerned = [x for x in self.ledger.all_open() if x.holds(before) != x.holds(to)]
        self.tally["lapsed"] += sum(x.holds(before) for x in concerned)
        self.tally["began later"] += sum(x.holds(to) for x in concerned)
        for line in concerned:
            self.touch_agency(self.agency_name(line.agency))

    @rule()
    def sweep(self) -> None:
        before = len(self.ledger.granted)
        sweep_lapsed_lines()
        self.ledger.sweep()
        self.tally["swept"] += before - len(self.ledger.granted)
        self.touched += ["chief"]
