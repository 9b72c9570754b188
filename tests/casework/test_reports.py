"""今月の数: every count equals a slow recount, for each reader of what they may see, and what was closed stays as it was."""

import csv
import datetime as dt
import io
import random
import statistics
from collections import Counter
from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from casework.assessments.models import Assessment
from casework.cases.actions import create_case, move_to_stage
from casework.cases.models import Case, CaseEvent
from casework.closing.models import Closure
from casework.consent.models import Consent
from casework.dates import in_months
from casework.households.models import Person
from casework.intake.models import Contact, ContactTopic
from casework.issues.actions import IssueDraft, follow_issue, note_issue
from casework.issues.labels import item_of
from casework.issues.models import Issue
from casework.meetings.models import AgendaItem, AgendaRemoval, Meeting
from casework.planning.models import Plan, PlanDecision, PlanPart, PlanRole
from casework.plans.models import Decision, DecisionEnd, RoleAnswer, RoleEnd, RoleRow, Seat
from casework.referrals.models import Referral, ReferralAnswer, ReferralRevocation
from casework.reports.actions import close_month
from casework.reports.clocks import close_months
from casework.reports.counts import COUNTS, DAYS
from casework.reports.models import MonthClose, MonthCount, MonthFact
from casework.reports.months import Month
from casework.reports.pages import HIDDEN, _Book, report_for, rows_of_file
from casework.reports.selectors import cells_of, facts_kept_for, facts_now_for, kept_for
from casework.reports.small import LEAST, hidden_cells, is_whole_hidden
from casework.seals.actions import seal_case
from casework.sharing.actions import block
from casework.tasks.models import Task, TaskEnd
from forms_app.status.promise import is_working_day
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.recount import FIELDS, recount
from tests.worlds import make_viewer

pytestmark = pytest.mark.django_db
STAGES = ("intake", "flow1_referring", "flow2_assess", "flow2_active", "suspended", "closed")
SERVICES = ("", "participation", "outreach", "food")
FLOW = {"flow1_referring": "flow1", "flow2_assess": "flow2"}


