"""What people wrote stands in the rows made for it and nowhere else: no task, no traceback, no log line, no mail, no
session, no cache, no audit row, no history of Wagtail carries a word of it.

Every text field gets a word found nowhere else; then tasks run and fail, a page breaks, mails go out.
"""

import datetime as dt
import io
import logging
import pickle
import re
import uuid

import pytest
from django.core import mail
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from casework.bringing.actions import BroughtDraft, bring
from casework.cases.actions import create_case, move_to_stage
from casework.concealment.actions import GroundDraft, Threat, ask_for_place, ask_to_lift, conceal, open_place
from casework.consent.actions import ConsentDraft, Exclusion, record_consent, withdraw_consent
from casework.files.actions import add_file, remove_file
from casework.households.actions import StayDraft, add_person, create_household, record_stay, set_item
from casework.households.models import PersonContact
from casework.intake.actions import record_contact, save_draft, write_without_consent
from casework.issues.actions import IssueDraft, follow_issue, note_issue
from casework.meetings.actions import PrepDraft, answer_prep, take_off_agenda
from casework.meetings.minutes import MinutesText, Outcome, fix_item, record_paper_receipts, save_minutes
from casework.notes.actions import (
    AttendeeDraft,
    CorrectionDraft,
    NoteDraft,
    ParagraphDraft,
    correct_note,
    write_note,
)
from casework.notices.actions import record_call, record_notice, record_reply
from casework.plans.actions import DirectionDraft, RoleDraft, answer_role, decide
from casework.plans.models import InCharge, RoleRow
from casework.referrals.actions import (
    AnswerDraft,
    ReferralDraft,
    answer_referral,
    revoke_referral,
    send_referral,
)
from casework.registers.actions import read_register
from casework.registers.mapping import first_mapping
from casework.registers.reading import Table
from casework.relations.actions import RelationDraft, note_relation
from casework.seals.actions import seal_case
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label, block, end_line, share_items
from casework.sheets.actions import request_sheet
from casework.tasks.actions import TaskDraft, add_task, end_task
from casework.triage.actions import ScreeningDraft, screen_case
from forms_app import demo as forms_demo
from forms_app.submissions.actions import receive_submission
from forms_app.submissions.given import GivenAnswer
from marugoto_site.logging import LineFormatter, WithoutContent
from permissions.audit.alarms import raise_alarms, review_alarm
from permissions.uploads.pipeline import Taken
from permissions.walls.context import acting_for
from tests.casework.tables import call, let_swear, open_to_all, ordinance, paper, put
from tests.forms_app.conftest import publish

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WORD = re.compile(r"カナリア[^\s\"'<>|,;)]*?号")

# Rows made to hold what people wrote, each behind a wall. Everything else carries ids only.
MADE_FOR_IT = {
    "casework_household",
    "casework_person",
    "casework_personcontact",
    "casework_personhealth",
    "casework_personmoney",
    "casework_stay",
    "casework_issue",
    "casework_relation",
    "casework_note",
    "casework_task",
    "casework_casefile",
    "casework_fileremoval",
    "casework_taskend",
    "casework_closure",
    "casework_assessmentpart",
    "casework_assessedfact",
    "casework_assessmentrequest",
    "casework_chronologyentry",
    "casework_planpart",
    "casework_planrole",
    "casework_planagreement",
    "casework_planconfirmation",
    "casework_ordinance",
    "casework_oath",  # where the paper is
    "casework_meeting",
    "casework_agendaitem",
    "casework_agendaperson",
    "casework_agendaremoval",
    "casework_agendapaper",
    "casework_prepsheet",
    "casework_monitoring",
    "casework_monitoringtick",
    "casework_evaluation",
    "casework_evaluationresult",
    "casework_evaluationrole",
    "casework_suspension",
    "casework_suspensionend",
    "casework_minutes",
    "casework_minutesattendee",
    "casework_questionnaire",
    "casework_minutesdraft",
    "casework_reopening",
    "casework_handover",
    "casework_noteparagraph",
    "casework_attendee",
    "casework_direction",
    "casework_rolerow",
    "casework_roleanswer",
    "casework_contact",
    "casework_contactdraft",
    "casework_withoutconsent",
    "casework_emergencycall",
    "casework_statutorynotice",
    "casework_noticereply",
    "casework_shareline",  # the evidence of a basis
    "casework_lineend",  # why it ended
    "casework_consent",
    "casework_screening",
    "casework_brought",
    "casework_concealmentground",
    "casework_concealmentthreat",
    "casework_liftrequest",
    "casework_placerequest",  # why somebody wants to see a place
    "casework_referral",
    "casework_referralanswer",
    "casework_referralrevocation",
    "casework_consentexclusion",
    "casework_consentwithdrawal",
    "casework_block",  # its reason
    "casework_seal",
    "casework_registerrow",
    "casework_caseevent",  # before and after
    "casework_searchrow",  # names, readings, telephone numbers and addresses, folded
    "forms_app_answer",
    "forms_app_submission",
    "forms_app_formrevision",
    "marugoto_permissions_alarmreview",
}


