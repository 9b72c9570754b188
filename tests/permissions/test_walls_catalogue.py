"""What stands in the database's own catalogue, compared with the data and with a short list of exceptions."""

import datetime as dt
import re
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from casework import walls as casework
from permissions.agencies.actions import add_membership, open_agency
from permissions.agencies.models import Agency, Membership
from permissions.roles import ROLES
from permissions.walls import own
from permissions.walls.installer import all_walls, install_sql

OURS = ("marugoto_permissions", "forms_app", "marugoto_pages", "casework")
# Tables of ours without a wall, each with its reason. A new table belongs here or behind a wall.
OPEN_TABLES = {
    "marugoto_permissions_ward": "the city's wards are public",
    "marugoto_permissions_agency": "who the agencies are is public; names no case",
    "marugoto_permissions_agency_wards": "which wards an agency works for is public",
    "marugoto_permissions_membership": "read before anybody is known, to find out who is asking; names no case",
    "marugoto_permissions_session": "found by the hash of its key before anybody is known; holds no content",
    "marugoto_permissions_providerlink": "found by a hash before anybody is known; names no case and nobody's subject",
    "marugoto_permissions_tally": "counts tries of people who are not known yet; keys are hashes",
}


OWNER_MAY_ALL = ("wall_owner", "PERMISSIVE", "{app_owner}", "ALL", "true", "true")


def _rows(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall()


def _policies():
    return _rows(
        "SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies"
        " WHERE schemaname = 'public' AND NOT starts_with(policyname, 'public_') ORDER BY 1, 2"
    )


def _triggers():
    return _rows(
        "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
    )


def _definition(name):
    ((text,),) = _rows("SELECT pg_get_functiondef(%s::regproc)", name)
    return text


def _tables_of(*labels):
    models = [
        model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in labels
    ]
    return {model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy}


# --- policies ------------------------------------------------------------------------------------------


def test_policies_in_the_database_are_those_of_the_data(wearing):
    before, triggers = _policies(), _triggers()

    with connection.cursor() as cursor:
        cursor.execute(install_sql(all_walls()))

    walled = {wall.table for wall in all_walls()}
    assert len([table for table, *_rest in before if table in walled]) == 5 * len(walled)
    assert _policies() == before
    assert _triggers() == triggers


def test_a_policy_that_differs_from_the_data_would_be_found(wearing):
    with connection.cursor() as cursor:
        cursor.execute("ALTER POLICY wall_select ON casework_note USING (true)")
    before = _policies()

    with connection.cursor() as cursor:
        cursor.execute(install_sql(all_walls()))

    assert _policies() != before


def test_functions_in_the_database_are_those_of_the_data(wearing):
    text = own.functions_sql('"auth_user"') + casework.functions_sql()
    # The tests have a clock of their own.
    statements = [
        x
        for x in re.split(r"(?=CREATE (?:OR REPLACE )?FUNCTION)", text)
        if "FUNCTION" in x and "clock_now()" not in x[:50]
    ]
    names = [re.search(r"FUNCTION (\w+)\(", statement).group(1) for statement in statements]
    before = {name: _definition(name) for name in names}

    with connection.cursor() as cursor:
        for statement in statements:
            body = re.match(
                r"CREATE (?:OR REPLACE )?FUNCTION(.*?(?:\$\$;|'SELECT [^']*';))", statement, flags=re.DOTALL
            )
            cursor.execute(f"CREATE OR REPLACE FUNCTION{body.group(1)}")

    assert {"wall_standing", "wall_center", "wall_blocked", "casework_note_change"} < set(names)
    assert {name: _definition(name) for name in names} == before


def test_every_walled_table_is_enabled_and_forced(db):
    walled = {wall.table for wall in all_walls()}

    found = _rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relrowsecurity AND relforcerowsecurity AND NOT relispartition"
    )

    assert {name for (name,) in found} == walled


def test_every_partition_is_closed_to_whoever_asks_for_it_by_name(db):
    """Policies, rights and triggers of a partitioned table do not hold for its parts."""
    parts = _rows(
        "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relispartition AND relkind = 'r'"
    )
    policies = [policy for policy in _policies() if policy[0] in dict(parts)]
    guarded = {table for table, text in _triggers() if "wall_refuse_change" in text}
    granted = _rows(
        "SELECT c.relname, a.grantee::regrole::text, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a"
        " WHERE c.relispartition AND a.grantee <> c.relowner"
    )

    assert len(parts) >= 4
    assert {is_closed for _name, is_closed in parts} == {True}
    # A backup reads each part by its name, as the owner.
    assert policies == [(name, *OWNER_MAY_ALL) for name in sorted(dict(parts))]
    assert granted == []
    assert dict(parts).keys() <= guarded


def test_every_table_of_ours_is_walled_or_listed_with_a_reason(db):
    walled = {wall.table for wall in all_walls()}
    tables = _tables_of(*OURS)

    assert tables - walled - open_tables().keys() == set()
    assert open_tables().keys() & walled == set()
    assert open_tables().keys() - tables == set()
    assert all(open_tables().values())


def open_tables():
    """Pages are made to be published: the whole app is open but for what it walls itself."""
    walled = {wall.table for wall in all_walls()}
    pages = dict.fromkeys(_tables_of("marugoto_pages") - walled, "pages are made to be published")
    return {**pages, **OPEN_TABLES}


def test_nothing_shows_rows_past_the_policies(db):
    views = _rows(
        "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
    )
    rules = _rows("SELECT rulename FROM pg_rules WHERE schemaname = 'public'")

    assert (views, rules) == ([], [])


# --- roles ---------------------------------------------------------------------------------------------


