"""Links to the city's provider: whose they are, what each change leaves, and nothing when it fails."""

import pytest
from django.contrib.auth import get_user_model
from django_tasks_db.models import DBTaskResult

from permissions.accounts import links
from permissions.accounts.links import is_linked, link_provider, person_of, unlink_provider
from permissions.accounts.models import ProviderLink
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(world):
    return world.anshin_worker


@pytest.fixture
def other(world):
    return world.kenko_worker


def link(viewer, subject):
    with acting_for(viewer):
        link_provider(subject, by=viewer)


def linked():
    return {row.user.username: row.subject_hash for row in ProviderLink.objects.select_related("user")}


def queued():
    return [
        (task.task_path.rpartition(".")[2], *task.args_kwargs["args"]) for task in DBTaskResult.objects.all()
    ]


def told(rows):
    return [(row.user_id, row.subject, row.subject_id, row.detail) for row in rows]


def test_person_is_found_by_their_own_subject_while_their_account_is_open(by, other):
    link(by, "one")
    link(other, "two")

    found = [person_of(subject) for subject in ("one", "two", "three")]
    get_user_model().objects.filter(pk=by.user.pk).update(is_active=False)

    assert found == [by.user, other.user, None]
    assert [person_of(subject) for subject in ("one", "two")] == [None, other.user]


@pytest.mark.parametrize(("subject", "name"), [("one", "anshin"), ("three", None)])
def test_somebody_and_nobody_are_one_question(by, django_assert_num_queries, subject, name):
    link(by, "one")

    with django_assert_num_queries(1):
        found = person_of(subject)
        assert (found.get_username() if found else None) == name


def test_each_is_linked_by_themselves(by, other):
    link(by, "one")

    assert [is_linked(viewer.user) for viewer in (by, other)] == [True, False]


def test_new_link_takes_the_place_of_ones_own_former_one(by, other, entries):
    link(by, "one")
    link(other, "two")
    link(by, "three")

    assert linked() == {"anshin": "three", "kenko": "two"}
    who = (by.user.pk, "auth.user", str(by.user.pk), {})
    them = (other.user.pk, "auth.user", str(other.user.pk), {})
    assert told(entries(verb="provider_linked")) == [who, them, who]
    assert queued() == [
        ("send_notice", pk, "provider_linked") for pk in (by.user.pk, other.user.pk, by.user.pk)
    ]


def test_subject_of_somebody_else_changes_nothing(by, other, entries):
    link(by, "one")
    link(other, "two")
    before = len(queued())

    with pytest.raises(NotAllowed) as refusal:
        link(other, "one")

    assert str(refusal.value) == "this subject is linked to somebody else"
    assert linked() == {"anshin": "one", "kenko": "two"}
    assert (len(queued()), len(entries(verb="provider_linked"))) == (before, 2)


def test_link_is_taken_once_and_of_one_person(by, other, entries, world):
    link(by, "one")
    link(other, "two")
    DBTaskResult.objects.all().delete()

    with acting_for(world.anshin_admin):
        done = [unlink_provider(by.user, by=world.anshin_admin) for _twice in range(2)]

    assert (done, linked()) == ([True, False], {"kenko": "two"})
    assert told(entries(verb="provider_unlinked")) == [
        (world.anshin_admin.user.pk, "auth.user", str(by.user.pk), {})
    ]
    assert queued() == [("send_notice", by.user.pk, "provider_unlinked")]


@pytest.mark.parametrize(
    "act", [lambda by: link_provider("three", by=by), lambda by: unlink_provider(by.user, by=by)]
)
def test_nothing_changes_when_its_record_fails(by, monkeypatch, act):
    link(by, "one")

    def fails(*arguments, **options):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(links, "record", fails)
    with pytest.raises(RuntimeError):
        act(by)

    assert linked() == {"anshin": "one"}
