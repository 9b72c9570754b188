import re
from pathlib import Path

from django.template import Context, Engine, Library

from marugoto_site.templatetags import marugoto_center
from pages.templatetags import marugoto_pages

TEMPLATES = Path(marugoto_center.__file__).parents[1] / "templates" / "marugoto"


def test_the_editable_site_answers_where_pages_is_installed():
    editable = {name: marugoto_pages.register.tags[name] for name in marugoto_center.register.tags}

    assert len(editable) == 5
    assert marugoto_center.register.tags == editable


def test_without_pages_the_settings_answer(settings):
    settings.WAGTAIL_SITE_NAME = "見本センター"
    settings.MARUGOTO_EXIT_URL = "https://weather.example/"
    plain = Library()
    plain.tags.update(marugoto_center.tags_of(has_pages=False))
    engine = Engine()
    engine.template_builtins.append(plain)
    page = engine.from_string(
        "{% center as it %}{{ it.name }} {{ it.short_name }} {{ it.exit_url }} {% menu as a %}{% footer_menu as b %}"
        "{{ a }}{{ b }}{% center_phone as phone %}{{ phone }}"
    )

    assert page.render(Context()) == "見本センター 見本センター https://weather.example/ [][]{}"


def test_plain_center_has_what_the_templates_read():
    sources = "".join(path.read_text() for path in TEMPLATES.glob("*.html"))
    asked = set(re.findall(r"\bcenter\.(\w+)", sources))
    plain = marugoto_center.PlainCenter("見本センター", "/")

    assert len(asked) > 8
    assert {name for name in asked if not hasattr(plain, name)} == set()
