"""Invitations by mail and on paper: who may give them, that they work once, and who sees them."""

import datetime as dt
import io
import re

import pypdf
import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from hypothesis import given
from hypothesis import strategies as st

from permissions.accounts import invitations
from permissions.accounts.codes import SIGNS, check_sign, code_typed, new_code
from permissions.accounts.invitations import Invited
from permissions.accounts.models import Invitation
from permissions.agencies.actions import add_membership, close_agency, disable_person
from permissions.agencies.models import Membership
from permissions.errors import NotAllowed
from permissions.walls import context
from permissions.walls.context import acting_for
from tests.permissions.accounts.conftest import PASSWORD as OLD_PASSWORD
from tests.worlds import make_viewer

pytestmark = pytest.mark.django_db

PASSWORD = "ひかりの道をゆく八十八歩"
PERSON = {"last_name": "雨宮", "first_name": "灯", "role": "agency_staff"}
DAY = dt.timedelta(days=1)


def invite(client, **values):
    return client.post(reverse("accounts:person_invite"), {**PERSON, **values})


def link_in(mail):
    return re.search(r"http\S+(/accounts/invitation/\S+/)", mail.body)[1]


@pytest.fixture
def link(world, signed_in, run_tasks, mailoutbox):
    invite(signed_in(world.anshin_admin), kind="mail", email="amamiya@mihon.invalid")
    run_tasks()
    return link_in(mailoutbox[0])


def take(path, client=None):
    client = client or Client()
    return client, client.post(path, {"password1": PASSWORD, "password2": PASSWORD})


# --- by mail -----------------------------------------------------------------------------------------


def test_mail_holds_a_link_and_nothing_of_the_person(world, link, mailoutbox):
    (mail,) = mailoutbox
    sent = f"{mail.subject} {mail.body} {mail.extra_headers}"

    assert mail.to == ["amamiya@mihon.invalid"]
    assert [word for word in ("雨宮", "灯", world.anshin.name, "amamiya") if word in sent] == []


def test_task_holds_the_number_of_the_invitation_only(world, signed_in):
    invite(signed_in(world.anshin_admin), kind="mail", email="amamiya@mihon.invalid")

    arguments = str(DBTaskResult.objects.get(task_path__endswith="send_invitation").args_kwargs)
    with acting_for(world.anshin_admin):
        assert str(Invitation.objects.get().pk) in arguments
    assert ("amamiya" in arguments, "雨宮" in arguments) == (False, False)


def test_link_makes_the_account_and_signs_in(world, link, entries):
    page = Client().get(link).content.decode()

    client, answer = take(link)

    user = get_user_model().objects.get(last_name="雨宮")
    membership = Membership.objects.get(user=user)
    assert world.anshin.name in page
    assert (answer["Location"], client.session["_auth_user_id"]) == ("/accounts/2fa/", str(user.pk))
    assert (membership.agency, membership.role) == (world.anshin, "agency_staff")
    assert user.check_password(PASSWORD)
    assert {entry.verb for entry in entries(verb__startswith="invitation")} == {"invitation_used"}


def test_link_works_once_and_leaves_no_name_behind(world, link):
    take(link)

    again, _answer = take(link)

    with acting_for(world.anshin_admin):
        row = Invitation.objects.get()
    assert Client().get(link).status_code == 404
    assert "_auth_user_id" not in again.session
    assert (row.last_name, row.first_name, row.email) == ("", "", "")


def test_link_lapses_by_the_clock_of_the_database(world, link, shift_clock):
    shift_clock(13 * DAY)
    before = Client().get(link).status_code
    shift_clock(14 * DAY + dt.timedelta(seconds=1))

    assert (before, Client().get(link).status_code) == (200, 404)
    take(link)
    assert not get_user_model().objects.filter(last_name="雨宮").exists()


def test_revoked_link_is_dead(world, link, signed_in):
    with acting_for(world.anshin_admin):
        row = Invitation.objects.get()

    signed_in(world.anshin_admin).post(reverse("accounts:invitation_revoke", args=[row.pk]))

    assert Client().get(link).status_code == 404


def test_link_of_a_closed_agency_is_dead(world, link):
    close_agency(world.anshin, by=None)

    assert Client().get(link).status_code == 404


def test_secret_is_stored_as_a_hash(world, link):
    secret = link.rstrip("/").rpartition("/")[2]

    with acting_for(world.sysadmin), connection.cursor() as cursor:
        cursor.execute("SELECT i::text FROM marugoto_permissions_invitation i")
        ((row,),) = cursor.fetchall()

    assert (len(secret) >= 32, secret in row) == (True, False)


def test_person_with_an_account_joins_with_it(world, link, signed_in):
    client = signed_in(world.kenko_worker)

    page = client.get(link).content.decode()
    client.post(link)

    assert "所属を加えますか" in page
    assert set(
        Membership.objects.filter(user=world.kenko_worker.user).values_list("agency__code", flat=True)
    ) == {
        "kenko",
        "anshin",
    }


