"""Reference code and pass-phrase: made from the idempotency key and a secret, so that a repeated send gives
the same receipt while the database holds only hashes. Pure but for the settings.

Code: 9 of 31 signs, 44 bits. Phrase: 3 of 256 words, 24 bits, behind five tries (status/views.py).
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from .words import WORDS

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O 1 I L: they are mistaken for one another
CODE_SIGNS = 9
GROUP_SIGNS = 3
PHRASE_WORDS = 3
MOST_ATTEMPTS = 5  # how often another code is tried when one is taken

_SAID = dict(
    zip(
        ALPHABET,
        [
            "に",
            "さん",
            "よん",
            "ご",
            "ろく",
            "なな",
            "はち",
            "きゅう",
            "エー",
            "ビー",
            "シー",
            "ディー",
            "イー",
            "エフ",
            "ジー",
            "エイチ",
            "ジェイ",
            "ケー",
            "エム",
            "エヌ",
            "ピー",
            "キュー",
            "アール",
            "エス",
            "ティー",
            "ユー",
            "ブイ",
            "ダブリュー",
            "エックス",
            "ワイ",
            "ゼット",
        ],
        strict=True,
    )
)


@dataclass(frozen=True)
class IssuedReceipt:
    """What the citizen is given. Never stored, never logged."""

    receipt_id: uuid.UUID
    code: str
    phrase: str

    @property
    def reference_hash(self) -> str:
        return reference_hash(self.code)

    @property
    def hint(self) -> str:
        return self.code[:GROUP_SIGNS]

    @property
    def words(self) -> list[str]:
        return self.phrase.split()

    @property
    def reading(self) -> str:
        """Return the code as it is said over the telephone."""
        return "、".join("・".join(_SAID[sign] for sign in group) for group in self.code.split("-"))


def issue_receipt(key: str, *, attempt: int = 0) -> IssuedReceipt:
    """Return the receipt of an idempotency key; ``attempt`` counts up when a code is taken already."""
    seed = f"{key}:{attempt}"
    signs = _signs(keyed_digest("code", seed))
    return IssuedReceipt(
        receipt_id=uuid.UUID(bytes=keyed_digest("receipt", seed)[:16], version=4),
        code="-".join(signs[at : at + GROUP_SIGNS] for at in range(0, CODE_SIGNS, GROUP_SIGNS)),
        phrase=" ".join(WORDS[byte] for byte in keyed_digest("phrase", seed)[:PHRASE_WORDS]),
    )


def reference_hash(code: str) -> str:
    """Return the keyed hash under which a code, however it was typed, is looked up."""
    plain = unicodedata.normalize("NFKC", code).upper()
    return keyed_digest("reference", "".join(sign for sign in plain if sign.isalnum())).hex()


def phrase_key(phrase: str) -> str:
    """Return a pass-phrase for comparing: hiragana without spaces and signs."""
    plain = unicodedata.normalize("NFKC", phrase)
    return "".join(_hiragana(sign) for sign in plain if sign.isalnum())


class PhraseHasher(PBKDF2PasswordHasher):
    """Django's hasher over a keyed hash: what keeps a thief of the database out is the key, not the rounds.

    A full count of rounds would cost every send a third of a second of processor time.
    """

    iterations = 20_000


def hash_phrase(phrase: str) -> str:
    """Return what is stored of a pass-phrase: salted and keyed."""
    hasher = PhraseHasher()
    return hasher.encode(_keyed_phrase(phrase), hasher.salt())


def phrase_fits(phrase: str, stored: str) -> bool:
    """Return whether a pass-phrase, however it was typed, is the stored one; takes as long either way."""
    return PhraseHasher().verify(_keyed_phrase(phrase), stored)


def keyed_digest(purpose: str, text: str) -> bytes:
    """Return 32 bytes that only this installation can compute."""
    secret = getattr(settings, "MARUGOTO_RECEIPT_KEY", "") or settings.SECRET_KEY
    return hmac.new(secret.encode(), f"{purpose}\0{text}".encode(), hashlib.sha256).digest()


def _keyed_phrase(phrase: str) -> str:
    return keyed_digest("phrase check", phrase_key(phrase)).hex()


def _signs(digest: bytes) -> str:
    number, signs = int.from_bytes(digest, "big"), []
    for _ in range(CODE_SIGNS):
        number, at = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[at])
    return "".join(signs)


def _hiragana(sign: str) -> str:
    return chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヶ" else sign
