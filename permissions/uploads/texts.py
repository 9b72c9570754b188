"""Plain texts: read whatever encoding Japanese offices use, kept as UTF-8 without My Numbers."""

from __future__ import annotations

import codecs
import unicodedata

from django.utils.translation import gettext as _

from permissions.audit.origin import current_origin
from permissions.my_number import mask_my_numbers

from .errors import NotTaken

MOST_BYTES = 500_000  # what is written is compared with what is concealed, letter by letter
_HALF_WIDTH_KANA = range(0xFF61, 0xFFA0)


def remade_text(content: bytes) -> bytes:
    """Return a text as UTF-8 with line ends as LF. Raises NotTaken for what is no text."""
    if len(content) > MOST_BYTES:
        raise NotTaken(_("文章のファイルは500KBまでです。分けてから、もう一度選んでください。"))
    text = decoded(content).replace("\r\n", "\n").replace("\r", "\n")
    if any(unicodedata.category(char) == "Cc" and char not in "\n\t\f" for char in text):
        raise NotTaken(_("文章のファイルではないようです。中身を確かめてください。"))
    masked = mask_my_numbers(text)
    origin = current_origin()
    if masked != text and origin:
        origin.has_masked = True
    return masked.encode()


def decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8 (with a mark or without) or Shift_JIS. Raises NotTaken for another encoding."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise NotTaken(_("文字コードがUTF-16です。「UTF-8」か「Shift_JIS（ANSI）」で保存し直してください。"))
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # In another encoding (EUC-JP, say) taken for Shift_JIS, these make up most of a text.
        if encoding == "utf-8-sig" or sum(ord(char) in _HALF_WIDTH_KANA for char in text) * 3 <= len(text):
            return text
    raise NotTaken(_("文字コードが分かりません。「UTF-8」か「Shift_JIS（ANSI）」で保存し直してください。"))
