"""What city staff decide without code: words of stages, days until a reminder, texts of letters (decision 014)."""

import datetime as dt
from itertools import chain, combinations

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone, translation

from casework.cases.actions import move_to_stage
from casework.cases.states import NEXT_STAGES, OPEN_STAGES, Flow, Stage, next_stages
from casework.codes.actions import add_code, change_code, change_setting, retire_code
from casework.codes.lists import CLOSED_LISTS, LISTS
from casework.codes.models import Code, Setting
from casework.codes.settings import SETTINGS, Count, count_of, lines_of, proposed, value_of
from casework.consent.actions import make_team_letter
from casework.referrals.selectors import late_for
from casework.seen import ChangedMeanwhile, fingerprint
from forms_app.status.promise import working_day_after
from permissions.audit.models import AuditEntry
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for, clock
from tests.casework.pages import sign_in
from tests.casework.test_referrals import send

# Thorough rather than quick: `make test` runs them.
pytestmark = [pytest.mark.slow, pytest.mark.django_db]

YESTERDAY = timezone.localdate() - dt.timedelta(days=1)


def change(world, key, value, *, by=None, seen=None):
    by = by or world.chief
    with acting_for(by):
        change_setting(key, value=value, seen=value_of(key) if seen is None else seen, by=by)


def rename(world, list_code, code, label):
    with acting_for(world.chief):
        row = Code.objects.get(list_code=list_code, code=code)
        change_code(row, values={"label": label}, seen=fingerprint(row, ["label"]), by=world.chief)


def retire(world, list_code, code, last_day=YESTERDAY):
    with acting_for(world.chief):
        row = Code.objects.get(list_code=list_code, code=code)
        retire_code(row, last_day=last_day, by=world.chief)


# --- stages ------------------------------------------------------------------------------------------------


def test_every_stage_and_flow_is_a_code_in_the_order_of_the_table(world):
    with acting_for(world.anshin_worker), translation.override("ja"):
        for name, states in (("stage", Stage), ("flow", Flow)):
            rows = Code.objects.filter(list_code=name).order_by("position")
            assert [(row.code, row.label) for row in rows] == [(each.value, each.label) for each in states]
            assert all(row.plain_label and row.label_en for row in rows)


def test_whatever_is_retired_every_open_case_can_go_on():
    optional = LISTS["stage"].may_retire
    assert optional < {stage.value for stage in Stage}
    for gone in chain.from_iterable(combinations(optional, size) for size in range(len(optional) + 1)):
        for stage in OPEN_STAGES:
            left = [code for code in NEXT_STAGES[stage] if code not in gone]
            assert left, (stage, gone)


def test_city_words_for_a_stage_are_read_by_center_and_agency(world, client):
    rename(world, "stage", "intake", "はじめの面談")
    rename(world, "flow", "flow2", "みんなで支える")
    case = world.hazuki.case
    with acting_for(world.coordinator):
        case.refresh_from_db()
        if case.stage == "received":
            move_to_stage(case, stage="intake", by=world.coordinator)
    sign_in(client, world.coordinator)

    page = client.get(reverse("casework:case", args=[case.pk])).content.decode()
    listed = client.get(reverse("casework:case_list")).content.decode()

    assert page.count("はじめの面談") >= 1
    assert '<option value="intake">はじめの面談</option>' in listed
    assert '<option value="flow2">みんなで支える</option>' in listed
    assert "初回面談・インテーク" not in page + listed


def test_retired_stage_is_not_offered_and_not_reached_and_cases_in_it_go_on(world, client):
    case = world.hazuki.case
    with acting_for(world.coordinator):
        case.refresh_from_db()
        for stage in ("intake", "screening", "outreach_track"):
            if stage in next_stages(case.stage):
                move_to_stage(case, stage=stage, by=world.coordinator)
                case.refresh_from_db()
    assert case.stage == "outreach_track"
    retire(world, "stage", "outreach_track")
    retire(world, "stage", "suspended")
    sign_in(client, world.coordinator)

    form = client.get(reverse("casework:case", args=[case.pk])).context["stage_form"]

    assert [code for code, _label in form.fields["stage"].choices] == [
        "intake", "flow2_assess", "closing", "emergency",
    ]  # fmt: skip
    with acting_for(world.coordinator):
        with pytest.raises(NotAllowed):
            move_to_stage(case, stage="suspended", by=world.coordinator)
        move_to_stage(case, stage="flow2_assess", by=world.coordinator)
        case.refresh_from_db()
        with pytest.raises(NotAllowed):
            move_to_stage(case, stage="outreach_track", by=world.coordinator)


def test_stages_that_the_program_moves_to_by_itself_are_not_retired_and_none_is_added(world):
    for list_code, code in (("stage", "returned"), ("stage", "flow1_referring"), ("flow", "flow2")):
        with pytest.raises(NotAllowed, match="仕組みの中で使う"):
            retire(world, list_code, code)
    for list_code in CLOSED_LISTS:
        values = {"code": "own", "label": "独自", "valid_from": YESTERDAY}
        with acting_for(world.chief):
            with pytest.raises(NotAllowed):
                add_code(list_code, values=values, by=world.chief)
            with pytest.raises(DatabaseError), transaction.atomic():
                Code(list_code=list_code, position=1, **values).save(force_insert=True)


# --- numbers -----------------------------------------------------------------------------------------------


