import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import replace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from wagtail import hooks

from casework.concealment.actions import GroundDraft, ask_to_lift, conceal, lift_concealment
from casework.plans.actions import DirectionDraft, RoleDraft, decide
from casework.sharing.actions import Label, end_line
from casework.sharing.models import ShareLine
from casework.sheets import actions, pdf
from casework.sheets.actions import make_sheet, request_sheet
from casework.sheets.content import content_for
from casework.sheets.kinds import SheetKind, sheet_kinds
from casework.sheets.models import Sheet, SheetState
from casework.sheets.selectors import sheet_for
from permissions import paper
from permissions.audit.tasks import tell_of_overdue_alarms
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.worlds import World, make_viewer

# Thorough rather than quick: `make test` runs them.
pytestmark = pytest.mark.slow


BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def decide_for(world, agency):
    """A decision about mother and son, of which the agency is shown the mother's part."""
    home = world.hazuki
    world.share(home, agency, *(Label(home.mother.pk, item) for item in ("basic", "plan", "roles")))
    world.share(home, world.kenko, Label(home.son.pk, "roles"))
    with acting_for(world.chief):
        return decide(
            home.case,
            decided_on=timezone.localdate(),
            directions=[
                DirectionDraft(Label(home.mother.pk, "plan"), "母の方針 髙﨑𠮷葛󠄀"),
                DirectionDraft(Label(home.son.pk, "plan"), "息子の方針"),
            ],
            roles=[
                RoleDraft(Label(home.mother.pk, "roles"), agency, "見守り", "週1回の訪問"),
                RoleDraft(Label(home.son.pk, "roles"), world.kenko, "こころ", "事例検討"),
            ],
            by=world.chief,
        )


def order(world, viewer):
    decision = decide_for(world, viewer.agency)
    with acting_for(viewer):
        return request_sheet(world.hazuki.case, decision, by=viewer)


def text_of(data, folder):
    path = folder / "sheet.pdf"
    path.write_bytes(bytes(data))
    return subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.django_db
def test_sheet_prints_what_its_reader_sees_and_lists_its_labels(world, tmp_path):
    viewer = world.anshin_worker
    sheet = order(world, viewer)

    make_sheet(sheet.pk, membership_id=viewer.membership.pk)

    with acting_for(viewer):
        made = Sheet.objects.get()
    text = text_of(made.pdf, tmp_path)
    case, mother = str(world.hazuki.case.pk), str(world.hazuki.mother.pk)
    assert made.state == SheetState.READY
    assert sorted(made.labels) == [[case, mother, "basic"], [case, mother, "plan"], [case, mother, "roles"]]
    assert [word for word in ("葉月原母", "髙﨑𠮷", "週1回の訪問", "未回答") if word not in text] == []
    assert [word for word in ("息子", "事例検討", "kenko") if word in text] == []
    info = subprocess.run(
        ["pdfinfo", tmp_path / "sheet.pdf"], capture_output=True, text=True, check=True
    ).stdout
    assert re.search(r"^Tagged:\s+yes$", info, re.MULTILINE)


@pytest.mark.django_db
def test_sheet_dies_with_the_line_it_was_made_from(world):
    viewer = world.anshin_worker
    sheet = order(world, viewer)
    make_sheet(sheet.pk, membership_id=viewer.membership.pk)
    client = Client()
    client.force_login(viewer.user, backend=BACKEND)
    url = reverse("casework:sheet_file", args=[world.hazuki.case.pk, sheet.pk])
    before = client.get(url)

    with acting_for(world.chief):
        line = ShareLine.objects.get(agency=world.anshin, item="plan")
        end_line(line, by=world.chief, reason="同意の撤回")

    assert before.status_code == 200
    assert before.headers["Content-Type"] == "application/pdf"
    assert client.get(url).status_code == 404
    with acting_for(viewer):
        assert sheet_for(viewer, sheet.pk) is None
        assert Sheet.objects.count() == 0


@pytest.mark.django_db
def test_sheet_from_before_a_household_hid_is_opened_by_nobody(world):
    """A place may stand on it that is in the vault now. Of a later concealment, a sheet made meanwhile does not know either."""
    viewer, home = world.anshin_worker, world.hazuki
    sheet = order(world, viewer)
    make_sheet(sheet.pk, membership_id=viewer.membership.pk)
    with acting_for(world.chief):
        of_center = request_sheet(home.case, sheet.decision, by=world.chief)
    make_sheet(of_center.pk, membership_id=world.chief.membership.pk)

    def opened():
        found = []
        for reader, key in ((viewer, sheet.pk), (world.chief, of_center.pk)):
            with acting_for(reader):
                by_door = sheet_for(reader, key) is not None
                assert Sheet.objects.filter(pk=key).exists() == by_door
                found.append(by_door)
        return found

    assert opened() == [True, True]
    with acting_for(world.reception):
        word = GroundDraft("provisional", "本人の申し出")
        concealment = conceal(home.case, home.mother, word, by=world.reception)
    assert opened() == [False, False]
    with acting_for(viewer):
        anew = request_sheet(home.case, sheet.decision, by=viewer)
    make_sheet(anew.pk, membership_id=viewer.membership.pk)
    with acting_for(viewer):
        assert sheet_for(viewer, anew.pk).hidings == [concealment.pk]
    with acting_for(world.coordinator):
        request = ask_to_lift(concealment, reason="終わった", by=world.coordinator)
    with acting_for(world.chief):
        lift_concealment(request, by=world.chief)
    assert opened() == [True, True]


