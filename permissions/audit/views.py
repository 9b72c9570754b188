from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from permissions.access import ViewerRequest, requires
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .actions import record
from .alarms import LOOK, alarm_views_for, alarms_for, count_overdue_for, review_alarm
from .forms import LogFilter, ReviewForm
from .log import READ_LOG, entries_for, entry_views, seal_state_for
from .log_file import EXPORT, ROWS_IN_FILE, export_entries
from .models import AuditAlarm

ALARMS_SHOWN = 100
ENTRIES_SHOWN = 50


def _alarm(viewer: Viewer, *, alarm_id: uuid.UUID) -> dict[str, Any]:
    alarm = alarms_for(viewer).filter(pk=alarm_id).first()
    if alarm is None:
        raise Http404
    return {"alarm": alarm}


@require_GET
@requires(LOOK)
def alarms(request: ViewerRequest) -> HttpResponse:
    return _page(request)


@require_POST
@requires(LOOK, load=_alarm)
def alarm_review(request: ViewerRequest, alarm: AuditAlarm) -> HttpResponse:
    form = ReviewForm(request.POST, prefix=str(alarm.pk))
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        review_alarm(alarm, by=request.viewer, **form.cleaned_data)
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, status=422)
    messages.success(request, _("確かめたことを記録しました。"))
    return redirect("audit:alarms")


def _page(request: ViewerRequest, sent: ReviewForm | None = None, *, status: int = 200) -> HttpResponse:
    views = alarm_views_for(request.viewer, limit=ALARMS_SHOWN)
    record(request.viewer, "listed", None, detail={"list": "alarms", "shown": len(views)})
    rows = [
        (view, sent if sent and sent.prefix == str(view.alarm.pk) else ReviewForm(prefix=str(view.alarm.pk)))
        for view in views
    ]
    return TemplateResponse(
        request,
        "marugoto_permissions/alarms.html",
        {"rows": rows, "form": sent, "overdue": count_overdue_for(request.viewer)},
        status=status,
    )


# --- the log ----------------------------------------------------------------------------------------


@require_GET
@requires(READ_LOG)
def log(request: ViewerRequest) -> HttpResponse:
    return _log_page(request, LogFilter(request.GET))


@require_POST
@requires(EXPORT, fresh=True)
def log_export(request: ViewerRequest) -> HttpResponse:
    form = LogFilter(request.POST)
    if form.is_valid():
        try:
            table = export_entries(form.wanted(), by=request.viewer)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            response = HttpResponse(table, content_type="text/csv; charset=utf-8")
            name = f"audit-log-{timezone.localtime():%Y%m%d-%H%M%S}.csv"
            response["Content-Disposition"] = f'attachment; filename="{name}"'
            return response
    return _log_page(request, form)


def _log_page(request: ViewerRequest, form: LogFilter) -> HttpResponse:
    """Show what the form asks for, a page of it; with a form that asks for nothing clear only why."""
    context: dict[str, Any] = {"form": form, "seals": seal_state_for(request.viewer), "most": ROWS_IN_FILE}
    detail: dict[str, Any] = {"list": "audit_log", "rows": 0}
    if form.is_valid():
        found = entries_for(request.viewer, form.wanted())
        if before := form.cleaned_data["before"]:
            found = found.filter(number__lt=before)
        page = list(found[: ENTRIES_SHOWN + 1])
        shown, has_more = page[:ENTRIES_SHOWN], len(page) > ENTRIES_SHOWN
        context |= {"rows": entry_views(shown), "next": shown[-1].number if has_more else None}
        # Not "shown": an auditor who turns pages has listed nobody (alarms count these).
        detail = {"list": "audit_log", "rows": len(shown), **form.wanted().told}
    record(request.viewer, "listed", None, detail=detail)
    status = 200 if form.is_valid() else 422
    return TemplateResponse(request, "marugoto_permissions/log.html", context, status=status)
