from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.cases.models import Case
from casework.reads import record_case_shown
from casework.sharing.access import case_view
from permissions.access import ViewerRequest, requires
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.spreadsheet import write_table
from permissions.viewer import Viewer

from .actions import (
    clear_rows,
    is_stalled,
    map_columns,
    order_check,
    order_taking,
    order_undoing,
    read_register,
    resume,
)
from .findings import words_of
from .forms import ColumnsForm, RegisterForm, TakingForm, UndoForm
from .mapping import BadMapping, as_file
from .models import Register, RowState
from .selectors import TAKE_REGISTERS, counts_for, kept_for, registers_for, rows_for, unknown_words

PAGE_SIZE = 50
SAMPLES = 3


def _register(viewer: Viewer, *, register_id: uuid.UUID) -> dict[str, Any]:
    found = registers_for(viewer).filter(pk=register_id).first()
    if found is None:
        raise Http404
    return {"register": found}


@require_http_methods(["GET", "POST"])
@requires(TAKE_REGISTERS)
def registers(request: ViewerRequest) -> HttpResponse:
    form = RegisterForm(request.POST or None, request.FILES or None)
    if form.is_valid() and form.table:
        made = read_register(
            form.table, name=form.cleaned_data["name"], mapping=form.said, by=request.viewer, key=form.key()
        )
        if form.table.masked:
            messages.warning(
                request,
                _("マイナンバーらしい数字が%(count)dか所にありました。伏せて読みこみました。")
                % {"count": form.table.masked},
            )
        return redirect("casework:register_columns", register_id=made.pk)
    context = {"form": form, "registers": list(registers_for(request.viewer)[:PAGE_SIZE])}
    return TemplateResponse(request, "casework/registers.html", context, status=422 if form.is_bound else 200)


@require_GET
@requires(TAKE_REGISTERS, load=_register)
def register(request: ViewerRequest, register: Register) -> HttpResponse:
    return _page(request, register)


@require_http_methods(["GET", "POST"])
@requires(TAKE_REGISTERS, load=_register)
def register_columns(request: ViewerRequest, register: Register) -> HttpResponse:
    rows = rows_for(request.viewer, register)
    samples = list(rows.filter(case__isnull=True).exclude(cells=[]).values_list("cells", flat=True)[:SAMPLES])
    form = ColumnsForm(
        request.POST or None,
        register=register,
        samples=samples,
        unknown=unknown_words(request.viewer, register),
    )
    if form.is_valid():
        try:
            map_columns(register, fields=form.said_fields(), words=form.said_words(), by=request.viewer)
            order_check(register, by=request.viewer)
        except (BadMapping, NotAllowed) as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("casework:register", register_id=register.pk)
    record(request.viewer, "listed", None, detail={"list": "register_columns", "shown": len(samples)})
    context = {"register": register, "form": form}
    return TemplateResponse(
        request, "casework/register_columns.html", context, status=422 if form.is_bound else 200
    )


@require_GET
@requires(TAKE_REGISTERS, load=_register)
def register_mapping(request: ViewerRequest, register: Register) -> HttpResponse:
    """Send out the mapping as a file: headings, targets and words of codes."""
    record(request.viewer, "listed", None, detail={"list": "register_mapping", "shown": 0})
    return _file(as_file(register.name, register.mapping), f"{register.name}.json", "application/json")


@require_POST
@requires(TAKE_REGISTERS, load=_register)
def register_check(request: ViewerRequest, register: Register) -> HttpResponse:
    return _done(request, register, lambda: order_check(register, by=request.viewer))


@require_POST
@requires(TAKE_REGISTERS, load=_register)
def register_take(request: ViewerRequest, register: Register) -> HttpResponse:
    form = TakingForm(request.POST)
    alike = form.is_valid() and form.cleaned_data["takes_alike"]
    return _done(request, register, lambda: order_taking(register, takes_alike=alike, by=request.viewer))


@require_POST
@requires(TAKE_REGISTERS, load=_register)
def register_resume(request: ViewerRequest, register: Register) -> HttpResponse:
    return _done(request, register, lambda: resume(register, by=request.viewer))


@require_POST
@requires(TAKE_REGISTERS, load=_register)
def register_undo(request: ViewerRequest, register: Register) -> HttpResponse:
    form = UndoForm(request.POST)
    if not form.is_valid():
        return _page(request, register, undo=form, status=422)
    return _done(
        request,
        register,
        lambda: order_undoing(register, reason=form.cleaned_data["reason"], by=request.viewer),
    )


@require_POST
@requires(TAKE_REGISTERS, load=_register)
def register_clear(request: ViewerRequest, register: Register) -> HttpResponse:
    return _done(request, register, lambda: clear_rows(register, by=request.viewer))


@require_POST
@requires(TAKE_REGISTERS, load=_register, fresh=True)
def register_report(request: ViewerRequest, register: Register) -> HttpResponse:
    """Send out what was found, a line per row, to mend the file by."""
    rows = list(rows_for(request.viewer, register))
    table = io.StringIO(newline="")
    write_table(
        table,
        [_("行"), _("台帳の番号"), _("結果"), _("ケース番号"), _("分かったこと")],
        [
            [
                str(row.position), row.number, row.get_state_display(), row.case.number if row.case else "",
                "\n".join(words_of(found) for found in row.findings),
            ]
            for row in rows
        ],
    )  # fmt: skip
    record(request.viewer, "exported", register, detail={"list": "register_report", "rows": len(rows)})
    return _file("\ufeff" + table.getvalue(), f"{register.name}.csv", "text/csv")


@require_GET
@case_view("casework.edit_household")
def case_register(request: ViewerRequest, case: Case) -> HttpResponse:
    """Show what was kept of the register that a case was taken from."""
    rows = kept_for(request.viewer, case)
    if not rows:
        raise Http404
    record_case_shown(request.viewer, request, case=case)
    return TemplateResponse(request, "casework/case_register.html", {"case": case, "rows": rows})


def _done(request: ViewerRequest, register: Register, act: Callable[[], Any]) -> HttpResponse:
    try:
        act()
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("casework:register", register_id=register.pk)


def _page(
    request: ViewerRequest, register: Register, *, undo: UndoForm | None = None, status: int = 200
) -> HttpResponse:
    only = request.GET.get("state", "")
    found = rows_for(request.viewer, register)
    if only in RowState.values:
        found = found.filter(state=only)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    counts = counts_for(request.viewer, register)
    record(
        request.viewer, "listed", None,
        detail={"list": "register", "shown": len(page.object_list), "page": page.number},
    )  # fmt: skip
    context = {
        "register": register,
        "page": page,
        "rows": [(row, [words_of(found) for found in row.findings]) for row in page.object_list],
        "counts": [(state, label, counts[state]) for state, label in RowState.choices if counts[state]],
        "count": counts,
        "total": sum(counts.values()),
        "only": only,
        "taking": TakingForm(),
        "undo": undo or UndoForm(),
        "is_stalled": is_stalled(register),
    }
    return TemplateResponse(request, "casework/register.html", context, status=status)


def _file(text: str, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
