"""What is written is written once: the database refuses, whoever asks, with an error and not with "0 rows"."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from casework.accompanying.actions import set_interval
from casework.assessments.asking import RequestDraft, ask_agency, end_request
from casework.bringing.actions import BroughtDraft, bring
from casework.cases.actions import create_case
from casework.cases.models import Case
from casework.concealment.actions import (
    GroundDraft,
    Threat,
    ask_for_place,
    ask_to_lift,
    conceal,
    lift_concealment,
    open_place,
)
from casework.concealment.models import FoundPlace
from casework.consent.actions import ConsentDraft, Exclusion, record_consent, withdraw_consent
from casework.consent.models import Consent
from casework.evaluation.models import Evaluation, EvaluationChange
from casework.files.actions import add_file, check_file, remove_file
from casework.handover.actions import hand_over, sign_handover
from casework.households.models import PersonHealth
from casework.meetings.actions import PrepDraft, answer_prep, take_off_agenda
from casework.meetings.minutes import (
    AlsoThere,
    QuestionnaireDraft,
    answer_questionnaire,
    circulate_minutes,
    hand_out,
    receive_minutes,
    tick_returned,
)
from casework.monitoring.actions import MonitoringDraft, record_monitoring
from casework.notes.models import Attendee, Note, NoteParagraph
from casework.planning.agreements import AgreementDraft, record_agreement
from casework.planning.confirmations import ConfirmationDraft, confirm_plan
from casework.planning.models import Plan
from casework.plans.actions import DirectionDraft, InPlaceOf, decide
from casework.plans.models import Decision, DecisionEnd, Direction, RoleAnswer, RoleRow
from casework.referrals.actions import (
    AnswerDraft,
    ReferralDraft,
    answer_referral,
    revoke_referral,
    send_referral,
)
from casework.referrals.links import make_link
from casework.referrals.models import ReferralReminder
from casework.referrals.selectors import referral_for
from casework.relations.actions import RelationDraft, note_relation
from casework.reopening.actions import reopen_case
from casework.seals.actions import seal_case
from casework.sharing.actions import Ground, Label, answer_recall, end_line
from casework.sharing.models import LineEnd, PersonGrant, Recall, Share, ShareLine
from casework.sharing.selectors import persons_for
from casework.suspension.actions import SuspensionDraft, resume_case, suspend_case
from casework.triage.models import Screening
from permissions.errors import NotAllowed
from permissions.uploads.pipeline import Taken
from permissions.walls.context import acting_for, clock
from tests.casework.canaries import CanaryWorld
from tests.casework.tables import fixed_item, support_item
from tests.worlds import CONSENT, make_agency, make_viewer

# Thorough rather than quick: `make test` runs them.
pytestmark = pytest.mark.slow

FROZEN = {
    "casework_decision": "number",
    "casework_direction": "text",
    "casework_rolerow": "what",
    "casework_roleanswer": "text",
    "casework_decisionend": "ended_at",
    "casework_roleend": "ended_at",
    "casework_stay": "words",
    "casework_issue": "words",
    "casework_relation": "words",
    "casework_note": "title",
    "casework_noteparagraph": "text",
    "casework_attendee": "name",
    "casework_caseevent": "verb",
    "casework_concealment": "set_at",
    "casework_concealmentground": "words",
    "casework_concealmentthreat": "name",
    "casework_liftrequest": "reason",
    "casework_lift": "lifted_at",
    "casework_secretplace": "digest",
    "casework_placerequest": "reason",
    "casework_placeopening": "until",
    "casework_screening": "why",
    "casework_seal": "reason",
    "casework_foundplace": "found_at",
    "casework_answerlink": "until",
    "casework_brought": "one_line",
    "casework_consent": "explained",
    "casework_consentscope": "item",
    "casework_consentexclusion": "words",
    "casework_consentwithdrawal": "how",
    "casework_lineconsent": "line_id",
    "casework_lineend": "reason",
    "casework_recall": "case_number",
    "casework_recallanswer": "kind",
    "casework_referral": "heard",
    "casework_referralitem": "item",
    "casework_referralline": "line_id",
    "casework_referralanswer": "words",
    "casework_referralrevocation": "reason",
    "casework_referralreminder": "clock",
    "casework_task": "what",
    "casework_casefile": "title",
    "casework_fileremoval": "reason",
    "casework_filecheck": "checked_at",
    "casework_taskend": "words",
    "casework_closure": "told",
    "casework_assessmentpart": "text",
    "casework_assessmentrequest": "words",
    "casework_assessmentrequestend": "ended_at",
    "casework_chronologyentry": "text",
    "casework_assessment": "purpose",
    "casework_assessedpart": "fixed_at",
    "casework_assessedfact": "words",
    "casework_plan": "number",
    "casework_planpart": "text",
    "casework_planrole": "what",
    "casework_planagreement": "own_view",
    "casework_planconfirmation": "reason",
    "casework_plandecision": "plan_id",
    "casework_ordinance": "text",
    "casework_oath": "medium",
    "casework_agendaitem": "purpose_text",
    "casework_agendaperson": "words",
    "casework_paperrelease": "return_by",
    "casework_agendaremoval": "reason",
    "casework_agendapaper": "text",
    "casework_prepsheet": "knows",
    "casework_monitoring": "words",
    "casework_monitoringtick": "note",
    "casework_monitoringtrigger": "code",
    "casework_monitoringdate": "set_at",
    "casework_evaluation": "remaining",
    "casework_evaluationresult": "words",
    "casework_evaluationrole": "hindered",
    "casework_evaluationchange": "code",
    "casework_suspension": "words",
    "casework_suspensionend": "words",
    "casework_minutes": "facts",
    "casework_minutesreceipt": "received_at",
    "casework_minutesattendee": "words",
    "casework_questionnaire": "noticed",
    "casework_minutescirculation": "until",
    "casework_alonedeclaration": "declared_at",
    "casework_papercopy": "number",
    "casework_paperreturn": "ticked_at",
    "casework_reopening": "words",
    "casework_contactinterval": "weeks",
    "casework_handover": "words",
    "casework_handoversign": "signed_at",
    "marugoto_permissions_auditentry": "verb",
}
CHANGES = {
    "update": "UPDATE {table} SET {column} = {column}",
    "update of no row": "UPDATE {table} SET {column} = {column} WHERE false",
    "delete": "DELETE FROM {table}",
    "delete of no row": "DELETE FROM {table} WHERE false",
    "truncate": "TRUNCATE {table} CASCADE",
}


def _sql(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def _ask_and_take_back(world, agency):
    wanted = RequestDraft(agency, world.tomono.mother.pk, "money", timezone.localdate())
    end_request(ask_agency(world.tomono.case, wanted, by=world.chief), by=world.chief)


def _decide_anew(world):
    instead = [DirectionDraft(Label(None, "plan"), "見本")]
    before, by = InPlaceOf([world.families["tomono"].decision]), world.chief
    with acting_for(by):
        decide(
            world.tomono.case, decided_on=timezone.localdate(), directions=instead, roles=[], in_place_of=before, by=by,
        )  # fmt: skip


def _tell_and_return_plan(home, by):
    plan, today = Plan.objects.get(case=home.case), timezone.localdate()
    record_agreement(plan, home.mother, AgreementDraft("agreed", today, by.membership), by=by)
    confirm_plan(plan, ConfirmationDraft("returned", today, reason="見本"), by=by)


class FullWorld(CanaryWorld):
    """A world in which a row stands in every table that is frozen."""

    def __init__(self):
        super().__init__()
        _live_through(self)


def _live_through(world):
    """A consent with an exclusion is taken back, the agency confirms that nothing is left, and everything else that leaves a row."""
    home, agency = world.tomono, make_agency("quiet")
    worker = make_viewer("quiet-worker", agency)
    world.share(home, agency, Label(home.mother.pk, "money"))
    draft = ConsentDraft(
        "given", FAR_PAST, "見本", scopes=((agency, "plan"),), exclusions=(Exclusion(None, "money", "娘"),)
    )
    with acting_for(world.chief):
        _ask_and_take_back(world, agency)
        record_consent(home.case, home.mother, draft, by=world.chief)
        line = ShareLine.objects.get(agency=agency)
        consent = Consent.objects.get(lines__line=line)
        words = {"said_on": FAR_PAST, "how": "見本", "by": world.chief}
        withdraw_consent(consent, agency=None, item="", **words)
    with acting_for(worker):
        answer_recall(Recall.objects.get(), kind="destroyed", law="", by=worker)
    with acting_for(world.chief):
        taken = Taken("txt", "見本", b"x", "0" * 64)
        file = add_file(
            home.case, Label(None, "history"), taken, title="", has_no_place=False, by=world.chief
        )
        check_file(file, by=world.chief)
        remove_file(file, reason="見本", by=world.chief)
    _refer(world, agency, worker)
    _decide_anew(world)
    _meet(world)
    with acting_for(world.chief):
        today = timezone.localdate()
        looked = MonitoringDraft(
            today,
            "visit",
            today + dt.timedelta(days=1),
            world.chief.membership,
            words="見本",
            triggers=("hospital",),
        )
        record_monitoring(home.case, looked, by=world.chief)
        _tell_and_return_plan(home, world.chief)
        evaluation = Evaluation.objects.get(case=home.case)
        EvaluationChange(case=home.case, evaluation=evaluation, code="none").save(force_insert=True)
        Case.objects.filter(pk=home.case.pk).update(stage="outreach_track")
        rest = SuspensionDraft("hospital", today + dt.timedelta(days=1), world.chief.membership, "見本")
        suspend_case(home.case, rest, by=world.chief)
        resume_case(home.case, stage="outreach_track", words="見本", by=world.chief)
        ended = create_case(by=world.chief)
        Case.objects.filter(pk=ended.pk).update(stage="closed")
        reopen_case(ended, words="見本", by=world.chief)
        set_interval(home.case, weeks=4, by=world.chief)
        giver = home.case.worker
        (row,) = hand_over(
            [home.case], taker=world.chief.membership, giver=giver, words="見本", by=world.chief
        )
        sign_handover(row.pk, home.case, by=world.chief)
        note_relation(home.mother, home.son, RelationDraft("birth_parent"), by=world.chief)
    _conceal(world)
    with acting_for(worker):
        draft = BroughtDraft("見本", "000", "見本", "見本", has_consent=True, consent_words="見本")
        bring(draft, by=worker)
    with acting_for(world.chief):
        seal_case(
            home.case,
            members={world.chief.user.pk, world.coordinator.user.pk},
            reason="見本",
            seen=0,
            by=world.chief,
        )
        FoundPlace(row_id=uuid.uuid4(), case=home.case, table="Note").save(force_insert=True)
        Screening(case=home.case, chosen="flow2_assess", why="見本", decided_by=world.chief.membership).save(
            force_insert=True
        )


def _conceal(world):
    """A household that was concealed; the mother's address was opened, and it is over."""
    home = world.hazuki
    with acting_for(world.coordinator):
        concealment = conceal(
            home.case,
            home.mother,
            GroundDraft("provisional", "見本"),
            (Threat("見本"),),
            by=world.coordinator,
        )
        place = ask_for_place(home.mother, kind="address", reason="見本", by=world.coordinator)
        lift = ask_to_lift(concealment, reason="見本", by=world.coordinator)
    with acting_for(world.chief):
        open_place(place, by=world.chief)
        lift_concealment(lift, by=world.chief)


