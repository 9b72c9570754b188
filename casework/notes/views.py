from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.cases.models import Case
from casework.reads import record_items
from casework.seen import ChangedMeanwhile
from casework.sharing.access import case_view
from casework.sharing.actions import Label
from casework.sharing.forms import label_key
from casework.sharing.selectors import persons_for
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed

from .actions import correct_note, write_note
from .forms import CorrectionForm, NoteForm
from .models import Note
from .readers import Readers, names
from .selectors import notes_for
from .transcripts import NotATranscript, read_transcript


@require_http_methods(["GET", "POST"])
@case_view("casework.write_note")
def note_add(request: ViewerRequest, case: Case) -> HttpResponse:
    people = _people(request, case)
    form = NoteForm(
        request.POST or None, request.FILES or None, people=people, me=request.viewer.membership.pk
    )
    readers = Readers(request.viewer, case, people)
    if _is_looked_at(request, form):
        return _note_page(request, case, form, readers)
    if form.is_valid():
        key = form.label_key()
        new = readers.new_since(form.cleaned_data["readers"], key)
        if new:
            form.hold()
            _say_who_else(request, new)
        elif _is_written(request, case, form):
            messages.success(request, f"{_('記録しました。')}{readers.sentence(key)}")
            return redirect("casework:case", case_id=case.pk)
    return _note_page(request, case, form, readers)


def _is_written(request: ViewerRequest, case: Case, form: NoteForm) -> bool:
    try:
        write_note(case, form.draft(), by=request.viewer, key=form.key())
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _is_looked_at(request: ViewerRequest, form: NoteForm) -> bool:
    """Show the form again, without saving, to whoever asks who reads it or sends a file.

    Whatever button a file was sent with: nobody has read its text through yet.
    """
    file = request.FILES.get("file")
    if file is None:
        if not {"load", "check"} & set(request.POST):
            return False
        form.hold(**({"file": _("ファイルを選んでください。")} if "load" in request.POST else {}))
        return True
    try:
        form.take_in(read_transcript(file))
    except NotATranscript as error:
        form.hold(file=str(error))
        return True
    form.hold()
    text = _(
        "ファイルの文章を「逐語」の欄に入れました。まだ保存していません。読み直してから「記録する」を押してください。"
    )
    messages.info(request, text)
    return True


def _note_page(request: ViewerRequest, case: Case, form: NoteForm, readers: Readers) -> HttpResponse:
    context = {
        "case": case,
        "form": form,
        "readers": readers,
        "sentence": readers.sentence(form.label_key()) if form["about"].value() else "",
        "mark": readers.mark(),
    }
    return TemplateResponse(request, "casework/note_add.html", context)


def _say_who_else(request: ViewerRequest, new: list[Any]) -> None:
    text = _(
        "書いている間に、%(agencies)sもこの項目を読めるようになりました。まだ記録していません。よければ、もう一度ボタンを押してください。"
    )
    messages.warning(request, text % {"agencies": names(new)})


@require_http_methods(["GET", "POST"])
@case_view("casework.write_note")
def note_correct(request: ViewerRequest, case: Case, note_id: uuid.UUID) -> HttpResponse:
    note = _note(request, case, note_id)
    if note.is_corrected and request.method == "GET":
        messages.info(request, _("この記録は、すでに訂正されています。訂正後の記録を、さらに訂正できます。"))
        return redirect("casework:case", case_id=case.pk)
    form, current = CorrectionForm(request.POST or None, note=note), note
    readers, key = Readers(request.viewer, case, _people(request, case)), _key_of(note)
    if form.is_valid():
        new = readers.new_since(form.cleaned_data["readers"], key)
        try:
            if not new:
                correct_note(note, form.draft(), by=request.viewer, key=form.key())
                messages.success(request, _("訂正を記録しました。前の記録も残っています。"))
                return redirect("casework:case", case_id=case.pk)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        except ChangedMeanwhile as quicker:
            # What is sent next corrects the colleague's correction.
            current = _last_of(request, case, quicker.current)
            text = _(
                "書いている間に、ほかの人がこの記録を訂正しました。下の「いまの記録」と見比べて、まだ直すところがあれば、もう一度記録してください。"
            )
            form.add_error(None, text)
        else:
            form.hold()
            _say_who_else(request, new)
    record_items(request.viewer, [(each, case.pk, note.person_id, note.item) for each in {note, current}])
    context = {
        "case": case,
        "note": current,
        "is_other": current is not note,
        "form": form,
        "sentence": readers.sentence(key),
        "mark": readers.mark(),
    }
    return TemplateResponse(request, "casework/note_correct.html", context)


def _note(request: ViewerRequest, case: Case, note_id: uuid.UUID) -> Any:
    note = notes_for(request.viewer, case).filter(pk=note_id).first()
    if note is None:
        raise Http404
    return note


def _last_of(request: ViewerRequest, case: Case, note: Note) -> Any:
    """Return the note that holds in place of another: there may have been several corrections meanwhile."""
    corrections = {each.corrects_id: each for each in notes_for(request.viewer, case).exclude(corrects=None)}
    last = corrections[note.corrects_id]
    while last.pk in corrections:
        last = corrections[last.pk]
    return last


def _key_of(note: Note) -> str:
    return label_key(Label(note.person_id, note.item))


def _people(request: ViewerRequest, case: Case) -> list[tuple[uuid.UUID, str]]:
    people = persons_for(request.viewer).filter(case=case).order_by("position")
    return list(people.values_list("pk", "name"))
