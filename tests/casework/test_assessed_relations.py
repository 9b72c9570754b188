"""A version of the assessment shows the relations that held when it was fixed, to whoever is shown both people now."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.assessments.actions import PartDraft, Seen, fix_assessment, mark_of, write_part
from casework.assessments.selectors import assessment_views_for, changes_between, known_for
from casework.concealment.actions import GroundDraft, Threat, conceal
from casework.households.actions import StayDraft, add_person
from casework.households.models import PersonContact
from casework.households.selectors import name_people
from casework.relations.actions import RelationDraft, follow_relation, note_relation
from casework.relations.models import GROUP_OF, GROUPS, Kind, Relation
from casework.relations.selectors import last_noted_by, name_both, standing_relations_for
from casework.seen import ChangedMeanwhile
from casework.sharing.actions import Label, end_line
from casework.sharing.models import ShareLine
from casework.sheets.kinds import ASSESSMENT
from casework.sheets.pdf import pdf_available
from casework.sheets.selectors import sheet_for
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.test_assessed_facts import client_of, fix, known, version_of  # noqa: F401 -- a fixture
from tests.casework.test_assessment_sheet import order
from tests.casework.test_races import in_turn
from tests.nights import IS_NIGHT
from tests.paper import said_by
from tests.worlds import World, agree

pytestmark = pytest.mark.slow
MINUTE = dt.timedelta(minutes=1)
HEADING = "関係（確定したとき）"
SEALED = "見えてはいけないこと"


def note(world, kind, *, one=None, other=None, **told):
    home, by = world.hazuki, world.coordinator
    with acting_for(by):
        return note_relation(one or home.mother, other or home.son, RelationDraft(kind, **told), by=by)


def follow(world, relation, kind=None, **told):
    by = world.coordinator
    with acting_for(by):
        return follow_relation(relation, RelationDraft(kind or relation.kind, **told), by=by)


def views_of(viewer, world):
    """Return the versions that reach a viewer, the first one first, their people named."""
    with acting_for(viewer):
        views = assessment_views_for(viewer, world.hazuki.case)[::-1]
        for view in views:
            name_people(viewer, [*view.parts, *view.facts])
            view.relations, view.ended = (name_both(viewer, rows) for rows in (view.relations, view.ended))
    return views


def held(viewer, world):
    """Return what each version shows of relations: kinds and words, the first version first."""
    return [[(row.kind, row.words) for row in view.relations] for view in views_of(viewer, world)]


def page_of(viewer, world, version, name="assessment_version"):
    url = reverse(f"casework:{name}", args=[world.hazuki.case.pk, version.pk])
    return client_of(viewer).get(url).content.decode()


def compared(viewer, world):
    """Return what the comparison says of relations between the first two versions: (heading, before, after)."""
    before, after = views_of(viewer, world)[:2]
    changes = changes_between(before, after)
    return [(each.label, each.before, each.after) for each in changes if each.label.startswith("関係 ")]


@pytest.fixture
def related(known):  # noqa: F811
    """Mother and son: a couple's tie, key person, care, and violence. One agency is shown both, another the mother alone."""
    home = known.hazuki
    for kind, told in (
        ("married", {}),
        ("key", {}),
        ("carer", {"hours_week": 20}),
        ("violent", {"words": SEALED}),
    ):
        setattr(known, kind, note(known, kind, **told))
    known.share(home, known.anshin, Label(home.son.pk, "basic"))
    known.share(home, known.kenko, Label(home.mother.pk, "basic"))
    return known


