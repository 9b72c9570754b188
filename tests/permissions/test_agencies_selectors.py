"""Who sees and manages whom, in which order, and with how many questions."""

import pytest
from django.contrib.auth import get_user_model

from permissions.agencies import selectors
from permissions.agencies.actions import add_membership, close_agency, end_membership
from permissions.agencies.models import Agency
from tests.worlds import make_agency, make_viewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(kept_world):
    return kept_world


def test_memberships_of_a_person_are_the_living_ones_oldest_first(world):
    user = world.anshin_worker.user
    second = add_membership(user=user, agency=world.kenko, role="agency_staff")
    ended = add_membership(user=user, agency=world.jiritsu, role="agency_staff")
    end_membership(ended, by=None)

    assert list(selectors.memberships_of(user)) == [world.anshin_worker.membership, second]
    found = [selectors.viewer_for_membership(each.pk) for each in (second, ended)]
    assert (found[0].membership, found[0].user, found[0].agency, found[1]) == (
        second,
        user,
        world.kenko,
        None,
    )


def test_partners_are_the_open_agencies_outside_the_center_in_order(world):
    later = make_agency("later", kind="npo", name="い")
    earlier = make_agency("earlier", kind="npo", name="あ")
    close_agency(make_agency("shut"), by=None)

    assert list(selectors.partner_agencies()) == [
        world.anshin, world.kenko, earlier, later, world.jiritsu, world.other,
    ]  # fmt: skip


def test_people_and_agencies_that_each_role_manages(world):
    ended = make_viewer("ended", world.anshin)
    end_membership(ended.membership, by=None)
    close_agency(make_agency("shut"), by=None)
    user = world.anshin_worker.user
    user.last_name, user.first_name = "調", "一"
    user.save()

    of_admin = list(selectors.people_for(world.anshin_admin))
    of_sysadmin = list(selectors.people_for(world.sysadmin))

    assert of_admin == [world.anshin_admin.membership, world.anshin_worker.membership]
    assert {row.agency_id for row in of_sysadmin} > {world.anshin.pk, world.center.pk, world.other.pk}
    assert of_sysadmin == sorted(
        of_sysadmin, key=lambda row: (row.agency.code, row.user.last_name, row.user.first_name, row.pk)
    )
    assert ended.membership not in of_sysadmin
    assert list(selectors.agencies_for(world.anshin_admin)) == [world.anshin]
    assert set(selectors.agencies_for(world.sysadmin)) == set(Agency.objects.filter(closed_at=None))
    for nobody in (world.chief, world.anshin_worker, world.auditor, world.editor):
        assert not selectors.people_for(nobody).exists()
        assert not selectors.agencies_for(nobody).exists()


def test_a_membership_comes_with_its_person_and_agency(world, django_assert_num_queries):
    worker = world.anshin_worker.membership

    def met(membership):
        return membership.user.username, membership.agency.code, membership.agency.group.name

    with django_assert_num_queries(1):
        of_person = [met(each) for each in selectors.memberships_of(worker.user)]
    with django_assert_num_queries(1):
        of_task = met(selectors.viewer_for_membership(worker.pk).membership)
    with django_assert_num_queries(1):
        managed = [(row.user.username, row.agency.code) for row in selectors.people_for(world.anshin_admin)]

    assert (of_person, of_task) == ([("anshin", "anshin", "agency anshin")], of_person[0])
    assert sorted(managed) == [("anshin", "anshin"), ("anshin-admin", "anshin")]


def test_a_person_s_memberships_know_the_account_as_it_is_now(world):
    user = get_user_model().objects.get(pk=world.anshin_worker.user.pk)
    get_user_model().objects.filter(pk=user.pk).update(last_name="改まった姓")

    (membership,) = selectors.memberships_of(user)

    assert membership.user.last_name == "改まった姓"


# Made in this order; each neighbour in the list is told apart by one thing more.
NAMES = [("b", "a"), ("a", "c"), ("a", "b"), ("a", "b"), ("c", "a")]


def test_people_are_listed_by_agency_last_name_first_name_and_age_of_the_row(world):
    rows = []
    for agency in (make_agency("zz"), make_agency("aa")):
        admin = make_viewer(f"admin-{agency.code}", agency, "agency_admin")
        for number, (last, first) in enumerate(NAMES):
            viewer = make_viewer(f"{agency.code}{number}", agency)
            get_user_model().objects.filter(pk=viewer.user.pk).update(last_name=last, first_name=first)
            rows.append(viewer.membership)
        in_agency = [rows[-5:][number] for number in (2, 3, 1, 0, 4)]
        assert list(selectors.people_for(admin)) == [admin.membership, *in_agency]

    zz, aa = rows[:5], rows[5:]
    listed = [row for row in selectors.people_for(world.sysadmin) if row in rows]
    assert listed == [part[number] for part in (aa, zz) for number in (2, 3, 1, 0, 4)]
    # The database may give namesakes in any order unless it is told one; no test can wait for that.
    assert {selectors.people_for(each).query.order_by[-1] for each in (admin, world.sysadmin)} == {"pk"}
