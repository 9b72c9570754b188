from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.utils import OperationalError
from django.utils.module_loading import import_string

from marugoto_site.database.choice import acts_as_owner
from marugoto_site.database.guard import refusals_of


@register(Tags.database)
def check_database_role(*, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Report a web role that could pass the policies:  manage.py check --database default"""
    if not databases or acts_as_owner():  # the owner migrates; it never serves
        return []
    try:
        found = refusals_of(connections["default"])
    except OperationalError:
        return []  # no database: whoever needs it says so itself
    return [Error(text, id=f"marugoto_site.{id_}") for id_, text in found]


@register()
def jobs_can_be_imported(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a clock or probe that is not there: the worker would stop all of them, far from the reason."""
    jobs = {name: path for name, (path, _seconds) in settings.MARUGOTO_CLOCKS.items()}
    named = [("MARUGOTO_CLOCKS", jobs), ("MARUGOTO_READY_PROBES", settings.MARUGOTO_READY_PROBES)]
    return [
        Error(
            f"{setting}: {name} cannot be imported from {path}.",
            hint="Take out the jobs of apps that you left out (docs/plugin.md).",
            id="marugoto_site.E002",
        )
        for setting, paths in named
        for name, path in paths.items()
        if not _can_be_imported(path)
    ]


def _can_be_imported(path: str) -> bool:
    try:
        import_string(path)
    except (ImportError, RuntimeError):  # a model of an app that is not installed raises the second
        return False
    return True
