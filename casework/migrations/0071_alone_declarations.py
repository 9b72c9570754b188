"""Who attends online says that they are alone, with its wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_alonedeclaration ADD CONSTRAINT casework_alonedeclaration_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER agenda_goes_on BEFORE INSERT ON casework_alonedeclaration FOR EACH ROW EXECUTE FUNCTION casework_agenda_goes_on('');
ALTER TABLE casework_alonedeclaration ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_alonedeclaration FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_alonedeclaration;
CREATE POLICY wall_owner ON casework_alonedeclaration FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_alonedeclaration;
CREATE POLICY wall_select ON casework_alonedeclaration FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_alonedeclaration.case_id = ANY ((select wall_blocked())::uuid[])) OR membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND agenda_id = ANY ((select wall_agenda())::uuid[]));
DROP POLICY IF EXISTS wall_insert ON casework_alonedeclaration;
CREATE POLICY wall_insert ON casework_alonedeclaration FOR INSERT TO app_web WITH CHECK (taken_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND ((select wall_center()) AND NOT (casework_alonedeclaration.case_id = ANY ((select wall_blocked())::uuid[])) OR membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND agenda_id = ANY ((select wall_agenda())::uuid[])) AND EXISTS (SELECT 1 FROM casework_agendamember m JOIN casework_agendaitem a ON a.id = m.agenda_id JOIN casework_meeting g ON g.id = a.meeting_id AND g.is_online WHERE m.agenda_id = casework_alonedeclaration.agenda_id AND m.membership_id = casework_alonedeclaration.membership_id));
DROP POLICY IF EXISTS wall_update ON casework_alonedeclaration;
CREATE POLICY wall_update ON casework_alonedeclaration FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_alonedeclaration;
CREATE POLICY wall_delete ON casework_alonedeclaration FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_alonedeclaration FROM app_web;
REVOKE UPDATE, DELETE ON casework_alonedeclaration FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_alonedeclaration;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_alonedeclaration FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0070_sessions_and_wards'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.CreateModel(
            name='AloneDeclaration',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('declared_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('agenda', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declarations', to='casework.agendaitem')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
                ('taken_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
            ],
            options={
                'verbose_name': 'ひとりの部屋の確認',
                'constraints': [models.UniqueConstraint(fields=('agenda', 'membership'), name='alonedeclaration_once')],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
