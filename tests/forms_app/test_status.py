from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_app.status import actions, selectors
from forms_app.status.codes import (
    ALPHABET,
    WORDS,
    hash_phrase,
    issue_receipt,
    phrase_fits,
    phrase_key,
    reference_hash,
)
from forms_app.status.models import Message, Receipt
from forms_app.status.promise import day_words, is_working_day, working_day_after
from forms_app.submissions.actions import receive_submission
from forms_app.submissions.given import GivenAnswer
from forms_app.submissions.models import Submission
from permissions.walls.context import acting_for, clock

STORY = "だれにも言えないこと"
WRONG = "受付番号か合言葉がちがうようです"
PAUSED = "しばらく使えません"


@pytest.fixture
def issued(revision):
    given_answer = GivenAnswer("story", "multiline", "話", STORY, STORY)
    return receive_submission(revision, [given_answer], key=uuid.uuid4().hex, language="ja")


def open_status(client, issued, **other):
    data = {"code": issued.code, "phrase": issued.phrase, **other}
    return client.post("/status/", data, follow=True)


# --- codes ---------------------------------------------------------------------------------------------


def test_words_are_many_and_different_and_in_hiragana():
    assert (len(WORDS), len(set(WORDS))) == (256, 256)
    assert all(re.fullmatch("[ぁ-ん]{2,7}", word) for word in WORDS)


def test_alphabet_has_no_signs_that_look_alike():
    assert len(ALPHABET) == 31
    assert not set(ALPHABET) & set("0O1IL")


@given(st.uuids())
def test_receipt_of_a_key_is_always_the_same_and_reads_back(key):
    issued = issue_receipt(key.hex)
    assert issue_receipt(key.hex) == issued
    assert issue_receipt(key.hex, attempt=1) != issued
    assert reference_hash(issued.code.lower().replace("-", " ")) == issued.reference_hash
    assert phrase_key(issued.phrase.replace(" ", "　")) == phrase_key(issued.phrase)


def test_receipt_changes_with_the_secret(settings):
    before = issue_receipt("key")
    settings.MARUGOTO_RECEIPT_KEY = "another secret of this installation"
    assert issue_receipt("key") != before


def test_code_and_phrase_are_read_as_people_write_them():
    assert reference_hash("ｍ７ｋ－４ｑ９－ｘ２ｆ") == reference_hash("M7K-4Q9-X2F")
    assert phrase_key("アオイ・そら") == phrase_key("あおい そら")


# --- promise -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [
        ("2026-11-20", 1, "11月24日（火）"),  # Friday; Monday is 勤労感謝の日
        ("2026-11-24", 1, "11月25日（水）"),
        ("2026-11-21", 2, "11月25日（水）"),
        ("2026-12-28", 1, "1月4日（月）"),
        ("2026-04-28", 1, "4月30日（木）"),
        ("2026-09-18", 1, "9月24日（木）"),  # 敬老の日, 国民の休日, 秋分の日
    ],
)
def test_promise_names_a_working_day(day, days, expected):
    assert day_words(working_day_after(dt.date.fromisoformat(day), days=days)) == expected


@given(st.dates(min_value=dt.date(2020, 1, 1), max_value=dt.date(2040, 1, 1)), st.integers(1, 10))
def test_promise_is_always_a_working_day_after(day, days):
    promised = working_day_after(day, days=days)
    assert promised > day
    assert is_working_day(promised)


# --- look-up -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_database_holds_neither_code_nor_phrase(issued):
    with clock("deliver_submissions"):
        row = Receipt.objects.values().get()
    held = " ".join(str(value) for value in row.values())
    assert issued.code not in held
    assert issued.phrase not in held
    assert row["reference_hash"] == issued.reference_hash
    assert phrase_fits(issued.phrase, row["phrase_hash"])
    assert not phrase_fits("そら うみ やま", row["phrase_hash"])
    assert row["phrase_hash"] != hash_phrase(issued.phrase)


@pytest.mark.django_db
def test_status_opens_with_code_and_phrase_and_shows_no_content(client, office, issued):
    html = open_status(client, issued).content.decode()
    steps = re.findall(r'm-flow__title">([^<]+)</strong><span class="[^"]+">([^<]+)<', html)
    assert [label for label, _day in steps] == [
        "受け付けました", "読みました", "担当が決まりました", "ご連絡しました",
    ]  # fmt: skip
    assert [day for _label, day in steps] == ["済み", *["これからです"] * 3]
    assert STORY not in html
    assert office.center.name not in html


@pytest.mark.django_db
def test_wrong_code_and_wrong_phrase_get_the_same_answer(client, issued):
    pages = [
        client.post("/status/", {"code": code, "phrase": phrase})
        for code, phrase in ((issued.code, "そら うみ やま"), ("222-222-222", issued.phrase))
    ]
    bodies = [
        re.sub(
            r'value="[^"]*"',
            "",
            re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page.content.decode()),
        )
        for page in pages
    ]
    assert [page.status_code for page in pages] == [200, 200]
    assert bodies[0] == bodies[1]
    assert WRONG in bodies[0]
    assert not any(page.cookies.get("marugoto_status") for page in pages)


