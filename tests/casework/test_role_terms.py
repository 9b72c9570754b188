"""What a role says beside the promise (domain.md 1.6): who does it, from when, by which service, what the agency needs and tells."""

import datetime as dt
import io
import subprocess
import uuid

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from casework.concealment.actions import GroundDraft, conceal
from casework.dates import in_era
from casework.households.actions import set_item
from casework.households.models import PersonContact
from casework.households.selectors import name_people
from casework.planning.actions import PlanDraft, save_plan
from casework.planning.models import PlanRole
from casework.planning.selectors import changes_between, plan_views_for
from casework.plans.actions import DirectionDraft, RoleDraft, Told, answer_role, decide
from casework.plans.models import TERMS, InCharge, RoleAnswer, RoleRow, Seat
from casework.plans.selectors import role_for
from casework.seen import fingerprint
from casework.sharing.actions import Label
from casework.sheets.actions import request_sheet
from casework.sheets.models import Sheet
from casework.sheets.tasks import make_sheet
from casework.sheets.workbook import ROLE_HEADS
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.test_planning import draft, save, settle

pytestmark = pytest.mark.slow

DAY = dt.timedelta(days=1)
NEEDS, REPORTS = "かかりつけ医の名前", "認定の結果が出た日に主担当へ"
SERVICE = "介護保険（訪問・通所・短期・施設）"


def today():
    return timezone.localdate()


def whole(agency, person, **more):
    """Return a role of which everything is said."""
    terms = {
        "seat": Seat.CONTACT, "frequency": "毎週", "starts_on": today() + DAY, "until_on": today() + 30 * DAY,
        "worker": "見本 担", "deputy": "見本 副", "service": "care_insurance", "needs": NEEDS, "reports": REPORTS,
    }  # fmt: skip
    return RoleDraft(Label(person, "roles"), agency, "体力の低下", "認定の申請", **{**terms, **more})


def bare(agency, person, seat):
    return RoleDraft(Label(person, "roles"), agency, "全体", "まとめる", seat=seat)


@pytest.fixture
def shared(world):
    for agency in (world.anshin, world.kenko):
        world.share(world.hazuki, agency, Label(world.hazuki.mother.pk, "roles"))
    return world


def decided(world, *roles):
    home, by = world.hazuki, world.coordinator
    with acting_for(by):
        return decide(
            home.case,
            decided_on=today(),
            directions=[DirectionDraft(Label(None, "plan"), "方針")],
            roles=roles,
            by=by,
        )


def client_of(viewer):
    client = Client()
    sign_in(client, viewer)
    return client


def page(viewer, name, *args, query=""):
    response = client_of(viewer).get(reverse(f"casework:{name}", args=args) + query)
    assert response.status_code == 200
    return response.content.decode()


def told_of(content):
    """Return which of the terms stand on a page."""
    words = {
        "worker": "見本 担", "deputy": "見本 副", "service": SERVICE, "needs": NEEDS, "reports": REPORTS,
        "starts_on": f"{today() + DAY:%Y-%m-%d}",
    }  # fmt: skip
    return {name for name, word in words.items() if word in content}


EVERYTHING = {"worker", "deputy", "service", "needs", "reports", "starts_on"}


# --- where it is written ---------------------------------------------------------------------------------------


def typed(world, **more):
    """Return the form of a decision with one role, as a browser sends it."""
    role = {
        "about": str(world.hazuki.mother.pk), "item": "roles", "agency": world.anshin.pk, "seat": "contact",
        "issue": "体力の低下", "what": "認定の申請", "frequency": "毎週", "starts_on": f"{today() + DAY:%Y-%m-%d}",
        "until_on": f"{today() + 30 * DAY:%Y-%m-%d}", "worker": "見本 担", "deputy": "見本 副",
        "service": "care_insurance", "needs": NEEDS, "reports": REPORTS,
    }  # fmt: skip
    counts = {"direction-TOTAL_FORMS": 0, "direction-INITIAL_FORMS": 0}
    counts |= {"role-TOTAL_FORMS": 1, "role-INITIAL_FORMS": 0}
    return {
        "once": str(uuid.uuid4()), "decided_on": f"{today():%Y-%m-%d}", **counts,
        **{f"role-0-{name}": value for name, value in {**role, **more}.items()},
    }  # fmt: skip


