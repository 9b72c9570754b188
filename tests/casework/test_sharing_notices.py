"""Of which lines an agency is told: of those by which it sees something more, and of what it no longer sees."""

import datetime as dt

import pytest
from django.utils import timezone

from casework.sharing import actions
from casework.sharing.actions import Ground, Label, end_line
from casework.sharing.models import Recall
from permissions.agencies.actions import end_membership
from permissions.walls.context import acting_for
from tests.worlds import make_viewer

pytestmark = pytest.mark.django_db
LAW = Ground("law", "見本法1条")


@pytest.fixture
def told(world, monkeypatch):
    """Who was told of what since it was asked last: kind, subject, memberships."""
    rows = []
    monkeypatch.setattr(
        actions, "notify", lambda kind, subject, *, to, **by: rows.append((kind, subject, sorted(to)))
    )

    def asked():
        found, rows[:] = list(rows), []
        return found

    return asked


def readers(world):
    """Two who read cases in an agency, beside others who do not, or no longer."""
    second = make_viewer("anshin-2", world.anshin)
    end_membership(make_viewer("anshin-gone", world.anshin).membership, by=None)
    return sorted(viewer.membership.pk for viewer in (world.anshin_worker, second))


def test_agency_is_told_when_a_line_shows_something_that_no_other_shows_now(world, told):
    home, both = world.hazuki, readers(world)
    mother, son = home.mother.pk, home.son.pk
    new = [("share", home.case, both)]

    def share(*labels, agency=world.anshin, **words):
        lines = world.share(home, agency, *labels, **words)
        return lines, told()

    said = share(Label(mother, "basic"), Label(None, "roles"))[1]
    assert said == new  # once for both
    assert share(Label(mother, "basic"), ground=LAW)[1] == []
    later = Ground("law", "見本", starts_at=timezone.now() + dt.timedelta(hours=1))
    assert share(Label(mother, "plan"), ground=later)[1] == []
    assert share(Label(mother, "referral"))[1] == []
    for label in (Label(mother, "plan"), Label(son, "basic"), Label(None, "basic")):
        assert share(label)[1] == new
    assert share(Label(mother, "basic"), Label(mother, "health"), ground=Ground("law", "別の条"))[1] == new

    # What another agency sees, or this one saw once, is nothing that it sees now.
    assert share(Label(mother, "money"), agency=world.jiritsu)[1] == [
        ("share", home.case, [world.jiritsu_worker.membership.pk])
    ]
    (money,), said = share(Label(mother, "money"))
    assert said == new
    with acting_for(world.chief):
        end_line(money, by=world.chief, reason="終")
    told()
    assert share(Label(mother, "money"))[1] == new


def test_agency_is_told_what_it_no_longer_sees(world, told):
    both = readers(world)
    line, _other = (
        world.share(world.hazuki, agency, Label(world.hazuki.mother.pk, "basic"))[0]
        for agency in (world.anshin, world.jiritsu)
    )
    told()

    with acting_for(world.chief):
        end_line(line, by=world.chief, reason="終")
        recall = Recall.objects.get()

    assert told() == [("recall", recall, both)]
