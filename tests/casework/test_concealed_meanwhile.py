"""Somebody writes a place down in the very moment in which the household is concealed: nobody reads it afterwards.

Three orders: written first and not yet committed; concealed first and not yet committed; concealed between the look
and the row.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from casework.concealment import guard
from casework.concealment.actions import GroundDraft, conceal
from casework.files.actions import add_file
from casework.files.models import FileContent
from casework.files.selectors import case_files_for, content_for
from casework.households.actions import change_household, set_item
from casework.households.models import Household, PersonContact
from casework.issues.actions import IssueDraft, note_issue
from casework.notes.actions import NoteDraft, ParagraphDraft, write_note
from casework.plans.actions import DirectionDraft, decide
from casework.registers import taking
from casework.seen import fingerprint
from casework.sharing.actions import Label
from casework.tasks.actions import TaskDraft, add_task
from casework.workspace.selectors import case_record_for
from permissions.errors import NotAllowed
from permissions.uploads.pipeline import Taken
from permissions.walls.context import acting_for
from tests.casework.test_registers import check, rows_of_somebody_who_hides, take
from tests.casework.test_registers import read as read_register
from tests.worlds import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

HOME = "見本市若木区みほん町9-8-7"
GROUND = GroundDraft("provisional", "本人の申出")


def _note(w: Any) -> None:
    paragraphs = (ParagraphDraft("fact", "observed", f"{HOME}を訪ねた"),)
    draft = NoteDraft(Label(w.tomono.mother.pk, "history"), timezone.now(), "visit", "訪問", paragraphs)
    write_note(w.tomono.case, draft, by=w.coordinator)


def _task(w: Any) -> None:
    label = Label(w.tomono.mother.pk, "history")
    draft = TaskDraft(label, f"{HOME}へ行く", timezone.localdate(), w.coordinator.membership)
    add_task(w.tomono.case, draft, by=w.coordinator)


def _issue(w: Any) -> None:
    note_issue(w.tomono.mother, "gap", IssueDraft("3", "staff", words=f"{HOME}の家"), by=w.coordinator)


def _direction(w: Any) -> None:
    drafts = [DirectionDraft(Label(w.tomono.mother.pk, "plan"), f"{HOME}を訪ねる")]
    decide(w.tomono.case, decided_on=timezone.localdate(), directions=drafts, roles=[], by=w.coordinator)


def _summary(w: Any) -> None:
    household = Household.objects.get(case=w.tomono.case)
    values = {"summary": f"{HOME}に住む"}
    change_household(household, values=values, seen=fingerprint(household, ["summary"]), by=w.coordinator)


def _file(w: Any) -> None:
    taken = Taken("txt", "", f"{HOME}の地図".encode(), "0" * 64)
    label = Label(w.tomono.mother.pk, "history")
    add_file(w.tomono.case, label, taken, title="資料", has_no_place=False, by=w.coordinator)


WRITINGS = {
    "note": _note, "task": _task, "issue": _issue, "direction": _direction, "summary": _summary, "file": _file,
}  # fmt: skip


@pytest.fixture
def world(transactional_db: None) -> World:
    world = World()
    mother = world.tomono.mother
    with acting_for(world.coordinator):
        row = PersonContact.objects.get(person=mother)
        set_item(
            mother,
            item="contact",
            values={"address": HOME},
            seen=fingerprint(row, ["address"]),
            by=world.coordinator,
        )
    return world


class Step:
    """An act in a thread and a transaction of its own that stops where it is told to."""

    def __init__(self, viewer: Any, act: Callable[[], Any]) -> None:
        self.acted, self.may_end, self.error = threading.Event(), threading.Event(), None
        self.pid = 0
        self._thread = threading.Thread(target=self._run, args=(viewer, act))
        self._thread.start()

    def _run(self, viewer: Any, act: Callable[[], Any]) -> None:
        try:
            with acting_for(viewer):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    self.pid = cursor.fetchone()[0]
                act()
                self.acted.set()
                assert self.may_end.wait(30)
        except (NotAllowed, DatabaseError) as error:
            self.error = error
        finally:
            self.acted.set()
            connection.close()

    def waits(self, as_owner: Any) -> bool:
        """Return whether the database lets it wait for somebody, within some seconds; False if it went on."""
        for _try in range(100):
            with as_owner() as owner:
                row = owner.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [self.pid]).fetchone()
            if row[0]:
                return True
            if self.acted.wait(0.1):
                return False
        return False

    def end(self) -> Any:
        self.may_end.set()
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self.error


def _conceal(world: World) -> Any:
    return conceal(world.tomono.case, world.tomono.mother, GROUND, by=world.chief)


def _reads(world: World) -> list[str]:
    """What of the place anybody of the center or of an agency that sees everything reads afterwards."""
    found = []
    for viewer in (world.chief, world.coordinator, world.anshin_worker):
        with acting_for(viewer):
            record = case_record_for(viewer, world.tomono.case)
            texts = [paragraph.text for note in record.notes for paragraph in note.paragraphs.all()]
            texts += [task.what for task in record.tasks] + [note.title for note in record.notes]
            texts += [row.text for view in record.decisions for row in view.directions]
            texts += [issue.words for view in record.people if view.issues for issue in view.issues.open]
            texts += [record.household.summary] if record.household else []
            if not viewer.sees_all_cases:
                files = case_files_for(viewer, world.tomono.case)
                texts += [(content_for(viewer, file) or b"").decode() for file in files]
            found += [text for text in texts if "みほん町" in text]
    return found


@pytest.fixture
def shared(world: World) -> World:
    labels = [Label(world.tomono.mother.pk, item) for item in ("basic", "history", "plan", "assessment")]
    world.share(world.tomono, world.anshin, *labels, Label(None, "basic"))
    return world


@pytest.mark.parametrize("name", WRITINGS)
def test_written_first_is_looked_through(shared, as_owner, name):
    writer = Step(shared.coordinator, lambda: WRITINGS[name](shared))
    assert writer.acted.wait(20)
    hiding = Step(shared.chief, lambda: _conceal(shared))
    waited = hiding.waits(as_owner)
    errors = (writer.end(), hiding.end())

    assert waited or name == "file"
    assert errors == (None, None)
    call_command("run_worker", "--batch")
    assert _reads(shared) == []


@pytest.mark.parametrize("name", WRITINGS)
def test_concealed_first_is_refused(shared, as_owner, name):
    hiding = Step(shared.chief, lambda: _conceal(shared))
    assert hiding.acted.wait(20)
    writer = Step(shared.coordinator, lambda: WRITINGS[name](shared))
    writer.waits(as_owner)
    assert hiding.end() is None
    assert isinstance(writer.end(), NotAllowed | None)
    call_command("run_worker", "--batch")

    assert _reads(shared) == []


# Who changes the summary has locked the household, who decides has locked the case, and whoever hides it waits.
@pytest.mark.parametrize("name", sorted(WRITINGS.keys() - {"summary", "direction"}))
def test_concealed_between_the_look_and_the_row_is_refused(shared, monkeypatch, name):
    with (
        _hidden_before_the_first_row(shared, monkeypatch),
        acting_for(shared.coordinator),
        pytest.raises(NotAllowed),
    ):
        WRITINGS[name](shared)

    assert _reads(shared) == []
    with acting_for(shared.chief):
        assert FileContent.objects.count() == 0


@contextmanager
def _hidden_before_the_first_row(world: World, monkeypatch: Any) -> Any:
    """Let the first look find nothing, and the household hide right after it."""
    look, hid = guard.digests_of, []

    def nothing_yet(case_id: Any) -> Any:
        if hid:
            return look(case_id)
        hid.append(Step(world.chief, lambda: _conceal(world)))
        assert hid[0].acted.wait(20)
        assert hid[0].end() is None
        return []

    monkeypatch.setattr(guard, "digests_of", nothing_yet)
    yield
    assert hid


@pytest.mark.parametrize("at_once", [1, 200])
def test_hid_while_an_older_ledger_was_taken_in(world, monkeypatch, at_once):
    """After the look and before the end somebody hides who stands in the ledger: nothing of the household is in the open."""
    register = read_register(world, rows_of_somebody_who_hides("いいえ"))
    check(world, register)
    name = "take_household" if at_once == 1 else "take_households"
    real, hid = getattr(taking, name), []

    def meanwhile(*args, **more):
        made = real(*args, **more)
        if not hid:
            hid.append(
                Step(
                    world.coordinator,
                    lambda: conceal(world.tomono.case, world.tomono.mother, GROUND, by=world.coordinator),
                )
            )
            assert hid[0].acted.wait(20)
            assert hid[0].end() is None
        return made

    monkeypatch.setattr(taking, "AT_ONCE", at_once)
    monkeypatch.setattr(taking, name, meanwhile)
    states = take(world, register, alike=True)

    assert hid
    assert states == {2: ("held", ["hides_here"]), 3: ("held", ["household"]), 4: ("taken", [])}
    with acting_for(world.chief):
        assert not PersonContact.objects.filter(address="見本市あおば町1-2-3").exists()
