"""The database's side of break-glass."""

from __future__ import annotations

# Break-glass: number and name must both be known, three tries a day, one hour, two items of the person named. It
# goes through the ledger, so that the door, the policies and guardian know of it without an exception beside them.
EMERGENCY = """
CREATE FUNCTION casework_open_emergency(wanted_number text, wanted_name text, why text, alarm uuid)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  me record;
  opened uuid;
  whom uuid;
  envelope uuid;
  line uuid;
  wanted text;
BEGIN
  SELECT * INTO me FROM wall_standing();
  IF me.role IS DISTINCT FROM 'agency_staff' OR length(btrim(why)) < 10 THEN
    RETURN NULL;
  END IF;
  IF (SELECT count(*) FROM marugoto_permissions_auditentry e WHERE e.user_id = me.person
         AND e.at > clock_now() - interval '24 hours' AND e.verb IN ('emergency_opened', 'emergency_refused')) >= 3 THEN
    RETURN NULL;
  END IF;
  SELECT c.id, p.id INTO opened, whom FROM casework_case c JOIN casework_person p ON p.case_id = c.id
   WHERE c.number = btrim(wanted_number) AND NOT (c.id = ANY (wall_blocked()))
     AND regexp_replace(wanted_name, '\\s', '', 'g') <> ''
     AND regexp_replace(wanted_name, '\\s', '', 'g')
         IN (regexp_replace(p.name, '\\s', '', 'g'), regexp_replace(p.kana, '\\s', '', 'g'))
   ORDER BY p.position, p.id LIMIT 1 FOR UPDATE OF c;
  IF opened IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT s.id INTO envelope FROM casework_share s
   WHERE s.case_id = opened AND s.agency_id = me.agency AND s.closed_at IS NULL;
  IF envelope IS NULL THEN
    envelope := gen_random_uuid();
    INSERT INTO casework_share (id, case_id, agency_id, opened_at, last_visible_change_at)
      VALUES (envelope, opened, me.agency, clock_now(), clock_now());
  END IF;
  FOREACH wanted IN ARRAY ARRAY['basic', 'contact'] LOOP
    line := gen_random_uuid();
    INSERT INTO casework_shareline (id, case_id, person_id, item, share_id, agency_id, basis, evidence, starts_at,
        until, added_by_id, added_at)
      VALUES (line, opened, whom, wanted, envelope, me.agency, 'emergency', why, clock_now(),
        clock_now() + interval '1 hour', wall_membership(), clock_now());
    INSERT INTO casework_persongrant (id, group_id, permission_id, content_object_id, line_id)
      SELECT gen_random_uuid(), me.agency_group, p.id, whom, line FROM auth_permission p
        JOIN django_content_type t ON t.id = p.content_type_id
       WHERE t.app_label = 'casework' AND p.codename = 'view_person_' || wanted;
  END LOOP;
  INSERT INTO marugoto_permissions_auditalarm (id, kind, user_id, agency_id, case_id, count, raised_at)
    VALUES (alarm, 'break_glass', me.person, me.agency, opened, 1, clock_now());
  RETURN opened;
END $$;
"""
