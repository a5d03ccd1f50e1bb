"""Give calls to an account's control plane their turns, one by one, whichever process makes them.

A rate of so many calls in so many seconds is as many places. A call keeps its place until it has ended, and
the place rests for those seconds after it: so no span of that length sees more calls, however late one
arrives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tenantry.rules.call_rates import BURST, SECONDS, counted

FILE = "TENANTRY_TURNS"  # in the environment of a program that a fleet runs: what its stacks share
PATIENCE = 30.0  # seconds for which a call whose end nobody reports keeps its places


@dataclass(frozen=True, slots=True)
class Turns:
    """Of one account and Region. `taken` says by rate until when each place is, if it is not free."""

    taken: dict[str, list[float]] = field(default_factory=dict)

    def begin(self, calls: Mapping[str, int], now: float) -> float | None:
        """What `end` has to be told; None where there is no room yet.

        Args:
            calls: number by operation; of none more than its rate has places.
        """
        needed = counted(calls)
        busy = {rate: [until for until in self.taken.get(rate, ()) if until > now] for rate in needed}
        if any(len(busy[rate]) + number > places(rate) for rate, number in needed.items()):
            return None
        mark = now + PATIENCE
        for rate, number in needed.items():
            self.taken[rate] = busy[rate] + [mark] * number
        return mark

    def end(self, calls: Mapping[str, int], mark: float, now: float) -> None:
        for rate, number in counted(calls).items():
            there = self.taken.get(rate, [])
            for _ in range(min(number, there.count(mark))):
                there[there.index(mark)] = now + places(rate) * SECONDS[rate]


def places(rate: str) -> int:
    return BURST.get(rate) or max(1, round(1 / SECONDS[rate]))
