"""Writing down what two people are to each other, what became of it, and that it is over."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.events import record_event
from casework.once import made_before, wait_for
from casework.seen import only_one
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import GROUP_OF, MUTUAL, NEEDS, SEALED, Group, Relation

if TYPE_CHECKING:
    from casework.households.models import Person


@dataclass(frozen=True)
class RelationDraft:
    """What somebody knows of a relation now. ``kind``: what one is to the other (models.Kind)."""

    kind: str
    since_on: dt.date | None = None
    hours_week: int | None = None
    words: str = ""
    ended_on: dt.date | None = None


@transaction.atomic
def note_relation(
    one: Person, other: Person, draft: RelationDraft, *, by: Viewer, key: uuid.UUID | None = None
) -> Relation:
    """Write down what one person is to another. The same ``key`` gives the same relation again.

    Raises NotAllowed for a pair that has one of this group already, and for somebody who would be their own ancestor.
    """
    _check(draft, by)
    before: Relation | None = made_before(Relation, key)
    if before:
        return before
    wait_for(one.case_id)
    group = GROUP_OF[draft.kind]
    _check_pair(one, other, group)
    row = Relation(id=key or uuid.uuid4(), case_id=one.case_id, one=one, other=other, group=group)
    return _write(row, draft, by)


@transaction.atomic
def follow_relation(
    relation: Relation, draft: RelationDraft, *, by: Viewer, key: uuid.UUID | None = None
) -> Relation:
    """Write down what became of a relation (a divorce, say), or that it is over. The earlier row stays.

    The same ``key`` gives the same row again. Raises NotAllowed for a kind of another group, ChangedMeanwhile with
    what a colleague wrote first.
    """
    _check(draft, by)
    if GROUP_OF[draft.kind] != relation.group:
        raise NotAllowed(
            _("この関係は、同じ種類の関係にしか変えられません。別の関係は、新しく書いてください。")
        )
    before: Relation | None = made_before(Relation, key)
    if before:
        return before
    wait_for(relation.case_id)  # while an assessment is fixed: what follows belongs after it
    row = Relation(
        id=key or uuid.uuid4(),
        case_id=relation.case_id,
        one_id=relation.one_id,
        other_id=relation.other_id,
        group=relation.group,
        follows=relation,
    )
    with only_one(Relation, follows=relation):
        return _write(row, draft, by)


def _check(draft: RelationDraft, by: Viewer) -> None:
    if not by.may("casework.edit_household"):
        raise NotAllowed(_("関係を書く権限がありません。"))
    days = [day for day in (draft.since_on, draft.ended_on) if day]
    if any(day > timezone.localdate() for day in days):
        raise NotAllowed(_("先の日付になっています。その日が来てから書いてください。"))
    if draft.hours_week is not None and GROUP_OF[draft.kind] != Group.CARE:
        raise NotAllowed(_("時間は、世話・介護のときだけ書けます。"))


def _check_pair(one: Person, other: Person, group: Group) -> None:
    if one.pk == other.pk:
        raise NotAllowed(_("ちがう2人を選んでください。"))
    standing = _standing(one.case_id)
    same = standing.filter(group=group).filter(_of_pair(one, other, group))
    if same.exists():
        raise NotAllowed(_("この2人のこの種類の関係は、もう書かれています。前のほうを書き直してください。"))
    if group == Group.PARENT and _descends(standing, ancestor=other, person=one):
        raise NotAllowed(_("この人は、親にしようとしている人の親や祖父母として書かれています。"))


def _of_pair(one: Person, other: Person, group: Group) -> Q:
    """The pair either way round, where a second row the other way would say the same or contradict it."""
    pair = Q(one=one, other=other)
    return pair | Q(one=other, other=one) if group in (*MUTUAL, Group.PARENT) else pair


def _standing(case_id: uuid.UUID) -> Any:
    rows = Relation.objects.filter(case=case_id, ended_on__isnull=True)
    followed = Relation.objects.filter(case=case_id, follows__isnull=False)
    return rows.exclude(pk__in=followed.values("follows"))


def _descends(standing: Any, *, ancestor: Person, person: Person) -> bool:
    parents: dict[uuid.UUID, set[uuid.UUID]] = {}
    for parent, child in standing.filter(group=Group.PARENT).values_list("one_id", "other_id"):
        parents.setdefault(child, set()).add(parent)
    above: set[uuid.UUID] = set()
    waiting = [person.pk]
    while waiting:
        for parent in parents.get(waiting.pop(), set()) - above:
            above.add(parent)
            waiting.append(parent)
    return ancestor.pk in above


def _write(row: Relation, draft: RelationDraft, by: Viewer) -> Relation:
    group = GROUP_OF[draft.kind]
    row.one_item, row.other_item = NEEDS[group]
    row.is_sealed, row.kind = group in SEALED, draft.kind
    row.since_on, row.hours_week, row.words = draft.since_on, draft.hours_week, draft.words
    row.ended_on, row.noted_by = draft.ended_on, by.membership
    row.save(force_insert=True)
    label: dict[str, Any] = {"case_id": row.case_id, "person_id": row.one_id, "item": row.one_item}
    after = {"kind": row.kind, "other": str(row.other_id)}
    if row.ended_on:
        record_event(by, "relation_ended", row, **label, after=after)
    elif row.follows_id:
        record_event(by, "relation_followed", row, **label, after=after)
    else:
        record_event(by, "relation_noted", row, **label, after=after)
    return row
