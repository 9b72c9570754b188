"""What each context tells the database, and that it tells nothing else."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from permissions.walls.context import SETTINGS, acting_for, clock, link, receipt, receiving

NOTHING = dict.fromkeys(("membership", "form", "receipt", "job", "link"), None)


@pytest.fixture
def world(kept_world):
    return kept_world


def told():
    """Return what the policies read, by their own functions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT wall_membership()::text, wall_form(), wall_receipt(), wall_job(), wall_link()")
        return dict(zip(NOTHING, cursor.fetchone(), strict=True))


def test_each_context_tells_one_thing(world):
    form = uuid.uuid4()
    member = str(world.chief.membership.pk)
    contexts = {
        "membership": (acting_for(world.chief), member),
        "form": (receiving(form), str(form)),
        "receipt": (receipt("hash of a receipt"), "hash of a receipt"),
        "job": (clock("sweep_lapsed_lines"), "sweep_lapsed_lines"),
        "link": (link("hash of a link"), "hash of a link"),
    }

    assert (set(contexts), told()) == (set(SETTINGS), NOTHING)
    for name, (context, value) in contexts.items():
        with context:
            assert told() == {**NOTHING, name: value}
        assert told() == NOTHING


def test_a_context_inside_another_replaces_it_and_gives_it_back(world):
    outer = {**NOTHING, "membership": str(world.chief.membership.pk)}
    with acting_for(world.chief):
        with receiving(7):
            assert told() == {**NOTHING, "form": "7"}
            with acting_for(world.anshin_worker):
                assert told() == {**NOTHING, "membership": str(world.anshin_worker.membership.pk)}
            assert told() == {**NOTHING, "form": "7"}
        assert told() == outer
        with pytest.raises(ZeroDivisionError), clock("seal_audit"):
            raise ZeroDivisionError
        assert told() == outer
        with pytest.raises(DatabaseError), link("x"), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert told() == outer
    assert told() == NOTHING


def test_a_context_that_is_to_be_rolled_back_leaves_nothing(world):
    with acting_for(world.chief), clock("seal_audit"):
        transaction.set_rollback(True)

    assert told() == NOTHING


@pytest.mark.django_db(transaction=True)
def test_a_context_is_a_transaction_and_ends_with_it(monkeypatch):
    assert not connection.in_atomic_block
    with receipt("x"):
        assert connection.in_atomic_block
        assert told()["receipt"] == "x"
    assert not connection.in_atomic_block
    assert told() == NOTHING

    # Whatever a connection was told when it was opened, a context says all there is.
    options = connection.settings_dict["OPTIONS"]
    monkeypatch.setitem(options, "options", "-c marugoto.job=seal_audit -c marugoto.form=7")
    connection.close()
    assert told() == {**NOTHING, "job": "seal_audit", "form": "7"}
    with link("x"):
        assert told() == {**NOTHING, "link": "x"}
    connection.close()
