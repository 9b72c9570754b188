from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection

from marugoto_site.database.roles import Preparation, PreparationError, prepare

FACTS = """
SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole
FROM pg_roles WHERE rolname IN ('app_owner', 'app_web') ORDER BY rolname
"""


@pytest.fixture
def spare_database(admin):
    name = f"{connection.settings_dict['NAME']}_spare"
    admin.execute(f"DROP DATABASE IF EXISTS {name}")
    yield name
    admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def test_prepare_makes_roles_and_database_and_may_be_repeated(admin, admin_address, spare_database):
    first = prepare(admin_address, Preparation(spare_database))
    second = prepare(admin_address, Preparation(spare_database))
    assert (first, second) == ([f"CREATE DATABASE {spare_database}"], [])
    assert admin.execute(FACTS).fetchall() == [
        ("app_owner", True, False, False, True, False),
        ("app_web", True, False, False, False, False),
    ]
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s"
    assert admin.execute(owner, [spare_database]).fetchone() == ("app_owner",)


def test_two_preparations_at_once_queue(admin, admin_address, spare_database):
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _number: prepare(admin_address, Preparation(spare_database)), range(4)))

    assert sorted(done) == [[], [], [], [f"CREATE DATABASE {spare_database}"]]


def test_prepare_takes_too_much_power_away(admin, admin_address, spare_database):
    admin.execute("ALTER ROLE app_web BYPASSRLS")
    try:
        prepare(admin_address, Preparation(spare_database))
    finally:
        found = admin.execute(FACTS).fetchall()[1]
        admin.execute("ALTER ROLE app_web NOBYPASSRLS")  # a failing test must leave the server safe
    assert found == ("app_web", True, False, False, False, False)


def test_web_role_enters_the_prepared_database_and_may_not_create(admin_address, spare_database):
    prepare(admin_address, Preparation(spare_database))
    words = connection.settings_dict
    with psycopg.connect(
        admin_address, dbname=spare_database, user=words["USER"], password=words["PASSWORD"]
    ) as web:
        assert web.execute("SHOW max_parallel_workers_per_gather").fetchone() == ("0",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute("CREATE TABLE mine (id int)")


def test_account_without_rights_is_told_what_it_needs(admin_address, spare_database):
    words = connection.settings_dict
    weak = psycopg.conninfo.make_conninfo(admin_address, user=words["USER"], password=words["PASSWORD"])
    with pytest.raises(PreparationError, match="CREATEROLE"):
        prepare(weak, Preparation(spare_database))


def test_unreachable_server_is_a_clear_message():
    with pytest.raises(PreparationError, match="cannot connect"):
        prepare("postgresql:///x?host=/nowhere", Preparation("x"))
