"""Each act of sharing by itself: what it refuses and why, what it leaves in ledger, guardian's tables and log."""

import datetime as dt
import re

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.cases.models import CaseEvent
from casework.concealment.actions import GroundDraft, Threat, ask_to_lift, conceal, lift_concealment
from casework.consent.actions import ConsentDraft, Exclusion, record_consent
from casework.consent.models import Consent
from casework.sharing.actions import (
    Ground,
    Label,
    answer_recall,
    block,
    end_line,
    end_lines,
    lift_block,
    share_items,
    sweep_lapsed,
)
from casework.sharing.models import (
    Block,
    CaseGrant,
    EndCause,
    PersonGrant,
    Recall,
    RecallAnswer,
    Share,
    ShareLine,
)
from permissions.agencies.actions import close_agency
from permissions.audit.models import AuditEntry
from permissions.days import end_of_day
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for, clock
from tests.worlds import CONSENT, make_agency

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def mother(world):
    return world.hazuki.mother


def lines(world, **which):
    with acting_for(world.chief):
        return list(ShareLine.objects.filter(**which).select_related("share", "end"))


def grants(world, model):
    """Return (group, codename, object, line) of guardian's rows."""
    with acting_for(world.chief):
        rows = model.objects.values_list("group", "permission__codename", "content_object", "line")
        return sorted(rows, key=str)


def events(world, *, case=None, **which):
    with acting_for(world.chief):
        case = (case or world.hazuki).case
        return list(CaseEvent.objects.filter(case=case, **which).order_by("at", "pk"))


def entries(world, *verbs):
    with acting_for(world.auditor):
        return list(AuditEntry.objects.filter(verb__in=verbs).order_by("number"))


# --- What is refused ------------------------------------------------------------------------------------


def refused(world, labels, *, by=None, agency=None, case=None, **terms):
    by = by or world.coordinator
    with acting_for(by), pytest.raises(NotAllowed) as refusal:
        share_items(
            case or world.hazuki.case,
            agency=agency or world.anshin,
            labels=labels,
            ground=Ground(**{"basis": "consent", "evidence": "2026-11-20 書面", **terms}),
            by=by,
        )
    assert lines(world) == []
    return str(refusal.value)


def test_who_may_not_share(world, mother):
    said = {
        refused(world, [Label(mother.pk, "basic")], by=by) for by in (world.reception, world.anshin_worker)
    }

    assert said == {"共有を決める権限がありません。"}


def test_with_whom_nothing_is_shared(world, mother):
    close_agency(world.kenko, by=None)
    label = [Label(mother.pk, "basic")]

    closed = "この機関には共有できません。機関が閉じているか、センターです。"
    assert refused(world, label, agency=world.kenko) == closed
    assert refused(world, label, agency=world.center) == closed
    assert refused(world, label, agency=world.center_itaku) == closed


def test_a_blocked_agency_gets_nothing_until_the_block_is_lifted(world, mother):
    with acting_for(world.chief):
        block(world.tomono.case, agency=world.anshin, user_id=None, reason="別のケース", by=world.chief)
        block(world.hazuki.case, agency=world.kenko, user_id=None, reason="別の機関", by=world.chief)
        row = block(
            world.hazuki.case, agency=world.anshin, user_id=None, reason="加害者の勤め先", by=world.chief
        )
    label = Label(mother.pk, "basic")

    assert refused(world, [label]) == "この機関には、このケースの閲覧を禁止しています。"
    with acting_for(world.chief):
        lift_block(row, by=world.chief)
    assert len(world.share(world.hazuki, world.anshin, label)) == 1


