"""Flows and stages of a case, and which stage may follow which, as data. Source: domain.md 2.2."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Flow(models.TextChoices):
    """The three flows of the center."""

    REFERRAL = "flow1", _("①つなぎ")
    COORDINATION = "flow2", _("②多機関協働")
    ACCOMPANIMENT = "flow3", _("③伴走支援")


class Stage(models.TextChoices):
    """Where a case stands."""

    RECEIVED = "received", _("受付")
    EMERGENCY = "emergency", _("緊急対応")
    INTAKE = "intake", _("初回面談・インテーク")
    SCREENING = "screening", _("振り分け")
    REFERRING = "flow1_referring", _("つなぎ中")
    REFERRED = "flow1_confirmed", _("つなぎ完了")
    RETURNED = "returned", _("つなぎ戻し")
    ASSESSMENT = "flow2_assess", _("アセスメント")
    PLANNING = "flow2_plan", _("プラン作成")
    MEETING = "flow2_meeting", _("会議付議")
    AGREED = "flow2_agreed", _("申合せ（同意前）")
    ACTIVE = "flow2_active", _("支援実施・モニタリング")
    EVALUATION = "flow2_eval", _("評価")
    ACCOMPANYING = "flow3_accompany", _("伴走支援")
    OUTREACH = "outreach_track", _("アウトリーチ")
    REPLANNING = "replanning", _("再プラン")
    SUSPENDED = "suspended", _("中断")
    CLOSING = "closing", _("終結判断")
    CLOSED = "closed", _("終結")
    CLOSED_INFO = "closed_info", _("情報提供で終わり")


S = Stage

NEXT_STAGES: dict[str, tuple[str, ...]] = {
    S.RECEIVED: (S.INTAKE, S.CLOSED_INFO),
    S.EMERGENCY: (S.INTAKE,),  # or back to where it was (guards.py)
    S.INTAKE: (S.SCREENING,),
    S.SCREENING: (S.REFERRING, S.ASSESSMENT, S.ACCOMPANYING, S.OUTREACH, S.CLOSED_INFO),
    S.REFERRING: (S.REFERRED, S.RETURNED),
    S.REFERRED: (S.CLOSED, S.RETURNED),
    S.RETURNED: (S.SCREENING, S.ASSESSMENT, S.ACCOMPANYING),
    S.ASSESSMENT: (S.PLANNING, S.OUTREACH),
    S.PLANNING: (S.MEETING,),
    S.MEETING: (S.ACTIVE, S.AGREED, S.PLANNING),
    S.AGREED: (S.ASSESSMENT, S.OUTREACH, S.SUSPENDED),
    S.ACTIVE: (S.EVALUATION, S.REPLANNING, S.SUSPENDED),
    S.EVALUATION: (S.REPLANNING, S.CLOSING, S.SUSPENDED),
    S.ACCOMPANYING: (S.ASSESSMENT, S.REFERRING, S.CLOSING),
    S.OUTREACH: (S.INTAKE, S.ASSESSMENT, S.SUSPENDED, S.CLOSING),
    S.REPLANNING: (S.MEETING,),
    # Back to where it was (suspension/), or towards the end.
    S.SUSPENDED: (S.INTAKE, S.ASSESSMENT, S.OUTREACH, S.AGREED, S.ACTIVE, S.EVALUATION, S.CLOSING),
    S.CLOSING: (S.CLOSED, S.REPLANNING),
    S.CLOSED: (),
    S.CLOSED_INFO: (),
}

# From here the way is chosen with a suggestion beside it (triage/); both are kept.
SCREENED_FROM = (S.SCREENING, S.RETURNED)

# An emergency may break out in every open stage.
OPEN_STAGES = tuple(stage for stage, following in NEXT_STAGES.items() if following)

# The flow that a stage belongs to; the other stages leave the flow as it is.
FLOW_OF_STAGE = {
    S.REFERRING: Flow.REFERRAL,
    S.ASSESSMENT: Flow.COORDINATION,
    S.ACCOMPANYING: Flow.ACCOMPANIMENT,
}


def next_stages(stage: str) -> tuple[str, ...]:
    """Return the stages that may follow, in the order shown; empty when the case is closed."""
    following = NEXT_STAGES[stage]
    if stage in OPEN_STAGES and stage != S.EMERGENCY:
        return (*following, S.EMERGENCY)
    return following
