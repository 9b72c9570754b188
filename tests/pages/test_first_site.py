import pytest
from django.core.management import CommandError, call_command
from wagtail.models import Page, Site

from pages.models import ContentPage, HomePage

pytestmark = pytest.mark.django_db


def root_page():
    return Site.objects.get(is_default_site=True).root_page.specific


def test_start_site_takes_the_place_of_wagtails_welcome_page():
    call_command("start_site")
    call_command("start_site")

    assert (type(root_page()), HomePage.objects.count()) == (HomePage, 1)


def test_start_site_leaves_a_home_page_of_the_project_alone_unless_told():
    theirs = Page.objects.get(depth=1).add_child(instance=ContentPage(title="市のホーム", slug="city"))
    Site.objects.update(root_page=theirs)

    with pytest.raises(CommandError, match=r"市のホーム.*--take-over"):
        call_command("start_site")
    assert (root_page(), HomePage.objects.count()) == (theirs, 0)

    call_command("start_site", "--take-over")
    assert (type(root_page()), ContentPage.objects.count()) == (HomePage, 1)
