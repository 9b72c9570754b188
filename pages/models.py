"""Pages that editors write, and what every page says about the center."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Page

from .blocks import (
    LEVELS,
    BodyBlock,
    ClosureBlock,
    EmergencyNumberBlock,
    LineBlock,
    OpeningBlock,
    check_address,
)
from .center import NEUTRAL_PAGE
from .form_choice import FormSlugField


class CenterPage(Page):
    """What our kinds of page have in common: a way back from Page that leaves the plain names to a host's own models.

    `wagtail start` makes a HomePage, too, and ``Page.homepage`` can lead to one of them only.
    """

    page_ptr = models.OneToOneField(
        Page,
        on_delete=models.CASCADE,
        parent_link=True,
        primary_key=True,
        serialize=False,
        related_name="marugoto_%(class)s",
    )

    class Meta:
        abstract = True


class HomePage(CenterPage):
    """The first page: one sentence, the telephone and the form; then what an editor adds."""

    headline = models.CharField(_("見出しの一文"), max_length=60)
    lead = models.CharField(_("安心してもらう一言"), max_length=120)
    consultation_page = models.ForeignKey(
        "marugoto_pages.ConsultationPage",
        verbose_name=_("文字で相談するページ"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    worries = StreamField(
        [("word", LineBlock(label=_("ことば"), max_length=20))],
        verbose_name=_("困りごとのことば"),
        blank=True,
    )
    body = StreamField(BodyBlock(), verbose_name=_("本文"), blank=True)

    template = "marugoto_pages/home_page.html"
    max_count = 1
    parent_page_types = ("wagtailcore.Page",)
    content_panels = (
        *Page.content_panels,
        FieldPanel("headline"),
        FieldPanel("lead"),
        FieldPanel("consultation_page"),
        FieldPanel("worries"),
        FieldPanel("body"),
    )

    class Meta:
        verbose_name = _("ホーム")
        verbose_name_plural = _("ホーム")


class ContentPage(CenterPage):
    """An ordinary page."""

    lead = models.CharField(_("はじめの一文"), max_length=160, blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("本文"), blank=True)
    show_in_footer = models.BooleanField(_("ページの下にも出す"), default=False)

    template = "marugoto_pages/content_page.html"
    parent_page_types = ("marugoto_pages.HomePage", "marugoto_pages.ContentPage")
    content_panels = (*Page.content_panels, FieldPanel("lead"), FieldPanel("body"))
    promote_panels = (*Page.promote_panels, FieldPanel("show_in_footer"))

    class Meta:
        verbose_name = _("ふつうのページ")
        verbose_name_plural = _("ふつうのページ")


class ConsultationPage(CenterPage):
    """A page with a consultation form. The form is made in forms_app; here it only gets its place."""

    intro = StreamField(BodyBlock(), verbose_name=_("はじめに読む文章"), blank=True)
    form_slug = FormSlugField(_("相談フォーム"))

    template = "marugoto_pages/consultation_page.html"
    parent_page_types = ("marugoto_pages.HomePage", "marugoto_pages.ContentPage")
    subpage_types: tuple[str, ...] = ()
    content_panels = (*Page.content_panels, FieldPanel("intro"), FieldPanel("form_slug"))

    class Meta:
        verbose_name = _("相談フォームのページ")
        verbose_name_plural = _("相談フォームのページ")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().serve(request, *args, **kwargs)
        # What somebody typed must not come back with the browser's "back" on a shared device.
        add_never_cache_headers(response)
        return response


@register_setting(icon="home", order=100)
class CenterSettings(BaseSiteSetting):
    """Name, telephone, hours and the rest that every page shows (センターの案内)."""

    city = models.CharField(_("市の名前"), max_length=20, blank=True)
    short_name = models.CharField(_("センターの名前"), max_length=40, default="福祉まるごとサポートセンター")
    phone = models.CharField(_("電話番号"), max_length=20, blank=True)
    fax = models.CharField(_("ファクス番号"), max_length=20, blank=True)
    address = models.TextField(_("場所"), max_length=300, blank=True)
    relay_note = models.CharField(
        _("聞こえにくい方への案内"),
        max_length=160,
        blank=True,
        default="電話リレーサービス（手話や文字の通訳）からの電話も受けています。",
    )
    opening_hours = StreamField([("opening", OpeningBlock())], verbose_name=_("開いている時間"), blank=True)
    closed_on_holidays = models.BooleanField(_("祝日は休み"), default=True)
    closed_at_year_end = models.BooleanField(_("年末年始（12月29日〜1月3日）は休み"), default=True)
    closures = StreamField([("closure", ClosureBlock())], verbose_name=_("臨時の休み"), blank=True)
    emergency_numbers = StreamField(
        [("number", EmergencyNumberBlock())],
        verbose_name=_("緊急の番号"),
        blank=True,
        help_text=_("すべてのページの一番上に出ます。年に一度、かけられることを確かめてください。"),
    )
    exit_url = models.CharField(
        _("「すぐに閉じる」の行き先"),
        max_length=300,
        default=NEUTRAL_PAGE,
        help_text=_(
            "相談とは関係のないページにしてください。天気予報などの https:// で始まるアドレスでもかまいません。"
        ),
    )
    banner_level = models.CharField(_("種類"), max_length=8, choices=LEVELS, default="info")
    banner_title = models.CharField(
        _("題名"), max_length=60, blank=True, help_text=_("空にすると、お知らせは出ません。")
    )
    banner_text = models.CharField(_("文章"), max_length=200, blank=True)

    panels = (
        MultiFieldPanel(
            [FieldPanel("banner_title"), FieldPanel("banner_text"), FieldPanel("banner_level")],
            heading=_("すべてのページに出すお知らせ"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("city"),
                FieldPanel("short_name"),
                FieldPanel("phone"),
                FieldPanel("fax"),
                FieldPanel("relay_note"),
                FieldPanel("address"),
            ],
            heading=_("連絡先"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("opening_hours"),
                FieldPanel("closed_on_holidays"),
                FieldPanel("closed_at_year_end"),
                FieldPanel("closures"),
            ],
            heading=_("開いている時間"),
        ),
        MultiFieldPanel([FieldPanel("emergency_numbers"), FieldPanel("exit_url")], heading=_("安全のために")),
    )

    class Meta:
        verbose_name = _("センターの案内")
        verbose_name_plural = _("センターの案内")

    def clean(self) -> None:
        super().clean()
        try:
            check_address(self.exit_url)
        except ValidationError as error:
            raise ValidationError({"exit_url": error.messages}) from error
