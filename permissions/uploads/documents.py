"""PDF: kept as it is, if nothing in it acts. It is only ever sent out as a download."""

from __future__ import annotations

import re
import zlib

from django.utils.translation import gettext as _

from .errors import NotTaken

# What runs, opens something, or carries another file along (ISO 32000-2, 12.6 and 7.11).
ACTING = (
    *(b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/EmbeddedFiles", b"/RichMedia", b"/XFA"),
    *(b"/ImportData", b"/SubmitForm", b"/GoToE", b"/GoToR", b"/Movie", b"/Rendition", b"/3D"),
)
_ACTING = re.compile(b"(?:" + b"|".join(map(re.escape, ACTING)) + rb")(?=[\x00\t\n\f\r ()<>\[\]{}/%]|$)")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
MOST_UNPACKED = 50 * 1024 * 1024
_TAIL = 2048
_DICTIONARY = 1024


def checked_pdf(content: bytes) -> bytes:
    """Return a PDF as it is. Raises NotTaken for one that is cut off, encrypted, or holds scripts, forms that send, or files."""
    if b"%%EOF" not in content[-_TAIL:]:
        raise NotTaken(_("PDFが途中で切れているようです。もう一度保存し直してください。"))
    structure = _unescaped(_structure(content))
    if re.search(rb"/Encrypt(?=[\s<>\[\]()/%])", structure):
        raise NotTaken(_("パスワードのかかったPDFは受け取れません。パスワードを外して保存し直してください。"))
    if _ACTING.search(structure):
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
    parts, left, end = [], MOST_UNPACKED, 0
    for found in _STREAM.finditer(content):
        before = content[end : found.start()]
        parts.append(before)
        if b"ObjStm" in _unescaped(before[-_DICTIONARY:]):
            packed = _unpacked(found.group(1), left)
            left -= len(packed)
            parts.append(packed)
        end = found.end()
    parts.append(content[end:])
    return b"\n".join(parts)


def _unpacked(stream: bytes, most: int) -> bytes:
    packer = zlib.decompressobj()
    try:
        unpacked = packer.decompress(stream, max(most, 1))
    except zlib.error:
        return stream  # not packed, or packed in a way that nobody uses for objects
    if packer.unconsumed_tail:
        raise NotTaken(_("PDFを開くと大きくなりすぎます。「PDFとして印刷」で作り直してください。"))
    return unpacked


def _unescaped(text: bytes) -> bytes:
    """Return names as they are meant: /J#61vaScript is /JavaScript."""
    return _ESCAPED.sub(lambda found: bytes([int(found.group(1), 16)]), text)
