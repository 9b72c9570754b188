"""The search box: words are sent and never stand in an address or a log; what is hidden changes nothing."""

import datetime as dt
import io
import json
import sys

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.concealment.actions import GroundDraft, conceal
from casework.search import sealed
from casework.search.keys import words_of
from casework.sharing.actions import Label
from casework.workspace.finding import COUNTS_LIKE_ROWS
from permissions.audit.alarms import raise_alarms
from permissions.audit.models import AuditEntry
from permissions.walls.context import acting_for
from tests.casework.pages import masked, sign_in


def search(client, words):
    return client.post(reverse("casework:search"), {"words": words}, follow=True)


def logged(world):
    with acting_for(world.auditor):
        return list(AuditEntry.objects.filter(detail__list="search").order_by("number"))


def test_words_are_sent_and_the_address_does_not_say_them(world, client):
    sign_in(client, world.reception)

    answer = search(client, "灯野")
    (address, status), body = answer.redirect_chain[0], answer.content.decode()

    assert status == 302
    assert "灯野" not in address
    assert "%E7" not in address
    assert world.tomono.case.number in body
    assert world.hazuki.case.number not in body
    assert "灯野母の氏名" in body
    assert "灯野" not in body.split("</title>")[0]
    assert client.get(address).status_code == 200  # Back and reload lead to the same answer.


def test_a_case_that_hides_is_marked_among_what_was_found(world, client):
    sign_in(client, world.reception)
    before = search(client, "灯野").content.decode()
    with acting_for(world.coordinator):
        ground = GroundDraft("provisional", "本人の電話")
        conceal(world.tomono.case, world.tomono.mother, ground, by=world.coordinator)

    assert ["秘匿中" in body for body in (before, search(client, "灯野").content.decode())] == [False, True]
    assert "秘匿中" not in search(client, "葉月").content.decode()


def test_an_address_is_of_one_person_and_ends(world, client, monkeypatch):
    sign_in(client, world.reception)
    address = search(client, "灯野").redirect_chain[0][0]
    sign_in(client, world.coordinator)
    other = client.get(address).content.decode()
    sign_in(client, world.reception)
    monkeypatch.setattr(sealed, "OPENS_FOR_SECONDS", -1)
    later = client.get(address).content.decode()
    broken = client.get(reverse("casework:search"), {"w": "灯野"}).content.decode()

    for body in (other, later, broken):
        assert "もう使えません" in body
        assert world.tomono.case.number not in body


def test_the_log_says_who_and_how_many_and_keeps_a_digest_of_the_words(world, client):
    sign_in(client, world.reception)
    search(client, "灯野 母")
    search(client, "灯野　母")
    search(client, "葉月")
    first, again, other = (row.detail for row in logged(world))

    assert (
        first == again == {"list": "search", "shown": 1, "counts": COUNTS_LIKE_ROWS, "words": first["words"]}
    )
    assert other["words"] != first["words"]
    assert "灯野" not in json.dumps([first, other], ensure_ascii=False)
    assert len(first["words"]) == 32


def test_an_auditor_compares_words_with_the_log(world, client, monkeypatch, settings):
    sign_in(client, world.reception)
    search(client, "髙橋")
    (row,) = logged(world)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key for this test, long enough to be one"
    told = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.StringIO("高橋\n"))

    call_command("search_digest", stdout=told)

    today, former = told.getvalue().split()
    assert former == row.detail["words"]
    assert today != former


def test_whoever_tries_name_after_name_raises_the_alarm_of_lists(world, client, settings):
    settings.MARUGOTO_ALARM_LIMITS = {"mass_list": 4 * COUNTS_LIKE_ROWS}
    sign_in(client, world.anshin_worker)
    for text in ("佐藤", "鈴木", "高橋", "田中"):
        search(client, text)
    quiet = raise_alarms()
    search(client, "伊藤")

    (alarm,) = raise_alarms()
    assert quiet == []
    assert (alarm.kind, alarm.user_id) == ("mass_list", world.anshin_worker.user.pk)


