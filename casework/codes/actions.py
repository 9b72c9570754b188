"""Changing the lists of codes. The chief alone may; codes are added, reworded, ordered and retired, never deleted."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from casework.once import made_before
from casework.seen import ChangedMeanwhile, fingerprint
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .lists import LISTS
from .models import Code, Setting
from .selectors import all_codes, forget_read
from .settings import changed, proposed, value_of

STEP = 10


@transaction.atomic
def add_code(list_code: str, *, values: dict[str, Any], by: Viewer, key: uuid.UUID | None = None) -> Code:
    """Add a code at the end of a list. The same ``key`` gives the same code again.

    Raises NotAllowed for a list whose codes are fixed, and for a code that is in the list already.
    """
    _allow(by)
    if not LISTS[list_code].is_open:
        raise NotAllowed(_("この一覧には、加えられません。"))
    before: Code | None = made_before(Code, key)
    if before:
        return before
    last = Code.objects.filter(list_code=list_code).order_by("position").last()
    code = Code(
        id=key or uuid.uuid4(),
        list_code=list_code,
        position=(last.position if last else 0) + STEP,
        **values,
    )
    try:
        with transaction.atomic():
            code.save(force_insert=True)
    except IntegrityError as clash:
        raise NotAllowed(_("このコードは、もうこの一覧にあります。")) from clash
    _record(by, "code_added", code)
    return code


@transaction.atomic
def change_code(code: Code, *, values: dict[str, Any], seen: str, by: Viewer) -> Code:
    """Change words, dates or the report's class of a code. Raises ChangedMeanwhile if a colleague was quicker."""
    _allow(by)
    locked = Code.objects.select_for_update().get(pk=code.pk)
    fields = list(values)
    if seen != fingerprint(locked, fields):
        raise ChangedMeanwhile(locked)
    changed = [name for name in fields if getattr(locked, name) != values[name]]
    if changed:
        for name in changed:
            setattr(locked, name, values[name])
        locked.save(update_fields=changed)
        _record(by, "code_changed", locked, fields=changed)
    return locked


@transaction.atomic
def retire_code(code: Code, *, last_day: dt.date | None, by: Viewer) -> Code:
    """Set the last day on which a code is a choice; None offers it again. What is stored keeps its words."""
    _allow(by)
    locked = Code.objects.select_for_update().get(pk=code.pk)
    if last_day is not None and not locked.may_be_retired:
        raise NotAllowed(_("「%s」は、仕組みの中で使うので、選べなくすることはできません。") % locked.label)
    if last_day is not None and last_day < locked.valid_from:
        raise NotAllowed(_("最後の日が、最初の日より前になっています。"))
    if locked.valid_to != last_day:
        locked.valid_to = last_day
        locked.save(update_fields=["valid_to"])
        if last_day is None:
            _record(by, "code_revived", locked)
        else:
            _record(by, "code_retired", locked)
    return locked


@transaction.atomic
def move_code(code: Code, *, up: bool, by: Viewer) -> None:
    """Change places with the neighbor above or below; nothing at either end of the list."""
    _allow(by)
    # The whole list is locked in one order, so that two people who move at once queue.
    row_of = {row.pk: row for row in Code.objects.select_for_update().filter(list_code=code.list_code)}
    order = list(all_codes().filter(list_code=code.list_code).values_list("pk", flat=True))
    here = order.index(code.pk)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return
    order[here], order[there] = order[there], order[here]
    for number, pk in enumerate(order, start=1):
        if row_of[pk].position != number * STEP:
            row_of[pk].position = number * STEP
            row_of[pk].save(update_fields=["position"])
    _record(by, "code_moved", code)


@transaction.atomic
def change_setting(key: str, *, value: str, seen: str, by: Viewer) -> None:
    """Decide a number or a text otherwise than proposed; what is proposed again leaves no row.

    Raises ChangedMeanwhile, with what holds now, if it is no longer ``seen``.
    """
    _allow(by)
    if value == seen == value_of(key):
        return
    # A row that is not there cannot be locked: what holds now is written down first.
    Setting.objects.bulk_create([Setting(key=key, value=value_of(key))], ignore_conflicts=True)
    row = Setting.objects.select_for_update().get(key=key)
    if seen != row.value:
        raise ChangedMeanwhile(row.value)
    if value == proposed(key):
        row.delete()
    else:
        row.value = value
        row.save(update_fields=["value"])
    changed.forget()
    record(by, "setting_changed", None, detail={"key": key})


def _allow(by: Viewer) -> None:
    if not by.may("casework.edit_codes"):
        raise NotAllowed(_("選択肢を直す権限がありません。"))


def _record(by: Viewer, verb: str, code: Code, **detail: Any) -> None:
    record(by, verb, code, detail={"code": str(code), **detail})
    forget_read()
