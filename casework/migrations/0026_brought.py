"""What agencies bring, its wall, and the job that takes it up. The text is frozen; a test compares it."""
import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
CREATE FUNCTION casework_brought_states() RETURNS TABLE (brought_id uuid, state text) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.id, c.state FROM casework_brought b JOIN casework_contact c ON c.brought_id = b.id
   WHERE b.agency_id = wall_reader()
$$;
CREATE TRIGGER known_why_added AFTER INSERT ON casework_brought FOR EACH ROW WHEN (NEW.why <> '') EXECUTE FUNCTION casework_known_code('why', 'no_consent');
CREATE TRIGGER known_why_changed AFTER UPDATE ON casework_brought FOR EACH ROW WHEN (NEW.why <> '' AND NEW.why <> OLD.why) EXECUTE FUNCTION casework_known_code('why', 'no_consent');
CREATE TRIGGER known_basis_added AFTER INSERT ON casework_brought FOR EACH ROW WHEN (NEW.basis <> '') EXECUTE FUNCTION casework_known_code('basis', 'basis');
CREATE TRIGGER known_basis_changed AFTER UPDATE ON casework_brought FOR EACH ROW WHEN (NEW.basis <> '' AND NEW.basis <> OLD.basis) EXECUTE FUNCTION casework_known_code('basis', 'basis');
ALTER TABLE casework_numberseries ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_numberseries FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_numberseries;
CREATE POLICY wall_owner ON casework_numberseries FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_numberseries;
CREATE POLICY wall_select ON casework_numberseries FOR SELECT TO app_web USING ((select wall_center()) OR (select wall_job()) = 'deliver_submissions' OR (select wall_job()) = 'take_up_brought');
DROP POLICY IF EXISTS wall_insert ON casework_numberseries;
CREATE POLICY wall_insert ON casework_numberseries FOR INSERT TO app_web WITH CHECK ((select wall_center()) OR (select wall_job()) = 'deliver_submissions' OR (select wall_job()) = 'take_up_brought');
DROP POLICY IF EXISTS wall_update ON casework_numberseries;
CREATE POLICY wall_update ON casework_numberseries FOR UPDATE TO app_web USING ((select wall_center()) OR (select wall_job()) = 'deliver_submissions' OR (select wall_job()) = 'take_up_brought') WITH CHECK ((select wall_center()) OR (select wall_job()) = 'deliver_submissions' OR (select wall_job()) = 'take_up_brought');
DROP POLICY IF EXISTS wall_delete ON casework_numberseries;
CREATE POLICY wall_delete ON casework_numberseries FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_numberseries FROM app_web;

ALTER TABLE casework_contact ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_contact FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_contact;
CREATE POLICY wall_owner ON casework_contact FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_contact;
CREATE POLICY wall_select ON casework_contact FOR SELECT TO app_web USING ((select wall_center()) AND (case_id IS NULL OR NOT (case_id = ANY ((select wall_blocked())::uuid[]))) OR ((select wall_job()) = 'deliver_submissions' AND case_id IS NULL) OR ((select wall_job()) = 'take_up_brought' AND brought_id IS NOT NULL AND state = 'new' AND case_id IS NULL));
DROP POLICY IF EXISTS wall_insert ON casework_contact;
CREATE POLICY wall_insert ON casework_contact FOR INSERT TO app_web WITH CHECK ((select wall_center()) OR ((select wall_job()) = 'deliver_submissions' AND submission_id IS NOT NULL AND case_id IS NULL) OR ((select wall_job()) = 'take_up_brought' AND brought_id IS NOT NULL AND state = 'new' AND case_id IS NULL));
DROP POLICY IF EXISTS wall_update ON casework_contact;
CREATE POLICY wall_update ON casework_contact FOR UPDATE TO app_web USING ((select wall_center()) AND (case_id IS NULL OR NOT (case_id = ANY ((select wall_blocked())::uuid[])))) WITH CHECK ((select wall_center()) AND (case_id IS NULL OR NOT (case_id = ANY ((select wall_blocked())::uuid[]))));
DROP POLICY IF EXISTS wall_delete ON casework_contact;
CREATE POLICY wall_delete ON casework_contact FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_contact FROM app_web;

ALTER TABLE casework_contacttopic ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_contacttopic FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_contacttopic;
CREATE POLICY wall_owner ON casework_contacttopic FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_contacttopic;
CREATE POLICY wall_select ON casework_contacttopic FOR SELECT TO app_web USING ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = casework_contacttopic.contact_id));
DROP POLICY IF EXISTS wall_insert ON casework_contacttopic;
CREATE POLICY wall_insert ON casework_contacttopic FOR INSERT TO app_web WITH CHECK (((select wall_center()) OR (select wall_job()) = 'deliver_submissions' OR (select wall_job()) = 'take_up_brought') AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = casework_contacttopic.contact_id));
DROP POLICY IF EXISTS wall_update ON casework_contacttopic;
CREATE POLICY wall_update ON casework_contacttopic FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_contacttopic;
CREATE POLICY wall_delete ON casework_contacttopic FOR DELETE TO app_web USING ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = casework_contacttopic.contact_id));
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_contacttopic FROM app_web;

