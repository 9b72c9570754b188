from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.households.selectors import name_people
from casework.reads import record_items
from casework.seen import ChangedMeanwhile
from casework.sharing.access import case_view
from casework.sharing.selectors import persons_for
from permissions.access import ViewerRequest
from permissions.agencies.models import Agency
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .actions import correct_entry, write_entry
from .forms import CorrectEntryForm, EntryForm
from .models import ChronologyEntry
from .selectors import chronology_for, correction_for, entry_for, may_correct, writable_labels_for

if TYPE_CHECKING:
    from casework.cases.models import Case


@require_GET
@case_view()
def chronology(request: ViewerRequest, case: Case) -> HttpResponse:
    """The table: years downwards, people across."""
    viewer = request.viewer
    found = chronology_for(viewer, case)
    for entry in found.entries:
        shown: Any = entry
        shown.may_correct = may_correct(viewer, entry)
    record_items(viewer, [(entry, case.pk, entry.person_id, entry.item) for entry in found.entries])
    may_write = viewer.may("casework.assess") and bool(writable_labels_for(viewer, case))
    context = {"case": case, "chronology": found, "may_write": may_write}
    return TemplateResponse(request, "casework/chronology.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.assess")
def chronology_add(request: ViewerRequest, case: Case) -> HttpResponse:
    viewer = request.viewer
    labels = writable_labels_for(viewer, case)
    if not labels and request.method == "GET":
        messages.error(request, _("年表に書ける項目が、あなたの機関に共有されていません。"))
        return redirect("casework:chronology", case_id=case.pk)
    form = EntryForm(
        request.POST or None, labels=labels, names=_names(viewer, case, labels), agencies=_sources(viewer)
    )
    if form.is_valid():
        source = form.cleaned_data["source"]
        try:
            write_entry(case, form.about(), form.draft(), source=source, by=viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("年表に書きました。"))
            return redirect("casework:chronology", case_id=case.pk)
    return TemplateResponse(request, "casework/chronology_add.html", {"case": case, "form": form})


@require_http_methods(["GET", "POST"])
@case_view("casework.assess")
def chronology_correct(request: ViewerRequest, case: Case, entry_id: uuid.UUID) -> HttpResponse:
    entry = entry_for(request.viewer, case, entry_id)
    if entry is None:
        raise Http404
    if not may_correct(request.viewer, entry):
        raise PermissionDenied
    form = CorrectEntryForm(request.POST or None, entry=entry)
    if form.is_valid():
        try:
            correct_entry(entry, form.draft(), by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        except ChangedMeanwhile:
            words = _(
                "書いている間に、ほかの人がこのできごとを直しました。あなたが書いたものは、下に残っています。"
                "「いまの内容」を見て、まだ直すことがあれば、そちらを直してください。"
            )
            form.add_error(None, words)
        else:
            messages.success(request, _("年表を直しました。"))
            return redirect("casework:chronology", case_id=case.pk)
    _show(request.viewer, case, [entry])
    context = {"case": case, "entry": entry, "form": form, "quicker": correction_for(request.viewer, entry)}
    return TemplateResponse(request, "casework/chronology_correct.html", context)


def _names(
    viewer: Viewer, case: Case, labels: list[tuple[uuid.UUID | None, str]]
) -> dict[uuid.UUID | None, str]:
    known = dict(persons_for(viewer).filter(case=case).values_list("pk", "name"))
    hidden = _("（氏名は共有されていません）")
    return {key: known.get(key, hidden) if key else _("世帯全体・社会・機関") for key, _item in labels}


def _sources(viewer: Viewer) -> Any:
    """Return whose knowledge somebody may write down: an agency its own, the center what any of them told."""
    if viewer.sees_all_cases:
        return Agency.objects.open().order_by("-is_center", "name", "pk")
    return Agency.objects.filter(pk=viewer.agency.pk)


def _show(viewer: Viewer, case: Case, entries: list[ChronologyEntry]) -> None:
    name_people(viewer, entries)
    record_items(viewer, [(entry, case.pk, entry.person_id, entry.item) for entry in entries])
