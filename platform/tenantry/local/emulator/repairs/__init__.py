"""Make the emulator decide as AWS does wherever the platform relies on it.

The one place that touches the emulator's internals, a module per repair. Each wraps functions that the server
looks up at every request, so `apply` must run before the server takes its first one. Internals change between
releases: any other version is refused, and the tests compare the repaired emulator with an untouched one.
"""

from importlib.metadata import version

from tenantry.local.clients import Credentials
from tenantry.local.emulator.repairs.authorization import (
    callers,
    leading_keys,
    queue_batches,
    role_sessions,
    sender_addresses,
)
from tenantry.local.emulator.repairs.functions import (
    failure_reports,
    handler_failures,
    raised_errors,
    rule_invocations,
    running_invocations,
    shared_layers,
    worker_environments,
)
from tenantry.local.emulator.repairs.gateway import (
    access_logs,
    authorizer_caches,
    compression,
    deployments,
    gateway_exchanges,
    gateway_metrics,
    mock_answers,
    rest_api_bodies,
    stage_variables,
    tags,
    usage,
    usage_plans,
)
from tenantry.local.emulator.repairs.metrics import (
    alarm_contributors,
    alarms,
    embedded_metrics,
    function_metrics,
    log_metrics,
    metric_minutes,
    metric_queries,
    table_metrics,
)
from tenantry.local.emulator.repairs.storage import key_conditions, log_pages, saved_queries

SUPPORTED = "1.5.33"


class UnsupportedEmulator(RuntimeError):
    """The installed emulator is not the release that these repairs were written for."""


def apply(root: Credentials) -> None:
    """Repair the emulator of this process, once, before it serves.

    Args:
        root: its administrator's.

    Raises:
        UnsupportedEmulator: another release of ministack is installed.
    """
    installed = version("ministack")
    if installed != SUPPORTED:
        raise UnsupportedEmulator(
            f"ministack {installed} is installed, the repairs are for {SUPPORTED}; "
            f"install the pinned requirements again (make setup)"
        )
    stage_variables.repair()
    deployments.repair()
    callers.repair(root)
    role_sessions.repair()
    key_conditions.repair()
    leading_keys.repair()
    sender_addresses.repair()
    queue_batches.repair()
    rest_api_bodies.repair(root)
    usage_plans.repair()
    tags.repair()
    authorizer_caches.repair()
    compression.repair()
    mock_answers.repair()
    running_invocations.repair()
    rule_invocations.repair()
    raised_errors.repair()
    handler_failures.repair()
    failure_reports.repair()
    log_pages.repair()
    shared_layers.repair()
    worker_environments.repair()
    saved_queries.repair()
    _measure()


def _measure() -> None:
    """What is measured on AWS is measured here: first what keeps it, last what reads it."""
    metric_minutes.repair()
    gateway_exchanges.repair()
    gateway_metrics.repair()
    access_logs.repair()
    usage.repair()
    function_metrics.repair()
    embedded_metrics.repair()
    log_metrics.repair()
    table_metrics.repair()
    metric_queries.repair()
    alarm_contributors.repair()
    alarms.repair()
