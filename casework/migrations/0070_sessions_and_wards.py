"""Sessions of meetings and the ward are counted as well; the ward is new. The functions' text is frozen; a test compares it."""

from importlib import import_module

from django.db import migrations, models

# ruff: noqa: E501
SQL = """
CREATE OR REPLACE FUNCTION casework_month_facts(wanted text, first_on date, next_on date, working date[])
RETURNS TABLE (code text, subject uuid, case_id uuid, groups jsonb) LANGUAGE sql STABLE AS $$
  SELECT 'contacts', q.subject, q.case_id, q.groups FROM (SELECT c.id AS subject, c.case_id, jsonb_build_object('field', jsonb_build_array(CASE WHEN t.fields IS NULL THEN 'not_told' WHEN cardinality(t.fields) > 1 THEN 'multiple' ELSE t.fields[1] END), 'topic', to_jsonb(coalesce(t.topics, ARRAY['not_told'])), 'route', jsonb_build_array(c.route), 'channel', jsonb_build_array(c.channel), 'kind', jsonb_build_array(c.kind), 'ward', jsonb_build_array(coalesce(nullif(c.ward, ''), 'not_told')), 'age', jsonb_build_array(CASE WHEN a.years IS NULL THEN 'not_told' WHEN a.years < 18 THEN '0' WHEN a.years < 40 THEN '18' WHEN a.years < 65 THEN '40' WHEN a.years < 75 THEN '65' ELSE '75' END)) AS groups FROM casework_contact c, LATERAL (SELECT array_agg(DISTINCT t.topic::text) AS topics, array_agg(DISTINCT coalesce(nullif(k.report_code, ''), CASE t.topic WHEN 'care' THEN 'elderly' WHEN 'health' THEN 'disability' WHEN 'childcare' THEN 'child' WHEN 'community' THEN 'other' WHEN 'family' THEN 'other' WHEN 'hikikomori_school' THEN 'other' WHEN 'dv_abuse' THEN 'other' WHEN 'other' THEN 'other' WHEN 'unknown' THEN 'not_told' WHEN 'not_asked' THEN 'not_told' WHEN 'housing' THEN 'poverty' WHEN 'income' THEN 'poverty' WHEN 'rent_loan' THEN 'poverty' WHEN 'taxes_utilities' THEN 'poverty' WHEN 'debt' THEN 'poverty' WHEN 'job_search' THEN 'poverty' WHEN 'job_trouble' THEN 'poverty' WHEN 'food' THEN 'poverty' ELSE 'other' END)) AS fields FROM casework_contacttopic t LEFT JOIN casework_code k ON k.list = 'topic' AND k.code = t.topic WHERE t.contact_id = c.id) t, LATERAL (SELECT max(p.years) AS years FROM (SELECT coalesce(extract(year FROM age((c.received_at AT TIME ZONE 'Asia/Tokyo')::date, p.birth_on))::integer, p.age_about::integer) AS years FROM casework_person p WHERE p.case_id = c.case_id ORDER BY p.position, p.id LIMIT 1) p) a WHERE c.received_at >= (first_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND c.received_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo')) q WHERE wanted IS NULL OR wanted = 'contacts'
  UNION ALL
  SELECT 'people_new', q.subject, q.case_id, q.groups FROM (SELECT coalesce(c.case_id, c.id) AS subject, c.case_id, jsonb_build_object('field', jsonb_build_array(CASE WHEN t.fields IS NULL THEN 'not_told' WHEN cardinality(t.fields) > 1 THEN 'multiple' ELSE t.fields[1] END), 'topic', to_jsonb(coalesce(t.topics, ARRAY['not_told'])), 'route', jsonb_build_array(c.route), 'channel', jsonb_build_array(c.channel), 'kind', jsonb_build_array(c.kind), 'ward', jsonb_build_array(coalesce(nullif(c.ward, ''), 'not_told')), 'age', jsonb_build_array(CASE WHEN a.years IS NULL THEN 'not_told' WHEN a.years < 18 THEN '0' WHEN a.years < 40 THEN '18' WHEN a.years < 65 THEN '40' WHEN a.years < 75 THEN '65' ELSE '75' END)) AS groups FROM casework_contact c, LATERAL (SELECT array_agg(DISTINCT t.topic::text) AS topics, array_agg(DISTINCT coalesce(nullif(k.report_code, ''), CASE t.topic WHEN 'care' THEN 'elderly' WHEN 'health' THEN 'disability' WHEN 'childcare' THEN 'child' WHEN 'community' THEN 'other' WHEN 'family' THEN 'other' WHEN 'hikikomori_school' THEN 'other' WHEN 'dv_abuse' THEN 'other' WHEN 'other' THEN 'other' WHEN 'unknown' THEN 'not_told' WHEN 'not_asked' THEN 'not_told' WHEN 'housing' THEN 'poverty' WHEN 'income' THEN 'poverty' WHEN 'rent_loan' THEN 'poverty' WHEN 'taxes_utilities' THEN 'poverty' WHEN 'debt' THEN 'poverty' WHEN 'job_search' THEN 'poverty' WHEN 'job_trouble' THEN 'poverty' WHEN 'food' THEN 'poverty' ELSE 'other' END)) AS fields FROM casework_contacttopic t LEFT JOIN casework_code k ON k.list = 'topic' AND k.code = t.topic WHERE t.contact_id = c.id) t, LATERAL (SELECT max(p.years) AS years FROM (SELECT coalesce(extract(year FROM age((c.received_at AT TIME ZONE 'Asia/Tokyo')::date, p.birth_on))::integer, p.age_about::integer) AS years FROM casework_person p WHERE p.case_id = c.case_id ORDER BY p.position, p.id LIMIT 1) p) a WHERE c.received_at >= (first_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND c.received_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND c.kind <> 'advice' AND (c.case_id IS NULL OR NOT EXISTS (SELECT 1 FROM casework_contact o WHERE o.case_id = c.case_id AND (o.received_at, o.id) < (c.received_at, c.id)))) q WHERE wanted IS NULL OR wanted = 'people_new'
  UNION ALL
  SELECT 'cases_new', q.subject, q.case_id, q.groups FROM (SELECT c.id AS subject, c.id AS case_id, '{}'::jsonb AS groups FROM casework_case c WHERE c.opened_at >= (first_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND c.opened_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo')) q WHERE wanted IS NULL OR wanted = 'cases_new'
  UNION ALL
  SELECT 'referrals', q.subject, q.case_id, q.groups FROM (SELECT r.id AS subject, r.case_id, jsonb_build_object('receiver', jsonb_build_array(r.receiver_id::text)) AS groups FROM casework_referral r WHERE r.sent_at >= (first_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND r.sent_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo')) q WHERE wanted IS NULL OR wanted = 'referrals'
  UNION ALL
  SELECT 'returns', q.subject, q.case_id, q.groups FROM (SELECT a.id AS subject, a.case_id, jsonb_build_object('receiver', jsonb_build_array(a.agency_id::text), 'reason', jsonb_build_array(a.reason)) AS groups FROM casework_referralanswer a WHERE a.kind = 'returned' AND a.said_at >= (first_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND a.said_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo')) q WHERE wanted IS NULL OR wanted = 'returns'
  UNION ALL
  SELECT 'coordination_new', q.subject, q.case_id, q.groups FROM (SELECT e.case_id AS subject, e.case_id, jsonb_build_object('consent', jsonb_build_array(CASE WHEN EXISTS (SELECT 1 FROM casework_consent s WHERE s.case_id = e.case_id AND s.answer = 'given' AND s.explained_on < next_on) THEN 'with' ELSE 'without' END), 'brought', jsonb_build_array(coalesce((SELECT coalesce(g.kind, nullif(o.referrer_type, ''), 'self') FROM casework_contact o LEFT JOIN casework_brought b ON b.id = o.brought_id LEFT JOIN marugoto_permissions_agency g ON g.id = b.agency_id WHERE o.case_id = e.case_id ORDER BY o.received_at, o.id LIMIT 1), 'self'))) AS groups FROM casework_caseevent e WHERE e.verb = 'stage_changed' AND e.after ->> 'flow' = 'flow2' AND e.before ->> 'flow' IS DISTINCT FROM 'flow2' AND e.at >= (first_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND e.at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND NOT EXISTS (SELECT 1 FROM casework_caseevent p WHERE p.case_id = e.case_id AND p.verb = 'stage_changed' AND p.after ->> 'flow' = 'flow2' AND p.before ->> 'flow' IS DISTINCT FROM 'flow2' AND (p.at, p.id) < (e.at, e.id))) q WHERE wanted IS NULL OR wanted = 'coordination_new'
  UNION ALL
  SELECT 'coordination_open', q.subject, q.case_id, q.groups FROM (SELECT c.id AS subject, c.id AS case_id, '{}'::jsonb AS groups FROM (SELECT c.id, coalesce(n.before ->> 'stage', c.stage) AS stage, coalesce(n.before ->> 'flow', c.flow) AS flow FROM casework_case c LEFT JOIN (SELECT DISTINCT ON (e.case_id) e.case_id, e.before FROM casework_caseevent e WHERE e.verb = 'stage_changed' AND e.at >= (next_on::timestamp AT TIME ZONE 'Asia/Tokyo') ORDER BY e.case_id, e.at, e.id) n ON n.case_id = c.id WHERE c.opened_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo')) c WHERE c.flow = 'flow2' AND c.stage IN ('received', 'emergency', 'intake', 'screening', 'flow1_referring', 'flow1_confirmed', 'returned', 'flow2_assess', 'flow2_plan', 'flow2_meeting', 'flow2_agreed', 'flow2_active', 'flow2_eval', 'flow3_accompany', 'outreach_track', 'replanning', 'suspended', 'closing')) q WHERE wanted IS NULL OR wanted = 'coordination_open'
  UNION ALL
  SELECT 'suspended', q.subject, q.case_id, q.groups FROM (SELECT e.id AS subject, e.case_id, '{}'::jsonb AS groups FROM casework_caseevent e WHERE e.verb = 'stage_changed' AND e.after ->> 'stage' = 'suspended' AND e.at >= (first_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND e.at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo')) q WHERE wanted IS NULL OR wanted = 'suspended'
  UNION ALL
  SELECT 'closed', q.subject, q.case_id, q.groups FROM (SELECT l.id AS subject, l.case_id, jsonb_build_object('close_kind', jsonb_build_array(l.kind), 'flow', jsonb_build_array(c.flow)) AS groups FROM casework_closure l JOIN casework_case c ON c.id = l.case_id WHERE l.closed_at >= (first_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND l.closed_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo')) q WHERE wanted IS NULL OR wanted = 'closed'
  UNION ALL
  SELECT 'plans', q.subject, q.case_id, q.groups FROM (SELECT p.id AS subject, p.case_id, jsonb_build_object('plan', jsonb_build_array(CASE WHEN EXISTS (SELECT 1 FROM casework_plandecision o JOIN casework_plan b ON b.id = o.plan_id WHERE b.case_id = v.case_id AND b.version < v.version) THEN 'again' ELSE 'first' END)) AS groups FROM casework_plandecision p JOIN casework_plan v ON v.id = p.plan_id JOIN casework_decision d ON d.id = p.decision_id WHERE d.decided_on >= first_on AND d.decided_on < next_on) q WHERE wanted IS NULL OR wanted = 'plans'
  UNION ALL
  SELECT 'sessions', q.subject, q.case_id, q.groups FROM (SELECT a.meeting_id AS subject, a.case_id, jsonb_build_object('meeting', jsonb_build_array(a.kind)) AS groups FROM casework_agendaitem a JOIN casework_meeting m ON m.id = a.meeting_id WHERE m.held_at >= (first_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND m.held_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND m.held_at <= clock_now() AND NOT EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = a.id AND x.removed_at < m.held_at)) q WHERE wanted IS NULL OR wanted = 'sessions'
  UNION ALL
  SELECT 'discussed', q.subject, q.case_id, q.groups FROM (SELECT a.id AS subject, a.case_id, jsonb_build_object('meeting', jsonb_build_array(a.kind)) AS groups FROM casework_agendaitem a JOIN casework_meeting m ON m.id = a.meeting_id WHERE m.held_at >= (first_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND m.held_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND m.held_at <= clock_now() AND NOT EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = a.id AND x.removed_at < m.held_at)) q WHERE wanted IS NULL OR wanted = 'discussed'
  UNION ALL
  SELECT 'decisions', q.subject, q.case_id, q.groups FROM (SELECT d.id AS subject, d.case_id, jsonb_build_object('first', jsonb_build_array(CASE WHEN d.supersedes_id IS NULL THEN 'first' ELSE 'again' END)) AS groups FROM casework_decision d WHERE d.decided_on >= first_on AND d.decided_on < next_on) q WHERE wanted IS NULL OR wanted = 'decisions'
  UNION ALL
  SELECT 'roles', q.subject, q.case_id, q.groups FROM (SELECT w.id AS subject, w.case_id, jsonb_build_object('agency', jsonb_build_array(w.agency_id::text), 'answer', jsonb_build_array(coalesce((SELECT a.kind FROM casework_roleanswer a WHERE a.role_id = w.id AND a.kind IN ('accepted', 'conditional', 'declined') AND a.said_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo') ORDER BY a.sequence DESC LIMIT 1), ''))) AS groups FROM casework_rolerow w JOIN casework_decision d ON d.id = w.decision_id WHERE d.decided_on >= first_on AND d.decided_on < next_on) q WHERE wanted IS NULL OR wanted = 'roles'
  UNION ALL
  SELECT 'seats_days', q.subject, q.case_id, q.groups FROM (SELECT d.case_id AS subject, d.case_id, jsonb_build_object('days', jsonb_build_array(greatest(0, width_bucket((d.done_at AT TIME ZONE 'Asia/Tokyo')::date, working) - width_bucket((coalesce(f.received_at, c.opened_at) AT TIME ZONE 'Asia/Tokyo')::date, working))::text)) AS groups FROM (SELECT s.case_id, max(s.at) AS done_at FROM (SELECT w.case_id, w.seat, min(a.said_at) AS at FROM casework_rolerow w JOIN casework_roleanswer a ON a.role_id = w.id AND a.kind IN ('accepted', 'conditional') WHERE w.seat <> '' AND w.case_id IN (SELECT x.case_id FROM casework_roleanswer x WHERE x.said_at >= (first_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND x.said_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo')) GROUP BY w.case_id, w.seat) s GROUP BY s.case_id HAVING count(*) = 4) d JOIN casework_case c ON c.id = d.case_id, LATERAL (SELECT min(o.received_at) AS received_at FROM casework_contact o WHERE o.case_id = d.case_id) f WHERE d.done_at >= (first_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND d.done_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo')) q WHERE wanted IS NULL OR wanted = 'seats_days'
  UNION ALL
  SELECT 'first_contact', q.subject, q.case_id, q.groups FROM (SELECT r.id AS subject, r.case_id, jsonb_build_object('met', jsonb_build_array(CASE WHEN EXISTS (SELECT 1 FROM casework_referralanswer a WHERE a.referral_id = r.id AND a.kind = 'first_contact' AND a.said_at < ((due.on_day + 1)::timestamp AT TIME ZONE 'Asia/Tokyo')) THEN 'yes' ELSE 'no' END), 'receiver', jsonb_build_array(r.receiver_id::text)) AS groups FROM casework_referral r, LATERAL (SELECT working[width_bucket((r.sent_at AT TIME ZONE 'Asia/Tokyo')::date, working) + 10] AS on_day) due WHERE r.sent_at >= (first_on::timestamp AT TIME ZONE 'Asia/Tokyo') - interval '40 days' AND r.sent_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND due.on_day >= first_on AND due.on_day < next_on AND NOT EXISTS (SELECT 1 FROM casework_referralrevocation v WHERE v.referral_id = r.id AND v.revoked_at < ((due.on_day + 1)::timestamp AT TIME ZONE 'Asia/Tokyo'))) q WHERE wanted IS NULL OR wanted = 'first_contact'
  UNION ALL
  SELECT 'roles_unanswered', q.subject, q.case_id, q.groups FROM (SELECT w.id AS subject, w.case_id, jsonb_build_object('agency', jsonb_build_array(w.agency_id::text)) AS groups FROM casework_rolerow w JOIN casework_decision d ON d.id = w.decision_id JOIN (SELECT c.id, coalesce(n.before ->> 'stage', c.stage) AS stage, coalesce(n.before ->> 'flow', c.flow) AS flow FROM casework_case c LEFT JOIN (SELECT DISTINCT ON (e.case_id) e.case_id, e.before FROM casework_caseevent e WHERE e.verb = 'stage_changed' AND e.at >= (next_on::timestamp AT TIME ZONE 'Asia/Tokyo') ORDER BY e.case_id, e.at, e.id) n ON n.case_id = c.id WHERE c.opened_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo')) c ON c.id = w.case_id WHERE d.recorded_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND c.stage IN ('received', 'emergency', 'intake', 'screening', 'flow1_referring', 'flow1_confirmed', 'returned', 'flow2_assess', 'flow2_plan', 'flow2_meeting', 'flow2_agreed', 'flow2_active', 'flow2_eval', 'flow3_accompany', 'outreach_track', 'replanning', 'suspended', 'closing') AND NOT EXISTS (SELECT 1 FROM casework_decision n WHERE n.supersedes_id = d.id AND n.recorded_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo')) AND NOT EXISTS (SELECT 1 FROM casework_roleanswer a WHERE a.role_id = w.id AND a.said_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo'))) q WHERE wanted IS NULL OR wanted = 'roles_unanswered'
  UNION ALL
  SELECT 'without_next', q.subject, q.case_id, q.groups FROM (SELECT c.id AS subject, c.id AS case_id, jsonb_build_object('flow', jsonb_build_array(c.flow)) AS groups FROM (SELECT c.id, coalesce(n.before ->> 'stage', c.stage) AS stage, coalesce(n.before ->> 'flow', c.flow) AS flow FROM casework_case c LEFT JOIN (SELECT DISTINCT ON (e.case_id) e.case_id, e.before FROM casework_caseevent e WHERE e.verb = 'stage_changed' AND e.at >= (next_on::timestamp AT TIME ZONE 'Asia/Tokyo') ORDER BY e.case_id, e.at, e.id) n ON n.case_id = c.id WHERE c.opened_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo')) c WHERE c.stage IN ('received', 'emergency', 'intake', 'screening', 'flow1_referring', 'flow1_confirmed', 'returned', 'flow2_assess', 'flow2_plan', 'flow2_meeting', 'flow2_agreed', 'flow2_active', 'flow2_eval', 'flow3_accompany', 'outreach_track', 'replanning', 'suspended', 'closing') AND NOT EXISTS (SELECT 1 FROM casework_task t WHERE t.case_id = c.id AND t.made_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo') AND NOT EXISTS (SELECT 1 FROM casework_taskend x WHERE x.task_id = t.id AND x.ended_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo')))) q WHERE wanted IS NULL OR wanted = 'without_next'
$$;

CREATE OR REPLACE FUNCTION casework_close_month(wanted_month date, working date[], close_key uuid)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  upto date := (wanted_month + interval '1 month')::date;
  number integer;
BEGIN
  IF NOT coalesce(wall_job() = 'close_months' OR (wall_center() AND wall_role() = 'chief'), false)
     OR wanted_month <> date_trunc('month', wanted_month)::date OR upto > clock_today() THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('casework_close_month', 0));
  SELECT coalesce(max(c.revision), 0) + 1 INTO number FROM casework_monthclose c WHERE c.month = wanted_month;
  WITH counted AS MATERIALIZED (
    SELECT f.code, f.subject, f.case_id, f.groups FROM casework_month_facts(NULL, wanted_month, upto, working) f
  ), kept AS MATERIALIZED (
    SELECT f.code, f.subject, f.case_id, f.groups FROM casework_monthfact f
      JOIN casework_monthclose c ON c.id = f.close_id AND c.month = wanted_month
     GROUP BY f.code, f.subject, f.case_id, f.groups HAVING sum(f.weight) > 0
  ), changed AS (
    SELECT n.*, 1 AS weight FROM (SELECT * FROM counted EXCEPT SELECT * FROM kept) n
    UNION ALL
    SELECT o.*, -1 FROM (SELECT * FROM kept EXCEPT SELECT * FROM counted) o
  ), made AS (
    INSERT INTO casework_monthclose (id, month, revision, closed_by_id, closed_at)
      SELECT close_key, wanted_month, number, wall_membership(), clock_now()
       WHERE number = 1 OR EXISTS (SELECT 1 FROM changed)
    RETURNING id
  )
  INSERT INTO casework_monthfact (id, close_id, code, subject, case_id, groups, weight)
    SELECT gen_random_uuid(), m.id, d.code, d.subject, d.case_id, d.groups, d.weight FROM changed d, made m;
  IF NOT EXISTS (SELECT 1 FROM casework_monthclose c WHERE c.id = close_key) THEN
    RETURN 0;
  END IF;
  INSERT INTO casework_monthcount (id, close_id, code, dimension, cell, value)
    SELECT gen_random_uuid(), close_key, s.code, g.dimension, g.cell,
           CASE WHEN s.code IN ('sessions') THEN count(DISTINCT s.subject) ELSE count(*) END
      FROM (SELECT f.code, f.subject, f.case_id, f.groups
              FROM casework_monthfact f JOIN casework_monthclose c ON c.id = f.close_id AND c.month = wanted_month
             GROUP BY f.code, f.subject, f.case_id, f.groups HAVING sum(f.weight) > 0) s, LATERAL (SELECT '' AS dimension, '' AS cell UNION ALL SELECT d.key, v.value FROM jsonb_each(s.groups) d, jsonb_array_elements_text(d.value) v) g
     GROUP BY s.code, g.dimension, g.cell;
  RETURN number;
END $$;

CREATE OR REPLACE FUNCTION casework_month_counts(wanted_month date)
RETURNS TABLE (revision integer, code text, dimension text, cell text, value bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH hidden AS (
    SELECT f.* FROM casework_monthfact f JOIN casework_monthclose c ON c.id = f.close_id AND c.month = wanted_month
     WHERE f.case_id = ANY ((SELECT wall_blocked())::uuid[])
  ), concerned AS (
    SELECT h.close_id, h.code, h.subject, h.groups, h.weight, true AS is_hidden FROM hidden h WHERE h.code NOT IN ('sessions')
    UNION ALL
    SELECT f.close_id, f.code, f.subject, f.groups, f.weight, f.case_id = ANY ((SELECT wall_blocked())::uuid[])
      FROM casework_monthfact f JOIN casework_monthclose c ON c.id = f.close_id AND c.month = wanted_month
     WHERE f.code IN ('sessions') AND f.subject IN (SELECT h.subject FROM hidden h WHERE h.code IN ('sessions'))
  ), revised AS (
    SELECT later.id AS close_id, f.code, g.dimension, g.cell, f.subject,
           coalesce(sum(f.weight) FILTER (WHERE f.is_hidden), 0) AS hidden,
           coalesce(sum(f.weight) FILTER (WHERE f.is_hidden IS NOT TRUE), 0) AS seen
      FROM concerned f JOIN casework_monthclose c ON c.id = f.close_id
      JOIN casework_monthclose later ON later.month = c.month AND later.revision >= c.revision, LATERAL (SELECT '' AS dimension, '' AS cell UNION ALL SELECT d.key, v.value FROM jsonb_each(f.groups) d, jsonb_array_elements_text(d.value) v) g
     GROUP BY later.id, f.code, g.dimension, g.cell, f.subject
  ), shut AS (
    SELECT r.close_id, r.code, r.dimension, r.cell,
           sum(CASE WHEN r.code NOT IN ('sessions') THEN r.hidden WHEN r.hidden > 0 AND r.seen = 0 THEN 1 ELSE 0 END) AS number
      FROM revised r GROUP BY r.close_id, r.code, r.dimension, r.cell
  )
  SELECT c.revision::integer, k.code::text, k.dimension::text, k.cell::text, k.value - coalesce(s.number, 0)
    FROM casework_monthclose c JOIN casework_monthcount k ON k.close_id = c.id
    LEFT JOIN shut s ON s.close_id = k.close_id AND s.code = k.code AND s.dimension = k.dimension AND s.cell = k.cell
   WHERE c.month = wanted_month AND (SELECT wall_role()) IN ('auditor', 'chief', 'coordinator', 'privacy_officer') AND k.value > coalesce(s.number, 0)
$$;
"""

_FIRST = import_module("casework.migrations.0064_reports").SQL
_CLOSING = "CREATE OR REPLACE FUNCTION casework_close_month"
BACK = (
    import_module("casework.migrations.0065_counts_of_meetings_and_plans").SQL
    + _CLOSING
    + _FIRST.split(_CLOSING, 1)[1].split("ALTER TABLE", 1)[0]
)


class Migration(migrations.Migration):

    dependencies = [("casework", "0069_sheets_of_cases")]

    operations = [
        migrations.AddField(
            model_name="contact", name="ward",
            field=models.CharField(blank=True, default="", max_length=50, verbose_name="住んでいる区"),
            preserve_default=False,
        ),
        migrations.RunSQL(SQL, BACK, elidable=False),
    ]  # fmt: skip
