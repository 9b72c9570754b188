import pytest
from django.db import connection

from casework.households.models import Person, PersonHealth, PersonMoney
from casework.sharing.actions import Label
from casework.sharing.selectors import cases_for, labelled_for, persons_for
from permissions.walls.context import acting_for

pytestmark = pytest.mark.django_db


def _sql(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]


def test_share_of_mothers_basics_reaches_nothing_else(world):
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"))

    with acting_for(world.anshin_worker):
        assert list(cases_for(world.anshin_worker)) == [world.hazuki.case]
        assert list(persons_for(world.anshin_worker)) == [world.hazuki.mother]
        assert _sql("SELECT name FROM casework_person") == ["葉月原母"]
        assert _sql("SELECT situation FROM casework_personmoney") == []
        assert _sql("SELECT condition FROM casework_personhealth") == []
        assert list(labelled_for(world.anshin_worker, PersonMoney)) == []
        assert world.anshin_worker.can("casework.view_person_basic", world.hazuki.mother)
        assert not world.anshin_worker.can("casework.view_person_money", world.hazuki.mother)


def test_nothing_told_sees_nothing(world):
    assert PersonHealth.objects.count() == 0
    assert Person.objects.count() == 0


def test_center_sees_all(world):
    with acting_for(world.chief):
        assert cases_for(world.chief).count() == 2
        assert PersonHealth.objects.count() == 4