class History:
    """Random lives of some cases over four months, written row by row with the moments they happened."""

    def __init__(self, world, seed):
        self.world, self.draw = world, random.Random(seed)
        self.by = world.chief
        self.now = timezone.localtime()
        self.cases, self.meetings = [], []
        with acting_for(self.by):
            for number in range(self.draw.randint(4, 9)):
                self._case(number)
            for number in range(self.draw.randint(0, 5)):
                self._contact(f"X{number}", None, kind=self.draw.choice(("consultation", "advice")))

    def moment(self):
        return self.now - dt.timedelta(days=self.draw.randint(0, 125), minutes=self.draw.randint(0, 1439))

    def _contact(self, number, case, kind="consultation"):
        row = Contact(
            number=f"T-{number}", received_at=self.moment(), kind=kind, case=case, state="case" if case else "taken",
            channel=self.draw.choice(("phone", "window")), route=self.draw.choice(("self_visit", "agency", "not_asked")),
            referrer_type=self.draw.choice(("", "school")), speaker=self.draw.choice(("self", "minsei", "agency")), one_line="見本",
            ward=self.draw.choice(("", "shinonome", "elsewhere")),
        )  # fmt: skip
        row.save(force_insert=True)
        for topic in self.draw.sample(sorted(FIELDS), self.draw.randint(0, 3)):
            ContactTopic(contact=row, topic=topic).save(force_insert=True)

    def _case(self, number):
        draw, by = self.draw, self.by.membership
        case = create_case(by=self.by)
        stage, flow, path = "received", "", sorted(self.moment() for _each in range(draw.randint(0, 6)))
        opened = min([self.moment(), *path])
        for at in path:
            if stage == "closed":
                break
            after = draw.choice(STAGES)
            before, stage = {"stage": stage, "flow": flow}, after
            flow = FLOW.get(after, flow)
            CaseEvent(
                case=case, verb="stage_changed", actor=by, at=at, before=before, after={"stage": stage, "flow": flow}
            ).save(force_insert=True)  # fmt: skip
        Case.objects.filter(pk=case.pk).update(opened_at=opened, stage=stage, flow=flow)
        self.cases.append(case)
        age = draw.choice((None, 10, 30, 50, 70, 84))
        person = Person(case=case, name=f"見本{number}", relation="self", age_about=age)
        person.save(force_insert=True)
        for _each in range(draw.randint(0, 2)):
            self._relative(case, draw.randint(0, 2))
        for each in range(draw.randint(0, 2)):
            self._contact(f"{case.number}-{each}", case)
        if draw.random() < 0.5:
            self._consent(case, person)
        for each in range(draw.randint(0, 3)):
            self._referral(case, each)
        previous = None
        for each in range(draw.randint(0, 2)):
            previous = self._decision(case, each, previous)
        for _each in range(draw.randint(0, 2)):
            self._task(case)
        for _each in range(draw.randint(0, 2)):
            self._agenda(case)
        for version in range(1, draw.randint(1, 3)):
            fixed = {"version": version, "purpose": "plan", "fixed_by": by, "fixed_at": self.moment()}
            Assessment(case=case, **fixed).save(force_insert=True)
        if stage == "closed":
            Closure(
                case=case, item="plan", kind=draw.choice(("goal_met", "moved")), lead_words="見本", told="見本",
                closed_by=by, closed_at=path[-1],
            ).save(force_insert=True)  # fmt: skip

    def _relative(self, case, issues):
        person = Person(case=case, name="見本", relation="child", position=1)
        person.save(force_insert=True)
        for code in self.draw.sample(("debt", "disease", "unknown"), issues):
            told = {"case": case, "person": person, "code": code, "item": item_of(code), "said_by": "staff"}
            noted = {"noted_by": self.by.membership, "noted_at": self.moment()}
            row = Issue(**told, **noted)
            row.save(force_insert=True)
            if self.draw.random() < 0.3:
                Issue(**told, **{**noted, "noted_at": self.now}, follows=row).save(force_insert=True)

    def _consent(self, case, person):
        by = self.by.membership
        Consent(
            case=case, person=person, number=f"C-{case.number}", answer=self.draw.choice(("given", "refused")), giver="self",
            explained_on=self.moment().date(), explained_by=by, method="written", capacity="clear", explained="見本",
            recorded_by=by,
        ).save(force_insert=True)  # fmt: skip

    def _referral(self, case, number):
        draw, by, sent = self.draw, self.by.membership, self.moment()
        receiver = draw.choice((self.world.anshin, self.world.kenko))
        row = Referral(
            case=case, item="referral", number=f"R-{case.number}-{number}", sender=self.by.agency, receiver=receiver,
            sent_by=by, sent_at=sent, heard="見本", issues="見本", we_keep="見本", answer_by=sent.date(), basis="law", evidence="見本",
        )  # fmt: skip
        row.save(force_insert=True)
        at, label = (
            sent,
            {"case": case, "item": "referral", "referral": row, "agency": receiver, "answered_by": by},
        )
        for sequence, kind in enumerate(
            draw.choice(((), ("accepted",), ("accepted", "first_contact"), ("accepted", "returned")))
        ):
            at += dt.timedelta(days=draw.randint(0, 11))
            told = {"reason": "out_of_scope", "words": "見本"} if kind == "returned" else {}
            ReferralAnswer(**label, **told, sequence=sequence, kind=kind, medium="phone", contact_person="見本",
                           said_at=min(at, self.now)).save(force_insert=True)  # fmt: skip
        if draw.random() < 0.2:
            ReferralRevocation(referral=row, case=case, reason="見本", revoked_by=by,
                               revoked_at=min(at + dt.timedelta(days=draw.randint(0, 20)), self.now)).save(force_insert=True)  # fmt: skip

    def _decision(self, case, number, previous):
        draw, by, at = self.draw, self.by.membership, self.moment()
        # What it ends, a decision ends at its own moment, which the database's clock has to tell.
        when = {} if previous else {"recorded_at": at}
        row = Decision(
            case=case, number=f"D-{case.number}-{number}", decided_on=at.date(), decided_by=by, **when
        )
        row.save(force_insert=True)
        if previous:
            self._end(previous, row)
        if draw.random() < 0.6:
            self._plan(row)
        seats = list(Seat.values) if draw.random() < 0.7 else [""]
        for position, seat in enumerate(seats):
            agency = draw.choice((self.world.anshin, self.world.kenko))
            role = RoleRow(case=case, item="roles", decision=row, position=position, agency=agency, seat=seat,
                           issue="見本", what="見本")  # fmt: skip
            role.save(force_insert=True)
            said = at
            for sequence, kind in enumerate(
                draw.choice(
                    (("accepted",), ("conditional",), ("declined", "accepted"), ("accepted", "result"), ())
                )
            ):
                said = min(said + dt.timedelta(days=draw.randint(0, 30)), self.now)
                RoleAnswer(case=case, item="roles", role=role, agency=agency, sequence=sequence, kind=kind, text="見本", contact_person="見本",
                           medium="phone", said_at=said, answered_by=by).save(force_insert=True)  # fmt: skip
        return row

    def _end(self, previous, decision):
        """Whole, or a single role of it; the database ends the roles of a whole one."""
        roles = RoleRow.objects.filter(decision=previous, end__isnull=True)
        if self.draw.random() < 0.7:
            DecisionEnd(ended=previous, case=decision.case, decision=decision).save(force_insert=True)
            return
        role = roles.order_by("position").first()
        if role:
            label = {"case": role.case, "person": role.person, "item": role.item}
            RoleEnd(role=role, decision=decision, **label).save(force_insert=True)

    def _plan(self, decision):
        case, by, day = decision.case, self.by.membership, decision.decided_on
        plan = Plan(
            case=case, number=f"P-{case.number}", version=Plan.objects.filter(case=case).count() + 1,
            period_from=day, period_to=day, monitor_on=day, made_by=by,
        )  # fmt: skip
        plan.save(force_insert=True)
        for position in range(self.draw.randint(0, 3)):
            part = {"section": "service", "service": self.draw.choice(SERVICES), "text": "見本"}
            PlanPart(case=case, item="plan", plan=plan, position=position, **part).save(force_insert=True)
            role = {
                "agency": self.world.anshin,
                "issue": "見本",
                "what": "見本",
                "service": self.draw.choice(SERVICES),
            }
            PlanRole(case=case, item="roles", plan=plan, position=position, **role).save(force_insert=True)
        PlanDecision(case=case, plan=plan, decision=decision).save(force_insert=True)

    def _agenda(self, case):
        draw, by = self.draw, self.by.membership
        if not self.meetings or draw.random() < 0.6:
            held = self.now + dt.timedelta(hours=1) if draw.random() < 0.2 else self.moment()
            meeting = Meeting(
                number=f"M-{case.number}-{len(self.meetings)}", label="見本", held_at=held, place="見本", chair="見本",
                writer=by, made_by=by,
            )  # fmt: skip
            meeting.save(force_insert=True)
            self.meetings.append(meeting)
        meeting = draw.choice(self.meetings)
        item = AgendaItem(
            meeting=meeting, case=case, position=meeting.items.count() + 1, kind=draw.choice(("shien_kaigi", "jusou", "chosei")),
            purpose="exchange", purpose_text="見本", added_by=by,
        )  # fmt: skip
        item.save(force_insert=True)
        if draw.random() < 0.3:
            removed = meeting.held_at + draw.choice((-1, 1)) * dt.timedelta(hours=2)
            AgendaRemoval(
                agenda=item, case=case, cause="decided", reason="見本", removed_by=by, removed_at=removed
            ).save(force_insert=True)

    def _task(self, case):
        by, at = self.by.membership, self.moment()
        task = Task(
            case=case, item="history", what="見本", due_on=at.date(), owner=by, made_by=by, made_at=at
        )
        task.save(force_insert=True)
        if self.draw.random() < 0.5:
            ended = min(at + dt.timedelta(days=self.draw.randint(0, 60)), self.now)
            TaskEnd(case=case, item="history", task=task, kind="done", ended_by=by, ended_at=ended).save(
                force_insert=True
            )


