"""Read the states of all alarms of a stack, by tenant."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, cast

from tenantry.monitoring import cell_alarms
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


def alarms(place: Place, slugs: Iterable[str]) -> dict[str, tuple[ReportedAlarm, ...]]:
    """By slug; those that ring come first. Those that watch all tenants of the cell are among each one's.

    Args:
        slugs: of the tenants that run.

    Raises:
        Failed: AWS refuses.
    """
    return _by_slug(place, slugs, _described(place, place.names.tenants))


def ringing(place: Place, slugs: Iterable[str]) -> dict[str, tuple[ReportedAlarm, ...]]:
    """Only those that ring, of whom AWS sends few, however many tenants there are. Raises Failed."""
    found = _by_slug(place, slugs, _described(place, place.names.tenants, StateValue="ALARM"))
    own = {slug: tuple(each for each in all_ if each.state == "ALARM") for slug, all_ in found.items()}
    return {slug: each for slug, each in own.items() if each}


def of_tenant(place: Place, slug: str) -> tuple[ReportedAlarm, ...]:
    """One tenant's, and the cell's as they stand for it. Raises Failed."""
    prefixes = (f"{place.names.tenant(slug)}_", place.names.cell_alarm(""))
    found = [each for prefix in prefixes for each in _described(place, prefix)]
    return _by_slug(place, [slug], found).get(slug, ())


def _described(place: Place, prefix: str, **only: str) -> list[dict[str, Any]]:
    with refusals_reported(place.region):
        pages = place.client("cloudwatch").get_paginator("describe_alarms")
        kinds = ["MetricAlarm", "CompositeAlarm"]
        return [
            each
            for page in pages.paginate(AlarmNamePrefix=prefix, AlarmTypes=kinds, **only)
            for each in (*page.get("MetricAlarms", []), *page.get("CompositeAlarms", []))
        ]


def _by_slug(
    place: Place, slugs: Iterable[str], found: Iterable[dict[str, Any]]
) -> dict[str, tuple[ReportedAlarm, ...]]:
    prefix = place.names.tenants
    watching = [each for each in found if cell_alarms.query_of(each)]
    with refusals_reported(place.region):
        contributors = {each["AlarmName"]: _contributors(place, each) for each in watching}
    by_slug: dict[str, list[ReportedAlarm]] = {}
    for each in found:
        # A slug holds no underscore.
        slug, _, condition = each["AlarmName"].removeprefix(prefix).partition("_")
        by_slug.setdefault(slug, []).append(_alarm(slug, condition, each))
    for each in watching:
        for slug in slugs:
            if cell_alarms.watches(cell_alarms.query_of(each), slug):
                own = _of_tenant(place, each, contributors[each["AlarmName"]].get(slug))
                by_slug.setdefault(slug, []).append(own)
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


def _contributors(place: Place, alarm: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The tenants for which it rings, by slug."""
    if alarm["StateValue"] != "ALARM":
        return {}
    client, found, position = place.client("cloudwatch"), [], dict[str, str]()
    while True:  # boto3 has no paginator for it
        page = client.describe_alarm_contributors(AlarmName=alarm["AlarmName"], **position)
        found += page["AlarmContributors"]
        if not page.get("NextToken"):
            return {each["ContributorAttributes"][cell_alarms.TENANT]: each for each in found}
        position = {"NextToken": page["NextToken"]}


def _of_tenant(place: Place, alarm: dict[str, Any], contributor: dict[str, Any] | None) -> ReportedAlarm:
    """How the cell's alarm stands for one tenant."""
    condition = alarm["AlarmName"].removeprefix(place.names.cell_alarm(""))
    reported = _alarm(place.cell or "", condition, alarm)
    if contributor is None:
        return replace(reported, state="OK", reason="")
    since = contributor.get("StateTransitionedTimestamp", reported.since)
    return replace(reported, state="ALARM", reason=contributor["StateReason"], since=since)


def _urgency(alarm: ReportedAlarm) -> tuple[int, str]:
    return ("ALARM", "INSUFFICIENT_DATA", "OK").index(alarm.state), alarm.condition
