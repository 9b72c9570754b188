"""What editors put together a page from. No raw HTML, so that nothing can break the page or its safety."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

RICH_TEXT_FEATURES = ["bold", "ol", "ul", "link", "document-link"]
LEVELS = [
    ("info", _("お知らせ")),
    ("ok", _("よい知らせ")),
    ("warn", _("気をつけること")),
    ("err", _("危険なこと")),
]
WEEKDAY_CHOICES = [
    ("0", _("月曜日")),
    ("1", _("火曜日")),
    ("2", _("水曜日")),
    ("3", _("木曜日")),
    ("4", _("金曜日")),
    ("5", _("土曜日")),
    ("6", _("日曜日")),
]


class LineBlock(blocks.CharBlock):
    """One line of text. Wagtail names the field of such a part nowhere; a screen reader needs it."""

    def set_name(self, name: str) -> None:
        super().set_name(name)
        self.field.widget.attrs["aria-label"] = self.label


class RichBlock(blocks.RichTextBlock):
    """Text with few features, and a name for screen readers."""

    @cached_property
    def field(self) -> forms.Field:
        field: forms.Field = super().field
        field.widget.options["ariaLabel"] = str(self.label)
        return field


class HeadingBlock(LineBlock):
    class Meta:
        label = _("見出し")
        icon = "title"
        template = "marugoto_pages/blocks/heading.html"
        group = _("文章")
        preview_value = "相談できること"


class TextBlock(RichBlock):
    class Meta:
        label = _("文章")
        icon = "pilcrow"
        template = "marugoto_pages/blocks/text.html"
        group = _("文章")
        preview_value = "<p>どこに相談するか分からないときは、ここへ。</p>"


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("すること"), max_length=60)
    text = blocks.TextBlock(label=_("説明"), required=False, rows=2)


class StepsBlock(blocks.ListBlock):
    class Meta:
        label = _("順番（1、2、3…）")
        icon = "list-ol"
        template = "marugoto_pages/blocks/steps.html"
        group = _("まとまり")
        preview_value = [{"title": "連絡する", "text": "電話でも文字でもかまいません。"}]


class NoticeBlock(blocks.StructBlock):
    level = blocks.ChoiceBlock(label=_("種類"), choices=LEVELS, default="info")
    title = blocks.CharBlock(label=_("題名"), max_length=60)
    text = RichBlock(label=_("文章"), features=["bold", "link"], required=False)

    class Meta:
        label = _("囲み")
        icon = "warning"
        template = "marugoto_pages/blocks/notice.html"
        group = _("まとまり")
        preview_value = {
            "level": "info",
            "title": "お金はかかりません",
            "text": "<p>何度でも相談できます。</p>",
        }


class LinkCardBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("題名"), max_length=40)
    text = blocks.CharBlock(label=_("一言"), max_length=100, required=False)
    page = blocks.PageChooserBlock(label=_("このサイトのページ"), required=False)
    address = blocks.CharBlock(
        label=_("ほかの行き先"),
        required=False,
        max_length=300,
        help_text=_("「/status/」のようなこのサイトの中の場所か、https:// で始まるアドレスです。"),
    )

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        cleaned = super().clean(value)
        address = cleaned.get("address") or ""
        if bool(cleaned.get("page")) == bool(address):
            raise ValidationError(
                _("「このサイトのページ」か「ほかの行き先」の、どちらか一つを入れてください。")
            )
        check_address(address)
        return cleaned


class LinkCardsBlock(blocks.ListBlock):
    class Meta:
        label = _("リンクの一覧")
        icon = "link"
        template = "marugoto_pages/blocks/links.html"
        group = _("まとまり")


class ContactBlock(blocks.StaticBlock):
    class Meta:
        label = _("連絡先の囲み")
        icon = "mail"
        admin_text = _("「センターの案内」に入っている電話番号と時間が出ます。")
        template = "marugoto_pages/blocks/contact.html"
        group = _("まとまり")


class PictureBlock(ImageBlock):
    class Meta:
        label = _("写真・絵")
        icon = "image"
        template = "marugoto_pages/blocks/picture.html"
        group = _("まとまり")


class BodyBlock(blocks.StreamBlock):
    """The parts of a page, in any order."""

    heading = HeadingBlock(max_length=80)
    text = TextBlock(features=RICH_TEXT_FEATURES)
    steps = StepsBlock(StepBlock(label=_("一つの段")))
    notice = NoticeBlock()
    links = LinkCardsBlock(LinkCardBlock(label=_("リンク")))
    picture = PictureBlock(required=True)
    contact = ContactBlock()


class OpeningBlock(blocks.StructBlock):
    weekday = blocks.ChoiceBlock(label=_("曜日"), choices=WEEKDAY_CHOICES)
    opens = blocks.TimeBlock(label=_("始まり"))
    closes = blocks.TimeBlock(label=_("終わり"))

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        cleaned = super().clean(value)
        if cleaned["opens"] >= cleaned["closes"]:
            raise ValidationError(_("終わりは、始まりより後の時刻にしてください。"))
        return cleaned

    class Meta:
        label = _("開いている時間")
        icon = "time"


class ClosureBlock(blocks.StructBlock):
    first_day = blocks.DateBlock(label=_("最初の日"))
    last_day = blocks.DateBlock(label=_("最後の日"))

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        cleaned = super().clean(value)
        if cleaned["first_day"] > cleaned["last_day"]:
            raise ValidationError(_("最後の日は、最初の日か、それより後の日にしてください。"))
        return cleaned

    class Meta:
        label = _("臨時の休み")
        icon = "date"


class EmergencyNumberBlock(blocks.StructBlock):
    number = blocks.RegexBlock(
        label=_("番号"),
        regex=r"^[0-9#*+-]{3,15}$",
        error_messages={"invalid": _("番号は、半角の数字と - # だけで書いてください。")},
    )
    label = blocks.CharBlock(label=_("何の番号か"), max_length=20)

    class Meta:
        label = _("緊急の番号")
        icon = "warning"


def check_address(address: str) -> None:
    """Refuse anything but a place on this site or an https address. Raises ValidationError."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\"))
    if address and not inside and not address.startswith("https://"):
        raise ValidationError(
            _("「/」で始まるこのサイトの中の場所か、https:// で始まるアドレスを入れてください。")
        )
