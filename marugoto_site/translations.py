"""Compiling catalogues without the gettext programs, which a fresh machine does not have."""

from pathlib import Path

import polib

# The repository; or, installed from a wheel, the folder that holds everybody's packages.
PROJECT = Path(__file__).resolve().parents[1]
# In the repository at the top; the build (tools/build_catalogues.py) puts it into the package.
FOLDERS = ("locale", "marugoto_site/locale")


def compile_changed(project: Path = PROJECT) -> list[Path]:
    """Compile each catalogue that is newer than its compiled form; return those, sorted."""
    catalogues = sorted(path for folder in FOLDERS for path in project.glob(f"{folder}/*/LC_MESSAGES/*.po"))
    changed = [path for path in catalogues if _is_stale(path)]
    for path in changed:
        compile_catalogue(path, path.with_suffix(".mo"))
    return changed


def compile_catalogue(source: Path, target: Path) -> None:
    """Compile one catalogue. In the Japanese one our own texts, which are their own ids, stand for themselves.

    Where the project's language is English, Django looks there for what the Japanese catalogue lacks.
    """
    catalogue = polib.pofile(str(source), encoding="utf-8")
    if texts := _ids_beside(source):
        known = {(entry.msgctxt, entry.msgid) for entry in catalogue}
        catalogue += [_itself(entry) for entry in texts if (entry.msgctxt, entry.msgid) not in known]
    catalogue.save_as_mofile(str(target))


def _ids_beside(source: Path) -> list[polib.POEntry]:
    """Return the entries of the English catalogue if the source is the Japanese one of the same texts, or none."""
    english = source.parents[2] / "en" / "LC_MESSAGES" / source.name
    is_japanese = source.parents[1].name == "ja"
    return list(polib.pofile(str(english), encoding="utf-8")) if is_japanese and english.exists() else []


def _itself(entry: polib.POEntry) -> polib.POEntry:
    words = {"msgid": entry.msgid, "msgctxt": entry.msgctxt}
    if entry.msgid_plural:
        return polib.POEntry(**words, msgid_plural=entry.msgid_plural, msgstr_plural={0: entry.msgid})
    return polib.POEntry(**words, msgstr=entry.msgid)


def _is_stale(catalogue: Path) -> bool:
    compiled = catalogue.with_suffix(".mo")
    sources = [catalogue, *catalogue.parents[2].glob(f"en/LC_MESSAGES/{catalogue.name}")]
    return not compiled.exists() or any(
        compiled.stat().st_mtime < source.stat().st_mtime for source in sources
    )