def test_weak_password_is_refused_and_the_link_stays_good(link):
    answer = Client().post(link, {"password1": "short", "password2": "short"})

    assert answer.status_code == 200
    assert answer.context["form"].errors["password1"]
    assert take(link)[1].status_code == 302


# --- on paper ------------------------------------------------------------------------------------------


def print_sheet(client, **values):
    answer = invite(client, kind="paper", **values)
    return text_of(answer)


def text_of(answer):
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "no-store" in answer.headers["Cache-Control"]
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)
    return {
        "text": text,
        "username": re.search(r"anshin-\d{6}", text)[0],
        "code": re.search(r"(?:[0-9A-Z]{5}-){4}[0-9A-Z]{5}", text)[0],
        "factors": [each.replace(" ", "") for each in re.findall(r"\d{4} \d{4}", text)],
    }


def type_code(sheet, client=None, **values):
    typed = {
        "username": sheet["username"],
        "code": sheet["code"],
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    return (client or Client()).post(reverse("accounts:paper"), {**typed, **values})


def log_in(username, password, code):
    client = Client()
    client.post("/accounts/login/", {"login": username, "password": password})
    client.post(reverse("mfa_authenticate"), {"code": code})
    return client


def test_sheet_opens_the_site_to_a_person_without_mail_and_phone(world, signed_in, settings):
    settings.MARUGOTO_REQUIRE_MFA = True
    Authenticator.objects.create(
        user=world.anshin_admin.user, type="recovery_codes", data={"seed": "x", "used_mask": 0}
    )
    sheet = print_sheet(signed_in(world.anshin_admin))
    before = Membership.objects.filter(user__username=sheet["username"]).count()

    answer = type_code(sheet, code=sheet["code"].lower().replace("-", " "))
    client = log_in(sheet["username"], PASSWORD, sheet["factors"][0])
    again = log_in(sheet["username"], PASSWORD, sheet["factors"][0])

    assert (before, answer["Location"]) == (0, "/accounts/login/")
    assert client.get("/casework/").status_code == 200
    assert "_auth_user_id" not in again.session
    assert len(sheet["factors"]) == 10
    assert ("雨宮" in sheet["text"], "/accounts/paper/" in sheet["text"]) == (False, True)


def test_code_of_the_sheet_works_once(world, signed_in):
    sheet = print_sheet(signed_in(world.anshin_admin))
    type_code(sheet)

    answer = type_code(sheet, password1="another-long-password", password2="another-long-password")

    assert answer.status_code == 200
    assert get_user_model().objects.get(username=sheet["username"]).check_password(PASSWORD)


@pytest.mark.slow
@pytest.mark.parametrize("change", ["code", "username"])
def test_code_fits_its_own_user_name_only(world, signed_in, change):
    first = print_sheet(signed_in(world.anshin_admin))
    second = print_sheet(signed_in(world.anshin_admin), last_name="朝倉")

    answer = type_code(first, **{change: second[change]})

    assert answer.status_code == 200
    assert not get_user_model().objects.get(username=first["username"]).has_usable_password()


def test_unknown_name_and_wrong_code_look_the_same(world, signed_in):
    sheet = print_sheet(signed_in(world.anshin_admin))

    wrong = type_code(sheet, code=new_code())
    unknown = type_code(sheet, username="nobody-000000", code=new_code())

    assert list(wrong.context["form"].non_field_errors()) == list(unknown.context["form"].non_field_errors())


@pytest.mark.slow
def test_tries_of_one_network_are_limited(world, signed_in):
    sheet = print_sheet(signed_in(world.anshin_admin))
    for _each in range(20):
        type_code(sheet, code=new_code())

    refused, elsewhere = type_code(sheet), Client(REMOTE_ADDR="198.51.100.7")

    assert "10分ほど待って" in refused.content.decode()
    assert type_code(sheet, client=elsewhere).status_code == 302


@pytest.mark.slow
def test_new_sheet_replaces_the_old_one_and_asks_who_prints(world, signed_in, shift_clock):
    admin = signed_in(world.anshin_admin)
    old = print_sheet(admin)
    type_code(old)
    user = get_user_model().objects.get(username=old["username"])
    member = Membership.objects.get(user=user)
    shift_clock(dt.timedelta(minutes=6))

    asked = admin.post(reverse("accounts:person_sheet", args=[member.pk]))
    new = text_of(admin.post(asked["Location"], {"password": OLD_PASSWORD}))

    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert (new["username"], set(new["factors"]) & set(old["factors"])) == (old["username"], set())
    assert "_auth_user_id" not in log_in(old["username"], PASSWORD, old["factors"][5]).session
    assert "_auth_user_id" in log_in(old["username"], PASSWORD, new["factors"][0]).session
    type_code(new, password1="another-long-password", password2="another-long-password")
    user.refresh_from_db()
    assert user.check_password("another-long-password")


def test_sheet_does_not_open_an_account_that_was_shut(world, signed_in):
    sheet = print_sheet(signed_in(world.anshin_admin))
    user = get_user_model().objects.get(username=sheet["username"])

    disable_person(user, by=None)
    type_code(sheet)

    user.refresh_from_db()
    assert (user.is_active, user.has_usable_password()) == (False, False)


# --- the code ------------------------------------------------------------------------------------------


@given(st.text(alphabet=SIGNS, min_size=24, max_size=24), st.integers(0, 24), st.sampled_from(SIGNS))
def test_one_wrong_sign_is_found_before_anything_is_asked(signs, place, other):
    code = signs + check_sign(signs)
    wrong = code[:place] + other + code[place + 1 :]

    assert code_typed(code) == code
    assert (code_typed(wrong) == wrong) == (wrong == code)


def test_codes_are_read_as_they_are_meant():
    code = new_code()

    assert code_typed(code.replace("0", "O").replace("1", "l")) == code.replace("-", "")
    assert code_typed("".join(chr(ord(sign) + 0xFEE0) for sign in code)) == code.replace("-", "")
    assert code_typed("") is None
    assert len({new_code() for _each in range(1000)}) == 1000


# --- who may give what -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("giver", "agency", "role", "may"),
    [
        ("anshin_admin", "anshin", "agency_staff", True),
        ("anshin_admin", "anshin", "agency_admin", True),
        ("anshin_admin", "anshin", "coordinator", False),
        ("anshin_admin", "anshin", "editor", False),
        ("anshin_admin", "anshin", "sysadmin", False),
        ("anshin_admin", "anshin", "auditor", False),
        ("anshin_admin", "kenko", "agency_staff", False),
        ("anshin_admin", "center", "chief", False),
        ("center_admin", "center", "coordinator", True),
        ("center_admin", "center", "editor", True),
        ("center_admin", "center", "sysadmin", False),
        ("center_admin", "center", "auditor", False),
        ("center_admin", "center_itaku", "coordinator", False),
        ("sysadmin", "anshin", "agency_staff", True),
        ("sysadmin", "anshin", "chief", False),
        ("sysadmin", "center", "auditor", True),
        ("chief", "center", "reception", False),
        ("anshin_worker", "anshin", "agency_staff", False),
    ],
)
def test_administrators_give_what_fits_their_agency(world, giver, agency, role, may):
    world.center_admin = make_viewer("center-admin", world.center, "agency_admin")
    by, place = getattr(world, giver), getattr(world, agency)
    invited = Invited(place, role, "雨宮", "灯", "amamiya@mihon.invalid")

    with acting_for(by):
        if may:
            invitations.invite_by_mail(invited, by=by)
        else:
            with pytest.raises(NotAllowed):
                invitations.invite_by_mail(invited, by=by)


