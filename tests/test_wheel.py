"""The built wheel holds what the tree holds, the compiled catalogues, and nothing else."""

import gettext
import io
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path, PurePosixPath

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PACKAGES = ("marugoto_site", "forms_app", "casework", "permissions", "pages")
# A new kind of file in a package is named here by whoever adds it, so that no secret comes along unseen.
KINDS = {
    ".py",
    ".html",
    ".txt",
    ".css",
    ".js",
    ".svg",
    ".md",
    ".po",
    ".mo",
    ".json",
    ".tsv",
    ".csv",
    ".toml",
    ".gz",
    ".list",
}
NAMES = {"py.typed", "LICENSE"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    words = [
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--wheel-dir",
        folder,
        PROJECT,
    ]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        yield archive


def in_packages():
    paths = (path for package in PACKAGES for path in (PROJECT / package).rglob("*"))
    return {
        path.relative_to(PROJECT).as_posix()
        for path in paths
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".mo"
    }


def catalogues():
    places = {path.relative_to(PROJECT).as_posix() for path in (PROJECT / "locale").rglob("*.po")}
    return {f"marugoto_site/{place}" for place in places}


def metadata(wheel):
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return message_from_bytes(wheel.read(name))


@pytest.mark.slow
def test_wheel_holds_the_packages_and_the_catalogues_and_nothing_else(wheel):
    compiled = {name.replace(".po", ".mo") for name in catalogues()}
    expected = in_packages() | catalogues() | compiled

    found = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert {"missing": expected - found, "too many": found - expected} == {
        "missing": set(),
        "too many": set(),
    }
    assert len(catalogues()) >= 2
    for part in (
        "templates/marugoto/base.html",
        "static/marugoto/css/base.css",
        "locale/en/LC_MESSAGES/django.mo",
    ):
        assert f"marugoto_site/{part}" in found


def test_wheel_holds_known_kinds_of_file_only(wheel):
    inside = [PurePosixPath(name) for name in wheel.namelist() if ".dist-info/" not in name]

    strange = [str(path) for path in inside if path.suffix not in KINDS and path.name not in NAMES]
    hidden = [str(path) for path in inside if any(part.startswith(".") for part in path.parts)]
    tests = [str(path) for path in inside if "tests" in path.parts or path.name.startswith("test_")]
    assert (strange, hidden, tests) == ([], [], [])


def test_compiled_catalogues_in_the_wheel_speak(wheel):
    english = gettext.GNUTranslations(io.BytesIO(wheel.read("marugoto_site/locale/en/LC_MESSAGES/django.mo")))

    assert (english.gettext("世帯"), english.ngettext("%(count)s件", "%(count)s件", 2)) == (
        "Household",
        "%(count)s entries",
    )


def test_wheel_says_what_it_is(wheel):
    (licence,) = (name for name in wheel.namelist() if name.endswith(".dist-info/licenses/LICENSE"))
    (points,) = (name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt"))
    words = metadata(wheel)

    assert (words["Name"], words["License-Expression"], words["Requires-Python"]) == (
        "marugoto",
        "EUPL-1.2",
        ">=3.11",
    )
    assert {"Framework :: Wagtail :: 7", "Framework :: Django :: 5.2", "Typing :: Typed"} <= set(
        words.get_all("Classifier")
    )
    assert wheel.read(licence) == (PROJECT / "LICENSE").read_bytes()
    assert b"marugoto = marugoto_site.__main__:main" in wheel.read(points)
