"""Publishing: the only writer of FormRevision."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from forms_app.fields.notices import keep_unknown
from forms_app.fields.questions import Question
from forms_app.fields.registry import KINDS, kind_of

from .models import ConsultationForm, FormRevision
from .problems import problems_of

FROZEN_TEXTS = ("title", "intro", "consent_text", "receipt_text")


def questions_in(stream: Any) -> tuple[Question, ...]:
    """Return the questions of a stream of blocks, saved or not; unknown kinds come as ``kept``."""
    stored = stream.stream_block.get_prep_value(stream)
    items = (keep_unknown(block, KINDS) for block in stored)
    return tuple(kind_of(item["type"]).freeze(item.get("id") or "", item["value"]) for item in items)


def draft_questions(form: ConsultationForm) -> tuple[Question, ...]:
    """Return the questions of a form as it stands in memory."""
    return questions_in(form.fields)


def refuse_problems(form: ConsultationForm) -> None:
    """Raise ValidationError, one message per problem, unless the form may be published."""
    if found := problems_of(draft_questions(form)):
        raise ValidationError({"fields": found})


def freeze_revision(form: ConsultationForm, *, by: Any) -> FormRevision:
    """Keep what citizens now see of a live form, and return it; equal to the last one, that one is returned.

    The caller has just written the form's row, so two publishers wait for each other there.
    """
    content: dict[str, Any] = {name: getattr(form, name) for name in FROZEN_TEXTS}
    content["definition"] = {"shape": 1, "items": [item.as_json() for item in draft_questions(form)]}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    latest = form.frozen_revisions.order_by("-number").first()
    if latest and latest.sha256 == digest:
        return latest
    frozen = FormRevision(
        form=form,
        number=latest.number + 1 if latest else 1,
        sha256=digest,
        published_at=timezone.now(),
        published_by=by,
        **content,
    )
    frozen.save(force_insert=True)
    return frozen
