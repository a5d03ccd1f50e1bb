"""An alarm on a query rings for each series by itself, notifies people of each, and says which ring.

The emulator knows neither such alarms nor DescribeAlarmContributors.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tenantry.local.emulator.repairs.metrics import metric_insights
from tenantry.local.emulator.repairs.metrics.alarm_verdicts import AlarmCondition, State
from tenantry.local.emulator.repairs.metrics.metric_insights import MetricQuery
from tenantry.local.emulator.repairs.metrics.metric_queries import latest

OPERATION = "DescribeAlarmContributors"
_HOURS = 3  # that CloudWatch looks back at most for such an alarm


@dataclass(frozen=True, slots=True)
class Contributor:
    """One series of an alarm's; it is in alarm or not, and never without data."""

    attributes: Mapping[str, str]
    state: State
    reason: str
    since: int


_known: dict[str, dict[str, Contributor]] = {}  # by the alarm's ARN and the series' group


def repair() -> None:
    from ministack.services import cloudwatch

    handle = cloudwatch.handle_request

    async def handle_with_contributors(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: Any
    ) -> Any:
        if headers.get("x-amz-target", "").rpartition(".")[2] != OPERATION:
            return await handle(method, path, headers, body, query_params)
        return _described(json.loads(body)["AlarmName"])

    cloudwatch.handle_request = handle_with_contributors


def kept() -> dict[str, dict[str, dict[str, Any]]]:
    """All that is known of series, as JSON holds it."""
    return {alarm: {group: asdict(own) for group, own in each.items()} for alarm, each in _known.items()}


def restore(known: dict[str, dict[str, dict[str, Any]]]) -> None:
    """What `kept` answered: a series that is in alarm is not news after a restart."""
    _known.update(
        {alarm: {group: Contributor(**own) for group, own in each.items()} for alarm, each in known.items()}
    )


def judged(
    alarm: Mapping[str, Any],
    rule: AlarmCondition,
    query: MetricQuery,
    notify: Callable[[State, State, str], None],
) -> tuple[State, str]:
    """The alarm's own state and its reason; `notify` hears of each series that changes."""
    now = time.time()
    end = now // 60 * 60 + 60
    before = _known.get(alarm["AlarmArn"], {})
    after: dict[str, Contributor] = {}
    found = metric_insights.series(query, end - _HOURS * 3600, end)
    for group in sorted(found.keys() | before.keys()):
        values = latest(found.get(group, []), query.statistic, query.period, rule.looked_at, now)
        last = before.get(group)
        old: State = last.state if last else "OK"
        new = rule.verdict(values, old)
        if last and new == old:
            after[group] = last
        else:
            reason = f"{new}: {query.by} {group}, {query.metric} is {values[0]}, against {rule.threshold:g}"
            after[group] = Contributor({query.by: group}, new, reason, int(now))
            if new != old:
                notify(old, new, reason)
        if group not in found and new == "OK":
            del after[group]
    _known[alarm["AlarmArn"]] = after
    ringing = sum(each.state == "ALARM" for each in after.values())
    state: State = "ALARM" if ringing else "OK"
    return state, f"{ringing} out of {len(after)} time series evaluated to ALARM"


def _described(name: str) -> Any:
    from ministack.services import cloudwatch

    alarm = cloudwatch._alarms.get(name)
    if alarm is None:
        return cloudwatch._error("ResourceNotFoundException", f"There is no alarm {name}", 404, use_json=True)
    cloudwatch._evaluate_all_alarms()
    contributors = [
        {
            "ContributorId": group,
            "ContributorAttributes": dict(each.attributes),
            "StateReason": each.reason,
            "StateTransitionedTimestamp": each.since,
        }
        for group, each in _known.get(alarm["AlarmArn"], {}).items()
        if each.state == "ALARM"
    ]
    return cloudwatch._json_ok({"AlarmContributors": contributors})
