"""The database's side of notes: a correction says nothing to more people than what it corrects."""

from __future__ import annotations

# No policy may look into its own table, so a trigger asks. After the row, so that the policies have had their say first.
CORRECTIONS = """
CREATE FUNCTION casework_correction_keeps_label() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM casework_note n
     WHERE n.id = NEW.corrects_id AND n.id <> NEW.id AND n.case_id = NEW.case_id AND n.item = NEW.item
       AND n.person_id IS NOT DISTINCT FROM NEW.person_id) THEN
    RAISE EXCEPTION 'a correction has the label of the note that it corrects' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER correction_keeps_label AFTER INSERT ON casework_note FOR EACH ROW
  WHEN (NEW.corrects_id IS NOT NULL) EXECUTE FUNCTION casework_correction_keeps_label();
"""
