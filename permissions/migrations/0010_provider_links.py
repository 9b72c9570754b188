"""Who is who at the city's identity provider: the same table everywhere, whether a provider is set or not."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import permissions.walls.clock

RIGHTS = """
REVOKE UPDATE, TRUNCATE, REFERENCES, TRIGGER ON marugoto_permissions_providerlink FROM app_web;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('marugoto_permissions', '0009_alarms_of_break_glass'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ProviderLink',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('subject_hash', models.CharField(max_length=64, unique=True)),
                ('linked_at', models.DateTimeField(default=permissions.walls.clock.ClockNow, verbose_name='つながった日時')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='人')),
            ],
            options={
                'verbose_name': '市の認証基盤とのつながり',
                'verbose_name_plural': '市の認証基盤とのつながり',
            },
        ),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
