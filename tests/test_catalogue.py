"""The English catalogue and the Japanese texts in the code say the same things, and nothing is said outside them."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.utils import translation
from django.utils.translation.template import templatize

PROJECT = Path(__file__).resolve().parents[1]
PACKAGES = ("permissions", "forms_app", "pages", "casework", "marugoto_site")
CATALOGUE = PROJECT / "locale" / "en" / "LC_MESSAGES" / "django.po"

# Japanese words that an English sentence may contain.
STAYS_JAPANESE = ("見本", "やさしい日本語")
# Source texts that are the same word in Japanese.
LATIN_IN_JAPANESE = {"FAX"}
# Japanese in templates that may stand outside translate tags: from 1 to 50, written 1〜50 ...
DATA_IN_TEMPLATES = ("〜",)
# ... and what English readers still see in Japanese. Shorten this, never lengthen it.
NOT_YET_IN_ENGLISH = ("Y年n月j日", "n月j日", "（", "）")

JAPANESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
BLANK = re.compile(r"%\(\w+\)[sd]|%[sd]")
HTML_TAG = re.compile(r"</?\w[^>]*>")
BRITISH = re.compile(
    r"\b(centre|colour|behaviour|neighbour|programme|licence|organis|recognis)", re.IGNORECASE
)

Message = tuple[str | None, str, str | None]  # context, text, plural

# name of the function -> which arguments are context, text and plural
SHAPES: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
LITERAL = r"""(?:u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*")"""
# What templatize() leaves of a template: calls with literals, all else crossed out.
CALL = re.compile(rf"\b(_|n?p?gettext)\(\s*({LITERAL}(?:\s*,\s*{LITERAL})*)")
COMMENT = re.compile(r"{#.*?#}|{% comment .*?{% endcomment %}|<!--.*?-->", re.DOTALL)
BLOCK = re.compile(r"({% blocktrans.*?%}).*?{% endblocktrans(?:late)? %}", re.DOTALL)
MARKED = re.compile(rf"{{% trans(?:late)? .*?%}}|_\({LITERAL}\)")
ALLOWED_OUTSIDE = re.compile("|".join(DATA_IN_TEMPLATES + NOT_YET_IN_ENGLISH))


def files(*endings: str) -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((PROJECT / package).rglob("*")):
            if path.suffix in endings and "vendor" not in path.parts and "migrations" not in path.parts:
                yield path


def shaped(function: str, texts: list[str]) -> Message:
    context, text, plural = SHAPES[function]
    return (
        None if context is None else texts[context],
        texts[text],
        None if plural is None else texts[plural],
    )


def calls_in(code: str) -> Iterator[tuple[str, list[ast.expr]]]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            function = "gettext" if name == "_" else name.removesuffix("_lazy").removesuffix("_noop")
            if function in SHAPES:
                yield function, node.args


def in_python(code: str) -> Iterator[Message]:
    for function, arguments in calls_in(code):
        texts = [part.value for part in arguments if isinstance(part, ast.Constant)]
        if texts:
            yield shaped(function, texts)


def in_template(source: str) -> Iterator[Message]:
    for call in CALL.finditer(templatize(source)):
        texts = [ast.literal_eval(literal) for literal in re.findall(LITERAL, call[2])]
        yield shaped("gettext" if call[1] == "_" else call[1], texts)


def outside_tags(source: str) -> str:
    return MARKED.sub("", BLOCK.sub(r"\1", COMMENT.sub("", source)))


@pytest.fixture(scope="module")
def source() -> set[Message]:
    templates = (path for path in files(".html", ".txt") if "templates" in path.parts)
    return {message for path in files(".py") for message in in_python(path.read_text())} | {
        message for path in templates for message in in_template(path.read_text())
    }


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


def english(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


# --- The catalogue against the code -------------------------------------------------------------------


def test_every_text_of_the_code_is_in_the_catalogue_and_no_other(source, catalogue):
    known = {(entry.msgctxt, entry.msgid, entry.msgid_plural or None) for entry in catalogue}

    missing, obsolete = source - known, known - source
    assert {"missing": missing, "obsolete": obsolete} == {"missing": set(), "obsolete": set()}


def test_every_entry_is_translated_once_and_surely(catalogue):
    keys = Counter((entry.msgctxt, entry.msgid) for entry in catalogue)
    unsure = [entry.msgid for entry in catalogue if entry.fuzzy or entry.obsolete]
    empty = [entry.msgid for entry in catalogue if not all(english(entry))]
    forms = [entry.msgid for entry in catalogue if entry.msgid_plural and len(entry.msgstr_plural) != 2]

    assert (unsure, empty, forms, [key for key, count in keys.items() if count > 1]) == ([], [], [], [])


def test_both_sides_have_the_same_blanks_and_tags(catalogue):
    different = [
        entry.msgid
        for entry in catalogue
        for text in english(entry)
        for kind in (BLANK, HTML_TAG)
        if Counter(kind.findall(entry.msgid)) != Counter(kind.findall(text))
    ]

    assert different == []


def test_django_reads_the_catalogue(catalogue, settings, tmp_path):
    compiled = tmp_path / "en" / "LC_MESSAGES" / "django.mo"
    compiled.parent.mkdir(parents=True)
    catalogue.save_as_mofile(str(compiled))
    settings.LOCALE_PATHS = [tmp_path]

    with translation.override("en"):
        words = (
            translation.gettext("世帯"),
            translation.pgettext("between names", "、"),
            *(translation.ngettext("%(count)s件", "%(count)s件", count) for count in (1, 2)),
        )

    assert words == ("Household", ", ", "%(count)s entry", "%(count)s entries")


# --- Each language in its own place -------------------------------------------------------------------


def test_english_texts_are_english_and_fit_into_attributes(catalogue):
    texts = [text for entry in catalogue for text in english(entry)]
    bare = [re.sub("|".join(STAYS_JAPANESE), "", text) for text in texts]

    assert [text for text in bare if JAPANESE.search(text)] == []
    assert [text for text in texts if BRITISH.search(text)] == []
    # {% translate %} does not escape: a straight quote would end data-label="…".
    assert [text for text in texts if '"' in HTML_TAG.sub("", text)] == []


def test_source_texts_are_japanese(source):
    foreign = {
        text
        for _context, singular, plural in source
        for text in (singular, plural or singular)
        if re.search("[A-Za-z]", BLANK.sub("", text)) and not JAPANESE.search(text)
    }

    assert foreign - LATIN_IN_JAPANESE == set()


def test_only_literals_are_marked():
    # makemessages, and the test above, would not see anything else.
    strange = [
        f"{path.relative_to(PROJECT)}: {ast.unparse(arguments[0])}"
        for path in files(".py")
        for _function, arguments in calls_in(path.read_text())
        if arguments and not isinstance(arguments[0], ast.Constant)
    ]

    assert strange == []


def test_templates_say_nothing_outside_translate_tags():
    said = [
        f"{path.relative_to(PROJECT)}: {line.strip()}"
        for path in files(".html", ".txt")
        for line in outside_tags(path.read_text()).splitlines()
        if JAPANESE.search(ALLOWED_OUTSIDE.sub("", line))
    ]

    assert said == []


def test_scripts_have_no_words():
    # Their words would need a catalogue of their own, djangojs.po.
    worded = [
        str(path.relative_to(PROJECT))
        for path in files(".js")
        if JAPANESE.search(path.read_text()) or "gettext(" in path.read_text()
    ]

    assert worded == []
