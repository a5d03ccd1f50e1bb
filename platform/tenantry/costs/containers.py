"""Compute from which number of calls on containers would serve them for less than functions behind a gateway.

The other side of the comparison: tasks on Fargate, arm64, behind an Application Load Balancer, two at least
for two zones. It leaves out what such a platform would have to build still: API keys, plans, verdicts.
"""

import math
from collections.abc import Iterator
from fractions import Fraction

from tenantry.config import Tenant
from tenantry.costs.components import gateway, invocations
from tenantry.costs.forecast import GB, KB, forecast
from tenantry.costs.prices import Prices
from tenantry.costs.usage import HOURS_IN_MONTH

SECONDS = HOURS_IN_MONTH * 3600
MB_PER_VCPU = 1769  # "At 1,769 MB, a function has the equivalent of one vCPU": AWS Lambda developer guide
TASK_VCPU, TASK_GB = Fraction(1, 4), Fraction(1, 2)  # Fargate's smallest
LEAST_TASKS = 2
BUSY = Fraction(1, 4)  # of its vCPU at the mean load: four times as much is served before more tasks start
CALLS_PER_CONNECTION = 10
CONNECTIONS_PER_UNIT = 25  # new ones a second, of one load balancer capacity unit; or 1 GB an hour
ADDRESSES = 2  # the balancer's; each task has one more
MOST_CALLS = 10**12


def serverless(tenant: Tenant, requests: int, prices: Prices, architecture: str = "arm64") -> Fraction:
    """Gateway and functions alone: what containers would take the place of."""
    usage = forecast(tenant, requests)
    quantities = [*gateway(usage), *invocations(usage, tenant.memory_mb, architecture)]
    return sum((prices.named(price).of(quantity) for price, quantity in quantities), Fraction())


def containers(tenant: Tenant, requests: int, prices: Prices) -> Fraction:
    hours = Fraction(HOURS_IN_MONTH)
    running = tasks(tenant, requests)
    rate = Fraction(requests) / SECONDS
    payload = tenant.workload.payload_kb
    carried = Fraction(requests * (payload.request + payload.response) * KB, GB) / hours
    balanced = max(rate / CALLS_PER_CONNECTION / CONNECTIONS_PER_UNIT, carried)
    return (
        prices.container_vcpu_hour.of(running * TASK_VCPU * hours)
        + prices.container_gb_hour.of(running * TASK_GB * hours)
        + prices.balancer_hour.of(hours)
        + prices.balancer_unit_hour.of(balanced * hours)
        + prices.address_hour.of((ADDRESSES + running) * hours)
    )


def tasks(tenant: Tenant, requests: int) -> int:
    """Enough for the mean load, were a function's whole duration work on its share of a vCPU."""
    each = Fraction(tenant.workload.duration_ms, 1000) * Fraction(tenant.tier.memory_mb, MB_PER_VCPU)
    return max(LEAST_TASKS, math.ceil(Fraction(requests) / SECONDS * each / BUSY / TASK_VCPU))


def crossover(tenant: Tenant, prices: Prices, architecture: str = "arm64") -> int | None:
    """Calls a month from which on containers cost no more; None where they never do."""

    def cheaper(requests: int) -> bool:
        return containers(tenant, requests, prices) <= serverless(tenant, requests, prices, architecture)

    below = 0
    for volume in _doubling():
        if cheaper(volume):
            while volume - below > max(1, below // 1000):
                middle = (below + volume) // 2
                below, volume = (below, middle) if cheaper(middle) else (middle, volume)
            return volume
        below = volume
    return None


def _doubling() -> Iterator[int]:
    volume = 1000
    while volume <= MOST_CALLS:
        yield volume
        volume *= 2
