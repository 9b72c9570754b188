"""What a closing sheet must hold, as data. Source: domain.md 1.8 and 2.2."""

from __future__ import annotations

from casework.cases.states import Stage

# After these nobody comes back by this case and nobody is asked how it went.
WITHOUT_RETURN = frozenset({"died", "duplicate", "out_of_scope"})
# These were decided with the stage: the receiving agency has reported its first contact with the person.
DECIDED_BEFORE = frozenset({Stage.REFERRED})
