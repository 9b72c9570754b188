"""Find the system libraries the PDF sheets (and, with --browser, the browser tests) need.

As root on Debian or Ubuntu they are installed; otherwise the exact command is printed and the caller goes on.
Standard library only: this runs before anything is installed.
"""

import ctypes.util
import os
import shutil
import subprocess
import sys
from typing import Any

# What must be there -> the Debian packages that bring it.
LIBRARIES = {
    "pango-1.0": ["libpango-1.0-0"],
    "pangoft2-1.0": ["libpangoft2-1.0-0"],
    "harfbuzz-subset": ["libharfbuzz-subset0"],  # without it a PDF takes fourteen times as long
}
FONTS = {
    "BIZ UDPGothic": ["fonts-morisawa-bizud-gothic"],
    "Noto Sans CJK JP": ["fonts-noto-cjk"],
}
# The shell, which draws pages and has no window of its own, takes half of the processor's time. Ubuntu has none.
BROWSER_PACKAGES = ("chromium-headless-shell", "chromium")
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def missing_packages(*, with_browser: bool) -> list[str]:
    packages = [name for library, names in LIBRARIES.items() if not _has_library(library) for name in names]
    fonts = _fonts()
    packages += ["fontconfig"] if fonts is None else []
    packages += [name for font, names in FONTS.items() if font not in (fonts or "") for name in names]
    if with_browser and not os.environ.get("CHROMIUM") and not any(map(shutil.which, BROWSERS)):
        packages.append(next(filter(_is_to_be_had, BROWSER_PACKAGES), "chromium"))
    if with_browser and not shutil.which("pdftotext"):
        packages.append("poppler-utils")
    return packages


def _has_library(name: str) -> bool:
    return ctypes.util.find_library(name) is not None


def _is_to_be_had(package: str) -> bool:
    """Whether apt knows the package; nothing is known on a fresh machine before `apt-get update`."""
    if not shutil.which("apt-cache"):
        return False
    known = subprocess.run(["apt-cache", "show", package], capture_output=True, check=False)
    return known.returncode == 0


def _fonts() -> str | None:
    if not shutil.which("fc-list"):
        return None
    return subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=False).stdout


def main() -> None:
    with_browser = "--browser" in sys.argv
    packages = missing_packages(with_browser=with_browser)
    if not packages:
        return
    may_install = os.geteuid() == 0 and shutil.which("apt-get")
    quiet: dict[str, Any] = {
        "stdout": subprocess.DEVNULL,
        "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    }
    if may_install:
        subprocess.run(["apt-get", "update"], check=False, **quiet)
        packages = missing_packages(with_browser=with_browser)
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if may_install:
        print(f"システムのパッケージを入れています / installing: {' '.join(packages)}", flush=True)
        if subprocess.run(install, check=False, stdin=subprocess.DEVNULL, **quiet).returncode == 0:
            return
    print(
        "次のパッケージがありません。PDFなどは使えませんが、そのまま続けます。\n"
        "Some system packages are missing; going on without them (no PDF). To install them:\n"
        f"    sudo {' '.join(install)}",
        flush=True,
    )


if __name__ == "__main__":
    main()
