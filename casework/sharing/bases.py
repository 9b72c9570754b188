"""Legal bases of sharing. "Other" does not exist as a choice (domain.md 3.3, R-BAS-1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.codes.selectors import codes_of
from permissions.agencies.models import LegalType


class Basis(models.TextChoices):
    """On which legal ground an agency may see an item."""

    CONSENT = "consent", _("本人同意（個人情報保護法69条2項1号・27条1項）")
    PURPOSE = "purpose", _("利用目的の範囲内（個人情報保護法61条・69条1項）")
    LAW = "law", _("法令に基づく場合（個人情報保護法69条1項）")
    SUPPORT_MEETING = "shien_kaigi", _("支援会議（社会福祉法106条の6）")
    CHILD_COUNCIL = "youtaikyo", _("要保護児童対策地域協議会（児童福祉法25条の2）")
    OTHER_COUNCIL = "other_council", _("法律に基づくほかの会議・協議会")
    INTERNAL = "internal", _("庁内の相当な理由（個人情報保護法69条2項2号）")
    PUBLIC_BODY = "public_body", _("ほかの行政機関等・相当な理由（個人情報保護法69条2項3号）")
    CLEAR_BENEFIT = "clear_benefit", _("明らかに本人の利益・特別の理由（個人情報保護法69条2項4号）")
    LIFE_SAFETY = "life_safety", _("人の生命・身体・財産の保護（個人情報保護法27条1項2号）")
    EMERGENCY = "emergency", _("緊急時の閲覧（人の生命・身体の保護、あとで審査）")


# Temporary grounds: a reason, a person who approves and an end date (R-BAS-2).
NEEDS_APPROVAL = frozenset({Basis.INTERNAL, Basis.PUBLIC_BODY, Basis.CLEAR_BENEFIT, Basis.LIFE_SAFETY})

# Of lines on these the person is told without more ado. Everything else (a council, a legal duty, an emergency, a temporary
# ground) is named only when somebody decided so (domain.md R-DIS-5; 個人情報保護法 78条).
TOLD_WITHOUT_DECISION = frozenset({Basis.CONSENT.value, Basis.PURPOSE.value})

# What the evidence field asks for, in words of the clerk.
EVIDENCE_HINTS = {
    Basis.CONSENT: _("同意書の日付と説明した人（例：2026年11月20日 書面 説明者 見本 調）"),
    Basis.PURPOSE: _("登録した利用目的の番号や名前"),
    Basis.LAW: _("法律の名前と条文（例：高齢者虐待防止法7条の通報）"),
    Basis.SUPPORT_MEETING: _("支援会議の番号と日付"),
    Basis.CHILD_COUNCIL: _("協議会での番号"),
    Basis.OTHER_COUNCIL: _("会議・協議会の名前、根拠の法律、番号"),
    Basis.INTERNAL: _("何のために、なぜ今回だけ必要か"),
    Basis.PUBLIC_BODY: _("何のために、なぜ今回だけ必要か"),
    Basis.CLEAR_BENEFIT: _("なぜ明らかに本人の利益になるか"),
    Basis.EMERGENCY: _("緊急時の閲覧の画面から、本人を前にした職員が開くもの"),
    Basis.LIFE_SAFETY: _("どのような危険があり、なぜ同意を待てないか"),
}

# Codes of bases that a city adds begin so; the database knows them apart from ours (casework_line_basis_added).
ADDED_PREFIX = "x_"
ADDED_CODE = re.compile(r"x_[a-z0-9_]{1,14}")
ADDED_KEYS = {"label", "hint", "needs_approval"}


# What anybody may share on with anybody: the person's will, the law's own words, a council both sit in.
_ALWAYS = frozenset(
    {Basis.CONSENT, Basis.LAW, Basis.SUPPORT_MEETING, Basis.CHILD_COUNCIL, Basis.OTHER_COUNCIL}
)

# Which bases fit, by who gives and who receives (domain.md 3.3, 3.4, R-BAS-3, R-ORG-1). The city's own staff act under
# chapter 5 of the law (61条, 69条); a contractor under chapter 4 (27条), where the purpose opens nothing to third parties, only
# the way back to the city and to those who work for it.
FITS: dict[str, dict[str, frozenset[Basis]]] = {
    LegalType.CITY_SECTION: {
        LegalType.CITY_SECTION: _ALWAYS | {Basis.PURPOSE, Basis.INTERNAL},
        LegalType.CONTRACTOR: _ALWAYS | {Basis.PURPOSE, Basis.CLEAR_BENEFIT},
        LegalType.PRIVATE: _ALWAYS | {Basis.PURPOSE, Basis.CLEAR_BENEFIT},
        LegalType.PUBLIC_OTHER: _ALWAYS | {Basis.PURPOSE, Basis.PUBLIC_BODY},
        LegalType.PERSON: _ALWAYS | {Basis.PURPOSE, Basis.INTERNAL, Basis.PUBLIC_BODY},
    },
    LegalType.CONTRACTOR: {
        LegalType.CITY_SECTION: _ALWAYS | {Basis.PURPOSE, Basis.LIFE_SAFETY},
        LegalType.CONTRACTOR: _ALWAYS | {Basis.PURPOSE, Basis.LIFE_SAFETY},
        LegalType.PRIVATE: _ALWAYS | {Basis.LIFE_SAFETY},
        LegalType.PUBLIC_OTHER: _ALWAYS | {Basis.LIFE_SAFETY},
        LegalType.PERSON: _ALWAYS | {Basis.LIFE_SAFETY},
    },
}


@dataclass(frozen=True)
class BasisRule:
    """One legal basis as forms and checks use it; ``is_offered``: may be chosen for new lines."""

    code: str
    label: str | Promise
    hint: str | Promise
    needs_approval: bool
    is_offered: bool = True

    def fits(self, *, giver: str, receiver: str) -> bool:
        """Return whether the law lets an agency of one legal type share on this with one of another.

        What a city added fits everywhere: the city has said so.
        """
        if self.code.startswith(ADDED_PREFIX):
            return True
        return self.code in FITS[_regime(giver)][receiver]


def _regime(giver: str) -> str:
    """Whoever is no office of the city gives under the law for private bodies."""
    return giver if giver in FITS else LegalType.CONTRACTOR


def bases() -> dict[str, BasisRule]:
    """Return every legal basis by its code: ours, then those of settings.MARUGOTO_BASES in their order.

    Words and last day of ours are the city's (codes/); what the law asks for with each is ours.
    """
    rows = {row.code: row for row in codes_of("basis")}
    ours = {
        basis.value: BasisRule(
            basis.value,
            rows[basis].words if basis in rows else basis.label,
            EVIDENCE_HINTS[basis],
            basis in NEEDS_APPROVAL,
            basis != Basis.EMERGENCY and (basis not in rows or rows[basis].is_offered),
        )
        for basis in Basis
    }
    return ours | {code: _added(code, words) for code, words in added_bases().items()}


def added_bases() -> dict[str, dict[str, Any]]:
    """Return settings.MARUGOTO_BASES: code -> label, hint, needs_approval, is_offered (True unless said)."""
    added: dict[str, dict[str, Any]] = getattr(settings, "MARUGOTO_BASES", {})
    return added


def _added(code: str, words: dict[str, Any]) -> BasisRule:
    return BasisRule(
        code, words["label"], words["hint"], bool(words["needs_approval"]), words.get("is_offered", True)
    )


def problems_of_added() -> list[str]:
    """Return what is wrong with settings.MARUGOTO_BASES; empty is good."""
    found = []
    for code, words in added_bases().items():
        if not ADDED_CODE.fullmatch(code):
            found.append(f"{code!r}: a code is x_ and up to 14 of a-z, 0-9, _.")
        if missing := ADDED_KEYS - words.keys():
            found.append(f"{code!r} lacks {', '.join(sorted(missing))}.")
        if unknown := words.keys() - ADDED_KEYS - {"is_offered"}:
            found.append(f"{code!r} has unknown words: {', '.join(sorted(unknown))}.")
    return found
