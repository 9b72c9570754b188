"""お知らせ: who is told of what, that it vanishes with what it is about, and that mails say a number and no more."""

import datetime as dt
from contextlib import suppress

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.bringing.actions import BroughtDraft, bring
from casework.consent.actions import ConsentDraft, record_consent, withdraw_consent
from casework.consent.models import Consent, ConsentWithdrawal
from casework.intake.models import Contact
from casework.notifications.actions import choose_mails, mark_read, mark_unread, notify
from casework.notifications.models import Notification
from casework.plans.actions import DirectionDraft, RoleDraft, answer_role, decide
from casework.plans.models import RoleAnswer, RoleRow
from casework.referrals.actions import (
    AnswerDraft,
    ReferralDraft,
    answer_referral,
    revoke_referral,
    send_referral,
)
from casework.referrals.models import Referral, ReferralAnswer
from casework.sharing.actions import Ground, Label, block, end_line, lift_block
from casework.sharing.models import Block, Recall, ShareLine
from casework.tasks.actions import TaskDraft, add_task
from casework.workspace.clocks import remind_deadlines
from casework.workspace.inbox import count_unread_for, inbox_for, inbox_rows_for
from permissions.agencies.actions import end_membership
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.worlds import make_viewer

# Thorough rather than quick: `make test` runs them.
pytestmark = pytest.mark.slow


STAFF = ("chief", "coordinator", "reception", "anshin_worker", "kenko_worker", "jiritsu_worker", "stranger")
OTHERS = ("editor", "auditor", "sysadmin", "anshin_admin")
LAW = Ground("law", "見本の法律")


def told(viewer):
    """Return {kind: number of rows} of somebody's list; list, count and rows agree."""
    with acting_for(viewer):
        rows = inbox_rows_for(viewer, inbox_for(viewer))
        assert len(rows) == inbox_for(viewer).count()
        assert count_unread_for(viewer) == sum(row.is_unread for row in rows)
    found = {}
    for row in rows:
        found[row.row.kind] = found.get(row.row.kind, 0) + 1
    return found


def kinds(viewer, *, without=()):
    return {kind for kind in told(viewer) if kind not in without}


def read_all(world):
    """Begin with an empty list: the world's own consents are told, too."""
    for name in STAFF:
        viewer = getattr(world, name)
        with acting_for(viewer):
            mark_read(inbox_for(viewer).values_list("pk", flat=True), by=viewer)


def unread(viewer):
    with acting_for(viewer):
        return {row.kind for row in inbox_for(viewer, is_unread=True)}


def everybody_unread(world):
    return {name: unread(getattr(world, name)) for name in STAFF if unread(getattr(world, name))}


def refer(world, *, receiver=None, by=None):
    by = by or world.coordinator
    with acting_for(by):
        draft = ReferralDraft(
            receiver=receiver or world.jiritsu,
            person_id=world.hazuki.mother.pk,
            heard="CANARY-HEARD 家賃の滞納",
            issues="CANARY-ISSUE",
            we_keep="同行",
            ground=LAW,
            answer_by=timezone.localdate(),
        )
        return send_referral(world.hazuki.case, draft, by=by)


def answer(world, referral, kind, by=None, **words):
    by = by or world.jiritsu_worker
    with acting_for(by):
        count = ReferralAnswer.objects.filter(referral=referral).count()
        return answer_referral(referral, AnswerDraft(kind, **words), answered=count, by=by)


def give_role(world, agency):
    with acting_for(world.chief):
        return decide(
            world.hazuki.case,
            decided_on=timezone.localdate(),
            directions=[DirectionDraft(Label(world.hazuki.mother.pk, "plan"), "CANARY-方針")],
            roles=[RoleDraft(Label(world.hazuki.mother.pk, "roles"), agency, "課題", "CANARY-役割")],
            by=world.chief,
        )


