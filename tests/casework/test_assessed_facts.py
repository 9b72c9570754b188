"""A version of the assessment keeps the household and its issues of that day; each reads of it what their lines show now."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from casework.assessments.actions import PartDraft, Seen, fix_assessment, mark_of, write_part
from casework.assessments.models import AssessedFact, AssessedPart, Assessment
from casework.assessments.selectors import assessment_views_for, changes_between, known_for
from casework.concealment.actions import GroundDraft, conceal
from casework.households.models import Person, PersonContact, PersonHealth, PersonMoney
from casework.households.selectors import name_people
from casework.issues.actions import IssueDraft, follow_issue, note_issue
from casework.issues.models import Issue
from casework.models import FoundPlace
from casework.seen import ChangedMeanwhile
from casework.sharing.actions import Label
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in

pytestmark = pytest.mark.slow
VIOLENCE = "なぐられた"


@pytest.fixture
def known(world):
    """The mother's facts, three issues of hers (one sealed), a part that lets agencies know of a version, and two agencies."""
    mother, by = world.hazuki.mother, world.coordinator
    with acting_for(by):
        Person.objects.filter(pk=mother.pk).update(birth_on=dt.date(1942, 3, 1), occupation="給食室")
        PersonHealth.objects.filter(person=mother).update(condition="ひざの痛み", care_level="care1")
        PersonMoney.objects.filter(person=mother).update(debt_yen=1_200_000)
        for code, severity, words in (
            ("isolation", "1", "だれとも話さない"),
            ("debt", "3", "カード3社"),
            ("dv_abuse", "3", VIOLENCE),
        ):
            note_issue(mother, code, IssueDraft(severity, "staff", words=words), by=by)
        for section in ("view", "money"):
            write_part(world.hazuki.case, PartDraft(mother.pk, section, "staff", "見本"), seen=None, by=by)
    labels = (Label(mother.pk, item) for item in ("basic", "assessment", "health"))
    world.share(world.hazuki, world.anshin, *labels)
    world.share(world.hazuki, world.kenko, Label(mother.pk, "money"))
    world.share(world.hazuki, world.jiritsu, Label(mother.pk, "basic"), Label(None, "basic"))
    return world


def fix(world: Any, version: int = 0) -> Assessment:
    by, case = world.coordinator, world.hazuki.case
    with acting_for(by):
        return fix_assessment(case, "plan", seen=Seen(version, mark_of(known_for(by, case))), by=by)


def rows_kept(viewer: Any, world: Any, version: int = 1) -> list[tuple[str, str]]:
    """Return what a version keeps for a viewer: what was asked, and the answer; of issues code and words."""
    with acting_for(viewer):
        views = assessment_views_for(viewer, world.hazuki.case)
        facts = next((view.facts for view in views if view.assessment.version == version), [])
        return [
            (fact.issue.code, fact.issue.words) if fact.issue else (fact.asked, fact.words) for fact in facts
        ]


def kept(viewer: Any, world: Any, version: int = 1) -> set[tuple[str, str]]:
    return set(rows_kept(viewer, world, version))


def follow(world: Any, code: str, **told: Any) -> None:
    by = world.coordinator
    with acting_for(by):
        rows = Issue.objects.filter(case=world.hazuki.case, code=code)
        issue = rows.exclude(pk__in=rows.exclude(follows=None).values("follows")).get()
        follow_issue(issue, IssueDraft(**{"severity": "1", "said_by": "self", **told}), by=by)


def test_version_keeps_the_day_whatever_is_known_later(known, shift_clock):
    fix(known)
    first = kept(known.chief, known)
    shift_clock(dt.timedelta(days=1))
    follow(known, "debt", closed_on=dt.date(2026, 1, 1))
    with acting_for(known.coordinator):
        Person.objects.filter(pk=known.hazuki.mother.pk).update(occupation="無職")
        PersonMoney.objects.filter(person=known.hazuki.mother).update(debt_yen=0)
    fix(known, 1)

    assert {("occupation", "給食室"), ("debt_yen", "1,200,000"), ("debt", "カード3社")} <= first
    assert kept(known.chief, known) == first
    assert {("occupation", "無職"), ("debt_yen", "0"), ("debt", "")} <= kept(known.chief, known, 2)


