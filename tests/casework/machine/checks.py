"""What is compared after each step."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from hypothesis.stateful import (
    invariant,
)

from permissions.agencies.models import Membership
from permissions.agencies.selectors import viewer_for_membership
from permissions.viewer import SESSION_KEY, viewer_for_request, viewer_of
from permissions.walls.context import acting_for
from tests.casework import doors
from tests.casework.ledger import Seat
from tests.casework.machine.base import IN_TURN, Machine


class Checks(Machine):
    """Every door against the dictionary."""

    @invariant()
    def all_doors_agree_with_the_ledger(self) -> None:
        """The first seat that was touched is looked at closely, the next ones and one more in turn at a glance."""
        self.turn += 1
        names = list(dict.fromkeys([*self.touched[:2], IN_TURN[self.turn % len(IN_TURN)]]))
        self.is_sound = False
        for name in names:
            self.check(name, closely=name == names[0])
        self.check_request_of_nurse()
        self.touched.clear()
        self.is_sound = True

    def check(self, name: str, *, closely: bool) -> None:
        seat = self.seat(name)
        viewer = viewer_for_membership(int(str(seat.membership)))
        assert (viewer is not None) == self.ledger.is_live(seat)
        if viewer is None and self.is_door_alone:
            return  # Without a live membership nobody comes to the door.
        if viewer is None:
            # Whoever was asking when the membership ended: the database lets nothing through.
            viewer = viewer_of(
                Membership.objects.select_related("user", "agency__group").get(pk=seat.membership)
            )
        with acting_for(viewer):
            self.check_at_a_glance(viewer, seat)
            if closely:
                self.check_closely(viewer, seat)

    def check_at_a_glance(self, viewer: Any, seat: Seat) -> None:
        reach = self.ledger.reach(seat)
        self.tally["seen"] += bool(reach)
        assert doors.listed(viewer) == self.ledger.cases(seat)
        assert doors.direct(viewer, self.world) == self.ledger.cases(seat)
        own = {
            key
            for key, (owner, needed, known) in self.sheets.items()
            if owner == seat and needed <= reach and self.ledger.hiding(next(iter(needed))[0]) <= known
        }
        assert doors.sheets_by_door(viewer, list(self.sheets)) == own
        if not self.is_door_alone:
            self.check_database(seat, own)

    def check_closely(self, viewer: Any, seat: Seat) -> None:
        reach = self.ledger.reach(seat)
        family = self.world.families[("hazuki", "tomono")[self.turn // 2 % 2]]
        here = {label for label in reach if label[0] == family.case.pk}
        assert doors.rows_by_door(viewer) == doors.rows_of(reach, self.ledger.unseen_files(seat))
        assert doors.found(viewer, family) == doors.found_by_rule(family, reach)
        named = doors.told(viewer)
        assert named <= self.ledger.cases(seat)
        self.tally["told of"] += bool(named)
        if self.turn % 2:
            self.check_object_permissions(viewer, seat, family, here)
            return
        assert doors.page(viewer) == doors.page_by_rule(reach)
        assert doors.read_by_page(viewer, family) == {label for label in here if doors.is_of_household(label)}
        concealed = self.ledger.is_concealed(family.case.pk)
        printed = doors.printed_by_rule(self.world, family, reach, is_concealed=concealed)
        assert doors.printed(viewer, family) == printed

    def check_object_permissions(self, viewer: Any, seat: Seat, family: Any, here: set[Any]) -> None:
        """A right is asked about an object that came through the door: a person comes with their basics."""
        if self.is_door_alone and seat.kind == "duty":
            return  # The duty counts for every object that the database shows.
        shown = {None} | {person for _case, person, item in here if item == "basic"}
        said = doors.allowed(viewer, family)
        if self.is_door_alone:
            said = {label for label in said if label[1] in shown}
        assert said == {label for label in here if label[1] in shown}
        self.tally["rights"] += len(said)

    def check_database(self, seat: Seat, own_sheets: set[Any]) -> None:
        rows, keys, counts = doors.rows_by_sql()
        cases = set(self.ledger.cases(seat))
        assert rows == doors.rows_of(self.ledger.reach(seat), self.ledger.unseen_files(seat))
        assert (keys["case"], keys["decision"]) == (cases, cases)
        assert keys["activity"] == (cases if seat.kind == "duty" else set())
        assert keys["sheet"] == own_sheets
        expected = self.ledger.own_rows(seat)
        assert (counts["share"], counts["shareline"]) == (expected["share"], expected["shareline"])
        assert counts["casegrant"] + counts["persongrant"] == expected["grant"]
        assert (counts["recall"], counts["consent"]) == (expected["recall"], expected["consent"])
        assert seat.kind == "duty" or counts["lineend"] == 0
        assert seat.kind == "duty" or counts["caseevent"] == 0

    def check_request_of_nurse(self) -> None:
        """A person with two agencies acts for the chosen one, else for one that is live, else for none."""
        other = "nurse@jiritsu" if self.chosen == "nurse@kenko" else "nurse@kenko"
        live = [self.seat(name) for name in (self.chosen, other) if self.ledger.is_live(self.seat(name))]
        request: Any = SimpleNamespace(
            user=self.world.nurse, session={SESSION_KEY: self.seat(self.chosen).membership}
        )
        viewer = viewer_for_request(request)
        assert (viewer.membership.pk if viewer else None) == (live[0].membership if live else None)
