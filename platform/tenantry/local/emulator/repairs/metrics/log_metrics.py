"""AWS/Logs: the bytes that log groups ingest, by which logs are billed; the emulator measures none."""

from typing import Any

from tenantry.local.emulator.repairs.metrics.metric_minutes import record

NAMESPACE = "AWS/Logs"


def repair() -> None:
    from ministack.services import cloudwatch_logs as logs

    pass_on = logs._fanout_to_subscription_filters  # called with all that comes to a group

    def measure_and_pass_on(group: str, stream: str, events: list[dict[str, Any]]) -> None:
        if events:
            size = sum(len(each["message"].encode()) for each in events)
            record(NAMESPACE, "IncomingBytes", size, "Bytes", {"LogGroupName": group})
            record(NAMESPACE, "IncomingLogEvents", len(events), "Count", {"LogGroupName": group})
        pass_on(group, stream, events)

    logs._fanout_to_subscription_filters = measure_and_pass_on
