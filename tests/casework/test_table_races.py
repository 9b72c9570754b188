"""Somebody moves out, or takes a consent back, while their case comes to a table: one defined outcome for each order.

Each pair is run both ways round. Whoever comes second has begun before the first commits, and waits for it.
"""

import datetime as dt
from functools import partial

import pytest
from django.utils import timezone

from casework.cases.models import CaseEvent
from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.households.actions import StayDraft, record_stay
from casework.households.models import Stay
from casework.meetings.actions import AgendaDraft, open_papers, put_on_agenda, take_off_agenda
from casework.meetings.minutes import MinutesText, Outcome, fix_item, save_minutes
from casework.meetings.models import (
    AgendaItem,
    Minutes,
    MinutesDraft,
    PaperRelease,
)
from casework.meetings.selectors import minutes_for
from casework.notifications.models import Notification
from casework.planning.actions import AtMeeting, decide_plan, save_plan
from casework.planning.models import PlanDecision
from casework.plans.actions import DirectionDraft, RoleDraft, decide
from casework.plans.models import Decision
from casework.sharing.actions import Label
from casework.sharing.models import ShareLine
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.tables import call, let_swear, open_to_all, ordinance, put, through_the_door
from tests.casework.test_planning import draft
from tests.casework.test_races import at_once, in_turn, won
from tests.worlds import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

WHO = ("mother", "son")
DAY = dt.timedelta(days=1)
ROUNDS = 4
VERBS = (
    "agenda_added", "agenda_removed", "papers_opened", "minutes_fixed", "stay_recorded", "consent_withdrawn", "decided",
    "plan_decided",
)  # fmt: skip
TAKEN_OFF = "この議題は取り下げられています。"


@pytest.fixture
def world(transactional_db):
    world = World()
    world.rule = ordinance(world, kinds=("shien_kaigi", "jusou"))
    let_swear(world.anshin_worker, world.kenko_worker)
    return world


def end_of(world, home):
    """Return everything that came of it: why items left, the rows, the events, what the member was told of and reads."""
    member = world.anshin_worker
    with acting_for(world.chief):
        items = AgendaItem.objects.filter(case=home.case)
        rows = (PaperRelease, MinutesDraft, Minutes, Decision, PlanDecision, Stay)
        verbs = CaseEvent.objects.filter(case=home.case, verb__in=VERBS).exclude(verb="agenda_added")
        meetings, keys = (
            list(items.values_list("meeting", flat=True)),
            set(items.values_list("pk", flat=True)),
        )
        found = {
            "left": list(items.order_by("pk").values_list("removal__cause", flat=True)),
            "rows": {model.__name__: n for model in rows if (n := model.objects.filter(case=home.case).count())},
            "events": sorted(verbs.values_list("verb", flat=True)),
        }  # fmt: skip
    with acting_for(member):
        told = Notification.objects.filter(membership=member.membership, meeting__in=meetings)
        found["told"] = sorted(told.values_list("kind", flat=True))
        read = {"Minutes": set(minutes_for(member).values_list("agenda", flat=True))}
        read |= through_the_door(member)
        found["reads"] = sorted(table for table, seen in read.items() if seen & keys)
    return found


def words_of(outcomes):
    """Return what the first was told, and the second: empty where it was done."""
    assert None not in outcomes
    return tuple(str(outcome) if isinstance(outcome, NotAllowed) else "" for outcome in outcomes)


def moving_out(world, home, who):
    by = world.coordinator
    return by, partial(record_stay, getattr(home, who), StayDraft("apart", timezone.localdate()), by=by)


def both_ways_round(world, table, act, leave):
    """Let ``act`` and ``leave`` meet at a table of its own for each person and order; yield (who, is the leaving first, outcomes, end)."""
    for who in WHO:
        for leaves_first in (True, False):
            home = world.household(f"家{who}{leaves_first:d}")
            item = table(home)
            pair = (leave(home, who), act(home, item))
            outcomes = in_turn(*(pair if leaves_first else pair[::-1]))
            yield who, leaves_first, words_of(outcomes), end_of(world, home)


