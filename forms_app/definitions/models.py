"""The form that staff edit, and what of it citizens saw."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    RevisionMixin,
    WorkflowMixin,
)
from wagtailstreamforms.models.form import AbstractForm

from forms_app.fields.questions import Question
from permissions.agencies.models import Agency
from permissions.walls.models import Walled

from .stream import QuestionsField

FIVE_YEARS_DAYS = 5 * 365
DAY_LIMIT = 30


# What a new form starts with; editors keep the numbers from then on. Not a function: Wagtail would not open it.
EMERGENCY_LINES = [
    ("line", {"label": "けが・急な病気・火事", "number": "119", "note": "24時間"}),
    ("line", {"label": "いま、身の危険がある", "number": "110", "note": "24時間"}),
    ("line", {"label": "子どもの虐待・子育ての悩み", "number": "189", "note": "24時間・無料"}),
    (
        "line",
        {"label": "配偶者やパートナーからの暴力", "number": "#8008", "note": "近くの窓口につながります"},
    ),
    (
        "line",
        {
            "label": "死にたい、消えたいと思うとき（#いのちSOS）",
            "number": "0120-061-338",
            "note": "24時間・無料",
        },
    ),
]


class ConsultationForm(
    Walled, WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, PreviewableMixin, AbstractForm
):
    """A form that editors build without code; drafts, history and preview are Wagtail's.

    The library's fields for its own storage, hooks and templates are taken out: our journey owns them.
    """

    site = None
    template_name = None
    submit_button_text = None
    success_message = None
    error_message = None
    post_redirect_page = None
    process_form_submission_hooks = None
    objects: ClassVar[models.Manager[ConsultationForm]] = models.Manager()
    # The library's copy would make one of its own forms; Wagtail copies without it.
    copy = None

    slug = models.SlugField(
        _("アドレスの名前"), max_length=60, unique=True, help_text=_("英小文字・数字・ハイフンだけ")
    )
    fields = QuestionsField(verbose_name=_("質問"), blank=True)
    intro = models.TextField(_("はじめの説明"), blank=True, max_length=2000)
    consent_text = models.TextField(
        _("同意の文"),
        blank=True,
        max_length=4000,
        help_text=_("「同意の確認」の上に出ます。送った版といっしょに残ります。"),
    )
    receipt_text = models.TextField(
        _("控えに出す文"), blank=True, max_length=2000, help_text=_("送ったあとの画面に出ます。")
    )
    phone = models.CharField(_("電話番号"), blank=True, max_length=40)
    phone_hours = models.CharField(_("電話の受付時間"), blank=True, max_length=100)
    emergency = StreamField(
        [
            (
                "line",
                blocks.StructBlock(
                    [
                        ("label", blocks.CharBlock(label=_("どんなとき"), max_length=60)),
                        ("number", blocks.CharBlock(label=_("番号"), max_length=20)),
                        ("note", blocks.CharBlock(label=_("ひとこと"), required=False, max_length=60)),
                    ],
                    label=_("急ぎの連絡先"),
                    icon="warning",
                ),
            )
        ],
        verbose_name=_("急ぎの連絡先"),
        blank=True,
        default=EMERGENCY_LINES,
        help_text=_("年に1度は番号を確かめてください。"),
    )
    owner_agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("持ち主の機関"), editable=False
    )
    destination_agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("受け取る機関"),
        help_text=_("送られた内容は、この機関だけが読めます。センターを選ぶと、センターの担当者が読めます。"),
    )  # fmt: skip
    answer_days = models.PositiveSmallIntegerField(
        _("何営業日のうちに読むか"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(DAY_LIMIT)],
    )
    retention_days = models.PositiveIntegerField(
        _("送られた内容を残す日数"), default=FIVE_YEARS_DAYS, validators=[MinValueValidator(1)]
    )
    is_sensitive = models.BooleanField(
        _("人に知られたくない相談に使う"),
        default=True,
        help_text=_("「このページをすぐに閉じる」を出します。"),
    )
    review_on = models.DateField(_("次に見直す日"), null=True, blank=True)

    _revisions = GenericRelation(
        "wagtailcore.Revision",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="consultation_form",
        for_concrete_model=False,
    )
    workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="consultation_form",
        for_concrete_model=False,
    )

    class Meta:
        ordering = ("title",)
        verbose_name = _("フォーム")
        verbose_name_plural = _("フォーム")

    def __str__(self) -> str:
        return self.title

    @property
    def revisions(self) -> Any:
        return self._revisions

    def publish(self, revision: Any, user: Any = None, **kwargs: Any) -> None:
        """Make a draft the live form and freeze what citizens now see, in one transaction.

        Raises ValidationError when the draft has problems. A draft with a later date is only scheduled; it is
        frozen when it goes live.
        """
        from .actions import freeze_revision, refuse_problems  # noqa: PLC0415 -- actions import this module

        refuse_problems(revision.as_object())
        with transaction.atomic():
            super().publish(revision, user=user, **kwargs)
            live = type(self).objects.get(pk=self.pk)
            if live.live and live.live_revision_id == revision.pk:
                freeze_revision(live, by=user)

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        return "forms_app/preview.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        from forms_app.journey.screens import preview_context  # noqa: PLC0415 -- a room further down

        return super().get_preview_context(request, mode_name) | preview_context(self)


class FormRevision(Walled):
    """What citizens saw of a form from one publishing to the next (版); never changed, never deleted."""

    form = models.ForeignKey(ConsultationForm, on_delete=models.PROTECT, related_name="frozen_revisions")
    number = models.PositiveIntegerField(_("版"))
    title = models.CharField(max_length=255)
    intro = models.TextField(blank=True)
    consent_text = models.TextField(blank=True)
    receipt_text = models.TextField(blank=True)
    definition = models.JSONField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("form", "-number")
        verbose_name = _("フォームの版")
        verbose_name_plural = _("フォームの版")
        constraints = (models.UniqueConstraint(fields=("form", "number"), name="form_revision_number_once"),)

    def __str__(self) -> str:
        return f"form {self.form_id} v{self.number}"

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(Question.from_json(stored) for stored in self.definition["items"])
