"""Notes: paragraphs with kind and source, corrections as new rows, and who will be able to read them."""

import re
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.models import CaseEvent
from casework.notes.actions import CorrectionDraft, NoteDraft, ParagraphDraft, correct_note, write_note
from casework.notes.forms import BOXES
from casework.notes.models import Note, NoteParagraph
from casework.notes.selectors import notes_for, standing_notes_for
from casework.seen import ChangedMeanwhile
from casework.sharing.actions import Ground, Label, block, end_line
from casework.sharing.models import ShareLine
from casework.workspace.previews import pieces_of
from casework.workspace.selectors import case_record_for
from permissions.agencies.actions import close_agency
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.worlds import make_agency, make_viewer

pytestmark = pytest.mark.django_db

WHEN = timezone.now().replace(hour=1, minute=0, second=0, microsecond=0) - timezone.timedelta(days=3)
SAID = (
    ParagraphDraft("fact", "observed", "玄関に新聞がたまっていた。"),
    ParagraphDraft("statement", "family", "「夜も寝ていない」"),
    ParagraphDraft("assessment", "judged", "見守りが要る。"),
    ParagraphDraft("next", "judged", "金曜に訪問する。"),
)


@pytest.fixture
def coordinator(world, client):
    sign_in(client, world.coordinator)
    return client


def draft(world, item="history", paragraphs=SAID, title="訪問"):
    return NoteDraft(Label(world.hazuki.mother.pk, item), WHEN, "visit", title, paragraphs)


def write(world, **more):
    with acting_for(world.coordinator):
        return write_note(world.hazuki.case, draft(world, **more), by=world.coordinator)


def correct(world, note, *words, by=None, **more):
    by = by or world.coordinator
    paragraphs = tuple(ParagraphDraft("fact", "self", text) for text in words)
    with acting_for(by):
        return correct_note(
            note, CorrectionDraft("訪問（訂正）", paragraphs, "日を取りちがえた"), by=by, **more
        )


def said_in(note):
    return [(each.kind, each.source, each.text) for each in note.paragraphs.all()]


def address(world, name="note_add", *more):
    return reverse(f"casework:{name}", args=[world.hazuki.case.pk, *more])


def typed(world, **more):
    return {
        "about": str(world.hazuki.mother.pk), "item": "history", "occurred_at": "2026-02-03T10:00", "method": "visit",
        "title": "訪問", "fact_1": "玄関に新聞", "fact_1_source": "observed", **more,
    }  # fmt: skip


def page_of(world, client):
    return client.get(address(world, "case")).content.decode()


# --- paragraphs ----------------------------------------------------------------------------------------


def test_note_has_its_paragraphs_in_order_with_its_own_label(world):
    note = write(world)

    with acting_for(world.chief):
        (found,) = notes_for(world.chief, world.hazuki.case)
        labels = set(NoteParagraph.objects.values_list("case", "person", "item"))
        events = list(CaseEvent.objects.filter(verb="note_written").values_list("person", "item"))

    assert found == note
    assert said_in(found) == [(each.kind, each.source, each.text) for each in SAID]
    assert labels == {(world.hazuki.case.pk, world.hazuki.mother.pk, "history")}
    assert events == [(world.hazuki.mother.pk, "history")]


def test_note_without_a_paragraph_is_refused(world):
    with pytest.raises(NotAllowed, match="内容"):
        write(world, paragraphs=())


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"kind": "rumour"}, "noteparagraph_kind_known"),
        ({"source": "neighbour"}, "noteparagraph_source_known"),
        ({"text": ""}, "noteparagraph_has_text"),
        ({"source": "judged"}, "noteparagraph_judgment_apart"),
    ],
)
def test_paragraph_that_says_nothing_clear_is_refused_by_the_database(world, change, constraint):
    said = ParagraphDraft(**{"kind": "fact", "source": "self", "text": "見本", **change})

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write(world, paragraphs=(said,))


def test_paragraph_comes_with_its_note_and_never_later(world, shift_clock):
    note = write(world)
    values = {
        "note": note,
        "case": note.case,
        "item": note.item,
        "kind": "fact",
        "source": "self",
        "text": "あとから",
    }
    now, later = (NoteParagraph(**values, person_id=note.person_id, position=position) for position in (8, 9))

    with acting_for(world.coordinator):
        now.save(force_insert=True)  # the same moment: only the clock differs below
        shift_clock(timezone.timedelta(seconds=1))
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            later.save(force_insert=True)


