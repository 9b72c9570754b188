"""灯野家, the household of domain.md 10.B at a concealed address, as far as the objects of casework go. 見本."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from casework.cases.actions import move_to_stage
from casework.cases.models import Case
from casework.concealment.actions import GroundDraft, Threat, conceal
from casework.demo_people import agency, days_ago, viewer
from casework.households.actions import StayDraft, add_person, set_item
from casework.households.models import Person
from casework.intake.actions import open_case, record_contact
from casework.issues.actions import IssueDraft, note_issue
from casework.notes.actions import NoteDraft, ParagraphDraft, write_note
from casework.relations.actions import RelationDraft, note_relation
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label, share_items
from permissions.viewer import Viewer
from permissions.walls.context import acting_for


def load_tomono() -> None:
    """Load the case: concealed since before it came, known to the children's section for its duty."""
    by = viewer("coordinator2")
    with acting_for(by):
        case, mother, mio, kanade = _household(by)
        _conceal(case, mother, by)
        _family(case, mother, mio, kanade, by)
        _notes(case, mother, mio, by)
        children = agency("kodomo-wakagi")
        labels = [Label(person.pk, "basic") for person in (mio, kanade)] + [Label(mio.pk, "history")]
        ground = Ground("youtaikyo", "要対協 見本-17（照会番号だけ。虐待の部分は協議会にある）")
        share_items(case, agency=children, labels=labels, ground=ground, by=by)
        for stage in ("intake", "screening", "flow2_assess"):
            move_to_stage(case, stage=stage, by=by)
    Case.objects.filter(pk=case.pk).update(opened_at=days_ago(9))


def _household(by: Viewer) -> tuple[Case, Person, Person, Person]:
    contact = record_contact(
        channel="phone", speaker="agency", referrer_type="school", referrer_name="見本中学校 スクールソーシャルワーカー",
        one_line="中学2年生が弟の世話と食事作りをしている。欠席31日、授業中に眠っている",
        reply_to="000-0000-4401（学校の相談室）", urgency="C", received_at=days_ago(9, 15, 40), by=by,
    )  # fmt: skip
    case = open_case(
        contact, household_name="灯野さん世帯", household_kind="single_parent",
        person={"name": "灯野 沙織", "kana": "ともしの さおり", "relation": "self", "sex": "female", "age_about": 41}, by=by,
    )  # fmt: skip
    mother = Person.objects.get(case=case)
    mio = _child(case, "灯野 澪", "ともしの みお", "female", 14, "見本市立はるかぜ中学校", by)
    kanade = _child(case, "灯野 奏", "ともしの かなで", "male", 6, "見本市立はるかぜ小学校", by)
    items: dict[str, dict[str, Any]] = {
        "contact": {
            "phone": "000-0000-4402", "safe_hours": "10時から11時だけ", "cover_name": "図書の係",
            "voicemail_ok": False, "sms": "no", "post": "no",
            "address": "見本市若木区かくれ町4丁目5番6号 見本荘201",
            "caution": "書類は別の区の窓口で手渡し。",
        },
        "health": {"condition": "うつ。朝起きられない日がある。", "doctor": "かくれ町こころの診療所"},
    }  # fmt: skip
    for item, values in items.items():
        set_item(mother, item=item, values=values, seen=fingerprint(None, list(values)), by=by)
    return case, mother, mio, kanade


def _child(case: Case, name: str, kana: str, sex: str, age: int, school: str, by: Viewer) -> Person:
    values = {"name": name, "kana": kana, "relation": "child", "sex": sex, "age_about": age}
    return add_person(case, values={**values, "occupation": school}, by=by)


def _family(case: Case, mother: Person, mio: Person, kanade: Person, by: Viewer) -> None:
    """Whom they hide from and the grandmother, both elsewhere; the girl who cares for her brother (10.B)."""
    former = {"name": "真砂 亮", "relation": "other", "sex": "male", "age_about": 45}
    grandmother = {"name": "灯野 キヨ", "relation": "parent", "sex": "female", "age_about": 70}
    ryo = add_person(case, values=former, stay=StayDraft("apart", reason="divorce"), by=by)
    kiyo = add_person(case, values=grandmother, stay=StayDraft("apart"), by=by)
    for one, kind, other, hours, words in (
        (kiyo, "birth_parent", mother, None, ""), (ryo, "divorced", mother, None, "7か月前"),
        (ryo, "birth_parent", mio, None, ""), (mother, "birth_parent", mio, None, ""),
        (ryo, "birth_parent", kanade, None, ""), (mother, "birth_parent", kanade, None, ""),
        (ryo, "violent", mother, None, ""), (mio, "carer", kanade, 25, "食事作り、送り迎え、寝かしつけ"),
        (kiyo, "key", mother, None, "電話は10時から11時"),
    ):  # fmt: skip
        note_relation(one, other, RelationDraft(kind, hours_week=hours, words=words), by=by)
    for person, code, severity, said_by, words in (
        (mio, "young_carer", "3", "agency", "欠席31日"), (mother, "dv_abuse", "3", "self", ""),
        (mother, "mental_other", "2", "self", "うつ"), (kanade, "disability_certified", "2", "family", ""),
    ):  # fmt: skip
        note_issue(person, code, IssueDraft(severity, said_by, words=words), by=by)


def _conceal(case: Case, mother: Person, by: Viewer) -> None:
    ends = timezone.localdate() + dt.timedelta(days=55)
    ground = GroundDraft("measure", "見本市 住民基本台帳事務の支援措置（母と子2人）", ends)
    conceal(case, mother, ground, (Threat("真砂 亮", "元の夫、7か月前に離婚"),), by=by)


def _notes(case: Case, mother: Person, mio: Person, by: Viewer) -> None:
    for days, method, person, item, title, told in (
        (8, "phone", mother, "history", "母に電話（10時15分）", ("fact", "self", "「図書の係」と名のった。話せる時間は10時から11時だけ。")),
        (6, "agency_contact", mio, "history", "こども家庭課に確認", ("fact", "agency", "要対協に登録あり。虐待の部分は協議会で扱う。")),
        (3, "interview", mio, "basic", "澪さんのことば", ("statement", "self", "「弟のごはんは自分が作りたい。でも美術部には行きたい」")),
    ):  # fmt: skip
        paragraphs = (ParagraphDraft(*told),)
        write_note(
            case, NoteDraft(Label(person.pk, item), days_ago(days, 11), method, title, paragraphs), by=by
        )
