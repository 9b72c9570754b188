"""The signed slip each form page carries: the idempotency key, and when the page was made."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.core import signing

SALT = "forms_app.ticket"
HUMAN_SECONDS = 3


@dataclass(frozen=True)
class Ticket:
    """``was_doubted`` means: this person was asked to press once more already."""

    key: str
    issued_at: int
    was_doubted: bool = False

    @classmethod
    def new(cls) -> Self:
        return cls(uuid.uuid4().hex, int(time.time()))

    @classmethod
    def read(cls, token: str) -> Self | None:
        """Return the ticket of a page, or None when the slip is not ours."""
        try:
            key, issued_at, was_doubted = signing.loads(token, salt=SALT)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        return cls(key, issued_at, was_doubted)

    def doubted(self) -> Ticket:
        return Ticket(self.key, self.issued_at, was_doubted=True)

    @property
    def token(self) -> str:
        return signing.dumps([self.key, self.issued_at, self.was_doubted], salt=SALT)

    @property
    def age_seconds(self) -> int:
        return int(time.time()) - self.issued_at

    @property
    def is_too_quick(self) -> bool:
        """Whether nobody can have written so quickly. Asked once only, and never refused for good."""
        least = getattr(settings, "MARUGOTO_FORM_HUMAN_SECONDS", HUMAN_SECONDS)
        return not self.was_doubted and self.age_seconds < least
