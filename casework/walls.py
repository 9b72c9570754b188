"""The walls of casework: one condition for every table with a label.

A row is seen if the viewer has the center's duty or a line that holds now and carries the same label, and if the
case is not blocked for them. ``(select f())`` makes PostgreSQL ask once per statement, not once per row.
"""

from __future__ import annotations

from casework.duplicates import sql as duplicates
from casework.search import sql as search
from casework.workspace import sql as workspace
from permissions.walls.installer import install_sql
from permissions.walls.policies import Wall

CENTER = "(select wall_center())"
AGENCY = "(select wall_reader())"
SWEEP = "(select wall_job()) = 'sweep_lapsed_lines'"
TAKE_UP = "(select wall_job()) = 'deliver_submissions'"
REMIND = "(select wall_job()) = 'remind_referrals'"
CHIEF = f"{CENTER} AND (select wall_role()) = 'chief'"
ME = "(select wall_membership()) AND (select wall_reader()) IS NOT NULL"


def not_blocked(case: str) -> str:
    return f"NOT ({case} = ANY ((select wall_blocked())::uuid[]))"


def _live(alias: str) -> str:
    return (
        f"{alias}.agency_id = {AGENCY} AND {alias}.ended_at IS NULL AND {alias}.starts_at <= clock_now()"
        f" AND ({alias}.until IS NULL OR {alias}.until > clock_now())"
    )


def reaches_case(case: str) -> str:
    """Any line of the case that holds now, or the duty."""
    line = f"EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = {case} AND {_live('l')})"
    return f"({CENTER} OR {line}) AND {not_blocked(case)}"


def reaches(table: str, person: str = "person_id") -> str:
    """A line with the row's own label that holds now, or the duty."""
    line = (
        f"EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = {table}.case_id AND l.item = {table}.item"
        f" AND l.person_id IS NOT DISTINCT FROM {table}.{person} AND {_live('l')})"
    )
    return f"({CENTER} OR {line}) AND {not_blocked(f'{table}.case_id')}"


def center(table: str, case: str = "case_id") -> str:
    """The duty, and not blocked."""
    return f"{CENTER} AND {not_blocked(f'{table}.{case}')}"


def labelled_wall(table: str, *, frozen: bool = False, person: str = "person_id") -> Wall:
    """Seen by label, written by the center."""
    writes = center(table)
    return Wall(
        table=table,
        select=reaches(table, person),
        insert=writes,
        update="false" if frozen else writes,
        frozen=frozen,
    )


def center_wall(table: str) -> Wall:
    """Seen and added by the center's duty, where no block stands; frozen."""
    return Wall(table=table, select=center(table), insert=center(table), frozen=True)


def _of_referral(table: str) -> str:
    """Who sees the referral sees what belongs to it."""
    return f"EXISTS (SELECT 1 FROM casework_referral r WHERE r.id = {table}.referral_id)"


def _grants(table: str) -> Wall:
    """The center sees a row where it sees the line, so that a block hides both."""
    line = f"EXISTS (SELECT 1 FROM casework_shareline l WHERE l.id = {table}.line_id"
    duty = f"({CENTER} AND {line}))"
    mine = f"(group_id = (select wall_group()) AND {line} AND {_live('l')}))"
    return Wall(table=table, select=f"{duty} OR {SWEEP} OR {mine}", insert=duty, delete=f"{duty} OR {SWEEP}")


def _of_contact(table: str) -> str:
    return f"EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = {table}.contact_id)"


def _told(table: str, author: str) -> Wall:
    """What somebody of the center wrote down about a contact, once."""
    seen = f"{CENTER} AND {_of_contact(table)}"
    return Wall(table=table, select=seen, insert=f"{seen} AND {author} = {ME}", frozen=True)


_OWN_DRAFT = f"{CENTER} AND author_id = {ME}"
_OF_NOTICE = "EXISTS (SELECT 1 FROM casework_statutorynotice n WHERE n.id = casework_noticereply.notice_id)"

