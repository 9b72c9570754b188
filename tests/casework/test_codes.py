import datetime as dt

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from casework.codes.actions import add_code, change_code, move_code, retire_code
from casework.codes.fields import CodeField
from casework.codes.lists import LISTS, NOT_ASKED, UNKNOWN
from casework.codes.models import Code
from casework.codes.selectors import choices_of, codes_of, label_of, plain_label_of
from casework.codes.sql import CODED_COLUMNS
from casework.households.forms import HouseholdForm
from casework.households.models import Household
from casework.intake.actions import record_contact
from casework.intake.forms import ContactRecordForm
from casework.intake.models import Contact
from casework.seen import ChangedMeanwhile, fingerprint
from casework.sharing.actions import Ground, Label
from casework.sharing.bases import bases
from permissions.audit.models import AuditEntry
from permissions.audit.origin import coming_from
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WORDS = {"label": "夜の電話", "plain_label": "", "label_en": "Night call", "report_code": ""}


def values(**changes):
    return {**WORDS, "code": "night_call", "valid_from": timezone.localdate(), **changes}


def code(list_code, name):
    return Code.objects.get(list_code=list_code, code=name)


@pytest.fixture
def chief(world):
    with acting_for(world.chief), coming_from(None):
        yield world.chief


@pytest.fixture
def client_of(world):
    def of(viewer):
        client = Client()
        client.force_login(viewer.user, backend=BACKEND)
        return client

    return of


def phone_call(by, **changes):
    said = {
        "channel": "phone",
        "speaker": "self",
        "one_line": "声",
        "reply_to": "",
        "urgency": "D",
        "received_at": timezone.now(),
        **changes,
    }
    return record_contact(by=by, **said)


# --- what stands in the lists -----------------------------------------------------------------------


def test_every_list_has_codes_and_unknown_is_not_the_same_as_not_asked(chief):
    for name, each in LISTS.items():
        found = {row.code for row in codes_of(name)}
        assert len(found) >= 3, name
        assert ({UNKNOWN, NOT_ASKED} <= found) == each.is_asked, name
    assert label_of("topic", UNKNOWN) != label_of("topic", NOT_ASKED)


def test_every_code_has_words_in_three_languages(chief):
    assert [
        str(row) for row in Code.objects.all() if not (row.label and row.plain_label and row.label_en)
    ] == []
    assert [row.list_code for row in Code.objects.all() if row.list_code not in LISTS] == []


def test_words_come_in_the_readers_language_and_in_easy_japanese(chief):
    with translation.override("en"):
        english = label_of("topic", "debt")

    assert (english, label_of("topic", "debt"), plain_label_of("topic", "debt")) == (
        "Debts",
        "債務について",
        "借金のこと",
    )
    assert label_of("topic", "no_such") == "no_such"


def test_column_of_every_code_field_refuses_what_is_in_no_list(db):
    fields = {
        (model._meta.db_table, field.column, field.list_code)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, CodeField)
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, encode(tgargs, 'escape') FROM pg_trigger"
            " WHERE tgfoid = 'casework_known_code'::regproc"
        )
        watched = [(table, *arguments.split("\\000")[:2]) for table, arguments in cursor.fetchall()]

    assert fields == set(CODED_COLUMNS)
    assert sorted(watched) == sorted(2 * list(fields))


# --- the database -------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["channel", "speaker"])
def test_database_refuses_an_unknown_code(chief, column):
    contact = phone_call(chief)

    with pytest.raises(DatabaseError, match="has no code"), transaction.atomic():
        phone_call(chief, **{column: "no_such"})
    with pytest.raises(DatabaseError, match="has no code"), transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(**{column: "no_such"})
    # A code of another list is no better.
    with pytest.raises(DatabaseError, match="has no code"), transaction.atomic():
        phone_call(chief, **{column: "debt"})


def test_wall_lets_everybody_signed_in_read_and_the_chief_alone_write(world):
    found = {}
    for viewer in (world.chief, world.coordinator, world.editor, world.auditor, world.anshin_worker):
        with acting_for(viewer):
            seen = Code.objects.count() > 100
            changed = Code.objects.filter(code="debt").update(report_code="x")
            try:
                with transaction.atomic():
                    Code(list_code="topic", **values()).save(force_insert=True)
            except DatabaseError:
                added = False
            else:
                added = True
        found[viewer.role] = (seen, changed, added)
    nobody = Code.objects.count()

    assert found.pop("chief") == (True, 2, True)
    assert set(found.values()) == {(True, 0, False)}
    assert nobody == 0


