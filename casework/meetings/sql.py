"""The walls of meetings, and what only the database can hold to: who may read now, what must be there before papers open.

None of the functions that run as their owner tells more than whether somebody may read: keys of items and meetings; and the center, how
far a meeting has come.
"""

from __future__ import annotations

from permissions.walls.policies import Wall

_CENTER = "(select wall_center())"
_ME = "(select wall_membership()) AND (select wall_reader()) IS NOT NULL"
OPEN_TO_ME = "= ANY ((select wall_agenda())::uuid[])"
WHOLE_TO_ME = "= ANY ((select wall_agenda_whole())::uuid[])"
PASSED_TO_ME = "= ANY ((select wall_minutes())::uuid[])"

# What the law of the item asks for while somebody reads of it, whatever is open of it.
_STILL_HOLDS = """NOT EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = a.id)
     AND (a.kind <> 'shien_kaigi' OR casework_has_oath(m.membership_id))
     AND (a.kind NOT IN ('jusou', 'chosei') OR wall_center() OR casework_agenda_agreed(a.id, wall_reader()))
     AND (a.kind <> 'internal' OR wall_center())
     AND NOT (a.case_id = ANY (wall_blocked()))"""

# Named, between release and return by the database's clock, on the agenda still, not shut out of the case; for a 支援会議
# with the oath of this fiscal year, for a 重層的支援会議 and a 支援調整会議 with a consent of everybody on the table for one's own agency. A membership
# that ended or an agency that closed is no reader any more, and sees nothing.
READ = """
CREATE FUNCTION casework_agenda_agreed(wanted uuid, wanted_agency bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM casework_agendaperson p WHERE p.agenda_id = wanted) AND NOT EXISTS (
    SELECT 1 FROM casework_agendaperson p
     WHERE p.agenda_id = wanted AND NOT EXISTS (
       SELECT 1 FROM casework_consentscope s JOIN casework_consent c ON c.id = s.consent_id
        WHERE c.person_id = p.person_id AND c.answer = 'given' AND s.agency_id = wanted_agency AND s.item = 'meeting'
          AND (c.valid_until IS NULL OR c.valid_until >= clock_today())
          AND NOT EXISTS (
            SELECT 1 FROM casework_consentwithdrawal w
             WHERE w.consent_id = c.id AND (w.agency_id IS NULL OR w.agency_id = s.agency_id)
               AND (w.item = '' OR w.item = s.item))))
$$;
CREATE FUNCTION casework_has_oath(member bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM casework_oath o
                  WHERE o.membership_id = member AND o.year = casework_fiscal_year(clock_today()))
$$;
CREATE FUNCTION casework_agendas_of_mine() RETURNS TABLE (agenda_id uuid, is_whole boolean) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.agenda_id, m.is_whole
    FROM casework_agendamember m
    JOIN casework_agendaitem a ON a.id = m.agenda_id
    JOIN casework_paperrelease r ON r.agenda_id = a.id
   WHERE m.membership_id = wall_membership() AND wall_reader() IS NOT NULL
     AND r.released_at <= clock_now() AND clock_now() < r.return_by
     AND STILL_HOLDS
$$;
CREATE FUNCTION wall_agenda() RETURNS uuid[] LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(o.agenda_id), '{}') FROM casework_agendas_of_mine() o
$$;
CREATE FUNCTION wall_agenda_whole() RETURNS uuid[] LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(o.agenda_id), '{}') FROM casework_agendas_of_mine() o WHERE o.is_whole
$$;
CREATE FUNCTION wall_meetings() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(a.meeting_id), '{}')
    FROM casework_agendamember m JOIN casework_agendaitem a ON a.id = m.agenda_id
   WHERE m.membership_id = wall_membership() AND wall_reader() IS NOT NULL
     AND NOT (a.case_id = ANY (wall_blocked()))
$$;
CREATE FUNCTION casework_next_position(wanted uuid) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN wall_center() THEN coalesce(max(a.position), 0) + 1 END
    FROM casework_agendaitem a WHERE a.meeting_id = wanted
$$;
""".replace("STILL_HOLDS", _STILL_HOLDS)

