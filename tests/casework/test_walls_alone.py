"""Each wall alone, down to the item: the database without the door, the door without the database."""

import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, Sum
from django.urls import reverse
from django.utils import timezone

from casework.cases import selectors as case_selectors
from casework.cases.models import Case
from casework.households import selectors as household_selectors
from casework.households.models import Household, Person, PersonHealth, PersonMoney
from casework.notes import selectors as note_selectors
from casework.notes.models import Note
from casework.plans import selectors as plan_selectors
from casework.plans.models import Decision
from casework.sharing import selectors as sharing_selectors
from casework.sharing.actions import Label
from casework.sharing.models import NotBlocked
from casework.workspace.selectors import case_page_for, case_record_for
from permissions.agencies.actions import add_membership
from permissions.viewer import viewer_of
from permissions.walls.context import acting_for
from permissions.walls.installer import all_walls
from tests.casework import doors, on_paper
from tests.casework.canaries import LABELLED, CanaryWorld, canaries_by_table, canaries_in
from tests.casework.pages import masked, sign_in

# Thorough rather than quick: `make test` runs them.
pytestmark = pytest.mark.slow


def _content_tables(world):
    """Tables in which labels stand that a reader of the label may see."""
    texts = {row.table for rows in world.narrow.values() for row in rows if row.text}
    lying = {row.table for table in world.tables for row in table.lying if canaries_in(row.text)}
    return {f"casework_{name}" for name in (*world.labels_in, *texts, *lying)}