def test_days_of_a_referral_are_those_the_city_decided_at_once(world, monkeypatch):
    send(world)
    late = working_day_after(timezone.localdate(), days=2)
    monkeypatch.setattr("casework.referrals.selectors.timezone.localdate", lambda: late)

    def lists():
        with acting_for(world.coordinator):
            return sorted(late_for(world.coordinator))

    assert lists() == ["coordinator", "sender"]
    change(world, "referral_receipt", "5")
    assert lists() == []
    with clock("remind_referrals"):
        assert count_of("referral_receipt") == 5
    change(world, "referral_receipt", "1")
    assert lists() == ["coordinator", "sender"]


def test_what_is_proposed_again_leaves_no_row(world):
    change(world, "referral_chief", "4")
    change(world, "referral_chief", proposed("referral_chief"))

    with acting_for(world.chief):
        assert (Setting.objects.count(), count_of("referral_chief")) == (0, 2)


def test_only_the_chief_decides_and_everybody_reads(world):
    change(world, "referral_contact", "15")
    for viewer in (world.coordinator, world.reception, world.anshin_worker, world.kenko_worker):
        with acting_for(viewer):
            assert count_of("referral_contact") == 15
            with pytest.raises(NotAllowed):
                change_setting("referral_contact", value="1", seen="15", by=viewer)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE casework_setting SET value = '1'")
                assert cursor.rowcount == 0
                cursor.execute("DELETE FROM casework_setting")
                assert cursor.rowcount == 0
            with pytest.raises(DatabaseError), transaction.atomic():
                Setting(key="referral_receipt", value="9").save(force_insert=True)


def test_second_of_two_is_shown_what_the_first_decided_and_loses_nothing(world, client):
    sign_in(client, world.chief)
    page = reverse("casework:setting_edit", args=["referral_contact"])
    before = client.get(page).context["form"]["seen"].value()
    change(world, "referral_contact", "12")

    second = client.post(page, {"value": "20", "seen": before})

    assert second.status_code == 200
    assert second.context["now"] == [("内容", "12")]
    assert second.context["form"]["value"].value() == "20"
    with pytest.raises(ChangedMeanwhile):
        change(world, "referral_contact", "20", seen=before)
    again = client.post(page, {"value": "20", "seen": second.context["form"]["seen"].value()})
    assert again.status_code == 302
    with acting_for(world.chief):
        assert count_of("referral_contact") == 20


@pytest.mark.parametrize("value", ["0", "61", "-1", "ten", "", "1.5", "99999999999999999999"])
def test_numbers_have_bounds(world, client, value):
    sign_in(client, world.chief)
    page = reverse("casework:setting_edit", args=["referral_contact"])

    refused = client.post(page, {"value": value, "seen": "10"})

    assert set(refused.context["form"].errors) == {"value"}
    with acting_for(world.chief):
        assert not Setting.objects.exists()


def test_change_is_logged_with_its_key_and_no_words(world):
    change(world, "team_letter_intro", "ことばを直しました。")

    with acting_for(world.auditor):
        (row,) = AuditEntry.objects.filter(verb="setting_changed")
    assert row.detail == {"key": "team_letter_intro"}


# --- letters -----------------------------------------------------------------------------------------------


def test_letter_has_the_words_of_the_city(world, client, monkeypatch):
    printed = []
    monkeypatch.setattr(
        "casework.households.letters.pdf_of",
        lambda template, context, **style: printed.append(context) or b"",
    )
    sign_in(client, world.chief)
    page = reverse("casework:setting_edit", args=["team_letter_notes"])
    seen = client.get(page).context["form"]["seen"].value()
    answer = client.post(page, {"value": "1つめ\r\n\r\n2つめ <b>", "seen": seen.replace("\n", "\r\n")})
    assert answer.status_code == 302

    with acting_for(world.coordinator), translation.override("en"):
        make_team_letter(world.hazuki.mother, [], means="handed", by=world.coordinator)

    assert printed[0]["notes"] == ["1つめ", "2つめ <b>"]
    assert printed[0]["intro"][0].startswith("あなたを支えるために")


def test_text_that_is_too_long_is_told_and_kept_and_never_cut(world, client):
    sign_in(client, world.chief)
    page = reverse("casework:setting_edit", args=["team_letter_intro"])
    shown = client.get(page)

    refused = client.post(page, {"value": "長" * 2_001, "seen": shown.context["form"]["seen"].value()})

    assert "maxlength" not in str(shown.context["form"])
    assert set(refused.context["form"].errors) == {"value"}
    assert refused.context["form"]["value"].value() == "長" * 2_001
    with acting_for(world.chief):
        assert not Setting.objects.exists()


def test_button_puts_the_proposal_back(world, client):
    change(world, "openings_letter_intro", "ちがう文")
    sign_in(client, world.chief)
    page = reverse("casework:setting_edit", args=["openings_letter_intro"])

    client.post(page, {"value": "書きかけ", "seen": "ちがう文", "proposed": "1"})

    with acting_for(world.chief):
        assert lines_of("openings_letter_intro")[0].startswith("センターでは")


def test_list_says_what_was_changed(world, client):
    change(world, "referral_reminder", "3")
    sign_in(client, world.chief)

    rows = client.get(reverse("casework:code_lists")).context["settings"]

    assert [key for key, _definition, _value, is_changed in rows if is_changed] == ["referral_reminder"]
    assert [key for key, *_rest in rows] == list(SETTINGS)


def test_numbers_are_not_texts():
    assert {type(each) for each in SETTINGS.values()} == {Count, type(SETTINGS["team_letter_intro"])}
    with pytest.raises(KeyError):
        count_of("team_letter_intro")
