"""Pictures are made anew from their points of color: nothing hidden in the file, no place and no camera comes along."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.utils.translation import gettext as _

from permissions.paper import PASSED_ON

from .errors import NotTaken

# Of its own, and without our code: what a decoder does wrong, it does there.
_CHILD = Path(__file__).with_name("remake_picture.py")
_SECONDS = 30
TOO_MANY_POINTS = 3


def remade_jpeg(content: bytes) -> bytes:
    """Return a photograph as a new JPEG. Raises NotTaken."""
    return _remade(content, "JPEG")


def remade_png(content: bytes) -> bytes:
    """Return a picture as a new PNG. Raises NotTaken."""
    return _remade(content, "PNG")


def remade_heic(content: bytes) -> bytes:
    """Return the photograph of a telephone as a JPEG, which every computer opens. Raises NotTaken."""
    return _remade(content, "HEIF")


def _remade(content: bytes, kind: str) -> bytes:
    try:
        made = subprocess.run(  # noqa: S603 -- our own program; the picture goes in by a pipe
            [sys.executable, "-I", str(_CHILD), kind], input=content, capture_output=True, timeout=_SECONDS, check=False,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise NotTaken(_unreadable()) from error
    if made.returncode == TOO_MANY_POINTS:
        raise NotTaken(_("写真が大きすぎます（2,500万画素まで）。小さくしてから、もう一度選んでください。"))
    if made.returncode or not made.stdout:
        raise NotTaken(_unreadable())
    return made.stdout


def _unreadable() -> str:
    return _(
        "写真を読めませんでした。こわれているか、写真ではないようです。撮り直すか、保存し直してください。"
    )
