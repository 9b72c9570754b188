import pytest

from forms_app import demo as forms_demo
from pages.form_choice import form_choices
from pages.models import ConsultationPage
from permissions.walls.context import acting_for
from tests.forms_app.conftest import Office, make_office, publish


@pytest.fixture
def office(demo_site) -> Office:
    return make_office()


@pytest.fixture
def demo_form(office):
    """The published form of 見本市 on its page."""
    publish(forms_demo.new_form(office.center, office.center), office.editor)


def test_consultation_page_shows_the_live_form_and_is_never_kept(client, demo_form):
    response = client.get("/soudan/")

    html = response.content.decode()
    assert '<form class="m-form" id="consultation" method="post"' in html
    assert '<meta name="robots" content="noindex">' in html
    assert "no-store" in response.headers["Cache-Control"]


def test_consultation_page_without_its_form_still_gives_the_telephone(client, demo_site):
    ConsultationPage.objects.update(form_slug="gone")

    html = client.get("/soudan/").content.decode()

    assert "電話でご相談ください" in html
    assert 'href="tel:00000001234"' in html


def test_home_page_leads_to_the_form(client, demo_form):
    assert '<a class="m-btn" href="/soudan/">' in client.get("/").content.decode()


def test_unpublished_consultation_page_leaves_the_home_page(client, demo_form):
    ConsultationPage.objects.get().unpublish()

    assert 'href="/soudan/"' not in client.get("/").content.decode()


def test_pages_that_anybody_may_find_are_open_to_search_engines(client, demo_form):
    found = {url: b'content="noindex"' in client.get(url).content for url in ("/", "/nagare/", "/soudan/")}

    assert found == {"/": False, "/nagare/": False, "/soudan/": True}


def test_editor_chooses_among_forms_by_title(demo_form, office):
    with acting_for(office.editor):
        assert form_choices() == [("soudan", "文字で相談する")]
