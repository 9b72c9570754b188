import pytest
from django.core.exceptions import ImproperlyConfigured
from wagtail.models import GroupApprovalTask, Page, Workflow

from pages import demo
from pages.models import CenterSettings, ContentPage
from permissions.agencies.actions import EDITORS


def test_load_twice_changes_nothing(demo_site):
    before = list(Page.objects.order_by("path").values_list("path", "slug", "latest_revision_id"))

    demo.load()

    assert list(Page.objects.order_by("path").values_list("path", "slug", "latest_revision_id")) == before
    assert len(before) == 8


def test_load_again_keeps_what_an_editor_changed(demo_site):
    page = ContentPage.objects.get(slug="nagare")
    page.title = "変えた題名"
    page.save_revision().publish()
    CenterSettings.objects.update(phone="000-0000-9999")

    demo.load()

    assert ContentPage.objects.get(slug="nagare").title == "変えた題名"
    assert CenterSettings.objects.get().phone == "000-0000-9999"


def test_load_outside_demo_and_tests_is_refused(db, settings):
    settings.MARUGOTO_DEMO_ALLOWED = False

    with pytest.raises(ImproperlyConfigured):
        demo.load()


def test_numbers_are_invented(demo_site):
    center = CenterSettings.objects.get()

    assert center.phone.startswith("000-")
    assert center.fax.startswith("000-")


def test_approval_has_a_japanese_name_and_people_who_can_give_it(demo_site):
    task = GroupApprovalTask.objects.get()

    assert list(Workflow.objects.values_list("name", flat=True)) == ["公開前の確認"]
    assert task.name == "編集者の確認"
    assert EDITORS in {group.name for group in task.groups.all()}