def bring_one(world):
    with acting_for(world.anshin_worker):
        draft = BroughtDraft("見本", "000", "CANARY-ひとこと", "見本", has_consent=True, consent_words="見本")
        return bring(draft, by=world.anshin_worker)


# --- who is told of what ---------------------------------------------------------------------------------


def test_what_an_agency_brings_is_told_to_everybody_who_receives(world):
    read_all(world)

    bring_one(world)

    assert everybody_unread(world) == {name: {"contact"} for name in ("chief", "coordinator", "reception")}


def test_referral_is_told_to_its_receiver_and_its_answer_to_its_sender(world):
    read_all(world)

    referral = refer(world)
    first = everybody_unread(world)
    read_all(world)
    answer(world, referral, "received")

    assert first == {"jiritsu_worker": {"referral"}}
    assert everybody_unread(world) == {"coordinator": {"referral_answer"}}


def test_answer_that_gives_the_case_back_is_told_before_the_agency_sees_nothing_more(world):
    referral = refer(world)
    read_all(world)

    answer(world, referral, "declined", words="空きがない")

    assert everybody_unread(world) == {
        "coordinator": {"referral_answer"},
        "jiritsu_worker": {"recall"},
    }
    assert told(world.jiritsu_worker) == {"recall": 1}


def test_role_is_told_to_its_agency_and_its_answer_to_who_decided(world):
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "roles"))
    read_all(world)

    decision = give_role(world, world.anshin)
    first = everybody_unread(world)
    read_all(world)
    with acting_for(world.anshin_worker):
        role = RoleRow.objects.get(decision=decision)
        answer_role(role, kind="accepted", text="", answered=0, by=world.anshin_worker)

    assert first == {"anshin_worker": {"role"}}
    assert everybody_unread(world) == {"chief": {"role_answer"}, "coordinator": {"role_answer"}}


def test_share_and_its_end_are_told_to_the_agency_once_for_all_items(world):
    mother = world.hazuki.mother.pk
    read_all(world)

    lines = world.share(world.hazuki, world.anshin, Label(mother, "basic"), Label(mother, "plan"))
    first = told(world.anshin_worker)
    with acting_for(world.chief):
        for line in lines:
            end_line(line, by=world.chief, reason="見本")

    assert first == {"share": 1}
    assert told(world.anshin_worker) == {
        "recall": 2
    }  # the share names a case that it may not know of any more


def test_more_bases_for_what_is_seen_already_and_shares_of_later_days_are_told_when_they_show_something(
    world, shift_clock
):
    mother = world.hazuki.mother.pk
    world.share(world.hazuki, world.anshin, Label(mother, "basic"))
    later = timezone.now() + dt.timedelta(hours=5)
    world.share(world.hazuki, world.anshin, Label(mother, "basic"), ground=LAW)
    world.share(
        world.hazuki, world.anshin, Label(mother, "plan"), ground=Ground("law", "見本", starts_at=later)
    )
    remind_deadlines()
    before = told(world.anshin_worker)
    shift_clock(dt.timedelta(hours=6))
    for _run in range(2):
        remind_deadlines()

    assert (before, told(world.anshin_worker)) == ({"share": 1}, {"share": 2})


def test_consent_is_told_to_whoever_works_on_the_case_and_not_to_who_recorded_it(world):
    read_all(world)
    with acting_for(world.chief):
        consent = Consent.objects.filter(person=world.hazuki.mother).first()
        withdraw_consent(
            consent, agency=world.other, item="", said_on=timezone.localdate(), how="見本", by=world.chief
        )

    assert everybody_unread(world) == {"coordinator": {"consent"}}


def test_with_nobody_on_the_case_any_more_everybody_who_coordinates_is_told(world):
    referral = refer(world)
    read_all(world)
    end_membership(world.coordinator.membership, by=None)

    answer(world, referral, "received")

    assert everybody_unread(world) == {"chief": {"referral_answer"}}


