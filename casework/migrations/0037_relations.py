"""What one person of a case is to another; its wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
SQL = r"""
CREATE FUNCTION casework_may_link(of_case uuid, one uuid, other uuid) RETURNS boolean LANGUAGE sql STABLE
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

CREATE FUNCTION casework_note_relation_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE casework_share s SET last_visible_change_at = clock_now()
   WHERE s.case_id = NEW.case_id AND s.closed_at IS NULL AND NOT NEW.is_sealed
     AND casework_may_link(NEW.case_id, NEW.one_id, NEW.other_id)
     AND NOT EXISTS (
       SELECT 1 FROM (VALUES (NEW.one_id, 'basic'), (NEW.one_id, NEW.one_item), (NEW.other_id, 'basic'),
                             (NEW.other_id, NEW.other_item)) AS needed (person, item)
        WHERE NOT EXISTS (
          SELECT 1 FROM casework_shareline l
           WHERE l.share_id = s.id AND l.person_id = needed.person AND l.item = needed.item AND l.ended_at IS NULL
             AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now())));
  INSERT INTO casework_caseactivity (case_id, changed_at) VALUES (NEW.case_id, clock_now())
    ON CONFLICT (case_id) DO UPDATE SET changed_at = clock_now();
  RETURN NULL;
END $$;
CREATE TRIGGER note_change AFTER INSERT ON casework_relation
  FOR EACH ROW EXECUTE FUNCTION casework_note_relation_change();
CREATE TRIGGER keeps AFTER INSERT ON casework_relation FOR EACH ROW WHEN (NEW.follows_id IS NOT NULL)
  EXECUTE FUNCTION casework_keeps('follows_id', 'case_id', 'one_id', 'other_id', 'group');
ALTER TABLE casework_relation ADD CONSTRAINT casework_relation_one_of_case FOREIGN KEY (one_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_relation ADD CONSTRAINT casework_relation_other_of_case FOREIGN KEY (other_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_relation ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_relation FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_relation;
CREATE POLICY wall_owner ON casework_relation FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_relation;
CREATE POLICY wall_select ON casework_relation FOR SELECT TO app_web USING (((select wall_center()) OR (NOT is_sealed AND EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_relation.case_id AND l.person_id = casework_relation.one_id AND l.item = 'basic' AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now())) AND EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_relation.case_id AND l.person_id = casework_relation.one_id AND l.item = casework_relation.one_item AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now())) AND EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_relation.case_id AND l.person_id = casework_relation.other_id AND l.item = 'basic' AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now())) AND EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_relation.case_id AND l.person_id = casework_relation.other_id AND l.item = casework_relation.other_item AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now())) AND casework_may_link(casework_relation.case_id, casework_relation.one_id, casework_relation.other_id))) AND NOT (casework_relation.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_relation.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_relation;
CREATE POLICY wall_insert ON casework_relation FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_relation.case_id = ANY ((select wall_blocked())::uuid[])) AND noted_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_relation;
CREATE POLICY wall_update ON casework_relation FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_relation;
CREATE POLICY wall_delete ON casework_relation FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_relation FROM app_web;
REVOKE UPDATE, DELETE ON casework_relation FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_relation;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_relation FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [('casework', '0036_seed_stay_reasons'), ('marugoto_permissions', '0012_watch_sees_reviews')]

    operations = [
        migrations.CreateModel(
            name='Relation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('group', models.CharField(choices=[('parent', '親子'), ('couple', '夫婦・パートナー'), ('sibling', 'きょうだい'), ('key', 'キーパーソン'), ('care', '世話・介護'), ('feeling', '気持ちのつながり'), ('violence', '暴力')], editable=False, max_length=12)),
                ('kind', models.CharField(choices=[('birth_parent', '実の親'), ('adoptive_parent', '養親（養子縁組）'), ('foster_parent', '里親'), ('step_parent', '継親（親の再婚相手）'), ('married', '配偶者（婚姻）'), ('common_law', 'パートナー（事実婚・同棲）'), ('separated', '配偶者（別居）'), ('divorced', '離婚した元の配偶者'), ('sibling', 'きょうだい'), ('twin', '双子のきょうだい'), ('key', 'キーパーソン'), ('carer', '世話・介護をしている人'), ('strong', 'つながりの強い相手'), ('weak', 'つながりの弱い相手'), ('conflict', '対立している相手'), ('cut_off', '縁を切っている相手'), ('violent', '暴力をふるう人')], max_length=16, verbose_name='関係')),
                ('one_item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], editable=False, max_length=12)),
                ('other_item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], editable=False, max_length=12)),
                ('is_sealed', models.BooleanField(default=False, editable=False)),
                ('since_on', models.DateField(blank=True, null=True, verbose_name='いつから')),
                ('hours_week', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='1週間の時間')),
                ('words', models.CharField(blank=True, max_length=200, verbose_name='くわしいこと')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='終わった日')),
                ('noted_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('follows', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.relation')),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
                ('one', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
            ],
            options={
                'verbose_name': '関係',
                'indexes': [models.Index(fields=['case'], name='relation_case')],
                'constraints': [models.CheckConstraint(condition=models.Q(('one', models.F('other')), _negated=True), name='relation_of_two'), models.CheckConstraint(condition=models.Q(('pk__in', []), models.Q(('group', 'parent'), ('is_sealed', False), ('kind__in', ['adoptive_parent', 'birth_parent', 'foster_parent', 'step_parent']), ('one_item', 'basic'), ('other_item', 'basic')), models.Q(('group', 'couple'), ('is_sealed', False), ('kind__in', ['common_law', 'divorced', 'married', 'separated']), ('one_item', 'basic'), ('other_item', 'basic')), models.Q(('group', 'sibling'), ('is_sealed', False), ('kind__in', ['sibling', 'twin']), ('one_item', 'basic'), ('other_item', 'basic')), models.Q(('group', 'key'), ('is_sealed', False), ('kind__in', ['key']), ('one_item', 'basic'), ('other_item', 'basic')), models.Q(('group', 'care'), ('is_sealed', False), ('kind__in', ['carer']), ('one_item', 'basic'), ('other_item', 'health')), models.Q(('group', 'feeling'), ('is_sealed', False), ('kind__in', ['conflict', 'cut_off', 'strong', 'weak']), ('one_item', 'assessment'), ('other_item', 'assessment')), models.Q(('group', 'violence'), ('is_sealed', True), ('kind__in', ['violent']), ('one_item', 'assessment'), ('other_item', 'assessment')), _connector='OR'), name='relation_follows_kind'), models.CheckConstraint(condition=models.Q(('hours_week__isnull', True), ('group', 'care'), _connector='OR'), name='relation_hours_of_care'), models.CheckConstraint(condition=models.Q(('hours_week__isnull', True), ('hours_week__lte', 168), _connector='OR'), name='relation_hours_of_week'), models.UniqueConstraint(fields=('follows',), name='relation_one_follower')],
            },
        ),
        migrations.RunSQL(SQL, "DROP FUNCTION casework_may_link(uuid, uuid, uuid), casework_note_relation_change() CASCADE;", elidable=False),
    ]
