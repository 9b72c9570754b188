"""Alarms and what came of them."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marugoto_permissions', '0006_backup_of_the_log'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditAlarm',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('mass_read', '多くのケースを開いた'), ('mass_list', '一覧を大量に見た'), ('mass_download', '多くの帳票や書き出しを取り出した'), ('refusals', '見られないものを何度も開こうとした')], max_length=16, verbose_name='種類')),
                ('user_id', models.BigIntegerField(verbose_name='人')),
                ('agency_id', models.BigIntegerField(null=True, verbose_name='機関')),
                ('count', models.IntegerField(verbose_name='回数')),
                ('raised_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '警報',
                'indexes': [models.Index(fields=['user_id', 'kind', 'raised_at'], name='alarm_user_kind')],
            },
        ),
        migrations.CreateModel(
            name='AlarmReview',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('outcome', models.CharField(choices=[('duty', '職務として正しい'), ('explained', '本人に確かめ、問題はなかった'), ('leak', '漏えいのおそれがあり、対応を始めた')], max_length=12, verbose_name='結果')),
                ('words', models.CharField(max_length=300, verbose_name='確かめたこと')),
                ('reviewed_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('reviewed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
                ('alarm', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='marugoto_permissions.auditalarm')),
            ],
            options={
                'verbose_name': '警報の確認',
                'constraints': [models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='alarmreview_has_words')],
            },
        ),
    ]
