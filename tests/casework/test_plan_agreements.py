"""説明と同意 (domain.md 1.5): that a plan was explained to each person, what they said, how, to whom; on page, paper and timeline."""

import datetime as dt
import io
import uuid

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from casework.cases.models import CaseEvent
from casework.concealment.actions import GroundDraft, conceal
from casework.households.actions import StayDraft, record_stay, set_item
from casework.households.models import PersonContact
from casework.planning.agreements import AgreementDraft, agreements_for, newest_of, record_agreement
from casework.planning.models import PlanAgreement
from casework.seen import fingerprint
from casework.sharing.actions import Label
from casework.sheets.actions import request_sheet
from casework.sheets.models import Sheet
from casework.sheets.tasks import make_sheet
from casework.workspace.timeline import timeline_for
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.test_planning import client_of, save, settle
from tests.casework.test_sheets import text_of

pytestmark = pytest.mark.slow

DAY = dt.timedelta(days=1)
WORDS = "家にいられるなら、それでいい。"


def today():
    return timezone.localdate()


@pytest.fixture
def shared(world):
    for agency in (world.anshin, world.kenko):
        world.share(world.hazuki, agency, Label(world.hazuki.mother.pk, "roles"))
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "plan"))
    return world


def said(world, **more):
    return AgreementDraft(
        **{"answer": "agreed", "explained_on": today(), "explained_by": world.coordinator.membership, **more}
    )


def tell(world, plan, person=None, *, by=None, key=None, **more):
    by = by or world.coordinator
    with acting_for(by):
        return record_agreement(plan, person or world.hazuki.mother, said(world, **more), by=by, key=key)


def typed(world, **more):
    return {
        "person": str(world.hazuki.mother.pk), "answer": "agreed", "explained_on": f"{today():%Y-%m-%d}",
        "explained_by": world.coordinator.membership.pk, "method": "written", "witness": "", "giver": "self",
        "giver_name": "", "own_view": WORDS, "once": str(uuid.uuid4()), **more,
    }  # fmt: skip


def test_each_person_says_it_and_the_newest_word_of_a_version_counts(shared, shift_clock):
    home = shared.hazuki
    first = save(shared, home)
    second = save(shared, home, follows=first)
    tell(shared, first, answer="refused")
    tell(shared, second, answer="pending", method="oral")
    shift_clock(dt.timedelta(minutes=5))
    tell(shared, second, own_view=WORDS)
    tell(shared, second, home.son, answer="partly", own_view="手紙だけなら")

    with acting_for(shared.reception):
        rows = list(agreements_for(shared.reception, home.case))
        of = {
            plan.version: {key: row.answer for key, row in newest_of(plan, rows).items()}
            for plan in (first, second)
        }
        events = CaseEvent.objects.filter(verb="plan_explained").values_list("after", flat=True)
        assert sorted(event["answer"] for event in events) == ["agreed", "partly", "pending", "refused"]
    assert of == {1: {home.mother.pk: "refused"}, 2: {home.mother.pk: "agreed", home.son.pk: "partly"}}
    for name in ("anshin_worker", "stranger", "editor"):
        viewer = getattr(shared, name)
        with acting_for(viewer):
            assert list(agreements_for(viewer, home.case)) == []
            assert not PlanAgreement.objects.exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"explained_on": timezone.localdate() + 2 * DAY}, "先の日"),
        ({"method": "oral"}, "立ち会った職員"),
        ({"giver": "legal"}, "氏名と続柄"),
        ({"answer": "partly"}, "どこに同意し"),
    ],
    ids=str,
)
def test_what_does_not_bear_an_agreement_is_refused_in_words_on_the_page_too(shared, more, words):
    plan = save(shared, shared.hazuki)
    with pytest.raises(NotAllowed, match=words):
        tell(shared, plan, **more)
    url = reverse("casework:plan_agree", args=[plan.case_id, plan.pk])
    sent = {name: f"{value:%Y-%m-%d}" if name == "explained_on" else value for name, value in more.items()}
    kept = "" if "partly" in more.values() else WORDS
    refused = client_of(shared.coordinator).post(url, typed(shared, **{"own_view": kept, **sent}))

    assert refused.status_code == 200
    assert words in refused.content.decode()
    assert kept in refused.content.decode()
    with acting_for(shared.chief):
        assert not PlanAgreement.objects.exists()


def test_child_whose_parent_signs_is_heard(shared):
    home = shared.hazuki
    plan = save(shared, home)
    more = {"giver": "legal", "giver_name": "見本 父（父）"}
    child = home.son
    child.birth_on, child.age_about = None, 14
    with pytest.raises(NotAllowed, match="子ども"):
        tell(shared, plan, child, **more)
    tell(shared, plan, child, own_view="部活に行きたい", **more)


def test_double_click_is_one_row_and_another_familys_person_and_an_ended_case_are_refused(shared):
    home, key = shared.hazuki, uuid.uuid4()
    plan = save(shared, home)
    assert tell(shared, plan, key=key) == tell(shared, plan, key=key)
    with pytest.raises(NotAllowed, match="この世帯にいない"):
        tell(shared, plan, shared.tomono.mother)
    for name in ("anshin_worker", "editor"):
        with pytest.raises((NotAllowed, ProgrammingError)), transaction.atomic():
            tell(shared, plan, by=getattr(shared, name))
    with acting_for(shared.chief):
        type(home.case).objects.filter(pk=home.case.pk).update(stage="closed")
    with pytest.raises(NotAllowed, match="もう終わっています"):
        tell(shared, plan)


