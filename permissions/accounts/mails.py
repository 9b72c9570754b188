"""Mails about accounts: a reason and a link, never a name, an agency or a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account import app_settings as account_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from permissions.agencies.selectors import viewer_for_membership

from .invitations import new_link

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NOTICES: dict[str, str | Promise] = {
    "password_changed": gettext_lazy("パスワードが変わりました。"),
    "factor_added": gettext_lazy("2段階のログインの方法が加わりました。"),
    "factor_removed": gettext_lazy("2段階のログインの方法がなくなりました。"),
    "codes_renewed": gettext_lazy("予備の番号が新しくなりました。"),
    "access_reset": gettext_lazy("管理者が、ログインの方法をやりなおせるようにしました。"),
    "provider_linked": gettext_lazy("市の認証基盤でも、ログインできるようになりました。"),
    "provider_unlinked": gettext_lazy("市の認証基盤では、ログインできなくなりました。"),
    "code_guessed": gettext_lazy(
        "正しいパスワードのあとに、2段階目の番号が何度もまちがえられました。心当たりがなければ、パスワードを変えてください。"
    ),
}


def mail_notice(user_id: int, kind: str) -> None:
    """Send one notice; nothing for people without a mail address."""
    user = get_user_model().objects.filter(pk=user_id, is_active=True).exclude(email="").first()
    if user is not None:
        _send(user.email, _("アカウントのお知らせ"), str(NOTICES[kind]), reverse("mfa_index"))


def mail_invitation(invitation_id: str) -> None:
    """Send the link of an open invitation; nothing if it was used, revoked or has lapsed."""
    made = new_link(invitation_id)
    if made is None:
        return
    address, secret = made
    _send(
        address,
        _("ご利用の案内"),
        _("下のリンクから、パスワードを決めてください。リンクは14日のあいだ、一回だけ使えます。"),
        reverse("accounts:invitation", args=[secret]),
    )


def mail_reset(user_ids: list[int]) -> None:
    """Send a link to choose a new password to each active person of these."""
    for user in get_user_model().objects.filter(pk__in=user_ids, is_active=True).exclude(email=""):
        text = _("下のリンクから、新しいパスワードを決めてください。")
        _send(user.email, _("パスワードの決めなおし"), text, path_to_new_password(user))


def path_to_new_password(user: User) -> str:
    """Return where this person chooses a password: once, within PASSWORD_RESET_TIMEOUT seconds."""
    tokens = account_settings.PASSWORD_RESET_TOKEN_GENERATOR()
    kept = {"uidb36": user_pk_to_url_str(user), "key": tokens.make_token(user)}
    return reverse("account_reset_password_from_key", kwargs=kept)


def mail_renewal_reminder(membership_id: int) -> None:
    """Remind one administrator, if they still are one."""
    viewer = viewer_for_membership(membership_id)
    if viewer is None or not viewer.user.email:
        return
    text = _("3月31日で終わる所属があります。続ける人の所属を更新してください。")
    _send(viewer.user.email, _("所属の更新"), text, reverse("accounts:people"))


def _send(address: str, subject: str, text: str, path: str) -> None:
    lines = [
        text,
        f"{settings.WAGTAILADMIN_BASE_URL}{path}",
        _("心当たりがないときは、所属の管理者に知らせてください。"),
    ]
    send_mail(f"[{settings.WAGTAIL_SITE_NAME}] {subject}", "\n\n".join(lines) + "\n", None, [address])
