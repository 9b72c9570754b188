"""The walls of casework: one condition for every table with a label.

A row is seen if the viewer has the center's duty or a line that holds now and carries the same label, and if the
case is not blocked for them. ``(select f())`` makes PostgreSQL ask once per statement, not once per row.
"""

from __future__ import annotations

from casework.assessments import sql as assessments
from casework.bringing import sql as bringing
from casework.chronology import sql as chronology
from casework.codes import sql as codes
from casework.codes.lists import CLOSED_LISTS
from casework.concealment import sql as concealment
from casework.consent import sql as consent
from casework.disclosure import sql as disclosure
from casework.duplicates import sql as duplicates
from casework.emergency import sql as emergency
from casework.evaluation import sql as evaluation
from casework.files import sql as files
from casework.households import sql as households
from casework.issues import sql as issues
from casework.meetings import sql as meetings
from casework.notes import sql as notes
from casework.notices import sql as notices
from casework.notifications import sql as notifications
from casework.ordinances import sql as ordinances
from casework.planning import sql as planning
from casework.plans import sql as plans
from casework.referrals import sql as referrals
from casework.registers import sql as registers
from casework.relations import sql as relations
from casework.reports import sql as reports
from casework.search import sql as search
from casework.sharing import sql as sharing
from casework.sheets import sql as sheets
from casework.tasks import sql as tasks
from casework.workspace import sql as workspace
from permissions.walls.installer import install_sql
from permissions.walls.policies import Wall

CENTER = "(select wall_center())"
AGENCY = "(select wall_reader())"
SWEEP = "(select wall_job()) = 'sweep_lapsed_lines'"
TAKE_UP = "(select wall_job()) = 'deliver_submissions'"
BRING = "(select wall_job()) = 'take_up_brought'"
REMIND = "(select wall_job()) = 'remind_referrals'"
SWEEP_DRAFTS = "(select wall_job()) = 'sweep_drafts' AND saved_at < clock_now() - interval '30 days'"
LOCK_ANEW = "(select wall_job()) = 'lock_places_anew'"
CHIEF = f"{CENTER} AND (select wall_role()) = 'chief'"
ME = "(select wall_membership()) AND (select wall_reader()) IS NOT NULL"


def not_blocked(case: str) -> str:
    return f"NOT ({case} = ANY ((select wall_blocked())::uuid[]))"


def _live(alias: str) -> str:
    return (
        f"{alias}.agency_id = {AGENCY} AND {alias}.ended_at IS NULL AND {alias}.starts_at <= clock_now()"
        f" AND ({alias}.until IS NULL OR {alias}.until > clock_now())"
    )


def not_hidden(table: str) -> str:
    """The row does not write out a place that is concealed now."""
    return f"NOT ({table}.id = ANY ((select wall_hidden())::uuid[]))"


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


def labelled_wall(table: str, *, frozen: bool = False, person: str = "person_id", only: str = "") -> Wall:
    """Seen by label, written by the center. What is frozen is hidden if it writes out a concealed place.

    ``only``: what else has to hold to see it.
    """
    writes = center(table)
    seen = f"{reaches(table, person)} AND {only}" if only else reaches(table, person)
    return Wall(
        table=table,
        select=f"{seen} AND {not_hidden(table)}" if frozen else seen,
        insert=writes,
        update="false" if frozen else writes,
        frozen=frozen,
    )


def center_wall(table: str) -> Wall:
    """Seen and added by the center's duty, where no block stands; frozen."""
    return Wall(table=table, select=center(table), insert=center(table), frozen=True)


def _with_label_of_role(table: str) -> str:
    """The role's own row has this label: what is said of a role is seen by whoever sees the role."""
    return (
        f"EXISTS (SELECT 1 FROM casework_rolerow r WHERE r.id = {table}.role_id AND r.case_id = {table}.case_id"
        f" AND r.item = {table}.item AND r.person_id IS NOT DISTINCT FROM {table}.person_id)"
    )


