"""The four short cases of domain.md 10.F: a hand-over on the same day, advice without a name, a notice, a move. 見本."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from casework.cases.actions import move_to_stage
from casework.cases.models import Case
from casework.cases.states import Stage
from casework.closing.actions import ClosureDraft, close_case
from casework.consent.actions import ConsentDraft, record_consent
from casework.consent.models import Answer
from casework.dates import in_months
from casework.demo_people import agency, date, days_ago, viewer
from casework.households.actions import set_item
from casework.households.models import Person
from casework.intake.actions import close_contact, open_case, record_contact
from casework.issues.actions import IssueDraft, note_issue
from casework.notes.actions import NoteDraft, ParagraphDraft, write_note
from casework.notices.actions import record_notice, record_reply
from casework.referrals.actions import AnswerDraft, ReferralDraft, answer_referral, send_referral
from casework.referrals.models import Referral
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label, end_lines, share_items
from casework.sharing.models import EndCause, ShareLine
from casework.triage.actions import ScreeningDraft, screen_case
from casework.triage.rules import REFERRAL
from permissions.agencies.models import Agency
from permissions.viewer import Viewer
from permissions.walls.context import acting_for

EXPLAINED = "何のために、どの機関に、どの項目を、いつまで見せるか。いつでも取り消せること。同意しなくても相談できること。"


def load_short() -> None:
    """Load F1 to F4, each by the person at the center whose work it is."""
    _pressure_sale(viewer("coordinator"))
    _advice(viewer("reception"))
    _crying_child(viewer("reception"), viewer("coordinator2"))
    _move_to_another_city(viewer("coordinator"))


# --- F1: a golf membership sold under pressure -----------------------------------------------------------------


def _pressure_sale(by: Viewer) -> None:
    """Flow 1 to the consumer center, which meets the person on the same day."""
    with acting_for(by):
        contact = record_contact(
            channel="phone", speaker="self", one_line="ゴルフ会員権を断れずに契約した。今日にも振り込むように言われている",
            reply_to="000-0000-6101", urgency="B", topics=("other",), received_at=_earlier_today(), by=by,
        )  # fmt: skip
        sold = {
            "name": "木漏 善治",
            "kana": "きもれ ぜんじ",
            "relation": "self",
            "sex": "male",
            "age_about": 79,
        }
        case = open_case(contact, household_name="木漏さん世帯", household_kind="single", person=sold, by=by)
        person = Person.objects.get(case=case)
        note_issue(
            person,
            "consumer",
            IssueDraft("3", "self", words="会員権48万円。クーリング・オフの期限まで5日。"),
            by=by,
        )
        move_to_stage(case, stage="intake", by=by)
        move_to_stage(case, stage="screening", by=by)
        screen_case(case, ScreeningDraft(Stage.REFERRING, REFERRAL), by=by)
        receiver = agency("shohi")
        _agree(case, person, {receiver: ("basic", "money", "referral")}, by)
        referral = send_referral(
            case,
            ReferralDraft(
                receiver=receiver, person_id=person.pk, urgency="B",
                heard="電話で会員権をすすめられ、断れずに契約書に名前を書いた。まだ振り込んでいない。",
                issues="訪問・電話による販売の契約を取り消したい", wishes="お金を払いたくない。子どもに心配をかけたくない。",
                explained="クーリング・オフという方法があることを話した。", promised="今日のうちに電話があると伝えた。",
                we_keep="暮らしのことで困ったときの相談は、センターが受けつづける。",
                ground=Ground("consent", "書面の同意 説明者 見本 調"), answer_by=timezone.localdate(),
                agreed=(Label(person.pk, "basic"), Label(person.pk, "money")),
            ), by=by,
        )  # fmt: skip
    _say(
        viewer("shohi"),
        referral,
        ("accepted", ""),
        ("first_contact", "来所。クーリング・オフのはがきを一緒に書いた。"),
    )


# --- F2: advice to an agency, about nobody in particular ---------------------------------------------------------------


def _advice(by: Viewer) -> None:
    with acting_for(by):
        contact = record_contact(
            channel="phone", speaker="agency", kind="advice", referrer_type="elderly_hub",
            referrer_name="あんしんケアセンター港見", one_line="面談を断る家族に、どう声をかけるとよいか",
            reply_to="000-0000-6201", urgency="D", received_at=days_ago(4, 11, 10), by=by,
        )  # fmt: skip
        close_contact(contact, by=by)


# --- F3: a neighbor who stays unknown ------------------------------------------------------------------------------------


def _crying_child(reception: Viewer, by: Viewer) -> None:
    """Who telephoned is not kept; the notice and what the authority said are."""
    with acting_for(reception):
        contact = record_contact(
            channel="phone", speaker="neighbor", is_informant_hidden=True,
            one_line="見本荘のあたりで、毎晩、子どもが激しく泣いている", signs=("abuse",), urgency="A",
            received_at=days_ago(3, 17, 5), by=reception,
        )  # fmt: skip
    with acting_for(by):
        notice = record_notice(
            contact,
            values={
                "law": "child", "recipient": "みほん児童相談所 受付の担当者", "noticed_at": days_ago(3, 17, 20),
                "content": "毎晩21時ごろから1時間ほど、子どもが激しく泣いている。大人のどなる声もする。けがを見た人はいない。",
            },
            hides_informant=False, by=by,
        )  # fmt: skip
        reply = {"replied_at": days_ago(2, 10, 30), "text": "48時間以内に訪ねて、子どもの安全を確かめる。"}
        record_reply(notice, values=reply, by=by)


# --- F4: a move in the third week ----------------------------------------------------------------------------------------


def _move_to_another_city(by: Viewer) -> None:
    """Handed over to the other city with consent, met there; then what was shared ends, and the case is closed."""
    with acting_for(by):
        contact = record_contact(
            channel="window", speaker="self", one_line="仕事をなくし、食べるものと家賃に困っている",
            reply_to="000-0000-6401", urgency="C", received_at=days_ago(18, 10, 15), by=by,
        )  # fmt: skip
        mover = {
            "name": "雲居 サヨ",
            "kana": "くもい さよ",
            "relation": "self",
            "sex": "female",
            "age_about": 51,
        }
        case = open_case(contact, household_name="雲居さん世帯", household_kind="single", person=mover, by=by)
        person = Person.objects.get(case=case)
        money = {"situation": "貯金は3万円。来月から姉のいるとなり市で暮らす。"}
        set_item(person, item="money", values=money, seen=fingerprint(None, list(money)), by=by)
        food, city = agency("shakyo"), agency("tonari")
        _agree(case, person, {food: ("basic",), city: ("basic", "money", "referral")}, by)
        ground = Ground("consent", "書面の同意 説明者 見本 調")
        share_items(case, agency=food, labels=[Label(person.pk, "basic")], ground=ground, by=by)
        for stage in ("intake", "screening", "flow3_accompany", "flow1_referring"):
            move_to_stage(case, stage=stage, by=by)
        referral = send_referral(
            case,
            ReferralDraft(
                receiver=city, person_id=person.pk, heard="今月末にとなり市に転居する。仕事さがしと家計の相談を続けたい。",
                issues="仕事さがし\n家計", wishes="転居しても、相談を続けたい。", explained="となり市の窓口と、伝える項目を説明した。",
                we_keep="転居の日まで、食べるものの手配を続ける。", ground=ground,
                answer_by=timezone.localdate() + dt.timedelta(days=3), agreed=(Label(person.pk, "basic"), Label(person.pk, "money")),
            ), by=by,
        )  # fmt: skip
        for answered, (kind, words) in enumerate(
            (("accepted", ""), ("first_contact", "転居先の近くの窓口で会えた。"))
        ):
            said = AnswerDraft(
                kind, words, contact_person="となり市の担当H", medium="phone", said_at=timezone.now()
            )
            answer_referral(referral, said, answered=answered, by=by)
        _close_as_moved(case, person, by)
    Case.objects.filter(pk=case.pk).update(opened_at=contact.received_at)


def _close_as_moved(case: Case, person: Person, by: Viewer) -> None:
    written = NoteDraft(
        Label(person.pk, "history"), timezone.now(), "phone", "転出による終結",
        (
            ParagraphDraft("fact", "self", "となり市に転居した。新しい窓口の担当者とも話せた。"),
            ParagraphDraft("next", "judged", "引き継ぎが済んだので、共有を終えて終結する。戻ってきたときは、この記録から始める。"),
        ),
    )  # fmt: skip
    write_note(case, written, by=by)
    lines = ShareLine.objects.live().filter(case=case)
    end_lines(lines, cause=EndCause.DECIDED, reason="転出による終結", by=by)
    sheet = ClosureDraft(
        kind="moved_handed", lead=agency("tonari"), lead_words="となり市の担当H",
        signs="新しい窓口と話せなくなったとき、こちらに戻ってきたとき",
        follow_up_on=in_months(timezone.localdate(), 3), told="これからの窓口と、こちらにもまた話してよいことを伝えた。",
    )  # fmt: skip
    close_case(case, sheet, by=by)


# --- What they have in common ------------------------------------------------------------------------------------------


def _agree(case: Case, person: Person, items: dict[Agency, tuple[str, ...]], by: Viewer) -> None:
    scopes = tuple((receiver, item) for receiver, several in items.items() for item in several)
    draft = ConsentDraft(Answer.GIVEN, date(0), EXPLAINED, scopes=scopes, kept_at="鍵つき書庫 2段目")
    record_consent(case, person, draft, by=by)


def _say(by: Viewer, referral: Referral, *answers: tuple[str, str]) -> None:
    """Let the receiving agency answer by itself."""
    for answered, (kind, words) in enumerate(answers):
        with acting_for(by):
            answer_referral(
                referral, AnswerDraft(kind, words, contact_person="担当M"), answered=answered, by=by
            )


def _earlier_today() -> dt.datetime:
    """Return a moment three hours ago, in the small hours the beginning of the day."""
    return max(timezone.now() - dt.timedelta(hours=3), days_ago(0, 0))
