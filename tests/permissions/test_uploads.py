"""The one way for files: what is taken by its content, what is refused with a reason, what is left of what is kept."""

import hashlib
import io
import random
import resource
import struct
import subprocess
import sys
import warnings
import zipfile
import zlib
from fractions import Fraction
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from permissions.audit.origin import coming_from, current_origin
from permissions.uploads import documents, office, pictures, pipeline, remake_picture
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


def packed_objects(text, pack=lambda objects: zlib.compress(b"4 0 " + objects)):
    data = pack(text)
    return (
        b"1 0 obj << /Type /ObjStm /Filter /FlateDecode /Length %d >>\nstream\n" % len(data)
        + data
        + b"\nendstream endobj"
    )


def heic(mode="RGB"):
    pillow_heif = pytest.importorskip("pillow_heif")
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new(mode, (64, 48), "blue")).save(out)
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
        ("a.pdf", pdf(b"1 0 obj << /Length 20 >>\nstream\n\0/JS \0/3D \0\nendstream endobj")),
        ("a.pdf", pdf(packed_objects(b"<< /Type /Page >>"))),
        ("a.docx", packed(text="<w:t>DDE の説明</w:t>")),
    ]

    assert [take_in(sent(name, content)).content == content for name, content in files] == [True] * len(files)


# --- why -------------------------------------------------------------------------------------------------


def why(name, content):
    with pytest.raises(NotTaken) as refusal:
        take_in(sent(name, content))
    return str(refusal.value)


SAVE_AGAIN = "ファイルがこわれているか、WordやExcelのファイルではないようです。保存し直してください。"
LOCKED = "パスワードのかかったファイルは受け取れません。パスワードを外して保存し直してください。"
SWELLS = "ファイルを開くと大きくなりすぎます。分けるか、PDFにしてから、もう一度選んでください。"
ACTS = (
    "マクロや、ほかのファイルへのつながりが入ったファイルは受け取れません。"
    "マクロなしで保存し直すか、PDFにしてください。"
)
PDF_ACTS = (
    "動くもの（スクリプトや、ほかのファイルなど）が入ったPDFは受け取れません。"
    "「PDFとして印刷」で作り直してください。"
)
PDF_LOCKED = "パスワードのかかったPDFは受け取れません。パスワードを外して保存し直してください。"
PDF_SWELLS = "PDFを開くと大きくなりすぎます。「PDFとして印刷」で作り直してください。"
PDF_UNCHECKED = "PDFの中身を確かめられませんでした。「PDFとして印刷」で作り直してください。"
PHOTO = "写真を読めませんでした。こわれているか、写真ではないようです。撮り直すか、保存し直してください。"


class Sent:
    """A file that says of itself what it likes, and was read before."""

    def __init__(self, name, content, size):
        self.name, self.size, self.asked = name, size, []
        self.stream = io.BytesIO(content)
        self.stream.read()
        self.seek = self.stream.seek

    def read(self, most):
        self.asked.append(most)
        return self.stream.read(most)


@pytest.mark.parametrize("size", [None, 0, 1, 12])
def test_file_is_read_from_its_beginning_and_never_further_than_one_byte_too_many(monkeypatch, size):
    monkeypatch.setattr(pipeline, "MOST_BYTES", 12)
    good, bad = Sent("a.txt", b"a" * 12, size), Sent("a.txt", b"a" * 13, size)

    assert take_in(good).content == b"a" * 12
    with pytest.raises(
        NotTaken, match=r"ファイルが大きすぎます。10MBまでです。写真は小さくするか、分けてください。"
    ):
        take_in(bad)
    assert (good.asked, bad.asked) == ([13], [13])


def test_file_that_says_itself_that_it_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(pipeline, "MOST_BYTES", 12)
    file = Sent("a.txt", b"a", 13)

    with pytest.raises(NotTaken, match="大きすぎます。10MBまで"):
        take_in(file)
    assert file.asked == []


def test_most_of_a_file_is_what_the_reason_says():
    assert MOST_BYTES == pipeline.MOST_MEGABYTES * 2**20 == 10 * 2**20


@pytest.mark.parametrize("name", ["pdf", None, "", "a.pdf.exe", "a.pdf.", "a"])
def test_kind_is_the_last_suffix_and_a_file_without_any_is_none(name):
    with pytest.raises(NotTaken, match="この種類のファイルは受け取れません"):
        take_in(Sent(name, PDF, len(PDF)))
    assert take_in(sent("写真.2026.PDF", PDF)).title == "写真.2026"


