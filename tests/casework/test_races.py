"""Two people at the same moment: one defined outcome each."""

import datetime as dt
import threading
import time
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from casework.cases.actions import next_number
from casework.concealment.actions import (
    GroundDraft,
    ask_to_lift,
    conceal,
    lift_concealment,
    renew_concealment,
)
from casework.concealment.selectors import standing
from casework.households.actions import add_person, change_person, set_item
from casework.households.models import Person, PersonContact, PersonMoney
from casework.intake.actions import open_case, record_contact, take_contact
from casework.intake.models import Contact
from casework.notes.actions import CorrectionDraft, NoteDraft, ParagraphDraft, correct_note, write_note
from casework.notes.models import Note, NoteParagraph
from casework.plans.actions import DirectionDraft, RoleDraft, answer_role, decide
from casework.plans.models import Decision, RoleAnswer, RoleRow
from casework.seen import ChangedMeanwhile, fingerprint
from casework.sharing.actions import Ground, Label, end_line, share_items, sweep_lapsed
from casework.sharing.models import Share, ShareLine
from casework.sharing.selectors import envelopes_for
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for, clock
from tests.casework.tables import instead_of
from tests.worlds import CONSENT, World, make_viewer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def world(transactional_db):
    return World()


def at_once(*acts):
    """Run each act in its own thread and connection, all released together; return results or exceptions."""
    gate = threading.Barrier(len(acts))
    outcomes = [None] * len(acts)

    def run(number, viewer, act):
        try:
            gate.wait(timeout=20)
            with acting_for(viewer):
                outcomes[number] = act()
        except (NotAllowed, ChangedMeanwhile) as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number, *act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


def in_turn(first, second):
    """Run two acts, the second begun before the first commits; return their outcomes. Fails unless the second waited for the first."""
    has_acted, waited = threading.Event(), []

    def act_and_be_waited_for():
        try:
            return first[1]()
        finally:
            has_acted.set()
            waited.append(_somebody_waits_for_me())

    def follow():
        has_acted.wait(timeout=20)
        return second[1]()

    outcomes = at_once((first[0], act_and_be_waited_for), (second[0], follow))
    assert waited == [True], "they did not meet"
    return outcomes


def _somebody_waits_for_me():
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.02)
    return False


def won(outcomes):
    return [outcome for outcome in outcomes if outcome is not None and not isinstance(outcome, Exception)]


def refused(outcomes):
    return [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)]


def test_two_first_shares_at_once_make_one_envelope(world):
    home = world.hazuki

    def share(item):
        label = Label(home.mother.pk, item)
        return lambda: share_items(
            home.case,
            agency=world.anshin,
            labels=[label],
            ground=Ground("consent", "書面"),
            by=world.coordinator,
        )

    outcomes = at_once(*((world.coordinator, share(item)) for item in ("basic", "health", "money", "roles")))

    assert len(won(outcomes)) == 4
    with acting_for(world.chief):
        assert Share.objects.filter(case=home.case).count() == 1
        assert ShareLine.objects.filter(case=home.case).count() == 4


def test_contact_taken_by_two_is_taken_by_one(world):
    with acting_for(world.reception):
        contact = record_contact(
            channel="phone",
            speaker="self",
            one_line="困っている",
            reply_to="",
            urgency="D",
            received_at=timezone.now(),
            by=world.reception,
        )
        Contact.objects.filter(pk=contact.pk).update(state="new", taken_by=None)
    people = (world.reception, world.coordinator)

    outcomes = at_once(*((who, lambda who=who: take_contact(contact, urgency="C", by=who)) for who in people))

    assert (len(won(outcomes)), refused(outcomes)) == (1, [NotAllowed])


def test_contact_made_a_case_by_two_is_one_case(world):
    with acting_for(world.reception):
        contact = record_contact(
            channel="phone",
            speaker="self",
            one_line="困っている",
            reply_to="",
            urgency="D",
            received_at=timezone.now(),
            by=world.reception,
        )
    people = (world.reception, world.coordinator)

    def make(who):
        return lambda: open_case(
            contact, household_name="世帯", household_kind="unknown", person={"name": "見本"}, by=who
        )

    outcomes = at_once(*((who, make(who)) for who in people))

    assert (len(won(outcomes)), refused(outcomes)) == (1, [NotAllowed])


def test_role_answered_by_two_colleagues_has_one_answer(world):
    home = world.hazuki
    world.share(home, world.anshin, Label(home.mother.pk, "roles"))
    with acting_for(world.chief):
        draft = RoleDraft(Label(home.mother.pk, "roles"), world.anshin, "課題", "訪問")
        decide(home.case, decided_on=timezone.localdate(), directions=[], roles=[draft], by=world.chief)
        role = RoleRow.objects.get()
    colleague = make_viewer("anshin-colleague", world.anshin)

    def answer(who, kind):
        return lambda: answer_role(role, kind=kind, text="空きがない", answered=0, by=who)

    outcomes = at_once(
        (world.anshin_worker, answer(world.anshin_worker, "accepted")),
        (colleague, answer(colleague, "declined")),
    )

    assert (len(won(outcomes)), refused(outcomes)) == (1, [NotAllowed])
    with acting_for(world.chief):
        assert RoleAnswer.objects.count() == 1


