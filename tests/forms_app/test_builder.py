"""Wagtail's admin as the editor finds it, and the library's own screens, which nobody finds."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, get_resolver
from wagtail.models import Revision
from wagtailstreamforms import urls as library_urls
from wagtailstreamforms.wagtail_hooks import FormModelAdmin
from wagtailstreamforms.wagtail_hooks import register_wagtailstreamforms_chooser_viewset as chooser

from forms_app import demo_form
from forms_app.definitions.models import ConsultationForm, FormRevision
from forms_app.submissions.actions import receive_submission
from forms_app.submissions.given import GivenAnswer
from pages.editors import grant_editor_rights
from permissions.walls.context import acting_for

from .conftest import make_person

pytestmark = pytest.mark.django_db

FORMS = "/cms/snippets/forms_app/consultationform/"
SECRET = "だれにも言えないこと"


@pytest.fixture
def cms(client: Client, office: Any) -> Client:
    grant_editor_rights()
    client.force_login(office.editor.user)
    return client


def stream(blocks: list[dict[str, Any]], prefix: str = "fields") -> dict[str, Any]:
    """What Wagtail's editor posts for a stream of simple blocks."""
    posted: dict[str, Any] = {f"{prefix}-count": len(blocks)}
    for at, block in enumerate(blocks):
        name = f"{prefix}-{at}"
        posted |= {
            f"{name}-deleted": "",
            f"{name}-order": at,
            f"{name}-type": block["type"],
            f"{name}-id": "",
        }
        posted |= {f"{name}-value-{key}": value for key, value in block["value"].items()}
    return posted


def typed_form(office: Any, **more: Any) -> dict[str, Any]:
    blocks = [{"type": "multiline", "value": {"label": "困りごと", "max_length": 500}}]
    return {
        "title": "新しいフォーム", "slug": "atarashii", "intro": "", "consent_text": "", "receipt_text": "",
        "destination_agency": office.center.pk, "answer_days": 1, "retention_days": 365, "phone": "",
        "phone_hours": "", "emergency-count": 0, "is_sensitive": "on", "review_on": "", "go_live_at": "",
        "expire_at": "", **stream(blocks), **more,
    }  # fmt: skip


def test_editor_makes_a_draft_and_publishes_it(cms, office):
    made = cms.post(f"{FORMS}add/", typed_form(office))
    assert made.status_code == 302, made.context["form"].errors
    with acting_for(office.editor):
        form = ConsultationForm.objects.get(slug="atarashii")
        assert (form.live, form.owner_agency, form.frozen_revisions.count()) == (False, office.center, 0)
    assert Client().get("/forms/atarashii/").status_code == 404

    published = cms.post(f"{FORMS}edit/{form.pk}/", typed_form(office, **{"action-publish": "1"}))
    assert published.status_code == 302, published.context["form"].errors
    assert "困りごと" in Client().get("/forms/atarashii/").content.decode()
    with acting_for(office.editor):
        assert FormRevision.objects.get(form=form).number == 1


def test_renaming_in_the_editor_keeps_every_key(cms, office, revision):
    asked = next(question for question in revision.questions if question.kind == "radio")
    block = {"type": "radio", "value": {"label": "新しい文", "key": "", "choices-count": 1}}
    block["value"] |= {"choices-0-deleted": "", "choices-0-order": 0, "choices-0-id": "0b" * 16}
    block["value"] |= {"choices-0-value-label": "はい", "choices-0-value-key": ""}
    first = {**stream([block]), "fields-0-id": "0a" * 16}
    path = f"{FORMS}edit/{revision.form_id}/"
    for label in ("はい", "はい、そうです"):
        typed = typed_form(office, slug="soudan", **first, **{"action-publish": "1"})
        answer = cms.post(path, typed | {"fields-0-value-choices-0-value-label": label})
        assert answer.status_code == 302, answer.context["form"].errors
    with acting_for(office.editor):
        second, third = FormRevision.objects.filter(form=revision.form_id).order_by("number")[1:]
    keys = [(each.questions[0].key, each.questions[0].options[0].key) for each in (second, third)]
    assert keys == [("q_0a0a0a0a0a0a", "o_0b0b0b0b0b0b")] * 2
    assert [each.questions[0].options[0].label for each in (second, third)] == ["はい", "はい、そうです"]
    assert asked.key == "who"


def test_publishing_with_problems_is_refused_in_words(cms, office):
    nothing_asked = stream([{"type": "heading", "value": {"label": "見出し", "help_text": ""}}])
    answer = cms.post(f"{FORMS}add/", typed_form(office, **nothing_asked, **{"action-publish": "1"}))
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors() == ["質問が1つもありません。"]
    assert "質問が1つもありません。" in answer.content.decode()
    draft = cms.post(f"{FORMS}add/", typed_form(office, **nothing_asked))
    assert draft.status_code == 302


def test_form_cannot_be_sent_where_nobody_reads(cms, office):
    answer = cms.post(f"{FORMS}add/", typed_form(office, destination_agency=office.agency.pk))
    assert "destination_agency" in answer.context["form"].errors
    offered = answer.context["form"].fields["destination_agency"].queryset
    assert set(offered) == {office.center, office.itaku}


def test_reserved_address_is_refused(cms, office):
    answer = cms.post(f"{FORMS}add/", typed_form(office, slug="inbox"))
    assert "このアドレスの名前は使えません" in answer.content.decode()


