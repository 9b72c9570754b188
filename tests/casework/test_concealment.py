"""Concealment: places out of sight of everybody, two people for an address and for the end, walls against whom it hides from."""

import datetime as dt
import uuid

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from casework.cases.models import CaseEvent
from casework.concealment import places
from casework.concealment.actions import (
    GroundDraft,
    Threat,
    ask_for_place,
    ask_to_lift,
    conceal,
    lift_concealment,
    lock_places_anew,
    open_place,
    renew_concealment,
)
from casework.concealment.guard import PlaceWritten
from casework.concealment.models import (
    Concealment,
    Lift,
    LiftRequest,
    PlaceOpening,
    PlaceRequest,
    SecretPlace,
    SecretText,
)
from casework.concealment.selectors import (
    agencies_on_both_sides,
    concealments_for,
    ending_for,
    is_concealed,
    opened_place_for,
    places_for,
)
from casework.emergency.actions import open_in_emergency
from casework.households.actions import add_person, change_person, set_item
from casework.households.models import Person, PersonContact
from casework.notes.actions import NoteDraft, ParagraphDraft, write_note
from casework.notes.models import Note
from casework.plans.actions import DirectionDraft, RoleDraft, decide
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label, share_items
from casework.sharing.models import ShareLine
from casework.sharing.selectors import cases_for
from permissions.agencies.actions import add_membership
from permissions.agencies.years import NO_END
from permissions.errors import NotAllowed
from permissions.viewer import viewer_of
from permissions.walls.context import acting_for, clock
from tests.worlds import make_viewer

# Thorough rather than quick: `make test` runs them.
pytestmark = pytest.mark.slow

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WORD = GroundDraft("provisional", "本人の電話")
HOME = "見本市東町１丁目２番３号 灯荘"
MINUTES = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def home(world):
    """The Tomono household: the mother's address is HOME, the son goes to a school; anshin sees all of the mother."""
    home = world.tomono
    for item in ("basic", "contact", "health"):
        world.share(home, world.anshin, Label(home.mother.pk, item))
    with acting_for(world.coordinator):
        contact = PersonContact.objects.get(person=home.mother)
        set_item(
            home.mother, item="contact", values={"address": HOME}, seen=fingerprint(contact, ["address"]),
            by=world.coordinator,
        )  # fmt: skip
        change_person(
            home.son, values={"occupation": "見本市立はるかぜ小学校"}, seen=fingerprint(home.son, ["occupation"]),
            by=world.coordinator,
        )  # fmt: skip
    return home


@pytest.fixture
def concealed(world, home):
    with acting_for(world.reception):
        conceal(home.case, home.mother, WORD, by=world.reception)
    return home


def browser(viewer):
    client = Client()
    client.force_login(viewer.user, backend=BACKEND)
    return client


def refusal(act):
    with pytest.raises(NotAllowed) as refused, transaction.atomic():
        act()
    return str(refused.value)


def case_page(viewer, home):
    return browser(viewer).get(reverse("casework:case", args=[home.case.pk])).content.decode()


