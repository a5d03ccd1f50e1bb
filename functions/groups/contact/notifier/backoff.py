"""How long an entry of the queue rests before it comes again: doubled each time, with jitter, bounded.

After the n-th receive it rests for 30 s x 2^(n-1), at most 900 s, of which jitter takes up to a quarter.
Between the first and the last of 12 receives lie 11 rests: 30 + 60 + 120 + 240 + 480 + 6 x 900 = 6,330 s. The
least is three quarters of it, 4,747 s or 79 minutes: a receiver that is down for an hour misses nothing. Were
the least a half, it would be 53 minutes.
"""

import math
import random
from typing import Final

BASE_SECONDS: Final = 30
CAP_SECONDS: Final = 900
LEAST_SHARE: Final = 0.75


def seconds(receives: int, asked: int = 0) -> int:
    """`asked` is what the receiver's Retry-After says; it is honoured up to the cap."""
    full = min(CAP_SECONDS, BASE_SECONDS * 2 ** min(receives - 1, 10))
    rest = random.uniform(LEAST_SHARE * full, full)  # noqa: S311 - jitter
    return math.ceil(max(rest, min(asked, CAP_SECONDS)))


def until_stored() -> int:
    """For an entry that came before its message was stored: seldom, and then a moment later it is.

    Within `deliveries.UNSETTLED_SECONDS` at most 5 receives are spent so; the 6 rests of 900 s stay.
    """
    return random.randint(12, 20)  # noqa: S311 - jitter
