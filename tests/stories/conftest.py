from __future__ import annotations

from typing import Any

import pytest

from casework.demo_people import viewer
from forms_app import demo as forms_demo
from pages import demo as pages_demo
from permissions import demo as people_demo
from permissions.agencies.models import Agency
from tests.forms_app.conftest import publish

from .screen import PASSWORD


@pytest.fixture
def city(live_server: Any, settings: Any) -> None:
    """The people, pages and form of 見本市, and no case yet."""
    settings.MARUGOTO_FORM_HUMAN_SECONDS = 0
    people_demo.load(password=PASSWORD)
    pages_demo.load()
    center = Agency.objects.get(code="center-city")
    publish(forms_demo.new_form(center, center), viewer("editor"))
