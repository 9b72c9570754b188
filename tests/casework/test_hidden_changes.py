"""A change that an agency may not see alters no byte of what it sees: order, dates and counts included."""

import datetime as dt
import pickle
import re
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from casework.cases.actions import create_case, move_to_stage
from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.households.actions import (
    StayDraft,
    add_person,
    change_household,
    change_person,
    record_stay,
    set_item,
)
from casework.households.models import Household
from casework.intake.actions import record_contact
from casework.issues.actions import IssueDraft, note_issue
from casework.notes.actions import CorrectionDraft, NoteDraft, ParagraphDraft, correct_note, write_note
from casework.notes.models import Note
from casework.plans.actions import DirectionDraft, RoleDraft, answer_role, decide
from casework.plans.models import RoleRow
from casework.referrals.actions import AnswerDraft, ReferralDraft, answer_referral, send_referral
from casework.relations.actions import RelationDraft, note_relation
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label, block, end_line, lift_block
from casework.sharing.clocks import sweep_lapsed_lines
from casework.sharing.models import Block
from permissions.walls.context import acting_for
from tests.casework.pages import masked, sign_in
from tests.casework.tables import instead_of
from tests.worlds import CONSENT, agree

# Thorough rather than quick: `make test` runs them.
pytestmark = pytest.mark.slow

HOUR = dt.timedelta(hours=1)
TOLD = re.compile(rb"<span class=\"m-nav__count\">.*?</span></span>", re.DOTALL)
WHEN = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)


@pytest.fixture
def shared(canaries, shift_clock):
    """Anshin sees the mother of one case and, since later, the household of another: that one is on top."""
    world = canaries
    hazuki = world.hazuki
    mother, son = hazuki.mother.pk, hazuki.son.pk
    for_anshin = (Label(mother, "basic"), Label(mother, "roles"), Label(mother, "plan"))
    for_anshin += (Label(mother, "assessment"),)
    with acting_for(world.coordinator):
        RoleRow(
            case=hazuki.case,
            person=hazuki.mother,
            item="roles",
            decision=world.families["hazuki"].decision,
            agency=world.anshin,
            issue="見本",
            what="見本の役割",
        ).save(force_insert=True)
    world.share(hazuki, world.anshin, *for_anshin)
    _refer(world, world.anshin)
    world.share(hazuki, world.kenko, Label(son, "health"), Label(son, "roles"))
    shift_clock(HOUR)
    world.share(world.tomono, world.anshin, Label(None, "basic"))
    shift_clock(2 * HOUR)
    return world


def _note(world, home, person, item):
    label = Label(person.pk if person else None, item)
    paragraphs = (ParagraphDraft("fact", "observed", "新しい記録"), ParagraphDraft("next", "judged", "次"))
    draft = NoteDraft(label, occurred_at=WHEN, method="phone", title="見本", paragraphs=paragraphs)
    write_note(home.case, draft, by=world.coordinator)


def _correct(world, person, item):
    note = Note.objects.get(case=world.hazuki.case, person=person, item=item)
    draft = CorrectionDraft("見本", (ParagraphDraft("fact", "self", "正しい記録"),), "聞きまちがい")
    correct_note(note, draft, by=world.coordinator)


def _set(world, person, item, field):
    from casework.households.models import ITEM_MODELS

    row = ITEM_MODELS[item].objects.get(person=person)
    set_item(
        person, item=item, values={field: "変わった"}, seen=fingerprint(row, [field]), by=world.coordinator
    )


def _relate(world, kind):
    home = world.hazuki
    note_relation(home.mother, home.son, RelationDraft(kind, words="新しい関係"), by=world.coordinator)


def _issue(world, person, code):
    note_issue(person, code, IssueDraft("3", "staff", words="新しい課題"), by=world.coordinator)


def _decide(world, *labels, supersedes=None):
    drafts = [DirectionDraft(label, "新しい方針") for label in labels]
    decide(
        world.hazuki.case,
        decided_on=WHEN.date(),
        directions=drafts,
        roles=[],
        in_place_of=instead_of(supersedes),
        by=world.coordinator,
    )


