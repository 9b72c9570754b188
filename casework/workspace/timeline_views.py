from __future__ import annotations

import uuid

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from casework.cases.models import Case
from casework.cases.states import OPEN_STAGES
from casework.concealment.selectors import found_for
from casework.reads import record_items
from casework.rounds import read, side_by_side
from casework.sharing.access import case_view
from permissions.access import ViewerRequest

from .forms import TimelineForm
from .selectors import strip_for
from .timeline import PAGE_SIZE, choices_of, rows_of, timeline_for
from .timeline_entries import Entry


@require_GET
@case_view()
def timeline(request: ViewerRequest, case: Case) -> HttpResponse:
    """What happened in a case as far as it reaches the reader; ``paper``: everything wanted, small, to be printed."""
    viewer = request.viewer
    found, strip = read(
        side_by_side(timeline_for.steps(viewer, case), strip_for.steps(viewer, case)),
    )
    form = TimelineForm(request.GET or None, choices=choices_of(found, _names(found)))
    hidden = sum(found_for(viewer, case)) if viewer.sees_all_cases and strip.is_concealed else 0
    # Who does not see everything must not read "nothing happened" out of it; where records are hidden nobody may.
    today = timezone.localdate()
    last = found[-1].on if found else today
    until = (today if case.stage in OPEN_STAGES else last) if viewer.sees_all_cases and not hidden else None
    rows = rows_of(found, form.wanted(), gaps_until=until)
    is_paper = request.GET.get("paper") == "on"
    if is_paper and not viewer.sees_all_cases:
        rows = [row for row in rows if not (isinstance(row, Entry) and row.is_meeting_only)]
    page = Paginator(rows, max(len(rows), 1) if is_paper else PAGE_SIZE).get_page(request.GET.get("page"))
    shown = [row for row in page.object_list if isinstance(row, Entry)]
    record_items(
        viewer, [(case, case.pk, None, ""), *dict.fromkeys(each for row in shown for each in row.reads)]
    )
    context = {
        "case": case,
        "strip": strip,
        "page": page,
        "filter": form,
        "query": form.query(),
        "hidden": hidden,
        "count": sum(isinstance(row, Entry) for row in rows),
    }
    template = "casework/timeline_paper.html" if is_paper else "casework/timeline.html"
    return TemplateResponse(request, template, context)


def _names(found: list[Entry]) -> dict[uuid.UUID | None, str]:
    """Return the names by which somebody's entries can be asked for; whose name is not shared cannot be."""
    names: dict[uuid.UUID | None, str] = {None: _("世帯全体")}
    for entry in found:
        if len(entry.people) == 1 and entry.people[0] is not None:
            names.setdefault(entry.people[0], entry.who)
    return names
