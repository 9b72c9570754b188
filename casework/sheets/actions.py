"""Ordering and making sheets. The worker makes them with the rights of whoever asked, at the moment of making."""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from casework.cases.models import Case
from casework.concealment.selectors import standing
from casework.reads import grounds_of
from permissions.agencies.selectors import viewer_for_membership
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer
from permissions.walls.clock import ClockNow
from permissions.walls.context import acting_for

from .kinds import DECISION, Printed, sheet_kinds
from .models import Sheet, SheetState
from .pdf import PdfTooLarge, PdfUnavailable, make_pdf

if TYPE_CHECKING:
    from casework.plans.models import Decision

logger = logging.getLogger(__name__)
MOST_WAITING = 50  # of one agency


@transaction.atomic
def request_sheet(
    case: Case,
    decision: Decision | None,
    *,
    by: Viewer,
    kind: str = DECISION,
    evaluation_id: uuid.UUID | None = None,
    assessment_id: uuid.UUID | None = None,
) -> Sheet:
    """Order a sheet of a decision, of an evaluation, of a version of the assessment, or of the case itself.

    Returns the order already waiting if there is one (a double click).

    Agencies take turns: each order stands behind as many as its agency has in line already (assurance.md A35). Raises
    NotAllowed when that are MOST_WAITING, and to an agency of what is 会議限り.
    """
    from .tasks import make_sheet_task  # noqa: PLC0415 -- the task imports this module

    if not by.may("casework.make_sheet"):
        raise NotAllowed(_("帳票を作る権限がありません。"))
    if decision and is_kept_from(by, decision):
        raise NotAllowed(_("支援会議で決めたことは、会議限りです。機関では印刷できません。"))
    waiting = _waiting_of_agency()
    if waiting >= MOST_WAITING:
        raise NotAllowed(_("帳票がたくさん順番を待っています。できあがってから、もう一度頼んでください。"))
    # Two orders at the same moment queue here.
    Sheet.objects.bulk_create(
        [
            Sheet(
                case=case,
                decision=decision,
                evaluation_id=evaluation_id,
                assessment_id=assessment_id,
                membership=by.membership,
                kind=kind,
                language=translation.get_language() or "ja",
            )
        ],
        ignore_conflicts=True,
    )
    sheet = Sheet.objects.defer("pdf").get(
        case=case, decision=decision, evaluation=evaluation_id, assessment=assessment_id, membership=by.membership,
        kind=kind, state=SheetState.WAITING,
    )  # fmt: skip
    make_sheet_task.using(priority=-1 - waiting).enqueue(str(sheet.pk), by.membership.pk)
    record(by, "sheet_requested", sheet, case=case.pk)
    return sheet


def is_kept_from(viewer: Viewer, decision: Decision) -> bool:
    """Return whether no copy of a decision leaves the center: an agency knows of it from a 支援会議 (domain.md R-MTG-6)."""
    return decision.is_meeting_only and not viewer.sees_all_cases


def _waiting_of_agency() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT casework_waiting_sheets()")
        waiting: int = cursor.fetchone()[0]
    return waiting


def make_sheet(sheet_id: uuid.UUID, *, membership_id: int) -> None:
    """Make an ordered sheet. May run again after a kill: what is made is made in one transaction, once.

    Whoever lost access meanwhile gets nothing: the row is not found and stays as it is.
    """
    viewer = viewer_for_membership(membership_id)
    if viewer is None:
        return
    with acting_for(viewer):
        sheet = Sheet.objects.select_for_update().filter(pk=sheet_id, state=SheetState.WAITING).first()
        if sheet is not None:
            with translation.override(sheet.language):
                _make(sheet, viewer)


def _make(sheet: Sheet, viewer: Viewer) -> None:
    try:
        with transaction.atomic():
            # Before anything is read: of a concealment that comes meanwhile the sheet must not know.
            sheet.hidings = list(standing(sheet.case_id).values_list("pk", flat=True))
            content, pdf = _printed(sheet, viewer)
            if content is not None:  # refused by the database where a label of it does not reach the reader
                _finish(sheet, pdf=pdf, content=content)
    except PdfTooLarge:
        _finish(sheet, failure="too_large")
        return
    except PdfUnavailable:
        _finish(sheet, failure="pdf_unavailable")
        return
    except Exception as error:
        if sheet.kind == DECISION:
            raise
        # Somebody else's sheet: its fault ends here, and whoever ordered it is told.
        logger.warning("sheet %s of kind %s: %s", sheet.pk, sheet.kind, type(error).__name__)
        _finish(sheet, failure="kind_failed")
        return
    if content is None:
        _finish(sheet, failure="nothing_to_show")
        return
    for case_id, person_id, item in content.labels:
        record(viewer, "sheet_made", sheet, case=case_id, person=person_id, item=item)


def record_sheet_opened(viewer: Viewer, sheet: Sheet) -> None:
    """Log that a file was handed out, with every label that is printed on it."""
    labels = [
        (uuid.UUID(case), uuid.UUID(person) if person else None, item) for case, person, item in sheet.labels
    ]
    grounds = grounds_of(viewer, [(sheet, *label) for label in labels])
    for case, person, item in labels:
        ground = grounds.get((case, person, item))
        record(viewer, "sheet_opened", sheet, case=case, person=person, item=item, ground=ground)


def _printed(sheet: Sheet, viewer: Viewer) -> tuple[Printed | None, bytes | None]:
    kind = sheet_kinds().get(sheet.kind)
    content = kind.content(viewer, sheet) if kind else None
    return content, make_pdf(
        kind.template, {"sheet": content}, style=kind.style
    ) if kind and content else None


def _finish(
    sheet: Sheet, *, pdf: bytes | None = None, content: Printed | None = None, failure: str = ""
) -> None:
    labels = (
        [[str(case), str(person) if person else None, item] for case, person, item in content.labels]
        if content
        else []
    )
    Sheet.objects.filter(pk=sheet.pk).update(
        state=SheetState.FAILED if failure else SheetState.READY,
        failure=failure,
        pdf=pdf,
        labels=labels,
        hidings=sheet.hidings,
        made_at=None if failure else ClockNow(),
    )
