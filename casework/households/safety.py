"""By which means a person may be reached: what every outgoing function asks first (domain.md R-DV-7, decision 013).

What was not asked is not done. A concealed household gets no voicemail, no text message and no post, whatever its record
says: the record may be older than the danger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.concealment.selectors import is_concealed
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import Permitted, Person, PersonContact, Post
from .selectors import contact_for

if TYPE_CHECKING:
    from collections.abc import Iterable


class Means(models.TextChoices):
    """The ways to reach somebody."""

    CALL = "call", gettext_lazy("電話をかける")
    VOICEMAIL = "voicemail", gettext_lazy("留守番電話")
    SMS = "sms", gettext_lazy("ショートメール")
    EMAIL = "email", gettext_lazy("メール")
    POST = "post", gettext_lazy("郵便")
    HANDED = "handed", gettext_lazy("手渡し")


@dataclass(frozen=True)
class Rule:
    """Whether one means may be used, and how or why not, in words for staff."""

    means: Means
    is_allowed: bool
    how: str


def rules_for(viewer: Viewer, person: Person) -> tuple[Rule, ...]:
    """Return the rule of every means for one person, as far as the viewer sees how to reach them."""
    return rules_of(contact_for(viewer, person), is_concealed=is_concealed(viewer, person.case))


def rules_of(contact: PersonContact | None, *, is_concealed: bool) -> tuple[Rule, ...]:
    """Return the rule of every means, in the order of Means. Without a record nothing but handing over is allowed."""
    said = contact or PersonContact()
    hidden = _("秘匿中の世帯には使いません") if is_concealed else ""
    return (
        Rule(Means.CALL, bool(said.phone), _how_to_call(said)),
        _yes_or_no(Means.VOICEMAIL, said.voicemail_ok, hidden, no=_("入れません")),
        _yes_or_no(Means.SMS, said.sms == Permitted.YES, hidden, no=_reason(said.sms)),
        _yes_or_no(Means.EMAIL, bool(said.email) and said.email_use == Permitted.YES, "", no=_no_mail(said)),
        _post(said, hidden),
        Rule(Means.HANDED, True, _("渡し方と渡す場所を、本人と決めてください")),
    )


def require_means(viewer: Viewer, person: Person, means: str) -> None:
    """Raise NotAllowed unless the person may be reached by these means now. For every outgoing function."""
    rule = next(rule for rule in rules_for(viewer, person) if rule.means == means)
    if not rule.is_allowed:
        raise NotAllowed(
            _("%(name)sさんに「%(means)s」は使えません：%(why)s。")
            % {"name": person.name, "means": rule.means.label, "why": rule.how}
        )


def allowed(rules: Iterable[Rule], *means: Means) -> list[Rule]:
    """Return those of these means that may be used."""
    return [rule for rule in rules if rule.is_allowed and rule.means in means]


def _how_to_call(said: PersonContact) -> str:
    if not said.phone:
        return _("番号を聞いていません")
    hours = said.safe_hours or _("かけてよい時間を聞いていません")
    if said.cover_name:
        return _("%(hours)s。名のり方は「%(name)s」") % {"hours": hours, "name": said.cover_name}
    return hours


def _yes_or_no(means: Means, is_said: bool, hidden: str, *, no: str) -> Rule:
    if not is_said:
        return Rule(means, False, no)
    return Rule(means, not hidden, hidden or _("よい"))


def _reason(said: str) -> str:
    return _("送りません") if said == Permitted.NO else _("聞いていないので、送りません")


def _no_mail(said: PersonContact) -> str:
    return _reason(said.email_use) if said.email else _("アドレスを聞いていません")


def _post(said: PersonContact, hidden: str) -> Rule:
    if hidden:
        return Rule(Means.POST, False, hidden)
    if said.post == Post.YES:
        return Rule(Means.POST, True, _("よい"))
    if said.post == Post.PLAIN:
        return Rule(Means.POST, True, _("封筒に差出人の名を書かない"))
    return Rule(Means.POST, False, _reason(said.post))
