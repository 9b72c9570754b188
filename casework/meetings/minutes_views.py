from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from casework.codes.selectors import codes_of
from casework.households.selectors import name_people
from casework.ordinances.models import MeetingKind
from casework.ordinances.selectors import fiscal_year, sworn_of
from casework.plans.forms import DirectionFormSet, RoleFormSet
from casework.plans.selectors import decision_views_for, named_decisions, standing_decisions_for
from casework.seen import ChangedMeanwhile
from casework.sharing.selectors import persons_for
from permissions.access import ViewerRequest, requires
from permissions.audit.actions import record
from permissions.audit.origin import current_origin
from permissions.errors import NotAllowed
from permissions.paper import PdfUnavailable, pdf_available, pdf_of
from permissions.viewer import Viewer

from .minutes import (
    TEXTS,
    MinutesText,
    Outcome,
    answer_questionnaire,
    circulate_minutes,
    fix_item,
    hand_out,
    receive_minutes,
    record_paper_receipts,
    save_minutes,
    take_writing,
    tick_returned,
)
from .minutes_forms import (
    AttendeesForm,
    CirculateForm,
    CopiesForm,
    FixForm,
    MinutesForm,
    PrintForm,
    QuestionnaireForm,
    ReceiptsForm,
    ReturnsForm,
)
from .models import AgendaItem, Meeting, MinutesDraft
from .selectors import (
    AgendaView,
    copies_for,
    draft_of,
    mark_of,
    may_receive,
    next_agenda_for,
    questionnaires_for,
    receipts_for,
    record_agendas_read,
)
from .views import agenda_loaded, agenda_shown, people_of, shows_already


def _agenda_page(meeting: Meeting, view: AgendaView) -> HttpResponse:
    return redirect("casework:agenda", meeting_id=meeting.pk, agenda_id=view.item.pk)


@require_http_methods(["GET", "POST"])
@requires("casework.write_note", load=agenda_loaded, shown=agenda_shown)
def minutes(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> HttpResponse:
    """The minutes while they are written. Whoever was slower sees both texts, and loses neither.

    A script keeps what is typed and reads anew what a colleague types, at this same address: ``_kept_by_script``, and 304 where
    the page shows what stands already, which is no reading in the log.
    """
    by_script = request.headers.get("Accept") == "application/json"
    if request.method == "POST" and by_script:
        return _kept_by_script(request, view.item)
    if view.minutes:
        return _agenda_page(meeting, view)
    draft = draft_of(request.viewer, view.item)
    if request.method == "GET" and shows_already(request, draft):
        return HttpResponseNotModified()
    now = _texts(draft) if draft else {}
    form = MinutesForm(request.POST or None, initial={**now, "seen": draft.version if draft else 0})
    stands: Any = None
    if form.is_valid():
        try:
            _save(view.item, form.text(), seen=form.cleaned_data["seen"], by=request.viewer)
        except ChangedMeanwhile as clash:
            stands = clash.current
            form.add_error(
                None,
                _(
                    "ほかの人が先に保存しました。書いたものは下に残っています。いまの内容と合わせて、もう一度保存してください。"
                ),
            )
            # What is sent next is about what stands now.
            form.data = _about(form.data, stands)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("議事録を保存しました。"))
            return redirect("casework:minutes", meeting_id=meeting.pk, agenda_id=view.item.pk)
    context = {
        "meeting": meeting, "view": view, "agenda": view.item, "form": form, "draft": draft, "stands": stands, "mark": mark_of(draft),
        "is_writer": meeting.writer_id == request.viewer.membership.pk,
        # In Japanese whatever the writer's own language, as the minutes are.
        "phrases": [code.label for code in codes_of("minutes_phrase") if code.is_offered],
    }  # fmt: skip
    return TemplateResponse(request, "casework/minutes.html", context)