class Words:
    """Words found nowhere else, each saying where it was put."""

    def __init__(self):
        self.used = []

    def __call__(self, place):
        word = f"カナリア{place}{len(self.used)}号"
        self.used.append(word)
        return word


class Log(logging.Handler):
    """Every line of every logger, written as in production."""

    def __init__(self):
        super().__init__()
        self.out = io.StringIO()
        self.addFilter(WithoutContent())
        self.setFormatter(LineFormatter("{asctime} {levelname} {name} {message}", style="{"))

    def emit(self, record):
        self.out.write(self.format(record) + "\n")


@pytest.fixture
def log():
    handler = Log()
    loggers = [logging.getLogger(name) for name in ("", "django", "django.request", "django_tasks")]
    for logger in loggers:
        logger.addHandler(handler)
    yield handler
    for logger in loggers:
        logger.removeHandler(handler)


def _consent(words, scopes, **more):
    return ConsentDraft(
        "given",
        timezone.localdate(),
        words("説明"),
        scopes=scopes,
        exclusions=(Exclusion(None, "money", words("娘")),),
        giver="scribe",
        giver_name=words("代筆"),
        method="oral",
        aid="interpreter",
        aid_note=words("通訳"),
        capacity="doubted",
        capacity_note=words("判断"),
        own_view=words("ことば"),
        kept_at=words("棚"),
        **more,
    )


def _refer(world, words, case, person):
    """One referral that is answered, one that is taken back."""
    texts = ("heard", "issues", "wishes", "explained", "promised", "we_keep", "accompanied_by")
    for number, end in enumerate(("answer", "revoke")):
        draft = ReferralDraft(
            receiver=world.kenko,
            person_id=person.pk,
            ground=Ground("law", words("根拠")),
            answer_by=timezone.localdate(),
            **{name: words(f"つなぎ{number}") for name in texts},
        )
        with acting_for(world.coordinator):
            referral = send_referral(case, draft, by=world.coordinator)
            if end == "revoke":
                revoke_referral(referral, reason=words("取消"), by=world.coordinator)
        if end == "answer":
            with acting_for(world.kenko_worker):
                said = AnswerDraft("conditional", words=words("条件"), contact_person=words("担当"))
                answer_referral(referral, said, answered=0, by=world.kenko_worker)


def _conceal(world, words):
    """Another household: its places are in the vault, one of them open, and somebody asks for the end."""
    home, by = world.tomono, world.coordinator
    with acting_for(by):
        row = PersonContact.objects.get(person=home.mother)
        set_item(
            home.mother,
            item="contact",
            values={"address": words("秘密の家")},
            seen=fingerprint(row, ["address"]),
            by=by,
        )
        threats = (Threat(words("加害"), words("関係")),)
        concealment = conceal(home.case, home.mother, GroundDraft("other", words("根拠")), threats, by=by)
        place = ask_for_place(home.mother, kind="address", reason=words("見る"), by=by)
        ask_to_lift(concealment, reason=words("終える"), by=by)
    with acting_for(world.chief):
        open_place(place, by=world.chief)


def _household(person, words, by):
    aunt = add_person(person.case, values={"name": words("おば")}, by=by)
    note_relation(aunt, person, RelationDraft("violent", words=words("関係")), by=by)
    record_stay(person, StayDraft("apart", words=words("別居")), by=by)
    told = {"since": words("いつから"), "existing": words("かかわる機関"), "words": words("課題")}
    issue = note_issue(person, "dv_abuse", IssueDraft("3", "self", **told), by=by)
    follow_issue(issue, IssueDraft("2", "self", words=words("課題のあと")), by=by)