@pytest.mark.django_db
def test_wrong_code_costs_as_many_hashes_as_wrong_phrase(issued, monkeypatch):
    compared = []

    def counted(password, encoded):
        compared.append(encoded.split("$")[0])
        return False

    monkeypatch.setattr(selectors, "phrase_fits", counted)
    assert selectors.opened_receipt(issued.code, "x") is None
    assert selectors.opened_receipt("222-222-222", "x") is None
    assert compared[0] == compared[1]
    assert len(compared) == 2


@pytest.mark.django_db
def test_five_wrong_phrases_pause_even_the_right_one(client, issued):
    for _try in range(5):
        assert WRONG in open_status(client, issued, phrase="ちがう").content.decode()
    paused = open_status(client, issued)
    assert paused.status_code == 429
    assert PAUSED in paused.content.decode()
    elsewhere = client.post(
        "/status/", {"code": issued.code, "phrase": issued.phrase}, REMOTE_ADDR="198.51.100.7"
    )
    assert elsewhere.status_code == 429


@pytest.mark.django_db
def test_five_wrong_codes_from_one_network_pause_that_network_only(client, issued):
    for number in range(5):
        open_status(client, issued, code=f"222-222-22{number}")
    assert PAUSED in open_status(client, issued).content.decode()
    elsewhere = client.post(
        "/status/", {"code": issued.code, "phrase": issued.phrase}, REMOTE_ADDR="198.51.100.7"
    )
    assert elsewhere.status_code == 302


@pytest.mark.django_db
def test_right_answers_use_up_no_try(client, issued):
    for _time in range(7):
        assert "いまのようす" in open_status(client, issued).content.decode()


@pytest.mark.django_db
def test_thread_needs_the_cookie_and_closing_takes_it(client, issued):
    assert client.get("/status/thread/")["Location"] == "/status/"
    open_status(client, issued)
    assert client.get("/status/thread/").status_code == 200
    client.post("/status/close/")
    assert client.get("/status/thread/")["Location"] == "/status/"


@pytest.mark.django_db
def test_forged_cookie_opens_nothing(client, issued):
    client.cookies["marugoto_status"] = issued.reference_hash
    assert client.get("/status/thread/")["Location"] == "/status/"


@pytest.mark.django_db
def test_empty_lookup_says_what_is_missing(client, db):
    html = client.post("/status/", {}).content.decode()
    assert "受付番号を書いてください" in html
    assert "合言葉を書いてください" in html


# --- thread --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_anonymous_person_and_center_write_to_each_other(client, office, issued):
    with acting_for(office.reception):
        submission = Submission.objects.get()
        actions.send_message(office.reception, submission.pk, body="ご都合のよい時間を教えてください")
    open_status(client, issued)
    client.post("/status/thread/", {"body": "夕方がよいです\r\n<script>"})
    html = client.get("/status/thread/").content.decode()
    with acting_for(office.coordinator):
        thread = list(
            selectors.messages_for(office.coordinator, submission.pk).values_list(
                "author", "body", "written_by"
            )
        )
    assert thread == [
        ("center", "ご都合のよい時間を教えてください", office.reception.user.pk),
        ("citizen", "夕方がよいです\n<script>", None),
    ]
    assert "ご都合のよい時間を教えてください" in html
    assert "夕方がよいです" in html
    assert "<script>" not in html.split("夕方がよいです")[1][:30]
    assert "reception" not in html


@pytest.mark.django_db
def test_center_message_to_what_does_not_reach_is_refused(office, issued):
    with acting_for(office.reception):
        submission = Submission.objects.get()
    with acting_for(office.stranger), pytest.raises(Receipt.DoesNotExist):
        actions.send_message(office.stranger, submission.pk, body="x")
    with acting_for(office.reception):
        assert not Message.objects.exists()


@pytest.mark.django_db
def test_too_long_reply_is_kept_in_the_box(client, issued):
    open_status(client, issued)
    html = client.post("/status/thread/", {"body": "あ" * 2001}).content.decode()
    assert "2000文字以内" in html
    assert "あ" * 2001 in html


@pytest.mark.django_db
def test_states_are_reached_once_and_in_order(office, issued):
    with acting_for(office.reception):
        submission = Submission.objects.get()
        assert actions.mark_assigned(submission.pk)
        first = Receipt.objects.values("read_at", "assigned_at", "contacted_at").get()
        assert actions.mark_read(submission.pk)
        assert actions.mark_contacted(submission.pk)
        last = Receipt.objects.values("read_at", "assigned_at", "contacted_at").get()
    assert first["read_at"]
    assert first["assigned_at"]
    assert first["contacted_at"] is None
    assert (last["read_at"], last["assigned_at"]) == (first["read_at"], first["assigned_at"])
    assert last["contacted_at"] is not None


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["editor", "stranger"])
def test_states_cannot_be_moved_by_who_reads_nothing(office, issued, who):
    with clock("deliver_submissions"):
        submission = Submission.objects.get()
    with acting_for(getattr(office, who)):
        assert actions.mark_read(submission.pk) is False
    with clock("deliver_submissions"):
        assert Receipt.objects.get().read_at is None
