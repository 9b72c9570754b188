"""The form builder in Wagtail's admin (S6)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, PublishingPanel, TabbedInterface
from wagtail.admin.ui.tables import LiveStatusTagColumn, UpdatedAtColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from forms_app.definitions.models import ConsultationForm

from .forms import ConsultationFormForm

questions_tab = ObjectList(
    [
        FieldPanel("title"),
        FieldPanel("intro"),
        FieldPanel("fields"),
        FieldPanel("consent_text"),
        FieldPanel("receipt_text"),
    ],
    heading=_("質問"),
)
answering_tab = ObjectList(
    [
        FieldPanel("slug"),
        MultiFieldPanel(
            [FieldPanel("destination_agency"), FieldPanel("answer_days"), FieldPanel("retention_days")],
            heading=_("送られたあと"),
        ),
        MultiFieldPanel([FieldPanel("phone"), FieldPanel("phone_hours")], heading=_("電話")),
        FieldPanel("emergency"),
        FieldPanel("is_sensitive"),
        FieldPanel("review_on"),
        PublishingPanel(),
    ],
    heading=_("送り先と安全"),
)


class ConsultationFormViewSet(SnippetViewSet):
    """Wagtail's own screens. That they show the editor's own agency only is done by the wall (walls.py)."""

    model = ConsultationForm
    edit_handler = TabbedInterface([questions_tab, answering_tab], base_form_class=ConsultationFormForm)
    icon = "form"
    menu_label = _("フォーム")
    menu_order = 300
    add_to_admin_menu = True
    list_display = ("title", "slug", "destination_agency", LiveStatusTagColumn(), UpdatedAtColumn())
    search_fields = ("title", "slug")
    copy_view_enabled = False
