"""Who else was there, with the label of their note, and their wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import uuid
from django.db import migrations, models

# ruff: noqa: E501
SQL = """
ALTER TABLE casework_attendee ADD CONSTRAINT casework_attendee_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER known_role_added AFTER INSERT ON casework_attendee FOR EACH ROW WHEN (NEW.role <> '') EXECUTE FUNCTION casework_known_code('role', 'attendee_role');
CREATE TRIGGER known_role_changed AFTER UPDATE ON casework_attendee FOR EACH ROW WHEN (NEW.role <> '' AND NEW.role <> OLD.role) EXECUTE FUNCTION casework_known_code('role', 'attendee_role');
ALTER TABLE casework_attendee ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_attendee FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_attendee;
CREATE POLICY wall_owner ON casework_attendee FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_attendee;
CREATE POLICY wall_select ON casework_attendee FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_attendee.case_id AND l.item = casework_attendee.item AND l.person_id IS NOT DISTINCT FROM casework_attendee.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_attendee.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_attendee.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_attendee;
CREATE POLICY wall_insert ON casework_attendee FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_attendee.case_id = ANY ((select wall_blocked())::uuid[])) AND EXISTS (SELECT 1 FROM casework_note n WHERE n.id = casework_attendee.note_id AND n.case_id = casework_attendee.case_id AND n.item = casework_attendee.item AND n.person_id IS NOT DISTINCT FROM casework_attendee.person_id AND n.written_at = clock_now()));
DROP POLICY IF EXISTS wall_update ON casework_attendee;
CREATE POLICY wall_update ON casework_attendee FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_attendee;
CREATE POLICY wall_delete ON casework_attendee FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_attendee FROM app_web;
REVOKE UPDATE, DELETE ON casework_attendee FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_attendee;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_attendee FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0045_hidden_without_consent'),
        ('marugoto_permissions', '0012_watch_sees_reviews'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attendee',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('position', models.PositiveSmallIntegerField()),
                ('role', models.CharField(max_length=24, verbose_name='立場')),
                ('name', models.CharField(max_length=60, verbose_name='氏名')),
                ('organization', models.CharField(blank=True, max_length=100, verbose_name='所属')),
                ('relation', models.CharField(blank=True, max_length=100, verbose_name='本人との関係')),
                ('oath_on', models.DateField(blank=True, null=True, verbose_name='守秘の誓約の日')),
                ('oath_medium', models.CharField(blank=True, choices=[('written', '書面'), ('oral', '口頭')], max_length=8, verbose_name='守秘の誓約の方法')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('note', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendees', to='casework.note')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
            ],
            options={
                'verbose_name': '同席した人',
                'constraints': [
                    models.UniqueConstraint(fields=('note', 'position'), name='attendee_in_order'),
                    models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='attendee_item_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('role', ''), _negated=True), models.Q(('name', ''), _negated=True)), name='attendee_has_role_and_name'),
                    models.CheckConstraint(condition=models.Q(models.Q(('oath_medium', ''), ('oath_on__isnull', True)), models.Q(('oath_medium__in', ['written', 'oral']), ('oath_on__isnull', False)), _connector='OR'), name='attendee_oath_whole'),
                ],
            },
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop, elidable=False),
    ]