# The fixed minutes, while they are passed round: for whoever reads all of the item, and nothing else of it.
CIRCULATION = """
CREATE FUNCTION casework_minutes_of_mine() RETURNS TABLE (agenda_id uuid) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT m.agenda_id
    FROM casework_agendamember m
    JOIN casework_agendaitem a ON a.id = m.agenda_id
   WHERE m.membership_id = wall_membership() AND wall_reader() IS NOT NULL AND m.is_whole
     AND EXISTS (SELECT 1 FROM casework_minutescirculation c
                  WHERE c.agenda_id = a.id AND c.circulated_at <= clock_now() AND clock_now() < c.until)
     AND STILL_HOLDS
$$;
CREATE FUNCTION wall_minutes() RETURNS uuid[] LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(o.agenda_id), '{}') FROM casework_minutes_of_mine() o
$$;
CREATE FUNCTION casework_minutes_may_circulate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM casework_minutes m WHERE m.agenda_id = NEW.agenda_id)
     OR EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = NEW.agenda_id) THEN
    RAISE EXCEPTION 'fixed minutes of an item on the agenda are passed round' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.circulated_at > clock_now() THEN
    RAISE EXCEPTION 'minutes are passed round from now on' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER minutes_may_circulate BEFORE INSERT ON casework_minutescirculation
  FOR EACH ROW EXECUTE FUNCTION casework_minutes_may_circulate();
""".replace("STILL_HOLDS", _STILL_HOLDS)

# 重層的支援会議 and 支援調整会議 are meetings of agencies (domain.md 3.2). Without one of them nobody's consent would be asked for.
AGENCIES = """
CREATE FUNCTION casework_meets_agencies(wanted uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM casework_agendamember m
      JOIN marugoto_permissions_membership s ON s.id = m.membership_id
      JOIN marugoto_permissions_agency g ON g.id = s.agency_id
     WHERE m.agenda_id = wanted AND NOT g.is_center)
$$;
"""

