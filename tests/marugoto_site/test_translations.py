import gettext
import os
import time

from marugoto_site.translations import compile_changed

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "相談"
msgstr "Consultation"

#, fuzzy
msgid "受付"
msgstr "Guess"
"""


def test_our_changed_catalogues_are_compiled_once(tmp_path):
    catalogue = tmp_path / "marugoto_site" / "locale" / "en" / "LC_MESSAGES" / "django.po"
    foreign = tmp_path / "guardian" / "locale" / "en" / "LC_MESSAGES" / "django.po"  # installed beside us
    for path in (catalogue, foreign):
        path.parent.mkdir(parents=True)
        path.write_text(CATALOGUE)
    assert (compile_changed(tmp_path), compile_changed(tmp_path)) == ([catalogue], [])
    with catalogue.with_suffix(".mo").open("rb") as file:
        english = gettext.GNUTranslations(file)
    assert (english.gettext("相談"), english.gettext("受付")) == ("Consultation", "受付")
    later = time.time() + 10
    os.utime(catalogue, (later, later))
    assert compile_changed(tmp_path) == [catalogue]


def test_japanese_texts_stand_for_themselves_in_an_english_project(tmp_path):
    for language, text in (
        ("en", CATALOGUE),
        ("ja", CATALOGUE.replace("相談", "Save").replace("Consultation", "保存")),
    ):
        folder = tmp_path / "locale" / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "django.po").write_text(text)

    compiled = compile_changed(tmp_path)

    with compiled[1].with_suffix(".mo").open("rb") as file:
        japanese = gettext.GNUTranslations(file)
    english = gettext.NullTranslations()
    english.gettext = lambda text: "in English"
    japanese.add_fallback(english)
    assert [japanese.gettext(text) for text in ("相談", "Save", "other")] == ["相談", "保存", "in English"]
