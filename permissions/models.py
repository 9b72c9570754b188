"""Gathers the models of the rooms, so that Django finds them."""

from .accounts.models import Invitation, ProviderLink, Session, Tally
from .agencies.models import Agency, Membership, Ward
from .audit.models import AlarmReview, AuditAlarm, AuditArchive, AuditEntry, AuditSeal

__all__ = [
    "Agency",
    "AlarmReview",
    "AuditAlarm",
    "AuditArchive",
    "AuditEntry",
    "AuditSeal",
    "Invitation",
    "Membership",
    "ProviderLink",
    "Session",
    "Tally",
    "Ward",
]
