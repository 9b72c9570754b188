"""Recording what people agree to and take back; the letter that tells them who is in their team."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from casework.agendas import telling_of_agendas
from casework.cases.actions import next_number
from casework.cases.models import Case
from casework.concealment.guard import add_all
from casework.events import record_event
from casework.households.letters import make_letter_to
from casework.notifications.actions import notify
from casework.notifications.kinds import NotificationKind
from casework.notifications.recipients import workers_of
from casework.once import made_before
from casework.sharing.actions import end_lines
from casework.sharing.consents import standing_scopes
from casework.sharing.items import Item
from casework.sharing.models import EndCause, ShareLine
from permissions.agencies.models import Agency, Membership
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import (
    Aid,
    Answer,
    Capacity,
    Consent,
    ConsentExclusion,
    ConsentMethod,
    ConsentScope,
    ConsentWithdrawal,
    Giver,
)
from .selectors import TeamMember

if TYPE_CHECKING:
    from casework.households.models import Person

OF_AGE_YEARS = 18


@dataclass(frozen=True)
class Exclusion:
    """Who must not be told what: an agency, or somebody in words; one item, or (empty) everything."""

    agency: Agency | None
    item: str
    words: str = ""

    def covers(self, agency: Agency, item: str) -> bool:
        return self.agency == agency and self.item in ("", item)


@dataclass(frozen=True)
class ConsentDraft:
    """What was explained and answered. ``scopes``: (agency, item), each named by the person. Days are those of Japan."""

    answer: str
    explained_on: dt.date
    explained: str
    method: str = ConsentMethod.WRITTEN
    scopes: tuple[tuple[Agency, str], ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    giver: str = Giver.SELF
    giver_name: str = ""
    explained_by: Membership | None = None
    witness: Membership | None = None
    aid: str = Aid.NONE
    aid_note: str = ""
    capacity: str = Capacity.NOT_LOOKED_AT
    capacity_note: str = ""
    own_view: str = ""
    kept_at: str = ""
    valid_until: dt.date | None = None


@transaction.atomic
def record_consent(
    case: Case, person: Person, draft: ConsentDraft, *, by: Viewer, key: uuid.UUID | None = None
) -> Consent:
    """Record what a person answered to the explanation. The same ``key`` gives the same consent again.

    Raises NotAllowed where the law or the person's own words forbid it: nothing agreed to by name, an agency or item that
    was excluded in the same breath, an oral consent without a second member of staff, doubt without saying how the will was
    asked, a child whose own words are missing. A refusal takes back whatever the person had agreed to before.
    """
    if not by.may("casework.record_consent"):
        raise NotAllowed(_("同意を記録する権限がありません。"))
    before: Consent | None = made_before(Consent, key)
    if before:
        return before
    if person.case_id != case.pk:
        raise NotAllowed(_("この世帯にいない人が含まれています。"))
    _lock(case)
    _check(person, draft, by)
    consent = Consent(
        id=key or uuid.uuid4(),
        case=case,
        person=person,
        number=next_number("C"),
        answer=draft.answer,
        giver=draft.giver,
        giver_name=draft.giver_name.strip(),
        explained_on=draft.explained_on,
        explained_by=draft.explained_by or by.membership,
        witness=draft.witness,
        method=draft.method,
        aid=draft.aid,
        aid_note=draft.aid_note.strip(),
        capacity=draft.capacity,
        capacity_note=draft.capacity_note.strip(),
        own_view=draft.own_view.strip(),
        explained=draft.explained.strip(),
        kept_at=draft.kept_at.strip(),
        valid_until=draft.valid_until,
        recorded_by=by.membership,
    )
    consent.save(force_insert=True)
    _add_scopes(consent, draft)
    after = {"number": consent.number, "answer": consent.answer}
    record_event(by, "consent_recorded", consent, case_id=case.pk, person_id=person.pk, after=after)
    notify(NotificationKind.CONSENT, consent, to=workers_of(case), by=by)
    if draft.answer == Answer.REFUSED:
        _take_back_everything(consent, by)
    return consent


def _lock(case: Case) -> None:
    """Sharing on a consent and taking it back wait for each other at the case's row."""
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)