def _ask(words, case, person, owner, by):
    """One thing that is to be done, one that was dropped; a file, and one that was taken away."""
    for number in range(2):
        draft = TaskDraft(Label(person.pk, "history"), words("期限"), timezone.localdate(), owner.membership)
        task = add_task(case, draft, by=by)
        taken = Taken("txt", words("資料"), words("中身").encode(), "0" * 64)
        title = words("資料の名前")
        file = add_file(case, Label(None, "history"), taken, title=title, has_no_place=False, by=by)
        if number:
            remove_file(file, reason=words("取り除く"), by=by)
            end_task(task, kind="dropped", words=words("やめた"), by=by)


def _refer_and_meet(world, words, case, person):
    _refer(world, words, case, person)
    _meet(world, words)


def _meet(world, words):
    """A case on the table, with an answer from before the meeting, and taken off."""
    home, viewer, by = world.hazuki, world.kenko_worker, world.coordinator
    rule = ordinance(world, title=words("要綱"), text=words("要綱文"))
    let_swear(viewer)
    meeting = call(
        world, rule, label=words("会議"), convener=words("招集"), chair=words("議長"), place=words("場所")
    )
    item = put(
        world, meeting, home, viewer, people={home.son.pk: words("呼")}, purpose_text=words("話すこと")
    )
    paper(world, item, words("資料"))
    open_to_all(world, item)
    with acting_for(viewer):
        texts = {name: words(f"準備{name}") for name in ("knows", "can_do", "cannot_do", "needs")}
        answer_prep(item, PrepDraft(**texts), answered=0, by=viewer)
    other = put(world, call(world, rule, held_at=timezone.now()), home, viewer)
    open_to_all(world, other)
    with acting_for(by):
        take_off_agenda(item, reason=words("取り下げ"), by=by)
        text = MinutesText(words("事実"), words("論点"), words("留保"), words("取扱"))
        save_minutes(other, text, seen=0, by=by)
        until = timezone.now() + dt.timedelta(days=7)
        fix_item(other, Outcome(), seen=1, present=[], circulate_until=until, by=by)
        record_paper_receipts(other, [viewer.membership], by=by)


def _shut(world, words, case):
    block(case, agency=world.other, user_id=None, reason=words("理由"), by=world.chief)
    circle = {each.user.pk for each in (world.chief, world.coordinator, world.reception)}
    table = Table("台帳", "0" * 64, ["番号", "氏名"], [(2, ["1", words("台帳")])], 0)
    read_register(table, name="台帳", mapping=first_mapping(table.columns), by=world.chief)
    seal_case(case, members=circle, reason=words("限定"), seen=0, by=world.chief)


