"""What is known of a case, for the list of what is missing by when (intake/levels.py, domain.md 1.11)."""

from __future__ import annotations

from casework.cases.states import Flow, Stage
from casework.codes.lists import NOT_ASKED
from casework.households.models import Sex
from casework.issues.models import Severity
from casework.plans.models import Seat

from .selectors import CaseRecord, Strip

# Somebody was told and has answered, or is not asked since a meeting of law holds the case.
ANSWERED = frozenset({"given", "refused", "withdrawn", "run_out", "by_meeting"})


def facts_of_case(record: CaseRecord, strip: Strip) -> dict[str, bool]:
    """Return the facts of a case as its reader sees them. What only coordination needs is told of flow 2 alone."""
    basics = [view.basics for view in record.members if view.basics]
    issues = [issue for view in record.people if view.issues for issue in view.issues.open]
    ages = [person.birth_on is not None or person.age_about is not None for person in basics]
    facts = {
        "age": any(ages),
        "household_kind": record.household is not None and record.household.kind != NOT_ASKED,
        "complaint": any(contact.one_line for contact in record.contacts),
        "issues": bool(issues),
        "screening": bool(record.case.flow) or record.case.stage == Stage.CLOSED_INFO,
        "consent_states": all(state.code != "none" for state in strip.states),
        "every_age": all(ages),
        "every_sex": all(person.sex != Sex.NOT_ASKED for person in basics),
        "case_route": all(
            contact.is_informant_hidden or contact.route != NOT_ASKED for contact in record.contacts
        ),
    }
    if record.case.flow == Flow.COORDINATION:
        facts |= _of_coordination(record, strip, issues)
    if record.case.stage == Stage.CLOSING:  # what the sheet will ask for (closing/)
        facts |= dict.fromkeys(("close_kind", "lead_after", "follow_up"), False)
    return facts


def _of_coordination(record: CaseRecord, strip: Strip, issues: list[object]) -> dict[str, bool]:
    roles = [role.row for view in record.decisions for role in view.roles if role.is_current]
    return {
        "assessment": record.assessment is not None,
        "consents": all(state.code in ANSWERED for state in strip.states),
        "weights": all(issue.severity != Severity.UNKNOWN for issue in issues),  # type: ignore[attr-defined]
        "roles": bool(roles),
        "seats": {row.seat for row in roles} >= set(Seat.values),
    }
