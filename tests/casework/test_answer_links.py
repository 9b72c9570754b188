"""Links and cards by which agencies without accounts answer: once, in the state for which they were made (domain.md 2.5)."""

import datetime as dt
import io
import threading
from urllib.parse import urlsplit

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from casework.cases.models import Case
from casework.concealment.actions import GroundDraft, conceal
from casework.referrals import card, links
from casework.referrals.actions import revoke_referral
from casework.referrals.card import make_card
from casework.referrals.links import answer_by_link, holder_of, make_link
from casework.referrals.models import AnswerLink, Referral, ReferralAnswer
from casework.referrals.selectors import referral_for
from casework.sharing.actions import Label
from permissions.agencies.actions import end_membership
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.walls import context
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.test_referrals import answer, send
from tests.worlds import World

# Thorough rather than quick: `make test` runs them.
pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def link_of(world, referral, by=None):
    by = by or world.coordinator
    with acting_for(by):
        address = make_link(referral_for(by, referral.pk), by=by)
    return urlsplit(address).path.rsplit("/", 2)[1]


def say(secret, kind="accepted", words="", who="見本 受付、相談室"):
    return answer_by_link(secret, kind=kind, words=words, contact_person=who)


def state_of(world, referral):
    with acting_for(world.coordinator):
        return referral_for(world.coordinator, referral.pk).state


@pytest.fixture
def referral(world):
    return send(world, Label(world.hazuki.mother.pk, "money"))


def test_answer_by_link_counts_as_the_agencys_and_shares_what_was_agreed(world, referral):
    secret = link_of(world, referral)

    assert say(secret) == referral.number

    assert state_of(world, referral) == "accepted"
    with acting_for(world.coordinator):
        row = ReferralAnswer.objects.get(referral=referral)
        assert (row.medium, row.contact_person, row.agency_id, row.answered_by) == (
            "link", "見本 受付、相談室", referral.receiver_id, world.coordinator.membership,
        )  # fmt: skip


def test_link_is_used_once(world, referral):
    secret = link_of(world, referral)
    say(secret, "received")

    assert holder_of(secret) is None
    with pytest.raises(NotAllowed, match="もう使えません"):
        say(secret, "accepted")
    assert state_of(world, referral) == "received"


def test_link_dies_with_its_state_its_days_and_the_referral(world, referral, shift_clock):
    by_state, by_time, other = (link_of(world, referral) for _each in range(3))
    assert all(holder_of(each) for each in (by_state, by_time, other))

    answer(world, referral, "received")
    assert [holder_of(each) for each in (by_state, by_time, other)] == [None] * 3

    again = link_of(world, referral)
    assert holder_of(again).kinds == ("accepted", "conditional", "declined")
    shift_clock(dt.timedelta(days=13))
    assert holder_of(again)
    shift_clock(dt.timedelta(days=15))
    assert holder_of(again) is None
    shift_clock(dt.timedelta(0))
    assert holder_of(again)
    with acting_for(world.coordinator):
        revoke_referral(referral, reason="見本", by=world.coordinator)
    assert holder_of(again) is None


def test_secret_opens_its_own_link_and_no_row_of_a_case(world, referral):
    secret, other = link_of(world, referral), link_of(world, send(world, receiver=world.kenko))
    with context.link(links._hash(secret)):
        assert AnswerLink.objects.count() == 1
        for model in (Referral, ReferralAnswer, Case):
            assert model.objects.count() == 0
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE casework_answerlink SET until = now() + interval '1 year'")
    with context.link(links._hash("guess")):
        assert AnswerLink.objects.count() == 0
    assert holder_of(secret).referral != holder_of(other).referral


def test_only_the_hash_is_kept_and_agencies_see_no_link(world, referral):
    secret = link_of(world, referral)

    with acting_for(world.coordinator):
        (row,) = AnswerLink.objects.values_list("secret_hash", flat=True)
        assert secret not in row
    with acting_for(world.coordinator):
        view = referral_for(world.coordinator, referral.pk)
    for viewer in (world.jiritsu_worker, world.kenko_worker):
        with acting_for(viewer):
            assert AnswerLink.objects.count() == 0
            with pytest.raises(NotAllowed):
                make_link(view, by=viewer)
    with acting_for(world.auditor):
        rows = AuditEntry.objects.filter(verb="answer_link_made")
        assert [secret in str(row.detail) for row in rows] == [False]


def test_when_its_maker_has_left_a_colleague_answers_for_it_and_nobody_else(world, referral):
    secret = link_of(world, referral, by=world.coordinator)
    with acting_for(world.sysadmin):
        end_membership(world.coordinator.membership, by=world.sysadmin)
    assert holder_of(secret) is None  # nobody of that agency is left who may share
    own = link_of(world, referral, by=world.chief)
    assert holder_of(own).viewer.user == world.chief.user