# Before papers open everything the law of the meeting asks for is there; afterwards nobody is named or struck out any more, and of an
# item that is fixed or gone nothing changes. For the owner of the tables, too: an error, not "0 rows".
RULES = """
CREATE FUNCTION casework_agenda_goes_on() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  wanted uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.agenda_id ELSE NEW.agenda_id END;
BEGIN
  IF casework_agenda_is_over(wanted) THEN
    RAISE EXCEPTION 'this item is fixed or has left the agenda' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_ARGV[0] = 'before release' AND EXISTS (
    SELECT 1 FROM casework_paperrelease r WHERE r.agenda_id = wanted) THEN
    RAISE EXCEPTION 'the members are fixed since the papers were opened' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE FUNCTION casework_papers_may_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  item casework_agendaitem;
BEGIN
  SELECT * INTO item FROM casework_agendaitem a WHERE a.id = NEW.agenda_id;
  -- Whoever changes the meeting comes before or after.
  PERFORM 1 FROM casework_meeting g WHERE g.id = item.meeting_id FOR SHARE;
  IF NOT EXISTS (SELECT 1 FROM casework_agendamember m WHERE m.agenda_id = item.id)
     OR NOT EXISTS (SELECT 1 FROM casework_agendaperson p WHERE p.agenda_id = item.id) THEN
    RAISE EXCEPTION 'papers need members and people' USING ERRCODE = 'check_violation';
  END IF;
  IF item.kind = 'shien_kaigi' AND (
    NOT casework_ordinance_holds((SELECT g.ordinance_id FROM casework_meeting g WHERE g.id = item.meeting_id), item.kind)
    OR EXISTS (SELECT 1 FROM casework_agendamember m
                WHERE m.agenda_id = item.id AND NOT casework_has_oath(m.membership_id))) THEN
    RAISE EXCEPTION 'a 支援会議 needs an ordinance in force and everybody''s oath' USING ERRCODE = 'check_violation';
  END IF;
  IF item.kind IN ('jusou', 'chosei') AND NOT casework_meets_agencies(item.id) THEN
    RAISE EXCEPTION 'a meeting of agencies needs a member of another agency' USING ERRCODE = 'check_violation';
  END IF;
  IF item.kind IN ('jusou', 'chosei') AND EXISTS (
    SELECT 1 FROM casework_agendamember m
      JOIN marugoto_permissions_membership s ON s.id = m.membership_id
      JOIN marugoto_permissions_agency a ON a.id = s.agency_id
     WHERE m.agenda_id = item.id AND NOT a.is_center AND NOT casework_agenda_agreed(item.id, a.id)) THEN
    RAISE EXCEPTION 'a meeting of agencies needs consent for each of them' USING ERRCODE = 'check_violation';
  END IF;
  IF item.kind = 'internal' AND EXISTS (
    SELECT 1 FROM casework_agendamember m
      JOIN marugoto_permissions_membership s ON s.id = m.membership_id
      JOIN marugoto_permissions_agency a ON a.id = s.agency_id
     WHERE m.agenda_id = item.id AND NOT a.is_center) THEN
    RAISE EXCEPTION 'an internal meeting has no members from outside' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER papers_may_open BEFORE INSERT ON casework_paperrelease
  FOR EACH ROW EXECUTE FUNCTION casework_papers_may_open();
CREATE FUNCTION casework_agenda_loses_consent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM casework_case c WHERE c.id = NEW.case_id FOR NO KEY UPDATE;
  INSERT INTO casework_agendaremoval (id, agenda_id, case_id, cause, reason, removed_by_id, removed_at)
  SELECT gen_random_uuid(), a.id, a.case_id, 'withdrawn', '', wall_membership(), clock_now()
    FROM casework_agendaitem a
    JOIN casework_agendaperson p ON p.agenda_id = a.id
    JOIN casework_consent c ON c.id = NEW.consent_id AND c.person_id = p.person_id
   WHERE a.kind IN ('jusou', 'chosei') AND NOT casework_agenda_is_over(a.id)
     AND EXISTS (SELECT 1 FROM casework_agendamember m
                   JOIN marugoto_permissions_membership s ON s.id = m.membership_id
                   JOIN marugoto_permissions_agency g ON g.id = s.agency_id
                  WHERE m.agenda_id = a.id AND NOT g.is_center AND NOT casework_agenda_agreed(a.id, g.id));
  RETURN NULL;
END $$;
CREATE TRIGGER agenda_loses_consent AFTER INSERT ON casework_consentwithdrawal
  FOR EACH ROW EXECUTE FUNCTION casework_agenda_loses_consent();
CREATE FUNCTION casework_agenda_loses_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM casework_case c WHERE c.id = NEW.case_id FOR NO KEY UPDATE;
  IF NOT casework_lives_here(NEW.person_id) THEN
    INSERT INTO casework_agendaremoval (id, agenda_id, case_id, cause, reason, removed_by_id, removed_at)
    SELECT gen_random_uuid(), a.id, a.case_id, 'left', '', wall_membership(), clock_now()
      FROM casework_agendaitem a JOIN casework_agendaperson p ON p.agenda_id = a.id
     WHERE p.person_id = NEW.person_id AND NOT casework_agenda_is_over(a.id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER agenda_loses_person AFTER INSERT ON casework_stay
  FOR EACH ROW EXECUTE FUNCTION casework_agenda_loses_person();
"""

IS_OVER = """
CREATE FUNCTION casework_agenda_is_over(wanted uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = wanted)
      OR EXISTS (SELECT 1 FROM casework_minutes m WHERE m.agenda_id = wanted)
$$;
"""

