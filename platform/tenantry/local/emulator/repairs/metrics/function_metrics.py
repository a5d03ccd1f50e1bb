"""AWS/Lambda: every invocation, whoever invokes; the emulator measures the calls of Invoke alone."""

import time
from typing import Any

from tenantry.local.emulator.repairs.metrics.metric_minutes import record

NAMESPACE = "AWS/Lambda"


def repair() -> None:
    from ministack.services import lambda_svc

    run, take_slot = lambda_svc._execute_function_dispatch, lambda_svc._acquire_execution_slot

    def run_and_measure(func: Any, config: dict[str, Any], *rest: Any) -> Any:
        # By the account, the Region and the name, as the emulator counts them; this invocation is among them.
        running = lambda_svc.executions_in_flight()[1].get(lambda_svc._inflight_key(config), 1)
        record(NAMESPACE, "ConcurrentExecutions", running, "Count", _dimensions(config))
        began = time.perf_counter()
        result = run(func, config, *rest)
        if result.get("throttle"):
            record(NAMESPACE, "Throttles", 1, "Count", _dimensions(config))
        else:
            _measure(config, bool(result.get("error")), (time.perf_counter() - began) * 1000)
        return result

    def take_slot_and_measure(func: Any, config: dict[str, Any]) -> Any:
        slot, limit = take_slot(func, config)
        if slot is None:
            record(NAMESPACE, "Throttles", 1, "Count", _dimensions(config))
        return slot, limit

    lambda_svc._execute_function_dispatch = run_and_measure
    lambda_svc._acquire_execution_slot = take_slot_and_measure
    lambda_svc._emit_lambda_metrics = lambda *_, **__: None  # it would count a part of them twice


def _measure(config: dict[str, Any], failed: bool, milliseconds: float) -> None:
    dimensions = _dimensions(config)
    record(NAMESPACE, "Invocations", 1, "Count", dimensions)
    record(NAMESPACE, "Errors", int(failed), "Count", dimensions)
    record(NAMESPACE, "Throttles", 0, "Count", dimensions)
    # Three digits, so that a minute holds few values: enough for percentiles, 0.5 % off at most.
    record(NAMESPACE, "Duration", float(f"{milliseconds:.3g}"), "Milliseconds", dimensions)


def _dimensions(config: dict[str, Any]) -> dict[str, str]:
    return {"FunctionName": str(config["FunctionName"])}
