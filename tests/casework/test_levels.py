"""What is missing of a case by when (domain.md 1.11, L1 to L3): said in a list, and nothing is blocked."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.assessments.actions import PartDraft, Seen, fix_assessment, mark_of, write_part
from casework.assessments.selectors import known_for
from casework.cases.models import Case
from casework.consent.actions import ConsentDraft, record_consent
from casework.households.actions import add_person, change_household, change_person
from casework.households.models import Household, Person
from casework.intake.actions import open_case, record_contact
from casework.intake.levels import WANTED, Level, missing
from casework.issues.actions import IssueDraft, note_issue
from casework.plans.actions import RoleDraft, decide
from casework.plans.models import Seat
from casework.rounds import read, side_by_side
from casework.seen import fingerprint
from casework.sharing.actions import Label, end_line
from casework.workspace.facts import facts_of_case
from casework.workspace.selectors import case_record_for, strip_for
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in

pytestmark = pytest.mark.django_db
FLOW_2 = [wanted.fact for wanted in WANTED if wanted.level == Level.PLAN]
OTHERS = [wanted.fact for wanted in WANTED if wanted.level in (Level.INTAKE, Level.REPORT)]


@pytest.fixture
def bare(kept_world: Any) -> tuple[Any, Case]:
    """A case of which nobody knows anything yet but that somebody called."""
    world = kept_world
    with acting_for(world.coordinator):
        contact = record_contact(
            channel="phone", speaker="unknown", route="not_asked", one_line="", reply_to="000", urgency="C",
            received_at=timezone.now(), by=world.coordinator,
        )  # fmt: skip
        person = {"name": "見本 花", "relation": "self"}
        case = open_case(
            contact, household_name="", household_kind="not_asked", person=person, by=world.coordinator
        )
    return world, case


def lacking(viewer: Any, case: Case) -> list[str]:
    with acting_for(viewer):
        case = Case.objects.get(pk=case.pk)
        record, strip = read(side_by_side(case_record_for.steps(viewer, case), strip_for.steps(viewer, case)))
    return [wanted.fact for each in missing(facts_of_case(record, strip)).values() for wanted in each]


def test_of_a_bare_case_everything_is_missing_and_the_page_stands(bare, client):
    world, case = bare
    sign_in(client, world.coordinator)

    page = client.get(reverse("casework:case", args=[case.pk]))

    assert lacking(world.coordinator, case) == OTHERS
    assert page.status_code == 200
    for level in ("初回面談のおわりにあるとよいもの", "月の締めにあるとよいもの"):
        assert level in page.content.decode()
    assert "会議の前にあるとよいもの" not in page.content.decode()


def test_what_coordination_needs_is_asked_of_flow_2_alone(bare):
    world, case = bare
    with acting_for(world.coordinator):
        Case.objects.filter(pk=case.pk).update(flow="flow2")

    assert [fact for fact in lacking(world.coordinator, case) if fact in FLOW_2] == [
        "assessment",
        "consents",
        "roles",
        "seats",
    ]


@pytest.mark.slow
def test_each_thing_that_is_written_down_leaves_the_list(bare):
    world, case = bare
    by = world.coordinator
    with acting_for(by):
        Case.objects.filter(pk=case.pk).update(flow="flow2")
        person = Person.objects.get(case=case)
        household = Household.objects.get(case=case)
    left = lacking(by, case)
    steps = [
        (lambda: change_person(person, values={"age_about": 80}, seen=fingerprint(person, ["age_about"]), by=by), ["age", "every_age"]),
        (lambda: change_person(person, values={"sex": "female"}, seen=fingerprint(person, ["sex"]), by=by), ["every_sex"]),
        (lambda: change_household(household, values={"kind": "single"}, seen=fingerprint(household, ["kind"]), by=by), ["household_kind"]),
        (lambda: note_issue(person, "debt", IssueDraft("3", "staff", words="見本"), by=by), ["issues"]),
        (lambda: record_consent(case, person, ConsentDraft("pending", timezone.localdate(), "見本"), by=by), ["consent_states"]),
        (lambda: record_consent(case, person, ConsentDraft("refused", timezone.localdate(), "見本"), by=by), ["consents"]),
        (lambda: _assess(case, by), ["assessment"]),
        (lambda: _decide(world, case, person, Seat.values[:3]), ["roles"]),
        (lambda: _decide(world, case, person, Seat.values), ["seats"]),
    ]  # fmt: skip
    for step, gone in steps:
        with acting_for(by):
            step()
        now = lacking(by, case)
        assert [fact for fact in left if fact not in now] == gone
        assert [fact for fact in now if fact not in left] == []
        left = now
    assert left == ["complaint", "case_route"]


def test_of_a_second_member_age_and_sex_and_an_issue_without_weight_are_asked(bare):
    world, case = bare
    by = world.coordinator
    with acting_for(by):
        Case.objects.filter(pk=case.pk).update(flow="flow2")
        person = Person.objects.get(case=case)
        values = {"age_about": 80, "sex": "female"}
        change_person(person, values=values, seen=fingerprint(person, list(values)), by=by)
    whole = lacking(by, case)
    with acting_for(by):
        add_person(case, values={"name": "見本 太", "relation": "child"}, by=by)
        note_issue(person, "gap", IssueDraft("unknown", "staff", words="見本"), by=by)

    assert set(lacking(by, case)) - set(whole) == {"every_age", "every_sex", "weights"}


def _assess(case: Case, by: Any) -> None:
    write_part(case, PartDraft(None, "view", "staff", "見本"), seen=None, by=by)
    fix_assessment(case, "plan", seen=Seen(0, mark_of(known_for(by, case))), by=by)


def _decide(world: Any, case: Case, person: Person, seats: list[str]) -> None:
    roles = [RoleDraft(Label(person.pk, "roles"), world.center, "見本", "見本", seat) for seat in seats]
    decide(case, decided_on=timezone.localdate(), directions=[], roles=roles, by=world.coordinator)


def test_a_closed_case_that_agencies_still_see_says_so(kept_world, client):
    world, home = kept_world, kept_world.hazuki
    url = reverse("casework:case", args=[home.case.pk])
    (line,) = world.share(home, world.anshin, Label(home.mother.pk, "basic"))
    sign_in(client, world.coordinator)
    pages = [client.get(url).content.decode()]
    with acting_for(world.coordinator):
        Case.objects.filter(pk=home.case.pk).update(stage="closed")
    pages.append(client.get(url).content.decode())
    with acting_for(world.coordinator):
        end_line(line, by=world.coordinator, reason="終結")
    pages.append(client.get(url).content.decode())

    assert ["共有が続いています" in page for page in pages] == [False, True, False]