def test_what_the_form_of_a_decision_is_told_stands_in_the_role(shared):
    url = reverse("casework:decision_add", args=[shared.hazuki.case.pk])
    form = client_of(shared.coordinator)

    assert form.post(url, typed(shared)).status_code == 302

    expected = whole(shared.anshin, shared.hazuki.mother.pk)
    with acting_for(shared.chief):
        row = RoleRow.objects.get()
        assert {name: getattr(row, name) for name in TERMS} == {
            name: getattr(expected, name) for name in TERMS
        }


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"starts_on": f"{timezone.localdate() + 40 * DAY:%Y-%m-%d}"}, "始まりの日より前"),
        ({"service": "no_such"}, "正しく選択"),
        ({"needs": "あ" * 301}, "300"),
        ({"worker": "あ" * 61}, "60"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_beside_it_unfolded_and_nothing_typed_is_lost(shared, more, words):
    url = reverse("casework:decision_add", args=[shared.hazuki.case.pk])

    refused = client_of(shared.coordinator).post(url, typed(shared, **more))

    content = refused.content.decode()
    row = refused.context["roles"].forms[0]
    assert (refused.status_code, row.has_more) == (200, True)
    assert words in "".join(text for errors in row.errors.values() for text in errors), row.errors
    assert told_of(content) >= {"deputy", "reports"}
    with acting_for(shared.chief):
        assert not RoleRow.objects.exists()


def test_nobody_is_done_before_they_begin_in_decisions_plans_and_the_database(shared):
    home, by = shared.hazuki, shared.coordinator
    turned = whole(shared.anshin, home.mother.pk, starts_on=today() + 40 * DAY)
    with pytest.raises(NotAllowed, match="始まりの日より前"):
        decided(shared, turned)
    with acting_for(by), pytest.raises(NotAllowed, match="始まりの日より前"):
        save_plan(
            home.case,
            PlanDraft(today(), today() + 90 * DAY, today() + DAY, (), [turned]),
            follows=None,
            by=by,
        )
    decision = decided(shared, whole(shared.anshin, home.mother.pk))
    with acting_for(by), pytest.raises(IntegrityError, match="rolerow_in_order"), transaction.atomic():
        RoleRow(decision=decision, case=home.case, position=7, **turned.columns).save(force_insert=True)
    unknown = whole(shared.anshin, home.mother.pk, service="no_such")
    with acting_for(by), pytest.raises(IntegrityError, match="no code no_such"), transaction.atomic():
        RoleRow(decision=decision, case=home.case, position=8, **unknown.columns).save(force_insert=True)


def test_concealed_place_is_written_into_none_of_the_words(shared):
    home = shared.hazuki
    by = shared.chief
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        values = {"address": "みなと町1丁目2番3号"}
        set_item(home.mother, item="contact", values=values, seen=fingerprint(row, ["address"]), by=by)
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), (), by=by)
    for name in ("worker", "deputy", "needs", "reports"):
        with pytest.raises(NotAllowed, match="秘匿"):
            decided(shared, whole(shared.anshin, home.mother.pk, **{name: "みなと町1丁目2番3号"}))


# --- where it is read --------------------------------------------------------------------------------------------


def test_table_and_decision_tell_all_of_it_and_the_wall_of_the_room_no_names(shared):
    case = shared.hazuki.case
    decision = decided(shared, whole(shared.anshin, shared.hazuki.mother.pk))
    row = decision_row(shared)

    seen = {
        (name, view): told_of(page(getattr(shared, name), *where, query=query))
        for name in ("coordinator", "anshin_worker", "kenko_worker")
        for view, where, query in (
            ("decision", ("decision", case.pk, decision.pk), ""),
            ("by issue", ("case_roles", case.pk), ""),
            ("by agency", ("case_roles", case.pk), "?by=agency"),
            ("by week", ("case_roles", case.pk), "?by=week"),
        )
    }
    promises = {
        name: told_of(page(getattr(shared, name), "roles")) for name in ("anshin_worker", "kenko_worker")
    }

    assert seen == dict.fromkeys(seen, EVERYTHING)
    assert promises == {"anshin_worker": EVERYTHING, "kenko_worker": set()}
    assert told_of(page(shared.anshin_worker, "role_answer", case.pk, row.pk)) == EVERYTHING
    assert told_of(page(shared.coordinator, "role_told", case.pk, row.pk)) == EVERYTHING
    assert told_of(page(shared.coordinator, "case_roles", case.pk, query="?screen=on")) == set()


