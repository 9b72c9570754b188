"""Two nodes: what each answers, and what the role of the public one can reach."""

from contextlib import suppress

import pytest
from django.conf import settings as project
from django.core.cache import caches
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connection, transaction
from django.test import Client, override_settings
from django.urls import NoReverseMatch, reverse

from forms_app.delivery.models import OutboxRow
from forms_app.submissions.models import Answer, Submission
from marugoto_site.database.guard import refusals_of, refuse_powerful_role
from marugoto_site.nodes import BOTH_SIDES, PUBLIC_SIDE
from marugoto_site.settings import base
from marugoto_site.settings.nodes import STAFF_MIDDLEWARE, settings_of_node
from permissions.url_map import mapped_urls
from permissions.walls.context import clock, receipt, receiving
from permissions.walls.installer import all_walls
from permissions.walls.public_node import (
    PUBLIC_ROLE,
    install_public_node,
    public_grants,
    rights_now,
    wanted_policies,
    wanted_rights,
)
from tests.forms_app.conftest import make_office, publish
from tests.forms_app.visiting import URL, codes, fill, send

DELIVER = "deliver_submissions"


def node(name):
    """Everything of the settings that makes a process this node."""
    words = {key: getattr(project, key) for key in ("MIDDLEWARE", "CACHES", "SESSION_COOKIE_NAME")}
    return override_settings(**settings_of_node(name, words), MARUGOTO_NODE=name)


@pytest.fixture
def published(wearing, settings):
    """The demo's form, published; the test goes on as whoever ``wearing`` says."""
    from forms_app import demo

    settings.MARUGOTO_FORM_HUMAN_SECONDS = 0
    caches["default"].clear()
    office = make_office()
    publish(demo.new_form(office.center, office.center), office.editor)
    return office


# --- URLs ----------------------------------------------------------------------------------------------


def names_of_node(name):
    with node(name):
        return {url.name for url in mapped_urls() if url.callback.__name__ != "not_on_this_node"}


def test_every_url_belongs_to_one_side_or_both(db):
    everything = {url.name for url in mapped_urls()}

    assert names_of_node("public") == BOTH_SIDES | PUBLIC_SIDE
    assert names_of_node("casework") == everything - PUBLIC_SIDE | {"casework_door"}
    assert everything > BOTH_SIDES | PUBLIC_SIDE


def addresses():
    """Return (name, address) of every URL of the whole site, with something in each place."""
    for url in mapped_urls():
        for words in ((), (1,), (1, 1), ("a",), ("a", 1), ("a", "a"), (1, "a"), ("a", "a", "a")):
            try:
                yield url.name, reverse(url.name, args=words)
            except NoReverseMatch:
                continue
            break
        else:
            route = url.route
            for converter in ("<uuid:", "<int:", "<str:", "<slug:"):
                while converter in route:
                    head, _, tail = route.partition(converter)
                    value = "00000000-0000-4000-8000-000000000000" if converter == "<uuid:" else "1"
                    route = f"{head}{value}{tail.partition('>')[2]}"
            if not set(route) & set("^$(<"):
                yield url.name, f"/{route}"


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("name", ["public", "casework"])
def test_addresses_of_the_other_side_answer_404(name):
    here = names_of_node(name)
    there = [(url, address) for url, address in addresses() if url not in here]
    wrong = []
    with node(name):
        client = Client()
        for url, address in there:
            for method in ("get", "post"):
                status = getattr(client, method)(address, follow=True).status_code
                if status != 404:
                    wrong.append((method, url, address, status))

    assert len(there) > {"public": 150, "casework": 7}[name]
    assert wrong == []


def test_middleware_of_the_staff_is_not_on_a_public_node():
    public = settings_of_node("public", vars(base))["MIDDLEWARE"]

    assert set(base.MIDDLEWARE) >= STAFF_MIDDLEWARE
    assert not STAFF_MIDDLEWARE & set(public)
    # Whoever adds one decides here whether a visitor's request runs through it.
    assert [name for name in public if name not in base.MIDDLEWARE] == [
        "marugoto_site.middleware.NobodyMiddleware"
    ]


