"""The business metrics that every platform counts, beside those that its groups declare."""

from typing import Final, Literal, get_args

from agreed.declarations import Metric

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
