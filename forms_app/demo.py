"""The consultation form of the demo city, published, and what a few invented people sent. 見本."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import QueryDict

from permissions.agencies.models import Agency, Membership

from . import demo_form
from .definitions.models import ConsultationForm, FormRevision
from .definitions.selectors import current_revision
from .journey.forms import AnswerForm
from .submissions.actions import receive_submission

CENTER = "center-city"

STORIES: tuple[dict[str, Any], ...] = (
    {
        "who": "family", "topics": ["family", "care", "hikikomori_school"], "urgency": "not_urgent",
        "story": "80代の母と50代の弟のことです。弟は長く家にいて、母の年金で暮らしています。"
        "母がさいきん転ぶようになり、これからのことが心配です。",
        "age_band": "50_64", "ward": "shinonome", "name-name": "見本 あおい", "name-kana": "みほん あおい",
        "contact-methods": ["phone"], "contact-phone": "000-0000-1201", "contact-hours": ["evening"],
        "contact-voicemail": "no", "wish": ["think_together"], "consent": "on",
    },
    {
        "who": "self", "topics": ["income", "food"], "urgency": "now",
        "story": "仕事がなくなり、手元に食べるものがありません。冷蔵庫が空です。",
        "age_band": "40_49", "ward": "kawabe", "contact-methods": ["status_page"], "consent": "on",
    },
    {
        "who": "neighbor", "topics": ["community", "other"], "urgency": "this_week",
        "story": "となりの家の雨戸が何日も閉まったままです。ひとり暮らしのお年寄りです。",
        "person_knows": "does_not_know", "age_band": "75_over", "ward": "minatomi",
        "contact-methods": ["phone"], "contact-phone": "０００－００００－１２０２", "consent": "on",
    },
    {
        "who": "self", "topics": ["childcare", "job_trouble"], "urgency": "this_week",
        "story": "ひとりで子どもを育てています。日本語の書類がむずかしくて、手続きができません。",
        "age_band": "30_39", "ward": "wakagi", "name-name": "ミホン・マリア",
        "contact-methods": ["email"], "contact-email": "mihon@example.jp",
        "needs": ["easy_japanese", "interpreter"], "wish": ["information"], "consent": "on",
    },
    {
        "who": "self", "topics": ["rent_loan", "debt"], "urgency": "not_urgent",
        "story": "家賃を2か月払えていません。借金もあり、どこに話せばよいか分かりません。",
        "age_band": "18_29", "ward": "no_answer", "contact-methods": ["status_page"],
        "hidden_from": "同じ家にいる人", "consent": "on",
    },
    {
        "who": "minsei", "topics": ["care", "health"], "urgency": "this_week",
        "story": "担当地区の髙﨑さん（見本）のお宅です。物が増えて、足の踏み場がありません。",
        "person_knows": "knows", "ward": "okanoue", "contact-methods": ["phone"],
        "contact-phone": "000-0000-1203", "contact-hours": ["morning", "afternoon"], "consent": "on",
    },
    {
        "who": "family", "topics": ["hikikomori_school"], "urgency": "not_urgent",
        "story": "中学生の娘が学校に行けません。祖母の世話もしていて、朝起きられないようです。",
        "age_band": "under_18", "ward": "midorizaka", "contact-methods": ["letter"],
        "contact-note": "封筒にセンターの名前を入れないでください", "wish": ["listen"], "consent": "on",
    },
    {
        "who": "self", "topics": ["job_search"], "urgency": "unknown",
        "story": "仕事をさがしたいのですが、10年ほど家にいたので、何から始めればよいか分かりません。",
        "age_band": "30_39", "ward": "shinonome", "contact-methods": ["come"], "wish": ["information"],
    },
)  # fmt: skip


def load() -> None:
    """Publish the form and send the stories, once; a second run changes nothing."""
    if not settings.MARUGOTO_DEMO_ALLOWED:
        raise ImproperlyConfigured("The demo is only for demo and test settings.")
    form = ConsultationForm.objects.filter(slug=demo_form.SLUG).first() or _publish_form()
    revision = current_revision(form)
    if revision is not None:
        send_stories(revision)


def send_stories(revision: FormRevision) -> None:
    """Send each story through the real action; the keys are fixed, so that nothing is sent twice."""
    for number, story in enumerate(STORIES):
        answers = AnswerForm(revision.questions, _typed(story))
        if not answers.is_valid():
            raise ValueError(f"story {number}: {answers.errors.as_json()}")
        key = uuid.uuid5(revision.form_id, f"story {number}").hex
        receive_submission(revision, answers.answers(), key=key, language="ja")


def new_form(owner: Agency, destination: Agency) -> ConsultationForm:
    """Return the demo's form, not saved."""
    return ConsultationForm(
        pk=uuid.uuid5(uuid.NAMESPACE_URL, "forms_app.demo"),
        title=demo_form.TITLE,
        slug=demo_form.SLUG,
        fields=json.dumps(demo_form.questions()),
        intro=demo_form.INTRO,
        consent_text=demo_form.CONSENT,
        receipt_text=demo_form.RECEIPT,
        phone="000-0000-1234",
        phone_hours="月曜日から土曜日 8時30分から17時30分（祝日と年末年始は休み）",
        owner_agency=owner,
        destination_agency=destination,
        live=False,
    )


def _publish_form() -> ConsultationForm:
    center = Agency.objects.get(code=CENTER)
    form = new_form(center, center)
    form.save(force_insert=True)
    editor = Membership.objects.live().filter(agency=center, role="editor").select_related("user").first()
    by = editor.user if editor else None
    form.save_revision(user=by).publish(user=by, skip_permission_checks=True)
    form.refresh_from_db()
    return form


def _typed(story: dict[str, Any]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in story.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data