@pytest.mark.parametrize(
    ("living", "reason", "is_told"), [("away", "hospital", True), ("apart", "", False), ("died", "", False)]
)
def test_plan_is_told_in_hospital_and_not_to_who_is_not_of_the_household(shared, living, reason, is_told):
    home, by = shared.hazuki, shared.coordinator
    plan = save(shared, home)
    with acting_for(by):
        record_stay(home.son, StayDraft(living, today(), *([reason] if reason else [])), by=by)
    if is_told:
        tell(shared, plan, home.son)
    else:
        with pytest.raises(NotAllowed, match="この世帯にいない"):
            tell(shared, plan, home.son)
    with acting_for(by):
        assert PlanAgreement.objects.exists() is is_told
    page = client_of(by).get(reverse("casework:plan_agree", args=[home.case.pk, plan.pk]))
    offered = {key for key, _name in page.context["form"].fields["person"].choices}
    assert (str(home.son.pk) in offered) is is_told


def insert_at_once(row):
    """Save a row and look at the keys that would wait for the end of the transaction."""
    with transaction.atomic():
        row.save(force_insert=True)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_database_keeps_another_familys_person_a_lone_ear_and_a_false_name_out(shared):
    plan = save(shared, shared.hazuki)
    by = shared.coordinator
    whole = {
        "plan": plan, "case": shared.hazuki.case, "person": shared.hazuki.mother, "answer": "agreed",
        "explained_on": today(), "explained_by": by.membership, "method": "written", "recorded_by": by.membership,
    }  # fmt: skip
    for more, kind, words in (
        ({"method": "oral"}, IntegrityError, "oral_has_witness"),
        ({"giver": "legal"}, IntegrityError, "other_giver_named"),
        ({"person": shared.tomono.mother}, IntegrityError, "person_of_case"),
        ({"case": shared.tomono.case, "person": shared.tomono.mother}, IntegrityError, "of_plan"),
        ({"recorded_by": shared.chief.membership}, ProgrammingError, "row-level security"),
    ):
        with acting_for(by), pytest.raises(kind, match=words):
            insert_at_once(PlanAgreement(**{**whole, **more}))


def test_page_says_to_whom_it_was_not_explained_yet_and_agencies_nothing(shared):
    home = shared.hazuki
    plan = save(shared, home)
    settle(shared, plan)
    url = reverse("casework:plan", args=[home.case.pk, plan.pk])
    center, agency = client_of(shared.coordinator), client_of(shared.anshin_worker)
    before = center.get(url).content.decode()

    kept = center.post(reverse("casework:plan_agree", args=[home.case.pk, plan.pk]), typed(shared))

    after, theirs = (client.get(url).content.decode() for client in (center, agency))
    assert kept.status_code == 302
    at_home = before.count("まだ説明していません")
    assert at_home >= 2
    assert after.count("まだ説明していません") == at_home - 1
    assert WORDS in after
    assert ("説明していません" in theirs, WORDS in theirs, "本人への説明" in theirs) == (False, False, False)
    assert agency.get(reverse("casework:plan_agree", args=[home.case.pk, plan.pk])).status_code == 403
    outsider = client_of(shared.coordinator).get(
        reverse("casework:plan_agree", args=[shared.tomono.case.pk, plan.pk])
    )
    assert outsider.status_code == 404


def test_paper_and_spreadsheet_of_the_center_tell_it_and_those_of_agencies_do_not(shared, tmp_path):
    home = shared.hazuki
    plan = save(shared, home)
    decision = settle(shared, plan)
    tell(shared, plan, method="oral", witness=shared.chief.membership, own_view=WORDS)
    found = {}
    for name in ("chief", "anshin_worker"):
        viewer = getattr(shared, name)
        with acting_for(viewer):
            sheet = request_sheet(home.case, decision, by=viewer, kind="plan")
        make_sheet(sheet.pk, membership_id=viewer.membership.pk)
        with acting_for(viewer):
            paper = "".join(text_of(Sheet.objects.get(pk=sheet.pk).pdf, tmp_path).split())
        answer = client_of(viewer).get(reverse("casework:plan_excel", args=[home.case.pk, decision.pk]))
        cells = {
            str(cell.value)
            for row in load_workbook(io.BytesIO(answer.content)).active.iter_rows()
            for cell in row
        }
        found[name] = (
            WORDS in paper, "口頭（職員2人で記録）" in paper, "作成した日" in paper,
            any(WORDS in value for value in cells),
        )  # fmt: skip

    assert found == {"chief": (True, True, True, True), "anshin_worker": (False, False, True, False)}


def test_timeline_tells_the_center_when_it_was_explained(shared):
    home = shared.hazuki
    plan = save(shared, home)
    tell(shared, plan, explained_on=today() - DAY)
    shown = {}
    for name in ("coordinator", "anshin_worker"):
        viewer = getattr(shared, name)
        with acting_for(viewer):
            shown[name] = [
                (entry.kind, entry.on, entry.people)
                for entry in timeline_for(viewer, home.case)
                if entry.key.startswith("agreement")
            ]
    assert shown == {
        "coordinator": [("consent", today() - DAY, (home.mother.pk,))], "anshin_worker": [],
    }  # fmt: skip


def test_words_that_write_out_a_concealed_place_hide_it_and_are_refused_afterwards(shared):
    home, by = shared.tomono, shared.coordinator
    plan = save(shared, home)
    place = "青葉区見本町9-8-7"
    tell(shared, plan, home.mother, own_view=f"{place}から通いたい")
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        set_item(
            home.mother, item="contact", values={"address": place}, seen=fingerprint(row, ["address"]), by=by
        )
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), (), by=by)
        assert list(agreements_for(by, home.case)) == []
    with pytest.raises(NotAllowed, match="秘匿"):
        tell(shared, plan, home.mother, own_view=f"{place}から")
