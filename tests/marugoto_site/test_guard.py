import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from marugoto_site.database.guard import refusals_of, refuse_powerful_role

WALLED = "casework_case"


def ids(some_connection):
    return [id_ for id_, _text in refusals_of(some_connection)]


@pytest.mark.django_db
def test_web_role_is_accepted():
    refuse_powerful_role(connection)
    call_command("check", databases=["default"])


@pytest.mark.django_db
@pytest.mark.parametrize(("words", "expected"), [("SUPERUSER", "E101"), ("BYPASSRLS", "E102")])
def test_role_with_attribute_is_refused(planted_role, connected_as, words, expected):
    with connected_as(planted_role()) as plain, connected_as(planted_role(words)) as powerful:
        assert ids(plain) == []
        assert expected in ids(powerful)


@pytest.mark.django_db
def test_owner_of_tables_is_refused(connected_as):
    with connected_as("app_owner") as owner:
        assert "E103" in ids(owner)


@pytest.mark.django_db(transaction=True)
def test_owner_of_one_table_is_refused(admin, planted_role, connected_as):
    role = planted_role()
    admin.execute(f"CREATE TABLE planted (id int); ALTER TABLE planted OWNER TO {role}")
    with connected_as(role) as other:
        assert refusals_of(other) == [("E103", refusals_of(other)[0][1])]
        assert "planted" in refusals_of(other)[0][1]


@pytest.mark.django_db
def test_member_of_owner_is_refused(admin, planted_role, connected_as):
    role = planted_role()
    admin.execute(f"GRANT app_owner TO {role}")
    with connected_as(role) as other:
        assert "E104" in ids(other)


@pytest.mark.django_db
def test_member_of_owner_through_another_role_without_inherit_is_refused(admin, planted_role, connected_as):
    role, between = planted_role("NOINHERIT"), planted_role("NOINHERIT")
    admin.execute(f"GRANT app_owner TO {between}")
    admin.execute(f"GRANT {between} TO {role}")
    with connected_as(role) as other:
        assert ids(other) == ["E104"]


@pytest.mark.django_db(transaction=True)
def test_role_that_may_truncate_a_walled_table_is_refused(admin, planted_role, connected_as):
    role = planted_role()
    admin.execute(f"GRANT TRUNCATE ON django_session TO {role}")
    with connected_as(role) as other:
        assert ids(other) == []
        admin.execute(f"GRANT TRUNCATE ON {WALLED} TO {role}")
        assert ids(other) == ["E105"]


@pytest.mark.django_db(transaction=True)
def test_role_that_may_create_in_schema_is_refused(admin, planted_role, connected_as):
    role = planted_role()
    admin.execute(f"GRANT CREATE ON SCHEMA public TO {role}")
    with connected_as(role) as other:
        assert ids(other) == ["E106"]
        with pytest.raises(ImproperlyConfigured, match="prepare_database"):
            refuse_powerful_role(other)


@pytest.mark.django_db(transaction=True)
def test_system_check_names_the_refusal(admin):
    admin.execute("GRANT CREATE ON SCHEMA public TO app_web")
    with pytest.raises(SystemCheckError, match=r"marugoto_site\.E106"):
        call_command("check", databases=["default"])


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(
    "program",
    [["-c", "import marugoto_site.wsgi"], ["manage.py", "run_worker", "--batch"]],
    ids=["web", "worker"],
)
def test_programs_start_as_web_role_and_not_as_owner(subprocess_environment, program):
    environment = subprocess_environment
    good = subprocess.run(
        [sys.executable, *program], env=environment, capture_output=True, text=True, check=False
    )
    environment["MARUGOTO_DB_ROLE"] = "owner"
    bad = subprocess.run(
        [sys.executable, *program], env=environment, capture_output=True, text=True, check=False
    )
    assert (good.returncode, bad.returncode) == (0, 1), good.stderr
    assert "E103" in bad.stderr
