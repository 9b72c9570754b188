"""葉月原家 (domain.md 10.A) on a day of its story, made by actions: what another chapter plays in the browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.utils import timezone

from casework.cases.actions import move_to_stage
from casework.consent.actions import ConsentDraft, Exclusion, record_consent
from casework.demo_assessment import assess
from casework.demo_hazukihara import EXPLAINED
from casework.demo_people import agency, viewer
from casework.households.actions import StayDraft, add_person, record_stay, set_item
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
from casework.meetings.minutes import MinutesText, Outcome, fix_item, hand_out, save_minutes, tick_returned
from casework.meetings.models import AgendaItem
from casework.notes.actions import NoteDraft, ParagraphDraft, write_note
from casework.ordinances.actions import OrdinanceDraft, swear, write_ordinance
from casework.ordinances.models import MeetingKind
from casework.planning.actions import AtMeeting, PartDraft, PlanDraft, decide_plan, save_plan
from casework.planning.models import Plan
from casework.plans.actions import DirectionDraft, RoleDraft, Told, answer_role
from casework.plans.models import Decision, RoleRow, Seat
from casework.relations.actions import RelationDraft, note_relation
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label, share_items
from permissions.agencies.models import Agency
from permissions.walls.context import acting_for
from tests.casework.tables import instead_of

MOTHER, SON, DAUGHTER = "葉月原 トヨ", "葉月原 修一", "三栗 和江"
DEBTS = "カード3社、合計285万円"
FALLS = "もの忘れ。半年で2回転倒"
SYMPTOM = "夜に大声を出す。受診なし"
ANSHIN, KAIGO = "あんしんケアセンター東雲", "東雲区 介護保険室"
JIRITSU, LAWYER = "見本市 生活自立・仕事相談センター", "みほん法律相談所"
KENKO, HIKIKOMORI = "東雲区 健康課", "見本市 ひきこもり地域支援センター"
SHAKYO, MINSEI = "見本市社会福祉協議会", "東雲区 民生委員・児童委員"
CITY, ENTRUSTED = (
    "福祉まるごとサポートセンター（市直営）",
    "福祉まるごとサポートセンター（委託・社会福祉法人みほん会）",
)
APPROACH = "長男に会うまでの声かけと、会えたあとの受け止め方を決める。"
LOANS = "回収会社の手紙が2通。長男は知らない。"
QUIET = "夜は起きている。玄関先の手紙は、翌朝にはなくなっている。"
LETTER = "手紙と、週1回の玄関先での声かけ"
CASE_STUDY = "精神科医との事例検討。同意の前は訪問しない"
WISH = "この家で、修一とくらしたい。火事だけは出したくない。"
DEBT_WAY = "借金は法的な手続きにつなぐ。息子には話さない。"
DEBT_ROLE, ROOF_ROLE = "借金の一覧づくり、法律相談への同行", "ボランティアによる雨漏りの小さな修理"
WATCH_ROLE = "郵便受けと明かりを見て、2つ気になったら電話"
# Issue, what, agency, how often, until (in days), seat, kind of content.
ROLES = (
    ("認知・ADL低下", "要介護認定の申請、主治医意見書の依頼", KAIGO, "", 17, "", ""),
    ("転倒・火", "週1回の訪問、コンロの自動消火", ANSHIN, "毎週", 0, "本人との連絡窓口", ""),
    ("債務", DEBT_ROLE, JIRITSU, "", 27, "", "お金"),
    ("雨漏り", ROOF_ROLE, SHAKYO, "", 57, "", ""),
    ("見守り", WATCH_ROLE, MINSEI, "週1回", 0, "", ""),
    ("全体", "関係機関をまとめる", CITY, "", 0, "主担当", ""),
    ("全体", "夜の緊急の電話を受ける", CITY, "", 0, "緊急時の窓口", ""),
    ("全体", "役割の進みぐあいを確かめる", ENTRUSTED, "4週ごと", 0, "進捗確認", ""),
)  # fmt: skip
DIRECTIONS = (("plan", "介護の支えを入れ、母と息子を別々に支える。"), ("money", DEBT_WAY))
OF_SON = (("こころの不調", CASE_STUDY, KENKO, "", 27), ("ひきこもり", LETTER, HIKIKOMORI, "毎週", 0))
# D62: what brings the food brings somebody to his door. D70: the plan again, for the hospital and the way home.
FOOD, ALONG = "食料を週2回届け、戸口で声をかける", "食料の配達に同行し、好きな電車の話をする"
OF_SON_AGAIN = (
    ("食料", FOOD, SHAKYO, "週2回", 0), ("ひきこもり", ALONG, HIKIKOMORI, "週2回", 0), ("こころの不調", CASE_STUDY, KENKO, "", 60),
)  # fmt: skip
LEGAL = "借金の法的な手続き"
ROLES_AGAIN = (
    ("入院と退院", "退院に向けた要介護認定、住宅改修の相談", KAIGO, "", 30, "", ""),
    ("入院と退院", "病院との連絡、退院後の通所の手配", ANSHIN, "毎週", 0, "本人との連絡窓口", ""),
    ("債務", LEGAL, LAWYER, "", 80, "", "お金"),
    *ROLES[4:],
)
DIRECTIONS_AGAIN = (("plan", "病院から家へ、支えを整えて帰る。"), ("money", DEBT_WAY))
# Of a family and its money: what a volunteer of the neighbourhood has nothing to do with.
NOT_FOR_THE_NEIGHBOUR = (
    DEBTS,
    "285万",
    "カード3社",
    LOANS,
    DEBT_WAY,
    DEBT_ROLE,
    FALLS,
    SYMPTOM,
    QUIET,
    DAUGHTER,
)
AGREED_TO = {
    "anshin-shinonome": ("basic", "health", "roles", "plan", "meeting"),
    "kaigo-shinonome": ("basic", "health", "money", "roles", "plan", "meeting"),
    "jiritsu": ("basic", "money", "roles", "plan", "meeting"),
    "houterasu": ("basic", "money", "roles", "plan", "meeting"),
}


class Hazukihara:
    """The case under construction; each method goes on from the one before it."""

    def __init__(self, on_day: Callable[[int], None]) -> None:
        self.on_day = on_day
        self.coordinator = viewer("coordinator")
        self.case: Any = None
        self.mother: Any = None
        self.son: Any = None

        self.rule: Any = None
        self.meeting: Any = None
        self.of_mother: Any = None
        self.of_son: Any = None
        self.plan: Any = None

    @property
    def url(self) -> str:
        return f"/casework/cases/{self.case.pk}/"

    def until_she_agreed(self) -> Hazukihara:
        """D0 to D26: two meetings at the door, a 支援会議 without consent, the mother's word in writing; the son's is not asked."""
        with acting_for(self.coordinator):
            self.on_day(0)
            self._receive()
            self.note(
                1, self.mother, "agency_contact", "あんしんケアセンターに、10か月前の認定相談のことを聞いた"
            )
            self.note(2, self.mother, "visit", "センターとあんしんで訪問。母と玄関先で6分話した")
            self.on_day(5)
            self._first_meeting()
            self.on_day(20)
            self._she_agrees()
            self.on_day(26)
            self.move("flow2_assess")
        return self

    def note(self, day: int, person: Person, method: str, title: str, text: str = "見本") -> None:
        self.on_day(day)
        said = (ParagraphDraft("fact", "observed", text),)
        draft = NoteDraft(Label(person.pk, "history"), timezone.now(), method, title, said)
        write_note(self.case, draft, by=self.coordinator)

    def move(self, *stages: str) -> None:
        for stage in stages:
            move_to_stage(self.case, stage=stage, by=self.coordinator)

    def share(self, code: str, person: Person, items: Iterable[str], basis: str, evidence: str) -> None:
        labels = [Label(person.pk, item) for item in items]
        ground = Ground(basis, evidence)
        share_items(self.case, agency=agency(code), labels=labels, ground=ground, by=self.coordinator)

    def _receive(self) -> None:
        by = self.coordinator
        contact = record_contact(
            channel="phone", speaker="minsei", one_line="80代の母と息子。郵便物がたまり、母が「このままでは二人とも」と話した",
            reply_to="000-0000-2201（日中）", urgency="C", received_at=timezone.now(), by=by,
        )  # fmt: skip
        toyo = {"name": MOTHER, "relation": "self", "sex": "female", "age_about": 84}
        self.case = open_case(
            contact, household_name="葉月原さん世帯", household_kind="parent_adult_child", person=toyo, by=by
        )
        self.mother = Person.objects.get(case=self.case)
        self.son = self._person(SON, "male", 56)
        daughter = self._person(DAUGHTER, "female", 53, StayDraft("apart"))
        for person, item, field, value in (
            (self.mother, "health", "condition", FALLS), (self.mother, "money", "situation", DEBTS),
            (self.son, "health", "condition", SYMPTOM),
        ):  # fmt: skip
            set_item(person, item=item, values={field: value}, seen=fingerprint(None, [field]), by=by)
        for child in (self.son, daughter):
            note_relation(self.mother, child, RelationDraft("birth_parent"), by=by)
        for person, code, said_by in (
            (self.mother, "debt", "self"), (self.mother, "dementia", "agency"), (self.mother, "housing_unstable", "staff"),
            (self.son, "isolation", "family"),
        ):  # fmt: skip
            note_issue(person, code, IssueDraft("2", said_by), by=by)
        self.move("intake", "screening")

    def _person(self, name: str, sex: str, age: int, stay: StayDraft | None = None) -> Person:
        values = {"name": name, "relation": "child", "sex": sex, "age_about": age}
        return add_person(self.case, values=values, stay=stay, by=self.coordinator)

    def _first_meeting(self) -> None:
        law, mother, son = "支援会議 第1号", self.mother, self.son
        self.share("anshin-shinonome", mother, ("basic", "health", "roles"), "shien_kaigi", law)
        self.share("kenko-shinonome", son, ("basic", "health", "roles"), "shien_kaigi", law)
        self._set_rule()
        self._swear("anshin", "kenko")
        self.call("第1回 地域ケース会議")
        item = self.put(
            "shien_kaigi", {mother: "本人", son: "長男"}, ("anshin", "kenko"), f"{FALLS}。{SYMPTOM}"
        )
        tick_returned(
            hand_out(item, [viewer(name).membership for name in ("anshin", "kenko")], by=self.coordinator),
            by=self.coordinator,
        )
        outcome = Outcome(
            [DirectionDraft(Label(mother.pk, "plan"), "母とは、息子が寝ている時間に会う")],
            [
                RoleDraft(Label(mother.pk, "roles"), agency("anshin-shinonome"), "転倒", "毎週火曜の午前に母を訪ねる", "contact"),
                RoleDraft(Label(son.pk, "roles"), agency("kenko-shinonome"), "こころの不調", "息子に会う準備をする"),
            ],
        )  # fmt: skip
        present = item.members.values_list("membership", flat=True)
        fix_item(item, outcome, seen=1, present=present, by=self.coordinator)

    def _she_agrees(self) -> None:
        by = self.coordinator
        draft = ConsentDraft(
            "given", timezone.localdate(), EXPLAINED,
            scopes=tuple((agency(code), item) for code, items in AGREED_TO.items() for item in items),
            exclusions=(Exclusion(None, "money", f"{DAUGHTER}（遠方の娘）"),),
            own_view="息子のことは、息子に聞いてからにしてほしい。", kept_at="鍵つき書庫 2段目", explained_by=by.membership,
        )  # fmt: skip
        record_consent(self.case, self.mother, draft, by=by)
        for code, items in AGREED_TO.items():
            self.share(code, self.mother, items, "consent", "D20 書面の同意")

    # --- meetings and plans --------------------------------------------------------------------------------

    def until_the_plan(self) -> Hazukihara:
        """D33: a 支援会議 about the son and a 重層的支援会議 about the mother, whose plan is decided. Nobody has answered yet."""
        self.on_day(33)
        self._swear("coordinator", "hikikomori", "minsei", "shakyo")
        with acting_for(self.coordinator):
            (first,) = self.standing
            self.share("hikikomori", self.son, ("basic", "roles"), "shien_kaigi", "支援会議 第5回")
            self._she_agrees_to_two_more()
            self.call("第5回 地域ケース会議")
            self.of_mother = self.put(
                "jusou",
                {self.mother: "本人"},
                ("anshin", "kaigo", "jiritsu", "coordinator"),
                f"{DEBTS}。{LOANS}",
            )
            self.of_son = self.put(
                "shien_kaigi", {self.son: "長男"}, ("kenko", "hikikomori", "minsei", "coordinator"), QUIET
            )
            self.fix_about_son(self.of_son, "本人のペースを守り、手紙と声かけから始める。", OF_SON)
            self.plan = self.write_plan(DIRECTIONS, ROLES)
            self.decide_plan(self.of_mother, first)
            assess(self.case, "母の体力ともの忘れ、返済、息子の孤立が重なっている。", self.coordinator)
            self.move("flow2_plan", "flow2_meeting", "flow2_active")
        return self

    def until_all_answered(self) -> Hazukihara:
        """D34 all say yes, the roof excepted; that on D44."""
        with acting_for(self.coordinator):
            for decision in self.standing:
                self.answer(decision, 34, besides=(SHAKYO,))
            self.answer(self.standing[-1], 44, only=(SHAKYO,))
        return self

    def answer(
        self, decision: Decision, day: int, *, only: tuple[str, ...] = (), besides: tuple[str, ...] = ()
    ) -> None:
        """Record that the agencies of a decision said yes by telephone."""
        self.on_day(day)
        rows = RoleRow.objects.filter(decision=decision).exclude(agency__name__in=besides)
        for row in rows.filter(agency__name__in=only) if only else rows:
            told = Told("phone", timezone.now(), "担当")
            answer_role(
                row,
                kind="accepted",
                text="",
                answered=0,
                told=told,
                by=self.coordinator,
            )

    def until_the_plan_again(self) -> Hazukihara:
        """D60 she breaks her hip, D62 a 支援会議 at once, D70 the plan again, D71 the answers."""
        with acting_for(self.coordinator):
            self.note(60, self.mother, "phone", "母が骨折で入院。息子は現金4,000円でひとり")
            record_stay(self.mother, StayDraft("away", timezone.localdate(), "hospital"), by=self.coordinator)
            self.move("emergency")
            self.on_day(62)
            of_son, of_mother = self.standing
            self.share("shakyo", self.son, ("basic", "roles"), "shien_kaigi", "支援会議 緊急")
            self.call("緊急の支援会議")
            item = self.put(
                "shien_kaigi",
                {self.son: "長男"},
                ("kenko", "hikikomori", "shakyo", "coordinator"),
                "長男がひとり。",
            )
            self.fix_about_son(item, "食料の配達で長男に会う。", OF_SON_AGAIN, of_son)
            self.move("flow2_active")
            self.on_day(70)
            self.move("replanning")
            self.call("第7回 地域ケース会議")
            item = self.put(
                "jusou",
                {self.mother: "本人"},
                ("anshin", "kaigo", "houterasu", "coordinator"),
                "入院中。退院は来月。",
            )
            self.plan = self.write_plan(DIRECTIONS_AGAIN, ROLES_AGAIN, follows=self.plan)
            self.move("flow2_meeting")
            self.decide_plan(item, of_mother)
            self.move("flow2_active")
            for decision in self.standing:
                self.answer(decision, 71, besides=(LAWYER,))
        return self

    def until_he_agreed(self) -> Hazukihara:
        """D75 he answers through the door, D100 she is home again, D118 he agrees, D126 the psychiatrist comes along."""
        with acting_for(self.coordinator):
            self.note(75, self.son, "visit", "息子が、ひきこもり支援員にドア越しに電車の話をした（会話5分）")
            self.note(100, self.mother, "visit", "母が退院し、家に帰った")
            record_stay(self.mother, StayDraft("together", timezone.localdate()), by=self.coordinator)
            self.note(118, self.son, "visit", "息子の口頭の同意を2人で聞いた")
            self.he_agrees()
            self.note(126, self.son, "visit", "健康課と精神科医が訪問")
        return self

    def he_agrees(self) -> None:
        codes, items = ("kenko-shinonome", "hikikomori"), ("basic", "health", "roles", "plan", "meeting")
        draft = ConsentDraft(
            "given", timezone.localdate(), EXPLAINED, scopes=tuple((agency(code), item) for code in codes for item in items),
            exclusions=(Exclusion(agency("engo-shinonome"), ""),), method="oral", witness=viewer("chief").membership,
            own_view="電車の人なら、いい。役所はいや。", explained_by=self.coordinator.membership,
        )  # fmt: skip
        record_consent(self.case, self.son, draft, by=self.coordinator)
        for code in codes:
            self.share(code, self.son, items, "consent", "D118 口頭の同意（2人）")

    def _set_rule(self) -> None:
        chief = viewer("chief")
        with acting_for(chief):
            draft = OrdinanceDraft(
                "見本市支援会議設置要綱", "第1条", (MeetingKind.SUPPORT,), timezone.localdate()
            )
            self.rule = write_ordinance(draft, by=chief)

    def _swear(self, *names: str) -> None:
        for name in names:
            member = viewer(name)
            with acting_for(member):
                swear(by=member)

    def _she_agrees_to_two_more(self) -> None:
        codes = ("shakyo", "minsei-shinonome")
        scopes = tuple((agency(code), item) for code in codes for item in ("basic", "roles"))
        draft = ConsentDraft(
            "given", timezone.localdate(), EXPLAINED, scopes=scopes, kept_at="鍵つき書庫 2段目",
            own_view="屋根と郵便のことなら。借金のことは言わないで。", explained_by=self.coordinator.membership,
        )  # fmt: skip
        record_consent(self.case, self.mother, draft, by=self.coordinator)
        for code in codes:
            self.share(code, self.mother, ("basic", "roles"), "consent", "D33 書面の同意")

    def call(self, label: str) -> None:
        by = self.coordinator
        draft = MeetingDraft(
            label, timezone.now(), "支援課 課長", by.membership, "市役所 3階 会議室2", ordinance=self.rule
        )
        self.meeting = call_meeting(draft, by=by)

    def put(self, kind: str, people: dict[Person, str], members: tuple[str, ...], facts: str) -> AgendaItem:
        """Put people on the agenda, open a paper about them to the members, and write the minutes."""
        by = self.coordinator
        draft = AgendaDraft(
            kind, "direction", APPROACH, {person.pk: words for person, words in people.items()},
            tuple(viewer(name).membership for name in members),
        )  # fmt: skip
        item = put_on_agenda(self.meeting, self.case, draft, by=by)
        add_paper(item, kind="picture", text=facts, is_for_all=False, by=by)
        open_papers(item, return_by=timezone.now() + dt.timedelta(hours=3), by=by)
        save_minutes(item, MinutesText(facts=facts, points="話し合い"), seen=0, by=by)
        return item

    def fix_about_son(
        self, item: AgendaItem, direction: str, roles: Iterable[Any], before: Decision | None = None
    ) -> None:
        label = Label(self.son.pk, "roles")
        drafts = [
            RoleDraft(
                label, Agency.objects.get(name=name), issue, what, frequency=often, until_on=_until(until)
            )
            for issue, what, name, often, until in roles
        ]
        outcome = Outcome([DirectionDraft(Label(self.son.pk, "plan"), direction)], drafts, instead_of(before))
        present = item.members.values_list("membership", flat=True)
        fix_item(item, outcome, seen=1, present=present, by=self.coordinator)

    def write_plan(
        self, directions: Iterable[tuple[str, str]], roles: Iterable[Any], follows: Any = None
    ) -> Plan:
        label, seats = Label(self.mother.pk, "plan"), {str(seat.label): seat.value for seat in Seat}
        parts = [
            PartDraft(label, "wish", WISH, "この 家で、修一と くらしたい。"),
            PartDraft(label, "goal", "3か月のうちに、通いの場を決める。"),
            PartDraft(label, "exit", "介護の支えが決まったとき。"),
            *(PartDraft(Label(self.mother.pk, item), "direction", text) for item, text in directions),
        ]
        drafts = [
            RoleDraft(
                Label(self.mother.pk, "money" if item else "roles"), Agency.objects.get(name=name), issue, what,
                seats.get(seat, ""), often, _until(until),
            )
            for issue, what, name, often, until, seat, item in roles
        ]  # fmt: skip
        today = timezone.localdate()
        draft = PlanDraft(today, today + dt.timedelta(days=180), today + dt.timedelta(days=28), parts, drafts)
        return save_plan(self.case, draft, follows=follows, by=self.coordinator)

    def decide_plan(self, item: AgendaItem, *before: Decision) -> None:
        present = list(item.members.values_list("membership", flat=True))
        decide_plan(
            self.plan, at=AtMeeting(item, 1, present), in_place_of=instead_of(*before), by=self.coordinator
        )

    @property
    def standing(self) -> list[Decision]:
        """Return the decisions that hold, the oldest first."""
        with acting_for(self.coordinator):
            return list(
                Decision.objects.filter(case=self.case, end__isnull=True).order_by("recorded_at", "number")
            )


def _until(days: int) -> dt.date | None:
    return timezone.localdate() + dt.timedelta(days=days) if days else None


def days_from_now(days: int) -> str:
    return (timezone.localdate() + dt.timedelta(days=days)).isoformat()