def test_task_is_told_to_its_owner_and_its_day_once(world, shift_clock):
    read_all(world)
    with acting_for(world.chief):
        due = timezone.localdate() + dt.timedelta(days=1)
        draft = TaskDraft(Label(None, "history"), "家に電話", due, world.reception.membership)
        add_task(world.hazuki.case, draft, by=world.chief)
    first = everybody_unread(world)
    read_all(world)

    remind_deadlines()
    remind_deadlines()

    assert first == {"reception": {"task"}}
    assert everybody_unread(world) == {"reception": {"deadline"}}
    assert told(world.reception)["deadline"] == 1


@pytest.mark.parametrize("name", OTHERS)
def test_who_reads_no_cases_is_told_nothing(world, name, client):
    bring_one(world)
    refer(world)

    assert told(getattr(world, name)) == {}
    sign_in(client, getattr(world, name))
    assert client.get(reverse("casework:notifications")).status_code == 403


# --- it vanishes with what it is about -------------------------------------------------------------------


@pytest.mark.parametrize("end", ["line", "block", "membership"])
def test_what_is_out_of_sight_is_not_listed_not_counted_not_mailed(world, client, run_tasks, mailoutbox, end):
    worker = world.jiritsu_worker
    worker.user.email = "jiritsu@example.org"
    worker.user.save()
    referral = refer(world)
    sign_in(client, worker)
    before = client.get(reverse("casework:notifications")).content.decode()
    assert (told(worker), referral.number in before) == ({"referral": 1}, True)

    if end == "line":
        with acting_for(world.chief):
            revoke_referral(referral, reason="見本", by=world.chief)
    elif end == "block":
        with acting_for(world.chief):
            block(world.hazuki.case, agency=world.jiritsu, user_id=None, reason="見本", by=world.chief)
    else:
        end_membership(worker.membership, by=None)
    run_tasks()
    page = client.get(reverse("casework:notifications"))

    assert "referral" not in told(worker)
    assert referral.number not in page.content.decode()
    assert [mail for mail in mailoutbox if referral.number in mail.subject + mail.body] == []


def test_block_lifted_brings_back_what_was_told(world):
    referral = refer(world)
    with acting_for(world.chief):
        row = block(world.hazuki.case, agency=world.jiritsu, user_id=None, reason="見本", by=world.chief)
    hidden = told(world.jiritsu_worker)
    with acting_for(world.chief):
        lift_block(Block.objects.get(pk=row.pk), by=world.chief)

    assert (hidden, told(world.jiritsu_worker)) == ({}, {"referral": 1})
    assert referral.number


def test_number_in_the_header_is_that_of_the_list(world, client):
    read_all(world)
    refer(world)
    sign_in(client, world.jiritsu_worker)
    url = reverse("casework:case_list")
    one = client.get(url).content.decode()
    with acting_for(world.chief):
        block(world.hazuki.case, agency=world.jiritsu, user_id=None, reason="見本", by=world.chief)
    none = client.get(url).content.decode()

    assert 'm-nav__count">1<' in one
    assert "m-nav__count" not in none


def test_the_database_alone_hides_what_others_were_told(world):
    refer(world)
    world.share(world.tomono, world.anshin, Label(world.tomono.mother.pk, "basic"))

    seen = {}
    for name in (*STAFF, *OTHERS):
        viewer = getattr(world, name)
        with acting_for(viewer):
            seen[name] = {row.membership_id for row in Notification.objects.all()} - {viewer.membership.pk}
            assert set(Notification.objects.values_list("pk", flat=True)) == set(
                inbox_for(viewer).values_list("pk", flat=True)
            )
    assert set().union(*seen.values()) == set()
    assert Notification.objects.count() == 0  # a connection that was told nothing