# What the members were told of a meeting, and what its record rests on, stands with the first minutes that are fixed; its ordinance
# with the first papers that open. Who writes may change for as long as there is something to write.
STANDING = """
CREATE FUNCTION casework_meeting_standing(wanted uuid) RETURNS text LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM casework_minutes m JOIN casework_agendaitem a ON a.id = m.agenda_id
                  WHERE a.meeting_id = wanted)
    THEN CASE WHEN EXISTS (
      SELECT 1 FROM casework_agendaitem a JOIN casework_meeting g ON g.id = a.meeting_id
       WHERE a.meeting_id = wanted AND NOT EXISTS (SELECT 1 FROM casework_minutes m WHERE m.agenda_id = a.id)
         AND NOT EXISTS (SELECT 1 FROM casework_agendaremoval x
                          WHERE x.agenda_id = a.id AND x.removed_at < g.held_at)) THEN 'fixed' ELSE 'over' END
    WHEN EXISTS (SELECT 1 FROM casework_paperrelease r JOIN casework_agendaitem a ON a.id = r.agenda_id
                  WHERE a.meeting_id = wanted) THEN 'opened'
    ELSE '' END
$$;
CREATE FUNCTION casework_standing_of(wanted uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN wall_center() THEN casework_meeting_standing(wanted) END
$$;
CREATE FUNCTION casework_meeting_stands() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
CREATE TRIGGER meeting_stands BEFORE UPDATE ON casework_meeting
  FOR EACH ROW EXECUTE FUNCTION casework_meeting_stands();
"""

# Minutes are written of what was talked about: of an item that left before the meeting there are none, of one that left afterwards
# there are. Of fixed minutes nothing is written any more, and a decision names an item only until then.
MINUTES = """
CREATE FUNCTION casework_minutes_may_be_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM casework_meeting g JOIN casework_agendaitem a ON a.meeting_id = g.id
    WHERE a.id = NEW.agenda_id FOR SHARE OF g;
  IF EXISTS (SELECT 1 FROM casework_minutes m WHERE m.agenda_id = NEW.agenda_id)
     OR EXISTS (SELECT 1 FROM casework_agendaremoval x
                  JOIN casework_agendaitem a ON a.id = x.agenda_id JOIN casework_meeting g ON g.id = a.meeting_id
                 WHERE x.agenda_id = NEW.agenda_id AND x.removed_at < g.held_at) THEN
    RAISE EXCEPTION 'this item is fixed or has left the agenda' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF TG_TABLE_NAME = 'casework_minutes'
     AND NOT EXISTS (SELECT 1 FROM casework_paperrelease r WHERE r.agenda_id = NEW.agenda_id)
     AND NOT EXISTS (SELECT 1 FROM casework_agendaitem a WHERE a.id = NEW.agenda_id AND a.kind = 'internal') THEN
    RAISE EXCEPTION 'its members were never fixed' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_TABLE_NAME <> 'casework_minutesdraft' AND NOT casework_meets_agencies(NEW.agenda_id)
     AND EXISTS (SELECT 1 FROM casework_agendaitem a WHERE a.id = NEW.agenda_id AND a.kind IN ('jusou', 'chosei')) THEN
    RAISE EXCEPTION 'a meeting of agencies needs a member of another agency' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER minutes_may_be_written BEFORE INSERT ON casework_minutes
  FOR EACH ROW EXECUTE FUNCTION casework_minutes_may_be_written();
CREATE TRIGGER minutes_may_be_written BEFORE INSERT OR UPDATE ON casework_minutesdraft
  FOR EACH ROW EXECUTE FUNCTION casework_minutes_may_be_written();
CREATE TRIGGER minutes_may_be_written BEFORE INSERT ON casework_decision
  FOR EACH ROW WHEN (NEW.agenda_id IS NOT NULL) EXECUTE FUNCTION casework_minutes_may_be_written();
"""

