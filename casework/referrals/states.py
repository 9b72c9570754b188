"""What may be answered to a referral, after what, until when, as data. Source: domain.md 2.5."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.codes.settings import count_of


class ReferralAnswerKind(models.TextChoices):
    """What the receiving agency said. No row at all is 未読: "sent" is not "connected"."""

    RECEIVED = "received", _("受領")
    ACCEPTED = "accepted", _("受入可")
    CONDITIONAL = "conditional", _("条件付き")
    DECLINED = "declined", _("受入不可")
    FIRST_CONTACT = "first_contact", _("初回接触済")
    STARTED = "started", _("支援開始")
    ENDED = "ended", _("終了報告")
    RETURNED = "returned", _("つなぎ戻し")


K = ReferralAnswerKind

NEXT_KINDS: dict[str, tuple[str, ...]] = {
    "": (K.RECEIVED, K.ACCEPTED, K.CONDITIONAL, K.DECLINED),
    K.RECEIVED: (K.ACCEPTED, K.CONDITIONAL, K.DECLINED),
    K.CONDITIONAL: (K.ACCEPTED, K.DECLINED),
    K.ACCEPTED: (K.FIRST_CONTACT, K.RETURNED),
    K.FIRST_CONTACT: (K.STARTED, K.RETURNED),
    K.STARTED: (K.ENDED, K.RETURNED),
    K.ENDED: (),
    K.DECLINED: (),
    K.RETURNED: (),
}

NEEDS_WORDS = frozenset({K.CONDITIONAL, K.DECLINED, K.ENDED, K.RETURNED})
# After these the agency has nothing more to do with it, and sees nothing more of it.
GIVEN_BACK = frozenset({K.DECLINED, K.RETURNED})
OVER = GIVEN_BACK | {K.ENDED}


class Medium(models.TextChoices):
    """How an answer reached us: the agency's own act, or what the center was told."""

    ACCOUNT = "account", _("機関が自分で入力")
    PHONE = "phone", _("電話")
    FAX = "fax", _("ファクス")
    LETTER = "letter", _("手紙・手渡し")
    MEETING = "meeting", _("会議・訪問で")
    LINK = "link", _("リンク")


@dataclass(frozen=True)
class ReferralClock:
    """What must have been answered how many working days after the sending."""

    code: str
    label: str | Promise
    met_by: frozenset[str]

    @property
    def working_days(self) -> int:
        """The days as the city has them today (codes/settings.py)."""
        return count_of(f"referral_{self.code}")


_ACCEPTING = frozenset(
    {K.ACCEPTED, K.CONDITIONAL, K.DECLINED, K.FIRST_CONTACT, K.STARTED, K.ENDED, K.RETURNED}
)
CLOCKS: tuple[ReferralClock, ...] = (
    ReferralClock("receipt", _("受領の返事"), _ACCEPTING | {K.RECEIVED}),
    ReferralClock("acceptance", _("受入の返事"), _ACCEPTING),
    ReferralClock("contact", _("初回接触の報告"), _ACCEPTING - {K.ACCEPTED, K.CONDITIONAL}),
)
RETURNS_THAT_CALL_FOR_COORDINATION = 2

# How the center is told by somebody who writes nothing here themselves.
TOLD_BY = (Medium.PHONE, Medium.FAX, Medium.LETTER, Medium.MEETING)
# What an agency without an account answers by a link. A hand-back needs a reason of the city's list: by telephone.
BY_LINK = frozenset(K) - {K.RETURNED}
