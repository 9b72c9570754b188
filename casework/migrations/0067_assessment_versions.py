"""Fixed versions of assessments, the plan that rests on one, and their walls. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_assessment ADD CONSTRAINT casework_assessment_id_case UNIQUE (id, case_id);
ALTER TABLE casework_assessment ADD CONSTRAINT casework_assessment_id_case_fixed UNIQUE (id, case_id, fixed_at);
ALTER TABLE casework_assessedpart ADD CONSTRAINT casework_assessedpart_of_version FOREIGN KEY (assessment_id, case_id, fixed_at)
  REFERENCES casework_assessment (id, case_id, fixed_at) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_assessedpart ADD CONSTRAINT casework_assessedpart_of_part FOREIGN KEY (part_id, case_id)
  REFERENCES casework_assessmentpart (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_plan ADD CONSTRAINT casework_plan_of_assessment FOREIGN KEY (assessment_id, case_id)
  REFERENCES casework_assessment (id, case_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE casework_assessment ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_assessment FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_assessment;
CREATE POLICY wall_owner ON casework_assessment FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_assessment;
CREATE POLICY wall_select ON casework_assessment FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_assessedpart a WHERE a.assessment_id = casework_assessment.id)) AND NOT (case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_assessment;
CREATE POLICY wall_insert ON casework_assessment FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_assessment.case_id = ANY ((select wall_blocked())::uuid[])) AND fixed_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_assessment;
CREATE POLICY wall_update ON casework_assessment FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_assessment;
CREATE POLICY wall_delete ON casework_assessment FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_assessment FROM app_web;
REVOKE UPDATE, DELETE ON casework_assessment FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_assessment;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_assessment FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_assessedpart ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_assessedpart FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_assessedpart;
CREATE POLICY wall_owner ON casework_assessedpart FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_assessedpart;
CREATE POLICY wall_select ON casework_assessedpart FOR SELECT TO app_web USING (EXISTS (SELECT 1 FROM casework_assessmentpart p WHERE p.id = casework_assessedpart.part_id));
DROP POLICY IF EXISTS wall_insert ON casework_assessedpart;
CREATE POLICY wall_insert ON casework_assessedpart FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_assessedpart.case_id = ANY ((select wall_blocked())::uuid[])) AND fixed_at = clock_now() AND EXISTS (SELECT 1 FROM casework_assessmentpart p WHERE p.id = casework_assessedpart.part_id));
DROP POLICY IF EXISTS wall_update ON casework_assessedpart;
CREATE POLICY wall_update ON casework_assessedpart FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_assessedpart;
CREATE POLICY wall_delete ON casework_assessedpart FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_assessedpart FROM app_web;
REVOKE UPDATE, DELETE ON casework_assessedpart FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_assessedpart;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_assessedpart FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0066_assessment_parts'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.CreateModel(
            name='Assessment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveSmallIntegerField(verbose_name='版')),
                ('purpose', models.CharField(choices=[('plan', 'プランを作るため'), ('meeting', '会議に出すため'), ('again', '再プランの前に見直すため'), ('review', '決まった時期の見直し'), ('change', 'ようすが変わったため')], max_length=12, verbose_name='確定の目的')),
                ('fixed_at', models.DateTimeField(default=permissions.walls.clock.ClockNow, verbose_name='確定した日時')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('fixed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
            ],
            options={
                'verbose_name': 'アセスメント',
            },
        ),
        migrations.CreateModel(
            name='AssessedPart',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('fixed_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('part', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.assessmentpart')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.assessment')),
            ],
            options={
                'verbose_name': '版に入った欄',
            },
        ),
        migrations.AddField(
            model_name='plan',
            name='assessment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.assessment', verbose_name='もとにしたアセスメント'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.UniqueConstraint(fields=('case', 'version'), name='assessment_version_once'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['plan', 'meeting', 'again', 'review', 'change'])), name='assessment_purpose_known'),
        ),
        migrations.AddConstraint(
            model_name='assessedpart',
            constraint=models.UniqueConstraint(fields=('assessment', 'part'), name='assessedpart_once'),
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