_OF_AGENDA = (
    *("agendaperson", "agendamember", "paperrelease", "agendaremoval", "agendapaper", "prepsheet"),
    *("minutesdraft", "minutes", "minutesreceipt", "papercopy", "decision", "alonedeclaration"),
    *("evaluation", "suspension", "minutescirculation", "closure", "minutesattendee", "questionnaire"),
)
_GOES_ON = (
    ("agendaperson", "INSERT", "before release"),
    ("agendamember", "INSERT OR UPDATE OR DELETE", "before release"),
    ("paperrelease", "INSERT", ""),
    ("agendaremoval", "INSERT", ""),
    ("agendapaper", "INSERT", ""),
    ("prepsheet", "INSERT", ""),
    ("alonedeclaration", "INSERT", ""),
)


def goes_on(table: str, events: str, when: str = "") -> str:
    """Return the trigger: nothing is added to an item that is over."""
    return (
        f"CREATE TRIGGER agenda_goes_on BEFORE {events} ON casework_{table}"
        f" FOR EACH ROW EXECUTE FUNCTION casework_agenda_goes_on('{when}');"
    )


def of_agenda(table: str) -> str:
    """Return the key: a row of an item is of the item's case."""
    return (
        f"ALTER TABLE casework_{table} ADD CONSTRAINT casework_{table}_of_agenda FOREIGN KEY (agenda_id, case_id)"
        " REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;"
    )


ATTENDEES = (
    "ALTER TABLE casework_minutesattendee ADD CONSTRAINT casework_minutesattendee_of_case FOREIGN KEY (person_id, case_id)"
    " REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;"
)

KEYS = "\n".join(
    (
        "ALTER TABLE casework_agendaitem ADD CONSTRAINT casework_agendaitem_id_case UNIQUE (id, case_id);",
        "ALTER TABLE casework_agendaperson ADD CONSTRAINT casework_agendaperson_of_case FOREIGN KEY (person_id, case_id)"
        " REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;",
        *(of_agenda(table) for table in _OF_AGENDA),
        ATTENDEES,
        "ALTER TABLE casework_papercopy ADD CONSTRAINT casework_papercopy_id_case UNIQUE (id, case_id);",
        "ALTER TABLE casework_paperreturn ADD CONSTRAINT casework_paperreturn_of_copy FOREIGN KEY (copy_id, case_id)"
        " REFERENCES casework_papercopy (id, case_id) DEFERRABLE INITIALLY DEFERRED;",
        *(goes_on(*each) for each in _GOES_ON),
    )
)

FUNCTIONS = "\n".join((IS_OVER, READ, AGENCIES, RULES, STANDING, MINUTES, CIRCULATION))

DEFINER_FUNCTIONS = (
    *("casework_agendas_of_mine", "wall_meetings", "casework_agenda_goes_on", "casework_papers_may_open"),
    *("casework_agenda_loses_consent", "casework_agenda_loses_person", "casework_next_position"),
    *("casework_minutes_may_be_written", "casework_standing_of", "casework_meeting_stands"),
    *("casework_minutes_of_mine", "casework_minutes_may_circulate"),
)


def _not_blocked(table: str) -> str:
    return f"NOT ({table}.case_id = ANY ((select wall_blocked())::uuid[]))"


def _center(table: str) -> str:
    return f"{_CENTER} AND {_not_blocked(table)}"


def _not_hidden(table: str) -> str:
    return f"NOT ({table}.id = ANY ((select wall_hidden())::uuid[]))"


def paper_wall(table: str, *, seen: str, insert: str, texts: bool = True) -> Wall:
    """Seen by the center, and by members for whom ``seen`` holds; added where ``insert`` holds; frozen."""
    hidden = f" AND {_not_hidden(table)}" if texts else ""
    return Wall(table=table, select=f"({_center(table)} OR {seen}){hidden}", insert=insert, frozen=True)


def _added(table: str, author: str) -> str:
    return f"{_center(table)} AND {author} = {_ME}"


