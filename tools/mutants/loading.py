"""A pytest plugin: one module of ours is read from a changed text instead of its file.

Loaded with ``-p``, so before Django. The change is told by the environment: MUTANT_PATH, MUTANT_SOURCE, MUTANTS_WORLDS.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]


class _Changed(importlib.abc.SourceLoader):
    def get_filename(self, fullname: str) -> str:
        return str(PROJECT / os.environ["MUTANT_PATH"])

    def get_data(self, path: Any) -> bytes:
        return Path(os.environ["MUTANT_SOURCE"]).read_bytes()


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.wanted:
            return None
        return importlib.machinery.ModuleSpec(
            fullname, _Changed(), origin=os.environ["MUTANT_PATH"], is_package=False
        )

    @property
    def wanted(self) -> str:
        return os.environ["MUTANT_PATH"].removesuffix(".py").replace("/", ".")


def pytest_collection_finish() -> None:
    from tools.mutants.ready import (  # noqa: PLC0415 -- the settings are known now
        take_the_database_as_it_is,
        take_the_worlds,
    )

    take_the_database_as_it_is()
    take_the_worlds(Path(os.environ["MUTANTS_WORLDS"]))


sys.meta_path.insert(0, _Finder())
