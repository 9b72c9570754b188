"""What an agency told the center about its role, and reminders of silence. The text is frozen; a test compares it."""

import permissions.walls.clock
from django.db import migrations, models

# ruff: noqa: E501
FILL = """
-- What was answered before was said when it was written down.
ALTER TABLE casework_roleanswer DISABLE TRIGGER USER;
UPDATE casework_roleanswer SET said_at = answered_at;
ALTER TABLE casework_roleanswer ENABLE TRIGGER USER;
"""
SQL = """
DROP POLICY IF EXISTS wall_insert ON casework_roleanswer;
CREATE POLICY wall_insert ON casework_roleanswer FOR INSERT TO app_web WITH CHECK (answered_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND ((agency_id = (select wall_reader()) AND medium = 'account') OR ((select wall_center()) AND NOT (casework_roleanswer.case_id = ANY ((select wall_blocked())::uuid[])) AND medium <> 'account')) AND EXISTS (SELECT 1 FROM casework_rolerow r WHERE r.id = casework_roleanswer.role_id AND r.agency_id = casework_roleanswer.agency_id AND r.case_id = casework_roleanswer.case_id AND r.item = casework_roleanswer.item AND r.person_id IS NOT DISTINCT FROM casework_roleanswer.person_id));
"""
# Before the column goes, which the policy names.
BACK = """
DELETE FROM casework_notification WHERE kind = 'role_late';
DROP POLICY IF EXISTS wall_insert ON casework_roleanswer;
CREATE POLICY wall_insert ON casework_roleanswer FOR INSERT TO app_web WITH CHECK (agency_id = (select wall_reader()) AND answered_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND EXISTS (SELECT 1 FROM casework_rolerow r WHERE r.id = casework_roleanswer.role_id AND r.agency_id = casework_roleanswer.agency_id AND r.case_id = casework_roleanswer.case_id AND r.item = casework_roleanswer.item AND r.person_id IS NOT DISTINCT FROM casework_roleanswer.person_id));
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0050_seed_close_kinds'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='notification',
            name='notification_kind_known',
        ),
        migrations.AddField(
            model_name='roleanswer',
            name='medium',
            field=models.CharField(choices=[('account', '機関が自分で入力'), ('phone', '電話'), ('fax', 'ファクス'), ('letter', '手紙・手渡し'), ('meeting', '会議・訪問で'), ('link', 'リンク')], default='account', max_length=12, verbose_name='返事の方法'),
        ),
        migrations.AddField(
            model_name='roleanswer',
            name='said_at',
            field=models.DateTimeField(null=True, verbose_name='返事があった日時'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop, elidable=False),
        # A default that is an expression cannot be given to rows that are there.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    'ALTER TABLE casework_roleanswer ALTER COLUMN said_at SET NOT NULL',
                    'ALTER TABLE casework_roleanswer ALTER COLUMN said_at DROP NOT NULL',
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='roleanswer',
                    name='said_at',
                    field=models.DateTimeField(default=permissions.walls.clock.ClockNow, verbose_name='返事があった日時'),
                )
            ],
        ),
        migrations.AlterField(
            model_name='notification',
            name='kind',
            field=models.CharField(choices=[('contact', '新しい相談が届きました'), ('referral', 'つなぎが届きました'), ('referral_answer', 'つなぎに返事がありました'), ('referral_late', 'つなぎへの返事が遅れています'), ('role', '役割が決まりました'), ('role_answer', '役割に回答がありました'), ('role_late', '役割への回答がまだありません'), ('task', 'することを頼まれました'), ('deadline', '期限が近いか、過ぎています'), ('consent', '同意が記録されたか、撤回されました'), ('share', '共有が始まりました'), ('recall', '共有が終わりました'), ('holder', '担当が変わりました')], max_length=16, verbose_name='種類'),
        ),
        migrations.AlterField(
            model_name='roleanswer',
            name='kind',
            field=models.CharField(choices=[('accepted', '引き受けます'), ('conditional', '条件付きで引き受けます'), ('declined', '引き受けられません'), ('on_track', '予定どおりです'), ('late', '遅れています'), ('progress', '途中の報告'), ('result', '結果の報告')], max_length=12, verbose_name='回答'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['contact', 'referral', 'referral_answer', 'referral_late', 'role', 'role_answer', 'role_late', 'task', 'deadline', 'consent', 'share', 'recall', 'holder'])), name='notification_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='roleanswer',
            constraint=models.CheckConstraint(condition=models.Q(('medium', 'account'), models.Q(('contact_person', ''), _negated=True), _connector='OR'), name='roleanswer_told_by_somebody'),
        ),
        migrations.RunSQL(SQL, BACK, elidable=False),
    ]
