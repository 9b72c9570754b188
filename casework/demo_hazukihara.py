"""葉月原家, the household of domain.md 10.A, as far as the objects of casework go. 見本."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from casework.cases.actions import move_to_stage
from casework.cases.models import Case
from casework.consent.actions import ConsentDraft, Exclusion, record_consent
from casework.consent.models import Answer, Capacity
from casework.demo_assessment import load_assessment
from casework.demo_meeting import Held, hold, load_meeting, set_rule
from casework.demo_people import agency, date, days_ago, viewer
from casework.households.actions import StayDraft, add_person, change_household, set_item
from casework.households.models import Household, Person
from casework.intake.actions import open_case, record_contact
from casework.issues.actions import IssueDraft, note_issue
from casework.meetings.minutes import Outcome
from casework.monitoring.actions import set_next_monitoring
from casework.notes.actions import NoteDraft, ParagraphDraft, write_note
from casework.ordinances.models import Ordinance
from casework.plans.actions import DirectionDraft, InPlaceOf, RoleDraft, answer_role, decide
from casework.plans.models import Decision, InCharge, RoleRow
from casework.relations.actions import RelationDraft, note_relation
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label, share_items
from casework.tasks.actions import TaskDraft, add_task
from permissions.viewer import Viewer
from permissions.walls.context import acting_for


@dataclass
class Hazukihara:
    """The case under construction."""

    case: Case
    toyo: Person
    shuichi: Person


def load_hazukihara() -> None:
    """Load the case with its three decisions, the agencies' answers, and the meeting that is to decide its plan."""
    coordinator, rule = viewer("coordinator"), set_rule()
    with acting_for(coordinator):
        home = _hazukihara_household(coordinator)
        _hazukihara_notes(home, coordinator)
        first = _hazukihara_meeting(home, rule, coordinator)
        _hazukihara_son(home, rule, coordinator)
        _hazukihara_plan(home, first, coordinator)
        move_to_stage(home.case, stage="intake", by=coordinator)
    assessment = load_assessment(home.case, home.toyo, home.shuichi)
    load_meeting(home.case, home.toyo, home.shuichi, assessment, rule)
    with acting_for(coordinator):
        set_next_monitoring(home.case, on=date(-14), owner=coordinator.membership, by=coordinator)
        for stage in ("screening", "flow2_assess", "flow2_plan", "flow2_meeting"):
            move_to_stage(home.case, stage=stage, by=coordinator)
    _hazukihara_answers(home)
    Case.objects.filter(pk=home.case.pk).update(opened_at=days_ago(40))


def _hazukihara_household(by: Viewer) -> Hazukihara:
    contact = record_contact(
        channel="phone",
        speaker="minsei",
        one_line="80代の母と息子。郵便物がたまり、母が「このままでは二人とも」と話した",
        reply_to="000-0000-2201（日中）",
        urgency="C",
        ward="shinonome",
        received_at=days_ago(40, 9, 20),
        by=by,
    )
    toyo = {
        "name": "葉月原 トヨ",
        "kana": "はづきはら とよ",
        "relation": "self",
        "sex": "female",
        "age_about": 84,
    }
    case = open_case(
        contact, household_name="葉月原さん世帯", household_kind="parent_adult_child", person=toyo, by=by
    )
    household = Household.objects.get(case=case)
    summary = "築古の持ち家に2人暮らし。雨漏りあり。母は2回転倒、火の消し忘れ。息子は25年、家から出ていない。"
    values = {"name": household.name, "kind": household.kind, "summary": summary}
    change_household(household, values=values, seen=fingerprint(household, list(values)), by=by)
    mother = Person.objects.get(case=case)
    son = add_person(
        case,
        values={
            "name": "葉月原 修一",
            "kana": "はづきはら しゅういち",
            "relation": "child",
            "sex": "male",
            "age_about": 56,
        },
        by=by,
    )
    _items(mother, MOTHER, by)
    _items(son, SON, by)
    _hazukihara_family(case, mother, son, by)
    _hazukihara_issues(mother, son, by)
    return Hazukihara(case, mother, son)


