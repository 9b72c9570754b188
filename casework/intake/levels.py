"""What a record should hold by when (domain.md 1.11): data. What is missing is shown in a list and blocks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """The moment by which something should be known."""

    RECEIVE = "L0", _("受けたとき")
    INTAKE = "L1", _("初回面談のおわり")
    PLAN = "L2", _("会議の前")
    REPORT = "L3", _("月の締め")
    CLOSE = "L4", _("終結のとき")


@dataclass(frozen=True)
class Wanted:
    """One thing that a level asks for. ``fact`` is its name among the facts that a room tells."""

    level: str
    fact: str
    label: str | Promise


WANTED: tuple[Wanted, ...] = (
    Wanted(Level.RECEIVE, "channel", _("方法")),
    Wanted(Level.RECEIVE, "route", _("どのように来たか")),
    Wanted(Level.RECEIVE, "speaker", _("だれから")),
    Wanted(Level.RECEIVE, "matter", _("相談の内容か、ひとこと")),
    Wanted(Level.RECEIVE, "urgency", _("緊急度")),
    Wanted(Level.RECEIVE, "reply_to", _("折り返し先")),
    Wanted(Level.INTAKE, "age", _("生年月日か、およその年齢")),
    Wanted(Level.INTAKE, "household_kind", _("世帯の類型")),
    Wanted(Level.INTAKE, "complaint", _("本人や相談した人のことば（ひとことで）")),
    Wanted(Level.INTAKE, "issues", _("課題")),
    Wanted(Level.INTAKE, "screening", _("振り分けの結果")),
    Wanted(Level.INTAKE, "consent_states", _("一人ひとりの同意の状態（説明したか）")),
    Wanted(Level.PLAN, "assessment", _("確定したアセスメント")),
    Wanted(Level.PLAN, "consents", _("一人ひとりの同意の返事")),
    Wanted(Level.PLAN, "weights", _("課題の重さ（優先順位）")),
    Wanted(Level.PLAN, "roles", _("役割分担")),
    Wanted(Level.PLAN, "seats", _("4つの席（主担当・連絡窓口・緊急時・進捗確認）")),
    Wanted(Level.REPORT, "every_age", _("世帯の全員の年齢")),
    Wanted(Level.REPORT, "every_sex", _("世帯の全員の性別")),
    Wanted(Level.REPORT, "case_route", _("どのように来たか")),
    Wanted(Level.CLOSE, "close_kind", _("終結の区分")),
    Wanted(Level.CLOSE, "lead_after", _("終わったあとの窓口")),
    Wanted(Level.CLOSE, "follow_up", _("終わったあとに確かめる日")),
)


def missing(facts: Mapping[str, bool]) -> dict[str, list[Wanted]]:
    """Return what is missing, by level, in order; of things that nobody tells, nothing is said."""
    found: dict[str, list[Wanted]] = {}
    for wanted in WANTED:
        if facts.get(wanted.fact) is False:
            found.setdefault(str(Level(wanted.level).label), []).append(wanted)
    return found