@pytest.mark.django_db
def test_sheet_made_after_a_share_ended_holds_nothing_of_it(world):
    viewer = world.anshin_worker
    sheet = order(world, viewer)
    with acting_for(world.chief):
        end_line(ShareLine.objects.get(agency=world.anshin, item="plan"), by=world.chief, reason="終わり")

    with acting_for(viewer):
        content = content_for(viewer, Sheet.objects.get(pk=sheet.pk))

    assert content.directions == []
    assert [role.row.what for role in content.roles] == ["週1回の訪問"]


@pytest.mark.django_db
def test_sheet_ordered_twice_is_one_order(world):
    viewer = world.anshin_worker
    first = order(world, viewer)

    with acting_for(viewer):
        second = request_sheet(world.hazuki.case, first.decision, by=viewer)

        assert second.pk == first.pk
        assert Sheet.objects.count() == 1


@pytest.mark.django_db
def test_sheet_made_twice_is_made_once(world, monkeypatch):
    viewer = world.anshin_worker
    sheet = order(world, viewer)
    made = []
    monkeypatch.setattr(actions, "make_pdf", lambda *args, **told: made.append(1) or b"%PDF")

    for _again in range(2):
        make_sheet(sheet.pk, membership_id=viewer.membership.pk)

    assert made == [1]


@pytest.mark.django_db
def test_sheet_of_a_person_who_left_is_not_made(world):
    viewer = world.anshin_worker
    sheet = order(world, viewer)
    viewer.user.is_active = False
    viewer.user.save()

    make_sheet(sheet.pk, membership_id=viewer.membership.pk)

    viewer.user.is_active = True
    viewer.user.save()
    with acting_for(viewer):
        assert Sheet.objects.get().state == SheetState.WAITING


@pytest.mark.django_db
def test_sheet_without_system_libraries_says_so(world, monkeypatch):
    viewer = world.anshin_worker
    sheet = order(world, viewer)

    def missing():
        raise pdf.PdfUnavailable("no pango")

    monkeypatch.setattr(paper, "_weasyprint", missing)
    make_sheet(sheet.pk, membership_id=viewer.membership.pk)

    client = Client()
    client.force_login(viewer.user, backend=BACKEND)
    page = client.get(reverse("casework:sheet", args=[world.hazuki.case.pk, sheet.pk])).content.decode()
    decision = client.get(
        reverse("casework:decision", args=[world.hazuki.case.pk, sheet.decision_id])
    ).content.decode()
    assert "このサーバーでは、いまPDFを作れません" in page
    assert "このサーバーでは、いまPDFを作れません" in decision
    assert "PDFを作る</button>" not in decision


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        '<img src="file:///etc/passwd">',
        "url(http://127.0.0.1:1/x)",
        "<table><td colspan=100000000>",
        "{{ 7|add:7 }}",
    ],
)
@pytest.mark.django_db
def test_sheet_takes_hostile_text_as_text(world, tmp_path, text):
    viewer = world.anshin_worker
    world.share(
        world.hazuki,
        world.anshin,
        Label(world.hazuki.mother.pk, "plan"),
        Label(world.hazuki.mother.pk, "roles"),
    )
    with acting_for(world.chief):
        drafts = [DirectionDraft(Label(world.hazuki.mother.pk, "plan"), text)]
        decision = decide(
            world.hazuki.case, decided_on=timezone.localdate(), directions=drafts, roles=[], by=world.chief
        )
    with acting_for(viewer):
        sheet = request_sheet(world.hazuki.case, decision, by=viewer)

    make_sheet(sheet.pk, membership_id=viewer.membership.pk)

    with acting_for(viewer):
        printed = text_of(Sheet.objects.get().pdf, tmp_path)
    assert "".join(text.split()) in "".join(printed.split())


