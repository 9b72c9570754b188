"""What the city said to a decided plan (支援決定), with its wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_planconfirmation ADD CONSTRAINT casework_planconfirmation_of_plan FOREIGN KEY (plan_id, case_id)
  REFERENCES casework_plan (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_planconfirmation ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_planconfirmation FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_planconfirmation;
CREATE POLICY wall_owner ON casework_planconfirmation FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_planconfirmation;
CREATE POLICY wall_select ON casework_planconfirmation FOR SELECT TO app_web USING (((select wall_center()) OR outcome = 'confirmed' AND EXISTS (SELECT 1 FROM casework_plandecision d WHERE d.plan_id = casework_planconfirmation.plan_id)) AND NOT (case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_planconfirmation.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_planconfirmation;
CREATE POLICY wall_insert ON casework_planconfirmation FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND (select wall_role()) = 'chief' AND EXISTS (SELECT 1 FROM marugoto_permissions_agency a WHERE a.id = (select wall_agency()) AND a.legal_type = 'city_section') AND NOT (case_id = ANY ((select wall_blocked())::uuid[])) AND confirmed_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND EXISTS (SELECT 1 FROM casework_plandecision d WHERE d.plan_id = casework_planconfirmation.plan_id));
DROP POLICY IF EXISTS wall_update ON casework_planconfirmation;
CREATE POLICY wall_update ON casework_planconfirmation FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_planconfirmation;
CREATE POLICY wall_delete ON casework_planconfirmation FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_planconfirmation FROM app_web;
REVOKE UPDATE, DELETE ON casework_planconfirmation FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_planconfirmation;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_planconfirmation FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0102_flows_of_hand_backs'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.CreateModel(
            name='PlanConfirmation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('outcome', models.CharField(choices=[('confirmed', '支援決定した'), ('returned', '差し戻した')], max_length=12, verbose_name='市の決定')),
                ('confirmed_on', models.DateField(verbose_name='支援決定または差戻しの日')),
                ('document_number', models.CharField(blank=True, max_length=60, verbose_name='文書番号')),
                ('reason', models.TextField(blank=True, max_length=1000, verbose_name='差し戻す理由')),
                ('recorded_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('confirmed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership', verbose_name='支援決定した人')),
                ('plan', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='confirmation', to='casework.plan')),
            ],
            options={
                'verbose_name': '支援決定',
                'constraints': [models.CheckConstraint(condition=models.Q(('outcome__in', ['confirmed', 'returned'])), name='planconfirmation_outcome_known'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'returned'), models.Q(('reason', ''), _negated=True)), models.Q(('outcome', 'confirmed'), ('reason', '')), _connector='OR'), name='planconfirmation_return_says_why')],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
