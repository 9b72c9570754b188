"""Closing sheets and their wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_closure ADD CONSTRAINT casework_closure_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_closure FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER known_kind_added AFTER INSERT ON casework_closure FOR EACH ROW WHEN (NEW.kind <> '') EXECUTE FUNCTION casework_known_code('kind', 'close_kind');
CREATE TRIGGER known_kind_changed AFTER UPDATE ON casework_closure FOR EACH ROW WHEN (NEW.kind <> '' AND NEW.kind <> OLD.kind) EXECUTE FUNCTION casework_known_code('kind', 'close_kind');
ALTER TABLE casework_closure ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_closure FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_closure;
CREATE POLICY wall_owner ON casework_closure FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_closure;
CREATE POLICY wall_select ON casework_closure FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_closure.case_id AND l.item = casework_closure.item AND l.person_id IS NOT DISTINCT FROM casework_closure.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_closure.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_closure.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_closure;
CREATE POLICY wall_insert ON casework_closure FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_closure.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_closure;
CREATE POLICY wall_update ON casework_closure FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_closure;
CREATE POLICY wall_delete ON casework_closure FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_closure FROM app_web;
REVOKE UPDATE, DELETE ON casework_closure FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_closure;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_closure FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0048_files_of_answers'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.CreateModel(
            name='Closure',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('kind', models.CharField(max_length=24, verbose_name='終結の区分')),
                ('decided_by_words', models.CharField(blank=True, max_length=100, verbose_name='どこで決めたか')),
                ('lead_words', models.CharField(blank=True, max_length=200, verbose_name='終わったあとの窓口（くわしく）')),
                ('watch', models.CharField(blank=True, max_length=200, verbose_name='見守り')),
                ('watch_until', models.DateField(blank=True, null=True, verbose_name='見守りの終わり')),
                ('signs', models.CharField(blank=True, max_length=300, verbose_name='また相談してほしいとき（サイン）')),
                ('follow_up_on', models.DateField(blank=True, null=True, verbose_name='終わったあとの確認の日')),
                ('told', models.CharField(max_length=500, verbose_name='本人に伝えたこと')),
                ('closed_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('closed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
                ('decision', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.decision')),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.agency')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
            ],
            options={
                'verbose_name': '終結シート',
                'constraints': [models.UniqueConstraint(fields=('case',), name='closure_one_each'), models.CheckConstraint(condition=models.Q(('item', 'plan'), ('person__isnull', True)), name='closure_of_the_households_plan'), models.CheckConstraint(condition=models.Q(('lead__isnull', False), models.Q(('lead_words', ''), _negated=True), _connector='OR'), name='closure_says_who_goes_on'), models.CheckConstraint(condition=models.Q(('watch_until__isnull', True), models.Q(('watch', ''), _negated=True), _connector='OR'), name='closure_watch_has_an_end'), models.CheckConstraint(condition=models.Q(('told', ''), _negated=True), name='closure_says_what_was_told')],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