@pytest.fixture
def told(kept_world):
    """A world in which every text field says a word of its own."""
    world, words = kept_world, Words()
    by, chief = world.coordinator, world.chief
    with acting_for(by):
        case = create_case(by=by)
        create_household(case, name=words("世帯"), kind="other", by=by)
        person = add_person(
            case, values={"name": words("氏名"), "relation": "self", "occupation": words("仕事")}, by=by
        )
        items = {
            "contact": {"phone": words("電話"), "address": words("住所"), "caution": words("注意")},
            "health": {"condition": words("病気"), "doctor": words("医師")},
            "money": {"situation": words("借金")},
        }
        for item, values in items.items():
            set_item(person, item=item, values=values, seen=fingerprint(None, list(values)), by=by)
        _household(person, words, by)
        said = (
            ParagraphDraft("fact", "family", words("記録")),
            ParagraphDraft("next", "judged", words("次")),
        )
        note = write_note(
            case, NoteDraft(Label(person.pk, "history"), timezone.now(), "phone", words("題"), said), by=by
        )
        better = (ParagraphDraft("transcript", "self", words("逐語")),)
        there = (AttendeeDraft("other", words("同席"), words("所属"), words("関係")),)
        correct_note(note, CorrectionDraft(words("題"), better, words("訂正"), there), by=by)
        _ask(words, case, person, chief, by)
        ground = Ground("consent", words("根拠"))
        labels = [Label(person.pk, item) for item in ("basic", "roles", "plan", "money")]
        scopes = tuple((world.anshin, label.item) for label in labels)
        consent = record_consent(case, person, _consent(words, scopes, witness=chief.membership), by=by)
        lines = share_items(case, agency=world.anshin, labels=labels, ground=ground, by=by)
        end_line(next(line for line in lines if line.item == "money"), by=by, reason=words("終わり"))
        said = {"said_on": timezone.localdate(), "how": words("撤回")}
        withdraw_consent(consent, agency=world.anshin, item="basic", **said, by=by)
        decision = decide(
            case,
            decided_on=timezone.localdate(),
            directions=[DirectionDraft(Label(person.pk, "plan"), words("方針"))],
            roles=[
                RoleDraft(
                    Label(person.pk, "roles"),
                    world.anshin,
                    words("課題"),
                    words("役割"),
                    worker=words("担当"),
                    deputy=words("副担当"),
                    needs=words("要る情報"),
                    reports=words("知らせること"),
                )
            ],
            by=by,
        )
    with acting_for(world.anshin_worker):
        answer_role(
            RoleRow.objects.get(case=case),
            kind="accepted",
            text=words("回答"),
            in_charge=InCharge(words("担当"), words("副担当")),
            answered=0,
            by=world.anshin_worker,
        )
        request_sheet(case, decision, by=world.anshin_worker)
    _refer_and_meet(world, words, case, person)
    _conceal(world, words)
    texts = ("in_charge", "reply_to", "one_line", "facts", "how_known", "tried", "next_try", "wishes")
    brought = {name: words(f"持ちこみ{name}") for name in texts}
    with acting_for(world.anshin_worker):
        bring(BroughtDraft(**brought, has_consent=False, why="refused", basis="law"), by=world.anshin_worker)
    with acting_for(by):
        for stage in ("intake", "screening"):
            move_to_stage(world.hazuki.case, stage=stage, by=by)
        screen_case(world.hazuki.case, ScreeningDraft("outreach_track", why=words("振り分け")), by=by)
    with acting_for(chief):
        _shut(world, words, case)
        contact = record_contact(
            channel="phone",
            speaker="self",
            one_line=words("ひとこと"),
            reply_to=words("折返し"),
            referrer_name=words("紹介元"),
            urgency="D",
            signs=("medical",),
            received_at=timezone.now(),
            by=chief,
        )
        told_without_consent = {
            "agency": words("寄せた機関"), "in_charge": words("担当者"), "how_known": words("知った"), "why": "refused",
            "tried": words("試した"), "next_try": words("次"), "facts": words("事実"), "basis": "law",
        }  # fmt: skip
        write_without_consent(contact, values=told_without_consent, by=chief)
        save_draft(uuid.uuid4(), data={"one_line": [words("書きかけ")]}, revision=0, by=chief)
        now = timezone.now()
        called = {"whom": "police", "called_at": now, "outcome": words("結果")}
        record_call(contact, values=called, by=chief)
        notified = {"law": "child", "recipient": words("通告先"), "noticed_at": now, "content": words("通告")}
        notice = record_notice(contact, values=notified, hides_informant=False, by=chief)
        record_reply(notice, values={"replied_at": now, "text": words("返事")}, by=chief)
    world.case, world.person, world.words = case, person, words
    return world


def client_of(viewer):
    client = Client(raise_request_exception=False)
    client.force_login(viewer.user, backend=BACKEND)
    return client


def send_consultation(world):
    editor, center = world.editor, world.center
    revision = publish(forms_demo.new_form(center, center), editor)
    answer = GivenAnswer("story", "text", "話", world.words("相談"), world.words("相談文"))
    receive_submission(revision, [answer], key=uuid.uuid4().hex, language="ja")


