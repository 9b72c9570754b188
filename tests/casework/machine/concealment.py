"""A household hides."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
)

from casework.concealment.actions import GroundDraft, Threat, ask_to_lift, conceal, lift_concealment
from casework.concealment.models import Concealment
from casework.files.actions import check_file
from casework.files.models import CaseFile
from permissions.walls.context import acting_for
from tests.casework.ledger import Hiding
from tests.casework.machine.base import READERS, Machine, agencies, families, labels


class Concealments(Machine):
    """Who must not learn it, files nobody has looked through."""

    @precondition(lambda self: self.turn % 5 == 1)
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
    @rule(family=families, wanted=labels)
    def look_through_some_files(self, family: str, wanted: list[tuple[str, str]]) -> None:
        self._look_through(family, wanted)

    def look_through_files(self, family: str) -> None:
        self._look_through(family, self.world.families[family].labels())

    def _look_through(self, family: str, wanted: list[tuple[str, str]]) -> None:
        home, by = self.world.families[family], self.world.coordinator
        looked = {home.label(*each) for each in wanted}
        with acting_for(by):
            for file in CaseFile.objects.filter(case=home.case):
                if (file.case_id, file.person_id, file.item) in looked:
                    check_file(file, by=by)
        self.ledger.looked_through |= dict.fromkeys(looked, self.ledger.now)
        self.tally["looked through"] += self.ledger.is_concealed(home.case.pk)
        self.touched += ["anshin", "kenko"]

    def conceal_and_lift(self) -> None:
        self.conceal("tomono", "jiritsu")
        if self.ledger.hidings:
            self.lift_concealment(0)

    def conceal_what_is_seen_and_printed(self) -> None:
        """A sheet from before, a file nobody has looked through, and an agency that must not learn of it."""
        self._share("hazuki", "kenko", [("mother", "basic"), ("mother", "plan")], basis="law")
        if ("hazuki", "kenko") in self.readable():
            self._make_sheet("hazuki", "kenko")
        self.conceal("hazuki", "other")
        self.look_through_files("hazuki")
