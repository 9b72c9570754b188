"""資料: files of a case under a label, opened through the door only, gone with the right to see them."""

import datetime as dt
import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from casework.concealment.actions import GroundDraft, conceal
from casework.concealment.guard import PlaceWritten
from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.files.actions import add_file, check_file, remove_file
from casework.files.models import CaseFile, FileCheck, FileContent, FileRemoval
from casework.files.selectors import case_files_for, content_for, file_for, files_for
from casework.households.actions import set_item
from casework.households.models import PersonContact
from casework.notes.actions import NoteDraft, ParagraphDraft, write_note
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label, block, end_line
from permissions.agencies.actions import end_membership
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.uploads.pipeline import take_in
from permissions.walls.context import acting_for
from tests.casework.pages import headers, masked, sign_in

# Thorough rather than quick: `make test` runs them.
pytestmark = pytest.mark.slow


PLACE = "見本市東雲区見本町一丁目二番三号"


def text_file(words="CANARY-中身", name="手紙.txt"):
    return SimpleUploadedFile(name, words.encode())


def photo(name="写真.jpg"):
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue())


def add(world, *, label=None, home=None, by=None, words="CANARY-中身", **more):
    home, by = home or world.hazuki, by or world.coordinator
    with acting_for(by):
        return add_file(
            home.case, label or Label(home.mother.pk, "health"), take_in(text_file(words)), by=by,
            **{"title": "", "has_no_place": False, **more},
        )  # fmt: skip


def opened(client, file):
    return client.get(reverse("casework:file_open", args=[file.case_id, file.pk]))


def conceal_hazuki(world):
    home, by = world.hazuki, world.coordinator
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        set_item(
            home.mother, item="contact", values={"address": PLACE}, seen=fingerprint(row, ["address"]), by=by
        )
        return conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), (), by=by)


# --- who opens it ----------------------------------------------------------------------------------------


def test_file_is_a_download_that_no_browser_runs_and_leaves_a_row_in_the_log(world, client):
    file = add(world)
    sign_in(client, world.coordinator)

    response = opened(client, file)

    assert (response.status_code, response.content.decode()) == (200, "CANARY-中身")
    assert response["Content-Disposition"] == f'attachment; filename="{file.number}.txt"'
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]
    with acting_for(world.auditor):
        entry = AuditEntry.objects.filter(subject_id=str(file.pk), verb="read").get()
        assert (entry.case_id, entry.person_id, entry.item) == (
            world.hazuki.case.pk, world.hazuki.mother.pk, "health"
        )  # fmt: skip
        assert entry.detail == {"download": file.number}


def test_each_agency_opens_the_files_of_its_own_labels(world):
    files = {
        "anshin": add(world, label=Label(world.hazuki.mother.pk, "health")),
        "kenko": add(world, label=Label(world.hazuki.son.pk, "money")),
        "nobody": add(world, label=Label(None, "history")),
        "other case": add(world, home=world.tomono),
    }
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "health"))
    world.share(world.hazuki, world.kenko, Label(world.hazuki.son.pk, "money"))

    found = {}
    for name in ("anshin_worker", "kenko_worker", "stranger", "editor", "anshin_admin", "chief"):
        viewer, client = getattr(world, name), Client()
        sign_in(client, viewer)
        found[name] = {key for key, file in files.items() if opened(client, file).status_code == 200}
        with acting_for(viewer):
            assert {CaseFile.objects.filter(pk=file.pk).exists() for file in files.values()} <= {True, False}
            rows = {key for key, file in files.items() if CaseFile.objects.filter(pk=file.pk).exists()}
            contents = {
                key for key, file in files.items() if FileContent.objects.filter(file=file.pk).exists()
            }
        assert rows == contents == found[name]
    assert found == {
        "anshin_worker": {"anshin"},
        "kenko_worker": {"kenko"},
        "stranger": set(),
        "editor": set(),
        "anshin_admin": set(),
        "chief": set(files),
    }


