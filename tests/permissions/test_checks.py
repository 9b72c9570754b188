import pytest
from django.db import models
from django.urls import clear_script_prefix, path, set_script_prefix
from django.views import View

from permissions import checks


def host_view(request):
    raise NotImplementedError


def our_view(request):
    raise NotImplementedError


our_view.__module__ = "casework.somewhere"
urlpatterns = [
    path("theirs/", host_view, name="theirs"),
    path("ours/", our_view),
    path("class/", View.as_view()),
]


def said(found):
    """Return everything that a person reads of a message."""
    return [
        (type(each).__name__, each.id.removeprefix("marugoto_permissions."), each.msg, each.hint)
        for each in found
    ]


DECLARE = (
    "Decorate the view with @public, @signed_in or @requires from permissions.access; for a library's"
    " URL add a line to MARUGOTO_LIBRARY_URLS."
)


def undeclared(route, name="no name"):
    return ("Error", "E001", f"URL '{route}' ({name}) does not say who may open it.", DECLARE)


@pytest.mark.parametrize(("every", "routes"), [(True, ["theirs/", "ours/", "class/"]), (False, ["ours/"])])
def test_undeclared_urls_of_a_host_are_its_own_business_unless_it_asks(settings, every, routes):
    settings.ROOT_URLCONF = __name__
    settings.MARUGOTO_CHECK_EVERY_URL = every

    assert said(checks.every_url_declares_access()) == [
        undeclared(route, "theirs" if route == "theirs/" else "no name") for route in routes
    ]


def test_a_host_is_not_asked_unless_it_says_so(settings):
    settings.ROOT_URLCONF = __name__
    del settings.MARUGOTO_CHECK_EVERY_URL

    assert said(checks.every_url_declares_access()) == [undeclared("ours/")]


class Person(models.Model):
    id = models.UUIDField(primary_key=True)
    username = models.CharField(max_length=9)

    class Meta:
        app_label = "test_checks"
        managed = False


def test_user_model_with_other_keys_is_refused(monkeypatch):
    assert checks.user_model_fits() == []
    monkeypatch.setattr(checks, "get_user_model", lambda: Person)
    hint = "Supported is a subclass of django.contrib.auth.models.AbstractUser with an integer primary key."

    assert said(checks.user_model_fits()) == [
        ("Error", "E002", "AUTH_USER_MODEL auth.User: its primary key is a UUIDField, not an integer.", hint),
        (
            "Error",
            "E002",
            "AUTH_USER_MODEL auth.User: it has no first_name, last_name, email, is_active, groups.",
            hint,
        ),
    ]


def test_editor_outside_the_gate_is_refused(settings):
    assert checks.editor_is_behind_the_gate() == []
    settings.MARUGOTO_CMS_PATH = "admin/"

    assert said(checks.editor_is_behind_the_gate()) == [
        (
            "Error",
            "E003",
            "Wagtail's admin stands at /cms/, the gate before it at /admin/.",
            'Set MARUGOTO_CMS_PATH = "cms/".',
        )
    ]


def test_a_project_without_an_editor_has_nothing_to_guard(settings):
    settings.ROOT_URLCONF = __name__

    assert checks.editor_is_behind_the_gate() == []


def test_editor_below_a_script_prefix_is_found(settings):
    set_script_prefix("/soudan/")
    try:
        assert checks.editor_is_behind_the_gate() == []
    finally:
        clear_script_prefix()


def test_database_without_walls_is_refused(monkeypatch):
    assert checks.database_has_walls() == []
    monkeypatch.setattr(checks, "connection", type("Other", (), {"vendor": "sqlite"}))

    hint = "Take DATABASES from marugoto_site.database.choice.database_settings (docs/plugin.md)."
    assert said(checks.database_has_walls()) == [("Error", "E004", "sqlite has no row-level security.", hint)]


def test_another_time_zone_is_a_warning(settings):
    assert checks.days_are_counted_alike() == []
    settings.TIME_ZONE = "UTC"

    text = "TIME_ZONE is UTC; contracts and memberships end with the day in Asia/Tokyo."
    hint = "Set TIME_ZONE = 'Asia/Tokyo', or silence this if you know that the two may differ by hours."
    assert said(checks.days_are_counted_alike()) == [("Warning", "W001", text, hint)]


TAKE = "Take MARUGOTO_MIDDLEWARE of marugoto_site.settings.plugin (docs/plugin.md)."


@pytest.mark.parametrize("name", checks.MIDDLEWARE)
def test_missing_middleware_is_refused(settings, name):
    assert checks.middleware_asks_who() == []
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != name]

    assert said(checks.middleware_asks_who()) == [("Error", "E005", f"MIDDLEWARE lacks {name}.", TAKE)]


def test_all_missing_middleware_is_named_at_once(settings):
    settings.MIDDLEWARE = [checks.AUTHENTICATION]

    assert said(checks.middleware_asks_who())[0][2] == f"MIDDLEWARE lacks {', '.join(checks.MIDDLEWARE)}."


@pytest.mark.parametrize("name", [*checks.MIDDLEWARE, checks.AUTHENTICATION])
def test_middleware_in_another_order_is_refused(settings, name):
    others = [each for each in settings.MIDDLEWARE if each != name]
    settings.MIDDLEWARE = [*others, name] if name != checks.MIDDLEWARE[-1] else [name, *others]

    assert said(checks.middleware_asks_who()) == [
        ("Error", "E005", "MIDDLEWARE has ours in another order.", TAKE)
    ]


def test_where_nobody_logs_in_nothing_asks_who(settings):
    settings.MIDDLEWARE = []

    assert checks.middleware_asks_who() == []


def test_without_the_design_system_nothing_starts(monkeypatch):
    assert checks.design_system_is_installed() == []
    monkeypatch.setattr(checks.apps, "is_installed", lambda name: name != "marugoto_site")

    assert said(checks.design_system_is_installed()) == [
        (
            "Error",
            "E006",
            "marugoto_site is not in INSTALLED_APPS.",
            "Put marugoto_site.apps.MarugotoSiteConfig first (docs/plugin.md).",
        )
    ]


WHOLE = {"issuer": "https://a", "client_id": "b", "client_secret": "c", "name": "d"}


@pytest.mark.parametrize("name", ["second_factor_acr", "second_factor_amr"])
def test_half_an_identity_provider_is_refused_with_what_to_do(settings, name):
    settings.MARUGOTO_OIDC = {**WHOLE, name: ("mfa",)}
    assert checks.provider_is_whole() == []
    settings.MARUGOTO_OIDC = {**WHOLE, "client_id": "", name: "mfa"}

    hint = "Set issuer, client_id and client_secret, or None (docs/accounts.md)."
    assert said(checks.provider_is_whole()) == [
        ("Error", "E007", "MARUGOTO_OIDC: client_id is missing.", hint),
        ("Error", "E007", f"MARUGOTO_OIDC: {name} is not a tuple.", hint),
    ]
