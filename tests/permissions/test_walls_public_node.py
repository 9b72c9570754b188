"""What brings the role of a public node to exactly what the data says, on a database where it was otherwise."""

import pytest
from django.db import ProgrammingError, connection
from django.test.utils import CaptureQueriesContext

from casework.walls import DEFINER_FUNCTIONS
from permissions.walls import public_node
from permissions.walls.public_node import (
    PublicGrant,
    install_public_node,
    public_grants,
    rights_now,
    wanted_policies,
    wanted_rights,
)


def rows(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def change(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def held():
    with connection.cursor() as cursor:
        return rights_now(cursor)


def policies():
    """Return (table, policy): whom and what it lets through, and its mark, as the catalogue has them."""
    found = rows(
        "SELECT polrelid::regclass::text, polname, polcmd, polroles::regrole[]::text,"
        " pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid), obj_description(oid, 'pg_policy')"
        " FROM pg_policy WHERE polname LIKE 'public\\_%'"
    )
    return {tuple(key): rest for *key, rest in ((table, name, rest) for table, name, *rest in found)}


def callers():
    """Return function: who may call it by name, of those that run as the owner."""
    found = rows(
        "SELECT proname, array_agg(a.grantee::regrole::text ORDER BY 1) FROM pg_proc p, aclexplode(p.proacl) a"
        " WHERE prosecdef AND a.grantee <> p.proowner GROUP BY 1"
    )
    return dict(found)


def may_enter():
    return rows(
        "SELECT a.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) a"
        " WHERE n.nspname = 'public' AND a.grantee = 'app_public'::regrole"
    )


def state():
    return held(), policies(), callers(), may_enter()


def test_a_grant_says_its_policies_for_what_it_lets_through_only():
    both = PublicGrant("one", "why", select="a", insert="b")

    assert both.policies == {
        "public_select": "FOR SELECT TO app_public USING (a)",
        "public_insert": "FOR INSERT TO app_public WITH CHECK (b)",
    }
    assert list(PublicGrant("one", "why", select="a").policies) == ["public_select"]
    assert list(PublicGrant("one", "why", insert="b").policies) == ["public_insert"]
    assert PublicGrant("one", "why").policies == {}
    assert PublicGrant("one", "why").rights == ("SELECT",)


def test_grants_are_those_of_all_apps(monkeypatch):
    tables = {grant.table for grant in public_grants()}
    assert {"forms_app_submission", "wagtailcore_page"} <= tables

    grant = PublicGrant("one", "why", ("SELECT", "INSERT"), select="a", insert="b")
    monkeypatch.setattr(public_node, "public_grants", lambda: (grant, PublicGrant("two", "why")))
    assert wanted_rights() == {("one", "SELECT"), ("one", "INSERT"), ("two", "SELECT")}
    assert wanted_policies() == {
        ("one", "public_select"): "FOR SELECT TO app_public USING (a)",
        ("one", "public_insert"): "FOR INSERT TO app_public WITH CHECK (b)",
    }


def test_everything_that_was_otherwise_is_as_the_data_says_afterwards(wearing):
    before = state()
    assert before[0] == wanted_rights()
    assert set(before[1]) == set(wanted_policies())
    assert before[2] == {name: ["app_web"] for name in before[2]}
    assert set(DEFINER_FUNCTIONS) <= set(before[2])
    change(
        "REVOKE USAGE ON SCHEMA public FROM app_public",
        "GRANT SELECT, UPDATE ON casework_case TO app_public",
        "GRANT DELETE ON wagtailcore_page TO app_public",
        "REVOKE ALL ON forms_app_submission FROM app_public",
        "DROP POLICY public_select ON forms_app_receipt",
        "CREATE POLICY public_all ON casework_note FOR SELECT TO app_public USING (true)",
        # Whatever condition there is, the mark says that it is not the data's.
        "ALTER POLICY public_insert ON forms_app_submission WITH CHECK (true)",
        "COMMENT ON POLICY public_insert ON forms_app_submission IS 'of an earlier release'",
        "GRANT EXECUTE ON FUNCTION wall_blocked() TO PUBLIC",
        "GRANT EXECUTE ON FUNCTION wall_standing() TO app_public",
        "REVOKE EXECUTE ON FUNCTION wall_standing() FROM app_web",
        # A table that carries such a policy by another's name is not ours to look at.
        "CREATE POLICY publicity ON casework_note FOR SELECT TO app_web USING (false)",
    )
    assert all(now != then for now, then in zip(state(), before, strict=True))

    install_public_node("default")

    assert state() == before
    assert rows("SELECT count(*) FROM pg_policy WHERE polname = 'publicity'") == [(1,)]


def test_what_is_right_already_is_not_touched(wearing):
    with CaptureQueriesContext(connection) as queries:
        install_public_node("default")

    written = [
        query["sql"] for query in queries if not query["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))
    ]
    assert written == ["GRANT USAGE ON SCHEMA public TO app_public"]


def test_tables_that_are_not_there_yet_get_theirs_with_the_migrate_that_makes_them(wearing, monkeypatch):
    """Each app's tables come with their own migration; a wall may come later than its table."""
    before = state()
    grant = PublicGrant("come_later", "why", select="true", insert="id = 1")
    grants = (*public_grants(), grant)
    monkeypatch.setattr(public_node, "public_grants", lambda: grants)
    install_public_node("default")
    assert state() == before

    change("CREATE TABLE come_later (id int)")
    install_public_node("default")
    assert held() - before[0] == {("come_later", "SELECT")}
    assert policies() == before[1]

    change("ALTER TABLE come_later ENABLE ROW LEVEL SECURITY")
    install_public_node("default")
    found = {key[1]: rest[:4] for key, rest in policies().items() if key[0] == "come_later"}
    assert found == {
        "public_select": ["r", "{app_public}", "true", None],
        "public_insert": ["a", "{app_public}", None, "(id = 1)"],
    }
    monkeypatch.undo()
    install_public_node("default")
    assert state() == before


def test_nothing_is_half_done(wearing, monkeypatch):
    """A statement that fails takes back those before it: no node starts with half of its rights."""
    before = state()
    grants = (*public_grants(), PublicGrant("wagtailcore_page", "why", ("FLY",)))
    monkeypatch.setattr(public_node, "public_grants", lambda: grants)
    change("GRANT SELECT ON casework_case TO app_public")

    with pytest.raises(ProgrammingError, match="fly"):
        install_public_node("default")

    assert held() == before[0] | {("casework_case", "SELECT")}


def test_without_the_role_nothing_is_done(wearing, monkeypatch):
    monkeypatch.setattr(public_node, "PUBLIC_ROLE", "app_nobody")
    before = state()

    install_public_node("default")

    assert state() == before
