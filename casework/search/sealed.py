"""Words of a search are personal data: in an address they stand encrypted, in the log as a keyed digest.

Both keys come from SECRET_KEY. An address is the person's own and ends after half a day; a former key
(SECRET_KEY_FALLBACKS) still opens one. Equal words give equal digests until the key changes.
"""

from __future__ import annotations

import hashlib
import hmac
import json

from cryptography.fernet import InvalidToken

from permissions.derived_keys import boxes_for, keys_for
from permissions.viewer import Viewer

from .keys import Words

OPENS_FOR_SECONDS = 12 * 60 * 60
ADDRESS = b"words of a search"


def seal(viewer: Viewer, text: str) -> str:
    """Return what stands for the words in an address."""
    return boxes_for(ADDRESS).encrypt(json.dumps([viewer.membership.pk, text]).encode()).decode()


def unseal(viewer: Viewer, token: str) -> str:
    """Return the words; nothing for another's address, an old one, or anything else."""
    try:
        member, text = json.loads(boxes_for(ADDRESS).decrypt(token.encode(), ttl=OPENS_FOR_SECONDS))
    except (InvalidToken, ValueError):
        return ""
    return str(text) if member == viewer.membership.pk else ""


def digests(words: Words) -> list[str]:
    """Return the digest of folded words by today's key, then by former ones."""
    told = "\n".join(sorted(words.parts or words.numbers)).encode()
    return [
        hmac.new(key, told, hashlib.sha256).hexdigest()[:32]
        for key in keys_for(b"digest of words of a search")
    ]
