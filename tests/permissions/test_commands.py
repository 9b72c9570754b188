import datetime as dt
import re

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client

from permissions.agencies.models import Agency, Membership

pytestmark = pytest.mark.django_db


def run(capsys, *words):
    call_command(*words)
    return capsys.readouterr().out


def test_city_begins_with_three_commands(capsys, client):
    words = ("--kind", "center", "--legal-type", "city_section", "--center")
    run(capsys, "add_agency", "center", "サポートセンター", *words)
    said = run(capsys, "add_member", "sato", "--agency", "center", "--role", "chief", "--last-name", "佐藤")
    hours, link = re.search(r"good once and for (\d+) hours: https?://[^/]+(/\S+)", said).groups()
    password = "five-plain-words-of-mine"
    had_one = get_user_model().objects.get().has_usable_password()

    client.post(client.get(link)["Location"], {"password1": password, "password2": password})

    assert (hours, had_one) == ("72", False)
    assert Agency.objects.get().is_center
    assert Membership.objects.live().get().role == "chief"
    answer = client.post("/accounts/login/", {"login": "sato", "password": password})
    assert answer["Location"] == "/casework/"


def test_link_of_a_new_member_works_once(capsys, client):
    run(capsys, "add_agency", "npo", "みほん食堂", "--kind", "npo", "--legal-type", "private")
    said = run(capsys, "add_member", "ito", "--agency", "npo", "--role", "agency_staff")
    link = re.search(r"https?://[^/]+(/\S+)", said)[1]
    form = client.get(link)["Location"]
    client.post(form, {"password1": "five-plain-words-of-mine", "password2": "five-plain-words-of-mine"})

    again = Client().get(link)

    assert (again.status_code, 'name="password1"' in again.content.decode()) == (200, False)


def test_who_has_an_account_gets_no_link(capsys):
    run(capsys, "add_agency", "npo", "みほん食堂", "--kind", "npo", "--legal-type", "private")
    run(capsys, "add_member", "ito", "--agency", "npo", "--role", "agency_staff")

    said = run(capsys, "add_member", "ito", "--agency", "npo", "--role", "agency_admin")

    assert said == "ito is agency_admin in npo.\n"


def test_ended_member_is_out_at_once(capsys, client):
    run(capsys, "add_agency", "npo", "みほん食堂", "--kind", "npo", "--legal-type", "private")
    run(capsys, "add_member", "ito", "--agency", "npo", "--role", "agency_staff")
    client.force_login(
        get_user_model().objects.get(), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    before = client.get("/casework/").status_code

    run(capsys, "end_member", "ito")

    after = client.get("/casework/")
    assert (before, after.status_code, after["Location"]) == (200, 302, "/accounts/login/?next=/casework/")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("add_member", "ito", "--agency", "none", "--role", "agency_staff"), "no open agency"),
        (("add_member", "ito", "--agency", "npo", "--role", "chief"), "in the center only"),
        (("add_agency", "npo", "別の名前", "--kind", "npo", "--legal-type", "private"), "already"),
        (("end_member", "nobody"), "no such membership"),
    ],
)
def test_commands_refuse_with_a_reason_and_change_nothing(capsys, words, message):
    run(capsys, "add_agency", "npo", "みほん食堂", "--kind", "npo", "--legal-type", "private")

    with pytest.raises(CommandError, match=message):
        call_command(*words)

    assert (Agency.objects.count(), Membership.objects.count(), get_user_model().objects.count()) == (1, 0, 0)


def test_lapsed_member_comes_back_by_command(capsys):
    run(capsys, "add_agency", "npo", "みほん食堂", "--kind", "npo", "--legal-type", "private")
    run(capsys, "add_member", "ito", "--agency", "npo", "--role", "agency_staff")
    Membership.objects.update(starts_on=dt.date(2020, 4, 1), ends_on=dt.date(2021, 3, 31))
    lapsed = Membership.objects.live().exists()

    run(capsys, "renew_member", "ito")

    assert (lapsed, Membership.objects.live().count()) == (False, 1)
