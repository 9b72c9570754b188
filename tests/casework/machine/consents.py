"""People agree, take it back, refuse."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from casework.consent.actions import ConsentDraft, record_consent, withdraw_consent
from casework.consent.models import Consent
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.ledger import JAPAN, Agreement
from tests.casework.machine.base import ITEMS, Machine, agencies, families


class Consents(Machine):
    """What a line rests on."""

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

    @precondition(lambda self: self.turn % 3 == 0)
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

    def withdraw_from_a_table(self) -> None:
        """Who takes back only that a 重層的支援会議 talks about them leaves its agenda; nobody sits down there again."""
        mother = self.world.families["tomono"].people["mother"].pk
        for number, agreement in enumerate(self.ledger.agreements.values()):
            if agreement.person == mother and any(item == "meeting" for _agency, item in agreement.scopes):
                self.withdraw(number, "item", "jiritsu", "meeting")
                break
        self.tally["off the agenda"] += bool(self.ledger.off_the_agenda)

    def refuse_what_was_agreed(self) -> None:
        self.refuse("tomono", "son")
        self._share("tomono", "kenko", [("son", "health")])