WALLS: tuple[Wall, ...] = (
    # The ledger looks at no other table, so that no two policies look into each other.
    Wall(
        table="casework_share",
        select=f"({CENTER} OR agency_id = {AGENCY}) AND {not_blocked('case_id')} OR {SWEEP}",
        insert=center("casework_share"),
        update=f"{center('casework_share')} OR {SWEEP}",
    ),
    Wall(
        table="casework_shareline",
        select=f"({CENTER} OR agency_id = {AGENCY}) AND {not_blocked('case_id')} OR {SWEEP}",
        insert=center("casework_shareline"),
        update=center("casework_shareline"),
    ),
    _grants("casework_casegrant"),
    _grants("casework_persongrant"),
    # Rules of law, no case; written by the owner when it migrates.
    Wall(table="casework_addedbasis", select="true"),
    # Words for codes, no case. Whoever is known reads them; the lists whose codes are fixed get no row.
    Wall(
        table="casework_code",
        select="(select wall_agency()) IS NOT NULL OR (select wall_job()) IS NOT NULL",
        insert=f"{CHIEF} AND list <> 'basis'",
        update=CHIEF,
    ),
    Wall(
        table="casework_block",
        select=center("casework_block"),
        insert=CHIEF,
        update=f"{center('casework_block')} AND (select wall_role()) = 'chief'",
    ),
    # Why a line ended is not for those who saw by it; that it ended is.
    center_wall("casework_lineend"),
    Wall(
        table="casework_recall",
        select=f"({CENTER} OR agency_id = {AGENCY}) AND {not_blocked('case_id')}",
        insert=center("casework_recall"),
        frozen=True,
    ),
    Wall(
        table="casework_recallanswer",
        select=f"({CENTER} OR agency_id = {AGENCY}) AND {not_blocked('case_id')}",
        insert=f"agency_id = {AGENCY} AND answered_by_id = {ME} AND {not_blocked('case_id')}",
        frozen=True,
    ),
    # Consents are the center's: an agency knows the basis of its own lines.
    center_wall("casework_consent"),
    center_wall("casework_consentscope"),
    center_wall("casework_consentexclusion"),
    center_wall("casework_consentwithdrawal"),
    center_wall("casework_lineconsent"),
    Wall(
        table="casework_numberseries",
        select=f"{CENTER} OR {TAKE_UP}",
        insert=f"{CENTER} OR {TAKE_UP}",
        update=f"{CENTER} OR {TAKE_UP}",
    ),
    Wall(
        table="casework_case",
        select=reaches_case("casework_case.id"),
        insert=CENTER,
        update=center("casework_case", "id"),
    ),
    Wall(
        table="casework_caseactivity",
        select=center("casework_caseactivity"),
        insert=CENTER,
        update=center("casework_caseactivity"),
    ),
    Wall(
        table="casework_caseevent",
        select=center("casework_caseevent"),
        insert=f"actor_id = {ME} AND {reaches_case('casework_caseevent.case_id')}",
        frozen=True,
    ),
    labelled_wall("casework_household"),
    labelled_wall("casework_person", person="id"),
    labelled_wall("casework_personcontact"),
    labelled_wall("casework_personhealth"),
    labelled_wall("casework_personmoney"),
    labelled_wall("casework_note", frozen=True),
    Wall(
        table="casework_contact",
        select=f"{CENTER} AND (case_id IS NULL OR {not_blocked('case_id')}) OR ({TAKE_UP} AND case_id IS NULL)",
        insert=f"{CENTER} OR ({TAKE_UP} AND submission_id IS NOT NULL AND case_id IS NULL)",
        update=f"{CENTER} AND (case_id IS NULL OR {not_blocked('case_id')})",
    ),
    # What belongs to a contact is seen where the contact is, whose own policy PostgreSQL applies in here.
    Wall(
        table="casework_contacttopic",
        select=f"{CENTER} AND {_of_contact('casework_contacttopic')}",
        insert=f"({CENTER} OR {TAKE_UP}) AND {_of_contact('casework_contacttopic')}",
        delete=f"{CENTER} AND {_of_contact('casework_contacttopic')}",
    ),
    # Nobody reads over the shoulder of somebody who is writing: neither a colleague nor the chief.
    Wall(
        table="casework_contactdraft",
        select=_OWN_DRAFT,
        insert=_OWN_DRAFT,
        update=_OWN_DRAFT,
        delete=_OWN_DRAFT,
    ),
    _told("casework_withoutconsent", "written_by_id"),
    _told("casework_emergencycall", "called_by_id"),
    _told("casework_statutorynotice", "noticed_by_id"),
    Wall(
        table="casework_noticereply",
        select=f"{CENTER} AND {_OF_NOTICE}",
        insert=f"{CENTER} AND written_by_id = {ME} AND {_OF_NOTICE}",
        frozen=True,
    ),
    # A decision has no content of its own: who sees a direction or a role row of it sees it.
    Wall(
        table="casework_decision",
        select=f"({CENTER} OR EXISTS (SELECT 1 FROM casework_direction d WHERE d.decision_id = casework_decision.id)"
        " OR EXISTS (SELECT 1 FROM casework_rolerow r WHERE r.decision_id = casework_decision.id))"
        f" AND {not_blocked('case_id')}",
        insert=center("casework_decision"),
        frozen=True,
    ),
    labelled_wall("casework_direction", frozen=True),
    labelled_wall("casework_rolerow", frozen=True),
    Wall(
        table="casework_roleanswer",
        select=reaches("casework_roleanswer"),
        insert=f"agency_id = {AGENCY} AND answered_by_id = {ME} AND EXISTS (SELECT 1 FROM casework_rolerow r"
        " WHERE r.id = casework_roleanswer.role_id AND r.agency_id = casework_roleanswer.agency_id"
        " AND r.case_id = casework_roleanswer.case_id AND r.item = casework_roleanswer.item"
        " AND r.person_id IS NOT DISTINCT FROM casework_roleanswer.person_id)",
        frozen=True,
    ),
    # Its own receiver only, and only while a line with its label stands; the worker finds what is late.
    Wall(
        table="casework_referral",
        select=f"({reaches('casework_referral')} AND ({CENTER} OR receiver_id = {AGENCY})) OR {REMIND}",
        insert=center("casework_referral"),
        frozen=True,
    ),
    Wall(
        table="casework_referralitem",
        select=_of_referral("casework_referralitem"),
        insert=center("casework_referralitem"),
        frozen=True,
    ),
    center_wall("casework_referralline"),
    Wall(
        table="casework_referralanswer",
        select=f"{_of_referral('casework_referralanswer')} OR {REMIND}",
        insert=f"answered_by_id = {ME} AND ((agency_id = {AGENCY} AND medium = 'account')"
        f" OR ({center('casework_referralanswer')} AND medium <> 'account'))"
        " AND EXISTS (SELECT 1 FROM casework_referral r WHERE r.id = casework_referralanswer.referral_id"
        " AND r.receiver_id = casework_referralanswer.agency_id AND r.case_id = casework_referralanswer.case_id"
        " AND r.person_id IS NOT DISTINCT FROM casework_referralanswer.person_id)",
        frozen=True,
    ),
    Wall(
        table="casework_referralrevocation",
        select=f"{center('casework_referralrevocation')} OR {REMIND}",
        insert=center("casework_referralrevocation"),
        frozen=True,
    ),
    Wall(
        table="casework_referralreminder",
        select=f"EXISTS (SELECT 1 FROM casework_referral r WHERE r.id = casework_referralreminder.referral_id"
        f" AND {CENTER}) OR {REMIND}",
        insert=REMIND,
        frozen=True,
    ),
    Wall(
        table="casework_sheet",
        select=f"membership_id = {ME} AND wall_reaches_all(casework_sheet.labels)"
        f" AND {reaches_case('casework_sheet.case_id')}",
        insert=f"membership_id = {ME} AND {reaches_case('casework_sheet.case_id')}",
        update=f"membership_id = {ME} AND {reaches_case('casework_sheet.case_id')}",
    ),
    *search.WALLS,
    *duplicates.WALLS,
    *workspace.WALLS,
)

