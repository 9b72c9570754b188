"""Legal bases that a city adds, with their rule; kinds of sheet."""

from django.db import migrations, models


def build(apps, schema_editor):
    for statement in (FUNCTIONS, WALLS):
        schema_editor.execute(statement, params=None)


FUNCTIONS = """
CREATE FUNCTION casework_line_basis_added() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  temporary boolean;
BEGIN
  SELECT b.needs_approval INTO temporary FROM casework_addedbasis b WHERE b.code = NEW.basis;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'legal basis % is not known here', NEW.basis USING ERRCODE = 'check_violation';
  END IF;
  IF temporary AND (NEW.approver_id IS NULL OR NEW.until IS NULL) THEN
    RAISE EXCEPTION 'legal basis % needs an approver and an end', NEW.basis USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER line_basis_added BEFORE INSERT ON casework_shareline
  FOR EACH ROW WHEN (starts_with(NEW.basis, 'x_')) EXECUTE FUNCTION casework_line_basis_added();
"""

WALLS = """
ALTER TABLE casework_addedbasis ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_addedbasis FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_addedbasis;
CREATE POLICY wall_owner ON casework_addedbasis FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_addedbasis;
CREATE POLICY wall_select ON casework_addedbasis FOR SELECT TO app_web USING (true);
DROP POLICY IF EXISTS wall_insert ON casework_addedbasis;
CREATE POLICY wall_insert ON casework_addedbasis FOR INSERT TO app_web WITH CHECK (false);
DROP POLICY IF EXISTS wall_update ON casework_addedbasis;
CREATE POLICY wall_update ON casework_addedbasis FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_addedbasis;
CREATE POLICY wall_delete ON casework_addedbasis FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_addedbasis FROM app_web;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0004_path_of_sheets'),
        ('marugoto_permissions', '0005_public_node'),
    ]

    operations = [
        migrations.CreateModel(
            name='AddedBasis',
            fields=[
                ('code', models.CharField(max_length=16, primary_key=True, serialize=False)),
                ('needs_approval', models.BooleanField()),
            ],
            options={
                'verbose_name': '加えた法的根拠',
            },
        ),
        migrations.AlterModelOptions(
            name='sheet',
            options={'verbose_name': '帳票'},
        ),
        migrations.RemoveConstraint(
            model_name='shareline',
            name='shareline_basis_known',
        ),
        migrations.RemoveConstraint(
            model_name='sheet',
            name='sheet_one_waiting',
        ),
        migrations.AddField(
            model_name='sheet',
            name='kind',
            field=models.CharField(db_default='decision', default='decision', max_length=24),
        ),
        migrations.AddConstraint(
            model_name='shareline',
            constraint=models.CheckConstraint(condition=models.Q(('basis__in', ['consent', 'purpose', 'law', 'shien_kaigi', 'youtaikyo', 'other_council', 'internal', 'public_body', 'clear_benefit', 'life_safety']), ('basis__startswith', 'x_'), _connector='OR'), name='shareline_basis_known'),
        ),
        migrations.AddConstraint(
            model_name='sheet',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('decision', 'membership', 'kind'), name='sheet_one_waiting'),
        ),
        migrations.RunPython(build, migrations.RunPython.noop),
    ]