@pytest.mark.slow
@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_worker_killed_in_the_middle_of_a_sheet_neither_loses_nor_doubles_it():
    world = World()
    viewer = world.anshin_worker
    sheet = order(world, viewer)

    _kill_worker_while_it_makes_the_sheet()
    killed = _making().status
    with acting_for(viewer):
        between = Sheet.objects.get()
    _run_worker_until_done()

    with acting_for(viewer):
        after = Sheet.objects.get(pk=sheet.pk)
        count = Sheet.objects.count()
    assert (killed, between.state) == ("RUNNING", SheetState.WAITING)
    assert (after.state, count) == (SheetState.READY, 1)
    assert bytes(after.pdf).startswith(b"%PDF")


def _making():
    """Return the task that makes the sheet; others mail what people are told of."""
    return DBTaskResult.objects.get(task_path__endswith="make_sheet_task")


SLOW_WORKER = """
import sys, time
import django; django.setup()
from casework.sheets import actions
make = actions.make_pdf
def slowly(*args, **told):
    print("making", flush=True)
    time.sleep(float(sys.argv[1]))
    return make(*args, **told)
actions.make_pdf = slowly
from django.core.management import call_command
call_command("run_worker", *sys.argv[2:])
"""


def _worker(*arguments):
    name = connection.settings_dict["NAME"]
    code = (
        f"from django.conf import settings; settings.DATABASES['default']['NAME'] = {name!r}\n" + SLOW_WORKER
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "marugoto_site.settings.test"},
        stdout=subprocess.PIPE,
        text=True,
    )


def _kill_worker_while_it_makes_the_sheet():
    worker = _worker("60", "--interval", "0.1")
    for line in worker.stdout:
        if line.startswith("making"):
            break
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def _run_worker_until_done():
    """A second worker finds the task of the dead one and makes the sheet."""
    worker = _worker("0", "--interval", "0.2")
    threading.Thread(target=worker.stdout.read, daemon=True).start()
    try:
        end = time.monotonic() + 150
        while time.monotonic() < end and _making().status != "SUCCESSFUL":
            time.sleep(0.3)
    finally:
        worker.terminate()
        worker.wait()
    assert _making().status == "SUCCESSFUL"


# --- sheets that other apps register -------------------------------------------------------------------


def letter(content, code="letter"):
    return hooks.register_temporarily(
        "register_marugoto_sheet",
        lambda: SheetKind(code, "見本市の手紙", "casework/sheets/decision.html", content),
    )


def make_letter(world, content):
    viewer = world.anshin_worker
    decision = decide_for(world, viewer.agency)
    with letter(content), acting_for(viewer):
        sheet = request_sheet(world.hazuki.case, decision, by=viewer, kind="letter")
        make_sheet(sheet.pk, membership_id=viewer.membership.pk)
        return Sheet.objects.filter(pk=sheet.pk).first(), sheet


@pytest.mark.slow
@pytest.mark.django_db
def test_a_registered_sheet_is_offered_ordered_and_made(world, client, run_tasks):
    viewer = world.anshin_worker
    decision = decide_for(world, viewer.agency)
    sign_in(client, viewer)
    url = reverse("casework:decision", args=[world.hazuki.case.pk, decision.pk])
    order_url = reverse("casework:sheet_request", args=[world.hazuki.case.pk, decision.pk])

    with letter(content_for):
        assert "見本市の手紙" in client.get(url).content.decode()
        answers = [client.post(order_url, {"kind": kind}) for kind in ("letter", "decision", "unknown")]
        run_tasks()
        listed = client.get(url).content.decode()

    with acting_for(viewer):
        made = sorted(Sheet.objects.values_list("kind", "state"))
    assert [answer.status_code for answer in answers] == [302, 302, 404]
    assert made == [("decision", "ready"), ("letter", "ready")]
    assert listed.count("見本市の手紙") == 2


@pytest.mark.slow
@pytest.mark.django_db
def test_a_registered_sheet_that_prints_more_than_reaches_its_reader_is_not_made(world):
    beyond = (world.hazuki.case.pk, world.hazuki.son.pk, "money")

    def too_much(viewer, sheet):
        content = content_for(viewer, sheet)
        return replace(content, labels=[*content.labels, beyond])

    found, _ordered = make_letter(world, too_much)

    assert (found.state, found.failure, found.pdf) == ("failed", "kind_failed", None)


@pytest.mark.django_db
def test_a_sheet_that_raises_says_so_and_blocks_no_later_order(world):
    def broken(viewer, sheet):
        Sheet.objects.get(pk=uuid.uuid4())

    found, _ordered = make_letter(world, broken)

    assert (found.state, found.failure, found.pdf) == ("failed", "kind_failed", None)


@pytest.mark.django_db
def test_a_code_that_is_taken_is_refused():
    for code in ("decision", "Letter", ""):
        with letter(content_for, code=code), pytest.raises(ImproperlyConfigured):
            sheet_kinds()


# --- limits (assurance.md A36) ---------------------------------------------------------------------------


ROWS = "<html lang=ja><title>見本</title><table>{}</table>"


