import datetime as dt
import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.management import CommandError, ManagementUtility, call_command
from django.test import Client

from permissions.accounts.mails import path_to_new_password
from permissions.agencies.actions import close_agency
from permissions.agencies.models import Agency, Membership
from permissions.walls.installer import install_sql, walls_of

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


# --- whole -------------------------------------------------------------------------------------------------

NPO = ("add_agency", "npo", "みほん食堂", "--kind", "npo", "--legal-type", "private")


def why(*words):
    with pytest.raises(CommandError) as refusal:
        call_command(*words)
    return str(refusal.value)


def test_agency_is_what_was_said(capsys):
    center = (
        "add_agency",
        "center",
        "センター",
        "--kind",
        "center",
        "--legal-type",
        "contractor",
        "--center",
    )
    said = [run(capsys, *NPO), run(capsys, *center)]

    assert said == ["Added npo.\n", "Added center.\n"]
    assert list(
        Agency.objects.order_by("pk").values_list("code", "name", "kind", "legal_type", "is_center")
    ) == [
        ("npo", "みほん食堂", "npo", "private", False),
        ("center", "センター", "center", "contractor", True),
    ]


@pytest.mark.parametrize("changed", [("npo", "別の名前"), ("other", "みほん食堂")])
def test_code_and_name_of_an_agency_are_its_own(capsys, changed):
    run(capsys, *NPO)

    assert why("add_agency", *changed, *NPO[3:]) == "There is an agency with this code or name already."


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (("add_agency",), "code, name, --kind, --legal-type"),
        (("add_member",), "username, --agency, --role"),
        (("end_member",), "username"),
        (("renew_member",), "username"),
        (("archive_audit",), "--before, --to"),
        (("wall_sql",), "app_label"),
    ],
)
def test_what_a_command_must_be_told(words, missing):
    assert why(*words) == f"Error: the following arguments are required: {missing}"


@pytest.mark.parametrize(
    ("words", "choices"),
    [
        (("add_agency", "x", "x", "--kind", "x", "--legal-type", "private"), "--kind: invalid choice: 'x'"),
        (("add_agency", "x", "x", "--kind", "npo", "--legal-type", "x"), "--legal-type: invalid choice: 'x'"),
        (("add_member", "x", "--agency", "x", "--role", "x"), "--role: invalid choice: 'x'"),
    ],
)
def test_what_a_command_knows_nothing_of(words, choices):
    assert choices in why(*words)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (
            "add_agency",
            [
                "Add an agency; with --center an organisation of the center. Its people come with add_member.",
                "code short name in Latin letters, e.g. kenko-higashi",
                "name name on screen",
            ],
        ),
        ("add_member", ["--agency AGENCY code of the agency"]),
        ("end_member", ["--agency AGENCY code of the agency; without it all memberships end"]),
        (
            "archive_audit",
            ["--before BEFORE year and month, like 2024-04: that month stays", "--to TO folder of the files"],
        ),
        (
            "verify_audit",
            [
                "--file FILE the seal file, if it is not settings.MARUGOTO_SEAL_FILE",
                "--archives ARCHIVES folder of archived months: check their rows, too",
                "--seal seal what is settled first, as the worker does every ten seconds",
                "--begin-file begin a new seal file after the last seal (the old one is lost, or lies elsewhere)",
            ],
        ),
    ],
)
def test_what_a_command_says_of_itself(capsys, command, told):
    with pytest.raises(SystemExit):
        ManagementUtility(["manage.py", command, "--help"]).execute()

    said = " ".join(capsys.readouterr().out.split())
    assert [words for words in told if words not in said] == []


