"""Word and Excel: kept as they are, if they are what they say, do not swell when opened, and hold nothing that acts."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from django.utils.translation import gettext as _

from .errors import NotTaken

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
_ACTING_TYPES = re.compile(rb"macroEnabled|vbaProject|oleObject|activeX", re.IGNORECASE)
_FETCHING = re.compile(
    rb"<Relationship\b[^>]*(?:attachedTemplate|oleObject|frame|subDocument|externalLink|afChunk)[^>]*>",
    re.IGNORECASE,
)
_EXTERNAL = re.compile(rb"TargetMode\s*=\s*[\"']External", re.IGNORECASE)
_DDE = re.compile(rb"\bDDE(?:AUTO)?\b|<ddeLink\b")


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
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise NotTaken(
            _("ファイルがこわれているか、WordやExcelのファイルではないようです。保存し直してください。")
        ) from error


def _check_members(packed: zipfile.ZipFile, main: str) -> None:
    members = packed.infolist()
    names = [member.filename for member in members]
    if len(names) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise NotTaken(_too_large())
    if len({name.lower() for name in names}) != len(names) or not {_TYPES, main} <= set(names):
        raise zipfile.BadZipFile("parts are missing or there twice")
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise NotTaken(
            _("パスワードのかかったファイルは受け取れません。パスワードを外して保存し直してください。")
        )
    if any(_ACTING_PARTS.search(name) and not _HARMLESS_PARTS.search(name) for name in names):
        raise NotTaken(_acting())


def _check_part(packed: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    """Read one part to its end, whatever its header says of its size; return how much it was."""
    size, text = 0, bytearray()
    is_xml = member.filename.lower().endswith((".xml", ".rels"))
    with packed.open(member) as part:
        while chunk := part.read(_AT_ONCE):
            size += len(chunk)
            if size > left:
                raise NotTaken(_too_large())
            if is_xml:
                text += chunk
    if is_xml:
        _check_xml(member.filename, bytes(text))
    return size


def _check_xml(name: str, text: bytes) -> None:
    if b"<!ENTITY" in text or b"<!DOCTYPE" in text or text.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotTaken(_acting())
    if name == _TYPES and _ACTING_TYPES.search(text):
        raise NotTaken(_acting())
    if name.lower().endswith(".rels") and any(_EXTERNAL.search(found) for found in _FETCHING.findall(text)):
        raise NotTaken(_acting())
    if _DDE.search(b" ".join(re.findall(rb"<(?:w:instrText|w:fldSimple|ddeLink|f)\b[^>]*>[^<]*", text))):
        raise NotTaken(_acting())


def _too_large() -> str:
    return _("ファイルを開くと大きくなりすぎます。分けるか、PDFにしてから、もう一度選んでください。")


def _acting() -> str:
    return _(
        "マクロや、ほかのファイルへのつながりが入ったファイルは受け取れません。マクロなしで保存し直すか、PDFにしてください。"
    )
