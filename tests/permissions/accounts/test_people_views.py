"""The screens for managing people: what each shows, whole, and where each act leads and what it says."""

import datetime as dt

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth import get_user_model
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from permissions.accounts import people_views
from permissions.accounts.invitations import Invited, invite_by_mail
from permissions.accounts.models import Invitation, Session
from permissions.agencies.actions import add_membership, end_membership
from permissions.agencies.models import Agency, Membership
from permissions.agencies.years import renewed_until, today
from permissions.walls.context import acting_for
from tests.worlds import make_viewer

pytestmark = pytest.mark.django_db

PEOPLE = "/accounts/people/"


def page_of(answer):
    """Return the template and what it was given."""
    assert answer.status_code == 200
    return answer.template_name, answer.context_data


def outcome(answer):
    """Return where an act leads, and what it said last."""
    said = [(str(message), message.level_tag) for message in get_messages(answer.wsgi_request)]
    return answer.status_code, answer["Location"], said[-1:]


def went(path, text):
    return 302, path, [(text, "success")]


@pytest.fixture
def admin(world, signed_in):
    return signed_in(world.anshin_admin)


@pytest.fixture
def sysadmin(world, signed_in):
    return signed_in(world.sysadmin)


@pytest.fixture
def worker(world):
    return world.anshin_worker.membership


def ends(membership, day):
    Membership.objects.filter(pk=membership.pk).update(starts_on=dt.date(2020, 4, 1), ends_on=day)
    membership.refresh_from_db()


def invited_by_mail(world, viewer, **values):
    invited = Invited(**{"agency": viewer.agency, "role": "agency_staff", "last_name": "雨宮", "first_name": "灯",
                         "email": "amamiya@mihon.invalid"} | values)  # fmt: skip
    with acting_for(viewer):
        return invite_by_mail(invited, by=viewer)


# --- the list -------------------------------------------------------------------------------------------


def test_list_says_of_each_whether_they_have_a_factor_and_whether_they_lapsed(world, admin, worker):
    RecoveryCodes.activate(world.anshin_worker.user)
    RecoveryCodes.activate(world.kenko_worker.user)
    day = today()
    lapsed, last, always = (make_viewer(name, world.anshin).membership for name in ("b1", "b2", "b3"))
    for membership, until in ((lapsed, day - dt.timedelta(days=1)), (last, day), (always, None)):
        ends(membership, until)
    invited = [invited_by_mail(world, world.anshin_admin) for _ in range(4)]

    template, words = page_of(admin.get(PEOPLE))

    assert template == "marugoto_permissions/people.html"
    choice, found = words.pop("choice"), words.pop("invitations")
    assert [row.pk for row in found] == sorted(row.pk for row in invited)
    assert {
        row["membership"].user.username: (row["has_factor"], row["is_lapsed"]) for row in words.pop("rows")
    } == {
        "anshin-admin": (False, False),
        "anshin": (True, False),
        "b1": (False, True),
        "b2": (False, False),
        "b3": (False, False),
    }
    assert not choice.is_valid()
    assert words == {"renewable": 2, "shows_agency": False, "most": 0}


def test_list_of_all_agencies_may_be_narrowed_to_one(world, sysadmin):
    def shown(**query):
        _template, words = page_of(sysadmin.get(PEOPLE, query))
        return (
            {row["membership"].agency.code for row in words["rows"]},
            words["shows_agency"],
            words["choice"],
        )

    every, shows_agency, _choice = shown()
    one, _shows, choice = shown(agency="kenko")
    unknown, _shows, _choice = shown(agency="nowhere")

    assert every == unknown == {"anshin", "kenko", "jiritsu", "other", "center", "itaku"}
    assert (shows_agency, one) == (True, {"kenko"})
    assert choice.cleaned_data == {"agency": world.kenko}


def test_list_that_is_cut_off_says_so(world, admin, monkeypatch):
    monkeypatch.setattr(people_views, "PAGE_ROWS", 2)
    _template, full = page_of(admin.get(PEOPLE))
    make_viewer("third", world.anshin)
    _template, cut = page_of(admin.get(PEOPLE))
    monkeypatch.setattr(people_views, "PAGE_ROWS", 4)
    _template, whole = page_of(admin.get(PEOPLE))

    assert [(len(words["rows"]), words["most"]) for words in (full, cut, whole)] == [(2, 2), (2, 2), (3, 0)]


def test_invitations_are_listed_while_they_are_open(world, admin, sysadmin, shift_clock):
    invited_by_mail(world, world.anshin_admin)
    theirs = [len(page_of(client.get(PEOPLE))[1]["invitations"]) for client in (admin, sysadmin)]
    shift_clock(dt.timedelta(days=15))

    with acting_for(world.anshin_admin):
        later = Invitation.objects.open().count()
    assert (theirs, later) == ([1, 1], 0)


# --- inviting -------------------------------------------------------------------------------------------

PERSON = {"last_name": "雨宮", "first_name": "灯", "role": "agency_staff", "email": "amamiya@mihon.invalid"}


