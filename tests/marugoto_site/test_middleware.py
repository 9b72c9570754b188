import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from marugoto_site.middleware import ContentPolicyMiddleware
from pages import demo as pages_demo
from pages.models import ContentPage

pytestmark = pytest.mark.django_db


def directives(response):
    parts = [part.strip().split(" ") for part in response["Content-Security-Policy"].split(";")]
    return {name: values for name, *values in parts}


STRICT = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "frame-src": ["'self'"],
    "frame-ancestors": ["'none'"],
    "form-action": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
}


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/healthz", "/nothing/", "/cmsx/"])
def test_policy_is_strict_outside_the_editor(client, path):
    assert directives(client.get(path)) == STRICT


def test_policy_of_the_editor_is_looser_for_script_style_and_frames_only(client):
    inline = ["'self'", "'unsafe-inline'"]
    response = client.get("/cms/")
    looser = {"script-src": inline, "style-src": inline, "frame-ancestors": ["'self'"]}
    assert directives(response) == {**STRICT, **looser}
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_what_the_editor_previews_may_stand_in_its_frame_and_is_strict_otherwise(client):
    pages_demo.load()
    page = ContentPage.objects.first()

    shown, previewed = client.get(page.url), page.make_preview_request()

    assert (shown["X-Frame-Options"], previewed["X-Frame-Options"]) == ("DENY", "SAMEORIGIN")
    assert directives(previewed) == {**directives(shown), "frame-ancestors": ["'self'"]}


def test_editor_policy_never_carries_a_nonce_that_would_undo_it():
    request = RequestFactory().get(f"/{settings.MARUGOTO_CMS_PATH}")

    def view(some_request):
        assert str(some_request.csp_nonce)
        return HttpResponse()

    assert "nonce" not in ContentPolicyMiddleware(view)(request)["Content-Security-Policy"]


def test_every_answer_carries_the_security_headers(client):
    response = client.get("/healthz")
    expected = {
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    assert {name: response.headers.get(name) for name in expected} == expected
    assert "camera=()" in response["Permissions-Policy"]


def test_browser_language_is_not_followed(client):
    response = client.get("/nothing/", headers={"accept-language": "en-US,en"})
    assert response["Content-Language"] == "ja"
    assert "Accept-Language" not in response["Vary"]
    assert '<html lang="ja">' in response.content.decode()


def test_chosen_language_is_kept_in_a_cookie(client):
    chosen = client.post("/i18n/", {"language": "en", "next": "/accounts/login/"})
    assert (chosen.status_code, chosen["Location"]) == (302, "/accounts/login/")
    assert client.get("/nothing/")["Content-Language"] == "en"


@pytest.mark.parametrize("cookie", ["xx", "de", "../../etc", "ja\r\nX: y"])
def test_unknown_language_in_the_cookie_means_japanese(client, cookie):
    client.cookies["marugoto_language"] = cookie
    assert client.get("/nothing/")["Content-Language"] == "ja"


def test_language_is_changed_by_post_only_and_leads_to_no_other_host(client):
    assert client.get("/i18n/?language=en").status_code == 405
    response = client.post("/i18n/", {"language": "en", "next": "https://example.com/"})
    assert response["Location"] == "/"
