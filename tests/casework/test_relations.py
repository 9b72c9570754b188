"""Relations between two people: whoever is shown both sees them, violence is the center's, and a concealed household
is linked with nobody outside it."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casework.cases.models import CaseEvent
from casework.concealment.actions import GroundDraft, Threat, conceal
from casework.households.actions import StayDraft, add_person, record_stay
from casework.relations.actions import RelationDraft, follow_relation, note_relation
from casework.relations.care import Sign, care_signs
from casework.relations.models import GROUP_OF, GROUPS, NEEDS, Group, Kind, Relation
from casework.relations.readers import relation_readers
from casework.relations.selectors import MayLink, relations_for, standing_relations_for
from casework.seen import ChangedMeanwhile
from casework.sharing.actions import Label
from casework.sharing.items import Item
from casework.triage.rules import Fact
from casework.triage.selectors import facts_from_records
from casework.workspace.previews import preview_of
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import masked, sign_in
from tests.worlds import CONSENT

# Thorough rather than quick: `make test` runs them.
pytestmark = [pytest.mark.slow, pytest.mark.django_db]

EVERY_KIND = tuple(Kind.values)


def relate(world, one, kind, other, **more):
    with acting_for(world.coordinator):
        return note_relation(one, other, RelationDraft(kind, **more), by=world.coordinator)


def newcomer(world, name="三栗 和江", living="apart", **values):
    with acting_for(world.coordinator):
        return add_person(
            world.hazuki.case, values={"name": name, **values}, stay=StayDraft(living), by=world.coordinator
        )


def kinds_seen_by(viewer, case):
    """Return what the wall and the door show, which agree."""
    with acting_for(viewer):
        by_wall = sorted(Relation.objects.filter(case=case).values_list("kind", flat=True))
        by_door = sorted(row.kind for row in relations_for(viewer, case))
    assert by_door == by_wall
    return set(by_wall)


def of(*groups):
    return {kind.value for group in groups for kind in GROUPS[group]}


@pytest.fixture
def related(world):
    """Of each group one relation of mother and son, the mother being the one."""
    for kinds in GROUPS.values():
        relate(world, world.hazuki.mother, kinds[0], world.hazuki.son, words=f"こと {kinds[0]}")
    return world


EVERYTHING = {kinds[0].value for kinds in GROUPS.values()}
KINSHIP = {"birth_parent", "married", "sibling", "key"}


# --- who sees them -----------------------------------------------------------------------------------------


def test_groups_hold_every_kind_once_and_say_what_they_need():
    assert sorted(GROUP_OF) == sorted(EVERY_KIND)
    assert set(GROUPS) == set(NEEDS) == set(Group)


@pytest.mark.parametrize(
    ("of_mother", "of_son", "seen"),
    [
        ((), (), set()),
        (("basic",), (), set()),
        ((), ("basic",), set()),
        (tuple(Item.values), (), set()),
        (("health", "assessment"), ("health", "assessment"), set()),
        (("basic",), ("basic",), KINSHIP),
        (("basic", "health"), ("basic",), KINSHIP),
        (("basic",), ("basic", "health"), KINSHIP | {"carer"}),
        (("basic", "assessment"), ("basic",), KINSHIP),
        (("basic", "assessment"), ("basic", "assessment"), KINSHIP | {"strong"}),
        (tuple(Item.values), tuple(Item.values), EVERYTHING - {"violent"}),
    ],
)
def test_relation_is_seen_by_whoever_is_shown_what_it_needs_of_both(related, of_mother, of_son, seen):
    world = related
    labels = [
        Label(person.pk, item)
        for person, items in ((world.hazuki.mother, of_mother), (world.hazuki.son, of_son))
        for item in items
    ]
    if labels:
        world.share(world.hazuki, world.anshin, *labels)
    world.share(world.hazuki, world.kenko, Label(world.hazuki.mother.pk, "basic"), Label(None, "basic"))

    assert kinds_seen_by(world.anshin_worker, world.hazuki.case) == seen
    assert kinds_seen_by(world.kenko_worker, world.hazuki.case) == set()
    assert kinds_seen_by(world.chief, world.hazuki.case) == EVERYTHING
    with acting_for(world.coordinator):
        told = {
            row.kind
            for row in relations_for(world.coordinator, world.hazuki.case)
            if world.anshin in relation_readers(world.coordinator, world.hazuki.case, row)
        }
    assert told == seen


def test_pages_show_two_agencies_what_they_see_and_no_trace_of_the_rest(related, client):
    world = related
    both = [Label(person.pk, "basic") for person in (world.hazuki.mother, world.hazuki.son)]
    world.share(world.hazuki, world.anshin, *both)
    world.share(world.hazuki, world.kenko, both[0])
    found = {}
    for name in ("anshin_worker", "kenko_worker", "reception"):
        sign_in(client, getattr(world, name))
        url = reverse("casework:relations", args=[world.hazuki.case.pk])
        html = client.get(url).content.decode()
        found[name] = {kind for kind in EVERYTHING if f"こと {kind}<" in html}, world.hazuki.son.name in html

    assert found == {
        "anshin_worker": (KINSHIP, True),
        "kenko_worker": (set(), False),
        "reception": (EVERYTHING, True),
    }


def test_page_of_whoever_sees_one_of_two_is_the_same_with_and_without_the_other(world, client):
    world.share(world.hazuki, world.kenko, Label(world.hazuki.mother.pk, "basic"))
    sign_in(client, world.kenko_worker)
    urls = [reverse(f"casework:{name}", args=[world.hazuki.case.pk]) for name in ("case", "relations")]
    before = [masked(client.get(url)) for url in urls]

    daughter = newcomer(world)
    relate(world, world.hazuki.mother, "birth_parent", daughter)
    relate(world, daughter, "key", world.hazuki.mother)

    assert [masked(client.get(url)) for url in urls] == before


def test_log_says_under_which_items_relations_were_read(related, client):
    world = related
    mother, son = world.hazuki.mother.pk, world.hazuki.son.pk
    world.share(world.hazuki, world.anshin, Label(mother, "basic"), Label(son, "basic"), Label(son, "health"))
    sign_in(client, world.anshin_worker)
    client.get(reverse("casework:relations", args=[world.hazuki.case.pk]))

    with acting_for(world.auditor):
        rows = set(AuditEntry.objects.filter(verb="read").values_list("person_id", "item"))
    assert rows == {(None, ""), (mother, "basic"), (son, "basic"), (son, "health")}


def test_preview_of_a_share_shows_the_relations_that_come_along(related):
    world = related
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"))
    labels = [Label(world.hazuki.son.pk, "basic")]

    with acting_for(world.coordinator):
        rows = preview_of(
            world.hazuki.case, agency=world.anshin, labels=labels, ground=CONSENT, by=world.coordinator
        )

    said = "\n".join(piece.text for row in rows for piece in row.after if piece.heading == "関係")
    assert {kind for kind in EVERYTHING if f"こと {kind}" in said} == KINSHIP


# --- concealed households ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "living", "is_linked"),
    [
        ("真砂 亮", "apart", False),
        ("真砂　亮", "together", False),  # nobody has moved him out yet: his name is enough
        ("三栗 和江", "apart", False),
        ("三栗 和江", "died", False),
        ("三栗 和江", "away", True),
        ("三栗 和江", "together", True),
    ],
)
def test_concealed_household_is_linked_with_nobody_outside_and_not_with_whom_it_hides_from(
    world, name, living, is_linked
):
    home = world.hazuki
    other = newcomer(world, name, living)
    relate(world, home.mother, "divorced", other)
    relate(world, home.mother, "birth_parent", home.son)
    everybody = [Label(person.pk, "basic") for person in (home.mother, home.son, other)]
    with acting_for(world.coordinator):
        from tests.worlds import agree

        agree(home.case, other, to=(world.anshin,), by=world.coordinator)
    world.share(home, world.anshin, *everybody)
    assert kinds_seen_by(world.anshin_worker, home.case) == {"divorced", "birth_parent"}

    with acting_for(world.coordinator):
        conceal(
            home.case,
            home.mother,
            GroundDraft("provisional", "見本"),
            (Threat("真砂亮", "元の夫"),),
            by=world.coordinator,
        )

    seen = {"birth_parent"} | ({"divorced"} if is_linked else set())
    assert kinds_seen_by(world.anshin_worker, home.case) == seen
    assert kinds_seen_by(world.chief, home.case) == {"divorced", "birth_parent"}


def test_lifted_concealment_links_again(world, shift_clock):
    from casework.concealment.actions import ask_to_lift, lift_concealment

    home = world.hazuki
    other = newcomer(world)
    relate(world, home.mother, "birth_parent", other)
    with acting_for(world.coordinator):
        ground = GroundDraft("provisional", "見本")
        concealment = conceal(home.case, home.mother, ground, (Threat("真砂 亮"),), by=world.coordinator)
        asked = ask_to_lift(concealment, reason="見本", by=world.coordinator)

    def may_link():
        with acting_for(world.chief):
            return Relation.objects.filter(MayLink(F("case"), F("one"), F("other"))).exists()

    assert not may_link()
    with acting_for(world.chief):
        lift_concealment(asked, by=world.chief)
    assert may_link()


def test_who_lives_here_is_said_alike_by_the_database_and_by_the_code(world):
    from casework.households.selectors import people_for

    home = world.hazuki
    relate(world, home.mother, "birth_parent", home.son)
    with acting_for(world.coordinator):
        conceal(
            home.case,
            home.mother,
            GroundDraft("provisional", "見本"),
            (Threat("だれか"),),
            by=world.coordinator,
        )
    days = [None, dt.date(2026, 1, 5), dt.date(2025, 1, 5), dt.date(2026, 1, 5), None]
    for living, day in zip(("apart", "together", "died", "away", "together"), days, strict=True):
        with acting_for(world.coordinator):
            record_stay(home.son, StayDraft(living, day), by=world.coordinator)
        with acting_for(world.chief):
            by_wall = Relation.objects.filter(MayLink(F("case"), F("one"), F("other"))).exists()
            (son,) = [view for view in people_for(world.chief, home.case) if view.person_id == home.son.pk]
        assert by_wall == son.is_member, living


def test_concealed_relation_moves_no_agencys_list(world, shift_clock):
    home = world.hazuki
    other = newcomer(world)
    with acting_for(world.coordinator):
        from tests.worlds import agree

        agree(home.case, other, to=(world.anshin,), by=world.coordinator)
    world.share(home, world.anshin, *(Label(each.pk, "basic") for each in (home.mother, home.son, other)))
    with acting_for(world.coordinator):
        conceal(
            home.case,
            home.mother,
            GroundDraft("provisional", "見本"),
            (Threat("だれか"),),
            by=world.coordinator,
        )
    shift_clock(dt.timedelta(hours=1))

    def moved():
        with acting_for(world.chief), connection.cursor() as cursor:
            cursor.execute("SELECT max(last_visible_change_at) FROM casework_share")
            return cursor.fetchone()[0]

    before = moved()
    relate(world, home.mother, "married", other)
    relate(world, home.mother, "violent", home.son)
    hidden = moved()
    relate(world, home.mother, "birth_parent", home.son)

    assert hidden == before
    assert moved() > before


# --- what is written ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"group": "couple"}, "relation_follows_kind"),
        ({"kind": "violent"}, "relation_follows_kind"),
        ({"one_item": "health"}, "relation_follows_kind"),
        ({"is_sealed": True}, "relation_follows_kind"),
        ({"hours_week": 3}, "relation_hours_of_care"),
    ],
)
def test_relation_with_a_wrong_label_is_refused_by_the_database(world, wrong, constraint):
    values = {
        "case": world.hazuki.case, "one": world.hazuki.mother, "other": world.hazuki.son, "group": "parent",
        "kind": "birth_parent", "one_item": "basic", "other_item": "basic", "noted_by": world.coordinator.membership,
    }  # fmt: skip

    with (
        acting_for(world.coordinator),
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
    ):
        Relation(**{**values, **wrong}).save(force_insert=True)


@pytest.mark.parametrize("side", ["one", "other"])
def test_relation_with_somebody_of_another_case_is_refused(world, side):
    values = {
        "case": world.hazuki.case, "one": world.hazuki.mother, "other": world.hazuki.son, "group": "parent",
        "kind": "birth_parent", "one_item": "basic", "other_item": "basic", "noted_by": world.coordinator.membership,
    }  # fmt: skip

    with acting_for(world.coordinator), transaction.atomic():
        Relation(**{**values, side: world.tomono.mother}).save(force_insert=True)
        with connection.cursor() as cursor, pytest.raises(IntegrityError, match="of_case"):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def test_pair_has_one_of_each_group_at_a_time_either_way_round(world):
    home = world.hazuki
    relate(world, home.mother, "married", home.son)
    relate(world, home.mother, "carer", home.son)
    for one, kind, other in ((home.mother, "divorced", home.son), (home.son, "married", home.mother)):
        with pytest.raises(NotAllowed, match="もう書かれています"):
            relate(world, one, kind, other)

    relate(world, home.son, "carer", home.mother)
    with pytest.raises(NotAllowed, match="ちがう2人"):
        relate(world, home.son, "sibling", home.son)


def test_nobody_becomes_their_own_ancestor(world):
    grandmother = newcomer(world, "祖母")
    relate(world, grandmother, "birth_parent", world.hazuki.mother)
    relate(world, world.hazuki.mother, "adoptive_parent", world.hazuki.son)

    with pytest.raises(NotAllowed, match="親や祖父母"):
        relate(world, world.hazuki.son, "foster_parent", grandmother)


def test_what_becomes_of_a_relation_follows_and_the_earlier_row_stays(world):
    row = relate(world, world.hazuki.mother, "married", world.hazuki.son)
    with acting_for(world.coordinator):
        later = follow_relation(row, RelationDraft("divorced"), by=world.coordinator)
        with pytest.raises(ChangedMeanwhile) as clash:
            follow_relation(row, RelationDraft("separated"), by=world.coordinator)
        with pytest.raises(NotAllowed, match="同じ種類"):
            follow_relation(later, RelationDraft("carer"), by=world.coordinator)
        end = RelationDraft("divorced", ended_on=timezone.localdate())
        follow_relation(later, end, by=world.coordinator)

    assert clash.value.current == later
    with acting_for(world.chief):
        assert standing_relations_for(world.chief, world.hazuki.case) == []
        assert Relation.objects.count() == 3
        verbs = CaseEvent.objects.filter(verb__startswith="relation").order_by("at")
        assert list(verbs.values_list("verb", flat=True)) == [
            "relation_noted",
            "relation_followed",
            "relation_ended",
        ]


def test_row_that_follows_is_about_the_same_two_people(world):
    aunt = newcomer(world)
    row = relate(world, world.hazuki.mother, "married", world.hazuki.son)
    other = Relation(
        case=world.hazuki.case, one=world.hazuki.mother, other=aunt, group="couple", kind="divorced", one_item="basic",
        other_item="basic", follows=row, noted_by=world.coordinator.membership,
    )  # fmt: skip

    with acting_for(world.coordinator), pytest.raises(IntegrityError, match="keeps its other_id"):
        other.save(force_insert=True)


def test_reader_another_name_and_a_day_to_come_are_refused(world):
    home = world.hazuki
    with pytest.raises(NotAllowed, match="権限"):
        note_relation(home.mother, home.son, RelationDraft("married"), by=world.anshin_worker)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    with acting_for(world.coordinator), pytest.raises(NotAllowed, match="先の日付"):
        note_relation(home.mother, home.son, RelationDraft("married", tomorrow), by=world.coordinator)
    with acting_for(world.coordinator), pytest.raises(NotAllowed, match="世話・介護"):
        note_relation(home.mother, home.son, RelationDraft("married", hours_week=3), by=world.coordinator)
    row = Relation(
        case=home.case, one=home.mother, other=home.son, group="couple", kind="married", one_item="basic",
        other_item="basic", noted_by=world.chief.membership,
    )  # fmt: skip
    with acting_for(world.coordinator), pytest.raises(DatabaseError, match="row-level security"):
        row.save(force_insert=True)


# --- care --------------------------------------------------------------------------------------------------


class Row:
    def __init__(self, group, one, other):
        self.group, self.one_id, self.other_id = group, one, other


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], []),
        ([("care", "girl", "gran")], [("girl", Sign.YOUNG_CARER)]),
        ([("care", "mother", "gran")], []),
        ([("care", "mother", "boy")], []),
        ([("care", "mother", "gran"), ("care", "mother", "boy")], [("mother", Sign.DOUBLE_CARE)]),
        ([("parent", "mother", "boy"), ("care", "mother", "gran")], [("mother", Sign.DOUBLE_CARE)]),
        ([("parent", "mother", "grown"), ("care", "mother", "gran")], []),
        ([("care", "somebody", "gran"), ("care", "mother", "somebody")], []),
    ],
)
def test_care_tells_of_young_carers_and_of_double_care(rows, found):
    ages = {"girl": 14, "boy": 6, "mother": 41, "gran": 70, "grown": 20, "somebody": None}

    signs = care_signs([Row(*row) for row in rows], ages)

    assert [(each.person_id, each.sign) for each in signs] == found


def test_young_carer_is_a_reason_to_coordinate(world):
    girl = newcomer(world, "澪", "together", age_about=14)
    with acting_for(world.coordinator):
        before = facts_from_records(world.coordinator, world.hazuki.case)
    relate(world, girl, "carer", world.hazuki.mother, hours_week=20)

    with acting_for(world.coordinator):
        after = facts_from_records(world.coordinator, world.hazuki.case)
    assert set(after) - set(before) == {Fact.CARER}


# --- screens -----------------------------------------------------------------------------------------------


def test_form_writes_a_relation_and_says_who_reads_it(world, client):
    home = world.hazuki
    world.share(home, world.anshin, Label(home.mother.pk, "basic"), Label(home.son.pk, "basic"))
    sign_in(client, world.reception)
    url = reverse("casework:relation_add", args=[home.case.pk])
    sent = {"one": str(home.mother.pk), "other": str(home.son.pk), "kind": "birth_parent"}

    html = client.post(url, sent, follow=True).content.decode()

    assert "この関係は、センターのほかに、機関 anshinが読めます。" in html
    sent["kind"] = "violent"
    assert "この関係は、センターだけが読めます。" in client.post(url, sent, follow=True).content.decode()


def test_form_keeps_what_was_typed_and_says_what_to_do(world, client):
    home = world.hazuki
    sign_in(client, world.reception)
    url = reverse("casework:relation_add", args=[home.case.pk])
    sent = {"one": str(home.mother.pk), "other": str(home.mother.pk), "kind": "married", "hours_week": "20"}

    response = client.post(url, {**sent, "words": "書きかけ"})

    assert dict(response.context["form"].errors) == {
        "other": ["ちがう2人を選んでください。"],
        "hours_week": ["時間は、世話・介護のときだけ書けます。ほかの関係では空にしてください。"],
    }
    assert "書きかけ" in response.content.decode()
    assert client.post(url, {**sent, "one": "nonsense"}).status_code == 200


def test_relation_is_changed_and_ended_on_its_page(world, client):
    row = relate(world, world.hazuki.mother, "carer", world.hazuki.son, hours_week=5)
    sign_in(client, world.reception)
    url = reverse("casework:relation_follow", args=[world.hazuki.case.pk, row.pk])
    html = client.post(url, {"kind": "carer", "hours_week": "30"}, follow=True).content.decode()
    assert "1週間におよそ30時間" in html
    again = client.post(url, {"kind": "carer", "words": "あとから"}).content.decode()

    assert "いまの内容" in again
    assert "あとから" in again


def test_page_asks_as_often_for_one_relation_as_for_three(world, client, django_assert_num_queries):
    sign_in(client, world.reception)
    url = reverse("casework:relations", args=[world.hazuki.case.pk])
    relate(world, world.hazuki.mother, "birth_parent", world.hazuki.son)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    relate(world, world.hazuki.mother, "conflict", world.hazuki.son)
    relate(world, world.hazuki.mother, "key", world.hazuki.son)

    with django_assert_num_queries(len(one)):
        client.get(url)


def test_key_person_stands_on_the_card(world, client):
    daughter = newcomer(world)
    relate(world, daughter, "key", world.hazuki.mother)
    sign_in(client, world.reception)

    html = client.get(reverse("casework:case", args=[world.hazuki.case.pk])).content.decode()

    assert f"<dt>キーパーソン</dt><dd>{daughter.name}</dd>" in html
