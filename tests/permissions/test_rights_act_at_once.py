"""Rights end with the next request: nobody logs out, no worker runs, nothing is cleared away first."""

import datetime as dt
import re
import uuid
from unittest import mock

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.urls import reverse

from casework.assessments.models import Assessment
from casework.chronology.models import ChronologyEntry
from casework.consent.models import Consent
from casework.files.models import CaseFile
from casework.households.models import Stay
from casework.issues.models import Issue
from casework.notes.models import Note
from casework.planning.models import Plan
from casework.plans.models import RoleAnswer, RoleRow
from casework.sharing.actions import Ground, Label, block, end_line
from casework.sharing.models import ShareLine
from casework.sheets import actions as sheets
from casework.tasks.models import Task
from permissions.agencies.actions import close_agency, end_membership
from permissions.agencies.models import Agency, Membership
from permissions.url_map import mapped_urls
from permissions.walls.context import acting_for
from tests.casework.pages import headers, masked, sign_in
from tests.worlds import CONSENT

UNTIL = dt.timedelta(minutes=10)
YESTERDAY = dt.timedelta(days=1)
# Views that anybody signed in may open; what they show depends on who asks.
LISTS = ("casework:home", "casework:case_list", "casework:duties")


class Shared:
    """A world in which anshin sees much of one case, has a role in it and a sheet of it."""

    def __init__(self, world):
        self.world = world
        self.viewer = self.world.anshin_worker
        self.family = self.world.families["hazuki"]
        home, mother = self.world.hazuki, self.world.hazuki.mother
        self.role = self._role(home)
        items = ("basic", "contact", "health", "money", "plan", "roles")
        wanted = [Label(mother.pk, item) for item in items] + [Label(None, "basic"), Label(None, "roles")]
        ground = Ground(CONSENT.basis, CONSENT.evidence, until=_database_now() + UNTIL)
        self.lines = self.world.share(home, self.world.anshin, *wanted, ground=ground)
        self.sheet = self._sheet()

    def _role(self, home):
        with acting_for(self.world.coordinator):
            role = RoleRow(
                case=home.case,
                item="roles",
                decision=self.family.decision,
                agency=self.world.anshin,
                issue="見本",
                what="見本の役割",
            )
            role.save(force_insert=True)
        return role

    def _sheet(self):
        with acting_for(self.viewer):
            sheet = sheets.request_sheet(self.family.case, self.family.decision, by=self.viewer)
        with mock.patch.object(sheets, "make_pdf", return_value=b"%PDF canary"):
            sheets.make_sheet(sheet.pk, membership_id=self.viewer.membership.pk)
        return sheet

    def keys(self):
        """Return a real key for every argument a URL of casework takes."""
        with acting_for(self.world.chief):
            note = Note.objects.filter(case=self.family.case).first()
            file = CaseFile.objects.get(case=self.family.case, person=self.world.hazuki.mother, item="money")
            task = Task.objects.filter(case=self.family.case, end__isnull=True).first()
            consent = Consent.objects.filter(case=self.family.case).first()
            stay = Stay.objects.filter(person=self.world.hazuki.mother).first()
            issue = Issue.objects.filter(person=self.world.hazuki.mother).first()
            plan = Plan.objects.get(case=self.family.case)
            assessment = Assessment.objects.get(case=self.family.case)
            lived = ChronologyEntry.objects.get(
                case=self.family.case, person=self.world.hazuki.mother, item="money"
            )
        return {
            "case_id": self.family.case.pk,
            "decision_id": self.family.decision.pk,
            "role_id": self.role.pk,
            "sheet_id": self.sheet.pk,
            "person_id": self.world.hazuki.mother.pk,
            "line_id": self.lines[0].pk,
            "note_id": note.pk,
            "task_id": task.pk,
            "file_id": file.pk,
            "consent_id": consent.pk,
            "stay_id": stay.pk,
            "issue_id": issue.pk,
            "plan_id": plan.pk,
            "assessment_id": assessment.pk,
            "evaluation_id": self.family.evaluation.pk,
            "entry_id": lived.pk,
            "asked_id": uuid.uuid4(),
            "handover_id": uuid.uuid4(),
            "relation_id": uuid.uuid4(),
            "block_id": uuid.uuid4(),
            "concealment_id": uuid.uuid4(),
            "request_id": uuid.uuid4(),
            "item": "money",
        }


def _database_now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_now()")
        return cursor.fetchone()[0]


@pytest.fixture
def shared(kept_canaries):
    return Shared(kept_canaries)


def case_urls():
    """Return name and argument names of every URL about one case."""
    urls = [url for url in mapped_urls() if url.name.startswith("casework:") and "case_id" in url.route]
    return {
        url.name: [part.split(">")[0].split(":")[-1] for part in url.route.split("<")[1:]] for url in urls
    }


