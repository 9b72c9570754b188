"""An emergency is a reason of its own to meet early (domain.md 2.6): it may be a fall, hunger or fire, and none of these is violence."""

import datetime

from django.db import migrations

LIST, CODE = "meeting_trigger", "emergency"


def seed(apps, schema_editor):
    apps.get_model("casework", "Code").objects.create(
        list_code=LIST, code=CODE, label="緊急対応に入った", plain_label="いそいで動いた",
        label_en="An emergency began", valid_from=datetime.date(2021, 4, 1), position=45,
    )  # fmt: skip


def unseed(apps, schema_editor):
    # A code is never deleted where the site runs; this goes back past the one of the list.
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casework_code DISABLE TRIGGER code_stays")
        cursor.execute("DELETE FROM casework_code WHERE list = %s AND code = %s", [LIST, CODE])
        cursor.execute("ALTER TABLE casework_code ENABLE TRIGGER code_stays")


class Migration(migrations.Migration):
    dependencies = [("casework", "0106_seed_minutes_phrases")]

    operations = [migrations.RunPython(seed, unseed)]