def _hazukihara_family(case: Case, mother: Person, son: Person, by: Viewer) -> None:
    """The husband who died, and the daughter in another prefecture, whom the mother alone lets one call."""
    husband = {"name": "葉月原 正", "relation": "spouse", "sex": "male"}
    father = add_person(case, values=husband, stay=StayDraft("died", words="12年ほど前"), by=by)
    daughter = {
        "name": "三栗 和江",
        "kana": "みくり かずえ",
        "relation": "child",
        "sex": "female",
        "age_about": 53,
    }
    kazue = add_person(case, values=daughter, stay=StayDraft("apart", reason="marriage", words="県外"), by=by)
    for one, kind, other, words in (
        (father, "married", mother, ""), (father, "birth_parent", son, ""), (mother, "birth_parent", son, ""),
        (father, "birth_parent", kazue, ""), (mother, "birth_parent", kazue, ""),
        (kazue, "key", mother, "連絡してよいのは母のことだけ。借金のことは話さない。"),
        (mother, "strong", son, "「息子に聞かれると困る」と言いながら離れられない"), (son, "weak", kazue, "10年以上会っていない"),
    ):  # fmt: skip
        note_relation(one, other, RelationDraft(kind, words=words), by=by)


def _hazukihara_issues(mother: Person, son: Person, by: Viewer) -> None:
    for person, code, severity, said_by, since, words in (
        (mother, "debt", "3", "self", "3年ほど前から", "カード3社、合計285万円。手紙2通。"),
        (mother, "dementia", "2", "agency", "去年から", "コンロの消し忘れ。"),
        (mother, "injury", "2", "self", "半年で2回", "家の中で転倒。"),
        (mother, "housing_unstable", "1", "staff", "", "雨漏り。"),
        (son, "isolation", "3", "family", "25年前、仕事を辞めてから", "夜起きている。"),
        (son, "mental_other", "unknown", "staff", "", "独り言、大声。受診なし。"),
    ):  # fmt: skip
        note_issue(person, code, IssueDraft(severity, said_by, since=since, words=words), by=by)


MOTHER: dict[str, dict[str, Any]] = {
    "contact": {
        "phone": "000-0000-3301",
        "safe_hours": "火曜の午前（息子が寝ている）",
        "sms": "no",
        "post": "no",
        "address": "見本市東雲区みほん町1-2-3",
        "caution": "郵便は息子が先に見る。玄関先で短く。お金の話は息子のいる所でしない。",
    },
    "health": {
        "condition": "もの忘れ。半年で2回転倒。火の消し忘れがある。",
        "doctor": "みほん内科",
        "care_level": "none",
    },
    "money": {
        "monthly_income_yen": 96_000,
        "debt_yen": 2_850_000,
        "situation": "年金だけが収入。カード3社。回収会社から手紙が2通。",
    },
}
SON: dict[str, dict[str, Any]] = {
    "contact": {"phone": "", "caution": "本人に直接電話しない。"},
    "health": {"condition": "受診なし。夜起きている。独り言、大声。", "care_level": "not_asked"},
}


def _items(person: Person, items: dict[str, dict[str, Any]], by: Viewer) -> None:
    for item, values in items.items():
        set_item(person, item=item, values=values, seen=fingerprint(None, list(values)), by=by)


def _hazukihara_notes(home: Hazukihara, by: Viewer) -> None:
    for days, method, about, item, title, *paragraphs in (
        (
            39,
            "agency_contact",
            home.toyo,
            "history",
            "あんしんケアセンターに確認",
            ("fact", "agency", "10か月前に要介護認定の相談があった。息子が断り、止まっていた。"),
        ),
        (
            38,
            "visit",
            home.toyo,
            "history",
            "センターとあんしんで訪問",
            ("fact", "observed", "母が玄関先で6分、小声で話した。"),
            ("statement", "self", "「息子に聞かれると困る」"),
            ("assessment", "judged", "息子の前では話せないことがあると思われる。"),
            ("next", "judged", "次は、母がデイサービスにいる時間に会う。"),
        ),
        (
            38,
            "visit",
            home.shuichi,
            "health",
            "息子のようす",
            ("fact", "observed", "2階で大声。姿は見えず。"),
            ("fact", "family", "受診歴は不明（母の話）。"),
        ),
        (
            20,
            "interview",
            home.toyo,
            "money",
            "借金の聞き取り",
            ("fact", "self", "カード3社、合計285万円。"),
            ("fact", "document", "手紙2通を預かり、写しをとった。"),
        ),
    ):
        told = tuple(ParagraphDraft(*paragraph) for paragraph in paragraphs)
        draft = NoteDraft(Label(about.pk, item), days_ago(days, 11), method, title, told)
        write_note(home.case, draft, by=by)
    for what, about, item, due in (
        ("預かった手紙の写しを、弁護士に渡す", home.toyo, "money", date(2)),
        ("母がデイサービスにいる時間に会う", home.toyo, "history", date(-3)),
        ("息子の同意の説明をもう一度する", home.shuichi, "history", date(-10)),
    ):
        add_task(home.case, TaskDraft(Label(about.pk, item), what, due, by.membership), by=by)


