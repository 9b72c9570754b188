"""終結: a case ends with a sheet that says who goes on, what would bring the household back, and when somebody asks."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.cases.actions import move_to_stage
from casework.cases.forms import StageForm
from casework.cases.models import Case
from casework.cases.states import NEXT_STAGES, Stage
from casework.closing.actions import ClosureDraft, close_case, lacking
from casework.closing.models import Closure
from casework.closing.retention import Keeping, keeping_from
from casework.closing.selectors import closure_for
from casework.codes.models import Setting
from casework.concealment.actions import GroundDraft, conceal
from casework.concealment.guard import PlaceWritten
from casework.dates import in_era, in_months
from casework.evaluation.actions import EvaluationDraft, ResultDraft, record_evaluation
from casework.households.actions import set_item
from casework.households.models import PersonContact
from casework.meetings.minutes import Outcome, fix_item
from casework.models import CaseEvent
from casework.notifications.models import Notification
from casework.plans.actions import DirectionDraft, decide
from casework.plans.models import Direction
from casework.referrals.actions import ReferralDraft, send_referral
from casework.reopening.actions import reopen_case
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label
from casework.tasks.actions import end_task
from casework.tasks.models import Task
from casework.tasks.selectors import open_tasks_for
from casework.workspace.clocks import remind_deadlines
from casework.workspace.duties import DutyFilter, DutyKind, duties_for
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import call, instead_of, let_swear, open_to_all, ordinance, plan_of, write
from tests.casework.tables import put as put_item

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def put(case, stage, flow=""):
    Case.objects.filter(pk=case.pk).update(stage=stage, flow=flow)


def sheet(**told):
    words = {
        "kind": "handed_over", "told": "これからはあんしんが話を聞くと伝えた", "lead_words": "あんしんの担当",
        "decided_by_words": "11月20日の内部会議", "signs": "郵便物がたまる",
        "follow_up_on": timezone.localdate() + 90 * DAY,
    }  # fmt: skip
    return ClosureDraft(**{**words, **told})


def close(world, home, draft, *, by=None, key=None):
    by = by or world.coordinator
    with acting_for(by):
        return close_case(home.case, draft, by=by, key=key)


@pytest.fixture
def closing(world):
    """A case of flow 3 about whose end is talked."""
    with acting_for(world.coordinator):
        put(world.hazuki.case, Stage.CLOSING, "flow3")
        put(world.tomono.case, Stage.CLOSING, "flow3")
    return world


def test_sheet_closes_the_case_and_asks_how_it_went(closing):
    world, by = closing, closing.coordinator
    draft = sheet(lead=world.anshin)

    made = close(world, world.hazuki, draft)

    with acting_for(by):
        case = Case.objects.get(pk=world.hazuki.case.pk)
        events = list(CaseEvent.objects.filter(case=case).order_by("pk").values_list("verb", flat=True))
        tasks = [(task.due_on, task.owner_id) for task in open_tasks_for(by).filter(case=case)]
        assert Case.objects.get(pk=world.tomono.case.pk).stage == Stage.CLOSING
        assert closure_for(by, case) == made
    assert case.stage == Stage.CLOSED
    assert tasks == [(draft.follow_up_on, by.membership.pk)]
    assert {"stage_changed", "case_closed", "task_added"} <= set(events)
    assert (made.kind, made.lead.pk, made.signs, made.told) == (
        "handed_over", draft.lead.pk, "郵便物がたまる", "これからはあんしんが話を聞くと伝えた",
    )  # fmt: skip


def test_end_of_the_watch_stays_until_somebody_has_looked(closing, monkeypatch):
    world, by = closing, closing.coordinator
    until = timezone.localdate() + 30 * DAY
    close(world, world.hazuki, sheet(watch="民生委員が声をかける", watch_until=until))
    mine = DutyFilter(kind=DutyKind.TASK, who="me")
    told = Notification.objects.filter(kind="deadline", task__due_on=until)
    remind_deadlines()
    with acting_for(by):
        assert (told.count(), duties_for(by, mine)[0].due_on) == (0, until)

    for days in (29, 35):
        monkeypatch.setattr(timezone, "localdate", lambda day=until + (days - 30) * DAY: day)
        remind_deadlines()

    with acting_for(by):
        assert told.count() == 1
        (late,) = duties_for(by, DutyFilter(kind=DutyKind.TASK, who="me", due="late"))
        end_task(Task.objects.get(pk=late.key), kind="done", by=by)
        assert until not in [duty.due_on for duty in duties_for(by, mine)]
    with acting_for(world.reception):
        assert not told.exists()


def test_nothing_is_decided_handed_over_or_put_on_a_table_in_a_case_that_ended(closing, client):
    world, by, home = closing, closing.coordinator, closing.hazuki
    world.share(home, world.anshin, Label(home.mother.pk, "roles"))
    rule = ordinance(world)
    meeting = call(world, rule)

    def begin(of):
        case, label = of.case, Label(of.mother.pk, "plan")
        draft = ReferralDraft(
            receiver=world.anshin, person_id=of.mother.pk, heard="見本", issues="見本", we_keep="見本",
            ground=Ground("law", "見本"), answer_by=timezone.localdate() + DAY, agreed=(),
        )  # fmt: skip
        yield lambda: decide(
            case, decided_on=timezone.localdate(), directions=[DirectionDraft(label, "見本")], roles=[], by=by
        )
        yield lambda: send_referral(case, draft, by=by)
        yield lambda: put_item(world, meeting, of, people={of.mother.pk: "本人"})

    sign_in(client, by)
    buttons = ("決定を記録する", "つなぎを送る", "会議の議題にする")
    page = reverse("casework:case", args=[home.case.pk])
    before = client.get(page).content.decode()
    close(world, home, sheet(lead=world.anshin))
    after = client.get(page).content.decode()

    assert [words in before for words in buttons] == [True] * 3
    assert [words in after for words in buttons] == [False] * 3
    for act in begin(home):
        with pytest.raises(NotAllowed, match="もう終わっています"), acting_for(by):
            act()
    with acting_for(by):
        for act in begin(world.tomono):
            act()


def test_no_case_ends_without_its_sheet(closing):
    by, case = closing.coordinator, closing.hazuki.case
    for stage in (stage for stage, following in NEXT_STAGES.items() if Stage.CLOSED in following):
        with acting_for(by):
            put(case, stage, "flow3")
            case = Case.objects.get(pk=case.pk)
            assert Stage.CLOSED not in dict(StageForm(case=case).fields["stage"].choices)
            with pytest.raises(NotAllowed, match="終結シート"):
                move_to_stage(case, stage=Stage.CLOSED, by=by)


@pytest.mark.parametrize(
    ("flow", "stage", "told", "field"),
    [
        ("flow3", "closing", {"lead_words": " "}, "lead"),
        ("flow3", "closing", {"told": ""}, "told"),
        ("flow3", "closing", {"signs": ""}, "signs"),
        ("flow3", "closing", {"follow_up_on": None}, "follow_up_on"),
        ("flow3", "closing", {"follow_up_on": dt.date(2020, 1, 1)}, "follow_up_on"),
        ("flow3", "closing", {"watch_until": dt.date(2030, 1, 1)}, "watch"),
        ("flow3", "closing", {"watch": "民生委員", "watch_until": dt.date(2020, 1, 1)}, "watch_until"),
        ("flow3", "closing", {"decided_by_words": ""}, "decided_by_words"),
        ("flow2", "closing", {}, "decision"),
    ],
)
def test_what_the_sheet_lacks_is_told_and_nothing_is_closed(closing, flow, stage, told, field):
    case, draft = closing.hazuki.case, sheet(**told)
    with acting_for(closing.coordinator):
        put(case, stage, flow)
        assert list(lacking(Case.objects.get(pk=case.pk), draft, closing.coordinator)) == [field]
        with pytest.raises(NotAllowed):
            close_case(case, draft, by=closing.coordinator)
        assert Case.objects.get(pk=case.pk).stage == stage
        assert not Closure.objects.exists()


@pytest.mark.parametrize("kind", ["died", "duplicate", "out_of_scope"])
def test_after_some_ends_nobody_comes_back_and_nobody_asks(closing, kind):
    close(closing, closing.hazuki, sheet(kind=kind, signs="", follow_up_on=None))
    with acting_for(closing.coordinator):
        assert not open_tasks_for(closing.coordinator).exists()


def test_hand_over_that_was_confirmed_needs_no_other_decision(closing):
    with acting_for(closing.coordinator):
        put(closing.hazuki.case, Stage.REFERRED, "flow1")
    assert close(closing, closing.hazuki, sheet(decided_by_words="")).decided_by_words == ""


def outside(world, home, **more):
    """A decision that no meeting made."""
    with acting_for(world.coordinator):
        return decide(
            home.case, decided_on=timezone.localdate(), by=world.coordinator,
            directions=[DirectionDraft(Label(None, "plan"), "終わる")], roles=[], **more,
        )  # fmt: skip


def at_meeting(world, days=0, kind="shien_kaigi"):
    """A decision at a meeting about the first household, so many days ago; an internal one has the center alone."""
    member = world.coordinator if kind == "internal" else world.anshin_worker
    let_swear(member)
    meeting = call(world, ordinance(world), held_at=timezone.now() - days * DAY)
    item = put_item(world, meeting, world.hazuki, member, kind=kind)
    open_to_all(world, item)
    write(world, item)
    outcome = Outcome([DirectionDraft(Label(None, "plan"), "終わる")])
    with acting_for(world.chief):
        return fix_item(item, outcome, seen=1, present=[], by=world.chief)[1]


def evaluated(world, decision, **told):
    with acting_for(world.coordinator):
        of = [ResultDraft(row, "met") for row in Direction.objects.filter(decision=decision)]
        on = told.pop("evaluated_on", timezone.localdate())
        draft = EvaluationDraft(decision.pk, on, "見本", "close", results=tuple(of), **told)
        return record_evaluation(world.hazuki.case, draft, by=world.coordinator)


@pytest.fixture
def coordinated(closing):
    with acting_for(closing.coordinator):
        put(closing.hazuki.case, Stage.CLOSING, "flow2")
    return closing


def offered(world, client):
    sign_in(client, world.coordinator)
    form = client.get(reverse("casework:closing", args=[world.hazuki.case.pk])).context["form"]
    return {key for key, _words in form.fields["decision"].choices if key}


def test_coordination_ends_by_a_decision_of_a_meeting_about_this_case_and_no_other(coordinated, client):
    world = coordinated
    elsewhere, alone, ends = outside(world, world.tomono), outside(world, world.hazuki), at_meeting(world)
    internal = at_meeting(world, kind="internal")
    assert offered(world, client) == {str(ends.pk)}
    for decision, words in (
        (elsewhere, "ほかのケース"), (alone, "会議の外"), (internal, "重層的支援会議か支援会議の議題で"),
    ):  # fmt: skip
        with pytest.raises(NotAllowed, match=words):
            close(world, world.hazuki, sheet(decision=decision))
    assert close(world, world.hazuki, sheet(decision=ends)).decision == ends


def test_plan_is_not_its_own_end(coordinated, client):
    world = coordinated
    begins = at_meeting(world)
    plan_of(world, begins)
    assert offered(world, client) == set()
    with pytest.raises(NotAllowed, match="プランの決定では"):
        close(world, world.hazuki, sheet(decision=begins))


def test_decision_that_was_replaced_ends_nothing(coordinated, client):
    world = coordinated
    before = at_meeting(world)
    outside(world, world.hazuki, in_place_of=instead_of(before))
    assert offered(world, client) == set()
    with pytest.raises(NotAllowed, match="置き換えられました"):
        close(world, world.hazuki, sheet(decision=before))


def test_decision_to_end_knows_the_newest_evaluation(coordinated, client, shift_clock):
    """It is of the day of the evaluation or later, or of the meeting that the evaluation names."""
    world = coordinated
    ends = at_meeting(world, days=3)
    for minute, (told, ways) in enumerate((
        ({"evaluated_on": timezone.localdate() - 3 * DAY}, {str(ends.pk)}), ({}, set()), ({"agenda": ends.agenda}, {str(ends.pk)}),
    )):  # fmt: skip
        shift_clock(dt.timedelta(minutes=minute))
        evaluated(world, ends, **told)
        assert offered(world, client) == ways
        if not ways:
            with pytest.raises(NotAllowed, match="いちばん新しい評価より前"):
                close(world, world.hazuki, sheet(decision=ends))
    assert close(world, world.hazuki, sheet(decision=ends)).decision == ends


def test_other_flows_end_by_the_item_of_a_meeting_or_the_chiefs_word(closing, client):
    world, case = closing, closing.hazuki.case
    rule = ordinance(world)
    meetings = [call(world, rule, held_at=timezone.now() + day * DAY) for day in (-1, 1)]
    held, coming = (put_item(world, each, world.hazuki) for each in meetings)
    silent = {"decided_by_words": ""}
    with pytest.raises(NotAllowed, match="センター長か会議が決めます"):
        close(world, world.hazuki, sheet(**silent))
    with pytest.raises(NotAllowed, match="開かれた会議から"):
        close(world, world.hazuki, sheet(agenda=coming, **silent))
    close(world, world.tomono, sheet(**silent), by=world.chief)
    sign_in(client, world.coordinator)
    address = reverse("casework:closing", args=[case.pk])
    choices = client.get(address).context["form"].fields["agenda"].choices
    assert [key for key, _words in choices if key] == [str(held.pk)]
    typed = {"once": str(uuid.uuid4()), "kind": "goal_met", "told": "見本", "lead": "", "lead_words": "見本", "watch": "", "watch_until": "", "signs": "見本", "follow_up_on": str(timezone.localdate() + DAY), "decided_by_words": "", "agenda": str(held.pk)}  # fmt: skip
    text = client.post(address, typed, follow=True).content.decode()
    assert "ケースを終えました。" in text
    assert (
        text.partition('id="closure"')[2].count(reverse("casework:agenda", args=[meetings[0].pk, held.pk]))
        >= 1
    )
    with acting_for(world.coordinator):
        sheets = {each.case_id: (each.agenda, each.decided_by_words) for each in Closure.objects.all()}
    assert sheets == {case.pk: (held, ""), world.tomono.case.pk: (None, "センター長が決めた")}


def test_sent_twice_closes_once_and_another_is_told(closing):
    key = uuid.uuid4()
    first = close(closing, closing.hazuki, sheet(), key=key)
    assert close(closing, closing.hazuki, sheet(), key=key) == first
    with pytest.raises(NotAllowed):
        close(closing, closing.hazuki, sheet(kind="died"))
    with acting_for(closing.coordinator):
        assert list(Closure.objects.values_list("kind", flat=True)) == ["handed_over"]


def test_who_may_not_decide_closes_nothing(closing):
    for who in (closing.anshin_worker, closing.reception):
        with pytest.raises(NotAllowed):
            close(closing, closing.hazuki, sheet(), by=who)


def test_agency_reads_it_with_the_plan_of_the_household_and_not_otherwise(closing):
    world = closing
    made = close(world, world.hazuki, sheet())
    world.share(world.hazuki, world.anshin, Label(None, "plan"))
    world.share(world.hazuki, world.jiritsu, Label(None, "history"), Label(world.hazuki.mother.pk, "plan"))
    for who, seen in ((world.anshin_worker, made), (world.jiritsu_worker, None)):
        with acting_for(who):
            assert closure_for(who, world.hazuki.case) == seen
            assert list(Closure.objects.all()) == ([seen] if seen else [])


def test_database_keeps_one_sheet_with_what_it_must_hold(closing):
    world = closing
    made = close(world, world.hazuki, sheet())
    values = {"case": world.tomono.case, "item": "plan", "kind": "died", "told": "x", "lead_words": "x", "closed_by": world.coordinator.membership}  # fmt: skip
    for wrong in (
        {"case": world.hazuki.case},
        {"item": "history"},
        {"person_id": world.tomono.mother.pk},
        {"lead_words": ""},
        {"told": ""},
        {"kind": "no such kind"},
        {"watch_until": dt.date(2030, 1, 1)},
    ):
        with acting_for(world.coordinator), pytest.raises(IntegrityError), transaction.atomic():
            Closure(**{**values, **wrong}).save(force_insert=True)
    with acting_for(world.coordinator):
        assert list(Closure.objects.all()) == [made]


def test_place_in_hiding_is_not_written_on_the_sheet(closing):
    by, home = closing.coordinator, closing.tomono
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        values = {"address": "青葉区見本町9-8-7"}
        set_item(home.mother, item="contact", values=values, seen=fingerprint(row, ["address"]), by=by)
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), (), by=by)
        with pytest.raises(PlaceWritten):
            close_case(home.case, sheet(told="青葉区見本町9-8-7へ行くと伝えた"), by=by)
        assert Case.objects.get(pk=home.case.pk).stage == Stage.CLOSING


def test_page_tells_what_is_missing_keeps_what_was_typed_and_closes(closing, client):
    world, case = closing, closing.hazuki.case
    sign_in(client, world.coordinator)
    page, address = reverse("casework:case", args=[case.pk]), reverse("casework:closing", args=[case.pk])
    shown = client.get(page).content.decode()
    assert address in shown
    assert "終結のときにあるとよいもので、まだのもの" in shown
    form = client.get(address)
    assert form.context["form"]["follow_up_on"].value() == in_months(timezone.localdate(), 3)
    typed = {"once": str(uuid.uuid4()), "kind": "goal_met", "told": "おめでとうと伝えた", "lead": "", "lead_words": "", "watch": "", "watch_until": "", "signs": "", "follow_up_on": "", "decided_by_words": ""}  # fmt: skip

    refused = client.post(address, typed)

    assert refused.status_code == 200
    wanted = {"lead", "signs", "follow_up_on", "decided_by_words"}
    assert set(refused.context["form"].errors) == wanted
    unread = client.post(address, {**typed, "kind": "", "told": "", "follow_up_on": "2026-02-31"})
    assert set(unread.context["form"].errors) == wanted | {"kind", "told"}
    assert "おめでとうと伝えた" in refused.content.decode()
    told = {"lead": str(world.anshin.pk), "signs": "眠れない日が続く", "follow_up_on": str(timezone.localdate() + DAY), "decided_by_words": "内部会議"}  # fmt: skip
    done = client.post(address, {**typed, **told}, follow=True)
    text = done.content.decode()
    assert done.redirect_chain == [(page, 302)]
    for words in (
        "目標達成",
        world.anshin.name,
        "眠れない日が続く",
        "おめでとうと伝えた",
        "内部会議",
        "終わったケースです。",
    ):
        assert words in text
    assert address not in text
    again = client.post(address, {**typed, **told}, follow=True)
    assert again.redirect_chain == [(page, 302)]
    assert "このケースは、もう終わっています。" in again.content.decode()
    assert client.get(address, follow=True).redirect_chain == [(page, 302)]


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [("2026-11-30", 3, "2027-02-28"), ("2023-11-30", 3, "2024-02-29"), ("2026-12-31", 1, "2027-01-31"), ("2026-01-15", 24, "2028-01-15")],
)  # fmt: skip
def test_months_later_is_a_day_of_that_month(day, months, later):
    assert in_months(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(later)


@pytest.mark.parametrize(
    ("closed_on", "years", "begins", "ends"),
    [
        (dt.date(2026, 3, 31), 5, dt.date(2026, 4, 1), dt.date(2031, 3, 31)),
        (dt.date(2026, 4, 1), 5, dt.date(2027, 4, 1), dt.date(2032, 3, 31)),
        (dt.date(2024, 2, 29), 1, dt.date(2024, 4, 1), dt.date(2025, 3, 31)),
    ],
)
def test_record_is_kept_from_the_april_after_the_fiscal_year(closing, closed_on, years, begins, ends):
    with acting_for(closing.chief):
        Setting.objects.create(key="keep_years", value=str(years))
        assert keeping_from(closed_on) == Keeping(begins, ends, years)


def test_pages_tell_how_long_the_record_is_kept_and_that_it_waits_for_a_case_that_came_back(closing, client):
    world, home = closing, closing.hazuki
    sign_in(client, world.chief)
    with acting_for(world.chief):
        keeping = keeping_from(timezone.localdate())
    words = f"{in_era(keeping.from_on)}から5年（{in_era(keeping.until_on)}まで）"
    before = client.get(reverse("casework:closing", args=[home.case.pk])).content.decode()
    close(world, home, sheet(lead=world.anshin))
    world.share(home, world.anshin, Label(None, "plan"))
    pages = {}
    for viewer in (world.chief, world.anshin_worker):
        sign_in(client, viewer)
        pages[viewer.agency.code] = client.get(reverse("casework:case", args=[home.case.pk])).content.decode()
    with acting_for(world.coordinator):
        later = reopen_case(home.case, words="また困った", by=world.coordinator)
    sign_in(client, world.chief)
    waits = client.get(reverse("casework:case", args=[home.case.pk])).content.decode()

    assert words in before
    assert [words in page for page in pages.values()] == [True, True]
    assert words not in waits
    assert f"再相談のケース {later.number} が終わるまで" in waits
