"""Metric math, as far as alarms and dashboards of this platform use it, over series with gaps.

Knows numbers, ids, `+ - * /`, comparisons, and FILL, IF, SUM, AVG, MIN and MAX. Pure.
"""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

# One value for each period; None where nothing was measured.
Series = Sequence[float | None]

_OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_AGGREGATES: dict[str, Callable[[list[float]], float]] = {
    "SUM": sum,
    "AVG": lambda values: sum(values) / len(values),
    "MIN": min,
    "MAX": max,
}


class UnknownExpression(ValueError):
    """The expression is not one that is known here, or names an id that no series has."""


def evaluate(expression: str, series: Mapping[str, Series], periods: int) -> list[float | None]:
    """The expression's value for each of `periods` periods.

    Raises:
        UnknownExpression: see there.
    """
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except SyntaxError:
        raise UnknownExpression(f"{expression!r} is not metric math that the emulator knows") from None
    return _Evaluation(expression, series, periods).of(tree)


class _Evaluation:
    def __init__(self, expression: str, series: Mapping[str, Series], periods: int) -> None:
        self._expression, self._series, self._periods = expression, series, periods

    def of(self, node: ast.AST) -> list[float | None]:
        match node:
            case ast.Constant(value=int() | float() as number):
                return [float(number)] * self._periods
            case ast.Name(id=name) if name in self._series:
                return list(self._series[name])
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return [None if value is None else -value for value in self.of(operand)]
            case (
                ast.BinOp(left=left, op=sign, right=right)
                | ast.Compare(left=left, ops=[sign], comparators=[right])
            ) if type(sign) in _OPERATORS:
                return self._each(_OPERATORS[type(sign)], left, right)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(name, arguments)
        raise UnknownExpression(f"{self._expression!r}: {ast.unparse(node)} is not known here")

    def _each(
        self, combine: Callable[[float, float], float], left: ast.AST, right: ast.AST
    ) -> list[float | None]:
        """A period has a value where both sides have one, and a division one by anything but zero."""
        return [
            None
            if a is None or b is None or (combine is operator.truediv and b == 0)
            else float(combine(a, b))
            for a, b in zip(self.of(left), self.of(right), strict=True)
        ]

    def _call(self, name: str, arguments: list[ast.expr]) -> list[float | None]:
        match name, arguments:
            case "FILL", [series, number]:
                filled = zip(self.of(series), self.of(number), strict=True)
                return [other if value is None else value for value, other in filled]
            case "IF", [condition, then, *otherwise]:
                no = self.of(otherwise[0]) if otherwise else [None] * self._periods
                choices = zip(self.of(condition), self.of(then), no, strict=True)
                return [None if truth is None else yes if truth else no for truth, yes, no in choices]
            case _, [ast.List(elts=several)] if name in _AGGREGATES:
                columns = zip(*(self.of(each) for each in several), strict=True)
                return [_aggregate(name, column) for column in columns]
            case _, [single] if name in _AGGREGATES:
                return [_aggregate(name, self.of(single))] * self._periods
        raise UnknownExpression(f"{self._expression!r}: {name} is not known here")


def _aggregate(name: str, values: Sequence[Any]) -> float | None:
    there = [value for value in values if value is not None]
    return float(_AGGREGATES[name](there)) if there else None
