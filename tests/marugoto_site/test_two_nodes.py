"""Two nodes as processes of their own, one database: what a citizen sends here arrives in the inbox there."""

import subprocess
import sys
import urllib.parse
import urllib.request

import pytest
from django.db import connection

from casework.intake.models import Contact
from forms_app import demo
from permissions.walls.context import acting_for
from tests.forms_app.conftest import make_office, publish
from tests.forms_app.visiting import codes, hidden
from tests.marugoto_site.conftest import status_of as _status
from tests.marugoto_site.conftest import wait_for as _wait_for

pytestmark = [pytest.mark.slow, pytest.mark.programs, pytest.mark.django_db(transaction=True)]


def test_what_is_sent_on_the_public_node_arrives_in_the_inbox_of_the_other(nodes):
    public, casework = nodes
    office = make_office()
    publish(demo.new_form(office.center, office.center), office.editor)
    connection.close()
    address = f"{public}/forms/soudan/"
    page = urllib.request.urlopen(address).read().decode()
    typed = {
        "revision": hidden(page, "revision"),
        "ticket": hidden(page, "ticket"),
        "story": "家賃が払えません",
    }
    body = urllib.parse.urlencode({**typed, "step": "send"}).encode()

    receipt = urllib.request.urlopen(address, body).read().decode()

    def arrived():
        with acting_for(office.chief):
            return list(Contact.objects.values_list("channel", "one_line"))

    assert len(codes(receipt)) == 2
    assert _wait_for(arrived) == [("web", "家賃が払えません")]
    assert [_status(f"{public}{path}") for path in ("/accounts/login/", "/casework/", "/cms/")] == [404] * 3
    assert [_status(f"{casework}{path}") for path in ("/accounts/login/", "/readyz")] == [200, 200]
    assert [_status(f"{casework}{path}") for path in ("/forms/soudan/", "/status/")] == [404, 404]
    assert _status(f"{public}/readyz") == 200


def test_public_node_does_not_start_as_the_role_of_the_staff(subprocess_environment):
    words = {**subprocess_environment, "MARUGOTO_NODE": "public"}
    command = [sys.executable, "-c", "import marugoto_site.wsgi"]

    ended = subprocess.run(command, env=words, capture_output=True, text=True, check=False)

    assert ended.returncode != 0
    assert "E107" in ended.stderr
