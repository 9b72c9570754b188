"""The ways on which something of a case reaches somebody, each compared with the ledger."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest

from casework.disclosure.selectors import openings_for
from casework.reads import grounds_of, record_items
from casework.sharing.selectors import cases_for
from permissions.audit.log import Wanted
from permissions.audit.log_file import EXPORT, export_entries
from permissions.errors import NotAllowed
from permissions.viewer import Viewer
from permissions.walls.context import acting_for
from tests.casework import doors, on_paper
from tests.casework.canaries import Family, canaries_in
from tests.casework.ledger import Label, Seat
from tests.casework.machine.base import Machine

MOST_OPENED = 3


class Channels(Machine):
    """Each method asks as ``viewer``, who sits on ``seat``; most look at one family."""

    def see_list(self, viewer: Viewer, seat: Seat, family: Family) -> None:
        assert doors.listed(viewer) == self.ledger.cases(seat)
        assert doors.direct(viewer, self.world) == self.ledger.cases(seat)

    def see_page(self, viewer: Viewer, seat: Seat, family: Family) -> None:
        """The page of the list, with names, and how many cases it says there are."""
        assert doors.page(viewer) == doors.page_by_rule(self.ledger.reach(seat))

    def see_case_page(self, viewer: Viewer, seat: Seat, family: Family) -> None:
        here = self.here(seat, family)
        assert doors.read_by_page(viewer, family) == {label for label in here if doors.is_of_household(label)}

    def see_assessment(self, viewer: Viewer, seat: Seat, family: Family) -> None:
        """What is known now, what was fixed, and the years before; what an agency is asked for."""
        assert doors.assessed(viewer, family) == doors.assessed_by_rule(self.here(seat, family))
        requests = self.ledger.requests(seat).items()
        waiting = {row for key, row in requests if key not in self.ledger.unasked}
        here = {row.text for row in waiting if row.label[0] == family.case.pk}
        assert doors.asked_on_page(viewer, family) == here

    def see_search(self, viewer: Viewer, seat: Seat, family: Family) -> None:
        assert doors.found(viewer, family) == doors.found_by_rule(family, self.ledger.reach(seat))

    def see_files(self, viewer: Viewer, seat: Seat, family: Family) -> None:
        """The files listed; and the bytes of one file, seen or not."""
        shown = doors.rows_in("casefile", self.world, self.ledger, seat)
        assert doors.files_listed(viewer) == shown
        label = family.label(*family.labels()[self.turn % len(family.labels())])
        expected = doors.bytes_by_rule(family, label) if label in shown else None
        assert doors.bytes_of(viewer, family, label) == expected

    def see_sheets(self, viewer: Viewer, seat: Seat, family: Family) -> None:
        """The PDFs that were made for this reader and still open."""
        assert on_paper.sheets_by_door(viewer, list(self.sheets)) == self.own_sheets(seat)

    def see_printed(self, viewer: Viewer, seat: Seat, family: Family) -> None:
        """What a PDF that is made now has in it."""
        concealed = self.ledger.is_concealed(family.case.pk)
        reach = self.ledger.reach(seat)
        printed = on_paper.printed_by_rule(self.world, family, reach, is_concealed=concealed)
        assert on_paper.printed(viewer, family) == printed
        evaluated = on_paper.printed_of_evaluation_by_rule(self.world, family, reach)
        assert on_paper.printed_of_evaluation(viewer, family) == evaluated
        assessed = on_paper.printed_of_assessment_by_rule(self.world, family, reach)
        assert on_paper.printed_of_assessment(viewer, family) == assessed
        closed = on_paper.printed_of_closing_by_rule(self.world, family, reach)
        assert on_paper.printed_of_closing(viewer, family) == closed

    def see_plan(self, viewer: Viewer, seat: Seat, family: Family) -> None:
        """The decided plan as PDF and as spreadsheet."""
        planned = on_paper.printed_of_plan_by_rule(self.world, family, seat, self.ledger.reach(seat))
        assert on_paper.printed_of_plan(viewer, family) == planned

    def see_kept(self, viewer: Viewer, seat: Seat, family: Family) -> None:
        """What a 支援会議 decided, and how it was evaluated, as sheets have it."""
        concealed = self.ledger.is_concealed(family.case.pk)
        reach = self.ledger.reach(seat)
        kept = on_paper.printed_of_kept_by_rule(self.world, family, seat, reach, is_concealed=concealed)
        assert on_paper.printed_of_kept(viewer, self.world, family) == kept

    def see_meetings(self, viewer: Viewer, seat: Seat, family: Family) -> None:
        """The pages of what is talked about: what lies there, but for answers to the questionnaire, which the center reads."""
        if not self.ledger.is_live(seat):
            return  # Nobody comes to a page.
        for table in self.ledger.tables:
            if table.case == family.case.pk:
                read = [row for on, row in self.ledger.lying_before(seat) if on is table]
                shown = {
                    text
                    for row in read
                    if row.table != "questionnaire" or seat.kind == "duty"
                    for text in canaries_in(row.text)
                }
                assert doors.agenda_page(viewer, table) == (shown if read else None)
                if read:
                    told = {(seat.user, seat.agency, person, "meeting") for person in table.people}
                    self.reads.setdefault(table.case, set()).update(told)

    def see_notifications(self, viewer: Viewer, seat: Seat, family: Family) -> None:
        """Of a case only while it is reached; and of every case that is, of which there was something to tell."""
        named, told = doors.told(viewer)
        reached = self.ledger.cases(seat) | self.ledger.requests(seat).keys()
        assert named <= self.ledger.cases(seat)
        assert told == doors.had_been_told_of(viewer) & reached
        self.tally["told of"] += bool(told)

    def see_rights(self, viewer: Viewer, seat: Seat, family: Family) -> None:
        """A right is asked about an object that came through the door: a person comes with their basics."""
        if self.is_door_alone and seat.kind == "duty":
            return  # The duty counts for every object that the database shows.
        here = self.here(seat, family)
        came = [who for who in family.people if family.label(who, "basic") in here]
        asked = ["", *(came if self.is_door_alone else family.people)]
        who = asked[self.looks % len(asked)]
        person, shown = family.person_id(who), who in ("", *came)
        said = doors.allowed(viewer, family, who)
        assert said == {label for label in here if label[1] == person and shown}
        self.tally["rights"] += len(said)

    def see_database(self, viewer: Viewer, seat: Seat, family: Family) -> None:
        if not self.is_door_alone:
            self.check_rows(seat, self.glances.by_walls_whole([seat])[0])

    def see_log(self, viewer: Viewer, seat: Seat, family: Family) -> None:
        """What somebody reads is written down with its ground, and the chief reads it in words."""
        here = self.here(seat, family)
        whole = [
            (family.case, *label)
            for label in sorted(self.world.labels, key=str)
            if label[0] == family.case.pk
        ]
        if seat.kind != "duty" and here:
            grounds = grounds_of(viewer, whole)
            assert {label for label in grounds if label[2]} == here
            held = {line.key for label in here for line in self.ledger.lines[label, seat.agency]}
            assert {ground.line_id for ground in grounds.values()} <= held
        opened = sorted(here, key=str)[self.turn % 7 :][:MOST_OPENED]
        record_items(viewer, [(family.case, *label) for label in opened])
        reads = self.reads.setdefault(family.case.pk, set())
        reads |= {(seat.user, seat.agency, person, item) for _case, person, item in opened}
        told = self.openings_told_to(self.world.chief, family)
        assert told == (
            {} if self.ledger.is_blocked(self.seat("chief"), family.case.pk) else self.openings(family)
        )

    def openings_told_to(self, viewer: Viewer, family: Family) -> dict[Any, set[tuple[str, str]]]:
        """Return {account, agency: (who, which items) as the page says it}."""
        said: dict[Any, set[tuple[str, str]]] = {}
        with acting_for(viewer):
            for case in cases_for(viewer).filter(pk=family.case.pk):
                for each in openings_for(viewer, case, **self.while_it_lasts()):
                    if each.how == "read" and each.items:
                        words = said.setdefault((each.user_id, each.agency_id), set())
                        words |= {(who, item) for who, items in each.items for item in items}
        return said

    def openings(self, family: Family) -> dict[Any, set[tuple[str, str]]]:
        told: dict[Any, set[tuple[str, str]]] = {}
        for user, agency, person, item in self.reads.get(family.case.pk, ()):
            told.setdefault((user, agency), set()).add(doors.in_words(family, person, item))
        return told

    def see_export(self, viewer: Viewer, seat: Seat, family: Family) -> None:
        """The log as a file: of the auditor alone, with every read and without a word of a case."""
        wanted = Wanted(**self.while_it_lasts(), case_id=family.case.pk)
        if not viewer.may(EXPORT):
            with pytest.raises(NotAllowed):
                export_entries(wanted, by=viewer)
            viewer = self.world.auditor
        with acting_for(viewer):
            text = export_entries(wanted, by=viewer).decode()
        assert canaries_in(text) == set()
        assert not any(person.name in text for person in family.people.values())
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))[1:]
        reads = {(row[4], row[7], row[17], row[18]) for row in rows if row[10] == "read" and row[18]}
        assert reads == {
            (str(user), str(agency), str(person or ""), doors.item_in_words(item))
            for user, agency, person, item in self.reads.get(family.case.pk, ())
        }

    # --- what the ledger says -----------------------------------------------------------------------

    def here(self, seat: Seat, family: Family) -> set[Label]:
        return {label for label in self.ledger.reach(seat) if label[0] == family.case.pk}

    def own_sheets(self, seat: Seat) -> set[Any]:
        reach = self.ledger.reach(seat)
        return {
            key
            for key, (owner, needed, known) in self.sheets.items()
            if owner == seat and needed <= reach and self.ledger.hiding(next(iter(needed))[0]) <= known
        }

    def while_it_lasts(self) -> dict[str, dt.datetime]:
        hour = dt.timedelta(hours=1)
        return {"since": self.began_at - hour, "until": self.ledger.now + hour}

    def check_rows(self, seat: Seat, answers: list[tuple[Any, ...]]) -> None:
        """Compare everything that the database shows to a seat."""
        rows, keys, counts = doors.sorted_out(answers)
        cases = set(self.ledger.cases(seat))
        assert rows == doors.rows_of(self.world, self.ledger, seat)
        self.tally["seen by few"] += seat.kind == "reader" and any(
            max([0, *x.values()]) > 1 for x in rows.values()
        )
        assert (keys["case"], keys["decision"]) == (cases, cases)
        decided = [row for row in self.world.narrow_to(seat, self.ledger.reach(seat)) if row.is_decided]
        assert keys["kept"] == {row.label[0] for row in decided}
        assert (keys["plan"], keys["draft"]) == (cases, cases if seat.kind == "duty" else set())
        gone = {table.case for table in self.ledger.tables if table.key in self.ledger.off_the_agenda}
        assert keys["removal"] == (gone & cases if seat.kind == "duty" else set())
        requests = self.ledger.requests(seat)
        assert keys["unasked"] == {requests[key].label[0] for key in self.ledger.unasked & requests.keys()}
        assert keys["activity"] == (cases if seat.kind == "duty" else set())
        assert keys["sheet"] == self.own_sheets(seat)
        expected = self.ledger.own_rows(seat)
        assert (counts["share"], counts["shareline"]) == (expected["share"], expected["shareline"])
        assert counts["casegrant"] + counts["persongrant"] == expected["grant"]
        assert (counts["recall"], counts["consent"]) == (expected["recall"], expected["consent"])
        assert seat.kind == "duty" or counts["lineend"] == 0
        assert seat.kind == "duty" or counts["caseevent"] == 0


See = Callable[[Any, Viewer, Seat, Family], None]
CHANNELS: dict[str, See] = {
    "list": Channels.see_list,
    "database": Channels.see_database,
    "page": Channels.see_page,
    "log": Channels.see_log,
    "assessment": Channels.see_assessment,
    "search": Channels.see_search,
    "files": Channels.see_files,
    "notifications": Channels.see_notifications,
    "sheets": Channels.see_sheets,
    "rights": Channels.see_rights,
    "meetings": Channels.see_meetings,
    "case page": Channels.see_case_page,
    "export": Channels.see_export,
    "printed": Channels.see_printed,
    "plan": Channels.see_plan,
    "kept": Channels.see_kept,
}
# Looked at in turn, by as many places as have nothing in common with the number of seats. Two that take long share one.
PLACES = (*((name,) for name in CHANNELS if name not in ("plan", "kept")), ("plan", "kept"))