def _check(person: Person, draft: ConsentDraft, by: Viewer) -> None:
    explained_by = draft.explained_by or by.membership
    if not draft.explained.strip():
        raise NotAllowed(_("何を説明したかを書いてください。"))
    if draft.giver != Giver.SELF and not draft.giver_name.strip():
        raise NotAllowed(_("だれが答えたか、氏名を書いてください。"))
    if draft.capacity == Capacity.DOUBTED and not draft.capacity_note.strip():
        raise NotAllowed(_("判断する力に疑いがあるときは、本人の意思をどう確かめたかを書いてください。"))
    if draft.answer != Answer.GIVEN:
        if draft.scopes:
            raise NotAllowed(_("同意していないときは、見せてよい範囲を選べません。"))
        return
    if not draft.scopes:
        raise NotAllowed(_("見せてよい機関と項目を、1つ以上選んでください。"))
    if draft.method == ConsentMethod.ORAL and (draft.witness is None or draft.witness == explained_by):
        raise NotAllowed(_("口頭の同意は、説明した人のほかに、立ち会った職員が要ります。"))
    if draft.giver != Giver.SELF and is_minor(person) and not draft.own_view.strip():
        raise NotAllowed(_("子どもの同意を大人が答えたときは、本人のことばも書いてください。"))
    for agency, item in draft.scopes:
        if item not in Item.values:
            raise NotAllowed(_("知らない項目が含まれています。"))
        if agency.is_center:
            raise NotAllowed(_("センターは同意の相手に選べません。"))
        if any(exclusion.covers(agency, item) for exclusion in draft.exclusions):
            raise NotAllowed(
                _(
                    "%(agency)sの「%(item)s」は、見せないでほしい相手にも入っています。どちらかを直してください。"
                )
                % {"agency": agency.name, "item": Item(item).label}
            )


def is_minor(person: Person) -> bool:
    """Return whether the person is known to be under 18 (民法4条); unknown ages count as adult."""
    age = person.age if person.birth_on else person.age_about
    return age is not None and age < OF_AGE_YEARS


def _add_scopes(consent: Consent, draft: ConsentDraft) -> None:
    ConsentScope.objects.bulk_create(
        ConsentScope(consent=consent, case_id=consent.case_id, agency=agency, item=item)
        for agency, item in sorted(set(draft.scopes), key=lambda pair: (pair[0].pk, pair[1]))
    )
    exclusions = (
        ConsentExclusion(
            consent=consent, case_id=consent.case_id, agency=each.agency, item=each.item, words=each.words
        )
        for each in draft.exclusions
    )
    add_all(ConsentExclusion, exclusions)


def _take_back_everything(refusal: Consent, by: Viewer) -> None:
    standing = standing_scopes().filter(consent__person=refusal.person_id).values("consent")
    for consent in Consent.objects.filter(pk__in=standing).order_by("recorded_at", "number"):
        how = _("新しい説明のあとに断った（%(number)s）") % {"number": refusal.number}
        _withdraw(consent, agency=None, item="", said_on=refusal.explained_on, how=how, by=by)


@transaction.atomic
def withdraw_consent(
    consent: Consent, *, agency: Agency | None, item: str, said_on: dt.date, how: str, by: Viewer
) -> ConsentWithdrawal:
    """Take back a consent: for one agency or (None) all, for one item or (empty) all.

    Ends in this transaction every line that rests on it, and with the lines whatever was made of them: the database shows a
    sheet only while all its labels are reached. Agencies are told that it ended, without a reason (domain.md R-CON-3). Raises
    NotAllowed when nothing of it holds any more.
    """
    if not by.may("casework.record_consent"):
        raise NotAllowed(_("同意を記録する権限がありません。"))
    if not how.strip():
        raise NotAllowed(_("だれから、どのように聞いたかを書いてください。"))
    _lock(consent.case)
    concerned = standing_scopes().filter(_matching(agency, item), consent=consent)
    if not concerned.exists():
        raise NotAllowed(_("この同意は、すでに撤回されたか、期限が過ぎています。"))
    return _withdraw(consent, agency=agency, item=item, said_on=said_on, how=how.strip(), by=by)


def _matching(agency: Agency | None, item: str) -> Q:
    of_agency = Q(agency=agency) if agency else Q()
    return of_agency & (Q(item=item) if item else Q())


def _withdraw(
    consent: Consent, *, agency: Agency | None, item: str, said_on: dt.date, how: str, by: Viewer
) -> ConsentWithdrawal:
    withdrawal = ConsentWithdrawal(
        consent=consent,
        case_id=consent.case_id,
        agency=agency,
        item=item,
        said_on=said_on,
        how=how,
        recorded_by=by.membership,
    )
    with telling_of_agendas(consent.case_id, by=by):
        withdrawal.save(force_insert=True)
    after = {"number": consent.number, "agency": agency.pk if agency else None, "item": item}
    record_event(
        by, "consent_withdrawn", withdrawal, case_id=consent.case_id, person_id=consent.person_id, after=after
    )
    notify(NotificationKind.CONSENT, consent, to=workers_of(consent.case), by=by)
    resting = ShareLine.objects.filter(
        _matching(agency, item), case=consent.case_id, ended_at__isnull=True, rests_on__consent=consent
    )
    reason = _("同意 %(number)s の撤回") % {"number": consent.number}
    end_lines(resting, cause=EndCause.WITHDRAWN, reason=reason, by=by)
    return withdrawal


@transaction.atomic
def make_team_letter(person: Person, team: list[TeamMember], *, means: str, by: Viewer) -> bytes:
    """Make the letter "who is in your team" (domain.md R-CON-7) as PDF. Raises as make_letter_to does."""
    if not by.may("casework.record_consent"):
        raise NotAllowed
    return make_letter_to(
        person,
        letter="team_letter",
        context={"team": team},
        means=means,
        detail={"agencies": [member.agency.pk for member in team]},
        by=by,
    )