def test_the_door_alone_hides_the_same(wearing, kept_world):
    world = kept_world
    with wearing("app_web"):
        world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "roles"))
        refer(world)
        bring_one(world)
        with acting_for(world.chief):
            block(world.hazuki.case, agency=world.jiritsu, user_id=None, reason="見本", by=world.chief)
        both = {name: told(getattr(world, name)) for name in STAFF}

    door = {}
    for name in STAFF:
        viewer = getattr(world, name)
        with acting_for(viewer):
            rows = inbox_for(viewer)
            door[name] = {kind: rows.filter(kind=kind).count() for kind in {row.kind for row in rows}}

    assert door == both
    assert both["jiritsu_worker"] == {}
    assert both["anshin_worker"] == {"share": 1}


def test_nobody_tells_of_what_they_do_not_see(world):
    refused = pytest.raises(DatabaseError, match="row-level security")
    with acting_for(world.stranger), refused, transaction.atomic():
        notify("share", world.hazuki.case, to=[world.anshin_worker.membership.pk], by=world.stranger)


def test_nothing_of_a_row_changes_but_whether_it_was_read(world):
    refer(world)

    with acting_for(world.jiritsu_worker):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            Notification.objects.update(kind="share")
        assert Notification.objects.update(read_at=timezone.now()) == 1
        assert Notification.objects.all().delete()[0] == 0


# --- read and unread -------------------------------------------------------------------------------------


def test_read_and_unread_are_each_persons_own_and_a_second_click_changes_nothing(world):
    second = make_viewer("jiritsu-2", world.jiritsu)
    refer(world)
    with acting_for(world.jiritsu_worker):
        keys = list(inbox_for(world.jiritsu_worker).values_list("pk", flat=True))
        counts = [mark_read(keys, by=world.jiritsu_worker) for _click in range(2)]
        at = Notification.objects.get().read_at
        counts.append(mark_unread(keys, by=world.jiritsu_worker))
        counts.append(mark_unread(keys, by=world.jiritsu_worker))
    with acting_for(second):
        foreign = mark_read(keys, by=second)

    assert counts == [1, 0, 1, 0]
    assert at is not None
    assert foreign == 0
    assert (unread(world.jiritsu_worker), unread(second)) == ({"referral"}, {"referral"})


def test_screens_mark_open_and_filter(world, client):
    referral = refer(world)
    world.share(world.hazuki, world.jiritsu, Label(None, "basic"))
    viewer = world.jiritsu_worker
    sign_in(client, viewer)
    url = reverse("casework:notifications")
    with acting_for(viewer):
        rows = {row.kind: row.pk for row in inbox_for(viewer)}

    opened = client.post(reverse("casework:notification_open", args=[rows["referral"]]))
    narrowed = client.get(url, {"group": "referral"}).content.decode()
    only_unread = client.get(url, {"unread": "on"}).content.decode()
    back = client.post(
        reverse("casework:notifications_mark"), {"rows": [rows["referral"]], "as": "unread", "unread": "on"}
    )
    bad = client.post(reverse("casework:notifications_mark"), {"rows": ["x"], "as": "read"})

    assert opened.url == reverse("casework:referral", args=[referral.pk])
    assert "つなぎが届きました" in narrowed
    assert "共有が始まりました" not in narrowed
    assert "つなぎが届きました" not in only_unread
    assert "共有が始まりました" in only_unread
    assert back.url == f"{url}?unread=on"
    assert unread(viewer) == {"referral", "share"}
    assert bad.status_code == 302


def test_row_of_somebody_else_is_not_there(world, client):
    refer(world)
    with acting_for(world.jiritsu_worker):
        (key,) = inbox_for(world.jiritsu_worker).values_list("pk", flat=True)
    sign_in(client, world.chief)

    assert client.post(reverse("casework:notification_open", args=[key])).status_code == 404
    assert unread(world.jiritsu_worker) == {"referral"}


