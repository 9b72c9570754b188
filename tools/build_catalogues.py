"""Build hook (hatchling): the catalogues of ``locale/`` stand in the wheel as ``marugoto_site/locale``, compiled.

Compiled by polib, because a machine that builds has no gettext programs. Nothing is written into the tree.
"""

import shutil
import tempfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INSIDE = "marugoto_site/locale"


class CatalogueHook(BuildHookInterface):
    """Adds each catalogue twice, as source and compiled."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self.compiled = Path(tempfile.mkdtemp(prefix="marugoto-locale-"))
        source = Path(self.root) / "locale"
        compile_catalogue = self._compiler()
        catalogues = sorted(source.glob("*/LC_MESSAGES/*.po"))
        if not catalogues:
            raise FileNotFoundError(f"no catalogues in {source}")
        for catalogue in catalogues:
            place = catalogue.relative_to(source)
            made = self.compiled / place.with_suffix(".mo")
            made.parent.mkdir(parents=True, exist_ok=True)
            compile_catalogue(catalogue, made)
            build_data["force_include"][str(catalogue)] = f"{INSIDE}/{place}"
            build_data["force_include"][str(made)] = f"{INSIDE}/{place.with_suffix('.mo')}"

    def _compiler(self) -> Any:
        """Take the function from its file: the package around it needs Django, which a build has not."""
        spec = spec_from_file_location("translations", Path(self.root) / "marugoto_site" / "translations.py")
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.compile_catalogue

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        shutil.rmtree(self.compiled)