def test_labels_that_do_not_exist(world, mother):
    assert refused(world, []) == "共有する項目を1つ以上選んでください。"
    assert refused(world, [Label(mother.pk, "everything")]) == "知らない項目が含まれています。"
    other = [Label(mother.pk, "basic"), Label(world.tomono.mother.pk, "basic")]
    assert refused(world, other) == "この世帯にいない人が含まれています。"


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"evidence": " \n　"}, "根拠の内容を書いてください。"),
        ({"basis": "other"}, "この法的根拠は使えません。"),
        ({"basis": "emergency"}, "この法的根拠は使えません。"),
        ({"until": -HOUR}, "終わりの日が、始まりより前になっています。"),
        ({"starts_at": DAY, "until": HOUR}, "終わりの日が、始まりより前になっています。"),
        ({"starts_at": DAY, "until": DAY}, "終わりの日が、始まりより前になっています。"),
        (
            {"basis": "life_safety", "until": DAY},
            "この根拠は臨時のものです。承認者と終わりの日を決めてください。",
        ),
        (
            {"basis": "life_safety", "approver": True},
            "この根拠は臨時のものです。承認者と終わりの日を決めてください。",
        ),
        ({"basis": "life_safety"}, "この根拠は臨時のものです。承認者と終わりの日を決めてください。"),
    ],
)
def test_grounds_that_do_not_hold(world, mother, terms, said):
    now = timezone.now()
    words = {
        name: now + value if isinstance(value, dt.timedelta) else value
        for name, value in terms.items()
        if name != "approver"
    }
    if "approver" in terms:
        words["approver"] = world.chief.membership

    assert refused(world, [Label(mother.pk, "basic")], **words) == said


def test_what_the_law_lets_through_depends_on_who_gives_and_who_receives(world, mother):
    """The purpose of the city's own office reaches private bodies; that of its contractor only the city."""
    purpose, label = Ground("purpose", "登録番号 1"), Label(mother.pk, "basic")

    said = refused(world, [label], basis="purpose", evidence="登録番号 1")
    assert said == (
        "「利用目的の範囲内（個人情報保護法61条・69条1項）」は、市の委託先から民間の機関へ見せる根拠になりません。"
    )
    assert len(world.share(world.hazuki, world.kenko, label, ground=purpose)) == 1
    with acting_for(world.chief):
        made = share_items(
            world.hazuki.case, agency=world.anshin, labels=[label], ground=purpose, by=world.chief
        )
    assert len(made) == 1


def test_whom_a_household_hides_from_gets_nothing_of_it_while_it_does(world):
    """Each case, each agency and each concealment by itself."""
    tomono, hazuki = world.tomono, world.hazuki
    ground, by = Ground("law", "見本"), world.coordinator
    with acting_for(by):
        word = GroundDraft("provisional", "本人の電話")
        of_tomono = conceal(tomono.case, tomono.mother, word, (Threat("真砂", agency=world.kenko),), by=by)
        conceal(hazuki.case, hazuki.mother, word, (Threat("真砂", agency=world.jiritsu),), by=by)

    def let(home, agency):
        return len(world.share(home, agency, Label(home.mother.pk, "basic"), ground=ground))

    for home, agency in ((tomono, world.kenko), (hazuki, world.jiritsu)):
        with pytest.raises(NotAllowed, match=r"^この機関には、このケースの閲覧を禁止しています。$"):
            let(home, agency)
    assert [let(tomono, world.jiritsu), let(hazuki, world.kenko), let(tomono, world.anshin)] == [1, 1, 1]
    with acting_for(by):
        request = ask_to_lift(of_tomono, reason="見本", by=by)
    with acting_for(world.chief):
        lift_concealment(request, by=world.chief)
    assert let(tomono, world.kenko) == 1
    with pytest.raises(NotAllowed):
        let(hazuki, world.jiritsu)


def test_a_share_does_not_begin_when_its_consent_has_just_ended(world, mother):
    fresh, last = make_agency("fresh"), timezone.localdate() + 3 * DAY
    with acting_for(world.coordinator):
        words = ConsentDraft(
            "given", timezone.localdate(), "見本の説明", scopes=((fresh, "basic"),), valid_until=last,
            explained_by=world.coordinator.membership,
        )  # fmt: skip
        record_consent(world.hazuki.case, mother, words, by=world.coordinator)
    label, end = Label(mother.pk, "basic"), end_of_day(last)

    said = refused(world, [label], agency=fresh, starts_at=end)
    assert said == "同意の期限が、共有の始まりより前になっています。"
    almost = Ground("consent", "書面", starts_at=end - dt.timedelta(seconds=1))
    (line,) = world.share(world.hazuki, fresh, label, ground=almost)
    assert line.until == end


# --- What a line is -------------------------------------------------------------------------------------


