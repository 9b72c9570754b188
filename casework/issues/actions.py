"""Writing down issues, what is known of them later, and that one is over."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.events import record_event
from casework.once import made_before, wait_for
from casework.seen import only_one
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .labels import is_sealed, item_of
from .models import Issue

if TYPE_CHECKING:
    from casework.households.models import Person


@dataclass(frozen=True)
class IssueDraft:
    """What somebody knows of an issue now. ``closed_on``: the day on which it was over."""

    severity: str
    said_by: str
    since: str = ""
    existing: str = ""
    words: str = ""
    closed_on: dt.date | None = None


@transaction.atomic
def note_issue(
    person: Person, code: str, draft: IssueDraft, *, by: Viewer, key: uuid.UUID | None = None
) -> Issue:
    """Write down an issue of a person. The same ``key`` gives the same issue again.

    Raises NotAllowed for an issue that is written down already: what is new about it follows it.
    """
    _check(draft, by)
    before: Issue | None = made_before(Issue, key)
    if before:
        return before
    wait_for(person.pk)
    same = Issue.objects.filter(person=person, code=code)
    followed = same.filter(follows__isnull=False).values("follows")
    if same.exclude(pk__in=followed).filter(closed_on__isnull=True).exists():
        raise NotAllowed(_("この人のこの課題は、もう書かれています。前の課題のほうを書き直してください。"))
    return _write(Issue(id=key or uuid.uuid4(), case_id=person.case_id, person=person, code=code), draft, by)


@transaction.atomic
def follow_issue(issue: Issue, draft: IssueDraft, *, by: Viewer, key: uuid.UUID | None = None) -> Issue:
    """Write down what is known of an issue now, or that it is over. The earlier row stays.

    The same ``key`` gives the same row again. Raises ChangedMeanwhile with what a colleague wrote first.
    """
    _check(draft, by)
    before: Issue | None = made_before(Issue, key)
    if before:
        return before
    row = Issue(
        id=key or uuid.uuid4(),
        case_id=issue.case_id,
        person_id=issue.person_id,
        code=issue.code,
        follows=issue,
    )
    with only_one(Issue, follows=issue):
        return _write(row, draft, by)


def _check(draft: IssueDraft, by: Viewer) -> None:
    if not by.may("casework.edit_household"):
        raise NotAllowed(_("課題を書く権限がありません。"))
    if draft.closed_on and draft.closed_on > timezone.localdate():
        raise NotAllowed(_("終わった日が、先の日付になっています。"))


def _write(issue: Issue, draft: IssueDraft, by: Viewer) -> Issue:
    issue.item, issue.is_sealed = item_of(issue.code), is_sealed(issue.code)
    issue.severity, issue.said_by = draft.severity, draft.said_by
    issue.since, issue.existing, issue.words = draft.since, draft.existing, draft.words
    issue.closed_on, issue.noted_by = draft.closed_on, by.membership
    issue.save(force_insert=True)
    label: dict[str, Any] = {"case_id": issue.case_id, "person_id": issue.person_id, "item": issue.item}
    after = {"code": issue.code, "severity": issue.severity}
    if issue.closed_on:
        record_event(by, "issue_closed", issue, **label, after=after)
    elif issue.follows_id:
        record_event(by, "issue_followed", issue, **label, after=after)
    else:
        record_event(by, "issue_noted", issue, **label, after=after)
    return issue