def test_the_door_alone_gives_the_same(wearing, kept_world):
    world = kept_world
    with wearing("app_web"):
        seen, hidden, gone = (
            add(world, label=Label(world.hazuki.mother.pk, item)) for item in ("health", "money", "health")
        )
        world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "health"))
        with acting_for(world.chief):
            remove_file(gone, reason="見本", by=world.chief)

    with acting_for(world.anshin_worker):
        door = set(files_for(world.anshin_worker).values_list("pk", flat=True))
        contents = [content_for(world.anshin_worker, file) for file in (seen, hidden, gone)]

    assert door == {seen.pk}
    assert contents == ["CANARY-中身".encode(), None, None]


@pytest.mark.parametrize("end", ["line", "consent", "block", "lapse", "membership"])
def test_open_link_gives_nothing_once_the_right_has_ended(world, client, shift_clock, end):
    mother = world.hazuki.mother
    file = add(world)
    until = timezone.now() + dt.timedelta(hours=1)
    ground = Ground("consent", "書面", until=until if end == "lapse" else None)
    (line,) = world.share(world.hazuki, world.anshin, Label(mother.pk, "health"), ground=ground)
    sign_in(client, world.anshin_worker)
    before = opened(client, file).status_code

    with acting_for(world.chief):
        if end == "line":
            end_line(line, by=world.chief, reason="見本")
        elif end == "consent":
            withdraw_consent(
                Consent.objects.filter(person=mother).first(), agency=world.anshin, item="",
                said_on=timezone.localdate(), how="見本", by=world.chief,
            )  # fmt: skip
        elif end == "block":
            block(world.hazuki.case, agency=world.anshin, user_id=None, reason="見本", by=world.chief)
    if end == "lapse":
        shift_clock(dt.timedelta(hours=2))
    if end == "membership":
        end_membership(world.anshin_worker.membership, by=None)
    after = opened(client, file)

    assert before == 200
    assert after.status_code == (302 if end == "membership" else 404)
    assert b"CANARY" not in after.content


def test_hidden_file_and_none_at_all_look_the_same(world, client):
    file = add(world)
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"))
    sign_in(client, world.anshin_worker)

    hidden = opened(client, file)
    absent = client.get(reverse("casework:file_open", args=[world.hazuki.case.pk, uuid.uuid4()]))
    mixed = client.get(reverse("casework:file_open", args=[world.tomono.case.pk, file.pk]))

    assert hidden.status_code == absent.status_code == mixed.status_code == 404
    assert (masked(hidden), headers(hidden)) == (masked(absent), headers(absent))


def test_names_of_files_stand_on_the_page_of_whoever_reads_the_label(world):
    add(world, title="CANARY-見える")
    add(world, label=Label(world.hazuki.son.pk, "money"), title="CANARY-見えない")
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "health"))
    client = Client()
    sign_in(client, world.anshin_worker)

    page = client.get(reverse("casework:case", args=[world.hazuki.case.pk])).content.decode()

    assert "CANARY-見える" in page
    assert "CANARY-見えない" not in page
    assert "資料を加える" not in page


# --- adding ----------------------------------------------------------------------------------------------


def test_only_the_center_adds(world):
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "health"))
    with pytest.raises(NotAllowed, match="権限"):
        add(world, by=world.anshin_worker)
    with acting_for(world.anshin_worker), pytest.raises(DatabaseError, match="row-level security"):
        FileContent(
            file_id=uuid.uuid4(),
            case=world.hazuki.case,
            person=world.hazuki.mother,
            item="health",
            content=b"x",
        ).save(force_insert=True)