def test_editor_opens_every_screen_of_a_form(cms, office, revision):
    latest = Revision.objects.filter(object_id=str(revision.form_id)).latest("pk")
    screens = {
        name: cms.get(FORMS + path)
        for name, path in {
            "list": "",
            "add": "add/",
            "edit": f"edit/{revision.form_id}/",
            "history": f"history/{revision.form_id}/",
            "compare": f"history/{revision.form_id}/revisions/compare/earliest...latest/",
            "preview of revision": f"history/{revision.form_id}/revisions/{latest.pk}/view/",
            "revert": f"history/{revision.form_id}/revisions/{latest.pk}/revert/",
            "unpublish": f"unpublish/{revision.form_id}/",
        }.items()
    }
    assert {name: answer.status_code for name, answer in screens.items()} == dict.fromkeys(screens, 200)
    assert demo_form.TITLE in screens["list"].content.decode()


def test_preview_shows_the_real_form_and_cannot_send(cms, office, revision):
    url = f"{FORMS}preview/{revision.form_id}/"
    saved = cms.post(url, typed_form(office))
    assert saved.json()["is_valid"] is True
    html = cms.get(f"{url}?mode=").content.decode()
    assert "困りごと" in html
    assert "公開前の見た目です" in html
    assert 'name="ticket"' not in html
    assert 'action="/forms/' not in html


def test_unpublishing_closes_the_form(cms, office, revision):
    assert cms.post(f"{FORMS}unpublish/{revision.form_id}/").status_code == 302
    assert Client().get("/forms/soudan/").status_code == 410


def test_editor_finds_nothing_sent_anywhere(cms, office, revision):
    given = GivenAnswer("story", "multiline", "話", SECRET, SECRET)
    receive_submission(revision, [given], key="k", language="ja")
    with acting_for(office.reception):
        sent = office.reception and ConsultationForm.objects.get(pk=revision.form_id)
    assert sent is not None
    paths = (
        "/cms/", FORMS, f"{FORMS}edit/{revision.form_id}/", f"{FORMS}history/{revision.form_id}/",
        f"{FORMS}usage/{revision.form_id}/", "/cms/reports/site-history/", "/cms/snippets/",
        f"/cms/pages/search/?q={SECRET}",
    )  # fmt: skip
    bodies = [cms.get(path).content.decode().replace(f"q={SECRET}", "") for path in paths[:-1]]
    assert all(SECRET not in body for body in bodies)
    assert cms.get("/forms/inbox/").status_code == 403
    assert cms.get("/forms/inbox/11111111-1111-4111-8111-111111111111/").status_code == 403


def test_editor_of_another_agency_does_not_find_the_form(office, revision):
    grant_editor_rights()
    other = Client()
    other.force_login(make_person("other-editor", office.itaku, "editor").user)
    listed = other.get(FORMS).content.decode()
    assert demo_form.TITLE not in listed
    for path in (
        f"edit/{revision.form_id}/",
        f"history/{revision.form_id}/",
        f"unpublish/{revision.form_id}/",
    ):
        assert other.get(FORMS + path).status_code == 404


# --- the library ----------------------------------------------------------------------------------------


def library_paths() -> list[str]:
    """Every address of wagtailstreamforms: its own, its model admin's, its chooser's."""
    own = [f"/cms/wagtailstreamforms/{pattern.pattern}" for pattern in library_urls.urlpatterns]
    admin = [
        f"/cms/{str(pattern.pattern).lstrip('^').rstrip('$')}"
        for pattern in FormModelAdmin().get_admin_urls_for_registration()
    ]
    choosing = [
        f"/cms/wagtailstreamforms-chooser/{pattern.pattern}" for pattern in chooser().get_urlpatterns()
    ]
    paths = [path.lstrip("^").replace("<int:pk>", "1") for path in own + admin + choosing]
    return sorted(
        {
            path.replace("(?P<instance_pk>[-\\w]+)", "1")
            .replace("(\\d+)", "1")
            .replace("^", "")
            .replace("$", "")
            for path in paths
        }
    )


def test_library_has_the_addresses_that_are_closed_here():
    assert len(library_paths()) >= 9
    assert [path for path in library_paths() if any(sign in path for sign in "<(^$")] == []


@pytest.mark.parametrize("path", library_paths())
@pytest.mark.parametrize("who", ["editor", "superuser", "anonymous"])
def test_library_screen_is_closed(cms, office, path, who):
    visitor = {"editor": cms, "anonymous": Client(), "superuser": Client()}[who]
    if who == "superuser":
        visitor.force_login(_superuser_with_cms(office))
    for method in (visitor.get, visitor.post):
        answer = method(path)
        expected = {302} if who == "anonymous" else {404}
        assert {answer.status_code} == expected
        if who == "anonymous":
            assert answer["Location"].startswith("/accounts/login/")


def test_every_pattern_of_the_library_is_behind_the_closed_door():
    closed = [
        pattern for pattern in get_resolver().url_patterns
        if isinstance(pattern, URLPattern) and pattern.name == "closed_library_screen"
    ]  # fmt: skip
    assert len(closed) == 1
    assert all(closed[0].pattern.match(path.lstrip("/")) for path in library_paths())


def test_library_is_not_in_the_menu(office):
    visitor = Client()
    visitor.force_login(_superuser_with_cms(office))
    html = visitor.get("/cms/").content.decode()
    assert "/cms/snippets/forms_app/consultationform/" in html or "フォーム" in html
    assert "wagtailstreamforms" not in html


def test_posting_a_library_form_to_a_page_stores_nothing(client, db):
    answer = client.post("/", {"form_id": "1", "form_reference": "x"})
    assert answer.status_code in {403, 404, 405, 200, 302}
    from wagtailstreamforms.models import FormSubmission

    assert not FormSubmission.objects.exists()


def _superuser_with_cms(office: Any) -> Any:
    person = make_person("root", office.center, "editor").user
    get_user_model().objects.filter(pk=person.pk).update(is_superuser=True)
    person.refresh_from_db()
    return person
