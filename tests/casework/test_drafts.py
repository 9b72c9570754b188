"""What somebody has begun to write down: kept from the first letter, theirs alone, gone once it is recorded."""

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from casework.intake.actions import drop_draft, save_draft
from casework.intake.clocks import sweep_drafts
from casework.intake.models import Contact, ContactDraft
from casework.intake.selectors import drafts_for
from permissions.agencies.actions import add_membership, end_membership
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.viewer import viewer_of
from permissions.walls.clock import ClockNow
from permissions.walls.context import acting_for, clock
from tests.casework.test_reception import BACKEND, form

pytestmark = pytest.mark.django_db

SAVE = "casework:draft_save"


def client_of(viewer):
    client = Client()
    client.force_login(viewer.user, backend=BACKEND)
    return client


def drafts(viewer):
    with acting_for(viewer):
        return list(drafts_for(viewer))


def test_draft_keeps_everything_as_typed_and_is_taken_up(world):
    client = client_of(world.reception)
    sent = form(one_line="  と\u3000中", topics=["debt", "food"], signs=["fire"], revision=0, channel="fax")

    saved = client.post(reverse(SAVE), sent).json()
    page = client.get(reverse("casework:contact_record"), {"draft": saved["draft"]}).context["form"]
    inbox = client.get(reverse("casework:inbox")).content.decode()

    assert saved["draft"] == str(sent["once"])
    assert saved["revision"] == 1
    assert (page["one_line"].value(), page["topics"].value(), page["signs"].value(), page["channel"].value()) == (
        "  と\u3000中", ["debt", "food"], ["fire"], "fax",
    )  # fmt: skip
    assert (page["once"].value(), page["revision"].value()) == (str(sent["once"]), 1)
    assert "書きかけ" in inbox
    assert saved["draft"] in inbox


def test_draft_becomes_the_contact_and_is_gone(world):
    client = client_of(world.reception)
    sent = form(one_line="記録する", revision=0)
    client.post(reverse(SAVE), sent)

    recorded = client.post(reverse("casework:contact_record"), {**sent, "revision": 1})
    late = client.post(reverse(SAVE), {**sent, "revision": 1, "one_line": "遅れて着いた"})

    assert recorded.status_code == 302
    assert late.status_code == 422
    assert drafts(world.reception) == []
    with acting_for(world.reception):
        assert [(contact.pk, contact.one_line) for contact in Contact.objects.all()] == [
            (sent["once"], "記録する")
        ]


def test_draft_survives_the_end_of_the_session(world):
    client = client_of(world.reception)
    sent = form(one_line="途中まで", revision=0)
    client.post(reverse(SAVE), sent)
    client.logout()

    refused = client.post(reverse(SAVE), {**sent, "revision": 1, "one_line": "途中まで書いた"})
    again = client_of(world.reception)
    page = again.get(reverse("casework:contact_record"), {"draft": sent["once"]}).context["form"]

    assert refused.status_code in {302, 403}
    assert page["one_line"].value() == "途中まで"


def test_second_tab_gets_a_draft_of_its_own(world):
    client = client_of(world.reception)
    sent = form(one_line="一枚目", revision=0)
    first = client.post(reverse(SAVE), sent).json()
    client.post(reverse(SAVE), {**sent, "revision": first["revision"], "one_line": "一枚目の続き"})

    other = client.post(reverse(SAVE), {**sent, "revision": first["revision"], "one_line": "二枚目"}).json()

    assert other["draft"] != first["draft"]
    assert sorted(draft.data["one_line"][0] for draft in drafts(world.reception)) == [
        "一枚目の続き",
        "二枚目",
    ]


def test_draft_is_seen_by_its_author_alone(world):
    key = uuid.uuid4()
    with acting_for(world.reception):
        save_draft(key, data={"one_line": ["カナリア"]}, revision=0, by=world.reception)
    second = viewer_of(add_membership(user=world.reception.user, agency=world.anshin, role="agency_staff"))

    found = {}
    for viewer in (
        world.reception,
        second,
        world.chief,
        world.coordinator,
        world.anshin_worker,
        world.auditor,
    ):
        with acting_for(viewer):
            found[f"{viewer.user.username} {viewer.role}"] = (
                ContactDraft.objects.count(),
                drafts_for(viewer).count(),
            )
    with acting_for(world.chief):
        changed = ContactDraft.objects.update(data={}), ContactDraft.objects.all().delete()[0]

    assert found.pop("reception reception") == (1, 1)
    assert set(found.values()) == {(0, 0)}
    assert changed == (0, 0)
    chief = client_of(world.chief)
    assert chief.post(reverse("casework:draft_drop", args=[key])).status_code == 404
    assert "カナリア" not in chief.get(reverse("casework:contact_record"), {"draft": key}).content.decode()


