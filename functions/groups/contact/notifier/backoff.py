"""How long an entry of the queue rests before it comes again: doubled each time, with jitter, bounded.

After the n-th receive it rests for 60 s x 2^(n-1), at most 11 hours, of which jitter takes up to a tenth.
Between the first and the last of 17 receives lie 16 rests: ten that double, 61,380 s in all, and six of 11
hours. That is 83 hours, and 74 at the least: a receiver that is down from Friday to Monday misses nothing.
"""

import math
import random
from typing import Final

BASE_SECONDS: Final = 60
# SQS hides an entry for 12 hours from its receive at most and refuses more; the attempt has taken some of it.
CAP_SECONDS: Final = 39_600
LEAST_SHARE: Final = 0.9


def seconds(receives: int, asked: int = 0) -> int:
    """`asked` is what the receiver's Retry-After says; it can prolong the rest, up to the cap."""
    full = min(CAP_SECONDS, BASE_SECONDS * 2 ** min(receives - 1, 10))
    rest = random.uniform(LEAST_SHARE * full, full)  # noqa: S311 - jitter
    return math.ceil(max(rest, min(asked, CAP_SECONDS)))


def until_stored() -> int:
    """For an entry that came before its message was stored: seldom, and then a moment later it is.

    Within `deliveries.UNSETTLED_SECONDS` at most 5 receives are spent so: they cost the first, short rests.
    """
    return random.randint(12, 20)  # noqa: S311 - jitter