def test_form_for_inviting_is_shown_empty_and_again_with_what_is_wrong(world, admin):
    url = reverse("accounts:person_invite")

    template, words = page_of(admin.get(url))
    again, wrong = page_of(admin.post(url, {**PERSON, "kind": "mail", "email": ""}))

    assert template == again == "marugoto_permissions/person_invite.html"
    assert (words.keys(), words["has_pdf"], words["form"].is_bound) == ({"form", "has_pdf"}, True, False)
    assert wrong["form"].errors == {"email": ["メールアドレスを書くか、紙を選んでください。"]}
    assert wrong["has_pdf"] is True


def test_invitation_by_mail_leads_back_to_the_list(world, admin):
    answer = admin.post(reverse("accounts:person_invite"), {**PERSON, "kind": "mail"})

    assert outcome(answer) == went(PEOPLE, "案内のメールを送ります。")
    with acting_for(world.anshin_admin):
        row = Invitation.objects.get()
    assert (row.agency, row.email, row.created_by) == (
        world.anshin, "amamiya@mihon.invalid", world.anshin_admin.user,
    )  # fmt: skip


def test_sheet_is_a_file_that_no_browser_shows(world, admin):
    answer = admin.post(reverse("accounts:person_invite"), {**PERSON, "kind": "paper"})

    assert (answer.status_code, answer["Content-Type"], answer["Content-Disposition"]) == (
        200, "application/pdf", 'attachment; filename="login-sheet.pdf"',
    )  # fmt: skip
    assert answer.content.startswith(b"%PDF")


def test_sheet_is_printed_from_its_own_template_with_the_address_of_the_site(
    world, admin, worker, monkeypatch, settings
):
    settings.WAGTAILADMIN_BASE_URL = "https://center.example"
    printed = []
    monkeypatch.setattr(
        people_views,
        "pdf_of",
        lambda *arguments, **options: printed.append((arguments, options)) or b"%PDF-x",
    )

    answer = admin.post(reverse("accounts:person_sheet", args=[worker.pk]))

    (((template, words), style),) = printed
    assert (template, style, answer.content) == (
        "marugoto_permissions/sheet.html", {"style": "marugoto_permissions/sheet.css"}, b"%PDF-x",
    )  # fmt: skip
    assert words.pop("sheet").username == "anshin"
    assert words == {"site": "https://center.example"}


# --- one person -----------------------------------------------------------------------------------------


def person_page(client, membership):
    template, words = page_of(client.get(reverse("accounts:person", args=[membership.pk])))
    assert template == "marugoto_permissions/person.html"
    return words


def test_page_of_a_person_says_what_may_be_done_and_is_noted(world, admin, worker, entries):
    day, until = today(), renewed_until(today())
    ends(worker, until - dt.timedelta(days=1))

    assert person_page(admin, worker) == {
        "membership": worker, "may_reset": True, "has_pdf": True, "is_oneself": False, "is_renewable": True,
        "until": until, "is_lapsed": False,
    }  # fmt: skip
    (entry,) = entries(verb="read")
    assert (entry.user_id, entry.subject, entry.subject_id) == (
        world.anshin_admin.user.pk, "marugoto_permissions.membership", str(worker.pk),
    )  # fmt: skip
    own = person_page(admin, world.anshin_admin.membership)
    assert (own["is_oneself"], own["may_reset"]) == (True, True)
    said = {}
    for until_day in (None, until, day, day - dt.timedelta(days=1)):
        ends(worker, until_day)
        words = person_page(admin, worker)
        said[until_day] = (words["is_renewable"], words["is_lapsed"])
    assert said == {
        None: (False, False),
        until: (False, False),
        day: (day < until, False),
        day - dt.timedelta(days=1): (True, True),
    }


def test_who_has_more_elsewhere_may_be_seen_and_not_be_reset(world, admin, worker):
    add_membership(user=world.anshin_worker.user, agency=world.center, role="chief")

    assert person_page(admin, worker)["may_reset"] is False


@pytest.mark.parametrize(
    ("name", "back", "text"),
    [
        ("membership_end", "list", "所属を終わりにしました。ログインも切れました。"),
        ("membership_renew", "list", "所属を更新しました。"),
        (
            "person_reset",
            "person",
            "2段階目の方法を取り消しました。次のログインのあとに、本人が決めなおします。",
        ),
        ("person_shut", "person", "アカウントを停止しました。ログインも切れました。"),
        ("person_reopen", "person", "アカウントを、また使えるようにしました。"),
        ("person_end_sessions", "person", "2個のログインを終わりにしました。"),
    ],
)
def test_each_act_says_what_it_did_and_leads_back(world, admin, worker, entries, name, back, text):
    for number in range(2):
        Session(
            key_hash=str(number),
            user=world.anshin_worker.user,
            expires_at=timezone.now() + dt.timedelta(days=1),
        ).save()
    ends(worker, today())

    answer = admin.post(reverse(f"accounts:{name}", args=[worker.pk]))

    where = PEOPLE if back == "list" else reverse("accounts:person", args=[worker.pk])
    assert outcome(answer) == went(where, text)
    verb = {
        "membership_end": "membership_ended", "membership_renew": "membership_renewed",
        "person_reset": "factors_reset", "person_shut": "person_disabled", "person_reopen": "person_enabled",
        "person_end_sessions": "sessions_ended",
    }[name]  # fmt: skip
    assert [entry.user_id for entry in entries(verb=verb)] == [world.anshin_admin.user.pk]


