"""Agencies are asked for their part of the assessment."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from casework.assessments.asking import RequestDraft, ask_agency, end_request
from casework.assessments.models import AssessmentRequest
from permissions.walls.context import acting_for
from tests.casework.canaries import SECTION_OF_ITEM
from tests.casework.ledger import Label, Narrow
from tests.casework.machine.base import READERS, Machine

SOME_DAY = dt.date(2037, 3, 31)


class Asking(Machine):
    """Of those whom the label of the section reaches the asked agency alone reads it (AssessmentRequest)."""

    @precondition(lambda self: self.turn % 8 == 2 and self.askable())
    @rule(number=st.integers(0, 15))
    def ask(self, number: int) -> None:
        askable = self.askable()
        self._ask(*askable[number % len(askable)])

    def askable(self) -> list[tuple[Label, Any]]:
        """Return what an agency can be asked that reads it, and was not asked yet; what others read as well, if there is any."""
        asked = {
            (row.label, row.agency)
            for key, row in self.ledger.asked.items()
            if key not in self.ledger.unasked
        }
        readers = Counter(label for label, _agency in self.reading())
        askable = sorted(self.reading() - asked, key=str)
        return [(label, agency) for label, agency in askable if readers[label] > 1] or askable

    def reading(self) -> set[tuple[Label, Any]]:
        """Return which agency reads which label that has a section of the assessment."""
        return {
            (line.label, line.agency)
            for line in self.ledger.all_open()
            if line.label[2] in SECTION_OF_ITEM and line.holds(self.ledger.now)
            if not self.ledger.refuses_share(line.label[0], line.agency)
        }

    def _ask(self, label: Label, agency: Any) -> None:
        family = next(home for home in self.world.families.values() if home.case.pk == label[0])
        name, by = self.agency_name(agency), self.world.coordinator
        text = family.canary(
            family.who(label[1]), label[2], f"assessmentrequest*{name}{len(self.ledger.asked)}"
        )
        draft = RequestDraft(self.agency_row(name), label[1], SECTION_OF_ITEM[label[2]], SOME_DAY, text)
        with acting_for(by):
            row = ask_agency(family.case, draft, by=by)
        self.ledger.asked[row.pk] = Narrow("assessmentrequest", label, agency, text[1:-1])
        self.touch_agency(name)
        self.tally["asked"] += 1
        # Where it stands, by whoever reads the label and may not have been asked: by chance nobody looks in time.
        agencies = {each for read, each in self.reading() if read == label}
        for reader in READERS:
            if self.seat(reader).agency in agencies:
                self.look(reader, family, "assessment")

    @precondition(lambda self: self.turn % 8 == 6 and len(self.ledger.asked) > len(self.ledger.unasked))
    @rule()
    def ask_no_more(self) -> None:
        key = next(key for key in self.ledger.asked if key not in self.ledger.unasked)
        with acting_for(self.world.coordinator):
            end_request(AssessmentRequest.objects.get(pk=key), by=self.world.coordinator)
        self.ledger.unasked.add(key)
        self.tally["unasked"] += 1

    def ask_whoever_can_be(self) -> None:
        for agency in ("kenko", "jiritsu"):
            self._share("hazuki", agency, [("mother", "health")], basis="law")
        for asked in self.askable()[:1]:
            self._ask(*asked)
        self.end_the_oldest()
