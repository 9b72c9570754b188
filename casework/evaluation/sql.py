"""The database's side of evaluations: what is said of a sealed issue moves no agency's list (issues/sql.py); goals are those of the plan."""

from __future__ import annotations

SEALED = """
CREATE TRIGGER note_change AFTER INSERT ON casework_evaluationresult
  FOR EACH ROW WHEN (NOT NEW.is_sealed) EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_sealed_change AFTER INSERT ON casework_evaluationresult
  FOR EACH ROW WHEN (NEW.is_sealed) EXECUTE FUNCTION casework_note_sealed_change();
"""

GOAL_KEYS = """
ALTER TABLE casework_planpart ADD CONSTRAINT casework_planpart_id_case UNIQUE (id, case_id);
ALTER TABLE casework_evaluationresult ADD CONSTRAINT casework_evaluationresult_of_part FOREIGN KEY (part_id, case_id)
  REFERENCES casework_planpart (id, case_id) DEFERRABLE INITIALLY DEFERRED;
"""
# With the label of a goal of the plan that the evaluated decision decided.
OF_GOAL = (
    "EXISTS (SELECT 1 FROM casework_planpart p JOIN casework_plandecision d ON d.plan_id = p.plan_id"
    " JOIN casework_evaluation e ON e.decision_id = d.decision_id"
    " WHERE p.id = casework_evaluationresult.part_id AND e.id = casework_evaluationresult.evaluation_id"
    " AND p.section = 'goal' AND p.case_id = casework_evaluationresult.case_id"
    " AND p.item = casework_evaluationresult.item"
    " AND p.person_id IS NOT DISTINCT FROM casework_evaluationresult.person_id)"
)
# Whoever does not see a goal, because they know of no decision of its plan or it is hidden, reads nothing of what became of it.
SEEN_GOAL = (
    "(part_id IS NULL OR EXISTS (SELECT 1 FROM casework_planpart p"
    " WHERE p.id = casework_evaluationresult.part_id))"
)
# Nor of a direction that is kept to the meeting.
SEEN_DIRECTION = (
    "(direction_id IS NULL OR EXISTS (SELECT 1 FROM casework_direction k"
    " WHERE k.id = casework_evaluationresult.direction_id))"
)