def break_everything(world, monkeypatch, run_tasks):
    """Tasks that fail, a page that breaks, a post that is refused: each with a message that quotes somebody."""
    secret = world.words("例外")

    def quote(*args, **kwargs):
        raise ValueError(f"{secret} {kwargs}")

    client = client_of(world.coordinator)
    note_url = reverse("casework:note_add", args=[world.case.pk])
    typed = {"title": world.words("送信"), "fact_1": world.words("送信"), "method": "phone", "what": "x"}
    with monkeypatch.context() as patch:
        patch.setattr("casework.sheets.actions.make_pdf", quote)
        patch.setattr("casework.notes.views.NoteForm.is_valid", quote)
        patch.setattr("forms_app.delivery.actions.deliver_row", quote)
        assert client.post(note_url, typed).status_code == 500
        assert client.get(reverse("casework:case_list"), {"after": world.words("問合せ")}).status_code == 200
        run_tasks()
    assert client.post(reverse("casework:share_add", args=[world.case.pk]), typed).status_code in {200, 422}
    assert client.get(f"/casework/cases/{world.words('住所欄')}/").status_code == 404
    client_of(world.reception).post(reverse("casework:share_add", args=[world.case.pk]), typed)


def raise_an_alarm(world, run_tasks):
    world.chief.user.email = "chief@example.org"
    world.chief.user.save()
    client = client_of(world.anshin_worker)
    for _try in range(51):
        client.get(reverse("casework:block_add", args=[world.case.pk]))
    (alarm,) = raise_alarms()
    with acting_for(world.chief):
        review_alarm(alarm, by=world.chief, outcome="duty", words=world.words("確かめ"))
    run_tasks()


def tables_with_words(viewer):
    """Return every table of which somebody finds a word, by SELECT *."""
    found = set()
    with acting_for(viewer), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'SELECT')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT 1 FROM "{table}" t WHERE t::text LIKE %s LIMIT 1', ["%カナリア%"])
            # JSON of Django's own writes Japanese as escapes.
            escaped = (
                "%" + "カナリア".encode("ascii", "backslashreplace").decode().replace("\\", "\\\\") + "%"
            )
            again = f'SELECT 1 FROM "{table}" t WHERE t::text LIKE %s LIMIT 1'
            hit = cursor.fetchone()
            cursor.execute(again, [escaped])
            if hit or cursor.fetchone():
                found.add(table)
    return found


def test_what_people_wrote_stands_where_it_was_put_and_nowhere_else(told, log, monkeypatch, run_tasks):
    world = told
    send_consultation(world)
    break_everything(world, monkeypatch, run_tasks)
    raise_an_alarm(world, run_tasks)
    client_of(world.coordinator).get(reverse("casework:case", args=[world.case.pk]))
    searched = {"words": world.words("さがす") + " " + world.person.name}
    client_of(world.coordinator).post(reverse("casework:search"), searched, follow=True)
    client_of(world.coordinator).post(reverse("casework:search"), {"words": world.person.name}, follow=True)

    found = set().union(
        *(tables_with_words(viewer) for viewer in (world.chief, world.auditor, world.sysadmin))
    )
    lines = log.out.getvalue()
    mails = "".join(str(message.message()) for message in mail.outbox)
    auditor = client_of(world.auditor)
    log_pages = [auditor.get(reverse("audit:log"), {"case": str(world.case.pk)})]
    log_pages.append(auditor.post(reverse("audit:log_export")))
    cache = b"".join(pickle.dumps(value) for value in caches["default"]._cache.values())

    assert found - MADE_FOR_IT == set()
    assert WORD.findall(lines) == []
    assert WORD.findall(mails) == []
    assert "カナリア".encode() not in cache
    for page in log_pages:
        assert page.status_code == 200
        assert str(world.case.pk) in page.content.decode()
        assert WORD.findall(page.content.decode()) == []
    # There was something to hide, and something to hide it from.
    assert found >= {
        "casework_note",
        "casework_noteparagraph",
        "casework_attendee",
        "casework_contact",
        "casework_caseevent",
        "forms_app_answer",
    }
    assert len(world.words.used) > 25
    assert "ValueError" in lines
    assert DBTaskResult.objects.exclude(traceback="").exists()
    assert len(mail.outbox) >= 1


def test_a_word_in_a_task_or_a_log_line_would_be_found(told, log):
    DBTaskResult.objects.update(traceback=told.words("跡"))
    logging.getLogger("marugoto.tasks").error("failed: %s", told.words("行"))

    assert "django_tasks_database_dbtaskresult" in tables_with_words(told.sysadmin)
    assert WORD.findall(log.out.getvalue()) != []
