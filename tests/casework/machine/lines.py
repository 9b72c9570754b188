"""Lines begin and end."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    consumes,
    initialize,
    multiple,
    precondition,
    rule,
)

from casework.sharing import actions
from casework.sharing.models import ShareLine
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.ledger import Line
from tests.casework.machine.base import Machine, agencies, end_of, families, labels, lines, maybe_hours


class Lines(Machine):
    """Sharing: on any basis, from and until any hour."""

    @initialize(
        target=lines,
        told=st.lists(
            st.tuples(families, agencies, labels, maybe_hours, maybe_hours), min_size=2, max_size=2
        ),
        looks=st.integers(0, 9_999),
    )
    def share_some(self, told: list[Any], looks: int) -> Any:
        self.looks = looks
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
        ends = {label: end_of(support or [], until) for label, support in supports.items()}
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
