from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.cases.models import Case
from casework.concealment.selectors import is_concealed
from casework.notes.selectors import notes_for
from casework.reads import grounds_of, record_items
from casework.sharing.access import case_view
from casework.sharing.selectors import persons_for
from permissions.access import ViewerRequest
from permissions.audit.actions import record
from permissions.errors import NotAllowed

from .actions import add_file, check_file, remove_file
from .forms import FileForm, FileRemovalForm
from .selectors import content_for, file_for


@require_http_methods(["GET", "POST"])
@case_view("casework.write_note")
def file_add(request: ViewerRequest, case: Case) -> HttpResponse:
    return _add(request, case, None)


@require_http_methods(["GET", "POST"])
@case_view("casework.write_note")
def note_file_add(request: ViewerRequest, case: Case, note_id: uuid.UUID) -> HttpResponse:
    note = notes_for(request.viewer, case).filter(pk=note_id).first()
    if note is None:
        raise Http404
    return _add(request, case, note)


def _add(request: ViewerRequest, case: Case, note: Any) -> HttpResponse:
    people = persons_for(request.viewer).filter(case=case).order_by("position", "pk")
    form = FileForm(
        request.POST or None,
        request.FILES or None,
        people=people.values_list("pk", "name"),
        is_concealed=is_concealed(request.viewer, case),
        note=note,
    )
    if form.is_valid() and form.taken:
        told = form.cleaned_data
        try:
            add_file(
                case,
                form.label(),
                form.taken,
                title=told["title"],
                has_no_place=told.get("has_no_place", False),
                note=note,
                by=request.viewer,
                key=form.key(),
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("資料を加えました。"))
            return redirect("casework:case", case_id=case.pk)
    return TemplateResponse(request, "casework/file_add.html", {"case": case, "form": form, "note": note})


@require_GET
@case_view()
def file_open(request: ViewerRequest, case: Case, file_id: uuid.UUID) -> HttpResponse:
    """Send a file out as a download and nothing else: no browser shows it in our name."""
    file = file_for(request.viewer, case, file_id)
    content = content_for(request.viewer, file) if file else None
    if content is None:
        raise Http404
    label = (case.pk, file.person_id, file.item)
    ground = grounds_of(request.viewer, [(file, *label)]).get(label)
    record(
        request.viewer, "read", file, case=case.pk, person=file.person_id, item=file.item, ground=ground,
        detail={"download": file.number},
    )  # fmt: skip
    response = HttpResponse(content, content_type=file.of_kind.content_type)
    response["Content-Disposition"] = content_disposition_header(True, file.download_name) or "attachment"
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return response


@require_http_methods(["GET", "POST"])
@case_view("casework.write_note")
def file_remove(request: ViewerRequest, case: Case, file_id: uuid.UUID) -> HttpResponse:
    file = file_for(request.viewer, case, file_id)
    if file is None or file.is_removed:
        raise Http404
    form = FileRemovalForm(request.POST or None)
    if form.is_valid():
        try:
            remove_file(file, reason=form.cleaned_data["reason"], by=request.viewer)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("資料を取り除きました。"))
            return redirect("casework:case", case_id=case.pk)
    record_items(request.viewer, [(file, case.pk, file.person_id, file.item)])
    return TemplateResponse(request, "casework/file_remove.html", {"case": case, "file": file, "form": form})


@require_POST
@case_view("casework.conceal")
def file_check(request: ViewerRequest, case: Case, file_id: uuid.UUID) -> HttpResponse:
    file = file_for(request.viewer, case, file_id)
    if file is None or file.is_removed:
        raise Http404
    check_file(file, by=request.viewer)
    messages.success(request, _("居場所が分かるものはないと記録しました。共有先からも、また見えます。"))
    return redirect("casework:case", case_id=case.pk)