def _meet(world):
    """A case that was on the table, and was taken off."""
    viewer = world.anshin_worker
    item = support_item(world, viewer)
    with acting_for(viewer):
        answer_prep(item, PrepDraft(knows="見本"), answered=0, by=viewer)
    with acting_for(world.coordinator):
        take_off_agenda(item, reason="見本", by=world.coordinator)
    there = [AlsoThere("本人", world.hazuki.mother.pk)]
    fixed, minutes = fixed_item(world, viewer, is_online=True, also_there=there)
    with acting_for(viewer):
        receive_minutes(minutes, by=viewer)
        answer_questionnaire(fixed, QuestionnaireDraft("yes", "no", "見本"), by=viewer)
    with acting_for(world.coordinator):
        until = timezone.now() + dt.timedelta(days=7)
        circulate_minutes(fixed, until=until, by=world.coordinator)
        tick_returned(hand_out(fixed, [viewer.membership], by=world.coordinator), by=world.coordinator)


def _refer(world, agency, worker):
    """A referral that was reminded of, answered and taken back."""
    home = world.tomono
    draft = ReferralDraft(
        receiver=agency, person_id=home.mother.pk, heard="見本", issues="見本", we_keep="見本",
        ground=Ground("law", "見本"), answer_by=timezone.localdate(), agreed=(Label(home.mother.pk, "money"),),
    )  # fmt: skip
    with acting_for(world.chief):
        referral = send_referral(home.case, draft, by=world.chief)
        make_link(referral_for(world.chief, referral.pk), by=world.chief)
    with acting_for(worker):
        answer_referral(referral, AnswerDraft("received"), answered=0, by=worker)
    with clock("remind_referrals"):
        ReferralReminder(referral=referral, clock="receipt", sequence=1).save(force_insert=True)
    with acting_for(world.chief):
        revoke_referral(referral, reason="見本", by=world.chief)


