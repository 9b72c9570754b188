"""The wall of plans: the center sees every version, an agency the decided ones, entry by entry; nothing is added afterwards."""

from __future__ import annotations

KEYS = """
ALTER TABLE casework_plan ADD CONSTRAINT casework_plan_id_case UNIQUE (id, case_id);
ALTER TABLE casework_plan ADD CONSTRAINT casework_plan_follows_of_case FOREIGN KEY (follows_id, case_id)
  REFERENCES casework_plan (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_planpart ADD CONSTRAINT casework_planpart_of_plan FOREIGN KEY (plan_id, case_id)
  REFERENCES casework_plan (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_planrole ADD CONSTRAINT casework_planrole_of_plan FOREIGN KEY (plan_id, case_id)
  REFERENCES casework_plan (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_planagreement ADD CONSTRAINT casework_planagreement_of_plan FOREIGN KEY (plan_id, case_id)
  REFERENCES casework_plan (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_plandecision ADD CONSTRAINT casework_plandecision_of_plan FOREIGN KEY (plan_id, case_id)
  REFERENCES casework_plan (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_plandecision ADD CONSTRAINT casework_plandecision_of_decision FOREIGN KEY (decision_id, case_id)
  REFERENCES casework_decision (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_agendapaper ADD CONSTRAINT casework_agendapaper_of_plan FOREIGN KEY (plan_id, case_id)
  REFERENCES casework_plan (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_planconfirmation ADD CONSTRAINT casework_planconfirmation_of_plan FOREIGN KEY (plan_id, case_id)
  REFERENCES casework_plan (id, case_id) DEFERRABLE INITIALLY DEFERRED;
"""


def is_decided(table: str) -> str:
    """Who sees the decision sees that the version was decided; the policy of decisions applies in here."""
    return f"EXISTS (SELECT 1 FROM casework_plandecision d WHERE d.plan_id = {table}.plan_id)"  # noqa: S608 -- constants


def of_new_plan(table: str) -> str:
    """What belongs to a version comes at the same moment: what came later would change what was fixed."""
    return (
        f"EXISTS (SELECT 1 FROM casework_plan p WHERE p.id = {table}.plan_id AND p.case_id = {table}.case_id"  # noqa: S608 -- constants
        " AND p.made_at = clock_now())"
    )


SEEN_DECISION = "EXISTS (SELECT 1 FROM casework_decision d WHERE d.id = casework_plandecision.decision_id)"
# 市直営 and 委託 are two organisations of one center: the city's own act is never its contractor's.
OF_THE_CITY = "EXISTS (SELECT 1 FROM marugoto_permissions_agency a WHERE a.id = (select wall_agency()) AND a.legal_type = 'city_section')"
# Every direction and role of the decision is an entry of its plan: who sees the one sees the other. Not by the entries
# themselves, whose policy looks here.
DECIDED_AND_SEEN = "EXISTS (SELECT 1 FROM casework_plandecision d WHERE d.plan_id = casework_plan.id)"
