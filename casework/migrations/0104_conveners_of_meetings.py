"""Who convened a meeting, which stands with its heading once minutes are fixed. The text is frozen; a test compares it."""

from django.db import migrations, models

# ruff: noqa: E501
STANDS = """
CREATE OR REPLACE FUNCTION casework_meeting_stands() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  standing text := casework_meeting_standing(OLD.id);
BEGIN
  IF standing IN ('fixed', 'over')
     AND (NEW.number, NEW.label, NEW.held_at, NEW.place, NEW.is_online, NEW.convener, NEW.chair, NEW.ordinance_id, NEW.made_by_id,
          NEW.made_at)
       IS DISTINCT FROM
       (OLD.number, OLD.label, OLD.held_at, OLD.place, OLD.is_online, OLD.convener, OLD.chair, OLD.ordinance_id, OLD.made_by_id,
        OLD.made_at)
     OR standing = 'over' AND NEW.writer_id <> OLD.writer_id
     OR standing = 'opened' AND OLD.ordinance_id IS NOT NULL AND NEW.ordinance_id IS DISTINCT FROM OLD.ordinance_id THEN
    RAISE EXCEPTION 'this of a meeting stands since papers were opened or minutes fixed'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
"""
BACK = """
CREATE OR REPLACE FUNCTION casework_meeting_stands() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  standing text := casework_meeting_standing(OLD.id);
BEGIN
  IF standing IN ('fixed', 'over')
     AND (NEW.number, NEW.label, NEW.held_at, NEW.place, NEW.is_online, NEW.chair, NEW.ordinance_id, NEW.made_by_id, NEW.made_at)
       IS DISTINCT FROM
       (OLD.number, OLD.label, OLD.held_at, OLD.place, OLD.is_online, OLD.chair, OLD.ordinance_id, OLD.made_by_id, OLD.made_at)
     OR standing = 'over' AND NEW.writer_id <> OLD.writer_id
     OR standing = 'opened' AND OLD.ordinance_id IS NOT NULL AND NEW.ordinance_id IS DISTINCT FROM OLD.ordinance_id THEN
    RAISE EXCEPTION 'this of a meeting stands since papers were opened or minutes fixed'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [("casework", "0103_plan_confirmations")]

    operations = [
        migrations.AddField(
            model_name="meeting",
            name="convener",
            field=models.CharField(blank=True, max_length=100, verbose_name="招集した人または機関"),
        ),
        migrations.RunSQL(STANDS, BACK, elidable=False),
    ]
