"""The database's side of consents: what a line with that basis rests on, and what belongs together."""

from __future__ import annotations

# A line of consent needs the consent of its person, or of everybody who lives in the household, for just this agency and item, and
# ends with it. Two people at once: share_items and withdraw_consent wait for each other at the case's row.
FUNCTIONS = """
CREATE FUNCTION casework_line_rests_on_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM casework_lineconsent lc WHERE lc.line_id = NEW.id) OR EXISTS (
    SELECT 1 FROM casework_person p
     WHERE p.case_id = NEW.case_id
       AND (p.id = NEW.person_id OR NEW.person_id IS NULL AND casework_lives_here(p.id))
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
"""

# A consent is about a person of its case; what belongs to one, to the same case.
OF_CONSENT = (
    "casework_consentscope",
    "casework_consentexclusion",
    "casework_consentwithdrawal",
    "casework_lineconsent",
)

KEYS = "\n".join(
    f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_case FOREIGN KEY (consent_id, case_id)"
    " REFERENCES casework_consent (id, case_id) DEFERRABLE INITIALLY DEFERRED;"
    for table in OF_CONSENT
)
