from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.seen import ChangedMeanwhile
from permissions.access import ViewerRequest, requires
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .actions import add_code, change_code, change_setting, move_code, retire_code
from .forms import CodeForm, NewCodeForm, RetireForm, SettingForm
from .lists import LISTS
from .models import Code
from .selectors import all_codes, codes_of
from .settings import SETTINGS, changed, proposed, value_of

EDIT = "casework.edit_codes"


def _list(viewer: Viewer, *, list_code: str) -> dict[str, Any]:
    if list_code not in LISTS:
        raise Http404
    return {"list_code": list_code}


def _code(viewer: Viewer, *, list_code: str, code: str) -> dict[str, Any]:
    found = all_codes().filter(list_code=list_code, code=code).first()
    if found is None:
        raise Http404
    return {"code": found}


@require_GET
@requires(EDIT)
def code_lists(request: ViewerRequest) -> HttpResponse:
    lists = [
        (name, each, sum(code.is_offered for code in codes_of(name)), len(codes_of(name)))
        for name, each in LISTS.items()
    ]
    settings = [(key, each, value_of(key), key in changed()) for key, each in SETTINGS.items()]
    return TemplateResponse(request, "casework/code_lists.html", {"lists": lists, "settings": settings})


@require_GET
@requires(EDIT, load=_list)
def code_list(request: ViewerRequest, list_code: str) -> HttpResponse:
    context = {"list_code": list_code, "list": LISTS[list_code], "codes": codes_of(list_code)}
    return TemplateResponse(request, "casework/code_list.html", context)


@require_http_methods(["GET", "POST"])
@requires(EDIT, load=_list)
def code_add(request: ViewerRequest, list_code: str) -> HttpResponse:
    if not LISTS[list_code].is_open:
        messages.error(request, _("この一覧には、加えられません。"))
        return redirect("casework:code_list", list_code=list_code)
    blank = Code(list_code=list_code, valid_from=timezone.localdate())
    form = NewCodeForm(request.POST or None, instance=blank)
    if form.is_valid() and "look" not in request.POST:
        try:
            add_code(list_code, values=form.values(), by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(request, _("選択肢を加えました。"))
            return redirect("casework:code_list", list_code=list_code)
    return _form_page(request, form, list_code, _("選択肢を加える"))


@require_http_methods(["GET", "POST"])
@requires(EDIT, load=_code)
def code_edit(request: ViewerRequest, code: Code) -> HttpResponse:
    form = CodeForm(request.POST or None, instance=code)
    heading = _("選択肢を直す")
    if form.is_valid() and "look" not in request.POST:
        try:
            change_code(code, values=form.values(), seen=form.cleaned_data["seen"], by=request.viewer)
        except ChangedMeanwhile as clash:
            form.add_error(
                None, _("書いている間に、ほかの人が保存しました。下の「いまの内容」と見比べてください。")
            )
            now = form.shown(clash.current)
            return _form_page(request, form.restarted(clash.current), code.list_code, heading, now=now)
        messages.success(request, _("保存しました。"))
        return redirect("casework:code_list", list_code=code.list_code)
    return _form_page(request, form, code.list_code, heading)


def _form_page(
    request: ViewerRequest, form: Any, list_code: str, heading: str, now: list[tuple[str, str]] | None = None
) -> HttpResponse:
    # The form has put what was typed into its instance, as far as it fits: that is the preview.
    context = {
        "form": form,
        "heading": heading,
        "list_code": list_code,
        "list": LISTS[list_code],
        "now": now,
        "code": form.instance,
    }
    return TemplateResponse(request, "casework/code_form.html", context)


@require_http_methods(["GET", "POST"])
@requires(EDIT, load=_code)
def code_retire(request: ViewerRequest, code: Any) -> HttpResponse:
    yesterday = code.today - dt.timedelta(days=1)
    form = RetireForm(request.POST or None, initial={"last_day": max(code.valid_from, yesterday)})
    if "revive" in request.POST:
        return _retired(request, code, None)
    if form.is_valid():
        try:
            return _retired(request, code, form.cleaned_data["last_day"])
        except NotAllowed as refusal:
            form.add_error("last_day", str(refusal))
    context = {"code": code, "list": code.code_list, "list_code": code.list_code, "form": form}
    return TemplateResponse(request, "casework/code_retire.html", context)


def _retired(request: ViewerRequest, code: Code, last_day: dt.date | None) -> HttpResponse:
    retire_code(code, last_day=last_day, by=request.viewer)
    messages.success(
        request, _("選べる最後の日を決めました。") if last_day else _("また選べるようにしました。")
    )
    return redirect("casework:code_list", list_code=code.list_code)


@require_POST
@requires(EDIT, load=_code)
def code_move(request: ViewerRequest, code: Code) -> HttpResponse:
    move_code(code, up="up" in request.POST, by=request.viewer)
    return redirect("casework:code_list", list_code=code.list_code)


def _setting(viewer: Viewer, *, key: str) -> dict[str, Any]:
    if key not in SETTINGS:
        raise Http404
    return {"key": key}


@require_http_methods(["GET", "POST"])
@requires(EDIT, load=_setting)
def setting_edit(request: ViewerRequest, key: str) -> HttpResponse:
    definition, now = SETTINGS[key], None
    form = SettingForm(request.POST or None, definition=definition, now=value_of(key))
    if form.is_valid():
        value = proposed(key) if "proposed" in request.POST else form.typed()
        try:
            change_setting(key, value=value, seen=form.cleaned_data["seen"], by=request.viewer)
        except ChangedMeanwhile as clash:
            now = [(_("内容"), clash.current)]
            data = request.POST.copy()
            data["seen"] = clash.current
            form = SettingForm(data, definition=definition, now=clash.current)
            form.add_error(
                None, _("書いている間に、ほかの人が保存しました。下の「いまの内容」と見比べてください。")
            )
        else:
            messages.success(request, _("保存しました。"))
            return redirect("casework:code_lists")
    context = {"definition": definition, "form": form, "now": now, "proposed": proposed(key)}
    return TemplateResponse(request, "casework/setting_form.html", context)