def test_a_line_holds_what_was_decided_and_guardians_row_says_the_same(world, mother):
    until, starts_at = timezone.now() + 3 * DAY, timezone.now() - HOUR
    ground = Ground("life_safety", "見守りの調整", world.chief.membership, until, starts_at)

    made = world.share(
        world.hazuki, world.anshin, Label(mother.pk, "money"), Label(None, "roles"), ground=ground
    )

    share = Share.objects.none()
    with acting_for(world.chief):
        (share,) = Share.objects.all()
        assert (share.case_id, share.agency_id, share.closed_at) == (
            world.hazuki.case.pk,
            world.anshin.pk,
            None,
        )
    found = [
        (
            line.share_id, line.case_id, line.agency_id, line.person_id, line.item, line.basis, line.evidence,
            line.approver_id, line.until, line.starts_at, line.added_by_id, line.ended_at, line.ended_by_id,
        )
        for line in made
    ]  # fmt: skip
    terms = (
        "life_safety", "見守りの調整", world.chief.membership.pk, until, starts_at, world.coordinator.membership.pk,
        None, None,
    )  # fmt: skip
    case, agency = world.hazuki.case.pk, world.anshin.pk
    assert found == [
        (share.pk, case, agency, None, "roles", *terms),
        (share.pk, case, agency, mother.pk, "money", *terms),
    ]
    assert {line.pk for line in lines(world)} == {line.pk for line in made}
    group = world.anshin.group_id
    assert grants(world, CaseGrant) == [(group, "view_case_roles", case, made[0].pk)]
    assert grants(world, PersonGrant) == [(group, "view_person_money", mother.pk, made[1].pk)]


def test_a_line_leaves_one_event_and_one_entry(world, mother):
    until = timezone.now() + DAY
    ground = Ground("consent", "2026-11-20 書面", until=until)
    household, person = world.share(
        world.hazuki, world.anshin, Label(mother.pk, "basic"), Label(None, "basic"), ground=ground
    )

    terms = {
        "agency": world.anshin.pk,
        "basis": "consent",
        "evidence": "2026-11-20 書面",
        "until": until.isoformat(),
    }
    found = sorted(events(world, verb="share_line_added"), key=lambda event: str(event.person_id or ""))
    assert [(event.person_id, event.item, event.actor_id, event.before, event.after) for event in found] == [
        (who, "basic", world.coordinator.membership.pk, {}, terms) for who in (None, mother.pk)
    ]
    assert [
        (entry.user_id, entry.subject, entry.subject_id, entry.case_id, entry.person_id, entry.item)
        for entry in entries(world, "share_line_added")
    ] == [
        (world.coordinator.user.pk, "casework.shareline", str(line.pk), world.hazuki.case.pk, who, "basic")
        for line, who in ((household, None), (person, mother.pk))
    ]


def test_a_line_shown_against_the_persons_wish_says_why(world, mother):
    with acting_for(world.coordinator):
        words = ConsentDraft(
            "given", timezone.localdate(), "見本の説明", scopes=((world.kenko, "basic"),),
            exclusions=(Exclusion(world.anshin, "money"),), explained_by=world.coordinator.membership,
        )  # fmt: skip
        record_consent(world.hazuki.case, mother, words, by=world.coordinator)
    law = {"basis": "law", "evidence": "見本法1条"}
    both = [Label(mother.pk, "basic"), Label(mother.pk, "money")]

    for despite in ("", " \n　"):
        assert refused(world, both, despite=despite, **law) == (
            "本人が、この機関に見せないでほしいと言った項目が入っています。それでも見せる理由を書いてください。"
        )
    world.share(world.hazuki, world.anshin, both[1], ground=Ground(**law, despite="生命の危険"))
    world.share(world.hazuki, world.anshin, both[0], ground=Ground(**law))

    terms = {"agency": world.anshin.pk, "until": None, **law}
    assert {event.item: event.after for event in events(world, verb="share_line_added")} == {
        "money": {**terms, "despite": "生命の危険"},
        "basic": terms,
    }


