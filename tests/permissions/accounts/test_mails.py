"""Every mail about an account, word by word, and to whom none goes."""

import pytest
from django.urls import reverse

from permissions.accounts import invitations, mails
from permissions.accounts.invitations import Invited
from permissions.accounts.mails import (
    NOTICES,
    mail_invitation,
    mail_notice,
    mail_renewal_reminder,
    mail_reset,
    path_to_new_password,
)
from permissions.agencies.actions import end_membership
from permissions.walls.context import acting_for

pytestmark = pytest.mark.django_db

ADDRESS = "anshin@mihon.invalid"
UNKNOWN = "心当たりがないときは、所属の管理者に知らせてください。"


@pytest.fixture
def user(world, settings):
    settings.WAGTAIL_SITE_NAME, settings.WAGTAILADMIN_BASE_URL = "見本", "https://center.example"
    settings.DEFAULT_FROM_EMAIL = "center@mihon.invalid"
    world.anshin_worker.user.email = ADDRESS
    world.anshin_worker.user.save()
    return world.anshin_worker.user


def told(mailoutbox):
    return [(mail.to, mail.from_email, mail.subject, mail.body) for mail in mailoutbox]


def mail_of(subject, text, path):
    body = f"{text}\n\nhttps://center.example{path}\n\n{UNKNOWN}\n"
    return ([ADDRESS], "center@mihon.invalid", f"[見本] {subject}", body)


@pytest.mark.parametrize("kind", NOTICES)
def test_notice_says_what_changed_and_where_to_look(user, mailoutbox, kind):
    mail_notice(user.pk, kind)

    assert told(mailoutbox) == [mail_of("アカウントのお知らせ", str(NOTICES[kind]), "/accounts/2fa/")]


@pytest.mark.parametrize("change", [{"email": ""}, {"is_active": False}])
def test_no_notice_goes_to_who_has_no_address_or_is_shut(user, world, monkeypatch, change):
    sent = []
    monkeypatch.setattr(mails, "send_mail", lambda *arguments: sent.append(arguments[3]))
    world.kenko_worker.user.email = "kenko@mihon.invalid"
    world.kenko_worker.user.save()
    for name, value in change.items():
        setattr(user, name, value)
    user.save()

    mail_notice(user.pk, "password_changed")
    mail_notice(0, "password_changed")
    mail_reset([user.pk, 0])

    assert sent == []


def test_invitation_has_its_link_once_it_is_open(user, world, mailoutbox, monkeypatch):
    monkeypatch.setattr(invitations.secrets, "token_urlsafe", lambda size: "s" * size)
    invited = Invited(world.anshin, "agency_staff", "雨宮", "灯", ADDRESS)
    with acting_for(world.anshin_admin):
        row = invitations.invite_by_mail(invited, by=world.anshin_admin)
    mail_invitation(str(row.pk))
    with acting_for(world.anshin_admin):
        row.refresh_from_db()
        invitations.revoke(row, by=world.anshin_admin)
    mail_invitation(str(row.pk))

    text = "下のリンクから、パスワードを決めてください。リンクは14日のあいだ、一回だけ使えます。"
    path = reverse("accounts:invitation", args=["s" * 24])
    assert told(mailoutbox) == [mail_of("ご利用の案内", text, path)]
    assert invitations.invitation_of_link("s" * 24) is None


def test_reset_goes_to_each_with_a_link_of_their_own(user, world, mailoutbox, client):
    world.kenko_worker.user.email = "kenko@mihon.invalid"
    world.kenko_worker.user.save()

    mail_reset([user.pk])

    text = "下のリンクから、新しいパスワードを決めてください。"
    path = path_to_new_password(user)
    assert told(mailoutbox) == [mail_of("パスワードの決めなおし", text, path)]
    assert client.get(path)["Location"].startswith("/accounts/password/reset/key/")

    mailoutbox.clear()
    mail_reset([user.pk, world.kenko_worker.user.pk])
    assert sorted(mail.to for mail in mailoutbox) == [[ADDRESS], ["kenko@mihon.invalid"]]


def test_administrator_is_reminded_while_they_are_one_and_can_be_reached(user, world, mailoutbox):
    membership = world.anshin_worker.membership
    text = "3月31日で終わる所属があります。続ける人の所属を更新してください。"

    mail_renewal_reminder(membership.pk)
    assert told(mailoutbox) == [mail_of("所属の更新", text, "/accounts/people/")]

    mailoutbox.clear()
    mail_renewal_reminder(world.kenko_worker.membership.pk)  # without an address
    end_membership(membership, by=None)
    mail_renewal_reminder(membership.pk)
    assert mailoutbox == []
