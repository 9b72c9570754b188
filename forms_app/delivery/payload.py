"""What a receiver of ``submission_delivered`` is given."""

from __future__ import annotations

import uuid
from typing import Any

from forms_app.fields.questions import TOPICS_KEY
from forms_app.submissions.models import Answer, Submission
from forms_app.walls import DELIVER_JOB
from permissions.audit.actions import record
from permissions.walls.context import clock


def payload_for(submission_id: uuid.UUID | str) -> dict[str, Any]:
    """Return what somebody sent, for a function of the hook ``marugoto_submission_received``. Leaves an audit row.

    Raises Submission.DoesNotExist once it has been erased.
    """
    with clock(DELIVER_JOB):
        related = ("revision", "receipt")
        submission = Submission.objects.select_related(*related).get(pk=submission_id)
        record(None, "read_by_hook", submission)
        return payload_of(submission)


def payload_of(submission: Submission) -> dict[str, Any]:
    """Return the submission as plain data.

    shape    reference (the first group only: the whole code is the citizen's), form, version, received_at
             (ISO, UTC), language, source, is_urgent, answers: key, label, kind, value, display; the question
             of topics has its codes once more as ``topics``
    """
    return {
        "reference": f"{submission.receipt.hint}-…",
        "form": submission.revision.title,
        "version": submission.revision.number,
        "received_at": submission.received_at.isoformat(),
        "language": submission.language,
        "source": submission.source,
        "is_urgent": submission.is_urgent,
        "answers": [_answer(answer) for answer in submission.answers.all()],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    plain = {name: getattr(answer, name) for name in ("key", "label", "kind", "value", "display")}
    return plain | ({"topics": answer.value} if answer.key == TOPICS_KEY else {})
