"""The database's side of notices."""

from __future__ import annotations

# Who gave notice is hidden for ever: the mark goes one way, and what a contact must not hold then, a check says.
INFORMANT = """
CREATE FUNCTION casework_informant_stays_hidden() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an informant is hidden for ever' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER informant_stays_hidden BEFORE UPDATE ON casework_contact FOR EACH ROW
  WHEN (OLD.is_informant_hidden AND NOT NEW.is_informant_hidden)
  EXECUTE FUNCTION casework_informant_stays_hidden();
"""
