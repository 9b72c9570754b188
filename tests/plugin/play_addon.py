"""What mihon_addon adds, played in a foreign project by tools/plugin_trial.py."""

from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from mihon_addon.models import Interpreter, Told
from play import person, publish, send_consultation, signed_in, text

from casework.cases.actions import create_case
from casework.households.actions import add_person, create_household
from casework.plans.actions import DirectionDraft, RoleDraft, decide
from casework.sharing.actions import Ground, Label, share_items
from casework.sharing.selectors import labelled_for
from casework.sheets.models import Sheet
from forms_app.delivery.models import OutboxRow
from forms_app.submissions.models import Submission
from permissions.agencies.models import Agency
from permissions.walls.context import acting_for, clock


def everything() -> None:
    center, kenko = Agency.objects.get(code="center"), Agency.objects.get(code="kenko")
    editor, coordinator = person("editor", center, "editor"), person("coordinator", center, "coordinator")
    agency = person("hoken", kenko, "agency_staff")
    publish(center, editor)
    submission_and_hooks()
    kind_of_question(editor)
    sheet_and_basis(coordinator, agency, kenko)


def submission_and_hooks() -> None:
    """The function that raises is tried again later; the citizen's consultation and the other function do not care."""
    send_consultation()
    call_command("run_worker", "--batch")
    with clock("deliver_submissions"):
        assert Submission.objects.count() == 1
        assert OutboxRow.objects.get().taken_at is not None
    assert Told.objects.filter(hook="received").count() == 1
    tasks = DBTaskResult.objects.filter(task_path="permissions.tasks.run_hook")
    assert sorted(tasks.values_list("status", flat=True)) == ["READY", "SUCCESSFUL"]


def kind_of_question(editor) -> None:
    page = text(signed_in(editor).get(reverse("wagtailsnippets_forms_app_consultationform:add")))
    assert "mihon_postcode" in page
    assert "singleline" in page


def sheet_and_basis(coordinator, agency, kenko) -> None:
    """A line on the city's own basis; content of the addon behind the walls; the addon's sheet prints it."""
    ground = Ground("x_jorei", "決裁1号")
    with acting_for(coordinator):
        case = create_case(by=coordinator)
        create_household(case, name="葉月原さん世帯", kind="unknown", by=coordinator)
        toyo, son = (
            add_person(case, values={"name": name, "relation": relation}, by=coordinator)
            for name, relation in (("葉月原 トヨ", "self"), ("葉月原 修一", "child"))
        )
        for someone, language in ((toyo, "手話"), (son, "ベトナム語")):
            Interpreter(case=case, person=someone, item="basic", language=language).save(force_insert=True)
        labels = [Label(toyo.pk, item) for item in ("basic", "plan", "roles")]
        share_items(case, agency=kenko, labels=labels, ground=ground, by=coordinator)
        decision = decide(
            case,
            decided_on=timezone.localdate(),
            directions=[DirectionDraft(Label(toyo.pk, "plan"), "母の方針")],
            roles=[RoleDraft(Label(toyo.pk, "roles"), kenko, "見守り", "週1回の訪問")],
            by=coordinator,
        )
    assert Interpreter.objects.count() == 0  # told nothing, sees nothing
    with acting_for(agency):
        assert [row.language for row in labelled_for(agency, Interpreter)] == ["手話"]
        assert [row.language for row in Interpreter.objects.all()] == ["手話"]  # the database alone
    assert "見本市の条例9条" in text(signed_in(coordinator).get(f"/casework/cases/{case.pk}/"))

    client = signed_in(agency)
    url = f"/casework/cases/{case.pk}/decisions/{decision.pk}/"
    assert "見本市の通知" in text(client.get(url))
    assert client.post(f"{url}sheet/", {"kind": "mihon_letter"}).status_code == 302
    call_command("run_worker", "--batch")
    with acting_for(agency):
        sheet = Sheet.objects.get()
        assert (sheet.kind, sheet.state) == ("mihon_letter", "ready"), (sheet.state, sheet.failure)
        assert sheet.labels == [[str(case.pk), str(toyo.pk), "basic"]]
        assert bytes(sheet.pdf).startswith(b"%PDF")
    assert Told.objects.filter(hook="event", text__endswith=str(case.pk)).count() >= 3
