"""Take a file in: what it is by its content, whether it is harmless, and what of it is kept.

Source: assurance.md A19-A22, ASVS 5.0 V5. No name and no header of whoever sent it is believed. What is kept is made anew where
that is possible (pictures, texts); PDF and Office documents are kept as they are, without anything in them that acts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from permissions.my_number import mask_my_numbers

from .documents import checked_pdf
from .errors import NotTaken
from .names import title_of
from .office import checked_docx, checked_xlsx
from .pictures import remade_heic, remade_jpeg, remade_png
from .texts import remade_text

MOST_MEGABYTES = 10
MOST_BYTES = MOST_MEGABYTES * 1024 * 1024


@dataclass(frozen=True)
class Kind:
    """A kind of file: the names it comes under, how its content begins, what of it is kept and as what it is sent out."""

    code: str
    suffixes: tuple[str, ...]
    begins: Callable[[bytes], bool]
    take: Callable[[bytes], bytes]
    content_type: str
    kept_as: str


@dataclass(frozen=True)
class Taken:
    """A file as it is kept. ``title`` is the sender's name for it without path and suffix, for people to read."""

    kind: str
    title: str
    content: bytes
    digest: str


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(marks)


def _is_heic(content: bytes) -> bool:
    return content[4:8] == b"ftyp" and content[8:12] in {b"heic", b"heix", b"mif1", b"heim", b"heis"}


_ZIP = b"PK\x03\x04"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

KINDS: tuple[Kind, ...] = (
    Kind("pdf", ("pdf",), _begins(b"%PDF-"), checked_pdf, "application/pdf", "pdf"),
    Kind("jpeg", ("jpg", "jpeg"), _begins(b"\xff\xd8\xff"), remade_jpeg, "image/jpeg", "jpg"),
    Kind("png", ("png",), _begins(b"\x89PNG\r\n\x1a\n"), remade_png, "image/png", "png"),
    Kind("heic", ("heic", "heif"), _is_heic, remade_heic, "image/jpeg", "jpg"),
    Kind("docx", ("docx",), _begins(_ZIP), checked_docx, DOCX, "docx"),
    Kind("xlsx", ("xlsx",), _begins(_ZIP), checked_xlsx, XLSX, "xlsx"),
    Kind("txt", ("txt",), lambda _content: True, remade_text, "text/plain; charset=utf-8", "txt"),
)
BY_CODE = {kind.code: kind for kind in KINDS}
ACCEPT = ",".join(f".{suffix}" for kind in KINDS for suffix in kind.suffixes)


def take_in(file: UploadedFile) -> Taken:
    """Return what is kept of a file that somebody sent. Raises NotTaken, which says why and what to do."""
    name = str(file.name)  # without a name there is no suffix either
    kind = _kind_by_name(name)
    content = _read(file)
    if not kind.begins(content):
        raise NotTaken(
            _("ファイルの中身が、名前（.%(suffix)s）と合いません。もとのソフトで保存し直してください。")
            % {"suffix": kind.suffixes[0]}
        )
    kept = kind.take(content)
    return Taken(kind.code, mask_my_numbers(title_of(name)), kept, hashlib.sha256(kept).hexdigest())


def _kind_by_name(name: str) -> Kind:
    _stem, dot, suffix = name.rpartition(".")
    for kind in KINDS:
        if dot and suffix.lower() in kind.suffixes:
            return kind
    raise NotTaken(
        _(
            "この種類のファイルは受け取れません。PDF、写真（JPEG・PNG・HEIC）、文章（.txt）、WordとExcel（.docx・.xlsx）を選んでください。"
        )
    )


def _read(file: UploadedFile) -> bytes:
    too_large = _("ファイルが大きすぎます。%(most)dMBまでです。写真は小さくするか、分けてください。") % {
        "most": MOST_MEGABYTES
    }
    if file.size and file.size > MOST_BYTES:
        raise NotTaken(too_large)
    file.seek(0)
    content: bytes = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise NotTaken(too_large)
    if not content:
        raise NotTaken(_("ファイルに何も入っていません。"))
    return content
