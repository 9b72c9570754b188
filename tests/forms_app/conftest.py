from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache

from forms_app import demo
from forms_app.definitions.models import ConsultationForm, FormRevision
from forms_app.definitions.selectors import current_revision
from permissions.agencies.actions import add_membership, open_agency
from permissions.agencies.models import Agency, Ward
from permissions.demo import WARDS
from permissions.viewer import Viewer, viewer_of
from permissions.walls.context import acting_for


@dataclass
class Office:
    """Two center agencies, one other agency, and somebody in each role that matters to forms."""

    center: Agency
    itaku: Agency
    agency: Agency
    editor: Viewer
    reception: Viewer
    coordinator: Viewer
    chief: Viewer
    reader: Viewer
    stranger: Viewer
    sysadmin: Viewer


@pytest.fixture(autouse=True)
def no_waiting(settings: Any) -> None:
    """Let a test send as quickly as it likes, and start each one with all turns left."""
    settings.MARUGOTO_FORM_HUMAN_SECONDS = 0
    cache.clear()


def make_office() -> Office:
    center = _agency("center", is_center=True)
    itaku = _agency("itaku", is_center=True)
    agency = _agency("agency")
    for position, (code, name) in enumerate(WARDS):
        Ward.objects.create(code=code, name=name, position=position)
    return Office(
        center=center,
        itaku=itaku,
        agency=agency,
        editor=make_person("editor", center, "editor"),
        reception=make_person("reception", center, "reception"),
        coordinator=make_person("coordinator", itaku, "coordinator"),
        chief=make_person("chief", center, "chief"),
        reader=make_person("reader", agency, "agency_staff"),
        stranger=make_person("stranger", _agency("other"), "agency_staff"),
        sysadmin=make_person("sysadmin", center, "sysadmin"),
    )


def make_person(username: str, agency: Agency, role: str) -> Viewer:
    user = get_user_model().objects.create_user(username, password="a-long-password-for-tests")
    return viewer_of(add_membership(user=user, agency=agency, role=role))


def publish(form: ConsultationForm, viewer: Viewer) -> FormRevision:
    """Publish a form as its editor and return what was frozen."""
    with acting_for(viewer):
        if form._state.adding:
            form.save(force_insert=True)
        form.save_revision(user=viewer.user).publish(user=viewer.user, skip_permission_checks=True)
        form.refresh_from_db()
        revision = current_revision(form)
    assert revision is not None
    return revision


@pytest.fixture
def office(db: None) -> Office:
    return make_office()


@pytest.fixture
def revision(office: Office) -> FormRevision:
    """The demo's consultation form, published by the editor."""
    return publish(demo.new_form(office.center, office.center), office.editor)


@pytest.fixture
def typed() -> Callable[..., dict[str, Any]]:
    """Give what a browser would post: one story and more."""

    def make(**more: Any) -> dict[str, Any]:
        return {"story": "家賃が払えません", **more}

    return make


def _agency(code: str, *, is_center: bool = False) -> Agency:
    kind = "center" if is_center else "other"
    return open_agency(
        code=code, name=f"機関 {code}", kind=kind, legal_type="city_section", is_center=is_center
    )
