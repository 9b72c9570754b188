"""What a 支援会議 decided is read by the center and, of a role, by the agency that took it on. The text is frozen; a test compares it."""

from django.db import migrations, models

# ruff: noqa: E501
MARK = """
ALTER TABLE casework_direction DISABLE TRIGGER USER;
ALTER TABLE casework_rolerow DISABLE TRIGGER USER;
UPDATE casework_direction r SET is_meeting_only = true FROM casework_decision d WHERE d.id = r.decision_id AND d.is_meeting_only;
UPDATE casework_rolerow r SET is_meeting_only = true FROM casework_decision d WHERE d.id = r.decision_id AND d.is_meeting_only;
ALTER TABLE casework_direction ENABLE TRIGGER USER;
ALTER TABLE casework_rolerow ENABLE TRIGGER USER;
"""
KEYS = """
ALTER TABLE casework_decision ADD CONSTRAINT casework_decision_id_meeting_only UNIQUE (id, is_meeting_only);
ALTER TABLE casework_direction ADD CONSTRAINT casework_direction_meeting_only FOREIGN KEY (decision_id, is_meeting_only) REFERENCES casework_decision (id, is_meeting_only) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_rolerow ADD CONSTRAINT casework_rolerow_meeting_only FOREIGN KEY (decision_id, is_meeting_only) REFERENCES casework_decision (id, is_meeting_only) DEFERRABLE INITIALLY DEFERRED;
"""
KEYS_BACK = """
ALTER TABLE casework_rolerow DROP CONSTRAINT casework_rolerow_meeting_only;
ALTER TABLE casework_direction DROP CONSTRAINT casework_direction_meeting_only;
ALTER TABLE casework_decision DROP CONSTRAINT casework_decision_id_meeting_only;
"""
WALL = """
DROP POLICY wall_select ON casework_direction;
CREATE POLICY wall_select ON casework_direction FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_direction.case_id AND l.item = casework_direction.item AND l.person_id IS NOT DISTINCT FROM casework_direction.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_direction.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR NOT is_meeting_only) AND NOT (casework_direction.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY wall_select ON casework_rolerow;
CREATE POLICY wall_select ON casework_rolerow FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_rolerow.case_id AND l.item = casework_rolerow.item AND l.person_id IS NOT DISTINCT FROM casework_rolerow.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_rolerow.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR NOT is_meeting_only OR agency_id = (select wall_reader())) AND NOT (casework_rolerow.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY wall_select ON casework_roleanswer;
CREATE POLICY wall_select ON casework_roleanswer FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_roleanswer.case_id AND l.item = casework_roleanswer.item AND l.person_id IS NOT DISTINCT FROM casework_roleanswer.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_roleanswer.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_roleanswer.id = ANY ((select wall_hidden())::uuid[])) AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_rolerow k WHERE k.id = casework_roleanswer.role_id)));
DROP POLICY wall_select ON casework_monitoringtick;
CREATE POLICY wall_select ON casework_monitoringtick FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_monitoringtick.case_id AND l.item = casework_monitoringtick.item AND l.person_id IS NOT DISTINCT FROM casework_monitoringtick.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_monitoringtick.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_monitoringtick.id = ANY ((select wall_hidden())::uuid[])) AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_rolerow k WHERE k.id = casework_monitoringtick.role_id)));
DROP POLICY wall_select ON casework_evaluationrole;
CREATE POLICY wall_select ON casework_evaluationrole FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_evaluationrole.case_id AND l.item = casework_evaluationrole.item AND l.person_id IS NOT DISTINCT FROM casework_evaluationrole.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_evaluationrole.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_evaluationrole.id = ANY ((select wall_hidden())::uuid[])) AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_rolerow k WHERE k.id = casework_evaluationrole.role_id)));
DROP POLICY wall_select ON casework_evaluationresult;
CREATE POLICY wall_select ON casework_evaluationresult FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_evaluationresult.case_id AND l.item = casework_evaluationresult.item AND l.person_id IS NOT DISTINCT FROM casework_evaluationresult.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_evaluationresult.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR NOT is_sealed) AND NOT (casework_evaluationresult.id = ANY ((select wall_hidden())::uuid[])) AND (part_id IS NULL OR EXISTS (SELECT 1 FROM casework_planpart p WHERE p.id = casework_evaluationresult.part_id)) AND ((select wall_center()) OR (direction_id IS NULL OR EXISTS (SELECT 1 FROM casework_direction k WHERE k.id = casework_evaluationresult.direction_id))));
DROP POLICY wall_select ON casework_casefile;
CREATE POLICY wall_select ON casework_casefile FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_casefile.case_id AND l.item = casework_casefile.item AND l.person_id IS NOT DISTINCT FROM casework_casefile.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_casefile.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_filecontent b WHERE b.file_id = casework_casefile.id) AND (casework_casefile.answer_id IS NULL OR EXISTS (SELECT 1 FROM casework_roleanswer k WHERE k.id = casework_casefile.answer_id))) AND NOT (casework_casefile.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY wall_select ON casework_filecontent;
CREATE POLICY wall_select ON casework_filecontent FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_filecontent.case_id AND l.item = casework_filecontent.item AND l.person_id IS NOT DISTINCT FROM casework_filecontent.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_filecontent.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR NOT EXISTS (SELECT 1 FROM casework_concealment c WHERE c.case_id = casework_filecontent.case_id AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id) AND NOT EXISTS (SELECT 1 FROM casework_filecheck k WHERE k.file_id = casework_filecontent.file_id AND k.checked_at >= c.set_at)) AND (casework_filecontent.answer_id IS NULL OR EXISTS (SELECT 1 FROM casework_roleanswer k WHERE k.id = casework_filecontent.answer_id))));
CREATE OR REPLACE FUNCTION casework_note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  changed_case uuid;
  written jsonb := to_jsonb(NEW);
  kept boolean := (written->>'is_meeting_only')::boolean;
  owner bigint := (written->>'agency_id')::bigint;
BEGIN
  -- What is said of a role is kept to the meeting as the role is, what is said of a direction as the direction.
  IF written->>'role_id' IS NOT NULL THEN
    SELECT r.is_meeting_only, r.agency_id INTO kept, owner FROM casework_rolerow r
     WHERE r.id = (written->>'role_id')::uuid;
  ELSIF written->>'answer_id' IS NOT NULL THEN
    SELECT r.is_meeting_only, r.agency_id INTO kept, owner FROM casework_roleanswer a
      JOIN casework_rolerow r ON r.id = a.role_id WHERE a.id = (written->>'answer_id')::uuid;
  ELSIF written->>'direction_id' IS NOT NULL THEN
    SELECT d.is_meeting_only, NULL INTO kept, owner FROM casework_direction d
     WHERE d.id = (written->>'direction_id')::uuid;
  END IF;
  IF TG_TABLE_NAME = 'casework_case' THEN
    changed_case := NEW.id;
    UPDATE casework_share s SET last_visible_change_at = clock_now()
     WHERE s.case_id = NEW.id AND s.closed_at IS NULL;
  ELSIF TG_TABLE_NAME = 'casework_shareline' THEN
    changed_case := NEW.case_id;
    -- A line that begins later, or beside another for the same thing, changes nothing that is seen now.
    UPDATE casework_share s SET last_visible_change_at = clock_now()
     WHERE s.id = NEW.share_id AND s.closed_at IS NULL
       AND NEW.starts_at <= clock_now() AND (NEW.until IS NULL OR NEW.until > clock_now())
       AND NOT EXISTS (
         SELECT 1 FROM casework_shareline l
          WHERE l.share_id = NEW.share_id AND l.id <> NEW.id AND l.item = NEW.item AND l.ended_at IS NULL
            AND l.person_id IS NOT DISTINCT FROM NEW.person_id
            AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()));
  ELSE
    changed_case := NEW.case_id;
    UPDATE casework_share s SET last_visible_change_at = clock_now()
     WHERE s.case_id = NEW.case_id AND s.closed_at IS NULL AND EXISTS (
       SELECT 1 FROM casework_shareline l
        WHERE l.share_id = s.id AND l.item = NEW.item AND l.ended_at IS NULL
          AND l.person_id IS NOT DISTINCT FROM
              (CASE WHEN TG_TABLE_NAME = 'casework_person' THEN (written->>'id')::uuid
                    ELSE (written->>'person_id')::uuid END)
          AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))
       -- A referral is its receiver's alone, whoever else has a line with its label.
       AND (TG_TABLE_NAME NOT IN ('casework_referral', 'casework_referralanswer') OR s.agency_id =
            coalesce((written->>'receiver_id')::bigint, (written->>'agency_id')::bigint))
       -- What a 支援会議 decided is the agency's that took it on (domain.md R-MTG-4).
       AND (kept IS NOT TRUE OR s.agency_id = owner);
  END IF;
  INSERT INTO casework_caseactivity (case_id, changed_at) VALUES (changed_case, clock_now())
    ON CONFLICT (case_id) DO UPDATE SET changed_at = clock_now();
  RETURN NULL;
END $$;
"""
BACK = """
DROP POLICY wall_select ON casework_direction;
CREATE POLICY wall_select ON casework_direction FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_direction.case_id AND l.item = casework_direction.item AND l.person_id IS NOT DISTINCT FROM casework_direction.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_direction.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_direction.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY wall_select ON casework_rolerow;
CREATE POLICY wall_select ON casework_rolerow FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_rolerow.case_id AND l.item = casework_rolerow.item AND l.person_id IS NOT DISTINCT FROM casework_rolerow.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_rolerow.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_rolerow.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY wall_select ON casework_roleanswer;
CREATE POLICY wall_select ON casework_roleanswer FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_roleanswer.case_id AND l.item = casework_roleanswer.item AND l.person_id IS NOT DISTINCT FROM casework_roleanswer.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_roleanswer.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_roleanswer.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY wall_select ON casework_monitoringtick;
CREATE POLICY wall_select ON casework_monitoringtick FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_monitoringtick.case_id AND l.item = casework_monitoringtick.item AND l.person_id IS NOT DISTINCT FROM casework_monitoringtick.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_monitoringtick.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_monitoringtick.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY wall_select ON casework_evaluationrole;
CREATE POLICY wall_select ON casework_evaluationrole FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_evaluationrole.case_id AND l.item = casework_evaluationrole.item AND l.person_id IS NOT DISTINCT FROM casework_evaluationrole.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_evaluationrole.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_evaluationrole.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY wall_select ON casework_evaluationresult;
CREATE POLICY wall_select ON casework_evaluationresult FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_evaluationresult.case_id AND l.item = casework_evaluationresult.item AND l.person_id IS NOT DISTINCT FROM casework_evaluationresult.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_evaluationresult.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR NOT is_sealed) AND NOT (casework_evaluationresult.id = ANY ((select wall_hidden())::uuid[])) AND (part_id IS NULL OR EXISTS (SELECT 1 FROM casework_planpart p WHERE p.id = casework_evaluationresult.part_id)));
DROP POLICY wall_select ON casework_casefile;
CREATE POLICY wall_select ON casework_casefile FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_casefile.case_id AND l.item = casework_casefile.item AND l.person_id IS NOT DISTINCT FROM casework_casefile.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_casefile.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_filecontent b WHERE b.file_id = casework_casefile.id)) AND NOT (casework_casefile.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY wall_select ON casework_filecontent;
CREATE POLICY wall_select ON casework_filecontent FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_filecontent.case_id AND l.item = casework_filecontent.item AND l.person_id IS NOT DISTINCT FROM casework_filecontent.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_filecontent.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR NOT EXISTS (SELECT 1 FROM casework_concealment c WHERE c.case_id = casework_filecontent.case_id AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id) AND NOT EXISTS (SELECT 1 FROM casework_filecheck k WHERE k.file_id = casework_filecontent.file_id AND k.checked_at >= c.set_at))));
CREATE OR REPLACE FUNCTION casework_note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  changed_case uuid;
BEGIN
  IF TG_TABLE_NAME = 'casework_case' THEN
    changed_case := NEW.id;
    UPDATE casework_share s SET last_visible_change_at = clock_now()
     WHERE s.case_id = NEW.id AND s.closed_at IS NULL;
  ELSIF TG_TABLE_NAME = 'casework_shareline' THEN
    changed_case := NEW.case_id;
    -- A line that begins later, or beside another for the same thing, changes nothing that is seen now.
    UPDATE casework_share s SET last_visible_change_at = clock_now()
     WHERE s.id = NEW.share_id AND s.closed_at IS NULL
       AND NEW.starts_at <= clock_now() AND (NEW.until IS NULL OR NEW.until > clock_now())
       AND NOT EXISTS (
         SELECT 1 FROM casework_shareline l
          WHERE l.share_id = NEW.share_id AND l.id <> NEW.id AND l.item = NEW.item AND l.ended_at IS NULL
            AND l.person_id IS NOT DISTINCT FROM NEW.person_id
            AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()));
  ELSE
    changed_case := NEW.case_id;
    UPDATE casework_share s SET last_visible_change_at = clock_now()
     WHERE s.case_id = NEW.case_id AND s.closed_at IS NULL AND EXISTS (
       SELECT 1 FROM casework_shareline l
        WHERE l.share_id = s.id AND l.item = NEW.item AND l.ended_at IS NULL
          AND l.person_id IS NOT DISTINCT FROM
              (CASE WHEN TG_TABLE_NAME = 'casework_person' THEN (to_jsonb(NEW)->>'id')::uuid
                    ELSE (to_jsonb(NEW)->>'person_id')::uuid END)
          AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))
       -- A referral is its receiver's alone, whoever else has a line with its label.
       AND (TG_TABLE_NAME NOT IN ('casework_referral', 'casework_referralanswer') OR s.agency_id =
            coalesce((to_jsonb(NEW)->>'receiver_id')::bigint, (to_jsonb(NEW)->>'agency_id')::bigint));
  END IF;
  INSERT INTO casework_caseactivity (case_id, changed_at) VALUES (changed_case, clock_now())
    ON CONFLICT (case_id) DO UPDATE SET changed_at = clock_now();
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [("casework", "0087_meetings_of_closures")]

    operations = [
        migrations.AddField(model_name="direction", name="is_meeting_only", field=models.BooleanField(default=False, editable=False)),
        migrations.AddField(model_name="rolerow", name="is_meeting_only", field=models.BooleanField(default=False, editable=False)),
        migrations.RunSQL(MARK, migrations.RunSQL.noop, elidable=False),
        migrations.RunSQL(KEYS, KEYS_BACK, elidable=False),
        migrations.RunSQL(WALL, BACK, elidable=False),
    ]
