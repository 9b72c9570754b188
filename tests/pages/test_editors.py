from django.contrib.auth.models import Group, Permission, User
from wagtail.models import GroupCollectionPermission, GroupPagePermission
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from pages.editors import grant_editor_rights
from pages.models import ContentPage
from permissions.agencies.actions import EDITORS, add_membership, open_agency


def rights_of(group: Group) -> set[str]:
    plain = {
        f"{app}.{code}" for app, code in group.permissions.values_list("content_type__app_label", "codename")
    }
    pages = {row.permission.codename for row in GroupPagePermission.objects.filter(group=group)}
    files = {row.permission.codename for row in GroupCollectionPermission.objects.filter(group=group)}
    return plain | pages | files


def editor() -> User:
    user = User.objects.create_user("editor")
    agency = open_agency(code="pr", name="広報課", kind="city_section", legal_type="city_section")
    add_membership(user=user, agency=agency, role="editor")
    return user


def test_editors_have_exactly_these_rights_after_migrate(db):
    assert rights_of(Group.objects.get(name=EDITORS)) == {
        "wagtailadmin.access_admin",
        "marugoto_pages.change_centersettings",
        "forms_app.add_consultationform",
        "forms_app.change_consultationform",
        "forms_app.publish_consultationform",
        "add_page",
        "change_page",
        "publish_page",
        "add_image",
        "choose_image",
        "add_document",
        "choose_document",
    }


def test_grant_again_takes_other_rights_away(db):
    group = Group.objects.get(name=EDITORS)
    group.permissions.add(Permission.objects.get(codename="delete_user"))

    grant_editor_rights()

    assert "auth.delete_user" not in rights_of(group)


def test_editor_sees_pages_but_not_people_in_the_menu(client, demo_site):
    client.force_login(editor())

    html = client.get("/cms/").content.decode()

    assert "/cms/pages/" in html
    assert [path for path in ("/cms/users/", "/cms/groups/", "/cms/sites/") if path in html] == []


def test_editor_opens_the_page_editor_and_the_center_settings(client, demo_site):
    client.force_login(editor())
    page = ContentPage.objects.get(slug="nagare")

    answers = [
        client.get(url).status_code
        for url in (
            f"/cms/pages/{page.pk}/edit/",
            "/cms/settings/marugoto_pages/centersettings/1/",
            "/cms/users/",
            "/cms/groups/",
            "/cms/sites/",
        )
    ]

    assert answers[0] == 200
    assert [code for code in answers[2:] if code < 300] == []


def edit(page: ContentPage, **fields: str) -> dict[str, str]:
    """Return what the page editor posts."""
    body = [(block.block_type, block.value) for block in page.body if block.block_type == "heading"]
    return nested_form_data(
        {
            "title": page.title,
            "slug": page.slug,
            "seo_title": "",
            "search_description": "",
            "lead": page.lead,
            "body": streamfield(body),
            "comments": inline_formset([]),
            **fields,
        }
    )


def test_editor_saves_a_draft_that_nobody_sees_and_publishes_it(client, demo_site):
    client.force_login(editor())
    page = ContentPage.objects.get(slug="nagare")
    url = f"/cms/pages/{page.pk}/edit/"

    saved = client.post(url, edit(page, lead="新しい一文です。"))
    draft_is_hidden = "新しい一文です。" not in client.get("/nagare/").content.decode()
    published = client.post(url, edit(page, lead="新しい一文です。") | {"action-publish": "yes"})

    assert (saved.status_code, published.status_code, draft_is_hidden) == (302, 302, True)
    assert "新しい一文です。" in client.get("/nagare/").content.decode()


def test_editor_deletes_a_page(client, demo_site):
    client.force_login(editor())
    page = ContentPage.objects.get(slug="kojin")

    client.post(f"/cms/pages/{page.pk}/delete/")

    assert client.get("/kojin/").status_code == 404


def test_raw_html_typed_by_an_editor_is_shown_as_text(client, demo_site):
    client.force_login(editor())
    page = ContentPage.objects.get(slug="nagare")
    text = "<script>alert(1)</script>"

    client.post(f"/cms/pages/{page.pk}/edit/", edit(page, lead=text) | {"action-publish": "yes"})

    html = client.get("/nagare/").content.decode()
    assert text not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
