"""Which small changes are made, and in which code."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider
from mutmut.mutation.mutators import mutation_operators

PROJECT = Path(__file__).resolve().parents[2]
TARGETS = ("permissions", "casework/sharing")
# The invented city is no wall.
LEFT_OUT = ("migrations", "demo.py", "tests")
# What these are given are words for people: the catalogue's tests look after them.
SPEAKING = {
    "_",
    "gettext",
    "ngettext",
    "pgettext",
    "ValueError",
    "TypeError",
    "CommandError",
    "ImproperlyConfigured",
}
# Whole modules that are data; elsewhere only functions are changed.
DATA_MODULES = {"permissions/roles.py"}


@dataclass(frozen=True)
class Mutant:
    """One change: ``name`` stays the same for as long as the function's text does."""

    path: str
    line: int
    function: str
    before: str
    after: str
    occurrence: int
    source: str

    @property
    def name(self) -> str:
        change = f"{self.before}:{self.after}:{self.occurrence}"
        return f"{self.path}:{self.function}:{hashlib.sha256(change.encode()).hexdigest()[:8]}"


def files(only: str = "") -> list[Path]:
    """Return the files whose code is changed, sorted."""
    found = (path for target in TARGETS for path in (PROJECT / target).rglob("*.py"))
    relative = (path.relative_to(PROJECT) for path in found)
    return sorted(
        path for path in relative if str(path).startswith(only) and not set(path.parts) & set(LEFT_OUT)
    )


def mutants_of(path: Path) -> list[Mutant]:
    """Return every mutant of one file in the order of its lines; equal texts are made once."""
    wrapper = MetadataWrapper(cst.parse_module((PROJECT / path).read_text()))
    seen: dict[str, Mutant] = {}
    visitor = _Changes(str(path), wrapper)
    wrapper.visit(visitor)
    for mutant in visitor.mutants:
        seen.setdefault(mutant.source, mutant)
    return sorted(seen.values(), key=lambda mutant: mutant.line)


class _Changes(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider, ParentNodeProvider)

    def __init__(self, path: str, wrapper: MetadataWrapper) -> None:
        super().__init__()
        self.path = path
        self.module = wrapper.module
        self.mutants: list[Mutant] = []
        self.inside: list[str] = []
        self.made: Counter[tuple[str, str, str]] = Counter()

    # --- Where we are ---

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.inside.append(node.name.value)
        self._change_decorators(node)

    def leave_FunctionDef(self, original_node: cst.FunctionDef) -> None:
        self.inside.pop()

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self.inside.append(f"{node.name.value}.")

    def leave_ClassDef(self, original_node: cst.ClassDef) -> None:
        self.inside.pop()

    def visit_Annotation(self, node: cst.Annotation) -> bool:
        return False

    def visit_Decorator(self, node: cst.Decorator) -> bool:
        return False

    def visit_If(self, node: cst.If) -> bool:
        return not m.matches(node.test, m.Name("TYPE_CHECKING"))

    def visit_Call(self, node: cst.Call) -> bool:
        return not (isinstance(node.func, cst.Name) and node.func.value in SPEAKING)

    # --- What is changed ---

    def on_visit(self, node: cst.CSTNode) -> bool:
        goes_on = super().on_visit(node)
        if goes_on and self._is_code(node):
            for after in _changed(node):
                self._add(node, after)
        return goes_on

    def _is_code(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.SimpleString):
            parent = self.get_metadata(ParentNodeProvider, node)
            if isinstance(parent, cst.Expr):
                return False  # a docstring
            if not node.value.isascii():
                return False  # words for people
        if any(not name.endswith(".") for name in self.inside):
            return True
        return self.path in DATA_MODULES

    def _change_decorators(self, node: cst.FunctionDef) -> None:
        """Take each decorator away. Those that only give a name (property, wraps ...) fail at import: skipped."""
        for decorator in node.decorators:
            if m.matches(decorator.decorator, m.Attribute(attr=m.Name("atomic"))):
                rest = [other for other in node.decorators if other is not decorator]
                self._add(node, node.with_changes(decorators=rest))

    def _add(self, node: cst.CSTNode, after: cst.CSTNode) -> None:
        changed = self.module.deep_replace(node, after)
        if not isinstance(changed, cst.Module):
            return
        source = changed.code
        try:
            compile(source, self.path, "exec")
        except SyntaxError:
            return
        function = "".join(self.inside) or "module"
        change = (function, _text(self.module, node), _text(self.module, after))
        self.made[change] += 1
        line = self.get_metadata(PositionProvider, node).start.line
        self.mutants.append(Mutant(self.path, line, *change, occurrence=self.made[change], source=source))


def _changed(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            # Of a string only the first: upper and lower case say the same once more.
            for number, after in enumerate(operator(node)):
                if number and isinstance(node, cst.BaseString):
                    break
                yield after


def _text(module: cst.Module, node: cst.CSTNode) -> str:
    return " ".join(module.code_for_node(node).split())