@pytest.mark.parametrize("wrong", ["person", "item", "case"])
def test_paragraph_with_another_label_than_its_note_is_refused(world, wrong):
    note = write(world)
    label = {"case": note.case, "person": world.hazuki.mother, "item": note.item}
    other = {"case": world.tomono.case, "person": None, "item": "basic"}
    row = NoteParagraph(
        note=note, position=9, kind="fact", source="self", text="見本", **{**label, wrong: other[wrong]}
    )

    with (
        acting_for(world.coordinator),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        row.save(force_insert=True)


def test_page_says_of_each_paragraph_what_it_is_and_from_whom(world, coordinator):
    write(world)

    html = page_of(world, coordinator)

    found = re.findall(
        r'<h4[^>]*>(\S+) <span class="m-chip">(\S+)</span></h4>\s*<p class="m-answer">(.*?)</p>', html
    )
    assert found == [
        ("事実", "職員の観察", "玄関に新聞がたまっていた。"),
        ("発言", "家族から", "「夜も寝ていない」"),
        ("所見・見立て", "職員の判断", "見守りが要る。"),
        ("次の対応", "職員の判断", "金曜に訪問する。"),
    ]


def test_form_takes_what_stands_in_its_boxes_and_leaves_out_the_empty_ones(world, coordinator):
    sent = typed(
        world, fact_2="息子の話", fact_2_source="family", statement_1=" ", assessment_1="心配", assessment_1_source="judged",
        next_1_source="judged",
    )  # fmt: skip

    response = coordinator.post(address(world), sent)

    assert response.status_code == 302
    with acting_for(world.chief):
        (note,) = notes_for(world.chief, world.hazuki.case)
        assert said_in(note) == [
            ("fact", "observed", "玄関に新聞"), ("fact", "family", "息子の話"), ("assessment", "judged", "心配"),
        ]  # fmt: skip


def test_form_asks_from_whom_and_keeps_everything_typed(world, coordinator):
    sent = typed(world, fact_1_source="", fact_3="三つめ", transcript_1="逐語の文", about="household")

    html = coordinator.post(address(world), sent).content.decode()

    assert (
        html.count("だれから、何から知ったことかを選んでください。") == 6
    )  # twice: in the summary and at the field
    assert all(text in html for text in ("玄関に新聞", "三つめ", "逐語の文", 'value="訪問"'))
    assert re.search(r'value="household"[^>]* checked', html)
    with acting_for(world.chief):
        assert Note.objects.count() == 0


def test_form_without_any_text_says_so_once(world, coordinator):
    form = coordinator.post(address(world), typed(world, fact_1="", title="")).context["form"]

    assert dict(form.errors) == {
        "title": ["この項目を入力してください。"],
        "fact_1": ["どれか1つの欄に、内容を書いてください。"],
    }


def test_boxes_never_offer_a_judgment_as_a_fact(world):
    for box in BOXES:
        for source in box.sources:
            write(world, paragraphs=(ParagraphDraft(box.kind, source, "見本"),))

    with acting_for(world.chief):
        assert Note.objects.count() == sum(len(box.sources) for box in BOXES)


def test_case_page_asks_as_often_for_one_note_as_for_three(world, coordinator, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    correct(world, write(world), "見本")
    page_of(world, coordinator)
    with CaptureQueriesContext(connection) as one:
        page_of(world, coordinator)
    for _number in range(2):
        correct(world, write(world), "見本")

    with django_assert_num_queries(len(one)):
        page_of(world, coordinator)


# --- corrections ---------------------------------------------------------------------------------------


def test_correction_is_a_new_note_with_the_old_label_and_the_old_one_stays(world):
    note = write(world)

    correction = correct(world, note, "玄関に手紙")

    with acting_for(world.chief):
        (standing,) = standing_notes_for(world.chief, world.hazuki.case, limit=9)
        (event,) = CaseEvent.objects.filter(verb="note_corrected")
        assert (standing, standing.earlier) == (correction, [note])
        assert said_in(standing) == [("fact", "self", "玄関に手紙")]
        assert said_in(standing.earlier[0]) == [(each.kind, each.source, each.text) for each in SAID]
        assert (standing.person_id, standing.item, standing.occurred_at, standing.method) == (
            note.person_id, note.item, WHEN, "visit",
        )  # fmt: skip
        assert (standing.correction_reason, standing.author) == (
            "日を取りちがえた",
            world.coordinator.membership,
        )
        assert (event.person_id, event.item, event.after) == (
            note.person_id,
            "history",
            {"corrects": str(note.pk)},
        )


def test_correction_of_a_correction_shows_all_three(world, coordinator):
    note = write(world)
    correct(world, correct(world, note, "玄関に手紙"), "玄関にはがき", by=world.chief)

    html = page_of(world, coordinator)

    order = [html.index(text) for text in ("玄関にはがき", "訂正前の記録を見る", "玄関に手紙", "玄関に新聞")]
    assert order == sorted(order)
    assert html.count("訂正済み") == 2
    assert html.count("訂正の理由：日を取りちがえた") == 2
    assert html.count("data-corrected") == 2


def test_correction_without_a_reason_is_refused_by_action_and_database(world):
    note = write(world)
    values = {
        "case": note.case,
        "person_id": note.person_id,
        "item": note.item,
        "occurred_at": WHEN,
        "method": "visit",
    }

    with acting_for(world.coordinator):
        with pytest.raises(NotAllowed, match="理由"):
            correct_note(note, CorrectionDraft("訪問", SAID, " "), by=world.coordinator)
        with pytest.raises(IntegrityError, match="note_correction_says_why"), transaction.atomic():
            Note(**values, title="訪問", author=world.coordinator.membership, corrects=note).save(
                force_insert=True
            )


@pytest.mark.parametrize("wrong", ["person", "item", "case"])
def test_database_refuses_a_correction_with_another_label(world, wrong):
    note = write(world)
    label = {"case": note.case, "person": world.hazuki.mother, "item": note.item}
    other = {"case": world.tomono.case, "person": None, "item": "basic"}
    row = Note(
        **{**label, wrong: other[wrong]}, occurred_at=WHEN, method="visit", title="見本", corrects=note,
        correction_reason="見本", author=world.coordinator.membership,
    )  # fmt: skip

    with (
        acting_for(world.coordinator),
        pytest.raises(IntegrityError, match="label of the note"),
        transaction.atomic(),
    ):
        row.save(force_insert=True)


def test_note_is_corrected_once_and_the_second_is_told_by_whom(world):
    note = write(world)
    first = correct(world, note, "先の訂正")

    with pytest.raises(ChangedMeanwhile) as clash:
        correct(world, note, "あとの訂正", by=world.chief)

    assert clash.value.current == first
    with acting_for(world.chief):
        assert Note.objects.filter(corrects=note).count() == 1


def test_same_correction_sent_twice_is_one(world):
    note, key = write(world), uuid.uuid4()

    assert correct(world, note, "見本", key=key) == correct(world, note, "見本", key=key)
    with acting_for(world.chief):
        assert Note.objects.count() == 2


def test_whoever_is_late_keeps_everything_typed_and_corrects_the_correction(world, coordinator):
    note = write(world)
    page = coordinator.get(address(world, "note_correct", note.pk)).content.decode()
    assert "玄関に新聞がたまっていた。</textarea>" in page
    first = correct(world, note, "先の訂正", by=world.chief)
    sent = {"title": "訪問", "reason": "聞きまちがい", "fact_1": "あとの訂正", "fact_1_source": "self", "fact_3": "三つめ",
            "fact_3_source": "family"}  # fmt: skip

    late = coordinator.post(address(world, "note_correct", note.pk), sent)
    html = late.content.decode()

    assert "ほかの人がこの記録を訂正しました" in html
    assert "先の訂正" in html
    assert all(
        text in html for text in ("あとの訂正</textarea>", "三つめ</textarea>", 'value="聞きまちがい"')
    )
    action = address(world, "note_correct", first.pk)
    assert f'action="{action}"' in html
    assert coordinator.post(action, sent).status_code == 302
    with acting_for(world.chief):
        (standing,) = standing_notes_for(world.chief, world.hazuki.case, limit=9)
        assert standing.earlier == [first, note]


def test_text_from_before_there_were_kinds_is_not_lost_when_a_colleague_is_quicker(world, coordinator):
    note = write(world, paragraphs=(ParagraphDraft("unsorted", "unknown", "前の本文"),))
    page = coordinator.get(address(world, "note_correct", note.pk)).content.decode()
    assert "前の本文</textarea>" in page
    first = correct(world, note, "先の訂正", by=world.chief)

    sent = {"title": "訪問", "reason": "見本", "unsorted_1": "直した本文", "unsorted_1_source": "unknown"}
    late = coordinator.post(address(world, "note_correct", note.pk), sent).content.decode()
    again = coordinator.post(address(world, "note_correct", first.pk), sent)

    assert "直した本文</textarea>" in late
    assert again.status_code == 302
    with acting_for(world.chief):
        (standing,) = standing_notes_for(world.chief, world.hazuki.case, limit=9)
        assert said_in(standing) == [("unsorted", "unknown", "直した本文")]


def test_boxes_that_only_the_earlier_note_had_are_not_lost_either(world, coordinator):
    note = write(
        world, paragraphs=tuple(ParagraphDraft("fact", "self", f"話{number}") for number in range(1, 6))
    )
    first = correct(world, note, "先の訂正", by=world.chief)
    sent = {f"fact_{number}": f"直した話{number}" for number in range(1, 6)}
    sent |= {f"fact_{number}_source": "self" for number in range(1, 6)}
    sent |= {"title": "訪問", "reason": "見本"}

    late = coordinator.post(address(world, "note_correct", note.pk), sent).content.decode()
    again = coordinator.post(address(world, "note_correct", first.pk), sent)

    assert "直した話5</textarea>" in late
    assert again.status_code == 302
    with acting_for(world.chief):
        (standing,) = standing_notes_for(world.chief, world.hazuki.case, limit=9)
        assert [text for _kind, _source, text in said_in(standing)] == [
            f"直した話{number}" for number in range(1, 6)
        ]


def test_corrected_note_leads_back_to_the_case(world, coordinator):
    note = write(world)
    correct(world, note, "見本")

    response = coordinator.get(address(world, "note_correct", note.pk), follow=True)

    assert response.redirect_chain == [(address(world, "case"), 302)]
    assert "すでに訂正されています" in response.content.decode()


def test_agency_reads_old_and_new_text_under_the_label_and_nothing_of_another(world, client):
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "history"))
    hidden = correct(world, write(world, item="money", title="秘密"), "借金の訂正")
    correct(world, write(world), "玄関に手紙")
    sign_in(client, world.anshin_worker)

    html = page_of(world, client)
    with acting_for(world.anshin_worker):
        pieces = pieces_of(case_record_for(world.anshin_worker, world.hazuki.case))

    assert all(text in html for text in ("玄関に手紙", "玄関に新聞", "訂正済み"))
    assert "借金の訂正" not in html
    assert [piece.text for piece in pieces[world.hazuki.mother.pk, "history"]] == [
        "訂正の理由：日を取りちがえた\n事実・本人から：玄関に手紙",
        "事実・職員の観察：玄関に新聞がたまっていた。\n発言・家族から：「夜も寝ていない」\n"
        "所見・見立て・職員の判断：見守りが要る。\n次の対応・職員の判断：金曜に訪問する。",
    ]
    assert pieces.keys() == {(world.hazuki.mother.pk, "history")}
    with acting_for(world.anshin_worker):
        assert not NoteParagraph.objects.filter(note=hidden).exists()


