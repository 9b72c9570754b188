from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.households.selectors import name_people, who_live_here
from casework.households.words import in_words
from casework.ordinances.models import ON_CONSENT, MeetingKind
from casework.ordinances.selectors import own_oath_for
from casework.plans.selectors import decisions_for
from casework.seen import ChangedMeanwhile
from casework.sharing.access import case_view
from casework.sharing.models import LivesHere
from casework.sharing.selectors import persons_for
from permissions.access import ViewerRequest, requires
from permissions.audit.actions import record
from permissions.errors import NotAllowed, NotOpenNow
from permissions.people import name_of
from permissions.viewer import Viewer

from .actions import (
    ConsentMissing,
    add_paper,
    answer_prep,
    call_meeting,
    change_meeting,
    kept_back,
    name_members,
    open_papers,
    put_on_agenda,
    take_off_agenda,
)
from .calendars import calendar_of
from .forms import (
    AgendaForm,
    AloneForm,
    MeetingForm,
    MembersForm,
    OpenPapersForm,
    PaperForm,
    PrepForm,
    TakeOffForm,
)
from .minutes import TEXTS
from .models import Meeting, MinutesDraft
from .online import asks_who_is_alone, declare_alone
from .rules import MEETING_FIELDS, obstacles, what_stands, why_it_stands, words_at_table
from .selectors import (
    AgendaView,
    agenda_for,
    agendas_of_meeting_for,
    draft_of,
    mark_of,
    may_receive,
    meetings_for,
    open_roles_for,
    own_seat_for,
    questionnaires_for,
    receipts_for,
    record_agendas_read,
    reviews_for,
)

if TYPE_CHECKING:
    from casework.cases.models import Case

PAGE_SIZE = 50


def _meeting(viewer: Viewer, *, meeting_id: uuid.UUID, **rest: Any) -> dict[str, Any]:
    rows = meetings_for(viewer).select_related("writer__user", "writer__agency", "ordinance")
    found = rows.filter(pk=meeting_id).first()
    if found is None:
        raise Http404
    return {"meeting": found, **rest}


def agenda_loaded(viewer: Viewer, *, meeting_id: uuid.UUID, agenda_id: uuid.UUID) -> dict[str, Any]:
    """Outside and absent look the same, as with a case. A case that is out of sight takes its items with it.

    Whoever knows of the meeting may have had the page open: they are told that what they sent was not kept.
    """
    meeting = _meeting(viewer, meeting_id=meeting_id)["meeting"]
    found = agenda_for(viewer, meeting, agenda_id)
    if found is None and not viewer.sees_all_cases:
        raise NotOpenNow(
            _(
                "この議題は、いまは開かれていません。いま送ったものがあれば、記録されていません。センターにお問い合わせください。"
            )
        )
    if found is None:
        raise Http404
    return {"meeting": meeting, "view": found}


def _meeting_shown(viewer: Viewer, request: Any, *, meeting: Meeting) -> None:
    record(viewer, "read", meeting)


def shows_already(request: ViewerRequest, draft: MinutesDraft | None) -> bool:
    """Return whether the page that asks shows the minutes as they stand."""
    return request.headers.get("If-None-Match") == f'"{mark_of(draft)}"'


def agenda_shown(viewer: Viewer, request: Any, *, meeting: Meeting, view: AgendaView) -> None:
    record_agendas_read(viewer, [view])


@require_GET
@requires("casework.view_case")
def meetings(request: ViewerRequest) -> HttpResponse:
    """The meetings that reach the reader: what is to come, then what was."""
    since = timezone.now() - dt.timedelta(hours=12)
    rows = meetings_for(request.viewer)
    coming = list(rows.filter(held_at__gte=since).order_by("held_at", "number")[:PAGE_SIZE])
    past = list(rows.filter(held_at__lt=since).order_by("-held_at", "-number")[:PAGE_SIZE])
    record(request.viewer, "listed", None, detail={"list": "meetings", "shown": len(coming) + len(past)})
    context = {"coming": coming, "past": past, "own_oath": own_oath_for(request.viewer)}
    return TemplateResponse(request, "casework/meetings.html", context)


@require_http_methods(["GET", "POST"])
@requires("casework.share")
def meeting_add(request: ViewerRequest) -> HttpResponse:
    form = MeetingForm(request.POST or None, viewer=request.viewer)
    if form.is_valid():
        try:
            made = call_meeting(form.draft(), by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("会議 %(number)s を設けました。") % {"number": made.number})
            return redirect("casework:meeting", meeting_id=made.pk)
    return TemplateResponse(request, "casework/meeting_form.html", {"form": form})


