"""A place in the vault is written nowhere else: whoever writes it into a text of the case is stopped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import CharField, JSONField, Model, TextField
from django.db.models.signals import post_save, pre_save
from django.utils.translation import gettext as _

from permissions.errors import NotAllowed

from .models import SecretPlace, SecretText
from .places import holds_place
from .selectors import case_of, digests_of


class PlaceWritten(NotAllowed):
    """A text of a case names a place that is concealed."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "秘匿している住所や場所が書かれています。場所が分かる言葉を消してから、もう一度保存してください。"
                "入力した内容は残っています。"
            )
        )


def refuse_places(rows: Iterable[Any]) -> None:
    """Raise PlaceWritten if a row of a case writes out a place of it that lies in the vault.

    What is saved row by row comes by here anyway; what is saved in bulk has to be shown.
    """
    for row in rows:
        case_id = row.pk if row._meta.label == "casework.Case" else case_of(row)
        if case_id is None or isinstance(row, SecretText | SecretPlace):
            continue
        digests = digests_of(case_id)
        if digests and any(holds_place(text, digests) for text in _texts(row)):
            raise PlaceWritten


def add_all(model: type[Model], rows: Iterable[Any]) -> None:
    """Save rows that hold texts in bulk. Raises PlaceWritten."""
    shown = list(rows)
    refuse_places(shown)
    model._default_manager.bulk_create(shown)
    refuse_places(shown)


def guard_writes() -> None:
    """Look at every row of casework before it is saved, and again after. When the app is ready.

    Between the two the household may have hidden: whoever is refused then takes the row back with the whole act. Who hides
    while an act is under way looks through again when that act has ended (tasks.py).
    """
    for number, moment in enumerate((pre_save, post_save)):
        moment.connect(_look, dispatch_uid=f"casework_concealment_{number}")


def _look(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    if sender._meta.app_label == apps.get_app_config("casework").label:
        refuse_places([instance])


def _texts(row: Model) -> Iterable[str]:
    for field in row._meta.concrete_fields:
        if isinstance(field, CharField | TextField | JSONField):
            value = getattr(row, field.attname)
            if value:
                yield value if isinstance(value, str) else str(value)
