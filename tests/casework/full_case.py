"""A case of which every record that stands on a paper says everything it can, and the papers made of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.assessments.actions import PartDraft as Told
from casework.assessments.actions import write_part
from casework.assessments.choices import Section as Asked
from casework.cases.models import Case
from casework.cases.states import Stage
from casework.chronology.actions import EntryDraft, write_entry
from casework.closing.actions import ClosureDraft, close_case
from casework.evaluation.actions import EvaluationDraft, ResultDraft, RoleResultDraft, record_evaluation
from casework.households.models import Household, Person, PersonHealth, PersonMoney
from casework.issues.actions import IssueDraft, note_issue
from casework.meetings.actions import PrepDraft, answer_prep
from casework.meetings.minutes import (
    AlsoThere,
    MinutesText,
    Outcome,
    fix_item,
    hand_out,
    record_paper_receipts,
    save_minutes,
)
from casework.planning.actions import PartDraft, PlanDraft, save_plan
from casework.planning.agreements import AgreementDraft, record_agreement
from casework.planning.confirmations import ConfirmationDraft, confirm_plan
from casework.planning.models import PlanPart, Section
from casework.plans.actions import DirectionDraft, RoleDraft, answer_role
from casework.plans.models import InCharge, RoleRow, Seat
from casework.relations.actions import RelationDraft, note_relation
from casework.sharing.actions import Label
from casework.sheets.actions import make_sheet, request_sheet
from casework.sheets.kinds import ASSESSMENT, CLOSING, DECISION, EVALUATION, PLAN, UNDERSTANDING
from casework.sheets.models import Sheet
from forms_app.fields.era import PartialDate
from permissions import paper as printer
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import call, let_swear, open_to_all, ordinance, paper, put
from tests.casework.test_assessments import everything, fix
from tests.casework.test_planning import settle, table
from tests.worlds import World

NAME = "髙﨑𠮷葛\U000e0100城"
SIGNS = ("髙", "﨑", "𠮷", "葛\U000e0100", "城")
DAY = dt.timedelta(days=1)

ASSESSED = {
    Asked.VOICE: "このまま、この家で息子と暮らしたい。施設には行きたくない。",
    Asked.FAMILY: "近所とのつきあいは、3年前の夫の葬儀のあと途切れている。",
    Asked.HOME: "持ち家。1階の居間と台所に物が積まれ、廊下が通りにくい。",
    Asked.HEALTH: "ひざの痛みで外出が減った。半年前から受診していない。",
    Asked.MONEY: "年金で2人が暮らしている。カード3社からの借入れがある。",
    Asked.WORK: "息子は15年前に退職してから働いていない。",
    Asked.HISTORY: "2年前に区の窓口で介護の相談をしたが、申請に至らなかった。",
    Asked.STRENGTH: "母は料理が好きで、息子は毎朝ごみを出している。",
    Asked.VIEW: "母の体力の低下と借金とが重なり、どちらも言い出せずにいる。",
}
PLANNED = {
    Section.WISH: "家にいられるなら、それでいい。",
    Section.ISSUE: "母の体力が落ち、家の中でころぶおそれがある。",
    Section.AIM: "母と息子が、それぞれの支えを得て、この家で暮らし続ける。",
    Section.GOAL: "3か月のうちに介護認定を受け、週に1回は人と話す。",
    Section.DIRECTION: "まず母の介護の申請から始め、息子とは急がずに話を続ける。",
    Section.SERVICE: "介護保険（訪問・通所）、家計改善支援",
    Section.SELF: "火曜日の訪問のときに、郵便物を一緒に開ける。",
    Section.MONITORING: "月に1回、センターとあんしんが訪問して確かめる。",
    Section.EXIT: "介護サービスが定着し、借金の返済の見通しが立ったとき。",
}


class FullCase:
    """The first household of a world from its assessment to its closing, with a plan, meetings, an evaluation and agreements."""

    def __init__(self, world: World) -> None:
        self.world, self.home, self.case = world, world.hazuki, world.hazuki.case
        self.mother, self.by, self.chief = world.hazuki.mother, world.coordinator, world.chief
        self._know()
        self._assess()
        self._plan()
        self._happen()
        self.talked = self._talk()
        self._evaluate()

    def _know(self) -> None:
        world, key = self.world, self.mother.pk
        for viewer, name in ((world.anshin_worker, "髙﨑 𠮷子"), (world.chief, "葛\U000e0100城 課長")):
            viewer.user.last_name = name
            viewer.user.save(update_fields=["last_name"])
        for agency in (world.anshin, world.kenko):
            world.share(self.home, agency, Label(key, "roles"), Label(key, "plan"), Label(key, "basic"))
        with acting_for(self.by):
            Case.objects.filter(pk=self.case.pk).update(stage=Stage.ACTIVE, flow="flow2")
            Household.objects.filter(case=self.case).update(summary="母と息子の2人暮らし。")
            Person.objects.filter(pk=key).update(
                name=NAME, kana="たかさき よしかつらぎ", sex="female", birth_on=dt.date(1942, 3, 1), occupation="無職",
            )  # fmt: skip
            Person.objects.filter(pk=self.home.son.pk).update(sex="male", age_about=52)
            PersonHealth.objects.filter(person=key).update(
                condition="ひざの痛み", doctor="見本医院", care_level="applied"
            )
            PersonMoney.objects.filter(person=key).update(monthly_income_yen=98_000, debt_yen=1_200_000)
            self.issue = note_issue(
                self.mother,
                "debt",
                IssueDraft("3", "staff", "3年前から", "見本法律相談", "カード3社"),
                by=self.by,
            )
            note_issue(self.home.son, "isolation", IssueDraft("2", "family", "15年前から"), by=self.by)
            since = dt.date(1974, 5, 6)
            for one, other, told in (
                (self.mother, self.home.son, RelationDraft("birth_parent", since_on=since)),
                (self.home.son, self.mother, RelationDraft("key", words="電話は夕方")),
                (self.home.son, self.mother, RelationDraft("carer", hours_week=20)),
            ):
                note_relation(one, other, told, by=self.by)

    def _assess(self) -> None:
        with acting_for(self.by):
            for section, text in ASSESSED.items():
                teller = "self" if section == Asked.VOICE else "staff"
                write_part(
                    self.case,
                    Told(self.mother.pk, section, teller, text, everything(section)),
                    seen=None,
                    by=self.by,
                )
        self.assessment = fix(self.world)

    def _plan(self) -> None:
        world, key, today = self.world, self.mother.pk, timezone.localdate()
        roles = [
            self.role(agency, seat)
            for seat, agency in zip(
                Seat, (world.center, world.anshin, world.kenko, world.center), strict=True
            )
        ]
        parts = [PartDraft(Label(key, "plan"), section, text) for section, text in PLANNED.items()]
        draft = PlanDraft(
            today, today + 180 * DAY, today + 90 * DAY, parts=parts, roles=roles, assessment=self.assessment
        )
        with acting_for(self.by):
            self.plan = save_plan(self.case, draft, follows=None, by=self.by)
            told = AgreementDraft(
                "agreed", today, self.by.membership, "oral", "guardian", "見本花子（長女）", self.chief.membership, "それでいい。",
            )  # fmt: skip
            record_agreement(self.plan, self.mother, told, by=self.by)
        self.item = table(world, self.home)
        self.decision = settle(world, self.plan, agenda=self.item)
        with acting_for(self.chief):
            confirm_plan(self.plan, ConfirmationDraft("confirmed", today, "福総第12号"), by=self.chief)
        with acting_for(world.anshin_worker):
            role = RoleRow.objects.get(decision=self.decision, agency=world.anshin)
            answer_role(
                role, kind="conditional", text="送り迎えがあれば行ける", answered=0, by=world.anshin_worker,
                in_charge=InCharge("髙﨑 𠮷子", "葛\U000e0100城 花"),
            )  # fmt: skip

    def role(self, agency: Any, seat: str = "") -> RoleDraft:
        """Return a role of which everything is said."""
        today = timezone.localdate()
        return RoleDraft(
            Label(self.mother.pk, "roles"), agency, "体力の低下", "認定の申請に付き添い、結果を聞く", seat=seat, frequency="毎週火曜",
            until_on=today + 60 * DAY, service="care_insurance", starts_on=today + DAY, worker="見本 担", deputy="見本 副",
            needs="かかりつけ医の名前", reports="認定の結果が出た日に、主担当へ",
        )  # fmt: skip

    def _happen(self) -> None:
        son = self.home.son.pk
        for when, text, about in (
            ((1975, 4), "結婚", self.mother.pk), ((2000, 4), "介護保険の始まり", None), ((2011,), "退職", son),
        ):  # fmt: skip
            with acting_for(self.by):
                draft = EntryDraft(PartialDate(*when), text)
                write_entry(self.case, Label(about, "history"), draft, source=self.world.center, by=self.by)

    def _talk(self) -> Any:
        """A 支援会議 of today with papers, an answer beforehand and a copy; its minutes come later (write_minutes)."""
        world, seats = self.world, (self.world.anshin_worker, self.world.kenko_worker)
        let_swear(*seats)
        with acting_for(self.chief):
            rule = ordinance(world)
        meeting = call(world, rule, held_at=timezone.now(), is_online=True, convener="支援課（市直営）")
        item = put(world, meeting, self.home, *seats, purpose_text="母の退院のあとの暮らしについて")
        paper(world, item, f"{NAME}さんは、ひざの痛みで外出が減っている。")
        paper(world, item, "週に1回、センターが訪問している。", kind="current")
        paper(world, item, "弁護士に来てほしい。", kind="wanted")
        paper(world, item, "知っていることを、先に書いてほしい。", kind="request")
        open_to_all(world, item)
        with acting_for(world.anshin_worker):
            said = PrepDraft(
                "年に1回、訪問で会っていた。",
                "週に1回の訪問",
                "夜間の対応は職員がいない",
                "鍵の預かり先を決めてほしい",
            )
            answer_prep(item, said, answered=0, by=world.anshin_worker)
        with acting_for(self.by):
            [self.copy] = hand_out(item, [world.anshin_worker.membership], by=self.by)
        later = call(world, rule, label="次の回", held_at=timezone.now() + 30 * DAY)
        put(world, later, self.home, *seats)
        return item

    def write_minutes(self) -> None:
        """Fix the minutes of the meeting of today."""
        item, world, today = self.talked, self.world, timezone.localdate()
        text = MinutesText(
            f"{NAME}さんは月曜に退院した。", "だれが鍵を預かるか。", "健康課は、夜間の対応に慎重である。", "紙の資料は、会議のあとに返した。",
        )  # fmt: skip
        also = (AlsoThere("本人", self.mother.pk), AlsoThere("見本花子", capacity="叔母"))
        outcome = Outcome(
            [DirectionDraft(Label(self.mother.pk, "plan"), "家で暮らす")], [self.role(world.anshin)]
        )
        with acting_for(self.by):
            save_minutes(item, text, seen=0, by=self.by)
        with acting_for(self.chief):
            here = [world.anshin_worker.membership.pk]
            fix_item(
                item,
                outcome,
                seen=1,
                present=here,
                also_there=also,
                review_on=today + 30 * DAY,
                by=self.chief,
            )
            record_paper_receipts(item, [world.anshin_worker.membership], by=self.chief)

    def _evaluate(self) -> None:
        with acting_for(self.by):
            Case.objects.filter(pk=self.case.pk).update(stage=Stage.EVALUATION)
            goals = PlanPart.objects.filter(plan=self.plan, section=Section.GOAL)
            roles = RoleRow.objects.filter(decision=self.decision)
            draft = EvaluationDraft(
                self.decision.pk, timezone.localdate(), "家がいい。", "close",
                results=(*(ResultDraft(goal, "partly", "認定は受けた。人と話すのは月に2回") for goal in goals), ResultDraft(self.issue, "met")),
                roles=tuple(RoleResultDraft(role, "partly", "送り迎えの人手が足りない週があった") for role in roles),
                changes=("safety", "none"), remaining="借金の返済が続く。", cooperation="連絡が早くなった。", agenda=self.talked,
            )  # fmt: skip
            self.evaluation = record_evaluation(self.case, draft, by=self.by)

    def close(self) -> None:
        """End it as a case of flow 3, by an internal meeting."""
        today = timezone.localdate()
        draft = ClosureDraft(
            "handed_over", "これからは、あんしんが話を聞くと伝えた。", self.world.anshin, "あんしんの髙﨑", decided_by_words="11月20日の内部会議",
            watch="民生委員が月に1回", watch_until=today + 180 * DAY, signs="郵便物がたまる", follow_up_on=today + 90 * DAY,
        )  # fmt: skip
        with acting_for(self.by):
            Case.objects.filter(pk=self.case.pk).update(stage=Stage.CLOSING, flow="flow3")
            close_case(self.case, draft, by=self.by)

    # --- the papers -----------------------------------------------------------------------------------------

    def papers(self) -> dict[str, tuple[bytes, str]]:
        """Return of each paper, by its code: the file, and the page that it was printed from."""
        made = {
            "plan": self._sheet(PLAN, self.decision),
            "decision": self._sheet(DECISION, self.decision),
            "assessment": self._sheet(ASSESSMENT, assessment_id=self.assessment.pk),
            "understanding": self._sheet(UNDERSTANDING),
            "evaluation": self._sheet(EVALUATION, evaluation_id=self.evaluation.pk),
            "papers": self._of_meeting(),
            "copy": self._of_meeting({"copy": str(self.copy.pk)}),
        }
        self.write_minutes()
        made["minutes"] = self._of_meeting()
        self.close()
        made["closing"] = self._sheet(CLOSING)
        return made

    def large_minutes(self) -> bytes:
        """Return the minutes in large letters."""
        return self._of_meeting({"large": "on"})[0]

    def spreadsheet(self) -> bytes:
        """Return the plan as .xlsx."""
        url = reverse("casework:plan_excel", args=[self.case.pk, self.decision.pk])
        return self.client().get(url).content

    def printed_by_browser(self) -> dict[str, str]:
        """Return the pages that the browser prints, by their codes."""
        pages = {
            "roles": "roles/",
            "timeline": "timeline/?paper=on",
            "chronology": "chronology/",
            "plain": f"plans/{self.plan.pk}/plain/?person={self.mother.pk}",
        }
        at = reverse("casework:case", args=[self.case.pk])
        client = self.client()
        return {code: client.get(at + page).content.decode() for code, page in pages.items()}

    def _sheet(self, kind: str, decision: Any = None, **of: Any) -> tuple[bytes, str]:
        with acting_for(self.chief):
            ordered = request_sheet(self.case, decision, by=self.chief, kind=kind, **of)
        with _pages() as pages:
            make_sheet(ordered.pk, membership_id=self.chief.membership.pk)
        with acting_for(self.chief):
            return bytes(Sheet.objects.get(pk=ordered.pk).pdf or b""), pages[0]

    def _of_meeting(self, data: dict[str, str] | None = None) -> tuple[bytes, str]:
        url = reverse("casework:agenda_print", args=[self.talked.meeting_id, self.talked.pk])
        with _pages() as pages:
            return self.client().post(url, data or {}).content, pages[0] if pages else ""

    def client(self) -> Client:
        client = Client()
        sign_in(client, self.chief)
        return client


@contextmanager
def _pages() -> Iterator[list[str]]:
    """The pages that are printed meanwhile."""
    made, pages = printer.made_apart, list[str]()

    def keep(html: str, *, style: str) -> bytes:
        pages.append(html)
        return made(html, style=style)

    with mock.patch.object(printer, "made_apart", keep):
        yield pages
