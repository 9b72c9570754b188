"""What people said about two records of one person; its wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

KEYS = """
ALTER TABLE casework_samemark ADD CONSTRAINT casework_samemark_one_of_case FOREIGN KEY (one_id, one_case_id)
  REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_samemark ADD CONSTRAINT casework_samemark_other_of_case FOREIGN KEY (other_id, other_case_id)
  REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
"""
WALL = """
ALTER TABLE casework_samemark ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_samemark FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_samemark;
CREATE POLICY wall_owner ON casework_samemark FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_samemark;
CREATE POLICY wall_select ON casework_samemark FOR SELECT TO app_web USING ((select wall_center()) AND NOT (one_case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (other_case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_samemark;
CREATE POLICY wall_insert ON casework_samemark FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (one_case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (other_case_id = ANY ((select wall_blocked())::uuid[])) AND marked_by_id = (select wall_membership()));
DROP POLICY IF EXISTS wall_update ON casework_samemark;
CREATE POLICY wall_update ON casework_samemark FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_samemark;
CREATE POLICY wall_delete ON casework_samemark FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_samemark FROM app_web;
REVOKE UPDATE, DELETE ON casework_samemark FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_samemark;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_samemark FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0018_search'),
        ('marugoto_permissions', '0012_watch_sees_reviews'),
    ]

    operations = [
        migrations.CreateModel(
            name='SameMark',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('is_same', models.BooleanField(verbose_name='同じ人')),
                ('reason', models.CharField(max_length=300, verbose_name='理由')),
                ('marked_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('sequence', models.PositiveIntegerField()),
                ('marked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
                ('one', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
                ('one_case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
                ('other_case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
            ],
            options={
                'verbose_name': '同じ人の印',
                'constraints': [models.CheckConstraint(condition=models.Q(('one__lt', models.F('other'))), name='samemark_in_order'), models.CheckConstraint(condition=models.Q(('one_case', models.F('other_case')), _negated=True), name='samemark_two_cases'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='samemark_has_reason'), models.UniqueConstraint(fields=('one', 'other', 'sequence'), name='samemark_one_each')],
            },
        ),
        migrations.RunSQL(KEYS + WALL, migrations.RunSQL.noop, elidable=False),
    ]
