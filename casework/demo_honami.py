"""帆波家, an invented household whose coordination has gone once around: assessed, decided at a meeting, looked at, evaluated. 見本."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from casework.assessments.actions import PartDraft as Assessed
from casework.assessments.actions import Seen, fix_assessment, mark_of, write_part
from casework.assessments.models import Assessment
from casework.assessments.selectors import known_for
from casework.cases.actions import move_to_stage
from casework.cases.models import Case
from casework.consent.actions import ConsentDraft, record_consent
from casework.consent.models import Answer
from casework.demo_people import agency, date, days_ago, viewer
from casework.evaluation.actions import EvaluationDraft, ResultDraft, RoleResultDraft, record_evaluation
from casework.households.actions import add_person
from casework.households.models import Person
from casework.intake.actions import open_case, record_contact
from casework.issues.actions import IssueDraft, note_issue
from casework.meetings.actions import (
    AgendaDraft,
    MeetingDraft,
    add_paper,
    call_meeting,
    open_papers,
    put_on_agenda,
)
from casework.meetings.minutes import MinutesText, save_minutes
from casework.meetings.models import AgendaItem, PaperKind
from casework.monitoring.actions import MonitoringDraft, TickDraft, record_monitoring
from casework.ordinances.models import MeetingKind
from casework.planning.actions import AtMeeting, PartDraft, PlanDraft, bring_plan, decide_plan, save_plan
from casework.planning.confirmations import ConfirmationDraft, confirm_plan
from casework.planning.models import Plan, PlanPart, Section
from casework.planning.papers import paper_of
from casework.planning.selectors import plan_view_for
from casework.plans.actions import RoleDraft, Told, answer_role
from casework.plans.models import Decision, InCharge, RoleRow
from casework.sharing.actions import Ground, Label, share_items
from permissions.viewer import Viewer
from permissions.walls.context import acting_for

# Days before today.
FIRST_CONTACT, AGREED_ON, ASSESSED_ON, MET_ON, LOOKED_ON, EVALUATED_ON = 84, 77, 70, 56, 28, 7


@dataclass
class Honami:
    """The case, the father, the daughter, and who works on it."""

    case: Case
    father: Person
    daughter: Person
    by: Viewer


def load_honami() -> None:
    """Load the case up to its evaluation, which says that it is planned anew."""
    by = viewer("coordinator")
    with acting_for(by):
        home = _household(by)
        _consents(home)
        for stage in ("intake", "screening", "flow2_assess"):
            move_to_stage(home.case, stage=stage, by=by)
        assessment = _assessment(home)
        move_to_stage(home.case, stage="flow2_plan", by=by)
        plan = _plan(home, assessment)
        item = _meeting(home, plan)
        move_to_stage(home.case, stage="flow2_meeting", by=by)
        present = [
            viewer(name).membership.pk for name in ("coordinator", "chief", "jiritsu", "ssw", "shokudo")
        ]
        decision = decide_plan(plan, at=AtMeeting(item, 1, present), by=by)
        _confirm(plan)
        _answers(decision, by)
        _monitoring(home, decision)
        for stage in ("flow2_active", "flow2_eval"):
            move_to_stage(home.case, stage=stage, by=by)
        _evaluation(home, decision)
    Case.objects.filter(pk=home.case.pk).update(opened_at=days_ago(FIRST_CONTACT))


# --- Who they are, what they agree to ----------------------------------------------------------------------------------


def _household(by: Viewer) -> Honami:
    contact = record_contact(
        channel="window", speaker="self", one_line="病気で仕事を休み、家賃が3か月おくれている。娘が進学をあきらめかけている",
        reply_to="000-0000-7101", urgency="C", topics=("housing",), ward="minatomi", received_at=days_ago(FIRST_CONTACT, 13, 30), by=by,
    )  # fmt: skip
    father = {"name": "帆波 俊", "kana": "ほなみ しゅん", "relation": "self", "sex": "male", "age_about": 47}
    case = open_case(
        contact, household_name="帆波さん世帯", household_kind="single_parent", person=father, by=by
    )
    daughter = {
        "name": "帆波 すず",
        "kana": "ほなみ すず",
        "relation": "child",
        "sex": "female",
        "age_about": 15,
    }
    home = Honami(case, Person.objects.get(case=case), add_person(case, values=daughter, by=by), by)
    for person, code, words in (
        (home.father, "housing_unstable", "家賃3か月分の滞納。"), (home.father, "injury", "腰を痛め、休職して4か月。"),
        (home.daughter, "school_refusal", "週に2日ほど休む。"),
    ):  # fmt: skip
        note_issue(person, code, IssueDraft("2", "self", words=words), by=by)
    return home


EXPLAINED = "何のために、どの機関に、どの項目を、いつまで見せるか。いつでも取り消せること。同意しなくても相談できること。"
FATHERS = {
    "jiritsu": ("basic", "money", "roles", "plan"),
    "shakyo": ("basic", "roles"),
    "ssw": (),
    "shokudo": (),
}
DAUGHTERS = {"ssw": ("basic", "roles", "plan"), "shokudo": ("roles",), "jiritsu": (), "shakyo": ()}


def _consents(home: Honami) -> None:
    """Each for themselves, to each agency by name, the meeting with every one of them; then it is shown."""
    words = {
        home.father: "娘の進学のことを、いちばんに考えてほしい。",
        home.daughter: "高校には行きたい。お父さんには言えない。",
    }
    by_him: dict[str, Any] = {"giver": "legal", "giver_name": home.father.name}
    for person, items, more in ((home.father, FATHERS, {}), (home.daughter, DAUGHTERS, by_him)):
        scopes = tuple(
            (agency(code), item) for code, several in items.items() for item in (*several, "meeting")
        )
        draft = ConsentDraft(
            Answer.GIVEN,
            date(AGREED_ON),
            EXPLAINED,
            scopes=scopes,
            kept_at="鍵つき書庫 2段目",
            own_view=words[person],
            **more,
        )
        record_consent(home.case, person, draft, by=home.by)
        for code, several in items.items():
            if several:
                labels = [Label(person.pk, item) for item in several]
                ground = Ground("consent", f"{date(AGREED_ON)} 書面 説明者 見本 調")
                share_items(home.case, agency=agency(code), labels=labels, ground=ground, by=home.by)


# --- What is known, and what is wanted --------------------------------------------------------------------------------


def _assessment(home: Honami) -> Assessment:
    father, daughter = home.father.pk, home.daughter.pk
    of_center = (
        Assessed(father, "voice", "self", "働けるようになりたい。家だけはなくしたくない。"),
        Assessed(father, "home", "staff", "2間の賃貸アパート。片づいている。", {"housing": "rented", "rent": "long_late", "utilities": ["none"]}),
        Assessed(father, "health", "self", "腰の痛みで通院中。長く立てない。", {"treatment": "treated", "cover": "national"}),
        Assessed(daughter, "voice", "self", "高校に行きたい。家のお金のことが心配で、言い出せない。"),
        Assessed(daughter, "work", "family", "中学3年。週に2日ほど休む。夕方は一人でいる。", {"work": "absent"}),
        Assessed(daughter, "strength", "staff", "数学が好き。担任の先生とはよく話す。"),
        Assessed(None, "view", "staff", "収入が止まり、家賃と進学の心配が重なっている。家賃が落ちつけば、親子で先のことを話せる。"),
    )  # fmt: skip
    of_agency = Assessed(
        father,
        "money",
        "agency",
        "傷病手当金が終わる。家賃は月48,000円。",
        {
            "welfare": "never",
            "purse": "self",
            "incomes": ["child", "sickness"],
            "savings": "under_500k",
            "arrears": ["rent"],
        },
    )
    worker = viewer("jiritsu")
    with acting_for(worker):
        write_part(home.case, of_agency, seen=None, by=worker)
    for draft in of_center:
        write_part(home.case, draft, seen=None, by=home.by)
    seen = Seen(0, mark_of(known_for(home.by, home.case)))
    return fix_assessment(home.case, "plan", seen=seen, by=home.by)


def _plan(home: Honami, assessment: Assessment) -> Plan:
    father, daughter = Label(home.father.pk, "plan"), Label(home.daughter.pk, "plan")
    parts = [
        PartDraft(father, Section.WISH, "この家で、娘と暮らしつづけたい。", "この いえで、むすめと くらしたい。"),
        PartDraft(daughter, Section.WISH, "高校に行きたい。", "こうこうに いきたい。"),
        PartDraft(father, Section.GOAL, "2か月のうちに、家賃の支払いを立て直す。", "2か月で、やちんを はらえるように します。"),
        PartDraft(daughter, Section.GOAL, "願書の日までに、行きたい高校と費用の見通しを決める。", "いきたい こうこうを きめます。"),
        PartDraft(father, Section.DIRECTION, "家賃の給付を申請し、家計をいっしょに立て直す。", "やちんの てつづきを、いっしょに します。"),
        PartDraft(daughter, Section.DIRECTION, "進学のことを学校の外でも話せるようにする。", "がっこうの ことを、いっしょに かんがえます。"),
        PartDraft(father, Section.SERVICE, "", service="budgeting"),
        PartDraft(daughter, Section.SERVICE, "夕ごはんのあと、こども食堂で", "ばんごはんの あとに、べんきょうを みてもらいます。", "child_learning"),
        PartDraft(father, Section.EXIT, "家賃が3か月続けて払え、進学先が決まったとき。", "やちんが はらえて、こうこうが きまったら おわりです。"),
    ]  # fmt: skip
    mine, hers = Label(home.father.pk, "roles"), Label(home.daughter.pk, "roles")
    roles = [
        RoleDraft(
            mine, agency("jiritsu"), "家賃の滞納", "家賃の給付の申請に付きそい、家計をいっしょに見る", "contact", "2週ごと",
            worker="担当E", service="housing_benefit", starts_on=date(MET_ON), needs="家主からの手紙（本人から）",
            reports="給付が決まった日、家賃が払えなかった月",
        ),
        RoleDraft(hers, agency("ssw"), "進学", "高校と奨学金の相談に乗る", "", "毎週"),
        RoleDraft(hers, agency("shokudo"), "夕方の居場所", "週2回、夕ごはんと勉強の場所", "", "週2回"),
        RoleDraft(mine, agency("shakyo"), "当面のお金", "生活福祉資金の相談に乗る", until_on=date(LOOKED_ON)),
        RoleDraft(mine, agency("center-itaku"), "全体", "主担当となり、関係機関をまとめる", "lead"),
        RoleDraft(mine, agency("center-city"), "全体", "夜間と休日の電話を受ける", "emergency"),
        RoleDraft(mine, agency("center-itaku"), "全体", "役割の進みぐあいを確かめる", "progress", "4週ごと"),
    ]  # fmt: skip
    draft = PlanDraft(date(MET_ON), date(MET_ON - 180), date(LOOKED_ON), parts, roles, assessment)
    return save_plan(home.case, draft, follows=None, by=home.by)


# --- The meeting, and what came of it ----------------------------------------------------------------------------------


def _meeting(home: Honami, plan: Plan) -> AgendaItem:
    by = home.by
    meeting = call_meeting(
        MeetingDraft(
            "第1回 重層的支援会議", days_ago(MET_ON, 14), "見本 長子", by.membership, "市役所 3階 会議室2", convener=by.agency.name,
        ),
        by=by,
    )  # fmt: skip
    members = tuple(
        viewer(name).membership for name in ("coordinator", "chief", "jiritsu", "ssw", "shokudo", "shakyo")
    )
    people = {home.father.pk: "父", home.daughter.pk: "長女"}
    item = put_on_agenda(
        meeting, home.case, AgendaDraft(MeetingKind.LAYERED, "plan", "家賃と進学の支え方を決める。", people, members), by=by
    )  # fmt: skip
    picture = "父は休職して4か月。家賃3か月分の滞納。長女は中学3年で、進学を言い出せずにいる。"
    add_paper(item, kind=PaperKind.PICTURE, text=picture, is_for_all=True, by=by)
    _bring(home, plan, item)
    open_papers(item, return_by=days_ago(-1, 17), by=by)
    text = MinutesText(
        facts=picture,
        points="家賃の給付を先に申請する。進学の費用は、父と長女に別々に聞いてから、いっしょに話す。",
        reservations="社会福祉協議会は欠席。貸し付けの相談は、あらためてたずねる。",
        handling="資料は会議のあとに回収した。",
    )
    save_minutes(item, text, seen=0, by=by)
    return item


def _bring(home: Honami, plan: Plan, item: AgendaItem) -> None:
    view = plan_view_for(home.by, home.case, plan.pk)
    if view is None:  # the center sees what it wrote
        raise RuntimeError("no plan")
    paper = paper_of(home.by, home.case, view, item)
    bring_plan(plan, item, text=paper.text, kept_from=paper.kept_from, is_for_all=False, by=home.by)


def _confirm(plan: Plan) -> None:
    chief = viewer("chief")
    with acting_for(chief):
        confirm_plan(plan, ConfirmationDraft("confirmed", date(MET_ON - 4), "福総第0045号"), by=chief)


def _answers(decision: Decision, by: Viewer) -> None:
    """What was said at the table, the four seats among it; the shakyo was not there and has not answered."""
    said_at = days_ago(MET_ON, 15)
    people = {
        "jiritsu": "担当E",
        "ssw": "見本 学",
        "shokudo": "見本 食美",
        "center-itaku": "見本 調",
        "center-city": "見本 長子",
    }
    roles = RoleRow.objects.filter(decision=decision, agency__code__in=people).select_related("agency")
    for role in roles.order_by("position"):
        person = people[role.agency.code]
        said = Told("meeting", said_at, person)
        answer_role(role, kind="accepted", text="", in_charge=InCharge(person), answered=0, told=said, by=by)


def _monitoring(home: Honami, decision: Decision) -> None:
    notes = {"jiritsu": ("on_track", "給付が決まった。"), "shokudo": ("on_track", ""), "ssw": ("late", "学校行事でまだ2回。"),
             "shakyo": ("not_begun", "")}  # fmt: skip
    roles = RoleRow.objects.filter(decision=decision).select_related("agency").order_by("position")
    ticks = tuple(TickDraft(role, *notes.get(role.agency.code, ("on_track",))) for role in roles)
    draft = MonitoringDraft(
        date(LOOKED_ON), "interview", date(-14), home.by.membership, has_met=True,
        words="家賃の給付が決まり、父の表情がやわらいだ。長女は夕ごはんの場所に通っている。", ticks=ticks,
    )  # fmt: skip
    record_monitoring(home.case, draft, by=home.by)


def _evaluation(home: Honami, decision: Decision) -> None:
    goals = PlanPart.objects.filter(plan__decided__decision=decision, section=Section.GOAL)
    of_father, of_daughter = goals.order_by("position")
    roles = RoleRow.objects.filter(decision=decision).select_related("agency").order_by("position")
    draft = EvaluationDraft(
        decision.pk, date(EVALUATED_ON), "家賃の心配が減った。娘と高校の話ができた。（父）　数学をもっとやりたい。（長女）", "replan",
        results=(
            ResultDraft(of_father, "met"), ResultDraft(of_daughter, "partly", "行きたい高校は決まった。費用の見通しはこれから。"),
        ),
        roles=tuple(
            RoleResultDraft(role, "no", "役割への返事がまだない。") if role.agency.code == "shakyo" else RoleResultDraft(role, "yes")
            for role in roles
        ),
        changes=("school",),
        remaining="進学の費用。復職の時期。", cooperation="会議に出られない機関には、前もって電話で確かめる。",
    )  # fmt: skip
    record_evaluation(home.case, draft, by=home.by)
