"""What must be true afterwards: nothing that was acknowledged is lost, nothing is there twice."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sending:
    """One citizen's sending: what made it known, and the code on the receipt that was shown (if one was)."""

    marker: str
    code_hash: str = ""
    tries: int = 1

    @property
    def is_acknowledged(self) -> bool:
        return bool(self.code_hash)


@dataclass(frozen=True)
class Stored:
    """One submission as the database holds it."""

    marker: str
    code_hash: str
    contacts: int
    is_taken: bool


@dataclass
class Verdict:
    acknowledged: int = 0
    stored: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong_code: list[str] = field(default_factory=list)
    not_delivered: list[str] = field(default_factory=list)
    delivered_twice: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not (
            self.lost or self.doubled or self.wrong_code or self.not_delivered or self.delivered_twice
        )


def judge(sendings: list[Sending], stored: list[Stored]) -> Verdict:
    """Compare what citizens were told with what the database holds."""
    codes = {row.marker: row.code_hash for row in stored}
    acknowledged = [sending for sending in sendings if sending.is_acknowledged]
    return Verdict(
        acknowledged=len(acknowledged),
        stored=len(stored),
        lost=[sending.marker for sending in acknowledged if sending.marker not in codes],
        doubled=[marker for marker, count in Counter(row.marker for row in stored).items() if count > 1],
        wrong_code=[
            sending.marker
            for sending in acknowledged
            if sending.marker in codes and codes[sending.marker] != sending.code_hash
        ],
        not_delivered=[row.marker for row in stored if not row.contacts or not row.is_taken],
        delivered_twice=[row.marker for row in stored if row.contacts > 1],
    )