def test_new_member_is_what_was_said_and_chooses_a_password_once(capsys, settings, monkeypatch):
    # A link made a second later is another.
    now = PasswordResetTokenGenerator()._now()
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: now)
    settings.WAGTAILADMIN_BASE_URL = "https://center.example"
    settings.PASSWORD_RESET_TIMEOUT = 2 * 3600 + 1
    run(capsys, *NPO)

    said = run(
        capsys, "add_member", "ito", "--agency", "npo", "--role", "agency_staff",
        "--last-name", "伊藤", "--first-name", "灯", "--email", "ito@mihon.invalid",
    )  # fmt: skip

    user = get_user_model().objects.get()
    assert (user.username, user.last_name, user.first_name, user.email, user.has_usable_password()) == (
        "ito", "伊藤", "灯", "ito@mihon.invalid", False,
    )  # fmt: skip
    assert list(Membership.objects.values_list("user", "agency__code", "role")) == [
        (user.pk, "npo", "agency_staff")
    ]
    link = f"https://center.example{path_to_new_password(user)}"
    assert said == (
        f"ito is agency_staff in npo.\nLink to choose a password, good once and for 2 hours: {link}\n"
    )


def test_new_member_of_whom_nothing_else_was_said_has_empty_names(capsys):
    run(capsys, *NPO)
    run(capsys, "add_member", "ito", "--agency", "npo", "--role", "agency_staff")

    assert get_user_model().objects.values_list("last_name", "first_name", "email").get() == ("", "", "")


def test_member_who_is_known_keeps_names_and_password(capsys):
    run(capsys, *NPO)
    user = get_user_model().objects.create_user("ito", password="x", last_name="伊藤")

    run(capsys, "add_member", "ito", "--agency", "npo", "--role", "agency_staff", "--last-name", "別")

    user.refresh_from_db()
    assert (user.last_name, user.check_password("x")) == ("伊藤", True)


def test_member_is_added_once_and_to_open_agencies_only(capsys):
    run(capsys, *NPO)
    words = ("add_member", "ito", "--agency", "npo", "--role", "agency_staff")
    run(capsys, *words)
    assert why(*words) == "ito has this role in npo already."

    close_agency(Agency.objects.get(), by=None)

    assert why("add_member", "sato", *words[2:]) == "There is no open agency npo. Add it with add_agency."


def test_nothing_is_left_of_a_member_who_was_refused(capsys):
    run(capsys, *NPO)

    assert why("add_member", "ito", "--agency", "npo", "--role", "chief") == (
        "role chief exists in the center only"
    )
    assert not get_user_model().objects.exists()


@pytest.fixture
def ito(capsys):
    """One who works for two agencies, and somebody else for one of them."""
    run(capsys, *NPO)
    run(capsys, "add_agency", "npo2", "みほん食堂2", *NPO[3:])
    for name, agency in (("ito", "npo"), ("ito", "npo2"), ("kato", "npo")):
        run(capsys, "add_member", name, "--agency", agency, "--role", "agency_staff")


def living():
    return set(Membership.objects.live().values_list("user__username", "agency__code"))


def test_membership_in_one_agency_is_ended_and_then_all(ito, capsys):
    said = run(capsys, "end_member", "ito", "--agency", "npo")
    assert (said, living()) == (
        "ito is no longer agency_staff in npo.\n",
        {("ito", "npo2"), ("kato", "npo")},
    )
    assert why("end_member", "ito", "--agency", "npo") == "There is no such membership today."

    said = run(capsys, "end_member", "ito")
    assert (said, living()) == ("ito is no longer agency_staff in npo2.\n", {("kato", "npo")})


def test_memberships_are_renewed_but_for_those_that_were_ended(ito, capsys):
    run(capsys, "end_member", "ito", "--agency", "npo2")
    Membership.objects.update(ends_on=dt.date(2021, 3, 31), starts_on=dt.date(2020, 4, 1))

    said = run(capsys, "renew_member", "ito")

    until = Membership.objects.get(user__username="ito", agency__code="npo").ends_on
    assert (said, living()) == (f"ito: npo until {until}.\n", {("ito", "npo")})
    assert why("renew_member", "nobody") == "There is no such membership."


def test_walls_of_an_app_are_printed(capsys):
    said = run(capsys, "wall_sql", "casework")

    assert said == install_sql(walls_of("casework"))
    assert "casework_case" in said
