"""The log is read by those who watch over others: a span of days at a time, ids and labels only."""

import datetime as dt
import ipaddress
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from permissions.agencies.models import Agency
from permissions.audit import log as log_module
from permissions.audit.actions import Ground, record
from permissions.audit.forms import DAYS_SHOWN, MOST_DAYS, MOST_DAYS_OF_ONE, LogFilter
from permissions.audit.log import Wanted, entries_for, entry_views, seal_state_for
from permissions.audit.models import REFUSALS, AuditEntry, AuditSeal
from permissions.audit.origin import coming_from
from permissions.audit.seals import seal_entries
from permissions.walls.context import acting_for
from tests.worlds import World, make_viewer, secrets_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CASE = uuid.UUID("11111111-2222-4333-8444-555555555555")
PERSON = uuid.UUID("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee")
URL = "/audit/log/"


@pytest.fixture
def officer(world):
    return make_viewer("officer", world.center, "privacy_officer")


def client_of(viewer):
    client = Client()
    client.force_login(viewer.user, backend=BACKEND)
    return client


def act(viewer, verb, subject=None, *, address="192.0.2.7", **what):
    with acting_for(viewer), coming_from(address):
        record(viewer, verb, subject, **what)


def span(**values):
    today = timezone.now()
    return Wanted(since=today - dt.timedelta(days=1), until=today + dt.timedelta(days=1), **values)


def verbs_of(viewer, wanted, **filters):
    with acting_for(viewer):
        return [entry.verb for entry in entries_for(viewer, wanted).filter(**filters)]


def page_of(viewer, **query):
    return client_of(viewer).get(URL, query)


def verbs_on(page):
    return [row.entry.verb for row in page.context_data["rows"]]


def last_entry(world, **filters):
    with acting_for(world.auditor):
        return AuditEntry.objects.filter(**filters).order_by("-number").first()


# --- who --------------------------------------------------------------------------------------------


def test_auditor_and_privacy_officer_read_it(world, officer):
    act(world.chief, "read", case=CASE)

    for viewer in (world.auditor, officer):
        page = page_of(viewer, case=str(CASE))
        assert page.status_code == 200
        assert verbs_on(page) == ["read"]


@pytest.mark.parametrize(
    "name", ["reception", "coordinator", "chief", "anshin_worker", "anshin_admin", "editor", "sysadmin"]
)
def test_nobody_else_reads_it(world, name):
    viewer = getattr(world, name)

    assert page_of(viewer).status_code == 403
    assert client_of(viewer).post(reverse("audit:log_export")).status_code == 403
    with acting_for(viewer):
        assert not entries_for(viewer, span()).exists()
        assert seal_state_for(viewer) is None


def test_role_decides_before_the_database_does(world, monkeypatch):
    act(world.chief, "read")
    stranger = make_viewer("no-reader", world.center, "editor")

    with acting_for(world.auditor):
        assert not entries_for(stranger, span()).exists()
        assert seal_state_for(stranger) is None


def test_link_stands_in_the_navigation_of_these_roles_only(world, officer):
    pages = {
        viewer.role: client_of(viewer).get(reverse("casework:home")).content.decode()
        for viewer in (world.auditor, officer, world.chief, world.anshin_worker)
    }

    assert {role for role, page in pages.items() if f'href="{URL}"' in page} == {"auditor", "privacy_officer"}


def test_opening_it_leaves_one_row_with_what_was_asked_for(world):
    act(world.chief, "read", case=CASE)
    before = last_entry(world).number

    page_of(world.auditor, case=str(CASE), refused="", since="2026-11-01", until="2026-11-02")

    with acting_for(world.auditor):
        (row,) = AuditEntry.objects.filter(number__gt=before, user_id=world.auditor.user.pk)
    assert (row.verb, row.subject, row.case_id) == ("listed", "", None)
    assert row.detail == {
        "list": "audit_log",
        "rows": 0,
        "since": "2026-11-01T00:00:00+09:00",
        "until": "2026-11-03T00:00:00+09:00",
        "case_id": str(CASE),
    }


def test_asking_for_nothing_clear_leaves_a_row_too(world):
    page = page_of(world.auditor, who="nobody-at-all")

    assert page.status_code == 422
    assert last_entry(world).detail == {"list": "audit_log", "rows": 0}


def test_turning_pages_lists_nobody(world):
    page_of(world.auditor)

    assert "shown" not in last_entry(world, verb="listed").detail


