"""申合せ without consent (domain.md 2.2): what a 支援会議 agreed is offered to the next version of a plan once its person agrees."""

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.consent.actions import ConsentDraft, record_consent
from casework.meetings.minutes import Outcome
from casework.planning.selectors import agreed_since, plan_views_for
from casework.plans.actions import DirectionDraft, RoleDraft
from casework.sharing.actions import Ground, Label
from permissions.walls.context import acting_for
from tests.casework.tables import fixed_item
from tests.casework.test_planning import client_of, draft, save, typed
from tests.worlds import agree

pytestmark = pytest.mark.slow

CASE_STUDY, OWN = "医師との事例検討", "夜の電話を受ける"


@pytest.fixture
def agreed(world):
    """The plan of the mother is written; what was agreed about her son in a 支援会議 stands beside it."""
    home = world.hazuki
    son = Label(home.son.pk, "roles")
    for agency in (world.anshin, world.kenko):
        world.share(home, agency, Label(home.mother.pk, "roles"))
    world.plan = save(world, home, draft(world, home, roles=draft(world, home).roles[:2]))
    with acting_for(world.coordinator):
        refusal = ConsentDraft(
            "refused", timezone.localdate(), "見本の説明", explained_by=world.coordinator.membership
        )
        record_consent(home.case, home.son, refusal, by=world.coordinator)
    world.share(home, world.jiritsu, son, ground=Ground("shien_kaigi", "支援会議 第1号"))
    roles = [
        RoleDraft(son, world.jiritsu, "こころの不調", CASE_STUDY, worker="見本 担"),
        RoleDraft(son, world.center, "全体", OWN),
    ]
    outcome = Outcome([DirectionDraft(Label(home.son.pk, "plan"), "急がない")], roles)
    fixed_item(world, world.jiritsu_worker, outcome=outcome)
    return world


def offered(world):
    with acting_for(world.coordinator):
        newest = plan_views_for(world.coordinator, world.hazuki.case)[0]
        return [row.what for row in agreed_since(world.coordinator, world.hazuki.case, newest)]


def says_yes(world, person):
    by = world.coordinator
    with acting_for(by):
        agree(world.hazuki.case, person, to=(world.jiritsu,), by=by, items=("basic", "roles"))


def test_it_is_offered_from_the_consent_on_and_until_a_version_holds_it(agreed):
    home = agreed.hazuki
    before = offered(agreed)
    says_yes(agreed, home.son)

    assert (before, offered(agreed)) == ([], [CASE_STUDY, OWN])
    url = reverse("casework:plan_write", args=[home.case.pk])
    page = client_of(agreed.coordinator).get(url)
    body = page.content.decode()
    assert (CASE_STUDY in body, "見本 担" in body, "役割2件を下に加えて" in body) == (True, True, True)
    sent = client_of(agreed.coordinator).post(url, typed(page.context["forms"]))
    assert sent.status_code == 302
    assert offered(agreed) == []
    with acting_for(agreed.coordinator):
        newest = plan_views_for(agreed.coordinator, home.case)[0]
        kept = [(role.what, role.worker, role.person_id) for role in newest.roles][-2:]
    assert kept == [(CASE_STUDY, "見本 担", home.son.pk), (OWN, "", home.son.pk)]
    assert "役割2件を下に加えて" not in client_of(agreed.coordinator).get(url).content.decode()


def test_another_persons_word_brings_none_of_it(agreed):
    says_yes(agreed, agreed.hazuki.mother)

    assert offered(agreed) == []
