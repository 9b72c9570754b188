"""同席した人: who else was there, by the label of their note, with the oath of those who had to give one."""

import datetime as dt
import re

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.codes.actions import add_code
from casework.concealment.actions import GroundDraft, conceal
from casework.concealment.guard import PlaceWritten
from casework.households.actions import set_item
from casework.households.models import PersonContact
from casework.models import CaseEvent
from casework.notes.actions import (
    AttendeeDraft,
    NoteDraft,
    ParagraphDraft,
    write_note,
)
from casework.notes.models import ROLES_WITHOUT_OATH, Attendee
from casework.notes.selectors import notes_for, standing_notes_for
from casework.seals.actions import seal_case
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label, block, end_line
from casework.workspace.previews import pieces_of, preview_of
from casework.workspace.selectors import case_record_for
from permissions.agencies.models import Agency, Membership
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in

pytestmark = pytest.mark.django_db

WHEN = timezone.now().replace(hour=1, minute=0, second=0, microsecond=0) - timezone.timedelta(days=3)
DAY = timezone.localdate() - dt.timedelta(days=3)
SAID = (ParagraphDraft("fact", "self", "面談で聞いた。"),)
INTERPRETER = AttendeeDraft("interpreter", "見本 通子", "見本市国際交流協会", "", DAY, "written")
COMPANION = AttendeeDraft("companion", "見本 友子", "", "同じ団地の友人")
WITHOUT = AttendeeDraft("interpreter", "見本 急子", "見本通訳社")
PLACE = "見本市東雲区見本町一丁目二番三号"
OATH = f"この回だけの守秘の誓約あり（{DAY:%Y-%m-%d}、書面）"
NO_OATH = "守秘の誓約の記録がありません"


@pytest.fixture
def coordinator(world, client):
    sign_in(client, world.coordinator)
    return client


def write(world, *there, item="history", home=None, by=None):
    home, by = home or world.hazuki, by or world.coordinator
    draft = NoteDraft(Label(home.mother.pk, item), WHEN, "interview", "面談", SAID, attendees=there)
    with acting_for(by):
        return write_note(home.case, draft, by=by)


def there_for(viewer, case):
    """Return who was there, note by note, through the door; and by SQL, which has to say the same."""
    with acting_for(viewer):
        notes = notes_for(viewer, case)
        door = [[each.name for each in note.attendees.all()] for note in notes]
        rows = set(Attendee.objects.filter(case=case).values_list("name", flat=True))
    assert {name for names in door for name in names} == rows
    return door


def url(world, name, *more):
    return reverse(f"casework:{name}", args=[world.hazuki.case.pk, *more])


def typed(world, *boxes, **more):
    return {
        "about": str(world.hazuki.mother.pk), "item": "history", "occurred_at": "2026-02-03T10:00", "method": "interview",
        "title": "面談", "fact_1": "聞いた", "fact_1_source": "self",
        **{f"attendee_{n}_{part}": value for n, box in enumerate(boxes, 1) for part, value in box.items()}, **more,
    }  # fmt: skip


def on_page(html):
    return [
        re.sub(r"\s+", " ", re.sub("<[^>]*>", "", each)).strip()
        for there in re.findall(r"<ul[^>]*data-attendees>(.*?)</ul>", html, re.DOTALL)
        for each in re.findall(r"<li>(.*?)</li>", there, re.DOTALL)
    ]


# --- written down ----------------------------------------------------------------------------------------


def test_note_names_who_was_there_in_order_with_its_own_label_and_their_oath(world):
    note = write(world, INTERPRETER, COMPANION)

    with acting_for(world.chief):
        (found,) = notes_for(world.chief, world.hazuki.case)
        told = [
            AttendeeDraft(
                each.role, each.name, each.organization, each.relation, each.oath_on, each.oath_medium
            )
            for each in found.attendees.all()
        ]
        labels = set(Attendee.objects.values_list("case", "person", "item", "note"))
        (event,) = CaseEvent.objects.filter(verb="note_written")
    assert told == [INTERPRETER, COMPANION]
    assert labels == {(world.hazuki.case.pk, world.hazuki.mother.pk, "history", note.pk)}
    assert (event.person_id, event.item, event.after) == (world.hazuki.mother.pk, "history", {"attendees": 2})