def _save(item: AgendaItem, text: MinutesText, *, seen: int, by: Viewer) -> MinutesDraft:
    """Save, or return what stands if it is what the same person sends: they heard no answer the first time, and asked again."""
    try:
        return save_minutes(item, text, seen=seen, by=by)
    except ChangedMeanwhile as clash:
        stands: MinutesDraft | None = clash.current
        if stands and stands.saved_by_id == by.membership.pk and text.values() == _texts(stands):
            return stands
        raise


def _texts(draft: MinutesDraft) -> dict[str, str]:
    return {name: getattr(draft, name) for name in TEXTS}


def _kept_by_script(request: ViewerRequest, item: AgendaItem) -> HttpResponse:
    """Keep what is typed and say when. 409: a colleague was quicker; 422: it may not be saved. The button then shows why."""
    form = MinutesForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"state": "refused"}, status=422)
    try:
        row = _save(item, form.text(), seen=form.cleaned_data["seen"], by=request.viewer)
    except ChangedMeanwhile:
        return JsonResponse({"state": "changed"}, status=409)
    except NotAllowed:
        return JsonResponse({"state": "refused"}, status=422)
    origin = current_origin()
    at = timezone.localtime(row.saved_at)
    return JsonResponse(
        {"version": row.version, "at": f"{at:%H:%M}", "masked": bool(origin and origin.has_masked)}
    )


def _about(data: Any, stands: Any) -> Any:
    """Return what was sent, saying that it knows what stands now."""
    sent = data.copy()
    sent["seen"] = str(stands.version if stands else 0)
    return sent


@require_POST
@requires("casework.write_note", load=agenda_loaded, shown=agenda_shown)
def minutes_take(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> HttpResponse:
    try:
        take_writing(meeting, by=request.viewer)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("議事録を書く人を代わりました。"))
    return redirect("casework:minutes", meeting_id=meeting.pk, agenda_id=view.item.pk)


@require_http_methods(["GET", "POST"])
@requires("casework.decide", load=agenda_loaded, shown=agenda_shown)
def agenda_fix(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> HttpResponse:
    """Fix the minutes of an item together with what was decided."""
    if view.minutes:
        messages.info(request, _("この議題の議事録は、すでに確定しています。"))
        return _agenda_page(meeting, view)
    case, viewer = view.item.case, request.viewer
    people = _may_be_decided_about(viewer, view)
    standing = standing_decisions_for(viewer, case)
    named_decisions(viewer, standing)
    draft = draft_of(viewer, view.item)
    data = request.POST or None
    form = FixForm(
        data, item=view.item, members=view.members, standing=standing, is_online=meeting.is_online, may_circulate=not view.is_gone,
        initial={"seen": draft.version if draft else 0, "present": [row.membership_id for row in view.members]},
    )  # fmt: skip
    called = {row.person_id: row.words for row in view.people}
    attendees = AttendeesForm(data, item=view.item, people=people_of(viewer, case), called=called)
    directions: Any = DirectionFormSet(data, prefix="direction", form_kwargs={"people": people})
    roles: Any = RoleFormSet(data, prefix="role", form_kwargs={"people": people})
    if all([form.is_valid(), attendees.is_valid(), directions.is_valid(), roles.is_valid()]):
        outcome = Outcome(directions.drafts(), roles.drafts(), form.in_place_of())
        try:
            fix_item(
                view.item, outcome, seen=form.cleaned_data["seen"], present=form.present_keys(),
                also_there=attendees.also_there(), review_on=form.cleaned_data["review_on"], circulate_until=form.circulate_until(), by=viewer,
            )  # fmt: skip
        except ChangedMeanwhile:
            form.add_error(
                None, _("議事録がほかの人に保存されました。いまの内容を確かめて、もう一度確定してください。")
            )
            form.data = _about(form.data, draft)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("議事録を確定しました。"))
            return _agenda_page(meeting, view)
    context = {
        "meeting": meeting, "view": view, "agenda": view.item, "case": case, "form": form, "attendees": attendees,
        "directions": directions, "roles": roles, "draft": draft,
    }  # fmt: skip
    return TemplateResponse(request, "casework/agenda_fix.html", context)


