"""Work out from a workload what a tenant would use in a month; what was measured stays as it was measured."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agreed.declarations import Record
from tenantry.config import Tenant
from tenantry.config.workload import ASSUMED_REQUESTS
from tenantry.costs import assumptions as assumed
from tenantry.costs.usage import HOURS_IN_MONTH, FunctionUse, Usage
from tenantry.gateway import contract
from tenantry.groups import Member
from tenantry.groups.rates import runs_a_month
from tenantry.rules.naming import AUTHORIZER

KB = 1024
GB = 1024**3


def forecast(tenant: Tenant, requests: float | None = None) -> Usage:
    """A month's use, every figure filled in.

    Args:
        requests: instead of the file's; calls a month.
    """
    workload = tenant.workload
    if requests is None:
        requests = ASSUMED_REQUESTS if workload.requests_per_month is None else workload.requests_per_month
    calls = calls_by_group(tenant, requests)
    messages = queued(tenant, {name: each * written(tenant, name) for name, each in calls.items()})
    usage = Usage(
        hours=HOURS_IN_MONTH,
        requests=requests,
        functions=_functions(tenant, calls, messages),
        messages=sum(messages.values()),
    )
    return completed(usage, tenant)[0]


def completed(usage: Usage, tenant: Tenant) -> tuple[Usage, tuple[str, ...]]:
    """The same with what nobody measured estimated from what was, and the names of what is so estimated."""
    if not tenant.traced:
        usage = replace(usage, traces=0)
    invocations = sum(function.invocations for function in usage.functions.values())
    read, write = consumed(tenant, usage.requests)
    estimates: dict[str, float] = {
        "read_units": read,
        "write_units": write,
        "log_bytes": usage.requests * assumed.ACCESS_LOG_BYTES + invocations * assumed.INVOCATION_LOG_BYTES,
        "stored_bytes": stored(tenant, usage),
        "sent_bytes": usage.requests * tenant.workload.payload_kb.response * KB
        + (usage.messages * tenant.workload.payload_kb.request * KB if _calls_out(tenant) else 0),
        "traces": traces(usage.requests, usage.hours * 3600),
    }
    missing: dict[str, Any] = {
        name: value for name, value in estimates.items() if getattr(usage, name) is None
    }
    return replace(usage, **missing), tuple(missing)


def consumed(tenant: Tenant, requests: float) -> tuple[float, float]:
    """Read and write units of DynamoDB for so many calls."""
    size, calls = tenant.workload.payload_kb, calls_by_group(tenant, requests)
    reads = {name: each * (1 - written(tenant, name)) for name, each in calls.items()}
    writes = {name: each - reads[name] for name, each in calls.items()}
    messages = sum(queued(tenant, writes).values())
    read = sum(reads.values()) * units(size.response, assumed.READ_UNIT_KB)
    write = sum(each * write_units(tenant, name, size.request) for name, each in writes.items())
    return (
        read + messages * units(size.request, assumed.READ_UNIT_KB),
        write + messages * units(size.request, assumed.WRITE_UNIT_KB),
    )


def stored(tenant: Tenant, usage: Usage) -> float:
    """Bytes of data: as the file states, or what its writes come to once it is as old as that."""
    workload = tenant.workload
    if workload.stored_gb is not None:
        return float(workload.stored_gb * GB)
    monthly = usage.requests * HOURS_IN_MONTH / usage.hours if usage.hours else 0
    writes = sum(each * written(tenant, name) for name, each in calls_by_group(tenant, monthly).items())
    return writes * assumed.KEPT_MONTHS * workload.payload_kb.request * KB


def calls_by_group(tenant: Tenant, requests: float) -> dict[str, float]:
    """As the file states; else little for a group that a key alone opens, and the rest for the others."""
    stated = {
        name: share / 100 for name, share in tenant.workload.percent_by_group.items() if name in tenant.routes
    }
    shares = stated | {
        name: assumed.SHARE_BY_KEY for name in tenant.routes if name not in stated and _by_key_alone(name)
    }
    rest = [name for name in tenant.routes if name not in shares]
    if rest:
        left = max(0.0, 1 - sum(shares.values()))
        shares |= dict.fromkeys(rest, left / len(rest))
    total = sum(shares.values()) or 1
    return {name: requests * shares[name] / total for name in tenant.routes}


def written(tenant: Tenant, group: str) -> float:
    """The share of a group's calls that write: what only takes something writes each time."""
    return 1 if _by_key_alone(group) else tenant.workload.writes_percent / 100


