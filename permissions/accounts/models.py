"""Who is signed in where, who was invited, and how often a log-in was tried."""

from __future__ import annotations

import datetime as dt
import uuid
from hashlib import sha256

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Agency
from permissions.roles import ROLE_CHOICES
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled

from .browsers import browser_named


def seconds_ago(seconds: float) -> models.expressions.Combinable:
    """Return the moment so many seconds ago, by the database's clock."""
    return ClockNow() - models.Value(dt.timedelta(seconds=seconds))


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self) -> SessionQuerySet:
        """Return the sessions that still count (database clock): neither idle too long nor too old."""
        return self.filter(
            Q(user__isnull=True)
            | Q(
                seen_at__gt=seconds_ago(settings.MARUGOTO_SESSION_IDLE_SECONDS),
                started_at__gt=seconds_ago(settings.MARUGOTO_SESSION_ABSOLUTE_SECONDS),
            ),
            expires_at__gt=ClockNow(),
        )

    def with_key(self, key: str | None) -> SessionQuerySet:
        """Return the session that a browser holds the key of."""
        return self.filter(key_hash=hash_of(key or ""))


def hash_of(secret: str) -> str:
    """Return what is stored of a random secret: who reads the table cannot use it."""
    return sha256(secret.encode()).hexdigest()


class Session(models.Model):
    """One browser's session. Deleting the row ends it: the next request is nobody's.

    The key is kept as a hash, so a copy of the table opens no session. ``user`` is empty for visitors and
    between the two steps of a log-in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key_hash = models.CharField(max_length=64, unique=True)
    data = models.TextField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("人")
    )
    started_at = models.DateTimeField(_("ログインした日時"), default=ClockNow)
    seen_at = models.DateTimeField(_("最後に使った日時"), default=ClockNow)
    fresh_at = models.DateTimeField(_("最後に本人を確かめた日時"), default=ClockNow)
    expires_at = models.DateTimeField(_("期限"), db_index=True)
    agent = models.CharField(_("ブラウザ"), max_length=200, blank=True)
    network = models.GenericIPAddressField(_("接続元"), null=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("ログイン")
        verbose_name_plural = _("ログイン")

    def __str__(self) -> str:
        return f"session {self.pk}"

    @property
    def browser(self) -> str:
        return browser_named(self.agent)


class InvitationKind(models.TextChoices):
    MAIL = "mail", _("メールのリンク")
    PAPER = "paper", _("紙の番号")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        """Return the invitations that can still be used (database clock)."""
        return self.filter(used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=ClockNow())


class Invitation(Walled):
    """An offer to one person to work here, or to choose a password anew (招待).

    The secret itself is on paper or in a mail; here is its hash. ``user`` is set when the person has an
    account already: always on paper (the sheet names the user and carries the second factor). Without
    ``role`` it gives no membership, only a new password. Name and mail address are emptied once it is used
    or can no longer be used.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("機関"))
    kind = models.CharField(_("渡し方"), max_length=8, choices=InvitationKind.choices)
    role = models.CharField(_("役割"), max_length=24, choices=ROLE_CHOICES, blank=True)
    last_name = models.CharField(_("姓"), max_length=40, blank=True)
    first_name = models.CharField(_("名"), max_length=40, blank=True)
    email = models.EmailField(_("メールアドレス"), blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("人")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("招待した人")
    )
    created_at = models.DateTimeField(_("招待した日時"), default=ClockNow)
    expires_at = models.DateTimeField(_("期限"))
    used_at = models.DateTimeField(_("使われた日時"), null=True)
    revoked_at = models.DateTimeField(_("取り消した日時"), null=True)
    token_hash = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 -- unique, and none yet

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("招待")
        verbose_name_plural = _("招待")
        constraints = (
            models.CheckConstraint(
                name="invitation_paper_names_its_user", condition=~Q(kind="paper") | Q(user__isnull=False)
            ),
            models.CheckConstraint(name="invitation_in_order", condition=Q(expires_at__gt=F("created_at"))),
        )


class ProviderLink(models.Model):
    """Who somebody is at the city's identity provider (docs/accounts.md): a hash of issuer and subject, no name.

    The table is there in every installation, empty where no provider is set. A link is made or taken, not changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("人")
    )
    subject_hash = models.CharField(max_length=64, unique=True)
    linked_at = models.DateTimeField(_("つながった日時"), default=ClockNow)

    class Meta:
        verbose_name = _("市の認証基盤とのつながり")
        verbose_name_plural = _("市の認証基盤とのつながり")

    def __str__(self) -> str:
        return f"link {self.pk}"


class Tally(models.Model):
    """How often something was tried within a window of time: log-ins, codes. Written outside transactions."""

    key_hash = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=1)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("試された回数")
        verbose_name_plural = _("試された回数")

    def __str__(self) -> str:
        return f"tally {self.key_hash[:8]}"
