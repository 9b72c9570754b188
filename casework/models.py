"""Gathers the models of the rooms, so that Django finds them."""

from .accompanying.models import ContactInterval
from .assessments.models import (
    AssessedFact,
    AssessedPart,
    Assessment,
    AssessmentPart,
    AssessmentRequest,
    AssessmentRequestEnd,
)
from .bringing.models import Brought
from .cases.models import Case, CaseActivity, CaseEvent, NumberSeries
from .chronology.models import ChronologyEntry
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
from .evaluation.models import Evaluation, EvaluationChange, EvaluationResult, EvaluationRole
from .files.models import CaseFile, FileCheck, FileContent, FileRemoval
from .handover.models import Handover, HandoverSign
from .households.models import Household, Person, PersonContact, PersonHealth, PersonMoney, Stay
from .intake.models import Contact, ContactDraft, ContactTopic, WithoutConsent
from .issues.models import Issue
from .meetings.models import (
    AgendaItem,
    AgendaMember,
    AgendaPaper,
    AgendaPerson,
    AgendaRemoval,
    AloneDeclaration,
    Meeting,
    Minutes,
    MinutesAttendee,
    MinutesCirculation,
    MinutesDraft,
    MinutesReceipt,
    PaperCopy,
    PaperRelease,
    PaperReturn,
    PrepSheet,
    Questionnaire,
)
from .monitoring.models import Monitoring, MonitoringDate, MonitoringTick, MonitoringTrigger
from .notes.models import Attendee, Note, NoteParagraph
from .notices.models import EmergencyCall, NoticeReply, StatutoryNotice
from .notifications.models import MailChoice, Notification
from .ordinances.models import Oath, Ordinance
from .planning.models import Plan, PlanAgreement, PlanConfirmation, PlanDecision, PlanPart, PlanRole
from .plans.models import Decision, DecisionEnd, Direction, RoleAnswer, RoleEnd, RoleRow
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
from .reopening.models import Reopening
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
from .suspension.models import Suspension, SuspensionEnd
from .tasks.models import Task, TaskEnd
from .triage.models import Screening
from .workspace.models import SavedList

__all__ = [
    "AddedBasis",
    "AgendaItem",
    "AgendaMember",
    "AgendaPaper",
    "AgendaPerson",
    "AgendaRemoval",
    "AloneDeclaration",
    "AnswerLink",
    "AssessedFact",
    "AssessedPart",
    "Assessment",
    "AssessmentPart",
    "AssessmentRequest",
    "AssessmentRequestEnd",
    "Attendee",
    "Block",
    "Brought",
    "Case",
    "CaseActivity",
    "CaseEvent",
    "CaseFile",
    "CaseGrant",
    "ChronologyEntry",
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
    "ContactInterval",
    "ContactTopic",
    "Decision",
    "DecisionEnd",
    "Direction",
    "EmergencyCall",
    "Evaluation",
    "EvaluationChange",
    "EvaluationResult",
    "EvaluationRole",
    "FileCheck",
    "FileContent",
    "FileRemoval",
    "FoundPlace",
    "Handover",
    "HandoverSign",
    "Household",
    "Issue",
    "Lift",
    "LiftRequest",
    "LineConsent",
    "LineEnd",
    "MailChoice",
    "Meeting",
    "Minutes",
    "MinutesAttendee",
    "MinutesCirculation",
    "MinutesDraft",
    "MinutesReceipt",
    "Monitoring",
    "MonitoringDate",
    "MonitoringTick",
    "MonitoringTrigger",
    "MonthClose",
    "MonthCount",
    "MonthFact",
    "Note",
    "NoteParagraph",
    "NoticeReply",
    "Notification",
    "NumberSeries",
    "Oath",
    "Ordinance",
    "PaperCopy",
    "PaperRelease",
    "PaperReturn",
    "Person",
    "PersonContact",
    "PersonGrant",
    "PersonHealth",
    "PersonMoney",
    "PlaceOpening",
    "PlaceRequest",
    "Plan",
    "PlanAgreement",
    "PlanConfirmation",
    "PlanDecision",
    "PlanPart",
    "PlanRole",
    "PrepSheet",
    "Questionnaire",
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
    "Reopening",
    "RoleAnswer",
    "RoleEnd",
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
    "Suspension",
    "SuspensionEnd",
    "Task",
    "TaskEnd",
    "WithoutConsent",
]
