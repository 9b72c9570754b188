"""What stands around a view: who is let in, what is logged, what happens to what was typed when a session is over."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import include, path

from marugoto_site import urls as project_urls
from permissions.access import Access, declared_access, freshly_signed_in, public, requires, signed_in
from permissions.accounts.models import seconds_ago
from permissions.accounts.sessions import sessions_of
from permissions.audit.actions import record
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.typed import without_my_numbers
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

SHOWN: list[tuple[object, ...]] = []


def load(viewer, *, number, **rest):
    if number == 404:
        raise Http404
    if number == 403:
        raise PermissionDenied
    return {"doubled": number * 2, **rest}


def shown(viewer, request, **loaded):
    SHOWN.append((viewer, request.path, loaded))


@requires("casework.share", load=load, shown=shown)
def loading(request, doubled):
    if doubled == 2:
        record(request.viewer, "read", None)
    if doubled == 4:
        return HttpResponseRedirect("/away/")
    if doubled == 6:
        return HttpResponse("twice three", status=422)
    return HttpResponse(f"doubled {doubled}", headers={"Cache-Control": "private"} if doubled == 10 else {})


@requires("casework.share", shown=shown)
def answering(request, status):
    return HttpResponse(status=status)


@requires("casework.share")
def writing(request, status):
    """Take a My Number out of what somebody wrote, and answer."""
    without_my_numbers({"text": "番号 123456789018 です"}, ["text"])
    page = TemplateResponse(request, "404.html", {}, status=status)
    return page if "page" in request.GET else HttpResponse(status=status)


@requires("casework.share")
def refusing(request):
    record(request.viewer, "read", None)
    raise NotAllowed("それはできません。")


@requires("casework.share", fresh=True)
def fresh(request):
    return HttpResponse("fresh")


@freshly_signed_in
def fresh_for_all(request):
    return HttpResponse("fresh")


@signed_in
def anybody(request, word="", other=""):
    return HttpResponse(f"{request.viewer} {word}{other}")


@public(reason="to see what nobody gets")
def open_to_all(request, word=""):
    return TemplateResponse(request, "404.html", {}) if word == "page" else HttpResponse(f"open {word}")


urlpatterns = [
    path("guard/load/<int:number>/", loading, name="guard_load"),
    path("guard/answer/<int:status>/", answering, name="guard_answer"),
    path("guard/write/<int:status>/", writing, name="guard_write"),
    path("guard/refuse/", refusing, name="guard_refuse"),
    path("guard/fresh/", fresh, name="guard_fresh"),
    path("guard/fresh-all/", fresh_for_all, name="guard_fresh_all"),
    path("guard/anybody/", anybody, name="guard_anybody"),
    path("guard/anybody/<str:word>/", anybody, {"other": "!"}, name="guard_anybody_word"),
    path("guard/open/<str:word>/", open_to_all, name="guard_open"),
    path("", include(project_urls)),
]


@pytest.fixture
def world(kept_world):
    SHOWN.clear()
    return kept_world


@pytest.fixture
def chief(world):
    client = Client()
    sign_in(client, world.chief)
    return client


def refusals(world):
    with acting_for(world.auditor):
        rows = AuditEntry.objects.filter(verb="refused").order_by("number")
        return [(row.user_id, row.subject, row.subject_id, row.detail) for row in rows]


def test_what_each_decorator_declares():
    views = (loading, fresh, fresh_for_all, anybody, open_to_all)

    assert [declared_access(view) for view in views] == [
        Access("requires", "casework.share", "", fresh=False),
        Access("requires", "casework.share", "", fresh=True),
        Access("signed_in", "", "", fresh=True),
        Access("signed_in", "", "", fresh=False),
        Access("public", "", "to see what nobody gets", fresh=False),
    ]
    assert declared_access(lambda request: None) is None
    assert [view.__name__ for view in views] == [
        "loading",
        "fresh",
        "fresh_for_all",
        "anybody",
        "open_to_all",
    ]


def test_a_public_view_is_given_its_words_and_rendered(world):
    plain, page = Client().get("/guard/open/word/"), Client().get("/guard/open/page/")

    assert plain.content == b"open word"
    assert "<h1" in page.content.decode()


def test_a_public_view_is_given_what_its_address_leaves_without_a_name(rf):
    assert open_to_all(rf.get("/"), "word").content == b"open word"


def test_a_view_for_everybody_gets_viewer_and_words_and_is_not_kept(world, chief):
    response = chief.get("/guard/anybody/x/")

    assert response.content.decode() == f"viewer {world.chief.membership.pk} x!"
    assert response.headers["Cache-Control"] == "no-store"


def test_a_view_may_say_itself_how_long_it_is_kept(world, rf):
    request = rf.get("/guard/load/5/")
    request.user, request.viewer, request.resolver_match = world.chief.user, world.chief, None

    assert loading(request, number=5).headers["Cache-Control"] == "private"
    assert loading(request, number=6).headers["Cache-Control"] == "no-store"


def test_what_was_loaded_is_logged_as_shown_unless_the_view_did(world, chief):
    answers = {number: chief.get(f"/guard/load/{number}/") for number in (1, 2, 3, 4)}

    assert [answer.status_code for answer in answers.values()] == [200, 302, 422, 200]
    assert answers[4].content == b"doubled 8"
    assert [(viewer.membership, path, loaded) for viewer, path, loaded in SHOWN] == [
        (world.chief.membership, "/guard/load/3/", {"doubled": 6}),
        (world.chief.membership, "/guard/load/4/", {"doubled": 8}),
    ]


def test_every_answer_but_a_redirect_shows_something(world, chief):
    for status in (200, 299, 300, 303, 399, 400, 404):
        assert chief.get(f"/guard/answer/{status}/").status_code == status

    assert [path for _viewer, path, _loaded in SHOWN] == [
        f"/guard/answer/{status}/" for status in (200, 299, 400, 404)
    ]


def told_of_a_mask(client, address):
    """Return whether the page that comes next tells the writer that a number was taken out."""
    client.get(address)
    return "マイナンバー（個人番号）と思われる12けた" in client.get("/casework/").content.decode()


def test_who_wrote_a_my_number_is_told_on_the_page_that_comes_next(world, chief):
    """A page and a redirect lead to one; an answer to a script has no next page, and says it itself."""
    told = {status: told_of_a_mask(chief, f"/guard/write/{status}/") for status in (299, 300, 399, 400)}
    assert told == {299: False, 300: True, 399: True, 400: False}

    assert told_of_a_mask(chief, "/guard/write/200/?page=1")
    assert not told_of_a_mask(chief, "/guard/anybody/")


def test_a_host_without_messages_does_without_what_is_only_told(world, rf):
    request = rf.get("/guard/write/302/")
    request.user, request.viewer, request.resolver_match = world.chief.user, world.chief, None
    assert writing(request, status=302).status_code == 302

    request = rf.get("/guard/anybody/")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "over"
    request.user, request.session = AnonymousUser(), SessionBase()
    assert anybody(request)["Location"] == "/accounts/login/?next=/guard/anybody/"


def test_a_host_without_our_middleware_keeps_no_page_that_gives_back_what_was_typed(world, rf):
    over = rf.post("/guard/anybody/", {"story": "家賃が払えなくなりました"})
    over.COOKIES[settings.SESSION_COOKIE_NAME] = "over"
    over.user, over.session = AnonymousUser(), SessionBase()
    refused = rf.post("/guard/refuse/", {"story": "家賃が払えなくなりました"})
    refused.user, refused.viewer, refused.session = world.chief.user, world.chief, SessionBase()

    for response in (anybody(over), refusing(refused)):
        assert "家賃が払えなくなりました" in response.content.decode()
        assert response.headers["Cache-Control"] == "no-store"


def test_what_is_refused_is_logged_with_its_name_and_method_and_nothing_else(world, chief):
    reception, nobody = Client(), Client()
    sign_in(reception, world.reception)
    outsider = Client()
    sign_in(outsider, world.kenko_worker)
    type(world.kenko_worker.membership).objects.filter(pk=world.kenko_worker.membership.pk).update(
        ended_at="2026-01-01T00:00:00Z"
    )

    statuses = [
        reception.post("/guard/load/1/").status_code,
        outsider.get("/guard/anybody/").status_code,
        chief.get("/guard/load/404/").status_code,
        chief.get("/guard/load/403/").status_code,
        nobody.get("/guard/load/1/").status_code,
    ]

    assert statuses == [403, 403, 404, 403, 302]
    load_, who = {"url_name": "guard_load"}, world.chief.user.pk
    assert refusals(world) == [
        (world.reception.user.pk, "", "", {**load_, "method": "POST"}),
        (None, "auth.user", str(world.kenko_worker.user.pk), {"url_name": "guard_anybody"}),
        (who, "", "", {**load_, "method": "GET"}),
        (who, "", "", {**load_, "method": "GET"}),
    ]
    assert SHOWN == []


def test_who_is_not_fresh_is_asked_again_and_comes_back(world, chief):
    assert chief.get("/guard/fresh/").content == b"fresh"
    sessions_of(world.chief.user.pk).update(fresh_at=seconds_ago(settings.MARUGOTO_FRESH_SECONDS + 1))

    asked = [chief.get(address) for address in ("/guard/fresh/", "/guard/fresh-all/", "/guard/anybody/")]

    assert [response.status_code for response in asked] == [302, 302, 200]
    assert asked[0]["Location"] == "/accounts/reauthenticate/?next=%2Fguard%2Ffresh%2F"
    assert refusals(world) == []
    reception = Client()
    sign_in(reception, world.reception)
    assert reception.get("/guard/fresh/").status_code == 403


def test_nobody_is_led_to_the_log_in_and_back_without_a_word(world):
    response = Client().get("/guard/anybody/x/?a=1&b=%E3%81%82", follow=True)

    assert response.redirect_chain == [
        ("/accounts/login/?next=/guard/anybody/x/%3Fa%3D1%26b%3D%25E3%2581%2582", 302)
    ]
    assert "ログインの時間が切れたか" not in response.content.decode()
    # Who sends something without ever having been in has nothing of theirs to lose.
    assert Client().post("/guard/anybody/x/", {"story": "家賃が払えなくなりました"}).status_code == 302


class Over:
    """Somebody whose session has ended while their page was open."""

    def __init__(self, world):
        self.client = Client()
        sign_in(self.client, world.chief)
        sessions_of(world.chief.user.pk).delete()
        assert self.client.cookies[settings.SESSION_COOKIE_NAME].value


def test_whose_session_is_over_is_told_so_once_they_read(world):
    response = Over(world).client.get("/guard/anybody/x/", follow=True)

    assert response.redirect_chain == [("/accounts/login/?next=/guard/anybody/x/", 302)]
    text = "ログインの時間が切れたか、ほかの画面でログアウトしました。もう一度ログインしてください。"
    assert text in response.content.decode()


def kept_of(response):
    return response.context["kept"]


def test_whose_session_is_over_gets_back_what_they_wrote(world):
    story = "家賃が払えなくなりました"
    sent = {
        "story": story,
        "nine": "九文字はこれだけです",
        "short": "十文字にない文字列",
        "password1": "とても長いあいことばです",
        "token": "a-long-token-of-ascii-letters",
        "many": ["一つめの長い文章です。", "短い", "二つめの長い文章です。"],
        "mixed": "ABC株式会社に勤めた",
    }
    assert [len(sent[name]) for name in ("nine", "short")] == [10, 9]

    response = Over(world).client.post(
        "/guard/anybody/x/", sent, headers={"referer": "http://testserver/guard/form/?x=1"}
    )

    assert (response.status_code, response.headers["Cache-Control"]) == (403, "no-store")
    assert response.templates[0].name == "marugoto_permissions/session_ended.html"
    assert kept_of(response) == [story, sent["nine"], sent["many"][0], sent["many"][2], sent["mixed"]]
    assert response.context["back_to"] == "/guard/form/"
    html = response.content.decode()
    assert story in html
    assert 'name="next" value="/guard/anybody/x/"' in html  # whoever changes the language stays here
    assert not re.search("あいことば|a-long-token", html)


@pytest.mark.parametrize("referer", ["http://elsewhere.example/trap/", "", "/relative/"])
def test_the_way_back_never_leads_elsewhere(world, referer):
    headers = {"referer": referer} if referer else {}

    response = Over(world).client.post("/guard/anybody/x/", {}, headers=headers)

    assert response.context["back_to"] == "/guard/anybody/x/"


def test_a_view_called_outside_of_any_request_cycle_is_guarded_all_the_same(world, rf):
    """The middleware that knows where a request comes from may be missing in a host's own test."""
    request = rf.get("/guard/anybody/")
    request.user, request.viewer, request.resolver_match = world.chief.user, world.chief, None
    assert anybody(request, "x").content.decode() == f"viewer {world.chief.membership.pk} x"

    request.user, request.session = AnonymousUser(), {}
    request.session = Client().session
    assert anybody(request)["Location"] == "/accounts/login/?next=/guard/anybody/"

    request.user, request.viewer = world.chief.user, None
    with pytest.raises(PermissionDenied):
        anybody(request)
    assert refusals(world) == [(None, "auth.user", str(world.chief.user.pk), {"url_name": ""})]


def test_refusal_that_a_view_forgot_says_why_and_gives_back_what_was_typed(world, chief):
    """Nothing that was begun is kept, not even in the log; what was typed is."""
    with acting_for(world.auditor):
        before = AuditEntry.objects.count()
    story = "とても長い文章を書きました"

    response = chief.post(
        "/guard/refuse/", {"story": story, "token": "a"}, headers={"referer": "http://testserver/guard/form/"}
    )

    assert (response.status_code, response.headers["Cache-Control"]) == (422, "no-store")
    assert response.templates[0].name == "marugoto_permissions/refused.html"
    assert (kept_of(response), response.context["why"]) == ([story], "それはできません。")
    assert response.context["back_to"] == "/guard/form/"
    assert all(
        text in response.content.decode()
        for text in (story, "それはできません。", 'href="/guard/form/"', 'name="next" value="/guard/refuse/"')
    )
    with acting_for(world.auditor):
        assert AuditEntry.objects.count() == before