def test_nobody_saves_over_a_colleagues_draft(world):
    key = uuid.uuid4()
    with acting_for(world.reception):
        save_draft(key, data={"one_line": ["わたしの"]}, revision=0, by=world.reception)

    # The key is taken, which the colleague cannot see: the database says so, and nothing is written over.
    answer = Client(raise_request_exception=False)
    answer.force_login(world.chief.user, backend=BACKEND)
    status = answer.post(reverse(SAVE), {**form(one_line="よその"), "once": key}).status_code

    assert status == 422
    assert [draft.data["one_line"] for draft in drafts(world.reception)] == [["わたしの"]]


def test_thrown_away_is_gone_and_only_the_first_saving_is_in_the_log(world):
    client = client_of(world.reception)
    sent = form(one_line="あ", revision=0)
    for revision in range(3):
        client.post(reverse(SAVE), {**sent, "revision": revision})
    client.post(reverse("casework:draft_drop", args=[sent["once"]]))

    assert drafts(world.reception) == []
    with acting_for(world.auditor):
        verbs = AuditEntry.objects.filter(subject="casework.contactdraft").order_by("number")
        assert [row.verb for row in verbs] == ["draft_begun", "draft_dropped"]


def test_without_script_a_button_keeps_it(world):
    client = client_of(world.reception)
    sent = form(one_line="script なし", revision=0)

    kept = client.post(reverse("casework:contact_record"), {**sent, "keep": "1"}, follow=True)

    assert "保存しました" in kept.content.decode()
    assert kept.context["form"]["one_line"].value() == "script なし"
    with acting_for(world.reception):
        assert Contact.objects.count() == 0


@pytest.mark.parametrize(
    "changes", [{"once": "not-a-key"}, {"one_line": "長" * 20_001}, {"revision": "-1"}, {"once": ""}]
)
def test_what_cannot_be_kept_is_said(world, changes):
    answer = client_of(world.reception).post(reverse(SAVE), form(**{"revision": 0, **changes}))

    assert answer.status_code == 422
    assert drafts(world.reception) == []


def test_roles_that_receive_nobody_keep_no_draft(world):
    with acting_for(world.anshin_worker), pytest.raises(NotAllowed):
        save_draft(uuid.uuid4(), data={}, revision=0, by=world.anshin_worker)


def test_draft_taken_away_meanwhile_is_no_error(world):
    with acting_for(world.reception):
        draft = save_draft(uuid.uuid4(), data={}, revision=0, by=world.reception)
        drop_draft(draft, by=world.reception)
        drop_draft(draft, by=world.reception)
    page = client_of(world.reception).get(reverse("casework:contact_record"), {"draft": draft.pk})

    assert page.status_code == 200


def test_draft_left_lying_for_a_month_goes_and_no_other(world, shift_clock):
    """The job sees what it may throw away and nothing else; not even that does it read out."""
    save = {"revision": 0}
    with acting_for(world.reception):
        save_draft(uuid.uuid4(), data={"one_line": ["古い"]}, by=world.reception, **save)
    shift_clock(dt.timedelta(days=29, hours=23))
    sweep_drafts()
    assert len(drafts(world.reception)) == 1
    with acting_for(world.coordinator):
        young = save_draft(uuid.uuid4(), data={"one_line": ["まだ新しい"]}, by=world.coordinator, **save)
        ContactDraft.objects.filter(pk=young.pk).update(saved_at=ClockNow())
    end_membership(world.reception.membership, by=None)  # whoever has left throws nothing away
    shift_clock(dt.timedelta(days=30, minutes=1))
    for job in ("sweep_lapsed_lines", "deliver_submissions"):
        with clock(job):
            assert ContactDraft.objects.count() == 0
    with clock("sweep_drafts"):
        assert ContactDraft.objects.count() == 1
    sweep_drafts()
    assert [draft.pk for draft in drafts(world.coordinator)] == [young.pk]
    with clock("sweep_drafts"):
        assert ContactDraft.objects.count() == 0
    with acting_for(world.auditor):
        assert AuditEntry.objects.filter(verb="draft_dropped").count() == 1