# --- somebody moves out --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["shien_kaigi", "jusou"])
def test_who_moves_out_while_the_case_is_put_on_the_table_is_not_talked_about(world, kind):
    def putting(home, _item):
        meeting = call(world, world.rule)
        words = {home.mother.pk: "本人", home.son.pk: "長男"}
        draft = AgendaDraft(kind, "exchange", "話すこと", words, (world.anshin_worker.membership,))
        return world.chief, partial(put_on_agenda, meeting, home.case, draft, by=world.chief)

    for who, leaves_first, words, end in both_ways_round(
        world, lambda home: None, putting, partial(moving_out, world)
    ):
        if leaves_first:
            assert words == ("", "この世帯にいない人が含まれています。"), who
            assert end == {
                "left": [], "rows": {"Stay": 1}, "events": ["stay_recorded"], "told": [], "reads": [],
            }, who  # fmt: skip
        else:
            assert words == ("", ""), who
            assert end == {
                "left": ["left"], "rows": {"Stay": 1}, "events": ["agenda_removed", "stay_recorded"],
                "told": ["agenda_left", "meeting"], "reads": [],
            }, who  # fmt: skip


def test_who_moves_out_while_papers_open_is_read_about_by_nobody(world):
    def opening(_home, item):
        return world.chief, partial(open_papers, item, return_by=timezone.now() + DAY, by=world.chief)

    def table(home):
        return put(world, call(world, world.rule), home, world.anshin_worker)

    for who, leaves_first, words, end in both_ways_round(world, table, opening, partial(moving_out, world)):
        opened = [] if leaves_first else ["papers_opened"]
        assert words == ("", TAKEN_OFF if leaves_first else ""), who
        assert end == {
            "left": ["left"],
            "rows": {"Stay": 1} if leaves_first else {"PaperRelease": 1, "Stay": 1},
            "events": ["agenda_removed", *opened, "stay_recorded"],
            "told": ["agenda_left", "meeting"] if leaves_first else ["agenda_left", "meeting", "papers"],
            "reads": [],
        }, who  # fmt: skip


def written_table(world, held_at, home, **told):
    """An item with open papers and written minutes, not fixed yet."""
    item = put(world, call(world, world.rule, held_at=held_at), home, world.anshin_worker, **told)
    open_to_all(world, item)
    with acting_for(world.coordinator):
        save_minutes(item, MinutesText(points="話し合い"), seen=0, by=world.coordinator)
    return item


def fixing(world, home, item, *, roles=()):
    outcome = Outcome([DirectionDraft(Label(home.mother.pk, "plan"), "見守る")], roles)
    present = [world.anshin_worker.membership.pk]
    return world.chief, partial(fix_item, item, outcome, seen=1, present=present, by=world.chief)


FIXED = {"Decision": 1, "Minutes": 1, "PaperRelease": 1, "Stay": 1}


def test_minutes_of_a_meeting_that_was_held_stand_whoever_moves_out_meanwhile(world):
    """What took place is not undone (decision 025); but of an item that left the members read nothing any more."""
    table = partial(written_table, world, timezone.now())
    for who, leaves_first, words, end in both_ways_round(
        world, table, partial(fixing, world), partial(moving_out, world)
    ):
        assert words == ("", ""), who
        if leaves_first:
            assert end == {
                "left": ["left"], "rows": FIXED, "reads": [],
                "events": ["agenda_removed", "decided", "minutes_fixed", "papers_opened", "stay_recorded"],
                "told": ["agenda_left", "meeting", "papers"],
            }, who  # fmt: skip
        else:
            assert end == {
                "left": [None], "rows": FIXED, "reads": ["AgendaItem", "Minutes"],
                "events": ["decided", "minutes_fixed", "papers_opened", "stay_recorded"],
                "told": ["meeting", "papers", "papers"],
            }, who  # fmt: skip


def test_minutes_of_a_meeting_later_today_are_refused_once_somebody_moved_out(world):
    tonight = timezone.localtime().replace(hour=23, minute=59, second=59)
    table = partial(written_table, world, tonight)
    for who, leaves_first, words, end in both_ways_round(
        world, table, partial(fixing, world), partial(moving_out, world)
    ):
        if leaves_first:
            assert words == ("", "この議題は、会議の前に取り下げられています。"), who
            assert end == {
                "left": ["left"], "rows": {"MinutesDraft": 1, "PaperRelease": 1, "Stay": 1}, "reads": [],
                "events": ["agenda_removed", "papers_opened", "stay_recorded"],
                "told": ["agenda_left", "meeting", "papers"],
            }, who  # fmt: skip
        else:
            assert (words, end["left"], end["rows"]) == (("", ""), [None], FIXED), who


