"""Who was at a meeting beside its members, with its wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_minutesattendee ADD CONSTRAINT casework_minutesattendee_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_minutesattendee ADD CONSTRAINT casework_minutesattendee_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_minutesattendee ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_minutesattendee FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_minutesattendee;
CREATE POLICY wall_owner ON casework_minutesattendee FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_minutesattendee;
CREATE POLICY wall_select ON casework_minutesattendee FOR SELECT TO app_web USING (((select wall_center()) AND NOT (casework_minutesattendee.case_id = ANY ((select wall_blocked())::uuid[])) OR agenda_id = ANY ((select wall_agenda_whole())::uuid[]) OR agenda_id = ANY ((select wall_minutes())::uuid[])) AND NOT (casework_minutesattendee.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_minutesattendee;
CREATE POLICY wall_insert ON casework_minutesattendee FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_minutesattendee.case_id = ANY ((select wall_blocked())::uuid[])) AND (select wall_role()) IN ('coordinator', 'chief') AND EXISTS (SELECT 1 FROM casework_minutes m WHERE m.agenda_id = casework_minutesattendee.agenda_id AND m.fixed_at = clock_now()));
DROP POLICY IF EXISTS wall_update ON casework_minutesattendee;
CREATE POLICY wall_update ON casework_minutesattendee FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_minutesattendee;
CREATE POLICY wall_delete ON casework_minutesattendee FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_minutesattendee FROM app_web;
REVOKE UPDATE, DELETE ON casework_minutesattendee FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_minutesattendee;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_minutesattendee FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0093_review_days'),
    ]

    operations = [
        migrations.CreateModel(
            name='MinutesAttendee',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('words', models.CharField(max_length=60, verbose_name='会議での呼び方、または氏名')),
                ('capacity', models.CharField(blank=True, max_length=60, verbose_name='立場')),
                ('agenda', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendees', to='casework.agendaitem')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
            ],
            options={
                'verbose_name': '会議に出席した本人・家族・その他',
                'constraints': [models.UniqueConstraint(fields=('agenda', 'position'), name='minutesattendee_in_order'), models.UniqueConstraint(fields=('agenda', 'person'), name='minutesattendee_once'), models.CheckConstraint(condition=models.Q(models.Q(('words', ''), _negated=True), models.Q(models.Q(('capacity', ''), ('person__isnull', False)), models.Q(('person__isnull', True), models.Q(('capacity', ''), _negated=True)), _connector='OR')), name='minutesattendee_person_or_capacity')],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
