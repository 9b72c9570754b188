"""会議限り: what a 支援会議 decided is read by the center and, of a role, by the agency that took it on (domain.md R-MTG-4, R-MTG-6)."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection
from django.urls import reverse
from django.utils import timezone

from casework.cases.actions import move_to_stage
from casework.cases.models import Case
from casework.cases.states import Stage
from casework.evaluation.actions import EvaluationDraft, ResultDraft, RoleResultDraft, record_evaluation
from casework.evaluation.models import EvaluationResult, EvaluationRole
from casework.evaluation.selectors import evaluations_for
from casework.files.models import CaseFile, FileContent
from casework.files.selectors import content_for, files_for
from casework.meetings.minutes import Outcome
from casework.monitoring.actions import MonitoringDraft, TickDraft, record_monitoring
from casework.monitoring.models import MonitoringTick
from casework.plans.actions import DirectionDraft, Enclosed, RoleDraft, answer_role, decide
from casework.plans.models import Decision, Direction, RoleAnswer, RoleRow
from casework.plans.selectors import decision_views_for
from casework.sharing.actions import Label
from casework.sharing.models import Share
from casework.sharing.selectors import labelled_for
from permissions.uploads.pipeline import take_in
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import fixed_item
from tests.casework.test_files import text_file

HOUR = dt.timedelta(hours=1)
OF_ROLES = (RoleRow, RoleAnswer, MonitoringTick, EvaluationRole, CaseFile, FileContent)
OF_DIRECTIONS = (Direction, EvaluationResult)


def _role(home, agency, what):
    return RoleDraft(Label(home.mother.pk, "roles"), agency, f"{what}の課題", what)


@pytest.fixture
def agreed(world):
    return _agree(world)


def _agree(world):
    """A 支援会議 gave a direction and a role to each of two agencies, both of which read 支援方針 and 役割分担 of the mother.

    Each answered with a file; the center looked at the roles and evaluated them.
    """
    home = world.hazuki
    for agency in (world.anshin, world.kenko, world.jiritsu):
        world.share(
            home, agency, *(Label(home.mother.pk, item) for item in ("basic", "plan", "roles", "assessment"))
        )
    viewers = {"見守り": world.anshin_worker, "受診": world.kenko_worker}
    outcome = Outcome(
        [DirectionDraft(Label(home.mother.pk, "plan"), "会議で決めた方針")],
        [_role(home, viewer.agency, what) for what, viewer in viewers.items()],
    )
    fixed_item(world, *viewers.values(), outcome=outcome)
    for what, viewer in viewers.items():
        with acting_for(viewer):
            answer_role(
                RoleRow.objects.get(what=what), kind="accepted", text=f"{what}の返事", answered=0, by=viewer,
                enclosed=Enclosed(take_in(text_file(f"{what}の写真")), title=f"{what}の資料"),
            )  # fmt: skip
    with acting_for(world.coordinator):
        roles, directions = list(RoleRow.objects.order_by("position")), list(Direction.objects.all())
        day = timezone.localdate()
        record_monitoring(
            home.case,
            MonitoringDraft(
                day, "visit", day + dt.timedelta(days=30), world.coordinator.membership, has_met=True,
                ticks=tuple(TickDraft(role, "on_track", f"{role.what}のようす") for role in roles),
            ),
            by=world.coordinator,
        )  # fmt: skip
        Case.objects.filter(pk=home.case.pk).update(stage=Stage.ACTIVE)
        move_to_stage(home.case, stage=Stage.EVALUATION, by=world.coordinator)
        world.agreed = Decision.objects.get()
        evaluated = EvaluationDraft(
            decision_id=world.agreed.pk, evaluated_on=day, own_words="家がいい", outcome="close", changes=("safety", "none", "safety"),
            results=tuple(ResultDraft(row, "partly", "夜は不安") for row in directions),
            roles=tuple(RoleResultDraft(row, "no", f"{row.what}の人手") for row in roles),
        )  # fmt: skip
        record_evaluation(home.case, evaluated, by=world.coordinator)
    return world


READERS = ("chief", "reception", "anshin_worker", "kenko_worker", "jiritsu_worker", "stranger")
ALL_OF_IT, OWN, NOTHING = [2, 2, 2, 2, 2, 2, 1, 1], [1, 1, 1, 1, 1, 1, 0, 0], [0] * 8
SEEN = dict(zip(READERS, (ALL_OF_IT, ALL_OF_IT, OWN, OWN, NOTHING, NOTHING), strict=True))


def test_walls_give_each_agency_its_own_role_and_no_direction(agreed):
    found, decisions = {}, {}
    for name in READERS:
        with acting_for(getattr(agreed, name)):
            found[name] = [model.objects.count() for model in (*OF_ROLES, *OF_DIRECTIONS)]
            decisions[name] = Decision.objects.count()
    assert found == SEEN
    assert decisions == {name: int(any(counts)) for name, counts in SEEN.items()}


def test_door_alone_gives_the_same(wearing, kept_world):
    with wearing("app_web"):
        world = _agree(kept_world)
    found = {}
    for name in READERS:
        viewer = getattr(world, name)
        with acting_for(viewer):
            found[name] = [labelled_for(viewer, model).count() for model in (*OF_ROLES, *OF_DIRECTIONS)]
    assert found == SEEN


def test_each_reads_what_it_took_on_and_not_what_the_others_did(agreed, client):
    world, home = agreed, agreed.hazuki
    shown = {}
    for viewer in (world.anshin_worker, world.kenko_worker, world.jiritsu_worker):
        with acting_for(viewer):
            views = decision_views_for(viewer, home.case)
            files = [content_for(viewer, file).decode() for file in files_for(viewer)]
            evaluated = [role.hindered for view in evaluations_for(viewer, home.case) for role in view.roles]
        shown[viewer.agency.code] = (
            [(role.row.what, [answer.text for answer in role.answers]) for view in views for role in view.roles],
            [direction.text for view in views for direction in view.directions], files, evaluated,
        )  # fmt: skip
    assert shown == {
        "anshin": ([("見守り", ["見守りの返事"])], [], ["見守りの写真"], ["見守りの人手"]),
        "kenko": ([("受診", ["受診の返事"])], [], ["受診の写真"], ["受診の人手"]),
        "jiritsu": ([], [], [], []),
    }
    pages = ("case", "decision", "timeline", "roles", "case_roles", "ecomap")
    words = ("見守り", "受診", "会議で決めた方針")
    seen = {}
    for viewer in (world.coordinator, world.anshin_worker, world.kenko_worker, world.jiritsu_worker):
        sign_in(client, viewer)
        for name in pages:
            key = {"decision": [home.case.pk, world.agreed.pk], "roles": []}.get(name, [home.case.pk])
            body = client.get(reverse(f"casework:{name}", args=key)).content.decode()
            seen.setdefault(viewer.agency.code, set()).update(word for word in words if word in body)
    assert seen == {
        "itaku": {"見守り", "受診", "会議で決めた方針"}, "anshin": {"見守り"}, "kenko": {"受診"}, "jiritsu": set(),
    }  # fmt: skip


def test_nobody_else_notices_that_something_was_agreed(agreed, shift_clock):
    """The order of an agency's list tells nothing of what others took on."""
    world, home = agreed, agreed.hazuki
    agencies = (world.anshin, world.kenko, world.jiritsu)

    def last_changes():
        with acting_for(world.chief):
            return [
                Share.objects.get(case=home.case, agency=each).last_visible_change_at for each in agencies
            ]

    before = last_changes()
    shift_clock(HOUR)
    outcome = Outcome(
        [DirectionDraft(Label(home.mother.pk, "plan"), "次の方針")], [_role(home, world.kenko, "次の役割")]
    )
    fixed_item(world, world.anshin_worker, world.kenko_worker, outcome=outcome)
    with acting_for(world.kenko_worker):
        row = RoleRow.objects.get(what="次の役割")
        answer_role(row, kind="accepted", text="", answered=0, by=world.kenko_worker)
    assert [after > old for after, old in zip(last_changes(), before, strict=True)] == [False, True, False]


def test_what_was_decided_elsewhere_is_read_by_its_label_as_ever(agreed):
    world, home = agreed, agreed.hazuki
    with acting_for(world.coordinator):
        decide(
            home.case, decided_on=timezone.localdate(), directions=[], roles=[_role(home, world.kenko, "ほかの役割")],
            by=world.coordinator,
        )  # fmt: skip
    with acting_for(world.anshin_worker):
        assert set(RoleRow.objects.values_list("what", flat=True)) == {"見守り", "ほかの役割"}


def test_a_row_cannot_say_of_itself_that_it_is_not_kept(agreed):
    world = agreed
    forged = RoleRow(
        decision=world.agreed, case=world.hazuki.case, person=world.hazuki.mother, item="roles", agency=world.kenko,
        issue="見本", what="見本", is_meeting_only=False,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="rolerow_meeting_only"), acting_for(world.coordinator):
        _add_at_once(forged)


def _add_at_once(row):
    row.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
