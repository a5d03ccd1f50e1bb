"""A proof's roles as rows of words, or as the whole matrix of roles and kinds of resources."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.text import Text

from tenantry.cli.output import Table

if TYPE_CHECKING:
    from tenantry.isolation.matrix import RoleRow, Square
    from tenantry.isolation.proof import Proof

DENIED, LEAK = ("✓", "green"), ("✗ LEAK", "red")
LEGEND = (
    "What belongs to anybody else: ✓ denied, by the condition of the statements that are named; where "
    "none is named, no statement allows it. ✗ LEAK: that statement allows it."
)
NAMED = 3  # tenants in a row; the rest is a number

Line = tuple[tuple[str, str], str]
"""A mark with its colour, and what follows it."""
Lines = tuple[Line, ...]


def words(proof: "Proof") -> Table:
    """A row for each function's roles that are alike; readable at 80 columns."""
    alike: dict[tuple[str, str, Lines], list[str]] = {}
    for row in proof.rows:
        said = (row.role.function.removeprefix(f"{row.role.tenant}."), ", ".join(row.own), _others(row))
        alike.setdefault(said, []).append(row.role.tenant)
    table = _titled(proof, Table("role", "is allowed its own", "anybody else's", box=SIMPLE_HEAD))
    for (function, own, others), slugs in alike.items():
        more = f" and {len(slugs) - NAMED:,} more" if len(slugs) > NAMED else ""
        lines = Text("\n").join(Text.assemble(*line) for line in others)
        table.add_row(f"{function} of {', '.join(slugs[:NAMED])}{more}", own, lines)
    return table


def matrix(proof: "Proof") -> Table:
    """A row per role. Kinds that no role is granted anything of share the last column.

    It breaks no word, so it may be wider than the terminal.
    """
    from tenantry.isolation.targets import TargetKind

    telling = [
        kind
        for kind in TargetKind
        if any(_says_something(row.others[kind]) or kind in row.own for row in proof.rows)
    ]
    silent = [kind for kind in TargetKind if kind not in telling]
    table = Table("role", "allowed its own", *telling, box=SIMPLE_HEAD)
    if silent:
        table.add_column("\n".join(silent))
    for row in proof.rows:
        cells = [_square(row.others[kind]) for kind in telling]
        cells += [Text(*DENIED)] if silent else []
        table.add_row(row.role.function.replace(".", " "), " ".join(row.own), *cells)
    for column in table.columns:
        texts = (str(cell) for cell in (column.header, *column.cells))
        column.min_width = max(len(word) for text in texts for word in text.split())
    return _titled(proof, table)


def _titled(proof: "Proof", table: Table) -> Table:
    table.title = f"Cell {proof.cell}: what each role owns, and what belongs to anybody else"
    table.title_justify, table.title_style = "left", "bold"
    return table


def _others(row: "RoleRow") -> Lines:
    """Kinds that are denied by the same statements' conditions are named together."""
    denied: dict[str, list[str]] = {}
    lines: list[Line] = []
    for kind, square in row.others.items():
        if square.leaks:
            lines.append((LEAK, f" of {kind}, by {_leaking(square)}"))
        elif by := _statements(square.denied_by):
            denied.setdefault(by, []).append(kind)
    lines += [(DENIED, f" {' and '.join(kinds)} denied by condition: {by}") for by, kinds in denied.items()]
    rest = "all else" if lines else "all"
    return (*lines, (DENIED, f" {rest} denied: no statement allows it"))


def _says_something(square: "Square") -> bool:
    return bool(square.leaks) or bool(_statements(square.denied_by))


def _square(square: "Square") -> Text:
    if square.leaks:
        return Text.assemble(LEAK, f" {_leaking(square)}")
    return Text.assemble(DENIED, f" {_statements(square.denied_by)}".rstrip())


def _leaking(square: "Square") -> str:
    return _statements(leak.by for leak in square.leaks.values())


def _statements(deciders: Iterable[str]) -> str:
    """Their names; most are of the role's one policy, which goes without saying."""
    from tenantry.isolation.evaluation import NOTHING, OF_A_CONDITION

    names = {by.removeprefix(OF_A_CONDITION).removeprefix("own/") for by in deciders if by != NOTHING}
    return " ".join(sorted(names))
