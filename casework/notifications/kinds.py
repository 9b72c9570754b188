"""What people are told of, and which row of the database each kind names."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class NotificationKind(models.TextChoices):
    """What happened. Source: the list of ux.md 6.1 (new contact, referral, answer, deadline, consent change)."""

    CONTACT = "contact", _("新しい相談が届きました")
    REFERRAL = "referral", _("つなぎが届きました")
    REFERRAL_ANSWER = "referral_answer", _("つなぎに返事がありました")
    REFERRAL_LATE = "referral_late", _("つなぎへの返事が遅れています")
    ROLE = "role", _("役割が決まりました")
    ROLE_ENDED = "role_ended", _("役割が、新しい決定で変わったか、終わりました")
    ROLE_ANSWER = "role_answer", _("役割に回答がありました")
    ROLE_LATE = "role_late", _("役割への回答がまだありません")
    ROLE_OVERDUE = "role_overdue", _("引き受けた役割の期限が来たか、過ぎています")
    PLAN_CONFIRMED = "plan_confirmed", _("支援プランを市が支援決定しました")
    ASSESSMENT = "assessment", _("アセスメントを頼まれました")
    ASSESS_ANSWER = "assess_answer", _("頼んだアセスメントが書かれました")
    ASSESS_LATE = "assess_late", _("頼んだアセスメントがまだ書かれていません")
    ROLE_DECLINED = "role_declined", _("引き受けられない役割が、まだ決め直されていません")
    TALK = "talk", _("本人か世帯の人と話す日が近いか、過ぎています")
    TASK = "task", _("することを頼まれました")
    DEADLINE = "deadline", _("期限が近いか、過ぎています")
    CONSENT = "consent", _("同意が記録されたか、撤回されました")
    SHARE = "share", _("共有が始まりました")
    RECALL = "recall", _("共有が終わりました")
    HOLDER = "holder", _("担当が変わりました")
    MEETING = "meeting", _("会議に招かれたか、会議の予定が変わりました")
    PAPERS = "papers", _("会議の資料を見られるようになりました")
    AGENDA_LEFT = "agenda_left", _("会議の議題が変わりました")


K = NotificationKind

# What a person narrows their list by.
GROUPS: dict[str, tuple[str, ...]] = {
    "contact": (K.CONTACT,),
    "referral": (K.REFERRAL, K.REFERRAL_LATE),
    "answer": (K.REFERRAL_ANSWER, K.ROLE_ANSWER, K.ASSESS_ANSWER, K.PLAN_CONFIRMED),
    "deadline": (
        K.TASK,
        K.DEADLINE,
        K.REFERRAL_LATE,
        K.ROLE_LATE,
        K.ROLE_OVERDUE,
        K.ASSESSMENT,
        K.ASSESS_LATE,
        K.ROLE_DECLINED,
        K.TALK,
    ),
    "consent": (K.CONSENT,),
    "share": (K.SHARE, K.RECALL),
    "role": (K.ROLE, K.ROLE_ENDED, K.ROLE_LATE, K.ROLE_OVERDUE, K.ROLE_DECLINED, K.HOLDER),
    "meeting": (K.MEETING, K.PAPERS, K.AGENDA_LEFT),
}
GROUP_LABELS = {
    "contact": _("新しい相談"),
    "referral": _("つなぎ"),
    "answer": _("返事"),
    "deadline": pgettext_lazy("to do", "期限"),
    "consent": _("同意"),
    "share": _("共有"),
    "role": _("役割・担当"),
    "meeting": _("会議"),
}

# The column of a notification that names its subject, and the table it is in. Exactly one of them is filled.
SUBJECTS: dict[str, str] = {
    "contact": "casework.Contact",
    "referral": "casework.Referral",
    "role": "casework.RoleRow",
    "case": "casework.Case",
    "recall": "casework.Recall",
    "consent": "casework.Consent",
    "task": "casework.Task",
    "meeting": "casework.Meeting",
    "request": "casework.AssessmentRequest",
}