def test_nobody_gets_an_account_by_being_there(world):
    def accounts():
        return [model.objects.count() for model in (get_user_model(), Membership, Agency)]

    before = accounts()
    write(world, INTERPRETER, COMPANION)

    assert accounts() == before


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"role": ""}, "attendee_has_role_and_name"),
        ({"name": ""}, "attendee_has_role_and_name"),
        ({"role": "robot"}, "no code robot"),
        ({"oath_on": None}, "attendee_oath_whole"),
        ({"oath_medium": ""}, "attendee_oath_whole"),
        ({"oath_medium": "nod"}, "attendee_oath_whole"),
    ],
)
def test_half_an_attendee_is_refused_by_the_database(world, change, constraint):
    told = {"role": "interpreter", "name": "見本", "oath_on": DAY, "oath_medium": "oral", **change}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write(world, AttendeeDraft(**told))


def test_attendee_comes_with_the_note_and_never_later(world, shift_clock):
    note = write(world)
    values = {
        "note": note,
        "case": note.case,
        "person_id": note.person_id,
        "item": note.item,
        "role": "other",
    }

    with acting_for(world.coordinator):
        Attendee(**values, position=0, name="同時").save(force_insert=True)  # only the clock differs below
        shift_clock(timezone.timedelta(seconds=1))
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Attendee(**values, position=1, name="あとから").save(force_insert=True)


