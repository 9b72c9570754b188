"""What a meeting's record rests on stands since papers opened and minutes were fixed. The text is frozen; a test compares it."""

from django.db import migrations

# ruff: noqa: E501
WALL = """
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
CREATE FUNCTION casework_meeting_standing(wanted uuid) RETURNS text LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM casework_minutes m JOIN casework_agendaitem a ON a.id = m.agenda_id
                  WHERE a.meeting_id = wanted)
    THEN CASE WHEN EXISTS (
      SELECT 1 FROM casework_agendaitem a JOIN casework_meeting g ON g.id = a.meeting_id
       WHERE a.meeting_id = wanted AND NOT EXISTS (SELECT 1 FROM casework_minutes m WHERE m.agenda_id = a.id)
         AND NOT EXISTS (SELECT 1 FROM casework_agendaremoval x
                          WHERE x.agenda_id = a.id AND x.removed_at < g.held_at)) THEN 'fixed' ELSE 'over' END
    WHEN EXISTS (SELECT 1 FROM casework_paperrelease r JOIN casework_agendaitem a ON a.id = r.agenda_id
                  WHERE a.meeting_id = wanted) THEN 'opened'
    ELSE '' END
$$;
CREATE FUNCTION casework_standing_of(wanted uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN wall_center() THEN casework_meeting_standing(wanted) END
$$;
CREATE FUNCTION casework_meeting_stands() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  standing text := casework_meeting_standing(OLD.id);
BEGIN
  IF standing IN ('fixed', 'over')
     AND (NEW.number, NEW.label, NEW.held_at, NEW.place, NEW.is_online, NEW.chair, NEW.ordinance_id, NEW.made_by_id, NEW.made_at)
       IS DISTINCT FROM
       (OLD.number, OLD.label, OLD.held_at, OLD.place, OLD.is_online, OLD.chair, OLD.ordinance_id, OLD.made_by_id, OLD.made_at)
     OR standing = 'over' AND NEW.writer_id <> OLD.writer_id
     OR standing = 'opened' AND OLD.ordinance_id IS NOT NULL AND NEW.ordinance_id IS DISTINCT FROM OLD.ordinance_id THEN
    RAISE EXCEPTION 'this of a meeting stands since papers were opened or minutes fixed'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER meeting_stands BEFORE UPDATE ON casework_meeting
  FOR EACH ROW EXECUTE FUNCTION casework_meeting_stands();
"""
BACK = """
DROP TRIGGER meeting_stands ON casework_meeting;
DROP FUNCTION casework_meeting_stands();
DROP FUNCTION casework_standing_of(uuid);
DROP FUNCTION casework_meeting_standing(uuid);
CREATE OR REPLACE FUNCTION casework_papers_may_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  item casework_agendaitem;
BEGIN
  SELECT * INTO item FROM casework_agendaitem a WHERE a.id = NEW.agenda_id;
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
"""


class Migration(migrations.Migration):

    dependencies = [("casework", "0080_counts_of_coordination")]

    operations = [migrations.RunSQL(WALL, BACK, elidable=False)]
