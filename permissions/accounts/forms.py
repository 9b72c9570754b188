from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth import get_user_model, password_validation
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Agency, AgencyKind, LegalType, Membership
from permissions.agencies.selectors import agencies_for, memberships_of
from permissions.audit.actions import record
from permissions.paper import pdf_available
from permissions.roles import ROLES, roles_given_by
from permissions.typed import TypedMixin
from permissions.viewer import Viewer

from .invitations import Invited
from .models import InvitationKind
from .tasks import send_reset

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ActingForm(forms.Form):
    """The choice of the agency a person acts for."""

    membership = forms.ModelChoiceField(
        queryset=Membership.objects.none(), label=_("どの機関として使うか"), empty_label=None
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["membership"]
        field.queryset = memberships_of(user)
        field.label_from_instance = lambda membership: (
            f"{membership.agency.name}（{membership.role_rights.label}）"
        )


class LoginForm(allauth_forms.LoginForm):
    """allauth's form, with room for a second factor when passwords alone are not looked at for a while."""

    code = forms.CharField(
        label=_("2段階目の番号"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        help_text=_("認証アプリの数字か、紙に印刷された番号の一つ。"),
    )

    @property
    def is_slowed(self) -> bool:
        return getattr(self.request, "is_slowed", False) or bool(self.data.get("code"))


class ResetForm(allauth_forms.ResetPasswordForm):
    """Does the same for an address that is somebody's and for one that is nobody's: looks once, queues one task.

    Sending at once would tell them apart by the time it takes (assurance.md A30).
    """

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        people = get_user_model().objects.filter(email__iexact=email, is_active=True)
        with transaction.atomic():
            send_reset.enqueue(list(people.order_by("pk").values_list("pk", flat=True)[:5]))
            record(None, "reset_requested", None)
        return email


class InvitationForm(TypedMixin, forms.Form):
    """Who is to come, in which role, and how they are told."""

    agency = forms.ModelChoiceField(queryset=Agency.objects.none(), label=_("機関"), empty_label=None)
    last_name = forms.CharField(label=_("姓"), max_length=40)
    first_name = forms.CharField(label=_("名"), max_length=40)
    role = forms.ChoiceField(label=_("役割"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(
        label=_("渡し方"),
        choices=InvitationKind.choices,
        initial=InvitationKind.MAIL,
        widget=forms.RadioSelect,
        help_text=_(
            "紙は、メールやスマートフォンを使わない人のためのものです。印刷して、本人に手渡してください。"
        ),
    )
    email = forms.EmailField(
        label=_("メールアドレス"), required=False, help_text=_("メールのリンクを選んだときに書きます。")
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        agencies = agencies_for(viewer)
        agency: Any = self.fields["agency"]
        agency.queryset = agencies
        if not viewer.may("agencies.manage"):
            del self.fields["agency"]
        given: set[str] = set()
        for is_center in set(agencies.values_list("is_center", flat=True)):
            given |= roles_given_by(viewer.role, in_center=is_center)
        role: Any = self.fields["role"]
        role.choices = [(code, each.label) for code, each in ROLES.items() if code in given]
        if not pdf_available():
            kind: Any = self.fields["kind"]
            kind.choices = [(InvitationKind.MAIL.value, InvitationKind.MAIL.label)]
        if len(given) == 1:
            role.initial = next(iter(given))

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        agency = values.get("agency", self.viewer.agency)
        role = values.get("role")
        if role and role not in roles_given_by(self.viewer.role, in_center=agency.is_center):
            self.add_error("role", gettext("この機関では、この役割を使えません。"))
        if (
            values.get("kind") == InvitationKind.MAIL
            and not values.get("email")
            and "email" not in self.errors
        ):
            self.add_error("email", gettext("メールアドレスを書くか、紙を選んでください。"))
        return values

    def invited(self) -> Invited:
        values = self.cleaned_data
        return Invited(
            agency=values.get("agency", self.viewer.agency),
            role=values["role"],
            last_name=values["last_name"],
            first_name=values["first_name"],
            email=values["email"],
        )


class PeopleFilterForm(forms.Form):
    """Whose people to show, for the system administrator."""

    agency = forms.ModelChoiceField(
        queryset=Agency.objects.none(),
        label=_("機関"),
        required=False,
        to_field_name="code",
        empty_label=_("すべての機関"),
    )

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency: Any = self.fields["agency"]
        agency.queryset = agencies_for(viewer)


class NewPasswordForm(forms.Form):
    """A password chosen by the person themselves, typed twice."""

    password1 = forms.CharField(
        label=_("新しいパスワード"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "12文字以上。15文字以上をおすすめします。覚えやすい言葉をいくつか並べた文でもかまいません。"
        ),
    )
    password2 = forms.CharField(
        label=_("新しいパスワード（もう一度）"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def person(self) -> User | None:
        """Return whose password it becomes, for rules that compare it with their name."""
        return None

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        first, second = values.get("password1"), values.get("password2")
        if first and second and first != second:
            self.add_error("password2", gettext("同じパスワードを、2回書いてください。"))
        if first:
            try:
                password_validation.validate_password(first, self.person())
            except ValidationError as error:
                self.add_error("password1", error)
        return values


class PaperForm(NewPasswordForm):
    """What stands on the sheet, and the password the person chooses."""

    username = forms.CharField(
        label=_("ユーザー名"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    code = forms.CharField(
        label=_("紙の番号"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        help_text=_("大文字と小文字は、どちらでもかまいません。区切りの線は、書かなくてもかまいません。"),
    )
    field_order = ("username", "code", "password1", "password2")


class AgencyForm(TypedMixin, forms.Form):
    """A new agency."""

    code = forms.SlugField(
        label=_("記号"), max_length=40, help_text=_("英小文字・数字・ハイフン。例：kenko-higashi")
    )
    name = forms.CharField(label=_("名前"), max_length=80)
    kind = forms.ChoiceField(label=_("種類"), choices=AgencyKind.choices)
    legal_type = forms.ChoiceField(label=_("法的な立場"), choices=LegalType.choices)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if Agency.objects.filter(code=code).exists():
            raise ValidationError(gettext("この記号は、もう使われています。"))
        return code

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Agency.objects.filter(name=name).exists():
            raise ValidationError(gettext("この名前の機関は、もうあります。"))
        return name