def test_decision_superseded_by_two_has_one_successor(world):
    home = world.hazuki
    drafts = [DirectionDraft(Label(home.mother.pk, "plan"), "方針")]
    with acting_for(world.chief):
        first = decide(
            home.case, decided_on=timezone.localdate(), directions=drafts, roles=[], by=world.chief
        )

    def supersede(who):
        return lambda: decide(
            home.case,
            decided_on=timezone.localdate(),
            directions=drafts,
            roles=[],
            in_place_of=instead_of(first),
            by=who,
        )

    outcomes = at_once(*((who, supersede(who)) for who in (world.chief, world.coordinator)))

    assert (len(won(outcomes)), refused(outcomes)) == (1, [NotAllowed])
    with acting_for(world.chief):
        assert max(Decision.objects.values_list("number", flat=True)).endswith("-0002")


def test_same_form_sent_by_two_clicks_adds_one_person(world):
    key = Person().pk

    def add():
        return add_person(world.hazuki.case, values={"name": "孫"}, by=world.coordinator, key=key)

    outcomes = at_once((world.coordinator, add), (world.coordinator, add))

    assert [person.pk for person in won(outcomes)] == [key, key]
    with acting_for(world.chief):
        assert Person.objects.filter(name="孫").count() == 1


def test_person_changed_by_two_keeps_the_first_and_tells_the_second(world):
    mother = world.hazuki.mother
    seen = fingerprint(mother, ["occupation"])

    def change(who, text):
        return lambda: change_person(mother, values={"occupation": text}, seen=seen, by=who)

    outcomes = at_once(
        (world.coordinator, change(world.coordinator, "農業")),
        (world.reception, change(world.reception, "無職")),
    )

    assert (len(won(outcomes)), refused(outcomes)) == (1, [ChangedMeanwhile])
    clash = next(outcome for outcome in outcomes if isinstance(outcome, ChangedMeanwhile))
    assert clash.current.occupation in ("農業", "無職")


def test_first_money_entered_by_two_is_one_row(world):
    with acting_for(world.coordinator):
        person = add_person(world.hazuki.case, values={"name": "孫"}, by=world.coordinator)
    seen = fingerprint(None, ["situation"])

    def enter(who, text):
        return lambda: set_item(person, item="money", values={"situation": text}, seen=seen, by=who)

    outcomes = at_once(
        (world.coordinator, enter(world.coordinator, "年金")),
        (world.reception, enter(world.reception, "無収入")),
    )

    assert (len(won(outcomes)), refused(outcomes)) == (1, [ChangedMeanwhile])
    with acting_for(world.chief):
        assert PersonMoney.objects.filter(person=person).count() == 1


def test_line_ended_by_two_ends_once(world):
    (line,) = world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"))

    outcomes = at_once(
        *(
            (who, lambda who=who: end_line(line, by=who, reason="終わり") or True)
            for who in (world.chief, world.coordinator)
        )
    )

    assert (len(won(outcomes)), refused(outcomes)) == (1, [NotAllowed])


def test_line_added_while_the_last_one_ends_keeps_the_case_on_the_list(world):
    home, added = world.hazuki, threading.Event()
    (last,) = world.share(home, world.anshin, Label(home.mother.pk, "basic"))

    def add():
        label = [Label(home.son.pk, "basic")]
        lines = share_items(home.case, agency=world.anshin, labels=label, ground=CONSENT, by=world.chief)
        added.set()
        time.sleep(0.7)  # the other one must be waiting when this is committed
        return lines

    def end():
        added.wait(timeout=20)
        end_line(last, by=world.coordinator, reason="終わり")
        return True

    outcomes = at_once((world.chief, add), (world.coordinator, end))

    assert len(won(outcomes)) == 2
    with acting_for(world.anshin_worker):
        assert [share.case_id for share in envelopes_for(world.anshin_worker)] == [home.case.pk]


def test_line_added_while_the_sweep_closes_what_lapsed_keeps_the_case_on_the_list(world, shift_clock):
    home, added = world.hazuki, threading.Event()
    until = timezone.now() + dt.timedelta(hours=1)
    lapsing = Ground("consent", "書面", until=until)
    world.share(home, world.anshin, Label(home.mother.pk, "basic"), ground=lapsing)
    shift_clock(dt.timedelta(hours=2))

    def add():
        label = [Label(home.son.pk, "basic")]
        lines = share_items(home.case, agency=world.anshin, labels=label, ground=CONSENT, by=world.chief)
        added.set()
        time.sleep(0.7)
        return lines

    def sweep():
        added.wait(timeout=20)
        with clock("sweep_lapsed_lines"):
            sweep_lapsed()
        return True

    outcomes = at_once((world.chief, add), (world.chief, sweep))

    assert len(won(outcomes)) == 2
    with acting_for(world.anshin_worker):
        assert [share.case_id for share in envelopes_for(world.anshin_worker)] == [home.case.pk]


