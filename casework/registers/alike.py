"""Who is here already that may be the same as somebody of a register; for many households in a few statements."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from casework.concealment.selectors import concealed_among, concealed_cases
from casework.duplicates.selectors import people_like_told, weight_of
from casework.search.selectors import lines_of_people
from permissions.viewer import Viewer

from .checking import CaseDraft, tell_the_others

# As likely as an equal name or telephone number.
ALIKE_FROM = 3


def add_alike(drafts: Sequence[CaseDraft], viewer: Viewer) -> None:
    """Say who is here already that may be the same. Who hides here is not brought into the open by an older list (R-DV-4)."""
    people = [(draft, person) for draft in drafts for person in draft.people]
    like = [
        [each for each in found if each.weight >= ALIKE_FROM]
        for found in people_like_told(viewer, [person.told for _draft, person in people])
    ]
    hidden = concealed_among(list({each.person.case_id for found in like for each in found}))
    for (draft, person), found in zip(people, like, strict=True):
        hides = set() if draft.concealed else hidden
        draft.findings[person.row.pk] += [
            (
                "hides_here" if each.person.case_id in hides else "alike", "",
                f"{each.person.case.number}（{'、'.join(str(reason) for reason in each.reasons)}）",
            )
            for each in found
        ]  # fmt: skip
    for draft in drafts:
        tell_the_others(draft)


def may_hide_here(drafts: Iterable[CaseDraft]) -> list[CaseDraft]:
    """Return the households that somebody is like who hides here, and perhaps some more: add_alike knows.

    Few hide, so their keys are read instead of looking for everybody's.
    """
    keys = lines_of_people(concealed_cases())
    if not keys:
        return []
    hiding: dict[str, list[uuid.UUID]] = defaultdict(list)
    for person, lines in keys.items():
        for line in lines or ():
            hiding[line].append(person)
    is_unknown = None in keys.values()
    return [draft for draft in drafts if is_unknown or _is_like_some(draft, hiding)]


def _is_like_some(draft: CaseDraft, hiding: dict[str, list[uuid.UUID]]) -> bool:
    for person in draft.people:
        shared: dict[uuid.UUID, list[str]] = defaultdict(list)
        for line in person.told.lines & hiding.keys():
            for who in hiding[line]:
                shared[who].append(line)
        if any(weight_of(lines) >= ALIKE_FROM for lines in shared.values()):
            return True
    return False