# Run as the owner, because whoever asks may not see the rows it reads. The whole list of such functions.
DEFINER_FUNCTIONS = (
    *("wall_blocked", "casework_note_change", "casework_openings", "casework_open_emergency"),
    *search.DEFINER_FUNCTIONS,
)

# A consent is about a person of its case; what belongs to one, to the same case.
OF_CONSENT = (
    "casework_consentscope",
    "casework_consentexclusion",
    "casework_consentwithdrawal",
    "casework_lineconsent",
)

# Belongs to a referral of the same case.
OF_REFERRAL = (
    "casework_referralitem",
    "casework_referralline",
    "casework_referralanswer",
    "casework_referralrevocation",
)

LABELLED_TABLES = (
    "casework_household",
    "casework_personcontact",
    "casework_personhealth",
    "casework_personmoney",
    "casework_note",
    "casework_direction",
    "casework_rolerow",
    "casework_roleanswer",
    "casework_referral",
    "casework_referralanswer",
    "casework_shareline",
)

# Tables whose changes an agency may notice in the order of its list.
NOTICED_TABLES = (*LABELLED_TABLES, "casework_person", "casework_case")


# Every column that holds a code (codes/fields.py), with its list.
CODED_COLUMNS = (
    ("casework_contact", "channel", "channel"),
    ("casework_contact", "speaker", "speaker"),
    ("casework_contact", "route", "route"),
    ("casework_contact", "referrer_type", "agency_type"),
    ("casework_contacttopic", "topic", "topic"),
    ("casework_withoutconsent", "why", "no_consent"),
    ("casework_withoutconsent", "basis", "basis"),
    ("casework_emergencycall", "whom", "emergency_call"),
    ("casework_household", "kind", "household_kind"),
    ("casework_person", "relation", "relation"),
    ("casework_note", "method", "method"),
    ("casework_referralanswer", "reason", "return_reason"),
)


