"""Reading what was sent, for agencies that do not work with casework."""

from __future__ import annotations

import uuid

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forms_app.status.actions import mark_contacted, mark_read, send_message
from forms_app.status.forms import ReplyForm
from forms_app.status.selectors import messages_for, waiting_replies_for
from permissions.access import ViewerRequest, requires
from permissions.audit.actions import record
from permissions.viewer import Viewer

from .models import Submission
from .selectors import READ, submission_for, submissions_for

PAGE_ROWS = 50


def load_submission(viewer: Viewer, submission_id: uuid.UUID) -> dict[str, Submission]:
    """Return the submission for the view, or raise Http404."""
    submission = submission_for(viewer, submission_id)
    if submission is None:
        raise Http404
    return {"submission": submission}


@requires(READ)
@require_safe
def submission_list(request: ViewerRequest) -> HttpResponse:
    page = Paginator(submissions_for(request.viewer), PAGE_ROWS).get_page(request.GET.get("page"))
    waiting = set(waiting_replies_for(request.viewer).values_list("pk", flat=True))
    detail = {"list": "submissions", "shown": len(page.object_list), "page": page.number}
    record(request.viewer, "listed", None, detail=detail)
    context = {"page": page, "waiting": waiting}
    return TemplateResponse(request, "forms_app/submission_list.html", context)


@requires(READ, load=load_submission)
@require_http_methods(["GET", "HEAD", "POST"])
def submission_detail(request: ViewerRequest, submission: Submission) -> HttpResponse:
    form = ReplyForm(request.POST) if request.method == "POST" else ReplyForm()
    if form.is_bound and form.is_valid():
        send_message(request.viewer, submission.pk, body=form.cleaned_data["body"])
        return redirect("forms_app:submission_detail", submission.pk)
    mark_read(submission.pk)
    record(request.viewer, "read", submission)
    context = {
        "submission": submission,
        "answers": submission.answers.all(),
        "thread": list(messages_for(request.viewer, submission.pk)),
        "form": form,
    }
    return TemplateResponse(request, "forms_app/submission_detail.html", context)


@requires(READ, load=load_submission)
@require_POST
def submission_contacted(request: ViewerRequest, submission: Submission) -> HttpResponse:
    mark_contacted(submission.pk)
    record(request.viewer, "contacted", submission)
    return redirect("forms_app:submission_detail", submission.pk)
