"""Entries that are looked for by themselves, and seals by their day, have an index; alarms of tries that open nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marugoto_permissions', '0010_provider_links'),
    ]

    operations = [
        migrations.AlterField(
            model_name='auditalarm',
            name='kind',
            field=models.CharField(choices=[('mass_read', '多くのケースを開いた'), ('mass_list', '一覧を大量に見た'), ('mass_download', '多くの帳票や書き出しを取り出した'), ('break_glass', '緊急時の閲覧'), ('glass_refused', '緊急時の閲覧で、何度も開けなかった'), ('refusals', '見られないものを何度も開こうとした')], max_length=16, verbose_name='種類'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(condition=models.Q(('verb__in', ('refused', 'sign_in_failed', 'emergency_refused', 'log_verified', 'review_reminded'))), fields=['at'], name='audit_seldom_at'),
        ),
        migrations.AddIndex(
            model_name='auditseal',
            index=models.Index(fields=['sealed_at'], name='auditseal_sealed_at'),
        ),
    ]
