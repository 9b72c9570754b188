"""Concealing a household, keeping its places in the vault, opening one, and lifting the concealment by two people."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from casework.cases.models import Case
from casework.events import record_event
from casework.once import made_before
from casework.search.actions import index
from casework.sharing.actions import end_lines
from casework.sharing.items import Item
from casework.sharing.models import EndCause, ShareLine
from permissions.agencies.models import Agency, Membership
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .found import clear_places, clear_row
from .models import (
    Concealment,
    ConcealmentGround,
    ConcealmentThreat,
    Lift,
    LiftRequest,
    PlaceKind,
    PlaceOpening,
    PlaceRequest,
    SecretPlace,
    SecretText,
)
from .places import FIELDS, core_digest_of, digest_of, is_of_today, lock, unlock
from .selectors import digests_of, standing
from .tasks import look_through_again, mail_opening_task

if TYPE_CHECKING:
    from casework.households.models import Person


@dataclass(frozen=True)
class Threat:
    """Who must not learn it: in words, and an agency or the account of a person whom the walls shut out."""

    name: str
    relation: str = ""
    agency: Agency | None = None
    user_id: int | None = None


@dataclass(frozen=True)
class GroundDraft:
    """On what a concealment rests. ``ends_on``: the last day of what was granted, in Japan."""

    kind: str
    words: str
    ends_on: dt.date | None = None


@transaction.atomic
def conceal(
    case: Case,
    person: Person,
    ground: GroundDraft,
    threats: tuple[Threat, ...] = (),
    *,
    by: Viewer,
    key: uuid.UUID | None = None,
) -> Concealment:
    """Conceal a household at once, on somebody's word (domain.md R-DV-1, 3, 6). The same ``key`` gives the same again.

    Effects: every place of everybody in the household goes to the vault and out of the search; what agencies that must
    not learn it saw ends; the walls hide the case from them and from people named.
    """
    _allow(by)
    before: Concealment | None = made_before(Concealment, key)
    if before:
        return before
    _check(case, person, ground, threats)
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    concealment = Concealment(id=key or uuid.uuid4(), case=case, set_by=by.membership)
    concealment.save(force_insert=True)
    _write_ground(concealment, person, ground, by)
    _put_away_all(case, by)
    _look_through(case, by)
    shut = [threat.agency for threat in threats if threat.agency]
    end_lines(
        ShareLine.objects.filter(case=case, agency__in=shut, ended_at__isnull=True),
        cause=EndCause.DECIDED, reason=_("秘匿：知らせてはいけない相手"), by=by,
    )  # fmt: skip
    record_event(
        by, "concealed", concealment, case_id=case.pk, person_id=person.pk, after={"kind": ground.kind}
    )
    # Last: whoever names themselves sees nothing of the case afterwards.
    for threat in threats:
        ConcealmentThreat(
            concealment=concealment, case=case, name=threat.name.strip(), relation=threat.relation.strip(),
            agency=threat.agency, user_id=threat.user_id,
        ).save(force_insert=True)  # fmt: skip
    return concealment


@transaction.atomic
def renew_concealment(
    concealment: Concealment, ground: GroundDraft, *, by: Viewer, key: uuid.UUID | None = None
) -> ConcealmentGround:
    """Write down what a concealment rests on from now: a measure was granted, or extended. Whoever asked to lift it asks anew."""
    _allow(by)
    before: ConcealmentGround | None = made_before(ConcealmentGround, key)
    if before:
        return before
    _check_ground(ground)
    locked = _still_standing(concealment)
    newest = locked.grounds.order_by("-sequence").select_related("person")[0]
    row = _write_ground(locked, newest.person, ground, by, key=key)
    record_event(
        by, "concealment_renewed", locked, case_id=locked.case_id, person_id=newest.person_id,
        after={"kind": ground.kind, "ends_on": str(ground.ends_on or "")},
    )  # fmt: skip
    return row


@transaction.atomic
def ask_to_lift(concealment: Concealment, *, reason: str, by: Viewer) -> LiftRequest:
    """Ask for the end of a concealment. Somebody else has to confirm it within a day, on what the record says then."""
    _allow(by)
    if not reason.strip():
        raise NotAllowed(_("秘匿を終える理由を書いてください。"))
    locked = _still_standing(concealment)
    row = LiftRequest(
        concealment=locked, case_id=locked.case_id, reason=reason.strip(), asked_by=by.membership,
        grounds=locked.grounds.count(),
    )  # fmt: skip
    row.save(force_insert=True)
    record_event(by, "lift_asked", locked, case_id=locked.case_id, after={"reason": reason.strip()})
    return row


@transaction.atomic
def lift_concealment(request: LiftRequest, *, by: Viewer) -> Lift:
    """End a concealment as the second person (domain.md R-DV-4). When none is left, the places go back to their fields.

    Raises NotAllowed for whoever asked, for a request of more than a day, after a change of the record, and for a second
    lifting. There is no other way: no import and no job of the worker has a person to confirm with.
    """
    if not by.may("casework.confirm_concealment"):
        raise NotAllowed(_("秘匿の終わりを確かめる権限がありません。"))
    locked = _still_standing(request.concealment)
    if request.asked_by.user_id == by.user.pk:
        raise NotAllowed(_("申し出た人とは別の人が確かめてください。"))
    row = Lift(concealment=locked, case_id=locked.case_id, request=request, confirmed_by=by.membership)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise NotAllowed(
            _("申し出のあとに記録が変わったか、1日が過ぎました。はじめから申し出てください。")
        ) from error
    record_event(by, "concealment_lifted", locked, case_id=locked.case_id)
    if not standing(locked.case_id).exists():
        _give_back(locked.case_id)
    return row


@transaction.atomic
def ask_for_place(person: Person, *, kind: str, reason: str, by: Viewer) -> PlaceRequest:
    """Ask to see one place. What is no address opens at once, for ten minutes, and is told to the worker (R-DV-2)."""
    _allow(by)
    if not reason.strip():
        raise NotAllowed(_("見る理由を書いてください。"))
    if not SecretPlace.objects.filter(person=person, kind=kind).exists():
        raise NotAllowed(_("この人のその場所は、しまわれていません。"))
    row = PlaceRequest(
        case_id=person.case_id, person=person, kind=kind, reason=reason.strip(), asked_by=by.membership
    )
    row.save(force_insert=True)
    record_event(
        by, "place_asked", row, case_id=row.case_id, person_id=person.pk, item=Item.CONTACT,
        after={"kind": kind, "reason": row.reason},
    )  # fmt: skip
    if kind != PlaceKind.ADDRESS:
        _open(row, by)
    return row


@transaction.atomic
def open_place(request: PlaceRequest, *, by: Viewer) -> PlaceOpening:
    """Open an address to whoever asked, as the second person, for ten minutes."""
    if not by.may("casework.confirm_concealment"):
        raise NotAllowed(_("住所を開く権限がありません。"))
    if request.asked_by.user_id == by.user.pk:
        raise NotAllowed(_("申し出た人とは別の人が確かめてください。"))
    return _open(request, by)


def put_away(person: Person, values: dict[str, Any], *, model: type[Model], by: Viewer) -> dict[str, Any]:
    """Return the values as the row may have them: in a concealed household each place goes to the vault instead.

    An empty place changes nothing there, as forms show none. Belongs to the caller's transaction, and comes before it
    locks anything of the person.
    """
    kinds = {name: FIELDS[model.__name__, name] for name in values if (model.__name__, name) in FIELDS}
    if not kinds:
        return values
    # Whoever conceals the household meanwhile waits for this writing, or this writing for them.
    Case.objects.select_for_update(no_key=True).get(pk=person.case_id)
    if not standing(person.case_id).exists():
        return values
    for name, kind in kinds.items():
        if text := str(values[name]).strip():
            _put(person, kind, text, by)
    _look_through(person.case, by)
    return values | dict.fromkeys(kinds, "")


def lock_places_anew() -> int:
    """Encrypt with today's key what was not; return how many. Runs in ``clock("lock_places_anew")``."""
    count = 0
    for text in SecretText.objects.select_for_update().iterator():
        if not is_of_today(text.locked):
            text.locked = lock(unlock(text.locked))
            text.save(update_fields=["locked"])
            count += 1
    return count


