"""A file that an agency sends together with its answer to a role: with the answer's label, through the one pipeline."""

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.files.actions import check_file, remove_file
from casework.files.models import CaseFile, FileCheck, FileContent
from casework.files.selectors import content_for
from casework.models import CaseEvent
from casework.plans import actions
from casework.plans.actions import (
    DirectionDraft,
    Enclosed,
    RoleDraft,
    SharingEnded,
    answer_role,
    decide,
)
from casework.plans.models import RoleAnswer, RoleRow
from casework.sharing.actions import Label, end_line
from casework.sharing.models import ShareLine
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.uploads.pipeline import take_in
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.test_files import add, conceal_hazuki, opened, photo, text_file

# Thorough rather than quick: `make test` runs them.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WORDS = "CANARY-訪問の報告"


@pytest.fixture
def role(world):
    """A role of anshin about the mother; kenko sees it, jiritsu sees something else of the case."""
    mother = world.hazuki.mother
    for agency, item in ((world.anshin, "roles"), (world.kenko, "roles"), (world.jiritsu, "basic")):
        world.share(world.hazuki, agency, Label(mother.pk, item))
    with acting_for(world.chief):
        decide(
            world.hazuki.case, decided_on=timezone.localdate(), by=world.chief,
            directions=[DirectionDraft(Label(mother.pk, "plan"), "見守る")],
            roles=[RoleDraft(Label(mother.pk, "roles"), world.anshin, "見守り", "訪問")],
        )  # fmt: skip
        return RoleRow.objects.get()


def send(world, role, *, words=WORDS, answered=0, kind="accepted", by=None, **more):
    by = by or world.anshin_worker
    with acting_for(by):
        return answer_role(
            role, kind=kind, text="した", answered=answered, by=by,
            enclosed=Enclosed(take_in(text_file(words)), **more),
        )  # fmt: skip


def the_file(world):
    with acting_for(world.chief):
        return CaseFile.objects.get()


def kept(world):
    with acting_for(world.chief):
        return [model.objects.count() for model in (RoleAnswer, CaseFile, FileContent)]


def page_of(role, name="role_answer"):
    key = role.decision_id if name == "decision" else role.pk
    return reverse(f"casework:{name}", args=[role.case_id, key])


def client_of(viewer):
    client = Client()
    sign_in(client, viewer)
    return client


def typed(**more):
    return {"answered": "0", "kind": "accepted", "text": "", **more}


# --- sent, seen, ended -------------------------------------------------------------------------------------


def test_file_comes_with_the_answer_in_its_label_and_in_the_name_of_whoever_sent_it(world, role):
    answer = send(world, role, title=" 写真 ")

    file = the_file(world)
    with acting_for(world.chief):
        content = content_for(world.chief, file)
        (event,) = CaseEvent.objects.filter(verb="file_added")
    with acting_for(world.auditor):
        entry = AuditEntry.objects.get(verb="file_added")
    assert (file.answer_id, file.note_id, file.title, file.number) == (
        answer.pk, None, "写真", f"A-{answer.pk.hex[:12]}"
    )  # fmt: skip
    assert (file.case_id, file.person_id, file.item) == (role.case_id, role.person_id, "roles")
    assert file.added_by == world.anshin_worker.membership
    assert content.decode() == WORDS
    assert (event.person_id, event.item, event.actor) == (role.person_id, "roles", file.added_by)
    assert (entry.subject_id, entry.person_id, entry.item) == (str(file.pk), role.person_id, "roles")


def test_it_is_opened_by_whoever_reads_the_answer_and_by_nobody_else(world, role):
    send(world, role)
    file = the_file(world)

    found = {
        name: opened(client_of(getattr(world, name)), file).status_code
        for name in ("chief", "reception", "anshin_worker", "kenko_worker", "jiritsu_worker", "stranger")
    }

    assert found == {
        "chief": 200, "reception": 200, "anshin_worker": 200, "kenko_worker": 200, "jiritsu_worker": 404, "stranger": 404,
    }  # fmt: skip
    link = reverse("casework:file_open", args=[file.case_id, file.pk])
    for viewer in (world.chief, world.anshin_worker, world.kenko_worker):
        page = client_of(viewer).get(page_of(role, "decision")).content.decode()
        assert f'<a href="{link}">手紙</a>' in page
    assert (
        link
        not in client_of(world.jiritsu_worker)
        .get(reverse("casework:case", args=[file.case_id]))
        .content.decode()
    )
    center = client_of(world.chief).get(reverse("casework:case", args=[file.case_id])).content.decode()
    assert f"（{world.anshin.name}）" in center[center.index(link) :][:600]