# --- who will be able to read it ------------------------------------------------------------------------


def readers_on(client, world, about, item):
    sent = {"about": about, "item": item, "check": "1"}
    html = client.post(address(world), sent).content.decode()
    return re.search(r"data-readers-now[^>]*><strong>(.*?)</strong>", html)[1]


def every_kind_of_share(world, shift_clock):
    """Agencies in every relation to the mother's history; returns somebody of each."""
    label, hour = Label(world.hazuki.mother.pk, "history"), timezone.timedelta(hours=1)
    names = ("A", "B", "lapsed", "ended", "blocked", "closed", "later", "other-item", "none")
    people = {name: make_viewer(f"w-{name}", make_agency(f"x-{name}", name=f"機関{name}")) for name in names}
    soon = Ground("law", "見本", until=timezone.now() + hour)
    later = Ground("law", "見本", starts_at=timezone.now() + 9 * hour)
    grounds = {"lapsed": soon, "later": later}
    for name, viewer in people.items():
        item = "basic" if name == "other-item" else "history"
        if name != "none":
            ground = grounds.get(name, Ground("law", "見本"))
            world.share(world.hazuki, viewer.agency, Label(label.person_id, item), ground=ground)
    with acting_for(world.chief):
        end_line(ShareLine.objects.get(agency=people["ended"].agency), by=world.chief, reason="見本")
        block(world.hazuki.case, agency=people["blocked"].agency, user_id=None, reason="見本", by=world.chief)
    close_agency(people["closed"].agency, by=None)
    shift_clock(2 * hour)
    return people