def everywhere():
    """Every text of every table there is, as the owner reads it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%auditentry_%'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            yield table, "\n".join(text for (text,) in cursor.fetchall())


# --- out of sight ------------------------------------------------------------------------------------------


def test_places_of_the_whole_household_leave_every_table(wearing, world, home):
    with wearing("app_web"), acting_for(world.coordinator):
        assert HOME in [row.address for row in PersonContact.objects.filter(case=home.case)]
        conceal(home.case, home.mother, WORD, by=world.coordinator)

    found = {table for table, text in everywhere() for word in (HOME, "はるかぜ小学校") if word in text}
    assert found == set()
    assert [places.unlock(row.locked) for row in SecretText.objects.filter(place__kind="work")] == [
        "見本市立はるかぜ小学校"
    ]


def test_history_never_held_the_place(world, home):
    with acting_for(world.chief):
        after = [event.after for event in CaseEvent.objects.filter(case=home.case, verb="contact_changed")]

    assert after == [{"address": places.NOT_KEPT, "changed": ["address"]}]


@pytest.mark.parametrize("name", ["reception", "coordinator", "chief", "anshin_worker"])
def test_nobody_finds_it_on_the_case_page_or_by_searching(world, home, name):
    viewer = getattr(world, name)
    assert HOME in case_page(viewer, home)
    before = (
        browser(viewer)
        .post(reverse("casework:search"), {"words": "東町１丁目"}, follow=True)
        .content.decode()
    )
    assert home.case.number in before

    with acting_for(world.reception):
        conceal(home.case, home.mother, WORD, by=world.reception)

    page = case_page(viewer, home)
    assert "秘匿中" in page
    assert HOME not in page
    assert "はるかぜ" not in page
    after = (
        browser(viewer)
        .post(reverse("casework:search"), {"words": "東町１丁目"}, follow=True)
        .content.decode()
    )
    assert home.case.number not in after


@pytest.mark.parametrize(
    "name", ["coordinator", "chief", "reception", "anshin_worker", "auditor", "stranger"]
)
def test_vault_has_no_row_for_anybody(world, concealed, name):
    with acting_for(getattr(world, name)), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM casework_secrettext")
        assert cursor.fetchone() == (0,)


def test_vault_has_rows_to_be_hidden(wearing, concealed):
    assert SecretText.objects.count() == 3


def test_what_is_written_afterwards_goes_to_the_vault_too(world, concealed):
    contact = {"address": "見本市西町9-9-9", "phone": "000-0000-0001"}
    with acting_for(world.reception):
        row = PersonContact.objects.get(person=concealed.son)
        set_item(
            concealed.son,
            item="contact",
            values=contact,
            seen=fingerprint(row, list(contact)),
            by=world.reception,
        )
        aunt = add_person(
            concealed.case,
            values={"name": "灯野おば", "relation": "other", "occupation": "見本商店"},
            by=world.reception,
        )
        row.refresh_from_db()
        kept = {(place.person_id, place.kind.value) for place in places_for(world.reception, concealed.case)}

    assert (row.address, row.phone, aunt.occupation) == ("", "000-0000-0001", "")
    assert kept == {
        (concealed.mother.pk, "address"), (concealed.son.pk, "address"), (concealed.son.pk, "work"), (aunt.pk, "work")
    }  # fmt: skip


def test_empty_field_of_a_form_leaves_the_vault_alone(world, concealed):
    with acting_for(world.reception):
        before = SecretPlace.objects.count()
        row = PersonContact.objects.get(person=concealed.mother)
        values = {"address": "", "caution": "昼だけ"}
        set_item(
            concealed.mother,
            item="contact",
            values=values,
            seen=fingerprint(row, list(values)),
            by=world.reception,
        )

        assert SecretPlace.objects.count() == before


@pytest.mark.parametrize(
    "written", [HOME, "見本市 東町1丁目2番3号　灯荘", "見本市・東町・１丁目２番３号・灯荘"]
)
def test_place_is_not_written_into_a_note(world, concealed, written):
    said = (ParagraphDraft("fact", "self", f"訪ねた先は{written}でした"),)
    draft = NoteDraft(Label(concealed.mother.pk, "basic"), timezone.now(), "visit", "見本", said)

    with acting_for(world.coordinator):
        assert "秘匿している住所や場所が書かれています" in refusal(
            lambda: write_note(concealed.case, draft, by=world.coordinator)
        )
        assert not Note.objects.filter(title="見本").exists()


@given(st.text(max_size=60), st.text(max_size=60), st.integers(0, 3))
def test_place_is_recognized_between_anything(before, after, spaces):
    digest = places.digest_of(HOME)
    written = (" " * spaces).join(HOME)

    assert places.holds_place(f"{before} {written} {after}", [digest])
    assert not places.holds_place(written[: len(written) // 2], [digest])


def test_short_place_is_not_looked_for():
    assert places.digest_of("無職") == ("", 0)
    assert not places.holds_place("無職です", [("", 0)])


# --- opening -------------------------------------------------------------------------------------------------


def asked(world, home, kind="address", by=None):
    viewer = by or world.reception
    person = home.mother if kind == "address" else home.son
    with acting_for(viewer):
        return ask_for_place(person, kind=kind, reason="同行のため", by=viewer)


def test_address_opens_by_a_second_person_to_whoever_asked_for_ten_minutes(
    world, concealed, shift_clock, run_tasks
):
    world.coordinator.user.email = "worker@example.org"
    world.coordinator.user.save()
    request = asked(world, concealed)
    with acting_for(world.reception):
        assert opened_place_for(world.reception, concealed.case, request.pk) is None
    with acting_for(world.chief):
        open_place(request, by=world.chief)
        assert opened_place_for(world.chief, concealed.case, request.pk) is None

    with acting_for(world.reception):
        opening, text = opened_place_for(world.reception, concealed.case, request.pk)
    page = browser(world.reception).get(reverse("casework:place", args=[concealed.case.pk, request.pk]))
    assert (text, opening.until - opening.opened_at) == (HOME, 10 * MINUTES)
    assert HOME in page.content.decode()
    assert page["Cache-Control"] == "no-store"

    shift_clock(10 * MINUTES)
    with acting_for(world.reception):
        assert opened_place_for(world.reception, concealed.case, request.pk) is None
        assert SecretText.objects.count() == 0


def test_opening_is_mailed_to_the_worker_without_a_word_of_it(world, concealed, run_tasks):
    viewer = make_viewer("other-coordinator", world.center, "coordinator")
    for each in (world.coordinator, world.chief):
        each.user.email = f"{each.user.username}@example.org"
        each.user.save()
    request = asked(world, concealed, by=viewer)
    with acting_for(world.chief):
        open_place(request, by=world.chief)
    run_tasks()

    (sent,) = mail.outbox
    assert sent.to == ["coordinator@example.org"]
    assert not any(word in str(sent.message()) + sent.body for word in (HOME, "灯野", concealed.case.number))


def test_nobody_opens_an_address_for_themselves(world, concealed):
    request = asked(world, concealed, by=world.chief)

    with acting_for(world.chief):
        said = refusal(lambda: open_place(request, by=world.chief))
        with pytest.raises(DatabaseError, match="second person"), transaction.atomic():
            PlaceOpening(request=request, case=concealed.case, opened_by=world.chief.membership).save(
                force_insert=True
            )

    assert said == "申し出た人とは別の人が確かめてください。"


def test_second_seat_of_the_same_person_is_no_second_person(world, concealed):
    second = viewer_of(
        add_membership(user=world.chief.user, agency=world.center_itaku, role="coordinator", ends_on=NO_END)
    )
    request = asked(world, concealed, by=second)

    with acting_for(world.chief), pytest.raises(DatabaseError, match="second person"), transaction.atomic():
        PlaceOpening(request=request, case=concealed.case, opened_by=world.chief.membership).save(
            force_insert=True
        )


def test_reception_confirms_nothing(world, concealed):
    request = asked(world, concealed, by=world.chief)

    with acting_for(world.reception):
        assert refusal(lambda: open_place(request, by=world.reception)) == "住所を開く権限がありません。"
        with pytest.raises(DatabaseError, match="row-level"), transaction.atomic():
            PlaceOpening(request=request, case=concealed.case, opened_by=world.reception.membership).save(
                force_insert=True
            )


def test_school_opens_at_once_with_a_reason_and_nothing_else_does(world, concealed):
    request = asked(world, concealed, kind="work")

    with acting_for(world.reception):
        assert opened_place_for(world.reception, concealed.case, request.pk)[1] == "見本市立はるかぜ小学校"
        assert [row.place.kind for row in SecretText.objects.select_related("place")] == ["work"]
        assert "書いてください" in refusal(
            lambda: ask_for_place(concealed.son, kind="work", reason=" ", by=world.reception)
        )


def test_request_of_yesterday_opens_nothing(world, concealed, shift_clock):
    request = asked(world, concealed)
    shift_clock(DAY + MINUTES)

    with acting_for(world.chief):
        assert "古くなった" in refusal(lambda: open_place(request, by=world.chief))


def test_newest_address_is_shown(world, concealed):
    with acting_for(world.reception):
        row = PersonContact.objects.get(person=concealed.mother)
        set_item(
            concealed.mother, item="contact", values={"address": "見本市北町4-5-6"},
            seen=fingerprint(row, ["address"]), by=world.reception,
        )  # fmt: skip
    request = asked(world, concealed)
    with acting_for(world.chief):
        open_place(request, by=world.chief)

    with acting_for(world.reception):
        assert opened_place_for(world.reception, concealed.case, request.pk)[1] == "見本市北町4-5-6"


# --- the end -------------------------------------------------------------------------------------------------


def test_two_people_lift_it_and_the_places_come_back(world, concealed):
    with acting_for(world.coordinator):
        (view,) = concealments_for(world.coordinator, concealed.case)
        request = ask_to_lift(view.row, reason="引っ越して安全になった", by=world.coordinator)
        assert "別の人" in refusal(lambda: lift_concealment(request, by=world.coordinator))
    with acting_for(world.chief):
        lift_concealment(request, by=world.chief)
        assert not is_concealed(world.chief, concealed.case)
        assert PersonContact.objects.get(person=concealed.mother).address == HOME
        assert Person.objects.get(pk=concealed.son.pk).occupation == "見本市立はるかぜ小学校"
        assert "すでに終わっています" in refusal(lambda: lift_concealment(request, by=world.chief))
    assert HOME in case_page(world.anshin_worker, concealed)


def test_renewal_after_the_request_stops_the_lifting(world, concealed):
    """A list of ended measures, made before the victim applied again, must lift nothing (domain.md R-DV-4)."""
    with acting_for(world.coordinator):
        (view,) = concealments_for(world.coordinator, concealed.case)
        request = ask_to_lift(view.row, reason="期限が来た", by=world.coordinator)
    with acting_for(world.reception):
        renew_concealment(
            view.row,
            GroundDraft("measure", "見本市 決定", timezone.localdate() + 365 * DAY),
            by=world.reception,
        )
    with acting_for(world.chief):
        assert "記録が変わった" in refusal(lambda: lift_concealment(request, by=world.chief))
        assert is_concealed(world.chief, concealed.case)


def test_household_stays_concealed_while_one_stands(world, concealed):
    with acting_for(world.coordinator):
        conceal(concealed.case, concealed.son, WORD, by=world.coordinator)
        first, _second = concealments_for(world.coordinator, concealed.case)
        request = ask_to_lift(first.row, reason="見本", by=world.coordinator)
    with acting_for(world.chief):
        lift_concealment(request, by=world.chief)
        assert is_concealed(world.chief, concealed.case)
        assert PersonContact.objects.get(person=concealed.mother).address == ""
        assert SecretText.objects.count() == 0


@pytest.mark.parametrize(
    "job", ["sweep_lapsed_lines", "deliver_submissions", "remind_referrals", "lock_places_anew"]
)
def test_no_job_of_the_worker_lifts_or_opens_anything(world, concealed, job):
    with acting_for(world.coordinator):
        (view,) = concealments_for(world.coordinator, concealed.case)
        request = ask_to_lift(view.row, reason="見本", by=world.coordinator)
    place = asked(world, concealed)
    rows = (
        Lift(concealment=view.row, case=concealed.case, request=request, confirmed_by=world.chief.membership),
        PlaceOpening(request=place, case=concealed.case, opened_by=world.chief.membership),
        LiftRequest(
            concealment=view.row, case=concealed.case, reason="x", grounds=1, asked_by=world.chief.membership
        ),
        PlaceRequest(
            case=concealed.case,
            person=concealed.mother,
            kind="address",
            reason="x",
            asked_by=world.chief.membership,
        ),
    )
    for row in rows:
        with clock(job), pytest.raises(DatabaseError), transaction.atomic():
            row.save(force_insert=True)


def test_date_that_passes_ends_nothing_and_is_reminded_of(world, concealed, shift_clock):
    with acting_for(world.coordinator):
        (view,) = concealments_for(world.coordinator, concealed.case)
        assert ending_for(world.coordinator) == []
        renew_concealment(
            view.row, GroundDraft("measure", "見本市", timezone.localdate() - DAY), by=world.coordinator
        )
        ((due, case),) = ending_for(world.coordinator)

        assert (case, due.days_left) == (concealed.case, -1)
        assert is_concealed(world.coordinator, concealed.case)
    assert "過ぎました" in browser(world.chief).get(reverse("casework:home")).content.decode()


# --- whom it hides from -----------------------------------------------------------------------------------------


def test_agency_and_worker_that_must_not_learn_it_lose_the_case_at_once(world, home):
    cousin = make_viewer("cousin", world.kenko)
    world.share(home, world.kenko, Label(home.mother.pk, "basic"))
    threats = (Threat("真砂", "元の夫", agency=world.anshin), Threat("いとこ", user_id=cousin.user.pk))
    with acting_for(world.coordinator):
        conceal(home.case, home.mother, WORD, threats, by=world.coordinator)

    seen = {}
    for viewer in (world.anshin_worker, cousin, world.kenko_worker):
        with acting_for(viewer):
            seen[viewer.user.username] = cases_for(viewer).filter(pk=home.case.pk).exists()
    assert seen == {"anshin": False, "cousin": False, "kenko": True}
    with acting_for(world.coordinator):
        assert not ShareLine.objects.live().filter(case=home.case, agency=world.anshin).exists()


def test_relative_in_the_center_sees_nothing_and_the_others_do(world, home):
    cousin = make_viewer("cousin", world.center, "coordinator")
    with acting_for(world.coordinator):
        conceal(
            home.case, home.mother, WORD, (Threat("いとこ", user_id=cousin.user.pk),), by=world.coordinator
        )

    page = reverse("casework:case", args=[home.case.pk])
    assert [browser(viewer).get(page).status_code for viewer in (cousin, world.chief)] == [404, 200]


def test_agency_that_holds_the_case_or_is_the_center_is_not_shut_out(world, home):
    with acting_for(world.chief):
        said = refusal(
            lambda: conceal(
                home.case, home.mother, WORD, (Threat("見本", agency=world.center),), by=world.chief
            )
        )
        assert not Concealment.objects.exists()
    assert "閉め出せません" in said


def test_nothing_is_shared_with_an_agency_that_must_not_learn_it_until_the_end(world, concealed):
    with acting_for(world.coordinator):
        concealment = conceal(
            concealed.case,
            concealed.mother,
            WORD,
            (Threat("真砂", agency=world.kenko),),
            by=world.coordinator,
        )
        label, ground = [Label(concealed.mother.pk, "basic")], Ground("law", "見本")

        def share():
            return share_items(
                concealed.case, agency=world.kenko, labels=label, ground=ground, by=world.coordinator
            )

        refusal(share)
        assert not ShareLine.objects.filter(case=concealed.case, agency=world.kenko).exists()
        request = ask_to_lift(concealment, reason="見本", by=world.coordinator)
    with acting_for(world.chief):
        lift_concealment(request, by=world.chief)
    with acting_for(world.coordinator):
        assert len(share()) == 1


def test_same_form_sent_twice_is_one_concealment(world, home):
    key = uuid.uuid4()
    with acting_for(world.reception):
        for _ in range(2):
            conceal(home.case, home.mother, WORD, by=world.reception, key=key)

        assert Concealment.objects.count() == 1


def test_agency_knows_that_and_not_why(world, concealed):
    page = case_page(world.anshin_worker, concealed)

    assert "この世帯の住所・居場所・このケースがあることを、だれにも伝えないでください" in page
    assert "本人の電話" not in page
    with acting_for(world.anshin_worker):
        assert (
            concealments_for(world.anshin_worker, concealed.case),
            places_for(world.anshin_worker, concealed.case),
        ) == ([], [])
    url = reverse("casework:concealment", args=[concealed.case.pk])
    assert browser(world.anshin_worker).get(url).status_code == 403


# --- keys ---------------------------------------------------------------------------------------------------------


def test_places_are_locked_anew_and_opened_by_a_former_key(world, concealed, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-for-the-tests"
    with clock("lock_places_anew"):
        assert lock_places_anew() == 3
        assert lock_places_anew() == 0
        settings.SECRET_KEY_FALLBACKS = []
        assert HOME in [places.unlock(row.locked) for row in SecretText.objects.all()]


# --- screens --------------------------------------------------------------------------------------------------------


def test_household_is_concealed_and_released_by_the_screens(world, home):
    reception, chief = browser(world.reception), browser(world.chief)
    page = reverse("casework:concealment", args=[home.case.pk])
    add = reverse("casework:concealment_add", args=[home.case.pk])
    data = {
        "person": str(home.mother.pk), "kind": "measure", "words": "見本市 決定", "ends_on": "",
        "threat-TOTAL_FORMS": "3", "threat-INITIAL_FORMS": "0",
        "threat-0-name": "", "threat-0-relation": "元の夫",
    }  # fmt: skip
    said = reception.post(add, data).content.decode()
    assert "支援措置の終わりの日を書いてください。" in said
    assert "名前か呼び名を書いてください。" in said
    assert "見本市 決定" in said
    assert "元の夫" in said

    data |= {"ends_on": str(timezone.localdate() + 30 * DAY), "threat-0-name": "真砂"}
    assert reception.post(add, data).status_code == 302
    shown = reception.get(page).content.decode()
    assert "真砂" in shown
    assert "措置の終わりまで30日です" in shown

    ask = reverse("casework:place_ask", args=[home.case.pk, home.mother.pk])
    assert reception.post(ask, {"kind": "address", "reason": "同行"}, follow=True).status_code == 200
    with acting_for(world.chief):
        request = PlaceRequest.objects.get()
        concealment = Concealment.objects.get()
    assert "同行" in chief.get(page).content.decode()
    opened = chief.post(reverse("casework:place_open", args=[home.case.pk, request.pk]), follow=True)
    assert "申し出た人だけが、10分の間見られます。" in opened.content.decode()
    assert HOME in reception.get(reverse("casework:place", args=[home.case.pk, request.pk])).content.decode()
    assert chief.get(reverse("casework:place", args=[home.case.pk, request.pk])).status_code == 404

    lift = reverse("casework:concealment_lift", args=[home.case.pk, concealment.pk])
    assert reception.post(lift, {"reason": "安全になった"}).status_code == 302
    assert "安全になった" in chief.get(lift).content.decode()
    assert chief.post(lift).status_code == 302
    assert "この世帯は秘匿になっていません。" in chief.get(page).content.decode()


def test_raised_guard_leaves_nothing_half_written(world, concealed):
    with acting_for(world.coordinator):
        with pytest.raises(PlaceWritten), transaction.atomic():
            change_person(
                concealed.son, values={"name": f"灯野 {HOME}"}, seen=fingerprint(concealed.son, ["name"]),
                by=world.coordinator,
            )  # fmt: skip
        assert Person.objects.get(pk=concealed.son.pk).name == concealed.son.name


def test_place_is_not_written_into_a_decision(world, concealed):
    """Directions and roles are saved in bulk, where no row is looked at by itself."""
    for directions, roles in (
        ([DirectionDraft(Label(concealed.mother.pk, "plan"), f"{HOME} を訪ねる")], []),
        (
            [],
            [RoleDraft(Label(concealed.mother.pk, "roles"), world.center_itaku, "見本", f"{HOME} を訪ねる")],
        ),
    ):
        with acting_for(world.coordinator):
            said = refusal(
                lambda directions=directions, roles=roles: decide(
                    concealed.case, decided_on=timezone.localdate(), directions=directions, roles=roles,
                    by=world.coordinator,
                )
            )  # fmt: skip
        assert "秘匿している住所や場所" in said


def test_agency_that_also_works_with_the_threat_is_named_to_the_center_alone(world, home):
    """domain.md R-DV-3, 10.B check 6: in whatever spelling, and the agency learns nothing."""
    with acting_for(world.coordinator):
        add_person(world.hazuki.case, values={"name": "眞砂 亮", "relation": "other"}, by=world.coordinator)
        person = Person.objects.get(name="眞砂 亮")
    world.share(world.hazuki, world.jiritsu, Label(world.hazuki.mother.pk, "basic"))
    with acting_for(world.coordinator):
        conceal(home.case, home.mother, WORD, (Threat("真砂亮"),), by=world.coordinator)
        assert agencies_on_both_sides(world.coordinator, home.case) == {world.jiritsu.pk: {"真砂亮"}}
        assert agencies_on_both_sides(world.coordinator, world.hazuki.case) == {}
    with acting_for(world.jiritsu_worker):
        assert agencies_on_both_sides(world.jiritsu_worker, home.case) == {}

    client = browser(world.coordinator)
    page = client.get(reverse("casework:concealment", args=[home.case.pk])).content.decode()
    assert "機関 jiritsuは、「真砂亮」と同じ名前の人の支援にもかかわっています。" in page
    for screen in ("casework:share_add", "casework:referral_add"):
        url = reverse(screen, args=[home.case.pk])
        warned = {
            name: "知らせてはいけない相手「真砂亮」"
            in client.get(url, {"agency": agency.pk}).content.decode()
            for name, agency in (("jiritsu", world.jiritsu), ("kenko", world.kenko))
        }
        assert warned == {"jiritsu": True, "kenko": False}
    assert str(person.pk) not in page


def test_emergency_opens_no_place(world, concealed):
    """Break-glass gives basics and contact for an hour; the address is not among them, as it is not there."""
    with acting_for(world.kenko_worker):
        case = open_in_emergency(
            number=concealed.case.number,
            name=concealed.mother.name,
            reason="玄関で倒れていて、持病と連絡先が分からない",
            by=world.kenko_worker,
        )

    page = case_page(world.kenko_worker, concealed)
    assert case == concealed.case
    assert f"000-{concealed.mother.name}-電話" in page
    assert HOME not in page
    with acting_for(world.kenko_worker):
        assert SecretText.objects.count() == 0


def test_form_of_a_note_says_that_a_place_is_written_and_keeps_what_was_typed(world, concealed):
    client = browser(world.coordinator)
    url = reverse("casework:note_add", args=[concealed.case.pk])
    page = client.get(url)
    form = page.context["form"]
    fact = next(name for name in form.fields if "fact" in name and "source" not in name)
    data = {name: form[name].value() for name in form.fields if isinstance(form[name].value(), str)}
    data |= {
        "about": str(concealed.mother.pk), "item": "basic", "title": "訪問", "method": "visit", fact: f"{HOME} の前まで",
        "occurred_at_0": "2026-11-20", "occurred_at_1": "10:00", "occurred_at": "2026-11-20T10:00",
    }  # fmt: skip
    data |= {name: "observed" for name in form.fields if "source" in name and "fact" in name}

    answer = client.post(url, data)

    said = answer.content.decode()
    assert answer.status_code == 200
    assert "秘匿している住所や場所が書かれています" in said
    assert f"{HOME} の前まで" in said
    with acting_for(world.coordinator):
        assert not Note.objects.filter(title="訪問").exists()
