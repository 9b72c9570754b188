"""The genogram, for any family: nobody covers anybody, every tie is drawn once, children stand below, by age; the loop."""

import random
from collections import Counter, defaultdict

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from casework.concealment.actions import GroundDraft, Threat, conceal
from casework.households.actions import StayDraft, add_person, change_person
from casework.households.models import Person
from casework.households.selectors import people_for
from casework.plans.actions import RoleDraft, decide
from casework.relations.actions import RelationDraft, note_relation
from casework.relations.drawing.ecomap import Around, draw_around
from casework.relations.drawing.family import Family, Figure, Tie
from casework.relations.drawing.genogram import HALF, NAME, draw
from casework.relations.drawing.shapes import Box
from casework.relations.models import GROUPS, Group
from casework.relations.picture import family_of
from casework.relations.selectors import standing_relations_for
from casework.seen import fingerprint
from casework.sharing.actions import Label
from casework.sharing.items import Item
from permissions.audit.models import AuditEntry
from permissions.walls.context import acting_for
from tests.casework.pages import masked, sign_in
from tests.worlds import agree

# Thorough rather than quick: `make test` runs them.
pytestmark = pytest.mark.slow


COUPLE = [str(kind) for kind in GROUPS[Group.COUPLE]]
PARENT = [str(kind) for kind in GROUPS[Group.PARENT]]
LOOSE = {
    str(group): [str(kind) for kind in GROUPS[group]]
    for group in (Group.FEELING, Group.VIOLENCE, Group.CARE, Group.KEY)
}


@st.composite
def families(draw_from):
    """Any people with any ties that the record allows: nobody is their own ancestor, one of each group for a pair."""
    count = draw_from(st.integers(1, 12))
    chance = draw_from(st.randoms(use_true_random=False))
    ages = list(range(count))
    chance.shuffle(ages)
    sexes = ["male", "female", "other"]
    figures = tuple(
        Figure(
            number, (ages[number], number), f"人{number}", sex=chance.choice(sexes), hint=chance.choice([None, None, 0, 1, -1]),
            is_index=number == 0, lives_together=chance.random() < 0.5,
        )
        for number in range(count)
    )  # fmt: skip
    ties, known = [], set()

    def tie(group, kind, one, other):
        pair = (group, frozenset((one, other)))
        if one != other and pair not in known:
            known.add(pair)
            ties.append(Tie(len(ties), group, kind, one, other, chance.choice(["", "世話"])))

    for child in range(1, count):
        for parent in chance.sample(range(child), min(child, chance.choice([0, 1, 2, 2, 2, 3]))):
            tie("parent", chance.choice([PARENT[0], PARENT[0], *PARENT]), parent, child)
    for _each in range(chance.randrange(count + 1)):
        one, other = chance.randrange(count), chance.randrange(count)
        tie("couple", chance.choice(COUPLE), one, other)
    for _each in range(chance.randrange(3)):
        one, other = chance.randrange(count), chance.randrange(count)
        tie("sibling", chance.choice(["sibling", "twin"]), one, other)
    for _each in range(chance.randrange(6)):
        group = chance.choice(list(LOOSE))
        tie(group, chance.choice(LOOSE[group]), chance.randrange(count), chance.randrange(count))
    return Family(figures, tuple(ties))


def check_places(family, drawing):
    boxes = {
        key: Box(x - HALF, y - HALF, x + HALF, y + HALF + NAME) for key, (x, y) in drawing.places.items()
    }
    paper = Box(0, 0, drawing.width, drawing.height)
    overlaps = [
        (one, other) for one in boxes for other in boxes if one < other and boxes[one].meets(boxes[other])
    ]
    assert boxes.keys() == {figure.key for figure in family.figures}
    assert overlaps == []
    assert all(paper.holds(box) for box in boxes.values())


def check_ties(family, drawing):
    said = Counter(key for stroke in drawing.strokes for key in stroke.says)
    assert said == Counter(tie.key for tie in family.ties)


