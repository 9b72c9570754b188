from mihon_addon.models import Told
from mihon_addon.sheets import content_of_letter
from wagtail import hooks

from casework.sheets.kinds import SheetKind
from forms_app.delivery.payload import payload_for


@hooks.register("marugoto_submission_received")
def note_submission(submission_id: str) -> None:
    payload = payload_for(submission_id)
    Told.objects.create(hook="received", text=payload["answers"][0]["display"])


@hooks.register("marugoto_submission_received")
def raise_on_submission(submission_id: str) -> None:
    raise RuntimeError(submission_id)


@hooks.register("marugoto_case_event")
def note_event(event_id: str, case_id: str, verb: str) -> None:
    Told.objects.create(hook="event", text=f"{verb} {case_id}")


@hooks.register("register_marugoto_sheet")
def letter() -> SheetKind:
    return SheetKind("mihon_letter", "見本市の通知", "mihon_addon/letter.html", content_of_letter)