# --- what -------------------------------------------------------------------------------------------


@pytest.fixture
def several(world):
    """Acts that differ in everything that can be asked for."""
    act(world.chief, "read", case=CASE, person=PERSON, item="health", ground=Ground("duty"))
    act(world.anshin_worker, "read", case=CASE, item="basic", address="192.0.2.200")
    act(world.anshin_worker, "refused", address="198.51.100.1")
    act(world.kenko_worker, "emergency_refused", address="2001:db8::7")
    return world


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["emergency_refused", "refused", "read", "read"]),
        ({"verb": "read"}, ["read", "read"]),
        ({"case_id": CASE}, ["read", "read"]),
        ({"item": "health"}, ["read"]),
        ({"refused": True}, ["emergency_refused", "refused"]),
        ({"refused": True, "verb": "read"}, []),
        ({"network": ipaddress.ip_network("192.0.2.7")}, ["read"]),
        ({"network": ipaddress.ip_network("192.0.2.0/24")}, ["read", "read"]),
        ({"network": ipaddress.ip_network("192.0.2.0/25")}, ["read"]),
        ({"network": ipaddress.ip_network("192.0.2.128/25")}, ["read"]),
        ({"network": ipaddress.ip_network("2001:db8::/32")}, ["emergency_refused"]),
        ({"network": ipaddress.ip_network("203.0.113.0/24")}, []),
    ],
)
def test_entries_are_those_asked_for(several, wanted, found):
    people = [several.chief, several.anshin_worker, several.kenko_worker]

    assert (
        verbs_of(
            several.auditor,
            span(**wanted),
            user_id__in=[viewer.user.pk for viewer in people],
            verb__in=["read", *REFUSALS],
            address__isnull=False,
        )
        == found
    )


def test_entries_of_an_agency_and_of_a_person(several):
    worker = several.anshin_worker

    assert verbs_of(several.auditor, span(agency_id=worker.agency.pk)) == ["refused", "read"]
    assert verbs_of(several.auditor, span(user_id=worker.user.pk), role="agency_staff") == ["refused", "read"]


def test_each_condition_narrows_what_the_others_left(several):
    """An entry that fails one condition alone is not found, whichever it is."""
    worker, day = several.anshin_worker, dt.timedelta(days=1)
    act(worker, "refused", case=CASE, item="health", address="192.0.2.9")
    every = {
        "user_id": worker.user.pk, "agency_id": worker.agency.pk, "verb": "refused", "case_id": CASE,
        "item": "health", "network": ipaddress.ip_network("192.0.2.9"), "refused": True,
    }  # fmt: skip
    other = {
        "user_id": several.chief.user.pk, "agency_id": several.center.pk, "verb": "sign_in_failed",
        "case_id": PERSON, "item": "money", "network": ipaddress.ip_network("192.0.2.10"),
    }  # fmt: skip
    now = timezone.now()

    assert verbs_of(several.auditor, span(**every)) == ["refused"]
    for name, value in other.items():
        assert verbs_of(several.auditor, span(**every | {name: value})) == []
    for since in (now - 2 * day, now + day):
        assert verbs_of(several.auditor, Wanted(since=since, until=since + day, **every)) == []
    assert verbs_of(several.auditor, span(**every | {"verb": "read", "refused": True})) == []


def test_log_ins_of_a_person_are_theirs_though_nobody_did_them(world):
    record(None, "signed_in", world.anshin_worker.user)
    record(None, "signed_in", world.kenko_worker.user)
    record(None, "renewal_reminded", Agency(pk=world.anshin_worker.user.pk))
    act(world.sysadmin, "person_disabled", world.anshin_worker.user)

    found = verbs_of(world.auditor, span(user_id=world.anshin_worker.user.pk))

    assert found == ["signed_in"]


def test_span_begins_with_its_first_moment_and_ends_before_its_last(world):
    act(world.chief, "read", case=CASE)
    at = last_entry(world, case_id=CASE).at
    moment = dt.timedelta(microseconds=1)

    def found(since, until):
        return verbs_of(world.auditor, Wanted(since=since, until=until, case_id=CASE))

    assert found(at, at + moment) == ["read"]
    assert found(at + moment, at + 2 * moment) == []
    assert found(at - moment, at) == []


