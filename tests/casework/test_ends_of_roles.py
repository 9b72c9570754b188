"""A decision takes the place of several, or of single roles of one: the others stand, with their answers (domain.md 1.6)."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.concealment.actions import GroundDraft, conceal
from casework.households.models import PersonContact
from casework.meetings.minutes import Outcome
from casework.notifications.models import Notification
from casework.plans.actions import NOTHING, DirectionDraft, InPlaceOf, RoleDraft, answer_role, decide
from casework.plans.models import DecisionEnd, RoleEnd, RoleRow
from casework.plans.selectors import decision_views_for, role_for
from casework.sharing.actions import Label
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.tables import fixed_item, instead_of

pytestmark = pytest.mark.django_db


def _label(home, item="roles"):
    return Label(home.mother.pk, item)


def _role(home, agency, what):
    return RoleDraft(_label(home), agency, f"{what}の課題", what, frequency="毎週")


def _decide(world, *roles, direction="", in_place_of=NOTHING, by=None):
    by = by or world.coordinator
    directions = [DirectionDraft(_label(world.hazuki, "plan"), direction)] if direction else []
    with acting_for(by):
        return decide(
            world.hazuki.case, decided_on=timezone.localdate(), directions=directions, roles=roles, in_place_of=in_place_of, by=by,
        )  # fmt: skip


def _row(world, what, decision=None):
    with acting_for(world.chief):
        rows = RoleRow.objects.filter(what=what)
        return (rows.filter(decision=decision) if decision else rows).get()


def _accept(world, what, by):
    with acting_for(by):
        answer_role(_row_seen(what), kind="accepted", text="", answered=0, by=by)


def _row_seen(what):
    return RoleRow.objects.get(what=what)


def standing(world, viewer):
    """Return {what: the last answer, or 未回答} of the roles that stand, as this viewer sees them."""
    with acting_for(viewer):
        return {
            role.row.what: role.last.kind if role.last else "未回答"
            for view in decision_views_for(viewer, world.hazuki.case)
            for role in view.roles
            if role.is_current
        }


@pytest.fixture
def shared(world):
    """Two agencies read the mother's roles, of which both took one on."""
    for agency in (world.anshin, world.kenko):
        world.share(world.hazuki, agency, _label(world.hazuki), _label(world.hazuki, "basic"))
    home = world.hazuki
    world.first = _decide(
        world, _role(home, world.anshin, "訪問"), _role(home, world.kenko, "受診"), direction="家で暮らす"
    )
    _accept(world, "訪問", world.anshin_worker)
    _accept(world, "受診", world.kenko_worker)
    return world


def test_one_role_changes_and_nobody_else_is_asked_again(shared):
    world = shared
    changed = _decide(
        world,
        _role(world.hazuki, world.anshin, "週2回の訪問"),
        in_place_of=InPlaceOf(roles=[_row(world, "訪問")]),
    )
    assert standing(world, world.coordinator) == {"週2回の訪問": "未回答", "受診": "accepted"}
    with acting_for(world.coordinator):
        views = {view.decision.pk: view for view in decision_views_for(world.coordinator, world.hazuki.case)}
        assert [views[key].is_current for key in (world.first.pk, changed.pk)] == [True, True]
        assert [role.is_current for role in views[world.first.pk].roles] == [False, True]
        told = list(
            Notification.objects.filter(role__what="訪問", kind="role_ended").values_list(
                "membership", flat=True
            )
        )
    assert told == []  # a notification is its receiver's
    with acting_for(world.anshin_worker):
        ended = Notification.objects.filter(kind="role_ended").values_list("role__what", flat=True)
        assert list(ended) == ["訪問"]
        with pytest.raises(NotAllowed, match="新しい決定で終わりました"):
            answer_role(_row_seen("訪問"), kind="on_track", text="", answered=1, by=world.anshin_worker)
    with acting_for(world.kenko_worker):
        assert not Notification.objects.filter(kind="role_ended").exists()
        answer_role(_row_seen("受診"), kind="on_track", text="", answered=1, by=world.kenko_worker)


def test_one_decision_takes_the_place_of_two(shared):
    world = shared
    second = _decide(world, _role(world.hazuki, world.kenko, "面談"))
    again = _decide(
        world, _role(world.hazuki, world.kenko, "受診と面談"), in_place_of=instead_of(world.first, second)
    )
    assert standing(world, world.coordinator) == {"受診と面談": "未回答"}
    with acting_for(world.coordinator):
        ends = DecisionEnd.objects.order_by("ended__number").values_list("ended", "decision")
        assert list(ends) == [(world.first.pk, again.pk), (second.pk, again.pk)]
        assert set(RoleEnd.objects.values_list("role__what", "decision")) == {
            (what, again.pk) for what in ("訪問", "受診", "面談")
        }


