"""The database's side of issues: what follows an issue is about the same, and a sealed one moves nobody's list."""

from __future__ import annotations

from casework.households.sql import keeps

# For the center the case has changed. For everybody else nothing has, not even the order of their list.
SEALED = """
CREATE FUNCTION casework_note_sealed_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO casework_caseactivity (case_id, changed_at) VALUES (NEW.case_id, clock_now())
    ON CONFLICT (case_id) DO UPDATE SET changed_at = clock_now();
  RETURN NULL;
END $$;
CREATE TRIGGER note_change AFTER INSERT ON casework_issue
  FOR EACH ROW WHEN (NOT NEW.is_sealed) EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_sealed_change AFTER INSERT ON casework_issue
  FOR EACH ROW WHEN (NEW.is_sealed) EXECUTE FUNCTION casework_note_sealed_change();
"""
FUNCTIONS = f"{SEALED}{keeps('casework_issue', 'follows_id', 'code')}\n"
DEFINER_FUNCTIONS = ("casework_note_sealed_change",)