MEETING = Ground("shien_kaigi", "支援会議 第1号（D5）")


def _hazukihara_meeting(home: Hazukihara, rule: Ordinance, by: Viewer) -> Decision:
    """D5: a 支援会議 without consent, with numbered papers. What it decided is each agency's own task and the center's."""
    toyo, shuichi = home.toyo.pk, home.shuichi.pk
    shared = {
        "anshin-shinonome": [(toyo, item) for item in ("basic", "health", "contact", "roles", "plan")],
        "kenko-shinonome": [(shuichi, item) for item in ("basic", "health", "roles", "plan")],
        "hikikomori": [(shuichi, item) for item in ("basic", "roles", "plan")],
    }
    for code, labels in shared.items():
        share_items(
            home.case, agency=agency(code), labels=[Label(*label) for label in labels], ground=MEETING, by=by
        )
    outcome = Outcome(
        [
            DirectionDraft(
                Label(toyo, "plan"), "あんしんケアセンターが、毎週火曜の午前（息子が寝ている時間）に母を訪ねる。"
            ),
            DirectionDraft(Label(shuichi, "plan"), "健康課が準備を進める。同意があるまで接触しない。"),
        ],
        [
            _role(toyo, "anshin-shinonome", "転倒・火", "火曜の午前に訪問し、信頼関係をつくる", "毎週火曜", seat="contact"),
            _role(shuichi, "kenko-shinonome", "こころの不調", "訪問に備えた事例検討", "", seat="emergency"),
        ],
    )  # fmt: skip
    held = Held(
        "第1回 地域ケース会議", 35, {toyo: "本人", shuichi: "長男"}, ("coordinator", "anshin", "kenko"),
        "母は2回転倒し、火の消し忘れがある。長男は25年、家から出ていない。夜に大声を出すことがある。",
        "火曜の午前は、長男が寝ている。母とはその時間に会える。",
    )  # fmt: skip
    return hold(home.case, rule, held, outcome, by=by)


def _hazukihara_son(home: Hazukihara, rule: Ordinance, by: Viewer) -> None:
    """D33: the son has not agreed; what is done about him is decided in a 支援会議 of the same day."""
    shuichi = home.shuichi.pk
    outcome = Outcome(
        [DirectionDraft(Label(shuichi, "plan"), "本人のペースを守り、手紙と週1回の声かけから始める。")],
        [
            _role(
                shuichi, "kenko-shinonome", "こころの不調", "精神科医との事例検討（同意の前は訪問しない）", "", days=-20, worker="保健師C"
            ),
            _role(shuichi, "hikikomori", "ひきこもり", "手紙と、週1回の玄関先での声かけ", "毎週"),
        ],
    )  # fmt: skip
    held = Held(
        "第2回 地域ケース会議", 7, {shuichi: "長男"}, ("coordinator", "kenko", "hikikomori"),
        "夜は起きている。玄関先の手紙は、翌朝にはなくなっている。", "手紙は読んでいるらしい。声かけから始める。",
    )  # fmt: skip
    hold(home.case, rule, held, outcome, by=by)