def test_screens_add_a_file_once_and_keep_what_was_typed(world, client):
    case = world.hazuki.case
    sign_in(client, world.coordinator)
    url = reverse("casework:file_add", args=[case.pk])
    typed = {
        "title": "CANARY-名前",
        "about": str(world.hazuki.son.pk),
        "item": "money",
        "once": str(uuid.uuid4()),
    }
    without = client.post(url, typed)
    bad = client.post(url, {**typed, "file": SimpleUploadedFile("a.pdf", b"<html>")})
    done = [client.post(url, {**typed, "file": photo()}) for _click in range(2)]

    assert set(without.context["form"].errors) == set(bad.context["form"].errors) == {"file"}
    for page in (without, bad):
        assert "CANARY-名前" in page.content.decode()
        assert page.context["form"]["about"].value() == str(world.hazuki.son.pk)
    assert [response.status_code for response in done] == [302, 302]
    with acting_for(world.chief):
        (file,) = CaseFile.objects.all()
        assert (file.title, file.kind, file.person_id, file.item) == (
            "CANARY-名前", "jpeg", world.hazuki.son.pk, "money"
        )  # fmt: skip
        assert content_for(world.chief, file).startswith(b"\xff\xd8")


def test_file_of_several_megabytes_comes_through_the_form(world, client):
    sign_in(client, world.coordinator)
    content = (
        b"%PDF-1.7\n1 0 obj << /Length 5000000 >>\nstream\n"
        + b"0" * 5_000_000
        + b"\nendstream endobj\n%%EOF\n"
    )
    sent = SimpleUploadedFile("a.pdf", content)

    url = reverse("casework:file_add", args=[world.hazuki.case.pk])
    done = client.post(url, {"file": sent, "about": "household", "item": "history"})

    assert done.status_code == 302
    with acting_for(world.chief):
        assert content_for(world.chief, CaseFile.objects.get()) == content


def test_file_of_a_note_has_its_label_and_stands_under_it(world, client):
    case, son = world.hazuki.case, world.hazuki.son
    with acting_for(world.coordinator):
        said = (ParagraphDraft("fact", "observed", "見本"),)
        draft = NoteDraft(Label(son.pk, "money"), timezone.now(), "phone", "題", said)
        note = write_note(case, draft, by=world.coordinator)
    sign_in(client, world.coordinator)
    url = reverse("casework:note_file_add", args=[case.pk, note.pk])

    assert client.post(url, {"file": text_file(), "title": ""}).status_code == 302
    other = reverse("casework:note_file_add", args=[world.tomono.case.pk, note.pk])
    assert client.get(other).status_code == 404
    with acting_for(world.chief):
        (file,) = CaseFile.objects.all()
        assert (file.note_id, file.person_id, file.item, file.title) == (note.pk, son.pk, "money", "手紙")
    assert client.get(reverse("casework:case", args=[case.pk])).content.decode().count("手紙</a>") == 2


def test_what_belongs_to_a_file_has_its_case_and_item(world):
    file = add(world)
    wrong = FileCheck(file=file, case=world.tomono.case, item="health", checked_by=world.chief.membership)
    with acting_for(world.chief):
        wrong.save(force_insert=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.check_constraints()
        transaction.set_rollback(True)


# --- taking away -----------------------------------------------------------------------------------------


def test_file_that_was_somebody_elses_is_taken_away_with_its_bytes(world, client):
    file = add(world, title="CANARY-よその世帯")
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "health"))
    sign_in(client, world.coordinator)
    url = reverse("casework:file_remove", args=[file.case_id, file.pk])
    assert set(client.post(url, {"reason": ""}).context["form"].errors) == {"reason"}
    assert client.post(url, {"reason": "別の世帯の書類だった"}).status_code == 302

    page = client.get(reverse("casework:case", args=[file.case_id])).content.decode()
    agency = Client()
    sign_in(agency, world.anshin_worker)
    other = agency.get(reverse("casework:case", args=[file.case_id])).content.decode()

    assert "別の世帯の書類だった" in page
    assert opened(client, file).status_code == opened(agency, file).status_code == 404
    assert client.get(url).status_code == 404
    assert "CANARY-よその世帯" not in other
    with acting_for(world.chief):
        assert (FileContent.objects.count(), FileRemoval.objects.count()) == (0, 1)
    with acting_for(world.anshin_worker):
        assert (CaseFile.objects.count(), FileRemoval.objects.count()) == (0, 0)