def test_those_named_are_those_who_then_read_it(world, coordinator, shift_clock):
    people = every_kind_of_share(world, shift_clock)
    mother = str(world.hazuki.mother.pk)

    sentence = readers_on(coordinator, world, mother, "history")
    told = coordinator.post(address(world), typed(world, title="目印の見出し"), follow=True).content.decode()
    reading = set()
    for name, viewer in people.items():
        client = Client()
        sign_in(client, viewer)
        if "目印の見出し" in page_of(world, client):
            reading.add(name)

    assert sentence == "この記録は、センターのほかに、機関Aと機関Bが読めます。"
    assert reading == {"A", "B"}
    assert sentence in told


def test_center_alone_is_said_when_nobody_else_reads_it(world, coordinator, shift_clock):
    every_kind_of_share(world, shift_clock)

    assert readers_on(coordinator, world, "household", "history") == "この記録は、センターだけが読めます。"
    assert (
        readers_on(coordinator, world, str(world.hazuki.son.pk), "history")
        == "この記録は、センターだけが読めます。"
    )


def test_asking_who_reads_it_saves_nothing_and_keeps_everything(world, coordinator):
    html = coordinator.post(address(world), typed(world, check="1", title="")).content.decode()

    assert "玄関に新聞</textarea>" in html
    assert "入力を確認" not in html
    with acting_for(world.chief):
        assert Note.objects.count() == 0


