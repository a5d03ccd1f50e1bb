"""Each alarm that the program registers fires for its own tenant, and for no neighbour."""

import time
from dataclasses import dataclass
from typing import Any

import pytest

from tenantry.local.clients import Session
from tenantry.local.resources import KINDS
from tests.support.engine import demo, register

METRIC, COMPOSITE = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"
BURNING, HEALTHY = "acme", "acme-eu"


@dataclass(frozen=True)
class Alarms:
    """The demo cell's alarms on an emulator; `tenants` tells whose each is, if a tenant's."""

    root: Session
    tenants: dict[str, str | None]

    def metric_alarms(self, tenant: str) -> list[dict[str, Any]]:
        pages = self.root.client("cloudwatch").get_paginator("describe_alarms").paginate()
        every = [alarm for page in pages for alarm in page["MetricAlarms"]]
        return [alarm for alarm in every if self.tenants[alarm["AlarmName"]] == tenant]

    def firing(self) -> set[str]:
        told = self.root.client("cloudwatch").describe_alarms(
            StateValue="ALARM", AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        return {alarm["AlarmName"] for kind in ("MetricAlarms", "CompositeAlarms") for alarm in told[kind]}

    def states(self, tenant: str) -> set[str]:
        pages = self.root.client("cloudwatch").get_paginator("describe_alarms")
        told = pages.paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        every = [
            alarm for page in told for kind in ("MetricAlarms", "CompositeAlarms") for alarm in page[kind]
        ]
        return {each["StateValue"] for each in every if self.tenants[each["AlarmName"]] == tenant}

    def above(self, names: set[str]) -> set[str]:
        """The composite alarms that name one of these."""
        told = self.root.client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm"])
        return {
            each["AlarmName"]
            for each in told["CompositeAlarms"]
            if any(f'ALARM("{name}")' in each["AlarmRule"] for name in names)
        }

    def feed(self, alarm: dict[str, Any], value: float) -> None:
        """Give the value to the last of the alarm's series, in each of its periods."""
        queries = [each["MetricStat"] for each in alarm.get("Metrics", []) if "MetricStat" in each]
        metric = queries[-1]["Metric"] if queries else alarm
        period = queries[-1]["Period"] if queries else alarm["Period"]
        for number in range(alarm["EvaluationPeriods"]):
            datum = {
                "MetricName": metric["MetricName"],
                "Dimensions": metric["Dimensions"],
                "Timestamp": time.time() - 30 - number * period,
                "Value": value,
            }
            self.root.client("cloudwatch").put_metric_data(Namespace=metric["Namespace"], MetricData=[datum])


@pytest.fixture
def alarms(root: Session) -> Alarms:
    registered = [each for each in register(demo())[0].registered if each.type in (METRIC, COMPOSITE)]
    registered.sort(key=lambda each: each.type == COMPOSITE)  # it names metric alarms, which must be there
    tenants: dict[str, str | None] = {}
    for each in registered:
        made = KINDS[each.type].make(root.client, each.inputs)
        tenants[made.id] = each.inputs["tags"].get("tenant")
    return Alarms(root, tenants)


def test_each_alarm_fires_and_a_healthy_neighbours_stay_quiet(alarms: Alarms) -> None:
    """One after the other, so that each is seen to be set off by its own data alone."""
    own = alarms.metric_alarms(BURNING)
    assert own
    for alarm in alarms.metric_alarms(HEALTHY):
        alarms.feed(alarm, 0)
    burning: set[str] = set()
    for alarm in own:
        assert alarm["ComparisonOperator"].startswith("GreaterThan")
        assert alarm["AlarmName"] not in alarms.firing()
        alarms.feed(alarm, 2 * alarm["Threshold"] + 1)
        burning.add(alarm["AlarmName"])
        assert alarms.firing() == burning | alarms.above(burning)
    assert alarms.states(BURNING) == {"ALARM"}
    assert alarms.states(HEALTHY) == {"OK"}
