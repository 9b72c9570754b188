"""A note has one correction, with its label, and no text beside its paragraphs. The text is frozen; a test compares it."""

from django.db import migrations, models

FUNCTIONS = """
CREATE FUNCTION casework_correction_keeps_label() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM casework_note n
     WHERE n.id = NEW.corrects_id AND n.id <> NEW.id AND n.case_id = NEW.case_id AND n.item = NEW.item
       AND n.person_id IS NOT DISTINCT FROM NEW.person_id) THEN
    RAISE EXCEPTION 'a correction has the label of the note that it corrects' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER correction_keeps_label AFTER INSERT ON casework_note FOR EACH ROW
  WHEN (NEW.corrects_id IS NOT NULL) EXECUTE FUNCTION casework_correction_keeps_label();
"""


class Migration(migrations.Migration):

    dependencies = [('casework', '0028_bodies_become_paragraphs')]

    operations = [
        # Only so that going back finds something to put into the column.
        migrations.AlterField(
            model_name='note',
            name='body',
            field=models.TextField(default='', max_length=10000, verbose_name='内容'),
        ),
        migrations.RemoveField(model_name='note', name='body'),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.UniqueConstraint(fields=('corrects',), name='note_one_correction'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('correction_reason', ''), ('corrects__isnull', True)), models.Q(('corrects__isnull', False), models.Q(('correction_reason', ''), _negated=True)), _connector='OR'), name='note_correction_says_why'),
        ),
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION casework_correction_keeps_label() CASCADE;", elidable=False),
    ]
