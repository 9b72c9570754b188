"""The SQL a wall becomes, and the rights every later table is born with."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.models.signals import post_migrate, pre_migrate

from permissions.walls.installer import grant_defaults, install_sql, walls_of
from permissions.walls.own import WALLS
from permissions.walls.policies import Wall
from permissions.walls.public_node import install_public_node

OPEN = """\
ALTER TABLE one ENABLE ROW LEVEL SECURITY;
ALTER TABLE one FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON one;
CREATE POLICY wall_owner ON one FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON one;
CREATE POLICY wall_select ON one FOR SELECT TO app_web USING (a);
DROP POLICY IF EXISTS wall_insert ON one;
CREATE POLICY wall_insert ON one FOR INSERT TO app_web WITH CHECK (b);
DROP POLICY IF EXISTS wall_update ON one;
CREATE POLICY wall_update ON one FOR UPDATE TO app_web USING (c) WITH CHECK (c);
DROP POLICY IF EXISTS wall_delete ON one;
CREATE POLICY wall_delete ON one FOR DELETE TO app_web USING (d);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON one FROM app_web;
"""
FROZEN = """\
REVOKE UPDATE, DELETE ON one FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON one;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON one FOR EACH STATEMENT\
 EXECUTE FUNCTION wall_refuse_change();
"""


def test_the_sql_of_a_wall_is_whole():
    wall = Wall("one", select="a", insert="b", update="c", delete="d")
    frozen = Wall("one", select="a", insert="b", update="c", delete="d", frozen=True)

    assert install_sql([wall]) == OPEN
    assert install_sql([frozen]) == OPEN + FROZEN
    assert install_sql([wall, frozen]) == OPEN + "\n" + OPEN + FROZEN
    assert install_sql([Wall("two")]).count("(false)") == 5  # what is not said is refused


def test_an_app_without_walls_has_none():
    assert walls_of("permissions") == WALLS
    assert walls_of("permissions.walls") == walls_of("django.contrib.auth") == ()


def rows(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


HELD = """
SELECT a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
WHERE c.oid = '{}'::regclass AND a.grantee = 'app_web'::regrole ORDER BY 1
"""


def test_a_table_that_is_made_later_is_born_with_the_rights_of_the_application(wearing):
    """And with no other: what walls take away is given by nobody else."""
    with connection.cursor() as cursor:
        cursor.execute(
            "REVOKE USAGE ON SCHEMA public FROM app_web;"
            " ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM app_web;"
            " ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM app_web;"
            " CREATE TABLE born_before (id serial)"
        )
    by_name = (
        "SELECT a.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) a"
        " WHERE n.nspname = 'public' AND a.grantee = 'app_web'::regrole"
    )
    before = (*rows(HELD.format("born_before")), *rows(HELD.format("born_before_id_seq")), *rows(by_name))

    grant_defaults("default")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE born_after (id serial)")

    assert before == ()
    assert rows(HELD.format("born_before")) == []
    assert rows(HELD.format("born_after")) == [("DELETE",), ("INSERT",), ("SELECT",), ("UPDATE",)]
    assert rows(HELD.format("born_after_id_seq")) == [("SELECT",), ("USAGE",)]
    assert rows(by_name) == [("USAGE",)]


@pytest.mark.parametrize(
    ("signal", "ours"), [(pre_migrate, grant_defaults), (post_migrate, install_public_node)]
)
def test_rights_are_brought_up_once_a_migrate_and_not_for_each_app(signal, ours):
    """Asked with a database that does not exist, so that nothing is done."""
    called = {
        label: sum(
            receiver is ours
            for receiver, _error in signal.send_robust(sender=apps.get_app_config(label), using="nowhere")
        )
        for label in ("marugoto_permissions", "casework", "auth")
    }

    assert called == {"marugoto_permissions": 1, "casework": 0, "auth": 0}
