"""Forms about accounts: what may be chosen by whom, what is refused and in which words."""

import pytest
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from django_tasks_db.models import DBTaskResult

from permissions.accounts import forms as module
from permissions.accounts.forms import (
    ActingForm,
    AgencyForm,
    InvitationForm,
    LoginForm,
    NewPasswordForm,
    PaperForm,
    PeopleFilterForm,
    ResetForm,
)
from permissions.accounts.invitations import Invited
from permissions.agencies.actions import add_membership, end_membership
from permissions.agencies.models import Agency
from tests.worlds import make_viewer

pytestmark = pytest.mark.django_db

PASSWORD = "ひかりの道をゆく八十八歩"
PERSON = {
    "last_name": "雨宮",
    "first_name": "灯",
    "role": "agency_staff",
    "kind": "mail",
    "email": "a@mihon.invalid",
}


@pytest.fixture
def center_admin(world):
    return make_viewer("center-admin", world.center, "agency_admin")


def errors_of(form):
    return {name: list(texts) for name, texts in form.errors.items()}


def given_to(viewer):
    return " ".join(code for code, _label in InvitationForm(viewer=viewer).fields["role"].choices)


# --- inviting -------------------------------------------------------------------------------------------


def test_roles_and_agencies_that_each_administrator_may_choose(world, center_admin):
    every = (
        "reception coordinator chief outreach participation community agency_staff agency_admin editor"
        " privacy_officer auditor sysadmin"
    )

    assert given_to(world.anshin_admin) == "agency_staff agency_admin"
    assert (
        given_to(center_admin)
        == "reception coordinator chief outreach participation community agency_admin editor"
    )
    assert given_to(world.sysadmin) == every
    assert "agency" not in InvitationForm(viewer=world.anshin_admin).fields
    assert set(InvitationForm(viewer=world.sysadmin).fields["agency"].queryset) == set(Agency.objects.all())
    assert InvitationForm(viewer=world.anshin_admin).fields["role"].initial is None


def test_only_role_there_is_stands_chosen(world, monkeypatch):
    monkeypatch.setattr(module, "roles_given_by", lambda role, *, in_center: frozenset({"agency_staff"}))

    field = InvitationForm(viewer=world.anshin_admin).fields["role"]

    assert (field.initial, [code for code, _label in field.choices]) == ("agency_staff", ["agency_staff"])


def test_roles_of_every_kind_of_agency_are_offered_together(world, monkeypatch):
    here, elsewhere = frozenset({"chief"}), frozenset({"agency_staff"})
    monkeypatch.setattr(module, "roles_given_by", lambda role, *, in_center: here if in_center else elsewhere)

    assert given_to(world.sysadmin) == "chief agency_staff"
    assert given_to(world.anshin_admin) == "agency_staff"


def test_paper_is_offered_where_it_can_be_printed(world, monkeypatch):
    def kinds():
        return [
            (key, str(label))
            for key, label in InvitationForm(viewer=world.anshin_admin).fields["kind"].choices
        ]

    assert kinds() == [("mail", "メールのリンク"), ("paper", "紙の番号")]
    monkeypatch.setattr(module, "pdf_available", lambda: False)
    assert kinds() == [("mail", "メールのリンク")]


def test_valid_form_says_who_is_invited_where(world):
    own = InvitationForm(PERSON, viewer=world.anshin_admin)
    chosen = InvitationForm({**PERSON, "agency": world.kenko.pk}, viewer=world.sysadmin)

    assert (own.is_valid(), chosen.is_valid()) == (True, True)
    assert own.invited() == Invited(world.anshin, "agency_staff", "雨宮", "灯", "a@mihon.invalid")
    assert chosen.invited() == Invited(world.kenko, "agency_staff", "雨宮", "灯", "a@mihon.invalid")


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"kind": "mail", "email": ""}, {"email": ["メールアドレスを書くか、紙を選んでください。"]}),
        ({"kind": "paper", "email": ""}, {}),
        ({"role": "chief"}, {"role": ["この機関では、この役割を使えません。"]}),
    ],
)
def test_what_does_not_fit_together_is_said(world, changes, errors):
    form = InvitationForm({**PERSON, "agency": world.kenko.pk, **changes}, viewer=world.sysadmin)

    assert errors_of(form) == errors


def test_roles_of_the_center_fit_the_center(world, center_admin):
    values = {**PERSON, "role": "coordinator"}

    by_center = InvitationForm(values, viewer=center_admin)
    by_sysadmin = InvitationForm({**values, "agency": world.center.pk}, viewer=world.sysadmin)
    elsewhere = InvitationForm({**values, "agency": world.anshin.pk}, viewer=world.sysadmin)
    none_of_it = InvitationForm({**PERSON, "role": "agency_staff"}, viewer=center_admin)

    assert [errors_of(form) for form in (by_center, by_sysadmin)] == [{}, {}]
    assert errors_of(elsewhere) == {"role": ["この機関では、この役割を使えません。"]}
    assert errors_of(none_of_it).keys() == {"role"}


