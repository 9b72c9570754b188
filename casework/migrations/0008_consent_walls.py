"""Consents, the ends of lines and what agencies are told of them: functions, keys and walls. The text is frozen."""

from django.db import migrations


def build(apps, schema_editor):
    for statement in (FUNCTIONS, CONSENT, WALLS):
        schema_editor.execute(statement, params=None)


FUNCTIONS = r"""
CREATE OR REPLACE FUNCTION casework_line_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL
     OR (to_jsonb(OLD) - 'ended_at' - 'ended_by_id') <> (to_jsonb(NEW) - 'ended_at' - 'ended_by_id') THEN
    RAISE EXCEPTION 'a share line is added and ended, never edited' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION casework_open_emergency(wanted_number text, wanted_name text, why text, alarm uuid)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  me record;
  opened uuid;
  whom uuid;
  envelope uuid;
  line uuid;
  wanted text;
BEGIN
  SELECT * INTO me FROM wall_standing();
  IF me.role IS DISTINCT FROM 'agency_staff' OR length(btrim(why)) < 10 THEN
    RETURN NULL;
  END IF;
  IF (SELECT count(*) FROM marugoto_permissions_auditentry e WHERE e.user_id = me.person
         AND e.at > clock_now() - interval '24 hours' AND e.verb IN ('emergency_opened', 'emergency_refused')) >= 3 THEN
    RETURN NULL;
  END IF;
  SELECT c.id, p.id INTO opened, whom FROM casework_case c JOIN casework_person p ON p.case_id = c.id
   WHERE c.number = btrim(wanted_number) AND NOT (c.id = ANY (wall_blocked()))
     AND regexp_replace(wanted_name, '\s', '', 'g') <> ''
     AND regexp_replace(wanted_name, '\s', '', 'g')
         IN (regexp_replace(p.name, '\s', '', 'g'), regexp_replace(p.kana, '\s', '', 'g'))
   ORDER BY p.position, p.id LIMIT 1 FOR UPDATE OF c;
  IF opened IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT s.id INTO envelope FROM casework_share s
   WHERE s.case_id = opened AND s.agency_id = me.agency AND s.closed_at IS NULL;
  IF envelope IS NULL THEN
    envelope := gen_random_uuid();
    INSERT INTO casework_share (id, case_id, agency_id, opened_at, last_visible_change_at)
      VALUES (envelope, opened, me.agency, clock_now(), clock_now());
  END IF;
  FOREACH wanted IN ARRAY ARRAY['basic', 'contact'] LOOP
    line := gen_random_uuid();
    INSERT INTO casework_shareline (id, case_id, person_id, item, share_id, agency_id, basis, evidence, starts_at,
        until, added_by_id, added_at)
      VALUES (line, opened, whom, wanted, envelope, me.agency, 'emergency', why, clock_now(),
        clock_now() + interval '1 hour', wall_membership(), clock_now());
    INSERT INTO casework_persongrant (id, group_id, permission_id, content_object_id, line_id)
      SELECT gen_random_uuid(), me.agency_group, p.id, whom, line FROM auth_permission p
        JOIN django_content_type t ON t.id = p.content_type_id
       WHERE t.app_label = 'casework' AND p.codename = 'view_person_' || wanted;
  END LOOP;
  INSERT INTO marugoto_permissions_auditalarm (id, kind, user_id, agency_id, case_id, count, raised_at)
    VALUES (alarm, 'break_glass', me.person, me.agency, opened, 1, clock_now());
  RETURN opened;
END $$;
"""

CONSENT = """
CREATE FUNCTION casework_line_rests_on_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM casework_lineconsent lc WHERE lc.line_id = NEW.id) OR EXISTS (
    SELECT 1 FROM casework_person p
     WHERE p.case_id = NEW.case_id AND (NEW.person_id IS NULL OR p.id = NEW.person_id)
       AND NOT EXISTS (
         SELECT 1 FROM casework_lineconsent lc
           JOIN casework_consent c ON c.id = lc.consent_id
           JOIN casework_consentscope s ON s.consent_id = c.id
          WHERE lc.line_id = NEW.id AND c.person_id = p.id AND c.answer = 'given'
            AND s.agency_id = NEW.agency_id AND s.item = NEW.item
            AND (c.valid_until IS NULL
                 OR NEW.until <= (c.valid_until + 1)::timestamp AT TIME ZONE 'Asia/Tokyo')
            AND NOT EXISTS (
              SELECT 1 FROM casework_consentwithdrawal w
               WHERE w.consent_id = c.id AND (w.agency_id IS NULL OR w.agency_id = s.agency_id)
                 AND (w.item = '' OR w.item = s.item)))) THEN
    RAISE EXCEPTION 'no consent that holds for this line' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER line_rests_on_consent BEFORE INSERT ON casework_shareline
  FOR EACH ROW WHEN (NEW.basis = 'consent') EXECUTE FUNCTION casework_line_rests_on_consent();
ALTER TABLE casework_consent ADD CONSTRAINT casework_consent_id_case UNIQUE (id, case_id);
ALTER TABLE casework_recall ADD CONSTRAINT casework_recall_id_agency UNIQUE (id, case_id, agency_id);
ALTER TABLE casework_recallanswer ADD CONSTRAINT casework_recallanswer_of_recall FOREIGN KEY (recall_id, case_id, agency_id)
  REFERENCES casework_recall (id, case_id, agency_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE casework_consent ADD CONSTRAINT casework_consent_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_consentscope ADD CONSTRAINT casework_consentscope_of_case FOREIGN KEY (consent_id, case_id) REFERENCES casework_consent (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_consentexclusion ADD CONSTRAINT casework_consentexclusion_of_case FOREIGN KEY (consent_id, case_id) REFERENCES casework_consent (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_consentwithdrawal ADD CONSTRAINT casework_consentwithdrawal_of_case FOREIGN KEY (consent_id, case_id) REFERENCES casework_consent (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_lineconsent ADD CONSTRAINT casework_lineconsent_of_case FOREIGN KEY (consent_id, case_id) REFERENCES casework_consent (id, case_id) DEFERRABLE INITIALLY DEFERRED;
"""

