"""An evaluation tells of each goal of the plan that was decided. What was evaluated before stays. The text is frozen; a test compares it."""

import django.db.models.deletion
from django.db import migrations, models

# ruff: noqa: E501
KEYS = """
ALTER TABLE casework_planpart ADD CONSTRAINT casework_planpart_id_case UNIQUE (id, case_id);
ALTER TABLE casework_evaluationresult ADD CONSTRAINT casework_evaluationresult_of_part FOREIGN KEY (part_id, case_id)
  REFERENCES casework_planpart (id, case_id) DEFERRABLE INITIALLY DEFERRED;
"""
KEYS_BACK = """
ALTER TABLE casework_evaluationresult DROP CONSTRAINT casework_evaluationresult_of_part;
ALTER TABLE casework_planpart DROP CONSTRAINT casework_planpart_id_case;
"""
WALL = """
ALTER TABLE casework_evaluationresult ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_evaluationresult FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_evaluationresult;
CREATE POLICY wall_owner ON casework_evaluationresult FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_evaluationresult;
CREATE POLICY wall_select ON casework_evaluationresult FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_evaluationresult.case_id AND l.item = casework_evaluationresult.item AND l.person_id IS NOT DISTINCT FROM casework_evaluationresult.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_evaluationresult.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR NOT is_sealed) AND NOT (casework_evaluationresult.id = ANY ((select wall_hidden())::uuid[])) AND (part_id IS NULL OR EXISTS (SELECT 1 FROM casework_planpart p WHERE p.id = casework_evaluationresult.part_id)));
DROP POLICY IF EXISTS wall_insert ON casework_evaluationresult;
CREATE POLICY wall_insert ON casework_evaluationresult FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_evaluationresult.case_id = ANY ((select wall_blocked())::uuid[])) AND EXISTS (SELECT 1 FROM casework_evaluation e WHERE e.id = casework_evaluationresult.evaluation_id AND e.case_id = casework_evaluationresult.case_id AND e.evaluated_on = casework_evaluationresult.evaluated_on AND e.recorded_at = clock_now()) AND (EXISTS (SELECT 1 FROM casework_direction d WHERE d.id = casework_evaluationresult.direction_id AND d.case_id = casework_evaluationresult.case_id AND d.item = casework_evaluationresult.item AND d.person_id IS NOT DISTINCT FROM casework_evaluationresult.person_id) OR EXISTS (SELECT 1 FROM casework_planpart p JOIN casework_plandecision d ON d.plan_id = p.plan_id JOIN casework_evaluation e ON e.decision_id = d.decision_id WHERE p.id = casework_evaluationresult.part_id AND e.id = casework_evaluationresult.evaluation_id AND p.section = 'goal' AND p.case_id = casework_evaluationresult.case_id AND p.item = casework_evaluationresult.item AND p.person_id IS NOT DISTINCT FROM casework_evaluationresult.person_id) OR EXISTS (SELECT 1 FROM casework_issue i WHERE i.id = casework_evaluationresult.issue_id AND i.case_id = casework_evaluationresult.case_id AND i.item = casework_evaluationresult.item AND i.person_id IS NOT DISTINCT FROM casework_evaluationresult.person_id AND i.is_sealed = casework_evaluationresult.is_sealed)));
DROP POLICY IF EXISTS wall_update ON casework_evaluationresult;
CREATE POLICY wall_update ON casework_evaluationresult FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_evaluationresult;
CREATE POLICY wall_delete ON casework_evaluationresult FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_evaluationresult FROM app_web;
REVOKE UPDATE, DELETE ON casework_evaluationresult FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_evaluationresult;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_evaluationresult FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""
_OF_GOAL = " OR EXISTS (SELECT 1 FROM casework_planpart p JOIN casework_plandecision d ON d.plan_id = p.plan_id JOIN casework_evaluation e ON e.decision_id = d.decision_id WHERE p.id = casework_evaluationresult.part_id AND e.id = casework_evaluationresult.evaluation_id AND p.section = 'goal' AND p.case_id = casework_evaluationresult.case_id AND p.item = casework_evaluationresult.item AND p.person_id IS NOT DISTINCT FROM casework_evaluationresult.person_id)"
_SEEN_GOAL = " AND (part_id IS NULL OR EXISTS (SELECT 1 FROM casework_planpart p WHERE p.id = casework_evaluationresult.part_id))"
BACK = WALL.replace(_OF_GOAL, "").replace(_SEEN_GOAL, "")


class Migration(migrations.Migration):

    dependencies = [("casework", "0085_who_wrote_the_minutes")]

    operations = [
        migrations.RemoveConstraint(model_name="evaluationresult", name="evaluationresult_of_one"),
        migrations.AddField(
            model_name="evaluationresult",
            name="part",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.planpart"),
        ),
        migrations.AddConstraint(
            model_name="evaluationresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("direction__isnull", True), ("issue__isnull", False), ("part__isnull", True)),
                    models.Q(("direction__isnull", True), ("is_sealed", False), ("issue__isnull", True), ("part__isnull", False)),
                    models.Q(("direction__isnull", False), ("is_sealed", False), ("issue__isnull", True), ("part__isnull", True)),
                    _connector="OR",
                ),
                name="evaluationresult_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationresult",
            constraint=models.UniqueConstraint(fields=("evaluation", "part"), name="evaluationresult_one_part"),
        ),
        migrations.RunSQL(KEYS, KEYS_BACK, elidable=False),
        migrations.RunSQL(WALL, BACK, elidable=False),
    ]
