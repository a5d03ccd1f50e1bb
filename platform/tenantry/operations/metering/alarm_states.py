"""Tell the states of all alarms of a stack, by tenant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from tenantry.operations.aws import refusals_reported
from tenantry.operations.places import Place

AlarmState = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]


@dataclass(frozen=True, slots=True)
class ReportedAlarm:
    """`condition` is the last part of its name, `reason` is CloudWatch's own.

    `runbook` says where to read what to do; empty where the description does not. A `composite` one joins
    others, and notifies people of them.
    """

    condition: str
    meaning: str
    runbook: str
    state: AlarmState
    reason: str
    since: datetime
    composite: bool


def alarms(place: Place) -> dict[str, tuple[ReportedAlarm, ...]]:
    """By slug; those that ring come first.

    Raises:
        Failed: AWS refuses.
    """
    prefix = f"{place.names.cell}_"
    with refusals_reported(place.region):
        pages = place.client("cloudwatch").get_paginator("describe_alarms")
        kinds = ["MetricAlarm", "CompositeAlarm"]
        found = [
            each
            for page in pages.paginate(AlarmNamePrefix=prefix, AlarmTypes=kinds)
            for each in (*page.get("MetricAlarms", []), *page.get("CompositeAlarms", []))
        ]
    by_slug: dict[str, list[ReportedAlarm]] = {}
    for each in found:
        # A slug holds no underscore.
        slug, _, condition = each["AlarmName"].removeprefix(prefix).partition("_")
        by_slug.setdefault(slug, []).append(_alarm(slug, condition, each))
    return {slug: tuple(sorted(own, key=_urgency)) for slug, own in by_slug.items()}


def _alarm(slug: str, condition: str, answer: dict[str, Any]) -> ReportedAlarm:
    """Descriptions are written by `monitoring.alarms`."""
    meaning, _, runbook = answer.get("AlarmDescription", "").partition(". Runbook: ")
    return ReportedAlarm(
        condition=condition,
        meaning=meaning.removeprefix(f"{slug}: "),
        runbook=runbook,
        state=cast(AlarmState, answer["StateValue"]),
        reason=answer.get("StateReason", ""),
        since=answer["StateUpdatedTimestamp"],
        composite="AlarmRule" in answer,
    )


def _urgency(alarm: ReportedAlarm) -> tuple[int, str]:
    return ("ALARM", "INSUFFICIENT_DATA", "OK").index(alarm.state), alarm.condition
