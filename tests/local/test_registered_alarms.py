"""Each alarm that the program registers fires for its own tenant, and for no neighbour."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tenantry.execution.registration import Registered
from tenantry.local.clients import Session
from tenantry.local.emulator.parent import Emulator
from tenantry.local.engine.resources import MAKERS
from tests.support.engine import demo, register

METRIC, COMPOSITE = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"
TENANTS = ("acme", "acme-eu", "globex")


@dataclass(frozen=True)
class Alarms:
    """The demo cell's alarms on an emulator; `tenants` tells whose each is, if a tenant's."""

    root: Session
    tenants: dict[str, str | None]

    def every(self) -> list[dict[str, Any]]:
        pages = self.root.client("cloudwatch").get_paginator("describe_alarms")
        told = list(pages.paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"]))
        return [
            alarm for kind in ("MetricAlarms", "CompositeAlarms") for page in told for alarm in page[kind]
        ]

    def of(self, tenant: str) -> list[dict[str, Any]]:
        """Its metric alarms."""
        own = [alarm for alarm in self.every() if self.tenants[alarm["AlarmName"]] == tenant]
        return [alarm for alarm in own if "AlarmRule" not in alarm]

    def in_state(self, state: str) -> set[str]:
        return {alarm["AlarmName"] for alarm in self.every() if alarm["StateValue"] == state}

    def above(self, names: set[str]) -> set[str]:
        """The composite alarms that name one of these."""
        rules = {alarm["AlarmName"]: alarm.get("AlarmRule", "") for alarm in self.every()}
        return {above for above, rule in rules.items() if any(f'ALARM("{name}")' in rule for name in names)}

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


@pytest.fixture(scope="module")
def registered() -> list[Registered]:
    """Composite alarms last: what they name must be there."""
    every = [each for each in register(demo())[0].registered if each.type in (METRIC, COMPOSITE)]
    return sorted(every, key=lambda each: each.type == COMPOSITE)


@pytest.fixture
def alarms(registered: list[Registered], scratch: Path) -> Iterator[Alarms]:
    with Emulator.start(None, scratch) as emulator:
        root = emulator.root_session()
        tenants: dict[str, str | None] = {}
        for each in registered:
            made = MAKERS[each.type].make(root.client, each.inputs)
            tenants[made.id] = each.inputs["tags"].get("tenant")
        yield Alarms(root, tenants)


@pytest.mark.parametrize("burning", TENANTS)
def test_each_alarm_fires_and_the_healthy_neighbours_stay_quiet(alarms: Alarms, burning: str) -> None:
    """One after the other, so that each is seen to be set off by its own data alone."""
    for neighbour in TENANTS:
        for alarm in alarms.of(neighbour) if neighbour != burning else ():
            alarms.feed(alarm, 0)
    own, fired = alarms.of(burning), set[str]()
    assert own
    for alarm in own:
        assert alarm["ComparisonOperator"].startswith("GreaterThan")
        alarms.feed(alarm, 2 * alarm["Threshold"] + 1)
        fired.add(alarm["AlarmName"])
        assert alarms.in_state("ALARM") == fired | alarms.above(fired)
    mine = {name for name, tenant in alarms.tenants.items() if tenant == burning}
    assert (alarms.in_state("ALARM"), alarms.in_state("OK")) == (mine, alarms.tenants.keys() - mine)