def functions_sql() -> str:
    """Return the SQL of casework's functions, triggers and composite keys. Comes before the walls."""
    keys = "\n".join(_same_case(table) for table in LABELLED_TABLES)
    triggers = "\n".join(_noticing(table) for table in NOTICED_TABLES)
    codes = "\n".join(known_code(table, column, list_code) for table, column, list_code in CODED_COLUMNS)
    labels = f"{_FUNCTIONS}\n{_ADDED_BASES}\n{_KEYS}\n{keys}\n{triggers}\n{OPENINGS}\n{EMERGENCY}\n"
    return f"{labels}{consent_sql()}\n{referral_sql()}\n{CODES}\n{codes}\n{INFORMANT}\n{search.FUNCTIONS}\n{duplicates.KEYS}\n"


def consent_sql() -> str:
    """Return the SQL of what a line with the basis consent rests on, and of the keys of consents and recalls."""
    belonging = "\n".join(_of_consent(table) for table in OF_CONSENT)
    return f"{_CONSENT}\n{_same_case('casework_consent')}\n{belonging}\n"


def referral_sql() -> str:
    """Return the SQL of the keys of referrals."""
    return "\n".join([_REFERRAL, *(_of_referral_key(table) for table in OF_REFERRAL)]) + "\n"


def _of_referral_key(table: str) -> str:
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_case FOREIGN KEY (referral_id, case_id)"
        " REFERENCES casework_referral (id, case_id) DEFERRABLE INITIALLY DEFERRED;"
    )


def _of_consent(table: str) -> str:
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_case FOREIGN KEY (consent_id, case_id)"
        " REFERENCES casework_consent (id, case_id) DEFERRABLE INITIALLY DEFERRED;"
    )


def known_code(table: str, column: str, list_code: str) -> str:
    """Return the SQL that makes a column refuse what is not in the list. An empty text is no answer, and may stand.

    After the row, so that the policies have had their say first.
    """
    return "\n".join(
        f"CREATE TRIGGER known_{column}_{when} AFTER {event} ON {table} FOR EACH ROW"
        f" WHEN ({condition}) EXECUTE FUNCTION casework_known_code('{column}', '{list_code}');"
        for when, event, condition in (
            ("added", "INSERT", f"NEW.{column} <> ''"),
            ("changed", "UPDATE", f"NEW.{column} <> '' AND NEW.{column} <> OLD.{column}"),
        )
    )


def labelled_sql(table: str) -> str:
    """Return the SQL for a table of another app whose model is a Labelled: wall, key of the label, noticing.

    For a migration of that app; its ``walls`` module declares ``labelled_wall(table)`` in WALLS.
    """
    return f"{_same_case(table)}\n{_noticing(table)}\n{install_sql([labelled_wall(table)])}"


def _same_case(table: str) -> str:
    """A label's person belongs to the label's case."""
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_person_of_case FOREIGN KEY (person_id, case_id)"
        " REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;"
    )


