"""The family chronology and its wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_chronologyentry ADD CONSTRAINT casework_chronologyentry_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;

CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_chronologyentry FOR EACH ROW EXECUTE FUNCTION casework_note_change();

CREATE TRIGGER keeps AFTER INSERT ON casework_chronologyentry FOR EACH ROW WHEN (NEW.corrects_id IS NOT NULL) EXECUTE FUNCTION casework_keeps('corrects_id', 'case_id', 'person_id', 'item', 'source_id');

ALTER TABLE casework_chronologyentry ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_chronologyentry FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_chronologyentry;
CREATE POLICY wall_owner ON casework_chronologyentry FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_chronologyentry;
CREATE POLICY wall_select ON casework_chronologyentry FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_chronologyentry.case_id AND l.item = casework_chronologyentry.item AND l.person_id IS NOT DISTINCT FROM casework_chronologyentry.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_chronologyentry.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_chronologyentry.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_chronologyentry;
CREATE POLICY wall_insert ON casework_chronologyentry FOR INSERT TO app_web WITH CHECK (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_chronologyentry.case_id AND l.item = casework_chronologyentry.item AND l.person_id IS NOT DISTINCT FROM casework_chronologyentry.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_chronologyentry.case_id = ANY ((select wall_blocked())::uuid[])) AND written_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND ((select wall_center()) OR source_id = (select wall_reader())));
DROP POLICY IF EXISTS wall_update ON casework_chronologyentry;
CREATE POLICY wall_update ON casework_chronologyentry FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_chronologyentry;
CREATE POLICY wall_delete ON casework_chronologyentry FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_chronologyentry FROM app_web;
REVOKE UPDATE, DELETE ON casework_chronologyentry FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_chronologyentry;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_chronologyentry FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0067_assessment_versions'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChronologyEntry',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年')),
                ('month', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='月')),
                ('text', models.CharField(max_length=200, verbose_name='できごと')),
                ('is_void', models.BooleanField(default=False)),
                ('written_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('corrects', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.chronologyentry')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.agency', verbose_name='知っている機関')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
            ],
            options={
                'verbose_name': '年表のできごと',
                'indexes': [models.Index(fields=['case', 'year'], name='chronologyentry_case')],
                'constraints': [models.CheckConstraint(condition=models.Q(('item__in', ['history', 'assessment', 'health', 'money'])), name='chronologyentry_item_offered'), models.CheckConstraint(condition=models.Q(('year__gte', 1868), ('year__lte', 2199)), name='chronologyentry_year_in_bounds'), models.CheckConstraint(condition=models.Q(('month__isnull', True), models.Q(('month__gte', 1), ('month__lte', 12)), _connector='OR'), name='chronologyentry_month_in_bounds'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='chronologyentry_says_something'), models.CheckConstraint(condition=models.Q(('is_void', False), ('corrects__isnull', False), _connector='OR'), name='chronologyentry_void_corrects')],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
