"""Codes stay, and columns that hold one refuse what is in no list. The text is frozen; a test compares it with the data."""

from django.db import migrations

FUNCTIONS = r"""
CREATE FUNCTION casework_known_code() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  given text;
BEGIN
  EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO given USING NEW;
  IF NOT EXISTS (SELECT 1 FROM casework_code c WHERE c.list = TG_ARGV[1] AND c.code = given) THEN
    RAISE EXCEPTION 'list % has no code %', TG_ARGV[1], given USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION casework_code_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' OR OLD.id <> NEW.id OR OLD.list <> NEW.list OR OLD.code <> NEW.code THEN
    RAISE EXCEPTION 'a code is retired, never deleted or renamed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER code_stays BEFORE UPDATE OR DELETE ON casework_code
  FOR EACH ROW EXECUTE FUNCTION casework_code_stays();
CREATE TRIGGER code_stays_whole BEFORE TRUNCATE ON casework_code
  FOR EACH STATEMENT EXECUTE FUNCTION casework_code_stays();
REVOKE DELETE ON casework_code FROM app_web;
CREATE TRIGGER known_channel_added AFTER INSERT ON casework_contact FOR EACH ROW WHEN (NEW.channel <> '') EXECUTE FUNCTION casework_known_code('channel', 'channel');
CREATE TRIGGER known_channel_changed AFTER UPDATE ON casework_contact FOR EACH ROW WHEN (NEW.channel <> '' AND NEW.channel <> OLD.channel) EXECUTE FUNCTION casework_known_code('channel', 'channel');
CREATE TRIGGER known_speaker_added AFTER INSERT ON casework_contact FOR EACH ROW WHEN (NEW.speaker <> '') EXECUTE FUNCTION casework_known_code('speaker', 'speaker');
CREATE TRIGGER known_speaker_changed AFTER UPDATE ON casework_contact FOR EACH ROW WHEN (NEW.speaker <> '' AND NEW.speaker <> OLD.speaker) EXECUTE FUNCTION casework_known_code('speaker', 'speaker');
CREATE TRIGGER known_kind_added AFTER INSERT ON casework_household FOR EACH ROW WHEN (NEW.kind <> '') EXECUTE FUNCTION casework_known_code('kind', 'household_kind');
CREATE TRIGGER known_kind_changed AFTER UPDATE ON casework_household FOR EACH ROW WHEN (NEW.kind <> '' AND NEW.kind <> OLD.kind) EXECUTE FUNCTION casework_known_code('kind', 'household_kind');
CREATE TRIGGER known_relation_added AFTER INSERT ON casework_person FOR EACH ROW WHEN (NEW.relation <> '') EXECUTE FUNCTION casework_known_code('relation', 'relation');
CREATE TRIGGER known_relation_changed AFTER UPDATE ON casework_person FOR EACH ROW WHEN (NEW.relation <> '' AND NEW.relation <> OLD.relation) EXECUTE FUNCTION casework_known_code('relation', 'relation');
CREATE TRIGGER known_method_added AFTER INSERT ON casework_note FOR EACH ROW WHEN (NEW.method <> '') EXECUTE FUNCTION casework_known_code('method', 'method');
CREATE TRIGGER known_method_changed AFTER UPDATE ON casework_note FOR EACH ROW WHEN (NEW.method <> '' AND NEW.method <> OLD.method) EXECUTE FUNCTION casework_known_code('method', 'method');
"""

WALLS = """
ALTER TABLE casework_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_code FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_code;
CREATE POLICY wall_owner ON casework_code FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_code;
CREATE POLICY wall_select ON casework_code FOR SELECT TO app_web USING ((select wall_agency()) IS NOT NULL OR (select wall_job()) IS NOT NULL);
DROP POLICY IF EXISTS wall_insert ON casework_code;
CREATE POLICY wall_insert ON casework_code FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND (select wall_role()) = 'chief' AND list <> 'basis');
DROP POLICY IF EXISTS wall_update ON casework_code;
CREATE POLICY wall_update ON casework_code FOR UPDATE TO app_web USING ((select wall_center()) AND (select wall_role()) = 'chief') WITH CHECK ((select wall_center()) AND (select wall_role()) = 'chief');
DROP POLICY IF EXISTS wall_delete ON casework_code;
CREATE POLICY wall_delete ON casework_code FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_code FROM app_web;
"""

BACK = """
DROP FUNCTION casework_known_code() CASCADE;
DROP FUNCTION casework_code_stays() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0012_seed_codes")]

    operations = [
        migrations.RunSQL(FUNCTIONS, BACK),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
