"""A note in paragraphs, each with its kind and its source; their wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import uuid
from django.db import migrations, models

KEY = """
ALTER TABLE casework_noteparagraph ADD CONSTRAINT casework_noteparagraph_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
"""
WALL = """
ALTER TABLE casework_noteparagraph ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_noteparagraph FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_noteparagraph;
CREATE POLICY wall_owner ON casework_noteparagraph FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_noteparagraph;
CREATE POLICY wall_select ON casework_noteparagraph FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_noteparagraph.case_id AND l.item = casework_noteparagraph.item AND l.person_id IS NOT DISTINCT FROM casework_noteparagraph.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_noteparagraph.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_noteparagraph;
CREATE POLICY wall_insert ON casework_noteparagraph FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_noteparagraph.case_id = ANY ((select wall_blocked())::uuid[])) AND EXISTS (SELECT 1 FROM casework_note n WHERE n.id = casework_noteparagraph.note_id AND n.case_id = casework_noteparagraph.case_id AND n.item = casework_noteparagraph.item AND n.person_id IS NOT DISTINCT FROM casework_noteparagraph.person_id AND n.written_at = clock_now()));
DROP POLICY IF EXISTS wall_update ON casework_noteparagraph;
CREATE POLICY wall_update ON casework_noteparagraph FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_noteparagraph;
CREATE POLICY wall_delete ON casework_noteparagraph FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_noteparagraph FROM app_web;
REVOKE UPDATE, DELETE ON casework_noteparagraph FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_noteparagraph;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_noteparagraph FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0026_brought'),
        ('marugoto_permissions', '0012_watch_sees_reviews'),
    ]

    operations = [
        migrations.CreateModel(
            name='NoteParagraph',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('position', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('fact', '事実'), ('statement', '発言'), ('assessment', '所見・見立て'), ('next', '次の対応'), ('transcript', '逐語'), ('unsorted', '区分なし')], max_length=12, verbose_name='区分')),
                ('source', models.CharField(choices=[('self', '本人から'), ('family', '家族から'), ('third_party', '第三者から'), ('agency', '機関から'), ('document', '書類から'), ('observed', '職員の観察'), ('judged', '職員の判断'), ('unknown', '出どころの記録なし')], max_length=12, verbose_name='出どころ')),
                ('text', models.TextField(max_length=40000, verbose_name='内容')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('note', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='paragraphs', to='casework.note')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
            ],
            options={
                'verbose_name': '支援経過記録の段落',
                'constraints': [
                    models.UniqueConstraint(fields=('note', 'position'), name='noteparagraph_in_order'),
                    models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='noteparagraph_item_known'),
                    models.CheckConstraint(condition=models.Q(('kind__in', ['fact', 'statement', 'assessment', 'next', 'transcript', 'unsorted'])), name='noteparagraph_kind_known'),
                    models.CheckConstraint(condition=models.Q(('source__in', ['self', 'family', 'third_party', 'agency', 'document', 'observed', 'judged', 'unknown'])), name='noteparagraph_source_known'),
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='noteparagraph_has_text'),
                    models.CheckConstraint(condition=models.Q(models.Q(('source', 'judged'), _negated=True), ('kind__in', ('assessment', 'next')), _connector='OR'), name='noteparagraph_judgment_apart'),
                ],
            },
        ),
        migrations.AddField(
            model_name='note',
            name='correction_reason',
            field=models.CharField(blank=True, max_length=300, verbose_name='訂正の理由'),
        ),
        migrations.RunSQL(KEY + WALL, migrations.RunSQL.noop, elidable=False),
    ]
