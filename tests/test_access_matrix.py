"""Every URL x every person: status, what must not be in the body, and that a denied write changes nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Max
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.assessments.actions import PartDraft as SaidDraft
from casework.assessments.actions import Seen, fix_assessment, mark_of, write_part
from casework.assessments.selectors import current_parts_for, known_for
from casework.cases.models import Case
from casework.chronology.actions import EntryDraft, write_entry
from casework.concealment.actions import GroundDraft, Threat, ask_for_place, conceal
from casework.consent.actions import ConsentDraft, Exclusion, record_consent
from casework.evaluation.actions import EvaluationDraft, ResultDraft, RoleResultDraft, record_evaluation
from casework.files.actions import add_file
from casework.households.actions import StayDraft, change_person, record_stay, set_item
from casework.households.models import PersonContact
from casework.intake.actions import record_contact
from casework.issues.actions import IssueDraft, note_issue
from casework.notes.actions import AttendeeDraft, NoteDraft, ParagraphDraft, write_note
from casework.planning.actions import PartDraft, PlanDraft, save_plan
from casework.plans.actions import DirectionDraft, RoleDraft, decide
from casework.plans.models import Decision, Direction, RoleRow
from casework.registers.actions import read_register
from casework.registers.mapping import first_mapping
from casework.registers.models import RegisterRow
from casework.registers.reading import Table
from casework.relations.actions import RelationDraft, note_relation
from casework.seals.actions import seal_case
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label, block, end_line, share_items
from casework.sharing.items import Item
from casework.sharing.models import ShareLine
from casework.sheets.models import Sheet, SheetState
from casework.tasks.actions import TaskDraft, add_task
from casework.walls import WALLS
from forms_app.fields.era import PartialDate
from permissions.agencies.actions import close_agency
from permissions.audit.models import AuditEntry
from permissions.middleware import ViewerMiddleware
from permissions.uploads.pipeline import Taken
from permissions.url_map import MappedUrl, mapped_urls
from permissions.walls.context import acting_for
from tests.casework.tables import call, let_swear, open_to_all, ordinance, paper, put
from tests.matrix import CENTER, EVERYBODY, MATRIX, READERS
from tests.worlds import CONSENT, Household, World, make_agency, make_viewer, secrets_of

pytestmark = pytest.mark.django_db

CONSENT_CANARY = "CANARY-CONSENT"  # nobody outside the center's duty
SECRET_PLACE = "CANARY-SECRET-PLACE"  # nobody at all
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ALL_ITEMS = tuple(Item.values)
NOBODYS = uuid.uuid4()  # of no row there is
PEOPLE = (
    "anonymous", "editor", "auditor", "privacy_officer", "sysadmin", "agency full", "agency partial", "agency ended",
    "agency lapsed", "agency blocked", "agency closed", "agency none", "agency admin", "coordinator blocked",
    "inactive", "superuser", "superuser in an agency", "coordinator sealed out", "reception", "coordinator", "chief",
)  # fmt: skip


@dataclass
class Person:
    """Somebody who tries: role (empty: none), and which labels of the first case reach them."""

    client: Client
    role: str = ""
    sees_all: bool = False
    labels: set[tuple[str, str]] = field(default_factory=set)
    known: dict[str, bool] = field(default_factory=dict)

    @property
    def is_nobody(self) -> bool:
        """Whether the session is nobody's, or of somebody who is not active; looked up once for each session."""
        cookie = self.client.cookies.get(settings.SESSION_COOKIE_NAME)
        key = cookie.value if cookie else ""
        if key not in self.known:
            user = get_user_model().objects.filter(pk=self.client.session.get("_auth_user_id")).first()
            self.known[key] = user is None or not user.is_active
        return self.known[key]


