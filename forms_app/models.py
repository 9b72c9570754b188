"""Gathers the models of all rooms, because Django looks for them here."""

from forms_app.definitions.models import ConsultationForm, FormRevision
from forms_app.delivery.models import OutboxRow
from forms_app.status.models import Message, Receipt
from forms_app.submissions.models import Answer, Submission

__all__ = [
    "Answer",
    "ConsultationForm",
    "FormRevision",
    "Message",
    "OutboxRow",
    "Receipt",
    "Submission",
]