def _center_text(table: str, author: str) -> Wall:
    """Seen and written by the center's duty, in one's own name; frozen, and hidden if it writes out a concealed place."""
    writes = f"{center(table)} AND {author} = {ME}"
    return Wall(table=table, select=f"{center(table)} AND {not_hidden(table)}", insert=writes, frozen=True)


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


def _signed(table: str, author: str) -> Wall:
    """Seen by the center's duty where no block stands, added in one's own name; frozen."""
    return Wall(table=table, select=center(table), insert=f"{center(table)} AND {author} = {ME}", frozen=True)


# A second person: never the reception, whose duty it is to ask.
CONFIRMS = "(select wall_role()) IN ('coordinator', 'chief')"
_OPEN_TO_ME = (
    "EXISTS (SELECT 1 FROM casework_secretplace p JOIN casework_placerequest r ON r.person_id = p.person_id AND r.kind = p.kind"
    " JOIN casework_placeopening o ON o.request_id = r.id WHERE p.id = casework_secrettext.place_id"
    f" AND r.asked_by_id = {ME} AND o.until > clock_now())"
)
_NOT_CONCEALED = (
    "EXISTS (SELECT 1 FROM casework_secretplace p WHERE p.id = casework_secrettext.place_id AND NOT EXISTS (SELECT 1"
    " FROM casework_concealment c WHERE c.case_id = p.case_id AND NOT EXISTS (SELECT 1 FROM casework_lift l"
    " WHERE l.concealment_id = c.id)))"
)
_OF_PLACE = "EXISTS (SELECT 1 FROM casework_secretplace p WHERE p.id = casework_secrettext.place_id)"
_OWN_REQUEST = (
    "EXISTS (SELECT 1 FROM casework_placerequest r WHERE r.id = casework_placeopening.request_id"
    f" AND r.kind <> 'address' AND r.asked_by_id = {ME})"
)
_JUST_BROUGHT = f"{BRING} AND brought_id IS NOT NULL AND state = 'new' AND case_id IS NULL"
_OWN_DRAFT = f"{CENTER} AND author_id = {ME}"
_OF_NOTICE = "EXISTS (SELECT 1 FROM casework_statutorynotice n WHERE n.id = casework_noticereply.notice_id)"


# Comes with its evaluation, at the same moment.
_NEW_EVALUATION = (
    "EXISTS (SELECT 1 FROM casework_evaluation e WHERE e.id = {table}.evaluation_id AND e.case_id = {table}.case_id"
    " AND e.evaluated_on = {table}.evaluated_on AND e.recorded_at = clock_now())"
)


def _part_of_note(table: str) -> Wall:
    """What belongs to a note has its label, and comes at the same moment: what came later would change the note."""
    of_new_note = (
        f"EXISTS (SELECT 1 FROM casework_note n WHERE n.id = {table}.note_id"
        f" AND n.case_id = {table}.case_id AND n.item = {table}.item"
        f" AND n.person_id IS NOT DISTINCT FROM {table}.person_id AND n.written_at = clock_now())"
    )
    return Wall(
        table=table,
        select=f"{reaches(table)} AND {not_hidden(table)}",
        insert=f"{center(table)} AND {of_new_note}",
        frozen=True,
    )


def _part_of_plan(table: str) -> Wall:
    """Drafts are the center's; an agency sees an entry of a decided plan where a line with its label holds."""
    seen = f"{reaches(table)} AND {not_hidden(table)} AND ({CENTER} OR {planning.is_decided(table)})"
    return Wall(
        table=table, select=seen, insert=f"{center(table)} AND {planning.of_new_plan(table)}", frozen=True
    )