class MatrixWorld(World):
    """Two households with everything in them, and people in every relation to the first."""

    def __init__(self) -> None:
        super().__init__()
        self.agencies = {
            name: make_agency(name) for name in ("full", "partial", "ended", "lapsed", "blocked", "closed")
        }
        self.ids = {home.case.pk: self._fill(home) for home in (self.hazuki, self.tomono)}
        self._share_first()
        self.concealment = self._conceal(self.tomono)
        self._send_submission()
        self.full_member = 0  # known with the people
        with acting_for(self.reception):
            self.contact = record_contact(
                channel="phone",
                speaker="self",
                one_line="CANARY-CONTACT 電話の声",
                reply_to="000-CANARY-CONTACT",
                urgency="D",
                received_at=timezone.now(),
                by=self.reception,
            )

    def _fill(self, home: Household) -> dict[str, Any]:
        for agency in self.agencies.values():
            self.share(home, agency, Label(home.mother.pk, "roles"), Label(home.son.pk, "roles"))
        with acting_for(self.chief):
            notes = [
                self._note(home, person, item) for person in (home.mother, home.son) for item in ALL_ITEMS
            ]
            decision = decide(
                home.case,
                decided_on=timezone.localdate(),
                directions=[
                    DirectionDraft(Label(p.pk, "plan"), f"CANARY-{p.name}-plan 方針")
                    for p in (home.mother, home.son)
                ],
                roles=[
                    RoleDraft(Label(p.pk, "roles"), agency, "課題", f"CANARY-{p.name}-roles 役割")
                    for p in (home.mother, home.son)
                    for agency in self.agencies.values()
                ],
                by=self.chief,
            )
            label = Label(home.mother.pk, "history")
            what = f"CANARY-{home.mother.name}-history 期限"
            task = add_task(
                home.case, TaskDraft(label, what, timezone.localdate(), self.chief.membership), by=self.chief
            )
            title = f"CANARY-{home.mother.name}-history 資料"
            taken = Taken("txt", "", title.encode(), "0" * 64)
            file = add_file(home.case, label, taken, title=title, has_no_place=False, by=self.chief)
            blocked = block(
                home.case, agency=self.agencies["blocked"], user_id=None, reason="関係者", by=self.chief
            )
            consent = self._consent(home)
            stays = [self._stay(home, person) for person in (home.mother, home.son)]
            relation = self._relations(home)
            assessment = self._assessment(home)
            lived = self._chronology(home)
            plan = self._plan(home)
            evaluation = self._evaluation(home, decision)
            issues = [self._issues(person) for person in (home.mother, home.son)]
            self.register = self._register(home)
            role = RoleRow.objects.get(case=home.case, agency=self.agencies["full"], person=home.mother)
            agenda = self._agenda(home)
            lines = list(ShareLine.objects.filter(case=home.case))
            for line in lines:
                end_line(line, by=self.chief, reason="準備のおわり")
        return {
            "note": notes[0],
            "stay": stays[0],
            "issue": issues[0],
            "relation": relation,
            "decision": decision,
            "role": role,
            "task": task,
            "file": file,
            "block": blocked,
            "line": lines[0],
            "consent": consent,
            "plan": plan,
            "assessment": assessment,
            "evaluation": evaluation,
            "lived": lived,
            "agenda": agenda,
        }

    def _plan(self, home: Household) -> Any:
        """Two drafts, of which an agency sees neither."""
        parts = [
            PartDraft(Label(p.pk, "plan"), "goal", f"CANARY-{p.name}-plan 目標")
            for p in (home.mother, home.son)
        ]
        draft = PlanDraft(*[timezone.localdate()] * 3, parts=parts)
        first = save_plan(home.case, draft, follows=None, by=self.chief)
        return save_plan(home.case, draft, follows=first, by=self.chief)

    def _evaluation(self, home: Household, decision: Decision) -> Any:
        """Of each direction and role what became of it, and what the center alone reads."""
        of_case = {"decision": decision, "case": home.case}
        draft = EvaluationDraft(
            decision.pk, timezone.localdate(), f"{CONSENT_CANARY} ことば", "replan",
            results=tuple(
                ResultDraft(row, "unmet", f"CANARY-{row.person.name}-plan 評価")
                for row in Direction.objects.filter(**of_case).select_related("person")
            ),
            roles=tuple(
                RoleResultDraft(row, "no", f"CANARY-{row.person.name}-roles 評価")
                for row in RoleRow.objects.filter(**of_case).select_related("person")
            ),
        )  # fmt: skip
        return record_evaluation(home.case, draft, by=self.chief)

    def _assessment(self, home: Household) -> Any:
        """Two versions, of which an agency sees what its items let it."""
        sections = {"health": "health", "money": "money", "history": "history", "assessment": "view"}
        for version in (0, 1):
            for person in (home.mother, home.son) if version == 0 else (home.mother,):
                for item, section in sections.items():
                    said = SaidDraft(person.pk, section, "staff", f"CANARY-{person.name}-{item} 版{version}")
                    held = [
                        part
                        for part in current_parts_for(self.chief, home.case)
                        if part.person_id == person.pk
                    ]
                    seen = next((part.pk for part in held if part.section == section), None)
                    write_part(home.case, said, seen=seen, by=self.chief)
            shown = Seen(version, mark_of(known_for(self.chief, home.case)))
            fixed = fix_assessment(home.case, "plan", seen=shown, by=self.chief)
        return fixed

    def _chronology(self, home: Household) -> Any:
        """One entry of each item; the last is what the agency "full" knows of the mother."""
        full = self.agencies["full"]
        for person in (home.son, home.mother):
            for item in ("assessment", "health", "money", "history"):
                lived = EntryDraft(PartialDate(2001), f"CANARY-{person.name}-{item} 年表")
                entry = write_entry(home.case, Label(person.pk, item), lived, source=full, by=self.chief)
        return entry

    def _agenda(self, home: Household) -> Any:
        """An item whose papers are open, and to nobody of those who try."""
        texts = (f"{CONSENT_CANARY} 話すこと", f"{CONSENT_CANARY} 世帯像")
        rule = ordinance(self)
        let_swear(self.anshin_worker)
        item = put(self, call(self, rule), home, self.anshin_worker, purpose_text=texts[0])
        paper(self, item, texts[1])
        open_to_all(self, item)
        self.ordinance = rule
        return item

    def _consent(self, home: Household) -> Any:
        draft = ConsentDraft(
            "given", timezone.localdate(), f"{CONSENT_CANARY} 説明", own_view=f"{CONSENT_CANARY} ことば",
            scopes=((self.anshin, "basic"),), exclusions=(Exclusion(None, "money", f"{CONSENT_CANARY} 娘"),),
        )  # fmt: skip
        return record_consent(home.case, home.mother, draft, by=self.chief)

    def _register(self, home: Household) -> Any:
        """A ledger of which one row was taken for this household, and one has not been yet."""
        columns, rows = ["番号", "経過"], [(2, ["1", "前"]), (3, ["2", f"{CONSENT_CANARY} まだの行"])]
        table = Table("台帳", "0" * 64, columns, rows, 0)
        register = read_register(table, name=home.case.number, mapping=first_mapping(columns), by=self.chief)
        kept = [{"label": "経過", "display": f"{CONSENT_CANARY} 台帳"}]
        row = RegisterRow.objects.get(register=register, position=2)
        row.case, row.state, row.cells, row.is_head = home.case, "taken", kept, True
        row.save()
        return register

    def _stay(self, home: Household, person: Any) -> Any:
        words = f"CANARY-{person.name}-basic 同居"
        return record_stay(person, StayDraft("together", words=words), by=self.chief)

    def _relations(self, home: Household) -> Any:
        """Who is shown the mother alone, with everything, sees none of them."""
        for kind in ("birth_parent", "carer", "conflict", "violent"):
            words = RelationDraft(kind, words=f"{CONSENT_CANARY} {kind}")
            relation = note_relation(home.mother, home.son, words, by=self.chief)
        return relation

    def _issues(self, person: Any) -> Any:
        """One of each item, and one that no agency sees, whatever is shared with it."""
        for code, item in (("disease", "health"), ("debt", "money"), ("family", "assessment")):
            words = f"CANARY-{person.name}-{item} 課題"
            issue = note_issue(person, code, IssueDraft("3", "staff", words=words), by=self.chief)
        words = f"{CONSENT_CANARY} 暴力"
        note_issue(person, "dv_abuse", IssueDraft("3", "staff", words=words), by=self.chief)
        return issue

    def _note(self, home: Household, person: Any, item: str) -> Any:
        text = f"CANARY-{person.name}-{item} 記録"
        paragraphs = (ParagraphDraft("fact", "observed", text),)
        there = (AttendeeDraft("interpreter", f"CANARY-{person.name}-{item} 同席"),)
        draft = NoteDraft(Label(person.pk, item), timezone.now(), "phone", text, paragraphs, attendees=there)
        return write_note(home.case, draft, by=self.chief)

    def _share_first(self) -> None:
        mother = self.hazuki.mother.pk
        every = [Label(mother, item) for item in ALL_ITEMS]
        self.share(self.hazuki, self.agencies["full"], *every)
        self.share(self.hazuki, self.agencies["partial"], Label(mother, "basic"), Label(mother, "roles"))
        self.share(self.hazuki, self.agencies["closed"], *every)
        soon = Ground("consent", "同意", until=timezone.now() + dt.timedelta(minutes=10))
        self.share(self.hazuki, self.agencies["lapsed"], *every, ground=soon)
        with acting_for(self.chief):
            row = self.ids[self.hazuki.case.pk]["block"]
            row.lifted_at = timezone.now()
            row.save(update_fields=["lifted_at"])
            share_items(
                self.hazuki.case, agency=self.agencies["blocked"], labels=every, ground=CONSENT, by=self.chief
            )
            share_items(
                self.hazuki.case, agency=self.agencies["ended"], labels=every, ground=soon, by=self.chief
            )
            for line in ShareLine.objects.filter(agency=self.agencies["ended"], ended_at=None):
                end_line(line, by=self.chief, reason="終わり")
            self.ids[self.hazuki.case.pk]["block"] = block(
                self.hazuki.case,
                agency=self.agencies["blocked"],
                user_id=None,
                reason="関係者",
                by=self.chief,
            )
        close_agency(self.agencies["closed"], by=None)

    def _conceal(self, home: Household) -> Any:
        """Two places of the son go to the vault, and somebody has one of them open just now."""
        by = self.reception
        with acting_for(by):
            values = {"address": f"{SECRET_PLACE} 秘密の家"}
            row = PersonContact.objects.get(person=home.son)
            set_item(home.son, item="contact", values=values, seen=fingerprint(row, ["address"]), by=by)
            values = {"occupation": f"{SECRET_PLACE} 学校"}
            change_person(home.son, values=values, seen=fingerprint(home.son, ["occupation"]), by=by)
            ground = GroundDraft("provisional", f"{CONSENT_CANARY} 本人の電話")
            concealment = conceal(home.case, home.mother, ground, (Threat("見本の人"),), by=by)
            ask_for_place(home.son, kind="work", reason="見本", by=by)
        return concealment

    def _send_submission(self) -> None:
        self.submission_id = uuid.uuid4()

    def people(self) -> Iterator[tuple[str, Person]]:
        every = {(self.hazuki.mother.name, item) for item in ALL_ITEMS}
        yield "anonymous", Person(Client())
        privacy = make_viewer("privacy", self.center, "privacy_officer")
        for viewer in (self.editor, self.auditor, privacy, self.sysadmin):
            yield viewer.role, Person(_client(viewer.user), viewer.role)
        for name, agency in self.agencies.items():
            member = make_viewer(f"{name}-worker", agency)
            if name == "full":
                self.full_member = member.membership.pk
            role = "" if name == "closed" else "agency_staff"
            labels = {
                "full": every,
                "partial": {(self.hazuki.mother.name, "basic"), (self.hazuki.mother.name, "roles")},
            }
            yield f"agency {name}", Person(_client(member.user), role, labels=labels.get(name, set()))
        yield "agency none", Person(_client(self.stranger.user), "agency_staff")
        admin = make_viewer("full-admin", self.agencies["full"], "agency_admin")
        yield "agency admin", Person(_client(admin.user), "agency_admin")
        blocked = make_viewer("blocked-coordinator", self.center_itaku, "coordinator")
        with acting_for(self.chief):
            for home in (self.hazuki, self.tomono):
                block(home.case, agency=None, user_id=blocked.user.pk, reason="親族", by=self.chief)
        yield "coordinator blocked", Person(_client(blocked.user), "coordinator")
        inactive = make_viewer("inactive", self.agencies["full"])
        client = _client(inactive.user)
        inactive.user.is_active = False
        inactive.user.save()
        yield "inactive", Person(client)
        root = get_user_model().objects.create_superuser("root", password="x")
        yield "superuser", Person(_client(root))
        member = make_viewer("root-in-agency", self.other)
        member.user.is_superuser = True
        member.user.save()
        yield "superuser in an agency", Person(_client(member.user), "agency_staff")
        out = make_viewer("sealed-out-coordinator", self.center_itaku, "coordinator")
        circle = {each.user.pk for each in (self.reception, self.coordinator, self.chief)}
        with acting_for(self.chief):
            for home in (self.hazuki, self.tomono):
                seal_case(home.case, members=circle, reason="親族", seen=0, by=self.chief)
        yield "coordinator sealed out", Person(_client(out.user), "coordinator")
        for viewer in (self.reception, self.coordinator, self.chief):
            yield viewer.role, Person(_client(viewer.user), viewer.role, sees_all=True)


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def canaries_of(home: Household) -> dict[tuple[str, str], list[str]]:
    """Every text of a case by (name, item)."""
    texts: dict[tuple[str, str], list[str]] = {}
    for person in (home.mother, home.son):
        for item in ALL_ITEMS:
            texts[person.name, item] = [f"CANARY-{person.name}-{item} "]
        texts[person.name, "basic"].append(person.name)
        for item, values in secrets_of(person.name).items():
            texts[person.name, item] += [str(value) for value in values.values()]
    return texts


