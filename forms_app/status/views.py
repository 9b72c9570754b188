"""Looking up what happened, with code and pass-phrase and without an account."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from forms_app.cookies import cookie_name, cookie_path, forget_cookie
from forms_app.networks import give_back, network_of, take_turn
from permissions.access import public
from permissions.walls.context import receipt

from .actions import STATES, write_reply
from .codes import reference_hash
from .forms import LookupForm, ReplyForm
from .models import Receipt
from .promise import day_words
from .selectors import opened_receipt, thread_of

OPEN_COOKIE = "marugoto_status"
COOKIE_PATH = "/status/"
OPEN_MINUTES = 30
TRIES = 5
PAUSE_MINUTES = 15
REPLIES_PER_HOUR = 10


@dataclass(frozen=True)
class ShownState:
    label: str
    day: str


@public(reason="code and pass-phrase open one receipt; five tries, then a pause")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status_lookup(request: HttpRequest) -> HttpResponse:
    form = LookupForm(request.POST) if request.method == "POST" else LookupForm()
    if not form.is_bound or not form.is_valid():
        return TemplateResponse(request, "forms_app/status_lookup.html", {"form": form})
    turns = _take_turns(request, form)
    if turns is None:
        form.add_error(
            None,
            _(
                "続けて%(tries)d回ちがったので、しばらく使えません。%(minutes)d分ほどたってから、もう一度ためしてください。"
            )
            % {"tries": TRIES, "minutes": PAUSE_MINUTES},
        )
        return TemplateResponse(request, "forms_app/status_lookup.html", {"form": form}, status=429)
    found = opened_receipt(form.cleaned_data["code"], form.cleaned_data["phrase"])
    if found is None:
        form.add_error(None, _("受付番号か合言葉がちがうようです。控えを見て、もう一度書いてください。"))
        return TemplateResponse(request, "forms_app/status_lookup.html", {"form": form})
    for who, turn in turns:
        give_back("status", who, turn)
    response = redirect("forms_app:status_thread")
    response.set_signed_cookie(
        cookie_name(OPEN_COOKIE),
        found.reference_hash,
        salt=OPEN_COOKIE,
        max_age=OPEN_MINUTES * 60,
        path=cookie_path(COOKIE_PATH),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@public(reason="shows one receipt to the browser that opened it, by a signed cookie, for half an hour")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status_thread(request: HttpRequest) -> HttpResponse:
    reference = request.get_signed_cookie(
        cookie_name(OPEN_COOKIE), "", salt=OPEN_COOKIE, max_age=OPEN_MINUTES * 60
    )
    if not reference:
        return redirect("forms_app:status_lookup")
    reply = ReplyForm(request.POST) if request.method == "POST" else ReplyForm()
    if reply.is_bound and reply.is_valid() and _may_write(reply, reference):
        write_reply(reference, body=reply.cleaned_data["body"])
        return redirect("forms_app:status_thread")
    with receipt(reference):
        held = Receipt.objects.filter(reference_hash=reference).first()
        messages = thread_of(held) if held else []
    if held is None:
        return redirect("forms_app:status_lookup")
    context = {"states": shown_states(held), "thread": messages, "form": reply}
    return TemplateResponse(request, "forms_app/status_thread.html", context)


@public(reason="forgets the receipt that this browser has open")
@never_cache
@require_POST
def status_close(request: HttpRequest) -> HttpResponse:
    response = redirect("forms_app:status_lookup")
    forget_cookie(response, OPEN_COOKIE, path=COOKIE_PATH)
    return response


def shown_states(held: Receipt) -> list[ShownState]:
    """Return the four steps with the day each was reached; the day is empty for what is to come."""
    fields: list[Any] = [Receipt._meta.get_field(name) for name in ("received_at", *STATES)]
    return [ShownState(str(field.verbose_name), _day(getattr(held, field.name))) for field in fields]


def _day(moment: dt.datetime | None) -> str:
    return day_words(timezone.localdate(moment)) if moment else ""


def _take_turns(request: HttpRequest, form: LookupForm) -> list[tuple[str, int]] | None:
    """Take a turn for the code and one for the network; None when either has no turn left.

    Turns are taken before anything is compared, so that many tries at once count, too.
    """
    taken = []
    for who in (f"code {reference_hash(form.cleaned_data['code'])}", f"network {network_of(request)}"):
        turn = take_turn("status", who, limit=TRIES, seconds=PAUSE_MINUTES * 60)
        if turn is None:
            return None
        taken.append((who, turn))
    return taken


def _may_write(reply: ReplyForm, reference: str) -> bool:
    if take_turn("reply", reference, limit=REPLIES_PER_HOUR, seconds=3600) is not None:
        return True
    reply.add_error("body", _("続けてたくさん送られました。1時間ほどたってから送ってください。"))
    return False