_MEETING = "casework_meeting"
_ITEM, _PERSON, _MEMBER = "casework_agendaitem", "casework_agendaperson", "casework_agendamember"
_RELEASE, _REMOVAL = "casework_paperrelease", "casework_agendaremoval"
_PAPER, _PREP = "casework_agendapaper", "casework_prepsheet"
_DRAFT, _MINUTES, _RECEIPT = "casework_minutesdraft", "casework_minutes", "casework_minutesreceipt"
_ATTENDEE = "casework_minutesattendee"
_QUESTIONS = "casework_questionnaire"
_ALONE, _CIRCULATION = "casework_alonedeclaration", "casework_minutescirculation"
_COPY, _BACK = "casework_papercopy", "casework_paperreturn"
# Of an online meeting, by a member, for themselves or to whoever is of the center.
_NAMED_ONLINE = (
    "EXISTS (SELECT 1 FROM casework_agendamember m JOIN casework_agendaitem a ON a.id = m.agenda_id"  # noqa: S608 -- constants
    f" JOIN casework_meeting g ON g.id = a.meeting_id AND g.is_online"
    f" WHERE m.agenda_id = {_ALONE}.agenda_id AND m.membership_id = {_ALONE}.membership_id)"
)
# Paper is handed out where the papers were opened, under the same law.
_OPENED = f"EXISTS (SELECT 1 FROM casework_paperrelease r WHERE r.agenda_id = {_COPY}.agenda_id)"  # noqa: S608 -- constants
_GONE = "EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = {}.agenda_id)"
_READS_ALL = (
    "EXISTS (SELECT 1 FROM casework_agendamember m WHERE m.is_whole"  # noqa: S608 -- constants
    f" AND m.agenda_id = {_RECEIPT}.agenda_id AND m.membership_id = {_RECEIPT}.membership_id)"
)
_READ_BY_ME = f"agenda_id {OPEN_TO_ME} OR agenda_id {PASSED_TO_ME}"
_DECIDES = "(select wall_role()) IN ('coordinator', 'chief')"
# Comes with the minutes, at the same moment: what came later would change them.
_WITH_MINUTES = f"EXISTS (SELECT 1 FROM {_MINUTES} m WHERE m.agenda_id = {_ATTENDEE}.agenda_id AND m.fixed_at = clock_now())"  # noqa: S608 -- constants
_WRITES = (
    "EXISTS (SELECT 1 FROM casework_agendaitem a JOIN casework_meeting g ON g.id = a.meeting_id"  # noqa: S608 -- constants
    f" WHERE a.id = {_DRAFT}.agenda_id AND g.writer_id = {_ME})"
)