def check_generations(family, drawing):
    children = defaultdict(list)
    for tie in family.of_group("parent"):
        assert drawing.places[tie.other][1] > drawing.places[tie.one][1]
        children[tie.one].append(tie.other)
    rank = {figure.key: figure.rank for figure in family.figures}
    for each in children.values():
        by_row = defaultdict(list)
        for child in each:
            by_row[drawing.places[child][1]].append(child)
        for row in by_row.values():
            assert sorted(row, key=lambda key: drawing.places[key][0]) == sorted(row, key=rank.get)


def check_loop(family, drawing):
    together = {figure.key for figure in family.figures if figure.lives_together}
    if len(together) < 2:
        assert drawing.loop == []
        return
    for figure in family.figures:
        box = drawing.box(figure.key)
        if figure.key in together:
            assert any(each.holds(box) for each in drawing.loop)
        else:
            assert not any(each.meets(box) for each in drawing.loop)
    reached, waiting = {0}, [0]
    while waiting:
        here = drawing.loop[waiting.pop()]
        new = {i for i, each in enumerate(drawing.loop) if i not in reached and each.meets(here)}
        reached |= new
        waiting += new
    assert len(reached) == len(drawing.loop)


def three_generations():
    ages = {
        "grandfather": 0,
        "grandmother": 1,
        "mother": 3,
        "father": 2,
        "aunt": 4,
        "girl": 6,
        "boy": 7,
        "eldest": 5,
    }
    figures = tuple(
        Figure(name, (age, age), name, lives_together=name in ("mother", "girl", "boy"))
        for name, age in ages.items()
    )
    pairs = [
        ("grandfather", "mother"),
        ("grandmother", "mother"),
        ("grandfather", "aunt"),
        ("grandmother", "aunt"),
    ]
    pairs += [(parent, child) for parent in ("mother", "father") for child in ("girl", "boy", "eldest")]
    ties = [Tie(pair, "parent", "birth_parent", *pair) for pair in pairs]
    ties += [
        Tie("c1", "couple", "married", "grandfather", "grandmother"),
        Tie("c2", "couple", "divorced", "father", "mother"),
        Tie("t", "sibling", "twin", "girl", "boy"),
    ]
    return Family(figures, tuple(ties))


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(families())
@example(Family((Figure(1, (1, 1)),)))
def test_any_family_is_drawn_so_that_it_can_be_read(family):
    drawing = draw(family)

    check_places(family, drawing)
    check_ties(family, drawing)
    check_generations(family, drawing)
    check_loop(family, drawing)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(families(), st.randoms(use_true_random=False))
def test_nobody_who_is_left_out_leaves_a_trace(family, chance):
    """Cut down, in another order of writing, with other keys and ranks further apart: the same drawing, stroke by stroke."""
    seen = {figure.key for figure in family.figures if chance.random() < 0.7}
    cut = family.cut_to(seen, {tie.key for tie in family.ties if chance.random() < 0.8})
    if not cut.figures:
        return
    closer = {rank: (index, index) for index, rank in enumerate(sorted(each.rank for each in cut.figures))}
    told = [
        Figure(
            each.key,
            closer[each.rank],
            each.name,
            each.role,
            each.sex,
            each.age,
            each.hint,
            each.is_index,
            each.is_dead,
            each.lives_together,
        )
        for each in cut.figures
    ]

    drawing, again = draw(cut), draw(Family(tuple(told), cut.ties))

    assert (again.places, again.strokes, again.labels, again.loop) == (
        drawing.places, drawing.strokes, drawing.labels, drawing.loop,
    )  # fmt: skip
    assert (again.width, again.height) == (drawing.width, drawing.height)


