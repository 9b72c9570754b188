"""Ordinances, oaths, meetings and their walls. The text is frozen; a test compares it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
CREATE FUNCTION casework_fiscal_year(day date) RETURNS integer LANGUAGE sql IMMUTABLE
SET search_path = public, pg_temp AS $$
  SELECT extract(year FROM day - interval '3 months')::integer
$$;
CREATE FUNCTION casework_ordinance_holds(wanted uuid, kind text) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM casework_ordinance o
     WHERE o.id = wanted AND kind = ANY (o.kinds) AND o.valid_from <= clock_today()
       AND (o.valid_until IS NULL OR o.valid_until >= clock_today())
       AND NOT EXISTS (SELECT 1 FROM casework_ordinance n
                        WHERE n.supersedes_id = o.id AND n.valid_from <= clock_today()))
$$;
ALTER TABLE casework_oath ADD CONSTRAINT oath_of_the_year_of_its_day CHECK (year = casework_fiscal_year(signed_on));


CREATE FUNCTION casework_agenda_is_over(wanted uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = wanted)
$$;


CREATE FUNCTION casework_agenda_agreed(wanted uuid, wanted_agency bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM casework_agendaperson p WHERE p.agenda_id = wanted) AND NOT EXISTS (
    SELECT 1 FROM casework_agendaperson p
     WHERE p.agenda_id = wanted AND NOT EXISTS (
       SELECT 1 FROM casework_consentscope s JOIN casework_consent c ON c.id = s.consent_id
        WHERE c.person_id = p.person_id AND c.answer = 'given' AND s.agency_id = wanted_agency AND s.item = 'meeting'
          AND (c.valid_until IS NULL OR c.valid_until >= clock_today())
          AND NOT EXISTS (
            SELECT 1 FROM casework_consentwithdrawal w
             WHERE w.consent_id = c.id AND (w.agency_id IS NULL OR w.agency_id = s.agency_id)
               AND (w.item = '' OR w.item = s.item))))
$$;
CREATE FUNCTION casework_has_oath(member bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM casework_oath o
                  WHERE o.membership_id = member AND o.year = casework_fiscal_year(clock_today()))
$$;
CREATE FUNCTION casework_agendas_of_mine() RETURNS TABLE (agenda_id uuid, is_whole boolean) LANGUAGE sql STABLE
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
CREATE FUNCTION wall_agenda() RETURNS uuid[] LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(o.agenda_id), '{}') FROM casework_agendas_of_mine() o
$$;
CREATE FUNCTION wall_agenda_whole() RETURNS uuid[] LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(o.agenda_id), '{}') FROM casework_agendas_of_mine() o WHERE o.is_whole
$$;
CREATE FUNCTION wall_meetings() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(a.meeting_id), '{}')
    FROM casework_agendamember m JOIN casework_agendaitem a ON a.id = m.agenda_id
   WHERE m.membership_id = wall_membership() AND wall_reader() IS NOT NULL
     AND NOT (a.case_id = ANY (wall_blocked()))
$$;
CREATE FUNCTION casework_next_position(wanted uuid) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN wall_center() THEN coalesce(max(a.position), 0) + 1 END
    FROM casework_agendaitem a WHERE a.meeting_id = wanted
$$;


CREATE FUNCTION casework_agenda_goes_on() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  wanted uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.agenda_id ELSE NEW.agenda_id END;
BEGIN
  IF casework_agenda_is_over(wanted) THEN
    RAISE EXCEPTION 'this item is fixed or has left the agenda' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_ARGV[0] = 'before release' AND EXISTS (
    SELECT 1 FROM casework_paperrelease r WHERE r.agenda_id = wanted) THEN
    RAISE EXCEPTION 'the members are fixed since the papers were opened' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE FUNCTION casework_papers_may_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
CREATE TRIGGER papers_may_open BEFORE INSERT ON casework_paperrelease
  FOR EACH ROW EXECUTE FUNCTION casework_papers_may_open();
CREATE FUNCTION casework_agenda_loses_consent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
CREATE TRIGGER agenda_loses_consent AFTER INSERT ON casework_consentwithdrawal
  FOR EACH ROW EXECUTE FUNCTION casework_agenda_loses_consent();
CREATE FUNCTION casework_agenda_loses_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM casework_case c WHERE c.id = NEW.case_id FOR NO KEY UPDATE;
  IF NOT casework_lives_here(NEW.person_id) THEN
    INSERT INTO casework_agendaremoval (id, agenda_id, case_id, cause, reason, removed_by_id, removed_at)
    SELECT gen_random_uuid(), a.id, a.case_id, 'left', '', wall_membership(), clock_now()
      FROM casework_agendaitem a JOIN casework_agendaperson p ON p.agenda_id = a.id
     WHERE p.person_id = NEW.person_id AND NOT casework_agenda_is_over(a.id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER agenda_loses_person AFTER INSERT ON casework_stay
  FOR EACH ROW EXECUTE FUNCTION casework_agenda_loses_person();

ALTER TABLE casework_agendaitem ADD CONSTRAINT casework_agendaitem_id_case UNIQUE (id, case_id);
ALTER TABLE casework_agendaperson ADD CONSTRAINT casework_agendaperson_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_agendaperson ADD CONSTRAINT casework_agendaperson_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_agendamember ADD CONSTRAINT casework_agendamember_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_paperrelease ADD CONSTRAINT casework_paperrelease_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_agendaremoval ADD CONSTRAINT casework_agendaremoval_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_agendapaper ADD CONSTRAINT casework_agendapaper_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_prepsheet ADD CONSTRAINT casework_prepsheet_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER agenda_goes_on BEFORE INSERT ON casework_agendaperson FOR EACH ROW EXECUTE FUNCTION casework_agenda_goes_on('before release');
CREATE TRIGGER agenda_goes_on BEFORE INSERT OR UPDATE OR DELETE ON casework_agendamember FOR EACH ROW EXECUTE FUNCTION casework_agenda_goes_on('before release');
CREATE TRIGGER agenda_goes_on BEFORE INSERT ON casework_paperrelease FOR EACH ROW EXECUTE FUNCTION casework_agenda_goes_on('');
CREATE TRIGGER agenda_goes_on BEFORE INSERT ON casework_agendaremoval FOR EACH ROW EXECUTE FUNCTION casework_agenda_goes_on('');
CREATE TRIGGER agenda_goes_on BEFORE INSERT ON casework_agendapaper FOR EACH ROW EXECUTE FUNCTION casework_agenda_goes_on('');
CREATE TRIGGER agenda_goes_on BEFORE INSERT ON casework_prepsheet FOR EACH ROW EXECUTE FUNCTION casework_agenda_goes_on('');
CREATE TRIGGER known_purpose_added AFTER INSERT ON casework_agendaitem FOR EACH ROW WHEN (NEW.purpose <> '') EXECUTE FUNCTION casework_known_code('purpose', 'meeting_purpose');
CREATE TRIGGER known_purpose_changed AFTER UPDATE ON casework_agendaitem FOR EACH ROW WHEN (NEW.purpose <> '' AND NEW.purpose <> OLD.purpose) EXECUTE FUNCTION casework_known_code('purpose', 'meeting_purpose');
ALTER TABLE casework_ordinance ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_ordinance FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_ordinance;
CREATE POLICY wall_owner ON casework_ordinance FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_ordinance;
CREATE POLICY wall_select ON casework_ordinance FOR SELECT TO app_web USING ((select wall_agency()) IS NOT NULL);
DROP POLICY IF EXISTS wall_insert ON casework_ordinance;
CREATE POLICY wall_insert ON casework_ordinance FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND (select wall_role()) = 'chief' AND made_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_ordinance;
CREATE POLICY wall_update ON casework_ordinance FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_ordinance;
CREATE POLICY wall_delete ON casework_ordinance FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_ordinance FROM app_web;
REVOKE UPDATE, DELETE ON casework_ordinance FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_ordinance;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_ordinance FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_oath ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_oath FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_oath;
CREATE POLICY wall_owner ON casework_oath FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_oath;
CREATE POLICY wall_select ON casework_oath FOR SELECT TO app_web USING ((select wall_center()) OR membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_insert ON casework_oath;
CREATE POLICY wall_insert ON casework_oath FOR INSERT TO app_web WITH CHECK (recorded_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND signed_on <= clock_today() AND (medium = 'screen' AND membership_id = recorded_by_id AND signed_on = clock_today() OR medium = 'paper' AND (select wall_center())));
DROP POLICY IF EXISTS wall_update ON casework_oath;
CREATE POLICY wall_update ON casework_oath FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_oath;
CREATE POLICY wall_delete ON casework_oath FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_oath FROM app_web;
REVOKE UPDATE, DELETE ON casework_oath FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_oath;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_oath FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_meeting ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_meeting FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_meeting;
CREATE POLICY wall_owner ON casework_meeting FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_meeting;
CREATE POLICY wall_select ON casework_meeting FOR SELECT TO app_web USING ((select wall_center()) OR id = ANY ((select wall_meetings())::uuid[]));
DROP POLICY IF EXISTS wall_insert ON casework_meeting;
CREATE POLICY wall_insert ON casework_meeting FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND made_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_meeting;
CREATE POLICY wall_update ON casework_meeting FOR UPDATE TO app_web USING ((select wall_center())) WITH CHECK ((select wall_center()));
DROP POLICY IF EXISTS wall_delete ON casework_meeting;
CREATE POLICY wall_delete ON casework_meeting FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_meeting FROM app_web;

ALTER TABLE casework_agendaitem ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_agendaitem FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_agendaitem;
CREATE POLICY wall_owner ON casework_agendaitem FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_agendaitem;
CREATE POLICY wall_select ON casework_agendaitem FOR SELECT TO app_web USING (((select wall_center()) AND NOT (casework_agendaitem.case_id = ANY ((select wall_blocked())::uuid[])) OR id = ANY ((select wall_agenda())::uuid[])) AND NOT (casework_agendaitem.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_agendaitem;
CREATE POLICY wall_insert ON casework_agendaitem FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_agendaitem.case_id = ANY ((select wall_blocked())::uuid[])) AND added_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_agendaitem;
CREATE POLICY wall_update ON casework_agendaitem FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_agendaitem;
CREATE POLICY wall_delete ON casework_agendaitem FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_agendaitem FROM app_web;
REVOKE UPDATE, DELETE ON casework_agendaitem FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_agendaitem;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_agendaitem FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_agendaperson ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_agendaperson FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_agendaperson;
CREATE POLICY wall_owner ON casework_agendaperson FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_agendaperson;
CREATE POLICY wall_select ON casework_agendaperson FOR SELECT TO app_web USING (((select wall_center()) AND NOT (casework_agendaperson.case_id = ANY ((select wall_blocked())::uuid[])) OR agenda_id = ANY ((select wall_agenda())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_agendaperson;
CREATE POLICY wall_insert ON casework_agendaperson FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_agendaperson.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_agendaperson;
CREATE POLICY wall_update ON casework_agendaperson FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_agendaperson;
CREATE POLICY wall_delete ON casework_agendaperson FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_agendaperson FROM app_web;
REVOKE UPDATE, DELETE ON casework_agendaperson FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_agendaperson;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_agendaperson FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_agendamember ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_agendamember FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_agendamember;
CREATE POLICY wall_owner ON casework_agendamember FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_agendamember;
CREATE POLICY wall_select ON casework_agendamember FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_agendamember.case_id = ANY ((select wall_blocked())::uuid[])) OR agenda_id = ANY ((select wall_agenda())::uuid[]));
DROP POLICY IF EXISTS wall_insert ON casework_agendamember;
CREATE POLICY wall_insert ON casework_agendamember FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_agendamember.case_id = ANY ((select wall_blocked())::uuid[])) AND named_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_agendamember;
CREATE POLICY wall_update ON casework_agendamember FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_agendamember;
CREATE POLICY wall_delete ON casework_agendamember FOR DELETE TO app_web USING ((select wall_center()) AND NOT (casework_agendamember.case_id = ANY ((select wall_blocked())::uuid[])));
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_agendamember FROM app_web;

ALTER TABLE casework_paperrelease ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_paperrelease FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_paperrelease;
CREATE POLICY wall_owner ON casework_paperrelease FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_paperrelease;
CREATE POLICY wall_select ON casework_paperrelease FOR SELECT TO app_web USING (((select wall_center()) AND NOT (casework_paperrelease.case_id = ANY ((select wall_blocked())::uuid[])) OR agenda_id = ANY ((select wall_agenda())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_paperrelease;
CREATE POLICY wall_insert ON casework_paperrelease FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_paperrelease.case_id = ANY ((select wall_blocked())::uuid[])) AND released_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_paperrelease;
CREATE POLICY wall_update ON casework_paperrelease FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_paperrelease;
CREATE POLICY wall_delete ON casework_paperrelease FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_paperrelease FROM app_web;
REVOKE UPDATE, DELETE ON casework_paperrelease FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_paperrelease;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_paperrelease FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_agendaremoval ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_agendaremoval FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_agendaremoval;
CREATE POLICY wall_owner ON casework_agendaremoval FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_agendaremoval;
CREATE POLICY wall_select ON casework_agendaremoval FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_agendaremoval.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_agendaremoval;
CREATE POLICY wall_insert ON casework_agendaremoval FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_agendaremoval.case_id = ANY ((select wall_blocked())::uuid[])) AND removed_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_agendaremoval;
CREATE POLICY wall_update ON casework_agendaremoval FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_agendaremoval;
CREATE POLICY wall_delete ON casework_agendaremoval FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_agendaremoval FROM app_web;
REVOKE UPDATE, DELETE ON casework_agendaremoval FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_agendaremoval;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_agendaremoval FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_agendapaper ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_agendapaper FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_agendapaper;
CREATE POLICY wall_owner ON casework_agendapaper FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_agendapaper;
CREATE POLICY wall_select ON casework_agendapaper FOR SELECT TO app_web USING (((select wall_center()) AND NOT (casework_agendapaper.case_id = ANY ((select wall_blocked())::uuid[])) OR (agenda_id = ANY ((select wall_agenda_whole())::uuid[]) OR is_for_all AND agenda_id = ANY ((select wall_agenda())::uuid[]))) AND NOT (casework_agendapaper.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_agendapaper;
CREATE POLICY wall_insert ON casework_agendapaper FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_agendapaper.case_id = ANY ((select wall_blocked())::uuid[])) AND added_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_agendapaper;
CREATE POLICY wall_update ON casework_agendapaper FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_agendapaper;
CREATE POLICY wall_delete ON casework_agendapaper FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_agendapaper FROM app_web;
REVOKE UPDATE, DELETE ON casework_agendapaper FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_agendapaper;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_agendapaper FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_prepsheet ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_prepsheet FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_prepsheet;
CREATE POLICY wall_owner ON casework_prepsheet FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_prepsheet;
CREATE POLICY wall_select ON casework_prepsheet FOR SELECT TO app_web USING (((select wall_center()) AND NOT (casework_prepsheet.case_id = ANY ((select wall_blocked())::uuid[])) OR (agenda_id = ANY ((select wall_agenda_whole())::uuid[]) OR agency_id = (select wall_reader()) AND agenda_id = ANY ((select wall_agenda())::uuid[]))) AND NOT (casework_prepsheet.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_prepsheet;
CREATE POLICY wall_insert ON casework_prepsheet FOR INSERT TO app_web WITH CHECK (agency_id = (select wall_reader()) AND answered_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND agenda_id = ANY ((select wall_agenda())::uuid[]) AND NOT (casework_prepsheet.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_prepsheet;
CREATE POLICY wall_update ON casework_prepsheet FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_prepsheet;
CREATE POLICY wall_delete ON casework_prepsheet FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_prepsheet FROM app_web;
REVOKE UPDATE, DELETE ON casework_prepsheet FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_prepsheet;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_prepsheet FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_notification ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_notification FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_notification;
CREATE POLICY wall_owner ON casework_notification FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_notification;
CREATE POLICY wall_select ON casework_notification FOR SELECT TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND (CASE WHEN contact_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_contact s WHERE s.id = casework_notification.contact_id) WHEN referral_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_referral s WHERE s.id = casework_notification.referral_id) WHEN role_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_rolerow s WHERE s.id = casework_notification.role_id) WHEN case_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_case s WHERE s.id = casework_notification.case_id) WHEN recall_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_recall s WHERE s.id = casework_notification.recall_id) WHEN consent_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_consent s WHERE s.id = casework_notification.consent_id) WHEN task_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_task s WHERE s.id = casework_notification.task_id) WHEN meeting_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_meeting s WHERE s.id = casework_notification.meeting_id) ELSE false END));
DROP POLICY IF EXISTS wall_insert ON casework_notification;
CREATE POLICY wall_insert ON casework_notification FOR INSERT TO app_web WITH CHECK ((CASE WHEN contact_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_contact s WHERE s.id = casework_notification.contact_id) WHEN referral_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_referral s WHERE s.id = casework_notification.referral_id) WHEN role_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_rolerow s WHERE s.id = casework_notification.role_id) WHEN case_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_case s WHERE s.id = casework_notification.case_id) WHEN recall_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_recall s WHERE s.id = casework_notification.recall_id) WHEN consent_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_consent s WHERE s.id = casework_notification.consent_id) WHEN task_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_task s WHERE s.id = casework_notification.task_id) WHEN meeting_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_meeting s WHERE s.id = casework_notification.meeting_id) ELSE false END));
DROP POLICY IF EXISTS wall_update ON casework_notification;
CREATE POLICY wall_update ON casework_notification FOR UPDATE TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL) WITH CHECK (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_delete ON casework_notification;
CREATE POLICY wall_delete ON casework_notification FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_notification FROM app_web;
"""
# Before the tables and the column go that they name.
BACK = """
DELETE FROM casework_notification WHERE meeting_id IS NOT NULL;
DROP POLICY IF EXISTS wall_select ON casework_notification;
CREATE POLICY wall_select ON casework_notification FOR SELECT TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND (CASE WHEN contact_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_contact s WHERE s.id = casework_notification.contact_id) WHEN referral_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_referral s WHERE s.id = casework_notification.referral_id) WHEN role_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_rolerow s WHERE s.id = casework_notification.role_id) WHEN case_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_case s WHERE s.id = casework_notification.case_id) WHEN recall_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_recall s WHERE s.id = casework_notification.recall_id) WHEN consent_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_consent s WHERE s.id = casework_notification.consent_id) WHEN task_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_task s WHERE s.id = casework_notification.task_id) ELSE false END));
DROP POLICY IF EXISTS wall_insert ON casework_notification;
CREATE POLICY wall_insert ON casework_notification FOR INSERT TO app_web WITH CHECK ((CASE WHEN contact_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_contact s WHERE s.id = casework_notification.contact_id) WHEN referral_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_referral s WHERE s.id = casework_notification.referral_id) WHEN role_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_rolerow s WHERE s.id = casework_notification.role_id) WHEN case_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_case s WHERE s.id = casework_notification.case_id) WHEN recall_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_recall s WHERE s.id = casework_notification.recall_id) WHEN consent_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_consent s WHERE s.id = casework_notification.consent_id) WHEN task_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_task s WHERE s.id = casework_notification.task_id) ELSE false END));
DROP FUNCTION casework_agenda_loses_consent() CASCADE;
DROP FUNCTION casework_agenda_loses_person() CASCADE;
DROP FUNCTION casework_papers_may_open() CASCADE;
DROP FUNCTION casework_agenda_goes_on() CASCADE;
DROP FUNCTION casework_next_position(uuid);
DROP FUNCTION wall_meetings() CASCADE;
DROP FUNCTION wall_agenda_whole() CASCADE;
DROP FUNCTION wall_agenda() CASCADE;
DROP FUNCTION casework_agendas_of_mine();
DROP FUNCTION casework_has_oath(bigint);
DROP FUNCTION casework_agenda_agreed(uuid, bigint);
DROP FUNCTION casework_agenda_is_over(uuid);
DROP FUNCTION casework_ordinance_holds(uuid, text);
DROP FUNCTION casework_fiscal_year(date) CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0052_plans'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.CreateModel(
            name='AgendaItem',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField(verbose_name='順番')),
                ('kind', models.CharField(choices=[('shien_kaigi', '支援会議（社会福祉法106条の6）'), ('jusou', '重層的支援会議'), ('internal', '支援調整・所内の会議')], max_length=12, verbose_name='会議の種類')),
                ('purpose', models.CharField(max_length=24, verbose_name='目的')),
                ('purpose_text', models.TextField(blank=True, max_length=1000, verbose_name='この会議で話すこと')),
                ('added_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '議題',
            },
        ),
        migrations.CreateModel(
            name='AgendaMember',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('is_whole', models.BooleanField(default=True, verbose_name='すべての資料を見る')),
                ('named_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '構成員',
            },
        ),
        migrations.CreateModel(
            name='AgendaPaper',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('picture', '把握している世帯像'), ('current', 'いまの取組'), ('wanted', 'かかわってほしい機関'), ('request', '各機関へのお願い'), ('other', 'そのほか')], max_length=12, verbose_name='資料の種類')),
                ('text', models.TextField(max_length=4000, verbose_name='内容')),
                ('is_for_all', models.BooleanField(default=False, verbose_name='民生委員などにも見せる')),
                ('added_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '会議資料',
            },
        ),
        migrations.CreateModel(
            name='AgendaPerson',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('words', models.CharField(max_length=20, verbose_name='会議での呼び方')),
            ],
            options={
                'verbose_name': '議題の人',
            },
        ),
        migrations.CreateModel(
            name='AgendaRemoval',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('cause', models.CharField(choices=[('withdrawn', '同意が撤回された'), ('left', '世帯を離れた'), ('decided', 'センターが取り下げた')], max_length=12, verbose_name='取り下げのわけ')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='理由')),
                ('removed_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '議題の取り下げ',
            },
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='会議の番号')),
                ('label', models.CharField(max_length=60, verbose_name='会議の名前')),
                ('held_at', models.DateTimeField(verbose_name='日時')),
                ('place', models.CharField(blank=True, max_length=100, verbose_name='場所')),
                ('is_online', models.BooleanField(default=False, verbose_name='オンライン')),
                ('chair', models.CharField(max_length=60, verbose_name='議長')),
                ('made_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '会議',
            },
        ),
        migrations.CreateModel(
            name='Oath',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('medium', models.CharField(choices=[('screen', '画面で'), ('paper', '書面で')], max_length=8, verbose_name='方法')),
                ('signed_on', models.DateField(verbose_name='誓約した日')),
                ('kept_at', models.CharField(blank=True, max_length=100, verbose_name='書面の保管場所')),
                ('recorded_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '守秘の誓約',
            },
        ),
        migrations.CreateModel(
            name='Ordinance',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=100, verbose_name='名前')),
                ('text', models.TextField(max_length=20000, verbose_name='本文')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('shien_kaigi', '支援会議（社会福祉法106条の6）'), ('jusou', '重層的支援会議'), ('internal', '支援調整・所内の会議')], max_length=12), size=None, verbose_name='対象の会議')),
                ('valid_from', models.DateField(verbose_name='施行の日')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='効力の終わり')),
                ('made_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '設置要綱',
            },
        ),
        migrations.CreateModel(
            name='PaperRelease',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('released_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('return_by', models.DateTimeField(verbose_name='見られる期限')),
            ],
            options={
                'verbose_name': '資料の公開',
            },
        ),
        migrations.CreateModel(
            name='PrepSheet',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('sequence', models.PositiveSmallIntegerField()),
                ('knows', models.TextField(blank=True, max_length=2000, verbose_name='知っていること')),
                ('can_do', models.TextField(blank=True, max_length=2000, verbose_name='できること')),
                ('cannot_do', models.TextField(blank=True, max_length=2000, verbose_name='できないことと、そのわけ')),
                ('needs', models.TextField(blank=True, max_length=2000, verbose_name='必要なこと・お願い')),
                ('answered_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '準備シート',
            },
        ),
        migrations.RemoveConstraint(
            model_name='notification',
            name='notification_one_subject',
        ),
        migrations.RemoveConstraint(
            model_name='notification',
            name='notification_kind_known',
        ),
        migrations.AlterField(
            model_name='notification',
            name='kind',
            field=models.CharField(choices=[('contact', '新しい相談が届きました'), ('referral', 'つなぎが届きました'), ('referral_answer', 'つなぎに返事がありました'), ('referral_late', 'つなぎへの返事が遅れています'), ('role', '役割が決まりました'), ('role_answer', '役割に回答がありました'), ('role_late', '役割への回答がまだありません'), ('task', 'することを頼まれました'), ('deadline', '期限が近いか、過ぎています'), ('consent', '同意が記録されたか、撤回されました'), ('share', '共有が始まりました'), ('recall', '共有が終わりました'), ('holder', '担当が変わりました'), ('meeting', '会議に招かれたか、会議の予定が変わりました'), ('papers', '会議の資料を見られるようになりました'), ('agenda_left', '会議の議題が変わりました')], max_length=16, verbose_name='種類'),
        ),
        migrations.AddField(
            model_name='agendaitem',
            name='added_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='agendaitem',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='agendamember',
            name='agenda',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='casework.agendaitem'),
        ),
        migrations.AddField(
            model_name='agendamember',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='agendamember',
            name='membership',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='agendamember',
            name='named_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='agendapaper',
            name='added_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='agendapaper',
            name='agenda',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='casework.agendaitem'),
        ),
        migrations.AddField(
            model_name='agendapaper',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='agendaperson',
            name='agenda',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people', to='casework.agendaitem'),
        ),
        migrations.AddField(
            model_name='agendaperson',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='agendaperson',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person'),
        ),
        migrations.AddField(
            model_name='agendaremoval',
            name='agenda',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='removal', to='casework.agendaitem'),
        ),
        migrations.AddField(
            model_name='agendaremoval',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='agendaremoval',
            name='removed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='writer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership', verbose_name='議事録を書く人'),
        ),
        migrations.AddField(
            model_name='agendaitem',
            name='meeting',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='casework.meeting'),
        ),
        migrations.AddField(
            model_name='notification',
            name='meeting',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.meeting'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('case__isnull', True), ('consent__isnull', True), ('contact__isnull', False), ('meeting__isnull', True), ('recall__isnull', True), ('referral__isnull', True), ('role__isnull', True), ('task__isnull', True)), models.Q(('case__isnull', True), ('consent__isnull', True), ('contact__isnull', True), ('meeting__isnull', True), ('recall__isnull', True), ('referral__isnull', False), ('role__isnull', True), ('task__isnull', True)), models.Q(('case__isnull', True), ('consent__isnull', True), ('contact__isnull', True), ('meeting__isnull', True), ('recall__isnull', True), ('referral__isnull', True), ('role__isnull', False), ('task__isnull', True)), models.Q(('case__isnull', False), ('consent__isnull', True), ('contact__isnull', True), ('meeting__isnull', True), ('recall__isnull', True), ('referral__isnull', True), ('role__isnull', True), ('task__isnull', True)), models.Q(('case__isnull', True), ('consent__isnull', True), ('contact__isnull', True), ('meeting__isnull', True), ('recall__isnull', False), ('referral__isnull', True), ('role__isnull', True), ('task__isnull', True)), models.Q(('case__isnull', True), ('consent__isnull', False), ('contact__isnull', True), ('meeting__isnull', True), ('recall__isnull', True), ('referral__isnull', True), ('role__isnull', True), ('task__isnull', True)), models.Q(('case__isnull', True), ('consent__isnull', True), ('contact__isnull', True), ('meeting__isnull', True), ('recall__isnull', True), ('referral__isnull', True), ('role__isnull', True), ('task__isnull', False)), models.Q(('case__isnull', True), ('consent__isnull', True), ('contact__isnull', True), ('meeting__isnull', False), ('recall__isnull', True), ('referral__isnull', True), ('role__isnull', True), ('task__isnull', True)), _connector='OR'), name='notification_one_subject'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['contact', 'referral', 'referral_answer', 'referral_late', 'role', 'role_answer', 'role_late', 'task', 'deadline', 'consent', 'share', 'recall', 'holder', 'meeting', 'papers', 'agenda_left'])), name='notification_kind_known'),
        ),
        migrations.AddField(
            model_name='oath',
            name='membership',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership', verbose_name='誓約した人'),
        ),
        migrations.AddField(
            model_name='oath',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='ordinance',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='ordinance',
            name='supersedes',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='casework.ordinance'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='ordinance',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.ordinance', verbose_name='よりどころの要綱'),
        ),
        migrations.AddField(
            model_name='paperrelease',
            name='agenda',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='release', to='casework.agendaitem'),
        ),
        migrations.AddField(
            model_name='paperrelease',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='paperrelease',
            name='released_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='prepsheet',
            name='agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.agency'),
        ),
        migrations.AddField(
            model_name='prepsheet',
            name='agenda',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='prep_sheets', to='casework.agendaitem'),
        ),
        migrations.AddField(
            model_name='prepsheet',
            name='answered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='prepsheet',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddConstraint(
            model_name='agendamember',
            constraint=models.UniqueConstraint(fields=('agenda', 'membership'), name='agendamember_once'),
        ),
        migrations.AddConstraint(
            model_name='agendapaper',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['picture', 'current', 'wanted', 'request', 'other'])), name='agendapaper_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='agendapaper',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='agendapaper_has_text'),
        ),
        migrations.AddConstraint(
            model_name='agendaperson',
            constraint=models.UniqueConstraint(fields=('agenda', 'person'), name='agendaperson_once'),
        ),
        migrations.AddConstraint(
            model_name='agendaperson',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='agendaperson_has_words'),
        ),
        migrations.AddConstraint(
            model_name='agendaremoval',
            constraint=models.CheckConstraint(condition=models.Q(('cause__in', ['withdrawn', 'left', 'decided'])), name='agendaremoval_cause_known'),
        ),
        migrations.AddConstraint(
            model_name='agendaremoval',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cause', 'decided'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='agendaremoval_says_why'),
        ),
        migrations.AddIndex(
            model_name='agendaitem',
            index=models.Index(fields=['case', 'added_at'], name='agendaitem_case'),
        ),
        migrations.AddConstraint(
            model_name='agendaitem',
            constraint=models.UniqueConstraint(fields=('meeting', 'position'), name='agendaitem_in_order'),
        ),
        migrations.AddConstraint(
            model_name='agendaitem',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['shien_kaigi', 'jusou', 'internal'])), name='agendaitem_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='agendaitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'shien_kaigi'), _negated=True), models.Q(('purpose_text', ''), _negated=True), _connector='OR'), name='agendaitem_support_says_why'),
        ),
        migrations.AddConstraint(
            model_name='oath',
            constraint=models.UniqueConstraint(fields=('membership', 'year'), name='oath_once_a_year'),
        ),
        migrations.AddConstraint(
            model_name='oath',
            constraint=models.CheckConstraint(condition=models.Q(('medium__in', ['screen', 'paper'])), name='oath_medium_known'),
        ),
        migrations.AddConstraint(
            model_name='oath',
            constraint=models.CheckConstraint(condition=models.Q(('medium', 'screen'), models.Q(('kept_at', ''), _negated=True), _connector='OR'), name='oath_paper_is_kept'),
        ),
        migrations.AddConstraint(
            model_name='ordinance',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('text', ''), _negated=True)), name='ordinance_has_text'),
        ),
        migrations.AddConstraint(
            model_name='ordinance',
            constraint=models.CheckConstraint(condition=models.Q(('kinds__len__gte', 1), ('kinds__contained_by', ['shien_kaigi', 'jusou', 'internal'])), name='ordinance_kinds_known'),
        ),
        migrations.AddConstraint(
            model_name='ordinance',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='ordinance_in_order'),
        ),
        migrations.AddIndex(
            model_name='meeting',
            index=models.Index(fields=['held_at'], name='meeting_day'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('place', ''), _negated=True), ('is_online', True), _connector='OR'), name='meeting_says_where'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('label', ''), _negated=True), models.Q(('chair', ''), _negated=True)), name='meeting_has_label'),
        ),
        migrations.AddConstraint(
            model_name='paperrelease',
            constraint=models.CheckConstraint(condition=models.Q(('return_by__gt', models.F('released_at'))), name='paperrelease_in_order'),
        ),
        migrations.AddConstraint(
            model_name='prepsheet',
            constraint=models.UniqueConstraint(fields=('agenda', 'agency', 'sequence'), name='prepsheet_in_sequence'),
        ),
        migrations.AddConstraint(
            model_name='prepsheet',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('knows', ''), _negated=True), models.Q(('can_do', ''), _negated=True), models.Q(('cannot_do', ''), _negated=True), models.Q(('needs', ''), _negated=True), _connector='OR'), name='prepsheet_says_something'),
        ),
        migrations.RunSQL(WALL, BACK, elidable=False),
    ]