def _allow(by: Viewer) -> None:
    if not by.may("casework.conceal"):
        raise NotAllowed(_("秘匿を扱う権限がありません。"))


def _check(case: Case, person: Person, ground: GroundDraft, threats: tuple[Threat, ...]) -> None:
    if person.case_id != case.pk:
        raise NotAllowed(_("この世帯にいない人が含まれています。"))
    _check_ground(ground)
    for threat in threats:
        if threat.agency and (threat.agency.is_center or threat.agency.pk == case.holder_id):
            raise NotAllowed(
                _(
                    "「%(name)s」はこのケースを担当しているため、閉め出せません。先に担当を替えるか、職員を一人ずつ指定してください。"
                )
                % {"name": threat.agency.name}
            )


def _check_ground(ground: GroundDraft) -> None:
    if not ground.words.strip():
        raise NotAllowed(_("根拠の内容を書いてください。"))
    if ground.kind == "measure" and ground.ends_on is None:
        raise NotAllowed(_("支援措置の終わりの日を書いてください。"))


def _still_standing(concealment: Concealment) -> Concealment:
    """Lock it, so that a renewal and a lifting wait for each other."""
    Case.objects.select_for_update(no_key=True).get(pk=concealment.case_id)
    locked = standing(concealment.case_id).filter(pk=concealment.pk).first()
    if locked is None:
        raise NotAllowed(_("この秘匿は、すでに終わっています。"))
    return locked


