"""Who may do what, written down a second time: a change of the table is a decision, never a slip."""

from permissions.roles import ROLE_CHOICES, ROLES, roles_given_by

CENTER = "reception coordinator chief"
MAY = {
    "casework.view_case": f"{CENTER} agency_staff",
    "casework.make_sheet": f"{CENTER} agency_staff",
    "forms_app.read_submission": CENTER,
    "casework.view_inbox": CENTER,
    "casework.take_contact": CENTER,
    "casework.open_case": CENTER,
    "casework.edit_household": CENTER,
    "casework.write_note": CENTER,
    "casework.record_consent": CENTER,
    "casework.conceal": CENTER,
    "casework.confirm_concealment": "coordinator chief",
    "casework.share": "coordinator chief",
    "casework.decide": "coordinator chief",
    "casework.answer_role": "coordinator chief agency_staff",
    "casework.assess": f"{CENTER} agency_staff",
    "casework.view_openings": "coordinator chief",
    "casework.view_counted": "coordinator chief",
    "casework.view_reports": "coordinator chief privacy_officer auditor",
    "casework.block": "chief",
    "casework.edit_codes": "chief",
    "casework.take_register": "chief",
    "casework.close_month": "chief",
    "casework.confirm_plan": "chief",
    "casework.view_board": "chief",
    "casework.view_alarms": "chief privacy_officer",
    "casework.break_glass": "agency_staff",
    "casework.bring": "agency_staff",
    "people.manage": "agency_admin sysadmin",
    "agencies.manage": "sysadmin",
    "cms.enter": "editor",
    "forms_app.edit_form": "editor",
    "audit.read": "privacy_officer auditor",
    "audit.export": "privacy_officer auditor",
}
LABELS = {
    "reception": "受付・初回相談員",
    "coordinator": "相談支援包括化推進員",
    "chief": "センター長",
    "outreach": "アウトリーチ支援員",
    "participation": "参加支援コーディネーター",
    "community": "地域づくり担当",
    "agency_staff": "支援関係機関職員",
    "agency_admin": "機関管理者",
    "editor": "広報・ウェブ編集",
    "privacy_officer": "個人情報保護担当",
    "auditor": "監査",
    "sysadmin": "運用管理",
}
AT_THE_CENTER = f"{CENTER} outreach participation community"
EVERYWHERE = "agency_staff agency_admin editor privacy_officer auditor sysadmin"


def holders(permission):
    return {code for code, role in ROLES.items() if permission in role.permissions}


def test_every_permission_is_held_by_exactly_these_roles():
    permissions = set().union(*(role.permissions for role in ROLES.values()))

    assert {each: holders(each) for each in permissions} == {
        each: set(roles.split()) for each, roles in MAY.items()
    }


def test_roles_that_work_at_the_center_and_see_all_cases_of_it():
    assert list(ROLES) == f"{AT_THE_CENTER} {EVERYWHERE}".split()
    assert {code for code, role in ROLES.items() if role.center_only} == set(AT_THE_CENTER.split())
    assert {code for code, role in ROLES.items() if role.sees_all_cases} == set(CENTER.split())
    assert {code for code, role in ROLES.items() if role.reads_cases} == {*CENTER.split(), "agency_staff"}
    assert all(
        type(flag) is bool for role in ROLES.values() for flag in (role.center_only, role.sees_all_cases)
    )
    assert [(code, str(label)) for code, label in ROLE_CHOICES] == list(LABELS.items())
    assert {code: str(role.label) for code, role in ROLES.items()} == LABELS


def test_roles_that_each_role_may_give():
    given = {
        (code, in_center): " ".join(
            each for each in ROLES if each in roles_given_by(code, in_center=in_center)
        )
        for code in ROLES
        for in_center in (True, False)
    }

    assert {key: roles for key, roles in given.items() if roles} == {
        ("sysadmin", True): f"{AT_THE_CENTER} {EVERYWHERE}",
        ("sysadmin", False): EVERYWHERE,
        ("agency_admin", True): f"{AT_THE_CENTER} agency_admin editor",
        ("agency_admin", False): "agency_staff agency_admin",
    }
    assert {type(roles_given_by(code, in_center=True)) for code in ROLES} == {frozenset}
