"""Which library serves which address, and who may open it there."""

from permissions.access_library import EDITOR_REASON, LIBRARY_URLS, LibraryUrl, library_urls


def test_the_editor_stands_where_the_project_says_and_behind_its_gate(settings):
    settings.MARUGOTO_CMS_PATH = "redaktion/"

    assert library_urls()[0] == LibraryUrl("redaktion/", "cms", EDITOR_REASON, is_gated=True)


def test_a_host_adds_its_own_to_ours(settings):
    theirs = LibraryUrl("blog/", "public", "the host's blog")
    settings.MARUGOTO_LIBRARY_URLS = (theirs,)
    assert library_urls()[1:] == (*LIBRARY_URLS, theirs)

    del settings.MARUGOTO_LIBRARY_URLS
    assert library_urls()[1:] == LIBRARY_URLS


def test_nothing_that_a_library_serves_without_our_gate_is_more_than_an_account_or_public():
    assert {(known.who, known.is_gated) for known in LIBRARY_URLS} == {("account", False), ("public", False)}