def test_conditions_are_kept_each_list_its_own(world, client):
    sign_in(client, world.chief)
    client.post(reverse("casework:notifications_save"), {"group": "answer"})
    client.post(reverse("casework:duties_save"), {"kind": "task", "due": "late"})

    assert client.get(reverse("casework:notifications")).url.endswith("?group=answer")
    assert client.get(reverse("casework:duties")).url.endswith("?kind=task&due=late")
    assert client.get(reverse("casework:case_list")).status_code == 200
    client.post(reverse("casework:notifications_save"), {})
    assert client.get(reverse("casework:notifications")).status_code == 200


def test_list_asks_as_often_for_many_rows_as_for_few(world, client, django_assert_num_queries):
    sign_in(client, world.coordinator)
    url = reverse("casework:notifications")

    def count():
        with connection.execute_wrapper(counter := Counter()):
            assert client.get(url).status_code == 200
        return counter.number

    bring_one(world)
    few = count()
    for _more in range(4):
        bring_one(world)

    assert count() == few


class Counter:
    number = 0

    def __call__(self, execute, sql, params, many, context):
        self.number += 1
        return execute(sql, params, many, context)


# --- mails -----------------------------------------------------------------------------------------------


def with_mail(*viewers):
    for viewer in viewers:
        viewer.user.email = f"{viewer.user.username}@example.org"
        viewer.user.save()


def test_mail_says_what_kind_the_number_and_the_way_and_nothing_else(world, run_tasks, mailoutbox):
    with_mail(world.jiritsu_worker)
    referral = refer(world)

    run_tasks()

    (mail,) = mailoutbox
    text = mail.subject + mail.body + str(mail.extra_headers)
    assert mail.to == ["jiritsu@example.org"]
    assert referral.number in text
    assert reverse("casework:referral", args=[referral.pk]) in text
    hidden = (
        "CANARY",
        "葉月原",
        world.hazuki.case.number,
        world.coordinator.user.username,
        world.jiritsu.name,
    )
    assert [word for word in hidden if word in text] == []


def test_no_mail_of_any_kind_carries_a_name_or_content(world, run_tasks, mailoutbox):
    with_mail(*(getattr(world, name) for name in STAFF))
    everything_happens(world)

    run_tasks()

    texts = [mail.subject + mail.body for mail in mailoutbox]
    names = [person.name for home in (world.hazuki, world.tomono) for person in (home.mother, home.son)]
    agencies = [agency.name for agency in (world.anshin, world.jiritsu, world.kenko, world.other)]
    assert len(texts) > 8
    assert [word for word in ("CANARY", "世帯", *names, *agencies) if word in "".join(texts)] == []


def test_mails_can_be_switched_off_and_the_list_goes_on(world, client, run_tasks, mailoutbox):
    with_mail(world.jiritsu_worker, second := make_viewer("jiritsu-2", world.jiritsu))
    sign_in(client, world.jiritsu_worker)
    client.post(reverse("casework:notification_mails"), {"mails": "off"})
    refer(world)
    run_tasks()
    first = [mail.to for mail in mailoutbox]
    with acting_for(world.jiritsu_worker):
        choose_mails(is_off=False, by=world.jiritsu_worker)
    refer(world)
    run_tasks()

    assert first == [[second.user.email]]
    assert told(world.jiritsu_worker) == {"referral": 2}
    assert ["jiritsu@example.org"] in [mail.to for mail in mailoutbox]


def test_what_was_read_before_the_worker_came_is_not_mailed(world, run_tasks, mailoutbox):
    with_mail(world.jiritsu_worker)
    refer(world)
    read_all(world)

    run_tasks()

    assert mailoutbox == []


def test_what_is_undone_tells_nobody(world, run_tasks, mailoutbox):
    with_mail(world.jiritsu_worker)
    with suppress(ZeroDivisionError), transaction.atomic():
        refer(world)
        1 / 0  # noqa: B018 -- an act that breaks

    run_tasks()

    assert (told(world.jiritsu_worker), mailoutbox) == ({}, [])


