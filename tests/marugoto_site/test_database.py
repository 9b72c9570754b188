import datetime

import psycopg
import pytest
from django.db import connection
from django.db.utils import ProgrammingError


def one(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_tests_run_as_web_role_that_cannot_become_owner():
    assert one("SELECT session_user") == "app_web"
    with pytest.raises(ProgrammingError, match="permission denied to set role"):
        one("SET ROLE app_owner")


@pytest.mark.django_db
def test_web_role_owns_nothing_and_cannot_create():
    owned = one("SELECT count(*) FROM pg_class WHERE relowner = 'app_web'::regrole")
    tables = one("SELECT count(*) FROM pg_class WHERE relowner = 'app_owner'::regrole AND relkind = 'r'")
    assert (owned, tables > 50) == (0, True)
    with pytest.raises(ProgrammingError, match="permission denied for schema public"):
        one("CREATE TABLE mine (id int)")


@pytest.mark.django_db
def test_shift_clock_moves_the_clock_of_the_policies(shift_clock):
    before = one("SELECT clock_now()")
    shift_clock(datetime.timedelta(days=3))
    assert one("SELECT clock_now()") == before + datetime.timedelta(days=3)


@pytest.mark.django_db
def test_shift_clock_ends_with_its_test():
    assert one("SELECT clock_now() - now()") == datetime.timedelta()


@pytest.mark.django_db
def test_as_owner_in_a_rolled_back_test_only_reads(as_owner):
    with as_owner() as owner:
        assert owner.execute("SELECT current_user").fetchone() == ("app_owner",)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            owner.execute("DELETE FROM auth_user")


@pytest.mark.django_db(transaction=True)
def test_committing_test_may_write_as_owner(as_owner, django_user_model, shift_clock):
    django_user_model.objects.create(username="stays-not")
    shift_clock(datetime.timedelta(hours=1))
    with as_owner() as owner:
        owner.execute("UPDATE auth_user SET first_name = 'x'")
    connection.close()
    assert one("SELECT first_name FROM auth_user") == "x"
    assert one("SELECT clock_now() - now()") == datetime.timedelta(hours=1)


@pytest.mark.django_db
def test_committing_test_leaves_nothing_behind(django_user_model):
    assert not django_user_model.objects.filter(username="stays-not").exists()
    assert one("SELECT count(*) FROM wagtailcore_page WHERE depth = 1") == 1
    assert one("SELECT clock_now() - now()") == datetime.timedelta()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_browser_reaches_live_server(page_at):
    page = page_at(360)
    answer = page.goto("/healthz")
    assert answer.json() == {"status": "ok"}
    assert page.viewport_size["width"] == 360