def test_the_role_of_the_application_has_no_power(db):
    ((*powers,),) = _rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = 'app_web'"
    )
    owned = _rows("SELECT relname FROM pg_class WHERE relowner = 'app_web'::regrole")
    memberships = _rows("SELECT roleid::regrole::text FROM pg_auth_members WHERE member = 'app_web'::regrole")

    assert powers == [False] * 5
    assert (owned, memberships) == ([], [])
    assert _rows("SELECT has_schema_privilege('app_web', 'public', 'CREATE')") == [(False,)]


@pytest.mark.parametrize("right", ["TRUNCATE", "REFERENCES", "TRIGGER"])
def test_the_role_of_the_application_has_no_such_right_on_any_table(db, right):
    found = _rows(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        " AND has_table_privilege('app_web', oid, %s)",
        right,
    )

    assert found == []


def test_frozen_tables_give_no_right_to_change_them(db):
    frozen = {wall.table for wall in all_walls() if wall.frozen}

    changeable = {
        table
        for table in frozen
        for right in ("UPDATE", "DELETE", "TRUNCATE")
        if _rows("SELECT has_table_privilege('app_web', %s, %s)", table, right) == [(True,)]
    }
    parts = {name for (name,) in _rows("SELECT relname FROM pg_class WHERE relispartition")}
    guarded = {table for table, text in _triggers() if "wall_refuse_change" in text} - parts

    assert frozen >= {"casework_decision", "casework_note", "marugoto_permissions_auditentry"}
    assert changeable == set()
    assert guarded == frozen


def test_functions_that_run_as_their_owner_are_those_of_the_list(db):
    found = _rows(
        "SELECT proname, proconfig::text FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )

    assert {name for name, _settings in found} == {*own.DEFINER_FUNCTIONS, *casework.DEFINER_FUNCTIONS}
    # Without a fixed path the caller could put a table of their own in front of ours.
    assert {settings for _name, settings in found} == {'{"search_path=public, pg_temp"}'}


def test_role_lists_in_the_database_are_those_of_the_table(db):
    duty = {code for code, role in ROLES.items() if role.sees_all_cases}
    readers = {code for code, role in ROLES.items() if role.reads_cases}

    assert _roles_in("wall_center") == duty
    assert _roles_in("wall_reader") == readers
    assert duty < readers


def _roles_in(function):
    words = re.search(r"role IN \(([^)]*)\)", _definition(function)).group(1)
    return set(re.findall(r"'(\w+)'", words))


# --- who counts today ------------------------------------------------------------------------------------

JAPAN = ZoneInfo("Asia/Tokyo")
days = st.integers(-2, 2)
rarely = st.sampled_from((False, False, False, True))


@pytest.fixture
def member(db):
    """A person in an agency, and what the database's functions say of them."""
    agency = open_agency(code="a", name="機関", kind="other", legal_type="private")
    user = get_user_model().objects.create_user("somebody")
    return add_membership(user=user, agency=agency, role="agency_staff")


def test_live_memberships_and_the_database_agree(member):
    outcomes = Counter()

    @settings(max_examples=200, deadline=None, derandomize=True, database=None)
    @given(
        starts=days,
        lasts=st.one_of(st.none(), st.integers(0, 3)),
        contract=st.one_of(st.none(), days),
        begins=st.one_of(st.none(), days),
        is_ended=rarely,
        is_inactive=rarely,
        is_closed=rarely,
        shift=st.integers(-30, 30).map(lambda number: dt.timedelta(hours=number)),
    )
    def agree(starts, lasts, contract, begins, is_ended, is_inactive, is_closed, shift):
        ((now,),) = _rows("SELECT now()")
        first, today = now.astimezone(JAPAN).date(), (now + shift).astimezone(JAPAN).date()
        starts_on = first + dt.timedelta(days=starts)
        ends_on = None if lasts is None else starts_on + dt.timedelta(days=lasts)
        contract_ends_on = None if contract is None else first + dt.timedelta(days=contract)
        contract_starts_on = None if begins is None else first + dt.timedelta(days=begins)
        if contract_starts_on and contract_ends_on and contract_starts_on > contract_ends_on:
            contract_starts_on, contract_ends_on = contract_ends_on, contract_starts_on
        with transaction.atomic():
            rows = Membership.objects.filter(pk=member.pk)
            rows.update(starts_on=starts_on, ends_on=ends_on, ended_at=now if is_ended else None)
            Agency.objects.update(
                contract_starts_on=contract_starts_on,
                contract_ends_on=contract_ends_on,
                closed_at=now if is_closed else None,
            )
            get_user_model().objects.update(is_active=not is_inactive)
            is_live, said = _what_the_database_says(member, shift)
            transaction.set_rollback(True)
        is_in_time = starts_on <= today <= (ends_on or today) and today <= (contract_ends_on or today)
        is_in_time = is_in_time and (contract_starts_on or today) <= today
        expected = is_in_time and not (is_ended or is_inactive or is_closed)
        outcomes[expected] += 1
        assert is_live == expected
        agency = member.agency
        whole = (agency.pk, agency.pk, agency.group_id, member.user_id, "agency_staff")
        assert said == (whole if expected else (None,) * 5)

    agree()
    assert min(outcomes[True], outcomes[False]) >= 30


def _what_the_database_says(member, shift):
    seconds = f"{shift.total_seconds():.0f} seconds"
    _rows("SELECT set_config('test.shift', %s, true)", seconds)
    is_live = Membership.objects.live().filter(pk=member.pk).exists()
    _rows("SELECT set_config('marugoto.membership', %s, true)", str(member.pk))
    (said,) = _rows("SELECT wall_agency(), wall_reader(), wall_group(), wall_person(), wall_role()")
    return is_live, said