def test_hand_back_is_not_answered_by_link(world, referral):
    say(link_of(world, referral), "accepted")
    assert holder_of(link_of(world, referral)).kinds == ("first_contact",)
    say(link_of(world, referral), "first_contact", "窓口で会いました")
    with acting_for(world.coordinator):
        assert Case.objects.get(pk=referral.case_id).holder == referral.receiver
    say(link_of(world, referral), "started")
    say(link_of(world, referral), "ended", "終わりました")
    with pytest.raises(NotAllowed, match="答えられることがありません"):
        link_of(world, referral)


# --- screens -------------------------------------------------------------------------------------------------


def test_page_of_a_link_says_nothing_of_the_case(world, referral):
    page = reverse("casework:referral_by_link", args=[link_of(world, referral)])
    client = Client()

    shown = client.get(page)
    short = client.post(page, {"kind": "declined", "words": "", "contact_person": ""})
    done = client.post(page, {"kind": "declined", "words": "空きがない", "contact_person": "見本"})
    gone = client.get(page)

    html = shown.content.decode()
    assert (shown.status_code, short.status_code, done.status_code, gone.status_code) == (200, 200, 200, 404)
    assert referral.number in html
    secrets = (world.hazuki.mother.name, world.hazuki.case.number, "家賃", "CANARY")
    assert [word for word in secrets if word in html + done.content.decode() + gone.content.decode()] == []
    assert set(short.context["form"].errors) == {"words", "contact_person"}
    assert "no-store" in shown["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in html
    assert state_of(world, referral) == "declined"


@pytest.mark.parametrize("secret", ["x", "見本", "a" * 500, "%00"])
def test_wrong_secrets_get_one_answer(db, secret):
    assert Client().get(f"/casework/referrals/answer/{secret}/").status_code == 404


def test_center_makes_a_card_and_a_link(world, client, monkeypatch, referral):
    printed = []
    monkeypatch.setattr(
        "casework.households.letters.pdf_of",
        lambda template, context, **style: printed.append((template, context)) or b"%PDF-",
    )
    sign_in(client, world.coordinator)
    page = reverse("casework:referral_card", args=[referral.pk])

    unasked = client.post(page, {"words": "ゆっくり話してください"})
    made = client.post(page, {"words": "ゆっくり話してください", "agreed": "on"})
    link = client.post(page, {"link": "1"})

    assert set(unasked.context["form"].errors) == {"agreed"}
    assert unasked.context["form"]["words"].value() == "ゆっくり話してください"
    assert (made.content, made["Content-Type"]) == (b"%PDF-", "application/pdf")
    ((template, context_),) = printed
    assert template == "casework/sheets/handover_card.html"
    assert (context_["words"], context_["person"]) == ("ゆっくり話してください", world.hazuki.mother)
    assert context_["qr"].size > 20
    assert "/casework/referrals/answer/" in link.context["address"]
    with acting_for(world.coordinator):
        assert AnswerLink.objects.count() == 2


def test_card_on_paper_has_the_code_that_leads_to_the_link(world, referral, monkeypatch):
    """Printed for real; what is dark on the paper is read against the code of the address."""
    addresses = []
    monkeypatch.setattr(
        card, "make_link", lambda view, *, by: addresses.append(make_link(view, by=by)) or addresses[0]
    )
    with acting_for(world.coordinator):
        view = referral_for(world.coordinator, referral.pk)
        pdf = make_card(view, words="ゆっくり\n話してください", by=world.coordinator)
    page = PdfReader(io.BytesIO(pdf)).pages[0]
    text = page.extract_text()

    drawn = card._drawn(addresses[0])
    squares = page.get_contents().get_data().count(b" l\n") / 3
    assert "ゆっくり" in text
    assert "話してください" in text
    assert squares >= drawn.path.count("M")


def test_card_never_tells_a_concealed_place(world, referral, monkeypatch):
    monkeypatch.setattr(card, "make_letter_to", lambda *args, **kwargs: b"%PDF-")
    home = world.hazuki
    with acting_for(world.coordinator):
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), by=world.coordinator)
        view = referral_for(world.coordinator, referral.pk)
        with pytest.raises(NotAllowed, match="秘匿している"):
            make_card(view, words=f"家は{home.mother.name}の住所", by=world.coordinator)
        assert AnswerLink.objects.count() == 0
        assert make_card(view, words="", by=world.coordinator) == b"%PDF-"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_by_one_link_at_once_one_is_told():
    world = World()
    referral = send(world)
    secret = link_of(world, referral)
    found, start = [], threading.Barrier(2)

    def go(kind):
        try:
            start.wait()
            found.append(("done", say(secret, kind, "理由") and kind))
        except NotAllowed:
            found.append(("told", kind))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=[kind]) for kind in ("accepted", "declined")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(what for what, _kind in found) == ["done", "told"]
    assert state_of(world, referral) == dict(found)["done"]
