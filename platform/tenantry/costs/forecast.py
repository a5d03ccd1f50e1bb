"""Work out from a workload what a tenant would use in a month; what was measured stays as it was measured."""

import math
from dataclasses import replace
from typing import Any

from tenantry.config import Tenant
from tenantry.config.workload import ASSUMED_REQUESTS
from tenantry.costs import assumptions as assumed
from tenantry.costs.usage import HOURS_IN_MONTH, FunctionUse, Usage
from tenantry.rules.naming import AUTHORIZER, NOTIFIER

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
    contact, others = split_calls(tenant, requests)
    writes = others * workload.writes_percent / 100
    reads = others - writes
    messages = contact if tenant.delivers else 0
    usage = Usage(
        hours=HOURS_IN_MONTH,
        requests=requests,
        functions=_functions(tenant, contact, others),
        read_units=reads * units(workload.payload_kb.response, assumed.READ_UNIT_KB)
        + messages * units(workload.payload_kb.request, assumed.READ_UNIT_KB),
        write_units=writes * item_write_units(workload.payload_kb.request)
        + contact * message_write_units(workload.payload_kb.request, delivered=tenant.delivers),
        messages=messages,
    )
    return completed(usage, tenant)[0]


def completed(usage: Usage, tenant: Tenant) -> tuple[Usage, tuple[str, ...]]:
    """The same with what nobody measured estimated from what was, and the names of what is so estimated."""
    invocations = sum(function.invocations for function in usage.functions.values())
    estimates: dict[str, float] = {
        "log_bytes": usage.requests * assumed.ACCESS_LOG_BYTES + invocations * assumed.INVOCATION_LOG_BYTES,
        "stored_bytes": float(tenant.workload.stored_gb * GB),
        "sent_bytes": usage.requests * tenant.workload.payload_kb.response * KB
        + (usage.messages * tenant.workload.payload_kb.request * KB if tenant.webhook else 0),
        "traces": traces(usage.requests, usage.hours * 3600),
    }
    missing: dict[str, Any] = {
        name: value for name, value in estimates.items() if getattr(usage, name) is None
    }
    return replace(usage, **missing), tuple(missing)


def split_calls(tenant: Tenant, requests: float) -> tuple[float, float]:
    """Contact messages, which need no token, and the calls of the other groups."""
    if tenant.routes == ("contact",):
        return requests, 0
    share = tenant.workload.contact_percent / 100 if "contact" in tenant.routes else 0
    return requests * share, requests * (1 - share)


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


def item_write_units(kilobytes: int) -> int:
    """One transaction: the item, its count, the record of the idempotency key."""
    return assumed.IN_TRANSACTION * (units(kilobytes, assumed.WRITE_UNIT_KB) + 1 + 1)


def message_write_units(kilobytes: int, delivered: bool) -> int:
    """The same for a message, and its entry by state; a delivery writes the message once more."""
    delivery = units(kilobytes, assumed.WRITE_UNIT_KB) if delivered else 0
    return item_write_units(kilobytes) + assumed.IN_TRANSACTION + delivery


def _functions(tenant: Tenant, contact: float, others: float) -> dict[str, FunctionUse]:
    duration = tenant.workload.duration_ms
    asked = verdicts(others, tenant.workload.clients, HOURS_IN_MONTH * 3600)
    main = next((group for group in tenant.routes if group != "contact"), "contact")
    calls = {
        AUTHORIZER: (asked, assumed.AUTHORIZER_MS),
        "contact": (contact, duration),
        main: (others if main != "contact" else contact, duration),
        NOTIFIER: (contact if tenant.delivers else 0, assumed.NOTIFIER_MS),
    }
    return {group: FunctionUse(count, count * each) for group, (count, each) in calls.items() if count}
