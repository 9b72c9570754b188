"""Issues of a person: their label follows their code, some are the center's alone, nothing is edited or deleted."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casework.cases.models import CaseActivity, CaseEvent
from casework.codes.models import Code
from casework.codes.selectors import codes_of
from casework.issues.actions import IssueDraft, follow_issue, note_issue
from casework.issues.labels import ITEM_OF, OTHERWISE, SEALED, is_sealed, item_of
from casework.issues.models import Issue
from casework.issues.selectors import history_of, issues_by_person, issues_for
from casework.seen import ChangedMeanwhile
from casework.sharing.actions import Label
from casework.sharing.items import Item
from casework.workspace.previews import preview_of
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.worlds import CONSENT

# Thorough rather than quick: `make test` runs them.
pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def note(world, person, code, severity="2", **words):
    with acting_for(world.coordinator):
        return note_issue(person, code, IssueDraft(severity, "staff", **words), by=world.coordinator)


def seen_by(viewer):
    """Return what the wall and the door show: (name, code)."""
    with acting_for(viewer):
        by_wall = set(Issue.objects.values_list("person_id", "code"))
        cases = set(Issue.objects.values_list("case", flat=True))
        by_door = {
            (row.person_id, row.code)
            for case in cases
            for row in issues_for(viewer, case).filter(is_followed=False)
        }
    assert by_door == by_wall
    return by_wall


# --- labels ----------------------------------------------------------------------------------------------


def test_labels_name_codes_of_the_list_and_items_that_people_choose(world):
    with acting_for(world.chief):
        codes = {code.code for code in codes_of("issue")}

    assert set(ITEM_OF) | set(SEALED) <= codes
    assert set(ITEM_OF) & set(SEALED) == set()
    assert {item_of(code) for code in codes} == {Item.HEALTH, Item.MONEY, Item.ASSESSMENT}
    assert [item_of(code) for code in ("disease", "debt", "isolation")] == ["health", "money", "assessment"]
    assert is_sealed("dv_abuse")


def test_code_that_the_city_adds_stands_under_the_assessment(world):
    with acting_for(world.chief):
        Code(list_code="issue", code="night_work", label="夜の仕事", valid_from=dt.date(2026, 1, 1)).save(
            force_insert=True
        )
    issue = note(world, world.hazuki.son, "night_work")

    assert (issue.item, issue.is_sealed) == (OTHERWISE, False)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"item": "basic"}, "issue_label_of_code"),
        ({"code": "debt"}, "issue_label_of_code"),
        ({"is_sealed": True}, "issue_sealed_by_code"),
        ({"code": "dv_abuse", "item": "assessment"}, "issue_sealed_by_code"),
        ({"person": None}, "issue_of_person"),
        ({"code": "nonsense", "item": "assessment"}, "has no code"),
        ({"severity": "4"}, "issue_severity_known"),
        ({"said_by": "rumour"}, "issue_teller_known"),
    ],
)
def test_issue_under_a_wrong_label_is_refused_by_the_database(world, wrong, constraint):
    values = {
        "case": world.hazuki.case, "person": world.hazuki.son, "item": "health", "code": "disease", "severity": "1",
        "said_by": "self", "noted_by": world.coordinator.membership,
    }  # fmt: skip

    with (
        acting_for(world.coordinator),
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
    ):
        Issue(**{**values, **wrong}).save(force_insert=True)


def test_every_issue_of_the_list_can_be_written_down(world):
    with acting_for(world.chief):
        codes = [code.code for code in codes_of("issue")]
    for code in codes:
        note(world, world.hazuki.son, code)

    with acting_for(world.chief):
        assert Issue.objects.count() == len(codes) > 35


# --- two agencies ----------------------------------------------------------------------------------------


def test_two_agencies_see_the_issues_whose_item_of_that_person_is_shared(world):
    mother, son = world.hazuki.mother, world.hazuki.son
    for person in (mother, son):
        for code in ("disease", "debt", "isolation", "dv_abuse"):
            note(world, person, code)
    note(world, world.tomono.mother, "debt")
    world.share(world.hazuki, world.anshin, Label(mother.pk, "health"), Label(son.pk, "assessment"))
    world.share(world.hazuki, world.jiritsu, *(Label(mother.pk, item) for item in Item.values))
    world.share(world.hazuki, world.kenko, Label(son.pk, "basic"), Label(None, "assessment"))

    assert seen_by(world.anshin_worker) == {(mother.pk, "disease"), (son.pk, "isolation")}
    assert seen_by(world.jiritsu_worker) == {
        (mother.pk, "disease"),
        (mother.pk, "debt"),
        (mother.pk, "isolation"),
    }
    assert seen_by(world.kenko_worker) == seen_by(world.stranger) == seen_by(world.auditor) == set()
    assert len(seen_by(world.chief)) == 9


def test_sealed_issue_moves_the_centers_list_and_no_agencys(world, shift_clock):
    world.share(world.hazuki, world.jiritsu, *(Label(world.hazuki.mother.pk, item) for item in Item.values))
    shift_clock(dt.timedelta(hours=1))

    def order():
        with acting_for(world.chief), connection.cursor() as cursor:
            cursor.execute("SELECT max(last_visible_change_at) FROM casework_share")
            return cursor.fetchone()[0], CaseActivity.objects.get(case=world.hazuki.case).changed_at

    before = order()
    note(world, world.hazuki.mother, "dv_abuse")
    sealed = order()
    note(world, world.hazuki.mother, "isolation")
    seen = order()

    assert (sealed[0] == before[0], sealed[1] > before[1]) == (True, True)
    assert seen[0] > sealed[0]


def test_case_page_shows_an_agency_its_issues_and_no_trace_of_others(world, client):
    mother = world.hazuki.mother
    note(world, mother, "disease", "3", words="心臓")
    before = _page(world, client, world.anshin_worker, Label(mother.pk, "basic"))
    for code in ("debt", "isolation", "dv_abuse"):
        note(world, mother, code, "3", words=f"隠れた{code}")
    note(world, world.hazuki.son, "disease", words="隠れた息子")

    html = _page(world, client, world.anshin_worker)

    assert html == before
    assert "心臓" not in html
    world.share(world.hazuki, world.anshin, Label(mother.pk, "health"))
    html = _page(world, client, world.anshin_worker)
    assert "心臓" in html
    assert "隠れた" not in html


def _page(world, client, viewer, *labels):
    from tests.casework.pages import masked

    if labels:
        world.share(world.hazuki, world.anshin, *labels)
    sign_in(client, viewer)
    return masked(client.get(reverse("casework:case", args=[world.hazuki.case.pk]))).decode()


def test_person_of_whom_only_an_issue_is_shared_has_no_name(world, client):
    note(world, world.hazuki.son, "isolation", words="25年")

    html = _page(world, client, world.anshin_worker, Label(world.hazuki.son.pk, "assessment"))

    assert "25年" in html
    assert world.hazuki.son.name not in html


def test_log_says_which_issues_were_read_and_on_what_ground(world, client):
    issue = note(world, world.hazuki.son, "isolation")
    _page(world, client, world.anshin_worker, Label(world.hazuki.son.pk, "assessment"))

    with acting_for(world.auditor):
        rows = list(AuditEntry.objects.filter(verb="read", item="assessment"))
    assert [(row.subject_id, row.person_id, row.basis) for row in rows] == [
        (str(issue.pk), world.hazuki.son.pk, "consent")
    ]


def test_preview_of_a_share_shows_the_issues_that_come_along(world):
    note(world, world.hazuki.mother, "debt", words="3社")
    note(world, world.hazuki.mother, "disease", words="心臓")
    labels = [Label(world.hazuki.mother.pk, "money")]

    with acting_for(world.coordinator):
        rows = preview_of(
            world.hazuki.case, agency=world.anshin, labels=labels, ground=CONSENT, by=world.coordinator
        )

    (row,) = rows
    assert [piece.text for piece in row.after if piece.heading == "多重・過重債務"] == [
        "2（中くらい） 職員の見立て 3社"
    ]


# --- what is written is written once -----------------------------------------------------------------------


def test_issue_that_is_known_is_not_written_twice_until_it_is_over(world):
    first = note(world, world.hazuki.mother, "debt")
    with pytest.raises(NotAllowed, match="もう書かれています"):
        note(world, world.hazuki.mother, "debt")

    note(world, world.hazuki.son, "debt")
    with acting_for(world.coordinator):
        follow_issue(first, IssueDraft("1", "staff", closed_on=timezone.localdate()), by=world.coordinator)
    note(world, world.hazuki.mother, "debt")

    with acting_for(world.chief):
        of = issues_by_person(world.chief, world.hazuki.case)[world.hazuki.mother.pk]
        assert ([row.code for row in of.open], [row.code for row in of.closed]) == (["debt"], ["debt"])


def test_what_is_known_later_follows_and_the_earlier_row_stays(world):
    issue = note(world, world.hazuki.mother, "debt", "1", since="去年から")
    with acting_for(world.coordinator):
        later = follow_issue(issue, IssueDraft("3", "agency", words="4社だった"), by=world.coordinator)
        with pytest.raises(ChangedMeanwhile) as clash:
            follow_issue(issue, IssueDraft("2", "self"), by=world.coordinator)

    assert clash.value.current == later
    with acting_for(world.chief):
        (now,) = issues_by_person(world.chief, world.hazuki.case)[world.hazuki.mother.pk].open
        assert (now, history_of(world.chief, world.hazuki.case, now)) == (later, [issue])
        verbs = CaseEvent.objects.filter(verb__startswith="issue").order_by("at")
        assert list(verbs.values_list("verb", "item")) == [
            ("issue_noted", "money"),
            ("issue_followed", "money"),
        ]


def test_heaviest_issue_stands_first(world):
    for code, severity in (("gap", "1"), ("family", "unknown"), ("isolation", "3"), ("refusal", "2")):
        note(world, world.hazuki.son, code, severity)

    with acting_for(world.chief):
        of = issues_by_person(world.chief, world.hazuki.case)[world.hazuki.son.pk]
        assert [row.code for row in of.open] == ["isolation", "refusal", "gap", "family"]


def test_what_follows_an_issue_is_about_the_same_issue(world):
    issue = note(world, world.hazuki.mother, "debt")
    row = Issue(
        case=world.hazuki.case, person=world.hazuki.mother, item="money", code="poverty", said_by="self", follows=issue,
        noted_by=world.coordinator.membership,
    )  # fmt: skip

    with acting_for(world.coordinator), pytest.raises(IntegrityError, match="keeps its code"):
        row.save(force_insert=True)


def test_day_to_come_another_name_and_a_reader_are_refused(world):
    draft = IssueDraft("1", "self", closed_on=timezone.localdate() + dt.timedelta(days=1))
    with acting_for(world.coordinator), pytest.raises(NotAllowed, match="先の日付"):
        note_issue(world.hazuki.son, "debt", draft, by=world.coordinator)
    with pytest.raises(NotAllowed, match="権限"):
        note_issue(world.hazuki.son, "debt", IssueDraft("1", "self"), by=world.anshin_worker)
    values = {"case": world.hazuki.case, "person": world.hazuki.son, "item": "money", "code": "debt"}
    row = Issue(**values, said_by="self", noted_by=world.chief.membership)
    with acting_for(world.coordinator), pytest.raises(DatabaseError, match="row-level security"):
        row.save(force_insert=True)


# --- screens -----------------------------------------------------------------------------------------------


def test_form_says_who_reads_which_issues_and_afterwards_who_reads_this_one(world, client):
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "health"))
    sign_in(client, world.reception)
    url = reverse("casework:issue_add", args=[world.hazuki.case.pk, world.hazuki.mother.pk])
    rows = client.get(url).context["readers"]
    assert [(row.item, row.agencies) for row in rows] == [
        ("健康", ["機関 anshin"]), ("お金", []), ("アセスメント", []), ("センターだけ", []),
    ]  # fmt: skip
    assert rows[3].issues == ["非行", "DV・虐待", "刑余者"]

    told = {}
    for code in ("disease", "dv_abuse"):
        sent = {"code": code, "severity": "3", "said_by": "self", "since": "去年"}
        told[code] = client.post(url, sent, follow=True).content.decode()

    assert "この課題は、センターのほかに、機関 anshinが読めます。" in told["disease"]
    assert "この課題は、センターだけが読めます。" in told["dv_abuse"]
    assert "重さ 3（重い）" in told["dv_abuse"]


def test_issue_is_closed_on_its_page_and_stays_on_the_case(world, client):
    issue = note(world, world.hazuki.mother, "debt", "3", since="去年から")
    sign_in(client, world.reception)
    url = reverse("casework:issue_follow", args=[world.hazuki.case.pk, issue.pk])
    assert "去年から" in client.get(url).content.decode()

    late = client.post(url, {"severity": "1", "said_by": "staff", "closed_on": "きのう"}).content.decode()
    sent = {"severity": "1", "said_by": "staff", "closed_on": f"{timezone.localdate():%Y-%m-%d}"}
    html = client.post(url, sent, follow=True).content.decode()

    assert "きのう" in late
    assert "終わった課題 1件" in html


def test_second_of_two_is_shown_what_the_first_wrote(world, client):
    issue = note(world, world.hazuki.mother, "debt", "1")
    with acting_for(world.coordinator):
        follow_issue(issue, IssueDraft("3", "agency", words="先に書いた"), by=world.coordinator)
    sign_in(client, world.reception)

    url = reverse("casework:issue_follow", args=[world.hazuki.case.pk, issue.pk])
    html = client.post(url, {"severity": "2", "said_by": "self", "words": "あとに書いた"}).content.decode()

    assert "先に書いた" in html
    assert "あとに書いた" in html
    with acting_for(world.chief):
        assert Issue.objects.count() == 2


def test_case_page_asks_as_often_for_one_issue_as_for_three(world, client, django_assert_num_queries):
    sign_in(client, world.reception)
    url = reverse("casework:case", args=[world.hazuki.case.pk])
    note(world, world.hazuki.mother, "debt")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    note(world, world.hazuki.mother, "poverty")
    note(world, world.hazuki.son, "isolation")

    with django_assert_num_queries(len(one)):
        client.get(url)
