"""Evaluate an alarm over its own series, periods and metric math, by a clock and whenever one is read.

The emulator evaluates when data is put, over all series of a metric at once. Its composite alarms and what it
sends to topics follow the states that are set here.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from tenantry.local.emulator.repairs.metrics import alarm_contributors, queue_gauges
from tenantry.local.emulator.repairs.metrics.alarm_verdicts import COMPARISONS, AlarmCondition, State
from tenantry.local.emulator.repairs.metrics.metric_insights import query_of
from tenantry.local.emulator.repairs.metrics.metric_math import UnknownExpression, evaluate
from tenantry.local.emulator.repairs.metrics.metric_queries import latest, stored

SECONDS = 5  # CloudWatch evaluates once a minute; here someone waits for it

_evaluating = threading.RLock()  # by requests, and by the clock


def repair() -> None:
    from ministack.services import cloudwatch

    cloudwatch._evaluate_alarm = _evaluate
    cloudwatch._evaluate_all_alarms = _evaluate_all
    _keep_metric_math(cloudwatch)
    for reader in ("_describe_alarms", "_describe_alarms_for_metric"):
        setattr(cloudwatch, reader, _after(_evaluate_all, getattr(cloudwatch, reader)))
    for reader in ("_get_metric_data", "_get_metric_statistics", "_list_metrics"):
        setattr(cloudwatch, reader, _after(queue_gauges.sample, getattr(cloudwatch, reader)))
    threading.Thread(target=_evaluate_by_the_clock, daemon=True).start()


def _after(first: Any, handle: Any) -> Any:
    def handle_after(*arguments: Any) -> Any:
        first()
        return handle(*arguments)

    return handle_after


def _keep_metric_math(cloudwatch: Any) -> None:
    put = cloudwatch._put_metric_alarm

    def put_with_metrics(parameters: Any, data: Any, is_cbor: bool, is_json: bool = False) -> Any:
        name, metrics = data.get("AlarmName"), data.get("Metrics")
        if metrics:
            try:
                if query_of(data) is None:
                    _newest_first(
                        data, AlarmCondition("GreaterThanThreshold", 0, 1, 1, "missing"), time.time()
                    )
            except UnknownExpression as error:
                return cloudwatch._error(
                    "ValidationError", str(error), 400, use_json=is_json, use_cbor=is_cbor
                )
        answer = put(parameters, data, is_cbor, is_json)
        alarm = cloudwatch._alarms.get(name)
        if answer[0] == 200 and alarm is not None:
            if data.get("ExtendedStatistic") or metrics:
                del alarm["Statistic"]  # the emulator's default, which AWS does not have
            if metrics:
                alarm["Metrics"] = metrics
                _evaluate(alarm)
        return answer

    cloudwatch._put_metric_alarm = put_with_metrics


def _evaluate_by_the_clock() -> None:
    from ministack.core.responses import request_scope
    from ministack.services import cloudwatch, sqs

    while True:
        time.sleep(SECONDS)
        scopes = {key[:2] for store in (cloudwatch._alarms, sqs._queues) for key in list(store._data)}
        for account, region in scopes:
            with request_scope(account, region):
                _evaluate_all()


def _evaluate_all() -> None:
    from ministack.services import cloudwatch

    queue_gauges.sample()
    for alarm in cloudwatch._alarms.values():
        _evaluate(alarm)


def _evaluate(alarm: dict[str, Any]) -> None:
    from ministack.services import cloudwatch

    if not alarm.get("Metrics") and not alarm.get("MetricName"):
        return  # metric math, which is put in the next step
    rule = AlarmCondition(
        alarm["ComparisonOperator"],
        alarm["Threshold"],
        alarm["EvaluationPeriods"],
        alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"],
        alarm["TreatMissingData"],
    )
    if rule.comparison not in COMPARISONS:
        return  # an anomaly detector's, which nothing here makes
    with _evaluating:
        old = alarm["StateValue"]
        new, reason = _judged(alarm, rule)
        if old == new:
            return
        alarm["StateValue"], alarm["StateReason"] = new, reason
        alarm["StateUpdatedTimestamp"] = int(time.time())
        cloudwatch._record_history(alarm["AlarmName"], old, new, reason)
        cloudwatch._dispatch_alarm_actions(alarm, old, new, reason)
        cloudwatch._evaluate_parent_alarms(alarm)


def _judged(alarm: dict[str, Any], rule: AlarmCondition) -> tuple[State, str]:
    from ministack.services import cloudwatch

    query = query_of(alarm)
    if query:
        notify = partial(cloudwatch._dispatch_alarm_actions, alarm)
        return alarm_contributors.judged(alarm, rule, query, notify)
    values = _newest_first(alarm, rule, time.time())
    new = rule.verdict(values, alarm["StateValue"])
    return new, _reason(rule, values, new)


def _newest_first(alarm: Mapping[str, Any], rule: AlarmCondition, now: float) -> Sequence[float | None]:
    """The alarm's value for each period looked at; periods end with the minute, the running one included."""
    queries = alarm.get("Metrics")
    if not queries:
        stat = alarm.get("ExtendedStatistic") or alarm["Statistic"]
        return _values(alarm, stat, alarm["Period"], rule.looked_at, now)
    series: dict[str, Sequence[float | None]] = {}
    for each in queries:
        if "MetricStat" in each:
            asked = each["MetricStat"]
            series[each["Id"]] = _values(
                asked["Metric"], asked["Stat"], int(asked["Period"]), rule.looked_at, now
            )
    watched = next((each for each in queries if each.get("ReturnData", True)), None)
    if watched is None:
        raise UnknownExpression("one of the metrics must return data")
    return series[watched["Id"]] if watched["Id"] in series else _computed(queries, watched, series)


def _computed(
    queries: Sequence[Mapping[str, Any]],
    watched: Mapping[str, Any],
    series: dict[str, Sequence[float | None]],
) -> Sequence[float | None]:
    periods = len(next(iter(series.values()), []))
    for each in queries:  # in their order: an expression may name those before it
        if "Expression" in each and each["Id"] != watched["Id"]:
            series[each["Id"]] = evaluate(each["Expression"], series, periods)
    return evaluate(watched["Expression"], series, periods)


def _values(
    metric: Mapping[str, Any], stat: str, period: int, periods: int, now: float
) -> list[float | None]:
    end = now // 60 * 60 + 60
    return latest(stored(metric, end - period * periods, end), stat, period, periods, now)


def _reason(rule: AlarmCondition, values: Sequence[float | None], state: str) -> str:
    compared = ", ".join("none" if each is None else f"{each:g}" for each in values[: rule.periods])
    condition = f"{rule.comparison} {rule.threshold:g}"
    return f"{state}: {condition} of the latest values ({compared}), {rule.needed} needed"
