"""Under which item a section of an assessment stands: as data. Whoever is shown that item of that person reads it.

Source: domain.md 1.3, decision 032. As with issues (decision 016): what is neither health, nor money, nor history is how people
see a person, and nobody agreed to show it as something else.
"""

from __future__ import annotations

from casework.sharing.items import Item

ITEM_OF: dict[str, Item] = {"health": Item.HEALTH, "money": Item.MONEY, "history": Item.HISTORY}
OTHERWISE = Item.ASSESSMENT


def item_of(section: str) -> Item:
    """Return the item under which a section stands."""
    return ITEM_OF.get(section, OTHERWISE)
