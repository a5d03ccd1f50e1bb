"""What a business metric is, and those that every platform counts, beside those that its groups declare."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

Dimension = Literal["tenant", "route", "reason", "function", "receiver"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A business metric; each combination of its dimensions' values is one to pay for.

    Attributes:
        operations: ids of the routes that count it, where `route` is a dimension; empty for all of them.
        title: what a line in a chart is called.
    """

    name: str
    dimensions: tuple[Dimension, ...] = ("tenant", "route")
    operations: tuple[str, ...] = ()
    title: str = ""


Reason = Literal[
    "missing",  # no bearer token, or several
    "stage",  # called for another tenant's stage
    "malformed",  # not a compact JWS in canonical form, or claims of the wrong type
    "header",  # a header parameter that is not taken
    "key",  # no configured key has this kid
    "algorithm",  # not the algorithm pinned for the key
    "signature",
    "issuer",
    "audience",
    "expired",
    "premature",  # nbf or iat in the future
    "lifetime",  # valid for longer than the tenant allows
    "claims",  # a required claim is missing
]
Failure = Literal["failed", "issuer-unavailable"]  # of the authorizer itself, not of a token
Verdict = Reason | Failure | Literal["accepted"]
REFUSALS: Final[tuple[str, ...]] = get_args(Reason)
FAILURES: Final[tuple[str, ...]] = get_args(Failure)
REASONS: Final = ("accepted", *REFUSALS, *FAILURES)

NAMESPACE: Final = "Tenantry"

VERDICTS: Final = Metric("AuthorizerVerdicts", ("tenant", "reason"))
COLD_STARTS: Final = Metric("ColdStarts", ("tenant", "function"))
READS: Final = Metric("ConsumedReadCapacity")
WRITES: Final = Metric("ConsumedWriteCapacity")
REPLAYS: Final = Metric("IdempotentReplays")
KIT: Final = (VERDICTS, COLD_STARTS, READS, WRITES, REPLAYS)
