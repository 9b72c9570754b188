"""支援調整会議 is a kind of meeting of its own, with consent as a 重層的支援会議. The functions' text is frozen; a test compares it."""

import django.contrib.postgres.fields
from django.db import migrations, models

# ruff: noqa: E501
SQL = """
CREATE OR REPLACE FUNCTION casework_agendas_of_mine() RETURNS TABLE (agenda_id uuid, is_whole boolean) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.agenda_id, m.is_whole
    FROM casework_agendamember m
    JOIN casework_agendaitem a ON a.id = m.agenda_id
    JOIN casework_paperrelease r ON r.agenda_id = a.id
   WHERE m.membership_id = wall_membership() AND wall_reader() IS NOT NULL
     AND r.released_at <= clock_now() AND clock_now() < r.return_by
     AND NOT EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = a.id)
     AND (a.kind <> 'shien_kaigi' OR casework_has_oath(m.membership_id))
     AND (a.kind NOT IN ('jusou', 'chosei') OR wall_center() OR casework_agenda_agreed(a.id, wall_reader()))
     AND (a.kind <> 'internal' OR wall_center())
     AND NOT (a.case_id = ANY (wall_blocked()))
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
  IF item.kind IN ('jusou', 'chosei') AND NOT casework_meets_agencies(item.id) THEN
    RAISE EXCEPTION 'a meeting of agencies needs a member of another agency' USING ERRCODE = 'check_violation';
  END IF;
  IF item.kind IN ('jusou', 'chosei') AND EXISTS (
    SELECT 1 FROM casework_agendamember m
      JOIN marugoto_permissions_membership s ON s.id = m.membership_id
      JOIN marugoto_permissions_agency a ON a.id = s.agency_id
     WHERE m.agenda_id = item.id AND NOT a.is_center AND NOT casework_agenda_agreed(item.id, a.id)) THEN
    RAISE EXCEPTION 'a meeting of agencies needs consent for each of them' USING ERRCODE = 'check_violation';
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
CREATE OR REPLACE FUNCTION casework_agenda_loses_consent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM casework_case c WHERE c.id = NEW.case_id FOR NO KEY UPDATE;
  INSERT INTO casework_agendaremoval (id, agenda_id, case_id, cause, reason, removed_by_id, removed_at)
  SELECT gen_random_uuid(), a.id, a.case_id, 'withdrawn', '', wall_membership(), clock_now()
    FROM casework_agendaitem a
    JOIN casework_agendaperson p ON p.agenda_id = a.id
    JOIN casework_consent c ON c.id = NEW.consent_id AND c.person_id = p.person_id
   WHERE a.kind IN ('jusou', 'chosei') AND NOT casework_agenda_is_over(a.id)
     AND EXISTS (SELECT 1 FROM casework_agendamember m
                   JOIN marugoto_permissions_membership s ON s.id = m.membership_id
                   JOIN marugoto_permissions_agency g ON g.id = s.agency_id
                  WHERE m.agenda_id = a.id AND NOT g.is_center AND NOT casework_agenda_agreed(a.id, g.id));
  RETURN NULL;
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
     AND EXISTS (SELECT 1 FROM casework_agendaitem a WHERE a.id = NEW.agenda_id AND a.kind IN ('jusou', 'chosei')) THEN
    RAISE EXCEPTION 'a meeting of agencies needs a member of another agency' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION casework_minutes_of_mine() RETURNS TABLE (agenda_id uuid) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.agenda_id
    FROM casework_agendamember m
    JOIN casework_agendaitem a ON a.id = m.agenda_id
   WHERE m.membership_id = wall_membership() AND wall_reader() IS NOT NULL AND m.is_whole
     AND EXISTS (SELECT 1 FROM casework_minutescirculation c
                  WHERE c.agenda_id = a.id AND c.circulated_at <= clock_now() AND clock_now() < c.until)
     AND NOT EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = a.id)
     AND (a.kind <> 'shien_kaigi' OR casework_has_oath(m.membership_id))
     AND (a.kind NOT IN ('jusou', 'chosei') OR wall_center() OR casework_agenda_agreed(a.id, wall_reader()))
     AND (a.kind <> 'internal' OR wall_center())
     AND NOT (a.case_id = ANY (wall_blocked()))
$$;
"""
BACK = """
CREATE OR REPLACE FUNCTION casework_agendas_of_mine() RETURNS TABLE (agenda_id uuid, is_whole boolean) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.agenda_id, m.is_whole
    FROM casework_agendamember m
    JOIN casework_agendaitem a ON a.id = m.agenda_id
    JOIN casework_paperrelease r ON r.agenda_id = a.id
   WHERE m.membership_id = wall_membership() AND wall_reader() IS NOT NULL
     AND r.released_at <= clock_now() AND clock_now() < r.return_by
     AND NOT EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = a.id)
     AND (a.kind <> 'shien_kaigi' OR casework_has_oath(m.membership_id))
     AND (a.kind <> 'jusou' OR wall_center() OR casework_agenda_agreed(a.id, wall_reader()))
     AND (a.kind <> 'internal' OR wall_center())
     AND NOT (a.case_id = ANY (wall_blocked()))
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
CREATE OR REPLACE FUNCTION casework_agenda_loses_consent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM casework_case c WHERE c.id = NEW.case_id FOR NO KEY UPDATE;
  INSERT INTO casework_agendaremoval (id, agenda_id, case_id, cause, reason, removed_by_id, removed_at)
  SELECT gen_random_uuid(), a.id, a.case_id, 'withdrawn', '', wall_membership(), clock_now()
    FROM casework_agendaitem a
    JOIN casework_agendaperson p ON p.agenda_id = a.id
    JOIN casework_consent c ON c.id = NEW.consent_id AND c.person_id = p.person_id
   WHERE a.kind = 'jusou' AND NOT casework_agenda_is_over(a.id)
     AND EXISTS (SELECT 1 FROM casework_agendamember m
                   JOIN marugoto_permissions_membership s ON s.id = m.membership_id
                   JOIN marugoto_permissions_agency g ON g.id = s.agency_id
                  WHERE m.agenda_id = a.id AND NOT g.is_center AND NOT casework_agenda_agreed(a.id, g.id));
  RETURN NULL;
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
CREATE OR REPLACE FUNCTION casework_minutes_of_mine() RETURNS TABLE (agenda_id uuid) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.agenda_id
    FROM casework_agendamember m
    JOIN casework_agendaitem a ON a.id = m.agenda_id
   WHERE m.membership_id = wall_membership() AND wall_reader() IS NOT NULL AND m.is_whole
     AND EXISTS (SELECT 1 FROM casework_minutescirculation c
                  WHERE c.agenda_id = a.id AND c.circulated_at <= clock_now() AND clock_now() < c.until)
     AND NOT EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = a.id)
     AND (a.kind <> 'shien_kaigi' OR casework_has_oath(m.membership_id))
     AND (a.kind <> 'jusou' OR wall_center() OR casework_agenda_agreed(a.id, wall_reader()))
     AND (a.kind <> 'internal' OR wall_center())
     AND NOT (a.case_id = ANY (wall_blocked()))
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0094_minutes_attendees'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='agendaitem',
            name='agendaitem_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='ordinance',
            name='ordinance_kinds_known',
        ),
        migrations.AlterField(
            model_name='agendaitem',
            name='kind',
            field=models.CharField(choices=[('shien_kaigi', '支援会議（社会福祉法106条の6）'), ('jusou', '重層的支援会議'), ('chosei', '支援調整会議（生活困窮者自立支援）'), ('internal', '所内の会議')], max_length=12, verbose_name='会議の種類'),
        ),
        migrations.AlterField(
            model_name='ordinance',
            name='kinds',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('shien_kaigi', '支援会議（社会福祉法106条の6）'), ('jusou', '重層的支援会議'), ('chosei', '支援調整会議（生活困窮者自立支援）'), ('internal', '所内の会議')], max_length=12), size=None, verbose_name='対象の会議'),
        ),
        migrations.AddConstraint(
            model_name='agendaitem',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['shien_kaigi', 'jusou', 'chosei', 'internal'])), name='agendaitem_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='ordinance',
            constraint=models.CheckConstraint(condition=models.Q(('kinds__len__gte', 1), ('kinds__contained_by', ['shien_kaigi', 'jusou', 'chosei', 'internal'])), name='ordinance_kinds_known'),
        ),
        migrations.RunSQL(SQL, BACK, elidable=False),
    ]
