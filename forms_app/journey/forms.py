"""What a citizen types, read against one revision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from forms_app.fields.kinds import PartsWidget
from forms_app.fields.questions import Question
from forms_app.fields.registry import kind_of
from forms_app.submissions.given import GivenAnswer
from permissions.typed import as_typed


@dataclass(frozen=True)
class ShownItem:
    """One item of the page: a question with its field, or a text or heading without one."""

    question: Question
    field: forms.BoundField | None

    @property
    def template(self) -> str:
        return kind_of(self.question.kind).template


class AnswerForm(forms.Form):
    """The questions of a revision as a Django form. Fields that are not asked for are ignored."""

    use_required_attribute = False  # the server says what is missing, in one place and in plain words

    def __init__(self, questions: Iterable[Question], data: QueryDict | None = None) -> None:
        super().__init__(data=data, label_suffix="")
        self.typed = QueryDict() if data is None else data
        self.questions = tuple(questions)
        for question in self.questions:
            if kind_of(question.kind).is_question:
                self.fields[question.key] = kind_of(question.kind).form_field(question)

    @property
    def items(self) -> list[ShownItem]:
        return [
            ShownItem(question, self[question.key] if question.key in self.fields else None)
            for question in self.questions
        ]

    @property
    def is_asking_much(self) -> bool:
        return any(field.required for field in self.fields.values())

    def show_without_errors(self) -> None:
        """Show what was typed without judging it (going back to the form)."""
        self._errors = forms.utils.ErrorDict()

    def answers(self) -> list[GivenAnswer]:
        """Return what was answered, in the order of the form. Valid forms only."""
        return [answer for question in self._asked() if (answer := self._answer(question))]

    def hints(self) -> list[str]:
        """Return what may have been forgotten, in friendly words. Valid forms only."""
        stored = ((question, self._stored(question)) for question in self._asked())
        return [
            str(hint)
            for question, value in stored
            if value is not None
            for hint in kind_of(question.kind).hints(question, value)
        ]

    def unanswered(self) -> list[Question]:
        """Return the questions that were left out. Valid forms only."""
        return [question for question in self._asked() if self._stored(question) is None]

    def typed_pairs(self) -> Iterator[tuple[str, str]]:
        """Yield name and value of everything typed into known fields, for sending it once more."""
        for name, field in self.fields.items():
            parts = field.widget.parts if isinstance(field.widget, PartsWidget) else None
            for sent in [f"{name}-{part}" for part in parts] if parts else [name]:
                yield from ((sent, value) for value in self.typed.getlist(sent))

    def typed_texts(self) -> list[tuple[str, str]]:
        """Return label and words of what was typed, valid or not, to be copied by hand."""
        texts: dict[str, list[str]] = {}
        for name, value in self.typed_pairs():
            question = next(q for q in self._asked() if name == q.key or name.startswith(f"{q.key}-"))
            texts.setdefault(question.label, []).append(question.option_label(as_typed(value)))
        return [(label, "、".join(filter(None, words))) for label, words in texts.items() if any(words)]

    def _asked(self) -> Iterator[Question]:
        return (question for question in self.questions if question.key in self.fields)

    def _stored(self, question: Question) -> Any:
        cleaned: Mapping[str, Any] = self.cleaned_data
        return kind_of(question.kind).stored(question, cleaned[question.key])

    def _answer(self, question: Question) -> GivenAnswer | None:
        stored = self._stored(question)
        if stored is None:
            return None
        display = kind_of(question.kind).display(question, stored)
        return GivenAnswer(question.key, question.kind, question.label, stored, display)
