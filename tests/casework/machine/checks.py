"""What is compared after each step, and after each history."""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import Any

from hypothesis.stateful import invariant

from permissions.agencies.models import Membership
from permissions.viewer import SESSION_KEY, Viewer, viewer_for_request
from permissions.walls.context import acting_for
from tests.casework import doors
from tests.casework.canaries import Family
from tests.casework.ledger import Seat
from tests.casework.machine.base import IN_TURN
from tests.casework.machine.channels import CHANNELS, PLACES, Channels
from tests.casework.machine.glances import TABLES


class Checks(Channels):
    """Everybody at a glance after each step; and after every other one, in turn, a way on which one of them learns of a case."""

    @invariant()
    def all_doors_agree_with_the_ledger(self) -> None:
        self.turn += 1
        self.tally["steps"] += 1
        self.is_sound = False
        self.everybody_agrees(TABLES[self.turn % len(TABLES)])
        if self.turn % 2:
            self.look_in_turn()
        if self.turn % 3 == 0:
            self.check_request_of_nurse()
        self.is_sound = True

    def look_in_turn(self) -> None:
        """By the next channel: mostly somebody whom the last steps have touched, else whoever is next."""
        touched = list(dict.fromkeys(self.touched))
        self.touched.clear()
        number = self.looks
        self.looks += 1
        cycle, position = divmod(number, len(PLACES))
        name = IN_TURN[number % len(IN_TURN)]
        if touched and cycle % 3:
            name = touched[cycle % len(touched)]
        channel = PLACES[position][cycle // 2 % len(PLACES[position])]
        self.look(name, list(self.world.families.values())[cycle % 2], channel)

    def look(self, name: str, family: Family, *channels: str) -> None:
        """Compare these channels, as whoever sits there now."""
        seat = self.seat(name)
        if self.is_door_alone and not self.ledger.is_live(seat):
            return  # Nobody comes to the door.
        viewer = self.viewer_of_seat(seat)
        with acting_for(viewer):
            for channel in channels:
                CHANNELS[channel](self, viewer, seat, family)
                self.tally[f"by {channel}"] += bool(self.here(seat, family))

    def look_closely(self, name: str) -> None:
        """Compare every table, and every channel but the pages of meetings, on whose tables the same lies."""
        seat = self.seat(name)
        for family in self.world.families.values():
            self.look(name, family, *(name for name in CHANNELS if name != "meetings"))
        for table in TABLES:
            self.compare_door([seat], table)
            if not self.is_door_alone:
                self.compare_walls([seat], table)

    def viewer_of_seat(self, seat: Seat) -> Viewer:
        """Return whoever acts; past an end, whoever was asking when it came: the database lets nothing through.

        A copy, as rights are remembered on the account.
        """
        viewer = copy.deepcopy(self.glances.viewers[seat.membership])
        viewer.user.is_active = seat.user not in self.ledger.inactive
        return viewer

    # --- everybody ----------------------------------------------------------------------------------

    def everybody_agrees(self, table: str) -> None:
        """Of those who never see anything one in turn."""
        never = [seat for seat in self.world.seats.values() if seat.kind == "none"]
        seats = [seat for seat in self.world.seats.values() if seat.kind != "none"]
        seats.append(never[self.turn % len(never)])
        live = Membership.objects.live().filter(pk__in=[seat.membership for seat in seats])
        assert set(live.values_list("pk", flat=True)) == {
            x.membership for x in seats if self.ledger.is_live(x)
        }
        if self.is_door_alone:
            self.compare_door(seats, table)
        else:
            self.compare_walls(seats, table)

    def compare_walls(self, seats: list[Seat], table: str) -> None:
        for seat, answers in zip(seats, self.glances.by_walls(seats, table), strict=True):
            self.compare(seat, table, answers)

    def compare_door(self, seats: list[Seat], table: str) -> None:
        """Without a live membership nobody comes to the door."""
        live = [seat for seat in seats if self.ledger.is_live(seat)]
        for seat, answers in zip(live, self.glances.by_door(live, table), strict=True):
            self.compare(seat, table, answers)

    def compare(self, seat: Seat, table: str, answers: list[tuple[Any, ...]]) -> None:
        """Compare one table and the cases, as one of these seats."""
        expected = doors.rows_in(table, self.world, self.ledger, seat)
        rows = [answer[1:] for answer in answers if answer[0] == table]
        assert {(case, person, item): number for case, person, item, number in rows} == expected, seat.name
        cases = {answer[1] for answer in answers if answer[0] == "case"}
        assert cases == self.ledger.cases(seat), seat.name
        self.tally["seen"] += bool(expected)
        if table == "table":
            self.tally["read at a table"] += seat.kind == "reader" and any(case for case, *_ in expected)
        self.tally["seen by few"] += seat.kind == "reader" and max(expected.values(), default=0) > 1

    def everybody_agrees_on_everything(self) -> None:
        """The whole database, as everybody; and now and then every channel, as one who sees something."""
        seats = list(self.world.seats.values())
        self.compare_door(seats, TABLES[self.looks % len(TABLES)])
        if not self.is_door_alone:
            for seat, answers in zip(seats, self.glances.by_walls_whole(seats), strict=True):
                self.check_rows(seat, answers)
        seeing = [name for name in IN_TURN if self.ledger.reach(self.seat(name))]
        if seeing and self.looks % 4 == 0:
            family = list(self.world.families.values())[self.looks // 4 % 2]
            self.look(seeing[self.looks // 4 % len(seeing)], family, *CHANNELS)

    def check_request_of_nurse(self) -> None:
        """A person with two agencies acts for the chosen one, else for one that is live, else for none."""
        other = "nurse@jiritsu" if self.chosen == "nurse@kenko" else "nurse@kenko"
        live = [self.seat(name) for name in (self.chosen, other) if self.ledger.is_live(self.seat(name))]
        request: Any = SimpleNamespace(
            user=self.world.nurse, session={SESSION_KEY: self.seat(self.chosen).membership}
        )
        viewer = viewer_for_request(request)
        assert (viewer.membership.pk if viewer else None) == (live[0].membership if live else None)
