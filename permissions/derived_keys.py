"""Keys for one purpose each, made from SECRET_KEY: what one opens, no other does."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def keys_for(purpose: bytes) -> list[bytes]:
    """Return today's key of 32 bytes, then those of former secrets (SECRET_KEY_FALLBACKS)."""
    return [
        HKDF(algorithm=SHA256(), length=32, salt=None, info=b"marugoto: " + purpose).derive(
            str(secret).encode()
        )
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]


def boxes_for(purpose: bytes) -> MultiFernet:
    """Return what locks with today's key and opens with a former one, too."""
    return MultiFernet(_boxes(purpose))


def is_locked_today(purpose: bytes, token: str) -> bool:
    """Return whether today's key opens it, so that former ones may go."""
    try:
        _boxes(purpose)[0].decrypt(token)
    except InvalidToken:
        return False
    return True


def _boxes(purpose: bytes) -> list[Fernet]:
    return [Fernet(urlsafe_b64encode(key)) for key in keys_for(purpose)]