def test_wall_adds_no_legal_basis(chief):
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        Code(list_code="basis", **values()).save(force_insert=True)
    with pytest.raises(NotAllowed):
        add_code("basis", values=values(), by=chief)


# --- editing ------------------------------------------------------------------------------------------


def test_only_the_chief_edits(world):
    with acting_for(world.coordinator):
        row = code("topic", "debt")
        for act in (
            lambda by: add_code("topic", values=values(), by=by),
            lambda by: change_code(row, values={"label": "x"}, seen="", by=by),
            lambda by: retire_code(row, last_day=None, by=by),
            lambda by: move_code(row, up=True, by=by),
        ):
            with pytest.raises(NotAllowed):
                act(world.coordinator)


def test_added_code_is_offered_at_once_and_stored(chief):
    added = add_code("channel", values=values(), by=chief)

    assert choices_of("channel")[-1] == ("night_call", "夜の電話")
    assert phone_call(chief, channel="night_call").get_channel_display() == "夜の電話"
    assert add_code("channel", values=values(), by=chief, key=added.pk) == added
    with pytest.raises(NotAllowed, match="もうこの一覧に"):
        add_code("channel", values=values(label="別"), by=chief)


def test_retired_code_is_no_choice_any_more_but_keeps_its_words(chief, shift_clock):
    contact = phone_call(chief, channel="fax")
    retire_code(code("channel", "fax"), last_day=timezone.localdate(), by=chief)

    today = dict(choices_of("channel"))
    shift_clock(dt.timedelta(days=1))
    with coming_from(None):
        tomorrow = dict(choices_of("channel"))
        assert contact.get_channel_display() == "ファクス"
        form = ContactRecordForm(initial={"channel": "fax"})

    assert ("fax" in today, "fax" in tomorrow) == (True, False)
    assert ("fax", "ファクス") in list(form["channel"].field.choices)
    assert "fax" not in dict(ContactRecordForm()["channel"].field.choices)


def test_saving_a_record_again_keeps_its_retired_code(world, shift_clock):
    with acting_for(world.chief):
        household = Household.objects.get(case=world.hazuki.case)
        retire_code(
            code("household_kind", "parent_adult_child"), last_day=dt.date(2021, 4, 1), by=world.chief
        )
        form = HouseholdForm(
            {"name": "新しい呼び名", "kind": household.kind, "summary": "", "seen": "x"}, instance=household
        )

        assert form.is_valid(), form.errors
        assert form.cleaned_data["kind"] == "parent_adult_child"
        other = HouseholdForm({"name": "名", "kind": "parent_adult_child"}, instance=Household())
        assert "kind" in other.errors


def test_a_colleague_who_was_quicker_is_noticed(chief):
    row = code("topic", "debt")
    seen = fingerprint(row, list(WORDS))
    change_code(row, values={**WORDS, "label": "借金"}, seen=seen, by=chief)

    with pytest.raises(ChangedMeanwhile) as clash:
        change_code(row, values=WORDS, seen=seen, by=chief)

    assert clash.value.current.label == "借金"


def test_moving_changes_places_and_stops_at_the_ends(chief):
    first, second, *_rest, last = codes_of("return_reason")

    move_code(second, up=True, by=chief)
    move_code(last, up=False, by=chief)

    order = [row.code for row in codes_of("return_reason")]
    assert order[:2] == [second.code, first.code]
    assert order[-1] == last.code


