"""`manage.py check --deploy` under a city's settings says nothing, and would say something."""

import os
import subprocess
import sys

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from tests.headers.production import ENVIRONMENT, production_settings

# What we do not want to hear, and why.
SILENCED = {
    "security.W002": "Django looks for its own name: FrameMiddleware is a subclass, and tests/headers sees its header",
    "security.W021": "the preload list of browsers is the city's decision, and hard to take back",
}


@pytest.mark.slow
def test_deploy_check_is_clean_under_production_settings():
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME"}}
    environment = {**kept, **ENVIRONMENT, "DJANGO_SETTINGS_MODULE": "marugoto_site.settings.production"}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]

    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"no issues ({len(SILENCED)} silenced)" in ended.stdout


def test_silenced_checks_are_those_explained():
    assert set(production_settings()["SILENCED_SYSTEM_CHECKS"]) == set(SILENCED)


@pytest.mark.parametrize(
    ("weakened", "named"),
    [
        ({"SECURE_HSTS_SECONDS": 0}, "security.W004"),
        ({"SESSION_COOKIE_SECURE": False}, "security.W012"),
        ({"DEBUG": True}, "security.W018"),
        ({"SECRET_KEY": "short"}, "security.W009"),
    ],
)
def test_deploy_check_would_name_what_is_weak(weakened, named):
    with override_settings(**{**production_settings(), **weakened}):
        found = {message.id for message in run_checks(include_deployment_checks=True, tags=["security"])}

    assert found - set(SILENCED) == {named}
