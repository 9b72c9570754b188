"""What keeps a form from being published, said to the editor. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.utils.translation import gettext as _

from forms_app.fields.questions import Question
from forms_app.fields.registry import KINDS, kind_of


def problems_of(questions: Iterable[Question]) -> list[str]:
    """Return one sentence per problem, in the order of the form; empty when it may be published."""
    items = list(questions)
    asked = [item for item in items if kind_of(item.kind).is_question]
    found = [] if asked else [_("質問が1つもありません。")]
    for number, item in enumerate(items, start=1):
        if not item.label:
            found.append(_("%d番目の項目に文がありません。") % number)
        if item.kind not in KINDS:
            found.append(_("%d番目の項目の種類は使えません。") % number)
        found += [str(problem) for problem in kind_of(item.kind).problems(item)]
    twice = [key for key, count in Counter(item.key for item in items).items() if count > 1]
    found += [_("記号「%s」が2つの質問に付いています。") % key for key in twice]
    consents = [item for item in items if item.kind == "consent"]
    if len(consents) > 1:
        found.append(_("同意の確認は1つだけにしてください。"))
    return found
