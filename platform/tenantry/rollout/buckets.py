"""Let stacks begin only as fast as an account's control plane takes the calls that they are about to make.

A stack is let in as a whole, by the calls that its preview predicts: it begins once those of the stacks
before it have had their time. Within a stack the engine goes at its own pace, and its provider repeats what
AWS throttles.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tenantry.rules.call_rates import SECONDS

# Calls that API Gateway takes at once, of all operations together:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
BURST = {"apigateway": 40}


@dataclass
class Bucket:
    """Of one account and Region. `_until` says when the calls let in so far have had their time, by rate."""

    _until: dict[str, float] = field(default_factory=dict)

    def admitted(self, calls: Mapping[str, int], now: float) -> float:
        """When a stack of these calls may begin; they count from then on."""
        needs = {rate: seconds for rate in SECONDS if (seconds := _seconds(rate, calls))}
        free = [self._until.get(rate, now) - _spare(rate) for rate in needs]
        start = max([now, *free])
        for rate, length in needs.items():
            self._until[rate] = max(self._until.get(rate, now), start) + length
        return start


def _seconds(rate: str, calls: Mapping[str, int]) -> float:
    """What the calls that a rate is about take by it; a rate is an operation's, or a whole service's."""
    whole = ":" not in rate
    number = sum(
        count for name, count in calls.items() if (name.partition(":")[0] if whole else name) == rate
    )
    return number * SECONDS[rate]


def _spare(rate: str) -> float:
    return BURST.get(rate, 0) * SECONDS[rate]