def test_issues_stand_by_weight_and_those_that_are_over_last(known):
    follow(known, "debt", closed_on=dt.date(2026, 1, 1))
    fix(known)
    with acting_for(known.chief):
        (view,) = assessment_views_for(known.chief, known.hazuki.case)
        codes = [(fact.issue.code, fact.issue.is_open) for fact in view.facts if fact.issue]
    assert codes == [("dv_abuse", True), ("isolation", True), ("debt", False)]


def test_each_reads_of_a_version_what_their_lines_show_now(known):
    fix(known)
    of_mother = {
        ("name", known.hazuki.mother.name), ("birth_on", "1942-03-01"), ("occupation", "給食室"),
        ("condition", "ひざの痛み"), ("care_level", "要介護1"), ("isolation", "だれとも話さない"),
    }  # fmt: skip
    of_money = {
        ("debt_yen", "1,200,000"), ("debt", "カード3社"), ("situation", f"{known.hazuki.mother.name}の借金"),
    }  # fmt: skip
    assert kept(known.chief, known) >= {*of_mother, *of_money, ("dv_abuse", VIOLENCE)}
    assert kept(known.anshin_worker, known) >= of_mother
    assert not kept(known.anshin_worker, known) & {*of_money, ("dv_abuse", VIOLENCE)}
    assert kept(known.kenko_worker, known) == of_money
    assert kept(known.jiritsu_worker, known) == set()  # of no part, so of no version
    for viewer in (known.chief, known.anshin_worker, known.kenko_worker, known.jiritsu_worker):
        with acting_for(viewer):  # past the door
            assert AssessedFact.objects.count() == len(rows_kept(viewer, known))
    page = reverse("casework:assessment_version", args=[known.hazuki.case.pk, version_of(known).pk])
    for viewer, sees in ((known.chief, True), (known.anshin_worker, False)):
        shown = client_of(viewer).get(page).content.decode()
        assert "1942-03-01（" in shown
        assert [word in shown for word in (VIOLENCE, "カード3社", "1,200,000")] == [sees] * 3


def version_of(world: Any) -> Assessment:
    with acting_for(world.chief):
        return Assessment.objects.order_by("-version")[0]


def client_of(viewer: Any) -> Client:
    client = Client()
    sign_in(client, viewer)
    return client


def test_versions_are_compared_fact_by_fact_and_issue_by_issue(known):
    fix(known)
    follow(known, "isolation", severity="3", words="だれとも話さない")
    with acting_for(known.coordinator):
        mother = known.hazuki.mother
        Person.objects.filter(pk=mother.pk).update(occupation="")
        note_issue(mother, "foreign", IssueDraft("2", "self"), by=known.coordinator)
    fix(known, 1)
    found = {}
    for viewer in (known.chief, known.kenko_worker):
        with acting_for(viewer):
            after, before = assessment_views_for(viewer, known.hazuki.case)
            for view in (after, before):
                name_people(viewer, [*view.parts, *view.facts])
            found[viewer.agency.code] = {
                (each.label, each.before, each.after)
                for each in changes_between(before, after)
                if each.is_changed
            }
    assert found == {
        known.chief.agency.code: {
            ("仕事・学校", "給食室", ""),
            ("課題 社会的孤立（ニート・ひきこもり等） 重さ", "1（軽い）", "3（重い）"),
            ("課題 社会的孤立（ニート・ひきこもり等） だれが言っているか", "職員の見立て", "本人"),
            ("課題 外国籍・言葉 重さ", "", "2（中くらい）"),
            ("課題 外国籍・言葉 だれが言っているか", "", "本人"),
        },
        known.kenko.code: set(),
    }  # fmt: skip


