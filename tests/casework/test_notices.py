"""Calls and statutory notices: each written once, replies beside them, the informant of an anonymous one hidden for ever."""

import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.intake.actions import change_contact, hide_informant, mark_of
from casework.intake.forms import ContactForm
from casework.intake.models import Contact
from casework.notices.actions import record_call, record_notice, record_reply
from casework.notices.models import EmergencyCall, NoticeReply, StatutoryNotice
from casework.notices.selectors import calls_for, notices_for
from casework.sharing.actions import block
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.test_reception import BACKEND, call

pytestmark = pytest.mark.django_db

TABLES = (
    "casework_emergencycall",
    "casework_statutorynotice",
    "casework_noticereply",
    "casework_withoutconsent",
)


def notice_of(contact, by, *, hides=False, **changes):
    values = {
        "law": "child", "recipient": "児童相談所 見本", "noticed_at": timezone.now(), "content": "毎晩の泣き声",
        **changes,
    }  # fmt: skip
    return record_notice(contact, values=values, hides_informant=hides, by=by)


@pytest.fixture
def reception(world):
    with acting_for(world.reception):
        yield world.reception


@pytest.fixture
def neighbor(reception):
    """An anonymous neighbor phones: a child cries every night (domain.md 10.F, F3)."""
    return call(
        reception,
        speaker="neighbor",
        one_line="毎晩、子どもの泣き声",
        reply_to="000-カナリア",
        referrer_name="カナリア",
    )


def test_call_says_whom_when_by_whom_and_what_came_of_it(neighbor, reception):
    key = uuid.uuid4()
    values = {"whom": "child_guidance", "called_at": timezone.now(), "outcome": "48時間以内に訪問"}
    record_call(neighbor, values=values, by=reception, key=key)
    record_call(neighbor, values=values, by=reception, key=key)

    (row,) = calls_for(reception, neighbor)
    assert (row.get_whom_display(), row.called_by, row.outcome) == (
        "児童相談所",
        reception.membership,
        "48時間以内に訪問",
    )


def test_reply_is_a_row_beside_the_notice(neighbor, reception):
    notice = notice_of(neighbor, reception)
    for text in ("受理した", "訪問した"):
        record_reply(notice, values={"replied_at": timezone.now(), "text": text}, by=reception)

    (found,) = notices_for(reception, neighbor)
    assert (found.law, found.recipient) == ("child", "児童相談所 見本")
    assert [reply.text for reply in found.replies.all()] == ["受理した", "訪問した"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET written_at = now()", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_nothing_of_it_is_changed(reception, table, change):
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))

    assert refused.value.__cause__.sqlstate == "42501"


def test_informant_is_hidden_for_ever(neighbor, reception):
    notice_of(neighbor, reception, hides=True)

    contact = Contact.objects.get(pk=neighbor.pk)
    assert (contact.speaker, contact.reply_to, contact.referrer_name, contact.is_informant_hidden) == (
        "unknown", "", "", True,
    )  # fmt: skip
    for change, error in (
        ({"is_informant_hidden": False}, "hidden for ever"),
        ({"reply_to": "000"}, "not_kept"),
        ({"speaker": "neighbor"}, "not_kept"),
        ({"route": "family_remote"}, "not_kept"),
    ):
        with pytest.raises((DatabaseError, IntegrityError), match=error), transaction.atomic():
            Contact.objects.filter(pk=contact.pk).update(**change)
    assert set(ContactForm(contact=contact).fields) & {"speaker", "reply_to", "referrer_name"} == set()
    values = {name: getattr(contact, name) for name in ("kind", "channel", "route", "ward", "one_line")} | {
        "speaker": "neighbor",
        "reply_to": "000-カナリア",
        "referrer_type": "",
        "referrer_name": "カナリア",
    }
    change_contact(contact, values=values, topics=[], primary="", seen=mark_of(contact), by=reception)
    assert Contact.objects.get(pk=contact.pk).reply_to == ""


