"""Under which item an issue stands: as data. Whoever is shown that item of that person sees it, and nobody else.

Source: domain.md 1.3.7, 2条3項 of the personal information act (what needs care), decision 016.
"""

from __future__ import annotations

from casework.sharing.items import Item

# An illness is health, a debt is money, wherever it is written down. Everything else is how staff see a person.
ITEM_OF: dict[str, Item] = {
    **dict.fromkeys(
        (
            *("disease", "injury", "disability_certified", "disability_suspected", "suicide_risk"),
            *("mental_other", "dementia", "self_neglect"),
        ),
        Item.HEALTH,
    ),
    **dict.fromkeys(("poverty", "debt", "budgeting", "consumer"), Item.MONEY),
}
# Codes that the city adds, too: nobody has agreed to show them as something else.
OTHERWISE = Item.ASSESSMENT

# The center's alone, whatever is shared: a word about them in the wrong place costs a life, a job, a home. An agency that
# has to know is told on purpose (a referral, a note under an item it sees), never by a line that was meant for something else.
SEALED: tuple[str, ...] = ("dv_abuse", "offender", "delinquency")


def item_of(code: str) -> Item:
    """Return the item under which an issue with this code stands."""
    return ITEM_OF.get(code, OTHERWISE)


def is_sealed(code: str) -> bool:
    """Return whether an issue with this code is for the center alone."""
    return code in SEALED
