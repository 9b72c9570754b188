"""Links by which agencies without accounts answer, and their wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
CREATE FUNCTION casework_standing_link(held text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT l.id FROM casework_answerlink l
   WHERE l.secret_hash = held AND l.until > clock_now()
     AND l.answered = (SELECT count(*) FROM casework_referralanswer a WHERE a.referral_id = l.referral_id)
     AND NOT EXISTS (SELECT 1 FROM casework_referralrevocation r WHERE r.referral_id = l.referral_id)
$$;
ALTER TABLE casework_answerlink ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_answerlink FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_answerlink;
CREATE POLICY wall_owner ON casework_answerlink FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_answerlink;
CREATE POLICY wall_select ON casework_answerlink FOR SELECT TO app_web USING (((select wall_center()) AND EXISTS (SELECT 1 FROM casework_referral r WHERE r.id = casework_answerlink.referral_id)) OR id = (select casework_standing_link((select wall_link()))));
DROP POLICY IF EXISTS wall_insert ON casework_answerlink;
CREATE POLICY wall_insert ON casework_answerlink FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_referral r WHERE r.id = casework_answerlink.referral_id) AND made_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_answerlink;
CREATE POLICY wall_update ON casework_answerlink FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_answerlink;
CREATE POLICY wall_delete ON casework_answerlink FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_answerlink FROM app_web;
REVOKE UPDATE, DELETE ON casework_answerlink FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_answerlink;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_answerlink FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""
BACK = """
DROP FUNCTION casework_standing_link(text) CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0033_found_places'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.AlterField(
            model_name='referralanswer',
            name='medium',
            field=models.CharField(choices=[('account', '機関が自分で入力'), ('phone', '電話'), ('fax', 'ファクス'), ('letter', '手紙・手渡し'), ('meeting', '会議・訪問で'), ('link', 'リンク')], default='account', max_length=12, verbose_name='返事の方法'),
        ),
        migrations.CreateModel(
            name='AnswerLink',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('secret_hash', models.CharField(max_length=64, unique=True)),
                ('answered', models.PositiveSmallIntegerField()),
                ('until', models.DateTimeField()),
                ('made_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
                ('referral', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='casework.referral')),
            ],
            options={
                'verbose_name': '返事のリンク',
            },
        ),
        migrations.RunSQL(WALL, BACK),
    ]
