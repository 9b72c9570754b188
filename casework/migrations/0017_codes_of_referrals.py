"""The reason of a hand-back is a code of a list. The text is frozen; a test compares it with the data."""

from django.db import migrations


def build(apps, schema_editor):
    schema_editor.execute(CODES, params=None)


CODES = """
CREATE TRIGGER known_reason_added AFTER INSERT ON casework_referralanswer FOR EACH ROW WHEN (NEW.reason <> '') EXECUTE FUNCTION casework_known_code('reason', 'return_reason');
CREATE TRIGGER known_reason_changed AFTER UPDATE ON casework_referralanswer FOR EACH ROW WHEN (NEW.reason <> '' AND NEW.reason <> OLD.reason) EXECUTE FUNCTION casework_known_code('reason', 'return_reason');
"""


class Migration(migrations.Migration):

    dependencies = [("casework", "0016_walls_of_reception")]

    operations = [migrations.RunPython(build, migrations.RunPython.noop)]