def test_its_sender_loses_it_with_the_line(world, role):
    send(world, role)
    file, client = the_file(world), client_of(world.anshin_worker)
    before = opened(client, file).status_code

    with acting_for(world.chief):
        end_line(ShareLine.objects.get(agency=world.anshin, item="roles"), by=world.chief, reason="見本")

    assert (before, opened(client, file).status_code) == (200, 404)
    with acting_for(world.anshin_worker):
        assert (CaseFile.objects.count(), FileContent.objects.count()) == (0, 0)


def test_center_takes_it_away_and_its_sender_does_not(world, role):
    send(world, role)
    file, client = the_file(world), client_of(world.anshin_worker)
    remove = reverse("casework:file_remove", args=[file.case_id, file.pk])
    refused = client.post(remove, {"reason": "見本"}).status_code
    with acting_for(world.anshin_worker), pytest.raises(NotAllowed, match="権限"):
        remove_file(file, reason="見本", by=world.anshin_worker)

    done = client_of(world.coordinator).post(remove, {"reason": "別の世帯"}).status_code

    assert (refused, done, opened(client, file).status_code) == (403, 302, 404)
    assert "手紙" not in client.get(page_of(role, "decision")).content.decode()


# --- the screen --------------------------------------------------------------------------------------------


def test_screen_sends_answer_and_file_once(world, role):
    client = client_of(world.anshin_worker)

    done = [client.post(page_of(role), typed(file=photo(), file_title="居間")) for _click in range(2)]

    assert [response.status_code for response in done] == [302, 200]
    assert kept(world) == [1, 1, 1]
    file = the_file(world)
    assert (file.title, file.kind) == ("居間", "jpeg")


def test_answer_without_a_file_is_an_answer(world, role):
    assert client_of(world.anshin_worker).post(page_of(role), typed()).status_code == 302
    assert kept(world) == [1, 0, 0]


def test_file_that_is_not_what_it_says_keeps_neither_file_nor_answer(world, role):
    bad = SimpleUploadedFile("a.pdf", b"<html>")

    response = client_of(world.anshin_worker).post(page_of(role), typed(file=bad, text="見本の報告"))

    assert set(response.context["form"].errors) == {"file"}
    assert "見本の報告" in response.content.decode()
    assert kept(world) == [0, 0, 0]


def test_my_number_in_the_name_of_a_file_is_masked(world, role):
    for_number = SimpleUploadedFile("1234-5678-9018.txt", "見本".encode())

    client_of(world.anshin_worker).post(page_of(role), typed(file=for_number))

    assert the_file(world).title == "＊＊＊＊-＊＊＊＊-＊＊＊＊"


@pytest.mark.parametrize("has_file", [True, False])
def test_sharing_that_ends_while_it_is_sent_keeps_nothing_and_says_so(world, role, monkeypatch, has_file):
    real = actions._while_shared

    def ended(*told):
        with acting_for(world.chief):
            end_line(ShareLine.objects.get(agency=world.anshin, item="roles"), by=world.chief, reason="見本")
        return real(*told)

    monkeypatch.setattr(actions, "_while_shared", ended)
    file = {"file": text_file()} if has_file else {}

    response = client_of(world.anshin_worker).post(page_of(role), typed(**file), follow=True)

    html = response.content.decode()
    assert response.redirect_chain == [(reverse("casework:home"), 302)]
    assert "共有が終わったため、回答は記録されませんでした。送ったファイルも残していません。" in html
    assert kept(world) == [0, 0, 0]


def test_role_that_is_no_longer_shared_is_not_answered(world, role):
    with acting_for(world.chief):
        end_line(ShareLine.objects.get(agency=world.anshin, item="roles"), by=world.chief, reason="見本")

    with pytest.raises(SharingEnded):
        send(world, role)
    page = client_of(world.anshin_worker).post(page_of(role), typed(file=text_file()))

    assert page.status_code == 404
    assert kept(world) == [0, 0, 0]


# --- the walls alone -----------------------------------------------------------------------------------------


def of(answer):
    return {
        "case_id": answer.case_id,
        "person_id": answer.person_id,
        "item": answer.item,
        "answer": answer,
    }


def file_row(world, said, **more):
    values = {
        "number": f"A-{uuid.uuid4().hex[:8]}",
        "title": "見本",
        "kind": "txt",
        "size_bytes": 1,
        "digest": "0" * 64,
    }
    return CaseFile(**{**values, **of(said), "added_by": world.anshin_worker.membership, **more})


