"""Words of a search are personal data: in an address they stand encrypted, in the log as a keyed digest.

Both keys come from SECRET_KEY. An address is the person's own and ends after half a day; a former key
(SECRET_KEY_FALLBACKS) still opens one. Equal words give equal digests until the key changes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from permissions.viewer import Viewer

from .keys import Words

OPENS_FOR_SECONDS = 12 * 60 * 60


def seal(viewer: Viewer, text: str) -> str:
    """Return what stands for the words in an address."""
    return _boxes().encrypt(json.dumps([viewer.membership.pk, text]).encode()).decode()


def unseal(viewer: Viewer, token: str) -> str:
    """Return the words; nothing for another's address, an old one, or anything else."""
    try:
        member, text = json.loads(_boxes().decrypt(token.encode(), ttl=OPENS_FOR_SECONDS))
    except (InvalidToken, ValueError):
        return ""
    return str(text) if member == viewer.membership.pk else ""


def digests(words: Words) -> list[str]:
    """Return the digest of folded words by today's key, then by former ones."""
    told = "\n".join(sorted(words.parts or words.numbers)).encode()
    return [
        hmac.new(key, told, hashlib.sha256).hexdigest()[:32] for key in _keys(b"digest of words of a search")
    ]


def _boxes() -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in _keys(b"words of a search")])


def _keys(purpose: bytes) -> Iterator[bytes]:
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"marugoto: " + purpose)
        yield derived.derive(str(secret).encode())
