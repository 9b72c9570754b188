"""On which consents a line rests: what holds, which of several counts, who is missing, what somebody asked not to show."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils import timezone

from casework.cases.actions import create_case
from casework.consent.actions import ConsentDraft, Exclusion, record_consent, withdraw_consent
from casework.consent.models import ConsentScope
from casework.households.actions import StayDraft, record_stay
from casework.households.models import Person
from casework.sharing.consents import Support, agreed_labels, standing_scopes, support_for, unwanted_labels
from casework.sharing.items import Item
from permissions.days import end_of_day
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.worlds import make_agency

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def world(kept_world):
    """Two agencies that nobody has spoken of yet."""
    kept_world.one, kept_world.two = make_agency("one", name="一の機関"), make_agency("two")
    return kept_world


def day(number):
    return timezone.localdate() + number * DAY


def say(world, person, *scopes, answer="given", home=None, **more):
    by = world.coordinator
    with acting_for(by):
        words = ConsentDraft(answer, day(0), "見本の説明", scopes=scopes, explained_by=by.membership, **more)
        return record_consent((home or world.hazuki).case, person, words, by=by)


def take_back(world, consent, **part):
    by = world.coordinator
    with acting_for(by):
        withdraw_consent(
            consent, said_on=day(0), how="本人から電話", by=by, **{"agency": None, "item": "", **part}
        )


def asked(world, question, *args, **words):
    with acting_for(world.coordinator):
        return question(*args, **words)


def test_a_support_ends_with_the_first_of_its_consents():
    until = [None, dt.date(2026, 12, 31), dt.date(2026, 11, 30)]

    def ends(*days):
        return Support([SimpleNamespace(valid_until=each) for each in days]).until

    assert ends(*until) == ends(*until[::-1]) == end_of_day(dt.date(2026, 11, 30))
    assert (ends(None), ends(), Support().until, Support().consents) == (None, None, None, [])


def test_what_was_agreed_to_holds_for_its_case_person_agency_and_item(world):
    mother, son, other = world.hazuki.mother, world.hazuki.son, world.tomono.mother
    say(world, mother, (world.one, "basic"), (world.one, "money"), (world.two, "basic"))
    say(world, son, (world.one, "health"))
    say(world, other, (world.one, "contact"), home=world.tomono)

    def agreed(home, agency):
        return asked(world, agreed_labels, home.case, agency=agency)

    assert agreed(world.hazuki, world.one) == {(mother.pk, "basic"), (mother.pk, "money"), (son.pk, "health")}
    assert agreed(world.hazuki, world.two) == {(mother.pk, "basic")}
    assert agreed(world.tomono, world.one) == {(other.pk, "contact")}
    assert agreed(world.tomono, world.two) == set()


@pytest.mark.parametrize(
    ("part", "left"),
    [
        ({}, set()),
        ({"agency": "one"}, {("two", "basic"), ("two", "money")}),
        ({"item": "money"}, {("one", "basic"), ("two", "basic")}),
        ({"agency": "one", "item": "money"}, {("one", "basic"), ("two", "basic"), ("two", "money")}),
    ],
)
def test_what_is_taken_back_of_one_consent_does_not_hold_and_the_rest_does(world, part, left):
    mother, son = world.hazuki.mother, world.hazuki.son
    scopes = [(agency, item) for agency in (world.one, world.two) for item in ("basic", "money")]
    consent = say(world, mother, *scopes)
    say(world, son, *scopes)
    words = {**part, "agency": getattr(world, part["agency"])} if "agency" in part else part

    take_back(world, consent, **words)

    with acting_for(world.coordinator):
        standing = standing_scopes().filter(agency__in=(world.one, world.two))
        found = set(standing.values_list("consent__person", "agency__code", "item"))
    everything = {(agency.code, item) for agency, item in scopes}
    assert found == {(mother.pk, *each) for each in left} | {(son.pk, *each) for each in everything}


def test_a_refusal_is_no_consent_and_a_consent_holds_to_the_end_of_its_last_day(world, shift_clock):
    mother, son = world.hazuki.mother, world.hazuki.son
    say(world, mother, (world.one, "basic"), valid_until=day(2))
    say(world, son, (world.one, "basic"))
    refused = say(world, world.tomono.son, answer="refused", home=world.tomono)
    with acting_for(world.coordinator):  # whoever writes a scope for it by another way
        ConsentScope(consent=refused, case=world.tomono.case, agency=world.one, item="basic").save()
    label = {"agency": world.one, "person_id": mother.pk, "item": "basic"}

    found = []
    for days in (0, 2, 3):
        shift_clock(days * DAY)
        found.append(asked(world, agreed_labels, world.hazuki.case, agency=world.one))
    assert found == [{(mother.pk, "basic"), (son.pk, "basic")}] * 2 + [{(son.pk, "basic")}]
    assert asked(world, agreed_labels, world.tomono.case, agency=world.one) == set()
    with pytest.raises(NotAllowed):
        asked(world, support_for, world.hazuki.case, **label)


def test_of_several_consents_the_one_that_lasts_longest_counts_and_then_the_newest(world, shift_clock):
    mother = world.hazuki.mother
    scope = (world.one, "basic")

    def counts():
        label = {"agency": world.one, "person_id": mother.pk, "item": "basic"}
        return asked(world, support_for, world.hazuki.case, **label).consents

    longer = say(world, mother, scope, valid_until=day(20))
    say(world, mother, scope, valid_until=day(10))
    assert counts() == [longer]
    newer = say(world, mother, scope, valid_until=day(20))
    assert counts() == [newer]
    shift_clock(HOUR)
    endless = say(world, mother, scope)
    say(world, mother, scope, valid_until=day(30))
    say(world, mother, (world.two, "basic"))
    say(world, mother, (world.one, "money"))
    assert counts() == [endless]
    shift_clock(0 * HOUR)  # the moment counts, not the number
    say(world, mother, scope)
    assert counts() == [endless]


def test_a_line_about_a_person_needs_their_consent_and_one_about_the_household_everybodys(
    world, django_assert_num_queries
):
    home, mother, son = world.hazuki, world.hazuki.mother, world.hazuki.son

    def support(person, item="basic"):
        return asked(world, support_for, home.case, agency=world.one, person_id=person, item=item)

    def said(person, item="basic"):
        with pytest.raises(NotAllowed) as refusal:
            support(person, item)
        return str(refusal.value)

    missing = "{}さんの同意に、一の機関への「{}」が入っていません。先に同意を記録してください。".format
    basic, money = Item.BASIC.label, Item.MONEY.label
    assert [said(who) for who in (mother.pk, son.pk)] == [missing(each.name, basic) for each in (mother, son)]
    assert said(None) == missing(mother.name, basic)  # who stands first in the household is named
    of_mother = say(world, mother, (world.one, "basic"))
    assert support(mother.pk).consents == [of_mother]
    assert said(None) == missing(son.name, basic)
    assert said(mother.pk, "money") == missing(mother.name, money)
    of_son = say(world, son, (world.one, "basic"))
    assert support(None).consents == [of_mother, of_son]
    with acting_for(world.coordinator), django_assert_num_queries(2):
        found = support_for(home.case, agency=world.one, person_id=None, item="basic")
        assert (len(found.consents), found.until) == (2, None)
    with acting_for(world.coordinator):
        Person.objects.filter(pk=son.pk).update(position=0)
        Person.objects.filter(pk=mother.pk).update(position=1)
    assert support(None).consents == [of_son, of_mother]
    assert said(None, "money") == missing(son.name, money)
    # Of one place, the key decides; what was written last does not come last for that.
    first, last = sorted((mother, son), key=lambda person: person.pk)
    with acting_for(world.coordinator):
        for person in (last, first):
            Person.objects.filter(pk=person.pk).update(position=7)
    assert [consent.person_id for consent in support(None).consents] == [first.pk, last.pk]


def test_who_lives_elsewhere_now_is_not_asked_for_the_household(world):
    home, mother, son = world.hazuki, world.hazuki.mother, world.hazuki.son
    of_mother = say(world, mother, (world.one, "basic"))
    with acting_for(world.coordinator):
        record_stay(son, StayDraft("apart", day(-1), reason="independence"), by=world.coordinator)

    def support(person):
        return asked(world, support_for, home.case, agency=world.one, person_id=person, item="basic")

    assert support(None).consents == [of_mother]
    with pytest.raises(NotAllowed):
        support(son.pk)


def test_a_household_without_people_cannot_agree(world):
    with acting_for(world.coordinator):
        case = create_case(by=world.coordinator)
    for person in (None, world.hazuki.mother.pk):
        with pytest.raises(NotAllowed, match=r"^世帯に人が登録されていないので、同意を確かめられません。$"):
            asked(world, support_for, case, agency=world.one, person_id=person, item="basic")


def test_what_somebody_asked_not_to_show_counts_for_them_and_the_household_until_they_say_otherwise(
    world, shift_clock
):
    mother, son = world.hazuki.mother, world.hazuki.son

    def unwanted(agency=world.one, home=world.hazuki):
        return asked(world, unwanted_labels, home.case, agency=agency)

    assert unwanted() == set()
    say(
        world,
        mother,
        (world.two, "basic"),
        exclusions=(Exclusion(world.one, "money"), Exclusion(world.two, "health")),
    )
    say(
        world,
        world.tomono.mother,
        (world.two, "basic"),
        home=world.tomono,
        exclusions=(Exclusion(world.one, "plan"),),
    )
    assert unwanted() == {(mother.pk, "money"), (None, "money")}
    assert unwanted(world.two) == {(mother.pk, "health"), (None, "health")}
    assert unwanted(world.anshin) == set()
    say(world, son, (world.two, "basic"), exclusions=(Exclusion(world.one, ""),))
    everything = {(who, item) for who in (son.pk, None) for item in Item.values}
    assert unwanted() == {(mother.pk, "money")} | everything
    say(world, son, (world.two, "basic"))
    shift_clock(HOUR)
    say(world, mother, (world.two, "basic"), exclusions=(Exclusion(world.one, "money"),))
    assert unwanted() == {(mother.pk, "money"), (None, "money")}
    shift_clock(0 * HOUR)
    say(world, mother, (world.two, "basic"))  # of a higher number, but recorded before
    assert unwanted() == {(mother.pk, "money"), (None, "money")}
    assert unwanted(home=world.tomono) == {(world.tomono.mother.pk, "plan"), (None, "plan")}
