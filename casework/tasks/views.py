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
from permissions.errors import NotAllowed

from .actions import add_task, add_task_ahead, end_task
from .forms import TaskEndForm, TaskForm
from .selectors import open_tasks_for


@require_http_methods(["GET", "POST"])
@case_view("casework.write_note")
def task_add(request: ViewerRequest, case: Case) -> HttpResponse:
    people = persons_for(request.viewer).filter(case=case).order_by("position", "pk")
    form = TaskForm(request.POST or None, viewer=request.viewer, people=people.values_list("pk", "name"))
    if form.is_valid():
        try:
            add = add_task_ahead if form.cleaned_data["is_ahead"] else add_task
            add(case, form.draft(), by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("期限を加えました。"))
            return redirect("casework:case", case_id=case.pk)
    return TemplateResponse(request, "casework/task_add.html", {"case": case, "form": form})


@require_http_methods(["GET", "POST"])
@case_view("casework.write_note")
def task_end(request: ViewerRequest, case: Case, task_id: uuid.UUID) -> HttpResponse:
    task = open_tasks_for(request.viewer).filter(case=case, pk=task_id).first()
    if task is None:
        raise Http404
    form = TaskEndForm(request.POST or None)
    if form.is_valid():
        try:
            end_task(
                task, kind=form.cleaned_data["kind"], words=form.cleaned_data["words"], by=request.viewer
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("期限を終えました。"))
            return redirect("casework:case", case_id=case.pk)
    record_items(request.viewer, [(task, case.pk, task.person_id, task.item)])
    return TemplateResponse(request, "casework/task_end.html", {"case": case, "task": task, "form": form})
