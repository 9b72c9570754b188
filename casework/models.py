"""Gathers the models of the rooms, so that Django finds them."""

from .bringing.models import Brought
from .cases.models import Case, CaseActivity, CaseEvent, NumberSeries
from .codes.models import Code
from .concealment.models import (
    Concealment,
    ConcealmentGround,
    ConcealmentThreat,
    Lift,
    LiftRequest,
    PlaceOpening,
    PlaceRequest,
    SecretPlace,
    SecretText,
)
from .consent.models import Consent, ConsentExclusion, ConsentScope, ConsentWithdrawal, LineConsent
from .duplicates.models import SameMark
from .files.models import CaseFile, FileCheck, FileContent, FileRemoval
from .households.models import Household, Person, PersonContact, PersonHealth, PersonMoney
from .intake.models import Contact, ContactDraft, ContactTopic, WithoutConsent
from .notes.models import Note, NoteParagraph
from .notices.models import EmergencyCall, NoticeReply, StatutoryNotice
from .notifications.models import MailChoice, Notification
from .plans.models import Decision, Direction, RoleAnswer, RoleRow
from .referrals.models import (
    Referral,
    ReferralAnswer,
    ReferralItem,
    ReferralLine,
    ReferralReminder,
    ReferralRevocation,
)
from .search.models import SearchRow
from .sharing.models import (
    AddedBasis,
    Block,
    CaseGrant,
    LineEnd,
    PersonGrant,
    Recall,
    RecallAnswer,
    Share,
    ShareLine,
)
from .sheets.models import Sheet
from .tasks.models import Task, TaskEnd
from .triage.models import Screening
from .workspace.models import SavedList

__all__ = [
    "AddedBasis",
    "Block",
    "Brought",
    "Case",
    "CaseActivity",
    "CaseEvent",
    "CaseFile",
    "CaseGrant",
    "Code",
    "Concealment",
    "ConcealmentGround",
    "ConcealmentThreat",
    "Consent",
    "ConsentExclusion",
    "ConsentScope",
    "ConsentWithdrawal",
    "Contact",
    "ContactDraft",
    "ContactTopic",
    "Decision",
    "Direction",
    "EmergencyCall",
    "FileCheck",
    "FileContent",
    "FileRemoval",
    "Household",
    "Lift",
    "LiftRequest",
    "LineConsent",
    "LineEnd",
    "MailChoice",
    "Note",
    "NoteParagraph",
    "NoticeReply",
    "Notification",
    "NumberSeries",
    "Person",
    "PersonContact",
    "PersonGrant",
    "PersonHealth",
    "PersonMoney",
    "PlaceOpening",
    "PlaceRequest",
    "Recall",
    "RecallAnswer",
    "Referral",
    "ReferralAnswer",
    "ReferralItem",
    "ReferralLine",
    "ReferralReminder",
    "ReferralRevocation",
    "RoleAnswer",
    "RoleRow",
    "SameMark",
    "SavedList",
    "Screening",
    "SearchRow",
    "SecretPlace",
    "SecretText",
    "Share",
    "ShareLine",
    "Sheet",
    "StatutoryNotice",
    "Task",
    "TaskEnd",
    "WithoutConsent",
]