def _noticing(table: str) -> str:
    return (
        f"CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION casework_note_change();"
    )


_FUNCTIONS = """
CREATE FUNCTION wall_blocked() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT coalesce(array_agg(b.case_id), '{}')
    FROM casework_block b
   WHERE b.lifted_at IS NULL AND (b.agency_id = wall_agency() OR b.user_id = wall_person())
$$;
CREATE FUNCTION wall_reaches_all(labels jsonb) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT wall_center() OR NOT EXISTS (
    SELECT 1 FROM jsonb_array_elements(labels) AS needed
     WHERE NOT EXISTS (
       SELECT 1 FROM casework_shareline l
        WHERE l.case_id = (needed->>0)::uuid AND l.person_id IS NOT DISTINCT FROM (needed->>1)::uuid
          AND l.item = needed->>2 AND l.agency_id = wall_reader() AND l.ended_at IS NULL
          AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now())))
$$;
CREATE FUNCTION casework_note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  changed_case uuid;
BEGIN
  IF TG_TABLE_NAME = 'casework_case' THEN
    changed_case := NEW.id;
    UPDATE casework_share s SET last_visible_change_at = clock_now()
     WHERE s.case_id = NEW.id AND s.closed_at IS NULL;
  ELSIF TG_TABLE_NAME = 'casework_shareline' THEN
    changed_case := NEW.case_id;
    -- A line that begins later, or beside another for the same thing, changes nothing that is seen now.
    UPDATE casework_share s SET last_visible_change_at = clock_now()
     WHERE s.id = NEW.share_id AND s.closed_at IS NULL
       AND NEW.starts_at <= clock_now() AND (NEW.until IS NULL OR NEW.until > clock_now())
       AND NOT EXISTS (
         SELECT 1 FROM casework_shareline l
          WHERE l.share_id = NEW.share_id AND l.id <> NEW.id AND l.item = NEW.item AND l.ended_at IS NULL
            AND l.person_id IS NOT DISTINCT FROM NEW.person_id
            AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()));
  ELSE
    changed_case := NEW.case_id;
    UPDATE casework_share s SET last_visible_change_at = clock_now()
     WHERE s.case_id = NEW.case_id AND s.closed_at IS NULL AND EXISTS (
       SELECT 1 FROM casework_shareline l
        WHERE l.share_id = s.id AND l.item = NEW.item AND l.ended_at IS NULL
          AND l.person_id IS NOT DISTINCT FROM
              (CASE WHEN TG_TABLE_NAME = 'casework_person' THEN (to_jsonb(NEW)->>'id')::uuid
                    ELSE (to_jsonb(NEW)->>'person_id')::uuid END)
          AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))
       -- A referral is its receiver's alone, whoever else has a line with its label.
       AND (TG_TABLE_NAME NOT IN ('casework_referral', 'casework_referralanswer') OR s.agency_id =
            coalesce((to_jsonb(NEW)->>'receiver_id')::bigint, (to_jsonb(NEW)->>'agency_id')::bigint));
  END IF;
  INSERT INTO casework_caseactivity (case_id, changed_at) VALUES (changed_case, clock_now())
    ON CONFLICT (case_id) DO UPDATE SET changed_at = clock_now();
  RETURN NULL;
END $$;
CREATE FUNCTION casework_line_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL
     OR (to_jsonb(OLD) - 'ended_at' - 'ended_by_id') <> (to_jsonb(NEW) - 'ended_at' - 'ended_by_id') THEN
    RAISE EXCEPTION 'a share line is added and ended, never edited' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER line_only_ends BEFORE UPDATE ON casework_shareline
  FOR EACH ROW EXECUTE FUNCTION casework_line_only_ends();
"""

