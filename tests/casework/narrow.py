"""The world of canaries.py with what not everybody reads whom its label reaches, each row with a canary of its own.

``⟦family/person/item/table*⟧``. Who reads them is said here for each (``Narrow``), from domain.md.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from casework.consent.models import Consent
from casework.evaluation.models import Evaluation, EvaluationResult, EvaluationRole
from casework.files.models import CaseFile, FileContent
from casework.meetings.models import AgendaItem, Meeting
from casework.monitoring.models import MonitoringTick
from casework.planning.models import Plan, PlanAgreement, PlanPart, PlanRole
from casework.plans.models import Decision, Direction, RoleAnswer, RoleEnd, RoleRow
from casework.sharing.items import Item
from permissions.agencies.models import Agency
from permissions.walls.context import acting_for
from tests.casework.canaries import LONG_AGO, CanaryWorld, Family
from tests.casework.ledger import Agreement, Ledger, Narrow, Table, fiscal_year
from tests.casework.seated import database_now, set_tables
from tests.worlds import Household as Home

# Of these labels the next version of the plan says something already, and gives anshin a role.
DRAFTED = (("", "plan"), ("mother", "basic"), ("son", "health"))


# Under these labels a 支援会議 gave a direction, one role to anshin and two to kenko, of which one has ended.
KEPT = (("mother", "basic"), ("mother", "roles"), ("", "plan"))
DAY = dt.date(2026, 1, 4)


class NarrowWorld(CanaryWorld):
    """With a draft of the plan and what people said of the plan, what a 支援会議 decided (会議限り), and what lies on tables."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[Decision, Evaluation]] = {}
        super().__init__()
        self.tables: list[Table] = set_tables(self)
        self.sworn_in = fiscal_year(database_now())

    def ledger(self, now: dt.datetime) -> Ledger:
        """Return what is true of this world when nothing has happened yet: people have agreed to everything."""
        with acting_for(self.coordinator):
            rows = list(Consent.objects.order_by("recorded_at", "number"))
        everything = {(agency.pk, item) for agency in self.agencies.values() for item in Item.values}
        agreements: dict[Any, Agreement] = {
            row.pk: Agreement(row.pk, row.case_id, row.person_id, set(everything), None, number)
            for number, row in enumerate(rows)
        }
        return Ledger(now, self.labels, self.tables, self.sworn_in, agreements=agreements)

    def _fill(self, name: str, home: Home) -> Family:
        family = super()._fill(name, home)
        with acting_for(self.coordinator):
            self._draft(family)
            self._keep(family, self._meet(family))
        return family

    def _draft(self, family: Family) -> None:
        """What a person said of the plan, and a version that nobody has decided: the center's (domain.md 1.5)."""
        by, plan = self.coordinator.membership, Plan.objects.get(case=family.case)
        said = self._row(family, "mother", "plan", "planagreement")
        PlanAgreement(
            plan=plan, case=family.case, person=family.people["mother"], answer="agreed", explained_on=plan.period_from,
            explained_by=by, method="written", recorded_by=by, own_view=said,
        ).save(force_insert=True)  # fmt: skip
        draft = Plan(
            case=family.case, number=plan.number, version=2, period_from=plan.period_from, period_to=plan.period_to,
            monitor_on=plan.monitor_on, made_by=by, follows=plan,
        )  # fmt: skip
        draft.save(force_insert=True)
        for position, (who, item) in enumerate(DRAFTED):
            text = partial(self._row, family, who, item)
            of = {**self._label(family, who, item), "plan": draft, "position": position}
            PlanPart(**of, section="goal", text=text("planpart")).save(force_insert=True)
            role = {"agency": self.anshin, "issue": "見本", "what": text("planrole")}
            PlanRole(**of, **role).save(force_insert=True)

    def _meet(self, family: Family) -> AgendaItem:
        by = self.coordinator.membership
        meeting = Meeting(
            number=f"M-{family.name}", label="見本", held_at=LONG_AGO, place="見本", chair="見本", writer=by, made_by=by
        )  # fmt: skip
        meeting.save(force_insert=True)
        item = AgendaItem(
            meeting=meeting, case=family.case, position=1, kind="shien_kaigi", purpose="exchange", added_by=by,
            purpose_text=family.canary("table", "shien_kaigi", "agendaitem"),
        )  # fmt: skip
        item.save(force_insert=True)
        return item

    def _keep(self, family: Family, item: AgendaItem) -> None:
        """What a 支援会議 decided, and what is said of it: the center's, and of a role its agency's (domain.md R-MTG-4)."""
        by = self.coordinator.membership
        decision = Decision(
            case=family.case, number=f"D-{family.name}-2", decided_on=DAY, decided_by=by, agenda=item, is_meeting_only=True
        )  # fmt: skip
        decision.save(force_insert=True)
        evaluation = Evaluation(
            case=family.case,
            decision=decision,
            evaluated_on=DAY,
            own_words="見本",
            outcome="close",
            recorded_by=by,
        )
        evaluation.save(force_insert=True)
        self.kept[family.name] = (decision, evaluation)
        for position, (who, item_of_it) in enumerate(KEPT):
            label = self._label(family, who, item_of_it)
            text = partial(self._row, family, who, item_of_it)
            direction = Direction(
                **label, decision=decision, is_meeting_only=True, position=position, text=text("direction")
            )
            direction.save(force_insert=True)
            EvaluationResult(
                **label, evaluation=evaluation, evaluated_on=DAY, direction=direction, result="unmet",
                words=text("evaluationresult"),
            ).save(force_insert=True)  # fmt: skip
            roles = [
                self._kept_role(family, label, decision, evaluation, partial(text, agency=agency, more=more))
                for agency, more in ((self.anshin, "1"), (self.kenko, "2"), (self.kenko, "3"))
            ]
            RoleEnd(**label, role=roles[-1], decision=decision).save(force_insert=True)
            self._row(family, who, item_of_it, "roleend", self.kenko, is_mute=True)

    def _kept_role(
        self, family: Family, label: Any, decision: Decision, evaluation: Evaluation, text: Any
    ) -> RoleRow:
        """A role with everything that is said of one, each seen by whoever sees the role; at anshin with a file."""
        by, agency = self.coordinator.membership, text.keywords["agency"]
        role = RoleRow(
            **label,
            decision=decision,
            is_meeting_only=True,
            agency=agency,
            issue="見本",
            what=text("rolerow"),
        )
        role.save(force_insert=True)
        heard = {
            "medium": "phone",
            "contact_person": "見本",
            "sequence": 1,
            "kind": "result",
            "answered_by": by,
        }
        answer = RoleAnswer(**label, **heard, role=role, agency=agency, text=text("roleanswer"))
        monitoring = self._monitoring(family)
        looked = {"monitoring": monitoring, "monitored_on": monitoring.monitored_on, "tick": "late"}
        judged = {"evaluation": evaluation, "evaluated_on": DAY, "happened": "no"}
        for row in (
            answer,
            MonitoringTick(**label, **looked, role=role, note=text("monitoringtick")),
            EvaluationRole(**label, **judged, role=role, hindered=text("evaluationrole")),
        ):
            row.save(force_insert=True)
        if agency == self.anshin:
            number = f"K-{family.name}-{len(self.narrow['casefile'])}"
            file = CaseFile(
                **label, answer=answer, number=number, title=text("casefile"), kind="txt", size_bytes=1,
                digest="0" * 64, added_by=by,
            )  # fmt: skip
            file.save(force_insert=True)
            FileContent(**label, file=file, answer=answer, content=b"1").save(force_insert=True)
        return role

    def _label(self, family: Family, who: str, item: str) -> dict[str, object]:
        return {"case": family.case, "person_id": family.person_id(who), "item": item}

    def _row(
        self,
        family: Family,
        who: str,
        item: str,
        table: str,
        agency: Agency | None = None,
        more: str = "",
        *,
        is_mute: bool = False,
    ) -> str:
        """Note a row that the center reads, and this agency; return its canary. A mute one says nothing."""
        text = family.canary(who, item, f"{table}*{more}")
        key = agency.pk if agency else None
        self.narrow[table].append(Narrow(table, family.label(who, item), key, "" if is_mute else text[1:-1]))
        return text