@pytest.fixture(params=["app_web", "app_owner"])
def frozen_world(request, wearing, kept_full):
    """A world, looked at with the rights of the center, as the application's role and as the owner."""
    with wearing(request.param), acting_for(kept_full.chief):
        yield kept_full


@pytest.mark.parametrize("change", CHANGES)
def test_frozen_rows_refuse_every_change(frozen_world, change):
    refusals = {}
    for table, column in FROZEN.items():
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            _sql(CHANGES[change].format(table=table, column=column))
        refusals[table] = refused.value.__cause__.sqlstate

    # insufficient_privilege: no right, or the trigger that says so.
    assert set(refusals.values()) == {"42501"}


def test_frozen_rows_are_there_to_be_frozen(wearing, kept_full):
    assert [table for table in FROZEN if _sql(f"SELECT count(*) FROM {table}") == [(0,)]] == []


@pytest.mark.parametrize(
    "model",
    [Decision, Direction, RoleRow, RoleAnswer, Note, NoteParagraph, Attendee],
    ids=lambda model: model.__name__,
)
def test_saving_a_frozen_row_again_is_an_error(canaries, model):
    with pytest.raises(DatabaseError), acting_for(canaries.chief):
        model.objects.first().save()


def test_deleting_a_case_is_an_error_for_the_owner_too(wearing, kept_canaries):
    with wearing("app_web"):
        _sql("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(DatabaseError), transaction.atomic():
        _sql("DELETE FROM casework_case WHERE id = %s", kept_canaries.hazuki.case.pk)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM casework_code",
        "UPDATE casework_code SET code = code || 'x'",
        "UPDATE casework_code SET list = 'topic'",
        "TRUNCATE casework_code CASCADE",
    ],
)
def test_a_code_is_not_deleted_and_not_renamed(frozen_world, change):
    before = _sql("SELECT count(*) FROM casework_code")

    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        _sql(change)

    assert refused.value.__cause__.sqlstate == "42501"
    assert _sql("SELECT count(*) FROM casework_code") == before != [(0,)]