@pytest.fixture
def matrix_world(kept_matrix: MatrixWorld, shift_clock: Any) -> MatrixWorld:
    return kept_matrix


def test_matrix_names_every_url_of_ours():
    ours = {url.name for url in mapped_urls() if url.is_ours and not url.route.startswith("cms/")}

    assert ours == set(MATRIX)


def test_matrix_names_everybody(matrix_world):
    assert tuple(name for name, _person in matrix_world.people()) == PEOPLE


@pytest.mark.slow
@pytest.mark.parametrize("name", PEOPLE)
def test_every_url_answers_every_person_as_the_matrix_says(matrix_world, shift_clock, settings, name):
    settings.MARUGOTO_READY_PROBES = {}  # no worker runs here that would seal the log
    person = dict(matrix_world.people())[name]
    # What was shared for ten minutes has lapsed, with no worker running.
    shift_clock(dt.timedelta(minutes=20))

    visit = Visit(matrix_world, name, person)
    for url_name in MATRIX:
        for home in (matrix_world.hazuki, matrix_world.tomono):
            visit.try_url(url_name, home)

    assert visit.wrong == [], "\n".join(visit.wrong)


class Visit:
    """What one person is answered, URL by URL; ``wrong`` says what the matrix does not.

    What stands at the end of one request is what stood before the next: it is asked once. So is a URL that is of neither household.
    """

    def __init__(self, world: MatrixWorld, name: str, person: Person) -> None:
        self.world, self.name, self.person = world, name, person
        self.forbidden = _forbidden(world, person)
        self.logged = _last_number(world)
        self.written = _written()
        self.wrong: list[str] = []
        self.tried: set[str] = set()

    def try_url(self, url_name: str, home: Household) -> None:
        cell = MATRIX[url_name]
        url = reverse(url_name, kwargs=_arguments(self.world, url_name, home))
        if url in self.tried:
            return
        self.tried.add(url)
        for method in cell.methods:
            response = getattr(self.person.client, method.lower())(url)
            where = f"{self.name} {method} {url_name} {home.case.number}: {response.status_code}"
            expected = _expected(self.person, url_name, home, self.world)
            if response.status_code not in expected:
                self.wrong.append(f"{where}, expected {sorted(expected)}")
            body = response.content.decode(errors="replace")
            self.wrong += [f"{where} shows {text!r}" for text in self.forbidden if text in body]
            before, self.written = self.written, _written()
            if response.status_code >= 400 and self.written != before:
                self.wrong.append(f"{where} changed something")
            found = self._log_says()
            said = _log_should_say(self.person, cell, url_name, response) if cell.who != EVERYBODY else ""
            if said and found != said:
                self.wrong.append(f"{where} is logged as {found}, expected {said}")

    def _log_says(self) -> str:
        with acting_for(self.world.auditor):
            rows = list(AuditEntry.objects.filter(number__gt=self.logged).order_by("number"))
        self.logged = rows[-1].number if rows else self.logged
        verbs = [row.verb for row in rows]
        if "refused" in verbs:
            return "refused" if len(rows) == 1 else f"refused and {len(rows) - 1} more"
        # A letter is made of what is read for it, and says in the log about whom and naming whom.
        if {"read", "listed", "letter_made"} & set(verbs):
            acts = len({row.request_id for row in rows})
            return "one read" if acts == 1 else f"{acts} acts"
        return "nothing" if not rows else f"{verbs}"


