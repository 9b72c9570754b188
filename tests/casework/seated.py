"""The tables of the model's meetings: who sits there, and everything that lies there, each text with a canary.

``⟦family/table/kind/table of the database⟧``. No label opens them: who reads what is said here of each, from domain.md 3.2.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import connection

from casework.meetings.models import (
    AgendaItem,
    AgendaMember,
    AgendaPaper,
    AgendaPerson,
    Meeting,
    Minutes,
    MinutesAttendee,
    MinutesCirculation,
    PaperRelease,
    PrepSheet,
    Questionnaire,
)
from casework.ordinances.models import Ordinance
from casework.planning.models import Plan
from permissions.viewer import Viewer
from permissions.walls.context import acting_for
from tests.casework.canaries import Family
from tests.casework.ledger import OPEN, PASSED, WHOLE, Table
from tests.casework.tables import HOUR, let_swear, ordinance

if TYPE_CHECKING:
    from tests.casework.narrow import NarrowWorld

NAMES = {"mother": "本人", "son": "長男"}


def set_tables(world: NarrowWorld) -> list[Table]:
    """A 支援会議 of each household, the one with minutes that are passed round, and a 重層的支援会議, open at different hours."""
    nurse, sworn = (
        world.viewer("nurse@kenko"),
        (world.anshin_worker, world.kenko_worker, world.jiritsu_worker),
    )
    rule = ordinance(world)
    let_swear(*sworn, nurse)
    hazuki, tomono = world.families["hazuki"], world.families["tomono"]
    return [
        Setting(world, hazuki, rule, hours=(0, 30)).support((world.anshin_worker, nurse), passed=150),
        Setting(world, tomono, rule, hours=(6, 90)).support((world.kenko_worker, world.jiritsu_worker)),
        Setting(world, tomono, rule, hours=(0, 60)).layered((world.jiritsu_worker, world.stranger)),
    ]


class Setting:
    """Sets one table. The first member reads everything, the second has the smallest view (R-MTG-8)."""

    def __init__(
        self, world: NarrowWorld, family: Family, rule: Ordinance, *, hours: tuple[int, int]
    ) -> None:
        self.world, self.family, self.rule = world, family, rule
        self.by = world.coordinator.membership
        self.now = database_now()
        self.opens_at, self.return_by = (self.now + number * HOUR for number in hours)

    def support(self, members: tuple[Viewer, Viewer], *, passed: int = 0) -> Table:
        with acting_for(self.world.coordinator):
            items = AgendaItem.objects.select_related("meeting")
            item = items.get(case=self.family.case, kind="shien_kaigi")
            Meeting.objects.filter(pk=item.meeting_id).update(ordinance=self.rule)
        table = self._table(item, members)
        self._lay_papers(table, item)
        for viewer in members if passed else ():
            self._answer_before(table, item, viewer)
        if passed:
            table.passed_until = self.now + passed * HOUR
            self._fix(table, item)
            self._answer_after(table, item, members[0])
        return table

    def layered(self, members: tuple[Viewer, Viewer]) -> Table:
        """Where a draft of the plan is read, as a paper."""
        meeting = Meeting(
            number=f"L-{self.family.name}", label="見本", held_at=self.return_by, place="見本", chair="見本",
            writer=self.by, made_by=self.by,
        )  # fmt: skip
        with acting_for(self.world.coordinator):
            meeting.save(force_insert=True)
            item = AgendaItem(
                meeting=meeting, case=self.family.case, position=1, kind="jusou", purpose="plan", added_by=self.by,
                purpose_text=self._text("jusou", "agendaitem"),
            )  # fmt: skip
            item.save(force_insert=True)
            draft = Plan.objects.get(case=self.family.case, version=2)
        table = self._table(item, members)
        self._lay_papers(table, item, kind="plan", plan=draft)
        self._answer_before(table, item, members[0])
        return table

    def _table(self, item: AgendaItem, members: tuple[Viewer, Viewer]) -> Table:
        people = self.family.people
        table = Table(
            item.pk, item.case_id, item.kind, item.meeting.number, item.meeting_id, tuple(person.pk for person in people.values()),
            {x.membership.pk: number == 0 for number, x in enumerate(members)},
            tuple(x.agency.pk for x in members), self.opens_at, self.return_by,
        )  # fmt: skip
        of = {"agenda": item, "case": self.family.case}
        with acting_for(self.world.coordinator):
            for position, (who, person) in enumerate(people.items()):
                AgendaPerson(**of, person=person, position=position, words=NAMES[who]).save(force_insert=True)
            for number, viewer in enumerate(members):
                seat = AgendaMember(
                    **of, membership=viewer.membership, is_whole=number == 0, named_by=self.by
                )
                seat.save(force_insert=True)
                table.lies("agendamember", str(seat.pk), OPEN, PASSED)
            hours = {"released_at": self.opens_at, "return_by": self.return_by}
            PaperRelease(**of, **hours, released_by=self.by).save(force_insert=True)
        table.lies("agendaitem", item.purpose_text, OPEN, PASSED)
        return table

    def _text(self, kind: str, table: str, more: str = "") -> str:
        return self.family.canary("table", kind, f"{table}{more}")

    def _lay_papers(self, table: Table, item: AgendaItem, **told: Any) -> None:
        for is_for_all in (False, True):
            text = self._text(item.kind, "agendapaper", str(is_for_all))
            of = {"agenda": item, "case": self.family.case, "kind": "other", **told}
            with acting_for(self.world.coordinator):
                paper = AgendaPaper(**of, text=text, is_for_all=is_for_all, added_by=self.by)
                paper.save(force_insert=True)
            table.lies("agendapaper", text, OPEN if is_for_all else WHOLE)

    def _answer_before(self, table: Table, item: AgendaItem, viewer: Viewer) -> None:
        text = self._text(item.kind, "prepsheet", str(viewer.agency.code))
        of = {"agenda": item, "case": self.family.case, "agency": viewer.agency, "sequence": 1}
        with acting_for(viewer):
            PrepSheet(**of, knows=text, answered_by=viewer.membership).save(force_insert=True)
        table.lies("prepsheet", text, WHOLE, agency=viewer.agency.pk, own=(OPEN,))

    def _answer_after(self, table: Table, item: AgendaItem, viewer: Viewer) -> None:
        """What each says of the meeting is for the center: no member reads another's."""
        text = self._text(item.kind, "questionnaire")
        of = {"agenda": item, "case": self.family.case, "membership": viewer.membership}
        with acting_for(viewer):
            Questionnaire(**of, role_clear="yes", could_talk="no", noticed=text).save(force_insert=True)
        table.lies("questionnaire", text, membership=viewer.membership.pk, own=(OPEN, PASSED))

    def _fix(self, table: Table, item: AgendaItem) -> None:
        of: dict[str, Any] = {"agenda": item, "case": self.family.case}
        minutes, words = self._text(item.kind, "minutes"), self._text(item.kind, "minutesattendee")
        passed = MinutesCirculation(**of, until=table.passed_until, circulated_by=self.by)
        with acting_for(self.world.coordinator):
            Minutes(**of, facts=minutes, version=1, fixed_by=self.by).save(force_insert=True)
            MinutesAttendee(**of, position=0, words=words, capacity="見本").save(force_insert=True)
            passed.save(force_insert=True)
        table.lies("minutes", minutes, WHOLE, PASSED)
        table.lies("minutesattendee", words, WHOLE, PASSED)
        table.lies("minutescirculation", str(passed.pk), PASSED)


def database_now() -> dt.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_now()")
        now: dt.datetime = cursor.fetchone()[0]
    return now
