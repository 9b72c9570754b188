"""Is ``permissions`` our ``permissions``? A project may have a package of that name, and Python takes the first it finds.

Asked before any other app loads: with the wrong package Django would stop at an import, far from the reason.
"""

from collections.abc import Iterable, Iterator
from importlib.machinery import PathFinder
from pathlib import Path

# Where our packages lie, side by side: site-packages, or a checkout.
HOME = Path(__file__).resolve().parents[1]
ALWAYS = ("permissions", "forms_app")
ON_DEMAND = ("pages", "casework")


def clashes(installed_apps: Iterable[str], *, home: Path = HOME) -> Iterator[str]:
    """Yield one text for each package of ours that another one hides; says what to do."""
    for name in needed(installed_apps):
        found = _place_of(name)
        if found != home / name:
            yield (
                f"パッケージ {name} の名前がぶつかっています。Marugoto の {name} ({home / name}) ではなく"
                f" {found or '(なし)'} が読み込まれます。{_what_to_do(name)}"
            )


def needed(installed_apps: Iterable[str]) -> list[str]:
    """Return our packages that these settings name. A plain ``pages`` may be the host's own, and is."""
    configs = {entry.partition(".")[0] for entry in installed_apps if entry.endswith(OUR_CONFIGS)}
    return [*ALWAYS, *(name for name in ON_DEMAND if name in configs)]


OUR_CONFIGS = ("pages.apps.PagesConfig", "casework.apps.CaseworkConfig")


def _place_of(name: str) -> Path | None:
    spec = PathFinder.find_spec(name)
    if spec is None:
        return None
    if spec.origin:
        return Path(spec.origin).resolve().parent
    return next((Path(place).resolve() for place in spec.submodule_search_locations or ()), None)


def _what_to_do(name: str) -> str:
    if name == "pages":
        return (
            "ご自分の pages の名前を変えるか、INSTALLED_APPS から pages.apps.PagesConfig を外してください。"
            " / Another package hides Marugoto's pages: rename yours, or take pages.apps.PagesConfig out of"
            " INSTALLED_APPS; the other apps do without it (docs/plugin.md)."
        )
    return (
        f"ご自分の {name} の名前を変えてください。"
        f" / Another package hides Marugoto's {name}: rename yours; the import name is fixed (docs/plugin.md)."
    )
