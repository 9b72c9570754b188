"""Rows that write out a concealed place, and the walls that hide them. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
CREATE OR REPLACE FUNCTION wall_hidden() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(f.row_id), '{}') FROM casework_foundplace f
   WHERE EXISTS (SELECT 1 FROM casework_concealment c WHERE c.case_id = f.case_id
                  AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id))
$$;
ALTER TABLE casework_note ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_note FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_note;
CREATE POLICY wall_owner ON casework_note FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_note;
CREATE POLICY wall_select ON casework_note FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_note.case_id AND l.item = casework_note.item AND l.person_id IS NOT DISTINCT FROM casework_note.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_note.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_note.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_note;
CREATE POLICY wall_insert ON casework_note FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_note.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_note;
CREATE POLICY wall_update ON casework_note FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_note;
CREATE POLICY wall_delete ON casework_note FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_note FROM app_web;
REVOKE UPDATE, DELETE ON casework_note FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_note;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_note FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_noteparagraph ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_noteparagraph FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_noteparagraph;
CREATE POLICY wall_owner ON casework_noteparagraph FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_noteparagraph;
CREATE POLICY wall_select ON casework_noteparagraph FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_noteparagraph.case_id AND l.item = casework_noteparagraph.item AND l.person_id IS NOT DISTINCT FROM casework_noteparagraph.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_noteparagraph.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_noteparagraph.id = ANY ((select wall_hidden())::uuid[])));
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

ALTER TABLE casework_direction ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_direction FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_direction;
CREATE POLICY wall_owner ON casework_direction FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_direction;
CREATE POLICY wall_select ON casework_direction FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_direction.case_id AND l.item = casework_direction.item AND l.person_id IS NOT DISTINCT FROM casework_direction.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_direction.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_direction.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_direction;
CREATE POLICY wall_insert ON casework_direction FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_direction.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_direction;
CREATE POLICY wall_update ON casework_direction FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_direction;
CREATE POLICY wall_delete ON casework_direction FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_direction FROM app_web;
REVOKE UPDATE, DELETE ON casework_direction FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_direction;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_direction FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_rolerow ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_rolerow FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_rolerow;
CREATE POLICY wall_owner ON casework_rolerow FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_rolerow;
CREATE POLICY wall_select ON casework_rolerow FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_rolerow.case_id AND l.item = casework_rolerow.item AND l.person_id IS NOT DISTINCT FROM casework_rolerow.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_rolerow.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_rolerow.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_rolerow;
CREATE POLICY wall_insert ON casework_rolerow FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_rolerow.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_rolerow;
CREATE POLICY wall_update ON casework_rolerow FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_rolerow;
CREATE POLICY wall_delete ON casework_rolerow FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_rolerow FROM app_web;
REVOKE UPDATE, DELETE ON casework_rolerow FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_rolerow;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_rolerow FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_roleanswer ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_roleanswer FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_roleanswer;
CREATE POLICY wall_owner ON casework_roleanswer FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_roleanswer;
CREATE POLICY wall_select ON casework_roleanswer FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_roleanswer.case_id AND l.item = casework_roleanswer.item AND l.person_id IS NOT DISTINCT FROM casework_roleanswer.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_roleanswer.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_roleanswer.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_roleanswer;
CREATE POLICY wall_insert ON casework_roleanswer FOR INSERT TO app_web WITH CHECK (agency_id = (select wall_reader()) AND answered_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND EXISTS (SELECT 1 FROM casework_rolerow r WHERE r.id = casework_roleanswer.role_id AND r.agency_id = casework_roleanswer.agency_id AND r.case_id = casework_roleanswer.case_id AND r.item = casework_roleanswer.item AND r.person_id IS NOT DISTINCT FROM casework_roleanswer.person_id));
DROP POLICY IF EXISTS wall_update ON casework_roleanswer;
CREATE POLICY wall_update ON casework_roleanswer FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_roleanswer;
CREATE POLICY wall_delete ON casework_roleanswer FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_roleanswer FROM app_web;
REVOKE UPDATE, DELETE ON casework_roleanswer FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_roleanswer;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_roleanswer FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_foundplace ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_foundplace FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_foundplace;
CREATE POLICY wall_owner ON casework_foundplace FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_foundplace;
CREATE POLICY wall_select ON casework_foundplace FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_foundplace.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_foundplace;
CREATE POLICY wall_insert ON casework_foundplace FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_foundplace.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_foundplace;
CREATE POLICY wall_update ON casework_foundplace FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_foundplace;
CREATE POLICY wall_delete ON casework_foundplace FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_foundplace FROM app_web;
REVOKE UPDATE, DELETE ON casework_foundplace FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_foundplace;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_foundplace FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""
BACK = """
DROP POLICY wall_select ON casework_note;
CREATE POLICY wall_select ON casework_note FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_note.case_id AND l.item = casework_note.item AND l.person_id IS NOT DISTINCT FROM casework_note.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_note.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY wall_select ON casework_noteparagraph;
CREATE POLICY wall_select ON casework_noteparagraph FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_noteparagraph.case_id AND l.item = casework_noteparagraph.item AND l.person_id IS NOT DISTINCT FROM casework_noteparagraph.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_noteparagraph.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY wall_select ON casework_direction;
CREATE POLICY wall_select ON casework_direction FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_direction.case_id AND l.item = casework_direction.item AND l.person_id IS NOT DISTINCT FROM casework_direction.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_direction.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY wall_select ON casework_rolerow;
CREATE POLICY wall_select ON casework_rolerow FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_rolerow.case_id AND l.item = casework_rolerow.item AND l.person_id IS NOT DISTINCT FROM casework_rolerow.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_rolerow.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY wall_select ON casework_roleanswer;
CREATE POLICY wall_select ON casework_roleanswer FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_roleanswer.case_id AND l.item = casework_roleanswer.item AND l.person_id IS NOT DISTINCT FROM casework_roleanswer.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_roleanswer.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_select ON casework_foundplace;
DROP FUNCTION wall_hidden();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0032_seals'),
    ]

    operations = [
        migrations.AddField(
            model_name='secretplace',
            name='core_digest',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='secretplace',
            name='core_digest_length',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.CreateModel(
            name='FoundPlace',
            fields=[
                ('row_id', models.UUIDField(primary_key=True, serialize=False)),
                ('table', models.CharField(max_length=40)),
                ('found_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
            ],
            options={
                'verbose_name': '場所が書かれている記録',
            },
        ),
        migrations.RunSQL(WALL, BACK),
    ]