def last_months():
    this = Month.of(timezone.localdate())
    return [this, this.before, this.before.before, this.before.before.before]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_every_count_equals_a_slow_recount_for_every_reader(world, seed):
    history = History(world, seed)
    out = make_viewer("sealed-out", world.center_itaku, "coordinator")
    shut = {case.pk for case in history.cases[:2]}
    circle = {each.user.pk for each in (world.chief, world.coordinator, world.reception)}
    with acting_for(world.chief):
        seal_case(history.cases[0], members=circle, reason="親族", seen=0, by=world.chief)
        block(history.cases[1], agency=None, user_id=out.user.pk, reason="親族", by=world.chief)
    for month in last_months():
        with acting_for(world.chief):
            whole, part = recount(month), recount(month, without=shut)
            now = cells_of(facts_now_for(world.chief, month))
            assert now == whole
            if month == last_months()[0]:
                with pytest.raises(NotAllowed, match="終わっていない"):
                    close_month(month, by=world.chief)
                continue
            assert close_month(month, by=world.chief) == 1
            assert close_month(month, by=world.chief) == 0
            assert kept_for(world.chief, month)[0].cells == whole
            kept = [fact for code in COUNTS for fact in facts_kept_for(world.chief, month, code)]
            assert cells_of(kept) == whole
        with acting_for(out):
            assert cells_of(facts_now_for(out, month)) == part
            assert [each.cells for each in kept_for(out, month)] == [part]
            assert not MonthFact.objects.filter(case__in=shut).exists()
            assert not MonthCount.objects.exists()
        with acting_for(world.auditor):
            assert kept_for(world.auditor, month)[0].cells == whole
            assert facts_kept_for(world.auditor, month, "contacts") == []
            assert facts_now_for(world.auditor, month) == []
        for viewer in (world.anshin_worker, world.reception, world.editor):
            with acting_for(viewer):
                assert kept_for(viewer, month) == []
                assert facts_now_for(viewer, month) == []
                assert not MonthClose.objects.exists()
                assert not MonthFact.objects.exists()


