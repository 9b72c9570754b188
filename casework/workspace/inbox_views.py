from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from casework.notifications.actions import choose_mails, mark_read, mark_unread
from permissions.access import ViewerRequest, requires
from permissions.audit.actions import record

from .actions import save_list
from .forms import MailsForm, MarkForm, NotificationFilter
from .inbox import PAGE_SIZE, inbox_for, inbox_row_for, inbox_rows_for, wants_mails
from .models import SavedPage
from .selectors import saved_query_for


@require_GET
@requires("casework.view_case")
def notifications(request: ViewerRequest) -> HttpResponse:
    saved = saved_query_for(request.viewer, SavedPage.NOTIFICATIONS)
    if saved and not request.GET:
        return redirect(f"{reverse('casework:notifications')}?{saved}")
    form = NotificationFilter(request.GET)
    page = Paginator(inbox_for(request.viewer, **form.conditions()), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    rows = inbox_rows_for(request.viewer, page.object_list)
    record(
        request.viewer,
        "listed",
        None,
        detail={"list": "notifications", "shown": len(rows), "page": page.number},
    )
    context = {
        "page": page,
        "rows": rows,
        "unread": [row for row in rows if row.is_unread],
        "filter": form,
        "query": form.query(),
        "saved": saved,
        "wants_mails": wants_mails(request.viewer),
    }
    return TemplateResponse(request, "casework/notifications.html", context)


@require_POST
@requires("casework.view_case")
def notification_open(request: ViewerRequest, notification_id: uuid.UUID) -> HttpResponse:
    """Mark one as read and go to what it is about."""
    found = inbox_row_for(request.viewer, notification_id)
    if found is None:
        raise Http404
    mark_read([notification_id], by=request.viewer)
    return HttpResponseRedirect(found.url)


@require_POST
@requires("casework.view_case")
def notifications_mark(request: ViewerRequest) -> HttpResponse:
    form = MarkForm(request.POST)
    if form.is_valid():
        keys = form.cleaned_data["rows"]
        if form.cleaned_data["as"] == "read":
            count = mark_read(keys, by=request.viewer)
            text = ngettext("%(count)d件を既読にしました。", "%(count)d件を既読にしました。", count)
        else:
            count = mark_unread(keys, by=request.viewer)
            text = ngettext("%(count)d件を未読に戻しました。", "%(count)d件を未読に戻しました。", count)
        messages.success(request, text % {"count": count})
    return _back(request)


@require_POST
@requires("casework.view_case")
def notifications_save(request: ViewerRequest) -> HttpResponse:
    query = NotificationFilter(request.POST).query()
    save_list(query, by=request.viewer, page=SavedPage.NOTIFICATIONS)
    messages.success(request, _("この条件を保存しました。") if query else _("保存した条件をなくしました。"))
    return _back(request)


@require_POST
@requires("casework.view_case")
def notification_mails(request: ViewerRequest) -> HttpResponse:
    form = MailsForm(request.POST)
    if form.is_valid():
        is_off = form.cleaned_data["mails"] == "off"
        choose_mails(is_off=is_off, by=request.viewer)
        messages.success(
            request,
            _("お知らせのメールを止めました。この一覧には、これまでどおり出ます。")
            if is_off
            else _("お知らせのメールを受け取ります。"),
        )
    return _back(request)


def _back(request: ViewerRequest) -> HttpResponse:
    """Return to the list as it was narrowed when the form was sent; ``all`` keeps what is saved from coming back."""
    query = NotificationFilter(request.POST).query()
    return redirect(f"{reverse('casework:notifications')}?{query or 'all=1'}")