_ADDED_BASES = """
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

# A line of consent needs the consent of its person, or of everybody in the household, for just this agency and item, and
# ends with it. Two people at once: share_items and withdraw_consent wait for each other at the case's row.
_CONSENT = """
CREATE FUNCTION casework_line_rests_on_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM casework_lineconsent lc WHERE lc.line_id = NEW.id) OR EXISTS (
    SELECT 1 FROM casework_person p
     WHERE p.case_id = NEW.case_id AND (NEW.person_id IS NULL OR p.id = NEW.person_id)
       AND NOT EXISTS (
         SELECT 1 FROM casework_lineconsent lc
           JOIN casework_consent c ON c.id = lc.consent_id
           JOIN casework_consentscope s ON s.consent_id = c.id
          WHERE lc.line_id = NEW.id AND c.person_id = p.id AND c.answer = 'given'
            AND s.agency_id = NEW.agency_id AND s.item = NEW.item
            AND (c.valid_until IS NULL
                 OR NEW.until <= (c.valid_until + 1)::timestamp AT TIME ZONE 'Asia/Tokyo')
            AND NOT EXISTS (
              SELECT 1 FROM casework_consentwithdrawal w
               WHERE w.consent_id = c.id AND (w.agency_id IS NULL OR w.agency_id = s.agency_id)
                 AND (w.item = '' OR w.item = s.item)))) THEN
    RAISE EXCEPTION 'no consent that holds for this line' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER line_rests_on_consent BEFORE INSERT ON casework_shareline
  FOR EACH ROW WHEN (NEW.basis = 'consent') EXECUTE FUNCTION casework_line_rests_on_consent();
ALTER TABLE casework_consent ADD CONSTRAINT casework_consent_id_case UNIQUE (id, case_id);
ALTER TABLE casework_recall ADD CONSTRAINT casework_recall_id_agency UNIQUE (id, case_id, agency_id);
ALTER TABLE casework_recallanswer ADD CONSTRAINT casework_recallanswer_of_recall FOREIGN KEY (recall_id, case_id, agency_id)
  REFERENCES casework_recall (id, case_id, agency_id) DEFERRABLE INITIALLY DEFERRED;
"""

_REFERRAL = """
ALTER TABLE casework_referral ADD CONSTRAINT casework_referral_id_case UNIQUE (id, case_id);
"""

# Who opened one case, for its owner's coordinator and for the chief: neither may read the log itself.
OPENINGS = """
CREATE FUNCTION casework_openings(wanted uuid, since timestamptz, until timestamptz)
RETURNS SETOF marugoto_permissions_auditentry LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT e.* FROM marugoto_permissions_auditentry e
   WHERE e.case_id = wanted AND e.at >= since AND e.at < until
     AND e.verb IN ('read', 'sheet_made', 'sheet_opened', 'letter_made')
     AND wall_center() AND NOT (wanted = ANY ((SELECT wall_blocked())::uuid[]))
     AND (wall_role() = 'chief' OR (wall_role() = 'coordinator' AND EXISTS (
       SELECT 1 FROM casework_case c WHERE c.id = wanted AND c.holder_id = wall_agency())))
$$;
"""

# Break-glass: number and name must both be known, three tries a day, one hour, two items of the person named. It
# goes through the ledger, so that the door, the policies and guardian know of it without an exception beside them.
EMERGENCY = """
CREATE FUNCTION casework_open_emergency(wanted_number text, wanted_name text, why text, alarm uuid)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  me record;
  opened uuid;
  whom uuid;
  envelope uuid;
  line uuid;
  wanted text;
