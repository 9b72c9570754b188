"""For a line about the household those are asked who live there, not relatives elsewhere. The text is frozen; a test compares it."""

from django.db import migrations

# ruff: noqa: E501
SQL = r"""
CREATE FUNCTION casework_lives_here(person uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT coalesce((SELECT s.living FROM casework_stay s WHERE s.person_id = person
                      AND NOT EXISTS (SELECT 1 FROM casework_stay k WHERE k.corrects_id = s.id)
                    ORDER BY s.since_on DESC NULLS LAST, s.noted_at DESC, s.id DESC LIMIT 1), 'together')
         IN ('together', 'away')
$$;
CREATE OR REPLACE FUNCTION casework_may_link(of_case uuid, one uuid, other uuid) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (
    SELECT 1 FROM casework_concealment c
     WHERE c.case_id = of_case AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id)
       AND EXISTS (
         SELECT 1 FROM casework_person p WHERE p.id IN (one, other) AND (
           NOT casework_lives_here(p.id)
           OR EXISTS (SELECT 1 FROM casework_concealmentthreat t WHERE t.concealment_id = c.id
                         AND translate(t.name, ' 　', '') = translate(p.name, ' 　', '')))))
$$;
CREATE OR REPLACE FUNCTION casework_line_rests_on_consent() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""
BACK = r"""
CREATE OR REPLACE FUNCTION casework_may_link(of_case uuid, one uuid, other uuid) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (
    SELECT 1 FROM casework_concealment c
     WHERE c.case_id = of_case AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id)
       AND EXISTS (
         SELECT 1 FROM casework_person p WHERE p.id IN (one, other) AND (
           coalesce((SELECT s.living FROM casework_stay s WHERE s.person_id = p.id
                        AND NOT EXISTS (SELECT 1 FROM casework_stay k WHERE k.corrects_id = s.id)
                      ORDER BY s.since_on DESC NULLS LAST, s.noted_at DESC, s.id DESC LIMIT 1), 'together')
             NOT IN ('together', 'away')
           OR EXISTS (SELECT 1 FROM casework_concealmentthreat t WHERE t.concealment_id = c.id
                         AND translate(t.name, ' 　', '') = translate(p.name, ' 　', '')))))
$$;
CREATE OR REPLACE FUNCTION casework_line_rests_on_consent() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP FUNCTION casework_lives_here(uuid);
"""


class Migration(migrations.Migration):

    dependencies = [("casework", "0038_tasks_and_notifications")]

    operations = [migrations.RunSQL(SQL, BACK, elidable=False)]