def test_histories_hold_something_of_every_count(world):
    seen = set()
    for seed in range(20):
        if seen >= set(COUNTS):
            break
        with transaction.atomic():
            History(world, seed)
            with acting_for(world.chief):
                for month in last_months():
                    seen |= {code for code, _by, _cell in cells_of(facts_now_for(world.chief, month))}
            transaction.set_rollback(True)
    assert seen == set(COUNTS)


def test_what_is_corrected_later_stands_beside_what_was_closed(world, client):
    month = Month.of(timezone.localdate()).before
    at = timezone.make_aware(dt.datetime.combine(month.first_on + dt.timedelta(days=3), dt.time(12)))
    with acting_for(world.chief):
        rows = [
            Contact(number=f"T-{number}", received_at=at, channel="phone", one_line="見本", state="taken")
            for number in range(7)
        ]
        for row in rows[:6]:
            row.save(force_insert=True)
        assert close_month(month, by=world.chief) == 1
        rows[6].save(force_insert=True)
        Contact.objects.filter(pk=rows[0].pk).update(channel="window")
        assert close_month(month, by=world.chief) == 2
        first, last = kept_for(world.chief, month)
    assert (first.cells["contacts", "", ""], last.cells["contacts", "", ""]) == (6, 7)
    assert (first.cells["contacts", "channel", "phone"], last.cells["contacts", "channel", "phone"]) == (6, 6)
    sign_in(client, world.coordinator)
    url = reverse("casework:report", args=month.arguments)
    body = client.get(url).content.decode()
    assert "訂正後 7" in body
    assert "訂正後 1" in body  # at the counter
    listed = client.get(
        reverse("casework:report_list", args=[*month.arguments, "contacts"]),
        {"by": "channel", "cell": "window"},
    )
    assert "T-0" in listed.content.decode()
    assert "T-1" not in listed.content.decode()
    with acting_for(world.auditor):
        views = dict(report_for(world.auditor, month).sections)["相談受付"]
        assert (views[0].whole.value, views[0].whole.revised) == ("6", "")  # one more would be one person
    for viewer, status in ((world.auditor, 200), (world.reception, 403), (world.anshin_worker, 403)):
        sign_in(client, viewer)
        answer = client.get(url)
        assert answer.status_code == status
        assert "/contacts/" not in answer.content.decode()


@pytest.mark.parametrize("who", ["chief", "auditor", "coordinator", "anshin_worker", "stranger"])
def test_nobody_writes_a_closed_month_or_reads_the_whole(world, who):
    month = Month.of(timezone.localdate()).before
    with acting_for(world.chief):
        close_month(month, by=world.chief)
    viewer = getattr(world, who)
    with acting_for(viewer):
        assert not MonthCount.objects.exists()
        for statement in (
            "UPDATE casework_monthclose SET revision = 9", "DELETE FROM casework_monthcount", "DELETE FROM casework_monthfact",
            "INSERT INTO casework_monthclose (id, month, revision, closed_at) VALUES (gen_random_uuid(), '2026-01-01', 9, clock_now())",
        ):  # fmt: skip
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        if who != "chief":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT casework_close_month(%s, %s, gen_random_uuid())", [month.before.first_on, []]
                )
                assert cursor.fetchone() == (None,)
            with pytest.raises(NotAllowed):
                close_month(month, by=viewer)


