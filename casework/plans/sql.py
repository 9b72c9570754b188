"""The wall of what a 支援会議 decided (会議限り): the center, and of a role the agency that took it on (domain.md R-MTG-4 and 6)."""

from __future__ import annotations

_OF_DECISION = (
    "ALTER TABLE casework_{name} ADD CONSTRAINT casework_{name}_meeting_only FOREIGN KEY (decision_id, is_meeting_only)"
    " REFERENCES casework_decision (id, is_meeting_only) DEFERRABLE INITIALLY DEFERRED;"
)
# A row is 会議限り as its decision is. It says so itself: the policy of decisions looks at the rows, so theirs may not look back.
KEYS = "\n".join(
    [
        "ALTER TABLE casework_decision ADD CONSTRAINT casework_decision_id_meeting_only UNIQUE (id, is_meeting_only);",
        *(_OF_DECISION.format(name=name) for name in ("direction", "rolerow")),
    ]
)


def role_is_seen(table: str) -> str:
    """What is said of a role is seen by whoever sees the role."""
    return f"EXISTS (SELECT 1 FROM casework_rolerow k WHERE k.id = {table}.role_id)"  # noqa: S608 -- constants
