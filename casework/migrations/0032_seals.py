"""Seals, their wall, and whom they keep out. The text is frozen; a test compares it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
CREATE OR REPLACE FUNCTION wall_blocked() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(shut.case_id), '{}') FROM (
    SELECT b.case_id FROM casework_block b
     WHERE b.lifted_at IS NULL AND (b.agency_id = wall_agency() OR b.user_id = wall_person())
    UNION
    SELECT t.case_id FROM casework_concealmentthreat t
     WHERE (t.agency_id = wall_agency() OR t.user_id = wall_person())
       AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = t.concealment_id)
    UNION
    SELECT s.case_id FROM casework_seal s
     WHERE wall_center() AND s.members <> '{}' AND NOT (wall_person() = ANY (s.members))
       AND NOT EXISTS (SELECT 1 FROM casework_seal n WHERE n.case_id = s.case_id AND n.number > s.number)
       AND (wall_role() <> 'chief' OR wall_on_duty(s.members))) shut
$$;
ALTER TABLE casework_seal ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_seal FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_seal;
CREATE POLICY wall_owner ON casework_seal FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_seal;
CREATE POLICY wall_select ON casework_seal FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_seal.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_seal;
CREATE POLICY wall_insert ON casework_seal FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND (select wall_role()) = 'chief' AND NOT (casework_seal.case_id = ANY ((select wall_blocked())::uuid[])) AND set_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND (members = '{}' OR (select wall_person()) = ANY (members)));
DROP POLICY IF EXISTS wall_update ON casework_seal;
CREATE POLICY wall_update ON casework_seal FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_seal;
CREATE POLICY wall_delete ON casework_seal FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_seal FROM app_web;
REVOKE UPDATE, DELETE ON casework_seal FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_seal;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_seal FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""
BACK = """
CREATE OR REPLACE FUNCTION wall_blocked() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(shut.case_id), '{}') FROM (
    SELECT b.case_id FROM casework_block b
     WHERE b.lifted_at IS NULL AND (b.agency_id = wall_agency() OR b.user_id = wall_person())
    UNION
    SELECT t.case_id FROM casework_concealmentthreat t
     WHERE (t.agency_id = wall_agency() OR t.user_id = wall_person())
       AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = t.concealment_id)) shut
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0031_settings'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('members', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None, verbose_name='見てよい人')),
                ('reason', models.CharField(max_length=300, verbose_name='理由')),
                ('set_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
            ],
            options={
                'verbose_name': '見る人の限定',
                'constraints': [models.UniqueConstraint(fields=('case', 'number'), name='seal_number_once'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='seal_has_reason'), models.CheckConstraint(condition=models.Q(('members__len', 0), ('members__len__gte', 2), _connector='OR'), name='seal_not_of_one')],
            },
        ),
        migrations.RunSQL(WALL, BACK),
    ]