def test_content_that_is_none_or_another_is_told_apart():
    assert why("a.pdf", b"") == "ファイルに何も入っていません。"
    assert why("a.jpeg", PDF) == (
        "ファイルの中身が、名前（.jpg）と合いません。もとのソフトで保存し直してください。"
    )


def test_digest_is_of_what_is_kept():
    taken = take_in(sent("a.txt", b"a\r\n"))

    assert taken == pipeline.Taken("txt", "a", b"a\n", hashlib.sha256(b"a\n").hexdigest())


def test_photographs_of_telephones_begin_in_five_ways():
    begins = BY_CODE["heic"].begins

    def seen(mark):
        return {brand for brand in BRANDS if begins(b"\0\0\0\x18" + mark + brand + b"\0\0")}

    BRANDS = {b"heic", b"heix", b"mif1", b"heim", b"heis", b"avif", b"mp42", b"XXXX"}  # noqa: N806
    assert seen(b"ftyp") == {b"heic", b"heix", b"mif1", b"heim", b"heis"}
    assert seen(b"moov") == set()


# --- texts -----------------------------------------------------------------------------------------------


def test_text_keeps_its_lines_and_loses_its_mark():
    assert take_in(sent("a.txt", b"\xef\xbb\xbfa\r\nb\rc\n\td\f")).content == b"a\nb\nc\n\td\f"


def test_text_is_as_long_as_it_may_be():
    assert len(take_in(sent("a.txt", b"a" * 500_000)).content) == 500_000
    assert why("a.txt", b"a" * 500_001) == (
        "文章のファイルは500KBまでです。分けてから、もう一度選んでください。"
    )


@pytest.mark.parametrize("control", ["\0", "\x1b", "\x7f", "\x85"])
def test_what_has_controls_is_no_text(control):
    assert why("a.txt", f"a{control}b".encode()) == (
        "文章のファイルではないようです。中身を確かめてください。"
    )


def test_text_of_another_encoding_is_told():
    # In EUC-JP, what is taken for Shift_JIS is kana of half width.
    assert why("a.txt", "ひらがなとカタカナ".encode("euc-jp")) == (
        "文字コードが分かりません。「UTF-8」か「Shift_JIS（ANSI）」で保存し直してください。"
    )
    for content in ("日本".encode("utf-16"), b"\xfe\xff" + "日本".encode("utf-16-be")):
        assert why("a.txt", content) == (
            "文字コードがUTF-16です。「UTF-8」か「Shift_JIS（ANSI）」で保存し直してください。"
        )


def test_kana_of_half_width_are_taken_up_to_a_third_or_in_a_sure_encoding():
    def read(text, encoding):
        return take_in(sent("a.txt", text.encode(encoding))).content.decode()

    assert read("ｶﾅｱ漢字漢字漢字", "cp932") == "ｶﾅｱ漢字漢字漢字"
    assert read("ｶﾅ｡ﾟ", "utf-8") == "ｶﾅ｡ﾟ"
    assert why("a.txt", "ｶﾅｱ漢字漢字漢".encode("cp932")).startswith("文字コードが分かりません。")


def test_nobody_is_told_of_numbers_where_none_are():
    with coming_from(None):
        take_in(sent("a.txt", b"a 12345"))
        assert not current_origin().has_masked
    assert take_in(sent("a.txt", b"a")).content == b"a"
    assert (
        b"123456789018" not in take_in(sent("a.txt", b"123456789018")).content
    )  # by a command: nobody to tell


# --- PDF -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*documents.ACTING, *documents.SHORT])
@pytest.mark.parametrize("after", [b" ", b"/", b"<", b"\n"])
def test_name_of_what_acts_is_found_in_the_structure_whatever_follows(name, after):
    assert why("a.pdf", pdf(b"<<" + name + after + b">>")) == PDF_ACTS
    assert take_in(sent("a.pdf", pdf(b"<<" + name + b"X" + after + b">>")))


def test_names_are_found_whole_and_letter_by_letter():
    finds = documents._any_of(b"/A", b"/3.D").search
    ends = [b"", *(bytes([byte]) for byte in b"\0\t\n\f\r ()<>[]{}/%")]

    assert all(finds(b"x" + name + end) for name in (b"/A", b"/3.D") for end in ends)
    assert not any(
        finds(text) for text in (b"/AB", b"/3xD", b"/3.DX", b"/B", b"A", b"|", b"/A\xff", b"/A#", b"/A.")
    )


