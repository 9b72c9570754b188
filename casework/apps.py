from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    name = "casework"
    label = "casework"
    verbose_name = _("支援ケース")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks  # noqa: F401, PLC0415 -- registers the system checks
        from .concealment.guard import guard_writes  # noqa: PLC0415 -- needs the app registry
        from .intake import actions  # noqa: F401, PLC0415 -- listens to the forms
        from .search.actions import write_stale_keys  # noqa: PLC0415 -- needs the app registry
        from .sharing.added import write_added_bases  # noqa: PLC0415 -- needs the app registry

        guard_writes()
        post_migrate.connect(write_added_bases, sender=self)
        post_migrate.connect(write_stale_keys, sender=self)
