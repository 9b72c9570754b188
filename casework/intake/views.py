from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.cases.models import Case
from casework.duplicates.selectors import Alike, people_like, people_like_contact, record_alike
from casework.seen import ChangedMeanwhile
from casework.sharing.selectors import persons_for
from forms_app.status import actions as status
from forms_app.status.selectors import messages_for
from permissions.access import ViewerRequest, requires
from permissions.audit.actions import record
from permissions.audit.origin import current_origin
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .access import contact_shown, contact_view
from .actions import (
    change_contact,
    check_contact,
    close_contact,
    drop_draft,
    open_case,
    record_contact,
    reply_to_citizen,
    save_draft,
    take_contact,
    write_without_consent,
)
from .forms import (
    CaseFilter,
    CheckedForm,
    ContactForm,
    ContactRecordForm,
    DraftChoice,
    DraftKey,
    OpenCaseForm,
    ReplyForm,
    WithoutConsentForm,
)
from .levels import missing
from .models import Contact, ContactDraft, ContactState, Urgency
from .selectors import drafts_for, facts_of, queue_for, without_consent_for
from .signs import SIGNS

DRAFT_LENGTH = 20_000
PAGE_SIZE = 50


@require_GET
@requires("casework.view_inbox")
def inbox(request: ViewerRequest) -> HttpResponse:
    form = CaseFilter(request.GET)
    state = form.cleaned_data["state"] if form.is_valid() else ""
    states = [state] if state else [ContactState.NEW, ContactState.TAKEN]
    page = Paginator(queue_for(request.viewer, states), PAGE_SIZE).get_page(request.GET.get("page"))
    detail = {"list": "inbox", "shown": len(page.object_list), "page": page.number, "state": state}
    record(request.viewer, "listed", None, detail=detail)
    context = {"page": page, "filter": form, "state": state, "drafts": drafts_for(request.viewer)}
    return TemplateResponse(request, "casework/inbox.html", context)


@require_GET
@contact_view("casework.view_inbox")
def contact(request: ViewerRequest, contact: Contact) -> HttpResponse:
    contact_shown(request.viewer, request, contact=contact)
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
    topics = list(contact.topics.order_by("-is_primary", "topic"))
    context = {
        "contact": contact,
        "topics": topics,
        "signs": [sign for sign in SIGNS if sign.code in contact.signs],
        "missing": missing(facts_of(contact, topics)),
        "without_consent": without_consent_for(request.viewer, contact),
        "thread": thread,
        "check_form": CheckedForm(),
        "reply_form": ReplyForm(),
        "alike": _alike(request.viewer, contact),
        **forms,
    }
    return TemplateResponse(request, "casework/contact.html", context, status=422 if forms else 200)


@require_POST
@contact_view("casework.take_contact")
def contact_take(request: ViewerRequest, contact: Contact) -> HttpResponse:
    return _checked(request, contact, take_contact)


@require_POST
@contact_view("casework.take_contact")
def contact_check(request: ViewerRequest, contact: Contact) -> HttpResponse:
    return _checked(request, contact, check_contact)


def _checked(request: ViewerRequest, contact: Contact, act: Callable[..., Contact]) -> HttpResponse:
    form = CheckedForm(request.POST)
    if not form.is_valid():
        return _contact_page(request, contact, check_form=form)
    found = form.cleaned_data
    try:
        contact = act(contact, signs=found["signs"], urgency=found["urgency"], by=request.viewer)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return _next_page(contact)


def _next_page(contact: Contact) -> HttpResponse:
    """In an emergency the checklist comes first."""
    name = "contact_emergency" if contact.urgency == Urgency.A else "contact"
    return redirect(f"casework:{name}", contact_id=contact.pk)


@require_POST
@contact_view("casework.take_contact")
def contact_close(request: ViewerRequest, contact: Contact) -> HttpResponse:
    try:
        close_contact(contact, by=request.viewer)
        messages.success(request, _("情報提供で終わりにしました。"))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("casework:contact", contact_id=contact.pk)


@require_POST
@contact_view("casework.take_contact")
def contact_reply(request: ViewerRequest, contact: Contact) -> HttpResponse:
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _contact_page(request, contact, reply_form=form)
    try:
        reply_to_citizen(contact, body=form.cleaned_data["body"], by=request.viewer)
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return _contact_page(request, contact, reply_form=form)
    messages.success(request, _("返事を、相談した人のページに載せました。"))
    return redirect("casework:contact", contact_id=contact.pk)


