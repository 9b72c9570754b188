"""What nobody types by accident. Nothing may break, nothing may be stored that was not asked for."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms_app.submissions.models import Answer, Submission
from permissions.walls.context import acting_for

from .visiting import URL, codes, fill

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"


def stored(office: Any) -> int:
    with acting_for(office.reception):
        return Submission.objects.count()


def test_hundred_thousand_fields_are_refused_with_a_phone_number(client, office, revision):
    body = "&".join(f"f{number}=x" for number in range(100_000))
    answer = client.post(URL, body, content_type=FORM)
    assert answer.status_code == 413
    assert "大きすぎて" in answer.content.decode()
    assert "000-0000-1234" in answer.content.decode()
    assert stored(office) == 0


def test_body_beyond_the_limit_is_refused_with_a_phone_number(client, office, revision):
    answer = client.post(URL, "story=" + "x" * 3_000_000, content_type=FORM)
    assert answer.status_code == 413
    assert "000-0000-1234" in answer.content.decode()
    assert stored(office) == 0


def test_text_of_a_megabyte_is_shown_again_with_its_length(client, office, revision):
    story = "長" * 300_000
    html = client.post(URL, {**fill(client), "story": story, "step": "send"}).content.decode()
    assert "2000文字以内" in html
    assert "300000文字" in html
    assert story in html
    assert stored(office) == 0


@pytest.mark.parametrize("body", ["%", "&&&==&", "story", "=", "story=%ff%fe%00", "\x00\x01"])
def test_broken_bodies_get_the_form_back(client, office, revision, body):
    assert client.post(URL, body, content_type=FORM).status_code == 200
    assert stored(office) == 0


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=x", "application/json", "text/x"]
)
def test_other_content_types_get_an_answer(client, office, revision, kind):
    assert client.post(URL, b"--x\r\nbroken", content_type=kind).status_code in {200, 413}
    assert stored(office) == 0


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_other_methods_are_refused(client, revision, method):
    for url in (URL, "/status/", "/status/thread/", "/forms/soudan/receipt/"):
        assert getattr(client, method)(url).status_code == 405


def test_control_characters_are_dropped_and_the_rest_is_kept(client, office, revision):
    data = fill(client, story="あ\x00い\x08う\x1b[31m髙﨑𠮷\ufa19葛\U000e0100")
    client.post(URL, {**data, "step": "send"})
    with acting_for(office.reception):
        assert Answer.objects.get(key="story").value == "あいう[31m髙﨑𠮷\ufa19葛\U000e0100"


def test_fields_nobody_asked_for_are_ignored(client, office, revision):
    data = fill(
        client, story="話", destination_agency="1", is_urgent="on", received_at="1999-01-01", id="7", q_x="y"
    )
    client.post(URL, {**data, "step": "send"})
    with acting_for(office.reception):
        assert list(Answer.objects.values_list("key", flat=True)) == ["story"]
        assert Submission.objects.get().destination_agency_id == revision.form.destination_agency_id


def test_uploaded_files_are_ignored(client, office, revision):
    file = SimpleUploadedFile("x.html", b"<script>", content_type="text/html")
    answer = client.post(URL, {**fill(client, story="話"), "attachment": file, "step": "send"}, follow=True)
    assert len(codes(answer.content.decode())) == 2
    with acting_for(office.reception):
        assert Answer.objects.count() == 1


@pytest.mark.parametrize("ticket", ["", "x", "e30:1:x", "\x00", "9" * 5000])
def test_forged_ticket_is_doubted_and_loses_nothing(client, office, revision, ticket):
    html = client.post(
        URL, {**fill(client, story="のこる"), "ticket": ticket, "step": "send"}
    ).content.decode()
    assert "もう一度「この内容で送る」" in html
    assert "のこる" in html
    assert stored(office) == 0


def test_typed_markup_is_text_on_every_page(client, office, revision):
    nasty = "\"><script>alert(1)</script>'{{ 7|add:1 }}{% now 'Y' %}"
    data = fill(client, story=nasty, **{"name-name": nasty, "contact-note": nasty})
    pages = [client.post(URL, {**data, "step": step}).content.decode() for step in ("check", "edit")]
    client.post(URL, {**data, "step": "send"})
    client.force_login(office.reception.user)
    with acting_for(office.reception):
        submission = Submission.objects.get()
    pages.append(client.get(f"/forms/inbox/{submission.pk}/").content.decode())
    for html in pages:
        assert "alert(1)&lt;/script&gt;" in html
        assert "<script>alert" not in html


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(
            ["story", "topics", "who", "name-name", "name-kana", "contact-phone", "contact-methods", "contact-email",
             "age_band", "ward", "consent", "revision", "ticket", "step", "mail_address_again", "needs"]
        ),
        st.lists(st.text(max_size=20), max_size=3),
    )
)  # fmt: skip
def test_any_post_gets_a_page_with_what_was_typed(client, revision, typed):
    answer = client.post(URL, typed)
    assert answer.status_code in {200, 303}


def test_paths_that_are_no_form(client: Client, revision):
    for path in (
        "/forms/",
        "/forms/%00/",
        "/forms/SOUDAN'--/",
        "/forms/../etc/",
        "/forms/soudan/x/",
        "/forms/a b/",
    ):
        assert client.get(path).status_code == 404, path


def test_pages_carry_no_inline_code_and_no_other_host(client, office, revision):
    data = fill(client, story="死にたい")
    pages = [
        client.get(URL),
        client.post(URL, {**data, "step": "check"}),
        client.post(URL, {"step": "check"}),
    ]
    pages.append(client.post(URL, {**data, "step": "send"}, follow=True))
    pages.append(client.get("/status/"))
    for page in pages:
        html = page.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", html)
        assert not re.search(
            r'(?:src|href|action)="(?:https?:)?//(?!testserver)', html.replace('rel="noreferrer', "")
        )
