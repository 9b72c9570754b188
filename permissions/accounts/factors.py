"""Second factors: passkey, authenticator app, printed codes. Each code counts once."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import vault

# What allauth takes for "has a second factor"; for us a sheet of printed codes is one, too.
_DEVICES = {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}


class MfaAdapter(DefaultMFAAdapter):
    """allauth's second factor by our rules."""

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """Count printed codes alone as a second factor: not everybody here has a smartphone."""
        if types is not None and set(types) == _DEVICES:
            types = None
        return bool(super().is_mfa_enabled(user, types=types))

    def encrypt(self, text: str) -> str:
        return vault.lock(text)

    def decrypt(self, encrypted_text: str) -> str:
        return vault.unlock(encrypted_text)

    def _get_user_identifier(self, user: Any) -> str:
        return str(user.get_username())

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002 -- allauth's name
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("パスキー%(number)d") % {"number": number}


@transaction.atomic
def take_code(user_id: int, code: str) -> Authenticator | None:
    """Return the factor of this person that the code belongs to, and use the code up; else None.

    allauth remembers used codes of an app in the cache, which may forget; here the step is kept with the
    factor, under its lock.
    """
    get_user_model().objects.select_for_update().filter(pk=user_id).first()
    rows = Authenticator.objects.filter(user_id=user_id).exclude(type=Authenticator.Type.WEBAUTHN)
    typed = "".join(code.split()).replace("-", "")
    return next((row for row in rows.order_by("pk") if _takes(row, typed)), None)


def _takes(row: Authenticator, code: str) -> bool:
    if row.type != Authenticator.Type.TOTP:
        return bool(row.wrap().validate_code(code))
    secret, last = decrypt(row.data["secret"]), row.data.get("last_step", -1)
    for step in yield_hotp_counters_from_time():
        if step > last and constant_time_compare(format_hotp_value(hotp_value(secret, step)), code):
            row.data["last_step"] = step
            row.save(update_fields=["data"])
            return True
    return False


class _TakesCode:
    """What both of allauth's forms for codes do with the code."""

    user: Any
    cleaned_data: dict[str, Any]
    authenticator: Authenticator

    def clean_code(self) -> str:
        from . import tries  # noqa: PLC0415 -- it takes codes, too

        code: str = self.cleaned_data["code"]
        if not tries.code_may_be_tried(context.request, self.user):
            raise get_account_adapter().validation_error("too_many_login_attempts")
        found = take_code(self.user.pk, code)
        if found is None:
            tries.code_was_wrong(self.user)
            raise MfaAdapter().validation_error("incorrect_code")
        tries.code_was_right(context.request, self.user)
        found.user = self.user
        self.authenticator = found
        return code


class CodeForm(_TakesCode, AuthenticateForm):
    """The second step of a log-in."""


class ProofForm(_TakesCode, ReauthenticateForm):
    """Proving anew who one is."""


class NewPasskeyForm(AddWebAuthnForm):
    """A new passkey; allauth leaves its name without a label."""

    name = forms.CharField(label=gettext_lazy("名前"), required=False, max_length=80)


class PasskeyNameForm(EditWebAuthnForm):
    """Another name for a passkey."""

    name = forms.CharField(label=gettext_lazy("名前"), max_length=80)