def test_every_change_leaves_one_row_in_the_log_with_the_code_and_no_words(world):
    with acting_for(world.chief):
        added = add_code("topic", values=values(), by=world.chief)
        change_code(added, values={"label": "変えた"}, seen=fingerprint(added, ["label"]), by=world.chief)
        change_code(
            added,
            values={"label": "変えた"},
            seen=fingerprint(code("topic", "night_call"), ["label"]),
            by=world.chief,
        )
        retire_code(added, last_day=timezone.localdate(), by=world.chief)
        retire_code(added, last_day=None, by=world.chief)
        move_code(added, up=True, by=world.chief)
    with acting_for(world.auditor):
        rows = list(AuditEntry.objects.filter(subject="casework.code").order_by("number"))

    assert [row.verb for row in rows] == [
        "code_added", "code_changed", "code_retired", "code_revived", "code_moved",
    ]  # fmt: skip
    assert rows[1].detail == {"code": "topic/night_call", "fields": ["label"]}


# --- reading labels -----------------------------------------------------------------------------------


def test_labels_of_a_request_cost_one_query(chief):
    for _number in range(3):
        phone_call(chief)

    with (
        coming_from(None),
        CaptureQueriesContext(
            connection,
        ) as asked,
    ):
        contacts = list(Contact.objects.all())
        for contact in contacts:
            assert (contact.get_channel_display(), contact.get_speaker_display()) == ("電話", "本人")
        assert str(ContactRecordForm())

    assert len(contacts) == 3
    assert len(asked) == 3  # contacts, codes, wards


def test_what_one_request_read_is_not_kept_for_the_next(chief):
    with coming_from(None):
        before = label_of("topic", "debt")
    Code.objects.filter(list_code="topic", code="debt").update(label="借金について")

    with coming_from(None):
        assert (before, label_of("topic", "debt")) == ("債務について", "借金について")


def test_words_and_end_of_a_legal_basis_reach_the_form_and_the_action(world):
    with acting_for(world.chief):
        row = code("basis", "purpose")
        change_code(row, values={"label": "目的の範囲内"}, seen=fingerprint(row, ["label"]), by=world.chief)
        before = bases()["purpose"]
        retire_code(row, last_day=row.valid_from, by=world.chief)
        ended = bases()["purpose"]

    assert (str(before.label), before.is_offered, ended.is_offered) == ("目的の範囲内", True, False)
    with pytest.raises(NotAllowed):
        world.share(world.hazuki, world.anshin, Label(None, "basic"), ground=Ground("purpose", "登録番号1"))


# --- the screens ----------------------------------------------------------------------------------------


def test_chief_adds_looks_changes_and_retires_on_screen(world, client_of):
    client = client_of(world.chief)
    add, edit = (
        reverse("casework:code_add", args=["topic"]),
        reverse("casework:code_edit", args=["topic", "night_call"]),
    )
    data = {**WORDS, "code": "night_call", "valid_from": "2026-11-01"}

    bad = client.post(add, {**data, "code": "Night-Call"})
    look = client.post(add, {**data, "look": "1"})
    with acting_for(world.chief):
        after_look = Code.objects.filter(code="night_call").count()
    added = client.post(add, data)
    twice = client.post(add, data)
    page = client.get(edit)
    seen = page.context["form"].initial["seen"]
    changed = client.post(edit, {**data, "label": "夜間の電話", "seen": seen})
    clash = client.post(edit, {**data, "label": "深夜の電話", "seen": seen})
    retired = client.post(
        reverse("casework:code_retire", args=["topic", "night_call"]), {"last_day": "2026-11-02"}
    )

    assert "半角の小文字" in bad.content.decode()
    assert "夜の電話" in bad.content.decode()
    assert (look.status_code, after_look) == (200, 0)
    assert '<span class="m-chip" lang="ja">夜の電話</span>' in look.content.decode()
    assert (added.status_code, twice.status_code) == (302, 200)
    assert "もうこの一覧にあります" in twice.content.decode()
    assert changed.status_code == 302
    text = clash.content.decode()
    assert "夜間の電話" in text
    assert 'value="深夜の電話"' in text
    assert retired.status_code == 302
    assert "選べない" in client.get(reverse("casework:code_list", args=["topic"])).content.decode()


def test_lists_that_are_not_there_are_not_found(world, client_of):
    client = client_of(world.chief)

    missing = [
        client.get(reverse("casework:code_list", args=["no_such"])).status_code,
        client.get(reverse("casework:code_edit", args=["topic", "no_such"])).status_code,
        client.get(reverse("casework:code_add", args=["basis"])).status_code,
    ]

    assert missing == [404, 404, 302]
