import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from marugoto_site.database.choice import acts_as_owner, settings_of_url
from marugoto_site.settings.requirements import problems_of
from marugoto_site.settings.secret import local_secret

COMPLETE = {
    "SECRET_KEY": "s" * 50,
    "MARUGOTO_RECEIPT_KEY": "r" * 50,
    "ALLOWED_HOSTS": ["soudan.example.jp"],
    "DEBUG": False,
    "MARUGOTO_DEMO_ALLOWED": False,
    "MARUGOTO_OIDC": None,
}
HALF = {"issuer": "https://idp.example.jp", "client_id": "marugoto", "client_secret": ""}
ENVIRONMENT = {"DATABASE_URL": "postgresql://app_web@db/marugoto"}


def test_complete_settings_have_no_problem():
    assert list(problems_of(COMPLETE, ENVIRONMENT)) == []


@pytest.mark.parametrize(
    ("changed", "environment", "named"),
    [
        ({"SECRET_KEY": ""}, {}, "MARUGOTO_SECRET_KEY"),
        ({"SECRET_KEY": "s" * 49}, {}, "MARUGOTO_SECRET_KEY"),
        ({"MARUGOTO_RECEIPT_KEY": ""}, {}, "MARUGOTO_RECEIPT_KEY"),
        ({"MARUGOTO_RECEIPT_KEY": "s" * 50}, {}, "MARUGOTO_RECEIPT_KEY"),
        ({"ALLOWED_HOSTS": []}, {}, "MARUGOTO_ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ["*"]}, {}, "MARUGOTO_ALLOWED_HOSTS"),
        ({"DEBUG": True}, {}, "DEBUG"),
        ({}, {"DEBUG": "1"}, "DEBUG"),
        ({}, {"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"MARUGOTO_DEMO_ALLOWED": True}, {}, "MARUGOTO_DEMO_ALLOWED"),
        ({"MARUGOTO_OIDC": HALF}, {}, "MARUGOTO_OIDC_CLIENT_SECRET"),
    ],
)
def test_each_missing_setting_is_named(changed, environment, named):
    problems = list(problems_of({**COMPLETE, **changed}, {**ENVIRONMENT, **environment}))
    assert [problem.partition(":")[0] for problem in problems] == [named]


def test_production_without_anything_names_all_problems_and_stops():
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME"}}
    environment = {**kept, "DJANGO_SETTINGS_MODULE": "marugoto_site.settings.production"}
    command = [sys.executable, "manage.py", "check"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    for name in ("MARUGOTO_SECRET_KEY", "MARUGOTO_ALLOWED_HOSTS", "DATABASE_URL"):
        assert name in ended.stderr


@pytest.mark.parametrize(
    ("argv", "variable", "expected"),
    [
        (["manage.py", "migrate"], "", True),
        (["manage.py", "run_worker"], "", False),
        (["manage.py", "shell"], "", False),
        (["gunicorn", "migrate"], "", False),
        (["manage.py", "migrate"], "web", False),
        (["gunicorn"], "owner", True),
    ],
)
def test_command_decides_who_logs_in(monkeypatch, argv, variable, expected):
    monkeypatch.setattr(sys, "argv", argv)
    monkeypatch.setenv("MARUGOTO_DB_ROLE", variable)
    assert acts_as_owner() is expected


def test_unreadable_address_is_refused_without_repeating_it():
    with pytest.raises(ImproperlyConfigured) as refusal:
        settings_of_url("postgresql://app_web:geheim@db:port/x y", variable="DATABASE_URL")
    assert "DATABASE_URL" in str(refusal.value)
    assert "geheim" not in str(refusal.value)


@pytest.mark.parametrize(("pooled", "threshold"), [("", 1), ("1", None)])
def test_address_becomes_settings(monkeypatch, pooled, threshold):
    monkeypatch.setenv("MARUGOTO_DB_POOLED", pooled)
    found = settings_of_url(
        "postgresql://app_web:p%40ss@db:5433/city?sslmode=require", variable="DATABASE_URL"
    )
    assert found == {
        "NAME": "city",
        "USER": "app_web",
        "PASSWORD": "p@ss",
        "HOST": "db",
        "PORT": "5433",
        "OPTIONS": {"prepare_threshold": threshold, "sslmode": "require"},
    }


def test_local_secret_is_made_once_and_closed_to_others(tmp_path):
    path = tmp_path / "deep" / "secret"
    first = local_secret(path)
    assert (local_secret(path), len(first) >= 50) == (first, True)
    assert path.stat().st_mode & 0o777 == 0o600
