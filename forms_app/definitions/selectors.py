"""Reading forms. What was published holds no secret, so these ask nobody who they are."""

from __future__ import annotations

import uuid

from .models import ConsultationForm, FormRevision


def published_form(slug: str) -> ConsultationForm | None:
    """Return a form that is live or was, or None. Drafts alone are never returned."""
    return ConsultationForm.objects.filter(slug=slug, first_published_at__isnull=False).first()


def current_revision(form: ConsultationForm) -> FormRevision | None:
    """Return what citizens see of the form now, or None before the first publishing."""
    return FormRevision.objects.filter(form=form).order_by("-number").first()


def known_revision(form: ConsultationForm, raw_id: str) -> FormRevision | None:
    """Return the revision of this form that a page said it showed, or None for any other id."""
    try:
        wanted = uuid.UUID(raw_id)
    except ValueError:
        return None
    return FormRevision.objects.filter(form=form, pk=wanted).first()
