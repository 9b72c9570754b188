"""Break-glass: a basis that ends within the hour, and the one function that adds it. The text is frozen."""

import datetime
import django.db.models.expressions
from django.db import migrations, models


FUNCTION = r"""
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
     AND regexp_replace(wanted_name, '\s', '', 'g') <> ''
     AND regexp_replace(wanted_name, '\s', '', 'g')
         IN (regexp_replace(p.name, '\s', '', 'g'), regexp_replace(p.kana, '\s', '', 'g'))
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
        until, added_by_id, added_at, end_reason)
      VALUES (line, opened, whom, wanted, envelope, me.agency, 'emergency', why, clock_now(),
        clock_now() + interval '1 hour', wall_membership(), clock_now(), '');
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

# A public node can say that it acts for anybody; what runs as the owner is not for it.
RIGHTS = """
REVOKE ALL ON FUNCTION casework_open_emergency(text, text, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION casework_open_emergency(text, text, text, uuid) TO app_web;
REVOKE ALL ON FUNCTION casework_openings(uuid, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION casework_openings(uuid, timestamptz, timestamptz) TO app_web;
REVOKE ALL ON FUNCTION audit_make_partitions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_make_partitions(integer) TO app_web;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('marugoto_permissions', '0009_alarms_of_break_glass'),
        ('casework', '0005_extensions'),
        ('marugoto_permissions', '0009_alarms_of_break_glass'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='shareline',
            name='shareline_basis_known',
        ),
        migrations.AlterField(
            model_name='shareline',
            name='basis',
            field=models.CharField(choices=[('consent', '本人同意（個人情報保護法69条2項1号・27条1項）'), ('purpose', '利用目的の範囲内（個人情報保護法61条・69条1項）'), ('law', '法令に基づく場合（個人情報保護法69条1項）'), ('shien_kaigi', '支援会議（社会福祉法106条の6）'), ('youtaikyo', '要保護児童対策地域協議会（児童福祉法25条の2）'), ('other_council', '法律に基づくほかの会議・協議会'), ('internal', '庁内の相当な理由（個人情報保護法69条2項2号）'), ('public_body', 'ほかの行政機関等・相当な理由（個人情報保護法69条2項3号）'), ('clear_benefit', '明らかに本人の利益・特別の理由（個人情報保護法69条2項4号）'), ('life_safety', '人の生命・身体・財産の保護（個人情報保護法27条1項2号）'), ('emergency', '緊急時の閲覧（人の生命・身体の保護、あとで審査）')], max_length=16, verbose_name='法的根拠'),
        ),
        migrations.AddConstraint(
            model_name='shareline',
            constraint=models.CheckConstraint(condition=models.Q(('basis__in', ['consent', 'purpose', 'law', 'shien_kaigi', 'youtaikyo', 'other_council', 'internal', 'public_body', 'clear_benefit', 'life_safety', 'emergency']), ('basis__startswith', 'x_'), _connector='OR'), name='shareline_basis_known'),
        ),
        migrations.AddConstraint(
            model_name='shareline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('basis', 'emergency'), _negated=True), models.Q(('until__isnull', False), ('until__lte', django.db.models.expressions.CombinedExpression(models.F('starts_at'), '+', models.Value(datetime.timedelta(seconds=3600))))), _connector='OR'), name='shareline_emergency_ends'),
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION casework_open_emergency(text, text, text, uuid)"),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
