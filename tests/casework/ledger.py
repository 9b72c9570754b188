"""The rule of sharing as a dictionary, without a database: what the walls are compared with.

``{(case, person or None, item, agency): lines}``. Times are aware; keys are whatever the caller uses.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")
Key = Hashable
Label = tuple[Key, Key | None, str]  # case, person, item


@dataclass(frozen=True)
class Seat:
    """One person in one agency in one role. ``kind``: "duty" (all cases), "reader" (by lines), "none"."""

    name: str
    user: Key
    membership: Key
    agency: Key
    kind: str


@dataclass(frozen=True)
class Line:
    key: Key
    label: Label
    agency: Key
    basis: str
    starts_at: dt.datetime
    until: dt.datetime | None
    serial: int = 0
    rests_on: frozenset[Key] = frozenset()
    evidence: str = "見本"

    def holds(self, now: dt.datetime) -> bool:
        return self.starts_at <= now and self.stands(now)

    def stands(self, now: dt.datetime) -> bool:
        """Whether it holds now or will."""
        return self.until is None or now < self.until


@dataclass
class Agreement:
    """What one person agreed to: (agency, item) pairs, those taken back aside, until the end of a day."""

    key: Key
    case: Key
    person: Key
    scopes: set[tuple[Key, str]]
    valid_until: dt.date | None
    serial: int

    def holds(self, now: dt.datetime) -> bool:
        return self.valid_until is None or now.astimezone(JAPAN).date() <= self.valid_until

    def ends_at(self) -> dt.datetime | None:
        if self.valid_until is None:
            return None
        return dt.datetime.combine(self.valid_until + dt.timedelta(days=1), dt.time.min, JAPAN)


@dataclass(frozen=True)
class Hiding:
    """A concealment that stands: of which household, since when, and the agency that must not learn of it."""

    case: Key
    since: dt.datetime
    threat: Key | None


@dataclass(frozen=True)
class Narrow:
    """A row that not everybody reads whom its label reaches: the center, and of the agencies ``agency``, or none."""

    table: str
    label: Label
    agency: Key | None
    text: str

    def is_for(self, seat: Seat) -> bool:
        return seat.kind == "duty" or self.agency == seat.agency

    @property
    def is_decided(self) -> bool:
        """Whether a decision is seen by it."""
        return self.table in ("direction", "rolerow")


# What of a table somebody who sits there reads: while its papers are open; of those who read everything; while minutes are passed round.
OPEN, WHOLE, PASSED = "open", "whole", "passed"


@dataclass(frozen=True)
class Lying:
    """Something that lies on a table: ``when`` whoever sits there reads it, and when an agency or a member reads its own."""

    table: str
    text: str
    when: frozenset[str]
    agency: Key | None
    membership: Key | None
    own: frozenset[str]

    def is_own(self, seat: Seat) -> bool:
        return seat.agency == self.agency or seat.membership == self.membership


@dataclass
class Table:
    """A case on the agenda of a meeting. ``seats``: memberships, and whether each reads everything (domain.md R-MTG-4, R-MTG-8)."""

    key: Key
    case: Key
    kind: str
    meeting: str
    meeting_key: Key
    people: tuple[Key, ...]
    seats: dict[Key, bool]
    agencies: tuple[Key, ...]
    opens_at: dt.datetime
    return_by: dt.datetime
    passed_until: dt.datetime | None = None
    lying: list[Lying] = field(default_factory=list)

    def lies(
        self,
        table: str,
        text: str,
        *when: str,
        agency: Key | None = None,
        membership: Key | None = None,
        own: tuple[str, ...] = (),
    ) -> None:
        row = Lying(table, text, frozenset(when), agency, membership, frozenset(own))
        self.lying.append(row)

    def states(self, seat: Seat, now: dt.datetime) -> set[str]:
        """Return what of it is open to a member by the clock."""
        is_whole, is_open = self.seats[seat.membership], self.opens_at <= now < self.return_by
        is_passed = self.passed_until is not None and now < self.passed_until
        found = {OPEN: is_open, WHOLE: is_open and is_whole, PASSED: is_passed and is_whole}
        return {name for name, holds in found.items() if holds}


def fiscal_year(now: dt.datetime) -> int:
    today = now.astimezone(JAPAN).date()
    return today.year if today.month >= 4 else today.year - 1


@dataclass
class Ledger:
    """Who may see what. ``labels`` are those that exist, ``tables`` where cases are talked about, since an oath of that year."""

    now: dt.datetime
    labels: frozenset[Label]
    tables: list[Table] = field(default_factory=list)
    sworn_in: int = 0
    off_the_agenda: set[Key] = field(default_factory=set)
    asked: dict[Key, Narrow] = field(default_factory=dict)
    unasked: set[Key] = field(default_factory=set)
    lines: dict[tuple[Label, Key], set[Line]] = field(default_factory=lambda: defaultdict(set))
    gone: list[Line] = field(default_factory=list)
    granted: set[Key] = field(default_factory=set)
    opened: Counter[tuple[Key, Key]] = field(default_factory=Counter)
    is_open: dict[tuple[Key, Key], bool] = field(default_factory=dict)
    envelope_of: dict[Key, int] = field(default_factory=dict)
    blocks: dict[Key, tuple[Key, str, Key]] = field(default_factory=dict)
    closed: set[Key] = field(default_factory=set)
    contract_ends: dict[Key, dt.date] = field(default_factory=dict)
    inactive: set[Key] = field(default_factory=set)
    ended: set[Key] = field(default_factory=set)
    agreements: dict[Key, Agreement] = field(default_factory=dict)
    recalls: list[tuple[Key, Key]] = field(default_factory=list)
    circles: dict[Key, frozenset[Key]] = field(default_factory=dict)
    hidings: dict[Key, Hiding] = field(default_factory=dict)
    looked_through: dict[Label, dt.datetime] = field(default_factory=dict)

    # --- what happens -----------------------------------------------------------------------------

    def refuses_share(self, case: Key, agency: Key) -> bool:
        is_shut_out = (case, "agency", agency) in self.blocks.values() or self.must_not_learn(agency, case)
        return is_shut_out or not self.agency_is_open(agency)

    def is_repeated(
        self, label: Label, agency: Key, basis: str, until: dt.datetime | None, evidence: str = "見本"
    ) -> bool:
        """Whether the same thing on the same basis is seen already; then nothing is added."""
        held = self.lines.get((label, agency), ())
        wanted = (basis, until, evidence)
        return any(x.holds(self.now) and (x.basis, x.until, x.evidence) == wanted for x in held)

    def conceal(self, key: Key, hiding: Hiding) -> list[Line]:
        """Hide a household; return the lines that end, because the agency must not learn of it."""
        self.hidings[key] = hiding
        ending = [x for x in self.all_open() if (x.label[0], x.agency) == (hiding.case, hiding.threat)]
        self.end_all(ending)
        return ending

    def open_envelope(self, case: Key, agency: Key) -> None:
        if not self.is_open.get((case, agency)):
            self.is_open[case, agency] = True
            self.opened[case, agency] += 1

    def add(self, line: Line) -> None:
        self.lines[line.label, line.agency].add(line)
        self.granted.add(line.key)
        self.envelope_of[line.key] = self.opened[line.label[0], line.agency]

    def end_all(self, lines: Iterable[Line]) -> None:
        """End lines in one act: each agency is told once of what it no longer sees at all."""
        ending = list(lines)
        were_live = [line for line in ending if line.holds(self.now)]
        for line in ending:
            self.end(line)
        lost = {
            (line.label[0], line.agency)
            for line in were_live
            if not any(other.holds(self.now) for other in self.lines[line.label, line.agency])
        }
        self.recalls += sorted(lost, key=str)

    def support(self, label: Label, agency: Key, people: Iterable[Key]) -> list[Agreement] | None:
        """Return the agreements under a line: its person's, or everybody's; None if one is missing."""
        case, person, item = label
        found = []
        for each in [person] if person else people:
            fitting = [
                x
                for x in self.agreements.values()
                if (x.case, x.person) == (case, each) and (agency, item) in x.scopes and x.holds(self.now)
            ]
            if not fitting:
                return None
            found.append(max(fitting, key=lambda x: (x.valid_until or dt.date.max, x.serial)))
        return found

    def withdraw(self, agreement: Agreement, agency: Key | None, item: str) -> list[Line]:
        """Take back what matches; return the lines that rested on it, which end."""

        def matches(of_agency: Key, of_item: str) -> bool:
            return agency in (None, of_agency) and item in ("", of_item)

        agreement.scopes = {pair for pair in agreement.scopes if not matches(*pair)}
        ending = [x for x in self.all_open() if agreement.key in x.rests_on and matches(x.agency, x.label[2])]
        self.end_all(ending)
        # What rests on the consent of all to every agency there leaves the agenda with the first (domain.md R-MTG-2).
        self.off_the_agenda |= {
            x.key
            for x in self.tables
            if x.kind == "jusou" and not all(self.is_agreed(x, agency) for agency in x.agencies)
        }
        return ending

    def end(self, line: Line) -> None:
        self.lines[line.label, line.agency].remove(line)
        self.gone.append(line)
        self.granted.discard(line.key)
        pair = (line.label[0], line.agency)
        # A line that lapsed long ago lies in an envelope that was closed with it: its end closes no later one.
        if self.envelope_of[line.key] == self.opened[pair]:
            self._close_if_empty(*pair)

    def sweep(self) -> None:
        self.granted -= {line.key for line in self.all_open() if not line.stands(self.now)}
        for case, agency in list(self.is_open):
            self._close_if_empty(case, agency)

    def _close_if_empty(self, case: Key, agency: Key) -> None:
        ours = (x for x in self.all_open() if (x.label[0], x.agency) == (case, agency))
        if not any(line.stands(self.now) for line in ours):
            self.is_open[case, agency] = False

    def all_open(self) -> list[Line]:
        """Return the lines nobody has ended, lapsed ones too, oldest first."""
        return sorted((x for held in self.lines.values() for x in held), key=lambda line: line.serial)

    def is_gone(self, line: Line) -> bool:
        return line not in self.lines[line.label, line.agency]

    def next_end(self) -> Line | None:
        """Return the line that holds now and lapses first."""
        dated = [line for line in self.all_open() if line.until and line.holds(self.now)]
        return min(dated, key=lambda line: (line.until, line.serial), default=None)

    def next_start(self) -> Line | None:
        """Return the line that begins next."""
        later = [line for line in self.all_open() if line.starts_at > self.now]
        return min(later, key=lambda line: (line.starts_at, line.serial), default=None)

    def is_somebody_out(self) -> bool:
        return bool(self.closed or self.contract_ends or self.inactive or self.ended)

    def let_all_back_in(self) -> None:
        for out in (self.closed, self.contract_ends, self.inactive, self.ended):
            out.clear()

    # --- what follows -----------------------------------------------------------------------------

    def agency_is_open(self, agency: Key) -> bool:
        today = self.now.astimezone(JAPAN).date()
        ends_on = self.contract_ends.get(agency)
        return agency not in self.closed and (ends_on is None or today <= ends_on)

    def is_live(self, seat: Seat) -> bool:
        is_out = seat.user in self.inactive or seat.membership in self.ended
        return not is_out and self.agency_is_open(seat.agency)

    def is_blocked(self, seat: Seat, case: Key) -> bool:
        targets = {(case, "agency", seat.agency), (case, "user", seat.user)}
        if not targets.isdisjoint(self.blocks.values()) or self.must_not_learn(seat.agency, case):
            return True
        circle = self.circles.get(case)
        return seat.kind == "duty" and circle is not None and seat.user not in circle

    def must_not_learn(self, agency: Key, case: Key) -> bool:
        return any((x.case, x.threat) == (case, agency) for x in self.hidings.values())

    def is_concealed(self, case: Key) -> bool:
        return any(x.case == case for x in self.hidings.values())

    def hiding(self, case: Key) -> set[Key]:
        """Return the concealments of a household that stand."""
        return {key for key, x in self.hidings.items() if x.case == case}

    def is_unchecked(self, label: Label) -> bool:
        """Whether nobody has looked through the file of a label since its household hid: no agency sees it."""
        looked = self.looked_through.get(label)
        hidden = (x for x in self.hidings.values() if x.case == label[0])
        return any(looked is None or looked < x.since for x in hidden)

    def unseen_files(self, seat: Seat) -> frozenset[Label]:
        """Return the labels whose files this seat does not see, whatever it reaches."""
        return frozenset(x for x in self.labels if seat.kind != "duty" and self.is_unchecked(x))

    def reach(self, seat: Seat) -> frozenset[Label]:
        """Return every label this seat sees now."""
        if not self.is_live(seat) or seat.kind == "none":
            return frozenset()
        if seat.kind == "duty":
            seen: Iterable[Label] = self.labels
        else:
            held = self.lines.items()
            seen = {
                label
                for (label, agency), lines in held
                if agency == seat.agency and any(line.holds(self.now) for line in lines)
            }
        shut = {case for case in {label[0] for label in seen} if self.is_blocked(seat, case)}
        return frozenset(label for label in seen if label[0] not in shut)

    def cases(self, seat: Seat) -> frozenset[Key]:
        return frozenset(case for case, _person, _item in self.reach(seat))

    def requests(self, seat: Seat) -> dict[Key, Narrow]:
        """Return what agencies were asked for, as far as a seat reads it."""
        reach = self.reach(seat)
        return {key: row for key, row in self.asked.items() if row.label in reach and row.is_for(seat)}

    def is_agreed(self, table: Table, agency: Key) -> bool:
        """Whether everybody who is talked about agreed that this agency hears it."""
        return self.support((table.case, None, "meeting"), agency, table.people) is not None

    def at_table(self, seat: Seat, table: Table) -> set[str]:
        """Return what of a table is open to a seat now, whom no line helps: nobody but its members (domain.md R-MTG-2 to 4)."""
        if not self.is_live(seat) or seat.kind == "none" or self.is_blocked(seat, table.case):
            return set()
        if seat.membership not in table.seats or table.key in self.off_the_agenda:
            return set()
        is_lawful = (
            fiscal_year(self.now) == self.sworn_in
            if table.kind == "shien_kaigi"
            else self.is_agreed(table, seat.agency)
        )
        return table.states(seat, self.now) if is_lawful else set()

    def lying_before(self, seat: Seat) -> list[tuple[Table, Lying]]:
        """Return what a seat reads of all tables: the center everything, members what is open to them."""
        found = []
        for table in self.tables:
            if seat.kind == "duty":
                if self.is_live(seat) and not self.is_blocked(seat, table.case):
                    found += [(table, row) for row in table.lying]
            elif states := self.at_table(seat, table):
                found += [
                    (table, row)
                    for row in table.lying
                    if states & row.when or (row.is_own(seat) and states & row.own)
                ]
        return found

    def meetings(self, seat: Seat) -> set[str]:
        """Return the meetings a seat knows of: the center all, members theirs before and afterwards."""
        if not self.is_live(seat) or seat.kind == "none":
            return set()
        return {
            x.meeting
            for x in self.tables
            if seat.kind == "duty" or (seat.membership in x.seats and not self.is_blocked(seat, x.case))
        }

    def own_rows(self, seat: Seat) -> dict[str, int]:
        """Return how many rows of the ledger's own tables the database shows to this seat."""
        if not self.is_live(seat) or seat.kind == "none":
            return {"share": 0, "shareline": 0, "grant": 0, "recall": 0, "consent": 0}

        def shown(case: Key, agency: Key) -> bool:
            return (seat.kind == "duty" or agency == seat.agency) and not self.is_blocked(seat, case)

        lines = [x for x in (*self.all_open(), *self.gone) if shown(x.label[0], x.agency)]
        granted = [x for x in lines if x.key in self.granted]
        if seat.kind != "duty":
            granted = [x for x in granted if x.holds(self.now)]
        envelopes = sum(count for pair, count in self.opened.items() if shown(*pair))
        consents = [x for x in self.agreements.values() if not self.is_blocked(seat, x.case)]
        return {
            "share": envelopes,
            "shareline": len(lines),
            "grant": len(granted),
            "recall": sum(shown(*pair) for pair in self.recalls),
            "consent": len(consents) if seat.kind == "duty" else 0,
        }
