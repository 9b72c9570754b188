"""A draft plan as a paper of a meeting (ux.md S4): what its members are given to read, and what they are not."""

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from casework.dates import in_era
from casework.meetings.actions import name_members, take_off_agenda
from casework.meetings.minutes import MinutesText, Outcome, save_minutes
from casework.meetings.models import AgendaPaper
from casework.meetings.selectors import papers_for
from casework.planning.actions import PartDraft, bring_plan
from casework.planning.agreements import AgreementDraft, record_agreement
from casework.planning.models import Plan, PlanPart, PlanRole, Section
from casework.planning.papers import paper_of
from casework.planning.selectors import plan_view_for
from casework.plans.actions import DirectionDraft
from casework.plans.models import Direction
from casework.sharing.actions import Label
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.tables import call, fixed_item, open_to_all, put
from tests.casework.test_planning import client_of, draft, role, save, settle, today

pytestmark = pytest.mark.slow

KEPT = "会議限りの方針 夜は訪ねない"


@pytest.fixture
def planned(world):
    """Mother and son each agreed that two agencies sit at a 重層的支援会議; a draft tells of both, of her money and of her name."""
    home = world.hazuki
    for agency in (world.anshin, world.kenko):
        for person in (home.mother, home.son):
            world.share(home, agency, *(Label(person.pk, item) for item in ("meeting", "plan", "roles")))
    mother, son, money = (
        Label(home.mother.pk, "plan"),
        Label(home.son.pk, "plan"),
        Label(home.mother.pk, "money"),
    )
    parts = [
        PartDraft(mother, Section.WISH, "息子と家にいたい"),
        PartDraft(son, Section.WISH, "そっとしておいてほしい"),
        PartDraft(money, Section.ISSUE, "消費者金融に180万円"),
        PartDraft(mother, Section.DIRECTION, f"{home.mother.name}さんの暮らしから整える"),
        PartDraft(Label(None, "plan"), Section.EXIT, "話せる人がいる"),
    ]
    roles = [
        replace(
            role(world.anshin, Label(home.mother.pk, "roles"), "contact", what="週に1回たずねる"),
            frequency="毎週", until_on=dt.date(2031, 3, 31), needs="主治医の名前",
        ),
        role(world.kenko, Label(home.son.pk, "roles"), what="手紙を書く"),
        role(world.kenko, money, what="借金の一覧をつくる"),
    ]  # fmt: skip
    world.plan = save(world, home, draft(world, home, parts=parts, roles=roles))
    return world


def at_table(world, *, people=None, kind="jusou", members=None, hours=24):
    home = world.hazuki
    meeting = call(world, held_at=timezone.now() + dt.timedelta(hours=hours))
    seats = (world.anshin_worker, world.kenko_worker) if members is None else members
    return put(
        world, meeting, home, *seats, kind=kind,
        people=people or {home.mother.pk: "本人", home.son.pk: "長男"},
    )  # fmt: skip


def proposed(world, item):
    with acting_for(world.coordinator):
        view = plan_view_for(world.coordinator, world.hazuki.case, world.plan.pk)
        return paper_of(world.coordinator, world.hazuki.case, view, item)


def bring(world, item, text="案のことば", *, plan=None, by=None, key=None, kept_from=()):
    by = by or world.coordinator
    with acting_for(by):
        return bring_plan(
            plan or world.plan, item, text=text, kept_from=kept_from, is_for_all=False, by=by, key=key
        )


def address(world, plan=None):
    return reverse("casework:plan_bring", args=[world.hazuki.case.pk, (plan or world.plan).pk])


def test_paper_tells_of_who_is_on_the_table_in_the_words_of_the_table(planned):
    world = planned
    paper = proposed(world, at_table(world))
    plan = world.plan
    assert paper.text == "\n".join(
        [
            f"支援プラン {plan}（案）",
            f"期間：{in_era(plan.period_from)}から{in_era(plan.period_to)}まで　次のモニタリング：{in_era(plan.monitor_on)}",
            "", "【本人・世帯の意向】", "・本人：「息子と家にいたい」", "・長男：「そっとしておいてほしい」",
            "", "【支援方針】", "・本人：本人の暮らしから整える",
            "", "【終結の目安】", "・世帯全体：話せる人がいる",
            "", "【役割分担】",
            "・機関 anshin〔本人との連絡窓口〕：週に1回たずねる（本人、毎週、令和13年3月31日まで、要る情報：主治医の名前）",
            "・機関 kenko：手紙を書く（長男）",
        ]
    )  # fmt: skip
    money = {"消費者金融に180万円", "借金の一覧をつくる"}
    assert {(each.words, each.why, each.is_kept) for each in paper.left_out} == {
        (words, "「お金」のことです。", False) for words in money
    }

    of_mother = proposed(world, at_table(world, people={world.hazuki.mother.pk: "本人"}))
    assert {each.words for each in of_mother.left_out} == money | {"そっとしておいてほしい", "手紙を書く"}
    assert not any(words in of_mother.text for words in ("そっと", "手紙", "180"))


