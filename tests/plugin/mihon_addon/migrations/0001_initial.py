"""The tables of the addon; the one with content of cases stands behind the same walls as ours."""

import django.db.models.deletion
import uuid
from django.db import migrations, models

from casework.walls import labelled_sql


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('casework', '0005_extensions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Told',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hook', models.CharField(max_length=40)),
                ('text', models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name='Interpreter',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議')], max_length=12, verbose_name='項目')),
                ('language', models.CharField(max_length=40)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RunSQL(labelled_sql("mihon_addon_interpreter"), migrations.RunSQL.noop),
    ]