def _hazukihara_plan(home: Hazukihara, first: Decision, by: Viewer) -> None:
    """D33: the mother has consented to health, care and money. What is decided with her takes the place of the first decision."""
    toyo = home.toyo.pk
    consent = Ground("consent", f"{date(20)} 書面（本人） 説明者 見本調")
    shared = {
        "anshin-shinonome": ["basic", "health", "contact", "roles", "plan"],
        "kaigo-shinonome": ["basic", "health", "money", "roles", "plan"],
        "jiritsu": ["basic", "money", "roles", "plan"],
        "houterasu": ["basic", "money", "roles"],
        "shakyo": ["basic", "roles"],
        "minsei-shinonome": ["basic", "roles"],
    }
    _hazukihara_consent(home, shared, by)
    for code, items in shared.items():
        labels = [Label(toyo, item) for item in items]
        share_items(home.case, agency=agency(code), labels=labels, ground=consent, by=by)
    decide(
        home.case,
        decided_on=date(7),
        directions=[
            DirectionDraft(
                Label(toyo, "plan"),
                "住み慣れた家で安全に暮らし続けることをめざす。まず介護認定を申請する。",
            ),
            DirectionDraft(
                Label(toyo, "money"), "借金は法的な手続きにつなぎ、家計を立て直す。息子には話さない。"
            ),
        ],
        roles=[
            _role(
                toyo,
                "kaigo-shinonome",
                "もの忘れ・体力の低下",
                "要介護認定の申請、主治医意見書の依頼",
                "",
                days=-10,
                worker="担当A",
                deputy="見本 副子",
                service="care_insurance",
                needs="かかりつけ医の名前（あんしんケアセンターから）",
                reports="認定の結果が出た日に、主担当へ",
            ),
            _role(
                toyo,
                "anshin-shinonome",
                "転倒・火",
                "週1回の訪問、コンロの自動消火",
                "毎週",
                seat="contact",
                worker="担当B",
                starts_on=date(4),
                reports="2週続けて会えないときは、その日のうちに",
            ),
            _role(toyo, "jiritsu", "債務", "借金の一覧づくり、法律相談への同行", "", days=-25, item="money"),
            _role(toyo, "shakyo", "雨漏り", "ボランティアによる小さな修理", "", days=-50),
            _role(toyo, "minsei-shinonome", "見守り", "郵便受けと明かりを見て、2つ気になったら電話", "週1回"),
            _role(toyo, "center-city", "全体", "センターが主担当となり、関係機関をまとめる", "", seat="lead"),
            _role(toyo, "center-city", "全体", "夜と休みの日の電話を受ける", "", seat="emergency"),
            _role(toyo, "center-itaku", "全体", "役割の進みぐあいを確かめる", "4週ごと", seat="progress"),
        ],
        in_place_of=InPlaceOf([first]),
        by=by,
    )


EXPLAINED = """何のために見せるのか
どの機関に見せるのか（一つひとつの名前）
どの項目を見せるのか
いつまで見せるのか
いつでも、全部でも一部でも、取り消せること
同意しなくても相談は続けられること、同意しないとできないこと"""


def _hazukihara_consent(home: Hazukihara, shared: dict[str, list[str]], by: Viewer) -> None:
    """D20: the mother agrees in writing, item by item; her daughter is not to hear of the debts."""
    scopes = tuple((agency(code), item) for code, items in shared.items() for item in items)
    draft = ConsentDraft(
        Answer.GIVEN,
        date(20),
        EXPLAINED,
        scopes=scopes,
        exclusions=(Exclusion(None, "money", "三栗 和江（遠方の娘）"),),
        capacity=Capacity.CLEAR,
        kept_at="鍵つき書庫 2段目",
        own_view="息子のことは、息子に聞いてからにしてほしい。",
    )
    record_consent(home.case, home.toyo, draft, by=by)


def _role(
    person: Any,
    code: str,
    issue: str,
    what: str,
    frequency: str,
    *,
    days: int = 0,
    item: str = "roles",
    seat: str = "",
    **terms: Any,
) -> RoleDraft:
    until_on = date(days) if days else None
    return RoleDraft(Label(person, item), agency(code), issue, what, seat, frequency, until_on, **terms)


def _hazukihara_answers(home: Hazukihara) -> None:
    """Most have answered; the silence of the shakyo and of jiritsu shows as 未回答."""
    answers = {
        "anshin": ("accepted", "", ""),
        "kaigo": ("accepted", "", ""),
        "kenko": ("conditional", "医師の都合がつく12月中旬以降なら引き受けます。", ""),
        "hikikomori": ("accepted", "", "支援員D"),
        "minsei": ("accepted", "", "委員G"),
        "coordinator": ("accepted", "", "見本 調"),
        "chief": ("accepted", "", "見本 長子"),
    }
    for username, (kind, text, worker) in answers.items():
        by = viewer(username)
        with acting_for(by):
            for role in RoleRow.objects.filter(case=home.case, agency=by.agency, end__isnull=True):
                answer_role(role, kind=kind, text=text, in_charge=InCharge(worker), answered=0, by=by)