def test_informant_stands_in_no_table_and_on_no_page_afterwards(world, neighbor, reception):
    hide_informant(neighbor, by=reception)

    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [table])
            if cursor.fetchone()[0]:
                cursor.execute(f'SELECT 1 FROM "{table}" t WHERE t::text LIKE %s LIMIT 1', ["%カナリア%"])
                found += [table] if cursor.fetchone() else []
    client = Client()
    client.force_login(world.reception.user, backend=BACKEND)
    pages = [
        client.get(reverse(f"casework:{name}", args=[neighbor.pk])).content.decode()
        for name in ("contact", "contact_emergency", "contact_edit")
    ]

    assert found == []
    assert "明かしません" in pages[0]
    assert [page for page in pages if "カナリア" in page or "近所" in page or "知人" in page] == []


def test_informant_of_a_form_is_not_hidden_by_half(reception):
    contact = call(reception)
    Contact.objects.filter(pk=contact.pk).update(submission_id=uuid.uuid4())

    with pytest.raises(NotAllowed, match="フォームから来た"):
        notice_of(contact, reception, hides=True)

    assert StatutoryNotice.objects.count() == 0


def test_written_down_at_the_phone_the_informant_is_not_kept_at_all(reception):
    contact = call(reception, speaker="neighbor", reply_to="000", referrer_name="x", is_informant_hidden=True)

    assert (contact.speaker, contact.route, contact.reply_to, contact.referrer_name) == (
        "unknown", "not_asked", "", "",
    )  # fmt: skip


def test_what_was_done_goes_where_the_contact_goes(world, neighbor, reception):
    record_call(
        neighbor, values={"whom": "police", "called_at": timezone.now(), "outcome": "x"}, by=reception
    )
    notice = notice_of(neighbor, reception)
    record_reply(notice, values={"replied_at": timezone.now(), "text": "x"}, by=reception)
    Contact.objects.filter(pk=neighbor.pk).update(state="case", case=world.tomono.case)
    with acting_for(world.chief):
        block(
            world.tomono.case, agency=None, user_id=world.coordinator.user.pk, reason="親族", by=world.chief
        )

    counts = {}
    for viewer in (world.chief, world.coordinator, world.anshin_worker, world.editor, world.auditor):
        with acting_for(viewer):
            counts[viewer.role] = [
                model.objects.count() for model in (EmergencyCall, StatutoryNotice, NoticeReply)
            ]

    assert counts.pop("chief") == [1, 1, 1]
    assert set(map(tuple, counts.values())) == {(0, 0, 0)}


def test_agencies_write_no_notice(world, neighbor):
    with acting_for(world.anshin_worker):
        with pytest.raises(NotAllowed):
            notice_of(neighbor, world.anshin_worker)
        row = EmergencyCall(
            contact=neighbor, whom="police", called_at=timezone.now(), outcome="x",
            called_by=world.anshin_worker.membership,
        )  # fmt: skip
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            row.save(force_insert=True)


def test_nobody_signs_for_a_colleague(world, neighbor, reception):
    row = EmergencyCall(
        contact=neighbor,
        whom="police",
        called_at=timezone.now(),
        outcome="x",
        called_by=world.chief.membership,
    )

    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        row.save(force_insert=True)


def test_screens_lead_from_call_to_notice_to_reply(world, neighbor):
    client = Client()
    client.force_login(world.reception.user, backend=BACKEND)
    page = reverse("casework:contact_emergency", args=[neighbor.pk])
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")

    bad = client.post(page, {"whom": "police", "called_at": "2999-01-01T00:00", "outcome": "つながらず"})
    client.post(page, {"whom": "police", "called_at": now, "outcome": "つながらず"})
    added = client.post(
        reverse("casework:notice_add", args=[neighbor.pk]),
        {
            "law": "child",
            "recipient": "児相",
            "noticed_at": now,
            "content": "泣き声",
            "hides_informant": "on",
        },
    )
    with acting_for(world.reception):
        notice = StatutoryNotice.objects.get()
    client.post(
        reverse("casework:notice_reply", args=[neighbor.pk, notice.pk]), {"replied_at": now, "text": "受理"}
    )
    text = client.get(page).content.decode()

    assert "先の日時" in bad.content.decode()
    assert "つながらず" in bad.content.decode()
    assert added.status_code == 302
    assert [word for word in ("つながらず", "泣き声", "受理", "明かしません") if word not in text] == []
    with acting_for(world.auditor):
        rows = AuditEntry.objects.filter(
            verb__in=["emergency_call_recorded", "notice_recorded", "informant_hidden"]
        )
        assert "泣き声" not in str([row.detail for row in rows])
        assert rows.count() == 3