def printing(monkeypatch, rows, **limits):
    """Let every sheet be a table of so many rows."""
    html = ROWS.format("<tr><td>見本</td></tr>" * rows)
    monkeypatch.setattr(paper, "render_to_string", lambda template, context: html)
    for name, value in limits.items():
        monkeypatch.setattr(paper, name, value)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("limits", [{"SECONDS": 2}, {"MEGABYTES": 120}, {"WALL_SECONDS": 2}], ids=str)
def test_order_beyond_the_limits_ends_as_a_failed_sheet_and_the_next_is_made(
    world, monkeypatch, limits, client
):
    viewer = world.anshin_worker
    sheet = order(world, viewer)
    with monkeypatch.context() as patch:
        printing(patch, 100_000, **limits)
        make_sheet(sheet.pk, membership_id=viewer.membership.pk)
    with acting_for(viewer):
        failed = Sheet.objects.get()
        again = request_sheet(world.hazuki.case, failed.decision, by=viewer)
    make_sheet(again.pk, membership_id=viewer.membership.pk)

    with acting_for(viewer):
        states = dict(Sheet.objects.values_list("pk", "state"))
    assert (failed.state, failed.failure, failed.pdf) == (SheetState.FAILED, "too_large", None)
    assert states == {sheet.pk: SheetState.FAILED, again.pk: SheetState.READY}
    sign_in(client, viewer)
    page = client.get(reverse("casework:sheet", args=[world.hazuki.case.pk, sheet.pk])).content.decode()
    assert "大きすぎて、作るのを途中でやめました" in page


def test_process_that_makes_a_pdf_knows_no_key(monkeypatch):
    seen = {}
    real = subprocess.run
    monkeypatch.setenv("MARUGOTO_SECRET_KEY", "canary")
    monkeypatch.setattr(
        paper.subprocess, "run", lambda *args, **kwargs: seen.update(kwargs) or real(*args, **kwargs)
    )

    printing(monkeypatch, 1)
    made = paper.pdf_of("-", {}, style="casework/sheet.css")

    assert made.startswith(b"%PDF")
    assert "PATH" in seen["env"]
    assert [name for name, value in seen["env"].items() if "MARUGOTO" in name or "canary" in value] == []


def test_fault_of_the_process_is_no_limit_and_repeats_nothing(monkeypatch):
    monkeypatch.setattr(paper.finders, "find", lambda style: "/nowhere/見本.css")
    printing(monkeypatch, 1)
    with pytest.raises(paper.PdfFailed, match=r"^1$"):
        paper.pdf_of("-", {}, style="casework/sheet.css")


def decisions_of(world, agency, number):
    home = world.hazuki
    world.share(home, agency, *(Label(home.mother.pk, item) for item in ("basic", "plan", "roles")))
    with acting_for(world.chief):
        return [
            decide(
                home.case, decided_on=timezone.localdate(), roles=[], by=world.chief,
                directions=[DirectionDraft(Label(home.mother.pk, "plan"), f"方針{turn}")],
            )
            for turn in range(number)
        ]  # fmt: skip


def test_agencies_take_turns_and_paper_stands_behind_everything_else(world, run_tasks, monkeypatch):
    made = []
    monkeypatch.setattr(actions, "_make", lambda sheet, viewer: made.append(viewer.agency.code))
    monkeypatch.setattr("permissions.audit.alarms.mail_overdue", lambda: made.append("mail"))
    decisions = decisions_of(world, world.anshin, 4)
    decisions_of(world, world.kenko, 0)
    for viewer, number in ((world.anshin_worker, 4), (world.kenko_worker, 2)):
        with acting_for(viewer):
            for decision in decisions[:number]:
                request_sheet(world.hazuki.case, decision, by=viewer)
    tell_of_overdue_alarms.enqueue()

    run_tasks()

    assert made == ["mail", "anshin", "kenko", "anshin", "kenko", "anshin", "anshin"]


def test_agency_with_too_many_sheets_in_line_is_told_and_others_are_not(world, monkeypatch):
    monkeypatch.setattr(actions, "MOST_WAITING", 2)
    decisions = decisions_of(world, world.anshin, 3)
    decisions_of(world, world.kenko, 0)
    colleague = make_viewer("anshin-colleague", world.anshin)
    for viewer, decision in ((world.anshin_worker, decisions[0]), (colleague, decisions[1])):
        with acting_for(viewer):
            request_sheet(world.hazuki.case, decision, by=viewer)

    with acting_for(world.anshin_worker), pytest.raises(NotAllowed, match="順番を待っています"):
        request_sheet(world.hazuki.case, decisions[2], by=world.anshin_worker)
    with acting_for(world.kenko_worker):
        assert (
            request_sheet(world.hazuki.case, decisions[2], by=world.kenko_worker).state == SheetState.WAITING
        )
