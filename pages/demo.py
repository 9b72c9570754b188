"""The website of the invented city 見本市. Numbers and places are invented; nothing here is a real service."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from wagtail.models import Site

from .demo_texts import EMERGENCY, HOME, PAGES, WORRIES
from .first_site import make_home, publish
from .models import CenterSettings, ConsultationPage, ContentPage, HomePage

FORM_SLUG = "soudan"


@transaction.atomic
def load() -> None:
    """Make the demo site. What an editor has changed since is left as it is."""
    if not settings.MARUGOTO_DEMO_ALLOWED:
        raise ImproperlyConfigured("the demo is loaded only under demo or test settings")
    home = make_home(
        headline=HOME["headline"],
        lead=HOME["lead"],
        worries=[("word", word) for word in WORRIES],
        body=HOME["body"],
    )
    _center(Site.objects.get(is_default_site=True))
    for entry in PAGES:
        _content_page(home, **entry)
    _consultation_page(home)


def _center(site: Site) -> None:
    center, created = CenterSettings.objects.get_or_create(site=site)
    if not created:
        return
    center.city = "見本市"
    center.phone = "000-0000-1234"
    center.fax = "000-0000-1235"
    center.address = (
        "見本市東雲区中央1丁目 見本市役所 別館2階\nエレベーターと、車いすで使えるトイレがあります。"
    )
    center.opening_hours = [
        ("opening", {"weekday": str(day), "opens": dt.time(8, 30), "closes": dt.time(17, 30)})
        for day in range(6)
    ]
    center.emergency_numbers = [("number", {"number": number, "label": label}) for number, label in EMERGENCY]
    center.save()
    site.site_name = "見本市福祉まるごとサポートセンター"
    site.save()


def _content_page(home: HomePage, *, slug: str, **fields: Any) -> None:
    if home.get_children().filter(slug=slug).exists():
        return
    page = ContentPage(slug=slug, **fields)
    home.add_child(instance=page)
    publish(page)


def _consultation_page(home: HomePage) -> None:
    if ConsultationPage.objects.exists():
        return
    page = ConsultationPage(
        title="文字で相談する",
        slug="soudan",
        form_slug=FORM_SLUG,
        show_in_menus=True,
    )
    home.add_child(instance=page)
    publish(page)
    home.consultation_page = page
    home.save()
    publish(home)