@pytest.mark.parametrize("wrong", ["person", "item", "case"])
def test_attendee_with_another_label_than_the_note_is_refused(world, wrong):
    note = write(world)
    label = {"case": note.case, "person": world.hazuki.mother, "item": note.item}
    other = {"case": world.tomono.case, "person": None, "item": "basic"}
    row = Attendee(note=note, position=0, role="other", name="見本", **{**label, wrong: other[wrong]})

    with (
        acting_for(world.coordinator),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        row.save(force_insert=True)


def test_agency_names_nobody(world):
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "history"))
    note = write(world)
    values = {"note": note, "case": note.case, "person_id": note.person_id, "item": note.item}

    with (
        acting_for(world.anshin_worker),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        Attendee(**values, position=0, role="other", name="見本").save(force_insert=True)


# --- the oath ----------------------------------------------------------------------------------------------


def test_page_says_of_each_whether_there_is_an_oath_where_there_has_to_be_one(world, coordinator):
    added = {
        "code": "driver",
        "label": "運転",
        "plain_label": "",
        "label_en": "",
        "report_code": "",
        "valid_from": DAY,
    }
    with acting_for(world.chief):
        add_code("attendee_role", values=added, by=world.chief)
    lawyer = AttendeeDraft("lawyer", "見本 法子", "見本法律事務所")
    oral = AttendeeDraft("other", "見本 他子", "", "", DAY, "oral")
    write(world, INTERPRETER, WITHOUT, COMPANION, lawyer, oral, AttendeeDraft("driver", "見本 運子"))

    shown = on_page(coordinator.get(url(world, "case")).content.decode())

    assert shown == [
        f"同席：見本 通子（通訳、見本市国際交流協会） {OATH}",
        f"同席：見本 急子（通訳、見本通訳社） {NO_OATH}",
        "同席：見本 友子（付き添い、同じ団地の友人）",
        "同席：見本 法子（弁護士、見本法律事務所）",
        f"同席：見本 他子（その他） この回だけの守秘の誓約あり（{DAY:%Y-%m-%d}、口頭）",
        f"同席：見本 運子（運転） {NO_OATH}",
    ]
    assert {"companion", "lawyer"} == ROLES_WITHOUT_OATH


# --- the form -----------------------------------------------------------------------------------------------


def test_form_takes_the_boxes_that_say_something_and_leaves_out_the_empty_ones(world, coordinator):
    there = {
        "role": "interpreter",
        "name": " 見本 通子 ",
        "organization": "協会",
        "oath_on": f"{DAY}",
        "oath_medium": "oral",
    }
    friend = {"role": "companion", "name": "見本 友子", "relation": "友人"}

    response = coordinator.post(url(world, "note_add"), typed(world, there, {"role": "", "name": ""}, friend))

    assert response.status_code == 302
    assert there_for(world.chief, world.hazuki.case) == [["見本 通子", "見本 友子"]]


def test_form_takes_an_interpreter_without_an_oath(world, coordinator):
    sent = typed(world, {"role": "interpreter", "name": "見本 急子"})

    assert coordinator.post(url(world, "note_add"), sent).status_code == 302
    assert NO_OATH in coordinator.get(url(world, "case")).content.decode()


@pytest.mark.parametrize(
    ("box", "errors"),
    [
        ({"organization": "協会"}, {"role", "name"}),
        ({"role": "interpreter"}, {"name"}),
        ({"name": "見本"}, {"role"}),
        ({"role": "robot", "name": "見本"}, {"role"}),
        ({"role": "companion", "name": "見本"}, {"relation"}),
        ({"role": "interpreter", "name": "見本", "oath_on": f"{DAY}"}, {"oath_medium"}),
        ({"role": "interpreter", "name": "見本", "oath_medium": "oral"}, {"oath_on"}),
        ({"role": "interpreter", "name": "見本", "oath_on": "2999-01-01", "oath_medium": "oral"}, {"oath_on"}),
        ({"role": "interpreter", "name": "見本", "oath_on": "きのう", "oath_medium": "oral"}, {"oath_on"}),
    ],
)  # fmt: skip
def test_form_says_what_a_box_lacks_opens_it_and_keeps_what_was_typed(world, coordinator, box, errors):
    response = coordinator.post(url(world, "note_add"), typed(world, {}, box))

    form = response.context["form"]
    assert set(form.errors) == {f"attendee_2_{part}" for part in errors}
    assert [each.is_open for each in form.attendee_boxes()] == [False, True, False]
    for part, value in box.items():
        assert form[f"attendee_2_{part}"].value() == value
    with acting_for(world.chief):
        assert Attendee.objects.count() == 0


def test_my_number_in_a_box_is_masked(world, coordinator):
    box = {"role": "other", "name": "見本", "organization": "1234-5678-9018", "relation": "123456789018"}

    coordinator.post(url(world, "note_add"), typed(world, box))

    with acting_for(world.chief):
        (row,) = Attendee.objects.all()
    assert (row.organization, row.relation) == ("＊＊＊＊-＊＊＊＊-＊＊＊＊", "＊＊＊＊＊＊＊＊＊＊＊＊")


# --- corrections ---------------------------------------------------------------------------------------------


def test_correction_has_its_own_people_and_the_earlier_note_keeps_its(world, coordinator):
    note = write(world, WITHOUT, COMPANION)
    address = url(world, "note_correct", note.pk)
    form = coordinator.get(address).context["form"]
    filled = [[field.value() for field in box.fields[:3]] for box in form.attendee_boxes()]
    sent = {
        "reason": "名前がちがった", "title": "面談", "fact_1": "聞いた", "fact_1_source": "self",
        "attendee_1_role": "interpreter", "attendee_1_name": "見本 通子", "attendee_1_oath_on": f"{DAY}",
        "attendee_1_oath_medium": "written",
    }  # fmt: skip

    assert coordinator.post(address, sent).status_code == 302

    shown = on_page(coordinator.get(url(world, "case")).content.decode())
    with acting_for(world.chief):
        (standing,) = standing_notes_for(world.chief, world.hazuki.case, limit=9)
        (event,) = CaseEvent.objects.filter(verb="note_corrected")
    assert filled == [
        ["interpreter", "見本 急子", "見本通訳社"],
        ["companion", "見本 友子", ""],
        ["", "", ""],
    ]
    assert [each.name for each in standing.attendees.all()] == ["見本 通子"]
    assert [[each.name for each in old.attendees.all()] for old in standing.earlier] == [
        ["見本 急子", "見本 友子"]
    ]
    assert [each.partition("（")[0] for each in shown] == [
        "同席：見本 通子",
        "同席：見本 急子",
        "同席：見本 友子",
    ]
    assert event.after == {"corrects": str(note.pk), "attendees": 1}


def test_form_has_a_box_for_each_of_more_people_than_it_offers(world, coordinator):
    many = [AttendeeDraft("companion", f"見本 {n}子", "", "友人") for n in range(5)]
    note = write(world, *many)

    form = coordinator.get(url(world, "note_correct", note.pk)).context["form"]
    boxes = [{"role": "companion", "name": each.name, "relation": "友人"} for each in many]
    coordinator.post(url(world, "note_add"), typed(world, *boxes))

    assert len(form.attendee_boxes()) == 5
    assert [len(names) for names in there_for(world.chief, world.hazuki.case)] == [5, 5]


# --- who sees them ---------------------------------------------------------------------------------------------


def test_agency_sees_who_was_there_where_it_sees_the_note_and_nowhere_else(world, client):
    mother = world.hazuki.mother
    write(world, INTERPRETER)
    write(world, WITHOUT, item="health")
    write(world, COMPANION, home=world.tomono)
    (line,) = world.share(world.hazuki, world.anshin, Label(mother.pk, "history"))
    world.share(world.hazuki, world.kenko, Label(world.hazuki.son.pk, "history"))
    sign_in(client, world.anshin_worker)

    page = client.get(url(world, "case")).content.decode()
    with acting_for(world.anshin_worker):
        pieces = pieces_of(case_record_for(world.anshin_worker, world.hazuki.case))
        everywhere = list(Attendee.objects.values_list("name", flat=True))
    seen = [
        there_for(each, world.hazuki.case)
        for each in (world.anshin_worker, world.kenko_worker, world.stranger)
    ]
    with acting_for(world.coordinator):
        end_line(line, by=world.coordinator, reason="見本")

    assert on_page(page) == [f"同席：見本 通子（通訳、見本市国際交流協会） {OATH}"]
    assert "見本 急子" not in page
    assert [piece.text for piece in pieces[mother.pk, "history"]] == [
        f"同席：見本 通子（通訳、見本市国際交流協会） {OATH}\n事実・本人から：面談で聞いた。"
    ]
    assert everywhere == ["見本 通子"]
    assert seen == [[["見本 通子"]], [], []]
    assert there_for(world.anshin_worker, world.hazuki.case) == []


def test_block_and_seal_shut_out_with_the_note(world):
    write(world, INTERPRETER)
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "history"))
    case, chief = world.hazuki.case, world.chief
    before = [there_for(each, case) for each in (world.anshin_worker, world.reception)]

    with acting_for(chief):
        block(case, agency=world.anshin, user_id=None, reason="見本", by=chief)
        seal_case(case, members={chief.user.pk, world.coordinator.user.pk}, reason="見本", seen=0, by=chief)

    assert before == [[["見本 通子"]]] * 2
    assert [there_for(each, case) for each in (world.anshin_worker, world.reception)] == [[], []]
    assert there_for(chief, case) == [["見本 通子"]]


