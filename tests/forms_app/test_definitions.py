from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from wagtail.models import Revision

from forms_app import demo, demo_form
from forms_app.definitions.actions import draft_questions
from forms_app.definitions.models import ConsultationForm, FormRevision
from forms_app.definitions.selectors import current_revision, known_revision, published_form
from forms_app.submissions.models import Answer, Submission
from marugoto_site.clocks import publish_scheduled
from permissions.walls.context import acting_for

from .conftest import publish
from .visiting import URL, fill

pytestmark = pytest.mark.django_db


def reword(form: ConsultationForm, change: Any) -> None:
    """Change the stored questions of a form in memory: ``change`` gets and gives the list of blocks."""
    form.fields = json.dumps(change(demo_form.questions()))


def rename_story(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for block in blocks:
        if block["value"].get("key") == "story":
            block["value"]["label"] = "新しい文"
    return blocks


def test_publishing_freezes_a_numbered_revision(office, revision):
    assert (revision.number, revision.title, revision.consent_text) == (1, demo_form.TITLE, demo_form.CONSENT)
    assert revision.published_by_id == office.editor.user.pk
    assert len(revision.sha256) == 64
    keys = [question.key for question in revision.questions if question.kind not in {"heading", "info"}]
    assert keys == [
        "who", "person_knows", "topics", "story", "urgency", "wish", "age_band", "ward", "name", "contact",
        "hidden_from", "needs", "consent",
    ]  # fmt: skip


def test_publishing_again_without_change_freezes_nothing(office, revision):
    assert publish(revision.form, office.editor).pk == revision.pk


def test_publishing_a_change_freezes_the_next_number_and_keeps_the_first(office, revision):
    reword(revision.form, rename_story)
    second = publish(revision.form, office.editor)
    assert (second.number, FormRevision.objects.count()) == (2, 2)
    labels = [
        next(question.label for question in each.questions if question.key == "story")
        for each in (FormRevision.objects.get(number=1), second)
    ]
    assert labels == ["困っていることを教えてください", "新しい文"]


def test_draft_changes_nothing_that_citizens_see(client, office, revision):
    with acting_for(office.editor):
        form = ConsultationForm.objects.get(pk=revision.form_id)
        form.title = "下書きの題"
        reword(form, rename_story)
        form.save_revision(user=office.editor.user)
    html = client.get(URL).content.decode()
    assert "下書きの題" not in html
    assert "新しい文" not in html
    assert current_revision(revision.form) == revision


def test_answer_to_older_revision_is_validated_and_pinned_to_it(client, office, revision):
    data = fill(client, story="前の版で書いた")
    reword(
        revision.form, lambda blocks: [block for block in rename_story(blocks) if block["type"] != "consent"]
    )
    second = publish(revision.form, office.editor)
    client.post(URL, {**data, "consent": "on", "step": "send"})
    client.post(URL, {**fill(client, story="後の版で書いた"), "step": "send"})
    with acting_for(office.reception):
        pinned = {
            answer.display: (answer.label, answer.submission.revision_id)
            for answer in Answer.objects.filter(key="story").select_related("submission")
        }
        agreed = Answer.objects.filter(key="consent").count()
    assert pinned == {
        "前の版で書いた": ("困っていることを教えてください", revision.pk),
        "後の版で書いた": ("新しい文", second.pk),
    }
    assert agreed == 1


@pytest.mark.parametrize("raw", ["", "x", "0" * 36, "../../etc", "\x00", "9" * 10_000])
def test_page_with_unknown_revision_is_checked_again_against_the_live_one(client, office, revision, raw):
    data = fill(client, story="そのまま残る") | {"revision": raw, "step": "send"}
    answer = client.post(URL, data)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "そのまま残る" in html
    assert str(revision.pk) in html
    assert "もう一度「この内容で送る」" in html
    with acting_for(office.reception):
        assert not Submission.objects.exists()


def test_revision_of_another_form_is_not_accepted(office, revision):
    other = demo.new_form(office.center, office.center)
    other.pk, other.slug = "11111111-2222-4333-8444-555555555555", "other"
    foreign = publish(other, office.editor)
    assert known_revision(revision.form, str(foreign.pk)) is None
    assert known_revision(revision.form, str(revision.pk)) == revision


@pytest.mark.parametrize("keep", [0, 1])
def test_draft_with_problems_is_saved_but_not_published(office, revision, keep):
    with acting_for(office.editor):
        form = ConsultationForm.objects.get(pk=revision.form_id)
        broken = {"type": "radio", "id": "a" * 36, "value": {"label": "えらぶ", "choices": []}}
        form.fields = json.dumps([broken] if keep else [])
        draft = form.save_revision(user=office.editor.user)
        with pytest.raises(ValidationError) as refused:
            draft.publish(user=office.editor.user, skip_permission_checks=True)
    expected = ["「えらぶ」に選択肢がありません。"] if keep else ["質問が1つもありません。"]
    assert refused.value.message_dict == {"fields": expected}
    assert current_revision(revision.form) == revision


def test_question_of_unknown_kind_survives_saving(office, revision):
    lost = {"type": "signature", "id": "b" * 36, "value": {"label": "署名", "deep": {"a": [1, "二"]}}}
    with acting_for(office.editor):
        form = ConsultationForm.objects.get(pk=revision.form_id)
        form.fields = json.dumps([*demo_form.questions(), lost])
        form.save()
        again = ConsultationForm.objects.get(pk=form.pk)
        again.title = "題だけ変えた"
        assert again.fields[-1].block_type == "kept"
        again.save()
        draft = again.save_revision(user=office.editor.user)
        with connection.cursor() as cursor:
            cursor.execute("SELECT fields FROM forms_app_consultationform WHERE id = %s", [form.pk])
            stored = json.loads(cursor.fetchone()[0])
    assert stored[-1] == lost
    assert json.loads(draft.content["fields"])[-1] == lost
    assert draft_questions(draft.as_object())[-1].kind == "kept"


def test_unpublished_form_is_closed_but_takes_what_was_begun(client, office, revision):
    data = fill(client, story="書いているあいだに閉じた")
    with acting_for(office.editor):
        ConsultationForm.objects.get(pk=revision.form_id).unpublish()
    assert client.get(URL).status_code == 410
    closed = client.post(URL, {"story": "おそすぎた", "topics": "debt", "step": "send"})
    assert closed.status_code == 410
    assert "おそすぎた" in closed.content.decode()
    assert "借金のこと" in closed.content.decode()
    client.post(URL, {**data, "step": "send"})
    with acting_for(office.reception):
        assert [answer.display for answer in Answer.objects.all()] == ["書いているあいだに閉じた"]


def test_form_that_was_never_published_is_not_found(client, office):
    with acting_for(office.editor):
        demo.new_form(office.center, office.center).save(force_insert=True)
        assert published_form("soudan") is None
    assert client.get(URL).status_code == 404


def test_scheduled_draft_goes_live_by_the_clock_and_is_frozen_then(client, office, revision):
    with acting_for(office.editor):
        form = ConsultationForm.objects.get(pk=revision.form_id)
        form.title, form.go_live_at = "あしたからの題", timezone.now() + dt.timedelta(days=1)
        form.save_revision(user=office.editor.user).publish(
            user=office.editor.user, skip_permission_checks=True
        )
        assert current_revision(form) == revision
        due = timezone.now() - dt.timedelta(minutes=1)
        Revision.objects.filter(approved_go_live_at__isnull=False).update(approved_go_live_at=due)
        waiting = Revision.objects.get(approved_go_live_at__isnull=False)
        waiting.content["go_live_at"] = due.isoformat()
        waiting.save()
    publish_scheduled()
    frozen = current_revision(revision.form)
    assert frozen is not None
    assert (frozen.number, frozen.title) == (2, "あしたからの題")
    assert "あしたからの題" in client.get(URL).content.decode()