def doors(keys):
    return [
        (method, name, reverse(name, kwargs={each: keys[each] for each in names}))
        for name, names in case_urls().items()
        for method in ("get", "post")
    ]


def knock(client, method, url):
    """Ask at one door; an answer to the role is sent along, so that a door left open would write it."""
    sent = {"kind": "accepted", "text": "見本", "worker": "見本", "answered": "0"} if method == "post" else {}
    return getattr(client, method)(url, sent)


# --- how rights end ----------------------------------------------------------------------------------


def lapse(shared, shift_clock):
    shift_clock(UNTIL + dt.timedelta(seconds=1))


def lapse_to_the_second(shared, shift_clock):
    shift_clock(UNTIL)


def end_lines(shared, shift_clock):
    by = shared.world.coordinator
    with acting_for(by):
        for line in ShareLine.objects.all():
            end_line(line, by=by, reason="見本")


def block_agency(shared, shift_clock):
    chief = shared.world.chief
    with acting_for(chief):
        block(shared.family.case, agency=shared.world.anshin, user_id=None, reason="見本", by=chief)


def block_person(shared, shift_clock):
    chief = shared.world.chief
    with acting_for(chief):
        block(shared.family.case, agency=None, user_id=shared.viewer.user.pk, reason="見本", by=chief)


def disable_person(shared, shift_clock):
    get_user_model().objects.filter(pk=shared.viewer.user.pk).update(is_active=False)


def leave(shared, shift_clock):
    end_membership(shared.viewer.membership, by=None)


def leave_yesterday(shared, shift_clock):
    today = dt.datetime.now(dt.UTC).date()
    rows = Membership.objects.filter(pk=shared.viewer.membership.pk)
    rows.update(starts_on=today - 3 * YESTERDAY, ends_on=today - YESTERDAY)


def close(shared, shift_clock):
    close_agency(shared.world.anshin, by=None)


def end_contract(shared, shift_clock):
    today = dt.datetime.now(dt.UTC).date()
    Agency.objects.filter(pk=shared.world.anshin.pk).update(contract_ends_on=today - YESTERDAY)


def lose_role(shared, shift_clock):
    Membership.objects.filter(pk=shared.viewer.membership.pk).update(role="agency_admin")


LOSSES_OF_CASE = [lapse, lapse_to_the_second, end_lines, block_agency, block_person]
LOSSES_OF_PERSON = [disable_person, leave, leave_yesterday, close, end_contract]
LOSSES_OF_SESSION = [disable_person, leave, close]
ALL_LOSSES = [*LOSSES_OF_CASE, *LOSSES_OF_PERSON, lose_role]


# --- before --------------------------------------------------------------------------------------------


def test_before_the_end_the_doors_are_open(shared, client):
    """Testing that something stays hidden? First make sure there is something to hide."""
    sign_in(client, shared.viewer)
    answers = {name: client.get(url) for method, name, url in doors(shared.keys()) if method == "get"}

    is_open = {name.partition(":")[2] for name, answer in answers.items() if answer.status_code == 200}
    assert is_open == {
        "case", "relations", "ecomap", "timeline", "case_roles", "decision", "role_answer", "sheet", "sheet_file",
        "file_open", "assessment", "assessment_version", "assessment_sheet", "chronology", "chronology_add", "understanding", "plans", "plan", "plan_plain", "plan_excel",
        "evaluation",
    }  # fmt: skip
    assert "⟦hazuki/mother/money/personmoney⟧" in answers["casework:case"].content.decode()
    assert answers["casework:sheet_file"].content == b"%PDF canary"
    for name in LISTS:
        assert shared.family.case.number in client.get(reverse(name)).content.decode()


def test_one_second_before_the_end_the_case_is_open(shared, client, shift_clock):
    sign_in(client, shared.viewer)

    shift_clock(UNTIL - dt.timedelta(seconds=1))

    assert client.get(reverse("casework:case", args=[shared.family.case.pk])).status_code == 200


def test_before_the_end_the_answer_is_taken(shared, client):
    sign_in(client, shared.viewer)

    url = reverse("casework:role_answer", args=[shared.family.case.pk, shared.role.pk])

    assert knock(client, "post", url).status_code == 302
    assert _answers(shared) == 1


# --- after ---------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("loss", ALL_LOSSES, ids=lambda loss: loss.__name__)
def test_after_the_end_no_door_gives_or_takes_anything(shared, client, shift_clock, loss):
    keys = shared.keys()
    sign_in(client, shared.viewer)

    loss(shared, shift_clock)
    answers = [(name, knock(client, method, url)) for method, name, url in doors(keys)]
    answers += [(name, client.get(reverse(name))) for name in LISTS]

    told = [name for name, answer in answers if _tells_of_the_case(answer, shared, loss)]
    assert (len(answers) > 30, told) == (True, [])
    assert _answers(shared) == 0
    case_statuses = {answer.status_code for name, answer in answers if name not in LISTS}
    expected = (
        {404, 403, 405}
        if loss in LOSSES_OF_CASE
        else {302, 403, 405}
        if loss in LOSSES_OF_SESSION
        else {403, 405}
    )
    assert case_statuses <= expected