def test_version_shows_what_held_when_it_was_fixed_whatever_became_of_it(related, shift_clock):
    fix(related)
    everything = [("married", ""), ("key", ""), ("carer", ""), ("violent", SEALED)]
    assert held(related.chief, related) == [everything]

    shift_clock(MINUTE)
    follow(related, related.married, "divorced", since_on=dt.date(2026, 11, 1))
    follow(related, related.key, ended_on=dt.date(2026, 11, 2))
    note(related, "conflict", words="口をきかない")
    assert held(related.chief, related) == [everything]
    shift_clock(2 * MINUTE)
    fix(related, 1)
    later = [("divorced", ""), ("carer", ""), ("conflict", "口をきかない"), ("violent", SEALED)]
    assert held(related.chief, related) == [everything, later]

    first, second = (view.assessment for view in views_of(related.chief, related))
    for version, there, gone in (
        (first, "配偶者（婚姻）", "離婚した元の"),
        (second, "離婚した元の", "配偶者（婚姻）"),
    ):
        page = page_of(related.chief, related, version)
        assert (HEADING in page, there in page, gone in page, "1週間におよそ20時間" in page) == (
            True,
            True,
            False,
            True,
        )
    mother, son = related.hazuki.mother.name, related.hazuki.son.name
    says = f"{mother}さんは、{son}さんの「%s」"
    found = compared(related.chief, related)
    care = f"{says % '世話・介護をしている人'}\n1週間におよそ20時間"
    assert found == [
        (
            "関係 夫婦・パートナー",
            says % "配偶者（婚姻）",
            f"{says % '離婚した元の配偶者'}\nいつから：2026-11-01",
        ),
        ("関係 キーパーソン", says % "キーパーソン", f"{says % 'キーパーソン'}\n終わった日：2026-11-02"),
        ("関係 世話・介護", care, care),
        ("関係 気持ちのつながり", "", f"{says % '対立している相手'}\n口をきかない"),
        ("関係 暴力", *[f"{says % '暴力をふるう人'}\n{SEALED}"] * 2),
    ]
    page = page_of(related.chief, related, second, "assessment_compare")
    assert ("終わった日：2026-11-02" in page, "口をきかない" in page) == (True, True)


def test_what_was_over_before_is_said_of_neither_version(related, shift_clock):
    follow(related, related.key, ended_on=dt.date(2026, 11, 2))
    shift_clock(MINUTE)
    fix(related)
    follow(related, related.carer, hours_week=5)
    shift_clock(2 * MINUTE)
    fix(related, 1)
    assert "key" not in {kind for version in held(related.chief, related) for kind, _words in version}
    labels = {label for label, _before, _after in compared(related.chief, related)}
    assert labels == {"関係 夫婦・パートナー", "関係 世話・介護", "関係 暴力"}


def test_agencies_are_shown_the_relations_of_which_they_are_shown_both_people(related, shift_clock):
    fix(related)
    shift_clock(MINUTE)
    follow(related, related.married, "divorced")
    shift_clock(2 * MINUTE)
    fix(related, 1)
    of_both = [("married", ""), ("key", "")]
    assert held(related.anshin_worker, related) == [of_both, [("divorced", ""), ("key", "")]]
    assert held(related.kenko_worker, related) == [[], []]  # the basics of the mother alone
    assert held(related.jiritsu_worker, related) == []  # sees no version
    related.share(related.hazuki, related.anshin, Label(related.hazuki.son.pk, "health"))
    assert held(related.anshin_worker, related)[0] == [*of_both, ("carer", "")]

    version = views_of(related.chief, related)[0].assessment
    found = {}
    for name in ("chief", "anshin_worker", "kenko_worker"):
        viewer = getattr(related, name)
        page, compare = (
            page_of(viewer, related, each.assessment, view)
            for each, view in zip(
                views_of(viewer, related), ("assessment_version", "assessment_compare"), strict=True
            )
        )
        found[name] = [word in page for word in (HEADING, "配偶者（婚姻）", SEALED)]
        found[name] += [word in compare for word in ("離婚した元の", "暴力", related.hazuki.son.name)]
    assert found == {
        "chief": [True] * 6, "anshin_worker": [True, True, False, True, False, True], "kenko_worker": [False] * 6,
    }  # fmt: skip
    assert version.version == 1


