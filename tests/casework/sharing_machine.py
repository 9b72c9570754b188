"""Everything that can happen to sharing, in any order; after each step all doors are compared with the ledger.

The classes run inside a transaction of the test, and each example in a savepoint that is rolled back: the
database's clock stands still but for ``test.shift``.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, ClassVar
from unittest import mock

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from casework.concealment.actions import GroundDraft, Threat, ask_to_lift, conceal, lift_concealment
from casework.concealment.models import Concealment
from casework.consent.actions import ConsentDraft, record_consent, withdraw_consent
from casework.consent.models import Consent
from casework.emergency.actions import open_in_emergency
from casework.files.actions import check_file
from casework.files.models import CaseFile
from casework.referrals.actions import (
    AnswerDraft,
    ReferralDraft,
    answer_referral,
    revoke_referral,
    send_referral,
)
from casework.referrals.models import Referral, ReferralLine
from casework.referrals.states import NEXT_KINDS, OVER, ReferralAnswerKind
from casework.seals.actions import seal_case, unseal_case
from casework.seals.models import Seal
from casework.sharing import actions
from casework.sharing.clocks import sweep_lapsed_lines
from casework.sharing.items import Item
from casework.sharing.models import Block, ShareLine
from casework.sheets import actions as sheet_actions
from casework.sheets.models import Sheet, SheetState
from permissions.agencies.actions import close_agency, end_membership
from permissions.agencies.models import Agency, Membership
from permissions.agencies.selectors import viewer_for_membership
from permissions.errors import NotAllowed
from permissions.viewer import SESSION_KEY, viewer_for_request, viewer_of
from permissions.walls.context import acting_for
from tests.casework import doors
from tests.casework.canaries import CanaryWorld
from tests.casework.ledger import JAPAN, Agreement, Hiding, Ledger, Line, Seat

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


class SharingMachine(RuleBasedStateMachine):
    """With both walls: what everybody sees by every door is what the ledger says."""

    world: ClassVar[CanaryWorld]
    tally: ClassVar[Counter[str]]
    is_door_alone: ClassVar[bool] = False

    lines = Bundle("lines")
    blocks = Bundle("blocks")

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.began_at = _database_now()
        self.ledger = Ledger(now=self.began_at, labels=self.world.labels)
        self.ledger.agreements = {x.key: x for x in self.first_agreements()}
        self.tries: dict[str, list[dt.datetime]] = defaultdict(list)
        self.sheets: dict[Any, tuple[Seat, set[Any], set[Any]]] = {}
        self.sent: list[Sent] = []
        self.holders = {family.case.pk: family.case.holder_id for family in self.world.families.values()}
        self.chosen = "nurse@kenko"
        self.touched: list[str] = []
        self.turn = 0
        self.is_sound = True

    def first_agreements(self) -> list[Agreement]:
        """The world begins with people who agreed to everything."""
        with acting_for(self.world.coordinator):
            rows = list(Consent.objects.order_by("recorded_at", "number"))
        everything = {(agency.pk, item) for agency in self.world.agencies.values() for item in Item.values}
        return [
            Agreement(row.pk, row.case_id, row.person_id, set(everything), None, number)
            for number, row in enumerate(rows)
        ]

    def teardown(self) -> None:
        try:
            if self.is_sound:
                self.do_what_is_rare()
                for name in IN_TURN:
                    self.check(name, closely=False)
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    def do_what_is_rare(self) -> None:
        """Chance leaves out whole rules for whole examples: end, lapse and some rare things after each history.

        In eight histories each of them twice: what went before may have left nothing to do for one.
        """
        first = RARE_EACH * self.tally["examples"]
        self.tally["examples"] += 1
        rare = [RARE[number % len(RARE)] for number in range(first, first + RARE_EACH)]
        for happens in (*ALWAYS, *rare):
            happens(self)
            self.all_doors_agree_with_the_ledger()

    # --- sharing ------------------------------------------------------------------------------------

    @initialize(
        target=lines,
        told=st.lists(
            st.tuples(families, agencies, labels, maybe_hours, maybe_hours), min_size=4, max_size=4
        ),
    )
    def share_some(self, told: list[Any]) -> Any:
        return multiple(*(line for each in told for line in self._share_for(*each)))

    @rule(target=lines, family=families, agency=agencies, wanted=labels, wait=maybe_hours, length=maybe_hours)
    def share(
        self,
        family: str,
        agency: str,
        wanted: list[tuple[str, str]],
        wait: dt.timedelta | None,
        length: dt.timedelta | None,
    ) -> Any:
        return multiple(*self._share_for(family, agency, wanted, wait, length))

    def _share_for(
        self,
        family: str,
        agency: str,
        wanted: list[tuple[str, str]],
        wait: dt.timedelta | None,
        length: dt.timedelta | None,
    ) -> list[Line]:
        starts_at = self.ledger.now + wait if wait else None
        until = (starts_at or self.ledger.now) + length if length else None
        return self._share(family, agency, wanted, starts_at=starts_at, until=until)

    @rule(target=lines, line=lines)
    def share_on_a_second_basis(self, line: Line) -> Any:
        case, person, item = line.label
        family = next(name for name, x in self.world.families.items() if x.case.pk == case)
        agency = next(name for name, x in self.world.agencies.items() if x.pk == line.agency)
        wanted = [(self.world.families[family].who(person), item)]
        other = "law" if line.basis == "consent" else "consent"
        added = self._share(family, agency, wanted, basis=other)
        self.tally["second basis"] += len(added)
        return multiple(*added)

    def _share(
        self,
        family: str,
        agency: str,
        wanted: list[tuple[str, str]],
        *,
        basis: str = "consent",
        starts_at: dt.datetime | None = None,
        until: dt.datetime | None = None,
    ) -> list[Line]:
        case, to, by = self.world.families[family], self.world.agencies[agency], self.world.coordinator
        ground = actions.Ground(basis, "見本", until=until, starts_at=starts_at)
        asked = [actions.Label(case.person_id(who), item) for who, item in wanted]
        people = [person.pk for person in case.people.values()]
        supports = {
            label: self.ledger.support(label, to.pk, people) if basis == "consent" else []
            for label in (case.label(who, item) for who, item in wanted)
        }
        ends = {label: _end_of(support or [], until) for label, support in supports.items()}
        begins = starts_at or self.ledger.now
        is_unsupported = None in supports.values() or any(end and end <= begins for end in ends.values())
        self.touch_agency(agency)
        with acting_for(by):
            if self.ledger.refuses_share(case.case.pk, to.pk) or is_unsupported:
                self.tally["without consent"] += is_unsupported
                with pytest.raises(NotAllowed):
                    actions.share_items(case.case, agency=to, labels=asked, ground=ground, by=by)
                self.tally["refused"] += 1
                return []
            made = actions.share_items(case.case, agency=to, labels=asked, ground=ground, by=by)
        expected = {
            label
            for who, item in wanted
            if not self.ledger.is_repeated(label := case.label(who, item), to.pk, basis, ends[label])
        }
        assert {(row.case_id, row.person_id, row.item) for row in made} == expected
        added = [
            Line(
                x.pk,
                label := (x.case_id, x.person_id, x.item),
                to.pk,
                basis,
                begins,
                ends[label],
                self.tally["shared"] + number,
                frozenset(agreement.key for agreement in supports[label] or ()),
            )
            for number, x in enumerate(made)
        ]
        self.ledger.open_envelope(case.case.pk, to.pk)
        for line in added:
            self.ledger.add(line)
        self.tally["shared"] += len(added)
        return added

    @rule(line=consumes(lines))
    def end(self, line: Line) -> None:
        by = self.world.coordinator
        rest = self.ledger.lines[line.label, line.agency] - {line}
        self.touch_agency(self.agency_name(line.agency))
        with acting_for(by):
            row = ShareLine.objects.get(pk=line.key)
            if self.ledger.is_gone(line):
                with pytest.raises(NotAllowed):
                    actions.end_line(row, by=by, reason="見本")
                self.tally["ended already"] += 1
                return
            actions.end_line(row, by=by, reason="見本")
        self.ledger.end_all([line])
        self.tally["ended"] += 1
        self.tally["ended, another basis left"] += any(x.holds(self.ledger.now) for x in rest)

    def end_the_oldest(self) -> None:
        for line in self.ledger.all_open()[:1]:
            self.end(line)

    def end_twice(self) -> None:
        for line in self.ledger.all_open()[:1]:
            self.end(line)
            self.end(line)

    @precondition(lambda self: self.ledger.all_open())
    @rule(number=st.integers(0, 15))
    def end_one_that_stands(self, number: int) -> None:
        standing = self.ledger.all_open()
        self.end(standing[number % len(standing)])

    # --- consent ------------------------------------------------------------------------------------

    @rule(
        family=families,
        who=st.sampled_from(("mother", "son")),
        agency=agencies,
        items=st.lists(st.sampled_from(ITEMS), min_size=1, max_size=3, unique=True),
        days=st.one_of(st.none(), st.integers(0, 2)),
    )
    def agree(self, family: str, who: str, agency: str, items: list[str], days: int | None) -> None:
        to = self.world.agencies[agency]
        today = self.ledger.now.astimezone(JAPAN).date()
        draft = ConsentDraft(
            "given", today, "見本", scopes=tuple((to, item) for item in items),
            valid_until=None if days is None else today + dt.timedelta(days=days),
        )  # fmt: skip
        row = self._record(family, who, draft)
        pairs = {(to.pk, item) for item in items}
        serial = len(self.ledger.agreements)
        self.ledger.agreements[row.pk] = Agreement(
            row.pk, row.case_id, row.person_id, pairs, draft.valid_until, serial
        )
        self.tally["agreed"] += 1

    def _record(self, family: str, who: str, draft: ConsentDraft) -> Consent:
        home, by = self.world.families[family], self.world.reception
        if not self.ledger.is_live(self.seat("reception")) or self.ledger.is_blocked(
            self.seat("reception"), home.case.pk
        ):
            by = self.world.coordinator
        self.touched.append("chief")
        with acting_for(by):
            return record_consent(home.case, home.people[who], draft, by=by)

    @rule(
        number=st.integers(0, 30),
        part=st.sampled_from(("all", "agency", "item", "both")),
        agency=agencies,
        item=st.sampled_from(ITEMS),
    )
    def withdraw(self, number: int, part: str, agency: str, item: str) -> None:
        """Everybody whose lines end is looked at, and the clock need not move: the same transaction closes all doors."""
        agreements = list(self.ledger.agreements.values())
        agreement = agreements[number % len(agreements)]
        to = self.world.agencies[agency] if part in ("agency", "both") else None
        of_item = item if part in ("item", "both") else ""
        by = self.world.coordinator
        standing = agreement.holds(self.ledger.now) and any(
            (to is None or to.pk == key) and of_item in ("", name) for key, name in agreement.scopes
        )
        words = {"agency": to, "item": of_item, "said_on": dt.date(2026, 11, 20), "how": "見本", "by": by}
        with acting_for(by):
            row = Consent.objects.get(pk=agreement.key)
            if not standing:
                with pytest.raises(NotAllowed):
                    withdraw_consent(row, **words)
                return
            withdraw_consent(row, **words)
        ended = self.ledger.withdraw(agreement, to.pk if to else None, of_item)
        self.tally["withdrawn"] += 1
        self.tally["ended by withdrawal"] += len(ended)
        for key in {line.agency for line in ended}:
            self.touch_agency(self.agency_name(key))

    @rule(family=families, who=st.sampled_from(("mother", "son")))
    def refuse(self, family: str, who: str) -> None:
        row = self._record(family, who, ConsentDraft("refused", dt.date(2026, 11, 21), "見本"))
        for agreement in list(self.ledger.agreements.values()):
            if agreement.person == row.person_id and agreement.holds(self.ledger.now):
                for line in self.ledger.withdraw(agreement, None, ""):
                    self.touch_agency(self.agency_name(line.agency))
        self.ledger.agreements[row.pk] = Agreement(
            row.pk, row.case_id, row.person_id, set(), None, len(self.ledger.agreements)
        )
        self.tally["refused consent"] += 1

    def withdraw_something_that_is_seen(self) -> None:
        self._share("hazuki", "anshin", [("mother", "money"), ("", "plan")])
        for line in self.ledger.all_open():
            if line.rests_on and line.holds(self.ledger.now):
                number = list(self.ledger.agreements).index(min(line.rests_on, key=str))
                self.withdraw(number, "all", "anshin", "basic")
                return

    def refuse_what_was_agreed(self) -> None:
        self.refuse("tomono", "son")
        self._share("tomono", "kenko", [("son", "health")])

    # --- break-glass --------------------------------------------------------------------------------

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

    # --- time ---------------------------------------------------------------------------------------

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
            shift = f"{(to - self.began_at).total_seconds():.0f} seconds"
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

    # --- agencies and people ------------------------------------------------------------------------

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

    # --- blocks -------------------------------------------------------------------------------------

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

    # --- seals --------------------------------------------------------------------------------------

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

    # --- concealment --------------------------------------------------------------------------------

    @rule(family=families, agency=st.one_of(st.none(), agencies))
    def conceal(self, family: str, agency: str | None) -> None:
        home, by = self.world.families[family], self.world.coordinator
        case = home.case
        threat = self.agency_row(agency) if agency else None
        if threat and threat.pk == self.holders[case.pk]:
            return  # whoever holds the case is not shut out of it
        with acting_for(by):
            threats = (Threat("見本", agency=threat),) if threat else ()
            row = conceal(case, home.people["mother"], GroundDraft("provisional", "見本"), threats, by=by)
        hiding = Hiding(case.pk, self.ledger.now, threat.pk if threat else None)
        self.ledger.conceal(row.pk, hiding)
        self.tally["concealed"] += 1
        self.tally["must not learn"] += threat is not None
        self.touched += READERS if threat is None else []
        if agency:
            self.touch_agency(agency)

    @precondition(lambda self: self.ledger.hidings)
    @rule(number=st.integers(0, 5))
    def lift_concealment(self, number: int) -> None:
        keys = list(self.ledger.hidings)
        key = keys[number % len(keys)]
        with acting_for(self.world.coordinator):
            row = Concealment.objects.get(pk=key)
            request = ask_to_lift(row, reason="見本", by=self.world.coordinator)
        with acting_for(self.world.chief):
            lift_concealment(request, by=self.world.chief)
        del self.ledger.hidings[key]
        self.tally["concealment lifted"] += 1
        self.touched += READERS

    @precondition(lambda self: self.ledger.hidings)
    @rule(family=families)
    def look_through_files(self, family: str) -> None:
        case, by = self.world.families[family].case, self.world.coordinator
        with acting_for(by):
            for file in CaseFile.objects.filter(case=case):
                check_file(file, by=by)
        self.ledger.looked_through[case.pk] = self.ledger.now
        self.tally["looked through"] += self.ledger.is_concealed(case.pk)
        self.touched += ["anshin", "kenko"]

    def conceal_what_is_seen_and_printed(self) -> None:
        """A sheet from before, a file nobody has looked through, and an agency that must not learn of it."""
        self._share("hazuki", "kenko", [("mother", "basic"), ("mother", "plan")], basis="law")
        if "kenko" in dict(zip((name for _f, name in self.readable()), range(99), strict=False)):
            self._make_sheet("hazuki", "kenko")
        self.conceal("hazuki", "other")
        self.look_through_files("hazuki")

    # --- referrals ----------------------------------------------------------------------------------

    @rule(family=families, agency=agencies, who=st.sampled_from(("mother", "son")), agreed=labels)
    def refer(self, family: str, agency: str, who: str, agreed: list[tuple[str, str]]) -> None:
        """The packet is seen at once, what was agreed once it is accepted, and both end with the referral."""
        home, to, by = self.world.families[family], self.world.agencies[agency], self.world.coordinator
        packet = home.label(who, "referral")
        wanted = [home.label(*each) for each in agreed]
        supports = {label: self._support(label, to.pk) for label in (packet, *wanted)}
        draft = ReferralDraft(
            to, packet[1], "見本", "見本", "見本", actions.Ground("consent", "見本"),
            answer_by=self.ledger.now.astimezone(JAPAN).date() + dt.timedelta(days=90),
            agreed=tuple(actions.Label(person, item) for _case, person, item in wanted),
        )  # fmt: skip
        self.touch_agency(agency)
        with acting_for(by):
            if self.ledger.refuses_share(home.case.pk, to.pk) or None in supports.values():
                with pytest.raises(NotAllowed):
                    send_referral(home.case, draft, by=by)
                self.tally["referral refused"] += 1
                return
            row = send_referral(home.case, draft, by=by)
        sent = Sent(row.pk, home.case.pk, packet, to.pk, wanted)
        self.sent.append(sent)
        self._add_lines_of(sent, supports)
        self.tally["referred"] += 1

    @precondition(lambda self: any(not sent.is_over for sent in self.sent))
    @rule(number=st.integers(0, 5), choice=st.integers(0, 5))
    def answer(self, number: int, choice: int) -> None:
        """By the agency if somebody there sees it, else as the center was told on the telephone."""
        waiting = [sent for sent in self.sent if not sent.is_over]
        sent = waiting[number % len(waiting)]
        kinds = NEXT_KINDS[sent.answers[-1] if sent.answers else ""]
        self._answer(sent, kinds[choice % len(kinds)])

    def _answer(self, sent: Sent, kind: str) -> None:
        seat = next(
            (
                self.seat(name)
                for name in READERS
                if self.seat(name).agency == sent.receiver
                and sent.packet in self.ledger.reach(self.seat(name))
            ),
            None,
        )
        viewer = viewer_for_membership(int(str(seat.membership))) if seat else self.world.coordinator
        assert viewer
        self.tally["answered by the agency" if seat else "answered by telephone"] += 1
        draft = AnswerDraft(
            kind, words="見本", reason="no_capacity" if kind == ReferralAnswerKind.RETURNED else "",
            **({} if seat else {"medium": "phone", "contact_person": "見本"}),
        )  # fmt: skip
        with acting_for(self.world.coordinator):
            row = Referral.objects.get(pk=sent.key)
        with acting_for(viewer):
            answer_referral(row, draft, answered=len(sent.answers), by=viewer)
        sent.answers.append(kind)
        if kind == ReferralAnswerKind.ACCEPTED:
            self._share_what_was_agreed(sent)
        elif kind == ReferralAnswerKind.FIRST_CONTACT:
            self.holders[sent.case] = sent.receiver
        elif kind in (ReferralAnswerKind.DECLINED, ReferralAnswerKind.RETURNED):
            self._give_back(sent)
        self.tally[f"answered {kind}"] += 1
        self.touch_agency(self.agency_name(sent.receiver))

    def _share_what_was_agreed(self, sent: Sent) -> None:
        supports = {label: self._support(label, sent.receiver) for label in sent.agreed}
        if self.ledger.refuses_share(sent.case, sent.receiver) or None in supports.values():
            self.tally["agreed items not shared"] += 1
            return
        self._add_lines_of(sent, supports)

    @precondition(lambda self: any(not sent.is_over for sent in self.sent))
    @rule(number=st.integers(0, 5))
    def revoke(self, number: int) -> None:
        waiting = [sent for sent in self.sent if not sent.is_over]
        sent, by = waiting[number % len(waiting)], self.world.coordinator
        with acting_for(by):
            revoke_referral(Referral.objects.get(pk=sent.key), reason="見本", by=by)
        sent.is_revoked = True
        self._give_back(sent)
        self.tally["revoked"] += 1
        self.touch_agency(self.agency_name(sent.receiver))

    def _give_back(self, sent: Sent) -> None:
        if self.holders[sent.case] == sent.receiver:
            self.holders[sent.case] = self.world.coordinator.agency.pk
        self.ledger.end_all([line for line in sent.lines if not self.ledger.is_gone(line)])

    def _support(self, label: Any, agency: Any) -> list[Agreement] | None:
        family = next(home for home in self.world.families.values() if home.case.pk == label[0])
        return self.ledger.support(label, agency, [person.pk for person in family.people.values()])

    def _add_lines_of(self, sent: Sent, supports: dict[Any, Any]) -> None:
        """The lines a referral has now and had not before are those of the labels, and no other."""
        with acting_for(self.world.coordinator):
            kept = ReferralLine.objects.filter(referral=sent.key).values("line")
            known = [line.key for line in sent.lines]
            made = list(ShareLine.objects.filter(pk__in=kept).exclude(pk__in=known))
        by_label = {(row.case_id, row.person_id, row.item): row for row in made}
        wanted = {sent.packet} if not sent.lines else set(sent.agreed)
        assert set(by_label) == wanted
        assert len(made) == len(wanted)
        self.ledger.open_envelope(sent.case, sent.receiver)
        for number, (label, row) in enumerate(sorted(by_label.items(), key=str)):
            support = supports[label]
            line = Line(
                row.pk, label, sent.receiver, "consent", self.ledger.now, _end_of(support, None),
                self.tally["shared"] + number, frozenset(each.key for each in support), row.evidence,
            )  # fmt: skip
            self.ledger.add(line)
            sent.lines.append(line)
        self.tally["shared"] += len(made)

    def refer_accept_and_return(self) -> None:
        """The whole way of a case that comes back, whatever came before."""
        if self.ledger.is_somebody_out():
            self.all_come_back()
        before = len(self.sent)
        self.refer("tomono", "anshin", "mother", [("mother", "money"), ("son", "basic")])
        for kind in (K.RECEIVED, K.ACCEPTED, K.FIRST_CONTACT, K.RETURNED):
            for sent in self.sent[before:]:
                self._answer(sent, kind)

    def refer_and_revoke(self) -> None:
        if self.ledger.is_somebody_out():
            self.all_come_back()
        case = self.world.families["hazuki"].case.pk
        open_to = [n for n, x in self.world.agencies.items() if not self.ledger.refuses_share(case, x.pk)]
        for agency in open_to[:1]:
            self.agree("hazuki", "mother", agency, ["referral", "health"], None)
            self.refer("hazuki", agency, "mother", [("mother", "health")])
            self.revoke(len([sent for sent in self.sent if not sent.is_over]) - 1)

    # --- sheets -------------------------------------------------------------------------------------

    @precondition(lambda self: self.readable())
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
            sheet = sheet_actions.request_sheet(home.case, home.decision, by=viewer)
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

    # --- after each step ----------------------------------------------------------------------------

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

    # --- names --------------------------------------------------------------------------------------

    def seat(self, name: str) -> Seat:
        return self.world.seats[name]

    def agency_name(self, key: Any) -> str:
        return next(name for name, agency in self.world.agencies.items() if agency.pk == key)

    def agency_row(self, name: str) -> Agency:
        return Agency.objects.get(pk=self.world.agencies[name].pk)

    def touch_agency(self, name: str) -> None:
        key = self.world.agencies[name].pk
        self.touched += [other for other in READERS if self.seat(other).agency == key]


ALWAYS: tuple[Callable[[Any], None], ...] = (
    lambda machine: machine.end_the_oldest(),
    lambda machine: machine.move_to_the_first_end(),
    lambda machine: machine.sweep(),
    lambda machine: machine.make_the_first_sheet(),
)
RARE_EACH = 5
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
)


class DoorAloneMachine(SharingMachine):
    """As the owner of the tables, whom every policy lets through: the door alone says the same."""

    is_door_alone = True


def _end_of(support: list[Agreement], until: dt.datetime | None) -> dt.datetime | None:
    ends = [until, *(agreement.ends_at() for agreement in support)]
    return min((end for end in ends if end), default=None)


def _database_now() -> dt.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_now()")
        now: dt.datetime = cursor.fetchone()[0]
    return now