def decision_row(world):
    with acting_for(world.chief):
        return RoleRow.objects.select_related("case", "decision", "agency").get(agency=world.anshin)


def read_as_written(pdf, folder):
    """Return the texts of a PDF cell by cell, without white space."""
    path = folder / "sheet.pdf"
    path.write_bytes(bytes(pdf))
    made = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True)
    return "".join(made.stdout.split())


def test_paper_of_the_decision_tells_it_too(shared, tmp_path):
    home, by = shared.hazuki, shared.anshin_worker
    decision = decided(shared, whole(shared.anshin, home.mother.pk))
    with acting_for(by):
        sheet = request_sheet(home.case, decision, by=by)
    make_sheet(sheet.pk, membership_id=by.membership.pk)
    with acting_for(by):
        words = read_as_written(Sheet.objects.get().pdf, tmp_path)

    for word in ("見本担", "副見本副", SERVICE, NEEDS, REPORTS, f"{in_era(today() + DAY)}から"):
        assert word in words, word


def test_plan_carries_it_into_the_decision_the_spreadsheet_the_persons_paper_and_the_comparison(shared):
    home, by = shared.hazuki, shared.coordinator
    mother = home.mother.pk
    seats = [bare(shared.center, mother, seat) for seat in (Seat.LEAD, Seat.EMERGENCY, Seat.PROGRESS)]
    first = [whole(shared.anshin, mother, worker="", needs=""), *seats]
    with acting_for(by):
        head = (today(), today() + 90 * DAY, today() + DAY)
        one = save_plan(home.case, PlanDraft(*head, (), first), follows=None, by=by)
        two = save_plan(
            home.case, PlanDraft(*head, (), [whole(shared.anshin, mother), *seats]), follows=one, by=by
        )
        after, before = plan_views_for(by, home.case)
        name_people(by, [*after.roles, *before.roles])
        changes = changes_between(before, after)
        rows = [PlanRole.objects.get(plan=plan, agency=shared.anshin) for plan in (one, two)]

    assert [row.worker for row in rows] == ["", "見本 担"]
    assert RoleDraft.of(rows[1]) == whole(shared.anshin, mother)
    said_before = "\n".join(change.before for change in changes)
    said_after = "\n".join(change.after for change in changes)
    told = ("見本 担" in said_before, "見本 担" in said_after, NEEDS in said_after)
    assert told == (False, True, True)
    assert told_of(page(by, "plan", home.case.pk, two.pk)) == EVERYTHING
    paper = page(by, "plan_plain", home.case.pk, two.pk, query=f"?person={mother}")
    assert told_of(paper) == {"worker"}
    assert "見本 担さん" in paper
    begins = today() + DAY
    assert f"{begins.month}月{begins.day}日から" in paper
    sheet = page(by, "plan_write", home.case.pk)
    assert told_of(sheet) >= {"worker", "deputy", "needs", "reports"}


def test_spreadsheet_of_a_plan_has_a_column_for_each(shared):
    home = shared.hazuki
    roles = [
        whole(shared.anshin, home.mother.pk),
        *draft(shared, home).roles[:1],
        *draft(shared, home).roles[2:],
    ]
    decision = settle(shared, save(shared, home, draft(shared, home, roles=roles)))
    answer = client_of(shared.anshin_worker).get(
        reverse("casework:plan_excel", args=[home.case.pk, decision.pk])
    )
    book = load_workbook(io.BytesIO(answer.content))
    start = book.active[book.defined_names["roles"].attr_text.split("!")[1].replace("$", "")]
    heads, first = (
        [book.active.cell(start.row + down, column).value for column in range(1, len(ROLE_HEADS) + 1)]
        for down in (-1, 0)
    )

    assert heads == [str(head) for head in ROLE_HEADS]
    assert dict(zip(heads[5:], first[5:], strict=True)) == {
        "担当者": "見本 担", "副担当": "見本 副", "いつから": first[7], "使うサービス・事業": SERVICE, "要る情報": NEEDS,
        "知らせること": REPORTS,
    }  # fmt: skip
    assert first[7].startswith("令和")


