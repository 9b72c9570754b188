"""What every installation has in common. Read demo, test and production for the rest."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF

from marugoto_site.database.choice import database_settings, node
from marugoto_site.settings.nodes import settings_of_node

BASE_DIR = Path(__file__).resolve().parents[2]
# Everything this checkout makes for itself: the embedded database, mail, uploads, secrets.
LOCAL_DIR = Path(os.environ.get("MARUGOTO_LOCAL_DIR", BASE_DIR / ".local"))

DEBUG = False
ALLOWED_HOSTS: list[str] = []


INSTALLED_APPS = [
    "marugoto_site.apps.MarugotoSiteConfig",
    "permissions.apps.PermissionsConfig",
    "forms_app.apps.FormsAppConfig",
    "forms_app.apps.StreamFormsConfig",
    "pages.apps.PagesConfig",
    "casework.apps.CaseworkConfig",
    "wagtail_modeladmin",
    "generic_chooser",
    "wagtail.contrib.settings",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "permissions.audit.origin.AuditOrigin",
    "marugoto_site.middleware.CmsCookieMiddleware",
    # Outermost, so that files, redirects and refusals carry the headers, too.
    "marugoto_site.middleware.SecurityHeadersMiddleware",
    "marugoto_site.middleware.ContentPolicyMiddleware",
    "marugoto_site.middleware.FrameMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "marugoto_site.middleware.CmsHostMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "marugoto_site.middleware.LanguageCookieMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "permissions.middleware.ViewerMiddleware",
    "permissions.accounts.middleware.RequireSecondFactor",
    "permissions.middleware.CmsGate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "marugoto_site.urls"
WSGI_APPLICATION = "marugoto_site.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
                "casework.workspace.context_processors.navigation",
            ],
        },
    },
]

# --- Database -------------------------------------------------------------------------------------
# One alias; which role logs in is decided by the process (marugoto_site/database/choice.py).
# No ATOMIC_REQUESTS: the access decorators open the transaction, and log-in limits must not sit in one.
MARUGOTO_NODE = node()
DATABASES = {"default": database_settings(local_dir=LOCAL_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "marugoto_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    # The default one of a public node.
    "public": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "marugoto_cache_public",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
}

# --- Language and time ----------------------------------------------------------------------------
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "marugoto_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
# The first is part of the package, and of a wheel made from it.
LOCALE_PATHS = [BASE_DIR / "marugoto_site" / "locale", BASE_DIR / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True

# --- Accounts -------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "permissions.accounts.passwords.LocalWordsValidator"},
    {"NAME": "permissions.accounts.passwords.BreachListValidator"},
]
# The city's own words, in kana and romaji, which nobody may build a password of alone.
MARUGOTO_LOCAL_WORDS = tuple(os.environ.get("MARUGOTO_LOCAL_WORDS", "").split())
# A file of SHA-1 hashes of leaked passwords, one a line, in order; "" for none.
MARUGOTO_BREACH_FILE = os.environ.get("MARUGOTO_BREACH_FILE", "")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/casework/"
ACCOUNT_ADAPTER = "permissions.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_FORMS = {
    "login": "permissions.accounts.forms.LoginForm",
    "reset_password": "permissions.accounts.forms.ResetForm",
}
ACCOUNT_EMAIL_NOTIFICATIONS = False  # ours say less, and leave as tasks
# Tries of passwords and codes are counted by us (permissions/accounts/tries.py); these are for the rest.
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {
    "login": "",
    "login_failed": "",
    "reset_password": "20/m/ip,3/h/key",
}
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
# Wrong passwords within a minute, from one address and from everywhere, until a second factor is asked as well.
MARUGOTO_LOGIN_PER_NETWORK = 30
MARUGOTO_LOGIN_EVERYWHERE = 600
# Marks a browser that signed in with a second factor: it opens nothing, and has a count of its own.
MARUGOTO_DEVICE_COOKIE_NAME = "marugoto_device"
# Log-in with the city's own identity provider (docs/accounts.md). None: no button, no URL, no request to anybody.
MARUGOTO_OIDC: dict[str, Any] | None = None
MFA_ADAPTER = "permissions.accounts.factors.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an agency administrator vouches for the person, not their mailbox
MFA_FORMS = {
    "authenticate": "permissions.accounts.factors.CodeForm",
    "reauthenticate": "permissions.accounts.factors.ProofForm",
    "add_webauthn": "permissions.accounts.factors.NewPasskeyForm",
    "edit_webauthn": "permissions.accounts.factors.PasskeyNameForm",
}
MFA_TOTP_ISSUER = "Marugoto"
MFA_TOTP_TOLERANCE = 0  # a code lives 30 seconds (ASVS 6.5.5)
MARUGOTO_REQUIRE_MFA = True
ANONYMOUS_USER_NAME = None  # guardian: no row in the user table for "nobody"
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False

SESSION_ENGINE = "permissions.accounts.sessions"
SESSION_COOKIE_NAME = "marugoto_session"
MARUGOTO_SESSION_IDLE_SECONDS = 30 * 60
MARUGOTO_SESSION_ABSOLUTE_SECONDS = 10 * 60 * 60
SESSION_COOKIE_AGE = MARUGOTO_SESSION_ABSOLUTE_SECONDS
# How long after proving who one is one may export, print codes, end sessions of others.
MARUGOTO_FRESH_SECONDS = 5 * 60
ACCOUNT_REAUTHENTICATION_TIMEOUT = MARUGOTO_FRESH_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "marugoto_site.messages.MessageStorage"
MARUGOTO_MESSAGES_COOKIE_NAME = "marugoto_messages"
CSRF_FAILURE_VIEW = "marugoto_site.views.csrf_failure"
CSRF_COOKIE_NAME = "marugoto_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = None  # gone with the browser: a year-old cookie tells who sought help here
CSRF_COOKIE_SAMESITE = "Lax"

# --- What the browser is allowed ------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"  # FrameMiddleware lets the editor and what it previews
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
    },
}
# The editor of Wagtail writes style and script into its pages. No nonce here: it would switch
# 'unsafe-inline' off again.
MARUGOTO_CMS_PATH = "cms/"
# A city's own installation has no URL that nobody spoke about; in a host project only our views must say so.
MARUGOTO_CHECK_EVERY_URL = True
# The editor on a host name of its own: nowhere else, and nothing of casework there (marugoto_site/middleware.py).
MARUGOTO_CMS_HOST = os.environ.get("MARUGOTO_CMS_HOST", "")
MARUGOTO_EDITOR_POLICY = {
    "frame-ancestors": [SELF],
    "script-src": [SELF, "'unsafe-inline'"],
    "style-src": [SELF, "'unsafe-inline'"],
}

# --- Files ----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("MARUGOTO_STATIC_ROOT", LOCAL_DIR / "static"))
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(os.environ.get("MARUGOTO_MEDIA_ROOT", LOCAL_DIR / "media"))
# Never served by a web server: attachments, PDF sheets, exports.
MARUGOTO_PRIVATE_ROOT = Path(os.environ.get("MARUGOTO_PRIVATE_ROOT", LOCAL_DIR / "private"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": MARUGOTO_PRIVATE_ROOT,
            "base_url": None,
            "file_permissions_mode": 0o600,
        },
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site has any use for our styles and scripts
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# --- Tasks and clocks -----------------------------------------------------------------------------
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "paper"]}}
# name: (dotted path of a function without arguments, seconds between two runs)
MARUGOTO_CLOCKS = {
    "sweep_lapsed_lines": ("casework.sharing.clocks.sweep_lapsed_lines", 60),
    "remind_referrals": ("casework.referrals.clocks.remind_referrals", 10 * 60),
    "remind_deadlines": ("casework.workspace.clocks.remind_deadlines", 60 * 60),
    "close_months": ("casework.reports.clocks.close_months", 6 * 60 * 60),
    "sweep_drafts": ("casework.intake.clocks.sweep_drafts", 60 * 60),
    "keep_places_readable": ("casework.concealment.clocks.keep_places_readable", 60 * 60),
    "retry_stuck": ("forms_app.delivery.clocks.retry_stuck", 30),
    "seal_audit": ("permissions.audit.clocks.seal_audit", 10),
    "watch_audit": ("permissions.audit.clocks.watch_audit", 30),
    "make_audit_partitions": ("permissions.audit.clocks.make_audit_partitions", 60 * 60),
    "remind_renewals": ("permissions.accounts.clocks.remind_renewals", 60 * 60),
    "forget_accounts": ("permissions.accounts.clocks.forget_accounts", 60 * 60),
    "publish_scheduled": ("marugoto_site.clocks.publish_scheduled", 60),
    "forget_old": ("marugoto_site.clocks.forget_old", 6 * 60 * 60),
}
# Waiting times before the second, third ... attempt of a task; after the last it has failed for good.
MARUGOTO_TASK_RETRY_SECONDS = [10, 60, 300, 1_800]
# name: dotted path of a function that returns how many things are stuck; /readyz asks them.
MARUGOTO_READY_PROBES = {
    "stuck_submissions": "forms_app.delivery.probes.outbox",
    "late_audit_seals": "permissions.audit.probes.late_seals",
    "missing_audit_partitions": "permissions.audit.probes.missing_partitions",
}

# --- Audit ----------------------------------------------------------------------------------------
# The head of the log's hash chain goes into this file, outside the database; on one worker only ("" elsewhere).
MARUGOTO_SEAL_FILE: str | Path = os.environ.get("MARUGOTO_SEAL_FILE", LOCAL_DIR / "audit" / "seals")
# How many whole months the log stays at hand in the database, and how many years its archives are kept.
MARUGOTO_AUDIT_ONLINE_MONTHS = 13
MARUGOTO_AUDIT_ARCHIVE_YEARS = 5
# More than this by one person within an hour raises an alarm: cases opened, rows seen in lists, sheets and exports
# taken out, pages refused; and, within a day, tries of emergency access that opened nothing.
MARUGOTO_ALARM_LIMITS = {
    "mass_read": 100, "mass_list": 3_000, "mass_download": 20, "refusals": 50, "glass_refused": 2,
}  # fmt: skip

# --- Demo -----------------------------------------------------------------------------------------
MARUGOTO_DEMO_ALLOWED = False
MARUGOTO_DEMO = False  # every page says 見本

# --- Wagtail --------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "見本市福祉まるごとサポートセンター"
WAGTAILADMIN_BASE_URL = os.environ.get("MARUGOTO_BASE_URL", "http://localhost:8000")
WAGTAILADMIN_LOGIN_URL = "/accounts/login/"
WAGTAIL_FRONTEND_LOGIN_URL = "/accounts/login/"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
# Nothing of the editor asks another host.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILEMBEDS_FINDERS: list[dict[str, object]] = []
WAGTAIL_USER_TIME_ZONES = ["Asia/Tokyo"]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("ja", "日本語"), ("en", "English")]
WAGTAIL_AUTOSAVE_INTERVAL = 3_000
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 25_000_000  # a small file may unpack to a gigabyte
WAGTAILDOCS_EXTENSIONS = ["pdf"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILDOCS_DOCUMENT_FORM_BASE = "pages.documents.PublicDocumentForm"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
# The library's own way of taking and saving answers is off: forms_app owns the POST.
WAGTAILSTREAMFORMS_ENABLE_FORM_PROCESSING = False
WAGTAILSTREAMFORMS_ENABLE_BUILTIN_HOOKS = False
# Where somebody who found a hole may tell it: mailto:... or https://...; shown in /.well-known/security.txt.
MARUGOTO_SECURITY_CONTACT = ""
SILENCED_SYSTEM_CHECKS: list[str] = []

# --- Log: says that something happened and where, never what anybody wrote -----------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_content": {"()": "marugoto_site.logging.WithoutContent"}},
    "formatters": {
        "line": {
            "()": "marugoto_site.logging.LineFormatter",
            "fmt": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_content"],
        },
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.utils.autoreload": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},  # writes titles of what was edited
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}

# --- One half of the site only: last, because it changes what stands above -------------------------------
globals().update(settings_of_node(MARUGOTO_NODE, globals()))
