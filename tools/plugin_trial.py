"""Try the built wheel in foreign projects, following docs/plugin.md to the letter: `make plugin`.

Each trial is a fresh `wagtail start` project in a temporary folder with a database of its own. The interpreter sees
the installed libraries and the wheel, never this repository. The blocks of the document are pasted as they stand
there, so the document cannot rot.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from marugoto_site.database import embedded

PROJECT = Path(__file__).resolve().parents[1]

DOCUMENT = PROJECT / "docs" / "plugin.md"
PLAYS = tuple((PROJECT / "tests" / "plugin").glob("play*.py"))
ADDON = PROJECT / "tests" / "plugin" / "mihon_addon"
BLOCK = re.compile(r"<!-- (append|file|run)(?:: (\S+))? -->\n```\w+\n(.*?)```\n", re.DOTALL)
SETTINGS_LINES = 25
QUICK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
TRIAL_SETTINGS = """
from .dev import *

DEBUG = False
SECRET_KEY = "for-the-trial-only-" + "s" * 40
MARUGOTO_RECEIPT_KEY = "for-the-trial-only-" + "r" * 40
MARUGOTO_REQUIRE_MFA = False  # people log in by force here; that the factor is asked for is looked at apart
MARUGOTO_FORM_HUMAN_SECONDS = 0
ALLOWED_HOSTS = ["testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
"""


class TrialFailed(Exception):
    """A command ended otherwise than expected; the text has its output."""


def blocks(document: Path = DOCUMENT) -> list[tuple[str, str, str]]:
    """Return (what, where, text) of each marked block, in order."""
    return BLOCK.findall(document.read_text())


def settings_lines(document: Path = DOCUMENT) -> list[str]:
    """Return the lines a project adds to its settings; comments and blank lines are none."""
    added = (
        text for what, where, text in blocks(document) if (what, where) == ("append", "settings/base.py")
    )
    return [
        line
        for text in added
        for line in text.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]


@dataclass
class Workshop:
    """The wheel, an interpreter that has it, and a database server."""

    folder: Path
    python: Path
    place: embedded.Place

    @classmethod
    def open(cls, folder: Path) -> Workshop:
        wheel = build_wheel(folder / "wheel")
        python = make_interpreter(folder / "venv", wheel)
        return cls(folder, python, embedded.ensure_running(folder / "local", options=QUICK))

    def url(self, role: str, database: str) -> str:
        return f"postgresql:///{database}?host={self.place.socket_dir}&user={role}"


def build_wheel(folder: Path) -> Path:
    words = [
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--wheel-dir",
        str(folder),
    ]
    subprocess.run([sys.executable, "-m", "pip", *words, str(PROJECT)], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def make_interpreter(folder: Path, wheel: Path) -> Path:
    """Return a Python that has our libraries as they are, and Marugoto from the wheel."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    (own,) = folder.glob("lib/python*/site-packages")
    (own / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    words = ["install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)]
    subprocess.run([python, "-m", "pip", *words], check=True, cwd=folder, env=clean_environment())
    return python


def clean_environment(**more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", **more}


@dataclass
class Host:
    """One foreign project. Files that ``extra`` names are written after the document's blocks."""

    workshop: Workshop
    name: str
    extra: Mapping[str, str] = field(default_factory=dict)
    settings: str = ""
    edit: Mapping[str, Callable[[str], str]] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.workshop.folder / self.name

    def start(self) -> None:
        """`wagtail start`, the document's blocks, and what this trial has besides."""
        self.home.mkdir()
        wagtail = [str(self.workshop.python), "-m", "wagtail.bin.wagtail", "start", "hostsite", "."]
        self.call(wagtail)
        for what, where, text in blocks():
            if what == "append":
                place = self.home / "hostsite" / where
                place.write_text(f"{place.read_text()}\n{text}")
            elif what == "file":
                self.write(f"hostsite/{where}", text)
        base = self.home / "hostsite/settings/base.py"
        base.write_text(f"{base.read_text()}\n{self.settings}")
        self.write("hostsite/settings/trial.py", TRIAL_SETTINGS)
        for where, text in self.extra.items():
            self.write(where, text)
        for where, change in self.edit.items():
            place = self.home / where
            place.write_text(change(place.read_text()))
        for play in PLAYS:
            shutil.copy(play, self.home)

    def write(self, where: str, text: str) -> None:
        place = self.home / where
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def call(self, words: list[str], *, fails: bool = False, **environment: str) -> str:
        """Run a program in the project as a host would; return what it said."""
        server = self.workshop
        surroundings = clean_environment(
            DJANGO_SETTINGS_MODULE="hostsite.settings.trial",
            DATABASE_URL=server.url("app_web", self.name),
            MARUGOTO_OWNER_DATABASE_URL=server.url("app_owner", self.name),
            MARUGOTO_ADMIN_DATABASE_URL=server.url(embedded.SUPERUSER, "postgres"),
        )
        ended = subprocess.run(
            words,
            cwd=self.home,
            env=surroundings | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        said = ended.stdout + ended.stderr
        if bool(ended.returncode) != fails:
            raise TrialFailed(f"{self.name}: {' '.join(words)} ended with {ended.returncode}\n{said}")
        return said

    def manage(self, *words: str, fails: bool = False, **environment: str) -> str:
        return self.call([str(self.workshop.python), "manage.py", *words], fails=fails, **environment)

    def prepare(self, *, fails_at: str = "") -> str:
        """Run the document's commands; return what the last one said."""
        said = ""
        (commands,) = (text for what, _where, text in blocks() if what == "run")
        for line in commands.splitlines():
            words = line.removeprefix("python manage.py ").split()
            said = self.manage(*words, fails=words[0] == fails_at)
            if words[0] == fails_at:
                break
        return said

    def play(self, part: str, module: str = "play") -> str:
        program = f"import django; django.setup(); import {module}; {module}.{part}()"
        return self.call([str(self.workshop.python), "-c", program])


# --- the trials --------------------------------------------------------------------------------------


def as_documented(workshop: Workshop) -> None:
    """All four apps, word for word as the document says; then the main job."""
    host = Host(workshop, "documented")
    host.start()
    host.prepare()
    expect(host.manage("makemigrations", "--check", "--dry-run"), "No changes detected")
    expect(host.manage("check", "--fail-level", "WARNING"), "no issues")
    host.play("main_job")
    host.play("second_factor")
    expect(host.manage("start_site", fails=True), "--take-over")
    said = host.call(
        [str(workshop.python), "-c", "import hostsite.wsgi"],
        fails=True,
        DATABASE_URL=workshop.url("postgres", host.name),
    )
    expect(said, "E101")


def with_an_addon(workshop: Workshop) -> None:
    """docs/hooks.md, by an app of somebody else's."""
    host = host_with_an_addon(workshop)
    host.prepare()
    expect(host.manage("makemigrations", "--check", "--dry-run"), "No changes detected")
    host.play("everything", "play_addon")


def host_with_an_addon(workshop: Workshop) -> Host:
    host = Host(workshop, "addon", settings=ADDON_SETTINGS)
    host.start()
    shutil.copytree(ADDON, host.home / "mihon_addon", ignore=shutil.ignore_patterns("__pycache__"))
    return host


ADDON_SETTINGS = """
INSTALLED_APPS += ["mihon_addon"]
MARUGOTO_BASES = {"x_jorei": {"label": "見本市の条例9条", "hint": "決裁の番号", "needs_approval": False}}
"""


def otherwise(workshop: Workshop) -> None:
    """Another user model, language, clock, and place of Wagtail's admin."""
    people = (
        "from django.contrib.auth.models import AbstractUser\nfrom django.db import models\n\n\n"
        "class Person(AbstractUser):\n    id = models.BigAutoField(primary_key=True)\n    desk = models.CharField(max_length=20, blank=True)\n"
    )
    host = Host(
        workshop,
        "otherwise",
        extra={"people/__init__.py": "", "people/migrations/__init__.py": "", "people/models.py": people},
        settings='INSTALLED_APPS += ["people"]\nAUTH_USER_MODEL = "people.Person"\nLANGUAGE_CODE = "en"\n'
        'TIME_ZONE = "UTC"\nMARUGOTO_CMS_PATH = "redaktion/wagtail/"\n',
        edit={"hostsite/urls.py": lambda text: text.replace('"admin/"', '"redaktion/wagtail/"')},
    )
    host.start()
    host.manage("prepare_database")
    host.manage("makemigrations", "people")
    host.prepare()
    expect(host.manage("makemigrations", "--check", "--dry-run"), "No changes detected")
    expect(host.manage("check"), "marugoto_permissions.W001")
    host.play("main_job")


def forms_alone(workshop: Workshop) -> None:
    """permissions + forms_app, and a package of the host's own called pages."""
    host = host_of_forms_alone(workshop)
    host.prepare()
    expect(host.manage("makemigrations", "--check", "--dry-run"), "No changes detected")
    host.play("forms_alone")


def host_of_forms_alone(workshop: Workshop) -> Host:
    host = Host(
        workshop,
        "forms_alone",
        extra={"pages/__init__.py": "", "pages/models.py": ""},
        settings='INSTALLED_APPS += ["pages"]\nLOGIN_REDIRECT_URL = "/forms/inbox/"\nMARUGOTO_FORMS_INBOX = True\n',
        edit={
            "hostsite/settings/base.py": lambda text: text.replace(
                "LEFT_OUT = ()", 'LEFT_OUT = ("pages.", "casework.")'
            ),
            "hostsite/urls.py": lambda text: "".join(
                line
                for line in text.splitlines(keepends=True)
                if '"casework.urls"' not in line and '"pages.urls"' not in line
            ),
        },
    )
    host.start()
    return host


def clashing(workshop: Workshop) -> None:
    """Packages of the host's own that hide ours are named, with what to do."""
    for name in ("pages", "permissions"):
        host = Host(workshop, f"own_{name}", extra={f"{name}/__init__.py": ""})
        host.start()
        said = host.manage("check", fails=True)
        expect(said, "marugoto_site.E001")
        expect(said, str(host.home / name))
        expect(said, f"Marugoto's {name}: rename yours")


def misfitting(workshop: Workshop) -> None:
    """What cannot work is refused by a check before anything is built on it."""
    people = (
        "import uuid\n\nfrom django.contrib.auth.models import AbstractUser\nfrom django.db import models\n\n\n"
        "class Person(AbstractUser):\n    id = models.UUIDField(primary_key=True, default=uuid.uuid4)\n"
    )
    host = Host(
        workshop,
        "misfitting",
        extra={"people/__init__.py": "", "people/migrations/__init__.py": "", "people/models.py": people},
        settings='INSTALLED_APPS += ["people"]\nAUTH_USER_MODEL = "people.Person"\nMARUGOTO_CMS_PATH = "cms/"\n',
    )
    host.start()
    host.manage("prepare_database")
    said = host.manage("migrate", fails=True)
    expect(said, "marugoto_permissions.E002")
    expect(said, "marugoto_permissions.E003")
    expect(said, 'MARUGOTO_CMS_PATH = "admin/"')
    sqlite = Host(
        workshop,
        "sqlite",
        settings='DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db"}}\n',
    )
    sqlite.start()
    expect(sqlite.manage("migrate", fails=True), "marugoto_permissions.E004")


TRIALS = (as_documented, with_an_addon, otherwise, forms_alone, clashing, misfitting)


def expect(said: str, wanted: str) -> None:
    if wanted not in said:
        raise TrialFailed(f"expected {wanted!r} in:\n{said}")


def main(names: list[str]) -> None:
    chosen = [trial for trial in TRIALS if not names or trial.__name__ in names]
    folder = Path(tempfile.mkdtemp(prefix="marugoto-plugin-"))
    failed = []
    try:
        workshop = Workshop.open(folder)
        for trial in chosen:
            began = time.monotonic()
            try:
                trial(workshop)
                outcome = "ok"
            except TrialFailed as error:
                failed.append(trial.__name__)
                outcome = f"FAILED\n{error}"
            print(f"{trial.__name__:15} {time.monotonic() - began:6.1f} s  {outcome}", flush=True)
    finally:
        embedded.release(embedded.place_of(folder / "local"), os.getpid())
        embedded.remove(folder / "local")
        shutil.rmtree(folder, ignore_errors=True)
    if failed:
        sys.exit(f"FAILED: {', '.join(failed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