def test_what_lies_before_the_span_is_left_out_by_its_seal_and_nothing_else_is(world, shift_clock):
    act(world.chief, "read", case=CASE)
    seal_entries()
    shift_clock(dt.timedelta(days=10))
    act(world.chief, "read", case=CASE)
    seal_entries()
    act(world.chief, "sheet_opened", case=CASE)
    with acting_for(world.auditor):
        first, second = AuditSeal.objects.order_by("number")
        since = second.sealed_at - dt.timedelta(days=5)
        wanted = Wanted(since=since, until=second.sealed_at + dt.timedelta(days=1), case_id=CASE)
        with CaptureQueriesContext(connection) as queries:
            found = [entry.verb for entry in entries_for(world.auditor, wanted)]

    assert found == ["sheet_opened", "read"]
    assert f'"number" > {first.upto}' in queries[-1]["sql"]


def test_seal_made_at_the_very_start_of_the_span_is_not_before_it(world):
    act(world.chief, "read", case=CASE)
    seal_entries()
    with acting_for(world.auditor):
        sealed_at = AuditSeal.objects.get().sealed_at
    wanted = Wanted(since=sealed_at, until=sealed_at + dt.timedelta(hours=1), case_id=CASE)

    # A test runs in one transaction, so row and seal bear one time.
    assert verbs_of(world.auditor, wanted) == ["read"]


def test_latest_of_several_seals_before_the_span_counts(world, shift_clock):
    for _day in range(3):
        act(world.chief, "read", case=CASE)
        seal_entries()
        shift_clock(dt.timedelta(days=30 + _day))
    with acting_for(world.auditor):
        last = AuditSeal.objects.order_by("-number").first()
        since = last.sealed_at + dt.timedelta(days=1)
        with CaptureQueriesContext(connection) as queries:
            list(entries_for(world.auditor, Wanted(since=since, until=since + dt.timedelta(days=90))))

    assert f'"number" > {last.upto}' in queries[-1]["sql"]


# --- words and names ----------------------------------------------------------------------------------


def view_of(world, **filters):
    with acting_for(world.auditor):
        (view,) = entry_views([last_entry(world, **filters)])
    return view


def test_codes_are_told_in_words_and_staff_by_name(world):
    world.chief.user.last_name, world.chief.user.first_name = "見本", "長子"
    world.chief.user.save()
    act(
        world.chief, "read", world.hazuki.case, case=CASE, person=PERSON, item="health", ground=Ground("duty")
    )

    view = view_of(world, case_id=CASE)

    assert (view.who, view.account, view.agency) == ("見本 長子", "chief", "機関 center")
    assert (view.role, view.verb, view.subject) == ("センター長", "開いて見た", "支援ケース")
    assert (view.item, view.basis, view.subject_account) == ("健康", "センターの職務", "")
    assert view.detail == []


def test_account_that_an_entry_is_about_is_told_by_its_name(world):
    act(world.sysadmin, "person_disabled", world.anshin_worker.user, detail={"sessions_ended": 2, "why": "x"})

    view = view_of(world, verb="person_disabled")

    assert (view.account, view.subject_account) == ("sysadmin", "anshin")
    assert sorted(view.detail) == [("理由", "x"), ("終わらせたログインの数", "2")]


def test_entry_of_nobody_and_of_somebody_unknown_has_no_name(world):
    record(None, "sign_in_failed", None)
    entry = last_entry(world)
    strange = AuditEntry(number=1, at=entry.at, user_id=987654, agency_id=987654, verb="x_new", subject="a.b")

    with acting_for(world.auditor):
        nobody, unknown = entry_views([entry, strange])

    assert (nobody.who, nobody.account, nobody.agency, nobody.subject) == ("", "", "", "")
    assert (unknown.who, unknown.account, unknown.agency) == ("", "", "")
    assert (unknown.verb, unknown.subject) == ("x_new", "a.b")


def test_nested_detail_is_told_as_it_stands(world):
    act(world.chief, "exported", detail={"about": {"item": "health"}})

    assert view_of(world, verb="exported").detail == [("条件", '{"item": "health"}')]


def test_names_are_asked_for_once_whatever_the_number_of_rows(world):
    counts = []
    for rows in (1, 3):
        for viewer in (world.chief, world.anshin_worker, world.kenko_worker)[:rows]:
            act(viewer, "read", case=CASE)
        client = client_of(world.auditor)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL, {"case": str(CASE)})
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_names_are_asked_for_by_their_number_alone(world):
    act(world.chief, "read", case=CASE)
    with acting_for(world.auditor):
        entries = [last_entry(world, case_id=CASE)]
        with CaptureQueriesContext(connection) as queries:
            entry_views(entries)

    asked = [query["sql"].rpartition("WHERE")[2].strip() for query in queries]
    assert [f"{world.chief.user.pk}" in asked[0], f"{world.center.pk}" in asked[1]] == [True, True]
    assert len(asked) == 2