def test_bytes_are_not_deleted_without_a_removal_nor_changed(world):
    add(world)
    with acting_for(world.chief):
        assert FileContent.objects.all().delete()[0] == 0
        assert FileContent.objects.update(content=b"x") == 0
        assert FileContent.objects.count() == 1


def test_second_removal_is_refused(world):
    file = add(world)
    with acting_for(world.chief):
        remove_file(file, reason="見本", by=world.chief)
        with pytest.raises(NotAllowed, match="先に取り除きました"):
            remove_file(file, reason="見本", by=world.chief)


# --- places that are concealed ---------------------------------------------------------------------------


def test_nothing_is_added_to_a_concealed_household_without_the_word_that_it_shows_no_place(world, client):
    conceal_hazuki(world)
    sign_in(client, world.coordinator)
    url = reverse("casework:file_add", args=[world.hazuki.case.pk])
    typed = {"about": "household", "item": "history", "file": photo()}
    unsaid = client.post(url, typed)
    said = client.post(url, {**typed, "file": photo(), "has_no_place": "on"})

    assert set(unsaid.context["form"].errors) == {"has_no_place"}
    assert said.status_code == 302
    with pytest.raises(NotAllowed, match="秘匿"):
        add(world)


def test_concealed_place_is_found_in_a_text_and_in_a_name(world):
    conceal_hazuki(world)

    for words in ({"words": f"住所は{PLACE}です"}, {"title": f"{PLACE}の写真"}):
        with pytest.raises(PlaceWritten):
            add(world, has_no_place=True, **words)
    with acting_for(world.chief):
        assert CaseFile.objects.count() == 0


def test_file_from_before_the_household_hid_is_closed_to_agencies_until_somebody_looked_through_it(
    world, client, shift_clock
):
    mother = world.hazuki.mother
    file = add(world)
    world.share(world.hazuki, world.anshin, Label(mother.pk, "health"))
    sign_in(client, world.anshin_worker)
    before = opened(client, file).status_code
    shift_clock(dt.timedelta(minutes=1))
    conceal_hazuki(world)
    closed = opened(client, file).status_code
    with acting_for(world.anshin_worker):
        rows = (CaseFile.objects.count(), FileContent.objects.count())
    center = Client()
    sign_in(center, world.coordinator)
    page = center.get(reverse("casework:case", args=[file.case_id])).content.decode()
    by_center = opened(center, file).status_code
    shift_clock(dt.timedelta(minutes=2))
    later = add(world, has_no_place=True)
    new = opened(client, later).status_code
    checked = center.post(reverse("casework:file_check", args=[file.case_id, file.pk])).status_code

    assert (before, closed, rows, by_center) == (200, 404, (0, 0), 200)
    assert "まだ確かめていない資料" in page
    assert (new, checked, opened(client, file).status_code) == (200, 302, 200)


def test_check_from_before_counts_for_no_later_concealment(world, shift_clock):
    file = add(world)
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "health"))
    with acting_for(world.chief):
        check_file(file, by=world.chief)
    shift_clock(dt.timedelta(minutes=1))
    conceal_hazuki(world)

    with acting_for(world.anshin_worker):
        assert case_files_for(world.anshin_worker, world.hazuki.case) == []
        assert file_for(world.anshin_worker, world.hazuki.case, file.pk) is None


def test_agency_checks_nothing(world):
    file = add(world)
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "health"))
    with acting_for(world.anshin_worker), pytest.raises(NotAllowed, match="権限"):
        check_file(file, by=world.anshin_worker)


def test_more_files_cost_no_query_more(world, django_assert_num_queries):
    def count():
        with acting_for(world.chief), connection.execute_wrapper(counter := Counter()):
            case_files_for(world.chief, world.hazuki.case)
        return counter.number

    add(world)
    few = count()
    for _more in range(3):
        add(world)

    assert count() == few


class Counter:
    number = 0

    def __call__(self, execute, sql, params, many, context):
        self.number += 1
        return execute(sql, params, many, context)
