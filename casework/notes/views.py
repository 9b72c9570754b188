from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.cases.models import Case
from casework.reads import record_items
from casework.sharing.access import case_view
from casework.sharing.selectors import persons_for
from permissions.access import ViewerRequest

from .actions import write_note
from .forms import CorrectionForm, NoteForm
from .selectors import notes_for


@require_http_methods(["GET", "POST"])
@case_view("casework.write_note")
def note_add(request: ViewerRequest, case: Case) -> HttpResponse:
    people = persons_for(request.viewer).filter(case=case).order_by("position").values_list("pk", "name")
    form = NoteForm(request.POST or None, people=list(people))
    if form.is_valid():
        write_note(case, form.draft(), by=request.viewer, key=form.key())
        messages.success(request, _("記録しました。"))
        return redirect("casework:case", case_id=case.pk)
    return TemplateResponse(request, "casework/note_add.html", {"case": case, "form": form})


@require_http_methods(["GET", "POST"])
@case_view("casework.write_note")
def note_correct(request: ViewerRequest, case: Case, note_id: uuid.UUID) -> HttpResponse:
    note = notes_for(request.viewer, case).filter(pk=note_id).first()
    if note is None:
        raise Http404
    form = CorrectionForm(request.POST or None, initial={"title": note.title, "body": note.body})
    if form.is_valid():
        write_note(case, form.draft(note), by=request.viewer, corrects=note, key=form.key())
        messages.success(request, _("訂正を記録しました。前の記録も残っています。"))
        return redirect("casework:case", case_id=case.pk)
    record_items(request.viewer, [(note, case.pk, note.person_id, note.item)])
    return TemplateResponse(request, "casework/note_correct.html", {"case": case, "note": note, "form": form})
