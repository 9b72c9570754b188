"""The database's side of the ledger: what policies ask, what moves an agency's list, keys of labels."""

from __future__ import annotations

FUNCTIONS = """
CREATE FUNCTION wall_reaches_all(labels jsonb) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT wall_center() OR NOT EXISTS (
    SELECT 1 FROM jsonb_array_elements(labels) AS needed
     WHERE NOT EXISTS (
       SELECT 1 FROM casework_shareline l
        WHERE l.case_id = (needed->>0)::uuid AND l.person_id IS NOT DISTINCT FROM (needed->>1)::uuid
          AND l.item = needed->>2 AND l.agency_id = wall_reader() AND l.ended_at IS NULL
          AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now())))
$$;
CREATE FUNCTION casework_note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
CREATE FUNCTION casework_line_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL
     OR (to_jsonb(OLD) - 'ended_at' - 'ended_by_id') <> (to_jsonb(NEW) - 'ended_at' - 'ended_by_id') THEN
    RAISE EXCEPTION 'a share line is added and ended, never edited' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER line_only_ends BEFORE UPDATE ON casework_shareline
  FOR EACH ROW EXECUTE FUNCTION casework_line_only_ends();
"""

ADDED_BASES = """
CREATE FUNCTION casework_line_basis_added() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  temporary boolean;
BEGIN
  SELECT b.needs_approval INTO temporary FROM casework_addedbasis b WHERE b.code = NEW.basis;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'legal basis % is not known here', NEW.basis USING ERRCODE = 'check_violation';
  END IF;
  IF temporary AND (NEW.approver_id IS NULL OR NEW.until IS NULL) THEN
    RAISE EXCEPTION 'legal basis % needs an approver and an end', NEW.basis USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER line_basis_added BEFORE INSERT ON casework_shareline
  FOR EACH ROW WHEN (starts_with(NEW.basis, 'x_')) EXECUTE FUNCTION casework_line_basis_added();
"""

KEYS = """
ALTER TABLE casework_person ADD CONSTRAINT casework_person_id_case UNIQUE (id, case_id);
ALTER TABLE casework_share ADD CONSTRAINT casework_share_id_case_agency UNIQUE (id, case_id, agency_id);
ALTER TABLE casework_decision ADD CONSTRAINT casework_decision_id_case UNIQUE (id, case_id);
ALTER TABLE casework_rolerow ADD CONSTRAINT casework_rolerow_id_agency UNIQUE (id, case_id, agency_id);
ALTER TABLE casework_shareline ADD CONSTRAINT casework_shareline_of_share FOREIGN KEY (share_id, case_id, agency_id)
  REFERENCES casework_share (id, case_id, agency_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_direction ADD CONSTRAINT casework_direction_of_case FOREIGN KEY (decision_id, case_id)
  REFERENCES casework_decision (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_rolerow ADD CONSTRAINT casework_rolerow_of_case FOREIGN KEY (decision_id, case_id)
  REFERENCES casework_decision (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_roleanswer ADD CONSTRAINT casework_roleanswer_of_role FOREIGN KEY (role_id, case_id, agency_id)
  REFERENCES casework_rolerow (id, case_id, agency_id) DEFERRABLE INITIALLY DEFERRED;
"""