def _change_household(world):
    household = Household.objects.get(case=world.hazuki.case)
    seen = fingerprint(household, ["kind"])
    change_household(household, values={"kind": "couple"}, seen=seen, by=world.coordinator)


def _give_kenko_a_role_and_let_it_answer(world):
    son = Label(world.hazuki.son.pk, "roles")
    role = RoleDraft(son, world.kenko, "見本", "見本")
    decide(world.hazuki.case, decided_on=WHEN.date(), directions=[], roles=[role], by=world.coordinator)
    with acting_for(world.kenko_worker):
        row = RoleRow.objects.get(agency=world.kenko)
        answer_role(row, kind="accepted", text="", answered=0, by=world.kenko_worker)


def _share_and_end(world):
    (line,) = world.share(world.hazuki, world.jiritsu, Label(world.hazuki.mother.pk, "basic"))
    end_line(line, by=world.coordinator, reason="見本")


def _refer(world, agency, worker=None):
    draft = ReferralDraft(
        receiver=agency, person_id=world.hazuki.mother.pk, heard="見本", issues="見本", we_keep="見本",
        ground=Ground("law", "見本"), answer_by=timezone.localdate(),
    )  # fmt: skip
    with acting_for(world.coordinator):
        referral = send_referral(world.hazuki.case, draft, by=world.coordinator)
    if worker:
        with acting_for(worker):
            answer_referral(referral, AnswerDraft("received"), answered=0, by=worker)


def _withdraw(world, person, agency):
    consent = Consent.objects.get(person=person)
    said = {"said_on": WHEN.date(), "how": "見本"}
    withdraw_consent(consent, agency=agency, item="", **said, by=world.coordinator)


def _block(world, **target):
    words = {"agency": None, "user_id": None, **target}
    with acting_for(world.chief):
        block(world.hazuki.case, **words, reason="見本", by=world.chief)


