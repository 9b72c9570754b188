from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "pages"
    label = "marugoto_pages"
    verbose_name = _("ページ")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from pages.editors import grant_after_migrate  # noqa: PLC0415 -- needs the app registry

        post_migrate.connect(grant_after_migrate, sender=self)
