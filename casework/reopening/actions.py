"""Receiving a household again: a new case with the same people, and with everything that protects them."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.actions import create_case
from casework.cases.models import Case
from casework.cases.states import OPEN_STAGES
from casework.concealment.actions import GroundDraft, Threat, conceal
from casework.concealment.guard import PlaceWritten, add_all
from casework.concealment.places import holds_place
from casework.concealment.selectors import digests_of, standing
from casework.duplicates.actions import join_people
from casework.events import record_event
from casework.households.actions import StayDraft, add_person, create_household, set_item
from casework.households.models import Household, Permitted, Person, PersonContact, Post, Stay
from casework.households.stays import standing as standing_stays
from casework.intake.actions import give_case
from casework.intake.models import Contact
from casework.once import made_before
from casework.seals.actions import seal_case
from casework.seals.selectors import newest_seal, seats_on_duty
from casework.seen import fingerprint
from casework.sharing.actions import block
from casework.sharing.models import Block
from casework.sharing.selectors import cases_for, labelled_for, persons_for
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import Reopening

BASICS = ("name", "kana", "relation", "sex", "birth_on")
REACHED_BY = ("phone", "safe_hours", "cover_name", "email", "address", "caution")


@transaction.atomic
def reopen_case(
    before: Case, *, words: str, by: Viewer, contact: Contact | None = None, key: uuid.UUID | None = None
) -> Case:
    """Open a new case for the household of one that has ended; of a contact, if there is one. The same ``key`` gives the same again.

    Carried over: the people, how they live and how they may be reached; what they allowed is asked anew. Concealment, blocks and the
    seal stand from the first moment. Nothing that an agency was shown, no consent and no record comes along: the old case stays as it was.
    Raises NotAllowed for a case that has not ended or was continued already, and for anybody but a chief where blocks or a seal
    stand, which a chief alone may set.
    """
    if not (by.sees_all_cases and by.may("casework.open_case")):
        raise NotAllowed(_("ケースを作る権限がありません。"))
    earlier: Reopening | None = made_before(Reopening, key)
    if earlier:
        return earlier.case
    old = Case.objects.select_for_update(no_key=True).get(pk=before.pk)
    _check(old, words, by)
    new = create_case(by=by)
    if contact is not None:
        give_case(contact, new, by=by)
    people = _bring_people(old, new, by)
    _protect(old, new, people, by)
    _bring_ways_to_reach(people, by)
    row = Reopening(
        id=key or uuid.uuid4(), case=new, before=old, words=words.strip(), reopened_by=by.membership
    )
    try:
        with transaction.atomic():
            add_all(Reopening, [row])
    except IntegrityError as error:
        raise NotAllowed(_("このケースの再相談は、もう受け付けています。")) from error
    record_event(by, "case_reopened", row, case_id=new.pk)
    record_event(by, "case_came_back", row, case_id=old.pk)
    _shut_out(old, new, by)
    return new


def _check(old: Case, words: str, by: Viewer) -> None:
    if not cases_for(by).filter(pk=old.pk).exists() or old.stage in OPEN_STAGES:
        raise NotAllowed(_("再相談として受け付けられるのは、終わったケースだけです。"))
    if not words.strip():
        raise NotAllowed(_("何があって、また相談になったかを書いてください。"))
    if holds_place(words, digests_of(old.pk)):
        raise PlaceWritten
    if Reopening.objects.filter(before=old).exists():
        raise NotAllowed(_("このケースの再相談は、もう受け付けています。"))
    if (_blocks(old) or _sealed_for(old)) and not by.may("casework.block"):
        raise NotAllowed(
            _(
                "このケースには、見せない相手か、見る人の制限があります。センター長に受け付けてもらってください。"
            )
        )


def _blocks(old: Case) -> list[Block]:
    return list(Block.objects.filter(case=old, lifted_at__isnull=True).select_related("agency"))


def _sealed_for(old: Case) -> set[int]:
    seal = newest_seal(old.pk)
    return set(seal.members) if seal else set()


def _bring_people(old: Case, new: Case, by: Viewer) -> dict[Person, Person]:
    """Write the household anew; return the new person of each old one."""
    household = labelled_for(by, Household).filter(case=old).first()
    if household:
        create_household(new, name=household.name, kind=household.kind, by=by)
    stays: dict[uuid.UUID, list[Stay]] = {}
    for stay in labelled_for(by, Stay).filter(case=old):
        stays.setdefault(stay.person_id, []).append(stay)
    people = {}
    for person in persons_for(by).filter(case=old).order_by("position", "pk"):
        values = {name: getattr(person, name) for name in BASICS} | {"age_about": _age_now(person, old)}
        made = add_person(new, values=values, by=by, stay=_stay_now(stays.get(person.pk, [])))
        join_people(person, made, reason=_("再相談"), by=by)
        people[person] = made
    return people


def _age_now(person: Person, old: Case) -> int | None:
    """What was "about" then is about as many years more now."""
    if person.age_about is None:
        return None
    return person.age_about + timezone.localdate().year - timezone.localtime(old.opened_at).year


def _stay_now(stays: list[Stay]) -> StayDraft | None:
    rows = standing_stays(stays)
    if not rows:
        return None
    last = rows[-1]
    return StayDraft(last.living, last.since_on, last.reason, last.words)


def _protect(old: Case, new: Case, people: dict[Person, Person], by: Viewer) -> None:
    """Conceal the new case as the old one is, before anything that tells a place is written into it."""
    by_key = {person.pk: made for person, made in people.items()}
    for concealment in standing(old.pk).prefetch_related("threats__agency"):
        ground = concealment.grounds.order_by("-sequence")[0]
        threats = tuple(
            Threat(each.name, each.relation, each.agency, each.user_id) for each in concealment.threats.all()
        )
        draft = GroundDraft(ground.kind, ground.words, ground.ends_on)
        conceal(new, by_key[ground.person_id], draft, threats, by=by)


def _bring_ways_to_reach(people: dict[Person, Person], by: Viewer) -> None:
    """Bring how people may be reached. What they allowed long ago they are asked again; what they forbade stays forbidden."""
    rows = {row.person_id: row for row in labelled_for(by, PersonContact).filter(person__in=people)}
    for person, made in people.items():
        row = rows.get(person.pk)
        if row is None:
            continue
        values: dict[str, Any] = {name: getattr(row, name) for name in REACHED_BY}
        values |= {
            name: getattr(row, name) if getattr(row, name) == Permitted.NO else Permitted.NOT_ASKED
            for name in ("sms", "email_use")
        }
        values["post"] = row.post if row.post == Post.NO else Post.NOT_ASKED
        values["voicemail_ok"] = False
        set_item(made, item=PersonContact.ITEM, values=values, seen=fingerprint(None, list(values)), by=by)


def _shut_out(old: Case, new: Case, by: Viewer) -> None:
    """Let nobody see the new case who must not see the old one. Last, as with ``conceal``."""
    members = _sealed_for(old)
    if members:
        on_duty = set(seats_on_duty().values_list("user", flat=True))
        seal_case(new, members=(members & on_duty) | {by.user.pk}, reason=_("再相談"), seen=0, by=by)
    for row in _blocks(old):
        block(new, agency=row.agency, user_id=row.user_id, reason=row.reason, by=by)
