"""One's own screens: what each shows, whole, and where each act leads and what it says."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from permissions.accounts import invitations, views
from permissions.accounts.invitations import Invited
from permissions.accounts.models import Invitation, Session
from permissions.accounts.sessions import sessions_of
from permissions.agencies.actions import add_membership
from permissions.agencies.models import Membership
from permissions.viewer import SESSION_KEY
from permissions.walls.context import acting_for
from tests.permissions.accounts.conftest import BACKEND

pytestmark = pytest.mark.django_db

PASSWORD = "ひかりの道をゆく八十八歩"
TYPED = {"password1": PASSWORD, "password2": PASSWORD}


def page_of(answer, status=200):
    assert answer.status_code == status
    return answer.template_name, answer.context_data


def outcome(answer):
    """Return where an act leads, and what it said last."""
    said = [(str(message), message.level_tag) for message in get_messages(answer.wsgi_request)]
    return answer.status_code, answer["Location"], said[-1:]


def went(path, *texts):
    return 302, path, [(text, "success") for text in texts]


# --- acting for an agency -------------------------------------------------------------------------------


def test_agency_that_one_acts_for_is_shown_and_changed(world, signed_in, settings):
    second = add_membership(user=world.anshin_worker.user, agency=world.kenko, role="agency_staff")
    client, url = signed_in(world.anshin_worker), reverse("accounts:acting")

    template, words = page_of(client.get(url))
    assert (template, words.keys()) == ("marugoto_permissions/acting.html", {"form"})
    form = words["form"]
    assert (form.is_bound, form["membership"].value()) == (False, world.anshin_worker.membership.pk)
    assert [(key.value, label) for key, label in form.fields["membership"].choices] == [
        (world.anshin_worker.membership.pk, "機関 anshin（支援関係機関職員）"),
        (second.pk, "機関 kenko（支援関係機関職員）"),
    ]
    assert outcome(client.post(url, {"membership": second.pk})) == went(settings.LOGIN_REDIRECT_URL)
    assert client.session[SESSION_KEY] == second.pk
    _template, wrong = page_of(client.post(url, {"membership": world.chief.membership.pk}))
    assert wrong["form"].errors.keys() == {"membership"}


# --- sessions -------------------------------------------------------------------------------------------


def test_own_sessions_are_listed_with_the_one_of_this_browser(world, signed_in):
    client, other = signed_in(world.anshin_worker), signed_in(world.anshin_worker)
    signed_in(world.kenko_worker)

    template, words = page_of(client.get(reverse("accounts:sessions")))

    here = Session.objects.with_key(client.session.session_key).get()
    there = Session.objects.with_key(other.session.session_key).get()
    assert (template, words.keys()) == ("marugoto_permissions/sessions.html", {"rows"})
    assert sorted(words["rows"], key=lambda row: row[1]) == [(there, False), (here, True)]


def test_ending_sessions_says_so_and_leads_back(world, signed_in, entries):
    client, one, two = (signed_in(world.anshin_worker) for _each in range(3))
    row = Session.objects.with_key(one.session.session_key).get()

    ended = client.post(reverse("accounts:session_end", args=[row.pk]))
    gone = client.post(reverse("accounts:session_end", args=[row.pk])).status_code
    others = client.post(reverse("accounts:sessions_end_others"))

    assert outcome(ended) == went("/accounts/sessions/", "ログインを終わりにしました。")
    assert gone == 404
    assert outcome(others) == went("/accounts/sessions/", "ほかの1個のログインを終わりにしました。")
    left = sessions_of(world.anshin_worker.user.pk).get()
    assert left == Session.objects.with_key(client.session.session_key).get()
    assert "_auth_user_id" not in two.session
    who = world.anshin_worker.user.pk
    noted = entries(verb__contains="session", user_id=who)
    assert [(e.verb, e.subject, e.subject_id, e.detail) for e in noted] == [
        ("session_ended", "marugoto_permissions.session", str(row.pk), {}),
        ("sessions_ended", "auth.user", str(who), {"sessions_ended": 1}),
    ]


# --- an invitation --------------------------------------------------------------------------------------


@pytest.fixture
def link(world):
    invited = Invited(world.anshin, "agency_staff", "雨宮", "灯", "amamiya@mihon.invalid")
    with acting_for(world.anshin_admin):
        row = invitations.invite_by_mail(invited, by=world.anshin_admin)
    _address, secret = invitations.new_link(str(row.pk))
    return reverse("accounts:invitation", args=[secret])


def the_invitation(world):
    with acting_for(world.anshin_admin):
        return Invitation.objects.get()


def test_invitation_shows_a_form_until_a_password_is_good_and_then_signs_in(world, link):
    client, invitation = Client(), the_invitation(world)
    template, words = page_of(client.get(link))
    assert (template, words.keys()) == ("marugoto_permissions/invitation.html", {"form", "invitation"})
    assert (words["invitation"], words["form"].is_bound) == (invitation, False)
    again, wrong = page_of(client.post(link, {"password1": PASSWORD, "password2": "other"}))
    assert (again, wrong["form"].errors) == (
        template,
        {"password2": ["同じパスワードを、2回書いてください。"]},
    )

    assert outcome(client.post(link, TYPED)) == went("/accounts/2fa/")

    user = get_user_model().objects.get(last_name="雨宮")
    assert (client.session["_auth_user_id"], client.session["_auth_user_backend"]) == (str(user.pk), BACKEND)
    assert user.check_password(PASSWORD)


def is_gone(answer, link):
    """Return whether the page says that a link is no more, as a page of ours with all that stands on each."""
    template, _words = page_of(answer, 404)
    return (template, answer.context["request"].path) == ("marugoto_permissions/invitation_gone.html", link)


def test_link_that_is_no_more_says_so(world, link, monkeypatch):
    invitation = the_invitation(world)
    with acting_for(world.anshin_admin):
        invitations.revoke(invitation, by=world.anshin_admin)

    for answer in (Client().get(link), Client().post(link, TYPED)):
        assert is_gone(answer, link)


@pytest.mark.parametrize("is_in", [False, True])
def test_link_that_somebody_used_in_the_same_moment_says_so(world, link, signed_in, monkeypatch, is_in):
    invitation = the_invitation(world)
    client = signed_in(world.kenko_worker) if is_in else Client()
    used = Client().post(link, TYPED)
    monkeypatch.setattr(views.invitations, "invitation_of_link", lambda secret: invitation)

    assert used.status_code == 302
    assert is_gone(client.post(link, TYPED), link)


def test_who_is_signed_in_joins_by_saying_so(world, link, signed_in):
    client = signed_in(world.kenko_worker)

    template, words = page_of(client.get(link))
    answer = client.post(link)

    assert template == "marugoto_permissions/invitation_join.html"
    assert words.keys() == {"invitation"}
    assert words["invitation"].agency == world.anshin
    assert outcome(answer) == went("/accounts/acting/", "所属が加わりました。")
    assert Membership.objects.filter(user=world.kenko_worker.user, agency=world.anshin).exists()


# --- a sheet --------------------------------------------------------------------------------------------

NO_FIT = "ユーザー名と番号が合わないか、期限が切れているか、もう使われています。紙をもう一度見て、合っていれば所属の管理者に知らせてください。"
SLOWER = "短いあいだに何度も試されました。10分ほど待ってから、もう一度お試しください。"
PAPER = "/accounts/paper/"


@pytest.fixture
def sheet(world):
    invited = Invited(world.anshin, "agency_staff", "雨宮", "灯")
    with acting_for(world.anshin_admin):
        return invitations.invite_on_paper(invited, by=world.anshin_admin)


def test_sheet_is_typed_until_it_fits(world, sheet):
    client = Client()
    typed = {"username": sheet.username, "code": sheet.code, **TYPED}

    template, words = page_of(client.get(PAPER))
    _template, wrong = page_of(client.post(PAPER, {**typed, "username": "anshin"}))
    good = client.post(PAPER, typed)

    assert (template, words.keys()) == ("marugoto_permissions/paper.html", {"form"})
    assert (words["form"].is_bound, wrong["form"].errors) == (False, {"__all__": [NO_FIT]})
    text = "パスワードを決めました。紙の番号の一つを使って、ログインしてください。"
    assert outcome(good) == went("/accounts/login/", text)


def test_who_tries_too_often_from_one_network_is_told_to_wait(world, sheet):
    limit = views.PAPER_PER_NETWORK
    for _try in range(limit.allowed):
        assert limit.take("192.0.2.7")
    typed = {"username": sheet.username, "code": sheet.code, **TYPED}

    _template, words = page_of(Client(REMOTE_ADDR="192.0.2.7").post(PAPER, typed))

    assert words["form"].errors == {"__all__": [SLOWER]}
    assert Client(REMOTE_ADDR="192.0.2.8").post(PAPER, typed).status_code == 302
