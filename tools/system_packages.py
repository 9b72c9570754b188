"""Find the system libraries the PDF sheets (and, with --browser, the browser tests) need.

As root on Debian or Ubuntu they are installed; otherwise the exact command is printed and the caller goes on.
Standard library only: this runs before anything is installed.
"""

import ctypes.util
import os
import shutil
import subprocess
import sys

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
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def missing_packages(*, with_browser: bool) -> list[str]:
    packages = [name for library, names in LIBRARIES.items() if not _has_library(library) for name in names]
    fonts = _fonts()
    packages += ["fontconfig"] if fonts is None else []
    packages += [name for font, names in FONTS.items() if font not in (fonts or "") for name in names]
    if with_browser and not os.environ.get("CHROMIUM") and not any(map(shutil.which, BROWSERS)):
        packages.append("chromium")
    if with_browser and not shutil.which("pdftotext"):
        packages.append("poppler-utils")
    return packages


def _has_library(name: str) -> bool:
    return ctypes.util.find_library(name) is not None


def _fonts() -> str | None:
    if not shutil.which("fc-list"):
        return None
    return subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=False).stdout


def main() -> None:
    packages = missing_packages(with_browser="--browser" in sys.argv)
    if not packages:
        return
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"システムのパッケージを入れています / installing: {' '.join(packages)}", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update"], check=False, **quiet)
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
