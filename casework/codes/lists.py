"""Which lists of codes there are: as data. What stands in them is a table that the city's staff edit (decision 008)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Different answers, and codes of every list whose answer somebody is asked for (domain.md 1.11).
UNKNOWN = "unknown"
NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class CodeList:
    """One list: what it is called, on which screens its choices stand, and whether staff may add to it."""

    label: str | Promise
    shown_at: str | Promise
    is_asked: bool = False
    is_open: bool = True
    may_retire: frozenset[str] | None = None  # None: every code; else these alone


LISTS: dict[str, CodeList] = {
    "topic": CodeList(_("相談の内容"), _("相談を受けたときの「相談の内容」"), is_asked=True),
    "route": CodeList(_("当初相談経路"), _("相談を受けたときの「どのように来たか」"), is_asked=True),
    "channel": CodeList(_("相談方法"), _("相談を受けたときの「方法」と、受信箱の一覧")),
    "speaker": CodeList(_("話した人"), _("相談を受けたときの「だれから」と、受信箱の一覧"), is_asked=True),
    "household_kind": CodeList(_("世帯類型"), _("ケースを作るときと、世帯を直すとき"), is_asked=True),
    "relation": CodeList(_("続柄"), _("ケースを作るときと、世帯の人を加えるとき"), is_asked=True),
    "stay_reason": CodeList(_("転入・転出の理由"), _("同居・別居を書くとき"), is_asked=True),
    "issue": CodeList(_("課題"), _("課題を書くときと、ケースの画面"), is_asked=True),
    "screening": CodeList(_("振り分けの結果"), _("インテークの終わりの振り分け")),
    "agency_type": CodeList(_("紹介元・機関の種類"), _("機関から相談を受けたとき"), is_asked=True),
    "method": CodeList(_("対応方法"), _("支援経過記録の「方法」")),
    "attendee_role": CodeList(_("同席した人の立場"), _("支援経過記録の「同席した人」")),
    "return_reason": CodeList(_("つなぎ戻しの理由"), _("つなぎ戻し")),
    "no_consent": CodeList(_("同意がない理由"), _("機関が同意なしで持ちこんだ相談"), is_asked=True),
    "meeting_purpose": CodeList(_("会議の目的"), _("ケースを会議の議題にするときの「目的」")),
    "minutes_phrase": CodeList(_("議事録の定型文"), _("議事録を書くときの「定型文」")),
    "meeting_trigger": CodeList(_("早めの会議を考えること"), _("モニタリングの記録")),
    "service": CodeList(_("使うサービス・事業"), _("役割を書くときと、プランの「利用するサービス・事業」")),
    "change": CodeList(_("見られた変化"), _("評価シート")),
    "suspend_reason": CodeList(_("中断の理由"), _("ケースを中断するとき")),
    "close_kind": CodeList(_("終結の区分"), _("終結シート")),
    "emergency_call": CodeList(_("緊急の連絡先"), _("緊急対応の「どこへ連絡したか」")),
    # Which stage may follow which stands in the code (cases/states.py). Without one of these, every case can still go on.
    "stage": CodeList(
        _("段階"),
        _("ケースの段階"),
        is_open=False,
        may_retire=frozenset(
            {"flow2_agreed", "flow3_accompany", "outreach_track", "suspended", "closed_info"}
        ),
    ),
    "flow": CodeList(_("流れ"), _("ケースの流れと、振り分け"), is_open=False, may_retire=frozenset()),
    # What the law asks for with each basis stands in the code (sharing/bases.py), so a row alone would be no basis.
    "basis": CodeList(_("法的根拠"), _("共有するときの「法的根拠」"), is_open=False),
}

# Lists to which nobody adds; the walls refuse a row, too.
CLOSED_LISTS = tuple(sorted(name for name, each in LISTS.items() if not each.is_open))
