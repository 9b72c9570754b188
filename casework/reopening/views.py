from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.cases.models import Case
from casework.cases.states import OPEN_STAGES
from casework.intake.access import contact_view
from casework.intake.models import Contact
from casework.sharing.access import case_view
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed

from .actions import reopen_case
from .forms import ContactReopeningForm, ReopeningForm
from .selectors import ended_case


@require_http_methods(["GET", "POST"])
@case_view("casework.open_case")
def reopening(request: ViewerRequest, case: Case) -> HttpResponse:
    """Receive a household again whose case has ended."""
    if case.stage in OPEN_STAGES:
        messages.error(request, _("再相談として受け付けられるのは、終わったケースだけです。"))
        return redirect("casework:case", case_id=case.pk)
    form = ReopeningForm(request.POST or None)
    if form.is_valid():
        made = _reopened(request, form, case, None)
        if made:
            return redirect("casework:case", case_id=made.pk)
    return TemplateResponse(request, "casework/reopening.html", {"case": case, "form": form})


@require_http_methods(["GET", "POST"])
@contact_view("casework.open_case")
def contact_reopening(request: ViewerRequest, contact: Contact) -> HttpResponse:
    """Make of a contact the new case of a household that was here before."""
    form = ContactReopeningForm(request.POST or None, initial={"words": contact.one_line})
    if form.is_valid():
        before = ended_case(request.viewer, form.cleaned_data["number"])
        if before is None:
            # The same words for a case that is not there, is open, or may not be seen.
            form.add_error("number", _("この番号の終わったケースは見つかりません。"))
        else:
            made = _reopened(request, form, before, contact)
            if made:
                return redirect("casework:case", case_id=made.pk)
    return TemplateResponse(request, "casework/contact_reopening.html", {"contact": contact, "form": form})


def _reopened(
    request: ViewerRequest, form: ReopeningForm, before: Case, contact: Contact | None
) -> Case | None:
    try:
        made = reopen_case(
            before, words=form.cleaned_data["words"], by=request.viewer, contact=contact, key=form.key()
        )
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, _("再相談として、ケース %(number)s を作りました。") % {"number": made.number})
    return made
