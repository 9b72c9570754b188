"""What one person is told of (お知らせ), with what of it reaches them now; and the mails about it.

A row names its subject, and everything shown is asked at the subject's own door. What no longer reaches the reader is
neither listed nor counted nor mailed.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from casework.assessments.asking import requests_for
from casework.assessments.choices import Section
from casework.consent.selectors import consents_for
from casework.intake.selectors import contacts_for
from casework.meetings.selectors import meetings_for
from casework.notifications.kinds import GROUPS, NotificationKind
from casework.notifications.models import MailChoice, Notification
from casework.plans.models import RoleRow
from casework.referrals.selectors import referrals_for
from casework.sharing.selectors import cases_for, labelled_for, recalls_for
from casework.tasks.models import Task
from permissions.agencies.selectors import viewer_for_membership
from permissions.viewer import Viewer
from permissions.walls.context import acting_for

PAGE_SIZE = 50
COUNT_CAP = 99


@dataclass(frozen=True)
class Subject:
    """How one kind of row is read: its door, what a reader of the list sees of it, and where it is looked at."""

    door: Callable[[Viewer], QuerySet[Any]]
    number: Callable[[Any], str]
    page: Callable[[Viewer, Any], str]
    line: Callable[[Any], str] = lambda _row: ""
    beside: tuple[str, ...] = ()


def _page_of_role(viewer: Viewer, role: RoleRow) -> str:
    is_mine = role.agency_id == viewer.agency.pk and viewer.may("casework.answer_role")
    if is_mine:
        return reverse("casework:role_answer", args=[role.case_id, role.pk])
    return reverse("casework:case", args=[role.case_id])


SUBJECTS: dict[str, Subject] = {
    "contact": Subject(
        contacts_for,
        lambda contact: contact.number,
        lambda _viewer, contact: reverse("casework:contact", args=[contact.pk]),
        lambda contact: contact.one_line,
    ),
    "referral": Subject(
        referrals_for,
        lambda referral: referral.number,
        lambda _viewer, referral: reverse("casework:referral", args=[referral.pk]),
        lambda referral: f"{referral.sender.name} → {referral.receiver.name}",
        ("sender", "receiver"),
    ),
    "role": Subject(
        lambda viewer: labelled_for(viewer, RoleRow),
        lambda role: role.case.number,
        _page_of_role,
        lambda role: f"{role.agency.name} {role.what}",
        ("case", "agency"),
    ),
    "case": Subject(
        cases_for, lambda case: case.number, lambda _viewer, case: reverse("casework:case", args=[case.pk])
    ),
    "recall": Subject(
        recalls_for,
        lambda recall: recall.case_number,
        lambda _viewer, recall: reverse("casework:recall", args=[recall.pk]),
    ),
    "consent": Subject(
        consents_for,
        lambda consent: consent.case.number,
        lambda _viewer, consent: reverse("casework:consents", args=[consent.case_id]),
        lambda consent: consent.number,
        ("case",),
    ),
    "task": Subject(
        lambda viewer: labelled_for(viewer, Task),
        lambda task: task.case.number,
        lambda _viewer, task: reverse("casework:case", args=[task.case_id]),
        lambda task: f"{task.due_on:%Y-%m-%d} {task.what}",
        ("case",),
    ),
    "meeting": Subject(
        meetings_for,
        lambda meeting: meeting.number,
        lambda _viewer, meeting: reverse("casework:meeting", args=[meeting.pk]),
        lambda meeting: meeting.label,
    ),
    "request": Subject(
        requests_for,
        lambda request: request.case.number,
        lambda _viewer, request: reverse("casework:assessment", args=[request.case_id]),
        lambda request: f"{request.agency.name} {Section(request.section).label}",
        ("case", "agency"),
    ),
}


@dataclass(frozen=True)
class InboxRow:
    """One row of the list: what happened, the number of what it is about, a line of it, and where it is looked at."""

    row: Notification
    number: str
    line: str
    url: str

    @property
    def is_unread(self) -> bool:
        return self.row.read_at is None


def inbox_for(viewer: Viewer, *, group: str = "", is_unread: bool = False) -> QuerySet[Notification]:
    """Return what this person was told of and sees now, newest first; nothing for a role that reads no cases."""
    if not viewer.membership.role_rights.reads_cases:
        return Notification.objects.none()
    rows = Notification.objects.filter(membership=viewer.membership)
    if group in GROUPS:
        rows = rows.filter(kind__in=GROUPS[group])
    if is_unread:
        rows = rows.filter(read_at__isnull=True)
    shown = Q()
    for name, subject in SUBJECTS.items():
        is_there = Exists(subject.door(viewer).order_by().filter(pk=OuterRef(f"{name}_id")))
        shown |= Q(is_there, **{f"{name}__isnull": False})
    return rows.filter(shown).order_by("-at", "-pk")


def count_unread_for(viewer: Viewer) -> int:
    """Return how many this person has not read, at most COUNT_CAP + 1 (shown as 「99+」)."""
    return inbox_for(viewer, is_unread=True).order_by()[: COUNT_CAP + 1].count()


def inbox_rows_for(viewer: Viewer, rows: Iterable[Notification]) -> list[InboxRow]:
    """Return rows of ``inbox_for`` with what is shown of their subjects; one query per kind of subject there is."""
    listed = list(rows)
    found: dict[tuple[str, uuid.UUID], Any] = {}
    for name, subject in SUBJECTS.items():
        keys = {getattr(row, f"{name}_id") for row in listed} - {None}
        if keys:
            subjects = subject.door(viewer).filter(pk__in=keys)
            # Without a name it would join whatever a row points to, the case that is out of sight included.
            if subject.beside:
                subjects = subjects.select_related(*subject.beside)
            found |= {(name, each.pk): each for each in subjects}
    return [
        InboxRow(
            row, SUBJECTS[name].number(each), SUBJECTS[name].line(each), SUBJECTS[name].page(viewer, each)
        )
        for row in listed
        for name in SUBJECTS
        if (each := found.get((name, getattr(row, f"{name}_id"))))
    ]


def inbox_row_for(viewer: Viewer, key: uuid.UUID) -> InboxRow | None:
    """Return one row of one's own, or None if it is not there or what it is about does not reach the reader."""
    return next(iter(inbox_rows_for(viewer, inbox_for(viewer).filter(pk=key))), None)


