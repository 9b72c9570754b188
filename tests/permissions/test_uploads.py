"""The one way for files: what is taken by its content, what is refused with a reason, what is left of what is kept."""

import io
import struct
import subprocess
import sys
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from permissions.audit.origin import coming_from, current_origin
from permissions.uploads import office, pictures
from permissions.uploads.errors import NotTaken
from permissions.uploads.names import title_of
from permissions.uploads.pipeline import BY_CODE, KINDS, MOST_BYTES, take_in

PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
TYPES = "[Content_Types].xml"


def sent(name, content):
    return SimpleUploadedFile(name, content, content_type="text/html")  # what the sender says is not believed


def picture(kind="JPEG", size=(40, 30), **more):
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **more)
    return out.getvalue()


def packed(main="word/document.xml", text="<w:document/>", **members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(TYPES, members.pop("types", "<Types/>"))
        made.writestr(main, text)
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def with_part(name, content="x", **more):
    return packed(**{name: content}, **more)


def pdf(body):
    return b"%PDF-1.7\n" + body + b"\n%%EOF\n"


def packed_objects(text):
    data = zlib.compress(text)
    return (
        b"1 0 obj << /Type /ObjStm /Filter /FlateDecode /Length %d >>\nstream\n" % len(data)
        + data
        + b"\nendstream endobj"
    )


def heic():
    pillow_heif = pytest.importorskip("pillow_heif")
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 64), "blue")).save(out)
    return out.getvalue()


# --- what is taken ---------------------------------------------------------------------------------------


def test_each_kind_is_taken_and_kept_as_what_it_is():
    files = {
        "手紙.pdf": PDF,
        "写真.JPG": picture(),
        "図.png": picture("PNG"),
        "記録.docx": packed(),
        "表.xlsx": packed("xl/workbook.xml", "<workbook/>"),
        "メモ.txt": "こんにちは\r\n".encode("cp932"),
    }
    taken = {name: take_in(sent(name, content)) for name, content in files.items()}

    assert {name: (each.kind, each.title) for name, each in taken.items()} == {
        "手紙.pdf": ("pdf", "手紙"),
        "写真.JPG": ("jpeg", "写真"),
        "図.png": ("png", "図"),
        "記録.docx": ("docx", "記録"),
        "表.xlsx": ("xlsx", "表"),
        "メモ.txt": ("txt", "メモ"),
    }
    for name in ("手紙.pdf", "記録.docx", "表.xlsx"):
        assert taken[name].content == files[name]
    assert taken["メモ.txt"].content.decode() == "こんにちは\n"
    assert len({each.digest for each in taken.values()}) == len(files)


@pytest.mark.parametrize("kind", [kind.code for kind in KINDS])
def test_nothing_is_ever_sent_out_as_something_a_browser_runs(kind):
    assert BY_CODE[kind].content_type.partition(";")[0] in {
        "application/pdf", "image/jpeg", "image/png", "text/plain",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }  # fmt: skip


def test_photograph_of_a_telephone_becomes_one_that_every_computer_opens():
    taken = take_in(sent("IMG_1.HEIC", heic()))

    assert Image.open(io.BytesIO(taken.content)).format == "JPEG"
    assert BY_CODE[taken.kind].kept_as == "jpg"


def test_place_and_camera_and_whatever_hides_in_a_picture_are_gone():
    exif = Image.Exif()
    exif[0x010F] = "CANARY-CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (35.0, 36.0, 1.0)
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "CANARY-WORDS")
    files = {
        "a.jpg": picture(exif=exif.tobytes(), comment=b"CANARY-COMMENT") + b"<script>CANARY-TAIL</script>",
        "b.png": picture("PNG", pnginfo=words) + b"PK\x03\x04CANARY-TAIL",
    }

    for name, content in files.items():
        kept = take_in(sent(name, content)).content
        assert b"CANARY" in content
        assert b"CANARY" not in kept
        remade = Image.open(io.BytesIO(kept))
        assert (dict(remade.getexif()), remade.size) == ({}, (40, 30))
        assert {"Comment", "comment"} & set(remade.info) == set()


def test_photograph_taken_upright_stays_upright():
    exif = Image.Exif()
    exif[0x0112] = 6

    kept = take_in(sent("a.jpg", picture(exif=exif.tobytes()))).content

    assert Image.open(io.BytesIO(kept)).size == (30, 40)


