from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import ProgrammingError
from django.test import Client

from forms_app.delivery.models import OutboxRow
from forms_app.submissions.models import Answer, Submission
from permissions.walls.context import acting_for, clock

from .visiting import URL, codes, fill, hidden, send

pytestmark = pytest.mark.django_db


def test_consultation_sent_without_script_gives_receipt_and_stores_it(client, office, revision):
    data = fill(client, story="家賃が払えません", topics=["rent_loan", "food"])
    check = client.post(URL, {**data, "step": "check"}).content.decode()
    answer = client.post(URL, {**data, "step": "send"}, follow=True)
    html = answer.content.decode()

    assert "この内容で送る" in check
    assert "家賃が払えません" in check
    assert answer.redirect_chain == [("/forms/soudan/receipt/", 303)]
    code, phrase = codes(html)
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{3}(-[2-9A-HJKMNP-Z]{3}){2}", code)
    assert len(phrase.split()) == 3
    with acting_for(office.reception):
        submission = Submission.objects.get()
        stored = {answer.key: answer.value for answer in submission.answers.all()}
    assert stored == {"topics": ["rent_loan", "food"], "story": "家賃が払えません"}
    assert submission.revision_id == revision.pk
    assert submission.is_urgent


def test_consultation_sent_twice_gives_same_receipt_and_one_submission(client, office, revision):
    data = fill(client, story="同じこと")
    first, second = (codes(send(client, data).content.decode()) for _ in range(2))
    assert first == second
    assert len(first) == 2
    with acting_for(office.reception):
        assert Submission.objects.count() == 1
    with clock("deliver_submissions"):
        assert OutboxRow.objects.count() == 1


def test_consultation_changed_and_sent_again_keeps_both_on_one_receipt(client, office, revision):
    data = fill(client, story="はじめに書いたこと")
    first = codes(send(client, data).content.decode())
    second = codes(send(client, data | {"story": "あとで書きたしたこと"}).content.decode())
    assert first == second
    with acting_for(office.reception):
        stories = set(Answer.objects.values_list("display", flat=True))
        receipts = set(Submission.objects.values_list("receipt_id", flat=True))
    assert stories == {"はじめに書いたこと", "あとで書きたしたこと"}
    assert len(receipts) == 1


def test_consultation_without_story_keeps_everything_typed(client, office, revision):
    data = fill(
        client, **{"name-name": "髙﨑𠮷", "contact-phone": "０００－１２３４－５６７８", "topics": ["debt"]}
    )
    html = client.post(URL, {**data, "step": "send"}).content.decode()
    assert "<title>入力を確認：" in re.sub(r"\s*\n\s*", "", html)
    assert "困っていることを教えてください" in html.split('id="errors"')[1].split("</ul>")[0]
    assert 'value="髙﨑𠮷"' in html
    assert 'value="０００－１２３４－５６７８"' in html
    assert re.search(r'value="debt"[^>]*checked', html)
    with acting_for(office.reception):
        assert not Submission.objects.exists()


def test_consultation_edit_button_shows_typed_text_without_errors(client, office, revision):
    data = fill(client, story="", **{"contact-email": "まちがい"})
    html = client.post(URL, {**data, "step": "edit"}).content.decode()
    assert 'value="まちがい"' in html
    assert 'id="errors"' not in html


@pytest.mark.parametrize(
    ("typed", "is_shown"),
    [
        ({"story": "もう死 に た い"}, True),
        ({"story": "話したい", "topics": ["dv_abuse"]}, True),
        ({"story": "話したい", "topics": ["food"]}, True),
        ({"story": "話したい", "topics": ["debt"]}, False),
    ],
)
def test_check_page_shows_urgent_numbers_before_sending(client, revision, typed, is_shown):
    html = client.post(URL, {**fill(client), **typed, "step": "check"}).content.decode()
    assert ("いますぐ助けが必要なときは" in html) is is_shown
    assert ('href="tel:0120061338"' in html) is is_shown


