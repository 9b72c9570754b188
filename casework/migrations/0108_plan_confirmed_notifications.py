"""The worker of a case is told that the city confirmed its plan."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0107_seed_emergency_trigger'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='notification',
            name='notification_kind_known',
        ),
        # Nobody was told of this before: what was told of it goes.
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "DELETE FROM casework_notification WHERE kind = 'plan_confirmed'",
            elidable=False,
        ),
        migrations.AlterField(
            model_name='notification',
            name='kind',
            field=models.CharField(choices=[('contact', '新しい相談が届きました'), ('referral', 'つなぎが届きました'), ('referral_answer', 'つなぎに返事がありました'), ('referral_late', 'つなぎへの返事が遅れています'), ('role', '役割が決まりました'), ('role_ended', '役割が、新しい決定で変わったか、終わりました'), ('role_answer', '役割に回答がありました'), ('role_late', '役割への回答がまだありません'), ('role_overdue', '引き受けた役割の期限が来たか、過ぎています'), ('plan_confirmed', '支援プランを市が支援決定しました'), ('assessment', 'アセスメントを頼まれました'), ('assess_answer', '頼んだアセスメントが書かれました'), ('assess_late', '頼んだアセスメントがまだ書かれていません'), ('role_declined', '引き受けられない役割が、まだ決め直されていません'), ('talk', '本人か世帯の人と話す日が近いか、過ぎています'), ('task', 'することを頼まれました'), ('deadline', '期限が近いか、過ぎています'), ('consent', '同意が記録されたか、撤回されました'), ('share', '共有が始まりました'), ('recall', '共有が終わりました'), ('holder', '担当が変わりました'), ('meeting', '会議に招かれたか、会議の予定が変わりました'), ('papers', '会議の資料を見られるようになりました'), ('agenda_left', '会議の議題が変わりました')], max_length=16, verbose_name='種類'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['contact', 'referral', 'referral_answer', 'referral_late', 'role', 'role_ended', 'role_answer', 'role_late', 'role_overdue', 'plan_confirmed', 'assessment', 'assess_answer', 'assess_late', 'role_declined', 'talk', 'task', 'deadline', 'consent', 'share', 'recall', 'holder', 'meeting', 'papers', 'agenda_left'])), name='notification_kind_known'),
        ),
    ]