WALLS = """
ALTER TABLE casework_lineend ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_lineend FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_lineend;
CREATE POLICY wall_owner ON casework_lineend FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_lineend;
CREATE POLICY wall_select ON casework_lineend FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_lineend.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_lineend;
CREATE POLICY wall_insert ON casework_lineend FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_lineend.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_lineend;
CREATE POLICY wall_update ON casework_lineend FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_lineend;
CREATE POLICY wall_delete ON casework_lineend FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_lineend FROM app_web;
REVOKE UPDATE, DELETE ON casework_lineend FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_lineend;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_lineend FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_recall ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_recall FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_recall;
CREATE POLICY wall_owner ON casework_recall FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_recall;
CREATE POLICY wall_select ON casework_recall FOR SELECT TO app_web USING (((select wall_center()) OR agency_id = (select wall_reader())) AND NOT (case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_recall;
CREATE POLICY wall_insert ON casework_recall FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_recall.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_recall;
CREATE POLICY wall_update ON casework_recall FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_recall;
CREATE POLICY wall_delete ON casework_recall FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_recall FROM app_web;
REVOKE UPDATE, DELETE ON casework_recall FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_recall;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_recall FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_recallanswer ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_recallanswer FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_recallanswer;
CREATE POLICY wall_owner ON casework_recallanswer FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_recallanswer;
CREATE POLICY wall_select ON casework_recallanswer FOR SELECT TO app_web USING (((select wall_center()) OR agency_id = (select wall_reader())) AND NOT (case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_recallanswer;
CREATE POLICY wall_insert ON casework_recallanswer FOR INSERT TO app_web WITH CHECK (agency_id = (select wall_reader()) AND answered_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND NOT (case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_recallanswer;
CREATE POLICY wall_update ON casework_recallanswer FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_recallanswer;
CREATE POLICY wall_delete ON casework_recallanswer FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_recallanswer FROM app_web;
REVOKE UPDATE, DELETE ON casework_recallanswer FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_recallanswer;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_recallanswer FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_consent ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_consent FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_consent;
CREATE POLICY wall_owner ON casework_consent FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_consent;
CREATE POLICY wall_select ON casework_consent FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_consent.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_consent;
CREATE POLICY wall_insert ON casework_consent FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_consent.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_consent;
CREATE POLICY wall_update ON casework_consent FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_consent;
CREATE POLICY wall_delete ON casework_consent FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_consent FROM app_web;
REVOKE UPDATE, DELETE ON casework_consent FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_consent;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_consent FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_consentscope ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_consentscope FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_consentscope;
CREATE POLICY wall_owner ON casework_consentscope FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_consentscope;
CREATE POLICY wall_select ON casework_consentscope FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_consentscope.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_consentscope;
CREATE POLICY wall_insert ON casework_consentscope FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_consentscope.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_consentscope;
CREATE POLICY wall_update ON casework_consentscope FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_consentscope;
CREATE POLICY wall_delete ON casework_consentscope FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_consentscope FROM app_web;
REVOKE UPDATE, DELETE ON casework_consentscope FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_consentscope;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_consentscope FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_consentexclusion ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_consentexclusion FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_consentexclusion;
CREATE POLICY wall_owner ON casework_consentexclusion FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_consentexclusion;
CREATE POLICY wall_select ON casework_consentexclusion FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_consentexclusion.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_consentexclusion;
CREATE POLICY wall_insert ON casework_consentexclusion FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_consentexclusion.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_consentexclusion;
CREATE POLICY wall_update ON casework_consentexclusion FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_consentexclusion;
CREATE POLICY wall_delete ON casework_consentexclusion FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_consentexclusion FROM app_web;
REVOKE UPDATE, DELETE ON casework_consentexclusion FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_consentexclusion;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_consentexclusion FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_consentwithdrawal ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_consentwithdrawal FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_consentwithdrawal;
CREATE POLICY wall_owner ON casework_consentwithdrawal FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_consentwithdrawal;
CREATE POLICY wall_select ON casework_consentwithdrawal FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_consentwithdrawal.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_consentwithdrawal;
CREATE POLICY wall_insert ON casework_consentwithdrawal FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_consentwithdrawal.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_consentwithdrawal;
CREATE POLICY wall_update ON casework_consentwithdrawal FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_consentwithdrawal;
CREATE POLICY wall_delete ON casework_consentwithdrawal FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_consentwithdrawal FROM app_web;
REVOKE UPDATE, DELETE ON casework_consentwithdrawal FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_consentwithdrawal;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_consentwithdrawal FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_lineconsent ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_lineconsent FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_lineconsent;
CREATE POLICY wall_owner ON casework_lineconsent FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_lineconsent;
CREATE POLICY wall_select ON casework_lineconsent FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_lineconsent.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_lineconsent;
CREATE POLICY wall_insert ON casework_lineconsent FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_lineconsent.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_lineconsent;
CREATE POLICY wall_update ON casework_lineconsent FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_lineconsent;
CREATE POLICY wall_delete ON casework_lineconsent FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_lineconsent FROM app_web;
REVOKE UPDATE, DELETE ON casework_lineconsent FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_lineconsent;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_lineconsent FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [("casework", "0007_consent")]

    operations = [migrations.RunPython(build, migrations.RunPython.noop)]