def test_paper_says_whose_wish_was_not_asked(planned):
    world, home = planned, planned.hazuki
    parts = [PartDraft(Label(home.mother.pk, "plan"), Section.WISH, "（聞けなかった）眠っていた")]
    world.plan = save(world, home, draft(world, home, parts=parts), follows=world.plan)
    assert (
        "・本人：（聞けなかった）眠っていた\n・長男：（聞いていない）\n"
        in proposed(world, at_table(world)).text
    )


def test_internal_meeting_reads_all_of_it(planned):
    item = at_table(planned, kind="internal", members=(planned.coordinator, planned.chief))
    paper = proposed(planned, item)
    assert paper.left_out == []
    assert "・本人：消費者金融に180万円" in paper.text


def test_members_read_the_paper_while_papers_are_open_and_never_the_draft(planned):
    world, item = planned, at_table(planned)
    paper = bring(world, item, proposed(world, item).text)
    reads = {}
    for state in ("shut", "open"):
        if state == "open":
            open_to_all(world, item)
        for name, viewer in (("anshin", world.anshin_worker), ("jiritsu", world.jiritsu_worker)):
            with acting_for(viewer):
                reads[state, name] = set(papers_for(viewer).values_list("pk", flat=True))
                assert not any(model.objects.exists() for model in (Plan, PlanPart, PlanRole))
    assert reads == {
        ("shut", "anshin"): set(), ("shut", "jiritsu"): set(),
        ("open", "anshin"): {paper.pk}, ("open", "jiritsu"): set(),
    }  # fmt: skip
    told = client_of(world.anshin_worker).get(
        reverse("casework:agenda", args=[item.meeting_id, item.pk])
    ).content.decode()  # fmt: skip
    assert "支援プランの案" in told
    assert "週に1回たずねる" in told
    assert not any(words in told for words in ("180万円", world.hazuki.mother.name))


@pytest.fixture
def kept(planned):
    """A 支援会議 with anshin alone gave a direction that the draft repeats word for word."""
    world, home = planned, planned.hazuki
    fixed_item(
        world, world.anshin_worker,
        outcome=Outcome([DirectionDraft(Label(home.mother.pk, "plan"), KEPT)], []),
    )  # fmt: skip
    parts = [PartDraft(Label(home.mother.pk, "plan"), Section.DIRECTION, KEPT)]
    world.plan = save(world, home, draft(world, home, parts=parts, roles=[]), follows=world.plan)
    with acting_for(world.chief):
        world.kept_item = Direction.objects.get(text=KEPT).decision.agenda_id
    return world


def test_words_of_a_meeting_reach_nobody_who_did_not_sit_there(kept):
    world = kept
    with_stranger = at_table(world)
    paper = proposed(world, with_stranger)
    assert KEPT not in paper.text
    assert [(each.words, each.is_kept) for each in paper.left_out] == [(KEPT, True)]
    assert proposed(world, at_table(world, members=())).left_out != []

    client = client_of(world.coordinator)
    typed = client.post(f"{address(world)}?agenda={with_stranger.pk}", {"text": f"書き足した {KEPT}"})
    assert "会議限りの決定のことばが入っています" in typed.content.decode()
    with pytest.raises(NotAllowed, match="その会議に出ていない構成員"):
        bring(world, with_stranger, kept_from=[world.kept_item])
    with acting_for(world.chief):
        assert not AgendaPaper.objects.filter(kind="plan").exists()

    # Confirmed with the person, they are the plan's (domain.md 2.2).
    with acting_for(world.coordinator):
        told = AgreementDraft("agreed", today(), world.coordinator.membership, "written")
        record_agreement(world.plan, world.hazuki.mother, told, by=world.coordinator)
    confirmed = proposed(world, with_stranger)
    assert (KEPT in confirmed.text, confirmed.left_out, confirmed.kept_from) == (True, [], frozenset())


def test_words_of_a_meeting_are_repeated_among_those_who_sat_there(kept):
    world, client = kept, client_of(kept.coordinator)
    among_themselves = at_table(world, members=(world.anshin_worker,))
    paper = proposed(world, among_themselves)
    assert KEPT in paper.text
    assert paper.kept_from == {world.kept_item}
    assert client.post(
        f"{address(world)}?agenda={among_themselves.pk}", {"text": paper.text, "once": uuid.uuid4()}
    ).status_code == 302  # fmt: skip
    # ... and whoever was not there is not seated afterwards.
    both = (world.anshin_worker.membership, world.kenko_worker.membership)
    with acting_for(world.coordinator), pytest.raises(NotAllowed, match="その会議に出ていない"):
        name_members(among_themselves, both, by=world.coordinator)


