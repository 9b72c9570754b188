"""Bad input on every form of casework: a clear message, nothing stored, nothing typed lost, never a 500."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.plans.actions import RoleDraft, decide
from casework.plans.models import RoleRow
from casework.sharing.actions import Label
from casework.walls import WALLS
from permissions.walls.context import acting_for

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FORMSET = {
    "direction-TOTAL_FORMS": "1",
    "direction-INITIAL_FORMS": "0",
    "role-TOTAL_FORMS": "1",
    "role-INITIAL_FORMS": "0",
}
HOSTILE = {
    "long": "長" * 12_000,
    "nul": "a\x00b",
    "script": "<script>alert(1)</script>",
    "uuid": "not-a-uuid",
    "number": "-1",
    "wide": "９９９９９９９９９９９９９９９９９９９９９９",
    "sql": "'; DROP TABLE casework_case; --",
    "surrogate": "\ud800".encode("utf-8", "replace").decode(),
    "list": ["a", "b"],
}
FIELDS = {
    "household_edit": ("name", "kind", "summary", "seen"),
    "person_add": ("name", "kana", "relation", "sex", "birth_on", "age_about", "occupation", "living", "once"),
    "person_edit": ("name", "birth_on", "age_about", "seen"),
    "stays": ("living", "since_on", "reason", "words", "once"),
    "issue_add": ("code", "severity", "said_by", "since", "existing", "words", "once"),
    "relation_add": ("one", "other", "kind", "since_on", "hours_week", "words", "once"),
    "person_item": ("monthly_income_yen", "debt_yen", "situation", "seen"),
    "note_add": (
        "about", "item", "occurred_at", "method", "title", "fact_1", "fact_1_source", "transcript_1", "readers", "once",
        "attendee_1_role", "attendee_1_name", "attendee_1_oath_on", "attendee_1_oath_medium",
    ),
    "share_add": ("agency", "labels", "basis", "evidence", "until", "approver"),
    "decision_add": (
        "decided_on", "supersedes", "once", "direction-0-about", "direction-0-text", "direction-TOTAL_FORMS",
        "role-0-agency", "role-0-what", "role-0-until_on", "role-TOTAL_FORMS",
    ),
    "block_add": ("agency", "membership", "reason"),
    "case_stage": ("stage",),
}  # fmt: skip


@pytest.fixture
def chief(world):
    client = Client(raise_request_exception=False)
    client.force_login(world.chief.user, backend=BACKEND)
    return client


def url_of(world, name):
    arguments = {"case_id": world.hazuki.case.pk}
    if name in ("person_edit", "person_item", "stays", "issue_add"):
        arguments["person_id"] = world.hazuki.mother.pk
    if name == "person_item":
        arguments["item"] = "money"
    return reverse(f"casework:{name}", kwargs=arguments)


def rows(world):
    with acting_for(world.chief), connection.cursor() as cursor:
        counts = ", ".join(f"(SELECT count(*) FROM {wall.table})" for wall in WALLS)
        cursor.execute(f"SELECT {counts}")
        return cursor.fetchone()


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_values_never_break_a_form(world, chief, kind):
    answers = {}
    for name, fields in FIELDS.items():
        for field in fields:
            data = {**(FORMSET if name == "decision_add" else {}), field: HOSTILE[kind]}
            answers[name, field] = chief.post(url_of(world, name), data).status_code

    assert {key: status for key, status in answers.items() if status not in (200, 302, 422)} == {}


def test_what_was_typed_stays_after_an_error(world, chief):
    before = rows(world)
    typed = {"name": "", "occupation": "漬物<b>づくり</b>", "birth_on": "昭和99年13月40日"}

    html = chief.post(url_of(world, "person_add"), typed).content.decode()

    assert "入力を確認：" in html
    assert "漬物&lt;b&gt;づくり&lt;/b&gt;" in html
    assert "昭和99年13月40日" in html
    assert "「昭和20年3月10日」か「1945-03-10」のように書いてください。" in html
    assert rows(world) == before


def test_share_without_basis_saves_nothing_and_keeps_the_ticks(world, chief):
    before = rows(world)
    tick = f"{world.hazuki.mother.pk}:basic"

    html = chief.post(
        url_of(world, "share_add"), {"agency": world.anshin.pk, "labels": [tick], "evidence": "書面"}
    ).content.decode()

    assert f'value="{tick}" checked' in html
    assert "このフィールドは必須です" in html or "必須" in html
    assert rows(world) == before


def test_share_of_a_person_of_another_case_is_refused(world, chief):
    before = rows(world)
    tick = f"{world.tomono.mother.pk}:basic"
    data = {"agency": world.anshin.pk, "labels": [tick], "basis": "consent", "evidence": "書面"}

    response = chief.post(url_of(world, "share_add"), data)

    assert response.status_code == 200
    assert rows(world) == before


def test_temporary_basis_needs_approver_and_end(world, chief):
    before = rows(world)
    tick = f"{world.hazuki.mother.pk}:basic"
    data = {"agency": world.anshin.pk, "labels": [tick], "basis": "clear_benefit", "evidence": "転倒の危険"}

    html = chief.post(url_of(world, "share_add"), data).content.decode()

    assert html.count("この根拠は臨時のものなので、ここも必要です。") >= 2
    assert rows(world) == before


def test_role_for_an_agency_that_is_not_shown_the_label_is_refused_and_kept(world, chief):
    before = rows(world)
    data = {
        **FORMSET,
        "direction-TOTAL_FORMS": "0",
        "decided_on": timezone.localdate().isoformat(),
        "role-0-about": str(world.hazuki.mother.pk),
        "role-0-item": "roles",
        "role-0-agency": world.anshin.pk,
        "role-0-issue": "見守り",
        "role-0-what": "週1回の訪問",
    }

    html = chief.post(url_of(world, "decision_add"), data).content.decode()

    assert "まだ共有されていません" in html
    assert 'value="週1回の訪問"' in html
    assert rows(world) == before


def test_answer_without_a_reason_is_asked_for_it(world):
    mother = world.hazuki.mother.pk
    world.share(world.hazuki, world.anshin, Label(mother, "roles"))
    with acting_for(world.chief):
        drafts = [RoleDraft(Label(mother, "roles"), world.anshin, "見守り", "訪問")]
        decide(
            world.hazuki.case, decided_on=timezone.localdate(), directions=[], roles=drafts, by=world.chief
        )
        role = RoleRow.objects.get()
    client = Client()
    client.force_login(world.anshin_worker.user, backend=BACKEND)
    url = reverse("casework:role_answer", args=[world.hazuki.case.pk, role.pk])

    html = client.post(
        url, {"answered": 0, "kind": "declined", "text": " ", "worker": "担当B"}
    ).content.decode()

    assert "内容（条件・理由・報告）を書いてください。" in html
    assert 'value="担当B"' in html


def test_saving_over_a_colleague_shows_both_texts(world, chief):
    url = url_of(world, "person_edit")
    page = chief.get(url).content.decode()
    seen = page.split('name="seen" value="')[1].split('"')[0]
    colleague = chief.post(
        url, {"name": "葉月原母", "relation": "self", "sex": "female", "occupation": "農業", "seen": seen}
    )

    late = chief.post(
        url, {"name": "葉月原母", "relation": "self", "sex": "female", "occupation": "無職", "seen": seen}
    )
    html = late.content.decode()
    fresh = html.split('name="seen" value="')[1].split('"')[0]
    again = chief.post(
        url, {"name": "葉月原母", "relation": "self", "sex": "female", "occupation": "無職", "seen": fresh}
    )

    assert colleague.status_code == again.status_code == 302
    assert late.status_code == 200
    assert "農業" in html
    assert 'value="無職"' in html


@pytest.mark.parametrize(
    "query",
    [
        "after=%00",
        "after=x_y",
        "after=9999-99-99Z_1",
        "after=2026-01-01_00000000-0000-4000-8000-000000000000",
        "page=1",
    ],
)
def test_case_list_ignores_a_broken_cursor(chief, query):
    assert chief.get(f"{reverse('casework:case_list')}?{query}").status_code == 200


@pytest.mark.parametrize("query", ["page=%00", "page=-1", "page=99999999999999", "state=x", "state=%00"])
def test_inbox_ignores_broken_filters(chief, query):
    assert chief.get(f"{reverse('casework:inbox')}?{query}").status_code == 200


def test_text_that_is_too_long_is_told_and_kept_whole(world, chief):
    long = "長" * 250
    before = rows(world)

    html = chief.post(reverse("casework:contact_record"), {"one_line": long}).content.decode()

    assert long in html
    assert "maxlength" not in html
    assert (
        "200文字以内で書いてください（いま250文字です）"
        in html.split("入力を確認してください")[1].split("</ul>")[0]
    )
    assert rows(world) == before
