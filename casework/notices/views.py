from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.codes.selectors import codes_of
from casework.intake.access import contact_view
from casework.intake.models import Contact
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed

from .actions import record_call, record_notice, record_reply
from .forms import CallForm, NoticeForm, ReplyForm
from .selectors import calls_for, notices_for


@require_http_methods(["GET", "POST"])
@contact_view("casework.take_contact")
def contact_emergency(request: ViewerRequest, contact: Contact) -> HttpResponse:
    form = CallForm(request.POST or None)
    if form.is_valid():
        record_call(contact, values=form.values(), by=request.viewer, key=form.key())
        messages.success(request, _("連絡を記録しました。"))
        return redirect("casework:contact_emergency", contact_id=contact.pk)
    calls = list(calls_for(request.viewer, contact))
    called = {call.whom for call in calls}
    context = {
        "contact": contact,
        "form": form,
        "calls": calls,
        "checklist": [
            (code, code.code in called)
            for code in codes_of("emergency_call")
            if code.is_offered and code.code != "other"
        ],
        "notices": notices_for(request.viewer, contact),
    }
    return TemplateResponse(request, "casework/contact_emergency.html", context)


@require_http_methods(["GET", "POST"])
@contact_view("casework.take_contact")
def notice_add(request: ViewerRequest, contact: Contact) -> HttpResponse:
    form = NoticeForm(request.POST or None)
    if form.is_valid():
        hides = form.cleaned_data["hides_informant"]
        try:
            record_notice(
                contact, values=form.values(), hides_informant=hides, by=request.viewer, key=form.key()
            )
        except NotAllowed as refusal:
            form.add_error("hides_informant", str(refusal))
        else:
            messages.success(request, _("通告・通報を記録しました。"))
            return redirect("casework:contact_emergency", contact_id=contact.pk)
    return _page(request, contact, form, _("通告・通報を記録する"))


@require_http_methods(["GET", "POST"])
@contact_view("casework.take_contact")
def notice_reply(request: ViewerRequest, contact: Contact, notice_id: uuid.UUID) -> HttpResponse:
    notice = notices_for(request.viewer, contact).filter(pk=notice_id).first()
    if notice is None:
        raise Http404
    form = ReplyForm(request.POST or None)
    if form.is_valid():
        record_reply(notice, values=form.values(), by=request.viewer, key=form.key())
        messages.success(request, _("返事を記録しました。"))
        return redirect("casework:contact_emergency", contact_id=contact.pk)
    return _page(request, contact, form, _("返事を記録する"), notice=notice)


def _page(request: ViewerRequest, contact: Contact, form: Any, heading: str, **more: Any) -> HttpResponse:
    context = {"contact": contact, "form": form, "heading": heading, **more}
    return TemplateResponse(request, "casework/notice_form.html", context)
