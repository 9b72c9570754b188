"""The access matrix as a table: every URL of ours and who may open it. Written by hand, compared with the code.

``who`` is a set of the words below; everybody else is refused. An undeclared URL fails the test.
"""

from __future__ import annotations

from dataclasses import dataclass

EVERYBODY = frozenset({"everybody"})
MEMBERS = frozenset(
    {
        *("reception", "coordinator", "chief", "agency_staff", "agency_admin"),
        *("editor", "auditor", "privacy_officer", "sysadmin"),
    }
)
CENTER = frozenset({"reception", "coordinator", "chief"})
COORDINATION = frozenset({"coordinator", "chief"})
CHIEF = frozenset({"chief"})
ALARM_LOOKERS = CHIEF | {"privacy_officer"}
LOG_READERS = frozenset({"auditor", "privacy_officer"})
SYSADMIN = frozenset({"sysadmin"})
ADMINISTRATORS = SYSADMIN | {"agency_admin"}
AGENCY_STAFF = frozenset({"agency_staff"})
READERS = CENTER | {"agency_staff"}
COUNT_READERS = COORDINATION | LOG_READERS
ANSWERERS = COORDINATION | {"agency_staff"}


@dataclass(frozen=True)
class Cell:
    """One URL: who, with which methods, and of which object (case, contact, code, register, submission, session, person
    of the agency "full", nobody's, or none)."""

    who: frozenset[str]
    methods: tuple[str, ...] = ("GET",)
    object: str = ""


GET_POST = ("GET", "POST")
POST = ("POST",)

