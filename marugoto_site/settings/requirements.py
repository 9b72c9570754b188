"""What a city's installation must be told before it starts: all that is missing, named at once."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from marugoto_site.settings.oidc import problems_of_oidc

SECRET_MIN_LENGTH = 50
# environment variable: setting
SECRETS = {"MARUGOTO_SECRET_KEY": "SECRET_KEY", "MARUGOTO_RECEIPT_KEY": "MARUGOTO_RECEIPT_KEY"}


def refuse_unless_complete(settings: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> None:
    """Raise ImproperlyConfigured naming every problem and what to do about it."""
    problems = list(problems_of(settings, environ))
    if problems:
        lines = "\n".join(f"  {number}. {problem}" for number, problem in enumerate(problems, start=1))
        raise ImproperlyConfigured(
            f"本番の設定が足りないため、起動しません。 / The production settings are incomplete:\n{lines}"
        )


def problems_of(settings: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[str]:
    for variable, name in SECRETS.items():
        if len(settings[name]) < SECRET_MIN_LENGTH:
            yield (
                f"{variable}: {SECRET_MIN_LENGTH}文字以上の秘密の文字列を設定してください。"
                " / Set a secret of 50 characters or more:  "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
            )
    if settings["SECRET_KEY"] and settings["SECRET_KEY"] == settings["MARUGOTO_RECEIPT_KEY"]:
        yield "MARUGOTO_RECEIPT_KEY: MARUGOTO_SECRET_KEY とは別の値にしてください。 / Must differ from MARUGOTO_SECRET_KEY."
    if not settings["ALLOWED_HOSTS"] or "*" in settings["ALLOWED_HOSTS"]:
        yield (
            "MARUGOTO_ALLOWED_HOSTS: サイトのホスト名を空白区切りで設定してください(* は使えません)。"
            " / Name the hosts of the site, separated by spaces (no *)."
        )
    yield from problems_of_oidc(settings["MARUGOTO_OIDC"])
    if settings["DEBUG"] or environ.get("DEBUG", "").lower() in {"1", "true", "yes", "on"}:
        yield "DEBUG: 本番では使えません。設定から外してください。 / Not in production: take it out."
    if not environ.get("DATABASE_URL"):
        yield (
            "DATABASE_URL: app_web の接続先を設定してください。埋め込みPostgreSQLは本番では使えません。"
            " / Set the address of app_web; the embedded PostgreSQL is for the demo and the tests."
        )
    if settings["MARUGOTO_DEMO_ALLOWED"]:
        yield "MARUGOTO_DEMO_ALLOWED: 本番では False にしてください。 / False in production."
