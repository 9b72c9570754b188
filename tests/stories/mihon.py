"""ミホン家 (domain.md 10.C) as it stands on D10, made by actions: what test_mihon.py plays in the browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from casework.cases.actions import move_to_stage
from casework.consent.actions import ConsentDraft, record_consent
from casework.demo_hazukihara import EXPLAINED
from casework.demo_people import agency, viewer
from casework.households.actions import add_person, set_item
from casework.households.models import Person
from casework.intake.actions import open_case, record_contact
from casework.issues.actions import IssueDraft, note_issue
from casework.notes.actions import AttendeeDraft, NoteDraft, ParagraphDraft, write_note
from casework.referrals.actions import AnswerDraft, ReferralDraft, answer_referral, send_referral
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label
from permissions.agencies.actions import add_membership, open_agency
from permissions.walls.context import acting_for

from .screen import PASSWORD

MOTHER, SON = "アナリン・ミホン", "ケント・ミホン"
EMPLOYER = "みほん弁当工業"
PHONE = "000-0000-5501"
FRIEND = "友人は同じ会社の人。通訳を頼まず、相談したことも話さない"
INTERPRETER, INTERPRETERS = "見本 通子", "見本市国際交流協会"
TOLD = f"勤め先は {EMPLOYER}。夜勤。先月の給料がまだ出ていない。"
RENT_MONEY = "家賃 月52,000円、3か月分の滞納"
HEARD = "家賃3か月の滞納。来月には退去と言われた。"
RETURNED = (
    "仕事中のけがを会社に言わないよう言われている。在留カードの期限が近い。夜勤明けの日は子が学校を休む。"
)
INSPECTORS = "みほん労働基準監督署"
# What is not among the agencies of the demo.
MORE = (("kokusai", INTERPRETERS, "other", "private"), ("rouki", INSPECTORS, "other", "public_other"))


class Mihon:
    """The case: handed over, handed back, coordination chosen."""

    def __init__(self, on_day: Callable[[int], None]) -> None:
        self.on_day, self.by = on_day, viewer("coordinator")
        for code, name, kind, legal_type in MORE:
            made = open_agency(code=code, name=name, kind=kind, legal_type=legal_type)
            user = get_user_model().objects.create_user(
                code, password=PASSWORD, last_name="見本", first_name=code
            )
            add_membership(user=user, agency=made, role="agency_staff")
        on_day(0)
        with acting_for(self.by):
            self._household()
            on_day(1)
            self._interview()
            on_day(2)
            self.referral = self._hand_over()
        for day, answered, draft in (
            (4, 0, AnswerDraft("accepted", contact_person="担当E")),
            (4, 1, AnswerDraft("first_contact", contact_person="担当E", words="自宅で会えた")),
            (9, 2, AnswerDraft("returned", contact_person="担当E", reason="household_issue", words=RETURNED)),
        ):  # fmt: skip
            on_day(day)
            worker = viewer("jiritsu")
            with acting_for(worker):
                answer_referral(self.referral, draft, answered=answered, by=worker)
        on_day(10)
        with acting_for(self.by):
            move_to_stage(self.case, stage="flow2_assess", by=self.by)

    @property
    def url(self) -> str:
        return f"/casework/cases/{self.case.pk}/"

    def _household(self) -> None:
        by = self.by
        contact = record_contact(
            channel="phone",
            speaker="self",
            one_line="家賃が払えない",
            reply_to=PHONE,
            urgency="C",
            received_at=timezone.now(),
            by=by,
        )
        person: dict[str, Any] = {
            "name": MOTHER,
            "relation": "self",
            "age_about": 36,
            "occupation": "弁当工場（夜勤）",
        }
        self.case = open_case(
            contact, household_name="ミホンさん世帯", household_kind="single_parent", person=person, by=by
        )
        self.mother = Person.objects.get(case=self.case)
        self.son = add_person(self.case, values={"name": SON, "relation": "child", "age_about": 9}, by=by)
        for item, values in (
            ("contact", {"phone": PHONE, "caution": FRIEND}),
            ("money", {"situation": RENT_MONEY}),
        ):
            set_item(self.mother, item=item, values=values, seen=fingerprint(None, list(values)), by=by)
        for one, code in (
            (self.mother, "injury"),
            (self.mother, "housing_unstable"),
            (self.son, "school_refusal"),
        ):
            note_issue(one, code, IssueDraft("2", "self"), by=by)

    def _interview(self) -> None:
        interpreter = AttendeeDraft(
            "interpreter", INTERPRETER, INTERPRETERS, oath_on=timezone.localdate(), oath_medium="written"
        )
        said = (ParagraphDraft("fact", "self", TOLD),)
        label = Label(self.mother.pk, "history")
        draft = NoteDraft(label, timezone.now(), "interview", "初回面談", said, attendees=(interpreter,))
        write_note(self.case, draft, by=self.by)

    def _hand_over(self) -> Any:
        by, receiver = self.by, agency("jiritsu")
        scopes = tuple((receiver, item) for item in ("basic", "money", "referral"))
        draft = ConsentDraft(
            "given", timezone.localdate(), EXPLAINED, scopes=scopes, aid="interpreter", aid_note=INTERPRETER,
            kept_at="鍵つき書庫 2段目", explained_by=by.membership,
        )  # fmt: skip
        record_consent(self.case, self.mother, draft, by=by)
        for stage in ("intake", "screening"):
            move_to_stage(self.case, stage=stage, by=by)
        packet = ReferralDraft(
            receiver=receiver, person_id=self.mother.pk, heard=HEARD, issues="家賃の滞納", wishes="いまの家に住みつづけたい",
            we_keep="通訳の手配と、世帯全体のことはセンターが続ける。", ground=Ground("consent", "書面の同意"),
            answer_by=timezone.localdate() + dt.timedelta(days=5), agreed=tuple(Label(self.mother.pk, item) for item in ("basic", "money")),
        )  # fmt: skip
        return send_referral(self.case, packet, by=by)