# --- whatever happens ------------------------------------------------------------------------------------


def everything_happens(world):
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "roles"))
    give_role(world, world.anshin)
    bring_one(world)
    answer(world, refer(world), "accepted")
    with acting_for(world.chief):
        draft = TaskDraft(
            Label(None, "history"), "CANARY-期限", timezone.localdate(), world.coordinator.membership
        )
        add_task(world.hazuki.case, draft, by=world.chief)
    remind_deadlines()


ACTS = {
    "share": lambda w: w.share(w.hazuki, w.anshin, Label(w.hazuki.mother.pk, "roles")),
    "share to kenko": lambda w: w.share(w.hazuki, w.kenko, Label(w.hazuki.son.pk, "health")),
    "end": lambda w: _as(w.chief, lambda: _end_a_line(w)),
    "refer": refer,
    "answer": lambda w: _answer_last(w, "accepted"),
    "decline": lambda w: _answer_last(w, "declined"),
    "revoke": lambda w: _as(
        w.chief,
        lambda: revoke_referral(Referral.objects.order_by("number").last(), reason="見本", by=w.chief),
    ),
    "role": lambda w: give_role(w, w.anshin),
    "role answer": lambda w: _as(w.anshin_worker, lambda: _answer_role(w)),
    "bring": bring_one,
    "consent": lambda w: _as(w.reception, lambda: _consent(w)),
    "withdraw": lambda w: _as(w.reception, lambda: _withdraw(w)),
    "block": lambda w: _as(
        w.chief, lambda: block(w.hazuki.case, agency=w.jiritsu, user_id=None, reason="見本", by=w.chief)
    ),
    "block anshin": lambda w: _as(
        w.chief, lambda: block(w.hazuki.case, agency=w.anshin, user_id=None, reason="見本", by=w.chief)
    ),
    "block reception": lambda w: _as(
        w.chief,
        lambda: block(w.hazuki.case, agency=None, user_id=w.reception.user.pk, reason="見本", by=w.chief),
    ),
    "lift": lambda w: _as(w.chief, lambda: [lift_block(row, by=w.chief) for row in Block.objects.all()]),
}


def _as(viewer, act):
    with acting_for(viewer):
        return act()


def _end_a_line(world):
    line = ShareLine.objects.live().order_by("added_at", "pk").first()
    if line:
        end_line(line, by=world.chief, reason="見本")


def _answer_last(world, kind):
    with acting_for(world.jiritsu_worker):
        referral = Referral.objects.order_by("number").last()
    if referral:
        answer(world, referral, kind, words="見本")


def _answer_role(world):
    role = RoleRow.objects.order_by("pk").first()
    if role:
        count = RoleAnswer.objects.filter(role=role).count()
        answer_role(
            role, kind="progress" if count else "accepted", text="見本",
            answered=count, by=world.anshin_worker,
        )  # fmt: skip


def _consent(world):
    scopes = ((world.anshin, "roles"), (world.kenko, "health"))
    draft = ConsentDraft("given", timezone.localdate(), "見本", scopes=scopes)
    record_consent(world.hazuki.case, world.hazuki.mother, draft, by=world.reception)


def _withdraw(world):
    consent = Consent.objects.order_by("recorded_at", "number").last()
    withdraw_consent(
        consent, agency=None, item="", said_on=timezone.localdate(), how="見本", by=world.reception
    )


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=st.lists(st.sampled_from(sorted(ACTS)), min_size=4, max_size=12))
def test_everybodys_list_is_a_recount_of_the_log_of_what_they_may_see(kept_world, acts):
    world = kept_world
    with suppress(_Undone), transaction.atomic():
        began = _last_number(world)
        for act in acts:
            with suppress(NotAllowed, ObjectDoesNotExist, AttributeError), transaction.atomic():
                ACTS[act](world)
        happened = recount(world, began)
        for name in STAFF:
            viewer = getattr(world, name)
            with acting_for(viewer):
                seen = {
                    (kind, row.pk)
                    for kind, row, who in happened
                    if viewer.membership.pk in who and type(row).objects.filter(pk=row.pk).exists()
                }
                found = {
                    (row.kind, next(filter(None, keys)))
                    for row in inbox_for(viewer)
                    if row.at >= world.began_at
                    for keys in [
                        [
                            row.contact_id,
                            row.referral_id,
                            row.role_id,
                            row.case_id,
                            row.recall_id,
                            row.consent_id,
                        ]
                    ]
                }
            assert found == seen, (name, acts)
        raise _Undone