def _try(world: MatrixWorld, name: str, person: Person, url_name: str, home: Household) -> list[str]:
    visit = Visit(world, name, person)
    visit.try_url(url_name, home)
    return visit.wrong


@cache
def _our_urls() -> dict[str, MappedUrl]:
    return {url.name: url for url in reversed(list(mapped_urls()))}


# Pages that show people or cases without being about one of them.
LISTS = {
    *("audit:alarms", "audit:log", "casework:brought", "casework:case_list", "casework:inbox"),
    *(
        "casework:referrals",
        "casework:notifications",
        "casework:duties",
        "casework:board",
        "casework:meetings",
        "casework:oaths",
        "casework:roles",
        "casework:handovers",
    ),
    *("casework:reports", "casework:report", "casework:report_list"),
    "forms_app:submission_list",
}


def _log_should_say(person: Person, cell: Any, url_name: str, response: Any) -> str:
    """Every page with data leaves one act that is a read; a refusal leaves one row and no more.

    What redirects shows nothing; whether it changed something is for other tests.
    """
    if response.status_code in {403, 404}:
        return "refused"
    if 300 <= response.status_code < 400:
        return ""
    if url_name == "casework:home":
        return "one read" if person.role in READERS else "nothing"
    if cell.object in ("code", "ordinance"):
        return "nothing"  # words, nobody's
    return "one read" if cell.object or url_name in LISTS else "nothing"