def _sql(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall() if cursor.description else []


def _share_all_kinds(world):
    """The mother's basics to anshin, one item each to the others, all with a neighbour of the same kind."""
    mother, son = world.hazuki.mother.pk, world.hazuki.son.pk
    world.share(world.hazuki, world.anshin, Label(mother, "basic"))
    world.share(world.hazuki, world.kenko, Label(son, "health"), Label(None, "basic"), Label(mother, "roles"))
    world.share(world.tomono, world.jiritsu, Label(world.tomono.mother.pk, "money"), Label(None, "plan"))
    shares = {
        "anshin": [("hazuki", "mother", "basic")],
        "kenko": [("hazuki", "son", "health"), ("hazuki", "", "basic"), ("hazuki", "mother", "roles")],
        "jiritsu": [("tomono", "mother", "money"), ("tomono", "", "plan")],
        "other": [],
    }
    return {
        name: {world.families[x].label(who, item) for x, who, item in told} for name, told in shares.items()
    }


# --- (a) the database alone ----------------------------------------------------------------------------


@pytest.fixture
def no_door(monkeypatch):
    """Let the door give every row there is, on every way in."""
    everything = {
        "cases_for": lambda viewer: Case.objects.all(),
        "persons_for": lambda viewer: Person.objects.all(),
        "labelled_for": lambda viewer, model: model.objects.all(),
        "decisions_for": lambda viewer: Decision.objects.all(),
    }
    for module in (
        sharing_selectors,
        case_selectors,
        household_selectors,
        note_selectors,
        plan_selectors,
    ):
        for name, everybody in everything.items():
            monkeypatch.setattr(module, name, everybody, raising=False)
    monkeypatch.setattr(NotBlocked, "template", "(%(expressions)s IS NOT NULL)")


def test_without_the_door_mothers_basics_bring_neither_debts_nor_sons_symptoms(canaries, no_door):
    world, viewer = canaries, canaries.anshin_worker
    _share_all_kinds(world)

    with acting_for(viewer):
        record = case_record_for(viewer, world.hazuki.case)
        people = [(view.basics, view.contact, view.health, view.money) for view in record.people]

        assert people == [(world.hazuki.mother, None, None, None)]
        assert record.household is None
        assert list(Case.objects.all()) == [world.hazuki.case]
        assert list(PersonMoney.objects.all()) == list(PersonHealth.objects.all()) == []
        assert PersonMoney.objects.aggregate(n=Count("pk"), yen=Sum("debt_yen")) == {"n": 0, "yen": None}
        assert PersonHealth.objects.filter(person=world.hazuki.son).exists() is False
        assert _sql("SELECT count(*), max(situation) FROM casework_personmoney") == [(0, None)]
        assert _sql("SELECT name FROM casework_person WHERE name LIKE '%%息子'") == []
        assert {(x.person_id, x.item) for x in Note.objects.all()} == {(world.hazuki.mother.pk, "basic")}


def test_without_the_door_there_is_something_to_hide(canaries, no_door):
    with acting_for(canaries.chief):
        record = case_record_for(canaries.chief, canaries.hazuki.case)

        assert [bool(view.basics and view.health and view.money) for view in record.people] == [True, True]
        assert PersonMoney.objects.count() == 4


def test_without_the_door_a_join_or_a_function_finds_no_more(canaries):
    _share_all_kinds(canaries)
    mother = canaries.hazuki.mother.pk

    with acting_for(canaries.anshin_worker):
        joined = "SELECT count(*) FROM casework_person p JOIN casework_personmoney m ON m.person_id = p.id WHERE p.id = %s"
        assert _sql(joined, mother) == [(0,)]
        assert _sql("SELECT EXISTS (SELECT 1 FROM casework_personmoney WHERE situation LIKE '%%借金%%')") == [
            (False,)
        ]
        assert _sql(
            "SELECT query_to_xml('SELECT * FROM casework_personmoney', true, false, '')::text ~ '借金'"
        ) == [(False,)]
        with pytest.raises(DatabaseError), transaction.atomic():
            _sql("COPY casework_personmoney TO PROGRAM 'cat'")


def _lying_before(world, seat):
    return [row for _table, row in world.ledger(timezone.now()).lying_before(seat)]


@pytest.mark.parametrize("name", ["anshin", "kenko", "jiritsu", "other", "anshin_admin"])
def test_every_canary_in_every_table_is_one_that_the_agency_reaches(narrow, name):
    reach = _share_all_kinds(narrow).get(name, set())
    seat = narrow.seats[name]

    with acting_for(_viewer(seat)):
        found = canaries_by_table()

    tables = set().union(*(canaries_in(row.text) for row in _lying_before(narrow, seat)))
    assert set().union(*found.values()) == narrow.canaries_for(seat, reach) | tables
    assert found.keys() <= _content_tables(narrow)
    assert bool(found) == bool(reach or tables)


@pytest.mark.parametrize("name", ["chief", "coordinator", "reception"])
def test_the_center_finds_every_canary(narrow, name):
    seat = narrow.seats[name]

    with acting_for(_viewer(seat)):
        found = canaries_by_table()

    tables = set().union(*(canaries_in(row.text) for row in _lying_before(narrow, seat)))
    assert set().union(*found.values()) == narrow.canaries_for(seat, narrow.labels) | tables
    assert found.keys() == _content_tables(narrow)


@pytest.mark.parametrize("name", ["editor", "auditor", "sysadmin", "anshin_admin"])
def test_roles_that_read_no_cases_see_no_row_of_casework(canaries, name):
    _share_all_kinds(canaries)
    tables = [wall.table for wall in all_walls() if wall.table.startswith("casework_")]
    tables.remove("casework_code")  # the words of codes, which everybody who is signed in reads
    tables.remove("casework_setting")  # and what the city decided

    with acting_for(_viewer(canaries.seats[name])):
        counts = {table: _sql(f"SELECT count(*) FROM {table}")[0][0] for table in tables}

    assert {table: count for table, count in counts.items() if count} == {}


def test_names_of_a_hidden_household_stand_in_no_table_at_all(canaries):
    """Not only canaries: events, audit, tasks, sessions and Wagtail's index hold no name either."""
    _share_all_kinds(canaries)

    with acting_for(canaries.anshin_worker):
        found = _tables_with("灯野")
    with acting_for(canaries.chief):
        known = _tables_with("灯野")

    assert found == set()
    assert known >= {"casework_person", "casework_household", "casework_caseevent"}


def _tables_with(text):
    tables = [name for (name,) in _sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    readable = [x for x in tables if _sql("SELECT has_table_privilege(%s, 'SELECT')", x) == [(True,)]]
    assert len(readable) > 50
    return {x for x in readable if _sql(f'SELECT 1 FROM "{x}" t WHERE t::text LIKE %s LIMIT 1', f"%{text}%")}


def _viewer(seat):
    from permissions.agencies.models import Membership

    return viewer_of(Membership.objects.select_related("user", "agency__group").get(pk=seat.membership))


# --- (b) the door alone --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["anshin", "kenko", "jiritsu", "other", "anshin_admin", "chief"])
def test_the_door_alone_gives_the_same_rows(wearing, kept_narrow, name):
    world = kept_narrow
    with wearing("app_web"):
        _share_all_kinds(world)
    viewer = _viewer(world.seats[name])

    with wearing("app_web"), acting_for(viewer):
        both = _all_by_the_door(viewer, world)
    with acting_for(viewer):
        door = _all_by_the_door(viewer, world)
        assert PersonMoney.objects.count() == 4  # The policies let the owner through.

    assert door == both
    assert bool(both["cases"]) == (name not in {"other", "anshin_admin"})


def _all_by_the_door(viewer, world):
    cases = doors.listed(viewer)
    return {
        "cases": cases,
        "direct": doors.direct(viewer, world),
        "page": case_page_for(viewer),
        "rows": doors.rows_by_door(viewer),
        "records": [
            case_record_for(viewer, family.case)
            for family in world.families.values()
            if family.case.pk in cases
        ],
        "sheets": [on_paper.printed(viewer, family) for family in world.families.values()],
        "kept": [on_paper.printed_of_kept(viewer, world, family) for family in world.families.values()],
        "evaluations": [on_paper.printed_of_evaluation(viewer, family) for family in world.families.values()],
        "assessments": [on_paper.printed_of_assessment(viewer, family) for family in world.families.values()],
        "plans": [on_paper.printed_of_plan(viewer, family) for family in world.families.values()],
        "closings": [on_paper.printed_of_closing(viewer, family) for family in world.families.values()],
        "waiting": plan_selectors.waiting_roles_for(viewer),
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", ["anshin", "kenko", "jiritsu", "other", "anshin_admin"])
def test_the_door_alone_shows_the_same_pages(wearing, kept_narrow, client, name):
    world = kept_narrow
    with wearing("app_web"):
        _share_all_kinds(world)
    sign_in(client, _viewer(world.seats[name]))

    with wearing("app_web"):
        both = _all_pages(client, world)
    door = _all_pages(client, world)

    assert door == both
    texts = b"".join(body for _status, body in both.values()).decode()
    assert ("⟦" in texts) == (name not in {"other", "anshin_admin"})


def _all_pages(client, world):
    urls = [reverse("casework:home"), reverse("casework:case_list")]
    for family in world.families.values():
        urls.append(reverse("casework:case", args=[family.case.pk]))
        urls.append(reverse("casework:decision", args=[family.case.pk, family.decision.pk]))
    found = {url: client.get(url) for url in urls}
    return {url: (response.status_code, masked(response)) for url, response in found.items()}


# --- (c) whoever was told nothing ------------------------------------------------------------------------


# Forms that are published are read by everybody.
OPEN_TO_ALL = {"forms_app_formrevision"}


def test_a_connection_that_was_told_nothing_sees_no_row(canaries):
    _share_all_kinds(canaries)
    tables = [wall.table for wall in all_walls() if wall.table not in OPEN_TO_ALL]

    with acting_for(canaries.chief):
        seen = {table for table in tables if _sql(f"SELECT count(*) FROM {table}") != [(0,)]}
    counts = {table: _sql(f"SELECT count(*) FROM {table}")[0][0] for table in tables}

    assert len(seen) > 15
    assert {table: count for table, count in counts.items() if count} == {}


@pytest.mark.parametrize("model", [*LABELLED, Person, Case, Decision], ids=lambda model: model.__name__)
def test_a_connection_that_was_told_nothing_adds_no_row(canaries, model):
    with acting_for(canaries.chief):
        row = model.objects.first()
    row.pk = None

    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize("name", ["anshin", "anshin_admin", "editor", "auditor"])
def test_who_is_not_of_the_center_adds_no_content(canaries, name):
    _share_all_kinds(canaries)
    with acting_for(canaries.chief):
        rows = [
            model.objects.filter(case=canaries.hazuki.case).first()
            for model in (Household, Note, PersonMoney)
        ]

    for row in rows:
        row.pk = None
        with (
            pytest.raises(DatabaseError, match="row-level security"),
            acting_for(_viewer(canaries.seats[name])),
        ):
            row.save(force_insert=True)


def test_an_agency_changes_nothing_of_what_it_sees(canaries):
    _share_all_kinds(canaries)

    with acting_for(canaries.anshin_worker):
        seen = Person.objects.count()
        assert Person.objects.update(name="書き換え") == 0
        assert Case.objects.update(stage="closed") == 0
        assert _sql("SELECT count(*) FROM casework_person WHERE name = '書き換え'") == [(0,)]

    assert seen == 1


@pytest.mark.django_db(transaction=True)
def test_a_context_ends_with_its_transaction():
    world = CanaryWorld()
    _share_all_kinds(world)

    with acting_for(world.anshin_worker):
        assert Person.objects.count() == 1
    with transaction.atomic():
        after = Person.objects.count()
    with pytest.raises(ZeroDivisionError), acting_for(world.chief):
        1 / 0  # noqa: B018 -- a view that breaks

    assert (after, Person.objects.count()) == (0, 0)
    assert _sql("SELECT coalesce(current_setting('marugoto.membership', true), '')") == [("",)]


def test_a_context_inside_another_gives_back_the_outer_one(canaries):
    _share_all_kinds(canaries)

    with acting_for(canaries.anshin_worker):
        with acting_for(canaries.chief):
            inner = Person.objects.count()
        with pytest.raises(ZeroDivisionError), acting_for(canaries.chief):
            raise ZeroDivisionError
        outer = Person.objects.count()

    assert (inner, outer, Person.objects.count()) == (4, 1, 0)


@pytest.mark.parametrize("role", ["app_owner", "postgres"])
def test_the_application_cannot_become_another_role(db, role):
    with pytest.raises(DatabaseError, match=r"permission denied|does not exist"), transaction.atomic():
        _sql(f"SET ROLE {role}")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE casework_person DISABLE ROW LEVEL SECURITY",
        "DROP POLICY wall_select ON casework_person",
        "ALTER TABLE casework_note DISABLE TRIGGER wall_frozen",
        "TRUNCATE casework_person CASCADE",
        "CREATE TABLE public.mine AS SELECT 1",
        "CREATE OR REPLACE FUNCTION wall_center() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_cannot_take_a_wall_down(db, statement):
    with pytest.raises(DatabaseError, match=r"must be owner|permission denied"), transaction.atomic():
        _sql(statement)


def test_row_security_off_is_an_error_and_no_way_in(canaries):
    _sql("SET LOCAL row_security = off")

    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        _sql("SELECT * FROM casework_person")


def test_a_worker_of_two_agencies_sees_one_at_a_time(canaries):
    world = canaries
    reach = _share_all_kinds(world)
    second = add_membership(user=world.anshin_worker.user, agency=world.kenko, role="agency_staff")

    with acting_for(world.anshin_worker):
        first_found = set().union(*canaries_by_table().values())
    with acting_for(viewer_of(second)):
        second_found = set().union(*canaries_by_table().values())

    assert first_found == world.canaries(reach["anshin"])
    assert second_found == world.canaries(reach["kenko"])
    assert re.search("mother/basic", " ".join(first_found))
