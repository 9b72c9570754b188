"""Word and Excel: kept as they are, if they are what they say, do not swell when opened, and hold nothing that acts."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from xml.parsers import expat

from django.utils.translation import gettext as _

from .errors import NotTaken

# NotImplementedError is a RuntimeError; LookupError is an encoding that does not exist.
_BROKEN = (zipfile.BadZipFile, zlib.error, expat.ExpatError, RuntimeError, EOFError, ValueError, LookupError)
MOST_MEMBERS = 1_000
MOST_UNPACKED = 100 * 1024 * 1024
MOST_RATIO = 100
_AT_ONCE = 64 * 1024
_TYPES = "[Content_Types].xml"
_ENCRYPTED = 0x1
# Macros, controls, files and links that fetch something when the document is opened (ECMA-376, part 2).
_ACTING_PARTS = re.compile(
    r"(^|/)(vbaproject|vbadata|activex|embeddings|macrosheets|dialogsheets|externallinks|customui)(/|\.|$)|\.(bin|exe|dll|js|vbs|ps1|bat|cmd|lnk|hta|scr)$",
    re.IGNORECASE,
)
# Printer settings are such a .bin, in nearly every workbook, and harmless.
_HARMLESS_PARTS = re.compile(r"(^|/)printersettings/printersettings\d*\.bin$", re.IGNORECASE)
_ACTING_TYPES = re.compile(r"macroEnabled|vbaProject|oleObject|activeX", re.IGNORECASE)
# Links are the one thing that waits for a click; a picture from elsewhere tells its owner who opens the document, and when.
_WAITS_FOR_A_CLICK = "/hyperlink"
# What fields and formulas say; Word joins what stands in one field, into however many pieces it was cut.
_SPEAKING = {"instrText", "f"}
_PARTING = {"fldChar", "f"}
_DDE = re.compile(r"\bDDE(AUTO)?\b", re.IGNORECASE | re.ASCII)
# Excel's old drawings hold lines that are not ended, as in HTML. Whoever takes such a part for XML reads no further either.
_TAGS_DO_NOT_MATCH = expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]
_BEFORE_XML = b" \t\r\n\0\xef\xbb\xbf\xff\xfe"


def checked_docx(content: bytes) -> bytes:
    """Return a Word document as it is. Raises NotTaken."""
    _check(content, main="word/document.xml")
    return content


def checked_xlsx(content: bytes) -> bytes:
    """Return an Excel workbook as it is. Raises NotTaken."""
    _check(content, main="xl/workbook.xml")
    return content


def _check(content: bytes, *, main: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _check_members(packed, main)
            left = min(MOST_UNPACKED, MOST_RATIO * len(content))
            for member in packed.infolist():
                left -= _check_part(packed, member, left)
    except _BROKEN as error:
        raise NotTaken(
            _("ファイルがこわれているか、WordやExcelのファイルではないようです。保存し直してください。")
        ) from error


def _check_members(packed: zipfile.ZipFile, main: str) -> None:
    members = packed.infolist()
    names = [member.filename for member in members]
    if len(names) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise NotTaken(_too_large())
    if len({name.casefold() for name in names}) != len(names) or not {_TYPES, main} <= set(names):
        raise zipfile.BadZipFile  # parts are missing, or there twice
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise NotTaken(
            _("パスワードのかかったファイルは受け取れません。パスワードを外して保存し直してください。")
        )
    if any(_ACTING_PARTS.search(name) and not _HARMLESS_PARTS.search(name) for name in names):
        raise NotTaken(_acting())


def _check_part(packed: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    """Read one part to its end, whatever its header says of its size; return how much it was."""
    size = 0
    with packed.open(member) as part:
        chunk = part.read(_AT_ONCE)
        text = _Text(member.filename) if _is_xml(member.filename, chunk) else None
        while chunk:
            size += len(chunk)
            if size > left:
                raise NotTaken(_too_large())
            if text:
                text.read(chunk)
            chunk = part.read(_AT_ONCE)
    if text:
        text.end()
    return size


def _is_xml(name: str, begin: bytes) -> bool:
    """A part may be called anything: its type decides what it is opened as."""
    return name.lower().endswith((".xml", ".rels")) or (
        begin != b"" and begin.lstrip(_BEFORE_XML)[:1] in {b"", b"<"}
    )


class _Text:
    """Reads a part of XML as it comes. Raises NotTaken for entities, for what fetches something, and for commands in fields."""

    def __init__(self, name: str) -> None:
        self.tells_types = name == _TYPES
        self.tells_links = name.lower().endswith(".rels")
        self.is_drawing = name.lower().endswith(".vml")
        self.is_speaking = False
        self.said: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._hear

    def read(self, chunk: bytes, *, is_last: bool = False) -> None:
        try:
            self.parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            # Whatever comes behind is answered with the same error.
            if not self.is_drawing or error.code != _TAGS_DO_NOT_MATCH:
                raise

    def end(self) -> None:
        self.read(b"", is_last=True)
        if _DDE.search("".join(self.said)):
            self._refuse()

    def _begin(self, tag: str, values: dict[str, str]) -> None:
        name = _bare(tag)
        is_elsewhere = self.tells_links and values.get("TargetMode", "Internal") != "Internal"
        if (
            name == "ddeLink"
            or (is_elsewhere and not str(values.get("Type")).endswith(_WAITS_FOR_A_CLICK))
            or (self.tells_types and any(map(_ACTING_TYPES.search, values.values())))
        ):
            self._refuse()
        if name == "fldSimple":
            self.said += [f" {value} " for value in values.values()]
        if name in _PARTING:
            self.said.append(" ")
        if name in _SPEAKING:
            self.is_speaking = True

    def _end(self, tag: str) -> None:
        if _bare(tag) in _SPEAKING:
            self.is_speaking = False

    def _hear(self, words: str) -> None:
        if self.is_speaking:
            self.said.append(words)

    def _refuse(self, *_told: object) -> None:
        raise NotTaken(_acting())


def _bare(tag: str) -> str:
    return tag.rpartition(":")[2]


def _too_large() -> str:
    return _("ファイルを開くと大きくなりすぎます。分けるか、PDFにしてから、もう一度選んでください。")


def _acting() -> str:
    return _(
        "マクロや、ほかのファイルへのつながりが入ったファイルは受け取れません。マクロなしで保存し直すか、PDFにしてください。"
    )