def test_page_asks_which_meeting_and_keeps_what_was_changed_by_hand(planned):
    world, client = planned, client_of(planned.coordinator)
    nothing = client.get(address(world)).content.decode()
    assert "会議の議題がありません" in nothing

    items = [at_table(world), at_table(world, kind="internal", members=(world.chief,), hours=48)]
    at_table(world, kind="shien_kaigi")
    which = client.get(address(world))
    assert [item.pk for item in which.context["agendas"]] == [item.pk for item in items]
    assert "form" not in which.context

    url = f"{address(world)}?agenda={items[0].pk}"
    page = client.get(url)
    offered = page.content.decode()
    assert page.context["form"]["text"].value() == proposed(world, items[0]).text
    assert "借金の一覧をつくる" in offered
    key = page.context["form"]["once"].value()
    assert "text" in client.post(url, {"text": " ", "once": key}).context["form"].errors
    too_long = client.post(url, {"text": "あ" * 12_001, "once": key}).content.decode()
    assert "12001" in too_long
    assert "あ" * 12_001 in too_long

    for _again in range(2):
        sent = client.post(url, {"text": "直した案", "once": key})
        assert sent.status_code == 302
    with acting_for(world.chief):
        paper = AgendaPaper.objects.get(kind="plan")
    assert (paper.agenda_id, paper.plan_id, paper.text, paper.is_for_all) == (
        items[0].pk, world.plan.pk, "直した案", False,
    )  # fmt: skip
    shown = client.get(reverse("casework:plan", args=[world.hazuki.case.pk, world.plan.pk])).content.decode()
    assert items[0].meeting.number in shown


def test_what_was_typed_for_an_item_that_is_gone_is_not_lost(planned):
    world, client, item = planned, client_of(planned.coordinator), at_table(planned)
    with acting_for(world.coordinator):
        take_off_agenda(item, reason="日が変わった", by=world.coordinator)
    answer = client.post(f"{address(world)}?agenda={item.pk}", {"text": "直した案のことば"})
    page = answer.content.decode()
    assert "もう資料を加えられません" in page
    assert "直した案のことば" in page
    with acting_for(world.chief):
        assert not AgendaPaper.objects.filter(kind="plan").exists()


def test_only_the_newest_undecided_version_goes_to_a_meeting_of_its_own_case(planned):
    world, home, item = planned, planned.hazuki, at_table(planned)
    other = put(
        world, call(world), world.tomono, world.coordinator, kind="internal",
        people={world.tomono.mother.pk: "本人"},
    )  # fmt: skip
    without_consent = at_table(world, kind="shien_kaigi")
    for wrong in (other, without_consent):
        with pytest.raises(NotAllowed, match="このケースの、プランについて話せる"):
            bring(world, wrong)
    newer = save(world, home, follows=world.plan)
    with pytest.raises(NotAllowed, match="新しい版"):
        bring(world, item)
    with pytest.raises(NotAllowed, match="権限"):
        bring(world, item, plan=newer, by=world.anshin_worker)
    client = client_of(world.coordinator)
    assert client.get(address(world)).status_code == 302
    assert bring(world, item, plan=newer).plan_id == newer.pk
    settle(world, newer)
    with pytest.raises(NotAllowed, match="もう決定"):
        bring(world, item, plan=newer)


def test_who_decides_is_told_that_the_meeting_read_another_version(planned):
    world, home = planned, planned.hazuki
    item = at_table(world, hours=0)
    bring(world, item)
    open_to_all(world, item)
    with acting_for(world.coordinator):
        save_minutes(item, MinutesText(points="話した"), seen=0, by=world.coordinator)
    words = f"{item.meeting.number}の会議資料にしたのは、第1版です。いま決定しようとしているのは、第2版です。"
    client = client_of(world.coordinator)

    def page_of(plan):
        return client.get(reverse("casework:plan_decide", args=[home.case.pk, plan.pk])).content.decode()

    assert "会議資料にしたのは" not in page_of(world.plan)
    newer = save(world, home, follows=world.plan)
    assert words in page_of(newer)
    bring(world, item, plan=newer)
    assert "会議資料にしたのは" not in page_of(newer)


def test_database_ties_a_paper_of_a_plan_to_a_version_of_its_case(planned):
    world = planned
    other = save(world, world.tomono)
    item = at_table(world)
    rows = {
        "of another case": {"kind": "plan", "plan_id": other.pk},
        "of no version": {"kind": "plan", "plan_id": None},
        "a picture of a version": {"kind": "picture", "plan_id": world.plan.pk},
    }
    for words in rows.values():
        with pytest.raises(IntegrityError):
            _write(world, item, **words)


def _write(world, item, **words):
    with acting_for(world.coordinator), transaction.atomic():
        by = world.coordinator.membership
        paper = AgendaPaper(agenda=item, case_id=item.case_id, text="案", added_by=by, **words)
        paper.save(force_insert=True)
        connection.check_constraints()
