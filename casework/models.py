"""Gathers the models of the rooms, so that Django finds them."""

from .cases.models import Case, CaseActivity, CaseEvent, NumberSeries
from .households.models import Household, Person, PersonContact, PersonHealth, PersonMoney
from .intake.models import Contact
from .notes.models import Note
from .plans.models import Decision, Direction, RoleAnswer, RoleRow
from .sharing.models import AddedBasis, Block, CaseGrant, PersonGrant, Share, ShareLine
from .sheets.models import Sheet

__all__ = [
    "AddedBasis",
    "Block",
    "Case",
    "CaseActivity",
    "CaseEvent",
    "CaseGrant",
    "Contact",
    "Decision",
    "Direction",
    "Household",
    "Note",
    "NumberSeries",
    "Person",
    "PersonContact",
    "PersonGrant",
    "PersonHealth",
    "PersonMoney",
    "RoleAnswer",
    "RoleRow",
    "Share",
    "ShareLine",
    "Sheet",
]