def test_page_names_no_citizen_and_no_case_number(world, officer):
    """Everything of two households is read first, so that there is something to hide."""
    chief = client_of(world.chief)
    for home in (world.hazuki, world.tomono):
        assert home.mother.name in chief.get(reverse("casework:case", args=[home.case.pk])).content.decode()

    for viewer in (world.auditor, officer):
        body = page_of(viewer).content.decode()
        assert str(world.hazuki.case.pk) in body
        assert str(world.hazuki.mother.pk) in body
        for home in (world.hazuki, world.tomono):
            assert home.case.number not in body
            for person in (home.mother, home.son):
                assert person.name not in body
                for values in secrets_of(person.name).values():
                    assert not [text for text in values.values() if text in body]


# --- the form -----------------------------------------------------------------------------------------


def form_of(**values):
    form = LogFilter(values)
    form.is_valid()
    return form


def midnight(day):
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def test_without_an_answer_the_last_seven_days_are_shown(world):
    today = timezone.localdate()

    wanted = form_of().wanted()

    assert DAYS_SHOWN == 7
    assert wanted == Wanted(
        since=midnight(today - dt.timedelta(days=6)), until=midnight(today + dt.timedelta(days=1))
    )


def test_days_that_nobody_gave_stand_in_their_fields(world):
    today = timezone.localdate()
    form = form_of(since="", who="chief")

    assert (form["since"].value(), form["until"].value()) == (
        (today - dt.timedelta(days=6)).isoformat(),
        today.isoformat(),
    )
    body = page_of(world.auditor).content.decode()
    assert f'value="{today.isoformat()}"' in body


@pytest.mark.parametrize("wrong", [{"since"}, {"until"}, {"since", "until"}])
def test_day_that_is_none_is_said(world, wrong):
    days = {name: "soon" if name in wrong else "2026-11-02" for name in ("since", "until")}

    assert form_of(**days).errors.keys() == wrong


def test_answers_become_what_is_asked_for_and_the_link_back(world):
    worker = world.anshin_worker
    form = form_of(
        since="2026-11-02", until="2026-11-03", who=" Anshin ", agency=str(worker.agency.pk), verb="read",
        case=f"https://center.example/casework/cases/{str(CASE).upper()}/", item="health", address=" 192.0.2.9/24 ",
        refused="on", before="77",
    )  # fmt: skip

    assert form.errors == {}
    assert form.wanted() == Wanted(
        since=midnight(dt.date(2026, 11, 2)),
        until=midnight(dt.date(2026, 11, 4)),
        user_id=worker.user.pk,
        agency_id=worker.agency.pk,
        verb="read",
        case_id=CASE,
        item="health",
        network=ipaddress.ip_network("192.0.2.0/24"),
        refused=True,
    )
    assert form.sent == {
        "since": "2026-11-02",
        "until": "2026-11-03",
        "who": str(worker.user.pk),
        "agency": str(worker.agency.pk),
        "verb": "read",
        "case": str(CASE),
        "item": "health",
        "address": "192.0.2.0/24",
        "refused": "on",
    }
    assert form.query.startswith("since=2026-11-02&until=2026-11-03&who=")
    again = form_of(**form.sent)
    assert (again.errors, again.wanted()) == ({}, form.wanted())
    assert form_of().sent.keys() == {"since", "until"}


def test_what_was_asked_for_is_kept_as_codes_and_ids(world):
    whole = span(
        user_id=3, agency_id=4, verb="read", case_id=CASE, item="health",
        network=ipaddress.ip_network("192.0.2.0/24"), refused=True,
    )  # fmt: skip

    assert whole.told == {
        "since": whole.since.isoformat(),
        "until": whole.until.isoformat(),
        "user": 3,
        "agency_id": 4,
        "verb": "read",
        "case_id": str(CASE),
        "item": "health",
        "network": "192.0.2.0/24",
        "refused": True,
    }
    assert span().told.keys() == {"since", "until"}