def test_whoever_fixes_has_seen_the_issues_too(known):
    by, case = known.coordinator, known.hazuki.case
    with acting_for(by):
        mark = mark_of(known_for(by, case))
    follow(known, "debt", severity="2")
    with acting_for(by), pytest.raises(ChangedMeanwhile):
        fix_assessment(case, "plan", seen=Seen(0, mark), by=by)
    page = client_of(by).get(reverse("casework:assessment_fix", args=[case.pk])).content.decode()
    assert [word in page for word in ("給食室", VIOLENCE, "要介護1")] == [True] * 3
    fix(known)
    with pytest.raises(NotAllowed, match="変わっていません"):
        fix(known, 1)
    follow(known, "debt", severity="3")
    assert fix(known, 1).version == 2


def test_hidden_places_are_read_in_no_old_version(known):
    address = "見本市東雲区潮見町9丁目8番7号"
    by, mother = known.coordinator, known.hazuki.mother
    with acting_for(by):
        PersonHealth.objects.filter(person=mother).update(condition=f"{address}で転んだ", doctor="木村")
        note_issue(
            mother,
            "housing_unstable",
            IssueDraft("2", "staff", words=f"{address}の雨もり"),
            by=by,
        )
        PersonContact.objects.filter(person=mother).update(address=address)
    fix(known)
    told = {("occupation", "給食室"), ("doctor", "木村"), ("condition", f"{address}で転んだ")}
    assert kept(known.anshin_worker, known) >= told
    with acting_for(known.chief):
        conceal(known.hazuki.case, mother, GroundDraft("provisional", "見本"), by=known.chief)
    for viewer in (known.chief, known.anshin_worker):
        left = kept(viewer, known)
        assert not left & told
        assert "housing_unstable" not in {asked for asked, _words in left}
        assert ("care_level", "要介護1") in left
        with acting_for(viewer):
            assert AssessedFact.objects.count() == len(rows_kept(viewer, known))
    with acting_for(known.chief):
        assert FoundPlace.objects.filter(table="AssessedFact").count() == 1


def test_database_adds_nothing_to_what_a_version_keeps(known, shift_clock):
    fix(known)
    fixed, by, case = version_of(known), known.coordinator, known.hazuki.case
    mother = known.hazuki.mother
    with acting_for(by):
        sealed = Issue.objects.get(case=case, code="dv_abuse")
    late = {"case": case, "person": mother, "assessment": fixed, "position": 99}
    fact = {**late, "item": "basic", "asked": "kana", "words": "あとから"}
    refused = (
        (by, {**fact, "item": "money"}, IntegrityError),  # of another label
        (by, {**fact, "asked": "issue", "words": "", "issue": sealed}, ProgrammingError),  # not that of the issue
        (known.anshin_worker, fact, ProgrammingError),
    )  # fmt: skip
    for viewer, row, error in refused:
        with acting_for(viewer), pytest.raises(error), transaction.atomic():
            AssessedFact(**row).save(force_insert=True)
    shift_clock(dt.timedelta(seconds=1))
    for moment, error in (({"fixed_at": fixed.fixed_at}, ProgrammingError), ({}, IntegrityError)):
        with acting_for(by), pytest.raises(error):
            save_at_once(AssessedFact(**fact, **moment))


@transaction.atomic
def save_at_once(row: AssessedFact) -> None:
    row.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_comparison_says_that_an_earlier_version_kept_nothing_of_the_household(known):
    """Versions from before kept their parts alone."""
    by, case = known.coordinator, known.hazuki.case
    with acting_for(by):
        first = Assessment(case=case, version=1, purpose="plan", fixed_by=by.membership)
        first.save(force_insert=True)
        for part in known_for(by, case).parts:
            AssessedPart(assessment=first, part=part, case=case).save(force_insert=True)
    second = fix(known, 1)
    follow(known, "debt", severity="2")
    third = fix(known, 2)
    words = "前の版には、世帯と課題が残っていないか"
    pages = [
        client_of(known.chief).get(reverse("casework:assessment_compare", args=[case.pk, each.pk]))
        for each in (second, third)
    ]
    assert [words in page.content.decode() for page in pages] == [True, False]