# --- share lines ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "item = 'money'",
        "person_id = NULL",
        "agency_id = (SELECT id FROM marugoto_permissions_agency WHERE code = 'other')",
        "case_id = (SELECT id FROM casework_case ORDER BY number DESC LIMIT 1)",
        "until = NULL",
        "until = until + interval '1 day'",
        "starts_at = starts_at - interval '1 day'",
        "basis = 'law'",
        "evidence = '別の根拠'",
        "added_at = added_at - interval '1 day'",
    ],
)
def test_a_share_line_is_not_edited(frozen_world, change):
    (line,) = _share(frozen_world)

    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        _sql(f"UPDATE casework_shareline SET {change} WHERE id = %s", line.pk)

    assert refused.value.__cause__.sqlstate == "42501"


def test_a_share_line_ends_once(frozen_world):
    (line,) = _share(frozen_world)
    end = "UPDATE casework_shareline SET ended_at = clock_now() WHERE id = %s"

    assert _sql(end, line.pk) == 1
    for change in (end, "UPDATE casework_shareline SET ended_at = NULL WHERE id = %s"):
        with pytest.raises(DatabaseError, match="added and ended, never edited"), transaction.atomic():
            _sql(change, line.pk)


def test_a_share_line_is_not_deleted_by_the_application(canaries):
    _share(canaries)

    with acting_for(canaries.chief):
        assert _sql("DELETE FROM casework_shareline") == 0
        assert ShareLine.objects.count() == 1


