"""Who may do what with the rows of this app, enforced by the database (permissions/walls/policies.py)."""

from __future__ import annotations

from permissions.roles import ROLES
from permissions.walls.policies import Wall
from permissions.walls.public_node import PublicGrant

DELIVER_JOB = "deliver_submissions"
PUBLISH_JOB = "publish_scheduled"


def _roles_with(permission: str) -> str:
    codes = sorted(code for code, role in ROLES.items() if permission in role.permissions)
    return ", ".join(f"'{code}'" for code in codes)


DELIVERS = f"(select wall_job()) = '{DELIVER_JOB}'"
PUBLISHES = f"(select wall_job()) = '{PUBLISH_JOB}'"
EDITS = f"(select wall_role()) IN ({_roles_with('forms_app.edit_form')})"
SENDS = "form_id::text = (select wall_form())"
HOLDS_RECEIPT = "reference_hash = (select wall_receipt())"
# A role that reads submissions, in the agency they went to; the center reads as one.
READS = (
    f"(select wall_role()) IN ({_roles_with('forms_app.read_submission')}) AND ("
    "destination_agency_id = (select wall_agency()) OR ((select wall_center()) AND destination_agency_id IN"
    " (SELECT id FROM marugoto_permissions_agency WHERE is_center)))"
)
OWNS_FORM = f"owner_agency_id = (select wall_agency()) AND {EDITS}"

WALLS: tuple[Wall, ...] = (
    Wall(
        table="forms_app_consultationform",
        # Until it is published a row holds a draft; afterwards drafts live in Wagtail's revisions. For
        # editors the forms of other agencies do not exist: Wagtail's screens ask for no agency.
        select=(
            f"owner_agency_id = (select wall_agency()) OR {PUBLISHES}"
            f" OR (first_published_at IS NOT NULL AND ({EDITS}) IS NOT TRUE)"
        ),
        insert=OWNS_FORM,
        update=f"({OWNS_FORM}) OR {PUBLISHES}",
    ),
    Wall(
        table="forms_app_formrevision",
        select="true",
        insert=(f"{PUBLISHES} OR form_id IN (SELECT id FROM forms_app_consultationform WHERE {OWNS_FORM})"),
        frozen=True,
    ),
    Wall(
        table="forms_app_receipt",
        select=f"{HOLDS_RECEIPT} OR {DELIVERS} OR ({READS})",
        insert=SENDS,
        update=READS,
    ),
    Wall(
        table="forms_app_submission",
        select=f"{DELIVERS} OR ({READS})",
        insert=SENDS,
        frozen=True,
    ),
    Wall(
        table="forms_app_answer",
        # The rows of Submission in here are those its own wall shows.
        select="submission_id IN (SELECT id FROM forms_app_submission)",
        insert="(select wall_form()) IS NOT NULL",
        frozen=True,
    ),
    Wall(
        table="forms_app_message",
        select="receipt_id IN (SELECT id FROM forms_app_receipt)",
        insert=(
            "receipt_id IN (SELECT id FROM forms_app_receipt) AND"
            " (author = 'citizen' AND (select wall_receipt()) IS NOT NULL"
            " OR author = 'center' AND written_by_id = (select wall_person()))"
        ),
        frozen=True,
    ),
    Wall(
        table="forms_app_outboxrow",
        select=f"{DELIVERS} OR submission_id IN (SELECT id FROM forms_app_submission)",
        insert="(select wall_form()) IS NOT NULL",
        update=DELIVERS,
    ),
)

# A public node takes in and hands out receipts; it reads back nothing that was written.
PUBLIC: tuple[PublicGrant, ...] = (
    PublicGrant(
        "forms_app_consultationform",
        "the forms that were published",
        select="first_published_at IS NOT NULL",
    ),
    PublicGrant("forms_app_formrevision", "what citizens see of a form", select="true"),
    PublicGrant(
        "forms_app_receipt",
        "one receipt to whoever holds its code; a new one with each sending",
        rights=("SELECT", "INSERT"),
        select=HOLDS_RECEIPT,
        insert=SENDS,
    ),
    PublicGrant("forms_app_submission", "sending", rights=("INSERT",), insert=SENDS),
    PublicGrant("forms_app_answer", "sending", rights=("INSERT",), insert="(select wall_form()) IS NOT NULL"),
    PublicGrant(
        "forms_app_outboxrow", "sending", rights=("INSERT",), insert="(select wall_form()) IS NOT NULL"
    ),
    PublicGrant(
        "forms_app_message",
        "the thread on the receipt that is open",
        rights=("SELECT", "INSERT"),
        select="receipt_id IN (SELECT id FROM forms_app_receipt)",
        insert=(
            "author = 'citizen' AND written_by_id IS NULL"
            " AND receipt_id IN (SELECT id FROM forms_app_receipt)"
        ),
    ),
)