def test_reading_is_logged_under_each_label_that_a_relation_tells_of(related):
    fix(related)
    related.share(related.hazuki, related.anshin, Label(related.hazuki.son.pk, "health"))
    page_of(related.anshin_worker, related, version_of(related))
    with acting_for(related.auditor):
        read = AuditEntry.objects.filter(
            verb="read", membership_id=related.anshin_worker.membership.pk, person_id=related.hazuki.son.pk
        )
        assert set(read.values_list("item", flat=True)) == {"basic", "health"}


def test_hidden_household_is_linked_in_no_old_version_with_whom_it_hides_from(related):
    home, by, place = related.hazuki, related.coordinator, "見本市東雲区潮見町9丁目8番7号"
    with acting_for(by):
        apart = add_person(home.case, values={"name": "真砂 亮"}, stay=StayDraft("apart"), by=by)
        PersonContact.objects.filter(person=home.mother).update(address=place)
    note(related, "divorced", one=apart, other=home.mother)
    note(related, "sibling", words=f"{place}でいっしょに育った")
    with acting_for(by):
        agree(home.case, apart, to=(related.anshin,), by=by)
    related.share(home, related.anshin, Label(apart.pk, "basic"))
    fix(related)
    kinds = [
        {kind for kind, _words in held(viewer, related)[0]}
        for viewer in (related.anshin_worker, related.chief)
    ]
    assert kinds == [{"married", "key", "divorced", "sibling"}, {*kinds[0], "carer", "violent"}]
    with acting_for(related.chief):
        conceal(
            home.case, home.mother, GroundDraft("provisional", "見本"), (Threat("真砂 亮"),), by=related.chief
        )

    after = [
        {kind for kind, _words in held(viewer, related)[0]}
        for viewer in (related.anshin_worker, related.chief)
    ]
    assert after == [{"married", "key"}, {"married", "key", "carer", "violent", "divorced"}]


def test_whoever_fixes_has_seen_the_relations_and_a_change_of_them_is_new(related, shift_clock):
    by, case = related.coordinator, related.hazuki.case
    with acting_for(by):
        mark = mark_of(known_for(by, case))
    shift_clock(MINUTE)
    note(related, "sibling")
    with acting_for(by), pytest.raises(ChangedMeanwhile):
        fix_assessment(case, "plan", seen=Seen(0, mark), by=by)
    page = client_of(by).get(reverse("casework:assessment_fix", args=[case.pk])).content.decode()
    assert ("きょうだい" in page, SEALED in page, HEADING in page) == (True, True, False)
    shift_clock(2 * MINUTE)
    fix(related)
    with pytest.raises(NotAllowed, match="変わっていません"):
        fix(related, 1)
    follow(related, related.carer, hours_week=30)
    shift_clock(3 * MINUTE)
    assert fix(related, 1).version == 2


def test_database_notes_nothing_before_a_version_that_was_fixed(related):
    fixed = fix(related)
    with acting_for(related.chief):
        before = note(related, "conflict")  # the same moment by the clock
        backdated = Relation(
            case=related.hazuki.case, one=related.hazuki.son, other=related.hazuki.mother, group="key", kind="key",
            one_item="basic", other_item="basic", noted_by=related.chief.membership,
            noted_at=timezone.now() - dt.timedelta(days=30),
        )  # fmt: skip
        backdated.save(force_insert=True)
        fixed.refresh_from_db()
        moments = Relation.objects.filter(pk__in=[before.pk, backdated.pk]).values_list("noted_at", flat=True)
        assert all(moment > fixed.fixed_at for moment in moments)
    assert {kind for kind, _words in held(related.chief, related)[0]} == {
        "married",
        "key",
        "carer",
        "violent",
    }


