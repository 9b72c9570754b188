"""The text of each note becomes its one paragraph; corrections of one note stand in a row, each with a reason.

Nobody's list moves: that paragraphs came is no change to a case. The note's own text goes in the next migration.
"""

from django.db import migrations

PARAGRAPHS = """
INSERT INTO casework_noteparagraph (id, case_id, person_id, item, note_id, position, kind, source, text)
SELECT gen_random_uuid(), case_id, person_id, item, id, 0, 'unsorted', 'unknown', body
  FROM casework_note WHERE body <> '';
"""

# Until now a note could have two corrections. The later one corrects the earlier one from now on, so both stay readable.
# Notes are frozen, for the owner too, so the trigger steps aside for these two columns.
CORRECTIONS = """
ALTER TABLE casework_note DISABLE TRIGGER USER;
DO $$
DECLARE
  moved bigint := 1;
BEGIN
  WHILE moved > 0 LOOP
    UPDATE casework_note n SET corrects_id = r.before
      FROM (SELECT id, lag(id) OVER (PARTITION BY corrects_id ORDER BY written_at, id) AS before
              FROM casework_note WHERE corrects_id IS NOT NULL) r
     WHERE r.id = n.id AND r.before IS NOT NULL;
    GET DIAGNOSTICS moved = ROW_COUNT;
  END LOOP;
END $$;
UPDATE casework_note SET correction_reason = '訂正の理由は、本文に書かれています。' WHERE corrects_id IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE casework_note ENABLE TRIGGER USER;
"""

# A body has no kinds: what was written since becomes one text again. Corrections stay in their row.
BACK = """
ALTER TABLE casework_note DISABLE TRIGGER USER;
ALTER TABLE casework_noteparagraph DISABLE TRIGGER USER;
UPDATE casework_note n SET correction_reason = '', body = coalesce(
  (SELECT string_agg(p.text, E'\\n\\n' ORDER BY p.position) FROM casework_noteparagraph p WHERE p.note_id = n.id), '');
DELETE FROM casework_noteparagraph;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE casework_note ENABLE TRIGGER USER;
ALTER TABLE casework_noteparagraph ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):

    dependencies = [('casework', '0027_note_paragraphs')]

    operations = [migrations.RunSQL(PARAGRAPHS + CORRECTIONS, BACK, elidable=False)]
