"""Tasks of the worker. Arguments are ids and codes only; what a mail says is put together here."""

from __future__ import annotations

from django_tasks import task


@task()
def send_notice(user_id: int, kind: str) -> None:
    """Tell a person that something about their account changed."""
    from .mails import mail_notice  # noqa: PLC0415 -- models enqueue this task

    mail_notice(user_id, kind)


@task()
def send_invitation(invitation_id: str) -> None:
    """Send the mail of an invitation; its link is made here and now."""
    from .mails import mail_invitation  # noqa: PLC0415 -- as above

    mail_invitation(invitation_id)


@task()
def send_reset(user_ids: list[int]) -> None:
    """Send the mails of a forgotten password: to nobody, if the address was nobody's."""
    from .mails import mail_reset  # noqa: PLC0415 -- as above

    mail_reset(user_ids)


@task()
def send_renewal_reminder(membership_id: int) -> None:
    """Remind an administrator that memberships of their agency end on 31 March."""
    from .mails import mail_renewal_reminder  # noqa: PLC0415 -- as above

    mail_renewal_reminder(membership_id)