@pytest.mark.django_db
def test_casework_node_leads_to_the_log_in():
    with node("casework"):
        response = Client().get("/", follow=True)
    assert [url for url, _status in response.redirect_chain] == [
        "/casework/",
        "/accounts/login/?next=/casework/",
    ]


# --- the role ------------------------------------------------------------------------------------------


def test_rights_in_the_database_are_those_of_the_data(db):
    with connection.cursor() as cursor:
        held = rights_now(cursor)
        cursor.execute("SELECT tablename, policyname FROM pg_policies WHERE 'app_public' = ANY (roles)")
        policies = set(cursor.fetchall())

    assert held == wanted_rights()
    assert policies == set(wanted_policies())
    assert all(grant.why for grant in public_grants())
    walled = {wall.table for wall in all_walls()}
    assert {grant.table for grant in public_grants() if not grant.policies} & walled == set()
    assert {grant.table for grant in public_grants() if grant.policies} <= walled


def test_no_right_on_cases_people_or_the_log():
    tables = {table for table, _right in wanted_rights()}

    assert not {table for table in tables if table.startswith(("casework", "marugoto_permissions", "auth"))}
    assert not tables & {"django_session", "wagtailcore_revision", "django_tasks_db_dbtaskresult"}


def test_installer_takes_away_what_is_not_named_and_puts_back_what_is(wearing):
    with connection.cursor() as cursor:
        cursor.execute("GRANT SELECT ON casework_case TO app_public")
        cursor.execute("REVOKE SELECT ON wagtailcore_page FROM app_public")
        cursor.execute("DROP POLICY public_select ON forms_app_receipt")
        cursor.execute("CREATE POLICY public_all ON casework_note FOR SELECT TO app_public USING (true)")
        cursor.execute("GRANT EXECUTE ON FUNCTION wall_blocked() TO PUBLIC")

    install_public_node("default")

    test_rights_in_the_database_are_those_of_the_data(None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_function_privilege('app_public', 'wall_blocked()', 'EXECUTE')")
        assert cursor.fetchone() == (False,)


@pytest.mark.parametrize("held", ["case table", "column", "function"])
def test_public_node_refuses_to_start_with_more_than_it_needs(wearing, held):
    words = {
        "case table": "GRANT SELECT ON casework_case TO app_public",
        "column": "GRANT SELECT (id) ON casework_case TO app_public",
        "function": "GRANT EXECUTE ON FUNCTION wall_blocked() TO PUBLIC",
    }
    with override_settings(MARUGOTO_NODE="public"):
        with wearing(PUBLIC_ROLE):
            before = [id_ for id_, _text in refusals_of(connection) if id_ in ("E107", "E108")]
        with connection.cursor() as cursor:
            cursor.execute(words[held])
        with wearing(PUBLIC_ROLE), pytest.raises(ImproperlyConfigured, match="app_public"):
            refuse_powerful_role(connection)
    assert before == []


def test_public_node_refuses_the_role_of_the_staff(wearing):
    with override_settings(MARUGOTO_NODE="public"), wearing("app_web"):
        assert "E107" in [id_ for id_, _text in refusals_of(connection)]


def readable_tables():
    """Return (table, rows) for every table the current role can read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
        tables = [name for (name,) in cursor.fetchall()]
    found = {}
    for table in tables:
        with suppress(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


def test_raw_sql_reads_nothing_of_cases_people_or_submissions_in_any_context(wearing, published):
    client = Client()
    sent = send(client, fill(client, story="家賃が払えません"))
    assert codes(sent.content.decode())
    reads = {grant.table for grant in public_grants() if "SELECT" in grant.rights}

    with wearing(PUBLIC_ROLE):
        found = [readable_tables()]
        for context in (
            receiving("00000000-0000-4000-8000-000000000000"),
            receipt("x"),
            clock(DELIVER),
            clock("sweep_lapsed_lines"),
        ):
            with context:
                found.append(readable_tables())
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('marugoto.membership', %s, true)", [str(published.chief.membership.pk)]
            )
            found.append(readable_tables())

    assert [set(tables) for tables in found] == [reads] * len(found)
    assert {tables["forms_app_receipt"] for tables in found} == {0}
    assert {tables["forms_app_message"] for tables in found} == {0}


# --- a citizen's way as that role --------------------------------------------------------------------------


def test_citizen_sends_and_looks_up_on_a_public_node(wearing, published):
    with node("public"), wearing(PUBLIC_ROLE):
        client = Client()
        page = send(client, fill(client, story="家賃が払えません"))
        code, phrase = codes(page.content.decode())
        opened = client.post("/status/", {"code": code, "phrase": phrase}, follow=True)
        replied = client.post("/status/thread/", {"body": "午後に電話できます"}, follow=True)
        visited = [client.get(path).status_code for path in ("/healthz", "/readyz", "/exit/", "/robots.txt")]

    assert (opened.status_code, replied.status_code, visited) == (200, 200, [200] * 4)
    assert "午後に電話できます" in replied.content.decode()
    assert Submission.objects.count() == Answer.objects.count() == 1
    assert list(OutboxRow.objects.values_list("taken_at", "attempts")) == [(None, 0)]


def test_staffs_cookie_is_not_looked_up_on_a_public_node(wearing, published):
    staff = Client()
    staff.force_login(published.chief.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    with node("public"), wearing(PUBLIC_ROLE):
        visitor = Client()
        visitor.cookies.update(staff.cookies)
        visitor.cookies["marugoto_public"] = staff.cookies["marugoto_session"].value
        assert visitor.get(URL).status_code == 200
        assert visitor.get("/exit/").status_code == 200


def test_pages_of_the_demo_are_shown_on_a_public_node(wearing, published):
    from pages import demo

    demo.load()
    with connection.cursor() as cursor:
        cursor.execute("SELECT url_path FROM wagtailcore_page WHERE live AND depth > 1 ORDER BY 1")
        paths = [path.removeprefix("/home") for (path,) in cursor.fetchall()]
    with node("public"), wearing(PUBLIC_ROLE):
        client = Client()
        statuses = {path: client.get(path).status_code for path in ("/", "/soudan/", "/no-such-page/")}
        others = {client.get("/" + path.split("/", 2)[2]).status_code for path in paths}

    assert statuses == {"/": 200, "/soudan/": 200, "/no-such-page/": 404}
    assert others == {200}


# --- the editor's own host -----------------------------------------------------------------------------------

HOST = "henshu.example.jp"


@pytest.fixture
def cms_host(settings):
    settings.MARUGOTO_CMS_HOST = HOST
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, HOST]


@pytest.mark.django_db
def test_editor_answers_on_its_host_only(cms_host, client):
    def statuses(host):
        paths = (
            "/cms/",
            "/cms/pages/",
            "/casework/",
            "/forms/inbox/",
            "/status/",
            "/accounts/login/",
            "/healthz",
        )
        return [client.get(path, headers={"host": host}).status_code for path in paths]

    assert statuses(HOST) == [302, 302, 404, 404, 404, 200, 200]
    assert statuses("testserver") == [404, 404, 302, 302, 200, 200, 200]
    assert client.get("/", headers={"host": HOST})["Location"] == "/cms/"


@pytest.mark.django_db
def test_sessions_of_the_two_hosts_have_names_of_their_own(cms_host, client, django_user_model):
    django_user_model.objects.create_user("editor", password="a-long-password-for-tests")
    words = {"login": "editor", "password": "a-long-password-for-tests"}

    there = client.post("/accounts/login/", words, headers={"host": HOST})
    here = Client().post("/accounts/login/", words)

    assert "marugoto_cms" in there.cookies
    assert "marugoto_session" not in there.cookies
    assert "marugoto_session" in here.cookies
    assert there.cookies["marugoto_cms"]["httponly"]
    key = there.cookies["marugoto_cms"].value
    outside, inside = Client(), Client()
    outside.cookies["marugoto_cms"] = key
    inside.cookies["marugoto_cms"] = key
    assert outside.get("/accounts/2fa/").status_code == 302
    assert "/accounts/login/" not in inside.get("/accounts/2fa/", headers={"host": HOST}).get("Location", "")
