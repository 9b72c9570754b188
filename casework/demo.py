"""The demo's cases: those of domain.md 10.A, 10.B and 10.F as far as they go, one that went once around, and others that fill the lists.

Everything is 見本: invented people, addresses and 000-numbers, drawn with a fixed seed.
"""

from __future__ import annotations

import datetime as dt
import random

from django.db import transaction
from django.utils import timezone

from casework.cases.actions import move_to_stage
from casework.cases.models import Case, CaseActivity
from casework.cases.states import Stage
from casework.consent.actions import ConsentDraft, record_consent
from casework.consent.models import Answer, ConsentMethod
from casework.demo_assessment import assess
from casework.demo_hazukihara import load_hazukihara
from casework.demo_honami import load_honami
from casework.demo_people import agency, days_ago, viewer
from casework.demo_short import load_short
from casework.demo_tomono import load_tomono
from casework.households.models import Person
from casework.intake.actions import open_case, record_contact, take_contact
from casework.intake.models import Contact
from casework.referrals.actions import AnswerDraft, ReferralDraft, answer_referral, send_referral
from casework.sharing.actions import Ground, Label, share_items
from casework.sharing.models import Share
from permissions.agencies.models import Agency
from permissions.demo import refuse_outside_demo
from permissions.viewer import Viewer
from permissions.walls.context import acting_for

SEED = 20261123
OTHER_CASES = 34


def load() -> None:
    """Load the cases unless there are any. Runs as the owner of the tables."""
    refuse_outside_demo()
    if Case.objects.exists():
        return
    with transaction.atomic():
        _others()
        load_hazukihara()
        load_tomono()
        load_honami()
        load_short()
        _loose_contacts()


FAMILY = (
    "三栗",
    "真砂",
    "雪代",
    "汐谷",
    "鈴ノ木",
    "朝霧",
    "水無瀬",
    "柊木",
    "夕凪",
    "葦原",
    "星合",
    "木漏",
    "花筏",
    "雲居",
    "霜月",
)
GIVEN = ("ハル", "ナギ", "ミオ", "タツ", "サヨ", "レン", "イト", "シグレ", "アオイ", "トキ", "コト", "ソウ")
WORRIES = (
    ("介護とお金のことが重なっている", "couple", ("elderly", "money")),
    ("学校に行けない子と、働けない親", "single_parent", ("child", "health")),
    ("家賃の滞納が続いている", "single", ("money",)),
    ("退院後の生活が決まらない", "single", ("health",)),
    ("親の介護で仕事を辞めた", "parent_adult_child", ("elderly", "money")),
    ("ごみがたまり、近所から苦情", "single", ("health",)),
    ("子どもが家事と看病をしている", "three_generations", ("child",)),
    ("引きこもりの息子と年金暮らし", "parent_adult_child", ("elderly", "health")),
)
PARTNERS = (
    "anshin-shinonome",
    "anshin-minatomi",
    "kenko-shinonome",
    "jiritsu",
    "hikikomori",
    "shakyo",
    "kodomo-wakagi",
    "engo-shinonome",
)
ITEMS_OF_TOPIC = {"elderly": "health", "money": "money", "child": "history", "health": "health"}
STAGES = (
    ("intake",),
    ("intake", "screening"),
    ("intake", "screening", "flow1_referring"),
    ("intake", "screening", "flow2_assess"),
    ("intake", "screening", "flow2_assess", "flow2_plan"),
    ("intake", "screening", "flow3_accompany"),
)


def _others() -> None:
    chance = random.Random(SEED)
    workers = [viewer(name) for name in ("coordinator", "coordinator2", "chief")]
    for number in range(OTHER_CASES):
        _other_case(chance, workers[number % len(workers)], days=60 - number)


