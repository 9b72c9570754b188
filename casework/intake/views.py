from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.cases.models import Case
from casework.duplicates.selectors import Alike, people_like, people_like_contact, record_alike
from casework.sharing.selectors import persons_for
from forms_app.status import actions as status
from forms_app.status.selectors import messages_for
from permissions.access import ViewerRequest, requires
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .actions import close_contact, open_case, record_contact, reply_to_citizen, take_contact
from .forms import CaseFilter, ContactRecordForm, OpenCaseForm, ReplyForm, TakeForm
from .models import Contact, ContactState
from .selectors import contacts_for, queue_for

PAGE_SIZE = 50


def _contact(viewer: Viewer, *, contact_id: uuid.UUID) -> dict[str, Any]:
    contact = contacts_for(viewer).select_related("taken_by__user").filter(pk=contact_id).first()
    if contact is None:
        raise Http404
    return {"contact": contact}


def _contact_shown(viewer: Viewer, request: ViewerRequest, *, contact: Contact) -> None:
    record(viewer, "read", contact, case=contact.case_id)


@require_GET
@requires("casework.view_inbox")
def inbox(request: ViewerRequest) -> HttpResponse:
    form = CaseFilter(request.GET)
    state = form.cleaned_data["state"] if form.is_valid() else ""
    states = [state] if state else [ContactState.NEW, ContactState.TAKEN]
    page = Paginator(queue_for(request.viewer, states), PAGE_SIZE).get_page(request.GET.get("page"))
    detail = {"list": "inbox", "shown": len(page.object_list), "page": page.number, "state": state}
    record(request.viewer, "listed", None, detail=detail)
    return TemplateResponse(request, "casework/inbox.html", {"page": page, "filter": form, "state": state})


@require_GET
@requires("casework.view_inbox", load=_contact, shown=_contact_shown)
def contact(request: ViewerRequest, contact: Contact) -> HttpResponse:
    _contact_shown(request.viewer, request, contact=contact)
    if contact.submission_id and contact.state == ContactState.NEW:
        status.mark_read(contact.submission_id)
    return _contact_page(request, contact)


def _alike(viewer: Viewer, contact: Contact) -> list[Alike]:
    alike = people_like_contact(viewer, reply_to=contact.reply_to, answers=contact.answers)
    record_alike(viewer, alike)
    return alike


def _warn_of_alike(request: ViewerRequest, case: Case) -> None:
    """Say after opening a case that its person may be known: what was typed is known only now."""
    for person in persons_for(request.viewer).filter(case=case):
        alike = people_like(request.viewer, person)
        record_alike(request.viewer, alike)
        if alike:
            messages.warning(
                request,
                _(
                    "同じ人かもしれない記録が、ほかのケースにあります。世帯の人の「同じ人の記録をさがす」で確かめてください。"
                ),
            )


def _contact_page(request: ViewerRequest, contact: Contact, **forms: Any) -> HttpResponse:
    thread = messages_for(request.viewer, contact.submission_id) if contact.submission_id else []
    context = {
        "contact": contact,
        "thread": thread,
        "take_form": TakeForm(),
        "reply_form": ReplyForm(),
        "alike": _alike(request.viewer, contact),
        **forms,
    }
    return TemplateResponse(request, "casework/contact.html", context, status=422 if forms else 200)


@require_POST
@requires("casework.take_contact", load=_contact, shown=_contact_shown)
def contact_take(request: ViewerRequest, contact: Contact) -> HttpResponse:
    form = TakeForm(request.POST)
    if not form.is_valid():
        return _contact_page(request, contact, take_form=form)
    try:
        take_contact(contact, urgency=form.cleaned_data["urgency"], by=request.viewer)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("casework:contact", contact_id=contact.pk)


@require_POST
@requires("casework.take_contact", load=_contact, shown=_contact_shown)
def contact_close(request: ViewerRequest, contact: Contact) -> HttpResponse:
    try:
        close_contact(contact, by=request.viewer)
        messages.success(request, _("情報提供で終わりにしました。"))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("casework:contact", contact_id=contact.pk)


@require_POST
@requires("casework.take_contact", load=_contact, shown=_contact_shown)
def contact_reply(request: ViewerRequest, contact: Contact) -> HttpResponse:
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _contact_page(request, contact, reply_form=form)
    try:
        reply_to_citizen(contact, body=form.cleaned_data["body"], by=request.viewer)
        messages.success(request, _("返事を、相談した人のページに載せました。"))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("casework:contact", contact_id=contact.pk)


@require_http_methods(["GET", "POST"])
@requires("casework.open_case", load=_contact, shown=_contact_shown)
def contact_case(request: ViewerRequest, contact: Contact) -> HttpResponse:
    form = OpenCaseForm(request.POST or None)
    if form.is_valid():
        values = form.cleaned_data
        try:
            case = open_case(
                contact,
                household_name=values["household_name"],
                household_kind=values["household_kind"],
                person=form.person(),
                by=request.viewer,
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("ケース %(number)s を作りました。") % {"number": case.number})
            _warn_of_alike(request, case)
            return redirect("casework:case", case_id=case.pk)
    context = {"contact": contact, "form": form, "alike": _alike(request.viewer, contact)}
    return TemplateResponse(request, "casework/contact_case.html", context)


@require_http_methods(["GET", "POST"])
@requires("casework.take_contact")
def contact_record(request: ViewerRequest) -> HttpResponse:
    form = ContactRecordForm(request.POST or None)
    if form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "once"}
        contact = record_contact(by=request.viewer, key=form.key(), **values)
        messages.success(request, _("相談番号 %(number)s で記録しました。") % {"number": contact.number})
        return redirect("casework:contact", contact_id=contact.pk)
    return TemplateResponse(request, "casework/contact_record.html", {"form": form})
