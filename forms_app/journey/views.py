"""The citizen's way: form, check, send, receipt. Each page works without script; each POST carries everything.

No CSRF token here: nothing is done with the rights of whoever is logged in, and a refusal for a missing
cookie would lose what somebody wrote. The ticket (ticket.py) tells our own pages from others.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from forms_app.cookies import cookie_name, cookie_path, forget_cookie
from forms_app.definitions.models import ConsultationForm
from forms_app.definitions.selectors import current_revision, known_revision, published_form
from forms_app.networks import network_of, take_turn
from forms_app.status.codes import IssuedReceipt
from forms_app.status.promise import day_words, working_day_after
from forms_app.status.selectors import receipt_of_key
from forms_app.submissions.actions import receive_submission
from permissions.access import public

from .forms import AnswerForm
from .screens import HONEYPOT, Sheet, check_context, form_context, press_again
from .ticket import Ticket

logger = logging.getLogger(__name__)

RECEIPT_COOKIE = "marugoto_receipt"
COOKIE_PROBE = "marugoto_probe"
COOKIE_PATH = "/forms/"
RECEIPT_MINUTES = 30
CLOSED_GRACE_SECONDS = 24 * 60 * 60
SENDS_PER_HOUR = 20
UNREADABLE = (SuspiciousOperation, MultiPartParserError, UnreadablePostError)


@public(reason="citizens write here without an account; nothing can be read back")
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consultation(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        return _consultation(request, slug)
    except OperationalError:
        if request.method != "POST":
            raise
        logger.exception("the database was away while somebody sent a form")
        return _away_page(request)


def _consultation(request: HttpRequest, slug: str) -> HttpResponse:
    form = published_form(slug)
    if form is None:
        raise Http404
    if request.method == "POST":
        return _posted(request, form)
    return _form_page(request, blank_sheet(form)) if form.live else _closed_page(request, form, None)


@public(reason="shows the receipt to the browser that just sent, by a signed cookie, for half an hour")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest, slug: str) -> HttpResponse:
    form = published_form(slug)
    if form is None:
        raise Http404
    if request.method == "POST":
        return _forget_receipt()
    key = request.get_signed_cookie(
        cookie_name(RECEIPT_COOKIE), "", salt=RECEIPT_COOKIE, max_age=RECEIPT_MINUTES * 60
    )
    found = receipt_of_key(form.pk, key) if key else None
    if not found:
        return TemplateResponse(request, "forms_app/receipt_gone.html", {"form": form}, status=404)
    return _receipt_page(request, form, *found)


def blank_sheet(form: ConsultationForm) -> Sheet:
    """Return a form nobody has written on yet."""
    revision = current_revision(form)
    if revision is None:
        raise Http404
    return Sheet(form, revision, AnswerForm(revision.questions), Ticket.new())


def _posted(request: HttpRequest, form: ConsultationForm) -> HttpResponse:
    try:
        data = request.POST
    except UNREADABLE:
        return TemplateResponse(request, "forms_app/too_big.html", {"form": form}, status=413)
    shown = known_revision(form, data.get("revision", ""))
    ticket = Ticket.read(data.get("ticket", ""))
    revision = shown or current_revision(form)
    if revision is None:
        raise Http404
    revision.form = form
    sheet = Sheet(form, revision, AnswerForm(revision.questions, data), ticket or Ticket.new())
    if not form.live and (ticket is None or ticket.age_seconds > CLOSED_GRACE_SECONDS):
        return _closed_page(request, form, sheet)
    return _step(request, sheet, data, is_ours=bool(shown and ticket))


def _step(request: HttpRequest, sheet: Sheet, data: QueryDict, *, is_ours: bool) -> HttpResponse:
    """Go where the pressed button says, as far as what was typed allows."""
    if data.get("step") == "edit":
        sheet.answers.show_without_errors()
        return _form_page(request, sheet)
    if not sheet.answers.is_valid():
        return _form_page(request, sheet)
    if data.get("step") != "send":
        return _check_page(request, sheet)
    if not is_ours or data.get(HONEYPOT) or sheet.ticket.is_too_quick:
        doubted = Sheet(sheet.form, sheet.revision, sheet.answers, sheet.ticket.doubted())
        return _check_page(request, doubted, notice=press_again())
    return _send(request, sheet)


def _send(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    if not _has_turn(request):
        return _check_page(request, sheet, status=429, notice=_too_many(sheet.form))
    # In the words of the people who read it, whatever language the page was shown in.
    with translation.override(settings.LANGUAGE_CODE):
        answers = sheet.answers.answers()
    try:
        issued = receive_submission(
            sheet.revision,
            answers,
            key=sheet.ticket.key,
            language=get_language() or settings.LANGUAGE_CODE,
        )
    except DatabaseError:
        logger.exception("a submission of form %s could not be stored", sheet.form.pk)
        return _check_page(request, sheet, status=503, notice=_not_stored(sheet.form))
    return _hand_out(request, sheet, issued)


def _has_turn(request: HttpRequest) -> bool:
    """Return whether this network may send now. A broken cache turns nobody away."""
    limit = getattr(settings, "MARUGOTO_FORM_SENDS_PER_HOUR", SENDS_PER_HOUR)
    try:
        return take_turn("send", network_of(request), limit=limit, seconds=3600) is not None
    except DatabaseError:
        logger.exception("the shared cache is broken; sending is not limited")
        return True


def _hand_out(request: HttpRequest, sheet: Sheet, issued: IssuedReceipt) -> HttpResponse:
    """Lead to the receipt by a short-lived cookie; show it at once to a browser that takes none."""
    if cookie_name(COOKIE_PROBE) not in request.COOKIES:
        found = receipt_of_key(sheet.form.pk, sheet.ticket.key)
        if found:
            return _receipt_page(request, sheet.form, *found)
    response = redirect(reverse("forms_app:receipt", args=[sheet.form.slug]))
    response.status_code = 303
    response.set_signed_cookie(
        cookie_name(RECEIPT_COOKIE),
        sheet.ticket.key,
        salt=RECEIPT_COOKIE,
        max_age=RECEIPT_MINUTES * 60,
        path=cookie_path(COOKIE_PATH),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _forget_receipt() -> HttpResponse:
    response = redirect("/")
    forget_cookie(response, RECEIPT_COOKIE, path=COOKIE_PATH)
    return response


def _form_page(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    return TemplateResponse(request, "forms_app/consultation.html", form_context(sheet))


def _check_page(request: HttpRequest, sheet: Sheet, *, status: int = 200, notice: str = "") -> HttpResponse:
    context = check_context(sheet) | {"notice": notice}
    response = TemplateResponse(request, "forms_app/check.html", context, status=status)
    response.set_cookie(
        cookie_name(COOKIE_PROBE),
        "1",
        path=cookie_path(COOKIE_PATH),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _closed_page(request: HttpRequest, form: ConsultationForm, sheet: Sheet | None) -> HttpResponse:
    typed = sheet.answers.typed_texts() if sheet else []
    return TemplateResponse(request, "forms_app/closed.html", {"form": form, "typed": typed}, status=410)


def _away_page(request: HttpRequest) -> HttpResponse:
    """Give back what was typed, with a page that asks the database for nothing."""
    own = {"revision", "ticket", "step", HONEYPOT}
    typed = [value for name in request.POST if name not in own for value in request.POST.getlist(name)]
    page = render_to_string("forms_app/away.html", {"typed": [value for value in typed if value.strip()]})
    return HttpResponse(page, status=503)


def _receipt_page(
    request: HttpRequest, form: ConsultationForm, issued: IssuedReceipt, held: Any
) -> HttpResponse:
    received_on = timezone.localdate(held.received_at)
    context = {
        "form": form,
        "revision": current_revision(form),
        "issued": issued,
        "received_on": day_words(received_on),
        "read_until": day_words(working_day_after(received_on, days=form.answer_days)),
        "minutes": RECEIPT_MINUTES,
    }
    return TemplateResponse(request, "forms_app/receipt.html", context)


def _too_many(form: ConsultationForm) -> str:
    words = _(
        "同じ場所から続けてたくさん送られたため、いまは送れません。1時間ほどたってから、もう一度「この内容で送る」を押してください。"
    )
    return words + _phone_words(form)


def _not_stored(form: ConsultationForm) -> str:
    words = _(
        "いま、送ることができませんでした。書いたことは残っています。少しおいて、もう一度「この内容で送る」を押してください。"
    )
    return words + _phone_words(form)


def _phone_words(form: ConsultationForm) -> str:
    return _("いそぐときは電話してください：%s") % form.phone if form.phone else ""