def _last_number(world: MatrixWorld) -> int:
    with acting_for(world.auditor):
        return AuditEntry.objects.aggregate(last=Max("number"))["last"] or 0


def _arguments(world: MatrixWorld, url_name: str, home: Household) -> dict[str, Any]:
    ids = world.ids[home.case.pk]
    known = {
        "case_id": home.case.pk,
        "person_id": home.mother.pk,
        "item": "money",
        "note_id": ids["note"].pk,
        "stay_id": ids["stay"].pk,
        "issue_id": ids["issue"].pk,
        "relation_id": ids["relation"].pk,
        "line_id": ids["line"].pk,
        "block_id": ids["block"].pk,
        "decision_id": ids["decision"].pk,
        "plan_id": ids["plan"].pk,
        "assessment_id": ids["assessment"].pk,
        "evaluation_id": ids["evaluation"].pk,
        "asked_id": NOBODYS,
        "entry_id": ids["lived"].pk,
        "role_id": ids["role"].pk,
        "sheet_id": NOBODYS,
        "meeting_id": ids["agenda"].meeting_id,
        "agenda_id": ids["agenda"].pk,
        "ordinance_id": world.ordinance.pk,
        "contact_id": world.contact.pk,
        "submission_id": world.submission_id,
        "draft_id": NOBODYS,
        "notice_id": NOBODYS,
        "handover_id": NOBODYS,
        "list_code": "topic",
        "key": "referral_receipt",
        "code": "debt",
        "alarm_id": NOBODYS,
        "recall_id": NOBODYS,
        "referral_id": NOBODYS,
        "notification_id": NOBODYS,
        "task_id": ids["task"].pk,
        "file_id": ids["file"].pk,
        "register_id": world.register.pk,
        "consent_id": ids["consent"].pk,
        "concealment_id": world.concealment.pk,
        "request_id": NOBODYS,
        "session_id": NOBODYS,
        "secret": "no-such-secret",
        "membership_id": world.full_member if MATRIX[url_name].object == "person" else 0,
        "invitation_id": NOBODYS,
        "agency_id": 0,
        "year": timezone.localdate().year,
        "month": timezone.localdate().month,
        "count": "contacts",
        "slug": "no-such-form",
        "path": "images/none.png",
    }
    route = _our_urls()[url_name].route
    return {key: value for key, value in known.items() if f":{key}>" in route or f"<{key}>" in route}


