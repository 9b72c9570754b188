"""The assessment and the closing on paper: what reaches their reader, label by label, in Japanese with rare names and their variants."""

import datetime as dt
import re
import subprocess

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.assessments.actions import PartDraft, write_part
from casework.closing.models import Closure
from casework.concealment.actions import GroundDraft, conceal
from casework.dates import in_era
from casework.households.models import Person
from casework.issues.actions import IssueDraft, note_issue
from casework.meetings.minutes import Outcome
from casework.plans.actions import DirectionDraft
from casework.plans.models import Decision
from casework.sharing.actions import Label, end_line
from casework.sharing.models import ShareLine
from casework.sheets.actions import make_sheet, request_sheet
from casework.sheets.kinds import ASSESSMENT, CLOSING
from casework.sheets.models import Sheet
from casework.sheets.pdf import pdf_available
from casework.sheets.selectors import sheet_for
from permissions.walls.context import acting_for
from tests.casework.tables import fixed_item
from tests.casework.test_assessed_facts import VIOLENCE, client_of, fix, known, version_of  # noqa: F401 -- a fixture
from tests.casework.test_closing import close, closing, sheet  # noqa: F401 -- a fixture
from tests.casework.test_evaluation import decided, evaluate  # noqa: F401 -- a fixture
from tests.paper import said_by, unshown

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(not pdf_available(), reason="no libraries for PDF here"),
]
RARE, VARIANT = "髙﨑𠮷", "葛\U000e0100城"


def order(viewer, case, kind, assessment=None):
    with acting_for(viewer):
        key = assessment.pk if assessment else None
        ordered = request_sheet(case, None, by=viewer, kind=kind, assessment_id=key)
    make_sheet(ordered.pk, membership_id=viewer.membership.pk)
    with acting_for(viewer):
        return Sheet.objects.get(pk=ordered.pk)


def is_tagged(made):
    told = subprocess.run(["pdfinfo", "-"], input=bytes(made.pdf), capture_output=True, check=True).stdout
    return bool(re.search(rb"^Tagged:\s+yes$", told, re.MULTILINE))


@pytest.fixture
def fixed(known):  # noqa: F811
    """The version of a household whose mother has a rare name, and which another version follows."""
    mother, by = known.hazuki.mother, known.coordinator
    with acting_for(by):
        Person.objects.filter(pk=mother.pk).update(name=f"{RARE}{VARIANT}")
        draft = PartDraft(mother.pk, "health", "staff", f"{VARIANT}医院に通う", {"treatment": "treated"})
        write_part(known.hazuki.case, draft, seen=None, by=by)
    fix(known)
    return known


def test_paper_prints_what_reaches_its_reader_and_lists_its_labels(fixed):
    mother, version = fixed.hazuki.mother, version_of(fixed)
    words = (
        f"{RARE}{VARIANT}",
        "昭和17年3月1日（",
        "だれとも話さない",
        f"{VARIANT}医院に通う",
        "カード3社",
        VIOLENCE,
    )
    found, labels = {}, {}
    for name in ("chief", "anshin_worker", "kenko_worker"):
        made = order(getattr(fixed, name), fixed.hazuki.case, ASSESSMENT, version)
        text = said_by(bytes(made.pdf))
        assert is_tagged(made)
        assert version.name in text
        found[name] = [word in text for word in words]
        labels[name] = {(person == str(mother.pk), item) for _case, person, item in made.labels}
        if name == "chief":
            assert unshown(bytes(made.pdf), *RARE, VARIANT[:2], VARIANT[2:]) == []
            assert "センターの外に渡さないで" in text
    assert found == {
        "chief": [True] * 6, "anshin_worker": [True] * 4 + [False] * 2, "kenko_worker": [False] * 4 + [True, False],
    }  # fmt: skip
    assert labels["anshin_worker"] == {(True, "basic"), (True, "assessment"), (True, "health")}
    assert labels["kenko_worker"] == {(True, "money")}


def test_paper_of_an_old_version_prints_the_old_version(fixed):
    old, by = version_of(fixed), fixed.coordinator
    with acting_for(by):
        note_issue(fixed.hazuki.mother, "foreign", IssueDraft("2", "self", words="あとから"), by=by)
    fix(fixed, 1)
    texts = [
        said_by(bytes(order(fixed.chief, fixed.hazuki.case, ASSESSMENT, version).pdf))
        for version in (old, version_of(fixed))
    ]
    assert [("あとから" in text, "新しい版が確定されています" in text) for text in texts] == [
        (False, True), (True, False),
    ]  # fmt: skip


def test_paper_ends_with_a_line_and_with_hiding(fixed):
    viewer, case = fixed.anshin_worker, fixed.hazuki.case
    made = [order(each, case, ASSESSMENT, version_of(fixed)) for each in (viewer, fixed.chief)]
    with acting_for(fixed.chief):
        assert sheet_for(fixed.chief, made[1].pk) is not None
        for line in ShareLine.objects.filter(agency=fixed.anshin, item="health"):
            end_line(line, by=fixed.chief, reason="見本")
        conceal(case, fixed.hazuki.mother, GroundDraft("provisional", "見本"), by=fixed.chief)
    for each, one in zip((viewer, fixed.chief), made, strict=True):
        with acting_for(each):
            assert sheet_for(each, one.pk) is None


