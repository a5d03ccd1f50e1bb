"""Say where in a group's sources a thing stands, and what its modules import."""

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple


class Import(NamedTuple):
    module: str
    line: int


class Source:
    """A Python file of a group's; one that does not parse has no lines to point at.

    Raises:
        SyntaxError: at `tree`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    def line(self, *values: object) -> int:
        """Of the first of these constants that is written there; 1 where none is."""
        for value in values:
            for node in ast.walk(self.tree):
                if isinstance(node, ast.Constant) and node.value == value and type(node.value) is type(value):
                    return node.lineno
        return 1

    def imports(self) -> Iterator[Import]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (Import(each.name, node.lineno) for each in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield from (Import(f"{node.module}.{each.name}", node.lineno) for each in node.names)


def modules(folder: Path) -> Iterator[Path]:
    """A group's modules, without its tests, which are not packed."""
    for path in sorted(folder.rglob("*.py")):
        if "tests" not in path.relative_to(folder).parts[:-1]:
            yield path
