"""つなぎ票, an item that Marugoto got later: another choice, and no change of a table."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mihon_addon', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='interpreter',
            name='item',
            field=models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目'),
        ),
    ]
