"""Embedded metric format: what a function logs as metrics is measured; the emulator only logs it.

Read where a worker's log arrives, not where it is filed: a line that comes late counts too.
"""

import json
from typing import Any

from tenantry.local.emulator.repairs.metrics.metric_minutes import record


def repair() -> None:
    from ministack.core import lambda_runtime

    def read_and_measure(worker: Any) -> None:
        lines = worker._stderr_queue  # of this process; a later one gets another
        try:
            for line in worker._proc.stderr:
                if '"_aws"' in line:
                    measure(line)
                lines.put(line.rstrip("\n"))
        except (ValueError, OSError):
            return  # the worker is gone, and its pipe closed

    lambda_runtime.Worker._read_stderr = read_and_measure


def measure(line: str) -> None:
    """Record the metrics of a log line, each for each of its dimension sets; other lines hold none."""
    try:
        document = json.loads(line)
        directives = document["_aws"]["CloudWatchMetrics"]
        for directive in directives:
            for dimensions in directive.get("Dimensions") or [[]]:
                _record(directive, {name: str(document[name]) for name in dimensions}, document)
    except (ValueError, KeyError, TypeError):
        return  # CloudWatch passes over a line that breaks the format without a word


def _record(directive: dict[str, Any], dimensions: dict[str, str], document: dict[str, Any]) -> None:
    for metric in directive["Metrics"]:
        given = document[metric["Name"]]
        for value in given if isinstance(given, list) else [given]:
            record(directive["Namespace"], metric["Name"], value, metric.get("Unit", "None"), dimensions)
