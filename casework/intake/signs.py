"""The emergency check: what is asked before anything else, and how soon each answer makes somebody act. Pure data.

Source: domain.md 2.3. The strongest sign decides; people may choose a stronger level, never a weaker one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forms_app.fields.urgency import has_urgent_word

from .models import Urgency

NONE = "none"
# What must be looked at before the ordinary queue (domain.md 1.2.1).
RAISING_TOPICS = frozenset({"dv_abuse", "food"})


@dataclass(frozen=True)
class Sign:
    """One question of life and the level that a yes means."""

    code: str
    label: str | Promise
    level: str


SIGNS: tuple[Sign, ...] = (
    Sign("self_harm", _("自分を傷つける・死にたい気持ちがある"), Urgency.A),
    Sign("violence", _("暴力が差し迫っている"), Urgency.A),
    Sign("abuse", _("児童・高齢者・障害のある人への虐待の疑い"), Urgency.A),
    Sign("medical", _("医療の緊急"), Urgency.A),
    Sign("supplies", _("食べ物・水・電気がない"), Urgency.B),
    Sign("tonight", _("今夜寝る所がない"), Urgency.B),
    Sign("infant", _("乳幼児・妊婦がいる"), Urgency.B),
    Sign("cold_heat", _("凍死・熱中症のおそれ"), Urgency.A),
    Sign("fire", _("火災の危険"), Urgency.B),
    Sign("wandering", _("徘徊中"), Urgency.A),
)
LEVEL_OF = {sign.code: sign.level for sign in SIGNS}
_STRENGTH = (Urgency.UNCHECKED, Urgency.D, Urgency.C, Urgency.B, Urgency.A)


def level_of(signs: Iterable[str], chosen: str) -> str:
    """Return the stronger of what was chosen and what the signs mean. ``none`` alone means D."""
    found = [LEVEL_OF[sign] for sign in signs if sign in LEVEL_OF]
    if NONE in signs and not found:
        found = [Urgency.D]
    return max([chosen or Urgency.UNCHECKED, *found], key=lambda level: _STRENGTH.index(Urgency(level)))


def raises_check(one_line: str, topics: Iterable[str]) -> bool:
    """Return whether words or topics ask for the check before the ordinary queue."""
    return has_urgent_word(one_line) or not RAISING_TOPICS.isdisjoint(topics)