def queued(tenant: Tenant, writes: Mapping[str, float]) -> dict[str, float]:
    """Messages by the queue's consumer: each write of a group that feeds it is one for each receiver."""
    return {
        member.name: writes[member.group.name] * _receivers(tenant, member)
        for member in tenant.members
        if member.queue and member.queue.name in member.group.function.feeds
    }


def _receivers(tenant: Tenant, member: Member) -> int:
    if member.group.webhooks is None or not member.calls_receivers:
        return 1
    single = member.group.webhooks.single in tenant.options.get(member.group.name, {})
    return single + len(tenant.webhooks.get(member.group.name, ()))


def runs(tenant: Tenant) -> dict[str, float]:
    """Of its schedules, by the function that runs; its clocks stand still while it is suspended."""
    if tenant.status != "active":
        return {}
    return {member.name: runs_a_month(member.schedule.rate) for member in tenant.members if member.schedule}


def _by_key_alone(group: str) -> bool:
    own = [route for route in contract.installed_routes() if route.group == group]
    return bool(own) and all(route.scope is None for route in own)


def _calls_out(tenant: Tenant) -> bool:
    """Whether what takes from a queue posts what it took to an address of the tenant's."""
    options = tenant.options
    return any(tenant.webhooks.values()) or any(
        "://" in options.get(member.group.name, {}).get(called, called)
        for member in tenant.members
        if member.queue
        for called in member.function.calls
    )


def verdicts(calls: float, clients: int, seconds: float, kept: float = assumed.VERDICT_SECONDS) -> float:
    """How often the authorizer is asked: a client's verdict is kept, and the next call after that asks again.

    Calls that come evenly ask most often, so this is the most that a month can cost.
    """
    if not calls:
        return 0
    per_client = calls / clients / seconds
    return calls / (1 + per_client * kept)


def traces(requests: float, seconds: float) -> float:
    """Calls that X-Ray keeps, were the account all this tenant's: the first of a second is one for all."""
    if not seconds:
        return 0
    rate = requests / seconds
    kept = min(rate, assumed.TRACES_PER_SECOND)
    return (kept + (rate - kept) * assumed.TRACED_BEYOND) * seconds


def units(kilobytes: float, per_unit: int) -> int:
    """DynamoDB rounds each record up, and an empty one is one unit."""
    return max(1, math.ceil(kilobytes / per_unit))


def write_units(tenant: Tenant, name: str, kilobytes: int) -> int:
    """One transaction: the record, the idempotency key's, and count and entry where the kind has them."""
    record = _record(tenant, name)
    others = 1 + bool(record and record.counted_by) + bool(record and record.listed_by)
    return assumed.IN_TRANSACTION * (units(kilobytes, assumed.WRITE_UNIT_KB) + others)


def _record(tenant: Tenant, name: str) -> Record | None:
    """What the group writes: a kind of its own or, without one, the first that it may change of another's."""
    group = tenant.groups.group(name)
    if group is None:
        return None
    changed = (use.kind.partition("/") for use in group.function.uses if {"put", "update"} & {*use.actions})
    others = (tenant.groups.record(owner, kind) for owner, _, kind in changed if kind)
    return next((each for each in (*group.records, *others) if each), None)


def _functions(
    tenant: Tenant, calls: Mapping[str, float], messages: Mapping[str, float]
) -> dict[str, FunctionUse]:
    with_token = sum(each for name, each in calls.items() if not _by_key_alone(name))
    asked = verdicts(with_token, tenant.workload.clients, HOURS_IN_MONTH * 3600)
    durations = {
        AUTHORIZER: (asked, assumed.AUTHORIZER_MS),
        **{name: (each, tenant.workload.duration_ms) for name, each in calls.items()},
        **{name: (each, assumed.CONSUMER_MS) for name, each in messages.items()},
        **{name: (each, assumed.SCHEDULE_MS) for name, each in runs(tenant).items()},
    }
    return {name: FunctionUse(count, count * each) for name, (count, each) in durations.items() if count}