def test_son_who_moves_out_leaves_an_item_alone_that_is_about_his_mother(world):
    home, by = world.hazuki, world.coordinator
    item = put(world, call(world, world.rule), home, world.anshin_worker, people={home.mother.pk: "本人"})
    opening = partial(open_papers, item, return_by=timezone.now() + DAY, by=by)

    outcomes = in_turn(moving_out(world, home, "son"), (by, opening))

    assert words_of(outcomes) == ("", "")
    assert end_of(world, home) == {
        "left": [None], "rows": {"PaperRelease": 1, "Stay": 1}, "reads": ["AgendaItem"],
        "events": ["papers_opened", "stay_recorded"], "told": ["meeting", "papers"],
    }  # fmt: skip


def test_item_taken_off_while_somebody_moves_out_leaves_once_and_is_told_once(world):
    def taking_off(_home, item):
        return world.chief, partial(take_off_agenda, item, reason="見本", by=world.chief)

    def table(home):
        return put(world, call(world, world.rule), home, world.anshin_worker)

    for who, leaves_first, words, end in both_ways_round(
        world, table, taking_off, partial(moving_out, world)
    ):
        assert words == ("", "この議題は、すでに取り下げられています。" if leaves_first else ""), who
        assert end == {
            "left": ["left" if leaves_first else "decided"], "rows": {"Stay": 1},
            "events": ["agenda_removed", "stay_recorded"], "told": ["agenda_left", "meeting"], "reads": [],
        }, who  # fmt: skip


# --- a consent is taken back while something is decided at a 重層的支援会議 -------------------------------------


def taking_back(world, home, agency, item):
    def withdraw():
        consent = Consent.objects.get(person=home.mother)
        said = {"said_on": timezone.localdate(), "how": "電話"}
        return withdraw_consent(consent, agency=agency, item=item, **said, by=world.chief)

    return world.chief, withdraw


def planned(world, family):
    """A household with a plan, and the item of today's 重層的支援会議 at which it is to be decided."""
    home = world.household(family)
    for agency in (world.anshin, world.kenko):
        world.share(home, agency, Label(home.mother.pk, "roles"))
    with acting_for(world.coordinator):
        plan = save_plan(home.case, draft(world, home), follows=None, by=world.coordinator)
    return home, plan, written_table(world, timezone.now(), home, kind="jusou")


def deciding(world, plan, item):
    at = AtMeeting(item, 1, [world.anshin_worker.membership.pk])
    return world.coordinator, partial(decide_plan, plan, at=at, by=world.coordinator)


def lines_to(world, home, agency):
    with acting_for(world.chief):
        return ShareLine.objects.filter(case=home.case, agency=agency, ended_at__isnull=True).count()


WITHDRAWN = (
    # agency, item, what the decision is told, whether the item leaves
    ("anshin", "meeting", TAKEN_OFF, True),
    ("kenko", "roles", "機関 kenko", False),
    ("", "", "", True),
)


def test_no_plan_is_decided_at_a_meeting_on_a_consent_that_was_taken_back(world):
    for number, (agency, item, told, leaves) in enumerate(WITHDRAWN):
        home, plan, agenda = planned(world, f"家{number}")
        of = getattr(world, agency) if agency else None
        outcomes = in_turn(taking_back(world, home, of, item), deciding(world, plan, agenda))

        first, second = words_of(outcomes)
        assert (first, bool(second)) == ("", True)
        assert told in second
        assert end_of(world, home) == {
            "left": ["withdrawn" if leaves else None],
            "rows": {"MinutesDraft": 1, "PaperRelease": 1},
            "events": sorted(["consent_withdrawn", "papers_opened", *["agenda_removed"] * leaves]),
            "told": sorted(["meeting", "papers", *["agenda_left"] * leaves]),
            "reads": [] if leaves else ["AgendaItem"],
        }  # fmt: skip


