"""Find where a thing stands in a group's sources, and what its modules import."""

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

Finding = tuple[int, str, str]
"""Line, what, remedy."""


class Import(NamedTuple):
    module: str
    line: int


class PythonSource:
    """A Python file of a group's; one that does not parse has no lines to point at.

    Raises:
        ValueError: it is not text in UTF-8.
        SyntaxError: at `tree`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    def line(self, *values: object, of: str = "") -> int:
        """Of the first of these constants that is written there; 1 where none is.

        Args:
            of: what it is an argument of, such as "Queue use"; any other is taken only where none is.
        """
        calls = [node for name in of.split() for node in ast.walk(self.tree) if _calls(node, name)]
        places = (*(each for call in calls for each in _arguments(call)), *ast.walk(self.tree))
        for value in values:
            for node in places:
                if isinstance(node, ast.Constant) and node.value == value and type(node.value) is type(value):
                    return node.lineno
        return 1

    def imports(self, package: str = "") -> Iterator[Import]:
        """`package` is the one that the module is in, from which relative imports are counted."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (Import(each.name, node.lineno) for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                above = package.split(".")[: 1 - node.level or None] if node.level else []
                module = ".".join([*above, *filter(None, [node.module])])
                yield from (Import(f"{module}.{each.name}", node.lineno) for each in node.names)

    def defines(self, name: str) -> bool:
        """Whether the module binds the name, by whatever statement of its top level."""
        return any(name in _bound(node) for node in self.tree.body)


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _arguments(call: ast.AST) -> Iterator[ast.AST]:
    """Of the call itself, members of tuples among them, and of none inside it."""
    if isinstance(call, ast.Call):
        for value in (*call.args, *(each.value for each in call.keywords)):
            yield from value.elts if isinstance(value, ast.Tuple) else (value,)


def _bound(node: ast.stmt) -> set[str]:
    match node:
        case ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef():
            return {node.name}
        case ast.Import() | ast.ImportFrom():
            return {each.asname or each.name for each in node.names}
        case _:
            return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and _stored(each)}


def _stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def modules(folder: Path) -> Iterator[Path]:
    """A group's modules, without its tests, which are not packed."""
    for path in sorted(folder.rglob("*.py")):
        if "tests" not in path.relative_to(folder).parts[:-1]:
            yield path
