"""What a city's settings say otherwise than base, taken from production.py itself."""

from __future__ import annotations

import importlib
import os
from typing import Any
from unittest import mock

from marugoto_site.settings import base

ENVIRONMENT = {
    "MARUGOTO_SECRET_KEY": "for-the-tests-of-production-settings-" + "s" * 50,
    "MARUGOTO_RECEIPT_KEY": "for-the-tests-of-production-settings-" + "r" * 50,
    "MARUGOTO_ALLOWED_HOSTS": "testserver",
    "MARUGOTO_BASE_URL": "https://testserver",
    "MARUGOTO_SECURITY_CONTACT": "mailto:security@example.jp",
    "DATABASE_URL": "postgresql://app_web@localhost/marugoto",
}
# Where production differs and a test cannot: it has its own database, people without a second factor, and
# pages whose styles nobody collected.
LEFT_AS_IN_TESTS = {"DATABASES", "LOGGING", "STORAGES", "MARUGOTO_REQUIRE_MFA", "EMAIL_TIMEOUT"}


def production_settings() -> dict[str, Any]:
    """Return every setting in which production.py differs from base.py."""
    with mock.patch.dict(os.environ, ENVIRONMENT):
        production = importlib.import_module("marugoto_site.settings.production")
    return {
        name: value
        for name, value in vars(production).items()
        if name.isupper() and name not in LEFT_AS_IN_TESTS and value != getattr(base, name, None)
    }
