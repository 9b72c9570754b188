"""Everything that can happen to sharing, in any order; after each step all doors are compared with the ledger.

The classes run inside a transaction of the test, and each example in a savepoint that is rolled back: the
database's clock stands still but for ``test.shift``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from tests.casework.machine.asking import Asking
from tests.casework.machine.checks import Checks
from tests.casework.machine.clock import Clock
from tests.casework.machine.concealment import Concealments
from tests.casework.machine.consents import Consents
from tests.casework.machine.lines import Lines
from tests.casework.machine.people import People
from tests.casework.machine.referrals import Referrals
from tests.casework.machine.sheets import Sheets


class SharingMachine(Lines, Asking, Consents, Clock, People, Concealments, Referrals, Sheets, Checks):
    """With both walls: what everybody sees by every door is what the ledger says."""

    def teardown(self) -> None:
        try:
            if self.is_sound:
                self.do_what_is_rare()
                self.is_sound = False
                self.everybody_agrees_on_everything()
        finally:
            transaction.set_rollback(True)
            self.example.close()

    def do_what_is_rare(self) -> None:
        """Chance leaves out whole rules for whole examples: end, lapse and two rare things after each history."""
        first = RARE_EACH * self.tally["examples"]
        self.tally["examples"] += 1
        rare = [RARE[number % len(RARE)] for number in range(first, first + RARE_EACH)]
        for happens in (*ALWAYS, *rare):
            happens(self)
            self.all_doors_agree_with_the_ledger()


ALWAYS: tuple[Callable[[Any], None], ...] = (
    lambda machine: machine.end_the_oldest(),
    lambda machine: machine.move_to_the_first_end(),
    lambda machine: machine.sweep(),
)
RARE_EACH = 2
RARE: tuple[Callable[[Any], None], ...] = (
    lambda machine: machine.share_until_tomorrow(),
    lambda machine: machine.end_agency("kenko", "closed"),
    lambda machine: machine.end_person("jiritsu", "deactivated"),
    lambda machine: machine.all_come_back(),
    lambda machine: machine.move_just_before_the_next_end(),
    lambda machine: machine.end_agency("anshin", "contract over"),
    lambda machine: machine.end_agency("other", "contract runs"),
    lambda machine: machine.end_person("anshin", "left"),
    lambda machine: machine.end_person("anshin", "switched"),
    lambda machine: machine.block("hazuki", "reception"),
    lambda machine: machine.lift_all(),
    lambda machine: machine.end_twice(),
    lambda machine: machine.break_glass_and_wait(),
    lambda machine: machine.withdraw_something_that_is_seen(),
    lambda machine: machine.refuse_what_was_agreed(),
    lambda machine: machine.seal("tomono"),
    lambda machine: machine.conceal_what_is_seen_and_printed(),
    lambda machine: machine.refer_accept_and_return(),
    lambda machine: machine.refer_and_revoke(),
    lambda machine: machine.make_the_first_sheet(),
    lambda machine: machine.conceal_and_lift(),
    lambda machine: machine.ask_whoever_can_be(),
    lambda machine: machine.withdraw_from_a_table(),
)


class DoorAloneMachine(SharingMachine):
    """As the owner of the tables, whom every policy lets through: the door alone says the same."""

    is_door_alone = True
