"""Reading relations: what links two people of whom both reach the viewer."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, Exists, F, Func, OuterRef, QuerySet

from casework.rounds import Steps, in_rounds
from casework.sharing.items import Item
from casework.sharing.models import NotBlocked, NotHidden
from casework.sharing.selectors import lines_reaching, persons_for
from permissions.viewer import Viewer

from .models import Kind, Relation

if TYPE_CHECKING:
    from casework.cases.models import Case


_ORDER = {kind: number for number, kind in enumerate(Kind.values)}


class MayLink(Func):
    """No concealed household is linked with anybody outside it, or with whom it hides from (the database knows)."""

    function = "casework_may_link"
    output_field: Any = BooleanField()


def relations_for(viewer: Viewer, case: Case) -> QuerySet[Any]:
    """Return every row about a relation of a case that reaches the viewer, each with ``is_followed``.

    In the order in which they were written down.
    """
    rows = _seen(viewer).filter(case=case)
    follower = _seen(viewer).filter(follows=OuterRef("pk"))
    found: QuerySet[Any] = (
        rows.annotate(is_followed=Exists(follower))
        .select_related("noted_by__user", "noted_by__agency")
        .order_by("noted_at", "pk")
    )
    return found


def placed_relations_for(viewer: Viewer, case: Case) -> QuerySet[Any]:
    """Return the same, each with the places of both people in the household, by which ``by_kind`` sorts."""
    return relations_for(viewer, case).annotate(_one=F("one__position"), _other=F("other__position"))


def by_kind(rows: Iterable[Any]) -> list[Any]:
    """Return placed rows by kind, in the order of the first people."""
    return sorted(rows, key=lambda row: (_ORDER[row.kind], row._one, row._other))


@in_rounds
def standing_relations_for(viewer: Viewer, case: Case) -> Steps[list[Any]]:
    """Return what holds now, neither followed by a later row nor over: by kind, in the order of the first people."""
    rows = placed_relations_for(viewer, case).filter(is_followed=False, ended_on__isnull=True)
    (placed,) = yield [rows]
    return by_kind(placed)


def last_noted_by(rows: Iterable[Any], moment: dt.datetime) -> list[Any]:
    """Return of each relation the last row that was noted by a moment, also where it says that it is over. Pure."""
    noted = [row for row in rows if row.noted_at <= moment]
    followed = {row.follows_id for row in noted}
    return [row for row in noted if row.pk not in followed]


def name_both(viewer: Viewer, rows: Iterable[Any]) -> list[Any]:
    """Give each relation the names of both people, as ``name_pairs`` does, as far as they reach the viewer."""
    listed = list(rows)
    ids = {key for row in listed for key in (row.one_id, row.other_id)}
    return name_pairs(listed, dict(persons_for(viewer).filter(pk__in=ids).values_list("pk", "name")))


def name_pairs(rows: Iterable[Any], names: Mapping[uuid.UUID, str]) -> list[Any]:
    """Give each relation ``one_name`` and ``other_name``. Without a name, as a share ended meanwhile, there is no relation."""
    named = [row for row in rows if row.one_id in names and row.other_id in names]
    for row in named:
        row.one_name, row.other_name = names[row.one_id], names[row.other_id]
    return named


def _seen(viewer: Viewer) -> QuerySet[Any]:
    rows = Relation.objects.filter(NotBlocked("case"), NotHidden("pk"))
    if viewer.sees_all_cases:
        return rows
    return rows.filter(
        *(
            Exists(lines_reaching(viewer).filter(case=OuterRef("case"), person=OuterRef(person), item=item))
            for person in ("one", "other")
            for item in (Item.BASIC, OuterRef(f"{person}_item"))
        ),
        MayLink(F("case"), F("one"), F("other")),
        is_sealed=False,
    )


def relation_for(viewer: Viewer, case: Case, relation_id: uuid.UUID) -> Any:
    """Return one row about a relation, or None if it does not reach the viewer."""
    return relations_for(viewer, case).filter(pk=relation_id).first()
