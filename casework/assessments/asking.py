"""Asking an agency for its part of the assessment: who was asked for what until when, and what has come of it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.models import Case
from casework.cases.states import OPEN_STAGES
from casework.concealment.guard import add_all
from casework.events import record_event
from casework.notifications.actions import notify
from casework.notifications.kinds import NotificationKind
from casework.notifications.recipients import members_of, workers_of
from casework.once import made_before, wait_for
from casework.sharing.models import NotBlocked, SamePerson
from casework.sharing.selectors import labelled_for, readers_of
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .choices import Section
from .labels import item_of
from .models import AssessmentPart, AssessmentRequest, AssessmentRequestEnd

if TYPE_CHECKING:
    from permissions.agencies.models import Agency


LATELY = dt.timedelta(days=14)


@dataclass(frozen=True)
class RequestDraft:
    """Whom the center asks, about whom (None: the household), for which section, until which day of Japan."""

    agency: Agency
    person_id: uuid.UUID | None
    section: str
    until_on: dt.date
    words: str = ""


def requests_for(viewer: Viewer) -> QuerySet[Any]:
    """Return what agencies were asked for, each with ``answered_at`` (None: not yet) and ``is_ended``, what is due first first.

    All for the center's duty; else what one's own agency was asked for and a line with its label reaches.
    """
    said = labelled_for(viewer, AssessmentPart).filter(
        SamePerson(F("person"), OuterRef("person")), case=OuterRef("case"), section=OuterRef("section"),
        agency=OuterRef("agency"), written_at__gte=OuterRef("asked_at"),
    )  # fmt: skip
    ends = AssessmentRequestEnd.objects.filter(NotBlocked("case"), request=OuterRef("pk"))
    rows: QuerySet[Any] = labelled_for(viewer, AssessmentRequest)
    if not viewer.sees_all_cases:
        rows = rows.filter(agency=viewer.agency)
    rows = rows.annotate(
        answered_at=Subquery(said.order_by("written_at").values("written_at")[:1]), is_ended=Exists(ends)
    )
    return rows.select_related("agency", "asked_by__user").order_by("until_on", "asked_at", "pk")


def open_requests_for(viewer: Viewer) -> QuerySet[Any]:
    """Return the requests of open cases that wait for their answer, what is due first first."""
    waiting = requests_for(viewer).filter(answered_at__isnull=True, is_ended=False)
    return waiting.filter(case__stage__in=OPEN_STAGES)


def shown_requests_for(viewer: Viewer, case: Case) -> list[Any]:
    """Return what waits for its answer in a case, and what was answered lately, what is due first first."""
    since = timezone.now() - LATELY
    rows = requests_for(viewer).filter(case=case, is_ended=False)
    return [row for row in rows if row.answered_at is None or row.answered_at > since]


def agencies_to_ask(viewer: Viewer, case: Case, *, person_id: uuid.UUID | None, section: str) -> list[Agency]:
    """Return the agencies that a line with the label of the section reaches now; for the center's duty."""
    return readers_of(viewer, case).get((person_id, item_of(section)), [])


@transaction.atomic
def ask_agency(
    case: Case, draft: RequestDraft, *, by: Viewer, key: uuid.UUID | None = None
) -> AssessmentRequest:
    """Ask an agency for its part in one section. The same ``key`` gives the same request again. Its people are told.

    Raises NotAllowed where no line with the label of the section reaches the agency, for a day that has gone by, and while it is asked
    for the same already.
    """
    if not by.may("casework.write_note"):
        raise NotAllowed(_("アセスメントを頼む権限がありません。"))
    before: AssessmentRequest | None = made_before(AssessmentRequest, key)
    if before:
        return before
    wait_for(case.pk)
    if Case.objects.get(pk=case.pk).stage not in OPEN_STAGES:
        raise NotAllowed(_("終わったケースでは、頼めません。"))
    if draft.until_on < timezone.localdate():
        raise NotAllowed(_("いつまでにが、過ぎた日になっています。"))
    if draft.agency not in agencies_to_ask(by, case, person_id=draft.person_id, section=draft.section):
        raise NotAllowed(
            _("%(agency)sには、この欄が共有されていません。先に共有してから、頼んでください。")
            % {"agency": draft.agency.name}
        )
    same = open_requests_for(by).filter(case=case, person=draft.person_id, section=draft.section)
    if same.filter(agency=draft.agency).exists():
        raise NotAllowed(_("%(agency)sには、同じ欄をもう頼んでいます。") % {"agency": draft.agency.name})
    row = AssessmentRequest(
        id=key or uuid.uuid4(), case=case, person_id=draft.person_id, item=item_of(draft.section),
        section=draft.section, agency=draft.agency, until_on=draft.until_on, words=draft.words.strip(),
        asked_by=by.membership,
    )  # fmt: skip
    add_all(AssessmentRequest, [row])
    record_event(
        by, "assessment_asked", row, case_id=case.pk, person_id=row.person_id, item=row.item, after=_told(row)
    )
    notify(
        NotificationKind.ASSESSMENT, row, to=members_of(row.agency_id, permission="casework.assess"), by=by
    )
    return row


@transaction.atomic
def end_request(row: AssessmentRequest, *, by: Viewer) -> AssessmentRequestEnd:
    """Ask no more; a second time changes nothing. Raises NotAllowed for what was answered."""
    if not by.may("casework.write_note"):
        raise NotAllowed(_("アセスメントを頼む権限がありません。"))
    wait_for(row.case_id)
    found = AssessmentRequestEnd.objects.filter(request=row).first()
    if found:
        return found
    if requests_for(by).filter(pk=row.pk, answered_at__isnull=False).exists():
        raise NotAllowed(_("もう書かれているため、取り下げられません。"))
    end = AssessmentRequestEnd(request=row, case_id=row.case_id, ended_by=by.membership)
    try:
        with transaction.atomic():
            end.save(force_insert=True)
    except IntegrityError:  # a double click
        return AssessmentRequestEnd.objects.get(request=row)
    record_event(
        by, "assessment_unasked", row, case_id=row.case_id, person_id=row.person_id, item=row.item, after=_told(row)
    )  # fmt: skip
    return end


def tell_who_asked(part: AssessmentPart, *, by: Viewer) -> None:
    """Tell whoever asked for a part, and who works on the case, that it was written. Belongs to the caller's transaction, before the part."""
    asked = open_requests_for(by).filter(case=part.case_id, person=part.person_id, section=part.section)
    for row in asked.filter(agency=part.agency_id).select_related("case"):
        told = workers_of(row.case, besides=[row.asked_by_id])
        notify(NotificationKind.ASSESS_ANSWER, row, to=told, by=by)


def _told(row: AssessmentRequest) -> dict[str, Any]:
    return {"agency": row.agency_id, "section": Section(row.section).value}
