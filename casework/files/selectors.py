"""Reading files of a case."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet

from casework.concealment.models import Concealment
from casework.rounds import Steps, in_rounds
from casework.sharing.selectors import labelled_for
from permissions.viewer import Viewer

from .models import CaseFile, FileCheck, FileContent

if TYPE_CHECKING:
    from casework.cases.models import Case


def files_for(viewer: Viewer) -> QuerySet[Any]:
    """Return the files this viewer may see, unordered, each with ``is_removed`` and ``is_unchecked``.

    An agency sees neither what was removed nor what nobody has looked through since the household hid.
    """
    content = FileContent.objects.filter(file=OuterRef("pk"))
    files: QuerySet[Any] = labelled_for(viewer, CaseFile).annotate(
        is_removed=~Exists(content), is_unchecked=Exists(_not_looked_through())
    )
    return files if viewer.sees_all_cases else files.filter(is_removed=False, is_unchecked=False)


def _not_looked_through() -> QuerySet[Concealment]:
    """Return the concealments that stand and since which nobody has looked through the file of the query around."""
    checks = FileCheck.objects.filter(file=OuterRef(OuterRef("pk")), checked_at__gte=OuterRef("set_at"))
    return Concealment.objects.filter(~Exists(checks), case=OuterRef("case"), lift__isnull=True)


@in_rounds
def case_files_for(viewer: Viewer, case: Case) -> Steps[list[Any]]:
    """Return the files of a case, the newest first."""
    files = (
        files_for(viewer)
        .filter(case=case)
        .select_related("added_by__user", "added_by__agency", "removal", "answer__role")
    )
    (found,) = yield [files.order_by("-added_at", "-number")]
    return found


def files_of_answers_for(viewer: Viewer, answers: Iterable[Any]) -> dict[uuid.UUID, Any]:
    """Return the files that came with answers to roles and are still there, by the answer's key."""
    found = files_for(viewer).filter(answer__in=[answer.pk for answer in answers], is_removed=False)
    return {file.answer_id: file for file in found}


def file_for(viewer: Viewer, case: Case, file_id: uuid.UUID) -> Any:
    """Return one file of a case, or None if it does not reach the viewer."""
    return files_for(viewer).filter(case=case, pk=file_id).select_related("added_by__user").first()


def content_for(viewer: Viewer, file: CaseFile) -> bytes | None:
    """Return the bytes of a file, or None if it does not reach the viewer or was removed."""
    seen = files_for(viewer).filter(pk=file.pk, is_removed=False)
    found = labelled_for(viewer, FileContent).filter(file__in=seen.values("pk")).first()
    return bytes(found.content) if found else None