@require_http_methods(["GET", "POST"])
@requires("casework.share", load=_meeting, shown=_meeting_shown)
def meeting_edit(request: ViewerRequest, meeting: Meeting) -> HttpResponse:
    """What may change of a meeting. What stands is shown, with why, and not offered."""
    stands = what_stands(meeting)
    form = MeetingForm(request.POST or None, viewer=request.viewer, meeting=meeting, stands=stands)
    if form.is_valid():
        try:
            change_meeting(meeting, form.draft(), seen=form.cleaned_data["seen"], by=request.viewer)
        except ChangedMeanwhile as clash:
            form.add_error(
                None, _("ほかの人が先に直しました。いまの内容を確かめて、もう一度保存してください。")
            )
            meeting = clash.current
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("会議の予定を直しました。構成員に知らせます。"))
            return redirect("casework:meeting", meeting_id=meeting.pk)
    context = {
        "form": form, "meeting": meeting, "stands": stands, "why_it_stands": why_it_stands(stands),
        "is_over": stands == frozenset(MEETING_FIELDS),
    }  # fmt: skip
    return TemplateResponse(request, "casework/meeting_form.html", context)


@require_GET
@requires("casework.view_case", load=_meeting, shown=_meeting_shown)
def meeting(request: ViewerRequest, meeting: Meeting) -> HttpResponse:
    views = agendas_of_meeting_for(request.viewer, meeting)
    if views:
        record_agendas_read(request.viewer, views)
    context = {
        "meeting": meeting,
        "views": views,
        "mark": _mark(request, meeting),
        "own_oath": own_oath_for(request.viewer),
        "is_over": what_stands(meeting) == frozenset(MEETING_FIELDS),
    }
    return TemplateResponse(request, "casework/meeting.html", context)


def _mark(request: ViewerRequest, meeting: Meeting) -> str:
    """Return what lies over the page of a member: who reads, and in which meeting (domain.md R-MTG-6)."""
    return "" if request.viewer.sees_all_cases else f"{name_of(request.viewer.user)} {meeting.number}"


@require_GET
@requires("casework.view_case", load=_meeting, shown=_meeting_shown)
def meeting_calendar(request: ViewerRequest, meeting: Meeting) -> HttpResponse:
    url = request.build_absolute_uri(reverse("casework:meeting", args=[meeting.pk]))
    response = HttpResponse(calendar_of(meeting, url=url), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{meeting.number}.ics"'
    return response


@require_http_methods(["GET", "POST"])
@case_view("casework.share")
def agenda_add(request: ViewerRequest, case: Case) -> HttpResponse:
    """Put a case on the table. Where consent is missing for a 重層的支援会議, a 支援会議 is offered with everything that was typed."""
    since = timezone.now() - dt.timedelta(hours=12)
    to_come = meetings_for(request.viewer).filter(held_at__gte=since).order_by("held_at", "number")
    data: Any = request.POST.copy() if request.method == "POST" else None
    if data is not None and data.get("instead") in MeetingKind.values:
        data["kind"] = data["instead"]
    roles = open_roles_for(request.viewer, case)
    name_people(request.viewer, [role.row for role in roles])
    people = people_of(request.viewer, case)
    form = AgendaForm(
        data, meetings=to_come, people=people, roles=roles, reviews=reviews_for(request.viewer, case),
        initial=_first(request),
    )  # fmt: skip
    offers_support = False
    if form.is_valid():
        try:
            item = put_on_agenda(
                form.meetings[form.cleaned_data["meeting"]],
                case,
                form.draft(),
                by=request.viewer,
                key=form.key(),
            )
        except ConsentMissing as refusal:
            form.add_error(None, str(refusal))
            offers_support = True
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("議題に加えました。構成員に知らせます。"))
            _say_kept_back(request, form)
            return redirect("casework:agenda", meeting_id=item.meeting_id, agenda_id=item.pk)
    context = {"case": case, "form": form, "offers_support": offers_support}
    return TemplateResponse(request, "casework/agenda_add.html", context)