ALTER TABLE casework_withoutconsent ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_withoutconsent FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_withoutconsent;
CREATE POLICY wall_owner ON casework_withoutconsent FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_withoutconsent;
CREATE POLICY wall_select ON casework_withoutconsent FOR SELECT TO app_web USING ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = casework_withoutconsent.contact_id));
DROP POLICY IF EXISTS wall_insert ON casework_withoutconsent;
CREATE POLICY wall_insert ON casework_withoutconsent FOR INSERT TO app_web WITH CHECK (((select wall_center()) AND written_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL OR (select wall_job()) = 'take_up_brought') AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = casework_withoutconsent.contact_id));
DROP POLICY IF EXISTS wall_update ON casework_withoutconsent;
CREATE POLICY wall_update ON casework_withoutconsent FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_withoutconsent;
CREATE POLICY wall_delete ON casework_withoutconsent FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_withoutconsent FROM app_web;
REVOKE UPDATE, DELETE ON casework_withoutconsent FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_withoutconsent;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_withoutconsent FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_brought ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_brought FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_brought;
CREATE POLICY wall_owner ON casework_brought FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_brought;
CREATE POLICY wall_select ON casework_brought FOR SELECT TO app_web USING (agency_id = (select wall_reader()) AND NOT (select wall_center()) OR ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.brought_id = casework_brought.id)));
DROP POLICY IF EXISTS wall_insert ON casework_brought;
CREATE POLICY wall_insert ON casework_brought FOR INSERT TO app_web WITH CHECK (agency_id = (select wall_reader()) AND brought_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND NOT (select wall_center()));
DROP POLICY IF EXISTS wall_update ON casework_brought;
CREATE POLICY wall_update ON casework_brought FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_brought;
CREATE POLICY wall_delete ON casework_brought FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_brought FROM app_web;
REVOKE UPDATE, DELETE ON casework_brought FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_brought;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_brought FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0025_screening'),
        ('marugoto_permissions', '0012_watch_sees_reviews'),
    ]

    operations = [
        migrations.CreateModel(
            name='Brought',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='相談番号')),
                ('brought_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('in_charge', models.CharField(max_length=60, verbose_name='担当者')),
                ('reply_to', models.CharField(max_length=200, verbose_name='折り返し先（機関の電話など）')),
                ('one_line', models.CharField(max_length=200, verbose_name='ひとことで')),
                ('topics', models.JSONField(blank=True, default=list, verbose_name='相談の内容')),
                ('urgency', models.CharField(choices=[('A', 'A 今すぐ'), ('B', 'B 今日のうち'), ('C', 'C 3日以内'), ('D', 'D 通常'), ('-', '未確認')], default='-', max_length=1, verbose_name='緊急度')),
                ('facts', models.TextField(max_length=2000, verbose_name='分かっていること')),
                ('wishes', models.TextField(blank=True, max_length=1000, verbose_name='センターに望むこと')),
                ('has_consent', models.BooleanField(verbose_name='センターに伝えることに、本人の同意がある')),
                ('consent_words', models.CharField(blank=True, max_length=300, verbose_name='同意をいつ、どのように確かめたか')),
                ('how_known', models.CharField(blank=True, max_length=500, verbose_name='世帯をどのように知ったか')),
                ('why', models.CharField(blank=True, max_length=24, verbose_name='同意がない理由')),
                ('tried', models.CharField(blank=True, max_length=500, verbose_name='同意を得るために試したこと')),
                ('next_try', models.CharField(blank=True, max_length=300, verbose_name='次にいつ、どのように試すか')),
                ('basis', models.CharField(blank=True, max_length=24, verbose_name='法的根拠')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.agency', verbose_name='持ちこんだ機関')),
                ('brought_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
            ],
            options={
                'verbose_name': '機関が持ちこんだ相談',
            },
        ),
        migrations.AddField(
            model_name='contact',
            name='brought',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.brought'),
        ),
        migrations.AddIndex(
            model_name='brought',
            index=models.Index(fields=['agency', 'brought_at'], name='brought_agency'),
        ),
        migrations.AddConstraint(
            model_name='brought',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('basis', ''), ('has_consent', True), ('how_known', ''), ('next_try', ''), ('tried', ''), ('why', ''), models.Q(('consent_words', ''), _negated=True)), models.Q(('consent_words', ''), ('has_consent', False), models.Q(('why', ''), _negated=True), models.Q(('tried', ''), _negated=True), models.Q(('next_try', ''), _negated=True), models.Q(('how_known', ''), _negated=True), models.Q(('basis__in', ('', 'consent')), _negated=True)), _connector='OR'), name='brought_with_consent_or_why_without'),
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
    ]
