"""The database's side of relations: when a concealed household may be linked with somebody, and whose list moves."""

from __future__ import annotations

from permissions.walls.policies import Wall

# Runs as the owner: whom a household hides from is known to the center alone, and everybody's policy asks for it.
LINK = """
CREATE FUNCTION casework_may_link(of_case uuid, one uuid, other uuid) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (
    SELECT 1 FROM casework_concealment c
     WHERE c.case_id = of_case AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id)
       AND EXISTS (
         SELECT 1 FROM casework_person p WHERE p.id IN (one, other) AND (
           NOT casework_lives_here(p.id)
           OR EXISTS (SELECT 1 FROM casework_concealmentthreat t WHERE t.concealment_id = c.id
                         AND translate(t.name, ' 　', '') = translate(p.name, ' 　', '')))))
$$;
"""

NOTICE = """
CREATE FUNCTION casework_note_relation_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE casework_share s SET last_visible_change_at = clock_now()
   WHERE s.case_id = NEW.case_id AND s.closed_at IS NULL AND NOT NEW.is_sealed
     AND casework_may_link(NEW.case_id, NEW.one_id, NEW.other_id)
     AND NOT EXISTS (
       SELECT 1 FROM (VALUES (NEW.one_id, 'basic'), (NEW.one_id, NEW.one_item), (NEW.other_id, 'basic'),
                             (NEW.other_id, NEW.other_item)) AS needed (person, item)
        WHERE NOT EXISTS (
          SELECT 1 FROM casework_shareline l
           WHERE l.share_id = s.id AND l.person_id = needed.person AND l.item = needed.item AND l.ended_at IS NULL
             AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now())));
  INSERT INTO casework_caseactivity (case_id, changed_at) VALUES (NEW.case_id, clock_now())
    ON CONFLICT (case_id) DO UPDATE SET changed_at = clock_now();
  RETURN NULL;
END $$;
CREATE TRIGGER note_change AFTER INSERT ON casework_relation
  FOR EACH ROW EXECUTE FUNCTION casework_note_relation_change();
CREATE TRIGGER keeps AFTER INSERT ON casework_relation FOR EACH ROW WHEN (NEW.follows_id IS NOT NULL)
  EXECUTE FUNCTION casework_keeps('follows_id', 'case_id', 'one_id', 'other_id', 'group');
"""
# The clock says when a transaction began. Whoever began before a version was fixed and waited for it writes what the version did not
# know, and a version shows the relations that were noted by then.
AFTER_VERSIONS = """
CREATE FUNCTION casework_note_after_versions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  NEW.noted_at := greatest(NEW.noted_at, (
    SELECT max(a.fixed_at) + interval '1 microsecond' FROM casework_assessment a WHERE a.case_id = NEW.case_id));
  RETURN NEW;
END $$;
CREATE TRIGGER after_versions BEFORE INSERT ON casework_relation
  FOR EACH ROW EXECUTE FUNCTION casework_note_after_versions();
"""
FUNCTIONS = LINK + NOTICE
DEFINER_FUNCTIONS = ("casework_may_link", "casework_note_relation_change", "casework_note_after_versions")

KEYS = "\n".join(
    f"ALTER TABLE casework_relation ADD CONSTRAINT casework_relation_{name}_of_case FOREIGN KEY ({name}_id, case_id)"
    " REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;"
    for name in ("one", "other")
)

_NOT_BLOCKED = "NOT (casework_relation.case_id = ANY ((select wall_blocked())::uuid[]))"
_NOT_HIDDEN = "NOT (casework_relation.id = ANY ((select wall_hidden())::uuid[]))"


_LINE = (
    "EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_relation.case_id"
    " AND l.person_id = casework_relation.{person} AND l.item = {item} AND l.agency_id = (select wall_reader())"
    " AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))"
)
_LINES = " AND ".join(
    _LINE.format(person=f"{name}_id", item=item)
    for name in ("one", "other")
    for item in ("'basic'", f"casework_relation.{name}_item")
)
# Narrower than its labels: sealed ones are the center's, and a concealed household is not linked with anybody outside.
_SHOWN = (
    f"NOT is_sealed AND {_LINES}"
    " AND casework_may_link(casework_relation.case_id, casework_relation.one_id, casework_relation.other_id)"
)
WALLS = (
    Wall(
        table="casework_relation",
        select=f"((select wall_center()) OR ({_SHOWN})) AND {_NOT_BLOCKED} AND {_NOT_HIDDEN}",
        insert=f"(select wall_center()) AND {_NOT_BLOCKED}"
        " AND noted_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL",
        frozen=True,
    ),
)
