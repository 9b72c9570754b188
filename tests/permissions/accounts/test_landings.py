"""Where somebody stands after signing in: on a screen of their own work, never on one that refuses them."""

import pytest

from tests.worlds import make_viewer

LANDINGS = {
    "chief": "/casework/",
    "anshin_worker": "/casework/",
    "anshin_admin": "/accounts/people/",
    "sysadmin": "/accounts/agencies/",
    "privacy": "/audit/alarms/",
    "auditor": "/audit/log/",
}


@pytest.fixture
def everybody(world):
    world.privacy = make_viewer("privacy", world.center, "privacy_officer")
    return world


@pytest.mark.parametrize("name", LANDINGS)
def test_each_role_lands_on_its_own_work(everybody, signed_in, name):
    answer = signed_in(getattr(everybody, name)).get("/accounts/login/", follow=True)

    assert answer.redirect_chain == [(LANDINGS[name], 302)]
    assert answer.status_code == 200


def test_editor_lands_in_the_editor(world, signed_in):
    assert signed_in(world.editor).get("/accounts/login/")["Location"] == "/cms/"


def test_editor_whose_wagtail_rights_are_gone_is_refused_and_not_sent_round(world, signed_in):
    world.editor.user.groups.clear()

    assert signed_in(world.editor).get("/cms/").status_code == 403


def test_administrator_does_not_enter_the_editor(world, signed_in):
    client = signed_in(world.sysadmin)

    assert client.get("/cms/").status_code == 403
    assert 'href="/cms/"' not in client.get("/accounts/agencies/").content.decode()