HIDDEN = {
    "another person's item": lambda w: _set(w, w.hazuki.son, "health", "condition"),
    "another item of the same person": lambda w: _set(w, w.hazuki.mother, "money", "situation"),
    "another person's basics": lambda w: change_person(
        w.hazuki.son, values={"name": "改名"}, seen=fingerprint(w.hazuki.son, ["name"]), by=w.coordinator
    ),
    "the household's basics": _change_household,
    "a new person": lambda w: add_person(w.hazuki.case, values={"name": "新しい人"}, by=w.coordinator),
    "a note about another person": lambda w: _note(w, w.hazuki, w.hazuki.son, "basic"),
    "a note with another item": lambda w: _note(w, w.hazuki, w.hazuki.mother, "history"),
    "a note about the household": lambda w: _note(w, w.hazuki, None, "basic"),
    "a correction of a note about another person": lambda w: _correct(w, w.hazuki.son, "basic"),
    "a correction of a note with another item": lambda w: _correct(w, w.hazuki.mother, "history"),
    "another person moves out": lambda w: record_stay(w.hazuki.son, StayDraft("apart"), by=w.coordinator),
    "an issue of another person": lambda w: _issue(w, w.hazuki.son, "gap"),
    "an issue with another item": lambda w: _issue(w, w.hazuki.mother, "injury"),
    "a relation with somebody it does not see": lambda w: _relate(w, "birth_parent"),
    "violence": lambda w: _relate(w, "violent"),
    "a sealed issue": lambda w: _issue(w, w.hazuki.mother, "dv_abuse"),
    "a decision about another person": lambda w: _decide(w, Label(w.hazuki.son.pk, "plan")),
    "another agency's role and answer": _give_kenko_a_role_and_let_it_answer,
    "a share with another agency": lambda w: w.share(
        w.hazuki, w.jiritsu, Label(w.hazuki.mother.pk, "basic"), Label(None, "basic")
    ),
    "a share with another agency that ends": _share_and_end,
    "a block on another agency": lambda w: _block(w, agency=w.kenko),
    "a block on a colleague": lambda w: _block(w, user_id=w.anshin_admin.user.pk),
    "a block on the center's own person": lambda w: _block(w, user_id=w.reception.user.pk),
    "a new case": lambda w: create_case(by=w.coordinator),
    "a new contact": lambda w: record_contact(
        channel="phone",
        speaker="self",
        one_line="隠れた相談",
        reply_to="",
        urgency="D",
        received_at=WHEN,
        by=w.coordinator,
    ),
    "a second basis for what it sees": lambda w: w.share(
        w.hazuki, w.anshin, Label(w.hazuki.mother.pk, "basic"), ground=Ground("law", "見本")
    ),
    "a consent for another agency": lambda w: agree(
        w.hazuki.case, w.hazuki.mother, to=(w.jiritsu,), by=w.coordinator
    ),
    "a consent withdrawn from another agency": lambda w: _withdraw(w, w.hazuki.son, w.kenko),
    "a consent on which nothing rests": lambda w: _withdraw(w, w.hazuki.son, w.anshin),
    "a referral about the same person to another agency": lambda w: _refer(w, w.kenko, w.kenko_worker),
    "the sweep": lambda w: sweep_lapsed_lines(),
}
VISIBLE = {
    "basics it sees": lambda w: change_person(
        w.hazuki.mother,
        values={"name": "改名"},
        seen=fingerprint(w.hazuki.mother, ["name"]),
        by=w.coordinator,
    ),
    "a note with its label": lambda w: _note(w, w.hazuki, w.hazuki.mother, "basic"),
    "a correction of a note that it sees": lambda w: _correct(w, w.hazuki.mother, "basic"),
    "the person it sees moves out": lambda w: record_stay(
        w.hazuki.mother, StayDraft("apart"), by=w.coordinator
    ),
    "an issue with its label": lambda w: _issue(w, w.hazuki.mother, "gap"),
    "a decision with its label": lambda w: _decide(w, Label(w.hazuki.mother.pk, "plan")),
    "a decision that supersedes the one it sees": lambda w: _decide(
        w, Label(w.hazuki.mother.pk, "plan"), supersedes=w.families["hazuki"].decision
    ),
    # It reads nothing of the new one, but that what it reads and took on stands no more.
    "a hidden decision that supersedes the one it sees": lambda w: _decide(
        w, Label(w.hazuki.son.pk, "plan"), supersedes=w.families["hazuki"].decision
    ),
    "one more item": lambda w: w.share(w.hazuki, w.anshin, Label(w.hazuki.mother.pk, "health")),
    "the stage": lambda w: move_to_stage(w.hazuki.case, stage="intake", by=w.coordinator),
}


SEARCHED = ("葉月原", "灯野", "変わった", "改名", "新しい人", "隠れた")


def _pages(client, world):
    decision = world.families["hazuki"].decision
    urls = [
        reverse("casework:home"),
        reverse("casework:case_list"),
        reverse("casework:case", args=[world.hazuki.case.pk]),
        reverse("casework:case", args=[world.tomono.case.pk]),
        reverse("casework:decision", args=[world.hazuki.case.pk, decision.pk]),
    ]
    found = {url: client.get(url) for url in urls}
    found |= {
        words: client.post(reverse("casework:search"), {"words": words}, follow=True) for words in SEARCHED
    }
    assert {response.status_code for response in found.values()} == {200}
    return {url: masked(response) for url, response in found.items()}


def _order(pages, world):
    """Return the cases in the order of the list."""
    body = pages[reverse("casework:case_list")].decode()
    cases = (world.hazuki.case, world.tomono.case)
    return sorted((case for case in cases if case.number in body), key=lambda case: body.index(case.number))


@contextmanager
def _undone(world):
    """Give a copy of the world to change; afterwards the database is as it was."""
    with transaction.atomic():
        yield pickle.loads(pickle.dumps(world))
        transaction.set_rollback(True)


