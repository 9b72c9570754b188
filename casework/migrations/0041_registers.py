"""Registers that a city brings along, and undoing that something was taken from one. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALLS = r"""
CREATE FUNCTION casework_undo_taking(head uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  undone uuid;
BEGIN
  IF NOT coalesce(wall_center() AND wall_role() = 'chief', false) THEN
    RETURN false;
  END IF;
  SELECT r.case_id INTO undone FROM casework_registerrow r WHERE r.id = head AND r.is_head FOR UPDATE;
  IF undone IS NULL OR undone = ANY (wall_blocked()) THEN
    RETURN false;
  END IF;
  PERFORM 1 FROM casework_case c WHERE c.id = undone FOR UPDATE;
  IF EXISTS (SELECT 1 FROM casework_caseevent e WHERE e.case_id = undone) THEN
    RETURN false;
  END IF;
  UPDATE casework_registerrow SET case_id = NULL, state = 'undone', cells = '[]' WHERE case_id = undone;
  DELETE FROM casework_searchrow WHERE case_id = undone;
  DELETE FROM casework_personcontact WHERE case_id = undone;
  DELETE FROM casework_personhealth WHERE case_id = undone;
  DELETE FROM casework_personmoney WHERE case_id = undone;
  DELETE FROM casework_person WHERE case_id = undone;
  DELETE FROM casework_household WHERE case_id = undone;
  DELETE FROM casework_caseactivity WHERE case_id = undone;
  DELETE FROM casework_case WHERE id = undone;
  SET CONSTRAINTS ALL IMMEDIATE;
  RETURN true;
EXCEPTION WHEN foreign_key_violation THEN
  RETURN false;
END $$;
ALTER TABLE casework_register ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_register FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_register;
CREATE POLICY wall_owner ON casework_register FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_register;
CREATE POLICY wall_select ON casework_register FOR SELECT TO app_web USING ((select wall_center()));
DROP POLICY IF EXISTS wall_insert ON casework_register;
CREATE POLICY wall_insert ON casework_register FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND (select wall_role()) = 'chief' AND read_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_register;
CREATE POLICY wall_update ON casework_register FOR UPDATE TO app_web USING ((select wall_center()) AND (select wall_role()) = 'chief') WITH CHECK ((select wall_center()) AND (select wall_role()) = 'chief');
DROP POLICY IF EXISTS wall_delete ON casework_register;
CREATE POLICY wall_delete ON casework_register FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_register FROM app_web;

ALTER TABLE casework_registerrow ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_registerrow FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_registerrow;
CREATE POLICY wall_owner ON casework_registerrow FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_registerrow;
CREATE POLICY wall_select ON casework_registerrow FOR SELECT TO app_web USING ((case_id IS NULL AND (select wall_center()) AND (select wall_role()) = 'chief') OR (case_id IS NOT NULL AND (select wall_center()) AND NOT (case_id = ANY ((select wall_blocked())::uuid[]))));
DROP POLICY IF EXISTS wall_insert ON casework_registerrow;
CREATE POLICY wall_insert ON casework_registerrow FOR INSERT TO app_web WITH CHECK (case_id IS NULL AND (select wall_center()) AND (select wall_role()) = 'chief');
DROP POLICY IF EXISTS wall_update ON casework_registerrow;
CREATE POLICY wall_update ON casework_registerrow FOR UPDATE TO app_web USING ((case_id IS NULL AND (select wall_center()) AND (select wall_role()) = 'chief') OR (case_id IS NOT NULL AND (select wall_center()) AND NOT (case_id = ANY ((select wall_blocked())::uuid[])))) WITH CHECK ((case_id IS NULL AND (select wall_center()) AND (select wall_role()) = 'chief') OR (case_id IS NOT NULL AND (select wall_center()) AND NOT (case_id = ANY ((select wall_blocked())::uuid[]))));
DROP POLICY IF EXISTS wall_delete ON casework_registerrow;
CREATE POLICY wall_delete ON casework_registerrow FOR DELETE TO app_web USING (case_id IS NULL AND (select wall_center()) AND (select wall_role()) = 'chief');
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_registerrow FROM app_web;
"""
BACK = "DROP FUNCTION casework_undo_taking(uuid);"


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0040_files'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.CreateModel(
            name='Register',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, verbose_name='台帳の名前')),
                ('title', models.CharField(max_length=100, verbose_name='ファイルの名前')),
                ('digest', models.CharField(max_length=64)),
                ('columns', models.JSONField(default=list)),
                ('mapping', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('read', '読みこみました'), ('checking', '確かめています'), ('checked', '確かめました'), ('taking', '取り込んでいます'), ('taken', '取り込みました'), ('undoing', '取り消しています'), ('undone', '取り消しました')], default='read', max_length=8, verbose_name='状態')),
                ('takes_alike', models.BooleanField(default=False)),
                ('is_cleared', models.BooleanField(default=False)),
                ('undo_reason', models.CharField(blank=True, max_length=300, verbose_name='取り消す理由')),
                ('read_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('moved_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('read_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
            ],
            options={
                'verbose_name': '台帳',
            },
        ),
        migrations.CreateModel(
            name='RegisterRow',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('register_name', models.CharField(max_length=60)),
                ('position', models.PositiveIntegerField()),
                ('number', models.CharField(blank=True, max_length=60, verbose_name='台帳の番号')),
                ('is_head', models.BooleanField(default=False)),
                ('cells', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('new', 'まだ確かめていない'), ('ready', '取り込める'), ('alike', '取り込めるが、似た人がいる'), ('held', '直すところがある'), ('known', '前に取り込んである'), ('taken', '取り込んだ'), ('undone', '取り消した')], default='new', max_length=6, verbose_name='状態')),
                ('findings', models.JSONField(default=list)),
                ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('register', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='casework.register')),
            ],
            options={
                'verbose_name': '台帳の行',
            },
        ),
        migrations.AddConstraint(
            model_name='register',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['read', 'checking', 'checked', 'taking', 'taken', 'undoing', 'undone'])), name='register_state_known'),
        ),
        migrations.AddConstraint(
            model_name='register',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('undoing', 'undone')), _negated=True), models.Q(('undo_reason', ''), _negated=True), _connector='OR'), name='register_undone_with_reason'),
        ),
        migrations.AddIndex(
            model_name='registerrow',
            index=models.Index(fields=['register', 'state', 'number'], name='registerrow_todo'),
        ),
        migrations.AddIndex(
            model_name='registerrow',
            index=models.Index(fields=['case'], name='registerrow_case'),
        ),
        migrations.AddIndex(
            model_name='registerrow',
            index=models.Index(condition=models.Q(('case__isnull', False), ('is_head', True)), fields=['number'], name='registerrow_number'),
        ),
        migrations.AddConstraint(
            model_name='registerrow',
            constraint=models.UniqueConstraint(condition=models.Q(('case__isnull', False), ('is_head', True)), fields=('register_name', 'number'), name='registerrow_taken_once'),
        ),
        migrations.AddConstraint(
            model_name='registerrow',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['new', 'ready', 'alike', 'held', 'known', 'taken', 'undone'])), name='registerrow_state_known'),
        ),
        migrations.AddConstraint(
            model_name='registerrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('case__isnull', False), ('state', 'taken')), models.Q(models.Q(('state', 'taken'), _negated=True), ('case__isnull', True)), _connector='OR'), name='registerrow_case_when_taken'),
        ),
        migrations.RunSQL(WALLS, BACK),
    ]
