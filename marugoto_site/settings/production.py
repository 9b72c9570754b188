"""A city's installation: everything that differs per place comes from the environment."""

import os

from marugoto_site.settings.base import *
from marugoto_site.settings.oidc import oidc_of
from marugoto_site.settings.requirements import refuse_unless_complete

SECRET_KEY = os.environ.get("MARUGOTO_SECRET_KEY", "")
# Former ones: what they signed stays good until it ends by itself.
SECRET_KEY_FALLBACKS = os.environ.get("MARUGOTO_OLD_SECRET_KEYS", "").split()
# Apart from the other, which may be changed: receipts are found with this one for as long as they live.
MARUGOTO_RECEIPT_KEY = os.environ.get("MARUGOTO_RECEIPT_KEY", "")
ALLOWED_HOSTS = os.environ.get("MARUGOTO_ALLOWED_HOSTS", "").split()
if MARUGOTO_CMS_HOST and MARUGOTO_CMS_HOST not in ALLOWED_HOSTS:
    ALLOWED_HOSTS.append(MARUGOTO_CMS_HOST)
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
# Where links of mails lead: invitations would open nothing at another address.
WAGTAILADMIN_BASE_URL = (
    os.environ.get("MARUGOTO_BASE_URL") or f"https://{next(iter(ALLOWED_HOSTS), 'localhost')}"
)
MARUGOTO_OIDC = oidc_of(os.environ)

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # the load balancer asks without TLS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = f"__Host-{SESSION_COOKIE_NAME}"  # a public node has a name of its own
MARUGOTO_DEVICE_COOKIE_NAME = "__Host-marugoto_device"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-marugoto_csrf"
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_NAME = "__Host-marugoto_language"
MARUGOTO_MESSAGES_COOKIE_NAME = "__Host-marugoto_messages"
# How many proxies of yours stand before us; each sets X-Forwarded-Proto and X-Forwarded-For itself.
MARUGOTO_TRUSTED_PROXIES = int(os.environ.get("MARUGOTO_TRUSTED_PROXIES", "0"))
if MARUGOTO_TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = MARUGOTO_TRUSTED_PROXIES
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # FrameMiddleware is Django's, with an exception for the editor
    "security.W021",  # the preload list is the city's own decision, and hard to take back
]

EMAIL_HOST = os.environ.get("MARUGOTO_EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("MARUGOTO_EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("MARUGOTO_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("MARUGOTO_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("MARUGOTO_EMAIL_TLS") == "1"
EMAIL_TIMEOUT = 20
MARUGOTO_SECURITY_CONTACT = os.environ.get("MARUGOTO_SECURITY_CONTACT", "")
# Who is told when a submission is stuck.
ADMINS = MANAGERS = [("", address) for address in os.environ.get("MARUGOTO_ALARM_EMAIL", "").split()]
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("MARUGOTO_EMAIL_FROM", "webmaster@localhost")

refuse_unless_complete(globals())