def answer_by(world, role, by):
    """Save an answer past the actions, as somebody of the role's agency."""
    with acting_for(by):
        row = RoleAnswer(
            role=role, case_id=role.case_id, person_id=role.person_id, item=role.item, agency=role.agency,
            sequence=1, kind="accepted", answered_by=by.membership,
        )  # fmt: skip
        row.save(force_insert=True)
    return row


def refused_to(viewer, row):
    with acting_for(viewer), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize("change", ["answer", "item", "person_id", "case_id", "added_by", "reader"])
def test_wall_takes_a_file_with_ones_own_answer_and_label_alone(world, role, change):
    answer = answer_by(world, role, world.anshin_worker)
    others = {
        "answer": None, "item": "basic", "person_id": None, "case_id": world.tomono.case.pk,
        "added_by": world.kenko_worker.membership,
    }  # fmt: skip
    who = world.kenko_worker if change == "reader" else world.anshin_worker
    wrong = {change: others[change]} if change in others else {"added_by": who.membership}

    refused_to(who, file_row(world, answer, **wrong))
    if change != "added_by":
        content = {key: value for key, value in wrong.items() if key != "added_by"}
        refused_to(who, FileContent(**{**of(answer), **content}, file_id=uuid.uuid4(), content=b"x"))
    with acting_for(world.anshin_worker):
        file_row(world, answer).save(force_insert=True)  # and there was something to refuse


def test_wall_takes_nothing_after_the_answer(world, role, shift_clock):
    answer = answer_by(world, role, world.anshin_worker)
    shift_clock(dt.timedelta(seconds=1))

    refused_to(world.anshin_worker, file_row(world, answer))
    refused_to(world.anshin_worker, FileContent(**of(answer), file_id=uuid.uuid4(), content=b"x"))


def test_bytes_of_an_answer_fill_no_file_of_others(world, role):
    file = add(world, label=Label(role.person_id, "roles"))
    with acting_for(world.chief):
        remove_file(file, reason="見本", by=world.chief)
    answer = answer_by(world, role, world.anshin_worker)

    with acting_for(world.anshin_worker):
        FileContent(**of(answer), file_id=file.pk, content=b"x").save(force_insert=True)
        with pytest.raises(IntegrityError, match="of_answer"), transaction.atomic():
            connection.check_constraints()
        transaction.set_rollback(True)


def test_answer_has_one_file(world, role):
    answer = answer_by(world, role, world.anshin_worker)

    with acting_for(world.anshin_worker):
        file_row(world, answer).save(force_insert=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            file_row(world, answer).save(force_insert=True)


# --- concealment ---------------------------------------------------------------------------------------------


def test_file_of_a_concealed_household_needs_the_word_and_is_closed_until_looked_through(world, role):
    conceal_hazuki(world)
    client = client_of(world.anshin_worker)
    unsaid = client.post(page_of(role), typed(file=text_file()))
    said = client.post(page_of(role), typed(file=text_file(), has_no_place="on"))
    file = the_file(world)

    closed = {
        name: opened(client_of(getattr(world, name)), file).status_code
        for name in ("anshin_worker", "kenko_worker", "coordinator")
    }
    with acting_for(world.anshin_worker):
        rows = (CaseFile.objects.count(), FileContent.objects.count())
    with acting_for(world.chief):
        checks = FileCheck.objects.count()
        page = client_of(world.chief).get(page_of(role, "decision")).content.decode()
        check_file(file, by=world.chief)

    assert set(unsaid.context["form"].errors) == {"has_no_place"}
    assert "送った機関からも" in unsaid.content.decode()
    assert said.status_code == 302
    assert closed == {"anshin_worker": 404, "kenko_worker": 404, "coordinator": 200}
    assert (rows, checks) == ((0, 0), 0)
    assert "まだ確かめていない資料" in page
    assert opened(client, file).status_code == 200


def test_agency_says_the_word_in_the_action_too(world, role):
    conceal_hazuki(world)

    with pytest.raises(NotAllowed, match="秘匿"), transaction.atomic():
        send(world, role)
    assert kept(world) == [0, 0, 0]


def test_file_from_before_the_household_hid_is_closed_to_its_sender(world, role, shift_clock):
    send(world, role)
    file = the_file(world)
    shift_clock(dt.timedelta(minutes=1))
    conceal_hazuki(world)

    assert opened(client_of(world.anshin_worker), file).status_code == 404
    assert opened(client_of(world.coordinator), file).status_code == 200
