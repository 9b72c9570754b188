"""Alarms name the case that was opened in an emergency."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marugoto_permissions', '0008_walls_of_alarms'),
    ]

    operations = [
        migrations.AddField(
            model_name='auditalarm',
            name='case_id',
            field=models.UUIDField(null=True, verbose_name='ケース'),
        ),
        migrations.AlterField(
            model_name='auditalarm',
            name='kind',
            field=models.CharField(choices=[('mass_read', '多くのケースを開いた'), ('mass_list', '一覧を大量に見た'), ('mass_download', '多くの帳票や書き出しを取り出した'), ('break_glass', '緊急時の閲覧'), ('refusals', '見られないものを何度も開こうとした')], max_length=16, verbose_name='種類'),
        ),
    ]