def _say_kept_back(request: ViewerRequest, form: AgendaForm) -> None:
    draft = form.draft()
    count = len(kept_back(draft))
    if not count:
        return
    why = (
        _("その決定をした会議に出ていない人が、構成員にいるためです。")
        if draft.members
        else _("構成員がまだ決まっていないためです。")
    )
    text = _("会議限りの決定%(count)d件は、会議資料に入れませんでした。") % {"count": count}
    messages.warning(request, f"{text}{why}")


def _first(request: ViewerRequest) -> dict[str, Any]:
    return {"meeting": request.GET.get("meeting", "")}


def people_of(viewer: Viewer, case: Case) -> list[Any]:
    """Return who lives with the household, each with ``called``: their word at the table, told apart."""
    people = (
        persons_for(viewer).filter(case=case).annotate(lives_here=LivesHere("pk")).order_by("position", "pk")
    )
    found: list[Any] = who_live_here(list(people))
    words: dict[str, int] = {}
    for person in found:
        word = person.get_relation_display()[:17]
        words[word] = words.get(word, 0) + 1
        person.called = word if words[word] == 1 else f"{word}{words[word]}"
    return found


@require_GET
@requires("casework.view_case", load=agenda_loaded, shown=agenda_shown)
def agenda(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> HttpResponse:
    """One item as far as it reaches the reader; ``screen``: in large letters for the room, with what is written so far."""
    if request.GET.get("screen") == "on":
        return _screen(request, meeting, view)
    record_agendas_read(request.viewer, [view])
    context: dict[str, Any] = {
        "meeting": meeting, "view": view, "agenda": view.item, "mark": _mark(request, meeting),
        "may_answer": own_seat_for(request.viewer, view.item) is not None,
        "asks_alone": asks_who_is_alone(meeting), "own_word": next((row.word for row in view.members if row.membership_id == request.viewer.membership.pk), None),
    }  # fmt: skip
    if view.minutes:
        context["decisions"] = list(decisions_for(request.viewer).filter(agenda=view.item).order_by("number"))
        context["may_receive"] = may_receive(request.viewer, view.item)
        said = list(questionnaires_for(request.viewer, view.item))
        context["said"] = said if request.viewer.sees_all_cases else []
        context["has_said"] = any(row.membership_id == request.viewer.membership.pk for row in said)
        context["receipt"] = receipts_for(request.viewer, view.item).get(request.viewer.membership.pk)
    if request.viewer.sees_all_cases:
        context |= {"case": view.item.case, "obstacles": _obstacles(request, meeting, view)}
        context["open_form"] = OpenPapersForm(initial={"return_by": meeting.held_at + dt.timedelta(hours=3)})
    return TemplateResponse(request, "casework/agenda.html", context)


@require_POST
@requires("casework.view_case", load=agenda_loaded, shown=agenda_shown)
def alone_declare(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> HttpResponse:
    """A member who attends online says that they are alone in a closed room; the center takes it down by mouth."""
    form = AloneForm(request.POST)
    member = form.cleaned_data["member"] if form.is_valid() else None
    try:
        declare_alone(view.item, member or request.viewer.membership.pk, by=request.viewer)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("ひとりで閉めた部屋にいることを記録しました。"))
    return redirect("casework:agenda", meeting_id=meeting.pk, agenda_id=view.item.pk)


def _screen(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> HttpResponse:
    """In large letters. To a page that follows the minutes and shows what stands, 304 and nothing in the log: nothing was shown."""
    draft = None if view.minutes else draft_of(request.viewer, view.item)
    follows = request.viewer.sees_all_cases and not view.minutes
    if follows and shows_already(request, draft):
        return HttpResponseNotModified()
    record_agendas_read(request.viewer, [view])
    people = persons_for(request.viewer).filter(case=view.item.case_id).order_by("position", "pk")
    minutes: Any = view.minutes or draft
    words = words_at_table(view.people, people)
    told = (*TEXTS, "decided")
    context = {
        "meeting": meeting, "view": view, "agenda": view.item, "mark": _mark(request, meeting), "words": words,
        "mark_of_minutes": mark_of(draft) if follows else "",
        "minutes": minutes and {
            **{name: in_words(getattr(minutes, name, ""), words) for name in told},
            "review_on": getattr(minutes, "review_on", None),
        },
    }  # fmt: skip
    return TemplateResponse(request, "casework/agenda_screen.html", context)


def _obstacles(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> list[str]:
    if view.release or view.removal:
        return []
    people = [row.person for row in view.people]
    members = [row.membership for row in view.members]
    return obstacles(
        request.viewer, view.item.case, meeting, kind=view.item.kind, people=people, members=members
    )


@require_http_methods(["GET", "POST"])
@requires("casework.share", load=agenda_loaded, shown=agenda_shown)
def agenda_members(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> HttpResponse:
    now = {
        "members": [row.membership_id for row in view.members],
        "whole": [row.membership_id for row in view.members if row.is_whole],
    }
    form = MembersForm(request.POST if request.method == "POST" else None, initial=now)
    if form.is_valid():
        try:
            name_members(view.item, form.chosen(), whole=form.chosen_whole(), by=request.viewer)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("構成員を決めました。新しい人に知らせます。"))
            return redirect("casework:agenda", meeting_id=meeting.pk, agenda_id=view.item.pk)
    context = {
        "meeting": meeting, "view": view, "agenda": view.item, "form": form,
        "is_on_consent": view.item.kind in ON_CONSENT,
    }  # fmt: skip
    return TemplateResponse(request, "casework/agenda_members.html", context)


@require_http_methods(["GET", "POST"])
@requires("casework.share", load=agenda_loaded, shown=agenda_shown)
def agenda_open(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> HttpResponse:
    form = OpenPapersForm(
        request.POST or None, initial={"return_by": meeting.held_at + dt.timedelta(hours=3)}
    )
    if form.is_valid():
        try:
            open_papers(view.item, return_by=form.cleaned_data["return_by"], by=request.viewer)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("資料を公開しました。構成員に知らせます。"))
            return redirect("casework:agenda", meeting_id=meeting.pk, agenda_id=view.item.pk)
    context = {
        "meeting": meeting, "view": view, "agenda": view.item, "form": form,
        "obstacles": _obstacles(request, meeting, view),
    }  # fmt: skip
    return TemplateResponse(request, "casework/agenda_open.html", context)


@require_http_methods(["GET", "POST"])
@requires("casework.share", load=agenda_loaded, shown=agenda_shown)
def agenda_take_off(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> HttpResponse:
    form = TakeOffForm(request.POST or None)
    if form.is_valid():
        try:
            take_off_agenda(view.item, reason=form.cleaned_data["reason"], by=request.viewer)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("議題を取り下げました。"))
            return redirect("casework:meeting", meeting_id=meeting.pk)
    context = {"meeting": meeting, "view": view, "agenda": view.item, "form": form}
    return TemplateResponse(request, "casework/agenda_take_off.html", context)


@require_http_methods(["GET", "POST"])
@requires("casework.write_note", load=agenda_loaded, shown=agenda_shown)
def paper_add(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> HttpResponse:
    form = PaperForm(request.POST or None)
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("kind", "text", "is_for_all")}
        try:
            add_paper(view.item, **told, by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("資料を加えました。"))
            return redirect("casework:agenda", meeting_id=meeting.pk, agenda_id=view.item.pk)
    context = {"meeting": meeting, "view": view, "agenda": view.item, "form": form}
    return TemplateResponse(request, "casework/paper_add.html", context)


@require_http_methods(["GET", "POST"])
@requires("casework.view_case", load=agenda_loaded, shown=agenda_shown)
def prep_answer(request: ViewerRequest, meeting: Meeting, view: AgendaView) -> HttpResponse:
    """What the reader's agency says before the meeting; for its named members, the center's own among them."""
    if own_seat_for(request.viewer, view.item) is None:
        messages.info(request, _("準備シートに答えるのは、構成員です。"))
        return redirect("casework:agenda", meeting_id=meeting.pk, agenda_id=view.item.pk)
    mine = next((each.sheet for each in view.asked if each.agency.pk == request.viewer.agency.pk), None)
    names = ("knows", "can_do", "cannot_do", "needs")
    now = {name: getattr(mine, name) for name in names} if mine else {}
    form = PrepForm(request.POST or None, initial={**now, "answered": mine.sequence if mine else 0})
    if form.is_valid():
        try:
            answer_prep(view.item, form.draft(), answered=form.cleaned_data["answered"], by=request.viewer)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("準備シートを送りました。"))
            return redirect("casework:agenda", meeting_id=meeting.pk, agenda_id=view.item.pk)
    context = {
        "meeting": meeting,
        "view": view,
        "agenda": view.item,
        "form": form,
        "mark": _mark(request, meeting),
    }
    return TemplateResponse(request, "casework/prep_answer.html", context)
