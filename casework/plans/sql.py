"""The wall of what a 支援会議 decided (会議限り): the center, and of a role the agency that took it on (domain.md R-MTG-4 and 6)."""

from __future__ import annotations

_OF_DECISION = (
    "ALTER TABLE casework_{name} ADD CONSTRAINT casework_{name}_meeting_only FOREIGN KEY (decision_id, is_meeting_only)"
    " REFERENCES casework_decision (id, is_meeting_only) DEFERRABLE INITIALLY DEFERRED;"
)
# What ends belongs to the case of the decision that ends it.
# A place that somebody hides hides rows from everybody, whoever decides included; they end with their decision all the same.
FUNCTIONS = """
CREATE FUNCTION casework_end_all_roles() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO casework_roleend (id, role_id, case_id, person_id, item, decision_id, ended_at)
    SELECT gen_random_uuid(), r.id, r.case_id, r.person_id, r.item, NEW.decision_id, NEW.ended_at FROM casework_rolerow r
     WHERE r.decision_id = NEW.ended_id AND NOT EXISTS (SELECT 1 FROM casework_roleend e WHERE e.role_id = r.id);
  RETURN NULL;
END $$;
CREATE TRIGGER end_all_roles AFTER INSERT ON casework_decisionend
  FOR EACH ROW EXECUTE FUNCTION casework_end_all_roles();
CREATE FUNCTION casework_nothing_stands(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (SELECT 1 FROM casework_direction d WHERE d.decision_id = wanted)
     AND NOT EXISTS (SELECT 1 FROM casework_rolerow r WHERE r.decision_id = wanted
                     AND NOT EXISTS (SELECT 1 FROM casework_roleend e WHERE e.role_id = r.id))
$$;
"""
DEFINER_FUNCTIONS = ("casework_end_all_roles", "casework_nothing_stands")
# A row is 会議限り as its decision is. It says so itself: the policy of decisions looks at the rows, so theirs may not look back.
_OF_CASE = (
    "ALTER TABLE casework_{name} ADD CONSTRAINT casework_{name}_{column}_of_case FOREIGN KEY ({column}_id, case_id)"
    " REFERENCES casework_decision (id, case_id) DEFERRABLE INITIALLY DEFERRED;"
)
END_KEYS = "\n".join(
    _OF_CASE.format(name=name, column=column)
    for name, column in (("decisionend", "ended"), ("decisionend", "decision"), ("roleend", "decision"))
)
KEYS = "\n".join(
    [
        "ALTER TABLE casework_decision ADD CONSTRAINT casework_decision_id_meeting_only UNIQUE (id, is_meeting_only);",
        *(_OF_DECISION.format(name=name) for name in ("direction", "rolerow")),
    ]
)


def role_is_seen(table: str) -> str:
    """What is said of a role is seen by whoever sees the role."""
    return f"EXISTS (SELECT 1 FROM casework_rolerow k WHERE k.id = {table}.role_id)"  # noqa: S608 -- constants


def by_new_decision(table: str) -> str:
    """What a decision ends, it ends at its own moment."""
    return (
        f"EXISTS (SELECT 1 FROM casework_decision n WHERE n.id = {table}.decision_id"  # noqa: S608 -- constants
        f" AND n.case_id = {table}.case_id AND n.recorded_at = clock_now())"
    )


# The policy of decisions applies in here: whoever knows of a decision knows whether it stands.
ENDED_IS_SEEN = "EXISTS (SELECT 1 FROM casework_decision k WHERE k.id = casework_decisionend.ended_id)"
