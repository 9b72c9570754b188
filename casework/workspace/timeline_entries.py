"""What one thing that happened looks like in the timeline of a case (domain.md 7.3). Pure: rows of the doors in, entries out.

What stands in no row of its own, but in an event alone, is in timeline_events.py.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from casework.assessments.selectors import AssessmentView
from casework.evaluation.selectors import EvaluationView, reads_of_evaluations
from casework.households.models import Living
from casework.monitoring.selectors import Monitorings, MonitoringView, reads_of_monitorings
from casework.plans.selectors import DecisionView
from casework.referrals.selectors import ReferralView
from casework.sharing.items import Item
from permissions.people import name_of

Read = tuple[Any, uuid.UUID, uuid.UUID | None, str]


class TimelineKind(models.TextChoices):
    """What kind of thing happened."""

    CONTACT = "contact", gettext_lazy("相談受付")
    EMERGENCY = "emergency", gettext_lazy("緊急の連絡")
    NOTICE = "notice", gettext_lazy("通告・通報")
    NOTE = "note", gettext_lazy("支援経過")
    CONSENT = "consent", gettext_lazy("本人同意")
    SHARE = "share", gettext_lazy("共有")
    REFERRAL = "referral", gettext_lazy("つなぎ")
    ASSESSMENT = "assessment", gettext_lazy("アセスメント")
    PLAN = "plan", gettext_lazy("プランの決定")
    DECISION = "decision", gettext_lazy("決定")
    ROLE = "role", gettext_lazy("役割への回答")
    MEETING = "meeting", gettext_lazy("会議")
    MONITORING = "monitoring", gettext_lazy("モニタリング")
    EVALUATION = "evaluation", gettext_lazy("評価")
    SUSPENSION = "suspension", gettext_lazy("中断")
    STAY = "stay", gettext_lazy("同居・別居")
    STAGE = "stage", gettext_lazy("段階")
    HOLDER = "holder", gettext_lazy("担当")
    RHYTHM = "rhythm", gettext_lazy("話す間隔")
    TASK = "task", pgettext_lazy("to do", "期限")
    FILE = "file", gettext_lazy("資料")
    CLOSING = "closing", gettext_lazy("終結")


K = TimelineKind
# What somebody looks for first when they leaf back.
MARKED = frozenset(
    {K.PLAN, K.DECISION, K.CONSENT, K.EMERGENCY, K.NOTICE, K.STAY, K.CLOSING, K.MEETING, K.EVALUATION}
)


@dataclass(frozen=True)
class Entry:
    """One thing that happened: when, to whom, what in one line, by whom. ``at`` is a day where no time is known.

    ``key`` tells it from all others of its case. ``reads`` is what the log has to say when it is shown.
    """

    kind: str
    key: str
    at: dt.datetime | dt.date
    title: str
    url: str
    people: tuple[uuid.UUID | None, ...] = ()  # None: the household as a whole
    who: str = ""
    actor: str = ""
    agency: tuple[int, str] | None = None
    counterpart: str = ""
    method: tuple[str, str] = ("", "")
    concerned: tuple[tuple[int, str], ...] = ()  # agencies that have a part in it, beside whoever did it
    issues: tuple[str, ...] = ()  # as the reader sees them written
    reads: tuple[Read, ...] = field(default=(), compare=False)
    is_meeting_only: bool = False  # of a 支援会議: no agency takes it away on paper (domain.md R-MTG-6)

    @property
    def label(self) -> str:
        return str(K(self.kind).label)

    @property
    def agencies(self) -> tuple[tuple[int, str], ...]:
        """Return whose it is: of whoever did it, and of all that have a part in it."""
        return tuple(dict.fromkeys((*([self.agency] if self.agency else []), *self.concerned)))

    @property
    def is_marked(self) -> bool:
        return self.kind in MARKED

    @property
    def time(self) -> dt.datetime | None:
        return timezone.localtime(self.at) if isinstance(self.at, dt.datetime) else None

    @property
    def on(self) -> dt.date:
        """Return the day in Japan."""
        moment = self.time
        return moment.date() if moment else self.at

    @property
    def order(self) -> tuple[Any, ...]:
        """What has no time of day comes first on its day; at one moment, the order of the kinds."""
        moment = self.time.timestamp() if self.time else 0.0
        return (self.on, moment, list(K).index(K(self.kind)), self.key)


def of_contacts(contacts: Iterable[Any]) -> Iterator[Entry]:
    for row in contacts:
        speaker = _("通報した人は明かさない") if row.is_informant_hidden else row.get_speaker_display()
        yield Entry(
            K.CONTACT, f"contact:{row.pk}", row.received_at, row.one_line,
            reverse("casework:contact", args=[row.pk]), counterpart=speaker,
            method=(row.channel, row.get_channel_display()),
        )  # fmt: skip


def of_calls(calls: Iterable[Any]) -> Iterator[Entry]:
    for row in calls:
        title = _("%(whom)sに連絡：%(outcome)s") % {
            "whom": row.get_whom_display(),
            "outcome": row.outcome,
        }
        url = reverse("casework:contact", args=[row.contact_id])
        yield Entry(
            K.EMERGENCY, f"call:{row.pk}", row.called_at, title, url, actor=name_of(row.called_by.user)
        )


def of_notices(notices: Iterable[Any]) -> Iterator[Entry]:
    for row in notices:
        title = _("%(law)sを%(recipient)sへ") % {"law": row.get_law_display(), "recipient": row.recipient}
        url = reverse("casework:contact", args=[row.contact_id])
        yield Entry(
            K.NOTICE, f"notice:{row.pk}", row.noticed_at, title, url, actor=name_of(row.noticed_by.user)
        )


def of_notes(notes: Iterable[Any], attendees: Mapping[uuid.UUID, list[Any]]) -> Iterator[Entry]:
    for row in notes:
        there = attendees.get(row.pk, [])
        yield Entry(
            K.NOTE, f"note:{row.pk}", row.occurred_at, row.title, case_page(row.case_id, "notes"),
            counterpart=_("、").join(_("%(name)s（%(role)s）") % {"name": each.name, "role": each.get_role_display()} for each in there),
            method=(row.method, row.get_method_display()),
            **_label(row), **done_by(row.author), reads=_reads(row),
        )  # fmt: skip


def of_consents(consents: Iterable[Any], withdrawals: Iterable[Any]) -> Iterator[Entry]:
    people = {}
    for row in consents:
        people[row.pk] = row
        url = reverse("casework:consents", args=[row.case_id])
        yield Entry(
            K.CONSENT, f"consent:{row.pk}", row.explained_on, row.get_answer_display(), url,
            people=(row.person_id,), who=row.person.name, counterpart=row.get_giver_display(),
            method=(row.method, row.get_method_display()), **done_by(row.explained_by),
        )  # fmt: skip
    for row in withdrawals:
        given = people[row.consent_id]
        whom = row.agency.name if row.agency else _("すべての機関")
        item = str(Item(row.item).label) if row.item else _("すべての項目")
        title = _("同意の撤回（%(agency)s、%(item)s）") % {"agency": whom, "item": item}
        yield Entry(
            K.CONSENT, f"withdrawal:{row.pk}", row.said_on, title, reverse("casework:consents", args=[row.case_id]),
            people=(given.person_id,), who=given.person.name, **done_by(row.recorded_by),
        )  # fmt: skip


def of_lines(lines: Iterable[Any], now: dt.datetime) -> Iterator[Entry]:
    """What began or ended at one moment for one agency is one entry."""
    begun, ended = defaultdict(list), defaultdict(list)
    for line in lines:
        end = line.ended_at or line.until
        if line.starts_at > now or (line.ended_at and line.ended_at < line.starts_at):
            continue
        begun[line.agency, line.starts_at].append(line)
        if end and end <= now:
            ended[line.agency, end].append(line)
    for word, groups in ((_("共有を始めた"), begun), (_("共有が終わった"), ended)):
        for (agency, at), of in groups.items():
            title = _("%(what)s：%(items)s") % {"what": word, "items": _summary(of)}
            name = "begun" if groups is begun else "ended"
            by = of[0].added_by if groups is begun else of[0].ended_by
            yield Entry(
                K.SHARE, f"{name}:{agency.pk}:{at.isoformat()}", at, title, case_page(of[0].case_id, "shared"),
                people=tuple(dict.fromkeys(line.person_id for line in of)), agency=(agency.pk, agency.name),
                counterpart=agency.name, actor=name_of(by.user) if by else "",
            )  # fmt: skip


def _summary(lines: Iterable[Any]) -> str:
    items = defaultdict(set)
    for line in lines:
        items[line.who].add(line.item)
    words = [_("・").join(str(item.label) for item in Item if item in seen) for seen in items.values()]
    return _("、").join(f"{who} {word}" for who, word in zip(items, words, strict=True))


def of_referrals(views: Iterable[ReferralView]) -> Iterator[Entry]:
    for view in views:
        row, url = view.row, reverse("casework:referral", args=[view.row.pk])
        title = _("つなぎを送った（%(number)s）") % {"number": row.number}
        told: dict[str, Any] = {**_label(row), "counterpart": row.receiver.name, "reads": _reads(row)}
        to = {**told, "agency": (row.receiver_id, row.receiver.name)}
        yield Entry(K.REFERRAL, f"referral:{row.pk}", row.sent_at, title, url, actor=row.sender.name, **to)
        for answer in view.answers:
            words = _("%(answer)s（%(number)s）") % {
                "answer": answer.get_kind_display(),
                "number": row.number,
            }
            said = {**to, "actor": row.receiver.name, "counterpart": answer.contact_person}
            yield Entry(K.REFERRAL, f"answer:{answer.pk}", answer.said_at, words, url, **said)
        if view.revocation:
            words = _("つなぎを取り消した（%(number)s）") % {"number": row.number}
            yield Entry(
                K.REFERRAL, f"revocation:{view.revocation.pk}", view.revocation.revoked_at, words, url,
                actor=row.sender.name, **to,
            )  # fmt: skip


def _what_was_decided(view: DecisionView, is_first_plan: bool | None) -> str:
    told = {"number": view.decision.number, "count": len(view.roles)}
    if is_first_plan is not None:
        plan = _("初回プラン") if is_first_plan else _("再プラン")
        words = ngettext(
            "%(plan)sを決めた（%(number)s、役割%(count)d件）",
            "%(plan)sを決めた（%(number)s、役割%(count)d件）",
            len(view.roles),
        )
        return words % {**told, "plan": plan}
    if not view.roles:
        return _("支援方針を決めた（%(number)s）") % told
    words = ngettext(
        "支援方針と役割を決めた（%(number)s、役割%(count)d件）",
        "支援方針と役割を決めた（%(number)s、役割%(count)d件）",
        len(view.roles),
    )
    return words % told


def of_decisions(views: Iterable[DecisionView], plans: Mapping[uuid.UUID, bool]) -> Iterator[Entry]:
    """Decisions and what each agency answered; ``plans``: those that made a plan, and whether it was the first."""
    for view in views:
        row, roles = view.decision, [role.row for role in view.roles]
        url = reverse("casework:decision", args=[row.case_id, row.pk])
        labelled: list[Any] = [*view.directions, *roles]
        yield Entry(
            K.PLAN if row.pk in plans else K.DECISION, f"decision:{row.pk}", row.decided_on,
            _what_was_decided(view, plans.get(row.pk)), url,
            people=tuple(dict.fromkeys(each.person_id for each in labelled)),
            who=_("、").join(dict.fromkeys(each.who for each in labelled)),
            agency=(row.decided_by.agency_id, row.decided_by.agency.name), actor=row.decided_by.agency.name,
            is_meeting_only=row.is_meeting_only, **_of_roles(roles),
            reads=tuple(
                (row, row.case_id, person, item)
                for person, item in dict.fromkeys((each.person_id, each.item) for each in labelled)
            ),
        )  # fmt: skip
        for role in view.roles:
            yield from _of_role(role, url)


def _of_roles(roles: Iterable[Any], *issues: str) -> dict[str, Any]:
    """By which agencies and issues something can be found; ``issues``: further ones than those of the roles."""
    rows = list(roles)
    return {
        "concerned": tuple(dict.fromkeys((row.agency_id, row.agency.name) for row in rows)),
        "issues": tuple(dict.fromkeys((*(row.issue for row in rows), *issues))),
    }


def _of_role(role: Any, url: str) -> Iterator[Entry]:
    row = role.row
    for answer in role.answers:
        title = _("%(answer)s：%(what)s") % {"answer": answer.get_kind_display(), "what": row.what}
        yield Entry(
            K.ROLE, f"role:{answer.pk}", answer.said_at, title, url, **_label(row), reads=_reads(row),
            agency=(row.agency_id, row.agency.name), actor=row.agency.name, counterpart=answer.contact_person or answer.worker,
            issues=(row.issue,), is_meeting_only=row.decision.is_meeting_only,
        )  # fmt: skip


def of_stays(stays: Mapping[uuid.UUID, list[Any]], names: Mapping[uuid.UUID, str]) -> Iterator[Entry]:
    for person_id, rows in stays.items():
        for row in rows:
            title = str(Living(row.living).label)
            if row.since_on is None:  # stands where it was written down
                title = _("%(living)s（いつからかは分からない）") % {"living": title}
            yield Entry(
                K.STAY, f"stay:{row.pk}", row.since_on or row.noted_at, title,
                reverse("casework:case", args=[row.case_id]), people=(person_id,),
                who=names.get(person_id, _("（氏名は共有されていません）")), reads=_reads(row),
            )  # fmt: skip


def of_tasks(ends: Iterable[Any]) -> Iterator[Entry]:
    for end in ends:
        title = _("%(kind)s：%(what)s") % {"kind": end.get_kind_display(), "what": end.task.what}
        yield Entry(
            K.TASK, f"task:{end.pk}", end.ended_at, title, case_page(end.case_id), **_label(end),
            **done_by(end.ended_by), reads=_reads(end),
        )  # fmt: skip


def of_files(files: Iterable[Any]) -> Iterator[Entry]:
    for row in files:
        url = reverse("casework:file_open", args=[row.case_id, row.pk])
        is_kept = bool(row.answer and row.answer.role.is_meeting_only)
        told: dict[str, Any] = {**_label(row), "reads": _reads(row), "is_meeting_only": is_kept}
        title = _("資料を加えた：%(title)s") % {"title": row.title}
        yield Entry(
            K.FILE,
            f"file:{row.pk}",
            row.added_at,
            title,
            case_page(row.case_id, "files") if row.is_removed else url,
            **told,
            **done_by(row.added_by),
        )
        removal = getattr(row, "removal", None) if row.is_removed else None
        if removal:
            title = _("資料を取り除いた：%(title)s") % {"title": row.title}
            yield Entry(
                K.FILE,
                f"removal:{removal.pk}",
                removal.removed_at,
                title,
                case_page(row.case_id, "files"),
                **told,
            )


def of_closure(closure: Any) -> Iterator[Entry]:
    if closure is None:
        return
    lead = closure.lead.name if closure.lead else closure.lead_words
    title = _("%(kind)s。終わったあとの窓口：%(lead)s") % {
        "kind": closure.get_kind_display(),
        "lead": lead,
    }
    yield Entry(
        K.CLOSING, f"closure:{closure.pk}", closure.closed_at, title, case_page(closure.case_id),
        people=(None,), who=_("世帯全体"), **done_by(closure.closed_by), reads=_reads(closure),
    )  # fmt: skip


def of_agendas(agendas: Iterable[Any], now: dt.datetime) -> Iterator[Entry]:
    """Meetings that were held about the case, for the center; what left the table before is no meeting about it."""
    for row in agendas:
        meeting = row.meeting
        if row.has_left_before or meeting.held_at > now:
            continue
        title = _("%(kind)s（%(purpose)s）") % {
            "kind": row.get_kind_display(),
            "purpose": row.get_purpose_display(),
        }
        yield Entry(
            K.MEETING, f"agenda:{row.pk}", meeting.held_at, title,
            reverse("casework:agenda", args=[meeting.pk, row.pk]), actor=meeting.number,
            counterpart=_("、").join(each.words for each in row.there),
            reads=((row, row.case_id, None, Item.MEETING),),
        )  # fmt: skip


def of_monitorings(views: Iterable[MonitoringView], case_id: uuid.UUID) -> Iterator[Entry]:
    for view in views:
        key = view.row.pk if view.row else view.ticks[0].monitoring_id
        title = ngettext("役割%(count)d件の進みぐあい", "役割%(count)d件の進みぐあい", len(view.ticks)) % {
            "count": len(view.ticks)
        }
        told: dict[str, Any] = {}
        if view.row:
            title = _("%(method)s、%(ticks)s") % {"method": view.row.get_method_display(), "ticks": title}
            told["actor"] = name_of(view.row.recorded_by.user)
        reads = reads_of_monitorings(Monitorings([view], None), case_id)
        yield Entry(
            K.MONITORING, f"monitoring:{key}", view.monitored_on, title, case_page(case_id), **told, reads=tuple(reads),
            **_of_roles(tick.role for tick in view.ticks),
            people=tuple(dict.fromkeys(tick.person_id for tick in view.ticks)),
            is_meeting_only=any(tick.role.is_meeting_only for tick in view.ticks),
        )  # fmt: skip


def of_evaluations(views: Iterable[EvaluationView], case_id: uuid.UUID) -> Iterator[Entry]:
    for view in views:
        parts = [*view.results, *view.roles]
        title = _("決定を評価した")
        told: dict[str, Any] = {}
        if view.row:
            words = {"number": view.row.decision.number, "outcome": view.row.get_outcome_display()}
            title = _("決定 %(number)s を評価した。これからのこと：%(outcome)s") % words
            told["actor"] = name_of(view.row.recorded_by.user)
        yield Entry(
            K.EVALUATION, f"evaluation:{view.key}", view.evaluated_on, title, case_page(case_id), **told,
            **_of_roles((part.role for part in view.roles), *_issues_of(view)),
            reads=tuple(reads_of_evaluations([view], case_id)),
            people=tuple(dict.fromkeys(part.person_id for part in parts)),
            is_meeting_only=any(part.role.is_meeting_only for part in view.roles),
        )  # fmt: skip


def _issues_of(view: EvaluationView) -> list[str]:
    return [result.issue.get_code_display() for result in view.results if result.issue]


def of_assessments(views: Iterable[AssessmentView], case_id: uuid.UUID) -> Iterator[Entry]:
    """Versions that were fixed; what was written between them stands on their own pages."""
    for view in views:
        row = view.assessment
        title = _("%(name)sを確定した。%(purpose)s") % {
            "name": row.name,
            "purpose": row.get_purpose_display(),
        }
        yield Entry(
            K.ASSESSMENT, f"assessment:{row.pk}", row.fixed_at, title,
            reverse("casework:assessment_version", args=[case_id, row.pk]), actor=name_of(row.fixed_by.user),
            people=tuple(dict.fromkeys(part.person_id for part in view.parts)),
            reads=tuple(read for part in view.parts for read in _reads(part)),
        )  # fmt: skip


def of_agreements(agreements: Iterable[Any]) -> Iterator[Entry]:
    for row in agreements:
        title = _("支援プラン %(plan)s を説明した：%(answer)s") % {
            "plan": row.plan,
            "answer": row.get_answer_display(),
        }
        yield Entry(
            K.CONSENT, f"agreement:{row.pk}", row.explained_on, title, reverse("casework:plan", args=[row.case_id, row.plan_id]),
            people=(row.person_id,), who=row.person.name, counterpart=row.get_giver_display(),
            method=(row.method, row.get_method_display()), **done_by(row.explained_by),
            reads=((row, row.case_id, row.person_id, Item.PLAN),),
        )  # fmt: skip


def of_confirmations(confirmations: Iterable[Any]) -> Iterator[Entry]:
    """What the city said to decided plans; to say more than that it did is the page's."""
    for row in confirmations:
        words = (
            _("支援プラン %(plan)s が市から差し戻された")
            if row.is_returned
            else _("支援プラン %(plan)s を市が支援決定した")
        )
        yield Entry(
            K.PLAN, f"confirmation:{row.pk}", row.confirmed_on, words % {"plan": row.plan},
            reverse("casework:plan", args=[row.case_id, row.plan_id]), **done_by(row.confirmed_by),
        )  # fmt: skip


def of_suspensions(suspensions: Iterable[Any]) -> Iterator[Entry]:
    for row in suspensions:
        title = _("中断した：%(reason)s。見直しの日：%(day)s") % {
            "reason": row.get_reason_display(),
            "day": row.review_on.isoformat(),
        }
        yield Entry(
            K.SUSPENSION, f"suspension:{row.pk}", row.decided_at, title, case_page(row.case_id),
            actor=name_of(row.decided_by.user), reads=((row, row.case_id, None, Item.PLAN),),
        )  # fmt: skip


def case_page(case_id: uuid.UUID, place: str = "") -> str:
    return reverse("casework:case", args=[case_id]) + (f"#{place}" if place else "")


def _label(row: Any) -> dict[str, Any]:
    return {"people": (row.person_id,), "who": row.who}


def done_by(member: Any) -> dict[str, Any]:
    return {"actor": name_of(member.user), "agency": (member.agency_id, member.agency.name)}


def _reads(row: Any) -> tuple[Read, ...]:
    return ((row, row.case_id, row.person_id, row.item),)
