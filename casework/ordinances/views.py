from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from permissions.access import ViewerRequest, requires
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .actions import record_paper_oath, swear, write_ordinance
from .forms import OrdinanceForm, PaperOathForm, SwearForm
from .models import Ordinance
from .selectors import ordinances_for, own_oath_for, seats, this_year


def _ordinance(viewer: Viewer, *, ordinance_id: uuid.UUID) -> dict[str, Any]:
    found = ordinances_for(viewer).filter(pk=ordinance_id).first()
    if found is None:
        raise Http404
    return {"ordinance": found}


@require_GET
@requires("casework.view_case")
def ordinances(request: ViewerRequest) -> HttpResponse:
    rows = ordinances_for(request.viewer).filter(superseded_by__isnull=True)
    return TemplateResponse(request, "casework/ordinances.html", {"rows": rows})


@require_GET
@requires("casework.view_case", load=_ordinance)
def ordinance(request: ViewerRequest, ordinance: Ordinance) -> HttpResponse:
    earlier, found = [], ordinance
    while found.supersedes is not None:
        found = found.supersedes
        earlier.append(found)
    context = {
        "ordinance": ordinance,
        "earlier": earlier,
        "is_newest": not hasattr(ordinance, "superseded_by"),
    }
    return TemplateResponse(request, "casework/ordinance.html", context)


@require_http_methods(["GET", "POST"])
@requires("casework.edit_codes")
def ordinance_add(request: ViewerRequest) -> HttpResponse:
    return _write(request, None, OrdinanceForm(request.POST or None))


@require_http_methods(["GET", "POST"])
@requires("casework.edit_codes", load=_ordinance)
def ordinance_edit(request: ViewerRequest, ordinance: Ordinance) -> HttpResponse:
    """Write the next version of an ordinance, beginning with what stands."""
    names = ("title", "text", "kinds", "valid_until")
    now = {name: getattr(ordinance, name) for name in names}
    return _write(request, ordinance, OrdinanceForm(request.POST or None, initial=now))


def _write(request: ViewerRequest, earlier: Ordinance | None, form: OrdinanceForm) -> HttpResponse:
    if form.is_valid():
        try:
            row = write_ordinance(form.draft(), supersedes=earlier, by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("要綱を記録しました。"))
            return redirect("casework:ordinance", ordinance_id=row.pk)
    return TemplateResponse(request, "casework/ordinance_form.html", {"form": form, "earlier": earlier})


@require_http_methods(["GET", "POST"])
@requires("casework.view_case")
def oath(request: ViewerRequest) -> HttpResponse:
    """Read what one binds oneself to, and sign it for this fiscal year."""
    form = SwearForm(request.POST or None)
    if form.is_valid():
        swear(by=request.viewer)
        messages.success(request, _("誓約を記録しました。"))
        return redirect("casework:oath")
    context = {"form": form, "own": own_oath_for(request.viewer), "year": this_year()}
    return TemplateResponse(request, "casework/oath.html", context)


@require_GET
@requires("casework.share")
def oaths(request: ViewerRequest) -> HttpResponse:
    """Who has sworn for this fiscal year and who has not."""
    rows = list(seats())
    record(request.viewer, "listed", None, detail={"list": "oaths", "shown": len(rows)})
    return TemplateResponse(request, "casework/oaths.html", {"rows": rows, "year": this_year()})


@require_http_methods(["GET", "POST"])
@requires("casework.share")
def oath_record(request: ViewerRequest) -> HttpResponse:
    form = PaperOathForm(request.POST or None)
    if form.is_valid():
        told = form.cleaned_data
        try:
            record_paper_oath(
                form.seats[told["membership"]],
                signed_on=told["signed_on"], kept_at=told["kept_at"], by=request.viewer,
            )  # fmt: skip
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("誓約を記録しました。"))
            return redirect("casework:oaths")
    return TemplateResponse(request, "casework/oath_record.html", {"form": form})