PACKED_SCRIPT = b"<< /S /JavaScript /JS (1) >>"
PDF_WHY = {
    "cut off": (PDF[:-8], "PDFが途中で切れているようです。もう一度保存し直してください。"),
    "end too far away": (PDF + b" " * 3_000, "PDFが途中で切れているようです。もう一度保存し直してください。"),
    "password": (pdf(b"<< /Encrypt 9 0 R >>"), PDF_LOCKED),
    "password by another spelling": (pdf(b"<< /#45ncrypt 9 0 R >>"), PDF_LOCKED),
    "packed script": (pdf(packed_objects(PACKED_SCRIPT)), PDF_ACTS),
    "packed script in short": (pdf(packed_objects(b"<< /JS 3 0 R >>")), PDF_ACTS),
    "packed script at the end": (pdf(packed_objects(b"<< /S /J#61vaScript")), PDF_ACTS),
    "script in what poses as a stream": (pdf(b"% stream\n<< /S /JavaScript /JS 1 >>\n% endstream"), PDF_ACTS),
    "packed objects of a long dictionary": (
        pdf(packed_objects(PACKED_SCRIPT).replace(b"/Filter", b" " * 5_000 + b"/Filter")), PDF_ACTS,
    ),
    "packed objects by another spelling": (
        pdf(packed_objects(b"<< /JS 3 0 R >>").replace(b"ObjStm", b"Obj#53tm")), PDF_ACTS,
    ),
    "packed script of the second stream": (
        pdf(packed_objects(b"<< /Type /Page >>") + packed_objects(b"<< /JS 3 0 R >>")), PDF_ACTS,
    ),
    "packed script at the end of the first stream": (
        pdf(packed_objects(b"<< /JS") + packed_objects(b"<< /Type /Page >>")), PDF_ACTS,
    ),
    "packed objects that are damaged behind": (
        pdf(packed_objects(PACKED_SCRIPT, pack=lambda objects: zlib.compress(b"4 0 " + objects)[:-4] + b"XXXX")),
        PDF_UNCHECKED,
    ),
    "packed objects that only seem to end": (
        pdf(packed_objects(b"(endstream endobj) /JS 1", pack=lambda objects: zlib.compress(b"4 0 " + objects, 0))),
        PDF_UNCHECKED,
    ),
    "packed twice": (
        pdf(packed_objects(PACKED_SCRIPT, pack=lambda text: zlib.compress(zlib.compress(b"4 0 " + text)))), PDF_UNCHECKED,
    ),
    "packed otherwise": (pdf(packed_objects(PACKED_SCRIPT, pack=lambda text: (b"4 0 " + text).hex().encode())), PDF_UNCHECKED),
}  # fmt: skip


@pytest.mark.parametrize("what", PDF_WHY)
def test_pdf_is_refused_for_what_it_is(what):
    content, reason = PDF_WHY[what]

    assert why("a.pdf", content) == reason


@pytest.mark.parametrize("objects", [b"<</A 1>>", b" [1]", b" (a)", b"/A"])
def test_packed_objects_begin_with_their_numbers(objects):
    assert take_in(sent("a.pdf", pdf(packed_objects(b"\n4 0" + objects, pack=zlib.compress))))
    assert why("a.pdf", pdf(packed_objects(objects, pack=zlib.compress))) == PDF_UNCHECKED


def test_letters_of_streams_may_spell_what_acts():
    streams = b"<< >>\nstream\n\0/JS \0\nendstream\n" * 3

    assert take_in(sent("a.pdf", pdf(streams + packed_objects(b"<< /Type /Page >>"))))


def test_packed_objects_are_added_up(monkeypatch):
    monkeypatch.setattr(documents, "MOST_UNPACKED", 100)

    def packed_of(*sizes):
        return pdf(b"".join(packed_objects(b"0" * (size - 4)) for size in sizes))

    for sizes in ([100], [60, 40], [50, 30, 20]):
        assert take_in(sent("a.pdf", packed_of(*sizes)))
    for sizes in ([101], [200], [60, 41], [50, 30, 21]):
        assert why("a.pdf", packed_of(*sizes)) == PDF_SWELLS