def test_address_that_is_none_is_said_once(world):
    form = InvitationForm({**PERSON, "email": "nowhere"}, viewer=world.anshin_admin)

    assert len(errors_of(form)["email"]) == 1
    assert errors_of(InvitationForm({**PERSON, "role": ""}, viewer=world.anshin_admin)).keys() == {"role"}


def test_forms_are_filled_by_name_too(world):
    second = add_membership(user=world.anshin_worker.user, agency=world.kenko, role="agency_staff")
    forms = [
        InvitationForm(data=PERSON, viewer=world.anshin_admin),
        PeopleFilterForm(data={"agency": "kenko"}, viewer=world.sysadmin),
        ActingForm(data={"membership": second.pk}, user=world.anshin_worker.user),
    ]

    assert [form.is_valid() for form in forms] == [True, True, True]


# --- the others -----------------------------------------------------------------------------------------


def test_people_are_shown_by_agencies_that_one_manages(world):
    shown = [
        set(PeopleFilterForm(viewer=viewer).fields["agency"].queryset)
        for viewer in (world.sysadmin, world.chief)
    ]

    assert shown == [set(Agency.objects.all()), set()]


def test_one_acts_for_ones_own_agencies_by_their_names(world):
    user = world.anshin_worker.user
    second = add_membership(user=user, agency=world.kenko, role="agency_admin")
    end_membership(add_membership(user=user, agency=world.jiritsu, role="agency_staff"), by=None)

    form = ActingForm(user=user)

    assert [(key.value, label) for key, label in form.fields["membership"].choices] == [
        (world.anshin_worker.membership.pk, "機関 anshin（支援関係機関職員）"),
        (second.pk, "機関 kenko（機関管理者）"),
    ]


def test_log_in_asks_for_a_code_once_it_is_slowed_or_somebody_typed_one(rf):
    def is_slowed(data=None, *, marked=None):
        request = rf.post("/accounts/login/")
        if marked is not None:
            request.is_slowed = marked
        return LoginForm(data, request=request).is_slowed

    assert [is_slowed(), is_slowed({"code": ""}), is_slowed(marked=False)] == [False, False, False]
    assert [is_slowed({"code": "1"}), is_slowed(marked=True)] == [True, True]


def test_reset_takes_at_most_five_people_in_the_order_of_their_numbers(world, entries):
    from django.contrib.auth import get_user_model

    people = [
        get_user_model().objects.create_user(f"p{n}", email="Shared@mihon.invalid", is_active=n != 1)
        for n in range(8)
    ]
    form = ResetForm({"email": "shared@MIHON.invalid"})
    assert form.is_valid()

    email = form.save(RequestFactory().get("/"))

    assert email == form.cleaned_data["email"] == "shared@mihon.invalid"
    assert DBTaskResult.objects.get().args_kwargs["args"] == [[people[n].pk for n in (0, 2, 3, 4, 5)]]
    (entry,) = entries(verb="reset_requested")
    assert (entry.user_id, entry.subject, entry.detail) == (None, "", {})


@pytest.mark.parametrize(
    ("first", "second", "errors"),
    [
        (PASSWORD, PASSWORD, {}),
        (PASSWORD, PASSWORD + " ", {"password2": ["同じパスワードを、2回書いてください。"]}),
        ("", PASSWORD, {"password1": ["この項目を入力してください。"]}),
        (PASSWORD, "", {"password2": ["この項目を入力してください。"]}),
    ],
)
def test_password_is_typed_twice(first, second, errors):
    assert errors_of(NewPasswordForm({"password1": first, "password2": second})) == errors


def test_password_is_measured_by_the_rules_and_for_its_person(monkeypatch):
    asked = []
    monkeypatch.setattr(
        module.password_validation, "validate_password", lambda *arguments: asked.append(arguments)
    )
    form = NewPasswordForm({"password1": PASSWORD, "password2": PASSWORD})
    monkeypatch.setattr(form, "person", lambda: "somebody")

    assert form.is_valid()
    assert asked == [(PASSWORD, "somebody")]
    assert NewPasswordForm().person() is None

    def refuses(*arguments):
        raise ValidationError(["too short", "too common"])

    monkeypatch.setattr(module.password_validation, "validate_password", refuses)
    refused = NewPasswordForm({"password1": "short", "password2": "short"})
    assert errors_of(refused) == {"password1": ["too short", "too common"]}


def test_fields_of_the_sheet_stand_in_the_order_of_the_sheet():
    assert list(PaperForm().fields) == ["username", "code", "password1", "password2"]


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({}, {}),
        ({"code": "kenko"}, {"code": ["この記号は、もう使われています。"]}),
        ({"name": "機関 kenko"}, {"name": ["この名前の機関は、もうあります。"]}),
    ],
)
def test_agency_is_known_by_code_and_by_name(world, changes, errors):
    form = AgencyForm(
        {"code": "npo", "name": "みほん食堂", "kind": "npo", "legal_type": "private", **changes}
    )

    assert errors_of(form) == errors
    assert errors or form.cleaned_data == {
        "code": "npo", "name": "みほん食堂", "kind": "npo", "legal_type": "private",
    }  # fmt: skip