def test_clock_closes_on_the_day_and_finds_later_corrections(world, shift_clock):
    this = Month.of(timezone.localdate())
    eleventh = this.next.first_on + dt.timedelta(days=10)
    shift_clock(dt.timedelta(days=(this.next.first_on + dt.timedelta(days=2) - timezone.localdate()).days))
    close_months()
    with acting_for(world.chief):
        assert not MonthClose.objects.filter(month=this.first_on).exists()
    shift_clock(dt.timedelta(days=(eleventh - timezone.localdate()).days))
    close_months()
    close_months()
    with acting_for(world.chief):
        assert list(MonthClose.objects.values_list("month", "revision", "closed_by")) == [
            (this.first_on, 1, None)
        ]
        opened = kept_for(world.chief, this)[0].cells["cases_new", "", ""]
        case = create_case(by=world.chief)
        Case.objects.filter(pk=case.pk).update(
            opened_at=dt.datetime.combine(this.first_on, dt.time(3), dt.UTC)
        )
    close_months()
    with acting_for(world.chief):
        assert [each.cells["cases_new", "", ""] for each in kept_for(world.chief, this)] == [
            opened,
            opened + 1,
        ]


def test_button_moves_a_case_of_today_into_the_running_month(world, client):
    with acting_for(world.coordinator):
        for stage in ("intake", "screening", "flow2_assess"):
            move_to_stage(world.hazuki.case, stage=stage, by=world.coordinator)
    sign_in(client, world.chief)
    body = client.get(reverse("casework:reports")).content.decode()
    month = Month.of(timezone.localdate())
    url = reverse("casework:report_list", args=[*month.arguments, "coordination_open"])
    assert f'href="{url}"' in body
    listed = client.get(url).content.decode()
    assert world.hazuki.case.number in listed
    assert world.tomono.case.number not in listed
    answer = client.post(reverse("casework:report_close", args=month.arguments), follow=True)
    assert "まだ終わっていない月" in answer.content.decode()
    future = month.next
    assert client.get(reverse("casework:report", args=future.arguments)).status_code == 404
    assert client.get("/casework/reports/2026/13/").status_code == 404
    assert client.get(reverse("casework:report_list", args=[*month.arguments, "no-such"])).status_code == 404


def test_file_holds_no_small_number(world):
    history = History(world, 3)
    month = last_months()[1]
    with acting_for(world.chief):
        cells = recount(month)
        rows = rows_of_file(report_for(world.chief, month, hides_small=True))
    assert history.cases
    numbers = {row[5] for row in rows} | {row[6] for row in rows if row[6]}
    assert not {str(number) for number in range(1, LEAST)} & numbers
    assert HIDDEN in numbers
    assert any(0 < value < LEAST for value in cells.values())
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    assert "見本" not in file.getvalue()


def test_household_of_three_is_one_case_three_people_and_its_issues(world):
    """domain.md 4.1, by hand."""
    home, by = world.hazuki, world.coordinator
    with acting_for(by):
        before = cells_of(facts_now_for(by, last_months()[0]))
        third = Person(case=home.case, name="見本", relation="child", position=2)
        third.save(force_insert=True)
        for person, code in (
            (home.son, "debt"),
            (home.son, "isolation"),
            (third, "isolation"),
            (third, "unknown"),
        ):
            note_issue(person, code, IssueDraft("2", "staff"), by=by)
        again = Issue.objects.get(person=home.son, code="debt")
        follow_issue(again, IssueDraft("3", "self"), by=by)
        after = cells_of(facts_now_for(by, last_months()[0]))
    told = [
        {code: cells[code, "", ""] for code in ("cases_new", "people_in_cases", "issues_in_cases")}
        for cells in (before, after)
    ]
    # Two households of the world; whoever a case is about is counted with it.
    assert told == [
        {"cases_new": 2, "people_in_cases": 2, "issues_in_cases": 0},
        {"cases_new": 2, "people_in_cases": 4, "issues_in_cases": 3},
    ]


