"""manage.py for whoever installed the wheel: ``marugoto <command>``, with DJANGO_SETTINGS_MODULE or for production."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from marugoto_site.database.start import start_for_command


def main(settings: str = "marugoto_site.settings.production") -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    start_for_command(sys.argv)
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"{error}")  # says what to do; the way it took through Django does not


if __name__ == "__main__":
    main()