def test_memberships_are_renewed_together_by_who_was_chosen(world, admin, worker, entries):
    until = renewed_until(today())
    other, later = (
        make_viewer("other-one", world.anshin).membership,
        make_viewer("later", world.anshin).membership,
    )
    ends(worker, until - dt.timedelta(days=1))
    ends(other, today())
    ends(later, until)
    url = reverse("accounts:memberships_renew")

    template, words = page_of(admin.get(url))
    answer = admin.post(url, {"membership": [str(worker.pk), str(later.pk), "x"]})

    assert template == "marugoto_permissions/memberships_renew.html"
    renewable = {worker, other} if today() < until else {worker}
    assert set(words.pop("rows")) == renewable
    assert words == {"until": until, "shows_agency": False}
    assert outcome(answer) == went(PEOPLE, "1人の所属を更新しました。")
    assert Membership.objects.get(pk=worker.pk).ends_on == until
    assert Membership.objects.get(pk=other.pk).ends_on == today()
    assert [(e.user_id, e.subject_id) for e in entries(verb="membership_renewed")] == [
        (world.anshin_admin.user.pk, str(worker.pk))
    ]


def test_renewing_of_all_agencies_names_them(sysadmin):
    _template, words = page_of(sysadmin.get(reverse("accounts:memberships_renew")))

    assert words["shows_agency"] is True


def test_invitation_is_taken_back_by_who_sees_it(world, admin, signed_in, entries):
    row = invited_by_mail(world, world.anshin_admin)
    url = reverse("accounts:invitation_revoke", args=[row.pk])
    kenko = signed_in(make_viewer("kenko-admin", world.kenko, "agency_admin"))

    foreign, done, again = kenko.post(url).status_code, admin.post(url), admin.post(url).status_code

    assert outcome(done) == went(PEOPLE, "招待を取り消しました。")
    assert (foreign, again) == (404, 404)
    assert [e.user_id for e in entries(verb="invitation_revoked")] == [world.anshin_admin.user.pk]


def test_invitation_that_was_used_since_the_page_was_shown_is_not_there(world, admin, entries, monkeypatch):
    row = invited_by_mail(world, world.anshin_admin)
    monkeypatch.setattr(people_views.invitations, "revoke", lambda invitation, *, by: False)

    answer = admin.post(reverse("accounts:invitation_revoke", args=[row.pk]))

    assert (answer.status_code, [str(message) for message in get_messages(answer.wsgi_request)]) == (404, [])


def test_membership_that_was_ended_is_not_there(world, admin, worker):
    end_membership(worker, by=None)

    assert admin.get(reverse("accounts:person", args=[worker.pk])).status_code == 404


# --- agencies -------------------------------------------------------------------------------------------

AGENCIES = "/accounts/agencies/"
NPO = {"code": "npo", "name": "みほん食堂", "kind": "npo", "legal_type": "private"}


def test_agencies_are_listed_with_ones_own_and_the_form(world, sysadmin):
    template, words = page_of(sysadmin.get(AGENCIES))
    _template, wrong = page_of(sysadmin.post(AGENCIES, {**NPO, "code": "kenko", "name": world.kenko.name}))

    assert template == "marugoto_permissions/agencies.html"
    assert (words.keys(), words["own"]) == ({"form", "agencies", "own"}, world.center.pk)
    assert set(words["agencies"]) == set(Agency.objects.all())
    assert (words["form"].is_bound, wrong["form"].errors) == (
        False,
        {"code": ["この記号は、もう使われています。"], "name": ["この名前の機関は、もうあります。"]},
    )


def test_agency_is_opened_and_closed_with_a_word(world, sysadmin, entries):
    opened = sysadmin.post(AGENCIES, NPO)
    agency = Agency.objects.get(code="npo")
    closed = sysadmin.post(reverse("accounts:agency_close", args=[agency.pk]))
    again = sysadmin.post(reverse("accounts:agency_close", args=[agency.pk]))

    assert outcome(opened) == went(AGENCIES, "機関を加えました。次に、機関管理者を招待してください。")
    assert outcome(closed) == went(AGENCIES, "機関を閉じました。職員のログインも切れました。")
    assert again.status_code == 404
    assert (agency.name, agency.kind, agency.legal_type, agency.is_center) == (
        "みほん食堂",
        "npo",
        "private",
        False,
    )
    by = [(e.verb, e.user_id) for e in entries(subject_id=str(agency.pk), verb__startswith="agency_")]
    assert by == [("agency_opened", world.sysadmin.user.pk), ("agency_closed", world.sysadmin.user.pk)]


def test_own_account_is_shut_by_nobody(world, sysadmin):
    answer = sysadmin.post(reverse("accounts:person_shut", args=[world.sysadmin.membership.pk]))

    assert answer.status_code == 403
    assert get_user_model().objects.get(pk=world.sysadmin.user.pk).is_active