def test_more_relations_and_versions_cost_no_query_more(related, shift_clock):
    fix(related)
    url = reverse("casework:assessment_version", args=[related.hazuki.case.pk, version_of(related).pk])
    client = client_of(related.chief)

    def cost():
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            client.get(url)
        return len(asked)

    one = cost()
    for number, kind in enumerate(("sibling", "conflict"), start=1):
        note(related, kind)
        shift_clock(number * MINUTE)
        fix(related, number)
    assert cost() == one


# --- any history -------------------------------------------------------------------------------------------

STEPS = st.one_of(
    st.tuples(st.just("note"), st.integers(0, 5), st.sampled_from(Kind.values)),
    st.tuples(st.just("follow"), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.just("end"), st.integers(0, 9), st.none()),
    st.tuples(st.just("fix"), st.none(), st.none()),
)


def test_whatever_happens_the_relations_of_a_version_never_change(known, shift_clock):  # noqa: F811
    """And when it is fixed they are those that hold."""
    home, by = known.hazuki, known.coordinator
    with acting_for(by):
        third = add_person(home.case, values={"name": "三栗 和江"}, by=by)
    people = [home.mother, home.son, third]
    pairs = [(one, other) for one in people for other in people if one is not other]

    def take(step, first, second):
        if step == "note":
            note_relation(*pairs[first], RelationDraft(second), by=by)
        elif step == "fix":
            newest = len(assessment_views_for(by, home.case))
            fix_assessment(home.case, "plan", seen=Seen(newest, mark_of(known_for(by, home.case))), by=by)
        elif rows := standing_relations_for(by, home.case):
            row = rows[first % len(rows)]
            kinds = GROUPS[GROUP_OF[row.kind]]
            ended_on = timezone.localdate() if step == "end" else None
            kind = row.kind if step == "end" else kinds[second % len(kinds)]
            follow_relation(row, RelationDraft(kind, words="見本", ended_on=ended_on), by=by)

    def shown():
        return {
            view.assessment.pk: [row.pk for row in view.relations]
            for view in assessment_views_for(by, home.case)
        }

    @settings(
        max_examples=300 if IS_NIGHT else 25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(st.lists(STEPS, min_size=4, max_size=20))
    def live(history):
        with transaction.atomic(), acting_for(by):
            kept = {}
            for number, step in enumerate([*history, ("fix", None, None)], start=1):
                shift_clock(number * MINUTE)
                try:
                    with transaction.atomic():
                        take(*step)
                except NotAllowed:
                    continue
                found = shown()
                assert kept.items() <= found.items()
                for key in found.keys() - kept.keys():
                    assert found[key] == [row.pk for row in standing_relations_for(by, home.case)]
                kept = found
            transaction.set_rollback(True)

    live()


def test_last_row_of_each_relation_is_told_by_its_followers_of_that_time():
    noon = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
    first = Relation(noted_at=noon)
    second = Relation(noted_at=noon + MINUTE, follows=first)
    third = Relation(noted_at=noon + 2 * MINUTE, follows=second)
    rows = [first, second, third]
    found = [last_noted_by(rows, noon + number * MINUTE) for number in (-1, 0, 1, 2)]
    assert found == [[], [first], [second], [third]]


# --- on paper ----------------------------------------------------------------------------------------------


@pytest.mark.skipif(not pdf_available(), reason="no libraries for PDF here")
def test_paper_prints_them_lists_the_labels_of_both_and_ends_with_them(related, shift_clock):
    """Of the aunt nothing but a relation speaks of her health."""
    home, by = related.hazuki, related.coordinator
    with acting_for(by):
        aunt = add_person(home.case, values={"name": "三栗 和江"}, stay=StayDraft("apart"), by=by)
        agree(home.case, aunt, to=(related.anshin,), by=by)
    note(related, "carer", one=home.mother, other=aunt, hours_week=7)
    fix(related)
    version = version_of(related)
    shift_clock(MINUTE)
    follow(related, related.married, "divorced")
    related.share(home, related.anshin, Label(aunt.pk, "basic"), Label(aunt.pk, "health"))
    words = (HEADING, "配偶者（婚姻）", "離婚", "1週間におよそ7時間", SEALED, "センターの外に渡さない")
    found, made = {}, {}
    for name in ("chief", "anshin_worker", "kenko_worker"):
        made[name] = order(getattr(related, name), home.case, ASSESSMENT, version)
        text = said_by(bytes(made[name].pdf))
        found[name] = [word in text for word in words]
    people = {
        name: {item for _case, person, item in made[name].labels if person == str(aunt.pk)}
        for name in ("anshin_worker", "kenko_worker")
    }

    assert found == {
        "chief": [True, True, False, True, True, True], "anshin_worker": [True, True, False, True, False, False],
        "kenko_worker": [False] * 6,
    }  # fmt: skip
    assert people == {"anshin_worker": {"basic", "health"}, "kenko_worker": set()}
    with acting_for(related.chief):
        for line in ShareLine.objects.filter(agency=related.anshin, person=aunt, item="health"):
            end_line(line, by=related.chief, reason="見本")
    with acting_for(related.anshin_worker):
        assert sheet_for(related.anshin_worker, made["anshin_worker"].pk) is None


@pytest.mark.skipif(not pdf_available(), reason="no libraries for PDF here")
def test_paper_of_an_agency_has_none_while_the_household_hides(related):
    home = related.hazuki
    fix(related)
    with acting_for(related.chief):
        conceal(home.case, home.mother, GroundDraft("provisional", "見本"), by=related.chief)
    assert held(related.anshin_worker, related) == [[("married", ""), ("key", "")]]
    texts = [
        said_by(bytes(order(viewer, home.case, ASSESSMENT, version_of(related)).pdf))
        for viewer in (related.anshin_worker, related.chief)
    ]
    assert [HEADING in text for text in texts] == [False, True]


# --- at once -----------------------------------------------------------------------------------------------


@pytest.fixture
def apart(transactional_db):
    """A world whose transactions commit: a part is written and a relation noted."""
    world, by = World(), None
    by = world.coordinator
    with acting_for(by):
        write_part(
            world.hazuki.case, PartDraft(world.hazuki.mother.pk, "view", "staff", "見本"), seen=None, by=by
        )
    world.married = note(world, "married")
    return world


@pytest.mark.django_db(transaction=True)
def test_who_began_before_a_version_was_fixed_does_not_write_into_it(apart):
    by, begun, fixed = apart.coordinator, threading.Event(), threading.Event()

    def write():
        try:
            with acting_for(by), transaction.atomic():
                list(standing_relations_for(by, apart.hazuki.case))  # the clock of this transaction stands
                begun.set()
                fixed.wait(timeout=20)
                follow_relation(apart.married, RelationDraft("divorced"), by=by)
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    begun.wait(timeout=20)
    fix(apart)
    fixed.set()
    thread.join(timeout=60)

    assert held(apart.chief, apart) == [[("married", "")]]
    with acting_for(apart.chief):
        assert [row.kind for row in standing_relations_for(apart.chief, apart.hazuki.case)] == ["divorced"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_new", [True, False], ids=["noted", "followed"])
def test_who_writes_while_a_version_is_fixed_waits_for_it(apart, is_new):
    by, home = apart.coordinator, apart.hazuki
    with acting_for(apart.chief):
        seen = Seen(0, mark_of(known_for(apart.chief, home.case)))

    def write():
        if is_new:
            return note_relation(home.mother, home.son, RelationDraft("key"), by=by)
        return follow_relation(apart.married, RelationDraft("divorced"), by=by)

    in_turn((apart.chief, lambda: fix_assessment(home.case, "plan", seen=seen, by=apart.chief)), (by, write))
    assert held(apart.chief, apart) == [[("married", "")]]
