"""A My Number that somebody types into casework stands nowhere afterwards, and the writer is told."""

import importlib
import logging
import pkgutil
import uuid

import pytest
from django import forms
from django.db import connection
from django.urls import reverse

import casework
from casework.households.models import PersonContact
from casework.intake.actions import take_up_submission
from casework.intake.models import Contact, ContactDraft
from casework.plans.forms import TouchForm
from casework.reports.forms import CellForm
from casework.sharing.actions import Label
from casework.workspace.forms import KeysForm, SealedForm
from permissions.typed import TypedMixin, free_texts
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.casework.test_reception import form

pytestmark = pytest.mark.django_db

NUMBER = "1234-5678-9018"
WRITTEN = (NUMBER, "123456789018", "１２３４５６７８９０１８", "1234 5678 9018")
MASKED = "＊＊＊＊-＊＊＊＊-＊＊＊＊"
TOLD = "マイナンバー（個人番号）と思われる12けたの数字を「＊」に置きかえました。"
# Addresses, a cipher and the key of a cell, none of which anybody writes.
WRITTEN_BY_NOBODY = {CellForm, KeysForm, SealedForm, TouchForm}


def forms_of_casework():
    for module in pkgutil.walk_packages(casework.__path__, "casework."):
        if module.name.endswith(".forms"):
            importlib.import_module(module.name)
    found, waiting = set(), [forms.BaseForm]
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        # What forms have in common may be no form itself.
        found.update(
            each for each in below if each.__module__.startswith("casework.") and hasattr(each, "base_fields")
        )
    return found


def tables_with(viewer, *words):
    """Return every table of which somebody finds one of the words, by SELECT *."""
    with acting_for(viewer), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'SELECT')"
        )
        tables = [table for (table,) in cursor.fetchall()]
        found = set()
        for table in tables:
            # What is written down as JSON may hold full-width digits as escapes.
            escaped = [
                word.encode("ascii", "backslashreplace").decode().replace("\\", "\\\\") for word in words
            ]
            likes = [f"%{word}%" for word in {*words, *escaped}]
            cursor.execute(f'SELECT 1 FROM "{table}" t WHERE t::text LIKE ANY (%s) LIMIT 1', [likes])
            if cursor.fetchone():
                found.add(table)
    return found


def found_anywhere(world):
    viewers = (world.chief, world.coordinator, world.reception, world.auditor, world.sysadmin)
    return set().union(*(tables_with(viewer, *WRITTEN) for viewer in viewers))


def test_every_form_of_casework_with_room_for_a_text_looks_for_the_number():
    open_forms = {each for each in forms_of_casework() if free_texts(each.base_fields)}

    assert len(open_forms) > 20
    assert {each for each in open_forms if not issubclass(each, TypedMixin)} == WRITTEN_BY_NOBODY


def test_number_at_reception_is_neither_in_the_draft_nor_in_the_contact(world, client, caplog):
    caplog.set_level(logging.DEBUG)
    sign_in(client, world.reception)
    sent = form(one_line=f"番号は{NUMBER}", reply_to=WRITTEN[2], revision=0)

    kept = client.post(reverse("casework:draft_save"), sent).json()
    with acting_for(world.reception):
        draft = ContactDraft.objects.get().data
    again = client.post(
        reverse("casework:contact_record"), {**sent, "keep": "1", "revision": kept["revision"]}
    )
    page = client.post(reverse("casework:contact_record"), {**sent, "revision": 2}, follow=True)

    assert kept["masked"] is True
    assert (draft["one_line"], draft["reply_to"]) == ([f"番号は{MASKED}"], ["＊" * 12])
    assert again.status_code == 302
    assert TOLD in page.content.decode()
    with acting_for(world.reception):
        contact = Contact.objects.get()
    assert (contact.one_line, contact.reply_to) == (f"番号は{MASKED}", "＊" * 12)
    assert found_anywhere(world) == set()
    assert [word for word in WRITTEN if word in caplog.text] == []


def test_number_in_a_field_of_a_person_is_masked_in_its_event_and_in_the_search(world, client, caplog):
    caplog.set_level(logging.DEBUG)
    sign_in(client, world.coordinator)
    url = reverse("casework:person_item", args=[world.hazuki.case.pk, world.hazuki.mother.pk, "contact"])
    seen = client.get(url).context["form"]["seen"].value()

    means = dict.fromkeys(("sms", "email_use", "post"), "not_asked")
    data = {**means, "phone": WRITTEN[1], "address": NUMBER, "caution": "", "seen": seen}
    page = client.post(url, data, follow=True)

    with acting_for(world.coordinator):
        row = PersonContact.objects.get(person=world.hazuki.mother)
    assert (row.phone, row.address) == ("＊" * 12, MASKED)
    assert TOLD in page.content.decode()
    assert found_anywhere(world) == set()
    assert [word for word in WRITTEN if word in caplog.text] == []
    assert "casework_personcontact" in tables_with(world.coordinator, MASKED)


def test_form_with_an_error_is_shown_again_without_the_number(world, client):
    sign_in(client, world.coordinator)
    url = reverse("casework:person_add", args=[world.hazuki.case.pk])

    page = client.post(url, {"name": "", "occupation": f"仕事 {NUMBER}"}).content.decode()

    assert TOLD in page
    assert f'value="仕事 {MASKED}"' in page
    assert NUMBER not in page


def test_nobody_is_told_of_other_numbers(world, client):
    sign_in(client, world.coordinator)
    url = reverse("casework:person_add", args=[world.hazuki.case.pk])

    page = client.post(url, {"name": "", "occupation": "1234-5678-9012 090-1234-5678"}).content.decode()

    assert "1234-5678-9012 090-1234-5678" in page
    assert TOLD not in page


def test_keys_of_rows_are_no_numbers(world, client):
    """A key may hold twelve digits that would pass: it is chosen, not written."""
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "roles"))
    key = uuid.UUID("00000000-0000-4000-8000-123456789018")
    sign_in(client, world.reception)

    client.post(reverse("casework:contact_record"), form(one_line="見本", once=key))

    with acting_for(world.reception):
        assert Contact.objects.get().pk == key


def test_number_in_a_submission_is_not_taken_over(world):
    rows = [{"key": "story", "kind": "multiline", "label": "話", "value": "", "display": "あ" * 50 + NUMBER}]
    payload = {"received_at": "", "form": "見本", "version": 1, "is_urgent": False, "answers": rows}

    with acting_for(world.chief):
        take_up_submission(None, submission_id=uuid.uuid4(), payload=payload)
        contact = Contact.objects.get()

    assert contact.answers == [{"key": "story", "label": "話", "display": "あ" * 50 + MASKED}]
    assert contact.one_line == "あ" * 50 + "＊＊＊＊-＊＊＊＊…"
