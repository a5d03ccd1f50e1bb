"""Let stacks begin only as fast as an account's control plane takes the calls that they are about to make.

A stack is let in as a whole, by the calls that its preview predicts: it begins once those of the stacks
before it have had their time. Within it each call waits for its turn (`turns`), beside those of removals.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tenantry.rules.call_rates import BURST, SECONDS, counted


@dataclass
class Bucket:
    """Of one account and Region. `_until` says when the calls let in so far have had their time, by rate."""

    _until: dict[str, float] = field(default_factory=dict)

    def admitted(self, calls: Mapping[str, int], now: float) -> float:
        """When a stack of these calls may begin; they count from then on."""
        needs = {rate: number * SECONDS[rate] for rate, number in counted(calls).items()}
        free = [self._until.get(rate, now) - _spare(rate) for rate in needs]
        start = max([now, *free])
        for rate, length in needs.items():
            self._until[rate] = max(self._until.get(rate, now), start) + length
        return start


def _spare(rate: str) -> float:
    return BURST.get(rate, 0) * SECONDS[rate]