def test_of_packed_objects_one_byte_too_many_is_unpacked_at_most(monkeypatch):
    asked = []
    unpack = SimpleNamespace(eof=True, decompress=lambda stream, most: asked.append(most) or b"4 0 <<>>")
    monkeypatch.setattr(documents, "MOST_UNPACKED", 100)
    monkeypatch.setattr(documents.zlib, "decompressobj", lambda: unpack)

    take_in(sent("a.pdf", pdf(packed_objects(b"<<>>") * 2)))

    assert asked == [101, 93]


# --- Word and Excel --------------------------------------------------------------------------------------


NOISE = {"word/media/a.png": random.Random(0).randbytes(10_000)}  # so that large parts swell by little


def rels(link, name="word/_rels/document.xml.rels"):
    return with_part(name, f"<Relationships>{link}</Relationships>")


def drawing(end, name="xl/drawings/vmlDrawing1.VML"):
    return packed(**NOISE, **{name: f"<xml><div>{end}{'<b>' * 30_000}"})


def field(*pieces, between="</w:r><w:r><w:rPr/>"):
    runs = between.join(f"<w:instrText>{piece}</w:instrText>" for piece in pieces)
    return f'<w:p><w:r><w:fldChar w:fldCharType="begin"/>{runs}</w:r></w:p>'


