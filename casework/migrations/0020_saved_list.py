"""The case list as somebody wants it; its wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import uuid
from django.db import migrations, models

WALL = """
ALTER TABLE casework_savedlist ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_savedlist FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_savedlist;
CREATE POLICY wall_owner ON casework_savedlist FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_savedlist;
CREATE POLICY wall_select ON casework_savedlist FOR SELECT TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_insert ON casework_savedlist;
CREATE POLICY wall_insert ON casework_savedlist FOR INSERT TO app_web WITH CHECK (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_savedlist;
CREATE POLICY wall_update ON casework_savedlist FOR UPDATE TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL) WITH CHECK (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_delete ON casework_savedlist;
CREATE POLICY wall_delete ON casework_savedlist FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_savedlist FROM app_web;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0019_same_person'),
        ('marugoto_permissions', '0012_watch_sees_reviews'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedList',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('query', models.CharField(blank=True, max_length=200)),
                ('membership', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
            ],
            options={
                'verbose_name': '保存した一覧の条件',
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
