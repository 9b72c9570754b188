"""Our touches to Wagtail's admin: what an editor of a city office needs, and nothing that leads elsewhere."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.ui.components import Component

from .models import HomePage

# Help points to another host; reports name what people of other agencies edited.
HIDDEN_MENUS = frozenset({"help", "reports"})


class StartPanel(Component):
    """The first thing an editor sees: three things to do."""

    name = "start"
    template_name = "marugoto_pages/admin/start.html"
    order = 50

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"home": HomePage.objects.first()}


@hooks.register("construct_homepage_panels")
def add_start_panel(request: HttpRequest, panels: list[Any]) -> None:
    panels.insert(0, StartPanel())


@hooks.register("construct_main_menu")
def hide_menus(request: HttpRequest, menu_items: list[Any]) -> None:
    menu_items[:] = [item for item in menu_items if item.name not in HIDDEN_MENUS]


@hooks.register("insert_global_admin_css")
def admin_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("marugoto_pages/admin.css"))
