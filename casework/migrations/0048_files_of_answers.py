"""A file comes with an agency's answer to its role. The text is frozen; a test compares it."""

import django.db.models.deletion
from django.db import migrations, models

# ruff: noqa: E501
SQL = """
ALTER TABLE casework_casefile ADD CONSTRAINT casework_casefile_id_answer UNIQUE (id, answer_id);
ALTER TABLE casework_filecontent ADD CONSTRAINT casework_filecontent_of_answer FOREIGN KEY (file_id, answer_id)
  REFERENCES casework_casefile (id, answer_id) DEFERRABLE INITIALLY DEFERRED;
DROP POLICY IF EXISTS wall_insert ON casework_casefile;
CREATE POLICY wall_insert ON casework_casefile FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_casefile.case_id = ANY ((select wall_blocked())::uuid[])) OR (added_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND EXISTS (SELECT 1 FROM casework_roleanswer a WHERE a.id = casework_casefile.answer_id AND a.agency_id = (select wall_reader()) AND a.answered_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND a.answered_at = clock_now() AND a.case_id = casework_casefile.case_id AND a.item = casework_casefile.item AND a.person_id IS NOT DISTINCT FROM casework_casefile.person_id)));
DROP POLICY IF EXISTS wall_insert ON casework_filecontent;
CREATE POLICY wall_insert ON casework_filecontent FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_filecontent.case_id = ANY ((select wall_blocked())::uuid[])) OR EXISTS (SELECT 1 FROM casework_roleanswer a WHERE a.id = casework_filecontent.answer_id AND a.agency_id = (select wall_reader()) AND a.answered_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND a.answered_at = clock_now() AND a.case_id = casework_filecontent.case_id AND a.item = casework_filecontent.item AND a.person_id IS NOT DISTINCT FROM casework_filecontent.person_id));
"""
# Before the column goes, which the policies name.
BACK = """
ALTER TABLE casework_filecontent DROP CONSTRAINT casework_filecontent_of_answer;
ALTER TABLE casework_casefile DROP CONSTRAINT casework_casefile_id_answer;
DROP POLICY IF EXISTS wall_insert ON casework_casefile;
CREATE POLICY wall_insert ON casework_casefile FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_casefile.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_filecontent;
CREATE POLICY wall_insert ON casework_filecontent FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_filecontent.case_id = ANY ((select wall_blocked())::uuid[])));
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0047_seed_attendee_roles'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.AddField(
            model_name='casefile',
            name='answer',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.roleanswer'),
        ),
        migrations.AddField(
            model_name='filecontent',
            name='answer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.roleanswer'),
        ),
        migrations.AddConstraint(
            model_name='casefile',
            constraint=models.CheckConstraint(condition=models.Q(('note__isnull', True), ('answer__isnull', True), _connector='OR'), name='casefile_beside_one'),
        ),
        migrations.RunSQL(SQL, BACK, elidable=False),
    ]