def test_short_words_are_said_to_be_short_and_a_miss_what_to_try_next(world, client):
    sign_in(client, world.reception)

    assert "もう少し長く" in search(client, "母").content.decode()
    assert "ふりがなでさがしてください" in search(client, "無名").content.decode()
    assert "どれかを入れてください" in search(client, " ").content.decode()
    assert [row.detail.get("words", "") == "" for row in logged(world)] == [True, False]


def test_a_hidden_case_and_no_case_are_the_same_page_by_the_same_queries(canaries, client):
    sign_in(client, canaries.stranger)
    answers = []
    for text in ("灯野", "無名"):
        address = search(client, text).redirect_chain[0][0]
        with CaptureQueriesContext(connection) as asked:
            body = masked(client.get(address)).decode().replace(text, "(words)")

        answers.append((body, len(asked)))

    assert answers[0] == answers[1]
    with acting_for(canaries.chief):
        assert words_of("灯野").grams


def test_each_found_case_costs_no_query_more(world, client):
    sign_in(client, world.reception)
    counts = []
    for text in ("灯野", "世帯"):
        address = search(client, text).redirect_chain[0][0]
        with CaptureQueriesContext(connection) as asked:
            body = client.get(address).content.decode()
        counts.append((body.count('m-nowrap" href'), len(asked)))

    assert [rows for rows, _count in counts] == [1, 2]
    assert counts[0][1] == counts[1][1]


def test_an_agency_is_told_why_without_what_it_may_not_see(canaries, client):
    world, home = canaries, canaries.hazuki
    world.share(home, world.kenko, Label(home.mother.pk, "contact"))
    with acting_for(world.coordinator):
        from casework.households.actions import fingerprint, set_item
        from casework.households.models import PersonContact

        values = {"phone": "000-7777-8888"}
        row = PersonContact.objects.get(person=home.mother)
        set_item(
            home.mother, item="contact", values=values, seen=fingerprint(row, ["phone"]), by=world.coordinator
        )
    sign_in(client, world.kenko_worker)

    body = search(client, "77778888").content.decode()

    assert home.case.number in body
    assert "氏名は共有されていません" in body
    assert "葉月原" not in body
    assert ">電話<" in body


def test_slash_goes_to_the_box_unless_keys_are_switched_off(world, client):
    sign_in(client, world.reception)
    url = reverse("casework:keys_switch")
    bodies = [client.get(reverse("casework:home")).content.decode()]
    for choice in ("off", "on"):
        client.post(url, {"keys": choice})
        bodies.append(client.get(reverse("casework:home")).content.decode())

    assert [body.count('aria-keyshortcuts="/"') for body in bodies] == [1, 0, 1]
    assert all('role="search"' in body for body in bodies)


def test_who_reads_no_cases_has_no_box(world, client):
    sign_in(client, world.editor)

    assert "m-find" not in client.get(reverse("casework:home")).content.decode()
    assert client.get(reverse("casework:search")).status_code == 403


def test_found_cases_are_in_an_order_that_a_hidden_change_does_not_alter(canaries, client, shift_clock):
    from casework.households.actions import change_person, fingerprint

    world = canaries
    for home in (world.hazuki, world.tomono):
        world.share(home, world.anshin, Label(home.mother.pk, "basic"))
    sign_in(client, world.anshin_worker)
    address = search(client, "mother basic").redirect_chain[0][0]
    body = search(client, "原母").content.decode()
    before = [masked(client.get(address)), body]
    shift_clock(dt.timedelta(hours=5))
    with acting_for(world.coordinator):
        son = world.hazuki.son
        change_person(
            son, values={"name": "葉月原母似"}, seen=fingerprint(son, ["name"]), by=world.coordinator
        )

    assert [masked(client.get(address)), search(client, "原母").content.decode()][0] == before[0]
    assert "葉月原母似" not in search(client, "原母").content.decode()
