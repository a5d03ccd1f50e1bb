"""Alarms are told by tenant, those that ring first; the cell's are told of each tenant that they watch."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tenantry.config.tiers import AlarmsOf
from tenantry.monitoring import cell_alarms
from tenantry.monitoring.watched import Watched
from tenantry.operations.metering.alarm_states import alarms, of_tenant, ringing
from tests.support.console import NOW, PLACE
from tests.support.watched import NAMES, watched


class CloudWatch:
    def get_paginator(self, operation: str) -> "CloudWatch":
        assert operation == "describe_alarms"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        assert asked["AlarmTypes"] == ["MetricAlarm", "CompositeAlarm"]
        plain = [told("acme_5xx", "OK"), told("acme-eu_5xx", "ALARM")], [told("acme_latency", "ALARM")]
        joined = [told("acme_any", "ALARM") | {"AlarmRule": "x"}]
        yield {"MetricAlarms": _asked_for(plain[0], asked)}
        yield {"MetricAlarms": _asked_for(plain[1], asked), "CompositeAlarms": _asked_for(joined, asked)}


def _asked_for(alarms: list[dict[str, Any]], asked: dict[str, Any]) -> list[dict[str, Any]]:
    prefix, state = asked["AlarmNamePrefix"], asked.get("StateValue")
    named = [each for each in alarms if each["AlarmName"].startswith(prefix)]
    return [each for each in named if state in (None, each["StateValue"])]


def told(name: str, state: str) -> dict[str, Any]:
    slug, _, condition = name.partition("_")
    return {
        "AlarmName": f"tenantry_demo_{name}",
        "AlarmDescription": f"{slug}: calls fail. Runbook: https://a.example#{condition}",
        "StateValue": state,
        "StateUpdatedTimestamp": NOW,
    }


def test_alarms_of_both_kinds_come_by_tenant_and_those_that_ring_first() -> None:
    found = alarms(replace(PLACE, client=lambda _: CloudWatch()), [])
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


def test_only_those_that_ring_are_asked_for_where_nothing_else_is_shown() -> None:
    found = ringing(replace(PLACE, client=lambda _: CloudWatch()), ["acme", "acme-eu", "globex"])
    conditions = {slug: [each.condition for each in own] for slug, own in found.items()}
    assert conditions == {"acme": ["any", "latency"], "acme-eu": ["5xx"]}


def test_one_tenants_alarms_are_no_neighbours() -> None:
    found = of_tenant(replace(PLACE, client=lambda _: CloudWatch()), "acme")
    assert [each.condition for each in found] == ["any", "latency", "5xx"]


class CloudWatchOfACell:
    """An alarm over all tenants but globex; it rings for acme, as the second page says."""

    def __init__(self, state: str) -> None:
        watched = watching("acme", "cell"), watching("acme-eu", "cell"), watching("globex", "own")
        [alarm] = [each for each in cell_alarms.of_cell(NAMES, watched) if each.condition == "5xx"]
        self.alarm = {
            **told("_5xx", state),
            "AlarmDescription": alarm.described("demo", "page"),
            "StateReason": "1 out of 2 time series evaluated to ALARM",
            "Metrics": [{"Id": "result", "Expression": alarm.expression}],
        }
        self.asked: list[dict[str, str]] = []

    def get_paginator(self, _: str) -> "CloudWatchOfACell":
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        yield {"MetricAlarms": [self.alarm, told("_table-throttles", "OK"), told("globex_5xx", "OK")]}

    def describe_alarm_contributors(self, **asked: str) -> dict[str, Any]:
        self.asked.append(asked)
        if "NextToken" not in asked:
            return {"AlarmContributors": [], "NextToken": "more"}
        contributor = {"ContributorAttributes": {"Stage": "acme"}, "StateReason": "half of them fail"}
        return {"AlarmContributors": [contributor | {"StateTransitionedTimestamp": NOW}]}


def watching(slug: str, of: AlarmsOf) -> Watched:
    return watched(slug, alarms=of)


def test_an_alarm_of_the_cells_rings_for_the_tenant_that_it_names() -> None:
    cloudwatch = CloudWatchOfACell("ALARM")
    found = alarms(replace(PLACE, client=lambda _: cloudwatch), ["acme", "acme-eu", "globex"])
    assert [(each.condition, each.state, each.reason) for each in found["acme"]] == [
        ("5xx", "ALARM", "half of them fail")
    ]
    assert [(each.condition, each.state, each.reason) for each in found["acme-eu"]] == [("5xx", "OK", "")]
    assert found["acme"][0].meaning == "more than 1% of a tenant's calls fail"
    assert found["acme"][0].runbook == "page#5xx"
    assert len(cloudwatch.asked) == 2
    only = ringing(replace(PLACE, client=lambda _: cloudwatch), ["acme", "acme-eu", "globex"])
    assert (only["acme"], {"acme-eu", "globex"} & only.keys()) == (found["acme"], set())


def test_an_alarm_of_the_cells_is_not_told_of_a_tenant_that_it_leaves_out() -> None:
    found = alarms(replace(PLACE, client=lambda _: CloudWatchOfACell("OK")), ["acme", "globex"])
    assert [each.meaning for each in found["globex"]] == ["calls fail"]  # its own


def test_while_the_cells_alarm_is_quiet_nobody_asks_whom_it_rings_for() -> None:
    cloudwatch = CloudWatchOfACell("OK")
    alarms(replace(PLACE, client=lambda _: cloudwatch), ["acme"])
    assert cloudwatch.asked == []