def test_three_generations_stand_below_each_other():
    drawing = draw(three_generations())
    rows = [[figure.key for figure in row] for row in drawing.rows]

    assert [set(row) for row in rows] == [
        {"grandfather", "grandmother"}, {"father", "mother", "aunt"}, {"eldest", "girl", "boy"},
    ]  # fmt: skip
    assert rows[2] == ["eldest", "girl", "boy"]
    assert rows[1].index("mother") < rows[1].index("aunt")
    check_ties(three_generations(), drawing)
    check_loop(three_generations(), drawing)


@pytest.mark.parametrize("word", ["separated", "divorced", "married", "common_law"])
def test_couples_differ_without_color(word):
    figures = (Figure(1, (1, 1)), Figure(2, (2, 2)))
    (stroke,) = draw(Family(figures, (Tie("c", "couple", word, 1, 2),))).strokes

    assert (stroke.path.count("M"), stroke.look) == {
        "married": (1, "line"), "common_law": (1, "dotted"), "separated": (2, "line"), "divorced": (3, "line"),
    }[word]  # fmt: skip


def test_every_kind_between_two_people_looks_different():
    figures = (Figure(1, (1, 1)), Figure(2, (2, 2)))
    looks = set()
    kinds = [(group, kind) for group, each in LOOSE.items() for kind in each]
    for group, kind in kinds:
        (stroke,) = draw(Family(figures, (Tie("t", group, kind, 1, 2),))).strokes
        looks.add((stroke.path, stroke.look))

    assert len(looks) == len(kinds)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 12, 25])
def test_ecomap_has_room_for_everything_around(count):
    kinds = ["agreed", "asked", "shown", "", "conflict"]
    around = tuple(Around(number, "agency", "機関", kinds[number % 5]) for number in range(count))
    drawing = draw_around(around)
    boxes = [drawing.box(key) for key in drawing.places]
    middle = Box(
        drawing.middle[0] - 104, drawing.middle[1] - 46, drawing.middle[0] + 104, drawing.middle[1] + 46
    )
    paper = Box(0, 0, drawing.width, drawing.height)

    assert [stroke.says for stroke in drawing.strokes] == [(number,) for number in range(count)]
    assert not any(one.meets(other) for i, one in enumerate(boxes) for other in boxes[:i])
    assert all(paper.holds(box) for box in [middle, *boxes])
    assert not any(box.meets(middle) for box in boxes)


def test_same_family_gives_the_same_drawing_in_any_order_of_writing():
    family = three_generations()
    ties = list(family.ties)
    random.Random(1).shuffle(ties)

    assert draw(Family(family.figures[::-1], tuple(ties))).places == draw(family).places


# --- drawn from what the viewer may see ------------------------------------------------------------------


@pytest.fixture
def household(world):
    """Five people of three generations, tied in every way, of whom a feeling and an act of violence are known."""
    home, by = world.hazuki, world.coordinator
    with acting_for(by):
        people = {"mother": home.mother, "son": home.son}
        for name, relation, age, living in (
            ("father", "spouse", 88, "died"), ("daughter", "child", 53, "apart"), ("grandchild", "grandchild", 24, "apart"),
        ):  # fmt: skip
            values = {"name": f"見本{name}", "relation": relation, "age_about": age, "sex": "female"}
            people[name] = add_person(home.case, values=values, stay=StayDraft(living), by=by)
        for one, kind, other in (
            ("father", "married", "mother"), ("father", "birth_parent", "son"), ("mother", "birth_parent", "son"),
            ("father", "birth_parent", "daughter"), ("mother", "adoptive_parent", "daughter"), ("daughter", "birth_parent", "grandchild"),
            ("son", "sibling", "daughter"), ("daughter", "key", "mother"), ("son", "carer", "mother"),
            ("mother", "conflict", "son"), ("son", "violent", "mother"),
        ):  # fmt: skip
            note_relation(people[one], people[other], RelationDraft(kind), by=by)
        agree(home.case, *people.values(), to=(world.anshin,), by=by)
    return world, people


