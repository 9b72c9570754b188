"""Two requests that wait for each other, and one that waits too long: nobody's words are lost."""

import threading
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import RequestFactory
from psycopg.errors import DeadlockDetected

from casework.cases.models import Case
from casework.households.models import Person
from permissions.access import signed_in
from permissions.overtaken import TRIES
from permissions.walls.context import acting_for
from tests.worlds import World

WORDS = "母は、火曜の午後なら話せると言う。"


@pytest.fixture
def world(transactional_db):
    return World()


def sent(viewer, **data):
    request = RequestFactory().post("/notes/", {"text": WORDS, **data})
    request.user, request.viewer, request.resolver_match = viewer.user, viewer, None
    return request


def lock(model, pk):
    return model.objects.select_for_update().get(pk=pk)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_who_wait_for_each_other_are_both_answered(world):
    with acting_for(world.chief):
        person = Person.objects.first()
        wanted = [(Person, person.pk), (Case, person.case_id)]
    gate, calls, answers = threading.Barrier(2), [], {}

    def send(name, viewer, order):
        @signed_in
        def view(request):
            calls.append(name)
            lock(*order[0])
            if calls.count(name) == 1:
                gate.wait(timeout=20)
            lock(*order[1])
            text = request.POST["text"] + request.FILES["paper"].read().decode()
            return HttpResponse(text)

        try:
            answers[name] = view(sent(viewer, paper=SimpleUploadedFile("a.txt", b"page"))).content.decode()
        finally:
            connection.close()

    threads = [
        threading.Thread(target=send, args=("chief", world.chief, wanted)),
        threading.Thread(target=send, args=("reception", world.reception, wanted[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert answers == dict.fromkeys(("chief", "reception"), f"{WORDS}page")
    assert len(calls) == 3


def failing(cause, *, times, seen):
    @signed_in
    def view(request):
        seen.append(request.FILES["paper"].read())
        if len(seen) <= times:
            raise OperationalError from cause
        return HttpResponse("kept")

    return view


@pytest.mark.django_db
@pytest.mark.parametrize("times", range(TRIES))
def test_what_was_overtaken_is_done_anew_with_all_that_was_sent(kept_world, times):
    seen = []

    answer = failing(DeadlockDetected(), times=times, seen=seen)(
        sent(kept_world.chief, paper=BytesIO(b"page"))
    )

    assert (answer.status_code, answer.content) == (200, b"kept")
    assert seen == [b"page"] * (times + 1)


@pytest.mark.django_db
def test_who_is_overtaken_again_and_again_gets_the_words_back(kept_world):
    seen = []

    answer = failing(DeadlockDetected(), times=TRIES, seen=seen)(
        sent(kept_world.chief, paper=BytesIO(b"page"))
    )

    assert (answer.status_code, len(seen)) == (422, TRIES)
    assert WORDS in answer.content.decode()
    assert "ほかの人の保存と重なり" in answer.content.decode()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_who_waits_too_long_gets_the_words_back_and_nothing_was_done(world, as_owner):
    calls = []

    @signed_in
    def view(request):
        calls.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
        lock(Person, person.pk)
        return HttpResponse("saved")

    with acting_for(world.chief):
        person = Person.objects.first()
    with as_owner() as owner, owner.transaction():
        owner.execute("SELECT 1 FROM casework_person WHERE id = %s FOR UPDATE", [person.pk])
        answer = view(sent(world.chief))

    assert (answer.status_code, len(calls)) == (422, 1)
    assert WORDS in answer.content.decode()


@pytest.mark.django_db
def test_other_faults_of_the_database_are_faults(kept_world):
    seen = []

    with pytest.raises(OperationalError):
        failing(ConnectionError(), times=1, seen=seen)(sent(kept_world.chief, paper=BytesIO(b"page")))

    assert len(seen) == 1