def _with_own_answer(table: str) -> str:
    """A file comes with an answer of one's own agency, in one's own name, at the same moment and with the same label.

    The answer is seen where a line with its label holds now, so a file ends where that line ends.
    """
    return (
        f"EXISTS (SELECT 1 FROM casework_roleanswer a WHERE a.id = {table}.answer_id AND a.agency_id = {AGENCY}"
        f" AND a.answered_by_id = {ME} AND a.answered_at = clock_now() AND a.case_id = {table}.case_id"
        f" AND a.item = {table}.item AND a.person_id IS NOT DISTINCT FROM {table}.person_id)"
    )


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
        insert=f"{CHIEF} AND NOT list = ANY (ARRAY[{', '.join(repr(name) for name in CLOSED_LISTS)}])",
        update=CHIEF,
    ),
    # What the city decided: numbers and texts of letters, no case.
    Wall(
        table="casework_setting",
        select="(select wall_agency()) IS NOT NULL OR (select wall_job()) IS NOT NULL",
        insert=CHIEF,
        update=CHIEF,
        delete=CHIEF,
    ),
    Wall(
        table="casework_block",
        select=center("casework_block"),
        insert=CHIEF,
        update=f"{center('casework_block')} AND (select wall_role()) = 'chief'",
    ),
    center_wall("casework_foundplace"),
    # Whoever it lets see the case sees who else does.
    Wall(
        table="casework_seal",
        select=center("casework_seal"),
        insert=f"{CHIEF} AND {not_blocked('casework_seal.case_id')} AND set_by_id = {ME}"
        " AND (members = '{}' OR (select wall_person()) = ANY (members))",
        frozen=True,
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
        select=f"{CENTER} OR {TAKE_UP} OR {BRING}",
        insert=f"{CENTER} OR {TAKE_UP} OR {BRING}",
        update=f"{CENTER} OR {TAKE_UP} OR {BRING}",
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
    Wall(
        table="casework_stay",
        select=f"{reaches('casework_stay')} AND {not_hidden('casework_stay')}",
        insert=f"{center('casework_stay')} AND noted_by_id = {ME}",
        frozen=True,
    ),
    # Narrower than its label: what is sealed is the center's, whoever has a line.
    Wall(
        table="casework_issue",
        select=f"{reaches('casework_issue')} AND ({CENTER} OR NOT is_sealed) AND {not_hidden('casework_issue')}",
        insert=f"{center('casework_issue')} AND noted_by_id = {ME}",
        frozen=True,
    ),
    labelled_wall("casework_note", frozen=True),
    _part_of_note("casework_noteparagraph"),
    _part_of_note("casework_attendee"),
    Wall(
        table="casework_contact",
        select=f"{CENTER} AND (case_id IS NULL OR {not_blocked('case_id')}) OR ({TAKE_UP} AND case_id IS NULL)"
        f" OR ({_JUST_BROUGHT})",
        insert=f"{CENTER} OR ({TAKE_UP} AND submission_id IS NOT NULL AND case_id IS NULL) OR ({_JUST_BROUGHT})",
        update=f"{CENTER} AND (case_id IS NULL OR {not_blocked('case_id')})",
    ),
    # What belongs to a contact is seen where the contact is, whose own policy PostgreSQL applies in here.
    Wall(
        table="casework_contacttopic",
        select=f"{CENTER} AND {_of_contact('casework_contacttopic')}",
        insert=f"({CENTER} OR {TAKE_UP} OR {BRING}) AND {_of_contact('casework_contacttopic')}",
        delete=f"{CENTER} AND {_of_contact('casework_contacttopic')}",
    ),
    # Nobody reads over the shoulder of somebody who is writing: neither a colleague nor the chief. What was left lying goes.
    Wall(
        table="casework_contactdraft",
        select=f"{_OWN_DRAFT} OR ({SWEEP_DRAFTS})",
        insert=_OWN_DRAFT,
        update=_OWN_DRAFT,
        delete=f"{_OWN_DRAFT} OR ({SWEEP_DRAFTS})",
    ),
    Wall(
        table="casework_withoutconsent",
        select=f"{CENTER} AND {_of_contact('casework_withoutconsent')} AND {not_hidden('casework_withoutconsent')}",
        insert=f"({CENTER} AND written_by_id = {ME} OR {BRING}) AND {_of_contact('casework_withoutconsent')}",
        frozen=True,
    ),
    # The agency's own words: it sees what it brought, the center where it sees the contact made of it.
    Wall(
        table="casework_brought",
        select=f"agency_id = {AGENCY} AND NOT {CENTER} OR ({CENTER} AND EXISTS (SELECT 1 FROM casework_contact c"
        " WHERE c.brought_id = casework_brought.id))",
        insert=f"agency_id = {AGENCY} AND brought_by_id = {ME} AND NOT {CENTER}",
        frozen=True,
    ),
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
        insert=f"{center('casework_decision')} AND is_meeting_only = EXISTS (SELECT 1 FROM casework_agendaitem a"
        " WHERE a.id = casework_decision.agenda_id AND a.kind = 'shien_kaigi')",
        frozen=True,
    ),
    Wall(
        table="casework_decisionend",
        select=f"{plans.ENDED_IS_SEEN} AND {not_blocked('case_id')}",
        insert=f"{center('casework_decisionend')} AND {plans.by_new_decision('casework_decisionend')}",
        frozen=True,
    ),
    labelled_wall("casework_direction", frozen=True, only=f"({CENTER} OR NOT is_meeting_only)"),
    labelled_wall(
        "casework_rolerow", frozen=True, only=f"({CENTER} OR NOT is_meeting_only OR agency_id = {AGENCY})"
    ),
    Wall(
        table="casework_roleend",
        select=f"{reaches('casework_roleend')} AND ({CENTER} OR {plans.role_is_seen('casework_roleend')})",
        insert=f"{center('casework_roleend')} AND {_with_label_of_role('casework_roleend')}"
        f" AND {plans.by_new_decision('casework_roleend')}",
        frozen=True,
    ),
    Wall(
        table="casework_roleanswer",
        select=f"{reaches('casework_roleanswer')} AND {not_hidden('casework_roleanswer')}"
        f" AND ({CENTER} OR {plans.role_is_seen('casework_roleanswer')})",
        insert=f"answered_by_id = {ME} AND ((agency_id = {AGENCY} AND medium = 'account')"
        f" OR ({center('casework_roleanswer')} AND medium <> 'account'))"
        " AND EXISTS (SELECT 1 FROM casework_rolerow r WHERE r.id = casework_roleanswer.role_id AND r.agency_id = casework_roleanswer.agency_id"
        " AND r.case_id = casework_roleanswer.case_id AND r.item = casework_roleanswer.item"
        " AND r.person_id IS NOT DISTINCT FROM casework_roleanswer.person_id)",
        frozen=True,
    ),
    # Each agency its own part, in its own name, where a line with the label of the section holds.
    Wall(
        table="casework_assessmentpart",
        select=f"{reaches('casework_assessmentpart')} AND {not_hidden('casework_assessmentpart')}",
        insert=f"{reaches('casework_assessmentpart')} AND agency_id = {AGENCY} AND written_by_id = {ME}",
        frozen=True,
    ),
    # The asked agency alone, where a line with the label of the section reaches it: without one nobody is asked.
    Wall(
        table="casework_assessmentrequest",
        select=f"{reaches('casework_assessmentrequest')} AND ({CENTER} OR agency_id = {AGENCY})"
        f" AND {not_hidden('casework_assessmentrequest')}",
        insert=f"{center('casework_assessmentrequest')} AND asked_by_id = {ME} AND {assessments.REACHES_ASKED}",
        frozen=True,
    ),
    Wall(
        table="casework_assessmentrequestend",
        select=f"{assessments.SEEN_REQUEST} AND {not_blocked('case_id')}",
        insert=f"{center('casework_assessmentrequestend')} AND ended_by_id = {ME} AND {assessments.SEEN_REQUEST}",
        frozen=True,
    ),
    # Who sees a part of a version knows of the version; the policy of the part applies in here.
    Wall(
        table="casework_assessment",
        select=f"({CENTER} OR {assessments.HAS_SEEN_PART}) AND {not_blocked('case_id')}",
        insert=f"{center('casework_assessment')} AND fixed_by_id = {ME}",
        frozen=True,
    ),
    Wall(
        table="casework_assessedpart",
        select=assessments.SEEN_PART,
        insert=f"{center('casework_assessedpart')} AND fixed_at = clock_now() AND {assessments.SEEN_PART}",
        frozen=True,
    ),
    Wall(
        table="casework_assessedfact",
        select=f"{reaches('casework_assessedfact')} AND {not_hidden('casework_assessedfact')}"
        f" AND {assessments.OF_SEEN_VERSION} AND {assessments.SEEN_ISSUE} AND {assessments.TELLS_NO_PLACE}",
        insert=f"{center('casework_assessedfact')} AND fixed_at = clock_now() AND {assessments.SEEN_ISSUE}",
        frozen=True,
    ),
    # An agency what it knows itself, the center also what it was told.
    Wall(
        table="casework_chronologyentry",
        select=f"{reaches('casework_chronologyentry')} AND {not_hidden('casework_chronologyentry')}",
        insert=f"{reaches('casework_chronologyentry')} AND written_by_id = {ME}"
        f" AND ({CENTER} OR source_id = {AGENCY})",
        frozen=True,
    ),
    Wall(
        table="casework_plan",
        select=f"({CENTER} OR {planning.DECIDED_AND_SEEN}) AND {not_blocked('case_id')}",
        insert=center("casework_plan"),
        frozen=True,
    ),
    _part_of_plan("casework_planpart"),
    _part_of_plan("casework_planrole"),
    _center_text("casework_planagreement", "recorded_by_id"),
    Wall(
        table="casework_plandecision",
        select=f"({CENTER} OR {planning.SEEN_DECISION}) AND {not_blocked('case_id')}",
        insert=center("casework_plandecision"),
        frozen=True,
    ),
    # Who sees the decided plan sees that the city confirmed it; what was returned, and why, is the center's.
    Wall(
        table="casework_planconfirmation",
        select=f"({CENTER} OR outcome = 'confirmed' AND {planning.is_decided('casework_planconfirmation')})"
        f" AND {not_blocked('case_id')} AND {not_hidden('casework_planconfirmation')}",
        insert=f"{CHIEF} AND {planning.OF_THE_CITY} AND {not_blocked('case_id')} AND confirmed_by_id = {ME}"
        f" AND {planning.is_decided('casework_planconfirmation')}",
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
    # The center's; and whoever holds the secret sees its own link, nothing of the referral.
    Wall(
        table="casework_answerlink",
        select=f"({CENTER} AND {_of_referral('casework_answerlink')})"
        " OR id = (select casework_standing_link((select wall_link())))",
        insert=f"{CENTER} AND {_of_referral('casework_answerlink')} AND made_by_id = {ME}",
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
        f" AND {reaches_case('casework_sheet.case_id')} AND NOT {sheets.FROM_BEFORE_HIDING}",
        insert=f"membership_id = {ME} AND {reaches_case('casework_sheet.case_id')} AND ({CENTER} OR NOT EXISTS ("
        "SELECT 1 FROM casework_decision d WHERE d.id = casework_sheet.decision_id AND d.is_meeting_only))",
        update=f"membership_id = {ME} AND {reaches_case('casework_sheet.case_id')}",
    ),
    # That a household is concealed is known to all who see anything of it, and must be; the rest is the center's.
    Wall(
        table="casework_concealment",
        select=reaches_case("casework_concealment.case_id"),
        insert=f"{center('casework_concealment')} AND set_by_id = {ME}",
        frozen=True,
    ),
    _signed("casework_concealmentground", "written_by_id"),
    center_wall("casework_concealmentthreat"),
    _signed("casework_liftrequest", "asked_by_id"),
    Wall(
        table="casework_lift",
        select=reaches_case("casework_lift.case_id"),
        insert=f"{center('casework_lift')} AND confirmed_by_id = {ME} AND {CONFIRMS}",
        frozen=True,
    ),
    _signed("casework_secretplace", "put_by_id"),
    # The vault. Without an opening of one's own, or the worker's job that changes the key, there is no row.
    Wall(
        table="casework_secrettext",
        select=f"{CENTER} AND ({_OPEN_TO_ME} OR {_NOT_CONCEALED}) OR {LOCK_ANEW}",
        insert=f"{CENTER} AND {_OF_PLACE}",
        update=LOCK_ANEW,
    ),
    _signed("casework_placerequest", "asked_by_id"),
    _signed("casework_screening", "decided_by_id"),
    Wall(
        table="casework_placeopening",
        select=center("casework_placeopening"),
        insert=f"{center('casework_placeopening')} AND opened_by_id = {ME} AND ({CONFIRMS} OR {_OWN_REQUEST})",
        frozen=True,
    ),
    *relations.WALLS,
    *search.WALLS,
    *duplicates.WALLS,
    labelled_wall("casework_task", frozen=True),
    labelled_wall("casework_taskend", frozen=True),
    labelled_wall("casework_closure", frozen=True),
    _center_text("casework_monitoring", "recorded_by_id"),
    Wall(
        table="casework_monitoringtick",
        select=f"{reaches('casework_monitoringtick')} AND {not_hidden('casework_monitoringtick')}"
        f" AND ({CENTER} OR {plans.role_is_seen('casework_monitoringtick')})",
        insert=f"{center('casework_monitoringtick')} AND {_with_label_of_role('casework_monitoringtick')}"
        " AND EXISTS (SELECT 1 FROM casework_monitoring m WHERE m.id = casework_monitoringtick.monitoring_id"
        " AND m.case_id = casework_monitoringtick.case_id AND m.monitored_on = casework_monitoringtick.monitored_on"
        " AND m.recorded_at = clock_now())",
        frozen=True,
    ),
    center_wall("casework_monitoringtrigger"),
    center_wall("casework_monitoringdate"),
    _center_text("casework_evaluation", "recorded_by_id"),
    # Narrower than its label where the issue is: of a sealed one the center's alone.
    Wall(
        table="casework_evaluationresult",
        select=f"{reaches('casework_evaluationresult')} AND ({CENTER} OR NOT is_sealed)"
        f" AND {not_hidden('casework_evaluationresult')} AND {evaluation.SEEN_GOAL}"
        f" AND ({CENTER} OR {evaluation.SEEN_DIRECTION})",
        insert=f"{center('casework_evaluationresult')} AND {_NEW_EVALUATION.format(table='casework_evaluationresult')}"
        " AND (EXISTS (SELECT 1 FROM casework_direction d WHERE d.id = casework_evaluationresult.direction_id"
        " AND d.case_id = casework_evaluationresult.case_id AND d.item = casework_evaluationresult.item"
        " AND d.person_id IS NOT DISTINCT FROM casework_evaluationresult.person_id)"
        f" OR {evaluation.OF_GOAL}"
        " OR EXISTS (SELECT 1 FROM casework_issue i WHERE i.id = casework_evaluationresult.issue_id"
        " AND i.case_id = casework_evaluationresult.case_id AND i.item = casework_evaluationresult.item"
        " AND i.person_id IS NOT DISTINCT FROM casework_evaluationresult.person_id"
        " AND i.is_sealed = casework_evaluationresult.is_sealed))",
        frozen=True,
    ),
    Wall(
        table="casework_evaluationrole",
        select=f"{reaches('casework_evaluationrole')} AND {not_hidden('casework_evaluationrole')}"
        f" AND ({CENTER} OR {plans.role_is_seen('casework_evaluationrole')})",
        insert=f"{center('casework_evaluationrole')} AND {_NEW_EVALUATION.format(table='casework_evaluationrole')}"
        f" AND {_with_label_of_role('casework_evaluationrole')}",
        frozen=True,
    ),
    center_wall("casework_evaluationchange"),
    Wall(
        table="casework_suspension",
        select=f"{center('casework_suspension')} AND {not_hidden('casework_suspension')}",
        insert=f"{center('casework_suspension')} AND decided_by_id = {ME}"
        " AND (NOT is_chiefs OR (select wall_role()) = 'chief')",
        frozen=True,
    ),
    _center_text("casework_suspensionend", "ended_by_id"),
    Wall(
        table="casework_contactinterval",
        select=center("casework_contactinterval"),
        insert=f"{center('casework_contactinterval')} AND set_by_id = {ME}",
        frozen=True,
    ),
    _center_text("casework_handover", "handed_by_id"),
    # Nobody signs for somebody else.
    Wall(
        table="casework_handoversign",
        select=center("casework_handoversign"),
        insert=f"{center('casework_handoversign')} AND signed_by_id = {ME}"
        " AND EXISTS (SELECT 1 FROM casework_handover h WHERE h.id = casework_handoversign.handover_id"
        " AND h.case_id = casework_handoversign.case_id AND h.taker_id = casework_handoversign.signed_by_id)",
        frozen=True,
    ),
    # Whoever may not see one of the two does not learn that there is another.
    Wall(
        table="casework_reopening",
        select=f"{center('casework_reopening')} AND {not_blocked('casework_reopening.before_id')}"
        f" AND {not_hidden('casework_reopening')}",
        insert=f"{center('casework_reopening')} AND {not_blocked('casework_reopening.before_id')}"
        f" AND reopened_by_id = {ME}",
        frozen=True,
    ),
    # Where its bytes are not seen, because it was taken away or nobody has looked through it since the household hid,
    # an agency does not see the file. The policy of the bytes looks at no file, so that the two do not look into each other.
    Wall(
        table="casework_casefile",
        select=f"{reaches('casework_casefile')} AND ({CENTER} OR {files.HAS_CONTENT} AND {files.seen_answer('casework_casefile')})"
        f" AND {not_hidden('casework_casefile')}",
        insert=f"{center('casework_casefile')}"
        f" OR (added_by_id = {ME} AND {_with_own_answer('casework_casefile')})",
        frozen=True,
    ),
    Wall(
        table="casework_filecontent",
        select=f"{reaches('casework_filecontent')}"
        f" AND ({CENTER} OR NOT {files.UNCHECKED} AND {files.seen_answer('casework_filecontent')})",
        insert=f"{center('casework_filecontent')} OR {_with_own_answer('casework_filecontent')}",
        delete=f"{center('casework_filecontent')} AND {files.IS_REMOVED}",
    ),
    # Why it was taken away is the center's.
    center_wall("casework_fileremoval"),
    labelled_wall("casework_filecheck", frozen=True),
    *ordinances.WALLS,
    *meetings.WALLS,
    *notifications.WALLS,
    *workspace.WALLS,
    *registers.WALLS,
    *reports.WALLS,
)