class _Undone(Exception):
    pass


def _last_number(world):
    with acting_for(world.auditor):
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_now()")
            (world.began_at,) = cursor.fetchone()
        return AuditEntry.objects.order_by("-number").values_list("number", flat=True).first() or 0


def recount(world, began):
    """Return (kind, subject, memberships) of what the log says happened: written anew, not asked of the code."""
    with acting_for(world.auditor):
        entries = list(AuditEntry.objects.filter(number__gt=began).order_by("number"))
    coordinator = world.coordinator.membership.pk
    found = []
    with acting_for(world.chief):
        for entry in entries:
            found += _told_by(world, entry, coordinator)
        for recall in Recall.objects.filter(told_at__gte=world.began_at):
            found.append(("recall", recall, _workers_of(world, recall.agency_id)))
    return [(kind, row, who - {by}) for kind, row, who, by in (_with_actor(each) for each in found)]


def _with_actor(found):
    return found if len(found) == 4 else (*found, None)


def _told_by(world, entry, coordinator):  # noqa: PLR0911 -- one verb after the other
    by, key = entry.membership_id, entry.subject_id
    if entry.verb == "share_line_added" and entry.item != "referral":
        line = ShareLine.objects.get(pk=key)
        older = ShareLine.objects.filter(
            agency=line.agency, case=line.case, person=line.person, item=line.item
        )
        older = older.filter(added_at__lte=line.added_at).exclude(pk=key)
        if any(entry.at < (each.ended_at or entry.at + dt.timedelta(1)) for each in older):
            return []
        return [("share", line.case, _workers_of(world, line.agency_id), by)]
    if entry.verb == "referral_sent":
        referral = Referral.objects.get(pk=key)
        return [("referral", referral, _workers_of(world, referral.receiver_id), by)]
    if entry.verb == "referral_answered":
        return [("referral_answer", ReferralAnswer.objects.get(pk=key).referral, {coordinator}, by)]
    if entry.verb == "decided":
        rows = RoleRow.objects.filter(decision=key)
        return [("role", row, _workers_of(world, row.agency_id), by) for row in rows]
    if entry.verb == "role_answered":
        role = RoleAnswer.objects.get(pk=key).role
        return [("role_answer", role, {coordinator, role.decision.decided_by_id}, by)]
    if entry.verb == "consent_recorded":
        return [("consent", Consent.objects.get(pk=key), {coordinator}, by)]
    if entry.verb == "consent_withdrawn":
        return [("consent", ConsentWithdrawal.objects.get(pk=key).consent, {coordinator}, by)]
    if entry.verb == "contact_brought":
        receivers = {getattr(world, name).membership.pk for name in ("chief", "coordinator", "reception")}
        return [("contact", Contact.objects.get(brought=key), receivers, None)]
    return []


def _workers_of(world, agency_id):
    workers = (world.anshin_worker, world.kenko_worker, world.jiritsu_worker, world.stranger)
    return {worker.membership.pk for worker in workers if worker.agency.pk == agency_id}


def test_mails_of_somebody_who_left_are_not_sent_to_the_next(world, run_tasks, mailoutbox):
    with_mail(world.jiritsu_worker)
    refer(world)
    end_membership(world.jiritsu_worker.membership, by=None)

    run_tasks()

    assert mailoutbox == []
