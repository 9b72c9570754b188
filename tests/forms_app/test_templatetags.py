import pytest
from django.template import Context, Template
from django.test import RequestFactory

from .visiting import hidden

pytestmark = pytest.mark.django_db


def shown(slug: str) -> str:
    page = Template("{% load consultation %}{% consultation_form slug %}")
    return page.render(Context({"slug": slug, "request": RequestFactory().get("/soudan/")}))


def test_consultation_form_shows_the_live_form_with_a_key_of_its_own(revision):
    first, second = shown("soudan"), shown("soudan")
    assert hidden(first, "revision") == str(revision.pk)
    assert 'action="/forms/soudan/"' in first
    assert hidden(first, "ticket") != hidden(second, "ticket")


def test_consultation_form_that_does_not_exist_leaves_a_sentence(revision):
    assert "いまは、この画面から送ることができません" in shown("nothing")
    assert "<form" not in shown("nothing")
