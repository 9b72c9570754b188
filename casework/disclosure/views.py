from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.households.safety import rules_for
from casework.sharing.access import case_view
from casework.sharing.selectors import persons_for
from casework.sheets.pdf import PdfUnavailable, pdf_available
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed

from .actions import make_letter
from .forms import LetterForm, LetterSpanForm, OpeningsFilter, SpanForm
from .selectors import letter_agencies_for, may_see_openings, openings_for

if TYPE_CHECKING:
    from casework.cases.models import Case


@require_GET
@case_view("casework.view_openings")
def openings(request: ViewerRequest, case: Case) -> HttpResponse:
    _only_for_its_owner(request, case)
    found = openings_for(request.viewer, case, **SpanForm(request.GET or None).span())
    form = OpeningsFilter(request.GET or None, openings=found)
    context = {"case": case, "filter": form, "openings": form.narrowed(found)}
    return TemplateResponse(request, "casework/openings.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.view_openings", fresh=True)
def openings_letter(request: ViewerRequest, case: Case) -> HttpResponse:
    _only_for_its_owner(request, case)
    people = persons_for(request.viewer).filter(case=case).order_by("position", "pk")
    names = list(people.values_list("pk", "name"))
    about = LetterSpanForm(request.GET or None, people=names)
    context: dict[str, Any] = {"case": case, "about": about, "has_pdf": pdf_available()}
    if about.is_bound and about.is_valid():
        person = people.get(pk=about.cleaned_data["person"])
        found = letter_agencies_for(request.viewer, case, person, **about.span())
        form = LetterForm(request.POST or None, found=found, rules=rules_for(request.viewer, person))
        if form.is_valid():
            named = [each for each in found if str(each.agency.pk) in form.cleaned_data["agencies"]]
            try:
                means = form.cleaned_data["means"]
                pdf = make_letter(case, person, named, means=means, by=request.viewer, **about.span())
            except NotAllowed as refusal:
                form.add_error(None, str(refusal))
            except PdfUnavailable:
                form.add_error(
                    None,
                    _(
                        "このサーバーでは、いまPDFを作れません。管理者に「PDFの部品が入っていない」と伝えてください。"
                    ),
                )
            else:
                return _download(pdf, case)
        context |= {"person": person, "found": found, "form": form}
    return TemplateResponse(request, "casework/openings_letter.html", context)


def _only_for_its_owner(request: ViewerRequest, case: Case) -> None:
    if not may_see_openings(request.viewer, case):
        raise PermissionDenied


def _download(pdf: bytes, case: Case) -> HttpResponse:
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{case.number}-oshirase.pdf"'
    return response
