"""Who is asking: one person, acting for one agency, in one role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from guardian.core import ObjectPermissionChecker
from guardian.utils import get_group_obj_perms_model

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest

    from permissions.agencies.models import Agency, Membership

SESSION_KEY = "acting_membership"


@dataclass(frozen=True)
class Viewer:
    """A person acting for an agency (閲覧者). Built anew for each request, so rights act at once."""

    user: User
    membership: Membership
    agency: Agency
    role: str

    def __str__(self) -> str:
        return f"viewer {self.membership.pk}"

    @property
    def sees_all_cases(self) -> bool:
        """Whether the duty of the center reaches every case that is not blocked or sealed."""
        return self.agency.is_center and self.membership.role_rights.sees_all_cases

    def may(self, permission: str) -> bool:
        """Return whether the role opens this function (roles.py)."""
        return permission in self.membership.role_rights.permissions

    def can(self, codename: str, obj: Model) -> bool:
        """Return whether the acting agency holds this object permission now.

        A role that reads no cases holds none. Asks django-guardian for the agency's group, never
        ``user.has_perm`` (it says yes to superusers and to other memberships). The center's duty counts as
        every codename of the object's model. Both hold only for an object that the database shows to this
        viewer, which is asked again here.
        """
        app_label, _, name = codename.rpartition(".")
        if app_label and app_label != obj._meta.app_label:
            return False
        if not self.membership.role_rights.reads_cases:
            return False
        if not type(obj)._default_manager.filter(pk=obj.pk).exists():
            return False
        if self.sees_all_cases:
            return any(name == known for known, _label in obj._meta.permissions)
        checker = ObjectPermissionChecker(self.agency.group)
        return bool(checker.has_perm(name, obj)) and self._line_holds(name, obj)

    def _line_holds(self, codename: str, obj: Model) -> bool:
        """Guardian's row may outlive its line until the sweep; the line decides."""
        grants: Any = get_group_obj_perms_model(obj)
        return bool(
            grants.objects.filter(
                grants.live_now(), group=self.agency.group, permission__codename=codename, content_object=obj
            ).exists()
        )


def viewer_of(membership: Membership) -> Viewer:
    """Return the viewer for a membership that the caller found among the live ones."""
    return Viewer(user=membership.user, membership=membership, agency=membership.agency, role=membership.role)


def viewer_for_request(request: HttpRequest) -> Viewer | None:
    """Return who is asking: the membership chosen in this session if it is live, else the first live one."""
    from permissions.agencies.selectors import memberships_of  # noqa: PLC0415 -- models import this module

    user: Any = request.user
    if not user.is_authenticated:
        return None
    live = list(memberships_of(user))
    chosen = request.session.get(SESSION_KEY)
    found = next((membership for membership in live if membership.pk == chosen), None)
    found = found or next(iter(live), None)
    return viewer_of(found) if found else None