def test_a_line_rests_on_the_consent_of_whom_it_is_about_and_no_other(world, mother):
    son = world.hazuki.son
    labels = [Label(who, "basic") for who in (mother.pk, son.pk, None)]
    made = world.share(world.hazuki, world.anshin, *labels)
    on_law = world.share(world.hazuki, world.anshin, *labels, ground=Ground("law", "見本法1条"))

    def rests(line):
        return {consent.person_id for consent in Consent.objects.filter(lines__line=line.pk)}

    with acting_for(world.coordinator):
        assert {line.person_id: rests(line) for line in made} == {
            mother.pk: {mother.pk}, son.pk: {son.pk}, None: {mother.pk, son.pk},
        }  # fmt: skip
        assert [rests(line) for line in on_law] == [set()] * 3


def test_a_line_without_an_end_says_so(world, mother):
    world.share(world.hazuki, world.anshin, Label(mother.pk, "basic"))

    (event,) = events(world, verb="share_line_added")
    assert event.after == {
        "agency": world.anshin.pk, "basis": "consent", "evidence": CONSENT.evidence, "until": None,
    }  # fmt: skip


def test_sharing_the_same_again_adds_nothing_and_anything_else_adds_a_line(world, mother):
    label = Label(mother.pk, "basic")
    until = timezone.now() + DAY
    first = world.share(world.hazuki, world.anshin, label, label)
    again = world.share(world.hazuki, world.anshin, label)
    others = [
        world.share(world.hazuki, world.anshin, label, ground=Ground("consent", "別の書面")),
        world.share(world.hazuki, world.anshin, label, ground=Ground("law", CONSENT.evidence)),
        world.share(
            world.hazuki, world.anshin, label, ground=Ground("consent", CONSENT.evidence, until=until)
        ),
        world.share(world.hazuki, world.anshin, Label(world.hazuki.son.pk, "basic")),
        world.share(world.hazuki, world.anshin, Label(None, "basic")),
        world.share(world.hazuki, world.anshin, Label(mother.pk, "money")),
        world.share(world.hazuki, world.jiritsu, label),
        world.share(world.tomono, world.anshin, Label(world.tomono.mother.pk, "basic")),
    ]

    assert (len(first), again, [len(each) for each in others]) == (1, [], [1] * 8)
    assert len(events(world, verb="share_line_added")) == 8
    assert len({line.share_id for line in lines(world)}) == 3
    assert len({line.share_id for line in lines(world, agency=world.anshin, case=world.hazuki.case)}) == 1


def test_what_has_ended_or_lapsed_may_be_shared_again(world, mother, shift_clock):
    label = Label(mother.pk, "basic")
    ground = Ground("consent", "書面", until=timezone.now() + HOUR)
    (line,) = world.share(world.hazuki, world.anshin, label)
    with acting_for(world.coordinator):
        end_line(line, by=world.coordinator, reason="同意の撤回")

    assert len(world.share(world.hazuki, world.anshin, label)) == 1
    assert len(world.share(world.hazuki, world.anshin, label, ground=ground)) == 1
    assert world.share(world.hazuki, world.anshin, label, ground=ground) == []


def test_another_app_may_have_a_permission_of_the_same_name(world, mother):
    theirs = ContentType.objects.get(app_label="auth", model="user")
    Permission.objects.create(content_type=theirs, codename="view_person_basic", name="theirs")

    world.share(world.hazuki, world.anshin, Label(mother.pk, "basic"))

    with acting_for(world.anshin_worker):
        assert world.anshin_worker.can("casework.view_person_basic", mother)
        assert PersonGrant.objects.get().permission.content_type.app_label == "casework"


# --- How a line ends ------------------------------------------------------------------------------------


