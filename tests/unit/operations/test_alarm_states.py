"""Alarms are told by tenant, those that ring first."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tenantry.operations.metering.alarm_states import alarms
from tests.support.console import NOW, PLACE


class CloudWatch:
    def get_paginator(self, operation: str) -> "CloudWatch":
        assert operation == "describe_alarms"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        assert asked == {"AlarmNamePrefix": "tenantry_demo_", "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
        yield {"MetricAlarms": [told("acme_5xx", "OK"), told("acme-eu_5xx", "ALARM")]}
        yield {
            "MetricAlarms": [told("acme_latency", "ALARM")],
            "CompositeAlarms": [told("acme_any", "ALARM") | {"AlarmRule": "x"}],
        }


def told(name: str, state: str) -> dict[str, Any]:
    slug, _, condition = name.partition("_")
    return {
        "AlarmName": f"tenantry_demo_{name}",
        "AlarmDescription": f"{slug}: calls fail. Runbook: https://a.example#{condition}",
        "StateValue": state,
        "StateUpdatedTimestamp": NOW,
    }


def test_alarms_of_both_kinds_come_by_tenant_and_those_that_ring_first() -> None:
    found = alarms(replace(PLACE, client=lambda _: CloudWatch()))
    assert [(each.condition, each.state) for each in found["acme"]] == [
        ("any", "ALARM"),
        ("latency", "ALARM"),
        ("5xx", "OK"),
    ]
    assert [each.condition for each in found["acme-eu"]] == ["5xx"]
    assert [each.composite for each in found["acme"]] == [True, False, False]
    assert (found["acme-eu"][0].meaning, found["acme-eu"][0].runbook) == (
        "calls fail",
        "https://a.example#5xx",
    )
