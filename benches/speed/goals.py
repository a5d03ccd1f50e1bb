"""State each goal of speed once, with its bound, and what a measurement says of it.

A bound is there to catch a regression: it leaves room for a noisy machine and for the next feature.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ITEMS_COLD = 0.75  # ratios, unless the name has another unit
AUTHORIZER_COLD = 0.40
CONTACT_COLD = 0.75
WARM_MICROSECONDS = 150.0  # of Lambda's billing grain, 1 ms, a seventh
NEW_TOKEN = 0.65
SEEN_TOKEN = 0.03
IN_PROCESS = 0.50
OVER_GRPC = 0.75
THREE_TIMES_THE_TENANTS = 3.4
VALIDATE_SECONDS = 1.5
PLAN_SECONDS = 10.0
UP_SECONDS = 6.0
UP_25_SECONDS = 20.0
CODE_KIB = 256.0
UNUSED_KIB = 100.0
CODE_STORAGE_GB = 75.0  # Lambda's code storage per Region, soft

GOALS = {
    1: f"Cold start of `items` with its clients: at most {ITEMS_COLD:.2f} of a bare handler with boto3 "
    f"clients; of `authorizer` (managed keys): at most {AUTHORIZER_COLD:.2f}; of `contact`: at most "
    f"{CONTACT_COLD:.2f}.",
    2: f"Warm CPU per request over a bare handler: at most {WARM_MICROSECONDS:g} µs for routing, validation, "
    "errors, logging and metrics together, and below Powertools' resolver with its logger and metrics.",
    3: f"Authorizer per request: at most {NEW_TOKEN:.2f} of PyJWT's usual flow for a new token, at most "
    f"{SEEN_TOKEN:.2f} for one seen before; memory bounded.",
    4: f"Program time per tenant, of the same program without the levers: at most {IN_PROCESS:.2f} "
    f"in-process, {OVER_GRPC:.2f} over gRPC; 300 tenants at most {THREE_TIMES_THE_TENANTS} times 100 "
    f"tenants; `tenantry validate` of 1,000 files at most {VALIDATE_SECONDS:g} s of CPU, `tenantry plan` of "
    f"an edit of one of them at most {PLAN_SECONDS:g} s.",
    5: f"`tenantry up` with 3 tenants: at most {UP_SECONDS:g} s of wall time when set up; with 25 tenants at "
    f"most {UP_25_SECONDS:g} s; peak memory stated.",
    6: f"Code artifact at most {CODE_KIB:g} KiB; nothing unused above {UNUSED_KIB:g} KiB in the layer; the "
    f"code of 1,000 tenants' functions fits the Region's {CODE_STORAGE_GB:g} GB.",
    7: "A page of items costs one Query; a write with idempotency one transaction; no read before a write; "
    "no hot partition.",
}


@dataclass(frozen=True)
class Measured:
    """One bound of a goal, and what was found: `ratio` is to `against` or, with another unit, a plain figure.

    `figures` are what it was made of and what the peers cost; their names tell the unit. A bound that does
    not hold needs a `note` that says how far and why; a `remark` is told as well, and excuses nothing.
    """

    goal: int
    name: str
    ratio: float
    bound: float
    against: str
    unit: str = "x"
    figures: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    remark: str = ""

    @property
    def holds(self) -> bool:
        return self.ratio <= self.bound

    @property
    def accepted(self) -> bool:
        """It holds, or says why it does not."""
        return self.holds or bool(self.note)
