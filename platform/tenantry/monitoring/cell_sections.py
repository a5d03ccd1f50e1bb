"""Draw the tenants of a cell side by side, and what they share."""

from collections.abc import Callable, Sequence
from typing import Any

from agreed.metrics import READS, WRITES
from agreed.metrics import Metric as Declared
from tenantry.monitoring import alarms, cell_alarms
from tenantry.monitoring.metrics import GATEWAY, LAMBDA, SQS, Metric, counted_by, own
from tenantry.monitoring.sections import table_rows
from tenantry.monitoring.watched import Watched
from tenantry.monitoring.widgets import (
    GraphLine,
    Widget,
    WidgetRow,
    alarm_states,
    computed,
    graph,
    line,
    text,
)
from tenantry.rules.arns import Arns
from tenantry.rules.naming import AUTHORIZER, Names


def rows(arns: Arns, names: Names, title: str, total: int, tenants: Sequence[Watched]) -> list[WidgetRow]:
    heading = [text(f"# Cell {title}: {total} tenants")]
    if not tenants:
        return [heading]
    own = [each for each in tenants if each.alarms == "own"]
    states = [arns.alarm(names.alarm(each.tenant, alarms.UNHEALTHY)) for each in own]
    states += [arns.alarm(names.cell_alarm(each.name)) for each in cell_alarms.of_cell(names, tenants)]
    return [
        heading,
        [alarm_states("Tenants, and what they share", states)],
        [_gateway(tenants, "Calls", "Count"), _gateway(tenants, "Latency p99 (ms)", "Latency", "p99")],
        [
            _gateway(tenants, "Share of calls with 5xx", "5XXError", "Average"),
            _gateway(tenants, "4xx", "4XXError"),
        ],
        [_errors(tenants), *_dead_letters(tenants)],
        _capacity([each for each in tenants if each.pooled and each.counted]),
        *table_rows("Pooled table: ", names.table),
    ]


def _gateway(tenants: Sequence[Watched], title: str, name: str, stat: str = "Sum") -> Widget:
    lines = [
        line(Metric(GATEWAY, name, {"ApiName": each.api, "Stage": each.tenant}), label=each.tenant)
        for each in tenants
    ]
    return graph(title, lines, stat)


def _errors(tenants: Sequence[Watched]) -> Widget:
    def of(tenant: Watched) -> list[Metric]:
        names = [name for group, name in tenant.functions.items() if group != AUTHORIZER]
        return [Metric(LAMBDA, "Errors", {"FunctionName": name}) for name in names]

    return graph("Function errors", _totals(tenants, of))


def _dead_letters(tenants: Sequence[Watched]) -> WidgetRow:
    lines = [
        line(
            Metric(SQS, "ApproximateNumberOfMessagesVisible", {"QueueName": queue.dead_letters}),
            label=f"{each.tenant} {queue.declared.name}",
        )
        for each in tenants
        for queue in each.queues
    ]
    return [graph("Dead letters", lines, "Maximum")] if lines else []


def _capacity(tenants: Sequence[Watched]) -> WidgetRow:
    """Who uses the pooled table, whose own metrics know no tenant."""

    def of(metric: Declared) -> Callable[[Watched], list[Metric]]:
        def metrics(tenant: Watched) -> list[Metric]:
            routes = counted_by(metric, tenant.routes, tenant.workers)
            return [own(metric, tenant=tenant.tenant, route=each) for each in routes]

        return metrics

    shown = (("Read", READS), ("Write", WRITES))
    return [
        graph(f"Pooled table: {kind.lower()} units by tenant", _totals(tenants, of(metric)), stacked=True)
        for kind, metric in shown
        if tenants
    ]


def _totals(tenants: Sequence[Watched], metrics: Callable[[Watched], list[Metric]]) -> list[GraphLine]:
    """A line for each tenant, the sum of its metrics."""
    lines: list[GraphLine] = []
    for number, tenant in enumerate(tenants):
        parts: list[Any] = [
            line(metric, id=f"t{number}m{part}", visible=False) for part, metric in enumerate(metrics(tenant))
        ]
        total = "+".join(f"FILL({each[-1]['id']},0)" for each in parts)
        lines += [*parts, computed(total, tenant.tenant)]
    return lines
