"""PDF: kept as it is, if nothing in it acts. It is only ever sent out as a download."""

from __future__ import annotations

import re
import zlib

from django.utils.translation import gettext as _

from .errors import NotTaken

# What runs, opens something, or carries another file along (ISO 32000-2, 12.6 and 7.11).
ACTING = (
    *(
        b"/JavaScript",
        b"/Launch",
        b"/EmbeddedFile",
        b"/EmbeddedFiles",
        b"/RichMedia",
        b"/ImportData",
        b"/SubmitForm",
    ),
    *(b"/GoToE", b"/GoToR", b"/Movie", b"/Rendition", b"/OnInstantiate"),
)
# Letters and points may spell these by chance.
SHORT = (b"/JS", b"/XFA", b"/3D")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
# How objects begin that are packed into a stream: numbers and places, in pairs.
_PAIRS = re.compile(rb"\s*\d+\s+\d+[\s<\[(/]")
MOST_UNPACKED = 50 * 1024 * 1024
_TAIL = 2048


def _any_of(*names: bytes) -> re.Pattern[bytes]:
    """Return what finds these names, whole."""
    return re.compile(b"(?:" + b"|".join(map(re.escape, names)) + rb")(?=[\x00\t\n\f\r ()<>\[\]{}/%]|$)")


_ACTING = _any_of(*ACTING)
_ACTING_OR_SHORT = _any_of(*ACTING, *SHORT)
_ENCRYPTED = _any_of(b"/Encrypt")


def checked_pdf(content: bytes) -> bytes:
    """Return a PDF as it is. Raises NotTaken for one that is cut off, encrypted, or holds scripts, forms that send, or files."""
    if b"%%EOF" not in content[-_TAIL:]:
        raise NotTaken(_("PDFが途中で切れているようです。もう一度保存し直してください。"))
    whole = _unescaped(content)
    if _ENCRYPTED.search(whole):
        raise NotTaken(_("パスワードのかかったPDFは受け取れません。パスワードを外して保存し直してください。"))
    if _ACTING.search(whole) or _ACTING_OR_SHORT.search(_unescaped(_structure(content))):
        raise NotTaken(
            _(
                "動くもの（スクリプトや、ほかのファイルなど）が入ったPDFは受け取れません。「PDFとして印刷」で作り直してください。"
            )
        )
    return content


def _structure(content: bytes) -> bytes:
    """Return everything in which a PDF says what it does: what is outside of streams, and the objects packed into streams.

    Inside other streams are letters and points, where any three bytes may stand.
    """
    pieces = _STREAM.split(content)
    parts, left = pieces[::2], MOST_UNPACKED
    for number, stream in enumerate(pieces[1::2]):
        if b"ObjStm" in _unescaped(parts[number]):
            parts.append(_unpacked(stream, left))
            left -= len(parts[-1])
    return b"\n".join(parts)


def _unpacked(stream: bytes, most: int) -> bytes:
    """Return packed objects. What is damaged, or packed in another way, a reader may still open: nobody could check it."""
    packer = zlib.decompressobj()
    try:
        unpacked = packer.decompress(stream, most + 1)
    except zlib.error as error:
        raise NotTaken(_unchecked()) from error
    if len(unpacked) > most:
        raise NotTaken(_("PDFを開くと大きくなりすぎます。「PDFとして印刷」で作り直してください。"))
    # A stream may hold the word with which it seems to end; then it goes on behind.
    if not packer.eof or not _PAIRS.match(unpacked):
        raise NotTaken(_unchecked())
    return unpacked


def _unchecked() -> str:
    return _("PDFの中身を確かめられませんでした。「PDFとして印刷」で作り直してください。")


def _unescaped(text: bytes) -> bytes:
    """Return names as they are meant: /J#61vaScript is /JavaScript."""
    return _ESCAPED.sub(lambda found: bytes([int(found.group(1), 16)]), text)
