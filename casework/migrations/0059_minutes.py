"""Minutes, copies on paper, and the meeting of a decision, with their walls. The text is frozen; a test compares it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
CREATE OR REPLACE FUNCTION casework_agenda_is_over(wanted uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = wanted)
      OR EXISTS (SELECT 1 FROM casework_minutes m WHERE m.agenda_id = wanted)
$$;


CREATE FUNCTION casework_minutes_may_be_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM casework_minutes m WHERE m.agenda_id = NEW.agenda_id)
     OR EXISTS (SELECT 1 FROM casework_agendaremoval x
                  JOIN casework_agendaitem a ON a.id = x.agenda_id JOIN casework_meeting g ON g.id = a.meeting_id
                 WHERE x.agenda_id = NEW.agenda_id AND x.removed_at < g.held_at) THEN
    RAISE EXCEPTION 'this item is fixed or has left the agenda' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_TABLE_NAME = 'casework_minutes'
     AND NOT EXISTS (SELECT 1 FROM casework_paperrelease r WHERE r.agenda_id = NEW.agenda_id)
     AND NOT EXISTS (SELECT 1 FROM casework_agendaitem a WHERE a.id = NEW.agenda_id AND a.kind = 'internal') THEN
    RAISE EXCEPTION 'its members were never fixed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER minutes_may_be_written BEFORE INSERT ON casework_minutes
  FOR EACH ROW EXECUTE FUNCTION casework_minutes_may_be_written();
CREATE TRIGGER minutes_may_be_written BEFORE INSERT OR UPDATE ON casework_minutesdraft
  FOR EACH ROW EXECUTE FUNCTION casework_minutes_may_be_written();
CREATE TRIGGER minutes_may_be_written BEFORE INSERT ON casework_decision
  FOR EACH ROW WHEN (NEW.agenda_id IS NOT NULL) EXECUTE FUNCTION casework_minutes_may_be_written();

ALTER TABLE casework_minutesdraft ADD CONSTRAINT casework_minutesdraft_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_minutes ADD CONSTRAINT casework_minutes_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_minutesreceipt ADD CONSTRAINT casework_minutesreceipt_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_papercopy ADD CONSTRAINT casework_papercopy_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_decision ADD CONSTRAINT casework_decision_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_papercopy ADD CONSTRAINT casework_papercopy_id_case UNIQUE (id, case_id);
ALTER TABLE casework_paperreturn ADD CONSTRAINT casework_paperreturn_of_copy FOREIGN KEY (copy_id, case_id) REFERENCES casework_papercopy (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_minutesdraft ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_minutesdraft FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_minutesdraft;
CREATE POLICY wall_owner ON casework_minutesdraft FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_minutesdraft;
CREATE POLICY wall_select ON casework_minutesdraft FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_minutesdraft.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_minutesdraft.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_minutesdraft;
CREATE POLICY wall_insert ON casework_minutesdraft FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_minutesdraft.case_id = ANY ((select wall_blocked())::uuid[])) AND saved_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND EXISTS (SELECT 1 FROM casework_agendaitem a JOIN casework_meeting g ON g.id = a.meeting_id WHERE a.id = casework_minutesdraft.agenda_id AND g.writer_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL));
DROP POLICY IF EXISTS wall_update ON casework_minutesdraft;
CREATE POLICY wall_update ON casework_minutesdraft FOR UPDATE TO app_web USING ((select wall_center()) AND NOT (casework_minutesdraft.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_minutesdraft.id = ANY ((select wall_hidden())::uuid[]))) WITH CHECK ((select wall_center()) AND NOT (casework_minutesdraft.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_minutesdraft.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_delete ON casework_minutesdraft;
CREATE POLICY wall_delete ON casework_minutesdraft FOR DELETE TO app_web USING ((select wall_center()) AND NOT (casework_minutesdraft.case_id = ANY ((select wall_blocked())::uuid[])) AND (select wall_role()) IN ('coordinator', 'chief'));
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_minutesdraft FROM app_web;

ALTER TABLE casework_minutes ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_minutes FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_minutes;
CREATE POLICY wall_owner ON casework_minutes FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_minutes;
CREATE POLICY wall_select ON casework_minutes FOR SELECT TO app_web USING (((select wall_center()) AND NOT (casework_minutes.case_id = ANY ((select wall_blocked())::uuid[])) OR agenda_id = ANY ((select wall_agenda_whole())::uuid[])) AND NOT (casework_minutes.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_minutes;
CREATE POLICY wall_insert ON casework_minutes FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_minutes.case_id = ANY ((select wall_blocked())::uuid[])) AND fixed_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND (select wall_role()) IN ('coordinator', 'chief'));
DROP POLICY IF EXISTS wall_update ON casework_minutes;
CREATE POLICY wall_update ON casework_minutes FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_minutes;
CREATE POLICY wall_delete ON casework_minutes FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_minutes FROM app_web;
REVOKE UPDATE, DELETE ON casework_minutes FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_minutes;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_minutes FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_minutesreceipt ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_minutesreceipt FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_minutesreceipt;
CREATE POLICY wall_owner ON casework_minutesreceipt FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_minutesreceipt;
CREATE POLICY wall_select ON casework_minutesreceipt FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_minutesreceipt.case_id = ANY ((select wall_blocked())::uuid[])) OR membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND agenda_id = ANY ((select wall_agenda())::uuid[]));
DROP POLICY IF EXISTS wall_insert ON casework_minutesreceipt;
CREATE POLICY wall_insert ON casework_minutesreceipt FOR INSERT TO app_web WITH CHECK (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND agenda_id = ANY ((select wall_agenda_whole())::uuid[]) AND EXISTS (SELECT 1 FROM casework_minutes m WHERE m.agenda_id = casework_minutesreceipt.agenda_id));
DROP POLICY IF EXISTS wall_update ON casework_minutesreceipt;
CREATE POLICY wall_update ON casework_minutesreceipt FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_minutesreceipt;
CREATE POLICY wall_delete ON casework_minutesreceipt FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_minutesreceipt FROM app_web;
REVOKE UPDATE, DELETE ON casework_minutesreceipt FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_minutesreceipt;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_minutesreceipt FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_papercopy ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_papercopy FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_papercopy;
CREATE POLICY wall_owner ON casework_papercopy FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_papercopy;
CREATE POLICY wall_select ON casework_papercopy FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_papercopy.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_papercopy;
CREATE POLICY wall_insert ON casework_papercopy FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_papercopy.case_id = ANY ((select wall_blocked())::uuid[])) AND handed_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_papercopy;
CREATE POLICY wall_update ON casework_papercopy FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_papercopy;
CREATE POLICY wall_delete ON casework_papercopy FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_papercopy FROM app_web;
REVOKE UPDATE, DELETE ON casework_papercopy FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_papercopy;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_papercopy FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_paperreturn ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_paperreturn FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_paperreturn;
CREATE POLICY wall_owner ON casework_paperreturn FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_paperreturn;
CREATE POLICY wall_select ON casework_paperreturn FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_paperreturn.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_paperreturn;
CREATE POLICY wall_insert ON casework_paperreturn FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_paperreturn.case_id = ANY ((select wall_blocked())::uuid[])) AND ticked_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_paperreturn;
CREATE POLICY wall_update ON casework_paperreturn FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_paperreturn;
CREATE POLICY wall_delete ON casework_paperreturn FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_paperreturn FROM app_web;
REVOKE UPDATE, DELETE ON casework_paperreturn FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_paperreturn;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_paperreturn FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""
# Before the tables go that they name.
BACK = """
CREATE OR REPLACE FUNCTION casework_agenda_is_over(wanted uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = wanted)
$$;
DROP FUNCTION casework_minutes_may_be_written() CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0058_seed_changes_and_suspend_reasons'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.AddField(
            model_name='decision',
            name='agenda',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.agendaitem'),
        ),
        migrations.CreateModel(
            name='MinutesDraft',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('facts', models.TextField(blank=True, max_length=8000, verbose_name='出された事実')),
                ('points', models.TextField(blank=True, max_length=8000, verbose_name='話し合ったこと')),
                ('reservations', models.TextField(blank=True, max_length=4000, verbose_name='留保・反対の意見')),
                ('handling', models.TextField(blank=True, max_length=2000, verbose_name='情報の取扱い')),
                ('version', models.PositiveIntegerField()),
                ('saved_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('agenda', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='draft', to='casework.agendaitem')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
            ],
            options={
                'verbose_name': '書きかけの議事録',
            },
        ),
        migrations.CreateModel(
            name='PaperCopy',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField(verbose_name='配布番号')),
                ('handed_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('agenda', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='casework.agendaitem')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('handed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership', verbose_name='渡した人')),
            ],
            options={
                'verbose_name': '紙の資料',
            },
        ),
        migrations.CreateModel(
            name='PaperReturn',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('ticked_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('copy', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='back', to='casework.papercopy')),
                ('ticked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
            ],
            options={
                'verbose_name': '紙の資料の返却',
            },
        ),
        migrations.CreateModel(
            name='Minutes',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('facts', models.TextField(blank=True, max_length=8000, verbose_name='出された事実')),
                ('points', models.TextField(blank=True, max_length=8000, verbose_name='話し合ったこと')),
                ('reservations', models.TextField(blank=True, max_length=4000, verbose_name='留保・反対の意見')),
                ('handling', models.TextField(blank=True, max_length=2000, verbose_name='情報の取扱い')),
                ('version', models.PositiveIntegerField()),
                ('present', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None, verbose_name='出席した人')),
                ('fixed_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('agenda', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='minutes', to='casework.agendaitem')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('fixed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
            ],
            options={
                'verbose_name': '議事録',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('facts', ''), _negated=True), models.Q(('points', ''), _negated=True), _connector='OR'), name='minutes_say_something')],
            },
        ),
        migrations.CreateModel(
            name='MinutesReceipt',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('received_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('agenda', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='casework.agendaitem')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
            ],
            options={
                'verbose_name': '議事録の受領',
                'constraints': [models.UniqueConstraint(fields=('agenda', 'membership'), name='minutesreceipt_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='papercopy',
            constraint=models.UniqueConstraint(fields=('agenda', 'number'), name='papercopy_numbered'),
        ),
        migrations.RunSQL(WALL, BACK, elidable=False),
    ]
