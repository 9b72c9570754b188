"""What care relations tell: children who care (ヤングケアラー), and care for young and old at once (ダブルケア). Pure.

Source: domain.md 1.3.2, 1.3.7. A sign to look closer, never a finding.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from .models import Group

OF_AGE = 18


class Sign(models.TextChoices):
    """What somebody should look at more closely."""

    YOUNG_CARER = "young_carer", _("家族の世話をする子ども（ヤングケアラー）かもしれません")
    DOUBLE_CARE = "double_care", _("育児と介護が重なっている（ダブルケア）かもしれません")


@dataclass(frozen=True)
class CareSign:
    """One sign and whom it is about."""

    person_id: uuid.UUID
    sign: Sign


def care_signs(relations: Iterable[Any], ages: Mapping[uuid.UUID, int | None]) -> list[CareSign]:
    """Return what the relations that hold now tell, in their order; of ages that nobody knows nothing."""
    cared_for: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    children: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for relation in relations:
        if relation.group == Group.CARE:
            cared_for[relation.one_id].add(relation.other_id)
        elif relation.group == Group.PARENT:
            children[relation.one_id].add(relation.other_id)
    found = []
    for carer, people in cared_for.items():
        age = ages.get(carer)
        if age is not None and age < OF_AGE:
            found.append(CareSign(carer, Sign.YOUNG_CARER))
            continue
        young = {person for person in people | children[carer] if _is_young(ages.get(person))}
        grown = {person for person in people if _is_grown(ages.get(person))}
        if young and grown:
            found.append(CareSign(carer, Sign.DOUBLE_CARE))
    return found


def _is_young(age: int | None) -> bool:
    return age is not None and age < OF_AGE


def _is_grown(age: int | None) -> bool:
    return age is not None and age >= OF_AGE
