"""An editor makes and publishes a form in Chromium, without code."""

from __future__ import annotations

import pytest
from django.test import Client

from pages.editors import grant_editor_rights

from . import conftest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_editor_builds_and_publishes_a_form(page_at, live_server, settings):
    office = conftest.make_office()
    grant_editor_rights()
    editor = Client()
    editor.force_login(office.editor.user)
    page = page_at(1280)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": editor.cookies[name].value, "url": live_server.url}])

    page.goto("/cms/snippets/forms_app/consultationform/add/")
    page.fill("#id_title", "ためしのフォーム")
    page.locator(
        "#panel-child-質問-fields-content button.c-sf-add-button, [id*=fields] button.c-sf-add-button"
    ).first.click()
    page.get_by_role("option", name="長い文章").click()
    page.fill("#fields-0-value-label", "どうしましたか")
    page.get_by_role("tab", name="送り先と安全").click()
    page.fill("#id_slug", "tameshi")
    page.select_option("#id_destination_agency", label=office.center.name)
    page.locator("footer .w-dropdown__toggle, footer button[aria-label]").first.click()
    page.locator("button[name=action-publish]").click()
    page.wait_for_url("**/consultationform/")

    public = page_at(360)
    public.goto("/forms/tameshi/")
    assert public.locator("h1").inner_text() == "ためしのフォーム"
    assert public.get_by_label("どうしましたか").is_visible()
