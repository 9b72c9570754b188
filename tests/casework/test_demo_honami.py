"""帆波家 of the demo: coordination once around, loaded by the actions that the screens use."""

import pytest
from django.urls import reverse

from casework.assessments.selectors import assessment_views_for
from casework.cases.guards import refusal_of
from casework.cases.models import Case
from casework.demo_honami import load_honami
from casework.demo_people import days_ago, viewer
from casework.evaluation.models import Evaluation, EvaluationResult, EvaluationRole
from casework.meetings.models import AgendaItem, Minutes
from casework.monitoring.models import Monitoring, MonitoringTick
from casework.planning.models import PlanDecision, PlanPart
from casework.plans.models import RoleAnswer, RoleRow
from permissions import demo as people_demo
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in

pytestmark = pytest.mark.slow


@pytest.fixture
def loaded(wearing):
    people_demo.load()
    load_honami()


def test_household_went_once_around(loaded, wearing):
    chief = viewer("chief")
    with wearing("app_web"), acting_for(chief):
        honami = Case.objects.get()
        assert (honami.stage, honami.opened_at) == ("flow2_eval", days_ago(84))
        (version,) = assessment_views_for(chief, honami)
        link = PlanDecision.objects.get()
        plan, decision = link.plan, link.decision
        assert (version.assessment.version, plan.version, plan.assessment) == (1, 1, version.assessment)
        minutes = Minutes.objects.get()
        assert (decision.agenda, len(minutes.present)) == (minutes.agenda, 5)
        roles = RoleRow.objects.filter(decision=decision)
        answered = RoleAnswer.objects.values_list("role", flat=True)
        assert set(roles.filter(pk__in=answered).values_list("seat", flat=True)) == {
            "", "lead", "contact", "emergency", "progress",
        }  # fmt: skip
        assert [role.agency.code for role in roles.exclude(pk__in=answered)] == ["shakyo"]
        assert (Monitoring.objects.get().has_met, MonitoringTick.objects.count()) == (True, roles.count())
        assert (Evaluation.objects.get().outcome, EvaluationRole.objects.count()) == ("replan", roles.count())
        goals = PlanPart.objects.filter(plan=plan, section="goal")
        assert set(EvaluationResult.objects.values_list("part", flat=True)) == {goal.pk for goal in goals}
        # Whoever tries the demo can go on from here, as the evaluation says and in no other way.
        assert [bool(refusal_of(honami, stage)) for stage in ("replanning", "closing")] == [False, True]


def test_agencies_see_their_part_of_it(loaded, wearing):
    of_daughter = {"進学", "夕方の居場所"}
    of_father = {"家賃の滞納", "当面のお金", "全体"}
    for name, shown in (("ssw", of_daughter), ("shokudo", of_daughter), ("shakyo", of_father)):
        agency = viewer(name)
        with wearing("app_web"), acting_for(agency):
            assert set(RoleRow.objects.values_list("issue", flat=True)) == shown
            assert not Evaluation.objects.exists()


def test_whoever_tries_the_demo_finds_it_on_the_screen(loaded, client):
    chief = viewer("chief")
    sign_in(client, chief)
    with acting_for(chief):
        case, plan, item = Case.objects.get().pk, PlanDecision.objects.get().plan_id, AgendaItem.objects.get()
    pages = {
        reverse("casework:case", args=[case]): (
            "帆波 俊",
            "数学をもっとやりたい。",
            "社会福祉協議会",
        ),
        reverse("casework:plan", args=[case, plan]): (
            "高校に行きたい。",
            "決定",
            "支援決定した",
            "福総第0045号",
        ),
        reverse("casework:agenda", args=[item.meeting_id, item.pk]): (
            "家賃の給付を先に申請する。",
            "確定した人",
            "支援プランの案",
            "長女：「高校に行きたい。」",
        ),
        f"{reverse('casework:case', args=[case])}roles/?by=agency": ("未回答", "夕ごはんと勉強の場所"),
        reverse("casework:timeline", args=[case]): ("重層的支援会議", "モニタリング", "評価"),
    }
    for url, words in pages.items():
        body = client.get(url).content.decode()
        assert [word for word in words if word not in body] == [], url