def _write_ground(
    concealment: Concealment, person: Person, ground: GroundDraft, by: Viewer, key: uuid.UUID | None = None
) -> ConcealmentGround:
    row = ConcealmentGround(
        id=key or uuid.uuid4(), concealment=concealment, case_id=concealment.case_id, person=person,
        sequence=concealment.grounds.count() + 1,
        kind=ground.kind, words=ground.words.strip(), ends_on=ground.ends_on, written_by=by.membership,
    )  # fmt: skip
    row.save(force_insert=True)
    return row


def _look_through(case: Case, by: Viewer) -> None:
    """Clear what was written before of the places, and look again when every act that is under way now has ended."""
    clear_places(case, by=by)
    look_through_again.enqueue(str(case.pk), by.membership.pk)


def look_through_after(case_id: uuid.UUID, by: Viewer) -> None:
    """Let the worker look for places in what an agency has just written into a concealed case.

    The guard knows the places by the writer's rights, and an agency has none to the vault.
    """
    if not by.sees_all_cases and standing(case_id).exists():
        look_through_again.enqueue(str(case_id), by.membership.pk)


def _put_away_all(case: Case, by: Viewer) -> None:
    """Move what tells a place out of the rows of everybody in the household."""
    for (model, name), kind in FIELDS.items():
        rows: Any = apps.get_model("casework", model).objects.select_for_update(of=("self",), no_key=True)
        for row in rows.filter(~Q(**{name: ""}), case=case):
            person = row if model == "Person" else row.person
            _put(person, kind, getattr(row, name), by)
            setattr(row, name, "")
            # The rest of the row may tell it, too, and nothing is saved that does (guard.py).
            row.save(update_fields=[name, *clear_row(row, digests_of(case.pk))])
            index(row)


def _put(person: Person, kind: PlaceKind, text: str, by: Viewer) -> None:
    digest, length = digest_of(text)
    core, core_length = core_digest_of(text) if kind == PlaceKind.ADDRESS else ("", 0)
    place = SecretPlace(
        case_id=person.case_id, person=person, kind=kind, digest=digest, digest_length=length,
        core_digest=core, core_digest_length=core_length,
        sequence=SecretPlace.objects.filter(person=person, kind=kind).count() + 1, put_by=by.membership,
    )  # fmt: skip
    place.save(force_insert=True)
    SecretText(place=place, locked=lock(text)).save(force_insert=True)
    record_event(
        by, "place_kept", place, case_id=person.case_id, person_id=person.pk, item=Item.CONTACT,
        after={"kind": kind.value},
    )  # fmt: skip


def _give_back(case_id: uuid.UUID) -> None:
    """Write the newest of each kind into its field again; the walls show the texts since nothing is concealed."""
    for (model, name), kind in FIELDS.items():
        newest = {
            text.place.person_id: unlock(text.locked)
            for text in SecretText.objects.filter(place__case=case_id, place__kind=kind)
            .select_related("place")
            .order_by("place__sequence")
        }
        rows: Any = apps.get_model("casework", model)
        for person_id, place in newest.items():
            which = {"pk": person_id} if model == "Person" else {"person": person_id}
            row = rows.objects.filter(**which).first()
            if row is not None and not getattr(row, name):
                setattr(row, name, place)
                row.save(update_fields=[name])
                index(row)


def _open(request: PlaceRequest, by: Viewer) -> PlaceOpening:
    row = PlaceOpening(request=request, case_id=request.case_id, opened_by=by.membership)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except DatabaseError as error:
        raise NotAllowed(_("この申し出は古くなったか、すでに開かれています。")) from error
    record_event(
        by, "place_opened", request, case_id=request.case_id, person_id=request.person_id, item=Item.CONTACT,
        after={"kind": request.kind},
    )  # fmt: skip
    mail_opening_task.enqueue(_told(request), str(request.case_id))
    return row


def _told(request: PlaceRequest) -> list[int]:
    """Return whom an opening is told: the worker of the case; without one, or if that is who asked, the chiefs."""
    worker = Case.objects.values_list("worker", flat=True).get(pk=request.case_id)
    if worker and worker != request.asked_by_id:
        return [worker]
    chiefs = Membership.objects.live().filter(role="chief", agency__is_center=True)
    return list(chiefs.exclude(pk=request.asked_by_id).order_by("pk").values_list("pk", flat=True))


def record_place_shown(viewer: Viewer, opening: PlaceOpening) -> None:
    """Log that the place stood on a screen."""
    asked = opening.request
    record(viewer, "place_shown", opening, case=asked.case_id, person=asked.person_id, item=Item.CONTACT)
