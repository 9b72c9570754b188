"""Screenings and their wall. The text is frozen; a test compares it."""
import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_screening ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_screening FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_screening;
CREATE POLICY wall_owner ON casework_screening FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_screening;
CREATE POLICY wall_select ON casework_screening FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_screening.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_screening;
CREATE POLICY wall_insert ON casework_screening FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_screening.case_id = ANY ((select wall_blocked())::uuid[])) AND decided_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_screening;
CREATE POLICY wall_update ON casework_screening FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_screening;
CREATE POLICY wall_delete ON casework_screening FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_screening FROM app_web;
REVOKE UPDATE, DELETE ON casework_screening FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_screening;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_screening FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0024_waiting_sheets'),
        ('marugoto_permissions', '0012_watch_sees_reviews'),
    ]

    operations = [
        migrations.CreateModel(
            name='Screening',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('facts', models.JSONField(default=list, verbose_name='分かっていること')),
                ('from_records', models.JSONField(default=list)),
                ('suggested', models.CharField(blank=True, choices=[('flow1', '①つなぎ'), ('flow2', '②多機関協働'), ('flow3', '③伴走支援')], max_length=8, verbose_name='提案')),
                ('reasons', models.JSONField(default=list, verbose_name='提案の理由')),
                ('chosen', models.CharField(choices=[('flow1_referring', 'つなぎ中'), ('flow2_assess', 'アセスメント'), ('flow3_accompany', '伴走支援'), ('outreach_track', 'アウトリーチ'), ('closed_info', '情報提供で終わり')], max_length=16, verbose_name='決めたこと')),
                ('why', models.CharField(blank=True, max_length=500, verbose_name='そう決めた理由')),
                ('decided_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
                ('second', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership', verbose_name='一緒に確かめた職員')),
            ],
            options={
                'verbose_name': '振り分け',
                'indexes': [models.Index(models.F('case'), models.OrderBy(models.F('decided_at'), descending=True), name='screening_case')],
                'constraints': [models.CheckConstraint(condition=models.Q(('chosen__in', ['flow1_referring', 'flow2_assess', 'flow3_accompany', 'outreach_track', 'closed_info'])), name='screening_chosen_known'), models.CheckConstraint(condition=models.Q(models.Q(('chosen', 'closed_info'), _negated=True), models.Q(('second__isnull', False), models.Q(('second', models.F('decided_by')), _negated=True)), _connector='OR'), name='screening_information_only_by_two')],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
