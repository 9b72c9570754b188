import pytest
from django.test import Client

from pages.models import CenterSettings

PUBLIC = ["/", "/hajimete/", "/nagare/", "/anshin/", "/kojin/", "/accessibility/"]


@pytest.mark.parametrize("url", PUBLIC)
def test_public_page_sets_no_cookie_and_shows_the_way_out(client, demo_site, url):
    response = client.get(url)

    html = response.content.decode()
    assert response.status_code == 200
    assert response.cookies == {}
    assert '<a href="/exit/" rel="noreferrer nofollow" data-exit>' in html
    assert 'href="tel:00000001234"' in html
    assert 'href="tel:110"' in html


def test_public_page_title_has_no_worrying_word(client, demo_site):
    titles = [client.get(url).content.decode().split("<title>")[1].split("</title>")[0] for url in PUBLIC]

    assert [word for title in titles for word in ("DV", "虐待", "借金", "暴力") if word in title] == []


def test_home_page_query_count_does_not_grow_with_pages(client, demo_site, django_assert_max_num_queries):
    client.get("/")

    with django_assert_max_num_queries(12):
        client.get("/")


def test_content_page_in_another_language_keeps_its_text(client, demo_site):
    client.post("/i18n/", {"language": "en", "next": "/nagare/"})

    html = client.get("/nagare/").content.decode()

    assert '<html lang="en"' in html
    assert '<h1 lang="ja">相談のながれ</h1>' in html


def test_exit_page_tells_nothing_about_us(client, demo_site):
    response = client.get("/exit/")

    html = response.content.decode()
    assert [
        word for word in ("福祉", "相談", "センター", "見本市", "marugoto_", "tel:") if word in html
    ] == []
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert response.headers["Cache-Control"] == "no-store"
    assert response.cookies == {}


def test_exit_page_refuses_post(demo_site):
    assert Client().post("/exit/").status_code == 405


def test_exit_goal_is_what_the_editor_set(client, demo_site):
    CenterSettings.objects.update(exit_url="https://example.jp/tenki")

    assert 'href="https://example.jp/tenki" rel="noreferrer nofollow"' in client.get("/").content.decode()


def test_robots_keeps_search_engines_out_of_what_is_personal(client, demo_site):
    lines = client.get("/robots.txt").content.decode().split("\n")

    assert {f"Disallow: /{name}/" for name in ("casework", "accounts", "cms", "forms", "status")} <= set(
        lines
    )


def test_banner_is_shown_and_escaped(client, demo_site):
    CenterSettings.objects.update(banner_title="<b>大雨のため休みです</b>", banner_level="warn")

    html = client.get("/").content.decode()

    assert "&lt;b&gt;大雨のため休みです&lt;/b&gt;" in html
    assert "m-banner--warn" in html
