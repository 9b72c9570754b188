"""Two people at the same moment at one table: one defined outcome each."""

import datetime as dt
from functools import partial

import pytest
from django.utils import timezone

from casework.cases.models import CaseEvent
from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.meetings.actions import (
    MEETING_FIELDS,
    AgendaDraft,
    MeetingDraft,
    change_meeting,
    put_on_agenda,
)
from casework.meetings.minutes import MinutesText, Outcome, fix_item, save_minutes
from casework.meetings.models import AgendaItem, AgendaRemoval, Meeting, Minutes, MinutesDraft
from casework.plans.actions import DirectionDraft, RoleDraft, answer_role, decide
from casework.plans.models import Decision, RoleAnswer, RoleRow
from casework.seen import ChangedMeanwhile, fingerprint
from casework.sharing.actions import Label
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.tables import call, instead_of, today_item, write
from tests.casework.test_races import at_once, in_turn, refused, won
from tests.worlds import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def world(transactional_db):
    return World()


def outcome_of(world, **more):
    return Outcome([DirectionDraft(Label(world.hazuki.mother.pk, "plan"), "見守る")], **more)


def test_item_fixed_by_two_chairs_is_fixed_by_the_first(world):
    item = today_item(world, world.anshin_worker)
    write(world, item)
    fix = partial(fix_item, item, outcome_of(world), seen=1, present=[])

    _done, told = in_turn(*((who, partial(fix, by=who)) for who in (world.chief, world.coordinator)))

    assert (type(told), str(told)) == (NotAllowed, "この議題の議事録は、すでに確定しています。")
    with acting_for(world.chief):
        assert [row.fixed_by for row in Minutes.objects.all()] == [world.chief.membership]
        assert [row.decided_by for row in Decision.objects.all()] == [world.chief.membership]
        assert not MinutesDraft.objects.exists()
        assert CaseEvent.objects.filter(verb__in=("minutes_fixed", "decided")).count() == 2


def test_minutes_saved_by_two_windows_keep_the_first_and_tell_the_second(world):
    item, by = today_item(world, world.anshin_worker), world.coordinator
    save = partial(save_minutes, item, seen=0, by=by)

    outcomes = at_once(*((by, partial(save, MinutesText(text))) for text in ("一", "二")))

    assert (len(won(outcomes)), refused(outcomes)) == (1, [ChangedMeanwhile])
    (kept,) = won(outcomes)
    with acting_for(by):
        assert list(MinutesDraft.objects.values_list("facts", "version")) == [(kept.facts, 1)]


def test_minutes_saved_while_they_are_fixed_are_either_before_or_refused(world):
    item, by = today_item(world, world.anshin_worker), world.coordinator
    write(world, item, "一")

    outcomes = at_once(
        (by, partial(save_minutes, item, MinutesText("二"), seen=1, by=by)),
        (world.chief, partial(fix_item, item, Outcome(), seen=1, present=[], by=world.chief)),
    )

    with acting_for(world.chief):
        fixed = list(Minutes.objects.values_list("facts", flat=True))
        drafts = list(MinutesDraft.objects.values_list("facts", flat=True))
    assert (refused(outcomes), fixed, drafts) in (
        ([NotAllowed], ["一"], []), ([ChangedMeanwhile], [], ["二"]),
    )  # fmt: skip


def test_meeting_put_off_while_an_item_is_fixed_is_put_off_or_stands(world):
    """Minutes of a meeting that lies ahead do not exist, whoever comes first."""
    item, by = today_item(world, world.anshin_worker), world.coordinator
    write(world, item)
    later = timezone.now() + dt.timedelta(days=40)
    with acting_for(by):
        now = Meeting.objects.select_related("writer", "ordinance").get(pk=item.meeting_id)
        names = ("label", "convener", "chair", "writer", "place", "is_online", "ordinance")
        draft = MeetingDraft(held_at=later, **{name: getattr(now, name) for name in names})
        seen = fingerprint(now, MEETING_FIELDS)

    outcomes = at_once(
        (by, partial(change_meeting, now, draft, seen=seen, by=by)),
        (world.chief, partial(fix_item, item, Outcome(), seen=1, present=[], by=world.chief)),
    )

    with acting_for(world.chief):
        held_at = Meeting.objects.get(pk=item.meeting_id).held_at
        found = (held_at == later, Minutes.objects.exists())
    assert (len(won(outcomes)), refused(outcomes)) == (1, [NotAllowed])
    assert found in ((True, False), (False, True))


@pytest.mark.parametrize("answers_first", [True, False])
def test_role_declined_while_a_decision_takes_its_place_is_answered_or_told(world, answers_first):
    """The decision stands in any case. The answer belongs to the role it was given to, or there is none."""
    home, worker = world.hazuki, world.anshin_worker
    label = Label(home.mother.pk, "roles")
    world.share(home, world.anshin, label)
    role = RoleDraft(label, world.anshin, "孤立", "訪ねる")
    item = today_item(world, worker)
    write(world, item)
    with acting_for(world.chief):
        earlier = decide(
            home.case, decided_on=timezone.localdate(), directions=[], roles=[role], by=world.chief
        )
        row = RoleRow.objects.select_related("case", "decision").get()
    decline = partial(answer_role, row, kind="declined", text="空きがない", answered=0, by=worker)
    fix = partial(
        fix_item, item, Outcome([], [role], instead_of(earlier)), seen=1, present=[], by=world.chief
    )
    pair = [(worker, decline), (world.chief, fix)]

    outcomes = in_turn(*(pair if answers_first else pair[::-1]))

    with acting_for(world.chief):
        answers = list(RoleAnswer.objects.values_list("role", "kind"))
        assert earlier.end.decision.agenda_id == item.pk
        assert list(Minutes.objects.values_list("agenda", flat=True)) == [item.pk]
    if answers_first:
        assert (refused(outcomes), answers) == ([], [(row.pk, "declined")])
    else:
        assert (type(outcomes[1]), answers) == (NotAllowed, [])
        assert "新しい決定で終わりました" in str(outcomes[1])
    with acting_for(worker), pytest.raises(NotAllowed):
        answer_role(row, kind="accepted", text="", answered=len(answers), by=worker)


def test_consent_taken_back_while_the_case_is_put_on_the_table_leaves_nothing_standing(world):
    home, by = world.hazuki, world.coordinator
    meeting = call(world, held_at=timezone.now() + dt.timedelta(days=1))
    draft = AgendaDraft("jusou", "exchange", "", {home.mother.pk: "本人"}, (world.anshin_worker.membership,))
    with acting_for(by):
        consent = Consent.objects.get(case=home.case, person=home.mother)
    said = {"agency": None, "item": "", "said_on": timezone.localdate(), "how": "電話"}

    at_once(
        (by, partial(put_on_agenda, meeting, home.case, draft, by=by)),
        (world.chief, partial(withdraw_consent, consent, **said, by=world.chief)),
    )

    with acting_for(world.chief):
        standing = AgendaItem.objects.filter(removal__isnull=True)
        assert not standing.exists()
        assert AgendaRemoval.objects.count() == AgendaItem.objects.count()
