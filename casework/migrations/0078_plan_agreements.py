"""What a person says to a plan that was explained to them, with its wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_planagreement ADD CONSTRAINT casework_planagreement_of_plan FOREIGN KEY (plan_id, case_id)
  REFERENCES casework_plan (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_planagreement ADD CONSTRAINT casework_planagreement_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_planagreement ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_planagreement FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_planagreement;
CREATE POLICY wall_owner ON casework_planagreement FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_planagreement;
CREATE POLICY wall_select ON casework_planagreement FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_planagreement.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_planagreement.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_planagreement;
CREATE POLICY wall_insert ON casework_planagreement FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_planagreement.case_id = ANY ((select wall_blocked())::uuid[])) AND recorded_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_planagreement;
CREATE POLICY wall_update ON casework_planagreement FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_planagreement;
CREATE POLICY wall_delete ON casework_planagreement FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_planagreement FROM app_web;
REVOKE UPDATE, DELETE ON casework_planagreement FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_planagreement;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_planagreement FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0077_terms_of_roles'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.CreateModel(
            name='PlanAgreement',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('answer', models.CharField(choices=[('agreed', '同意し、利用を申し込む'), ('partly', '一部に同意する'), ('pending', '説明を聞き、まだ決めていない'), ('refused', '同意しない')], max_length=8, verbose_name='返事')),
                ('explained_on', models.DateField(verbose_name='説明した日')),
                ('method', models.CharField(choices=[('written', '書面'), ('oral', '口頭（職員2人で記録）'), ('electronic', '電子（署名・フォーム）'), ('proxy', '代筆')], max_length=12, verbose_name='方法')),
                ('giver', models.CharField(choices=[('self', '本人'), ('legal', '法定代理人（親権者など）'), ('guardian', '成年後見人・保佐人・補助人'), ('scribe', '本人の意思を家族が代筆')], default='self', max_length=12, verbose_name='だれが答えたか')),
                ('giver_name', models.CharField(blank=True, max_length=100, verbose_name='答えた人の氏名と続柄')),
                ('own_view', models.TextField(blank=True, max_length=1000, verbose_name='本人のことば')),
                ('recorded_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('explained_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership', verbose_name='説明した人')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.plan')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
                ('witness', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership', verbose_name='立ち会った職員')),
            ],
            options={
                'verbose_name': 'プランへの同意',
                'indexes': [models.Index(fields=['case', 'recorded_at'], name='planagreement_case')],
                'constraints': [models.CheckConstraint(condition=models.Q(('answer__in', ['agreed', 'partly', 'pending', 'refused'])), name='planagreement_answer_known'), models.CheckConstraint(condition=models.Q(('giver', 'self'), models.Q(('giver_name', ''), _negated=True), _connector='OR'), name='planagreement_other_giver_named'), models.CheckConstraint(condition=models.Q(models.Q(('answer__in', ('agreed', 'partly')), ('method', 'oral'), _negated=True), models.Q(('witness__isnull', False), models.Q(('witness', models.F('explained_by')), _negated=True)), _connector='OR'), name='planagreement_oral_has_witness')],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