def test_account_is_found_by_its_number_and_by_its_name_first(world):
    worker, chief = world.anshin_worker.user, world.chief.user
    assert form_of(who=str(worker.pk)).cleaned_data["who"] == worker.pk

    worker.username = str(chief.pk)
    worker.save()

    assert form_of(who=str(chief.pk)).cleaned_data["who"] == worker.pk


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"who": "nobody-at-all"}, "who", "このアカウントは見つかりません。"),
        ({"who": "999999999"}, "who", "このアカウントは見つかりません。"),
        ({"who": str(2**63)}, "who", "このアカウントは見つかりません。"),
        (
            {"case": "K-2026-0001"},
            "case",
            "ケース番号からは探せません。ケースの画面のアドレスか、記録に出ているケースのIDを入れてください。",
        ),
        ({"address": "192.0.2.300"}, "address", "192.0.2.7 や 192.0.2.0/24 のように入れてください。"),
        (
            {"since": "2026-11-03", "until": "2026-11-02"},
            "until",
            "始まりより後の日を選んでください。",
        ),
        (
            {"since": "2026-10-01", "until": "2026-11-01"},
            "until",
            "31日より長い期間は、アカウントかケースを決めると調べられます。",
        ),
        (
            {"since": "2025-01-01", "until": "2026-02-05", "case": str(CASE)},
            "until",
            "期間は400日までです。",
        ),
    ],
)
def test_what_is_not_clear_is_said_at_its_field(world, values, field, words):
    form = form_of(**values)

    assert {name: list(texts) for name, texts in form.errors.items()} == {field: [words]}


def test_spans_up_to_their_limits_are_taken(world):
    assert (MOST_DAYS, MOST_DAYS_OF_ONE) == (31, 400)
    assert form_of(since="2026-11-01", until="2026-11-01").errors == {}
    assert form_of(since="2026-10-01", until="2026-10-31").errors == {}
    for one in ({"who": "chief"}, {"case": str(CASE)}):
        assert form_of(since="2025-01-01", until="2026-02-04", **one).errors == {}


@pytest.mark.parametrize("values", [{"before": "0"}, {"before": str(2**63)}, {"verb": "x"}, {"agency": "x"}])
def test_what_no_link_of_ours_says_is_refused(world, values):
    assert form_of(**values).errors.keys() == values.keys()


def test_first_and_last_number_are_numbers(world):
    assert form_of(before="1").errors == {}
    assert form_of(before=str(2**63 - 1)).errors == {}


@pytest.mark.parametrize(("field", "most"), [("who", 150), ("case", 300), ("address", 50)])
def test_what_is_too_long_is_said(world, field, most):
    texts = {length: str(form_of(**{field: "あ" * length}).errors[field]) for length in (most, most + 1)}

    assert f"{most + 1}" in texts[most + 1]
    assert f"{most}" not in texts[most]


def test_choices_are_the_words_of_every_app(world):
    fields = form_of().fields

    assert dict(fields["verb"].choices)["emergency_refused"] == "緊急時の閲覧で開けなかった"
    assert dict(fields["verb"].choices)["contacted"] == "相談した人に連絡したことを記した"
    assert dict(fields["item"].choices)["money"] == "お金"
    assert (str(world.anshin.pk), "機関 anshin") in fields["agency"].choices
    names = [name for _key, name in fields["agency"].choices[1:]]
    assert names == list(Agency.objects.order_by("name").values_list("name", flat=True))
    assert len(names) > 3
    for name in ("verb", "item", "agency"):
        assert fields[name].choices[0] == ("", "すべて")


def test_page_with_an_unclear_question_shows_no_row_and_says_why(world):
    act(world.chief, "read", case=CASE)

    page = page_of(world.auditor, address="somewhere")

    assert page.status_code == 422
    assert "rows" not in page.context_data
    assert "192.0.2.7 や 192.0.2.0/24 のように入れてください。" in page.content.decode()


# --- pages ----------------------------------------------------------------------------------------------


def test_pages_follow_one_another_newest_first_and_none_is_lost(world, monkeypatch):
    for number in range(101):
        act(world.chief, "read", case=CASE, detail={"n": number})
    client = client_of(world.auditor)
    url, seen, sizes = f"{URL}?case={CASE}", [], []

    while url:
        page = client.get(url)
        rows = page.context_data["rows"]
        seen += [row.entry.detail["n"] for row in rows]
        sizes.append(len(rows))
        act(world.chief, "read", case=CASE, detail={"n": -1})  # what is added meanwhile moves nothing
        after = page.context_data["next"]
        url = f"{URL}?{page.context_data['form'].query}&before={after}" if after else ""
        if after:
            assert f"before={after}" in page.content.decode()

    assert seen == list(range(100, -1, -1))
    assert sizes == [50, 50, 1]


