import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

import marugoto_site
from marugoto_site import clash
from marugoto_site.apps import MarugotoSiteConfig

OURS = [
    "marugoto_site.apps.MarugotoSiteConfig",
    "permissions.apps.PermissionsConfig",
    "pages.apps.PagesConfig",
]
WITHOUT_PAGES = ["permissions.apps.PermissionsConfig", "pages"]


@pytest.fixture
def host(tmp_path, monkeypatch):
    """A project before us on Python's path, which may have packages of its own."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(name):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
        return tmp_path / name

    return make


def test_our_own_packages_do_not_clash():
    assert list(clash.clashes(OURS)) == []


@pytest.mark.parametrize("name", ["permissions", "forms_app", "pages"])
def test_a_package_that_hides_ours_is_named_with_both_places(host, name):
    theirs = host(name)

    (said,) = clash.clashes(OURS)

    assert str(theirs) in said
    assert str(Path(clash.__file__).parents[1] / name) in said
    assert "rename yours" in said


def test_pages_of_the_host_are_no_clash_when_ours_are_left_out(host):
    host("pages")

    assert list(clash.clashes(WITHOUT_PAGES)) == []


def test_a_missing_package_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr(sys, "path_importer_cache", {})

    assert [said.split()[1] for said in clash.clashes(OURS)] == ["permissions", "forms_app", "pages"]


def test_project_with_a_clash_does_not_start(host, settings):
    host("permissions")

    with pytest.raises(ImproperlyConfigured, match=r"marugoto_site\.E001\n.*permissions"):
        MarugotoSiteConfig("marugoto_site", marugoto_site)
