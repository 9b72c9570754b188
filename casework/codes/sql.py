"""The database's side of the code lists: a column refuses what is not in its list."""

from __future__ import annotations

# A code is never deleted and never renamed, so looking it up once, when it is stored, is enough.
CODES = """
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
"""

# Every column that holds a code (codes/fields.py), with its list.
CODED_COLUMNS = (
    ("casework_contact", "channel", "channel"),
    ("casework_contact", "speaker", "speaker"),
    ("casework_contact", "route", "route"),
    ("casework_contact", "referrer_type", "agency_type"),
    ("casework_contacttopic", "topic", "topic"),
    ("casework_withoutconsent", "why", "no_consent"),
    ("casework_withoutconsent", "basis", "basis"),
    ("casework_brought", "why", "no_consent"),
    ("casework_brought", "basis", "basis"),
    ("casework_emergencycall", "whom", "emergency_call"),
    ("casework_household", "kind", "household_kind"),
    ("casework_person", "relation", "relation"),
    ("casework_stay", "reason", "stay_reason"),
    ("casework_issue", "code", "issue"),
    ("casework_note", "method", "method"),
    ("casework_attendee", "role", "attendee_role"),
    ("casework_rolerow", "service", "service"),
    ("casework_planrole", "service", "service"),
    ("casework_planpart", "service", "service"),
    ("casework_referralanswer", "reason", "return_reason"),
    ("casework_monitoringtrigger", "code", "meeting_trigger"),
    ("casework_evaluationchange", "code", "change"),
    ("casework_suspension", "reason", "suspend_reason"),
    ("casework_closure", "kind", "close_kind"),
    ("casework_agendaitem", "purpose", "meeting_purpose"),
)


def known_code(table: str, column: str, list_code: str) -> str:
    """Return the SQL that makes a column refuse what is not in the list. An empty text is no answer, and may stand.

    After the row, so that the policies have had their say first.
    """
    return "\n".join(
        f"CREATE TRIGGER known_{column}_{when} AFTER {event} ON {table} FOR EACH ROW"
        f" WHEN ({condition}) EXECUTE FUNCTION casework_known_code('{column}', '{list_code}');"
        for when, event, condition in (
            ("added", "INSERT", f"NEW.{column} <> ''"),
            ("changed", "UPDATE", f"NEW.{column} <> '' AND NEW.{column} <> OLD.{column}"),
        )
    )