# --- who does it, afterwards -------------------------------------------------------------------------------------


def say(world, viewer, kind, answered, **more):
    row = decision_row(world)
    with acting_for(viewer):
        return answer_role(row, kind=kind, text="見本", answered=answered, by=viewer, **more)


def in_charge(world):
    row = decision_row(world)
    with acting_for(world.chief):
        return role_for(world.chief, world.hazuki.case, row.pk).in_charge


def test_agency_says_who_does_it_and_that_holds_until_it_says_otherwise(shared):
    decided(shared, whole(shared.anshin, shared.hazuki.mother.pk))
    anshin = shared.anshin_worker
    seen = [in_charge(shared)]
    say(shared, anshin, "accepted", 0)
    seen.append(in_charge(shared))
    say(shared, anshin, "on_track", 1, in_charge=InCharge("四月 新"))
    seen.append(in_charge(shared))
    told = Told("phone", timezone.now(), "所長")
    say(shared, shared.coordinator, "late", 2, told=told)
    seen.append(in_charge(shared))
    say(shared, shared.coordinator, "progress", 3, told=told, in_charge=InCharge("五月 新", "六月 副"))
    seen.append(in_charge(shared))

    # Who telephoned is not who does it; a new worker takes the place of both.
    assert seen == [("見本 担", "見本 副")] * 2 + [("四月 新", "")] * 2 + [("五月 新", "六月 副")]


def test_screens_of_answers_keep_who_does_it_and_one_touch_leaves_it(shared):
    case = shared.hazuki.case
    decided(shared, whole(shared.anshin, shared.hazuki.mother.pk))
    row = decision_row(shared)
    anshin = client_of(shared.anshin_worker)
    form = anshin.get(reverse("casework:role_answer", args=[case.pk, row.pk])).context["form"]
    begun = {name: form[name].value() for name in ("worker", "deputy")}
    anshin.post(
        reverse("casework:role_answer", args=[case.pk, row.pk]),
        {"answered": "0", "kind": "accepted", "text": "", "worker": "四月 新", "deputy": "四月 副"},
    )
    anshin.post(reverse("casework:role_touch", args=[case.pk, row.pk]), {"answered": "1", "kind": "on_track"})

    assert begun == {"worker": "見本 担", "deputy": "見本 副"}
    with acting_for(shared.chief):
        answers = RoleAnswer.objects.order_by("sequence").values_list(
            "kind", "worker", "deputy", "contact_person"
        )
        assert list(answers) == [("accepted", "四月 新", "四月 副", ""), ("on_track", "", "", "")]
    assert in_charge(shared) == ("四月 新", "四月 副")
    table = page(shared.kenko_worker, "case_roles", case.pk)
    assert ("四月 新" in table, "見本 担" in table) == (True, False)


def test_answer_from_before_the_two_were_told_apart_names_who_does_it(shared):
    decided(shared, whole(shared.anshin, shared.hazuki.mother.pk, worker="", deputy=""))
    row, by = decision_row(shared), shared.anshin_worker
    with acting_for(by):
        RoleAnswer(
            role=row, case_id=row.case_id, person_id=row.person_id, item=row.item, sequence=1, kind="accepted",
            agency=shared.anshin, contact_person="昔の担当", answered_by=by.membership,
        ).save(force_insert=True)  # fmt: skip

    assert in_charge(shared) == ("昔の担当", "")


@pytest.mark.parametrize("name", ["worker", "deputy", "needs", "reports", "service", "starts_on"])
def test_what_was_agreed_is_changed_by_nobody(shared, name):
    decided(shared, whole(shared.anshin, shared.hazuki.mother.pk))
    row = decision_row(shared)
    with acting_for(shared.chief), pytest.raises(ProgrammingError), transaction.atomic():
        RoleRow.objects.filter(pk=row.pk).update(**{name: None if name == "starts_on" else ""})