def family_seen_by(viewer, case):
    with acting_for(viewer):
        people = [view for view in people_for(viewer, case) if view.basics]
        names = {view.person_id: view.name for view in people}
        return family_of(people, standing_relations_for(viewer, case), names)


SHARES = [
    {"mother": ["basic"]},
    {"mother": ["health", "assessment"], "son": ["basic"]},
    {"mother": ["basic"], "son": ["basic"], "grandchild": ["basic"]},
    {"mother": ["basic", "health"], "son": ["basic"], "daughter": ["basic"]},
    {"mother": ["basic", "assessment"], "son": ["basic", "assessment"], "father": ["basic"]},
    {key: list(Item.values) for key in ("mother", "son", "father", "daughter", "grandchild")},
]


@pytest.mark.parametrize("shared", SHARES)
def test_drawing_of_a_viewer_is_that_of_the_case_cut_down_to_what_they_see(household, shared):
    world, people = household
    world.share(
        world.hazuki,
        world.anshin,
        *(Label(people[who].pk, item) for who, items in shared.items() for item in items),
    )
    whole = family_seen_by(world.chief, world.hazuki.case)
    seen = family_seen_by(world.anshin_worker, world.hazuki.case)
    shown = {people[who].pk for who, items in shared.items() if "basic" in items}
    needed = {
        relation.pk
        for relation in _relations(world)
        if {relation.one_id, relation.other_id} <= shown and _is_shown(relation, people, shared)
    }

    cut = whole.cut_to(shown, needed)

    assert len(whole.figures) == 5
    assert (seen.figures, set(seen.ties)) == (cut.figures, set(cut.ties))
    assert draw(seen).strokes == draw(cut).strokes
    assert not any(tie.kind == "violent" for tie in seen.ties)


def _relations(world):
    with acting_for(world.chief):
        return standing_relations_for(world.chief, world.hazuki.case)


def _is_shown(relation, people, shared):
    who = {person.pk: name for name, person in people.items()}
    return not relation.is_sealed and all(
        item in shared[who[person]]
        for person, item in ((relation.one_id, relation.one_item), (relation.other_id, relation.other_item))
    )


@pytest.mark.parametrize("page", ["relations", "ecomap"])
def test_page_shows_an_agency_what_is_shared_and_no_trace_of_the_rest(household, client, page):
    world, people = household
    labels = [Label(people[who].pk, "basic") for who in ("mother", "son", "daughter")]
    world.share(world.hazuki, world.anshin, *labels)
    sign_in(client, world.anshin_worker)
    url = reverse(f"casework:{page}", args=[world.hazuki.case.pk])
    before = masked(client.get(url))
    with acting_for(world.coordinator):
        hidden = add_person(
            world.hazuki.case, values={"name": "隠れたおば", "relation": "other"}, by=world.coordinator
        )
        for kind in ("birth_parent", "key", "conflict"):
            note_relation(hidden, people["daughter"], RelationDraft(kind), by=world.coordinator)
        note_relation(people["daughter"], people["son"], RelationDraft("conflict"), by=world.coordinator)

    after = masked(client.get(url))

    assert after == before
    html = after.decode()
    assert html.count("<svg") == 1
    assert people["daughter"].name in html
    assert "見本grandchild" not in html
    assert "style=" not in html


def test_table_says_what_the_drawing_says(household, client):
    world, people = household
    sign_in(client, world.reception)
    html = client.get(reverse("casework:relations", args=[world.hazuki.case.pk])).content.decode()

    svg, after = html.split("</svg>")
    assert '<svg class="c-drawing" role="img" aria-labelledby="genogram-title genogram-desc"' in svg
    assert "5人、関係11件。同居は2人です。" in svg
    for person in people.values():
        assert person.name in svg
        assert f'<th scope="row" data-label="氏名">{person.name}</th>' in after
    with acting_for(world.chief):
        words = [row.get_kind_display() for row in standing_relations_for(world.chief, world.hazuki.case)]
    assert [word for word in words if word not in after] == []
    assert all(word in after for word in ("88", "亡くなった", "別居（世帯の外）")[1:])