def test_my_number_in_a_text_is_masked_and_the_writer_told():
    with coming_from(None):
        kept = take_in(sent("a.txt", "番号は 123456789018 です".encode())).content.decode()
        assert current_origin().has_masked
    assert "123456789018" not in kept


# --- what is refused -------------------------------------------------------------------------------------


def bomb(megabytes=150):
    return with_part("word/media/a.xml", b"\0" * (megabytes * 1024 * 1024))


def lying_bomb():
    """The header says that the part is small."""
    content = bytearray(with_part("word/big.xml", b"\0" * (60 * 1024 * 1024)))
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"word/big.xml"))
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(content)


def encrypted():
    content = bytearray(packed())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def twice():
    out = io.BytesIO(packed())
    with zipfile.ZipFile(out, "a") as made, pytest.warns(UserWarning, match="Duplicate"):
        made.writestr("word/document.xml", "<w:other/>")
    return out.getvalue()


def png_of(width, height):
    """A picture whose header says that it is enormous."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunk = b"IHDR" + head
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each))
        for each in (chunk, data)
    )


RELS = '<Relationship Type="http://x/attachedTemplate" Target="http://evil.example/t.dotm" TargetMode="External"/>'
LINK = '<Relationship Type="http://x/hyperlink" Target="https://example.org/" TargetMode="External"/>'
HOSTILE = {
    "page under another name": ("a.pdf", b"<html><script>alert(1)</script></html>"),
    "page with the mark of a picture": ("a.jpg", b"\xff\xd8\xff<script>alert(1)</script>"),
    "drawing with a script": ("a.svg", b"<svg><script/></svg>"),
    "drawing named a picture": ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
    "program": ("a.exe", b"MZ"),
    "program with two names": ("a.pdf.exe", b"MZ"),
    "program named a PDF": ("a.exe.pdf", b"MZ\x90"),
    "no name": ("a", b"x"),
    "picture in a PDF's name": ("a.pdf", picture()),
    "PDF in a picture's name": ("a.png", PDF),
    "nothing": ("a.txt", b""),
    "too large": ("a.pdf", PDF + b"0" * MOST_BYTES),
    "cut off": ("a.pdf", PDF[:-8]),
    "script in a PDF": ("a.pdf", pdf(b"<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>")),
    "script by another spelling": ("a.pdf", pdf(b"<< /S /J#61vaScript >>")),
    "script in packed objects": ("a.pdf", pdf(packed_objects(b"<< /S /JavaScript /JS (1) >>"))),
    "program that a PDF starts": ("a.pdf", pdf(b"<< /S /Launch /F (cmd.exe) >>")),
    "file in a PDF": ("a.pdf", pdf(b"<< /Names << /EmbeddedFiles 3 0 R >> >>")),
    "PDF with a password": ("a.pdf", pdf(b"trailer << /Encrypt 9 0 R >>")),
    "PDF that swells": ("a.pdf", pdf(packed_objects(b"\0" * (60 * 1024 * 1024)))),
    "macros": ("a.docx", with_part("word/vbaProject.bin")),
    "macros by their type": ("a.docx", packed(types="<Override ContentType='application/vnd.ms-word.document.macroEnabled'/>")),
    "macros under their own name": ("a.docm", packed()),
    "file in a document": ("a.docx", with_part("word/embeddings/oleObject1.bin")),
    "control": ("a.docx", with_part("word/activeX/activeX1.xml")),
    "template from elsewhere": ("a.docx", with_part("word/_rels/settings.xml.rels", RELS)),
    "workbook from elsewhere": (
        "a.xlsx", packed("xl/workbook.xml", "<workbook/>", **{"xl/externalLinks/externalLink1.xml": "x"}),
    ),
    "command in a field": ("a.docx", packed(text='<w:instrText> DDEAUTO c:\\\\cmd.exe </w:instrText>')),
    "entity": ("a.docx", packed(text='<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')),
    "workbook in a document's name": ("a.docx", packed("xl/workbook.xml", "<workbook/>")),
    "any archive": ("a.docx", b"PK\x03\x04" + b"0" * 50),
    "archive that swells": ("a.docx", bomb()),
    "archive whose header lies": ("a.docx", lying_bomb()),
    "archive with a password": ("a.docx", encrypted()),
    "archive with one name twice": ("a.docx", twice()),
    "archive of very many": ("a.docx", packed(**{f"word/{number}.xml": "x" for number in range(1_001)})),
    "old Word": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    "document with a password": ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    "picture of 900 megapixels": ("a.png", png_of(30_000, 30_000)),
    "broken picture": ("a.jpg", picture()[:200]),
    "bytes named a text": ("a.txt", bytes(range(256))),
    "text of another world": ("a.txt", "日本語の文章".encode("utf-16")),
    "text that is too long": ("a.txt", b"a" * 500_001),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_file_is_refused_with_a_reason_that_says_what_to_do(what):
    name, content = HOSTILE[what]

    with pytest.raises(NotTaken, match=r"ください|までです|入っていません"):
        take_in(sent(name, content))


def test_what_is_harmless_is_taken_though_it_looks_alike():
    files = [
        ("a.docx", with_part("word/_rels/document.xml.rels", LINK)),
        (
            "a.xlsx",
            packed("xl/workbook.xml", "<workbook/>", **{"xl/printerSettings/printerSettings1.bin": "x"}),
        ),
        ("a.pdf", pdf(b"1 0 obj << /Length 20 >>\nstream\n\0/JS \0/Launch \0\nendstream endobj")),
        ("a.pdf", pdf(packed_objects(b"<< /Type /Page >>"))),
        ("a.docx", packed(text="<w:t>DDE の説明</w:t>")),
    ]

    assert [take_in(sent(name, content)).content == content for name, content in files] == [True] * len(files)


def test_sizes_are_added_up_while_reading_whatever_headers_say(monkeypatch):
    monkeypatch.setattr(office, "MOST_RATIO", 3)

    with pytest.raises(NotTaken, match="大きくなりすぎます"):
        take_in(sent("a.docx", with_part("word/a.xml", "あ" * 10_000)))


def test_decoder_that_never_ends_is_ended(monkeypatch):
    def never(*args, **kwargs):
        raise subprocess.TimeoutExpired(args[0], kwargs["timeout"])

    monkeypatch.setattr(pictures.subprocess, "run", never)

    with pytest.raises(NotTaken, match="読めませんでした"):
        take_in(sent("a.jpg", picture()))


def test_decoder_works_within_limits_of_its_own():
    """In a program of its own, which may neither write files nor take all memory."""
    script = pictures._CHILD.read_text()
    assert "RLIMIT_AS" in script
    assert script.index("setrlimit") < script.index("from PIL")
    made = subprocess.run(
        [sys.executable, "-I", str(pictures._CHILD), "PNG"], input=png_of(30_000, 30_000), capture_output=True, check=False
    )  # fmt: skip
    assert made.returncode == pictures.TOO_MANY_POINTS


def test_decoder_knows_no_key(monkeypatch):
    seen = {}

    def look(*args, **kwargs):
        seen.update(kwargs["env"])
        return subprocess.CompletedProcess(args, 0, stdout=b"x")

    monkeypatch.setenv("MARUGOTO_SECRET_KEY", "見本の鍵")
    monkeypatch.setenv("DATABASE_URL", "postgres://見本")
    monkeypatch.setattr(pictures.subprocess, "run", look)

    take_in(sent("a.jpg", picture()))

    assert {"MARUGOTO_SECRET_KEY", "DATABASE_URL"} & set(seen) == set()
    assert "PATH" in seen


# --- names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("../../etc/passwd.txt", "passwd"),
        ("C:\\Users\\見本\\手紙.pdf", "手紙"),
        ("exe.\u202egpj.jpg", "exe.gpj"),
        ("a\x00b\n.pdf", "ab"),
        (".pdf", "pdf"),
        ("あ" * 300 + ".pdf", "あ" * 100),
    ],
)
def test_name_is_a_text_without_path_or_unseen_letters(name, title):
    assert title_of(name) == title


@given(name=st.text(max_size=200))
def test_no_name_leaves_a_path_or_a_control(name):
    title = title_of(name)

    assert len(title) <= 100
    assert not set(title) & set("/\\\x00\r\n\u202e\u200b")
