"""Gathers the models of the rooms, so that Django finds them."""

from .bringing.models import Brought
from .cases.models import Case, CaseActivity, CaseEvent, NumberSeries
from .closing.models import Closure
from .codes.models import Code
from .concealment.models import (
    Concealment,
    ConcealmentGround,
    ConcealmentThreat,
    FoundPlace,
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
from .households.models import Household, Person, PersonContact, PersonHealth, PersonMoney, Stay
from .intake.models import Contact, ContactDraft, ContactTopic, WithoutConsent
from .issues.models import Issue
from .notes.models import Attendee, Note, NoteParagraph
from .notices.models import EmergencyCall, NoticeReply, StatutoryNotice
from .notifications.models import MailChoice, Notification
from .plans.models import Decision, Direction, RoleAnswer, RoleRow
from .referrals.models import (
    AnswerLink,
    Referral,
    ReferralAnswer,
    ReferralItem,
    ReferralLine,
    ReferralReminder,
    ReferralRevocation,
)
from .registers.models import Register, RegisterRow
from .relations.models import Relation
from .reports.models import MonthClose, MonthCount, MonthFact
from .seals.models import Seal
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
    "AnswerLink",
    "Attendee",
    "Block",
    "Brought",
    "Case",
    "CaseActivity",
    "CaseEvent",
    "CaseFile",
    "CaseGrant",
    "Closure",
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
    "FoundPlace",
    "Household",
    "Issue",
    "Lift",
    "LiftRequest",
    "LineConsent",
    "LineEnd",
    "MailChoice",
    "MonthClose",
    "MonthCount",
    "MonthFact",
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
    "Register",
    "RegisterRow",
    "Relation",
    "RoleAnswer",
    "RoleRow",
    "SameMark",
    "SavedList",
    "Screening",
    "Seal",
    "SearchRow",
    "SecretPlace",
    "SecretText",
    "Share",
    "ShareLine",
    "Sheet",
    "StatutoryNotice",
    "Stay",
    "Task",
    "TaskEnd",
    "WithoutConsent",
]