def test_share_preview_shows_them_before_they_are_shared(world):
    write(world, WITHOUT)

    with acting_for(world.coordinator):
        rows = preview_of(
            world.hazuki.case, agency=world.anshin, labels=[Label(world.hazuki.mother.pk, "history")],
            ground=Ground("law", "見本"), by=world.coordinator,
        )  # fmt: skip

    (text,) = [piece.text for row in rows for piece in row.after if piece.heading.endswith("面談")]
    assert text.startswith(f"同席：見本 急子（通訳、見本通訳社） {NO_OATH}")


# --- concealment --------------------------------------------------------------------------------------------


def conceal_hazuki(world):
    home, by = world.hazuki, world.coordinator
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        seen = fingerprint(row, ["address"])
        set_item(home.mother, item="contact", values={"address": PLACE}, seen=seen, by=by)
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), (), by=by)


@pytest.mark.parametrize("part", ["name", "organization", "relation"])
def test_place_in_their_texts_is_hidden_by_door_and_wall_and_the_others_stay(world, part):
    telling = {"role": "companion", "name": "見本 友子", "relation": "友人", part: f"{PLACE}の人"}
    write(world, INTERPRETER, AttendeeDraft(**telling))
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "history"))
    before = there_for(world.anshin_worker, world.hazuki.case)

    conceal_hazuki(world)

    assert before == [["見本 通子", telling["name"]]]
    for viewer in (world.anshin_worker, world.coordinator, world.chief):
        assert there_for(viewer, world.hazuki.case) == [["見本 通子"]]


@pytest.mark.parametrize("part", ["name", "organization", "relation"])
def test_place_that_is_concealed_is_not_written_into_a_box(world, coordinator, part):
    conceal_hazuki(world)
    box = {"role": "companion", "name": "見本 友子", "relation": "友人", part: f"{PLACE}の人"}
    with pytest.raises(PlaceWritten), transaction.atomic():
        write(world, AttendeeDraft(**box))

    page = coordinator.post(url(world, "note_add"), typed(world, box))

    assert page.status_code == 200
    assert page.context["form"][f"attendee_1_{part}"].value() == f"{PLACE}の人"
    with acting_for(world.chief):
        assert Attendee.objects.count() == 0


def test_more_people_cost_no_query_more(world, coordinator, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    write(world, INTERPRETER)
    coordinator.get(url(world, "case"))
    with CaptureQueriesContext(connection) as one:
        coordinator.get(url(world, "case"))
    write(world, INTERPRETER, COMPANION, WITHOUT)
    write(world, COMPANION)

    with django_assert_num_queries(len(one)):
        coordinator.get(url(world, "case"))
