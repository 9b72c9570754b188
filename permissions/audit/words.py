"""Codes of the log in words: each app names its own in ``log_words`` (VERBS, ITEMS, BASES, DETAILS)."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.utils.functional import Promise

from permissions.roles import ROLES

Words = dict[str, str | Promise]


@cache
def words_of(kind: str) -> Words:
    """Return code: word for VERBS, ITEMS, BASES or DETAILS, of every installed app in their order."""
    found: Words = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.log_words"
        if find_spec(name):
            found |= getattr(import_module(name), kind, {})
    return found


def word(kind: str, code: str) -> str:
    """Return what a code means; the code itself when no app says it."""
    return str(words_of(kind).get(code, code))


def role_word(code: str) -> str:
    """Return what a role is called; the code itself when it is none of ours any more."""
    return str(ROLES[code].label) if code in ROLES else code


def subject_word(label: str) -> str:
    """Return what a thing is called, given ``app_label.model``; the label itself when there is none any more."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label
