"""灯野家 (domain.md 10.B) as it stands on D9, made by actions: what test_tomono.py plays in the browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from casework.cases.actions import move_to_stage
from casework.cases.models import Case
from casework.concealment.actions import GroundDraft, Threat, conceal
from casework.demo_people import agency, viewer
from casework.households.actions import StayDraft, add_person, set_item
from casework.households.models import Person
from casework.intake.actions import open_case, record_contact
from casework.issues.actions import IssueDraft, note_issue
from casework.ordinances.actions import OrdinanceDraft, swear, write_ordinance
from casework.ordinances.models import MeetingKind
from casework.relations.actions import RelationDraft, note_relation
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label, share_items
from permissions.viewer import Viewer
from permissions.walls.context import acting_for

MOTHER, MIO, KANADE, KIYO = "灯野 沙織", "灯野 澪", "灯野 奏", "灯野 キヨ"
FORMER = "真砂 亮"
HOME = "見本市若木区かくれ町4丁目5番6号 見本荘201"
SCHOOLS = ("見本市立はるかぜ中学校", "見本市立はるかぜ小学校")
CLINIC = "かくれ町こころの診療所"
# What of it stands on no page and no paper.
PLACES = ("かくれ町", "見本荘", "はるかぜ", "こころの診療所")
PHONE, HOURS, COVER = "000-0000-4402", "10時から11時だけ", "図書の係"
ILLNESS = "うつ。朝起きられない日がある"
NEIGHBOUR = "葉月原 トヨ"


class Tomono:
    """The case of the household in hiding; that of whom they hide from; and a third, that has to do with neither."""

    def __init__(self, on_day: Callable[[int], None]) -> None:
        self.on_day = on_day
        self.by = viewer("coordinator2")
        on_day(0)
        self.former = self._other("真砂さん", FORMER, "law", "生活困窮者自立支援法 就労準備支援")
        self.third = self._other("葉月原さん世帯", NEIGHBOUR, "shien_kaigi", "支援会議 第1号")
        with acting_for(self.by):
            self._household()
            self._hide()
            on_day(3)
            for child in (self.mio, self.kanade):
                self.share("kodomo-wakagi", child, ("basic",), "youtaikyo", "要対協 見本-17（照会番号だけ）")
            move_to_stage(self.case, stage="intake", by=self.by)
            move_to_stage(self.case, stage="screening", by=self.by)
            move_to_stage(self.case, stage="flow2_assess", by=self.by)
        self._rule_and_oaths()
        on_day(9)

    @property
    def url(self) -> str:
        return f"/casework/cases/{self.case.pk}/"

    def _other(self, household: str, name: str, basis: str, evidence: str) -> Case:
        by = viewer("coordinator")
        with acting_for(by):
            case = _case_of(by, household, name, "unknown")
            person = Person.objects.get(case=case)
            labels = [Label(person.pk, item) for item in ("basic", "roles")]
            share_items(case, agency=agency("jiritsu"), labels=labels, ground=Ground(basis, evidence), by=by)
        return case

    def _household(self) -> None:
        by = self.by
        self.case = _case_of(by, "灯野さん世帯", MOTHER, "single_parent")
        self.mother = Person.objects.get(case=self.case)
        contact = {
            "phone": PHONE, "safe_hours": HOURS, "cover_name": COVER, "address": HOME, "sms": "no", "post": "no",
            "caution": "だれも、電話なしに訪ねない。書類は別の区の窓口で手渡し。",
        }  # fmt: skip
        for item, values in (("contact", contact), ("health", {"condition": ILLNESS, "doctor": CLINIC})):
            set_item(self.mother, item=item, values=values, seen=fingerprint(None, list(values)), by=by)
        self.mio = self._child(MIO, "female", 14, SCHOOLS[0])
        self.kanade = self._child(KANADE, "male", 6, SCHOOLS[1])
        kiyo = {"name": KIYO, "relation": "parent", "sex": "female", "age_about": 70}
        add_person(self.case, values=kiyo, stay=StayDraft("apart"), by=by)
        note_relation(self.mio, self.kanade, RelationDraft("carer", hours_week=25), by=by)
        for person, code in ((self.mio, "young_carer"), (self.mother, "dv_abuse"), (self.mother, "poverty")):
            note_issue(person, code, IssueDraft("3", "staff"), by=by)

    def _child(self, name: str, sex: str, age: int, school: str) -> Person:
        values = {"name": name, "relation": "child", "sex": sex, "age_about": age, "occupation": school}
        return add_person(self.case, values=values, by=self.by)

    def _hide(self) -> None:
        ends = timezone.localdate() + dt.timedelta(days=325)
        ground = GroundDraft("measure", "見本市 住民基本台帳事務の支援措置（母と子2人）", ends)
        threat = Threat(FORMER, "元の夫、7か月前に離婚", agency=agency("jiritsu"))
        conceal(self.case, self.mother, ground, (threat,), by=self.by)

    def share(self, code: str, person: Person, items: tuple[str, ...], basis: str, evidence: str) -> None:
        labels = [Label(person.pk, item) for item in items]
        share_items(self.case, agency=agency(code), labels=labels, ground=Ground(basis, evidence), by=self.by)

    def _rule_and_oaths(self) -> None:
        chief = viewer("chief")
        with acting_for(chief):
            draft = OrdinanceDraft(
                "見本市支援会議設置要綱", "第1条", (MeetingKind.SUPPORT,), timezone.localdate()
            )
            write_ordinance(draft, by=chief)
        for name in ("coordinator", "coordinator2", "jiritsu", "kodomo", "ssw", "shokudo", "outsider"):
            member = viewer(name)
            with acting_for(member):
                swear(by=member)


def _case_of(by: Viewer, household: str, name: str, kind: str) -> Case:
    contact = record_contact(
        channel="phone", speaker="agency", one_line="見本の相談", reply_to="000-0000-4401", urgency="C",
        received_at=timezone.now(), by=by,
    )  # fmt: skip
    person: dict[str, Any] = {"name": name, "relation": "self", "age_about": 41}
    return open_case(contact, household_name=household, household_kind=kind, person=person, by=by)
