"""A 重層的支援会議 has a member of another agency, whose consents are asked for. The text is frozen; a test compares it."""

from django.db import migrations

# ruff: noqa: E501
WALL = """
CREATE FUNCTION casework_meets_agencies(wanted uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM casework_agendamember m
      JOIN marugoto_permissions_membership s ON s.id = m.membership_id
      JOIN marugoto_permissions_agency g ON g.id = s.agency_id
     WHERE m.agenda_id = wanted AND NOT g.is_center)
$$;
CREATE OR REPLACE FUNCTION casework_papers_may_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  item casework_agendaitem;
BEGIN
  SELECT * INTO item FROM casework_agendaitem a WHERE a.id = NEW.agenda_id;
  -- Whoever changes the meeting comes before or after.
  PERFORM 1 FROM casework_meeting g WHERE g.id = item.meeting_id FOR SHARE;
  IF NOT EXISTS (SELECT 1 FROM casework_agendamember m WHERE m.agenda_id = item.id)
     OR NOT EXISTS (SELECT 1 FROM casework_agendaperson p WHERE p.agenda_id = item.id) THEN
    RAISE EXCEPTION 'papers need members and people' USING ERRCODE = 'check_violation';
  END IF;
  IF item.kind = 'shien_kaigi' AND (
    NOT casework_ordinance_holds((SELECT g.ordinance_id FROM casework_meeting g WHERE g.id = item.meeting_id), item.kind)
    OR EXISTS (SELECT 1 FROM casework_agendamember m
                WHERE m.agenda_id = item.id AND NOT casework_has_oath(m.membership_id))) THEN
    RAISE EXCEPTION 'a 支援会議 needs an ordinance in force and everybody''s oath' USING ERRCODE = 'check_violation';
  END IF;
  IF item.kind = 'jusou' AND NOT casework_meets_agencies(item.id) THEN
    RAISE EXCEPTION 'a 重層的支援会議 needs a member of another agency' USING ERRCODE = 'check_violation';
  END IF;
  IF item.kind = 'jusou' AND EXISTS (
    SELECT 1 FROM casework_agendamember m
      JOIN marugoto_permissions_membership s ON s.id = m.membership_id
      JOIN marugoto_permissions_agency a ON a.id = s.agency_id
     WHERE m.agenda_id = item.id AND NOT a.is_center AND NOT casework_agenda_agreed(item.id, a.id)) THEN
    RAISE EXCEPTION 'a 重層的支援会議 needs consent for every agency' USING ERRCODE = 'check_violation';
  END IF;
  IF item.kind = 'internal' AND EXISTS (
    SELECT 1 FROM casework_agendamember m
      JOIN marugoto_permissions_membership s ON s.id = m.membership_id
      JOIN marugoto_permissions_agency a ON a.id = s.agency_id
     WHERE m.agenda_id = item.id AND NOT a.is_center) THEN
    RAISE EXCEPTION 'an internal meeting has no members from outside' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION casework_minutes_may_be_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM casework_meeting g JOIN casework_agendaitem a ON a.meeting_id = g.id
    WHERE a.id = NEW.agenda_id FOR SHARE OF g;
  IF EXISTS (SELECT 1 FROM casework_minutes m WHERE m.agenda_id = NEW.agenda_id)
     OR EXISTS (SELECT 1 FROM casework_agendaremoval x
                  JOIN casework_agendaitem a ON a.id = x.agenda_id JOIN casework_meeting g ON g.id = a.meeting_id
                 WHERE x.agenda_id = NEW.agenda_id AND x.removed_at < g.held_at) THEN
    RAISE EXCEPTION 'this item is fixed or has left the agenda' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_TABLE_NAME = 'casework_minutes'
     AND NOT EXISTS (SELECT 1 FROM casework_paperrelease r WHERE r.agenda_id = NEW.agenda_id)
     AND NOT EXISTS (SELECT 1 FROM casework_agendaitem a WHERE a.id = NEW.agenda_id AND a.kind = 'internal') THEN
    RAISE EXCEPTION 'its members were never fixed' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_TABLE_NAME <> 'casework_minutesdraft' AND NOT casework_meets_agencies(NEW.agenda_id)
     AND EXISTS (SELECT 1 FROM casework_agendaitem a WHERE a.id = NEW.agenda_id AND a.kind = 'jusou') THEN
    RAISE EXCEPTION 'a 重層的支援会議 needs a member of another agency' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""
BACK = """
CREATE OR REPLACE FUNCTION casework_papers_may_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  item casework_agendaitem;
BEGIN
  SELECT * INTO item FROM casework_agendaitem a WHERE a.id = NEW.agenda_id;
  -- Whoever changes the meeting comes before or after.
  PERFORM 1 FROM casework_meeting g WHERE g.id = item.meeting_id FOR SHARE;
  IF NOT EXISTS (SELECT 1 FROM casework_agendamember m WHERE m.agenda_id = item.id)
     OR NOT EXISTS (SELECT 1 FROM casework_agendaperson p WHERE p.agenda_id = item.id) THEN
    RAISE EXCEPTION 'papers need members and people' USING ERRCODE = 'check_violation';
  END IF;
  IF item.kind = 'shien_kaigi' AND (
    NOT casework_ordinance_holds((SELECT g.ordinance_id FROM casework_meeting g WHERE g.id = item.meeting_id), item.kind)
    OR EXISTS (SELECT 1 FROM casework_agendamember m
                WHERE m.agenda_id = item.id AND NOT casework_has_oath(m.membership_id))) THEN
    RAISE EXCEPTION 'a 支援会議 needs an ordinance in force and everybody''s oath' USING ERRCODE = 'check_violation';
  END IF;
  IF item.kind = 'jusou' AND EXISTS (
    SELECT 1 FROM casework_agendamember m
      JOIN marugoto_permissions_membership s ON s.id = m.membership_id
      JOIN marugoto_permissions_agency a ON a.id = s.agency_id
     WHERE m.agenda_id = item.id AND NOT a.is_center AND NOT casework_agenda_agreed(item.id, a.id)) THEN
    RAISE EXCEPTION 'a 重層的支援会議 needs consent for every agency' USING ERRCODE = 'check_violation';
  END IF;
  IF item.kind = 'internal' AND EXISTS (
    SELECT 1 FROM casework_agendamember m
      JOIN marugoto_permissions_membership s ON s.id = m.membership_id
      JOIN marugoto_permissions_agency a ON a.id = s.agency_id
     WHERE m.agenda_id = item.id AND NOT a.is_center) THEN
    RAISE EXCEPTION 'an internal meeting has no members from outside' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION casework_minutes_may_be_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM casework_meeting g JOIN casework_agendaitem a ON a.meeting_id = g.id
    WHERE a.id = NEW.agenda_id FOR SHARE OF g;
  IF EXISTS (SELECT 1 FROM casework_minutes m WHERE m.agenda_id = NEW.agenda_id)
     OR EXISTS (SELECT 1 FROM casework_agendaremoval x
                  JOIN casework_agendaitem a ON a.id = x.agenda_id JOIN casework_meeting g ON g.id = a.meeting_id
                 WHERE x.agenda_id = NEW.agenda_id AND x.removed_at < g.held_at) THEN
    RAISE EXCEPTION 'this item is fixed or has left the agenda' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_TABLE_NAME = 'casework_minutes'
     AND NOT EXISTS (SELECT 1 FROM casework_paperrelease r WHERE r.agenda_id = NEW.agenda_id)
     AND NOT EXISTS (SELECT 1 FROM casework_agendaitem a WHERE a.id = NEW.agenda_id AND a.kind = 'internal') THEN
    RAISE EXCEPTION 'its members were never fixed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
DROP FUNCTION casework_meets_agencies(uuid);
"""


class Migration(migrations.Migration):

    dependencies = [("casework", "0081_meetings_that_stand")]

    operations = [migrations.RunSQL(WALL, BACK, elidable=False)]
