"""Fixed minutes are passed round, and received on paper as well. The text is frozen; a test compares it."""

import datetime
import django.db.models.deletion
import django.db.models.expressions
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
CREATE FUNCTION casework_minutes_of_mine() RETURNS TABLE (agenda_id uuid) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.agenda_id
    FROM casework_agendamember m
    JOIN casework_agendaitem a ON a.id = m.agenda_id
   WHERE m.membership_id = wall_membership() AND wall_reader() IS NOT NULL AND m.is_whole
     AND EXISTS (SELECT 1 FROM casework_minutescirculation c
                  WHERE c.agenda_id = a.id AND c.circulated_at <= clock_now() AND clock_now() < c.until)
     AND NOT EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = a.id)
     AND (a.kind <> 'shien_kaigi' OR casework_has_oath(m.membership_id))
     AND (a.kind <> 'jusou' OR wall_center() OR casework_agenda_agreed(a.id, wall_reader()))
     AND (a.kind <> 'internal' OR wall_center())
     AND NOT (a.case_id = ANY (wall_blocked()))
$$;
CREATE FUNCTION wall_minutes() RETURNS uuid[] LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(o.agenda_id), '{}') FROM casework_minutes_of_mine() o
$$;
CREATE FUNCTION casework_minutes_may_circulate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM casework_minutes m WHERE m.agenda_id = NEW.agenda_id)
     OR EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = NEW.agenda_id) THEN
    RAISE EXCEPTION 'fixed minutes of an item on the agenda are passed round' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.circulated_at > clock_now() THEN
    RAISE EXCEPTION 'minutes are passed round from now on' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER minutes_may_circulate BEFORE INSERT ON casework_minutescirculation
  FOR EACH ROW EXECUTE FUNCTION casework_minutes_may_circulate();
