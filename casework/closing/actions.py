"""Closing a case: the sheet, the last stage, and the days on which somebody asks how it went."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Case as Choice
from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.cases.actions import move_to_stage
from casework.cases.models import Case
from casework.cases.states import Flow, Stage
from casework.concealment.guard import add_all
from casework.events import record_event
from casework.meetings.held import refuse_not_held
from casework.monitoring.actions import end_monitoring_dates
from casework.once import made_before
from casework.sharing.actions import Label
from casework.sharing.items import Item
from casework.sharing.selectors import labelled_for
from casework.tasks.actions import TaskDraft, add_task
from casework.tasks.models import Task
from casework.tasks.selectors import may_own
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import Closure
from .rules import DECIDED_BEFORE, WITHOUT_RETURN
from .selectors import no_end_of_coordination

if TYPE_CHECKING:
    from casework.meetings.models import AgendaItem
    from casework.plans.models import Decision
    from permissions.agencies.models import Agency

NOT_TOLD = gettext_lazy(
    "本人に伝えたことを書いてください。伝えられなかったときは、その理由を書いてください。"
)
END_OF_WATCH = gettext_lazy("見守りの終わり：様子を確かめ、見守りを続けるかを決める")


@dataclass(frozen=True)
class ClosureDraft:
    """What the sheet says. Days are those of Japan; ``kind`` is a code of the list close_kind."""

    kind: str
    told: str
    lead: Agency | None = None
    lead_words: str = ""
    decision: Decision | None = None
    agenda: AgendaItem | None = None
    decided_by_words: str = ""
    watch: str = ""
    watch_until: dt.date | None = None
    signs: str = ""
    follow_up_on: dt.date | None = None


def lacking(case: Case, draft: ClosureDraft, by: Viewer) -> dict[str, str]:
    """Return what the sheet still has to say, by field. Outside coordination the chief decides, or a meeting (as in suspension/)."""
    found: dict[str, str] = {}
    if not draft.lead and not draft.lead_words.strip():
        found["lead"] = _("終わったあとの窓口を選んでください。なければ、下の欄にその理由を書いてください。")
    if not draft.told.strip():
        found["told"] = _(
            "本人に伝えたことを書いてください。伝えられなかったときは、その理由を書いてください。"
        )
    if draft.kind not in WITHOUT_RETURN and not draft.signs.strip():
        found["signs"] = _("どうなったらまた相談してほしいかを書いてください。")
    if draft.kind not in WITHOUT_RETURN and draft.follow_up_on is None:
        found["follow_up_on"] = _("終わったあとに確かめる日を決めてください。")
    if draft.watch_until and not draft.watch.strip():
        found["watch"] = _("だれがどのように見守るかを書いてください。")
    if case.flow == Flow.COORDINATION and draft.decision is None:
        found["decision"] = _("多機関協働のケースは、会議の決定で終わります。決定を選んでください。")
    elif not _is_decided(case, draft, by):
        found["decided_by_words"] = _(
            "終わることは、センター長か会議が決めます。会議を選ぶか、どこで決めたかを書いてください（例：11月20日の内部会議）。"
        )
    if draft.follow_up_on and draft.follow_up_on < timezone.localdate():
        found["follow_up_on"] = _("確かめる日が、過ぎた日になっています。")
    if draft.watch_until and draft.watch_until < timezone.localdate():
        found["watch_until"] = _("見守りの終わりが、過ぎた日になっています。")
    return found


def _is_decided(case: Case, draft: ClosureDraft, by: Viewer) -> bool:
    named = draft.decision or draft.agenda or draft.decided_by_words.strip()
    return bool(named) or case.stage in DECIDED_BEFORE or by.role == "chief"


def _where(case: Case, draft: ClosureDraft) -> str:
    """Whoever names no meeting is the chief; where the stage was the decision there is nothing to say."""
    words = draft.decided_by_words.strip()
    is_named = draft.decision or draft.agenda or words or case.stage in DECIDED_BEFORE
    return words if is_named else _("センター長が決めた")


@transaction.atomic
def close_case(case: Case, draft: ClosureDraft, *, by: Viewer, key: uuid.UUID | None = None) -> Closure:
    """Close a case with its sheet. The same ``key`` gives the same sheet again. Sharing goes on until it is ended.

    Raises NotAllowed without the right to decide, where the stage may not end yet, for a sheet that lacks something, for a decision by
    which coordination does not end (``no_end_of_coordination``), and for a meeting that was not held about this case.
    """
    if not by.may("casework.decide"):
        raise NotAllowed(_("ケースを終える権限がありません。"))
    before: Closure | None = made_before(Closure, key)
    if before:
        return before
    locked = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    for missing in lacking(locked, draft, by).values():
        raise NotAllowed(missing)
    if draft.decision is not None and draft.decision.case_id != locked.pk:
        raise NotAllowed(_("ほかのケースの決定です。"))
    if (
        locked.flow == Flow.COORDINATION
        and draft.decision
        and (why := no_end_of_coordination(draft.decision))
    ):
        raise NotAllowed(why)
    if draft.agenda:
        refuse_not_held(locked, draft.agenda, by)
    move_to_stage(locked, stage=Stage.CLOSED, by=by, with_sheet=True)
    sheet = Closure(
        id=key or uuid.uuid4(), case=locked, person=None, item=Item.PLAN, kind=draft.kind, decision=draft.decision,
        agenda=draft.agenda, decided_by_words=_where(locked, draft), lead=draft.lead, lead_words=draft.lead_words.strip(),
        watch=draft.watch.strip(), watch_until=draft.watch_until, signs=draft.signs.strip(),
        follow_up_on=draft.follow_up_on, told=draft.told.strip(), closed_by=by.membership,
    )  # fmt: skip
    add_all(Closure, [sheet])
    after = {"kind": draft.kind, "lead": draft.lead.pk if draft.lead else None}
    record_event(by, "case_closed", sheet, case_id=locked.pk, item=Item.PLAN, after=after)
    end_monitoring_dates(locked, words=_("ケースが終わった"), by=by)
    _leave_to_be_looked_at(sheet, by)
    return sheet


def _leave_to_be_looked_at(sheet: Closure, by: Viewer) -> None:
    """Write down what is left to do after the end: each of these days stays among the deadlines until somebody has looked."""
    days = {_("終結後の確認：その後の様子を聞く"): sheet.follow_up_on, str(END_OF_WATCH): sheet.watch_until}
    for what, due_on in days.items():
        if due_on:
            task = TaskDraft(Label(None, Item.PLAN), what, due_on, by.membership)
            add_task(sheet.case, task, by=by)


def leave_ends_of_watches(by: Viewer) -> None:
    """Write down the end of each watch-over that is left to somebody and stands among no deadlines: of a case closed before it did.

    Once, also where two do it at the same time: the key of the task is made of the sheet's.
    """
    if not (by.sees_all_cases and by.may("casework.write_note")):
        return
    for sheet in _watches_without_task(by).select_related("case__worker", "closed_by").order_by("pk"):
        if sheet.watch_until and _is_left_to(by, sheet):
            task = TaskDraft(Label(None, Item.PLAN), str(END_OF_WATCH), sheet.watch_until, by.membership)
            add_task(sheet.case, task, by=by, key=uuid.uuid5(sheet.pk, "watch_until"))


def _watches_without_task(by: Viewer) -> QuerySet[Closure]:
    """The words of a task are in the language of whoever closed the case: it is known by its label and day. The day of the follow-up,
    which has a task of its own, may be the same."""
    due = labelled_for(by, Task).filter(
        case=OuterRef("case"), person__isnull=True, item=Item.PLAN, due_on=OuterRef("watch_until"), made_at__gte=OuterRef("closed_at"),
    )  # fmt: skip
    counted = due.order_by().values("case").annotate(count=Count("pk")).values("count")
    others = Choice(When(follow_up_on=F("watch_until"), then=Value(1)), default=Value(0))
    rows: QuerySet[Closure] = labelled_for(by, Closure).filter(watch_until__isnull=False)
    return rows.annotate(tasks=Coalesce(Subquery(counted), 0), others=others).filter(tasks__lte=F("others"))


def _is_left_to(by: Viewer, sheet: Closure) -> bool:
    """Whoever closed the case looks; where they are gone its worker; with nobody left, whichever chief comes first."""
    named = [each for each in (sheet.closed_by, sheet.case.worker) if each and may_own(each)]
    return named[0].pk == by.membership.pk if named else by.membership.role == "chief"