def test_an_ended_line_says_who_and_why_and_takes_its_right_along(world, mother):
    kept, other_agency = (
        world.share(world.hazuki, agency, Label(mother.pk, "basic"))[0]
        for agency in (world.anshin, world.jiritsu)
    )
    (ended,) = world.share(world.hazuki, world.anshin, Label(mother.pk, "money"))
    (of_household,) = world.share(world.hazuki, world.anshin, Label(None, "roles"))
    with acting_for(world.chief):
        end_line(ended, by=world.chief, reason="本人が取り消した")
        end_line(of_household, by=world.chief, reason="役割が終わった")

    (row,) = lines(world, pk=ended.pk)
    assert (row.ended_by_id, row.end.cause, row.end.reason, row.ended_at is None) == (
        world.chief.membership.pk, "decided", "本人が取り消した", False,
    )  # fmt: skip
    assert {line.pk for line in lines(world, ended_at__isnull=True)} == {kept.pk, other_agency.pk}
    assert grants(world, CaseGrant) == []
    assert {row[-1] for row in grants(world, PersonGrant)} == {kept.pk, other_agency.pk}
    assert row.share.closed_at is None
    (event,) = events(world, verb="share_line_ended", item="money")
    assert (event.actor_id, event.person_id, event.item, event.before, event.after) == (
        world.chief.membership.pk,
        mother.pk,
        "money",
        {"agency": world.anshin.pk, "basis": "consent", "evidence": CONSENT.evidence, "until": None},
        {"cause": "decided", "reason": "本人が取り消した"},
    )
    assert [entry.subject_id for entry in entries(world, "share_line_ended")] == [
        str(ended.pk),
        str(of_household.pk),
    ]


def recalls(world):
    with acting_for(world.chief):
        return {
            row.agency.code: (row.case_id, row.case_number, row.labels) for row in Recall.objects.select_related("agency")
        }  # fmt: skip


def test_each_agency_is_told_once_of_all_that_it_no_longer_sees(world, mother, shift_clock):
    home, until = world.hazuki, timezone.now() + HOUR
    law, soon = Ground("law", "見本法1条"), Ground("consent", "書面", until=until)
    gone = world.share(home, world.anshin, *(Label(mother.pk, item) for item in ("basic", "money", "health")))
    gone += world.share(home, world.anshin, Label(None, "roles"))
    gone += world.share(home, world.anshin, Label(mother.pk, "money"), ground=Ground("consent", "別の書面"))
    world.share(home, world.anshin, Label(mother.pk, "health"), ground=law)  # still shows it
    world.share(home, world.anshin, Label(home.son.pk, "money"), Label(None, "money"))  # show another's
    gone += world.share(home, world.jiritsu, Label(mother.pk, "basic"))
    gone += world.share(home, world.kenko, Label(mother.pk, "basic"), ground=soon)
    world.share(world.tomono, world.jiritsu, Label(world.tomono.mother.pk, "basic"))
    shift_clock(2 * HOUR)  # what had lapsed is not taken back from anybody

    with acting_for(world.chief):
        ended = end_lines([*gone, gone[0]], cause=EndCause.DECIDED, reason="終", by=world.chief)
        assert end_lines(gone, cause=EndCause.DECIDED, reason="再び", by=world.chief) == []

    assert [line.pk for line in ended] == sorted(line.pk for line in gone)
    case = (home.case.pk, home.case.number)
    mothers = sorted([[None, "roles"], [str(mother.pk), "basic"], [str(mother.pk), "money"]], key=str)
    found = recalls(world)
    assert sorted(found) == ["anshin", "jiritsu"]
    assert found["jiritsu"] == (*case, [[str(mother.pk), "basic"]])
    assert found["anshin"][:2] == case
    assert sorted(found["anshin"][2], key=str) == mothers
    assert found["anshin"][2][-1] == [None, "roles"]  # in one order for everybody


def test_what_is_locked_is_what_changes_and_whoever_only_refers_to_it_does_not_wait(world, mother):
    def locks(act):
        with acting_for(world.chief), CaptureQueriesContext(connection) as queries:
            act()
        found = [str(query["sql"]) for query in queries]
        return [
            (re.search(r'FROM "(\w+)"', sql).group(1), sql.partition(" FOR ")[2]) for sql in found if " FOR " in sql
        ], found  # fmt: skip

    label, made = [Label(mother.pk, "basic")], []
    sharing, _sql = locks(
        lambda: made.extend(
            share_items(world.hazuki.case, agency=world.anshin, labels=label, ground=CONSENT, by=world.chief)
        )
    )
    ending, sql = locks(lambda: end_lines(made, cause=EndCause.DECIDED, reason="終", by=world.chief))

    assert sharing == [("casework_case", "NO KEY UPDATE"), ("casework_share", "UPDATE")]
    assert ending == [
        ("casework_shareline", 'NO KEY UPDATE OF "casework_shareline"'),
        ("casework_share", "UPDATE"),
    ]
    # Case and agency come with the lines.
    assert not [
        each for each in sql if re.search(r'FROM "(casework_case|marugoto_permissions_agency)"', each)
    ]


