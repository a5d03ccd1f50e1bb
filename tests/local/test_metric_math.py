"""Metric math gives a value for each period, and none where there is none to give."""

import pytest

from tenantry.local.emulator.repairs.metrics.metric_math import Series, UnknownExpression, evaluate

SERIES: dict[str, Series] = {"m1": [1, 2, None], "m2": [10, None, None], "zero": [0, 0, 0]}


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("m1", [1, 2, None]),
        ("100 * m1 / 4 - 5", [20, 45, None]),
        ("-(m1 + m2)", [-11, None, None]),
        ("m1 / zero", [None, None, None]),
        ("FILL(m1, 0) + FILL(m2, m1)", [11, 4, None]),
        ("SUM([m1, m2])", [11, 2, None]),
        ("MAX([m1, m2, 1.5])", [10, 2, 1.5]),
        ("MIN(m1)", [1, 1, 1]),
        ("AVG([m1, m2])", [5.5, 2, None]),
        ("IF(m1 > 1, 7, m1)", [1, 7, None]),
        ("IF(m1 >= 2, m1)", [None, 2, None]),
    ],
)
def test_an_expression_is_computed_by_period(expression: str, values: Series) -> None:
    assert evaluate(expression, SERIES, 3) == values


@pytest.mark.parametrize(
    "expression", ["m3", "m1 +", "RATE(m1)", "m1.real", "m1 if m1 else 0", "SUM(m1, m2)"]
)
def test_what_is_not_known_is_refused_by_name(expression: str) -> None:
    with pytest.raises(UnknownExpression, match=r"is not known here|is not metric math"):
        evaluate(expression, SERIES, 3)
