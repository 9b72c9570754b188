"""Numbers for when life is in danger are what editors wrote, on the staff's emergency screen as on every page."""

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Site

from pages.models import CenterSettings

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(kept_world):
    world = kept_world
    client = Client()
    client.force_login(world.stranger.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def look():
        return client.get(reverse("casework:emergency_open")).content.decode()

    return look


def test_emergency_screen_shows_the_numbers_that_editors_keep(page):
    numbers = [
        ("number", {"number": "#7119", "label": "救急の相談"}),
        ("number", {"number": "110", "label": "警察"}),
    ]
    CenterSettings.objects.create(site=Site.objects.get(is_default_site=True), emergency_numbers=numbers)

    text = page()

    assert '<a class="m-tel" href="tel:%237119">#7119</a> 救急の相談' in text
    assert '<a class="m-tel" href="tel:110">110</a> 警察' in text
    assert "119番" not in text


def test_emergency_screen_without_numbers_has_no_empty_list(page):
    text = page()

    assert "救急や警察への電話が先です。" in text
    assert 'class="m-tel"' not in text