def test_decision_of_which_nothing_stands_any_more_is_over(shared):
    world = shared
    only = _decide(world, _role(world.hazuki, world.kenko, "面談"))
    _decide(world, direction="面談はやめる", in_place_of=InPlaceOf(roles=[_row(world, "面談")]))
    _decide(
        world,
        direction="訪問と受診はやめる",
        in_place_of=InPlaceOf(roles=[_row(world, "訪問"), _row(world, "受診")]),
    )
    with acting_for(world.coordinator):
        assert set(DecisionEnd.objects.values_list("ended", flat=True)) == {
            only.pk
        }  # the first has a direction
    assert standing(world, world.coordinator) == {}


def test_what_has_ended_does_not_end_again_and_another_cases_role_never(shared):
    world = shared
    row = _row(world, "訪問")
    _decide(world, _role(world.hazuki, world.anshin, "見守り"), in_place_of=InPlaceOf(roles=[row]))
    for before, words in (
        (InPlaceOf(roles=[row]), "すでに新しい決定に置き換えられたもの"),
        (instead_of(_of_other(world)), "ほかのケース"),
        (InPlaceOf(roles=[_row(world, "ほかの家の役割")]), "ほかのケース"),
    ):
        with pytest.raises(NotAllowed, match=words):
            _decide(world, direction="方針", in_place_of=before)
    assert standing(world, world.coordinator) == {"見守り": "未回答", "受診": "accepted"}


def _of_other(world):
    home, by = world.tomono, world.coordinator
    world.share(home, world.anshin, Label(home.mother.pk, "roles"))
    with acting_for(by):
        role = RoleDraft(Label(home.mother.pk, "roles"), world.anshin, "見本", "ほかの家の役割")
        return decide(home.case, decided_on=timezone.localdate(), directions=[], roles=[role], by=by)


