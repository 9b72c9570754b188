"""What every part of the machine uses: strategies, seats, what is known so far."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
)

from casework.referrals.states import OVER, ReferralAnswerKind
from permissions.agencies.models import Agency
from tests.casework.ledger import Agreement, Line, Seat
from tests.casework.machine.glances import Glances, kept
from tests.casework.narrow import NarrowWorld
from tests.casework.seated import database_now

K = ReferralAnswerKind
ITEMS = ("basic", "contact", "health", "money", "plan", "roles")
families = st.sampled_from(("hazuki", "tomono"))
agencies = st.sampled_from(("anshin", "kenko", "jiritsu", "other"))
labels = st.lists(
    st.tuples(st.sampled_from(("", "mother", "son")), st.sampled_from(ITEMS)),
    min_size=1,
    max_size=3,
    unique=True,
)
hours = st.integers(1, 30).map(lambda number: dt.timedelta(hours=number))
maybe_hours = st.one_of(st.none(), hours)
staff = st.sampled_from(("anshin", "kenko", "jiritsu", "other", "nurse@kenko", "nurse@jiritsu"))
blockable = st.sampled_from(("anshin", "jiritsu", "nurse@kenko", "reception"))
READERS = ("anshin", "kenko", "jiritsu", "other", "nurse@kenko", "nurse@jiritsu", "reception", "chief")
IN_TURN = (*READERS, "anshin_admin", "coordinator", "editor", "auditor", "sysadmin")
lines = Bundle("lines")
blocks = Bundle("blocks")


@dataclass
class Sent:
    """A referral as the dictionary knows it: the lines it brought, and what was answered so far."""

    key: Any
    case: Any
    packet: Any
    receiver: Any
    agreed: list[Any]
    lines: list[Line] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    is_revoked: bool = False

    @property
    def is_over(self) -> bool:
        return self.is_revoked or bool(self.answers and self.answers[-1] in OVER)


class Machine(RuleBasedStateMachine):
    """What a history knows: the dictionary, and how often each thing happened."""

    world: ClassVar[NarrowWorld]
    tally: ClassVar[Counter[str]]
    is_door_alone: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        if not hasattr(self.world, "glances"):  # what stays when this example is rolled back
            self.world.glances = Glances(self.world)
        self.glances = self.world.glances
        self.example = ExitStack()
        self.example.enter_context(kept())
        self.example.enter_context(transaction.atomic())
        self.began_at = database_now()
        self.ledger = self.world.ledger(self.began_at)
        self.tries: dict[str, list[dt.datetime]] = defaultdict(list)
        self.sheets: dict[Any, tuple[Seat, set[Any], set[Any]]] = {}
        self.sent: list[Sent] = []
        self.reads: dict[Any, set[tuple[Any, ...]]] = {}  # case -> account, agency, person, item
        self.holders = {family.case.pk: family.case.holder_id for family in self.world.families.values()}
        self.chosen = "nurse@kenko"
        self.touched: list[str] = []
        self.turn = 0
        self.looks = 0
        self.is_sound = True

    def seat(self, name: str) -> Seat:
        return self.world.seats[name]

    def agency_name(self, key: Any) -> str:
        return next(name for name, agency in self.world.agencies.items() if agency.pk == key)

    def agency_row(self, name: str) -> Agency:
        return Agency.objects.get(pk=self.world.agencies[name].pk)

    def touch_agency(self, name: str) -> None:
        key = self.world.agencies[name].pk
        self.touched += [other for other in READERS if self.seat(other).agency == key]


def end_of(support: list[Agreement], until: dt.datetime | None) -> dt.datetime | None:
    ends = [until, *(agreement.ends_at() for agreement in support)]
    return min((end for end in ends if end), default=None)