# Run as the owner, because whoever asks may not see the rows it reads. The whole list of such functions.
DEFINER_FUNCTIONS = (
    *("wall_blocked", "wall_hidden", "casework_note_change", "casework_openings", "casework_open_emergency"),
    *search.DEFINER_FUNCTIONS,
    *issues.DEFINER_FUNCTIONS,
    *relations.DEFINER_FUNCTIONS,
    *sheets.DEFINER_FUNCTIONS,
    *bringing.DEFINER_FUNCTIONS,
    *referrals.DEFINER_FUNCTIONS,
    *registers.DEFINER_FUNCTIONS,
    *meetings.DEFINER_FUNCTIONS,
    *plans.DEFINER_FUNCTIONS,
    *reports.DEFINER_FUNCTIONS,
)

LABELLED_TABLES = (
    "casework_household",
    "casework_personcontact",
    "casework_personhealth",
    "casework_personmoney",
    "casework_stay",
    "casework_issue",
    "casework_note",
    "casework_noteparagraph",
    "casework_attendee",
    "casework_direction",
    "casework_rolerow",
    "casework_roleanswer",
    "casework_roleend",
    "casework_assessmentpart",
    "casework_assessedfact",
    "casework_assessmentrequest",
    "casework_chronologyentry",
    "casework_planpart",
    "casework_planrole",
    "casework_referral",
    "casework_referralanswer",
    "casework_task",
    "casework_taskend",
    "casework_closure",
    "casework_monitoringtick",
    "casework_evaluationresult",
    "casework_evaluationrole",
    "casework_casefile",
    "casework_filecontent",
    "casework_fileremoval",
    "casework_filecheck",
    "casework_shareline",
)

