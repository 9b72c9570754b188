from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class PermissionsConfig(AppConfig):
    name = "permissions"
    label = "marugoto_permissions"
    verbose_name = _("機関と権限")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks  # noqa: F401, PLC0415 -- registers the system checks
        from .accounts import signals  # noqa: F401, PLC0415 -- registers log-in auditing
        from .walls.installer import grant_defaults  # noqa: PLC0415 -- needs the app registry
        from .walls.public_node import install_public_node  # noqa: PLC0415 -- needs the app registry

        pre_migrate.connect(grant_defaults, sender=self)
        post_migrate.connect(install_public_node, sender=self)