ALTER TABLE casework_minutescirculation ADD CONSTRAINT casework_minutescirculation_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_minutescirculation ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_minutescirculation FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_minutescirculation;
CREATE POLICY wall_owner ON casework_minutescirculation FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_minutescirculation;
CREATE POLICY wall_select ON casework_minutescirculation FOR SELECT TO app_web USING (((select wall_center()) AND NOT (casework_minutescirculation.case_id = ANY ((select wall_blocked())::uuid[])) OR agenda_id = ANY ((select wall_minutes())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_minutescirculation;
CREATE POLICY wall_insert ON casework_minutescirculation FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_minutescirculation.case_id = ANY ((select wall_blocked())::uuid[])) AND circulated_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND (select wall_role()) IN ('coordinator', 'chief'));
DROP POLICY IF EXISTS wall_update ON casework_minutescirculation;
CREATE POLICY wall_update ON casework_minutescirculation FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_minutescirculation;
CREATE POLICY wall_delete ON casework_minutescirculation FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_minutescirculation FROM app_web;
REVOKE UPDATE, DELETE ON casework_minutescirculation FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_minutescirculation;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_minutescirculation FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_agendaitem ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_agendaitem FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_agendaitem;
CREATE POLICY wall_owner ON casework_agendaitem FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_agendaitem;
CREATE POLICY wall_select ON casework_agendaitem FOR SELECT TO app_web USING (((select wall_center()) AND NOT (casework_agendaitem.case_id = ANY ((select wall_blocked())::uuid[])) OR id = ANY ((select wall_agenda())::uuid[]) OR id = ANY ((select wall_minutes())::uuid[])) AND NOT (casework_agendaitem.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_agendaitem;
CREATE POLICY wall_insert ON casework_agendaitem FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_agendaitem.case_id = ANY ((select wall_blocked())::uuid[])) AND added_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_agendaitem;
CREATE POLICY wall_update ON casework_agendaitem FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_agendaitem;
CREATE POLICY wall_delete ON casework_agendaitem FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_agendaitem FROM app_web;
REVOKE UPDATE, DELETE ON casework_agendaitem FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_agendaitem;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_agendaitem FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_agendaperson ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_agendaperson FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_agendaperson;
CREATE POLICY wall_owner ON casework_agendaperson FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_agendaperson;
CREATE POLICY wall_select ON casework_agendaperson FOR SELECT TO app_web USING (((select wall_center()) AND NOT (casework_agendaperson.case_id = ANY ((select wall_blocked())::uuid[])) OR agenda_id = ANY ((select wall_agenda())::uuid[]) OR agenda_id = ANY ((select wall_minutes())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_agendaperson;
CREATE POLICY wall_insert ON casework_agendaperson FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_agendaperson.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_agendaperson;
CREATE POLICY wall_update ON casework_agendaperson FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_agendaperson;
CREATE POLICY wall_delete ON casework_agendaperson FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_agendaperson FROM app_web;
REVOKE UPDATE, DELETE ON casework_agendaperson FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_agendaperson;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_agendaperson FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_agendamember ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_agendamember FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_agendamember;
CREATE POLICY wall_owner ON casework_agendamember FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_agendamember;
CREATE POLICY wall_select ON casework_agendamember FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_agendamember.case_id = ANY ((select wall_blocked())::uuid[])) OR agenda_id = ANY ((select wall_agenda())::uuid[]) OR agenda_id = ANY ((select wall_minutes())::uuid[]));
DROP POLICY IF EXISTS wall_insert ON casework_agendamember;
CREATE POLICY wall_insert ON casework_agendamember FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_agendamember.case_id = ANY ((select wall_blocked())::uuid[])) AND named_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_agendamember;
CREATE POLICY wall_update ON casework_agendamember FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_agendamember;
CREATE POLICY wall_delete ON casework_agendamember FOR DELETE TO app_web USING ((select wall_center()) AND NOT (casework_agendamember.case_id = ANY ((select wall_blocked())::uuid[])));
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_agendamember FROM app_web;

ALTER TABLE casework_minutes ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_minutes FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_minutes;
CREATE POLICY wall_owner ON casework_minutes FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_minutes;
CREATE POLICY wall_select ON casework_minutes FOR SELECT TO app_web USING (((select wall_center()) AND NOT (casework_minutes.case_id = ANY ((select wall_blocked())::uuid[])) OR agenda_id = ANY ((select wall_agenda_whole())::uuid[]) OR agenda_id = ANY ((select wall_minutes())::uuid[])) AND NOT (casework_minutes.id = ANY ((select wall_hidden())::uuid[])));
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
CREATE POLICY wall_select ON casework_minutesreceipt FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_minutesreceipt.case_id = ANY ((select wall_blocked())::uuid[])) OR membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND (agenda_id = ANY ((select wall_agenda())::uuid[]) OR agenda_id = ANY ((select wall_minutes())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_minutesreceipt;
CREATE POLICY wall_insert ON casework_minutesreceipt FOR INSERT TO app_web WITH CHECK ((recorded_by_id IS NULL AND membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND (agenda_id = ANY ((select wall_agenda_whole())::uuid[]) OR agenda_id = ANY ((select wall_minutes())::uuid[])) OR (select wall_center()) AND NOT (casework_minutesreceipt.case_id = ANY ((select wall_blocked())::uuid[])) AND recorded_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND EXISTS (SELECT 1 FROM casework_agendamember m WHERE m.is_whole AND m.agenda_id = casework_minutesreceipt.agenda_id AND m.membership_id = casework_minutesreceipt.membership_id) AND NOT EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = casework_minutesreceipt.agenda_id)) AND EXISTS (SELECT 1 FROM casework_minutes m WHERE m.agenda_id = casework_minutesreceipt.agenda_id));
DROP POLICY IF EXISTS wall_update ON casework_minutesreceipt;
CREATE POLICY wall_update ON casework_minutesreceipt FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_minutesreceipt;
CREATE POLICY wall_delete ON casework_minutesreceipt FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_minutesreceipt FROM app_web;
REVOKE UPDATE, DELETE ON casework_minutesreceipt FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_minutesreceipt;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_minutesreceipt FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""
BACK = """
ALTER TABLE casework_agendaitem ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_agendaitem FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_agendaitem;
CREATE POLICY wall_owner ON casework_agendaitem FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_agendaitem;
CREATE POLICY wall_select ON casework_agendaitem FOR SELECT TO app_web USING (((select wall_center()) AND NOT (casework_agendaitem.case_id = ANY ((select wall_blocked())::uuid[])) OR id = ANY ((select wall_agenda())::uuid[])) AND NOT (casework_agendaitem.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_agendaitem;
CREATE POLICY wall_insert ON casework_agendaitem FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_agendaitem.case_id = ANY ((select wall_blocked())::uuid[])) AND added_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_agendaitem;
CREATE POLICY wall_update ON casework_agendaitem FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_agendaitem;
CREATE POLICY wall_delete ON casework_agendaitem FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_agendaitem FROM app_web;
REVOKE UPDATE, DELETE ON casework_agendaitem FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_agendaitem;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_agendaitem FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_agendaperson ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_agendaperson FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_agendaperson;
CREATE POLICY wall_owner ON casework_agendaperson FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_agendaperson;
CREATE POLICY wall_select ON casework_agendaperson FOR SELECT TO app_web USING (((select wall_center()) AND NOT (casework_agendaperson.case_id = ANY ((select wall_blocked())::uuid[])) OR agenda_id = ANY ((select wall_agenda())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_agendaperson;
CREATE POLICY wall_insert ON casework_agendaperson FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_agendaperson.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_agendaperson;
CREATE POLICY wall_update ON casework_agendaperson FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_agendaperson;
CREATE POLICY wall_delete ON casework_agendaperson FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_agendaperson FROM app_web;
REVOKE UPDATE, DELETE ON casework_agendaperson FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_agendaperson;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_agendaperson FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_agendamember ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_agendamember FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_agendamember;
CREATE POLICY wall_owner ON casework_agendamember FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_agendamember;
CREATE POLICY wall_select ON casework_agendamember FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_agendamember.case_id = ANY ((select wall_blocked())::uuid[])) OR agenda_id = ANY ((select wall_agenda())::uuid[]));
DROP POLICY IF EXISTS wall_insert ON casework_agendamember;
CREATE POLICY wall_insert ON casework_agendamember FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_agendamember.case_id = ANY ((select wall_blocked())::uuid[])) AND named_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_agendamember;
CREATE POLICY wall_update ON casework_agendamember FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_agendamember;
CREATE POLICY wall_delete ON casework_agendamember FOR DELETE TO app_web USING ((select wall_center()) AND NOT (casework_agendamember.case_id = ANY ((select wall_blocked())::uuid[])));
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_agendamember FROM app_web;

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
DROP TRIGGER minutes_may_circulate ON casework_minutescirculation;
DROP POLICY wall_select ON casework_minutescirculation;
DROP FUNCTION casework_minutes_may_circulate();
DROP FUNCTION wall_minutes();
DROP FUNCTION casework_minutes_of_mine();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0082_meetings_of_agencies'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.CreateModel(
            name='MinutesCirculation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('until', models.DateTimeField(verbose_name='議事録を読める期限')),
                ('circulated_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '議事録の回覧',
            },
        ),
        migrations.AddField(
            model_name='minutesreceipt',
            name='medium',
            field=models.CharField(choices=[('screen', '画面'), ('paper', '紙')], default='screen', max_length=6, verbose_name='受け取りかた'),
        ),
        migrations.AddField(
            model_name='minutesreceipt',
            name='recorded_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddConstraint(
            model_name='minutesreceipt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('medium', 'screen'), ('recorded_by__isnull', True)), models.Q(('medium', 'paper'), ('recorded_by__isnull', False)), _connector='OR'), name='minutesreceipt_on_paper_by_whom'),
        ),
        migrations.AddField(
            model_name='minutescirculation',
            name='agenda',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='circulations', to='casework.agendaitem'),
        ),
        migrations.AddField(
            model_name='minutescirculation',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='minutescirculation',
            name='circulated_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddIndex(
            model_name='minutescirculation',
            index=models.Index(fields=['agenda', 'until'], name='minutescirculation_agenda'),
        ),
        migrations.AddConstraint(
            model_name='minutescirculation',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('circulated_at')), ('until__lte', django.db.models.expressions.CombinedExpression(models.F('circulated_at'), '+', models.Value(datetime.timedelta(days=31))))), name='minutescirculation_in_order'),
        ),
        migrations.RunSQL(WALL, BACK, elidable=False),
    ]
