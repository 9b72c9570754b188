"""The case list narrowed by its address, and as somebody saved it."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.cases.actions import create_case, move_to_stage
from casework.sharing.actions import Label
from casework.workspace.models import SavedList
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in


@pytest.fixture
def staged(world):
    """One case in its first interview, one just received, one held by the other organisation of the center."""
    with acting_for(world.coordinator):
        move_to_stage(world.hazuki.case, stage="intake", by=world.coordinator)
    with acting_for(world.reception):
        world.third = create_case(by=world.reception)
    return world


def numbers(world, body):
    cases = {"hazuki": world.hazuki.case, "tomono": world.tomono.case, "third": world.third}
    return {name for name, case in cases.items() if case.number in body}


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, {"hazuki", "tomono", "third"}),
        ({"stage": "intake"}, {"hazuki"}),
        ({"stage": "received"}, {"tomono", "third"}),
        ({"mine": "on"}, {"hazuki", "tomono"}),
        ({"flow": "flow2"}, set()),
        ({"stage": "received", "mine": "on"}, {"tomono"}),
        ({"stage": "no such stage"}, {"hazuki", "tomono", "third"}),
    ],
)
def test_the_address_narrows_the_list(staged, client, query, shown):
    sign_in(client, staged.coordinator)

    assert numbers(staged, client.get(reverse("casework:case_list"), query).content.decode()) == shown


def test_the_holder_narrows_the_list(staged, client):
    sign_in(client, staged.coordinator)
    found = [
        numbers(staged, client.get(reverse("casework:case_list"), {"holder": agency.pk}).content.decode())
        for agency in (staged.center, staged.center_itaku)
    ]

    assert found == [{"third"}, {"hazuki", "tomono"}]


def test_an_agency_narrows_what_it_sees_and_learns_of_no_other_agency(staged, client):
    for home in (staged.hazuki, staged.tomono):
        staged.share(home, staged.anshin, Label(home.mother.pk, "basic"))
    sign_in(client, staged.anshin_worker)
    url = reverse("casework:case_list")

    whole, narrowed = (client.get(url, query).content.decode() for query in ({}, {"stage": "intake"}))
    other = client.get(url, {"holder": staged.kenko.pk}).content.decode()

    assert [numbers(staged, body) for body in (whole, narrowed)] == [{"hazuki", "tomono"}, {"hazuki"}]
    assert staged.kenko.name not in whole
    assert numbers(staged, other) == {"hazuki", "tomono"}
    assert 'name="mine"' not in whole


def test_each_person_keeps_their_own_conditions(staged, client):
    url, save = reverse("casework:case_list"), reverse("casework:case_list_save")
    sign_in(client, staged.coordinator)
    saved = client.post(save, {"stage": "intake", "mine": "on", "csrf": "x"})
    opened = client.get(url)
    whole = client.get(url, {"all": "1"}).content.decode()
    sign_in(client, staged.reception)
    others = client.get(url)
    sign_in(client, staged.coordinator)
    client.post(save, {})
    after = client.get(url)

    assert saved.url == opened.url == f"{url}?stage=intake&mine=on"
    assert numbers(staged, whole) == {"hazuki", "tomono", "third"}
    assert (others.status_code, after.status_code) == (200, 200)
    with acting_for(staged.coordinator):
        assert [row.query for row in SavedList.objects.all()] == [""]
    with acting_for(staged.reception):
        assert SavedList.objects.count() == 0


def test_nobody_saves_for_another(staged):
    row = SavedList(membership=staged.chief.membership, query="stage=intake")
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        acting_for(staged.reception),
    ):
        row.save(force_insert=True)


def test_more_cases_cost_no_query_more(staged, client):
    sign_in(client, staged.coordinator)
    counts = []
    for stage in ("intake", "received"):
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("casework:case_list"), {"stage": stage})
        counts.append(len(asked))

    assert counts[0] == counts[1]
