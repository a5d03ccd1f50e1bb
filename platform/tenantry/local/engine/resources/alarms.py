"""Alarms on a metric, on an expression over several, and on other alarms."""

from typing import Any

from tenantry.local.clients import ACCOUNT, REGION
from tenantry.local.engine.resources.maker import (
    Clients,
    Existing,
    Inputs,
    Made,
    MadeKind,
    Maker,
    given,
    tag_list,
)
from tenantry.rules.arns import Arns
from tenantry.rules.kinds import tokens


def _put_metric_alarm(clients: Clients, inputs: Inputs) -> Made:
    clients("cloudwatch").put_metric_alarm(
        **given(
            AlarmName=inputs["name"],
            AlarmDescription=inputs["alarmDescription"],
            EvaluationPeriods=int(inputs["evaluationPeriods"]),
            Threshold=inputs["threshold"],
            ComparisonOperator=inputs["comparisonOperator"],
            TreatMissingData=inputs["treatMissingData"],
            AlarmActions=inputs["alarmActions"],
            OKActions=inputs["okActions"],
            Tags=tag_list(inputs),
            **_watched(inputs),
        )
    )
    return Made(inputs["name"], {})


def _watched(inputs: Inputs) -> dict[str, Any]:
    if inputs.get("metricQueries"):
        return {"Metrics": [_query(each) for each in inputs["metricQueries"]]}
    return {
        **_metric(inputs),
        "Statistic": inputs.get("statistic"),
        "ExtendedStatistic": inputs.get("extendedStatistic"),
        "Period": int(inputs["period"]),
    }


def _query(query: Inputs) -> dict[str, Any]:
    metric = query.get("metric")
    return given(
        Id=query["id"],
        Expression=query.get("expression"),
        Label=query.get("label"),
        Period=int(query["period"]) if "period" in query else None,
        ReturnData=query["returnData"],
        MetricStat=metric
        and {"Metric": _metric(metric), "Stat": metric["stat"], "Period": int(metric["period"])},
    )


def _metric(named: Inputs) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in named["dimensions"].items()]
    return {"Namespace": named["namespace"], "MetricName": named["metricName"], "Dimensions": dimensions}


def _remove_alarm(clients: Clients, existing: Existing) -> None:
    clients("cloudwatch").delete_alarms(AlarmNames=[existing.id])


def _alarm(put: Maker, name: str) -> MadeKind:
    """Where an alarm is there already, a put overwrites everything but its tags."""

    def update(clients: Clients, _existing: Existing, inputs: Inputs) -> Made:
        made = put(clients, inputs)
        arn = Arns("aws", REGION, ACCOUNT).alarm(made.id)
        clients("cloudwatch").tag_resource(ResourceARN=arn, Tags=tag_list(inputs))
        return made

    return MadeKind(put, _remove_alarm, update, fixed=frozenset({name}))


METRIC_ALARM = _alarm(_put_metric_alarm, "name")


def _put_composite_alarm(clients: Clients, inputs: Inputs) -> Made:
    clients("cloudwatch").put_composite_alarm(
        AlarmName=inputs["alarmName"],
        AlarmDescription=inputs["alarmDescription"],
        AlarmRule=inputs["alarmRule"],
        AlarmActions=inputs["alarmActions"],
        OKActions=inputs["okActions"],
        Tags=tag_list(inputs),
    )
    return Made(inputs["alarmName"], {})


COMPOSITE_ALARM = _alarm(_put_composite_alarm, "alarmName")

MAKERS = {
    tokens.COMPOSITE_ALARM: COMPOSITE_ALARM,
    tokens.METRIC_ALARM: METRIC_ALARM,
}
