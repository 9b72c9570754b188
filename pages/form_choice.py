"""The choice of a consultation form on a page, by its slug.

A slug and no foreign key: a form has a life of its own (drafts, versions, walls), and a page must still
be shown when its form is not.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.db import models


def form_choices() -> list[tuple[str, str]]:
    """Return slug and title of the forms the editor may see, by title; empty without forms_app."""
    if not apps.is_installed("forms_app"):
        return []
    from forms_app.definitions.models import ConsultationForm  # noqa: PLC0415 -- optional floor

    return list(ConsultationForm.objects.order_by("title").values_list("slug", "title"))


class FormSlugField(models.SlugField):
    """A slug that editors choose from a list."""

    def formfield(self, **kwargs: Any) -> forms.Field:
        return forms.ChoiceField(
            choices=lambda: [("", "---------"), *form_choices()],
            required=not self.blank,
            label=self.verbose_name,
            help_text=self.help_text,
        )
