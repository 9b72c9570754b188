"""What an editor types."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm

from forms_app.definitions.actions import questions_in
from forms_app.definitions.problems import problems_of
from forms_app.submissions.selectors import READ
from permissions.agencies.models import Agency, Membership
from permissions.roles import ROLES

RESERVED_SLUGS = {"inbox"}


class ConsultationFormForm(WagtailAdminModelForm):
    """Saves any draft; publishes only what has no problems. A new form belongs to the editor's agency."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "destination_agency" in self.fields:
            self.fields["destination_agency"].queryset = agencies_that_read()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if not self.instance.owner_agency_id:
            self.instance.owner_agency_id = _acting_agency()
        if cleaned.get("slug") in RESERVED_SLUGS:
            self.add_error("slug", _("このアドレスの名前は使えません。別の名前にしてください。"))
        if not self.is_deferred_validation and "fields" in cleaned:
            for problem in problems_of(questions_in(cleaned["fields"])):
                self.add_error(
                    None, problem
                )  # shown above the form; the field itself shows only block errors
        return cleaned


def agencies_that_read() -> QuerySet[Agency]:
    """Return the open agencies in which somebody may read submissions: nothing is sent where nobody looks."""
    readers = [code for code, role in ROLES.items() if READ in role.permissions]
    staffed = Membership.objects.live().filter(role__in=readers).values("agency")
    return Agency.objects.open().filter(pk__in=staffed)


def _acting_agency() -> int:
    """Return the agency that the database, too, takes the editor for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT wall_agency()")
        agency: int | None = cursor.fetchone()[0]
    if agency is None:
        raise ValidationError(_("フォームを作るには、機関に所属している必要があります。"))
    return agency
