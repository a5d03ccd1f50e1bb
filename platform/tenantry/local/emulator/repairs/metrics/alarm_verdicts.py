"""Decide an alarm's state from its latest periods, as CloudWatch's tables of missing data say. Pure."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
Missing = Literal["missing", "ignore", "breaching", "notBreaching"]

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
# CloudWatch looks further back than it evaluates, by its tables at five periods for three.
FURTHER_BACK = 2


@dataclass(frozen=True, slots=True)
class AlarmCondition:
    """`needed` of the latest `periods` values must breach."""

    comparison: str
    threshold: float
    periods: int
    needed: int
    missing: Missing

    @property
    def looked_at(self) -> int:
        return self.periods + FURTHER_BACK

    def verdict(self, newest_first: Sequence[float | None], state: State) -> State:
        """The new state, given the values of `looked_at` periods and the state so far."""
        there = [value for value in newest_first if value is not None][: self.periods]
        breaching = sum(COMPARISONS[self.comparison](value, self.threshold) for value in there)
        absent = self.periods - len(there)
        if self.missing == "breaching":
            return "ALARM" if breaching + absent >= self.needed else "OK"
        if self.missing == "notBreaching" or not absent:
            return "ALARM" if breaching >= self.needed else "OK"
        return self._by_what_is_there(len(there), breaching, state)

    def _by_what_is_there(self, there: int, breaching: int, state: State) -> State:
        """For `missing` and `ignore`, too little being there."""
        if breaching >= self.needed:
            return "ALARM"
        if not there:
            return state if self.missing == "ignore" else "INSUFFICIENT_DATA"
        if breaching == there:
            return state if self.missing == "ignore" else "ALARM"
        return "OK"
