from __future__ import annotations

import datetime as dt
import io

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from permissions.access import ViewerRequest, requires
from permissions.agencies.years import today
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.spreadsheet import write_table

from .actions import close_month
from .counts import COUNTS, Count
from .forms import CellForm
from .months import Month
from .pages import report_for, rows_of_file
from .selectors import (
    Fact,
    cases_behind,
    cells_of,
    closed_months_for,
    contacts_behind,
    facts_kept_for,
    facts_now_for,
    kept_for,
)
from .small import LEAST

PAGE_SIZE = 50
FIRST_YEAR = 2000


@require_GET
@requires("casework.view_reports")
def reports(request: ViewerRequest) -> HttpResponse:
    return _page(request, Month.of(today()))


@require_GET
@requires("casework.view_reports")
def report(request: ViewerRequest, year: int, month: int) -> HttpResponse:
    return _page(request, _month(year, month))


def _page(request: ViewerRequest, month: Month) -> HttpResponse:
    day = today()
    shown = report_for(request.viewer, month)
    detail = {"list": "reports", "month": month.first_on.isoformat()}
    record(request.viewer, "listed", None, detail=detail)
    is_over = month.next.first_on <= day
    context = {
        "report": shown,
        "month": month,
        "is_over": is_over,
        "has_next": month < Month.of(day),
        "closed": closed_months_for(request.viewer),
        "least": LEAST,
        "may_list": request.viewer.may("casework.view_counted"),
        "may_close": is_over and request.viewer.may("casework.close_month"),
    }
    return TemplateResponse(request, "casework/report.html", context)


@require_POST
@requires("casework.close_month")
def report_close(request: ViewerRequest, year: int, month: int) -> HttpResponse:
    """Close a month, or count a closed one anew."""
    wanted = _month(year, month)
    try:
        revision = close_month(wanted, by=request.viewer)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        told = {
            0: _("数え直しました。変わった数はありません。"),
            1: _("月を締めました。この数は、このまま残ります。"),
        }
        messages.success(request, told.get(revision, _("数え直しました。変わった数を、そばに並べています。")))
    return redirect("casework:report", *wanted.arguments)


@require_POST
@requires("casework.view_reports", fresh=True)
def report_file(request: ViewerRequest, year: int, month: int) -> HttpResponse:
    """Send a month's numbers as a file, without small cells, whoever asks: a file goes on to others."""
    wanted = _month(year, month)
    shown = report_for(request.viewer, wanted, hides_small=True)
    file = io.StringIO(newline="")
    file.write("\ufeff")
    columns = [_("区分"), _("項目"), _("単位"), _("内訳"), _("内訳の区分"), _("数"), _("訂正後")]
    write_table(file, columns, [*rows_of_file(shown), *([text] for text in _told_in_file(wanted, shown))])
    detail = {"month": wanted.first_on.isoformat()}
    record(request.viewer, "counts_exported", None, detail=detail)
    response = HttpResponse(file.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="counts-{wanted.first_on:%Y-%m}.csv"'
    return response


def _told_in_file(month: Month, shown: object) -> list[str]:
    closed_at = getattr(shown, "closed_at", None)
    return [
        _("対象の月：%(month)s") % {"month": f"{month.first_on:%Y-%m}"},
        _("締めた月の数です。") if closed_at else _("締めていない月の、いまの数です。"),
        _(
            "＊は、%(least)d未満の数（0をのぞく）と、合計から引くとそれが分かってしまう数です。個人が分からないように隠しています。%(least)d未満の訂正も示していません。"
        )
        % {"least": LEAST},
    ]


@require_GET
@requires("casework.view_counted")
def report_list(request: ViewerRequest, year: int, month: int, count: str) -> HttpResponse:
    """The cases behind a number, and the contacts that became no case, each through its own door."""
    viewer, wanted = request.viewer, _month(year, month)
    counted = COUNTS.get(count)
    if counted is None:
        raise Http404
    form = CellForm(request.GET, count=counted)
    dimension, cell = form.wanted()
    facts = [fact for fact in _facts(request, wanted, counted) if fact.is_in(dimension, cell)]
    rows = [*cases_behind(viewer, facts), *contacts_behind(viewer, facts)]
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    detail = {
        "list": "report",
        "count": count,
        "month": wanted.first_on.isoformat(),
        "shown": len(page.object_list),
    }
    record(viewer, "listed", None, detail=detail)
    by = next((each for each in counted.by if each.code == dimension), None)
    context = {
        "month": wanted,
        "count": counted,
        "by": by,
        "word": by.word(cell) if by else "",
        "page": page,
        "number": cells_of(facts)[count, dimension, cell],
        "query": form.query(),
    }
    return TemplateResponse(request, "casework/report_list.html", context)


def _facts(request: ViewerRequest, month: Month, count: Count) -> list[Fact]:
    if kept_for(request.viewer, month):
        return facts_kept_for(request.viewer, month, count.code)
    return facts_now_for(request.viewer, month, count.code)


def _month(year: int, month: int) -> Month:
    try:
        wanted = Month(dt.date(year, month, 1))
    except ValueError as error:
        raise Http404 from error
    if not FIRST_YEAR <= year <= today().year or wanted > Month.of(today()):
        raise Http404
    return wanted
