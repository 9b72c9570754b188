"""Agencies close, people leave, somebody is shut out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth import get_user_model
from hypothesis import strategies as st
from hypothesis.stateful import (
    consumes,
    precondition,
    rule,
)

from casework.seals.actions import seal_case, unseal_case
from casework.seals.models import Seal
from casework.sharing import actions
from casework.sharing.models import Block
from permissions.agencies.actions import close_agency, end_membership
from permissions.agencies.models import Agency, Membership
from permissions.walls.context import acting_for
from tests.casework.ledger import JAPAN
from tests.casework.machine.base import READERS, Machine, agencies, blockable, blocks, families, staff


class People(Machine):
    """Who may come to the door at all, and whom a case is shut to."""

    @rule(agency=agencies, how=st.sampled_from(("closed", "contract over", "contract runs")))
    def end_agency(self, agency: str, how: str) -> None:
        key = self.world.agencies[agency].pk
        today = self.ledger.now.astimezone(JAPAN).date()
        if how == "closed":
            close_agency(self.agency_row(agency), by=None)
            self.ledger.closed.add(key)
        else:
            ends_on = today if how == "contract runs" else today - dt.timedelta(days=1)
            Agency.objects.filter(pk=key).update(contract_ends_on=ends_on)
            self.ledger.contract_ends[key] = ends_on
        self.tally[how] += 1
        self.touch_agency(agency)

    @rule(name=staff, how=st.sampled_from(("switched", "left", "deactivated")))
    def end_person(self, name: str, how: str) -> None:
        seat = self.seat(name)
        if how == "switched":
            self.chosen = "nurse@jiritsu" if self.chosen == "nurse@kenko" else "nurse@kenko"
        elif how == "left":
            end_membership(Membership.objects.get(pk=seat.membership), by=None)
            self.ledger.ended.add(seat.membership)
        else:
            get_user_model().objects.filter(pk=seat.user).update(is_active=False)
            self.ledger.inactive.add(seat.user)
        self.tally[how] += 1
        self.touched += [other for other in READERS if self.seat(other).user == seat.user]

    @precondition(lambda self: self.ledger.is_somebody_out())
    @rule()
    def all_come_back(self) -> None:
        Agency.objects.update(closed_at=None, contract_ends_on=None)
        Membership.objects.update(ended_at=None)
        get_user_model().objects.update(is_active=True)
        self.ledger.let_all_back_in()
        self.tally["came back"] += 1
        self.touched += READERS

    @rule(
        target=blocks,
        family=families,
        target_name=st.one_of(agencies.map(lambda name: f"agency {name}"), blockable),
    )
    def block(self, family: str, target_name: str) -> Any:
        _, _, agency = target_name.partition(" ")
        if agency:
            self.touch_agency(agency)
            return self._block(family, agency=self.agency_row(agency), user_id=None)
        user = self.seat(target_name).user
        self.touched += [other for other in READERS if self.seat(other).user == user]
        self.tally["center person blocked"] += target_name == "reception"
        return self._block(family, agency=None, user_id=user)

    def _block(self, family: str, *, agency: Agency | None, user_id: Any) -> Any:
        case = self.world.families[family].case
        with acting_for(self.world.chief):
            row = actions.block(case, agency=agency, user_id=user_id, reason="見本", by=self.world.chief)
        target = ("agency", agency.pk) if agency else ("user", user_id)
        self.ledger.blocks[row.pk] = (case.pk, *target)
        self.tally["blocked"] += 1
        return row.pk

    @rule(block=consumes(blocks))
    def lift(self, block: Any) -> None:
        with acting_for(self.world.chief):
            actions.lift_block(Block.objects.get(pk=block), by=self.world.chief)
        del self.ledger.blocks[block]
        self.tally["lifted"] += 1
        self.touched += READERS

    def lift_all(self) -> None:
        for block in list(self.ledger.blocks):
            self.lift(block)

    @rule(family=families)
    def seal(self, family: str) -> None:
        """The head of the center, the case's worker, and nobody else of the center."""
        case = self.world.families[family].case
        with acting_for(self.world.chief):
            number = Seal.objects.filter(case=case).count()
            words = {"reason": "見本", "seen": number, "by": self.world.chief}
            if case.pk in self.ledger.circles:
                unseal_case(case, **words)
                del self.ledger.circles[case.pk]
                self.tally["unsealed"] += 1
            else:
                circle = {self.world.chief.user.pk, self.world.coordinator.user.pk}
                seal_case(case, members=circle, **words)
                self.ledger.circles[case.pk] = frozenset(circle)
                self.tally["sealed"] += 1
        self.touched += ["reception", "chief"]
