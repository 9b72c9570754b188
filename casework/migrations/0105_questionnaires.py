"""What members say of a meeting afterwards, with its wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_questionnaire ADD CONSTRAINT casework_questionnaire_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_questionnaire ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_questionnaire FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_questionnaire;
CREATE POLICY wall_owner ON casework_questionnaire FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_questionnaire;
CREATE POLICY wall_select ON casework_questionnaire FOR SELECT TO app_web USING (((select wall_center()) AND NOT (casework_questionnaire.case_id = ANY ((select wall_blocked())::uuid[])) OR membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND (agenda_id = ANY ((select wall_agenda())::uuid[]) OR agenda_id = ANY ((select wall_minutes())::uuid[]))) AND NOT (casework_questionnaire.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_questionnaire;
CREATE POLICY wall_insert ON casework_questionnaire FOR INSERT TO app_web WITH CHECK (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND (agenda_id = ANY ((select wall_agenda_whole())::uuid[]) OR agenda_id = ANY ((select wall_minutes())::uuid[])) AND EXISTS (SELECT 1 FROM casework_minutes m WHERE m.agenda_id = casework_questionnaire.agenda_id));
DROP POLICY IF EXISTS wall_update ON casework_questionnaire;
CREATE POLICY wall_update ON casework_questionnaire FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_questionnaire;
CREATE POLICY wall_delete ON casework_questionnaire FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_questionnaire FROM app_web;
REVOKE UPDATE, DELETE ON casework_questionnaire FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_questionnaire;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_questionnaire FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0104_conveners_of_meetings'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.CreateModel(
            name='Questionnaire',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('role_clear', models.CharField(choices=[('yes', 'はい'), ('unsure', 'どちらともいえない'), ('no', 'いいえ')], max_length=6, verbose_name='自分の機関の役割がはっきりしましたか')),
                ('could_talk', models.CharField(choices=[('yes', 'はい'), ('unsure', 'どちらともいえない'), ('no', 'いいえ')], max_length=6, verbose_name='必要なことを話し合えましたか')),
                ('noticed', models.TextField(blank=True, max_length=1000, verbose_name='気づいたこと')),
                ('answered_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('agenda', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.agendaitem')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
            ],
            options={
                'verbose_name': '会議後アンケート',
                'constraints': [models.UniqueConstraint(fields=('agenda', 'membership'), name='questionnaire_once'), models.CheckConstraint(condition=models.Q(('could_talk__in', ['yes', 'unsure', 'no']), ('role_clear__in', ['yes', 'unsure', 'no'])), name='questionnaire_answers_known')],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