def test_administrator_cannot_take_over_somebody_with_more_elsewhere(world, signed_in):
    """With a new sheet in hand they could log in as that person, and act for the other agency."""
    user = world.chief.user
    second = add_membership(user=user, agency=world.anshin, role="agency_staff")
    client = signed_in(world.anshin_admin)

    statuses = [
        client.post(reverse(f"accounts:{name}", args=[second.pk])).status_code
        for name in ("person_sheet", "person_reset")
    ]

    user.refresh_from_db()
    assert statuses == [403, 403]
    assert user.check_password(OLD_PASSWORD)
    assert (
        "新しい紙を印刷する" not in client.get(reverse("accounts:person", args=[second.pk])).content.decode()
    )


# --- the wall --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("anshin_admin", True),
        ("sysadmin", True),
        ("anshin_worker", False),
        ("chief", False),
        ("auditor", False),
        ("stranger", False),
    ],
)
def test_database_shows_an_invitation_to_its_administrator_only(world, link, name, sees):
    with acting_for(getattr(world, name)):
        assert Invitation.objects.exists() is sees


def test_database_shows_nothing_to_nobody_and_to_another_secret(world, link):
    seen = [Invitation.objects.exists()]
    with context.link("0" * 64):
        seen.append(Invitation.objects.exists())
    with context.receipt("0" * 64):
        seen.append(Invitation.objects.exists())

    assert seen == [False, False, False]


def test_database_refuses_an_invitation_into_another_agency(world):
    row = Invitation(
        agency=world.kenko,
        kind="mail",
        role="agency_staff",
        created_by=world.anshin_admin.user,
        expires_at=dt.datetime(2099, 1, 1, tzinfo=dt.UTC),
    )

    with (
        acting_for(world.anshin_admin),
        pytest.raises(Exception, match="row-level security"),
        transaction.atomic(),
    ):
        row.save(force_insert=True)


def test_names_of_invitations_that_lapsed_are_forgotten(world, link, shift_clock):
    shift_clock(15 * DAY)

    invitations.forget_lapsed_invitations()

    with acting_for(world.sysadmin):
        row = Invitation.objects.get()
    assert (row.last_name, row.first_name, row.email) == ("", "", "")