def _may_be_decided_about(viewer: Viewer, view: AgendaView) -> list[tuple[Any, str]]:
    """Return who is on the table, with their names; inside the center, everybody of the household."""
    rows = persons_for(viewer).filter(case=view.item.case_id)
    if view.item.kind != MeetingKind.INTERNAL:
        rows = rows.filter(pk__in=[row.person_id for row in view.people])
    return list(rows.order_by("position").values_list("pk", "name"))


@require_http_methods(["GET", "POST"])
@requires("casework.share", load=agenda_loaded, shown=agenda_shown)
def agenda_circulate(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> HttpResponse:
    """Pass the fixed minutes round, also once more."""
    if view.minutes is None or view.is_gone:
        messages.info(request, _("回覧できるのは、議事録を確定した議題だけです。"))
        return _agenda_page(meeting, view)
    form = CirculateForm(request.POST or None)
    if form.is_valid():
        try:
            circulate_minutes(view.item, until=form.cleaned_data["until"], by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("議事録を回覧しました。読める構成員に知らせます。"))
            return _agenda_page(meeting, view)
    context = {"meeting": meeting, "view": view, "agenda": view.item, "form": form}
    return TemplateResponse(request, "casework/agenda_circulate.html", context)


@require_POST
@requires("casework.view_case", load=agenda_loaded, shown=agenda_shown)
def minutes_receive(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> HttpResponse:
    if view.minutes:
        receive_minutes(view.minutes, by=request.viewer)
        messages.success(request, _("議事録を受け取ったことを記録しました。"))
    return _agenda_page(meeting, view)


@require_http_methods(["GET", "POST"])
@requires("casework.view_case", load=agenda_loaded, shown=agenda_shown)
def questionnaire(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> HttpResponse:
    """What a member says of the meeting afterwards, in their own name."""
    mine = questionnaires_for(request.viewer, view.item).filter(membership=request.viewer.membership).first()
    if mine or not may_receive(request.viewer, view.item):
        words = (
            _("このアンケートには、もう答えています。")
            if mine
            else _("アンケートに答えるのは、確定した議事録を読める構成員です。")
        )
        messages.info(request, words)
        return _agenda_page(meeting, view)
    form = QuestionnaireForm(request.POST or None)
    if form.is_valid():
        try:
            answer_questionnaire(view.item, form.draft(), by=request.viewer)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("アンケートを送りました。ありがとうございます。"))
            return _agenda_page(meeting, view)
    context = {"meeting": meeting, "view": view, "agenda": view.item, "form": form}
    return TemplateResponse(request, "casework/questionnaire.html", context)


@require_http_methods(["GET", "POST"])
@requires("casework.write_note", load=agenda_loaded, shown=agenda_shown)
def copies(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> HttpResponse:
    """Numbered copies on paper and their return; who has received the minutes, on the screen or on paper."""
    viewer = request.viewer
    rows, receipts = copies_for(viewer, view.item), receipts_for(viewer, view.item)
    waiting = [row for row in view.members if row.is_whole and row.membership_id not in receipts]
    posted = request.POST if request.method == "POST" else None
    giving = CopiesForm(posted if posted and "hand_out" in posted else None, members=view.members)
    returns = ReturnsForm(posted if posted and "returned" in posted else None, copies=rows)
    taken = ReceiptsForm(posted if posted and "received" in posted else None, members=waiting)
    for form, act in ((giving, lambda: hand_out(view.item, giving.chosen(), by=viewer)),
                      (returns, lambda: tick_returned(returns.chosen(), by=viewer)),
                      (taken, lambda: record_paper_receipts(view.item, taken.chosen(), by=viewer))):  # fmt: skip
        if form.is_valid():
            try:
                act()
            except NotAllowed as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect("casework:copies", meeting_id=meeting.pk, agenda_id=view.item.pk)
    context = {
        "meeting": meeting, "view": view, "agenda": view.item, "rows": rows, "giving": giving, "returns": returns,
        "out": [row for row in rows if row.returned_at is None], "has_pdf": pdf_available(),
        "taken": taken if view.minutes and not view.is_gone else None,
        "distribution": [(row, receipts.get(row.membership_id)) for row in view.members],
    }  # fmt: skip
    return TemplateResponse(request, "casework/copies.html", context)


@require_POST
@requires("casework.write_note", load=agenda_loaded, shown=agenda_shown)
def agenda_print(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> HttpResponse:
    """Papers, prep sheets, and once they are fixed minutes and decision, as a tagged PDF: the center's, or one numbered copy."""
    form = PrintForm(request.POST)
    wanted = form.cleaned_data.get("copy") if form.is_valid() else None
    numbered = [] if view.is_gone else copies_for(request.viewer, view.item)
    copy = next((row for row in numbered if row.pk == wanted), None)
    if wanted and copy is None:
        raise Http404
    decisions = _decisions(request, view)
    shown = _for_copy(view, copy) if copy else view
    later = next_agenda_for(request.viewer, view.item, meeting)
    # Who holds a copy is told of a meeting they were asked to, and of no other.
    if copy and later and not later.members.filter(membership=copy.membership_id).exists():
        later = None
    here = set(view.minutes.present) if view.minutes else set()
    oath_year = fiscal_year(timezone.localdate(meeting.held_at))
    # An oath is what a 支援会議 rests on, and no other meeting.
    asks_oath = view.item.kind == MeetingKind.SUPPORT
    receipts = {} if copy or not view.minutes else receipts_for(request.viewer, view.item)
    context = {
        "meeting": meeting, "view": shown, "copy": copy, "decisions": decisions, "viewer": request.viewer,
        "oath_year": oath_year, "sworn": sworn_of(oath_year, here) if asks_oath else set(),
        "received": [(row, receipts[row.membership_id]) for row in view.members if row.membership_id in receipts],
        "is_large": form.cleaned_data.get("large", False) if form.is_valid() else False,
        "made_at": timezone.now(),
        "present": [row for row in view.members if row.membership_id in here],
        "absent": [row for row in view.members if row.membership_id not in here],
        "recorder": (view.minutes and view.minutes.written_by) or meeting.writer, "next_meeting": later and later.meeting,
    }  # fmt: skip
    try:
        with translation.override("ja"):
            pdf = pdf_of("casework/sheets/agenda.html", context, style="casework/sheet.css")
    except PdfUnavailable:
        messages.error(
            request,
            _("このサーバーでは、いまPDFを作れません。管理者に「PDFの部品が入っていない」と伝えてください。"),
        )
        return redirect("casework:copies", meeting_id=meeting.pk, agenda_id=view.item.pk)
    detail = {"copy": copy.number if copy else 0}
    record(
        request.viewer, "minutes_printed", view.item, case=view.item.case_id, item="meeting", detail=detail
    )
    record_agendas_read(request.viewer, [view])
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{meeting.number}-{view.item.position}.pdf"'
    return response


def _for_copy(view: AgendaView, copy: Any) -> AgendaView:
    """Return what the reader of a copy would see on a screen: with the smallest view, the papers marked for them."""
    seat = next(row for row in view.members if row.membership_id == copy.membership_id)
    if seat.is_whole:
        return view
    return replace(
        view, papers=[paper for paper in view.papers if paper.is_for_all], minutes=None, attendees=[]
    )


def _decisions(request: ViewerRequest, view: AgendaView) -> list[Any]:
    """Return what was decided about an item, as the center sees it."""
    views = [
        each
        for each in decision_views_for(request.viewer, view.item.case)
        if each.decision.agenda_id == view.item.pk
    ]
    rows = [row for each in views for row in (*each.directions, *(role.row for role in each.roles))]
    name_people(request.viewer, rows)
    return views