def test_page_is_a_page_of_its_reader_and_says_how_much_a_file_takes(world):
    page = page_of(world.auditor)

    assert (page.status_code, page.templates[0].name) == (200, "marugoto_permissions/log.html")
    assert page.context["request"].viewer.membership == world.auditor.membership
    body = page.content.decode()
    assert "次のページの行も含めて20000行まで" in body
    assert "csrfmiddlewaretoken" in body


def test_page_that_is_just_full_has_no_next(world):
    for _number in range(50):
        act(world.chief, "read", case=CASE)

    page = page_of(world.auditor, case=str(CASE))

    assert (len(page.context_data["rows"]), page.context_data["next"]) == (50, None)
    assert last_entry(world, verb="listed").detail["rows"] == 50


# --- whether it is whole ----------------------------------------------------------------------------------


def state_of(world):
    with acting_for(world.auditor):
        return seal_state_for(world.auditor)


def test_log_that_was_never_sealed_nor_verified_says_so(world):
    state = state_of(world)

    assert (state.last, state.verified, state.is_good, state.is_recent) == (None, None, False, False)
    body = page_of(world.auditor).content.decode()
    assert "まだ、封印がありません。" in body
    assert "まだ、検証されていません" in body


def test_rows_that_nobody_ever_sealed_are_late(db, shift_clock):
    world = World()  # of this moment: the one that is kept may be old enough to be late
    act(world.chief, "read")
    assert not state_of(world).is_late

    shift_clock(dt.timedelta(minutes=6))
    assert state_of(world).is_late


def test_last_seal_is_the_newest(world):
    act(world.chief, "read")
    seal_entries()
    act(world.chief, "read")
    seal_entries()

    assert state_of(world).last.number == 2
    assert "2番の封印まで" in page_of(world.auditor).content.decode()


def test_seal_is_late_when_a_row_waits_for_more_than_five_minutes(world, shift_clock):
    act(world.chief, "read")
    seal_entries()
    act(world.chief, "read")
    shift_clock(dt.timedelta(minutes=4))
    assert not state_of(world).is_late

    shift_clock(dt.timedelta(minutes=6))
    assert state_of(world).is_late
    assert "5分より前の記録が、封印を待っています" in page_of(world.auditor).content.decode()

    with acting_for(world.auditor):
        waiting = AuditSeal.objects.get().upto
    assert waiting < last_entry(world).number


def test_good_verification_is_shown_until_it_is_two_days_old(world, shift_clock):
    call_command("verify_audit", "--seal")

    state = state_of(world)
    assert (state.is_good, state.is_recent) == (True, True)
    assert state.verified.detail == {"seals": 1, "rows": state.last.rows, "findings": 0}
    body = page_of(world.auditor).content.decode()
    assert "封印したときのままです" in body
    assert "2日より前の検証です" not in body

    shift_clock(dt.timedelta(days=2))
    assert state_of(world).is_recent
    shift_clock(dt.timedelta(days=2, seconds=1))
    state = state_of(world)
    assert (state.is_good, state.is_recent) == (True, False)
    assert "2日より前の検証です" in page_of(world.auditor).content.decode()


@pytest.mark.slow
def test_bad_verification_names_its_seal_and_the_last_one_counts(world, seal_file, shift_clock):
    call_command("verify_audit", "--seal")
    good = seal_file.read_bytes()
    seal_file.write_bytes(good.replace(b"1", b"2"))
    shift_clock(dt.timedelta(minutes=1))
    with pytest.raises(CommandError) as said:
        call_command("verify_audit")

    state = state_of(world)
    assert not state.is_good
    detail = state.verified.detail
    assert detail.keys() == {"seals", "rows", "findings", "first_bad", "kind"}
    assert detail["findings"] >= 1
    where = "the whole" if detail["first_bad"] is None else f"seal {detail['first_bad']}"
    assert f"{where}: {detail['kind']}: " in str(said.value)
    assert "封印したときと違うところがあります" in page_of(world.auditor).content.decode()

    seal_file.write_bytes(good)
    shift_clock(dt.timedelta(minutes=2))
    call_command("verify_audit")
    assert state_of(world).is_good


def test_recent_span_of_verifications_is_two_days():
    assert dt.timedelta(days=2) == log_module.VERIFIED_WITHIN