# An agency is told of what it is asked for. Paragraphs and attendees come with their note, bytes with their file, which is noticed; that a file was taken away is the
# center's. Of issues some are noticed (issues/sql.py), and of what is said of them. Of a plan an agency notices the decision's directions and roles.
_UNNOTICED = (
    *("casework_noteparagraph", "casework_attendee", "casework_issue"),
    *("casework_filecontent", "casework_fileremoval", "casework_planpart", "casework_planrole"),
    *("casework_evaluationresult", "casework_assessedfact", "casework_assessmentrequest"),
)
# Tables whose changes an agency may notice in the order of its list.
NOTICED_TABLES = (
    *(table for table in LABELLED_TABLES if table not in _UNNOTICED),
    *("casework_person", "casework_case"),
)


def functions_sql() -> str:
    """Return the SQL of casework's functions, triggers and composite keys. Comes before the walls."""
    keys = "\n".join(_same_case(table) for table in LABELLED_TABLES)
    triggers = "\n".join(_noticing(table) for table in NOTICED_TABLES)
    coded = "\n".join(codes.known_code(*column) for column in codes.CODED_COLUMNS)
    parts = (
        *(
            concealment.BLOCKED,
            concealment.HIDDEN,
            sharing.FUNCTIONS,
            sharing.ADDED_BASES,
            sharing.KEYS,
            keys,
            triggers,
        ),
        *(disclosure.OPENINGS, emergency.EMERGENCY),
        *(consent.FUNCTIONS, _same_case("casework_consent"), consent.KEYS, referrals.KEYS),
        *(codes.CODES, coded, notices.INFORMANT, search.FUNCTIONS, duplicates.KEYS, notes.CORRECTIONS),
        *(households.FUNCTIONS, issues.FUNCTIONS, relations.FUNCTIONS, relations.KEYS),
        *(concealment.FUNCTIONS, concealment.KEYS, sheets.FUNCTIONS, bringing.FUNCTIONS, referrals.LINKS),
        *(
            tasks.KEYS,
            notifications.RIGHTS,
            files.KEYS,
            files.ANSWER_KEYS,
            registers.UNDO,
            assessments.KEYS,
            plans.KEYS,
            plans.END_KEYS,
            plans.FUNCTIONS,
            assessments.REQUEST_KEYS,
            planning.KEYS,
            _same_case("casework_planagreement"),
            assessments.VERSION_KEYS,
            assessments.FACT_KEYS,
            chronology.KEEPS,
            evaluation.SEALED,
            evaluation.GOAL_KEYS,
            reports.FUNCTIONS,
        ),
        *(ordinances.FUNCTIONS, meetings.FUNCTIONS, meetings.KEYS),
    )
    return "\n".join(parts) + "\n"


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