def test_a_recall_is_answered_with_a_law_or_without_and_the_log_says_by_whom(world, mother, monkeypatch):
    home = world.hazuki
    kept, destroyed = (
        world.share(home, agency, Label(mother.pk, "basic"))[0] for agency in (world.anshin, world.jiritsu)
    )
    with acting_for(world.chief):
        for line in (kept, destroyed):
            end_line(line, by=world.chief, reason="終")
        rows = {row.agency_id: row for row in Recall.objects.all()}
    of_anshin, of_jiritsu = rows[world.anshin.pk], rows[world.jiritsu.pk]

    def said(recall, by, kind="destroyed", law=""):
        with acting_for(by), pytest.raises(NotAllowed) as refusal:
            answer_recall(recall, kind=kind, law=law, by=by)
        return str(refusal.value)

    only = "このお知らせに答えられるのは、受け取った機関だけです。"
    assert {said(of_anshin, by) for by in (world.jiritsu_worker, world.chief, world.anshin_admin)} == {only}
    no_law = "法令の名前と、いつまで保存するかを書いてください。"
    assert said(of_anshin, world.anshin_worker, "kept_by_law", " 　\n") == no_law
    with monkeypatch.context() as patch, acting_for(world.anshin_worker):
        patch.setattr("casework.sharing.actions.record", lambda *args, **words: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            answer_recall(of_anshin, kind="destroyed", law="", by=world.anshin_worker)
        assert not RecallAnswer.objects.exists()
    with acting_for(world.anshin_worker):
        answer_recall(of_anshin, kind="kept_by_law", law=" 医師法24条 5年\n", by=world.anshin_worker)
    with acting_for(world.jiritsu_worker):
        answer_recall(of_jiritsu, kind="destroyed", law=" ", by=world.jiritsu_worker)
    again = "このお知らせには、同じ機関のほかの人がすでに答えました。"
    assert said(of_anshin, world.anshin_worker) == again

    with acting_for(world.chief):
        answers = {
            (row.recall_id, row.case_id, row.agency_id, row.kind, row.law, row.answered_by_id)
            for row in RecallAnswer.objects.all()
        }
    case = home.case.pk
    assert answers == {
        (
            of_anshin.pk,
            case,
            world.anshin.pk,
            "kept_by_law",
            "医師法24条 5年",
            world.anshin_worker.membership.pk,
        ),
        (of_jiritsu.pk, case, world.jiritsu.pk, "destroyed", "", world.jiritsu_worker.membership.pk),
    }
    told = [
        (entry.user_id, entry.subject, entry.subject_id, entry.case_id, entry.detail)
        for entry in entries(world, "recall_answered")
    ]
    assert told == [
        (world.anshin_worker.user.pk, "casework.recall", str(of_anshin.pk), case, {"kind": "kept_by_law"}),
        (world.jiritsu_worker.user.pk, "casework.recall", str(of_jiritsu.pk), case, {"kind": "destroyed"}),
    ]
    assert events(world, verb="recall_answered") == []


def test_what_ending_a_line_refuses(world, mother):
    (line,) = world.share(world.hazuki, world.anshin, Label(mother.pk, "basic"))

    def said(by, reason):
        with acting_for(by), pytest.raises(NotAllowed) as refusal:
            end_line(line, by=by, reason=reason)
        return str(refusal.value)

    assert said(world.reception, "理由") == "共有を決める権限がありません。"
    assert said(world.coordinator, " 　") == "終わりの理由を書いてください。"
    assert lines(world)[0].ended_at is None
    with acting_for(world.coordinator):
        end_line(line, by=world.coordinator, reason="一度目")
    assert said(world.coordinator, "二度目") == "この共有は、すでに終わっています。"
    assert lines(world)[0].end.reason == "一度目"
    assert len(events(world, verb="share_line_ended")) == 1


def test_envelope_closes_with_its_last_line_and_only_that_envelope(world, mother):
    (first,) = world.share(world.hazuki, world.anshin, Label(mother.pk, "basic"))
    (second,) = world.share(world.hazuki, world.anshin, Label(mother.pk, "money"))
    (elsewhere,) = world.share(world.tomono, world.anshin, Label(None, "basic"))

    def closed():
        return {line.pk: line.share.closed_at is not None for line in lines(world)}

    with acting_for(world.coordinator):
        end_line(first, by=world.coordinator, reason="終")
    assert closed() == {first.pk: False, second.pk: False, elsewhere.pk: False}
    with acting_for(world.coordinator):
        end_line(second, by=world.coordinator, reason="終")
    assert closed() == {first.pk: True, second.pk: True, elsewhere.pk: False}

    (anew,) = world.share(world.hazuki, world.anshin, Label(mother.pk, "basic"))
    assert anew.share_id != first.share_id


def test_ending_one_line_leaves_other_envelopes_to_the_sweep(world, mother, shift_clock):
    until = timezone.now() + HOUR
    ground = Ground("consent", "書面", until=until)
    (lapsed,) = world.share(world.hazuki, world.jiritsu, Label(mother.pk, "basic"), ground=ground)
    (line,) = world.share(world.hazuki, world.anshin, Label(mother.pk, "basic"))
    shift_clock(2 * HOUR)
    with acting_for(world.coordinator):
        end_line(line, by=world.coordinator, reason="終")

    assert [row.share.closed_at is None for row in lines(world, pk=lapsed.pk)] == [True]


def test_sweep_takes_away_what_has_lapsed_and_nothing_else(world, mother, shift_clock):
    until = timezone.now() + HOUR
    later = Ground("consent", "書面", until=until + DAY)
    (open_end,) = world.share(world.hazuki, world.anshin, Label(mother.pk, "basic"))
    (lasting,) = world.share(world.hazuki, world.kenko, Label(mother.pk, "basic"), ground=later)
    both = Label(mother.pk, "basic"), Label(None, "basic")
    gone = world.share(world.hazuki, world.jiritsu, *both, ground=Ground("consent", "書面", until=until))
    starts = Ground("consent", "書面", starts_at=timezone.now() + 5 * DAY)
    (future,) = world.share(world.hazuki, world.other, Label(mother.pk, "basic"), ground=starts)

    with clock("sweep_lapsed_lines"):
        assert sweep_lapsed() == 0
    shift_clock(HOUR + dt.timedelta(minutes=1))
    with clock("sweep_lapsed_lines"):
        assert sweep_lapsed() == 2
        assert sweep_lapsed() == 0

    assert {row[-1] for row in grants(world, PersonGrant)} == {open_end.pk, lasting.pk, future.pk}
    assert grants(world, CaseGrant) == []
    shut = {line.pk: line.share.closed_at for line in lines(world) if line.share.closed_at}
    assert shut.keys() == {line.pk for line in gone}
    shift_clock(DAY / 2)
    with clock("sweep_lapsed_lines"):
        sweep_lapsed()
    assert shut == {line.pk: line.share.closed_at for line in lines(world) if line.share.closed_at}


# --- Blocks ---------------------------------------------------------------------------------------------


def test_a_block_is_written_down_whole(world):
    with acting_for(world.chief):
        agency = block(world.hazuki.case, agency=world.anshin, user_id=None, reason="勤め先", by=world.chief)
        person = block(
            world.hazuki.case, agency=None, user_id=world.kenko_worker.user.pk, reason="親族", by=world.chief
        )
        rows = {row.pk: row for row in Block.objects.all()}

    assert {
        pk: (row.case_id, row.agency_id, row.user_id, row.reason, row.set_by_id, row.lifted_at)
        for pk, row in rows.items()
    } == {
        agency.pk: (world.hazuki.case.pk, world.anshin.pk, None, "勤め先", world.chief.membership.pk, None),
        person.pk: (
            world.hazuki.case.pk, None, world.kenko_worker.user.pk, "親族", world.chief.membership.pk, None,
        ),
    }  # fmt: skip
    told = [(event.after, event.actor_id) for event in events(world, verb="block_set")]
    expected = [
        ({"agency": world.anshin.pk, "user": None}, world.chief.membership.pk),
        ({"agency": None, "user": world.kenko_worker.user.pk}, world.chief.membership.pk),
    ]
    assert len(told) == 2
    assert all(each in told for each in expected)
    assert {entry.subject_id for entry in entries(world, "block_set")} == {str(agency.pk), str(person.pk)}


def test_what_blocking_refuses(world):
    def said(act, **words):
        with acting_for(words["by"]), pytest.raises(NotAllowed) as refusal:
            act(**words)
        return str(refusal.value)

    def set_(reason, by):
        block(world.hazuki.case, agency=world.anshin, user_id=None, reason=reason, by=by)

    may_not = "閲覧を禁止できるのはセンター長です。"
    assert said(set_, reason="理由", by=world.coordinator) == may_not
    assert said(set_, reason="　 ", by=world.chief) == "理由を書いてください。"
    with acting_for(world.chief):
        assert not Block.objects.exists()
        row = block(world.hazuki.case, agency=world.anshin, user_id=None, reason="理由", by=world.chief)
    lifting = "閲覧の禁止を解けるのはセンター長です。"
    assert said(lambda by: lift_block(row, by=by), by=world.coordinator) == lifting
    with acting_for(world.chief):
        assert Block.objects.get().lifted_at is None
        lift_block(row, by=world.chief)
        lifted_at = Block.objects.get().lifted_at
        assert lifted_at is not None
    again = "この禁止は、すでに解かれています。"
    assert said(lambda by: lift_block(row, by=by), by=world.chief) == again
    with acting_for(world.chief):
        assert Block.objects.get().lifted_at == lifted_at
    (event,) = events(world, verb="block_lifted")
    assert (event.actor_id, event.case_id) == (world.chief.membership.pk, world.hazuki.case.pk)
    assert [(entry.case_id, entry.subject_id) for entry in entries(world, "block_lifted")] == [
        (world.hazuki.case.pk, str(row.pk))
    ]


def test_lifting_one_block_leaves_the_other(world):
    with acting_for(world.chief):
        first = block(world.hazuki.case, agency=world.anshin, user_id=None, reason="一", by=world.chief)
        second = block(world.hazuki.case, agency=world.kenko, user_id=None, reason="二", by=world.chief)
        lift_block(first, by=world.chief)

        assert set(Block.objects.filter(lifted_at__isnull=True)) == {second}


def test_nothing_is_left_when_the_record_of_an_act_fails(world, mother, monkeypatch):
    """Each act is one transaction: without its event there is no act."""
    (line,) = world.share(world.hazuki, world.anshin, Label(mother.pk, "basic"))
    with acting_for(world.chief):
        row = block(world.hazuki.case, agency=world.kenko, user_id=None, reason="一", by=world.chief)

    def fails(*args, **kwargs):
        raise ObjectDoesNotExist

    monkeypatch.setattr("casework.sharing.actions.record_event", fails)
    acts = (
        lambda: share_items(
            world.hazuki.case,
            agency=world.jiritsu,
            labels=[Label(mother.pk, "basic")],
            ground=CONSENT,
            by=world.chief,
        ),
        lambda: end_line(line, by=world.chief, reason="終"),
        lambda: end_lines([line], cause=EndCause.DECIDED, reason="終", by=world.chief),
        lambda: block(world.hazuki.case, agency=world.anshin, user_id=None, reason="二", by=world.chief),
        lambda: lift_block(row, by=world.chief),
    )
    with acting_for(world.chief):
        for act in acts:
            with pytest.raises(ObjectDoesNotExist):
                act()
        assert [each.pk for each in ShareLine.objects.filter(ended_at__isnull=True)] == [line.pk]
        assert [each.pk for each in Block.objects.filter(lifted_at__isnull=True)] == [row.pk]
        assert Share.objects.count() == 1
    monkeypatch.undo()
    monkeypatch.setattr(Block, "save", fails)
    with acting_for(world.chief):
        with pytest.raises(ObjectDoesNotExist):
            block(world.hazuki.case, agency=world.anshin, user_id=None, reason="二", by=world.chief)
        assert not Block.objects.filter(agency=world.anshin).exists()
    assert len(events(world, verb="block_set")) == 1
