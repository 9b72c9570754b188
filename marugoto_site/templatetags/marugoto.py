"""Tags of the design system. ``{% load marugoto %}``; docs/design-system.md shows each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.contrib.auth.models import AbstractUser, User
from django.forms import BaseForm, BaseFormSet, BoundField, CheckboxInput
from django.forms.widgets import CheckboxSelectMultiple, ChoiceWidget, RadioSelect
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from permissions.accounts.links import is_linked

register = template.Library()


@register.simple_tag
def is_demo() -> bool:
    """Whether this installation shows invented people, which every page then says."""
    return bool(getattr(settings, "MARUGOTO_DEMO", False))


@register.simple_tag
def home_path() -> str:
    """Return where people who are logged in begin."""
    return resolve_url(settings.LOGIN_REDIRECT_URL)


@register.simple_tag
def provider_label() -> str:
    """Return what the button of the city's identity provider says; empty without one."""
    oidc = settings.MARUGOTO_OIDC
    return (oidc.get("name") or _("市の認証基盤でログイン")) if oidc else ""


@register.simple_tag
def provider_is_linked(user: User) -> bool:
    """Whether somebody can come in through the city's identity provider."""
    return is_linked(user)


@register.filter
def m_person(user: AbstractUser) -> str:
    """Return a colleague's name in the order of this country: family name first."""
    return f"{user.last_name} {user.first_name}".strip() or user.get_username()


@dataclass(frozen=True)
class ErrorLine:
    """One line of the error summary: ``target`` is the id of the control, or empty.

    ``label`` is empty too when the message names the question itself.
    """

    target: str
    label: str
    message: str


@register.inclusion_tag("marugoto/forms/_field.html")
def m_field(field: BoundField, **options: Any) -> dict[str, Any]:
    """Render one question: label, 必須 or 任意, help, error, control. No placeholder: it would repeat the label.

    Options: ``size`` (short, middle), ``optional_mark`` (False hides 任意), ``mark`` (False hides both),
    ``short`` (choices side by side).
    """
    field.field.widget.attrs.pop("placeholder", None)
    return {
        "field": field,
        "kind": _kind(field),
        "size": options.get("size", ""),
        "mark": options.get("mark", True),
        "optional_mark": options.get("optional_mark", True),
        "short": options.get("short", False),
        # The ids are Django's own: its widgets name them in aria-describedby.
        "help_id": f"{field.auto_id}_helptext",
        "error_id": f"{field.auto_id}_error",
    }


@register.inclusion_tag("marugoto/forms/_fields.html")
def m_fields(form: BaseForm) -> dict[str, Any]:
    """Render all fields of a form, hidden ones first."""
    return {"form": form}


@register.inclusion_tag("marugoto/forms/_errors.html")
def m_errors(*forms: BaseForm | BaseFormSet) -> dict[str, Any]:
    """Render the error summary of one or more forms or formsets; nothing when all are well.

    It takes the focus when the page opens, and each line links to its control.
    """
    return {"lines": [line for form in forms for line in _error_lines(form)]}


@register.simple_tag
def m_title_mark(*forms: BaseForm | BaseFormSet) -> str:
    """Return what a document title starts with when something has to be corrected."""
    return _("入力を確認：") if any(True for form in forms for _line in _error_lines(form)) else ""


def _kind(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, CheckboxInput):
        return "checkbox"
    return "group" if field.use_fieldset else "single"


def _error_lines(form: Any) -> Iterator[ErrorLine]:
    if form is None or not form.is_bound:
        return
    if isinstance(form, BaseFormSet):
        yield from (ErrorLine("", "", str(error)) for error in form.non_form_errors())
        for member in form.forms:
            yield from _error_lines(member)
        return
    yield from (ErrorLine("", "", str(error)) for error in form.non_field_errors())
    for field in form:
        for error in field.errors:
            target = "" if field.is_hidden else _first_id(field)
            label = "" if str(field.label) in str(error) else str(field.label)
            yield ErrorLine(target, label, str(error))


def _first_id(field: BoundField) -> str:
    """Return the id of the first control, so that the link in the summary lands on something focusable."""
    if field.use_fieldset:
        subwidgets = field.subwidgets
        inner = subwidgets[0].data.get("subwidgets", []) if subwidgets else []
        if isinstance(field.field.widget, ChoiceWidget) and subwidgets:
            return subwidgets[0].id_for_label or field.auto_id
        if inner:
            return str(inner[0]["attrs"].get("id", field.auto_id))
    return field.id_for_label or field.auto_id
