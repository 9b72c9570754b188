"""Where others look on, names in free text are replaced by the words by which people are called at the table."""

import re

import pytest
from django.urls import reverse

from casework.households.models import Person
from casework.households.words import in_words
from casework.plans.actions import RoleDraft, decide
from casework.sharing.actions import Label
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import paper, timezone, today_item, write

WORDS = [("見本 花子", "本人"), ("見本 花", "長男"), ("葛城 母", "叔母"), ("森", "隣")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("見本 花子さんと見本花子さん、見本　花子さん", "本人と本人、本人"),
        ("見本花君と見本 花子 様、葛城 母氏へ", "長男と本人、叔母へ"),
        ("見本 花子様子を見て、葛城母氏名を書く", "本人様子を見て、叔母氏名を書く"),
        ("見本花は家にいる", "長男は家にいる"),
        ("葛\U000e0100城母と葛城 母", "叔母と叔母"),
        ("見本町の森", "見本町の森"),
        ("", ""),
    ],
)
def test_name_is_replaced_however_it_is_written(text, said):
    assert in_words(text, WORDS) == said


def test_without_names_nothing_is_replaced():
    assert in_words("見本 花子", []) == "見本 花子"


@pytest.mark.django_db
def test_wall_of_the_room_names_nobody_in_papers_and_minutes(world, client):
    home = world.hazuki
    mother, son = home.mother.name, home.son.name
    item = today_item(
        world, world.anshin_worker, people={home.mother.pk: "本人"}, purpose_text=f"{mother}の家"
    )
    paper(world, item, f"{mother}は{son}と暮らす", is_for_all=True)
    write(world, item, f"{son}は夜に起きている")
    sign_in(client, world.coordinator)
    url = reverse("casework:agenda", args=[item.meeting_id, item.pk])

    wall, page = (client.get(url, query).content.decode() for query in ({"screen": "on"}, {}))

    assert [name in wall for name in (mother, son)] == [False, False]
    assert [text in wall for text in ("本人の家", "本人は世帯の人と暮らす", "世帯の人は夜に起きている")] == [
        True
    ] * 3
    assert f"{mother}は{son}と暮らす" in page


@pytest.mark.django_db
def test_role_table_on_the_wall_names_nobody(world, client):
    home, by = world.hazuki, world.chief
    world.share(home, world.anshin, Label(home.mother.pk, "roles"))
    mother, son = home.mother.name, home.son.name
    role = RoleDraft(Label(home.mother.pk, "roles"), world.anshin, f"{son}の孤立", f"{mother}を訪ねる")
    with acting_for(by):
        Person.objects.filter(pk=home.mother.pk).update(relation="self")
        decide(home.case, decided_on=timezone.localdate(), directions=[], roles=[role], by=by)
    sign_in(client, world.coordinator)
    url = reverse("casework:case_roles", args=[home.case.pk])

    wall, page = (client.get(url, query).content.decode() for query in ({"screen": "on"}, {}))

    assert [name in wall for name in (mother, son)] == [False, False]
    assert f"{mother}を訪ねる" in page
    assert ["本人を訪ねる" in wall, re.findall(r">(.+)の孤立<", wall)] == [True, ["子"]]
