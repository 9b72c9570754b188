"""Items of a form that ask nothing, and consent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .kinds import Kind, field_options
from .questions import Question


class Consent(Kind):
    """One box below the consent text of the form. What was agreed to is pinned with the revision."""

    kind = "consent"
    label = _("同意の確認")
    group = _("説明と同意")
    icon = "check"
    template = "forms_app/kinds/consent.html"

    def form_field(self, question: Question) -> forms.Field:
        return forms.BooleanField(**field_options(question))

    def stored(self, question: Question, cleaned: Any) -> Any:
        return "yes" if cleaned else None

    def display(self, question: Question, stored: Any) -> str:
        return str(_("はい"))


class Heading(Kind):
    kind = "heading"
    label = _("見出し（ここから新しいまとまり）")
    group = _("説明と同意")
    icon = "title"
    is_question = False
    template = "forms_app/kinds/heading.html"

    def common_blocks(self) -> list[tuple[str, blocks.Block]]:
        return [
            ("label", blocks.CharBlock(label=_("見出しの文"), max_length=100)),
            ("help_text", blocks.CharBlock(label=_("補足の説明"), required=False, max_length=500)),
        ]


class Info(Heading):
    kind = "info"
    label = _("説明の文（質問ではありません）")
    icon = "info-circle"
    template = "forms_app/kinds/info.html"

    def common_blocks(self) -> list[tuple[str, blocks.Block]]:
        return [("label", blocks.TextBlock(label=_("説明の文"), max_length=2000))]


class Kept(Heading):
    """Stands for a question whose kind is not installed, so that saving the form loses nothing of it."""

    kind = "kept"
    label = _("使えない種類の質問（中身は残してあります）")
    icon = "warning"

    def common_blocks(self) -> list[tuple[str, blocks.Block]]:
        return [("original", blocks.TextBlock(label=_("元の中身（変えないでください）")))]

    def freeze(self, block_id: str, value: Mapping[str, Any]) -> Question:
        original = _original(value)
        label = original.get("value", {}).get("label") if isinstance(original.get("value"), dict) else ""
        return Question(key=f"q_{block_id.replace('-', '')[:12]}", kind=self.kind, label=str(label or ""))

    def problems(self, question: Question) -> list[str]:
        return [
            _("「%s」の種類は、いまは使えません。消すか、別の種類で作りなおしてください。") % question.label
        ]


def keep_unknown(block: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored block, or a Kept in its place when its kind is not known."""
    if block["type"] in known:
        return dict(block)
    original = json.dumps({"type": block["type"], "value": block["value"]}, ensure_ascii=False)
    return {"type": Kept.kind, "value": {"original": original}, "id": block.get("id")}


def restore_unknown(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a Kept stands for, so that the database holds the original."""
    original = _original(block["value"]) if block["type"] == Kept.kind else {}
    return {**block, **original} if {"type", "value"} <= original.keys() else dict(block)


def _original(value: Mapping[str, Any]) -> dict[str, Any]:
    try:
        original = json.loads(value.get("original") or "")
    except ValueError:
        return {}
    return original if isinstance(original, dict) else {}