def test_middle_of_days_is_the_median(world):
    History(world, 1)
    for month in last_months():
        with acting_for(world.chief):
            cells = recount(month)
            shown = {
                view.count.code: view.whole.value
                for _heading, views in report_for(world.chief, month).sections
                for view in views
            }
        days = [
            int(cell)
            for (code, by, cell), n in cells.items()
            if (code, by) == ("seats_days", DAYS.code)
            for _each in range(n)
        ]
        assert shown["seats_days"] == (f"{statistics.median(days):g}日（{len(days)}ケース）" if days else "—")


def month_of(**numbers):
    """The cells of some counts:  month_of(closed={"close_kind": {"moved": 2}})"""
    cells = Counter()
    for code, groups in numbers.items():
        cells[code, "", ""] = sum(next(iter(groups.values())).values())
        cells.update({(code, by, cell): n for by, found in groups.items() for cell, n in found.items() if n})
    return cells


def told_of(cells, code):
    """What a file tells of a count: the whole, and its cells by dimension."""
    view = _Book(last_months()[0], cells, cells, hides_small=True, links=False).count_view(COUNTS[code])
    return view.whole.value, {cell.word: cell.value for each in view.breakdowns for cell in each.cells}


KINDS = ("goal_met", "moved", "died")


@given(part=st.tuples(*[st.integers(0, 9)] * 3), rest=st.tuples(*[st.integers(0, 9)] * 3))
def test_no_small_number_follows_from_a_part_beside_its_whole(part, rest):
    """What coordination ended, beside all that ended: nothing is told of a kind whose other cases are a few."""
    whole = dict(zip(KINDS, map(sum, zip(part, rest, strict=True)), strict=True))
    flows = {"flow2": sum(part), "flow1": sum(rest)}
    cells = month_of(
        closed={"close_kind": whole, "flow": flows},
        coordination_closed={"close_kind": dict(zip(KINDS, part, strict=True))},
    )

    total, told = told_of(cells, "coordination_closed")

    if total != HIDDEN:
        assert not any(0 < number < LEAST for number in (int(total), sum(rest)))
    if told:
        assert total == str(sum(part))
        assert not any(0 < number < LEAST for number in (*part, *rest))
        assert set(told.values()) == {str(number) for number in part if number}
    assert HIDDEN not in told.values()


def test_part_is_told_where_nothing_of_it_is_small():
    flows = {"flow2": 13, "flow1": 6}
    cells = month_of(
        plans={"plan": {"first": 12, "again": 7}, "flow": flows},
        coordination_plans={"plan": {"first": 6, "again": 7}},
    )
    assert told_of(cells, "coordination_plans") == ("13", {"初回プラン": "6", "再プラン": "7"})
    few = month_of(
        plans={"plan": {"first": 12, "again": 8}, "flow": {"flow2": 13, "flow1": 7}},
        coordination_plans={"plan": {"first": 6, "again": 7}},
    )
    assert told_of(few, "coordination_plans") == ("13", {})  # one again is of another flow
    back = month_of(
        coordination_new={"consent": {"with": 9}}, into_coordination={"from_flow": {"": 9, "flow1": 2}}
    )
    assert told_of(back, "into_coordination") == (HIDDEN, {})  # two came back


# --- small cells: pure -----------------------------------------------------------------------------------


@given(values=st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_no_small_number_follows_from_what_is_told(values):
    """Whoever knows the sum and every number that is told finds at least two ways to fill each hidden cell."""
    cells = {str(number): value for number, value in enumerate(values)}
    hidden = sorted(hidden_cells(cells, is_many=False))
    small = {cell for cell, value in cells.items() if 0 < value < LEAST}
    assert small <= set(hidden)
    if is_whole_hidden(sum(values), cells, is_many=False):
        return
    rest = sum(values) - sum(value for cell, value in cells.items() if cell not in hidden)
    ways = [way for way in product(range(1, rest + 1), repeat=len(hidden)) if sum(way) == rest]
    for position in range(len(hidden)):
        assert len({way[position] for way in ways}) > 1


@given(year=st.integers(2020, 2030), month=st.integers(1, 12))
def test_months_follow_each_other(year, month):
    this = Month(dt.date(year, month, 1))
    assert this.next.before == this
    assert this.next.first_on == in_months(this.first_on, 1)
    assert this.fiscal_year == (year if month >= 4 else year - 1)
    assert all(is_working_day(each) for each in this.working_days()[-25:])
    assert max(this.working_days()) < this.next.first_on
