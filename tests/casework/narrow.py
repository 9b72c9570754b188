"""The world of canaries.py with what not everybody reads whom its label reaches, each row with a canary of its own.

``⟦family/person/item/table*⟧``. Who reads them is said here for each (``Narrow``), from domain.md.
"""

from __future__ import annotations

from functools import partial

from casework.planning.models import Plan, PlanAgreement, PlanPart, PlanRole
from permissions.agencies.models import Agency
from permissions.walls.context import acting_for
from tests.casework.canaries import CanaryWorld, Family
from tests.casework.ledger import Narrow
from tests.worlds import Household as Home

# Of these labels the next version of the plan says something already, and gives anshin a role.
DRAFTED = (("", "plan"), ("mother", "basic"), ("son", "health"))


class NarrowWorld(CanaryWorld):
    """With a draft of the plan, and what people said of the plan."""

    def _fill(self, name: str, home: Home) -> Family:
        family = super()._fill(name, home)
        with acting_for(self.coordinator):
            self._draft(family)
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

    def _label(self, family: Family, who: str, item: str) -> dict[str, object]:
        return {"case": family.case, "person_id": family.person_id(who), "item": item}

    def _row(
        self, family: Family, who: str, item: str, table: str, agency: Agency | None = None, more: str = ""
    ) -> str:
        """Note a row that the center reads, and this agency; return its canary."""
        text = family.canary(who, item, f"{table}*{more}")
        key = agency.pk if agency else None
        self.narrow.append(Narrow(table, family.label(who, item), key, text[1:-1]))
        return text
