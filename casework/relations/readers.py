"""Who reads a relation: for whoever writes one down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from casework.sharing.items import Item
from casework.sharing.selectors import readers_of
from permissions.agencies.models import Agency
from permissions.viewer import Viewer

from .models import Relation
from .selectors import MayLink

if TYPE_CHECKING:
    from casework.cases.models import Case


def relation_readers(viewer: Viewer, case: Case, relation: Any) -> list[Agency]:
    """Return which agencies beside the center read a relation now."""
    may_link = Relation.objects.filter(MayLink("case", "one", "other"), pk=relation.pk)
    if relation.is_sealed or not may_link.exists():
        return []
    readers = readers_of(viewer, case)
    labels = [
        (person, str(item))
        for person, needed in ((relation.one_id, relation.one_item), (relation.other_id, relation.other_item))
        for item in (Item.BASIC.value, needed)
    ]
    first, *rest = (readers.get(label, []) for label in labels)
    return [agency for agency in first if all(agency in each for each in rest)]


def readers_sentence(viewer: Viewer, case: Case, relation: Any) -> str:
    """Return who reads a relation that has just been written down."""
    agencies = relation_readers(viewer, case, relation)
    if not agencies:
        return _("この関係は、センターだけが読めます。")
    names = _("、").join(agency.name for agency in agencies)
    return _("この関係は、センターのほかに、%(agencies)sが読めます。") % {"agencies": names}
