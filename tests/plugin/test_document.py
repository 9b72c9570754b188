"""What docs/plugin.md promises, as far as it can be seen without a foreign project; the rest is tools/plugin_trial.py."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template

from marugoto_site.settings import base, plugin
from tools import plugin_trial

# What differs on purpose between our own installation and a host's; everything else of base.py goes to the host.
HOSTS_OWN = {
    "BASE_DIR", "LOCAL_DIR", "DEBUG", "ALLOWED_HOSTS", "INSTALLED_APPS", "MIDDLEWARE", "ROOT_URLCONF", "WSGI_APPLICATION",
    "TEMPLATES", "DATABASES", "DEFAULT_AUTO_FIELD", "LANGUAGE_CODE", "LANGUAGE_COOKIE_SAMESITE", "LANGUAGE_COOKIE_AGE",
    "LOCALE_PATHS", "TIME_ZONE", "USE_I18N", "USE_TZ", "AUTH_PASSWORD_VALIDATORS", "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_HTTPONLY",
    "CSRF_COOKIE_SAMESITE", "SECURE_CONTENT_TYPE_NOSNIFF", "SECURE_CROSS_ORIGIN_OPENER_POLICY", "STATIC_URL",
    "STATIC_ROOT", "MEDIA_URL", "MEDIA_ROOT", "MARUGOTO_PRIVATE_ROOT", "MARUGOTO_CHECK_EVERY_URL", "STORAGES",
    "DATA_UPLOAD_MAX_NUMBER_FIELDS", "WAGTAIL_SITE_NAME", "WAGTAILADMIN_BASE_URL", "WAGTAIL_ENABLE_UPDATE_CHECK",
    "WAGTAIL_ENABLE_WHATS_NEW_BANNER", "WAGTAIL_GRAVATAR_PROVIDER_URL", "WAGTAILEMBEDS_FINDERS",
    "WAGTAIL_USER_TIME_ZONES", "WAGTAIL_AUTOSAVE_INTERVAL", "WAGTAILIMAGES_MAX_UPLOAD_SIZE",
    "WAGTAILIMAGES_EXTENSIONS", "WAGTAILDOCS_EXTENSIONS", "WAGTAILDOCS_SERVE_METHOD",
    "WAGTAILDOCS_INLINE_CONTENT_TYPES", "WAGTAILSEARCH_BACKENDS", "SILENCED_SYSTEM_CHECKS", "LOGGING", "NONCE", "NONE",
    "SELF", "LANGUAGE_COOKIE_HTTPONLY", "CSRF_COOKIE_AGE", "MESSAGE_STORAGE", "WHITENOISE_ALLOW_ALL_ORIGINS",
    "WAGTAILIMAGES_MAX_IMAGE_PIXELS", "WAGTAILDOCS_MAX_UPLOAD_SIZE", "WAGTAILDOCS_DOCUMENT_FORM_BASE",
}  # fmt: skip
TEMPLATE_ROW = re.compile(r"^\| `(marugoto/\w+\.html)`((?:, `\w+\.html`)*) \| (.*?) \|$", re.MULTILINE)


def test_settings_are_at_most_25_lines():
    lines = plugin_trial.settings_lines()

    assert 5 <= len(lines) <= plugin_trial.SETTINGS_LINES, "\n".join(lines)


def test_every_setting_of_ours_reaches_a_host_or_stays_its_own_on_purpose():
    ours = {name for name in vars(base) if name.isupper()}
    given = set(plugin.TAKEN) - {"MARUGOTO_APPS", "MARUGOTO_MIDDLEWARE", "MARUGOTO_CONTEXT_PROCESSORS"}

    # New in base.py? Into a family or ALSO of settings/plugin.py, or into HOSTS_OWN above.
    assert {"nobody said": ours - given - HOSTS_OWN, "both": given & HOSTS_OWN, "gone": HOSTS_OWN - ours} == {
        "nobody said": set(),
        "both": set(),
        "gone": set(),
    }


def rows():
    for first, more, blocks in TEMPLATE_ROW.findall(plugin_trial.DOCUMENT.read_text()):
        names = [first, *(f"marugoto/{name}" for name in re.findall(r"`(\w+\.html)`", more))]
        wanted = () if blocks.startswith("none") else tuple(blocks.split(", "))
        yield from ((name, wanted) for name in names)


def test_the_document_lists_templates():
    assert len(list(rows())) == 11


@pytest.mark.parametrize(("name", "blocks"), list(rows()))
def test_templates_to_override_have_the_blocks_that_are_promised(name, blocks):
    get_template(name)
    folder = Path(engines["django"].engine.find_template(name)[0].origin.name).parent
    sources = [(folder / Path(name).name).read_text()]
    while parent := re.search(r'{% extends "marugoto/(\w+\.html)"', sources[-1]):
        sources.append((folder / parent[1]).read_text())

    found = set(re.findall(r"{% block (\w+) %}", "".join(sources)))
    assert set(blocks) - found == set()