def _other_case(chance: random.Random, by: Viewer, *, days: int) -> None:
    worry, kind, topics = chance.choice(WORRIES)
    family = chance.choice(FAMILY)
    with acting_for(by):
        contact = record_contact(
            channel=chance.choice(["phone", "window", "visit", "fax"]),
            speaker=chance.choice(["self", "family", "agency", "minsei"]),
            one_line=worry,
            reply_to=f"000-0000-{chance.randrange(1000, 9999)}",
            urgency=chance.choice("BCDDD"),
            received_at=days_ago(days, chance.randrange(9, 17), chance.randrange(60)),
            by=by,
        )
        person = {
            "name": f"{family} {chance.choice(GIVEN)}",
            "relation": "self",
            "age_about": chance.choice([19, 34, 42, 51, 58, 67, 76, 83]),
        }
        case = open_case(
            contact, household_name=f"{family}さん世帯", household_kind=kind, person=person, by=by
        )
        for stage in chance.choice(STAGES):
            if stage == Stage.REFERRING:
                _refer(chance, case, worry, by)
                continue
            if stage == Stage.PLANNING:
                assess(case, worry, by)
            move_to_stage(case, stage=stage, by=by)
        _share_other(chance, case, topics, by)
    moment = days_ago(chance.randrange(1, days + 1), chance.randrange(8, 18), chance.randrange(60))
    Case.objects.filter(pk=case.pk).update(opened_at=contact.received_at)
    CaseActivity.objects.filter(case=case).update(changed_at=moment)
    Share.objects.filter(case=case).update(last_visible_change_at=moment)


def _refer(chance: random.Random, case: Case, worry: str, by: Viewer) -> None:
    """Flow 1: to 生活自立・仕事相談センター, which has said nothing yet, or some of what it may say."""
    person = Person.objects.get(case=case)
    receiver = agency("jiritsu")
    _agree(case, person, [(receiver, item) for item in ("referral", "basic", "money")], by)
    draft = ReferralDraft(
        receiver=receiver,
        person_id=person.pk,
        heard=f"「{worry}」とのこと。来月の家賃が払えない。",
        issues="家賃の滞納\n仕事さがし",
        wishes="いまの家に住みつづけたい。",
        explained="家賃の給付の要件をおおまかに説明した。",
        we_keep="初回の面談に同行する。世帯全体のことはセンターが聞きつづける。",
        ground=Ground("consent", "口頭の同意を2人で記録"),
        answer_by=timezone.localdate() + dt.timedelta(days=4),
        agreed=(Label(person.pk, "basic"), Label(person.pk, "money")),
    )
    referral = send_referral(case, draft, by=by)
    worker = viewer("jiritsu")
    for answered, kind in enumerate(chance.choice(((), ("received",), ("received", "accepted")))):
        with acting_for(worker):
            said = AnswerDraft(kind, contact_person="担当E")
            answer_referral(referral, said, answered=answered, by=worker)


def _agree(case: Case, person: Person, scopes: list[tuple[Agency, str]], by: Viewer) -> None:
    draft = ConsentDraft(
        Answer.GIVEN,
        timezone.localdate(),
        "口頭で説明",
        scopes=tuple(scopes),
        method=ConsentMethod.ORAL,
        witness=viewer("reception").membership,
    )
    record_consent(case, person, draft, by=by)


def _share_other(chance: random.Random, case: Case, topics: tuple[str, ...], by: Viewer) -> None:
    person = Person.objects.get(case=case)
    items = ["basic", *(ITEMS_OF_TOPIC[topic] for topic in topics)]
    codes = chance.sample(PARTNERS, chance.choice([0, 1, 1, 2, 3]))
    if codes:
        _agree(case, person, [(agency(code), item) for code in codes for item in dict.fromkeys(items)], by)
    for code in codes:
        share_items(
            case,
            agency=agency(code),
            labels=[Label(person.pk, item) for item in items],
            ground=Ground("consent", "口頭の同意を2人で記録"),
            by=by,
        )


def _loose_contacts() -> None:
    """A few contacts that nobody has made a case of yet."""
    by = viewer("reception")
    with acting_for(by):
        for hours, channel, speaker, one_line, urgency in (
            (3, "phone", "neighbor", "となりの家の明かりが3日ついていない", "B"),
            (26, "window", "self", "仕事をやめて、来月の家賃が払えそうにない", "C"),
            (50, "fax", "family", "父の介護をしている兄が疲れきっている", "D"),
        ):
            record_contact(
                channel=channel,
                speaker=speaker,
                one_line=one_line,
                reply_to="000-0000-4401",
                urgency=urgency,
                received_at=timezone.now() - dt.timedelta(hours=hours),
                by=by,
            )
        new = Contact.objects.filter(submission_id__isnull=False, state="new").first()
        if new is not None:
            take_contact(new, urgency="D", by=by)
