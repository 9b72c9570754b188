"""What of a case's timeline is told by its events alone: stages, who has it, who was asked for an assessment, how often
somebody talks with the household.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.assessments.choices import Section
from casework.cases.words import flow_label, stage_label

from .timeline_entries import Entry, K, TimelineKind, case_page, done_by


@dataclass(frozen=True)
class Named:
    """The names of those that events tell of by key."""

    agencies: Mapping[int, str]
    workers: Mapping[int, str]


def of_events(events: Iterable[Any], named: Named) -> Iterator[Entry]:
    """Stages, who has the case, how often somebody talks with the household; for the center."""
    for event in events:
        kind, words = _TOLD[event.verb]
        yield Entry(
            kind, f"event:{event.pk}", event.at, words(event, named), case_page(event.case_id),
            **(done_by(event.actor) if event.actor else {}),
        )  # fmt: skip


def _stage(event: Any, _named: Named) -> str:
    stage, flow = stage_label(event.after["stage"]), event.after.get("flow", "")
    if flow and flow != event.before.get("flow"):
        return _("%(stage)s（%(flow)s）") % {"stage": stage, "flow": flow_label(flow)}
    return str(stage)


def _opened(event: Any, named: Named) -> str:
    return _("ケースを作った。担当は%(agency)s") % {
        "agency": named.agencies.get(event.after.get("holder"), "")
    }


def _handed_over(event: Any, named: Named) -> str:
    """Who has the case now: another agency, or another worker of the same."""
    told = {
        "agency": named.agencies.get(event.after.get("holder"), ""),
        "worker": named.workers.get(event.after.get("worker"), ""),
    }
    if event.before.get("holder") != event.after.get("holder"):
        words = (
            _("担当が%(agency)s %(worker)sに変わった") if told["worker"] else _("担当が%(agency)sに変わった")
        )
        return words % told
    return (_("担当者が%(worker)sに替わった") if told["worker"] else _("担当者がいなくなった")) % told


def _signed(_event: Any, _named: Named) -> str:
    return _("引き継ぎを読んで署名した")


def _resumed(event: Any, _named: Named) -> str:
    return _("中断を終えた。次の段階：%(stage)s") % {"stage": stage_label(event.after["stage"])}


def _asked(event: Any, named: Named) -> str:
    return _("%(agency)sに、アセスメントの「%(section)s」を頼んだ") % _of_request(event, named)


def _unasked(event: Any, named: Named) -> str:
    return _("%(agency)sに頼んだアセスメントの「%(section)s」を取り下げた") % _of_request(event, named)


def _of_request(event: Any, named: Named) -> dict[str, Any]:
    return {
        "agency": named.agencies.get(event.after["agency"], ""),
        "section": Section(event.after["section"]).label,
    }


def _interval(event: Any, _named: Named) -> str:
    weeks = event.after["weeks"]
    words = ngettext("%(weeks)d週間に1回、話すことにした", "%(weeks)d週間に1回、話すことにした", weeks)
    return words % {"weeks": weeks}


_TOLD: dict[str, tuple[TimelineKind, Callable[[Any, Named], str]]] = {
    "case_opened": (K.HOLDER, _opened),
    "case_handed_over": (K.HOLDER, _handed_over),
    "handover_signed": (K.HOLDER, _signed),
    "stage_changed": (K.STAGE, _stage),
    "case_resumed": (K.SUSPENSION, _resumed),
    "assessment_asked": (K.ASSESSMENT, _asked),
    "assessment_unasked": (K.ASSESSMENT, _unasked),
    "contact_interval_set": (K.RHYTHM, _interval),
}
EVENTS = tuple(_TOLD)