ELSEWHERE = 'Target="http://evil.example/x" TargetMode="External"/>'
OFFICE_WHY = {
    "no main part": (packed("word/other.xml"), SAVE_AGAIN),
    "no types": (packed().replace(b"[Content_Types].xml", b"[Kontent_Types].xml"), SAVE_AGAIN),
    "one name in two cases": (packed(**{"word/a.xml": "<a/>", "word/A.xml": "<a/>"}), SAVE_AGAIN),
    "password": (encrypted(), LOCKED),
    "macros beside something harmless": (
        packed(**{"word/printerSettings/printerSettings1.bin": "x", "word/vbaProject.bin": "x"}), ACTS,
    ),
    "no XML": (packed(text="<a>"), SAVE_AGAIN),
    "two ends": (packed(text="<a/></a>"), SAVE_AGAIN),
    "drawing that does not end": (drawing("<br/>"), SAVE_AGAIN),
    "drawing that goes on without an end": (drawing("<br></div>", name="word/a.xml"), SAVE_AGAIN),
    "drawing with a command": (drawing(f"{field('DDE')}<br></div></xml>"), ACTS),
    "empty part": (with_part("word/a.xml", ""), SAVE_AGAIN),
    "part that only is called XML": (with_part("word/a.XML", "x"), SAVE_AGAIN),
    "links that only are called so": (with_part("word/_rels/a.xml.RELS", "<".encode("cp500")), SAVE_AGAIN),
    "blanks": (with_part("word/a.dat", " "), SAVE_AGAIN),
    "document type after many blanks": (packed(**NOISE, **{"word/a.dat": " " * 70_000 + "<!DOCTYPE x><x/>"}), ACTS),
    "unknown encoding": (packed(text='<?xml version="1.0" encoding="x-none"?><a/>'), SAVE_AGAIN),
    "encoding of two bytes": (packed(text='<?xml version="1.0" encoding="cp932"?><a/>'), SAVE_AGAIN),
    "document type": (packed(text='<!DOCTYPE x SYSTEM "http://evil.example/x"><x/>'), ACTS),
    "entity": (packed(text='<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), ACTS),
    "document type in any part": (with_part("word/a.dat", " \n<!DOCTYPE x><x/>"), ACTS),
    "document type in letters of two bytes": (with_part("word/a.dat", "<!DOCTYPE x><x/>".encode("utf-16")), ACTS),
    "document type after a mark": (with_part("word/a.dat", b"\xef\xbb\xbf<!DOCTYPE x><x/>"), ACTS),
    **{
        f"type {word}": (packed(types=f'<Types><Override ContentType="x/{word}+xml"/></Types>'), ACTS)
        for word in ("macroEnabled", "vbaProject", "oleObject", "activeX", "MACROENABLED")
    },
    **{
        f"{kind} from elsewhere": (rels(f'<Relationship Type="http://x/{kind}" {ELSEWHERE}'), ACTS)
        for kind in ("attachedTemplate", "oleObject", "frame", "subDocument", "image", "aFChunk", "hyperlinks")
    },
    "links in another case": (rels(f"<Relationship {ELSEWHERE}", "word/_rels/DOCUMENT.XML.RELS"), ACTS),
    "link without a type": (rels(f"<Relationship {ELSEWHERE}"), ACTS),
    "link that only names a hyperlink": (rels(f'<Relationship Type="/image" xType="/hyperlink" {ELSEWHERE}'), ACTS),
    "link by letters spelled out": (rels(f"<Relationship {ELSEWHERE.replace('Ext', 'E&#120;t')}"), ACTS),
    "link with a bracket": (rels(f'<Relationship Id="a>b" {ELSEWHERE}'), ACTS),
    "link by another prefix": (rels(f"<r:Relationship {ELSEWHERE}"), ACTS),
    "link of another mode": (rels(f"<Relationship {ELSEWHERE.replace('External', 'external')}"), ACTS),
    "field": (packed(text=field("DDEAUTO c:\\\\cmd.exe")), ACTS),
    "field in small letters": (packed(text=field("dde x")), ACTS),
    "field in pieces": (packed(text=field(" D", "DE", "AUTO x")), ACTS),
    "field in pieces with something between": (packed(text=field("DD", "E", between="<w:t>X</w:t>")), ACTS),
    "field in letters spelled out": (packed(text=field("&#68;DE x")), ACTS),
    "field with something within": (packed(text=field("DD<w:x>E</w:x> x")), ACTS),
    "field by another prefix": (packed(text=field("DDE").replace("w:", "v:")), ACTS),
    "field without a prefix": (packed(text=field("DDE").replace("w:", "")), ACTS),
    "field after others": (packed(text=f"<a>{field('PAGE')}{field('DDE x')}</a>"), ACTS),
    "field before one on one line": (packed(text=f"<a>{field('DDE')}<w:fldSimple w:instr='PAGE'/></a>"), ACTS),
    "field on one line": (packed(text="<a><w:instrText>X</w:instrText><w:fldSimple w:dirty='1' w:instr='DDE x'/></a>"), ACTS),
    "two fields on one line": (packed(text="<a><w:fldSimple w:instr='DDE'/><w:instrText>X</w:instrText></a>"), ACTS),
    "field in a part of any name": (with_part("word/header.dat", field("DDE")), ACTS),
    "field far behind": (packed(text=f"<a>{'<b/>' * 50_000}{field('DDE')}</a>", **NOISE), ACTS),
    "field with the end far behind": (packed(text=f"<a>{field('DDE')}{'<b/>' * 50_000}</a>", **NOISE), ACTS),
    "formula": (packed(text="<row><f>1</f><f>DDE(1)</f></row>"), ACTS),
    "link of a workbook": (packed(text="<x:externalLink><x:ddeLink/></x:externalLink>"), ACTS),
}  # fmt: skip
OFFICE_HARMLESS = {
    "parts of two cases": packed(**{"word/a.xml": "<a/>", "word/b.xml": "<a/>"}),
    "picture": with_part("word/media/a.png", picture("PNG")),
    "drawing with an open line": drawing("<br></div></xml>"),
    "empty folder": with_part("word/media/", ""),
    "letters of two bytes": packed(text="<a>見本</a>".encode("utf-16")),
    "template within": rels('<Relationship Type="http://x/attachedTemplate" Target="a.dotx"/>'),
    "template that says that it is within": rels('<Relationship Type="/oleObject" Target="a" TargetMode="Internal"/>'),
    "hyperlink": rels(LINK),
    "words that are no links": with_part("word/a.xml", f"<Relationship {ELSEWHERE}"),
    "words that are no types": packed(text='<a b="macroEnabled"/>'),
    "DDE in a text": packed(text=f"<a>{field('PAGE')}<w:t>DDE</w:t>DDE<w:x w:instr='DDE'/></a>"),
    "DDE within a word": packed(text=field("HYPERLINK ADDED DDEX")),
    "two fields": packed(text=f"<a>{field('D')}{field('DE')}</a>"),
    "two formulas": packed(text="<a><f>D</f><v>DDE</v><f>DE</f></a>"),
    "lines and fields": packed(text="<a><f>D</f><w:fldSimple w:instr='DE'/></a>"),
    "fields and lines": packed(text="<a><w:fldSimple w:instr='DD'/><w:instrText>E</w:instrText></a>"),
}  # fmt: skip


@pytest.mark.parametrize("what", OFFICE_WHY)
def test_document_is_refused_for_what_it_is(what):
    content, reason = OFFICE_WHY[what]

    assert why("a.docx", content) == reason


@pytest.mark.parametrize("what", OFFICE_HARMLESS)
def test_harmless_document_is_kept_as_it_is(what):
    assert take_in(sent("a.docx", OFFICE_HARMLESS[what])).content == OFFICE_HARMLESS[what]


def sizes_of(content):
    return [member.file_size for member in zipfile.ZipFile(io.BytesIO(content)).infolist()]


BIG = packed(text=f"<a>{'<b/>' * 40_000}</a>", **NOISE)


def test_parts_are_counted_and_their_sizes_added_up(monkeypatch):
    total = sum(sizes_of(BIG))
    limits = {
        "MOST_MEMBERS": (3, 2),
        "MOST_UNPACKED": (total, total - 1),
        "MOST_RATIO": (Fraction(total, len(BIG)), Fraction(total - 1, len(BIG))),
    }
    for name, (enough, too_few) in limits.items():
        with monkeypatch.context() as changed:
            changed.setattr(office, name, enough)
            assert take_in(sent("a.docx", BIG))
            changed.setattr(office, name, too_few)
            assert why("a.docx", BIG) == SWELLS


def test_part_is_never_read_as_a_whole(monkeypatch):
    asked, read = set(), zipfile.ZipExtFile.read

    def note(part, most=None):
        asked.add(most)
        return read(part, most)

    monkeypatch.setattr(zipfile.ZipExtFile, "read", note)
    take_in(sent("a.docx", BIG))

    assert asked == {65_536}


def test_sizes_are_added_up_while_reading_whatever_headers_say(monkeypatch):
    monkeypatch.setattr(office, "MOST_RATIO", 3)

    with pytest.raises(NotTaken, match="大きくなりすぎます"):
        take_in(sent("a.docx", with_part("word/a.xml", "あ" * 10_000)))


@pytest.mark.parametrize(("suffix", "kind"), [("jpg", "JPEG"), ("png", "PNG"), ("heic", "HEIF")])
def test_decoder_is_given_the_picture_and_limits_and_nothing_else(monkeypatch, suffix, kind):
    started = []

    def run(*words, **options):
        started.append((words, options))
        return SimpleNamespace(returncode=0, stdout=b"made")

    monkeypatch.setattr(pictures.os, "environ", {"PATH": "/bin", "LANG": "C", "DATABASE_URL": "x"})
    monkeypatch.setattr(pictures.subprocess, "run", run)
    content = {"jpg": picture(), "png": picture("PNG"), "heic": b"\0\0\0\x18ftypheic"}[suffix]

    assert take_in(sent(f"a.{suffix}", content)).content == b"made"
    assert started == [
        (
            ([sys.executable, "-I", remake_picture.__file__, kind],),
            {
                "input": content,
                "capture_output": True,
                "timeout": 30,
                "check": False,
                "env": {"PATH": "/bin", "LANG": "C"},
            },
        )
    ]


@pytest.mark.parametrize(
    ("code", "made", "reason"),
    [
        (3, b"x", "写真が大きすぎます（2,500万画素まで）。小さくしてから、もう一度選んでください。"),
        (3, b"", "写真が大きすぎます（2,500万画素まで）。小さくしてから、もう一度選んでください。"),
        (1, b"x", PHOTO),
        (-9, b"x", PHOTO),
        (0, b"", PHOTO),
    ],
)
def test_end_of_the_decoder_is_told_apart(monkeypatch, code, made, reason):
    ended = SimpleNamespace(returncode=code, stdout=made)
    monkeypatch.setattr(pictures.subprocess, "run", lambda *words, **options: ended)

    assert why("a.jpg", picture()) == reason


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


# --- what the decoder does -------------------------------------------------------------------------------


@pytest.fixture
def decoder(monkeypatch):
    """The decoder without its end: how it ends, what it writes, and what it did to itself before it read."""
    done = []
    monkeypatch.setattr(resource, "setrlimit", lambda kind, both: done.append((kind, both)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1)

    def remake(kind, content, platform="linux"):
        def read():
            done.append(warnings.filters[0][:3])
            return content

        written = io.BytesIO()
        streams = SimpleNamespace(
            platform=platform,
            stdin=SimpleNamespace(buffer=SimpleNamespace(read=read)),
            stdout=SimpleNamespace(buffer=written),
        )
        monkeypatch.setattr(remake_picture, "sys", streams)
        done.clear()
        with warnings.catch_warnings():
            return remake_picture.main(kind), written.getvalue(), list(done)

    return remake


TIME = (resource.RLIMIT_CPU, (20, 20))
MEMORY = (resource.RLIMIT_AS, (2**30, 2**30))
NO_FILES = (resource.RLIMIT_FSIZE, (0, 0))
WARNINGS_ARE_FAULTS = ("error", None, Warning)


@pytest.mark.parametrize(
    ("platform", "limits"), [("linux", [TIME, MEMORY, NO_FILES]), ("darwin", [TIME, NO_FILES])]
)
def test_decoder_limits_itself_before_it_reads(decoder, platform, limits):
    code, _written, done = decoder("PNG", picture("PNG"), platform)

    assert (code, done) == (0, [*limits, WARNINGS_ARE_FAULTS])


@pytest.mark.parametrize(("most", "ends"), [(40 * 30, (0, True)), (40 * 30 - 1, (3, False))])
def test_decoder_counts_points_before_it_paints_any(decoder, monkeypatch, most, ends):
    monkeypatch.setattr(remake_picture, "MOST_POINTS", most)

    code, written, _done = decoder("JPEG", picture())

    assert (code, bool(written)) == ends


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_decoder_reads_the_kind_it_was_told_and_no_other(decoder, kind):
    others = {"JPEG": picture(), "PNG": picture("PNG"), "GIF": picture("GIF"), "HEIF": heic()}
    del others[kind]

    for content in others.values():
        with pytest.raises(UnidentifiedImageError):
            decoder(kind, content)


def with_hole():
    made = Image.new("P", (4, 4), 1)
    made.putpalette([10, 20, 30, 200, 100, 50])
    made.putpixel((0, 0), 0)
    made.info["transparency"] = 0
    return made


PICTURES = {
    "colors": (Image.linear_gradient("L").convert("RGB"), "RGB"),
    "gray": (Image.linear_gradient("L"), "RGB"),
    "see-through": (Image.new("RGBA", (4, 4), (10, 20, 30, 40)), "RGBA"),
    "gray see-through": (Image.new("LA", (4, 4), (10, 40)), "RGBA"),
    "palette with a hole": (with_hole(), "RGBA"),
}


@pytest.mark.parametrize("what", PICTURES)
def test_png_is_painted_anew_point_by_point_with_its_holes(decoder, what):
    before, mode = PICTURES[what]
    out = io.BytesIO()
    before.save(out, "PNG")

    code, written, _done = decoder("PNG", out.getvalue())

    after = Image.open(io.BytesIO(written))
    assert (code, after.format, after.mode, after.size) == (0, "PNG", mode, before.size)
    assert after.tobytes() == before.convert(mode).tobytes()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_photographs_become_jpeg_of_one_quality(decoder, monkeypatch, mode):
    pillow_heif = pytest.importorskip("pillow_heif")
    opened, register = [], pillow_heif.register_heif_opener
    monkeypatch.setattr(
        pillow_heif,
        "register_heif_opener",
        lambda **options: (opened.append((kind, options)), register(**options)),
    )
    found = []
    for kind, content in (("JPEG", picture(size=(64, 48))), ("HEIF", heic(mode))):
        code, written, _done = decoder(kind, content)
        after = Image.open(io.BytesIO(written))
        found.append((code, after.format, after.mode, after.size, after.quantization))

    like = Image.open(io.BytesIO(picture(quality=88))).quantization
    assert found == [(0, "JPEG", "RGB", (64, 48), like)] * 2
    assert opened == [("HEIF", {"thumbnails": False})]


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
        (" a\u3000 b\tc .pdf", "a bc"),
        (". XaX. .pdf", "XaX"),
        ("a.b.pdf", "a.b"),
        ("a/", ""),
        ("a", "a"),
    ],
)
def test_name_is_a_text_without_path_or_unseen_letters(name, title):
    assert title_of(name) == title


@given(name=st.text(max_size=200))
def test_no_name_leaves_a_path_or_a_control(name):
    title = title_of(name)

    assert len(title) <= 100
    assert not set(title) & set("/\\\x00\r\n\u202e\u200b")
