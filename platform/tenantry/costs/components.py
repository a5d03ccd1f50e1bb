"""State what each component of the platform is billed for: quantities by the price that they are billed at.

One formula per component, for use that was forecast and for use that was measured alike. A price stands in
one component, once: so free units are counted once.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from tenantry.costs import assumptions as assumed
from tenantry.costs.inventory import TenantInventory
from tenantry.costs.usage import HOURS_IN_MONTH, FunctionUse, Usage
from tenantry.rules.naming import AUTHORIZER

GB = 1024**3
MB_IN_GB = 1024

Quantities = Iterator[tuple[str, Fraction]]
"""Names of prices, with how many of their units."""

Component = Callable[[Usage, TenantInventory], Quantities]


def gateway(usage: Usage, _: object = None) -> Quantities:
    """The authorizer's run is billed for a call that it refuses, the call itself is not."""
    yield "gateway_request", Fraction(usage.requests if usage.served is None else usage.served)


def functions(usage: Usage, has: TenantInventory) -> Quantities:
    """The authorizer and what takes from queues are functions as all others are."""
    return invocations(usage, has.memory_mb, has.architecture)


def invocations(usage: Usage, memory_mb: Mapping[str, int], architecture: str) -> Quantities:
    """`memory_mb` is by function; one that the file no longer asks for is taken to have the authorizer's."""
    yield "function_request", sum((Fraction(use.invocations) for use in usage.functions.values()), Fraction())
    used = (
        _billed_ms(use) * memory_mb.get(name, memory_mb[AUTHORIZER]) for name, use in usage.functions.items()
    )
    yield f"gb_second_{architecture}", sum(used, Fraction()) / 1000 / MB_IN_GB


def data(usage: Usage, _: TenantInventory) -> Quantities:
    stored = Fraction(usage.stored_bytes or 0) / GB * _months(usage)
    yield "read_unit", Fraction(usage.read_units or 0)
    yield "write_unit", Fraction(usage.write_units or 0)
    yield "table_storage", stored
    yield "table_recovery", stored


def logs(usage: Usage, has: TenantInventory) -> Quantities:
    """What is kept is what came in until the retention ends, once the platform is as old as that."""
    ingested = Fraction(usage.log_bytes or 0) / GB
    days = _months(usage) * 365 / 12
    kept_days = has.log_retention_days / days if days else Fraction(0)
    yield "log_ingested", ingested
    yield "log_stored", ingested * kept_days * _months(usage) * assumed.STORED_PER_INGESTED


def monitoring(usage: Usage, has: TenantInventory) -> Quantities:
    months = _months(usage)
    yield "dashboard", has.dashboards * months
    yield "alarm_metric", has.alarm_metrics * months
    yield "query_alarm_metric", has.query_alarm_metrics * months
    yield "composite_alarm", has.composite_alarms * months
    # A custom metric is billed for the hours in which something was counted.
    yield "custom_metric", has.custom_metrics * Fraction(min(usage.hours, usage.requests)) / HOURS_IN_MONTH
    yield "metric_read", Fraction(usage.metrics_read)
    yield "notice", has.notified * assumed.NOTICES_PER_MONTH * months


def secrets(usage: Usage, has: TenantInventory) -> Quantities:
    yield "secret", has.secrets * _months(usage)
    yield "secret_call", _secret_calls(usage, has)


def queues(usage: Usage, has: TenantInventory) -> Quantities:
    """An idle queue costs as well: Lambda goes on asking it."""
    seconds = Fraction(usage.hours) * 3600
    polls = has.queues * assumed.POLLERS * seconds / assumed.POLL_SECONDS
    yield "queue_call", polls + Fraction(usage.messages) * assumed.CALLS_PER_MESSAGE
    yield "mail", Fraction(usage.messages) if has.mails else Fraction(0)


def keys(usage: Usage, has: TenantInventory) -> Quantities:
    renewals = Fraction(usage.hours) * 3600 / assumed.KEY_SECONDS * len(has.functions)
    yield "key", has.keys * (1 + assumed.KEY_ROTATIONS) * _months(usage)
    yield "key_call", has.keys * (renewals + _secret_calls(usage, has))


def tracing(usage: Usage, _: TenantInventory) -> Quantities:
    yield "trace", Fraction(usage.traces or 0)


def transfer(usage: Usage, _: TenantInventory) -> Quantities:
    yield "transfer_out", Fraction(usage.sent_bytes or 0) / GB


COMPONENTS: dict[str, Component] = {
    "gateway": gateway,
    "functions": functions,
    "data": data,
    "logs": logs,
    "dashboards and alarms": monitoring,
    "secrets": secrets,
    "queues": queues,
    "keys": keys,
    "tracing": tracing,
    "transfer": transfer,
}


def _months(usage: Usage) -> Fraction:
    return Fraction(usage.hours) / HOURS_IN_MONTH


def _billed_ms(use: FunctionUse) -> Fraction:
    """Rounded up to 1 ms each; of a cold start the INIT phase is billed too, which Duration leaves out."""
    if not use.invocations:
        return Fraction(0)
    if use.cold_starts is None:
        cold = Fraction(use.invocations) * assumed.COLD_STARTS_PER_INVOCATION
    else:
        cold = Fraction(use.cold_starts)
    each = math.ceil(Fraction(use.duration_ms) / Fraction(use.invocations))
    return Fraction(use.invocations) * each + cold * assumed.INIT_MS


def _secret_calls(usage: Usage, has: TenantInventory) -> Fraction:
    """Each instance of a function that reads a secret asks again when its copy is too old."""
    seconds = Fraction(usage.hours) * 3600
    calls = Fraction(0)
    for name in has.secret_readers:
        use = usage.functions.get(name)
        if use and use.invocations and seconds:
            instances = math.ceil(Fraction(use.duration_ms) / 1000 / seconds)
            calls += min(Fraction(use.invocations), instances * seconds / assumed.SECRET_SECONDS)
    return calls