def test_every_label_that_an_agency_reads_stands_beside_the_choice(world, coordinator):
    mother, son = world.hazuki.mother.pk, world.hazuki.son.pk
    world.share(
        world.hazuki, world.anshin, Label(mother, "history"), Label(son, "health"), Label(None, "basic")
    )
    world.share(world.hazuki, world.kenko, Label(son, "health"))

    html = coordinator.get(address(world)).content.decode()

    assert re.findall(r'data-label="(.*?)" data-sentence="(.*?)"', html) == [
        ("household:basic", "この記録は、センターのほかに、機関 anshinが読めます。"),
        (f"{mother}:history", "この記録は、センターのほかに、機関 anshinが読めます。"),
        (f"{son}:health", "この記録は、センターのほかに、機関 anshinと機関 kenkoが読めます。"),
    ]


@pytest.mark.parametrize("item", ["history", "health"])
def test_note_waits_when_more_read_it_than_the_page_said(world, coordinator, item):
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "history"))
    mark = coordinator.get(address(world)).context["mark"]
    world.share(world.hazuki, world.kenko, Label(world.hazuki.mother.pk, "history"))

    first = coordinator.post(address(world), typed(world, item=item, readers=mark))

    if item == "health":  # of which nothing changed
        assert first.status_code == 302
        return
    html = first.content.decode()
    assert "書いている間に、機関 kenkoもこの項目を読めるようになりました。" in html
    assert "玄関に新聞</textarea>" in html
    again = coordinator.post(address(world), typed(world, readers=first.context["mark"]))
    assert again.status_code == 302
    with acting_for(world.chief):
        assert Note.objects.count() == 1


def test_correction_says_who_reads_it_and_waits_too(world, coordinator):
    note = write(world)
    page = coordinator.get(address(world, "note_correct", note.pk))
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "history"))
    sent = {
        "title": "訪問",
        "reason": "見本",
        "fact_1": "直した",
        "fact_1_source": "self",
        "readers": page.context["mark"],
    }

    held = coordinator.post(address(world, "note_correct", note.pk), sent)

    assert "この記録は、センターだけが読めます。" in page.content.decode()
    assert "機関 anshinもこの項目を読めるようになりました。" in held.content.decode()
    with acting_for(world.chief):
        assert Note.objects.count() == 1


@pytest.mark.parametrize("mark", ["", "x", "[]", "null", '{"a": 1}', "[" * 5000, '{"%s:history": [[1]]}'])
def test_mark_that_is_none_holds_nothing_up(world, coordinator, mark):
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "roles"))

    sent = typed(world, readers=mark.replace("%s", str(world.hazuki.mother.pk)))

    assert coordinator.post(address(world), sent).status_code == 302