MATRIX: dict[str, Cell] = {
    "healthz": Cell(EVERYBODY),
    "readyz": Cell(EVERYBODY),
    "security_txt": Cell(EVERYBODY),
    "set_language": Cell(EVERYBODY, POST),
    "closed_library_screen": Cell(EVERYBODY),
    "public_image": Cell(EVERYBODY),
    "pages:exit_page": Cell(EVERYBODY),
    "pages:robots": Cell(EVERYBODY),
    "forms_app:consultation": Cell(EVERYBODY, GET_POST),
    "forms_app:receipt": Cell(EVERYBODY),
    "forms_app:status_lookup": Cell(EVERYBODY, GET_POST),
    "forms_app:status_thread": Cell(EVERYBODY, GET_POST),
    "forms_app:status_close": Cell(EVERYBODY, POST),
    "forms_app:submission_list": Cell(CENTER),
    "forms_app:submission_detail": Cell(CENTER, GET_POST, "submission"),
    "forms_app:submission_contacted": Cell(CENTER, POST, "submission"),
    "accounts:acting": Cell(MEMBERS, GET_POST),
    "accounts:sessions": Cell(MEMBERS),
    "accounts:session_end": Cell(MEMBERS, POST, "session"),
    "accounts:sessions_end_others": Cell(MEMBERS, POST),
    "accounts:invitation": Cell(EVERYBODY, GET_POST),
    "accounts:paper": Cell(EVERYBODY, GET_POST),
    "accounts:provider_login": Cell(EVERYBODY, POST),
    "accounts:provider_return": Cell(EVERYBODY),
    "accounts:provider_link": Cell(MEMBERS, POST, "session"),
    "accounts:provider_unlink": Cell(MEMBERS, POST, "session"),
    "accounts:people": Cell(ADMINISTRATORS),
    "accounts:person_invite": Cell(ADMINISTRATORS, GET_POST),
    "accounts:memberships_renew": Cell(ADMINISTRATORS, GET_POST),
    "accounts:person": Cell(ADMINISTRATORS, object="person"),
    "accounts:membership_end": Cell(ADMINISTRATORS, POST, "nobody"),
    "accounts:membership_renew": Cell(ADMINISTRATORS, POST, "person"),
    "accounts:person_sheet": Cell(ADMINISTRATORS, POST, "nobody"),
    "accounts:person_reset": Cell(ADMINISTRATORS, POST, "nobody"),
    "accounts:person_shut": Cell(ADMINISTRATORS, POST, "nobody"),
    "accounts:person_reopen": Cell(ADMINISTRATORS, POST, "nobody"),
    "accounts:person_end_sessions": Cell(ADMINISTRATORS, POST, "nobody"),
    "accounts:invitation_revoke": Cell(ADMINISTRATORS, POST, "nobody"),
    "accounts:agencies": Cell(SYSADMIN, GET_POST),
    "accounts:agency_close": Cell(SYSADMIN, POST, "nobody"),
    "audit:alarms": Cell(ALARM_LOOKERS),
    "audit:alarm_review": Cell(ALARM_LOOKERS, POST, "alarm"),
    "audit:log": Cell(LOG_READERS),
    "audit:log_export": Cell(LOG_READERS, POST),
    "casework:home": Cell(MEMBERS),
    "casework:case_list": Cell(READERS),
    "casework:case_list_save": Cell(READERS, POST),
    "casework:search": Cell(READERS, GET_POST),
    "casework:case": Cell(READERS, object="case"),
    "casework:decision": Cell(READERS, object="case"),
    "casework:inbox": Cell(CENTER),
    "casework:contact": Cell(CENTER, object="contact"),
    "casework:contact_record": Cell(CENTER, GET_POST),
    "casework:draft_save": Cell(CENTER, POST),
    "casework:draft_drop": Cell(CENTER, POST, "nobody"),
    "casework:contact_edit": Cell(CENTER, GET_POST, "contact"),
    "casework:contact_check": Cell(CENTER, POST, "contact"),
    "casework:without_consent": Cell(CENTER, GET_POST, "contact"),
    "casework:contact_emergency": Cell(CENTER, GET_POST, "contact"),
    "casework:notice_add": Cell(CENTER, GET_POST, "contact"),
    "casework:notice_reply": Cell(CENTER, GET_POST, "nobody"),
    "casework:keys_switch": Cell(MEMBERS, POST),
    "casework:contact_take": Cell(CENTER, POST, "contact"),
    "casework:contact_close": Cell(CENTER, POST, "contact"),
    "casework:contact_reply": Cell(CENTER, POST, "contact"),
    "casework:contact_case": Cell(CENTER, GET_POST, "contact"),
    "casework:case_stage": Cell(CENTER, POST, "case"),
    "casework:household_edit": Cell(CENTER, GET_POST, "case"),
    "casework:person_add": Cell(CENTER, GET_POST, "case"),
    "casework:person_edit": Cell(CENTER, GET_POST, "case"),
    "casework:person_item": Cell(CENTER, GET_POST, "case"),
    "casework:stays": Cell(CENTER, GET_POST, "case"),
    "casework:stay_correct": Cell(CENTER, GET_POST, "case"),
    "casework:issue_add": Cell(CENTER, GET_POST, "case"),
    "casework:issue_follow": Cell(CENTER, GET_POST, "case"),
    "casework:relations": Cell(READERS, object="case"),
    "casework:ecomap": Cell(READERS, object="case"),
    "casework:timeline": Cell(READERS, object="case"),
    "casework:relation_add": Cell(CENTER, GET_POST, "case"),
    "casework:relation_follow": Cell(CENTER, GET_POST, "case"),
    "casework:person_same": Cell(CENTER, object="case"),
    "casework:person_join": Cell(CENTER, POST, "case"),
    "casework:person_unjoin": Cell(CENTER, POST, "case"),
    "casework:note_add": Cell(CENTER, GET_POST, "case"),
    "casework:note_correct": Cell(CENTER, GET_POST, "case"),
    "casework:file_add": Cell(CENTER, GET_POST, "case"),
    "casework:note_file_add": Cell(CENTER, GET_POST, "case"),
    "casework:file_open": Cell(READERS, object="case"),
    "casework:file_remove": Cell(CENTER, GET_POST, "case"),
    "casework:file_check": Cell(CENTER, POST, "case"),
    "casework:closing": Cell(COORDINATION, GET_POST, "case"),
    "casework:task_add": Cell(CENTER, GET_POST, "case"),
    "casework:task_end": Cell(CENTER, GET_POST, "case"),
    "casework:notifications": Cell(READERS),
    "casework:notifications_mark": Cell(READERS, POST),
    "casework:notifications_save": Cell(READERS, POST),
    "casework:notification_mails": Cell(READERS, POST),
    "casework:notification_open": Cell(READERS, POST, "nobody"),
    "casework:duties": Cell(READERS),
    "casework:board": Cell(CHIEF),
    "casework:reports": Cell(COUNT_READERS),
    "casework:report": Cell(COUNT_READERS),
    "casework:report_close": Cell(CHIEF, POST),
    "casework:report_file": Cell(COUNT_READERS, POST),
    "casework:report_list": Cell(COORDINATION),
    "casework:duties_save": Cell(READERS, POST),
    "casework:share_add": Cell(COORDINATION, GET_POST, "case"),
    "casework:share_end": Cell(COORDINATION, GET_POST, "case"),
    "casework:block_add": Cell(CHIEF, GET_POST, "case"),
    "casework:block_lift": Cell(CHIEF, POST, "case"),
    "casework:recall": Cell(READERS, GET_POST, "nobody"),
    "casework:brought": Cell(AGENCY_STAFF),
    "casework:brought_add": Cell(AGENCY_STAFF, GET_POST),
    "casework:screening": Cell(CENTER, GET_POST, "case"),
    "casework:concealment": Cell(CENTER, object="case"),
    "casework:concealment_add": Cell(CENTER, GET_POST, "case"),
    "casework:concealment_renew": Cell(CENTER, GET_POST, "case"),
    "casework:concealment_lift": Cell(CENTER, GET_POST, "case"),
    "casework:place_ask": Cell(CENTER, GET_POST, "case"),
    "casework:place_open": Cell(COORDINATION, POST, "case"),
    "casework:place": Cell(CENTER, object="case"),
    "casework:consents": Cell(CENTER, object="case"),
    "casework:consent_add": Cell(CENTER, GET_POST, "case"),
    "casework:consent_withdraw": Cell(CENTER, GET_POST, "case"),
    "casework:team_letter": Cell(CENTER, GET_POST, "case"),
    "casework:referrals": Cell(READERS),
    "casework:referral_add": Cell(COORDINATION, GET_POST, "case"),
    "casework:referral": Cell(READERS, GET_POST, "nobody"),
    "casework:referral_card": Cell(COORDINATION, GET_POST, "nobody"),
    "casework:referral_by_link": Cell(EVERYBODY, GET_POST),
    "casework:referral_revoke": Cell(COORDINATION, GET_POST, "nobody"),
    "casework:decision_add": Cell(COORDINATION, GET_POST, "case"),
    "casework:role_answer": Cell(ANSWERERS, GET_POST, "case"),
    "casework:role_touch": Cell(ANSWERERS, POST, "case"),
    "casework:role_told": Cell(COORDINATION, GET_POST, "case"),
    "casework:roles": Cell(READERS),
    "casework:case_roles": Cell(READERS, object="case"),
    "casework:sheet_request": Cell(READERS, POST, "case"),
    "casework:sheet": Cell(READERS, object="case"),
    "casework:sheet_file": Cell(READERS, object="case"),
    "casework:code_lists": Cell(CHIEF),
    "casework:code_list": Cell(CHIEF, object="code"),
    "casework:code_add": Cell(CHIEF, GET_POST, "code"),
    "casework:code_edit": Cell(CHIEF, GET_POST, "code"),
    "casework:code_retire": Cell(CHIEF, GET_POST, "code"),
    "casework:code_move": Cell(CHIEF, POST, "code"),
    "casework:seal": Cell(CHIEF, GET_POST, "case"),
    "casework:unseal": Cell(CHIEF, GET_POST, "case"),
    "casework:setting_edit": Cell(CHIEF, GET_POST, "code"),
    "casework:registers": Cell(CHIEF, GET_POST),
    "casework:register": Cell(CHIEF, object="register"),
    "casework:register_columns": Cell(CHIEF, GET_POST, "register"),
    "casework:register_mapping": Cell(CHIEF, object="register"),
    "casework:register_check": Cell(CHIEF, POST, "register"),
    "casework:register_take": Cell(CHIEF, POST, "register"),
    "casework:register_resume": Cell(CHIEF, POST, "register"),
    "casework:register_undo": Cell(CHIEF, POST, "register"),
    "casework:register_clear": Cell(CHIEF, POST, "register"),
    "casework:register_report": Cell(CHIEF, POST, "register"),
    "casework:case_register": Cell(CENTER, object="case"),
    "casework:emergency_open": Cell(frozenset({"agency_staff"}), GET_POST),
    "casework:openings": Cell(COORDINATION, object="case"),
    "casework:openings_letter": Cell(COORDINATION, GET_POST, "case"),
}