def wants_mails(viewer: Viewer) -> bool:
    """Return whether this person gets mails about their list."""
    return not MailChoice.objects.filter(membership=viewer.membership, is_off=True).exists()


# --- mails ---------------------------------------------------------------------------------------------


def mail_what_was_told(told: Iterable[tuple[int, str]]) -> None:
    """Mail each person a number and a link, if they still see what it is about, have not read it and want mails.

    ``told``: (membership, notification). What may be said is asked now, in the name of who gets the mail.
    """
    mailed: set[str] = set()
    for membership_id, key in told:
        viewer = viewer_for_membership(membership_id)
        if viewer is None or not viewer.user.email or viewer.user.email in mailed:
            continue
        with acting_for(viewer):
            found = inbox_row_for(viewer, uuid.UUID(key)) if wants_mails(viewer) else None
        if found is not None and found.is_unread:
            _send(viewer.user.email, found)
            mailed.add(viewer.user.email)


def _send(address: str, found: InboxRow) -> None:
    what = NotificationKind(found.row.kind).label
    subject = f"[{settings.WAGTAIL_SITE_NAME}] {pgettext('to staff', 'お知らせ')} {found.number}"
    said = _("%(what)s。ログインして確かめてください。") % {"what": what}
    off = _("メールは、お知らせのページで止められます。")
    place = f"{settings.WAGTAILADMIN_BASE_URL}{found.url}"
    send_mail(subject, f"{said}\n\n{found.number}\n{place}\n\n{off}\n", None, [address])
