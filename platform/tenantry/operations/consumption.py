"""Measure what a cell's tenants used this month so far, in the terms that costs are estimated by."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tenantry.config import Cell
from tenantry.costs.usage import CellUsage, FunctionUse, Usage
from tenantry.operations import running
from tenantry.operations.aws import refusals_told
from tenantry.operations.figures import DAY, Sums, sums
from tenantry.operations.metric_data import Measure, Window, read
from tenantry.operations.places import Place
from tenantry.policies import INDEX

TABLES = "AWS/DynamoDB"


def this_month(place: Place, cell: Cell) -> CellUsage:
    """Since the month began (UTC); tenants that have no file, or do not run, are left out.

    Raises:
        Failed: AWS refuses, or the cell does not run there.
    """
    now = datetime.now(UTC)
    began = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    hours = (now - began).total_seconds() / 3600
    found, known = running.survey(place), {tenant.slug: tenant for tenant in cell.tenants}
    measured = sums(found, [each for each in found.tenants if each.slug in known], began, now)
    table = _table(place, place.names.table)
    reads, writes = _pooled_units(place, Window(began, now, DAY))
    silos = {
        slug: _bytes(_table(place, place.names.tenant(slug)))
        for slug in measured
        if known[slug].isolation == "silo"
    }
    usages = {slug: _usage(hours, each, silos.get(slug)) for slug, each in measured.items()}
    return CellUsage(usages, reads, writes, _bytes(table))


def _usage(hours: float, measured: Sums, stored: float | None) -> Usage:
    functions = {
        group: FunctionUse(each.invocations, each.duration_ms, each.cold_starts)
        for group, each in measured.functions.items()
    }
    return Usage(
        hours=hours,
        requests=measured.requests,
        functions=functions,
        read_units=measured.read_units,
        write_units=measured.write_units,
        messages=measured.messages,
        log_bytes=measured.log_bytes,
        stored_bytes=stored,
    )


def _pooled_units(place: Place, month: Window) -> tuple[float, float]:
    """Read and write units of the pooled table and of its index."""
    table = ("TableName", place.names.table)
    parts: tuple[tuple[tuple[str, str], ...], ...] = ((table,), (table, ("GlobalSecondaryIndexName", INDEX)))
    kinds = ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")
    asked = {kind: [Measure(TABLES, kind, part) for part in parts] for kind in kinds}
    points = read(place, (each for own in asked.values() for each in own), month)
    reads, writes = (sum(value for each in asked[kind] for _, value in points[each]) for kind in kinds)
    return reads, writes


def _table(place: Place, name: str) -> Mapping[str, Any]:
    with refusals_told(place.region):
        described: Mapping[str, Any] = place.client("dynamodb").describe_table(TableName=name)["Table"]
    return described


def _bytes(table: Mapping[str, Any]) -> float:
    """As of DynamoDB's last count, which it makes about every six hours."""
    indexes = table.get("GlobalSecondaryIndexes", [])
    return float(table.get("TableSizeBytes", 0) + sum(each.get("IndexSizeBytes", 0) for each in indexes))