def test_paper_is_ordered_on_a_page_and_nobody_else_finds_it(fixed, run_tasks):
    case, version = fixed.hazuki.case, version_of(fixed)
    url = reverse("casework:assessment_sheet", args=[case.pk, version.pk])
    page = client_of(fixed.anshin_worker)
    first, second = page.post(url), page.post(url)
    run_tasks()
    shown = page.get(url).content.decode()
    file = page.get(f"{first['Location']}file/")

    assert first["Location"] == second["Location"]
    assert first["Location"] in shown
    assert file.content.startswith(b"%PDF-")
    assert (
        url in page.get(reverse("casework:assessment_version", args=[case.pk, version.pk])).content.decode()
    )
    elsewhere = reverse("casework:assessment_sheet", args=[fixed.tomono.case.pk, version.pk])
    assert client_of(fixed.chief).get(elsewhere).status_code == 404
    for viewer in (fixed.jiritsu_worker, fixed.stranger):  # sees no part; sees nothing
        assert client_of(viewer).get(url).status_code == 404
        assert client_of(viewer).post(url).status_code == 404


# --- the closing --------------------------------------------------------------------------------------------


@pytest.fixture
def closed(closing):  # noqa: F811
    """A case that has ended, of a household with a rare name; one agency is told the plan, another the mother's basics."""
    home = closing.hazuki
    with acting_for(closing.coordinator):
        Person.objects.filter(pk=home.mother.pk).update(name=f"{RARE}{VARIANT}")
    closing.share(home, closing.anshin, Label(None, "plan"))
    closing.share(home, closing.kenko, Label(home.mother.pk, "basic"))
    until = timezone.localdate() + dt.timedelta(days=60)
    close(closing, home, sheet(lead=closing.anshin, watch=f"{VARIANT}さんが月に1度", watch_until=until))
    return closing


def test_closing_on_paper_says_who_goes_on_and_until_when_the_record_is_kept(closed):
    case = closed.hazuki.case
    with acting_for(closed.chief):
        row = Closure.objects.get(case=case)
    words = (
        "主担当機関の継続支援へ移行", "11月20日の内部会議", closed.anshin.name, "あんしんの担当", f"{VARIANT}さんが月に1度",
        in_era(row.watch_until), "郵便物がたまる", in_era(row.follow_up_on), "これからはあんしんが話を聞くと伝えた",
        f"{in_era(row.keeping.from_on)}から5年（{in_era(row.keeping.until_on)}まで）",
    )  # fmt: skip
    texts = {}
    for name in ("chief", "anshin_worker"):
        made = order(getattr(closed, name), case, CLOSING)
        assert is_tagged(made)
        texts[name] = said_by(bytes(made.pdf))
        assert [word for word in words if word.replace(" ", "") not in texts[name]] == []
        assert unshown(bytes(made.pdf), VARIANT[:2], VARIANT[2:]) == []
        if name == "chief":
            assert unshown(bytes(made.pdf), *RARE) == []
    assert [f"{RARE}{VARIANT}" in text for text in texts.values()] == [True, False]
    assert {tuple(label[1:]) for label in made.labels} == {(None, "plan")}


def test_closing_sheet_is_ordered_by_whoever_is_told_the_plan(closed):
    url = reverse("casework:closing_sheet", args=[closed.hazuki.case.pk])
    assert client_of(closed.anshin_worker).post(url).status_code == 302
    page = client_of(closed.anshin_worker).get(reverse("casework:case", args=[closed.hazuki.case.pk]))
    assert url in page.content.decode()
    assert client_of(closed.kenko_worker).get(url).status_code == 404  # sees the case, not how it ended
    open_case = reverse("casework:closing_sheet", args=[closed.tomono.case.pk])
    assert client_of(closed.chief).post(open_case).status_code == 404


def test_closing_on_paper_tells_what_became_of_it_and_nothing_that_is_kept_to_a_meeting(decided, shift_clock):  # noqa: F811
    """The results of the newest evaluation, as far as they reach the reader; of what a 支援会議 decided for the center alone."""
    world, home = decided, decided.hazuki
    for agency in (world.anshin, world.kenko):
        world.share(home, agency, Label(None, "plan"))
    outcome = Outcome([DirectionDraft(Label(home.mother.pk, "plan"), "家で暮らす")])
    item, _minutes = fixed_item(world, world.kenko_worker, outcome=outcome)
    with acting_for(world.coordinator):
        kept = Decision.objects.get(agenda=item)
    words = ("家で暮らす", "夜は不安がある", "まだ危ない")
    found = {}
    for when, decision in (("other", world.decision), ("kept", kept)):
        evaluate(world, decision=decision)
        shift_clock(dt.timedelta(days=1))  # the next one is the newest
        with acting_for(world.coordinator):
            if when == "other":
                by = world.coordinator.membership
                ended = {"kind": "goal_met", "lead_words": "見本", "told": "見本", "closed_by": by}
                Closure(case=home.case, item="plan", **ended).save(force_insert=True)
        for name in ("chief", "kenko_worker", "anshin_worker"):
            text = said_by(bytes(order(getattr(world, name), home.case, CLOSING).pdf))
            found[when, name] = [word in text for word in words]
            assert ("センターの外に渡さないで" in text) == (name == "chief")
    assert found == {
        ("other", "chief"): [True] * 3, ("other", "kenko_worker"): [True, True, False],
        ("other", "anshin_worker"): [False] * 3, ("kept", "chief"): [True] * 3,
        # Of what the 支援会議 decided it reads nothing: what stands there is the evaluation before.
        ("kept", "kenko_worker"): [True, True, False], ("kept", "anshin_worker"): [False] * 3,
    }  # fmt: skip