def _expected(person: Person, url_name: str, home: Household, world: MatrixWorld) -> set[int]:
    cell = MATRIX[url_name]
    if cell.who == EVERYBODY:
        # 503: the log is sealed late here, as no worker runs.
        return {200, 302, 400, 403, 404, 405, 422, 429, 503}
    if not person.role:
        return {302} if person.is_nobody else {403}
    if person.role not in cell.who:
        return {403}
    if cell.object == "case":
        return _expected_of_case(person, url_name, home, world)
    if cell.object in ("submission", "session", "nobody", "alarm"):
        return {302} if _our_urls()[url_name].access.fresh else {404}
    # A meeting holds nothing of a case, and the center knows of all; its items do.
    knows = person.sees_all or (cell.object == "meeting" and person.role in CENTER)
    return {404} if cell.object in ("meeting", "agenda") and not knows else {200, 302, 422}


def _expected_of_case(person: Person, url_name: str, home: Household, world: MatrixWorld) -> set[int]:
    sees = person.sees_all or (bool(person.labels) and home is world.hazuki)
    if _our_urls()[url_name].access.fresh:
        return {302}  # asked who they are before anything is looked at
    if not sees:
        return {404}
    nobodys = ("sheet", "sheet_file", "plan_excel", "closing_sheet", "assessment_unask")
    is_nobodys_row = url_name.removeprefix("casework:") in nobodys
    of_concealed = url_name in ("casework:concealment_renew", "casework:place_ask")
    route = _our_urls()[url_name].route
    is_row_unseen = "<uuid:plan_id>" in route and not person.sees_all
    reads_assessment = person.sees_all or ("葉月原母", "assessment") in person.labels
    is_row_unseen |= "<uuid:assessment_id>" in route and not reads_assessment
    reads_evaluation = person.sees_all or any(item in ("plan", "roles") for _who, item in person.labels)
    is_row_unseen |= "<uuid:evaluation_id>" in route and not reads_evaluation
    reads_history = person.sees_all or ("葉月原母", "history") in person.labels
    is_row_unseen |= "<uuid:entry_id>" in route and not reads_history
    if is_nobodys_row or is_row_unseen or (of_concealed and home is not world.tomono):
        return {404}
    if url_name in ("casework:share_end", "casework:block_lift"):
        return {200, 302, 404}
    if url_name in ("casework:role_answer", "casework:role_touch", "casework:file_open"):
        # The role is one agency's alone; the file is of the mother's history, which not everybody sees who sees the case.
        is_file = url_name == "casework:file_open"
        label = ("葉月原母", "history" if is_file else "health")
        opens = label in person.labels or (is_file and person.sees_all)
        done = {302 if url_name == "casework:role_touch" else 200}
        return done if opens else {404 if is_file else 403}
    return {200, 302, 422}