WALLS = (
    Wall(
        table=_MEETING,
        select=f"{_CENTER} OR id = ANY ((select wall_meetings())::uuid[])",
        insert=f"{_CENTER} AND made_by_id = {_ME}",
        update=_CENTER,
    ),
    paper_wall(_ITEM, seen=f"id {OPEN_TO_ME} OR id {PASSED_TO_ME}", insert=_added(_ITEM, "added_by_id")),
    paper_wall(_PERSON, seen=_READ_BY_ME, insert=_center(_PERSON), texts=False),
    # Until the papers open somebody may be named and struck out again; a trigger sees to the rest.
    Wall(
        table=_MEMBER,
        select=f"{_center(_MEMBER)} OR {_READ_BY_ME}",
        insert=_added(_MEMBER, "named_by_id"),
        delete=_center(_MEMBER),
    ),
    paper_wall(
        _RELEASE, seen=f"agenda_id {OPEN_TO_ME}", insert=_added(_RELEASE, "released_by_id"), texts=False
    ),
    Wall(table=_REMOVAL, select=_center(_REMOVAL), insert=_added(_REMOVAL, "removed_by_id"), frozen=True),
    paper_wall(
        _PAPER,
        seen=f"(agenda_id {WHOLE_TO_ME} OR is_for_all AND agenda_id {OPEN_TO_ME})",
        insert=_added(_PAPER, "added_by_id"),
    ),
    # By its members, each for their own agency; a member with the smallest view reads back their agency's.
    paper_wall(
        _PREP,
        seen=f"(agenda_id {WHOLE_TO_ME} OR agency_id = (select wall_reader()) AND agenda_id {OPEN_TO_ME})",
        insert=f"agency_id = (select wall_reader()) AND answered_by_id = {_ME} AND agenda_id {OPEN_TO_ME}"
        f" AND {_not_blocked(_PREP)}",
    ),
    # One writes; the rest of the center reads along.
    Wall(
        table=_DRAFT,
        select=f"{_center(_DRAFT)} AND {_not_hidden(_DRAFT)}",
        insert=f"{_center(_DRAFT)} AND saved_by_id = {_ME} AND {_WRITES}",
        update=f"{_center(_DRAFT)} AND {_not_hidden(_DRAFT)}",
        delete=f"{_center(_DRAFT)} AND {_DECIDES}",
    ),
    paper_wall(
        _MINUTES,
        seen=f"agenda_id {WHOLE_TO_ME} OR agenda_id {PASSED_TO_ME}",
        insert=f"{_added(_MINUTES, 'fixed_by_id')} AND {_DECIDES}",
    ),
    paper_wall(
        _ATTENDEE,
        seen=f"agenda_id {WHOLE_TO_ME} OR agenda_id {PASSED_TO_ME}",
        insert=f"{_center(_ATTENDEE)} AND {_DECIDES} AND {_WITH_MINUTES}",
    ),
    paper_wall(
        _CIRCULATION,
        seen=f"agenda_id {PASSED_TO_ME}",
        insert=f"{_added(_CIRCULATION, 'circulated_by_id')} AND {_DECIDES}",
        texts=False,
    ),
    # By each member of themselves; of paper by the center.
    Wall(
        table=_RECEIPT,
        select=f"{_center(_RECEIPT)} OR membership_id = {_ME} AND ({_READ_BY_ME})",
        insert=f"(recorded_by_id IS NULL AND membership_id = {_ME}"  # noqa: S608 -- constants
        f" AND (agenda_id {WHOLE_TO_ME} OR agenda_id {PASSED_TO_ME})"
        f" OR {_added(_RECEIPT, 'recorded_by_id')} AND {_READS_ALL} AND NOT {_GONE.format(_RECEIPT)})"
        f" AND EXISTS (SELECT 1 FROM {_MINUTES} m WHERE m.agenda_id = {_RECEIPT}.agenda_id)",
        frozen=True,
    ),
    # Signed: by each member of themselves, and by nobody for another. The members do not read each other's.
    Wall(
        table=_QUESTIONS,
        select=f"({_center(_QUESTIONS)} OR membership_id = {_ME} AND ({_READ_BY_ME}))"
        f" AND NOT ({_QUESTIONS}.id = ANY ((select wall_hidden())::uuid[]))",
        insert=f"membership_id = {_ME} AND (agenda_id {WHOLE_TO_ME} OR agenda_id {PASSED_TO_ME})"  # noqa: S608 -- constants
        f" AND EXISTS (SELECT 1 FROM {_MINUTES} m WHERE m.agenda_id = {_QUESTIONS}.agenda_id)",
        frozen=True,
    ),
    Wall(
        table=_ALONE,
        select=f"{_center(_ALONE)} OR membership_id = {_ME} AND agenda_id {OPEN_TO_ME}",
        insert=f"taken_by_id = {_ME} AND ({_center(_ALONE)} OR membership_id = {_ME} AND agenda_id {OPEN_TO_ME})"
        f" AND {_NAMED_ONLINE}",
        frozen=True,
    ),
    Wall(
        table=_COPY,
        select=_center(_COPY),
        insert=f"{_added(_COPY, 'handed_by_id')} AND {_OPENED} AND NOT {_GONE.format(_COPY)}",
        frozen=True,
    ),
    Wall(table=_BACK, select=_center(_BACK), insert=_added(_BACK, "ticked_by_id"), frozen=True),
)
