"""Compile a folder's sources into byte code that stands for them: smaller to store, quicker to load.

Run as a program by `artifact`, in an interpreter of its own: what another has imported would show in the byte
code, by the strings that they share. Tracebacks go on naming files, lines and functions, and `assert` stays.
Taken out is what nothing reads at run time: docstrings; in `lean` code, annotations, which Python would
otherwise evaluate at each import; by `-X no_debug_ranges` the columns of each instruction, and
the repetition of a line for each. `-OO` would do the first alone, and take the assertions with it.
"""

import ast
import marshal
import sys
from collections.abc import Iterable
from importlib.util import MAGIC_NUMBER
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import CodeType

# PEP 552: has its source's hash, which is never looked at; so it can be zero.
UNCHECKED = (0b01).to_bytes(4, "little") + bytes(8)
TYPES = {"typing", "collections.abc"}
SPECIAL = {"ClassVar", "InitVar", "KW_ONLY"}  # by which dataclasses tell members from others
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


class _Undocumented(ast.NodeTransformer):
    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body[:1] = [] if node.body[1:] else [ast.copy_location(ast.Pass(), node.body[0])]
        return node


class _Unannotated(ast.NodeTransformer):
    """A class keeps its members' names, which dataclasses are made of, but not their types."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        node.body = [self._member(each) for each in node.body]
        return node

    def _member(self, statement: ast.stmt) -> ast.stmt:
        if not isinstance(statement, ast.AnnAssign):
            visited: ast.stmt = self.visit(statement)
            return visited
        if not SPECIAL & {node.id for node in ast.walk(statement.annotation) if isinstance(node, ast.Name)}:
            statement.annotation = ast.copy_location(ast.Constant(None), statement.annotation)
        return statement

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        plain = ast.Assign([node.target], node.value) if node.value else ast.Pass()
        return ast.copy_location(plain, node)


def _drop_unused_types(tree: ast.Module) -> None:
    """Names that only annotations used; to import them has no other effect."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    tree.body = [each for each in tree.body if not _imports_nothing(each, used)]


def _imports_nothing(statement: ast.stmt, used: set[str]) -> bool:
    if not isinstance(statement, ast.ImportFrom) or statement.module not in TYPES:
        return False
    statement.names = [each for each in statement.names if (each.asname or each.name) in used]
    return not statement.names


def compiled(source: bytes, name: str, *, lean: bool) -> bytes:
    """The content of a `.pyc`; `name` is where the source would lie."""
    tree: ast.Module = _Undocumented().visit(ast.parse(source, name))
    if lean:
        tree = _Unannotated().visit(tree)
        _drop_unused_types(tree)
    code = compile(ast.fix_missing_locations(tree), name, "exec", dont_inherit=True)
    return MAGIC_NUMBER + UNCHECKED + marshal.dumps(_briefly_lined(code))


def _briefly_lined(code: CodeType) -> CodeType:
    """With an entry for each line, where the compiler writes one for each instruction.

    The table's form is CPython's own (Objects/locations.md); if another version reads other lines out of it,
    the compiler's own stays.
    """
    nested = (_briefly_lined(each) if isinstance(each, CodeType) else each for each in code.co_consts)
    code = code.replace(co_consts=tuple(nested))
    lines = _lines(code)
    brief = code.replace(co_linetable=_table(lines, code.co_firstlineno))
    return brief if _lines(brief) == lines else code


def _lines(code: CodeType) -> list[tuple[int | None, int]]:
    """Each line with its bytes of instructions, in their order."""
    parts = groupby(code.co_lines(), key=itemgetter(2))
    return [(line, sum(end - start for start, end, _ in each)) for line, each in parts]


def _table(lines: Iterable[tuple[int | None, int]], line_before: int) -> bytes:
    table = bytearray()
    for line, size in lines:
        units = size // 2
        for left in range(units, 0, -8):  # an entry covers 8 units at most
            head = 0x80 | (min(left, 8) - 1)
            if line is None:
                table.append(head | 15 << 3)
                continue
            table.append(head | 13 << 3)
            table += _signed(line - line_before)
            line_before = line
    return bytes(table)


def _signed(number: int) -> bytes:
    """Six bits a byte, the lowest first; the sign is the lowest of all."""
    rest = -number << 1 | 1 if number < 0 else number << 1
    written = bytearray()
    while rest >= 64:
        written.append(rest & 63 | 64)
        rest >>= 6
    return bytes([*written, rest])


def replace(root: Path, runs_at: str, *, lean: bool) -> None:
    """Every source below `root` gives way to its byte code, which Python imports in the source's place."""
    for file in sorted(root.rglob("*.py")):
        name = file.relative_to(root).as_posix()
        file.with_suffix(".pyc").write_bytes(compiled(file.read_bytes(), f"{runs_at}/{name}", lean=lean))
        file.unlink()


if __name__ == "__main__":
    replace(Path(sys.argv[1]), sys.argv[2], lean=sys.argv[3] == "lean")