def _forbidden(world: MatrixWorld, person: Person) -> list[str]:
    if person.sees_all:
        return [SECRET_PLACE]
    texts = [SECRET_PLACE]
    for home in (world.hazuki, world.tomono):
        for label, canaries in canaries_of(home).items():
            if label not in person.labels:
                texts += canaries
    texts.append(CONSENT_CANARY)
    return [*texts, "CANARY-CONTACT"] if person.role != "coordinator" else texts


def _written() -> int:
    """Return how many rows of casework's walled tables this transaction added, changed or deleted, or tried to."""
    acts = " + ".join(f"pg_stat_get_xact_tuples_{act}(oid)" for act in ("inserted", "updated", "deleted"))
    with connection.cursor() as cursor:
        tables = [wall.table for wall in WALLS]
        cursor.execute(f"SELECT sum({acts}) FROM pg_class WHERE oid = ANY (%s::regclass[])", [tables])
        return int(cursor.fetchone()[0])


@pytest.mark.slow
def test_refusal_that_writes_would_be_named(matrix_world, monkeypatch):
    case, settle = matrix_world.hazuki.case, ViewerMiddleware.process_view

    def write(self, request, *args):
        settle(self, request, *args)
        with acting_for(matrix_world.chief):
            Case.objects.filter(pk=case.pk).update(number=case.number)

    def refused():
        person = Person(_client(matrix_world.stranger.user), "agency_staff")
        return _try(matrix_world, "none", person, "casework:case", matrix_world.hazuki)

    assert refused() == []
    monkeypatch.setattr(ViewerMiddleware, "process_view", write)
    assert refused() == [f"none GET casework:case {case.number}: 404 changed something"]


