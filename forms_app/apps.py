from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FormsAppConfig(AppConfig):
    name = "forms_app"
    label = "forms_app"
    verbose_name = _("フォーム")
    default_auto_field = "django.db.models.BigAutoField"


class StreamFormsConfig(AppConfig):
    """The library as installed: without this Django wants a migration inside the package."""

    name = "wagtailstreamforms"
    default_auto_field = "django.db.models.AutoField"