def test_nobody_goes_on_with_a_role_because_the_new_decision_is_hidden_from_them(shared, client):
    """The later decision is about the son, of whom anshin sees nothing: it reads that its role ended, and nothing else."""
    world, home = shared, shared.hazuki
    by = world.coordinator
    with acting_for(by):
        decide(
            home.case, decided_on=timezone.localdate(), directions=[DirectionDraft(Label(home.son.pk, "plan"), "息子の方針")],
            roles=[], in_place_of=instead_of(world.first), by=by,
        )  # fmt: skip
    assert standing(world, world.anshin_worker) == {}
    with acting_for(world.anshin_worker):
        role = role_for(world.anshin_worker, home.case, RoleRow.objects.get(what="訪問").pk)
        assert (role.is_current, role.next_answers, role.ended_by) == (False, (), None)
    sign_in(client, world.anshin_worker)
    page = client.get(reverse("casework:decision", args=[home.case.pk, world.first.pk])).content.decode()
    assert [word in page for word in ("終わった役割", "新しい決定があります", "息子の方針", "この役割に答える")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_ends_are_read_with_their_role_and_written_by_the_center_with_a_new_decision(shared, shift_clock):
    world = shared
    _decide(world, direction="方針", in_place_of=InPlaceOf(roles=[_row(world, "訪問")]))
    counts = {}
    for name in ("chief", "anshin_worker", "kenko_worker", "jiritsu_worker", "stranger"):
        with acting_for(getattr(world, name)):
            counts[name] = RoleEnd.objects.count()
    assert counts == {"chief": 1, "anshin_worker": 1, "kenko_worker": 1, "jiritsu_worker": 0, "stranger": 0}
    shift_clock(dt.timedelta(minutes=1))
    row = _row(world, "受診")
    label = {"case": world.hazuki.case, "person": world.hazuki.mother, "item": "roles"}
    for viewer in (world.coordinator, world.kenko_worker):
        ends = (
            RoleEnd(role=row, decision=world.first, **label),
            DecisionEnd(ended=world.first, case=world.hazuki.case, decision=world.first),
        )
        for end in ends:
            with (
                pytest.raises(DatabaseError, match="row-level security"),
                transaction.atomic(),
                acting_for(viewer),
            ):
                end.save(force_insert=True)


def test_form_begins_with_the_role_that_somebody_came_to_change(shared, client):
    world = shared
    row = _row(world, "訪問")
    sign_in(client, world.coordinator)
    url = reverse("casework:decision_add", args=[world.hazuki.case.pk])
    link = f"{url}?role={row.pk}"
    assert (
        link in client.get(reverse("casework:decision", args=[row.case_id, row.decision_id])).content.decode()
    )

    context = client.get(link).context
    begun = {
        name: context["roles"].forms[0][name].value() for name in ("about", "agency", "what", "frequency")
    }
    assert (context["form"]["ends"].value(), begun) == (
        [str(row.pk)], {"about": str(world.hazuki.mother.pk), "agency": world.anshin.pk, "what": "訪問", "frequency": "毎週"},
    )  # fmt: skip
    assert [words for _key, words in context["form"].fields["ends"].choices] == [
        f"{world.anshin.name}：訪問（葉月原母、{world.first.number}）", f"{world.kenko.name}：受診（葉月原母、{world.first.number}）",
    ]  # fmt: skip

    sent = {
        "once": str(context["form"]["once"].value()), "decided_on": str(timezone.localdate()), "ends": [str(row.pk)],
        "direction-TOTAL_FORMS": "0", "direction-INITIAL_FORMS": "0", "role-TOTAL_FORMS": "1", "role-INITIAL_FORMS": "0",
        "role-0-about": str(world.hazuki.mother.pk), "role-0-item": "roles", "role-0-agency": str(world.anshin.pk),
        "role-0-issue": "訪問の課題", "role-0-what": "週2回の訪問",
    }  # fmt: skip
    for _click in range(2):
        assert client.post(link, sent).status_code == 302
    assert standing(world, world.coordinator) == {"週2回の訪問": "未回答", "受診": "accepted"}
    refused = client.post(link, {**sent, "once": ""})
    assert "すでに新しい決定で終わっています" in refused.content.decode()
    assert "選んだ役割は、ここでは変えられません" in client.get(link).content.decode()
    assert "週2回の訪問" in refused.content.decode()


def test_role_that_nobody_sees_ends_with_its_decision(shared):
    """It writes out a place that the household hides: whoever decides sees it as little as anybody, and it comes back with the lift."""
    world, home = shared, shared.hazuki
    second = _decide(world, _role(home, world.anshin, "かくれ町4-5-6で会う"))
    hidden = _row(world, "かくれ町4-5-6で会う")
    with acting_for(world.chief):
        contact = PersonContact.objects.filter(person=home.mother)
        assert contact.update(address="見本市かくれ町4-5-6") == 1
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), by=world.chief)
        assert not RoleRow.objects.filter(pk=hidden.pk).exists()
    _decide(world, direction="方針", in_place_of=instead_of(second))
    with acting_for(world.chief):
        assert DecisionEnd.objects.filter(ended=second).exists()
        assert RoleEnd.objects.filter(role=hidden.pk).exists()


def test_what_a_support_meeting_gave_is_not_copied_into_another_decision(shared, client):
    world, home = shared, shared.hazuki
    outcome = Outcome([], [_role(home, world.anshin, "会議で頼んだこと")])
    fixed_item(world, world.anshin_worker, outcome=outcome)
    row = _row(world, "会議で頼んだこと")
    sign_in(client, world.coordinator)
    link = f"{reverse('casework:decision_add', args=[home.case.pk])}?role={row.pk}"

    page = client.get(reverse("casework:decision", args=[home.case.pk, row.decision_id])).content.decode()
    form = client.get(link)

    assert link not in page
    assert form.context["roles"].forms[0].initial == {}
    assert "支援会議で決めた役割です" in form.content.decode()
    assert form.context["form"]["ends"].value() in (None, [])


def test_decision_of_which_something_hidden_stands_is_not_over(shared):
    """Nobody sees that role now; with the lift it stands again, and so has its decision."""
    world, home = shared, shared.hazuki
    second = _decide(
        world, _role(home, world.anshin, "かくれ町4-5-6で会う"), _role(home, world.kenko, "面談")
    )
    with acting_for(world.chief):
        contact = PersonContact.objects.filter(person=home.mother)
        assert contact.update(address="見本市かくれ町4-5-6") == 1
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), by=world.chief)
    _decide(world, direction="方針", in_place_of=InPlaceOf(roles=[_row(world, "面談")]))
    with acting_for(world.chief):
        assert not DecisionEnd.objects.filter(ended=second).exists()
        assert [end.role.what for end in RoleEnd.objects.all()] == ["面談"]
