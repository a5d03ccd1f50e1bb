"""GetMetricData: compute metric math, accept any set of dimensions, including none, and answer the newest
first.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from tenantry.local.emulator.repairs.metrics.metric_math import UnknownExpression, evaluate

Points = Mapping[int, float]  # by the start of their period


def repair() -> None:
    from ministack.services import cloudwatch

    query_protocol = cloudwatch._get_metric_data

    def get_metric_data(parameters: Any, data: Any, is_cbor: bool, is_json: bool = False) -> Any:
        if not (is_cbor or is_json):
            return query_protocol(parameters, data, is_cbor, is_json)
        answer = {"MetricDataResults": _results(data)}
        if is_json:
            return cloudwatch._json_ok(answer)
        results = [cloudwatch._cbor_metric_data_result(each) for each in answer["MetricDataResults"]]
        return cloudwatch._cbor_ok({"MetricDataResults": results})

    cloudwatch._get_metric_data = get_metric_data


def stored(metric: Mapping[str, Any], start: float, end: float) -> list[dict[str, Any]]:
    """What was measured of a metric, its dimensions being exactly these, from `start` to before `end`."""
    from ministack.services import cloudwatch

    dimensions = cloudwatch._dims_from_list(metric.get("Dimensions") or [])
    key = (metric["Namespace"], metric["MetricName"], cloudwatch._dims_key(dimensions))
    return [each for each in list(cloudwatch._metrics.get(key) or []) if start <= each["Timestamp"] < end]


def statistic(points: list[dict[str, Any]], name: str) -> float | None:
    """None without points, or where a percentile can't be computed."""
    from ministack.services import cloudwatch

    value = cloudwatch._stat_value(cloudwatch._calc_stats(points), name, points) if points else None
    return None if value is None else float(value)


def latest(
    points: list[dict[str, Any]], stat: str, period: int, periods: int, now: float
) -> list[float | None]:
    """The statistic of so many periods, newest first; they end with the minute, the running one included."""
    end = now // 60 * 60 + 60
    windows: list[list[dict[str, Any]]] = [[] for _ in range(periods)]
    for point in points:
        window = int((end - point["Timestamp"] - 1e-6) // period)
        if window < periods:
            windows[window].append(point)
    return [statistic(each, stat) for each in windows]


def _results(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    from ministack.services import cloudwatch

    # A start within a minute takes the whole of it, as CloudWatch rounds it.
    start, end = cloudwatch._parse_ts(data["StartTime"]) // 60 * 60, cloudwatch._parse_ts(data["EndTime"])
    queries = data["MetricDataQueries"]
    measured = {
        each["Id"]: _measured(each["MetricStat"], start, end) for each in queries if "MetricStat" in each
    }
    newest_first = data.get("ScanBy") != "TimestampAscending"
    results = []
    for each in queries:
        if each.get("ReturnData", True):
            label = each.get("Label") or each.get("MetricStat", {}).get("Metric", {}).get("MetricName")
            results.append(_result(each, label or each["Id"], measured, newest_first))
    return results


def _result(
    query: Mapping[str, Any], label: str, measured: Mapping[str, Points], newest_first: bool
) -> dict[str, Any]:
    from ministack.services import cloudwatch

    about: dict[str, Any] = {"Id": query["Id"], "Label": label, "Timestamps": [], "Values": []}
    try:
        points = measured[query["Id"]] if "MetricStat" in query else _computed(query["Expression"], measured)
    except UnknownExpression as error:
        return {
            **about,
            "StatusCode": "InternalError",
            "Messages": [{"Code": "Unsupported", "Value": str(error)}],
        }
    for moment in sorted(points, reverse=newest_first):
        about["Timestamps"].append(cloudwatch._ts_iso(moment))
        about["Values"].append(points[moment])
    return {**about, "StatusCode": "Complete"}


def _measured(query: Mapping[str, Any], start: float, end: float) -> Points:
    """In periods that are counted from the start (github.com/boto/boto3/issues/3457)."""
    period = int(query["Period"])
    periods: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for point in stored(query["Metric"], start, end):
        periods[int(start + (point["Timestamp"] - start) // period * period)].append(point)
    values = {moment: statistic(points, query["Stat"]) for moment, points in periods.items()}
    return {moment: value for moment, value in values.items() if value is not None}


def _computed(expression: str, measured: Mapping[str, Points]) -> Points:
    """Of series alone, not of other expressions, over the periods that any series has."""
    moments = sorted({moment for points in measured.values() for moment in points})
    series = {name: [points.get(moment) for moment in moments] for name, points in measured.items()}
    values = evaluate(expression, series, len(moments))
    return {moment: value for moment, value in zip(moments, values, strict=True) if value is not None}
