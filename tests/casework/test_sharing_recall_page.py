"""The page on which an agency says what became of what it no longer sees; the words of lines and of what is taken back."""

import html
import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from casework.sharing.actions import Label, end_line
from casework.sharing.forms import EndForm, RecallForm
from casework.sharing.items import Item
from casework.sharing.models import Recall, RecallAnswer, ShareLine
from permissions.audit.models import AuditEntry
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in

pytestmark = pytest.mark.django_db


def client_of(viewer):
    client = Client()
    sign_in(client, viewer)
    return client


@pytest.fixture
def taken_back(world):
    """What two agencies no longer see, by agency."""
    lines = [
        world.share(world.hazuki, agency, Label(world.hazuki.mother.pk, "money"))[0]
        for agency in (world.anshin, world.jiritsu)
    ]
    with acting_for(world.chief):
        for line in lines:
            end_line(line, by=world.chief, reason="終")
        return {row.agency.code: row for row in Recall.objects.select_related("agency")}


def url(recall_id):
    return reverse("casework:recall", args=[recall_id])


def test_agency_opens_its_own_and_the_log_says_so(world, taken_back):
    mine, client = taken_back["anshin"], client_of(world.anshin_worker)

    page = client.get(url(mine.pk))

    assert (page.status_code, page.templates[0].name) == (200, "casework/recall.html")
    assert (page.context["recall"], page.context["form"].is_bound) == (mine, False)
    assert world.hazuki.case.number in page.content.decode()
    assert page.context["request"].viewer.membership == world.anshin_worker.membership
    with acting_for(world.auditor):
        rows = AuditEntry.objects.filter(verb="read", subject="casework.recall")
        found = rows.values_list("user_id", "subject_id", "case_id")
        assert list(found) == [(world.anshin_worker.user.pk, str(mine.pk), world.hazuki.case.pk)]
    assert client.get(url(taken_back["jiritsu"].pk)).status_code == 404
    assert client.get(url(uuid.uuid4())).status_code == 404
    # The center reads who was told what; the page is the agency's.
    assert client_of(world.chief).get(url(mine.pk)).status_code == 404
    assert [getattr(client, method)(url(mine.pk)).status_code for method in ("put", "delete")] == [405] * 2


def test_answer_is_kept_once_and_what_is_missing_is_asked_for(world, taken_back):
    mine, client = taken_back["anshin"], client_of(world.anshin_worker)

    empty = client.post(url(mine.pk), {"law": "見本法"})
    assert (empty.status_code, set(empty.context["form"].errors)) == (200, {"kind"})
    assert empty.context["form"]["law"].value() == "見本法"
    no_law = client.post(url(mine.pk), {"kind": "kept_by_law"})
    assert no_law.context["form"].non_field_errors() == ["法令の名前と、いつまで保存するかを書いてください。"]
    with acting_for(world.anshin_worker):
        assert not RecallAnswer.objects.exists()

    done = client.post(url(mine.pk), {"kind": "kept_by_law", "law": "医師法24条 5年"}, follow=True)
    assert done.redirect_chain == [(reverse("casework:home"), 302)]
    told = re.findall(r'm-banner[^"]*"><p>(.*?)</p>', done.content.decode())
    assert [html.unescape(text) for text in told] == ["廃棄の確認をセンターに伝えました。"]
    with acting_for(world.chief):
        rows = RecallAnswer.objects.values_list("recall_id", "kind", "law", "answered_by_id")
        assert list(rows) == [(mine.pk, "kept_by_law", "医師法24条 5年", world.anshin_worker.membership.pk)]

    again = client.post(url(mine.pk), {"kind": "destroyed"})
    assert (again.status_code, again.context["form"].non_field_errors()) == (
        200, ["このお知らせには、同じ機関のほかの人がすでに答えました。"],
    )  # fmt: skip


@pytest.mark.parametrize(("form", "field", "most"), [(EndForm, "reason", 300), (RecallForm, "law", 200)])
def test_words_have_a_length(form, field, most):
    data = {"kind": "destroyed"}

    assert form({**data, field: "長" * most}).errors == {}
    assert form({**data, field: "長" * (most + 1)}).errors.keys() == {field}


def test_items_that_are_no_longer_seen_are_named_once_in_their_order():
    told = [[None, "plan"], [str(uuid.uuid4()), "money"], [None, "money"], [None, "basic"]]

    assert Recall(labels=told).item_names == [
        str(item.label) for item in Item if item.value in {"basic", "money", "plan"}
    ]
    assert Recall(labels=[]).item_names == []


def test_basis_is_told_in_words_and_one_that_is_gone_by_its_code():
    assert str(ShareLine(basis="consent").basis_label) == "本人同意（個人情報保護法69条2項1号・27条1項）"
    assert ShareLine(basis="x_gone").basis_label == "x_gone"
