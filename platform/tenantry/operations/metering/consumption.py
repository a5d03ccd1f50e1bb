"""Read what the tenants of a cell used this month, for their cost to be worked out from it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tenantry.config import Cell, Tenant
from tenantry.costs.usage import CellUsage, FunctionUse, Usage
from tenantry.operations.aws import refusals_reported
from tenantry.operations.metering import figures, metric_data
from tenantry.operations.places import Place
from tenantry.operations.running import Running

DYNAMODB = "AWS/DynamoDB"
DAY = 86_400  # seconds


def this_month(running: Running, cell: Cell, now: datetime | None = None) -> CellUsage:
    """From the first of the month (UTC) on, of each tenant that has a file and runs.

    Raises:
        Failed: AWS refuses.
    """
    end = now or datetime.now(UTC)
    start = end.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    hours = (end - start) / timedelta(hours=1)
    place = running.place
    silos = {tenant.slug for tenant in cell.tenants if tenant.isolation == "silo"}
    known = {tenant.slug: tenant for tenant in cell.tenants}
    sums = figures.sums(running, [each for each in running.tenants if each.slug in known], start, end)
    return CellUsage(
        tenants={
            slug: _usage(
                known[slug],
                used,
                hours,
                _stored(place, place.names.tenant(slug)) if slug in silos else None,
            )
            for slug, used in sums.items()
        },
        pooled_read_units=_consumed(running, "ConsumedReadCapacityUnits", start, end),
        pooled_write_units=_consumed(running, "ConsumedWriteCapacityUnits", start, end),
        pooled_bytes=_stored(place, place.names.table),
    )


def _usage(tenant: Tenant, used: figures.Sums, hours: float, stored: float | None) -> Usage:
    """What functions count only in detail is unknown of those that do not; their runs stand for messages."""
    counted = tenant.tier.monitoring.metrics == "detail"
    taken = [used.functions.get(queue.consumer) for queue in tenant.queues]
    return Usage(
        hours=hours,
        requests=used.requests,
        served=used.served,
        functions={
            group: FunctionUse(each.invocations, each.duration_ms, each.cold_starts if counted else None)
            for group, each in used.functions.items()
        },
        read_units=used.read_units if counted else None,
        write_units=used.write_units if counted else None,
        messages=used.messages if counted else sum(each.invocations for each in taken if each),
        metrics_read=used.metrics_read,
        log_bytes=used.log_bytes,
        stored_bytes=stored,
    )


def _consumed(running: Running, metric: str, start: datetime, end: datetime) -> float | None:
    """By the pooled table; None where CloudWatch knows nothing of it."""
    table = running.place.names.table
    measures = [metric_data.Measure(DYNAMODB, metric, (("TableName", table),))]
    found = metric_data.read(running.place, measures, metric_data.Window(start, end, DAY))
    points = [value for each in found.values() for _, value in each]
    return sum(points) if points else None


def _stored(place: Place, table: str) -> float | None:
    """Bytes of a table; DynamoDB counts them anew about every six hours, and answers 0 before."""
    with refusals_reported(place.region):
        description: dict[str, Any] = place.client("dynamodb").describe_table(TableName=table)["Table"]
    return description.get("TableSizeBytes") or None
