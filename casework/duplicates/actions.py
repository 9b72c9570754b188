"""The only writer of what people say about two records of one person."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from casework.events import record_event
from casework.households.models import Person
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import SameMark


@transaction.atomic
def join_people(person: Person, other: Person, *, reason: str, by: Viewer) -> SameMark:
    """Say that two people of two cases are one. Raises NotAllowed if that has been said already."""
    return _mark(person, other, is_same=True, reason=reason, by=by)


@transaction.atomic
def unjoin_people(person: Person, other: Person, *, reason: str, by: Viewer) -> SameMark:
    """Say that two people are not one after all. Raises NotAllowed unless they were said to be."""
    return _mark(person, other, is_same=False, reason=reason, by=by)


def _mark(person: Person, other: Person, *, is_same: bool, reason: str, by: Viewer) -> SameMark:
    if not (by.sees_all_cases and by.may("casework.edit_household")):
        raise NotAllowed(_("世帯の記録を書く権限がありません。"))
    if not reason.strip():
        raise NotAllowed(_("理由を書いてください。"))
    if person.case_id == other.case_id:
        raise NotAllowed(_("同じケースの中の2人は、同じ人にできません。"))
    one, two = sorted((person, other), key=lambda each: each.pk)
    _queue(one, two)
    last = SameMark.objects.filter(one=one, other=two).order_by("-sequence").first()
    if (last is not None and last.is_same) == is_same:
        raise NotAllowed(_("ほかの人が先に変えました。いまの状態を確かめてください。"))
    mark = SameMark(
        one=one,
        one_case_id=one.case_id,
        other=two,
        other_case_id=two.case_id,
        is_same=is_same,
        reason=reason,
        marked_by=by.membership,
        sequence=last.sequence + 1 if last else 1,
    )
    mark.save(force_insert=True)
    # Each case remembers that there was such a mark, and nothing of the other case: it may be blocked for a reader.
    for each in (one, two):
        about: Any = {"case_id": each.case_id, "person_id": each.pk, "item": each.item}
        if is_same:
            record_event(by, "person_joined", mark, **about)
        else:
            record_event(by, "person_unjoined", mark, **about)
    return mark


def _queue(one: Person, other: Person) -> None:
    """Make two who say something of the same pair wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"same {one.pk} {other.pk}"])
