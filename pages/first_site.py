"""The site's beginning: a home page in the place of Wagtail's welcome page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.utils.translation import gettext as _
from wagtail.models import GroupApprovalTask, Page, Site, Workflow

from .editors import grant_editor_rights
from .models import HomePage


def make_home(**fields: Any) -> HomePage:
    """Make and publish the home page, unless there is one, and let editors work below it."""
    home = HomePage.objects.first()
    if home is None:
        home = HomePage(title="ホーム", slug="marugoto", **fields)
        Page.objects.get(depth=1).add_child(instance=home)
        publish(home)
    _put_in_place(home)
    _name_workflow(grant_editor_rights())
    return home


def foreign_home() -> Page | None:
    """Return the home page of the default site if it is neither ours nor the one that Wagtail brings."""
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        return None
    home: Page = site.root_page.specific
    is_welcome = type(home) is Page and not home.get_children().exists()
    return None if is_welcome or isinstance(home, HomePage) else home


def publish(page: Page) -> None:
    """Publish through a revision, so that the editor's history begins with it."""
    page.save_revision().publish()


def _name_workflow(editors: Group) -> None:
    """Give Wagtail's ready-made approval a Japanese name, and people who can approve."""
    Workflow.objects.filter(name="Moderators approval").update(name=_("公開前の確認"))
    for task in GroupApprovalTask.objects.filter(name="Moderators approval"):
        task.name = _("編集者の確認")
        task.save()
        task.groups.add(editors)


def _put_in_place(home: HomePage) -> None:
    site, _created = Site.objects.get_or_create(
        is_default_site=True, defaults={"hostname": "localhost", "root_page": home}
    )
    welcome = site.root_page
    if welcome.pk == home.pk or isinstance(welcome.specific, HomePage):
        return
    site.root_page = home
    site.save()
    # Wagtail's own page; anything else that stood here stays in the tree.
    if type(welcome.specific) is Page and not welcome.get_children().exists():
        welcome.delete()
