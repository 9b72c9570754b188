"""What web editors may do in ``/cms/``: pages, forms, pictures, documents, the center's particulars.

And nothing else: no users, no groups, no sites, no submissions. Who is an editor is decided by
memberships alone (permissions.agencies.actions).
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page, Site
from wagtail.snippets.models import create_extra_permissions

from permissions.agencies.actions import EDITORS

PAGE_RIGHTS = ("add_page", "change_page", "publish_page")
FILE_RIGHTS = (
    ("wagtailimages", "add_image"),
    ("wagtailimages", "choose_image"),
    ("wagtaildocs", "add_document"),
    ("wagtaildocs", "choose_document"),
)
PLAIN_RIGHTS = (
    ("wagtailadmin", "access_admin"),
    ("marugoto_pages", "change_centersettings"),
    ("forms_app", "add_consultationform"),
    ("forms_app", "change_consultationform"),
    ("forms_app", "publish_consultationform"),
)
APPS = {label for label, _code in (*PLAIN_RIGHTS, *FILE_RIGHTS)} | {"wagtailcore"}


def grant_after_migrate(**kwargs: Any) -> None:
    """Write the rights of the editors' group when all tables stand."""
    if Page.objects.filter(depth=1).exists():
        grant_editor_rights()


def grant_editor_rights() -> Group:
    """Give the editors' group exactly these rights, taking away any other. May be repeated."""
    # Django makes permission rows app by app after migrating; some of these apps come after ours.
    for config in apps.get_app_configs():
        if config.label in APPS:
            create_permissions(config, verbosity=0)
    create_extra_permissions(apps.get_app_config("wagtailsnippets"))
    group, _created = Group.objects.get_or_create(name=EDITORS)
    group.permissions.set(right for label, code in PLAIN_RIGHTS if (right := _right(label, code)))
    _grant_pages(group)
    _grant_files(group)
    return group


def _grant_pages(group: Group) -> None:
    root = _top_page()
    rights = [right for code in PAGE_RIGHTS if (right := _right("wagtailcore", code))]
    GroupPagePermission.objects.filter(group=group).exclude(page=root, permission__in=rights).delete()
    for right in rights:
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=right)


def _top_page() -> Page:
    """Return the home page, below which editors work; before there is one, the root."""
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    return site.root_page if site else Page.objects.get(depth=1)


def _grant_files(group: Group) -> None:
    root = Collection.objects.get(depth=1)
    rights = [right for label, code in FILE_RIGHTS if (right := _right(label, code))]
    mine = GroupCollectionPermission.objects.filter(group=group)
    mine.exclude(collection=root, permission__in=rights).delete()
    for right in rights:
        GroupCollectionPermission.objects.get_or_create(group=group, collection=root, permission=right)


def _right(app_label: str, codename: str) -> Permission | None:
    return Permission.objects.filter(content_type__app_label=app_label, codename=codename).first()