@require_http_methods(["GET", "POST"])
@contact_view("casework.open_case")
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
@contact_view("casework.take_contact")
def contact_edit(request: ViewerRequest, contact: Contact) -> HttpResponse:
    form, now = ContactForm(request.POST or None, contact=contact), None
    if form.is_valid():
        told = form.cleaned_data
        try:
            change_contact(
                contact,
                values=form.values(),
                topics=told["topics"],
                primary=told["primary_topic"],
                seen=told["seen"],
                by=request.viewer,
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        except ChangedMeanwhile as clash:
            now, form = form.shown(clash.current), form.restarted(clash.current)
            form.add_error(
                None, _("書いている間に、ほかの人が保存しました。下の「いまの内容」と見比べてください。")
            )
        else:
            messages.success(request, _("保存しました。"))
            return redirect("casework:contact", contact_id=contact.pk)
    context = {"contact": contact, "form": form, "now": now}
    return TemplateResponse(request, "casework/contact_edit.html", context)


@require_http_methods(["GET", "POST"])
@contact_view("casework.take_contact")
def without_consent(request: ViewerRequest, contact: Contact) -> HttpResponse:
    form = WithoutConsentForm(request.POST or None, initial={"agency": contact.referrer_name})
    if form.is_valid():
        write_without_consent(contact, values=form.values(), by=request.viewer, key=form.key())
        messages.success(request, _("記録しました。"))
        return redirect("casework:contact", contact_id=contact.pk)
    return TemplateResponse(request, "casework/without_consent.html", {"contact": contact, "form": form})


@require_http_methods(["GET", "POST"])
@requires("casework.take_contact")
def contact_record(request: ViewerRequest) -> HttpResponse:
    if "keep" in request.POST:
        return _kept(request)
    form = ContactRecordForm(request.POST) if request.method == "POST" else _begun(request)
    if form.is_bound and form.is_valid():
        contact = record_contact(by=request.viewer, key=form.key(), **form.said())
        messages.success(request, _("相談番号 %(number)s で記録しました。") % {"number": contact.number})
        if contact.needs_check:
            text = _("急ぎかもしれないことばや内容があります。先に、緊急の確認をしてください。")
            messages.warning(request, text)
        return _next_page(contact)
    return TemplateResponse(request, "casework/contact_record.html", {"form": form})


def _begun(request: ViewerRequest) -> ContactRecordForm:
    """Return the form as a draft of the viewer's left it, or a new one."""
    asked = DraftChoice(request.GET)
    draft_id = asked.cleaned_data["draft"] if asked.is_valid() else None
    draft = drafts_for(request.viewer).filter(pk=draft_id).first() if draft_id else None
    return ContactRecordForm.taken_up(draft) if draft else ContactRecordForm()


def _kept(request: ViewerRequest) -> HttpResponse:
    """Without script: keep what is typed as a draft, by a button."""
    draft = _save_draft(request)
    if draft is None:
        messages.error(request, _("書きかけを残せませんでした。長すぎるか、もう記録されています。"))
        return redirect("casework:inbox")
    at = timezone.localtime(draft.saved_at)
    messages.success(request, _("保存しました %(time)s") % {"time": f"{at:%H:%M}"})
    return redirect(f"{reverse('casework:contact_record')}?draft={draft.pk}")


def _save_draft(request: ViewerRequest) -> ContactDraft | None:
    typed = ContactRecordForm.typed(request.POST)
    sent = DraftKey(request.POST)
    if not sent.is_valid() or sum(len(text) for texts in typed.values() for text in texts) > DRAFT_LENGTH:
        return None
    key, revision = sent.cleaned_data["once"], sent.cleaned_data["revision"] or 0
    return save_draft(key, data=typed, revision=revision, by=request.viewer)


@require_POST
@requires("casework.take_contact")
def draft_save(request: ViewerRequest) -> HttpResponse:
    """For the script: keep what is typed, say when. 422 where there is nothing to keep any more."""
    draft = _save_draft(request)
    if draft is None:
        return JsonResponse({"state": "refused"}, status=422)
    at = timezone.localtime(draft.saved_at)
    origin = current_origin()
    kept = {"draft": str(draft.pk), "revision": draft.revision, "at": f"{at:%H:%M}"}
    return JsonResponse({**kept, "masked": bool(origin and origin.has_masked)})


@require_POST
@requires("casework.take_contact")
def draft_drop(request: ViewerRequest, draft_id: uuid.UUID) -> HttpResponse:
    draft = drafts_for(request.viewer).filter(pk=draft_id).first()
    if draft is None:
        raise Http404
    drop_draft(draft, by=request.viewer)
    messages.success(request, _("書きかけを捨てました。"))
    return redirect("casework:inbox")
