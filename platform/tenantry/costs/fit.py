"""Judge by a tenant's workload whether functions behind a gateway suit it at all, and name what would."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tenantry.config import Tenant
from tenantry.config.quotas import CONCURRENCY, REQUESTS_PER_SECOND
from tenantry.costs.assumptions import INIT_MS
from tenantry.costs.containers import containers, crossover, serverless
from tenantry.costs.prices import Prices
from tenantry.costs.watching import watched_least, watching_and_serving

GATEWAY_SECONDS = 29  # a REST API's integration; soft for a regional one, which ours are
LAMBDA_SECONDS = 900  # one invocation, hard
GATEWAY_KB = 10 * 1024  # payload, hard
LAMBDA_KB = 6 * 1024  # payload of a synchronous invocation, hard
BODY_KB = 64  # what our API takes of a request: a test compares it with the functions
DAYS = {"day": 30, "week": 4, "month": 1}  # of a quota's periods in a month, at the least


@dataclass(frozen=True, slots=True)
class Misfit:
    """`fatal`: it cannot work in this form. Otherwise it works, and something else would do better."""

    rule: str
    reason: str
    instead: str
    fatal: bool = True


class Basis(NamedTuple):
    """What a tenant is judged by; `concurrency` is that of all functions of the account, in its Region."""

    prices: Prices
    concurrency: int = CONCURRENCY


FitRule = Callable[[Tenant, Basis], Iterator[Misfit]]


def misfits(tenant: Tenant, basis: Basis) -> list[Misfit]:
    """Nothing for a workload that fits."""
    return [found for rule in RULES.values() for found in rule(tenant, basis)]


def _duration(tenant: Tenant, _: Basis) -> Iterator[Misfit]:
    seconds = max(tenant.workload.longest_request_seconds or 0, tenant.workload.duration_ms // 1000)
    if seconds > LAMBDA_SECONDS:
        yield Misfit(
            "duration",
            f"a call of {seconds:,} s is longer than a Lambda function may run, {LAMBDA_SECONDS} s",
            "answer 202 at once and let ECS on Fargate or AWS Batch do the work, led by Step Functions",
        )
    elif seconds > GATEWAY_SECONDS:
        yield Misfit(
            "duration",
            f"a call of {seconds} s is longer than API Gateway waits, {GATEWAY_SECONDS} s; AWS raises that "
            "for a regional REST API on request, and may lower the account's rate for it",
            "answer 202 at once and work on from a queue or Step Functions; or ECS on Fargate behind a load "
            "balancer",
        )
    elif seconds > (given := _longest_seconds(tenant)):
        yield Misfit(
            "duration",
            f"a call of {seconds} s is longer than Tenantry's functions are given, {given} s",
            "answer 202 at once and work on from a queue",
        )


def _longest_seconds(tenant: Tenant) -> int:
    """Of a route, as its group declares it."""
    return max(member.function.timeout_seconds for member in tenant.members if member.serves)


def _payload(tenant: Tenant, _: Basis) -> Iterator[Misfit]:
    kilobytes = tenant.workload.largest_payload_kb
    elsewhere = "presigned S3 URLs: clients send and fetch the bytes there, and the API carries their keys"
    if kilobytes > GATEWAY_KB:
        yield Misfit(
            "payload",
            f"a body of {kilobytes:,} KB is over API Gateway's {GATEWAY_KB:,} KB, which nobody raises",
            elsewhere,
        )
    elif kilobytes > LAMBDA_KB:
        yield Misfit(
            "payload",
            f"a body of {kilobytes:,} KB is over Lambda's {LAMBDA_KB:,} KB, which nobody raises",
            f"{elsewhere}; or a Lambda function URL that streams its response",
        )
    elif (request := tenant.workload.payload_kb.request) > BODY_KB:
        yield Misfit(
            "payload",
            f"a request of {request:,} KB is over the {BODY_KB} KB that this API takes",
            elsewhere,
        )


def _connection(tenant: Tenant, _: Basis) -> Iterator[Misfit]:
    if tenant.workload.connection == "streaming":
        yield Misfit(
            "connection",
            "a REST API that Lambda serves as a proxy gives its answer as a whole, never in parts",
            "a Lambda function URL with response streaming, or ECS on Fargate behind a load balancer",
        )
    if tenant.workload.connection == "websocket":
        yield Misfit(
            "connection",
            "a REST API keeps no connection open, and functions keep no session",
            "API Gateway's WebSocket API or AppSync Events; ECS on Fargate where the session lives in memory",
        )


def _tail(tenant: Tenant, _: Basis) -> Iterator[Misfit]:
    """A first call may find the authorizer cold and then the function."""
    workload = tenant.workload
    cold = workload.duration_ms + 2 * INIT_MS
    if workload.p99_ms is not None and workload.p99_ms < cold:
        yield Misfit(
            "cold starts",
            f"one call in a hundred may take {workload.p99_ms:,} ms, and one that finds authorizer and "
            f"function cold takes about {cold:,} ms; at little traffic those are more than one in a hundred",
            "provisioned concurrency, which Tenantry does not declare; or ECS on Fargate, always warm",
            fatal=False,
        )


def _peak(tenant: Tenant, basis: Basis) -> Iterator[Misfit]:
    """The stage's own throttle holds all keys together to the tier's rate."""
    workload, limits = tenant.workload, tenant.limits
    rate = workload.peak_per_second or 0
    busy = rate * workload.duration_ms / 1000
    if rate > REQUESTS_PER_SECOND:
        yield Misfit(
            "peak",
            f"{rate:,} calls a second are over the account's {REQUESTS_PER_SECOND:,}",
            "ask AWS to raise it, spread the tenant over accounts, or ECS on Fargate behind a load balancer",
        )
    elif rate > limits.rate_per_second:
        yield Misfit(
            "peak",
            f"{rate:,} calls a second are over its {limits.rate_per_second:,}; the rest are answered 429",
            "a higher tier, or limits.rate_per_second of its own",
        )
    if busy > basis.concurrency:
        yield Misfit(
            "concurrency",
            f"{rate:,} calls a second of {workload.duration_ms:,} ms are {busy:,.0f} at a time, over the "
            f"account's {basis.concurrency:,} executions",
            "ask AWS to raise it, or ECS on Fargate behind a load balancer",
        )


def _quota(tenant: Tenant, _: Basis) -> Iterator[Misfit]:
    requests, quota = tenant.workload.requests_per_month or 0, tenant.limits.quota
    if quota is None:
        return
    most = quota.limit * DAYS[quota.period] * len(tenant.api_keys)
    if requests > most:
        keys = "its key" if len(tenant.api_keys) == 1 else f"its {len(tenant.api_keys)} keys"
        yield Misfit(
            "quota",
            f"{requests:,} calls a month are over the {most:,} that the quota lets {keys} make "
            f"({quota.limit:,} a {quota.period} for each key)",
            "a higher tier, or limits.quota of its own",
        )


def _sustained(tenant: Tenant, basis: Basis) -> Iterator[Misfit]:
    prices = basis.prices
    requests = tenant.workload.requests_per_month
    if requests and containers(tenant, requests, prices) <= serverless(tenant, requests, prices):
        turn = crossover(tenant, prices) or requests
        yield Misfit(
            "sustained load",
            f"from about {turn:,} calls a month on, containers cost no more than gateway and functions; "
            f"it expects {requests:,}",
            "ECS on Fargate, arm64, behind an Application Load Balancer, for this tenant alone",
            fatal=False,
        )


def _watching(tenant: Tenant, basis: Basis) -> Iterator[Misfit]:
    """Without a stated workload nobody knows; where less would not be cheaper, nothing can be done."""
    requests = tenant.workload.requests_per_month
    if requests is None:
        return
    watching, serving = watching_and_serving(tenant, requests, basis.prices)
    if watching <= serving:
        return
    least, _ = watching_and_serving(watched_least(tenant), requests, basis.prices)
    if least < watching:
        yield Misfit(
            "watching",
            f"to watch it costs ${float(watching):,.2f} a month, and to serve it ${float(serving):,.2f}",
            f"a tier with monitoring: {{alarms: cell, metrics: free, traces: off}}, ${float(least):,.2f}",
            fatal=False,
        )


RULES: dict[str, FitRule] = {
    "duration": _duration,
    "payload": _payload,
    "connection": _connection,
    "cold starts": _tail,
    "peak": _peak,
    "quota": _quota,
    "sustained load": _sustained,
    "watching": _watching,
}
