"""A text file becomes an unsaved draft on the note form; whatever cannot be read is said, and nothing typed is lost."""

import codecs

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from casework.notes.models import Note, NoteParagraph
from casework.notes.transcripts import MOST_BYTES, NotATranscript, read_transcript
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in

TALK = "職員：よく眠れていますか。\r\n本人：髙いところが、こわくて……\r\n①②〜"


def sent(content, name="talk.txt"):
    return SimpleUploadedFile(name, content, content_type="text/plain")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_text_is_read_in_the_encodings_of_this_country(encoding):
    text = TALK if encoding != "cp932" else TALK.replace("〜", "～")

    assert read_transcript(sent(text.encode(encoding))) == text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "a.txt", "何も書かれていません"),
        (b" \r\n \r\n", "a.txt", "何も書かれていません"),
        (TALK.encode(), "a.docx", "文章だけのファイル"),
        (TALK.encode(), "a.txt.exe", "文章だけのファイル"),
        (b"PK\x03\x04\x00\x00", "a.txt", "文章のファイルではない"),
        ("あ\x00い".encode(), "a.txt", "文章のファイルではない"),
        ("あ\x07い".encode(), "a.txt", "文章のファイルではない"),
        (codecs.BOM_UTF16_LE + TALK.encode("utf-16-le"), "a.txt", "UTF-16"),
        (TALK[:14].encode("euc-jp") * 3, "a.txt", "文字コードが分かりません"),
        ("よろしくおねがいします。".encode("euc-jp"), "a.txt", "文字コードが分かりません"),
        (b"\xff\xfe\xfd" + TALK.encode(), "a.txt", "UTF-16"),
        (b"\x80\x81\xff", "a.txt", "文字コードが分かりません"),
        (b"a" * (MOST_BYTES + 1), "a.txt", "大きすぎます。200KB"),
        ("あいう\n".encode() * 10_001, "a.txt", "長すぎます（40003文字）。40000文字"),
        (("あ\n" + "い" * 10_001).encode(), "a.txt", "2行目が長すぎます（10001文字）。10000文字"),
    ],
)
def test_file_that_is_no_transcript_is_refused_with_the_reason(content, name, why):
    with pytest.raises(NotATranscript, match=why):
        read_transcript(sent(content, name))


@given(st.binary(max_size=300))
def test_no_content_whatever_breaks_the_reading(content):
    try:
        text = read_transcript(sent(content))
    except NotATranscript:
        return
    assert text
    assert "\r" not in text
    assert "\x00" not in text


# --- on the form -----------------------------------------------------------------------------------------


@pytest.fixture
def coordinator(world, client):
    sign_in(client, world.coordinator)
    return client


def address(world):
    return reverse("casework:note_add", args=[world.hazuki.case.pk])


def stored(world):
    with acting_for(world.chief):
        return list(Note.objects.values_list("title", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("button", [{"load": "1"}, {}])
def test_file_fills_the_box_whatever_button_was_pressed_and_nothing_is_stored(world, coordinator, button):
    typed = {
        "title": "面談",
        "fact_1": "書きかけ",
        "transcript_1": "前の行",
        "about": "household",
        "item": "history",
    }

    page = coordinator.post(
        address(world), {**typed, **button, "file": sent(TALK.encode("cp932", "replace"))}
    )
    html = page.content.decode()

    assert (
        page.context["form"]["transcript_1"]
        .value()
        .startswith("前の行\n\n職員：よく眠れていますか。\n本人：髙い")
    )
    assert all(text in html for text in ('value="面談"', "書きかけ</textarea>", "まだ保存していません"))
    assert "入力を確認" not in html
    assert stored(world) == []


@pytest.mark.django_db
def test_what_was_read_is_saved_by_the_writer_as_a_transcript(world, coordinator):
    page = coordinator.post(address(world), {"load": "1", "file": sent(TALK.encode())})
    form = page.context["form"]
    typed = {
        "about": "household", "item": "history", "occurred_at": "2026-02-03T10:00", "method": "interview", "title": "面談",
        "transcript_1": form["transcript_1"].value(), "transcript_1_source": "self",
    }  # fmt: skip

    assert coordinator.post(address(world), typed).status_code == 302
    with acting_for(world.chief):
        (row,) = NoteParagraph.objects.all()
        assert (row.kind, row.source, row.text) == ("transcript", "self", TALK.replace("\r\n", "\n"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "why"), [(b"\x00", "文章のファイルではないようです"), (None, "ファイルを選んでください")]
)
def test_refused_file_is_said_at_its_field_and_nothing_typed_is_lost(world, coordinator, content, why):
    typed = {"title": "面談", "fact_1": "書きかけ", "transcript_1": "前の行", "load": "1"}

    page = coordinator.post(address(world), {**typed, **({"file": sent(content)} if content else {})})
    html = page.content.decode()

    assert list(page.context["form"].errors) == ["file"]
    assert why in html
    assert all(text in html for text in ('value="面談"', "書きかけ</textarea>", "前の行</textarea>"))
    assert stored(world) == []


@pytest.mark.django_db
def test_my_number_in_a_file_never_reaches_the_page(world, coordinator):
    page = coordinator.post(address(world), {"file": sent("番号は 1234 5678 9018 です".encode())})

    assert page.context["form"]["transcript_1"].value() == "番号は ＊＊＊＊ ＊＊＊＊ ＊＊＊＊ です"
    assert "マイナンバー（個人番号）と思われる12けたの数字" in page.content.decode()
    assert "9018" not in page.content.decode()
