"""The database's side of evaluations: what is said of a sealed issue moves no agency's list (issues/sql.py)."""

from __future__ import annotations

SEALED = """
CREATE TRIGGER note_change AFTER INSERT ON casework_evaluationresult
  FOR EACH ROW WHEN (NOT NEW.is_sealed) EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_sealed_change AFTER INSERT ON casework_evaluationresult
  FOR EACH ROW WHEN (NEW.is_sealed) EXECUTE FUNCTION casework_note_sealed_change();
"""
