"""What a person says when a plan is explained to them: writing it down, and reading it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, fields

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.guards import refuse_ended
from casework.cases.models import Case
from casework.consent.actions import is_minor
from casework.consent.models import ConsentMethod, Giver
from casework.events import record_event
from casework.households.models import Person
from casework.once import made_before
from casework.sharing.models import LivesHere, NotBlocked, NotHidden
from permissions.agencies.models import Membership
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import SAYING_YES, AgreementAnswer, Plan, PlanAgreement


@dataclass(frozen=True)
class AgreementDraft:
    """What was said, when, to whom. Days are those of Japan."""

    answer: str
    explained_on: dt.date
    explained_by: Membership
    method: str = ConsentMethod.WRITTEN
    giver: str = Giver.SELF
    giver_name: str = ""
    witness: Membership | None = None
    own_view: str = ""


def against(person: Person, draft: AgreementDraft) -> dict[str, str]:
    """Return what stands against it, by field."""
    found: dict[str, str] = {}
    if draft.explained_on > timezone.localdate():
        found["explained_on"] = _("説明した日が、先の日になっています。")
    if draft.giver != Giver.SELF and not draft.giver_name.strip():
        found["giver_name"] = _("だれが答えたか、氏名と続柄を書いてください。")
    says_yes = draft.answer in SAYING_YES
    if says_yes and draft.method == ConsentMethod.ORAL and draft.witness in (None, draft.explained_by):
        found["witness"] = _("口頭の返事は、説明した人のほかに、立ち会った職員が要ります。")
    needs_voice = draft.answer == AgreementAnswer.PARTLY or (
        draft.answer == AgreementAnswer.AGREED and draft.giver != Giver.SELF and is_minor(person)
    )
    if needs_voice and not draft.own_view.strip():
        found["own_view"] = (
            _("どこに同意し、どこに同意しないのか、本人のことばで書いてください。")
            if draft.answer == AgreementAnswer.PARTLY
            else _("子どもの返事を大人が答えたときは、本人のことばも書いてください。")
        )
    return found


@transaction.atomic
def record_agreement(
    plan: Plan, person: Person, draft: AgreementDraft, *, by: Viewer, key: uuid.UUID | None = None
) -> PlanAgreement:
    """Write down what a person said to a version of the plan. The same ``key`` gives the same row again.

    An older version may be told of, too: somebody may have been shown it. Raises NotAllowed where something stands ``against`` it, for
    whoever is not of the household now (in hospital one is), and in a case that has ended.
    """
    if not by.may("casework.record_consent"):
        raise NotAllowed(_("同意を記録する権限がありません。"))
    before: PlanAgreement | None = made_before(PlanAgreement, key)
    if before:
        return before
    case = Case.objects.get(pk=plan.case_id)
    refuse_ended(case)
    if not Person.objects.filter(LivesHere("pk"), pk=person.pk, case=case).exists():
        raise NotAllowed(_("この世帯にいない人が含まれています。"))
    for words in against(person, draft).values():
        raise NotAllowed(words)
    row = PlanAgreement(
        id=key or uuid.uuid4(),
        plan=plan,
        case=case,
        person=person,
        recorded_by=by.membership,
        **{field.name: getattr(draft, field.name) for field in fields(draft)},
    )
    row.save(force_insert=True)
    after = {"plan": str(plan), "answer": draft.answer, "method": draft.method}
    record_event(by, "plan_explained", row, case_id=case.pk, person_id=person.pk, after=after)
    return row


def agreements_for(viewer: Viewer, case: Case) -> QuerySet[PlanAgreement]:
    """Return what the people of a case said to its plans, the newest first; for the center alone."""
    if not viewer.sees_all_cases:
        return PlanAgreement.objects.none()
    rows = PlanAgreement.objects.filter(NotBlocked("case"), NotHidden("pk"), case=case)
    told = rows.select_related(
        "plan", "person", "explained_by__user", "explained_by__agency", "witness__user"
    )
    return told.order_by("-recorded_at", "-pk")


def newest_of(plan: Plan, rows: Iterable[PlanAgreement]) -> dict[uuid.UUID, PlanAgreement]:
    """Return of each person what they said last to this version; ``rows`` newest first."""
    found: dict[uuid.UUID, PlanAgreement] = {}
    for row in rows:
        if row.plan_id == plan.pk:
            found.setdefault(row.person_id, row)
    return found
