"""A first look on one machine: an invented city, an embedded PostgreSQL, mail into a folder."""

import os

from marugoto_site.settings.base import *
from marugoto_site.settings.base import LOCAL_DIR, LOGGING, STORAGES
from marugoto_site.settings.secret import local_secret

MARUGOTO_DEMO_ALLOWED = True
MARUGOTO_DEMO = True
MARUGOTO_REQUIRE_MFA = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # http://localhost
MARUGOTO_LOGIN_PER_NETWORK = 300  # one machine tries all accounts
SECRET_KEY = local_secret(LOCAL_DIR / "secret_key")
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *os.environ.get("MARUGOTO_ALLOWED_HOSTS", "").split(),
]
# Where links of mails lead: to this machine, whatever port it was given.
WAGTAILADMIN_BASE_URL = (
    os.environ.get("MARUGOTO_BASE_URL") or f"http://localhost:{os.environ.get('PORT') or 8000}"
)
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = LOCAL_DIR / "mail"
# Styles and scripts are served from where they lie: nothing to collect, changes show at once.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
if os.environ.get("MARUGOTO_LOG_MESSAGES") == "1":
    # For developers: messages of exceptions, too. They may quote what somebody wrote.
    LOGGING["formatters"]["line"] = {"format": "{asctime} {levelname} {name} {message}", "style": "{"}
