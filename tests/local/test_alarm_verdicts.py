"""States follow CloudWatch's tables, "How alarm state is evaluated when data is missing".

A row tells five periods, the oldest first: `0` is within the threshold, `X` breaches, `-` is missing.
"""

from typing import get_args

import pytest

from tenantry.local.emulator.repairs.metrics.alarm_verdicts import COMPARISONS, AlarmCondition, Missing, State

VALUES = {"0": 0.0, "X": 9.0, "-": None}
KEPT = "kept"
# The states for missing, ignore, breaching and notBreaching.
THREE_OF_THREE = {
    "0-X-X": ("OK", "OK", "OK", "OK"),
    "0----": ("OK", "OK", "OK", "OK"),
    "-----": ("INSUFFICIENT_DATA", KEPT, "ALARM", "OK"),
    "0XX-X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "--X--": ("ALARM", KEPT, "ALARM", "OK"),
}
TWO_OF_THREE = {
    "0-X-X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "00X0X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "0-X--": ("OK", "OK", "ALARM", "OK"),
    "----0": ("OK", "OK", "ALARM", "OK"),
    "---X-": ("ALARM", KEPT, "ALARM", "OK"),
}
TABLES = [(3, row, THREE_OF_THREE[row]) for row in THREE_OF_THREE] + [
    (2, row, TWO_OF_THREE[row]) for row in TWO_OF_THREE
]


@pytest.mark.parametrize(("needed", "row", "states"), TABLES)
def test_missing_data_is_treated_as_the_tables_say(needed: int, row: str, states: tuple[str, ...]) -> None:
    newest_first = [VALUES[each] for each in reversed(row)]
    for missing, expected in zip(get_args(Missing), states, strict=True):
        rule = AlarmCondition("GreaterThanThreshold", 1, periods=3, needed=needed, missing=missing)
        for state in get_args(State):
            assert rule.verdict(newest_first, state) == (state if expected == KEPT else expected), missing


def test_the_tables_rows_are_as_long_as_what_is_looked_at() -> None:
    assert AlarmCondition("GreaterThanThreshold", 1, periods=3, needed=3, missing="missing").looked_at == 5


@pytest.mark.parametrize(
    ("comparison", "breaching"),
    [
        ("GreaterThanThreshold", [2]),
        ("GreaterThanOrEqualToThreshold", [1, 2]),
        ("LessThanThreshold", [0]),
        ("LessThanOrEqualToThreshold", [0, 1]),
    ],
)
def test_each_comparison_breaches_on_its_side(comparison: str, breaching: list[float]) -> None:
    rule = AlarmCondition(comparison, 1, periods=1, needed=1, missing="missing")
    assert [value for value in (0, 1, 2) if rule.verdict([value], "OK") == "ALARM"] == breaching
    assert comparison in COMPARISONS