def test_page_without_names_has_none(household, client):
    world, people = household
    sign_in(client, world.reception)
    url = reverse("casework:relations", args=[world.hazuki.case.pk])

    assert people["son"].name in client.get(url).content.decode()
    html = client.get(url, {"names": "off"}).content.decode()

    main = html[html.index("<main") : html.index("</main>")]
    assert [person.name for person in people.values() if person.name in main] == []
    assert "子1" in main
    assert "子2" in main


def test_ecomap_draws_agencies_people_and_places_that_the_viewer_sees(household, client):
    world, people = household
    world.share(world.hazuki, world.jiritsu, Label(people["mother"].pk, "roles"))
    with acting_for(world.coordinator):
        person = Person.objects.get(pk=people["son"].pk)
        values = {"occupation": "見本鉄工所"}
        change_person(person, values=values, seen=fingerprint(person, ["occupation"]), by=world.coordinator)
        roles = [RoleDraft(Label(people["mother"].pk, "roles"), world.jiritsu, "見本", "見本")]
        decide(
            world.hazuki.case,
            decided_on=timezone.localdate(),
            directions=[],
            roles=roles,
            by=world.coordinator,
        )
    world.share(
        world.hazuki, world.anshin, Label(people["mother"].pk, "basic"), Label(people["daughter"].pk, "basic")
    )
    world.share(
        world.hazuki, world.kenko, Label(people["son"].pk, "basic"), Label(people["mother"].pk, "roles")
    )
    found = {}
    for name in ("chief", "anshin_worker", "kenko_worker"):
        sign_in(client, getattr(world, name))
        response = client.get(reverse("casework:ecomap", args=[world.hazuki.case.pk]))
        found[name] = {(each.name, each.kind) for each in response.context["ecomap"].rows}

    daughter = people["daughter"].name
    assert found == {
        "chief": {
            ("機関 itaku", "agreed"), ("機関 anshin", "shown"), ("機関 kenko", "shown"), ("機関 jiritsu", "asked"),
            (daughter, "key"), ("見本grandchild", ""), ("見本鉄工所", ""),
        },
        "anshin_worker": {("機関 itaku", "agreed"), ("機関 anshin", "shown"), (daughter, "key")},
        "kenko_worker": {
            ("機関 itaku", "agreed"), ("機関 kenko", "shown"), ("機関 jiritsu", "asked"), ("見本鉄工所", ""),
        },
    }  # fmt: skip


def test_concealed_household_stands_apart_in_an_agencys_ecomap(household, client):
    world, people = household
    world.share(
        world.hazuki, world.anshin, *(Label(people[who].pk, "basic") for who in ("mother", "daughter"))
    )
    with acting_for(world.coordinator):
        conceal(
            world.hazuki.case,
            people["mother"],
            GroundDraft("provisional", "見本"),
            (Threat("だれか"),),
            by=world.coordinator,
        )
    found = {}
    for name in ("chief", "anshin_worker"):
        sign_in(client, getattr(world, name))
        response = client.get(reverse("casework:ecomap", args=[world.hazuki.case.pk]))
        found[name] = people["daughter"].name in {each.name for each in response.context["ecomap"].rows}

    assert found == {"chief": True, "anshin_worker": False}


def test_log_says_what_the_ecomap_showed(household, client):
    world, people = household
    mother = people["mother"].pk
    world.share(world.hazuki, world.anshin, Label(mother, "basic"), Label(mother, "money"))
    sign_in(client, world.anshin_worker)
    client.get(reverse("casework:ecomap", args=[world.hazuki.case.pk]))

    with acting_for(world.auditor):
        rows = set(AuditEntry.objects.filter(verb="read").values_list("person_id", "item"))
    assert rows == {(None, ""), (mother, "basic")}
