"""Every address with its whole route, its name and who may open it, however deep it is included."""

from django.http import HttpResponse
from django.urls import include, path

from permissions.access import Access, public
from permissions.access_library import LibraryUrl
from permissions.url_map import MappedUrl, mapped_urls


def theirs(request):
    return HttpResponse()


@public(reason="a door")
def declared(request):
    return HttpResponse()


def ours(request):
    return HttpResponse()


ours.__module__ = "casework.somewhere.deep"
theirs.__module__ = "caseworker"

inner = ([path("one/", declared, name="one"), path("two/", theirs)], "inner")
urlpatterns = [
    path("outer/<int:key>/", include(([path("in/", include(inner)), path("three/", ours, name="three")], "outer"))),
    path("plain/", include([path("four/", ours, name="four")])),
    path("blog/", theirs, name="blog"),
    path("gate/", ours, name="gate"),
]  # fmt: skip


def test_routes_and_names_are_whole_and_each_knows_who_may_open_it(settings):
    settings.ROOT_URLCONF = __name__
    blog, more = LibraryUrl("blog/", "public", "a blog"), LibraryUrl("blo", "cms", "another")
    gate = LibraryUrl("gate/", "cms", "a gate", is_gated=True)
    settings.MARUGOTO_LIBRARY_URLS = (blog, more, gate)

    found = list(mapped_urls())

    assert found == [
        MappedUrl("outer/<int:key>/in/one/", "outer:inner:one", declared, Access("public", reason="a door"), None),
        MappedUrl("outer/<int:key>/in/two/", "outer:inner:", theirs, None, None),
        MappedUrl("outer/<int:key>/three/", "outer:three", ours, None, None),
        MappedUrl("plain/four/", "four", ours, None, None),
        MappedUrl("blog/", "blog", theirs, None, blog),
        MappedUrl("gate/", "gate", ours, None, gate),
    ]  # fmt: skip
    assert [url.is_ours for url in found] == [False, False, True, True, False, True]
    assert [url.is_declared for url in found] == [True, False, False, False, True, True]


def test_a_library_does_not_speak_for_a_view_of_ours_unless_a_gate_of_ours_stands_before_it():
    library = LibraryUrl("x/", "public", "why")

    assert MappedUrl("x/", "", theirs, None, library).is_declared
    assert not MappedUrl("x/", "", ours, None, library).is_declared
    assert MappedUrl("x/", "", ours, Access("signed_in"), library).is_declared