@pytest.mark.slow
def test_page_that_leaves_nothing_in_the_log_would_be_named(matrix_world, monkeypatch):
    person = Person(_client(matrix_world.chief.user), "chief", sees_all=True)
    asked = (matrix_world, "chief", person, "casework:share_add", matrix_world.hazuki)
    assert _try(*asked) == []

    monkeypatch.setattr("casework.reads.record_case_shown", lambda *args, **kwargs: None)

    assert [text.partition(": ")[2] for text in _try(*asked)] == [
        "200 is logged as nothing, expected one read",
    ] * 2


@pytest.mark.slow
def test_full_agency_does_see_what_it_may(matrix_world):
    """The positive control: there is something to hide, and the test would see it."""
    people = dict(matrix_world.people())
    url = reverse("casework:case", args=[matrix_world.hazuki.case.pk])

    body = people["agency full"].client.get(url).content.decode()

    found = {
        label
        for label, texts in canaries_of(matrix_world.hazuki).items()
        if all(text in body for text in texts)
    }
    assert found == {("葉月原母", item) for item in ALL_ITEMS}


@pytest.mark.slow
def test_sheet_of_another_person_is_not_there(matrix_world):
    people = dict(matrix_world.people())
    with acting_for(matrix_world.chief):
        sheet = Sheet(
            case=matrix_world.hazuki.case,
            decision=matrix_world.ids[matrix_world.hazuki.case.pk]["decision"],
            membership=matrix_world.chief.membership,
            language="ja",
            state=SheetState.READY,
            pdf=b"%PDF CANARY",
            made_at=timezone.now(),
        )
        sheet.save(force_insert=True)
    url = reverse("casework:sheet_file", args=[matrix_world.hazuki.case.pk, sheet.pk])

    statuses = {name: person.client.get(url).status_code for name, person in people.items()}

    assert statuses["chief"] == 200
    assert {name for name, status in statuses.items() if status == 200} == {"chief"}
