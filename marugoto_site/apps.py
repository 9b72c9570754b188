from types import ModuleType

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from marugoto_site.clash import clashes


class MarugotoSiteConfig(AppConfig):
    name = "marugoto_site"
    verbose_name = "Marugoto"

    def __init__(self, app_name: str, app_module: ModuleType | None) -> None:
        # The earliest moment of ours: the apps that come after us in INSTALLED_APPS are not imported yet.
        if found := list(clashes(settings.INSTALLED_APPS)):
            raise ImproperlyConfigured("\n".join(("marugoto_site.E001", *found)))
        super().__init__(app_name, app_module)

    def ready(self) -> None:
        from marugoto_site import checks  # noqa: F401, PLC0415 -- registers a system check
        from marugoto_site.tasks import attempts  # noqa: F401, PLC0415 -- registers a signal receiver