BEGIN
  SELECT * INTO me FROM wall_standing();
  IF me.role IS DISTINCT FROM 'agency_staff' OR length(btrim(why)) < 10 THEN
    RETURN NULL;
  END IF;
  IF (SELECT count(*) FROM marugoto_permissions_auditentry e WHERE e.user_id = me.person
         AND e.at > clock_now() - interval '24 hours' AND e.verb IN ('emergency_opened', 'emergency_refused')) >= 3 THEN
    RETURN NULL;
  END IF;
  SELECT c.id, p.id INTO opened, whom FROM casework_case c JOIN casework_person p ON p.case_id = c.id
   WHERE c.number = btrim(wanted_number) AND NOT (c.id = ANY (wall_blocked()))
     AND regexp_replace(wanted_name, '\\s', '', 'g') <> ''
     AND regexp_replace(wanted_name, '\\s', '', 'g')
         IN (regexp_replace(p.name, '\\s', '', 'g'), regexp_replace(p.kana, '\\s', '', 'g'))
   ORDER BY p.position, p.id LIMIT 1 FOR UPDATE OF c;
  IF opened IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT s.id INTO envelope FROM casework_share s
   WHERE s.case_id = opened AND s.agency_id = me.agency AND s.closed_at IS NULL;
  IF envelope IS NULL THEN
    envelope := gen_random_uuid();
    INSERT INTO casework_share (id, case_id, agency_id, opened_at, last_visible_change_at)
      VALUES (envelope, opened, me.agency, clock_now(), clock_now());
  END IF;
  FOREACH wanted IN ARRAY ARRAY['basic', 'contact'] LOOP
    line := gen_random_uuid();
    INSERT INTO casework_shareline (id, case_id, person_id, item, share_id, agency_id, basis, evidence, starts_at,
        until, added_by_id, added_at)
      VALUES (line, opened, whom, wanted, envelope, me.agency, 'emergency', why, clock_now(),
        clock_now() + interval '1 hour', wall_membership(), clock_now());
    INSERT INTO casework_persongrant (id, group_id, permission_id, content_object_id, line_id)
      SELECT gen_random_uuid(), me.agency_group, p.id, whom, line FROM auth_permission p
        JOIN django_content_type t ON t.id = p.content_type_id
       WHERE t.app_label = 'casework' AND p.codename = 'view_person_' || wanted;
  END LOOP;
  INSERT INTO marugoto_permissions_auditalarm (id, kind, user_id, agency_id, case_id, count, raised_at)
    VALUES (alarm, 'break_glass', me.person, me.agency, opened, 1, clock_now());
  RETURN opened;
END $$;
"""

# A code is never deleted and never renamed, so looking it up once, when it is stored, is enough.
CODES = """
CREATE FUNCTION casework_known_code() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  given text;
BEGIN
  EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO given USING NEW;
  IF NOT EXISTS (SELECT 1 FROM casework_code c WHERE c.list = TG_ARGV[1] AND c.code = given) THEN
    RAISE EXCEPTION 'list % has no code %', TG_ARGV[1], given USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION casework_code_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' OR OLD.id <> NEW.id OR OLD.list <> NEW.list OR OLD.code <> NEW.code THEN
    RAISE EXCEPTION 'a code is retired, never deleted or renamed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER code_stays BEFORE UPDATE OR DELETE ON casework_code
  FOR EACH ROW EXECUTE FUNCTION casework_code_stays();
CREATE TRIGGER code_stays_whole BEFORE TRUNCATE ON casework_code
  FOR EACH STATEMENT EXECUTE FUNCTION casework_code_stays();
REVOKE DELETE ON casework_code FROM app_web;
"""

# Who gave notice is hidden for ever: the mark goes one way, and what a contact must not hold then, a check says.
INFORMANT = """
CREATE FUNCTION casework_informant_stays_hidden() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an informant is hidden for ever' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER informant_stays_hidden BEFORE UPDATE ON casework_contact FOR EACH ROW
  WHEN (OLD.is_informant_hidden AND NOT NEW.is_informant_hidden)
  EXECUTE FUNCTION casework_informant_stays_hidden();
"""

_KEYS = """
ALTER TABLE casework_person ADD CONSTRAINT casework_person_id_case UNIQUE (id, case_id);
ALTER TABLE casework_share ADD CONSTRAINT casework_share_id_case_agency UNIQUE (id, case_id, agency_id);
ALTER TABLE casework_decision ADD CONSTRAINT casework_decision_id_case UNIQUE (id, case_id);
ALTER TABLE casework_rolerow ADD CONSTRAINT casework_rolerow_id_agency UNIQUE (id, case_id, agency_id);
ALTER TABLE casework_shareline ADD CONSTRAINT casework_shareline_of_share FOREIGN KEY (share_id, case_id, agency_id)
  REFERENCES casework_share (id, case_id, agency_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_direction ADD CONSTRAINT casework_direction_of_case FOREIGN KEY (decision_id, case_id)
  REFERENCES casework_decision (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_rolerow ADD CONSTRAINT casework_rolerow_of_case FOREIGN KEY (decision_id, case_id)
  REFERENCES casework_decision (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_roleanswer ADD CONSTRAINT casework_roleanswer_of_role FOREIGN KEY (role_id, case_id, agency_id)
  REFERENCES casework_rolerow (id, case_id, agency_id) DEFERRABLE INITIALLY DEFERRED;
"""