def test_ending_without_a_reason_is_refused(canaries):
    (line,) = _share(canaries)

    with pytest.raises(IntegrityError, match="lineend_has_reason"), acting_for(canaries.chief):
        LineEnd(line=line, case=line.case, cause="decided", reason="").save(force_insert=True)


@pytest.mark.parametrize(
    ("ground", "constraint"),
    [
        ({"evidence": ""}, "shareline_has_evidence"),
        ({"basis": "other"}, "shareline_basis_known"),
        ({"basis": "life_safety"}, "shareline_temporary_needs_approval"),
        ({"item": "everything"}, "shareline_item_known"),
    ],
)
def test_a_line_without_what_its_basis_needs_is_refused(canaries, ground, constraint):
    (line,) = _share(canaries)
    with acting_for(canaries.coordinator):
        again = ShareLine.objects.get(pk=line.pk)
    again.pk = uuid.uuid4()
    for name, value in ({"basis": "law"} | ground).items():
        setattr(again, name, value)

    with pytest.raises(IntegrityError, match=constraint), acting_for(canaries.coordinator):
        again.save(force_insert=True)


def test_two_bases_are_two_lines_and_ending_one_leaves_the_other(canaries):
    world, mother = canaries, canaries.hazuki.mother
    (consent,) = _share(world)
    (law,) = world.share(world.hazuki, world.anshin, Label(mother.pk, "basic"), ground=Ground("law", "法7条"))

    _end(world, consent)

    assert _sees(world, mother) == (True, True, 1)
    _end(world, law)
    assert _sees(world, mother) == (False, False, 0)


def test_the_same_share_twice_is_one_line(canaries):
    first, again = _share(canaries), _share(canaries)

    assert (len(first), again) == (1, [])


def _share(world):
    return world.share(
        world.hazuki,
        world.anshin,
        Label(world.hazuki.mother.pk, "basic"),
        ground=Ground(CONSENT.basis, CONSENT.evidence, until=FAR),
    )


FAR_PAST = dt.date(2026, 1, 5)
FAR = dt.datetime(2036, 1, 1, tzinfo=dt.UTC)


def _end(world, line):
    with acting_for(world.coordinator):
        end_line(line, by=world.coordinator, reason="見本")
        with pytest.raises(NotAllowed):
            end_line(line, by=world.coordinator, reason="もう一度")


def _sees(world, person):
    """Return what the door, guardian and guardian's table say."""
    viewer = world.anshin_worker
    with acting_for(viewer):
        by_door = persons_for(viewer).filter(pk=person.pk).exists()
        return by_door, viewer.can("casework.view_person_basic", person), PersonGrant.objects.count()


# --- what a row belongs to -----------------------------------------------------------------------------


def test_a_case_without_a_holder_is_refused(frozen_world):
    with pytest.raises(IntegrityError, match="holder_id"), transaction.atomic():
        _sql("UPDATE casework_case SET holder_id = NULL")
    with pytest.raises(IntegrityError, match="holder_id"), transaction.atomic():
        Case(number="K-0000-0000").save(force_insert=True)


