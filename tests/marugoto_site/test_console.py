import os
import shutil
import subprocess
import sys

import pytest

from permissions.demo import load as load_people

COMMAND = [sys.executable, "-m", "marugoto_site.database.console"]
WHO = "SELECT current_user, coalesce(current_setting('marugoto.membership', true), '-');"


@pytest.fixture
def psql(subprocess_environment):
    def run(*arguments, sql=WHO):
        return subprocess.run(
            [*COMMAND, *arguments],
            input=sql,
            env=subprocess_environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (shutil.which("psql") or "DATABASE_URL" not in os.environ), reason="needs psql"),
]


def test_psql_is_the_owner_and_reads_standard_input(psql):
    ended = psql()
    assert ended.returncode == 0
    assert "app_owner" in ended.stdout


def test_psql_as_a_person_tells_every_statement_who_asks(psql, as_owner):
    with as_owner() as owner:
        _load_as_owner()
        query = "SELECT m.id FROM marugoto_permissions_membership m JOIN auth_user u ON u.id = m.user_id \
WHERE u.username = 'jiritsu' ORDER BY m.id"
        (membership,) = owner.execute(query).fetchone()
    ended = psql("jiritsu", sql=WHO + WHO)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("app_web") == 2
    assert ended.stdout.count(f"| {membership}") == 2


@pytest.mark.parametrize("arguments", [("nobody",), ("jiritsu", "no-such-agency")])
def test_psql_as_nobody_is_refused(psql, arguments):
    _load_as_owner()
    ended = psql(*arguments)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "no live membership" in ended.stderr


def test_hostile_name_is_only_a_name(psql):
    ended = psql("x' OR '1'='1")
    assert ended.returncode == 1
    assert "no live membership" in ended.stderr


def _load_as_owner():
    load_people(password="見本の合言葉123")