@pytest.mark.slow
@pytest.mark.parametrize("loss", [*LOSSES_OF_CASE, *LOSSES_OF_PERSON], ids=lambda loss: loss.__name__)
def test_after_the_end_a_hidden_case_and_none_at_all_look_the_same(shared, client, shift_clock, loss):
    keys = shared.keys()
    nothing = {name: key if name == "item" else uuid.uuid4() for name, key in keys.items()}
    sign_in(client, shared.viewer)

    loss(shared, shift_clock)
    client.get(reverse("casework:home"))  # a browser whose session was ended is told so once

    for (method, name, hidden), (_method, _name, absent) in zip(doors(keys), doors(nothing), strict=True):
        first, second = knock(client, method, hidden), knock(client, method, absent)
        assert first.status_code == second.status_code, (method, name)
        assert _comparable(first, hidden) == _comparable(second, absent), (method, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stranger", "anshin_admin", "editor", "auditor", "sysadmin"])
def test_a_case_of_others_and_none_at_all_look_the_same(shared, client, name):
    keys = shared.keys()
    nothing = {name: key if name == "item" else uuid.uuid4() for name, key in keys.items()}
    sign_in(client, getattr(shared.world, name))

    for (method, door, hidden), (_method, _name, absent) in zip(doors(keys), doors(nothing), strict=True):
        first, second = knock(client, method, hidden), knock(client, method, absent)
        assert _comparable(first, hidden) == _comparable(second, absent), (method, door)


def test_the_page_of_what_is_not_there_says_nothing_of_the_address(shared, client):
    """Not masked: the very bytes, so no nonce, no token and no path is on it."""
    sign_in(client, shared.world.stranger)

    hidden = client.get(reverse("casework:case", args=[shared.family.case.pk]))
    absent = client.get(reverse("casework:case", args=[uuid.uuid4()]))

    assert (hidden.status_code, hidden.content) == (404, absent.content)
    assert {name: value for name, value in hidden.headers.items() if name != "Date"} == {
        name: value for name, value in absent.headers.items() if name != "Date"
    }


def test_a_hidden_thing_of_a_case_one_sees_looks_like_none_at_all(shared, client):
    """Another decision, role or sheet of the same case."""
    sign_in(client, shared.viewer)
    with acting_for(shared.world.chief):
        role = RoleRow.objects.get(case=shared.family.case, person=shared.world.hazuki.son, item="roles")
    case = shared.family.case.pk

    hidden = client.get(reverse("casework:role_answer", args=[case, role.pk]))
    absent = client.get(reverse("casework:role_answer", args=[case, uuid.uuid4()]))

    assert (hidden.status_code, hidden.content) == (404, absent.content)


def test_rights_come_back_with_the_next_request_too(shared, client):
    sign_in(client, shared.viewer)
    url = reverse("casework:case", args=[shared.family.case.pk])

    disable_person(shared, None)
    out = client.get(url).status_code
    get_user_model().objects.update(is_active=True)
    sign_in(client, shared.viewer)

    assert (out, client.get(url).status_code) == (302, 200)


def test_a_person_of_two_agencies_falls_back_to_the_other_one(shared, client):
    """Whoever lost one of two memberships acts for the other and sees what that one sees: here nothing."""
    second = Membership.objects.create(
        user=shared.viewer.user, agency=shared.world.other, role="agency_staff"
    )
    sign_in(client, shared.viewer)

    leave(shared, None)
    sign_in(client, shared.viewer)  # what ended, ended the session

    assert second.pk
    assert client.get(reverse("casework:case", args=[shared.family.case.pk])).status_code == 404
    assert not _tells_of_the_case(client.get(reverse("casework:case_list")), shared)


def _answers(shared):
    with acting_for(shared.world.chief):
        return RoleAnswer.objects.filter(role=shared.role).count()


def _tells_of_the_case(answer, shared, loss=None):
    body = answer.content.decode()
    if loss is end_lines:
        # The notice that sharing has ended names the number, to which the agency confirms that it keeps nothing.
        recall = re.compile(
            rf'<a (?:class="m-nowrap" )?href="/casework/recalls/[^"]+">{shared.family.case.number}</a>'
        )
        body = recall.sub("", body)
    words = ("⟦", "葉月原", "見本の役割", "%PDF", shared.family.case.number, shared.family.decision.number)
    return any(word in body for word in words)


def _comparable(answer, url):
    """Return body and headers. Only the way to the log-in page may name the address that was asked for."""
    body, found = answer.content if answer.status_code == 404 else masked(answer), headers(answer)
    if answer.status_code == 302:
        found["Location"] = found["Location"].replace(url, "(address)")
    return answer.status_code, body, found