def test_a_label_with_a_person_of_another_case_is_refused(frozen_world):
    by = frozen_world.coordinator.membership
    label = {"case": frozen_world.hazuki.case, "person": frozen_world.tomono.son, "item": "plan"}
    decision = frozen_world.families["hazuki"].decision
    note = {"occurred_at": FAR, "method": "phone", "title": "見本", "author": by}
    share = Share(case=frozen_world.hazuki.case, agency=frozen_world.anshin)
    share.save(force_insert=True)
    line = {"share": share, "agency": frozen_world.anshin, "basis": "law", "evidence": "見本", "added_by": by}
    rows = [
        Note(**label, **note),
        Direction(**label, decision=decision, text="見本"),
        RoleRow(**label, decision=decision, agency=by.agency, issue="見本", what="見本"),
        ShareLine(**label, **line),
        PersonHealth(case=frozen_world.hazuki.case, person=_newborn(frozen_world), item="health"),
    ]

    for row in rows:
        with pytest.raises(IntegrityError, match="person_of_case"), transaction.atomic():
            _insert_and_check(row)


def _newborn(world):
    """A person of the other case without health, so that only the case is wrong."""
    person = world.tomono.son.__class__(case=world.tomono.case, name="見本", position=9)
    person.save(force_insert=True)
    return person


def test_a_line_does_not_hang_on_an_envelope_of_another_agency_or_case(frozen_world):
    (line,) = _share(frozen_world)
    values = {
        "basis": "law",
        "evidence": "見本",
        "added_by": frozen_world.coordinator.membership,
        "item": "basic",
    }

    for agency, case in (
        (frozen_world.other, frozen_world.hazuki.case),
        (frozen_world.anshin, frozen_world.tomono.case),
    ):
        stray = ShareLine(share_id=line.share_id, agency=agency, case=case, **values)
        with pytest.raises(IntegrityError, match="shareline_of_share"), transaction.atomic():
            _insert_and_check(stray)


def test_an_answer_to_the_role_of_another_agency_is_refused(canaries):
    """Not even in the agency's own name, and not with a label other than the role's."""
    world, viewer = canaries, canaries.anshin_worker
    world.share(world.hazuki, world.anshin, Label(None, "roles"))
    with acting_for(world.chief):
        role = RoleRow.objects.get(case=world.hazuki.case, person=None, item="roles")
    values = {"role": role, "case": world.hazuki.case, "person": None, "sequence": 2, "kind": "accepted"}

    for answer in (
        {"agency": world.anshin, "item": "roles", "answered_by": viewer.membership},
        {"agency": world.coordinator.agency, "item": "roles", "answered_by": viewer.membership},
        {"agency": world.anshin, "item": "basic", "answered_by": viewer.membership},
    ):
        with pytest.raises(DatabaseError, match="row-level security"), acting_for(viewer):
            RoleAnswer(**values, **answer).save(force_insert=True)


def test_a_decision_is_superseded_once(canaries):
    decision = canaries.families["hazuki"].decision
    values = {"case": canaries.hazuki.case, "decided_on": FAR, "decided_by": canaries.coordinator.membership}

    with acting_for(canaries.coordinator):
        for number in ("D-1", "D-2"):
            later = Decision(number=number, **values)
            later.save(force_insert=True)
            end = DecisionEnd(ended=decision, case=canaries.hazuki.case, decision=later)
            if number == "D-1":
                end.save(force_insert=True)
                continue
            with pytest.raises(IntegrityError, match="ended_id"), transaction.atomic():
                end.save(force_insert=True)


def test_guardians_row_without_a_line_is_refused(frozen_world):
    (line,) = _share(frozen_world)
    with acting_for(frozen_world.chief):
        grant = PersonGrant.objects.get(line=line)
    values = {"group_id": grant.group_id, "permission_id": grant.permission_id}

    for line_id in (None, uuid.uuid4()):
        row = PersonGrant(**values, content_object=frozen_world.hazuki.mother, line_id=line_id)
        with pytest.raises(DatabaseError), transaction.atomic():
            _insert_and_check(row)


def _insert_and_check(row):
    """Insert a row and let the checks that wait for the end of the transaction speak now."""
    row.save(force_insert=True)
    _sql("SET CONSTRAINTS ALL IMMEDIATE")
