"""A text file with what was said, word for word, as text for the form. Nothing is kept of the file."""

from __future__ import annotations

import unicodedata

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from permissions.uploads.errors import NotTaken
from permissions.uploads.texts import decoded

MOST_BYTES = 200_000
MOST_LETTERS = 40_000
MOST_IN_LINE = 10_000


class NotATranscript(Exception):
    """The file cannot be read as a transcript; the message says why, for whoever sent it."""


def read_transcript(file: UploadedFile) -> str:
    """Return the text of a .txt file in UTF-8 (with a mark or without) or Shift_JIS, lines ended by LF.

    Raises NotATranscript for another kind of file or encoding, one that is empty or too large, and for a line that nobody
    would read through.
    """
    if not (file.name or "").lower().endswith(".txt"):
        raise NotATranscript(_("読みこめるのは、文章だけのファイル（.txt）です。"))
    if (file.size or 0) > MOST_BYTES:
        most = MOST_BYTES // 1000
        raise NotATranscript(
            _("ファイルが大きすぎます。%(most)dKBまでの文章を読みこめます。") % {"most": most}
        )
    try:
        text = decoded(file.read()).replace("\r\n", "\n").replace("\r", "\n").strip()
    except NotTaken as refusal:
        raise NotATranscript(str(refusal)) from refusal
    _check(text)
    return text


def _check(text: str) -> None:
    if not text:
        raise NotATranscript(_("ファイルに何も書かれていません。"))
    if any(unicodedata.category(char) == "Cc" and char not in "\n\t\f" for char in text):
        raise NotATranscript(_("文章のファイルではないようです。中身を確かめてください。"))
    if len(text) > MOST_LETTERS:
        raise NotATranscript(
            _("文章が長すぎます（%(count)d文字）。%(most)d文字までに分けてください。")
            % {"count": len(text), "most": MOST_LETTERS}
        )
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MOST_IN_LINE:
            raise NotATranscript(
                _("%(number)d行目が長すぎます（%(count)d文字）。%(most)d文字までのところで改行してください。")
                % {"number": number, "count": len(line), "most": MOST_IN_LINE}
            )
