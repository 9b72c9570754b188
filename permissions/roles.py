"""THE table: what each role may do. Read this first.

A role is held in one agency (see ``Membership``). It opens functions; which case content a function then
shows is decided by the walls, row by row. Source: domain.md 0.1 (actors), architecture.md 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Role:
    """What one role is called and may do.

    ``sees_all_cases`` is the duty of the center; the database repeats it in wall_center().
    """

    label: str | Promise
    permissions: frozenset[str] = field(default_factory=frozenset)
    sees_all_cases: bool = False
    center_only: bool = False

    @property
    def reads_cases(self) -> bool:
        """Whether case content may reach this role at all; the database repeats it in wall_reader()."""
        return "casework.view_case" in self.permissions


_READ_CASES = frozenset({"casework.view_case", "casework.make_sheet"})
_RECEIVE = _READ_CASES | {
    "forms_app.read_submission",
    "casework.view_inbox",
    "casework.take_contact",
    "casework.open_case",
    "casework.edit_household",
    "casework.write_note",
    "casework.assess",
    "casework.record_consent",
    "casework.conceal",
}
_COORDINATE = _RECEIVE | {
    "casework.share",
    "casework.decide",
    "casework.answer_role",
    "casework.view_openings",
    "casework.confirm_concealment",
    "casework.view_reports",
    "casework.view_counted",
}

_READ_LOG = frozenset({"audit.read", "audit.export"})

ROLES: dict[str, Role] = {
    "reception": Role(_("受付・初回相談員"), _RECEIVE, sees_all_cases=True, center_only=True),
    "coordinator": Role(_("相談支援包括化推進員"), _COORDINATE, sees_all_cases=True, center_only=True),
    "chief": Role(
        _("センター長"),
        _COORDINATE
        | {"casework.block", "casework.view_alarms", "casework.edit_codes", "casework.view_board"}
        | {"casework.take_register", "casework.close_month", "casework.confirm_plan"},
        sees_all_cases=True,
        center_only=True,
    ),
    # These three work at the center, too; what they may do comes with their rooms (outreach/, participation/,
    # community/). Until then the role opens nothing: seeing all cases is no duty of theirs.
    "outreach": Role(_("アウトリーチ支援員"), center_only=True),
    "participation": Role(_("参加支援コーディネーター"), center_only=True),
    "community": Role(_("地域づくり担当"), center_only=True),
    "agency_staff": Role(
        _("支援関係機関職員"),
        _READ_CASES | {"casework.answer_role", "casework.assess", "casework.break_glass", "casework.bring"},
    ),
    "agency_admin": Role(_("機関管理者"), frozenset({"people.manage"})),
    "editor": Role(_("広報・ウェブ編集"), frozenset({"cms.enter", "forms_app.edit_form"})),
    "privacy_officer": Role(
        _("個人情報保護担当"), _READ_LOG | {"casework.view_alarms", "casework.view_reports"}
    ),
    "auditor": Role(_("監査"), _READ_LOG | {"casework.view_reports"}),
    "sysadmin": Role(_("運用管理"), frozenset({"people.manage", "agencies.manage"})),
}


def roles_given_by(role: str, *, in_center: bool) -> frozenset[str]:
    """Return the roles that somebody in this role may give in an agency: what fits it, and never upwards.

    Roles that watch over others (privacy officer, auditor, system administrator) are given by the last alone.
    """
    if role == "sysadmin":
        return frozenset(code for code, each in ROLES.items() if in_center or not each.center_only)
    if role != "agency_admin":
        return frozenset()
    if not in_center:
        return frozenset({"agency_staff", "agency_admin"})
    return frozenset({code for code, each in ROLES.items() if each.center_only} | {"editor", "agency_admin"})


ROLE_CHOICES: list[tuple[str, str | Promise]] = [(code, role.label) for code, role in ROLES.items()]