def test_no_hidden_change_alters_a_byte(shared, client, shift_clock):
    sign_in(client, shared.anshin_worker)
    before = _pages(client, shared)
    assert "⟦hazuki/mother/basic/person⟧" in b"".join(before.values()).decode()
    altered = {}

    for name, change in HIDDEN.items():
        with _undone(shared) as world:
            shift_clock(30 * HOUR)
            with acting_for(world.coordinator):
                change(world)
            shift_clock(60 * HOUR)
            after = _pages(client, world)
        altered[name] = [url for url, page in after.items() if page != before[url]]

    assert _order(before, shared) == [shared.tomono.case, shared.hazuki.case]
    assert altered == {name: [] for name in HIDDEN}


def test_every_visible_change_is_seen_and_leads_the_list(shared, client, shift_clock):
    sign_in(client, shared.anshin_worker)
    before = _pages(client, shared)
    case, other = (reverse("casework:case", args=[home.case.pk]) for home in (shared.hazuki, shared.tomono))
    seen = {}

    for name, change in VISIBLE.items():
        with _undone(shared) as world:
            shift_clock(30 * HOUR)
            with acting_for(world.coordinator):
                change(world)
            after = _pages(client, world)
        # But for the number of what this person was told, which stands on every page.
        others = TOLD.sub(b"", after[other]) == TOLD.sub(b"", before[other])
        seen[name] = (after[case] != before[case], others, _order(after, shared))

    order = [shared.hazuki.case, shared.tomono.case]
    assert seen == dict.fromkeys(VISIBLE, (True, True, order))


def test_a_block_that_is_lifted_leaves_everything_as_it_was(shared, client):
    sign_in(client, shared.anshin_worker)
    before = _pages(client, shared)

    _block(shared, agency=shared.anshin)
    hidden = client.get(reverse("casework:case", args=[shared.hazuki.case.pk])).status_code
    with acting_for(shared.chief):
        lift_block(Block.objects.get(), by=shared.chief)

    assert hidden == 404
    assert _pages(client, shared) == before


def test_a_share_that_begins_later_alters_no_byte_before(shared, client, shift_clock):
    sign_in(client, shared.anshin_worker)
    before = _pages(client, shared)
    later = Ground(CONSENT.basis, CONSENT.evidence, starts_at=dt.datetime(2100, 1, 1, tzinfo=dt.UTC))

    shift_clock(30 * HOUR)
    shared.share(shared.hazuki, shared.anshin, Label(shared.hazuki.son.pk, "basic"), ground=later)

    assert _pages(client, shared) == before


@pytest.mark.parametrize(
    "change", ["a hidden decision that supersedes the one it sees", "a decision about another person"]
)
def test_the_door_alone_hides_the_change_as_well(wearing, kept_canaries, client, change):
    """As the owner, whom the policies let through: the pages do not lean on the database to hide it."""
    world = kept_canaries
    with wearing("app_web"):
        world.share(
            world.hazuki,
            world.anshin,
            Label(world.hazuki.mother.pk, "roles"),
            Label(world.hazuki.mother.pk, "basic"),
        )
        with acting_for(world.coordinator):
            role = RoleDraft(Label(world.hazuki.mother.pk, "roles"), world.anshin, "見本", "見本の役割")
            decision = decide(
                world.hazuki.case, decided_on=WHEN.date(), directions=[], roles=[role], by=world.coordinator
            )
            _decide(world, Label(world.hazuki.son.pk, "plan"), supersedes=decision)
            {**HIDDEN, **VISIBLE}[change](world)
        world.share(world.tomono, world.anshin, Label(None, "basic"))
        sign_in(client, world.anshin_worker)
        both = _pages_of(client, world, decision)
    door = _pages_of(client, world, decision)

    assert "見本の役割" in both[2].decode()
    assert door == both


def _pages_of(client, world, decision):
    urls = [
        reverse("casework:home"),
        reverse("casework:case", args=[world.hazuki.case.pk]),
        reverse("casework:decision", args=[world.hazuki.case.pk, decision.pk]),
    ]
    return [masked(client.get(url)) for url in urls]
