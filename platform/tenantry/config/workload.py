"""The traffic that an operator expects of a tenant; costs are estimated from it, and no resource changes."""

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
        yield Fault(
            "is less than duration_ms", "write how long the slowest call in a hundred takes", ("p99_ms",)
        )
    if isinstance(longest, int) and longest * 1000 < typical:
        yield Fault(
            "is less than duration_ms", "write how long the longest call takes", ("longest_request_seconds",)
        )


Percent = Annotated[int, Field(ge=0, le=100)]


class Payload(Model):
    """Sizes of a call's bodies, in KB."""

    request: int = Field(1, ge=0, le=KILOBYTES, description="Size of the request's body, in KB.")
    response: int = Field(2, ge=0, le=KILOBYTES, description="Size of the answer's body, in KB.")


class Workload(Model):
    """Every field is optional; the defaults describe a small JSON API."""

    rules = (_durations_agree,)

    requests_per_month: int | None = Field(
        None,
        ge=0,
        le=REQUESTS,
        description=f"Calls a month. Left out: `tenantry cost` assumes {ASSUMED_REQUESTS:,}.",
        examples=[2_000_000],
    )
    peak_per_second: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="Calls in the busiest second. Left out: no more than the tier's rate.",
    )
    duration_ms: int = Field(
        50,
        ge=1,
        le=LONGEST_SECONDS * 1000,
        description="How long a function works on a typical call, in milliseconds.",
    )
    p99_ms: int | None = Field(
        None,
        ge=1,
        le=LONGEST_SECONDS * 1000,
        description="How long the slowest call in a hundred may take, in milliseconds. Left out: cold "
        "starts do not matter.",
    )
    payload_kb: Payload = Field(default_factory=Payload, description="Sizes of a typical call's bodies.")
    largest_kb: int | None = Field(
        None,
        ge=0,
        le=KILOBYTES,
        description="The largest body of any request or answer, in KB. Left out: the larger of payload_kb.",
    )
    longest_request_seconds: int | None = Field(
        None,
        ge=1,
        le=LONGEST_SECONDS,
        description="How long the longest call takes, in seconds. Left out: a few seconds.",
    )
    connection: Connection = Field(
        "request",
        description="request: one answer to a call; streaming: an answer that arrives in parts; websocket: "
        "a connection that both sides keep open.",
    )
    writes_percent: int = Field(
        20, ge=0, le=100, description="Percentage of writes among the calls that need a token."
    )
    percent_by_group: Annotated[dict[str, Percent], AfterValidator(Fixed)] = Field(
        default_factory=Fixed,
        description="Percentage of all calls that goes to each route group. Groups that are not listed "
        "share the rest equally, except that one which needs no token gets 1.",
        examples=[{"items": 80}],
    )
    clients: int = Field(
        10,
        ge=1,
        le=1_000_000,
        description="Callers that are active at the same time, each with a token of its own.",
    )
    stored_gb: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        description="How much data the tenant keeps, in GB. Left out: what its writes add up to in a year.",
        examples=[2],
    )

    @property
    def largest_payload_kb(self) -> int:
        return max(self.payload_kb.request, self.payload_kb.response, self.largest_kb or 0)
