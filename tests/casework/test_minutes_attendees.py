"""出席した本人・家族・その他: who was at a meeting beside its members, frozen with the minutes."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.concealment.actions import GroundDraft, conceal
from casework.concealment.guard import PlaceWritten
from casework.households.actions import set_item
from casework.households.models import PersonContact
from casework.meetings.minutes import AlsoThere, Outcome, circulate_minutes, fix_item
from casework.meetings.models import Minutes, MinutesAttendee
from casework.meetings.selectors import attendees_for
from casework.seen import fingerprint
from casework.workspace.timeline import timeline_for
from permissions.errors import NotAllowed
from permissions.paper import pdf_available
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import HOUR, call, put, today_item, write
from tests.paper import said_by
from tests.worlds import make_agency, make_viewer

pytestmark = pytest.mark.django_db


def fixed(world, *also_there, item=None):
    item = item or today_item(world, world.anshin_worker)
    write(world, item)
    with acting_for(world.chief):
        fix_item(item, Outcome(), seen=1, present=[], also_there=also_there, by=world.chief)
    return item


def there(world):
    return (
        AlsoThere("長男", world.hazuki.son.pk), AlsoThere("本人", world.hazuki.mother.pk, "見本"),
        AlsoThere("見本花子", capacity="叔母"),
    )  # fmt: skip


def seen_by(viewer):
    with acting_for(viewer):
        rows = list(attendees_for(viewer))
        assert len(rows) == MinutesAttendee.objects.count()
        return [(row.words, row.capacity) for row in rows]


def test_who_was_there_is_read_by_whoever_reads_the_minutes(world):
    volunteer = make_viewer("minsei", make_agency("minsei", kind="minsei", legal_type="person"))
    fixed(world, *there(world), item=today_item(world, world.anshin_worker, volunteer))
    told = [("長男", ""), ("本人", ""), ("見本花子", "叔母")]
    for viewer, found in (
        (world.chief, told), (world.anshin_worker, told), (volunteer, []), (world.kenko_worker, []), (world.editor, []),
    ):  # fmt: skip
        assert seen_by(viewer) == found


def test_shut_again_they_are_read_only_while_the_minutes_are_passed_round(world, shift_clock):
    item = fixed(world, *there(world))
    shift_clock(40 * HOUR)
    assert seen_by(world.anshin_worker) == []
    with acting_for(world.chief):
        circulate_minutes(item, until=timezone.now() + 72 * HOUR, by=world.chief)
    shift_clock(41 * HOUR)
    assert len(seen_by(world.anshin_worker)) == 3


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda world: AlsoThere("葉月原母さん", world.hazuki.mother.pk), "氏名は書けません"),
        (lambda world: AlsoThere("本人", world.tomono.mother.pk), "世帯にいない"),
        (lambda world: AlsoThere(" ", world.hazuki.mother.pk), "呼び方か"),
        (lambda world: AlsoThere("見本花子"), "氏名と立場"),
        (lambda world: AlsoThere("", capacity="通訳"), "氏名と立場"),
    ],
)
def test_what_says_too_little_or_a_name_fixes_nothing(world, wrong, why):
    world.hazuki.mother.name = "葉月原母"
    with acting_for(world.chief):
        world.hazuki.mother.save(update_fields=["name"])
    with pytest.raises(NotAllowed, match=why):
        fixed(world, wrong(world))
    with acting_for(world.chief):
        assert not Minutes.objects.exists()


def test_nobody_comes_to_fixed_minutes_afterwards(world, shift_clock):
    item = fixed(world, *there(world)[:1])
    shift_clock(HOUR)
    for by, told in (
        (world.chief, {}), (world.coordinator, {}), (world.anshin_worker, {}),
        (world.chief, {"person": world.hazuki.mother, "capacity": ""}),
    ):  # fmt: skip
        row = MinutesAttendee(
            **{
                "agenda": item,
                "case_id": item.case_id,
                "position": 9,
                "words": "見本",
                "capacity": "通訳",
                **told,
            }
        )
        with acting_for(by), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            row.save(force_insert=True)


def test_place_in_hiding_is_not_written_and_what_was_is_hidden(world):
    home, by = world.hazuki, world.coordinator
    fixed(world, AlsoThere("東町1-2-3の大家", capacity="大家"), AlsoThere("本人", home.mother.pk))
    with acting_for(by):
        contact = PersonContact.objects.get(person=home.mother)
        values = {"address": "見本市東町１丁目２番３号"}
        set_item(home.mother, item="contact", values=values, seen=fingerprint(contact, ["address"]), by=by)
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), by=by)
    for viewer in (world.chief, world.anshin_worker):
        assert seen_by(viewer) == [("本人", "")]
    inside = put(world, call(world, held_at=timezone.now()), home, world.coordinator, kind="internal")
    with pytest.raises(PlaceWritten):
        fixed(world, AlsoThere("東町1-2-3の大家", capacity="大家"), item=inside)


def test_timeline_of_the_center_says_who_was_there(world):
    fixed(world, *there(world))
    with acting_for(world.chief):
        found = [
            each.counterpart
            for each in timeline_for(world.chief, world.hazuki.case)
            if each.kind == "meeting"
        ]
    assert found == ["長男、本人、見本花子"]


@pytest.mark.parametrize(("kind", "is_open"), [("shien_kaigi", False), ("internal", True)])
def test_page_asks_where_it_is_usual_keeps_what_was_typed_and_shows_it(world, client, kind, is_open):
    home = world.hazuki
    if kind == "internal":
        item = put(world, call(world, held_at=timezone.now()), home, world.coordinator, kind=kind)
    else:
        item = today_item(world, world.anshin_worker)
    write(world, item)
    sign_in(client, world.chief)
    keys = [item.meeting_id, item.pk]
    address = reverse("casework:agenda_fix", args=keys)
    shown = client.get(address)
    assert shown.context["attendees"].is_open is is_open
    assert shown.context["attendees"][f"called_{home.son.pk}"].value() == "長男"
    blank = {f"{name}-{key}": 0 for name in ("direction", "role") for key in ("TOTAL_FORMS", "INITIAL_FORMS")}
    typed = {
        **blank, "seen": 1, f"there_{home.mother.pk}": "on", f"called_{home.mother.pk}": "お母さん",
        "other_1_name": "見本花子", "other_1_capacity": "",
    }  # fmt: skip
    refused = client.post(address, typed)
    assert set(refused.context["attendees"].errors) == {"other_1_capacity"}
    assert "お母さん" in refused.content.decode()
    page = client.post(address, {**typed, "other_1_capacity": "叔母"}, follow=True).content.decode()
    assert "お母さん、見本花子（叔母）" in page.replace("\n", "")
    if pdf_available():
        pdf = client.post(reverse("casework:agenda_print", args=keys), {}).content
        assert "出席した本人・家族・その他お母さん、見本花子（叔母）" in said_by(pdf)
