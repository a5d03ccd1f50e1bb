"""Name the alarms of a cell: what its tenants share, and one for each condition that watches many tenants.

The latter are queries of Metrics Insights. Each tenant is a time series of its own, so the alarm rings for
each by itself and names it; a new tenant joins when it is first called. A query computes no percentile, knows
no beginning of a name, and looks back for three hours at most (docs/decisions/0024): what it cannot watch is
left to a few alarms of each tenant's own, or unwatched.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from tenantry.errors import WrongInput
from tenantry.monitoring.alarms import FAILING_SHARE, SLOW_MS, Alarm, table_throttles
from tenantry.monitoring.metrics import GATEWAY, Metric
from tenantry.monitoring.watched import ANY_TENANT, Watched
from tenantry.rules.naming import Names

QUERY_LENGTH = 2_048  # of an expression: MetricDataQuery, CloudWatch's reference
TENANT = "Stage"  # the dimension by which a series is one tenant's
DIMENSIONS = ("ApiName", TENANT)
CONDITIONS = ("5xx", "latency")


def of_cell(names: Names, tenants: Iterable[Watched]) -> list[Alarm]:
    """Raises WrongInput: too many tenants are left out for a query to name them."""
    shown = list(tenants)
    if all(each.alarms != "cell" for each in shown):
        return [table_throttles(names.table)]
    others = [each.tenant for each in shown if each.alarms != "cell"]
    share, slow = f"{FAILING_SHARE:.0%}", f"{SLOW_MS / 1000:g} s"
    return [
        table_throttles(names.table),
        _of_each(
            "5xx", f"more than {share} of a tenant's calls fail", "5XXError", FAILING_SHARE, names, others
        ),
        _of_each(
            "latency", f"a tenant's calls take over {slow} on average", "Latency", SLOW_MS, names, others
        ),
    ]


def _of_each(
    condition: str, meaning: str, metric: str, threshold: float, names: Names, others: Iterable[str]
) -> Alarm:
    """`others` are watched by alarms of their own, or by none."""
    Metric(GATEWAY, metric, dict.fromkeys(DIMENSIONS, ANY_TENANT))  # nothing else emits it
    left_out = "".join(_but(each) for each in others)
    query = (  # names and slugs hold no quote
        f'SELECT AVG("{metric}") FROM SCHEMA("{GATEWAY}", {", ".join(DIMENSIONS)}) '  # noqa: S608
        f"WHERE ApiName = '{names.cell}'{left_out} GROUP BY {TENANT}"
    )
    if len(query) > QUERY_LENGTH:
        raise WrongInput(
            f"the cell's alarm {condition} cannot name all tenants that it leaves out: its query has "
            f"{len(query):,} characters, over {QUERY_LENGTH:,}; put the tenants whose tier says alarms: cell "
            "into a cell of their own"
        )
    return Alarm(condition, meaning, (), threshold, query, periods=3)


def query_of(alarm: Mapping[str, Any]) -> str:
    """Of a metric alarm as DescribeAlarms has it; empty where it is not such a query."""
    metrics: Iterable[Mapping[str, Any]] = alarm.get("Metrics") or ()
    expressions = (str(each.get("Expression", "")) for each in metrics)
    return next((each for each in expressions if each.endswith(f" GROUP BY {TENANT}")), "")


def watches(query: str, tenant: str) -> bool:
    """Whether such a query takes that tenant in."""
    return _but(tenant) not in query


def _but(tenant: str) -> str:
    return f" AND {TENANT} != '{tenant}'"
