"""Keep what is measured by the minute, each value once with its count; the emulator keeps each measurement.

Exact, percentiles included, and bounded: a minute that holds `DISTINCT` values of a metric rounds further
ones to two digits, and a metric keeps at most `KEPT` entries.
"""

import threading
import time
from collections.abc import Mapping
from typing import Any

DISTINCT = 500
KEPT = 50_000  # of one metric; the oldest go first

# Functions measure in threads of their own, while the server reads, and drops what is two weeks old.
_lock = threading.Lock()


def repair() -> None:
    from ministack.services import cloudwatch

    evict, store = cloudwatch._evict_old_metrics, cloudwatch._store_datum
    swept = time.monotonic()

    def evict_by_the_minute() -> None:
        """At each request, as the emulator does it, is a walk over all that was ever measured."""
        nonlocal swept
        if time.monotonic() - swept >= 60:
            swept = time.monotonic()
            with _lock:
                evict()

    def store_alone(*datum: Any) -> None:
        with _lock:
            store(*datum)

    cloudwatch._evict_old_metrics = evict_by_the_minute
    cloudwatch._store_datum = store_alone
    cloudwatch.record_metric = record


def record(
    namespace: str, metric: str, value: float, unit: str = "None", dimensions: Mapping[str, str] | None = None
) -> None:
    """Measure one value now, in the account and Region of the request that is being served."""
    from ministack.services import cloudwatch

    named = dict(dimensions or {})
    minute = time.time() // 60 * 60
    with _lock:
        points = cloudwatch._metric_bucket((namespace, metric, cloudwatch._dims_key(named)))
        add(points, minute, float(value), {"Unit": unit, "Dimensions": named})


def add(points: list[dict[str, Any]], minute: float, value: float, about: Mapping[str, Any]) -> None:
    """Count a value among the points of its metric, whose newest stand at the end."""
    if len(points) >= DISTINCT and points[-DISTINCT]["Timestamp"] == minute:
        value = float(f"{value:.2g}")
    for point in reversed(points):
        if point["Timestamp"] != minute:
            break
        if point["Value"] == value:
            point["Count"] += 1.0
            return
    points.append({"Timestamp": minute, "Value": value, "Count": 1.0, **about})
    if len(points) > KEPT:
        del points[: KEPT // 10]
