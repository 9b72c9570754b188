"""What the city may decide otherwise than we propose, without code: numbers and texts of letters, as data (decision 014).

The table holds what was changed and nothing else, so a better proposal of ours reaches everybody who never changed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from .models import Setting
from .read_once import ReadOnce

LONGEST_TEXT = 2_000

_WORKING_DAYS = _("開庁日")


@dataclass(frozen=True)
class Count:
    """A number of ``unit``, from ``least`` to ``most``."""

    label: str | Promise
    used_for: str | Promise
    default: int
    least: int
    most: int
    unit: str | Promise = _WORKING_DAYS


@dataclass(frozen=True)
class Text:
    """A text of a letter. Letters are Japanese; each line of a list becomes a point of its own."""

    label: str | Promise
    used_for: str | Promise
    default: tuple[str | Promise, ...]
    is_list: bool = False


_ALSO_NOW = _("変えると、いま進んでいるつなぎにもすぐに効きます。")
_TEAM = _("本人に渡す「あなたの支援チームのお知らせ」")
_OPENINGS = _("本人に渡す「あなたの記録を見た機関のお知らせ」")

_CARD = _("本人が持っていく「つながるカード」")

SETTINGS: dict[str, Count | Text] = {
    "referral_receipt": Count(_("つなぎ：受領の返事まで"), _ALSO_NOW, default=1, least=1, most=20),
    "referral_acceptance": Count(
        _("つなぎ：受け入れるかどうかの返事まで"), _ALSO_NOW, default=3, least=1, most=30
    ),
    "referral_contact": Count(_("つなぎ：初回接触の報告まで"), _ALSO_NOW, default=10, least=1, most=60),
    "referral_reminder": Count(
        _("つなぎ：返事がないとき、次に催促するまで"), _ALSO_NOW, default=2, least=1, most=20
    ),
    "referral_chief": Count(
        _("つなぎ：何回催促したらセンター長に知らせるか"),
        _ALSO_NOW,
        default=2,
        least=1,
        most=10,
        unit=_("回"),
    ),
    "referral_link": Count(
        _("つなぎ：返事のリンクが使える日数"),
        _("つながるカードと、返事のリンク"),
        default=14,
        least=1,
        most=60,
        unit=_("日"),
    ),
    "month_close": Count(
        _("今月の数：前の月を締める日"),
        _("この日から、前の月の数を取っておきます。あとからの訂正は、そばに並べて示します。"),
        default=10,
        least=1,
        most=28,
        unit=_("日"),
    ),
    "role_reminder": Count(
        _("役割：回答や結果の報告がないとき、催促するまで"),
        _(
            "機関とケースの担当者に、この日数ごとに知らせます。回答があるまで「未回答」のままです。引き受けた役割は、期限の日から、結果の報告があるまで知らせます。"
        ),
        default=5,
        least=1,
        most=30,
        unit=_("日"),
    ),
    "role_chief": Count(
        _("役割：何回催促したらセンター長に知らせるか"),
        _("その次の催促から、センター長にも知らせます。"),
        default=2,
        least=1,
        most=10,
        unit=_("回"),
    ),
    "accompany_weeks": Count(
        _("伴走支援：何週間に1回、本人か世帯の人と話すか"),
        _("ケースごとに決めていない伴走支援のケース。変えると、すぐに効きます。"),
        default=4,
        least=1,
        most=26,
        unit=_("週"),
    ),
    "contact_lost": Count(
        _("何日、本人か世帯の人と話せていないと知らせるか"),
        _("伴走支援のほかの、センターが担当しているケース。変えると、すぐに効きます。"),
        default=60,
        least=7,
        most=365,
        unit=_("日"),
    ),
    "closing_follow_up": Count(
        _("終結：終わったあとに確かめるまで"),
        _("終結シートの「終わったあとに確かめる日」の初めの値"),
        default=3,
        least=1,
        most=24,
        unit=_("か月"),
    ),
    "keep_years": Count(
        _("終結：ケースの記録を何年残すか"),
        _(
            "終わった年度の次の4月1日から数えます。市の文書の決まりに合わせてください。変えると、終わったケースにもすぐに効きます。記録はここでは消えません。"
        ),
        default=5,
        least=1,
        most=50,
        unit=_("年"),
    ),
    "handover_card_intro": Text(
        _("つながるカード：はじめの文"),
        _CARD,
        (
            _(
                "この方は、センターでお話をうかがい、そちらの窓口をご案内しました。同じことを、はじめから聞き直さなくてすむように、このカードをお渡ししています。"
            ),
        ),
    ),
    "handover_card_notes": Text(
        _("つながるカード：お願い"),
        _CARD,
        (
            _("書いてあるのは、本人が見せてよいと言ったことだけです。"),
            _(
                "本人が来たこと、受け入れられるかどうかを、下の四角い図をスマートフォンで読み取って、センターに知らせてください。電話でもかまいません。"
            ),
            _("このカードは、本人のものです。写しをとるときは、本人に聞いてください。"),
        ),
        is_list=True,
    ),
    "team_letter_intro": Text(
        _("支援チームのお知らせ：はじめの文"),
        _TEAM,
        (
            _(
                "あなたを支えるために、次の機関が、あなたの情報を見ることができます。見ることができるのは、ここに書いた項目だけです。"
            ),
        ),
    ),
    "team_letter_notes": Text(
        _("支援チームのお知らせ：ご覧になるときに"),
        _TEAM,
        (
            _(
                "同意は、いつでも取り消せます。全部でも、機関を1つだけでも、項目を1つだけでもかまいません。理由は要りません。"
            ),
            _(
                "取り消すと、その機関はすぐに見ることができなくなります。支援が続けられなくなることはありません。"
            ),
            _("センターの職員も、仕事のためにあなたの情報を見ます。だれが見たかは、すべて書きとめています。"),
            _(
                "あなた以外の人についての項目は、含まれていません。法律により、お知らせできないものは含まれていません。"
            ),
            _("心当たりのない機関があるとき、やめてほしい機関があるときは、センターにお話しください。"),
        ),
        is_list=True,
    ),
    "openings_letter_intro": Text(
        _("見た機関のお知らせ：はじめの文"),
        _OPENINGS,
        (
            _(
                "センターでは、だれがあなたの記録を見たかを、すべて書きとめています。お求めにより、次の期間に、あなたについての項目を見た機関をお知らせします。"
            ),
        ),
    ),
    "openings_letter_notes": Text(
        _("見た機関のお知らせ：ご覧になるときに"),
        _OPENINGS,
        (
            _("職員の名前は書いていません。仕事として見たもので、機関が責任を持ちます。"),
            _("あなた以外の人についての項目と、世帯全体についての項目は、含まれていません。"),
            _(
                "法律により、お知らせできないものは含まれていません。そのようなものがあるかどうかも、お答えできません（個人情報保護法78条・81条）。"
            ),
            _("心当たりのないものがあるとき、くわしく知りたいときは、センターにお話しください。"),
        ),
        is_list=True,
    ),
}

changed = ReadOnce("settings_read", lambda: dict(Setting.objects.values_list("key", "value")))


def count_of(key: str) -> int:
    """Return a number as the city has it today. Raises KeyError if there is no such number."""
    definition = SETTINGS[key]
    if not isinstance(definition, Count):
        raise KeyError(key)
    value = changed().get(key)
    return definition.default if value is None else int(value)


def count_in_query(key: str) -> Any:
    """Return a number as the city has it today, as an expression that the database looks up in the same statement."""
    definition = SETTINGS[key]
    if not isinstance(definition, Count):
        raise KeyError(key)
    told = Setting.objects.filter(key=key).values("value")[:1]
    return Coalesce(Cast(Subquery(told), IntegerField()), Value(definition.default))


def lines_of(key: str) -> list[str]:
    """Return a text of a letter, line by line, in Japanese. Raises KeyError if there is no such text."""
    return [line for line in value_of(key).splitlines() if line.strip()]


def value_of(key: str) -> str:
    """Return what holds now, as somebody would type it."""
    return changed().get(key) or proposed(key)


def proposed(key: str) -> str:
    """Return what we propose, as somebody would type it."""
    definition = SETTINGS[key]
    if isinstance(definition, Count):
        return str(definition.default)
    with override("ja"):
        return "\n".join(map(str, definition.default))
