"""Sheets are printed."""

from __future__ import annotations

from unittest import mock

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
)

from casework.plans.models import Decision
from casework.sheets import actions as sheet_actions
from casework.sheets.kinds import DECISION, PLAN
from casework.sheets.models import Sheet, SheetState
from permissions.agencies.selectors import viewer_for_membership
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.machine.base import READERS, Machine


class Sheets(Machine):
    """A sheet is its maker's, for as long as its maker sees all of it."""

    @precondition(lambda self: self.turn % 2 and self.readable())
    @rule(number=st.integers(0, 15))
    def make_sheet(self, number: int) -> None:
        readable = self.readable()
        self._make_sheet(*readable[number % len(readable)])

    def make_the_first_sheet(self) -> None:
        for family, name in self.readable()[:1]:
            self._make_sheet(family, name)

    def readable(self) -> list[tuple[str, str]]:
        """Return every family and seat of which the one reaches the other."""
        homes = self.world.families.items()
        return [
            (family, name)
            for name in READERS
            for family, home in homes
            if home.case.pk in self.ledger.cases(self.seat(name))
        ]

    def _make_sheet(self, family: str, name: str) -> None:
        seat, home = self.seat(name), self.world.families[family]
        viewer = viewer_for_membership(int(str(seat.membership)))
        assert viewer
        with acting_for(viewer):
            # Of a decision and of its plan in turn: as of every label both say something, both end together.
            kind = (DECISION, PLAN)[len(self.sheets) % 2]
            sheet = sheet_actions.request_sheet(home.case, home.decision, by=viewer, kind=kind)
            kept = self.world.kept[home.name][0]
            if seat.kind != "duty" and Decision.objects.filter(pk=kept.pk).exists():
                with pytest.raises(NotAllowed, match="会議限り"):  # domain.md R-MTG-6
                    sheet_actions.request_sheet(home.case, kept, by=viewer)
                self.tally["kept from paper"] += 1
        with mock.patch.object(sheet_actions, "make_pdf", return_value=b"%PDF"):
            sheet_actions.make_sheet(sheet.pk, membership_id=viewer.membership.pk)
        with acting_for(viewer):
            made = Sheet.objects.get(pk=sheet.pk)
        assert made.state == SheetState.READY
        self.sheets[made.pk] = (
            seat,
            {label for label in self.ledger.reach(seat) if label[0] == home.case.pk},
            self.ledger.hiding(home.case.pk),
        )
        self.tally["sheets"] += 1
        self.touched.append(name)
