"""How and when it is safe to answer somebody (ux.md 2.6, point 9). Nothing of it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .kinds import Kind, PartsWidget, TypedField, field_options, refuse
from .questions import Question
from .text import LINE_LENGTH, check_email, check_phone

METHODS = (
    ("phone", _("電話")),
    ("email", _("メール")),
    ("letter", _("手紙")),
    ("come", _("窓口に行く")),
    ("visit", _("家に来てほしい")),
    ("status_page", _("連絡はいらない（受付番号で返事を見る）")),
)
HOURS = (("morning", _("午前")), ("afternoon", _("午後")), ("evening", _("夕方")))
VOICEMAIL = (("yes", _("入れてよい")), ("no", _("入れないでほしい")))

CHOICES: dict[str, tuple[tuple[str, Any], ...]] = {
    "methods": METHODS,
    "hours": HOURS,
    "voicemail": VOICEMAIL,
}
TEXTS = {"phone": _("電話番号"), "email": _("メールアドレス"), "note": _("気をつけてほしいこと")}


class ContactField(forms.Field):
    """Checks only what cannot work; what is missing is missing."""

    def clean(self, value: Mapping[str, Any]) -> Any:
        answer: dict[str, Any] = {}
        for part, choices in CHOICES.items():
            answer[part] = self._chosen(value.get(part) or [], dict(choices))
        answer["voicemail"] = next(iter(answer["voicemail"]), "")
        line = TypedField(required=False, max_length=LINE_LENGTH)
        for part in TEXTS:
            answer[part] = line.clean(value.get(part))
        check_phone(answer["phone"])
        check_email(answer["email"])
        kept = {part: said for part, said in answer.items() if said}
        if self.required and not kept:
            raise ValidationError(self.error_messages["required"], code="required")
        return kept

    def _chosen(self, raw: list[str] | str, offered: dict[str, Any]) -> list[str]:
        chosen = [raw] if isinstance(raw, str) else raw
        if any(key not in offered for key in chosen):
            raise refuse(_("「%s」は、出ている中から選んでください。") % self.label)
        return [key for key in offered if key in chosen]


class Contact(Kind):
    kind = "contact"
    label = _("連絡のしかた")
    group = _("連絡先")
    icon = "mail"
    template = "forms_app/kinds/contact.html"
    parts: ClassVar[dict[str, bool]] = {
        "methods": True, "phone": False, "hours": True, "voicemail": False, "email": False, "note": False,
    }  # fmt: skip

    def form_field(self, question: Question) -> forms.Field:
        return ContactField(widget=PartsWidget(self.parts), **field_options(question))

    def display(self, question: Question, stored: Any) -> str:
        lines = []
        if stored.get("methods"):
            lines.append(_words(METHODS, stored["methods"]))
        if stored.get("phone"):
            lines.append(f"{TEXTS['phone']}：{stored['phone']}")
        if stored.get("hours"):
            lines.append(_("電話してよい時間：%s") % _words(HOURS, stored["hours"]))
        if stored.get("voicemail"):
            lines.append(_("留守番電話：%s") % dict(VOICEMAIL)[stored["voicemail"]])
        lines += [f"{TEXTS[part]}：{stored[part]}" for part in ("email", "note") if stored.get(part)]
        return "\n".join(str(line) for line in lines)

    def hints(self, question: Question, stored: Any) -> list[str]:
        wanted = stored.get("methods", [])
        missing = [part for part in ("phone", "email") if part in wanted and not stored.get(part)]
        return [_("「%s」が書かれていません。このままでも送れます。") % TEXTS[part] for part in missing]

    def urgent_texts(self, question: Question, stored: Any) -> list[str]:
        return [stored.get("note", "")]


def _words(choices: tuple[tuple[str, Any], ...], chosen: list[str]) -> str:
    return "、".join(str(dict(choices).get(key, key)) for key in chosen)
