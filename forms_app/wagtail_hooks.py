from typing import Any

from wagtail import hooks
from wagtail.snippets.models import register_snippet

from forms_app.builder import adapters  # noqa: F401 -- registers itself
from forms_app.builder.urls import LIBRARY_PREFIX
from forms_app.builder.viewsets import ConsultationFormViewSet

register_snippet(ConsultationFormViewSet)


@hooks.register("construct_main_menu")
def hide_the_library(request: Any, menu_items: list[Any]) -> None:
    menu_items[:] = [item for item in menu_items if LIBRARY_PREFIX not in (item.url or "")]
