"""What an operator expects of a tenant's traffic; it changes no resource, and says what they will cost."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from tenantry.config.model import Fault, Fixed, Model

Connection = Literal["request", "streaming", "websocket"]

REQUESTS = 1_000_000_000_000  # a month; far over what one account is let
LONGEST_SECONDS = 7 * 86_400
KILOBYTES = 10 * 1024 * 1024
ASSUMED_REQUESTS = 1_000_000  # a month, where nobody says


def _durations_agree(values: Mapping[str, Any]) -> Iterable[Fault]:
    typical, tail, longest = (
        values.get(name) for name in ("duration_ms", "p99_ms", "longest_request_seconds")
    )
    if not isinstance(typical, int):
        return
    if isinstance(tail, int) and tail < typical:
        yield Fault("is less than duration_ms", "write what one call in a hundred takes", ("p99_ms",))
    if isinstance(longest, int) and longest * 1000 < typical:
        yield Fault(
            "is less than duration_ms", "write what the longest call takes", ("longest_request_seconds",)
        )


Percent = Annotated[int, Field(ge=0, le=100)]


class Payload(Model):
    """Bodies, in KB."""

    request: int = Field(1, ge=0, le=KILOBYTES, description="KB of a request's body.")
    response: int = Field(2, ge=0, le=KILOBYTES, description="KB of an answer's body.")


class Workload(Model):
    """All of it is optional; a default stands for a small JSON API."""

    rules = (_durations_agree,)

    requests_per_month: int | None = Field(
        None,
        ge=0,
        le=REQUESTS,
        description=f"Calls a month. Left out: `tenantry cost` assumes {ASSUMED_REQUESTS:,}.",
        examples=[2_000_000],
    )
    peak_per_second: int | None = Field(
        None, ge=1, le=1_000_000, description="Calls in the busiest second. Left out: within the tier's rate."
    )
    duration_ms: int = Field(
        50, ge=1, le=LONGEST_SECONDS * 1000, description="What a function works on a typical call."
    )
    p99_ms: int | None = Field(
        None,
        ge=1,
        le=LONGEST_SECONDS * 1000,
        description="What the slowest call in a hundred may take. Left out: nobody minds a cold start.",
    )
    payload_kb: Payload = Field(default_factory=Payload, description="Size of a typical call.")
    largest_kb: int | None = Field(
        None, ge=0, le=KILOBYTES, description="The largest body of all, either way. Left out: a typical one."
    )
    longest_request_seconds: int | None = Field(
        None, ge=1, le=LONGEST_SECONDS, description="What the longest call takes. Left out: a few seconds."
    )
    connection: Connection = Field(
        "request",
        description="request: one answer to a call; streaming: an answer that arrives in parts; websocket: "
        "a connection that both sides keep open.",
    )
    writes_percent: int = Field(
        20, ge=0, le=100, description="Of the calls that need a token, how many in a hundred write."
    )
    percent_by_group: Annotated[dict[str, Percent], AfterValidator(Fixed)] = Field(
        default_factory=Fixed,
        description="Of all calls, how many in a hundred go to each route group. A group that is not listed "
        "takes its part of the rest; one that an API key alone opens, 1.",
        examples=[{"items": 80}],
    )
    clients: int = Field(
        10,
        ge=1,
        le=1_000_000,
        description="Callers, each with a token of its own, that are active at the same time.",
    )
    stored_gb: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        description="GB of data that the tenant keeps. Left out: what a year of its writes comes to.",
        examples=[2],
    )

    @property
    def largest_payload_kb(self) -> int:
        return max(self.payload_kb.request, self.payload_kb.response, self.largest_kb or 0)