def test_plan_decided_at_a_meeting_before_a_consent_is_taken_back_stands(world):
    for number, (agency, item, _told, leaves) in enumerate(WITHDRAWN):
        home, plan, agenda = planned(world, f"家{number}")
        of = getattr(world, agency) if agency else None
        outcomes = in_turn(deciding(world, plan, agenda), taking_back(world, home, of, item))

        assert words_of(outcomes) == ("", "")
        assert end_of(world, home) == {
            "left": [None],
            "rows": {"Decision": 1, "Minutes": 1, "PaperRelease": 1, "PlanDecision": 1},
            "events": ["consent_withdrawn", "decided", "minutes_fixed", "papers_opened", "plan_decided"],
            "told": ["meeting", "papers", "papers"],
            "reads": [] if leaves else ["AgendaItem", "Minutes"],
        }  # fmt: skip
        kept = {"": (0, 0), "meeting": (1, 1), "roles": (1, 0)}[item]
        assert (lines_to(world, home, world.anshin), lines_to(world, home, world.kenko)) == kept


def test_roles_fixed_with_the_minutes_do_not_outlive_their_consent(world):
    """The other way to a decision: an outcome fixed with the minutes. What is told and decided comes before or after the withdrawal."""
    for first in ("withdrawal", "decision"):
        home, _plan, item = planned(world, f"家{first}")
        role = RoleDraft(Label(home.mother.pk, "roles"), world.kenko, "孤立", "訪ねる")
        pair = [taking_back(world, home, world.kenko, "roles"), fixing(world, home, item, roles=[role])]
        outcomes = in_turn(*(pair if first == "withdrawal" else pair[::-1]))

        end = end_of(world, home)
        if first == "withdrawal":
            words = "機関 kenkoには、この人の「役割分担」がまだ共有されていません。先に共有してください。"
            assert words_of(outcomes) == ("", words)
            assert end["rows"] == {"MinutesDraft": 1, "PaperRelease": 1}
            assert end["events"] == ["consent_withdrawn", "papers_opened"]
        else:
            assert words_of(outcomes) == ("", "")
            assert end["rows"] == {"Decision": 1, "Minutes": 1, "PaperRelease": 1}
            assert end["events"] == ["consent_withdrawn", "decided", "minutes_fixed", "papers_opened"]
        assert lines_to(world, home, world.kenko) == 0


def test_roles_decided_outside_a_meeting_do_not_outlive_their_consent(world):
    """A decision waits for the consents of its case, too, where no table makes it wait."""
    for first in ("withdrawal", "decision"):
        home = world.household(f"外{first}")
        world.share(home, world.kenko, Label(home.mother.pk, "roles"))
        role = RoleDraft(Label(home.mother.pk, "roles"), world.kenko, "孤立", "訪ねる")
        told = {
            "decided_on": timezone.localdate(),
            "directions": [],
            "roles": [role],
            "by": world.coordinator,
        }
        pair = [
            taking_back(world, home, world.kenko, "roles"),
            (world.coordinator, partial(decide, home.case, **told)),
        ]
        outcomes = in_turn(*(pair if first == "withdrawal" else pair[::-1]))

        with acting_for(world.chief):
            decisions = Decision.objects.filter(case=home.case).count()
        words = "機関 kenkoには、この人の「役割分担」がまだ共有されていません。先に共有してください。"
        assert words_of(outcomes) == ("", words if first == "withdrawal" else "")
        assert decisions == (0 if first == "withdrawal" else 1)
        assert lines_to(world, home, world.kenko) == 0


def test_plan_at_a_meeting_and_withdrawal_let_go_at_once_have_one_of_both_ends(world):
    """As above, with nobody made to wait: whichever order comes, there is no decided plan beside a consent taken back before."""
    for number in range(ROUNDS):
        home, plan, item = planned(world, f"家{number}")

        outcomes = at_once(deciding(world, plan, item), taking_back(world, home, None, ""))

        decided = len(won(outcomes[:1]))
        end = end_of(world, home)
        assert words_of(outcomes)[1] == ""
        assert (end["left"], end["rows"]) == (
            ([None], {"Decision": 1, "Minutes": 1, "PaperRelease": 1, "PlanDecision": 1})
            if decided
            else (["withdrawn"], {"MinutesDraft": 1, "PaperRelease": 1})
        )
