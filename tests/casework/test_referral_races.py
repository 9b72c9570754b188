"""Two people at the same referral in the same moment: one winner, the other is told, and nobody is dropped.

By night a thousand pairs:  HYPOTHESIS_PROFILE=nightly pytest tests/casework/test_referral_races.py
"""

import os

import pytest
from django.utils import timezone

from casework.cases.models import Case
from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.referrals.actions import (
    AnswerDraft,
    ReferralDraft,
    answer_referral,
    revoke_referral,
    send_referral,
)
from casework.referrals.models import ReferralAnswer, ReferralRevocation
from casework.sharing.actions import Ground, Label
from casework.sharing.models import PersonGrant, ShareLine
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.test_races import at_once, refused, won
from tests.worlds import World, agree, make_viewer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PAIRS = 1000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 10


@pytest.fixture
def world(transactional_db):
    return World()


def send(world, ground):
    draft = ReferralDraft(
        receiver=world.jiritsu, person_id=world.hazuki.mother.pk, heard="見本", issues="見本", we_keep="見本",
        ground=ground, answer_by=timezone.localdate(), agreed=(Label(world.hazuki.mother.pk, "money"),),
    )  # fmt: skip
    with acting_for(world.coordinator):
        return send_referral(world.hazuki.case, draft, by=world.coordinator)


def says(referral, kind, who, *, answered=0):
    draft = AnswerDraft(kind, words="見本")
    return who, lambda: answer_referral(referral, draft, answered=answered, by=who)


def seen(world):
    with acting_for(world.jiritsu_worker):
        lines = set(ShareLine.objects.live().values_list("item", flat=True))
        grants = set(PersonGrant.objects.values_list("permission__codename", flat=True))
    assert grants == {f"view_person_{item}" for item in lines}
    return lines


def test_acceptance_and_refusal_at_once_have_one_winner(world):
    colleague = make_viewer("jiritsu-colleague", world.jiritsu)
    law = Ground("law", "見本")

    for _pair in range(PAIRS):
        referral = send(world, law)
        outcomes = at_once(
            says(referral, "accepted", world.jiritsu_worker), says(referral, "declined", colleague)
        )
        assert (len(won(outcomes)), refused(outcomes)) == (1, [NotAllowed])
        with acting_for(world.chief):
            (answer,) = ReferralAnswer.objects.filter(referral=referral)
            assert answer == won(outcomes)[0]
        assert seen(world) == ({"referral", "money"} if answer.kind == "accepted" else set())
        if answer.kind == "accepted":
            with acting_for(world.chief):
                revoke_referral(referral, reason="見本", by=world.chief)


def test_revocation_during_acceptance_leaves_nothing_to_be_seen(world):
    law = Ground("law", "見本")

    for _pair in range(PAIRS):
        referral = send(world, law)
        revoke = (world.chief, lambda: revoke_referral(referral, reason="見本", by=world.chief))  # noqa: B023 -- run at once
        outcomes = at_once(says(referral, "accepted", world.jiritsu_worker), revoke)

        assert isinstance(outcomes[1], ReferralRevocation)
        assert outcomes[0] is None or isinstance(outcomes[0], NotAllowed | ReferralAnswer)
        assert seen(world) == set()
        with acting_for(world.chief):
            assert Case.objects.get(pk=world.hazuki.case.pk).holder == world.coordinator.agency


def test_consent_withdrawn_during_acceptance_leaves_nothing_that_rests_on_it(world):
    for _pair in range(max(PAIRS // 10, 3)):
        with acting_for(world.coordinator):
            agree(world.hazuki.case, world.hazuki.mother, to=(world.jiritsu,), by=world.coordinator)
        referral = send(world, Ground("consent", "書面"))
        with acting_for(world.chief):
            consents = list(Consent.objects.filter(person=world.hazuki.mother))

        def withdraw():
            for consent in consents:  # noqa: B023 -- run at once
                try:
                    withdraw_consent(
                        consent, agency=world.jiritsu, item="", said_on=timezone.localdate(), how="電話",
                        by=world.chief,
                    )  # fmt: skip
                except NotAllowed:
                    continue
            return True

        at_once(says(referral, "accepted", world.jiritsu_worker), (world.chief, withdraw))

        assert seen(world) == set()