def test_line_added_while_the_envelope_closes_gets_a_new_one(world):
    home, ended = world.hazuki, threading.Event()
    (last,) = world.share(home, world.anshin, Label(home.mother.pk, "basic"))

    def end():
        end_line(last, by=world.coordinator, reason="終わり")
        ended.set()
        time.sleep(0.7)
        return True

    def add():
        ended.wait(timeout=20)
        label = [Label(home.son.pk, "basic")]
        return share_items(home.case, agency=world.anshin, labels=label, ground=CONSENT, by=world.chief)

    outcomes = at_once((world.coordinator, end), (world.chief, add))

    assert len(won(outcomes)) == 2
    with acting_for(world.anshin_worker):
        assert [share.case_id for share in envelopes_for(world.anshin_worker)] == [home.case.pk]
    with acting_for(world.chief):
        assert sorted(share.closed_at is None for share in Share.objects.all()) == [False, True]


def test_numbers_given_out_at_once_are_gapless(world):
    numbers = at_once(*((world.chief, lambda: next_number("T")) for _each in range(8)))

    year = timezone.localdate().year
    assert sorted(numbers) == [f"T-{year}-{count:04d}" for count in range(1, 9)]


def test_address_written_while_the_household_is_concealed_ends_in_the_vault(world):
    """Whichever comes first: afterwards the address stands in no field."""
    home, by = world.tomono, world.coordinator
    contact = "見本市東町1-2-3"

    for _try in range(5):
        with acting_for(by):
            row = PersonContact.objects.get(person=home.son)
            seen = fingerprint(row, ["address"])
        at_once(
            (by, lambda: conceal(home.case, home.mother, GroundDraft("provisional", "見本"), by=by)),
            (by, partial(set_item, home.son, item="contact", values={"address": contact}, seen=seen, by=by)),
        )
        with acting_for(by):
            row.refresh_from_db()
            assert row.address == ""
            requests = [ask_to_lift(each, reason="見本", by=by) for each in standing(home.case.pk)]
        with acting_for(world.chief):
            for request in requests:
                lift_concealment(request, by=world.chief)


def test_concealment_lifted_by_two_at_once_is_lifted_once(world):
    home, by = world.tomono, world.reception
    other = make_viewer("other-coordinator", world.center, "coordinator")
    with acting_for(by):
        concealment = conceal(home.case, home.mother, GroundDraft("provisional", "見本"), by=by)
        request = ask_to_lift(concealment, reason="見本", by=by)

    outcomes = at_once(
        *(
            (viewer, lambda viewer=viewer: lift_concealment(request, by=viewer))
            for viewer in (world.chief, other)
        )
    )

    assert (len(won(outcomes)), refused(outcomes)) == (1, [NotAllowed])


def test_renewal_and_lifting_at_once_have_one_outcome(world):
    """Either it was lifted and there is nothing to renew, or it was renewed and has to be asked about anew."""
    home, by = world.tomono, world.reception
    for _try in range(5):
        with acting_for(by):
            concealment = conceal(home.case, home.mother, GroundDraft("provisional", "見本"), by=by)
            request = ask_to_lift(concealment, reason="見本", by=by)
        ground = GroundDraft("other", "見本")
        outcomes = at_once(
            (world.chief, partial(lift_concealment, request, by=world.chief)),
            (by, partial(renew_concealment, concealment, ground, by=by)),
        )
        assert (len(won(outcomes)), refused(outcomes)) == (1, [NotAllowed])


def test_note_corrected_by_two_has_one_correction_and_the_other_is_told(world):
    home = world.hazuki
    paragraphs = (ParagraphDraft("fact", "self", "見本"),)
    draft = NoteDraft(Label(home.mother.pk, "history"), timezone.now(), "phone", "見本", paragraphs)
    with acting_for(world.coordinator):
        note = write_note(home.case, draft, by=world.coordinator)
    people = (world.coordinator, world.chief, world.reception)
    better = CorrectionDraft("見本", paragraphs, "聞きまちがい")

    outcomes = at_once(*((who, lambda who=who: correct_note(note, better, by=who)) for who in people))

    assert (len(won(outcomes)), refused(outcomes)) == (1, [ChangedMeanwhile] * 2)
    (correction,) = won(outcomes)
    assert [clash.current for clash in outcomes if isinstance(clash, Exception)] == [correction] * 2
    with acting_for(world.chief):
        assert Note.objects.filter(corrects=note).count() == 1
        assert NoteParagraph.objects.filter(note=correction).count() == 1
