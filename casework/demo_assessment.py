"""What is known of 葉月原家 (domain.md 10.A, D26): parts of the center and two agencies, fixed once, and the family's years. 見本."""

from __future__ import annotations

from casework.assessments.actions import PartDraft, Seen, fix_assessment, mark_of, write_part
from casework.assessments.models import Assessment
from casework.assessments.selectors import known_for
from casework.cases.models import Case
from casework.chronology.actions import EntryDraft, write_entry
from casework.demo_people import agency, date, viewer
from casework.households.models import Person
from casework.sharing.actions import Label
from forms_app.fields.era import PartialDate
from permissions.viewer import Viewer
from permissions.walls.context import acting_for


def assess(case: Case, view: str, by: Viewer) -> Assessment:
    """Write how the center sees it, and fix that as the first version."""
    write_part(case, PartDraft(None, "view", "staff", view), seen=None, by=by)
    return fix_assessment(case, "plan", seen=Seen(0, mark_of(known_for(by, case))), by=by)


def load_assessment(case: Case, mother: Person, son: Person) -> Assessment:
    """Load the parts, fix them as the first version, and write down what is known of earlier years."""
    of_center = (
        PartDraft(mother.pk, "voice", "self", "このままでは二人ともだめになる。この家にいたい。息子のことは、わたしが先に話す。"),
        PartDraft(mother.pk, "home", "staff", "古い一戸建て。雨もりがあり、物が多い。火の消し忘れがある。", {"housing": "own_house", "rent": "none", "utilities": ["none"], "pets": "none"}),
        PartDraft(mother.pk, "family", "self", "県外の娘とは月に1度の電話。お金のことは娘にも息子にも言っていない。", {"ties": "few", "marital": "widowed", "children": "two"}),
        PartDraft(mother.pk, "money", "self", "収入は母の年金だけ。カード3社の返済がとどこおっている。", {"welfare": "never", "purse": "self", "incomes": ["old_age", "survivors"], "savings": "under_100k"}),
        PartDraft(mother.pk, "strength", "staff", "火曜の朝は落ち着いて話せる。近所の民生委員を信頼している。"),
        PartDraft(son.pk, "family", "family", "母とも夜に少し話すだけ。家の外の人とは話していない。", {"ties": "none"}),
        PartDraft(son.pk, "work", "family", "31歳で仕事をやめてから、家にいる。鉄道の本をよく読む。", {"work": "none", "left_work": "from_2y", "education": "unknown"}),
        PartDraft(None, "view", "staff", "母の体力ともの忘れ、返済、息子の孤立が重なっている。母が倒れると、二人の暮らしがすぐ止まる。"),
    )  # fmt: skip
    of_agency = PartDraft(
        mother.pk, "health", "agency", "半年で2回転んでいる。10か月前に認定の話をしたが、息子が断った。", {"treatment": "untreated", "cover": "elderly"},
    )  # fmt: skip
    coordinator, hub = viewer("coordinator"), viewer("anshin")
    for by, drafts in ((coordinator, of_center), (hub, (of_agency,))):
        with acting_for(by):
            for draft in drafts:
                write_part(case, draft, seen=None, by=by)
    with acting_for(coordinator):
        seen = Seen(0, mark_of(known_for(coordinator, case)))
        fixed = fix_assessment(case, "plan", seen=seen, by=coordinator)
        _chronology(case, mother, son)
    return fixed


def _chronology(case: Case, mother: Person, son: Person) -> None:
    by, center, hub = viewer("coordinator"), agency("center-itaku"), agency("anshin-shinonome")
    for person, item, years_ago, month, text, source in (
        (mother, "history", 60, None, "結婚。みほん町に家を建てる", center),
        (son, "history", 33, 4, "鉄道の会社につとめる", center),
        (son, "history", 25, None, "会社をやめる。家にいるようになる", center),
        (mother, "history", 12, None, "夫が亡くなる", center),
        (mother, "money", 3, None, "カードの返済がおくれはじめる", center),
        (mother, "health", 1, 12, "介護認定の相談。途中で止まる", hub),
        (None, "history", 0, None, "民生委員がたまった郵便に気づき、センターへ", center),
    ):  # fmt: skip
        draft = EntryDraft(PartialDate(date(0).year - years_ago, month), text)
        write_entry(case, Label(person.pk if person else None, item), draft, source=source, by=by)