def test_consultation_with_filled_honeypot_is_asked_again_then_sent(client, office, revision):
    data = fill(client, story="人です", mail_address_again="robot@example.com")
    html = client.post(URL, {**data, "step": "send"}).content.decode()
    assert "もう一度「この内容で送る」" in html
    assert "人です" in html
    with acting_for(office.reception):
        assert not Submission.objects.exists()
    again = {"revision": hidden(html, "revision"), "ticket": hidden(html, "ticket"), "story": "人です"}
    assert len(codes(client.post(URL, {**again, "step": "send"}, follow=True).content.decode())) == 2


def test_consultation_sent_too_quickly_is_asked_again_then_sent(client, office, revision, settings):
    settings.MARUGOTO_FORM_HUMAN_SECONDS = 3600
    data = fill(client, story="早い")
    html = client.post(URL, {**data, "step": "send"}).content.decode()
    assert "もう一度「この内容で送る」" in html
    again = data | {"ticket": hidden(html, "ticket"), "step": "send"}
    assert len(codes(client.post(URL, again, follow=True).content.decode())) == 2


def test_consultation_beyond_rate_limit_keeps_text_and_names_phone(client, office, revision, settings):
    settings.MARUGOTO_FORM_SENDS_PER_HOUR = 2
    data = fill(client, story="はじめ")
    for number in range(2):
        send(client, data | {"story": f"その{number}"})
    refused = client.post(URL, {**data, "story": "のこるはず", "step": "send"})
    html = refused.content.decode()
    assert refused.status_code == 429
    assert "のこるはず" in html
    assert "000-0000-1234" in html.split('role="alert"')[1].split("</div>")[0]
    with acting_for(office.reception):
        assert Submission.objects.count() == 2


def test_receipt_without_cookie_is_gone_and_shows_no_code(client, revision):
    answer = client.get("/forms/soudan/receipt/")
    assert answer.status_code == 404
    assert codes(answer.content.decode()) == []


def test_receipt_forgotten_is_gone(client, office, revision):
    send(client, fill(client, story="見られたくない"))
    assert client.get("/forms/soudan/receipt/").status_code == 200
    client.post("/forms/soudan/receipt/")
    assert client.get("/forms/soudan/receipt/").status_code == 404


def test_consultation_from_browser_without_cookies_shows_receipt_at_once(office, revision):
    data = fill(Client(), story="クッキーなし")
    answer = Client().post(URL, {**data, "step": "send"})
    assert answer.status_code == 200
    assert len(codes(answer.content.decode())) == 2


def test_broken_cache_turns_nobody_away(client, office, revision, monkeypatch):
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ProgrammingError("no table of the cache")

    data = fill(client, story="話")
    monkeypatch.setattr("forms_app.journey.views.take_turn", fail)
    assert len(codes(client.post(URL, {**data, "step": "send"}, follow=True).content.decode())) == 2


def test_check_page_names_what_was_forgotten_and_leads_back_to_it(client, revision):
    data = fill(
        client, story="話", **{"contact-methods": ["phone", "email"], "contact-email": "a@example.jp"}
    )
    html = client.post(URL, {**data, "step": "check"}).content.decode()
    assert "「電話番号」が書かれていません" in html
    assert "「メールアドレス」が書かれていません" not in html
    anchors = re.findall(r'formaction="/forms/soudan/#([^"]+)"', html)
    assert anchors == ["ask-story", "ask-contact"]
    form = client.get(URL).content.decode()
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in form] == []


@pytest.mark.parametrize("url", [URL, "/forms/soudan/receipt/", "/status/"])
def test_pages_with_personal_data_are_not_stored_by_browser(client, revision, url):
    assert "no-store" in client.get(url)["Cache-Control"]


def test_unknown_form_is_not_found(client, revision):
    assert client.get("/forms/nothing/").status_code == 404
    assert client.post("/forms/nothing/", {"story": "x"}).status_code == 404


def test_english_page_stores_the_answers_in_japanese_words(client, office, revision, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    data = fill(client, story="x", **{"contact-methods": ["phone"], "contact-phone": "000-0000-1111"})
    check = client.post(URL, {**data, "step": "check"}).content.decode()
    client.post(URL, {**data, "step": "send"})

    with acting_for(office.reception):
        submission = Submission.objects.get()
        shown = {answer.key: answer.display for answer in submission.answers.all()}
    assert submission.language == "en"
    assert "Phone" in check or "Telephone" in check
    assert "電話" in shown["contact"]
