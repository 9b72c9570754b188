"""Selectors in rounds: the same rows as one after the other, in fewer messages, behind the same walls."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import DataError, connection, transaction
from django.db.models import Exists, F, OuterRef, Value
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from casework.cases.models import Case
from casework.households.models import Person
from casework.notes.models import Note
from casework.notes.selectors import notes_for, standing_notes_for
from casework.rounds import Steps, ask, fetch, in_rounds, read, side_by_side
from casework.sharing.actions import Label
from casework.sharing.items import Item
from casework.sharing.selectors import cases_for, labelled_for, persons_for
from casework.workspace.selectors import case_record_for, strip_for
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.statements import Asked

pytestmark = pytest.mark.django_db


def querysets(viewer: Any) -> list[Any]:
    notes = Note.objects.filter(person=OuterRef("pk"))
    return [
        persons_for(viewer).order_by("name"),
        persons_for(viewer).filter(name__contains="%母").order_by("pk"),
        persons_for(viewer).annotate(told=Exists(notes), word=Value("100 %s; 'x'")).order_by("pk"),
        Person.objects.none(),
        Person.objects.filter(pk__in=[]),
        cases_for(viewer).select_related("holder", "worker__user").order_by("number"),
        cases_for(viewer).values_list("pk", flat=True).order_by("pk"),
        cases_for(viewer).values("number", at=F("opened_at")).order_by("number")[:1],
        labelled_for(viewer, Note).select_related("author__user").order_by("pk")[:3],
        Case.objects.filter(pk=uuid.UUID(int=0)),
    ]


def told(rows: list[Any]) -> list[Any]:
    """What of a row could differ: its fields, what was annotated, and what was joined."""
    return [
        row.__dict__ | {"_state": None, "joined": _joined(row)} if hasattr(row, "_meta") else row
        for row in rows
    ]


def _joined(row: Any) -> dict[str, Any]:
    return {name: other and other.pk for name, other in row._state.fields_cache.items()}


@pytest.mark.parametrize("who", ["coordinator", "anshin_worker", "stranger"])
def test_together_as_alone(kept_canaries, who):
    world = kept_canaries
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"))
    viewer = getattr(world, who)
    with acting_for(viewer):
        alone = [told(list(queryset)) for queryset in querysets(viewer)]
        with CaptureQueriesContext(connection) as asked:
            together = [told(rows) for rows in fetch(querysets(viewer))]

    assert together == alone
    assert len(asked) == 1
    assert [bool(rows) for rows in alone].count(True) == {
        "coordinator": 6,
        "anshin_worker": 6,
        "stranger": 0,
    }[who]


def test_a_policy_holds_for_each_statement_of_a_message(kept_canaries):
    """Without the door: the database alone shows a stranger nothing, in whichever place of the message."""
    everything = [Person.objects.all(), Note.objects.all(), Case.objects.all(), Person.objects.all()]
    with acting_for(kept_canaries.stranger):
        assert fetch(everything) == [[], [], [], []]
    with acting_for(kept_canaries.chief):
        assert all(fetch(everything))


@given(depths=st.lists(st.integers(0, 4), max_size=6))
def test_rounds_are_as_many_as_the_longest_needs(depths: list[int]) -> None:
    messages = 0

    @in_rounds
    def several(depth: int) -> Steps[list[str]]:
        said = []
        for number in range(depth):
            one, two = yield [f"{depth}/{number}", f"{depth}/{number}!"]  # type: ignore[list-item]
            said += [*one, *two]
        return said

    def answer(steps: Any) -> Any:
        nonlocal messages
        try:
            wanted = next(steps)
            while True:
                messages += 1
                wanted = steps.send([[each] for each in wanted])
        except StopIteration as done:
            return done.value

    expected = [[f"{d}/{n}{mark}" for n in range(d) for mark in ("", "!")] for d in depths]
    assert answer(side_by_side(*(several.steps(depth) for depth in depths))) == expected
    assert messages == max(depths, default=0)


def test_an_error_in_one_statement_is_the_readers(kept_canaries):
    broken = Person.objects.extra(where=["1 / 0 = 1"])
    with acting_for(kept_canaries.chief):
        with pytest.raises(DataError, match="division by zero"), transaction.atomic():
            read(ask(Person.objects.all(), broken))
        assert fetch([Person.objects.all()])[0]


def test_corrected_notes_have_their_paragraphs_as_prefetched(kept_canaries):
    world = kept_canaries
    with acting_for(world.coordinator):
        notes = standing_notes_for(world.coordinator, world.hazuki.case, limit=100)
        known = {note.pk: note for note in notes_for(world.coordinator, world.hazuki.case)}
        with CaptureQueriesContext(connection) as asked:
            texts = {note.pk: list(note.paragraphs.all()) for note in notes}
        assert texts == {pk: list(known[pk].paragraphs.all()) for pk in texts}
    assert notes
    assert len(asked) == 0


@pytest.mark.parametrize("who", ["coordinator", "anshin_worker"])
def test_case_page_asks_at_most_twelve_times(kept_canaries, client, who):
    """Issue of the case page: at most 12, however much there is to see; before, it asked 50 and 40 times."""
    world = kept_canaries
    world.share(world.hazuki, world.anshin, *[Label(world.hazuki.mother.pk, item) for item in Item.values])
    sign_in(client, getattr(world, who))
    url = reverse("casework:case", args=[world.hazuki.case.pk])
    client.get(url)

    with Asked(connection) as asked:
        response = client.get(url)

    assert response.status_code == 200
    assert len(asked.statements) <= 12, "\n\n".join(sql[:200] for sql in asked.statements)


@pytest.mark.parametrize("who", ["coordinator", "anshin_worker", "stranger"])
def test_record_and_strip_together_as_apart(kept_canaries, who):
    world = kept_canaries
    world.share(world.hazuki, world.anshin, *[Label(world.hazuki.mother.pk, item) for item in Item.values])
    viewer, case = getattr(world, who), world.hazuki.case
    with acting_for(viewer):
        record, strip = read(side_by_side(case_record_for.steps(viewer, case), strip_for.steps(viewer, case)))
        apart = case_record_for(viewer, case), strip_for(viewer, case)

    assert (repr(record), repr(strip)) == tuple(map(repr, apart))
