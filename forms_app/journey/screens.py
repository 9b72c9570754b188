"""What the templates of the journey are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from forms_app.definitions.actions import draft_questions
from forms_app.definitions.models import ConsultationForm, FormRevision
from forms_app.definitions.problems import problems_of
from forms_app.fields.urgency import URGENT_WORDS, is_urgent

from .forms import AnswerForm
from .ticket import Ticket

HONEYPOT = "mail_address_again"


@dataclass(frozen=True)
class Sheet:
    """A form in somebody's hands: which revision, what was typed, and its ticket."""

    form: ConsultationForm
    revision: FormRevision
    answers: AnswerForm
    ticket: Ticket

    @property
    def address(self) -> str:
        return reverse("forms_app:consultation", args=[self.form.slug])

    @property
    def is_urgent(self) -> bool:
        values = {answer.key: answer.value for answer in self.answers.answers()}
        return is_urgent(self.revision.questions, values)


def form_context(sheet: Sheet) -> dict[str, Any]:
    """Return the context of ``forms_app/_form.html``."""
    return {
        "sheet": sheet,
        "form": sheet.form,
        "revision": sheet.revision,
        "answers": sheet.answers,
        "address": sheet.address,
        "honeypot": HONEYPOT,
        "urgent_words": " ".join(URGENT_WORDS),
        "urgent_choices": " ".join(_urgent_choices(sheet.revision)),
        "emergency": emergency_of(sheet.form),
    }


def check_context(sheet: Sheet) -> dict[str, Any]:
    """Return the context of the page on which a person checks before sending."""
    return form_context(sheet) | {
        "rows": sheet.answers.answers(),
        "hints": sheet.answers.hints(),
        "unanswered": sheet.answers.unanswered(),
        "typed_pairs": list(sheet.answers.typed_pairs()),
        "is_urgent": sheet.is_urgent,
    }


def preview_context(form: ConsultationForm) -> dict[str, Any]:
    """Return the context of the editor's preview: the real form over the draft, with nothing to send."""
    questions = draft_questions(form)
    revision = FormRevision(
        number=0,
        title=form.title,
        intro=form.intro,
        consent_text=form.consent_text,
        definition={"items": [question.as_json() for question in questions]},
    )
    return {
        "form": form,
        "revision": revision,
        "answers": AnswerForm(questions),
        "address": "",
        "problems": problems_of(questions),
        "emergency": emergency_of(form),
        "is_preview": True,
    }


def emergency_of(form: ConsultationForm) -> list[dict[str, str]]:
    """Return the urgent numbers of a form with their tel: addresses."""
    return [
        {
            "label": line.value["label"],
            "number": line.value["number"],
            "note": line.value["note"],
            "href": "tel:" + "".join(sign for sign in line.value["number"] if sign.isdigit() or sign in "+#"),
        }
        for line in form.emergency
    ]


def press_again() -> str:
    return _(
        "送る前にもう一度確かめています。よければ、もう一度「この内容で送る」を押してください。書いたことは残っています。"
    )


def _urgent_choices(revision: FormRevision) -> list[str]:
    return [
        f"{question.key}={option.key}"
        for question in revision.questions
        for option in question.options
        if option.is_urgent
    ]
