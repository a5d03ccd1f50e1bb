"""An alarm tells the state of its own series, whenever it is read."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tenantry.local.clients import Session
from tenantry.local.emulator.repairs.metrics.alarms import SECONDS
from tests.support.command import eventually

ACME, ACME_EU = ({"Name": "tenant", "Value": each} for each in ("acme", "acme-eu"))


def feed(root: Session, metric: str, *values: float, tenant: Any = ACME, seconds_ago: float = 30) -> None:
    root.client("cloudwatch").put_metric_data(
        Namespace="Demo",
        MetricData=[
            {
                "MetricName": metric,
                "Dimensions": [tenant],
                "Timestamp": time.time() - seconds_ago,
                "Values": values,
            }
        ],
    )


def watch(root: Session, name: str, **settings: Any) -> None:
    """An alarm on acme's sums over 300 s of the metric of its name, unless told otherwise."""
    metric = {
        "Namespace": "Demo",
        "MetricName": name,
        "Dimensions": [ACME],
        "Statistic": "Sum",
        "Period": 300,
    }
    if settings.keys() & {"Metrics"}:
        metric = {}
    about = {
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    }
    given = {**metric, **about, **settings}
    if "ExtendedStatistic" in given:
        del given["Statistic"]
    root.client("cloudwatch").put_metric_alarm(AlarmName=name, **given)


def state(root: Session, name: str) -> str:
    told = root.client("cloudwatch").describe_alarms(
        AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    [alarm] = told["MetricAlarms"] + told["CompositeAlarms"]
    return str(alarm["StateValue"])


def query(name: str, metric: str) -> dict[str, Any]:
    asked = {"Namespace": "Demo", "MetricName": metric, "Dimensions": [ACME]}
    return {"Id": name, "MetricStat": {"Metric": asked, "Period": 300, "Stat": "Sum"}, "ReturnData": False}


def test_a_neighbours_data_sets_no_alarm_off(root: Session) -> None:
    watch(root, "Errors")
    feed(root, "Errors", 5, tenant=ACME_EU)
    assert state(root, "Errors") == "OK"
    feed(root, "Errors", 5)
    assert state(root, "Errors") == "ALARM"


def test_each_period_counts_for_itself(root: Session) -> None:
    watch(root, "Rate", Statistic="Average", Threshold=0.5, EvaluationPeriods=3, DatapointsToAlarm=2)
    feed(root, "Rate", 0, seconds_ago=630)
    feed(root, "Rate", 1, seconds_ago=330)
    assert state(root, "Rate") == "OK"
    feed(root, "Rate", 1)
    assert state(root, "Rate") == "ALARM"
    feed(root, "Rate", 0, 0)
    assert state(root, "Rate") == "OK"


def test_data_older_than_what_is_evaluated_counts_no_more(root: Session) -> None:
    watch(root, "Old")
    feed(root, "Old", 5, seconds_ago=3600)
    assert state(root, "Old") == "OK"


def test_a_percentile_is_of_the_values_not_of_the_mean(root: Session) -> None:
    watch(root, "Latency", ExtendedStatistic="p99", Threshold=3000)
    feed(root, "Latency", *[10] * 98, 20)
    assert state(root, "Latency") == "OK"
    feed(root, "Latency", 9000, 9000)
    assert state(root, "Latency") == "ALARM"
    [alarm] = root.client("cloudwatch").describe_alarms(AlarmNames=["Latency"])["MetricAlarms"]
    assert (alarm["ExtendedStatistic"], alarm.get("Statistic")) == ("p99", None)


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("missing", "INSUFFICIENT_DATA"),
        ("ignore", "INSUFFICIENT_DATA"),
        ("breaching", "ALARM"),
        ("notBreaching", "OK"),
    ],
)
def test_a_series_without_data_is_treated_as_told(root: Session, missing: str, expected: str) -> None:
    watch(root, f"Silent-{missing}", TreatMissingData=missing)
    assert state(root, f"Silent-{missing}") == expected


def test_an_alarm_watches_an_expression_over_several_series(root: Session) -> None:
    total = {"Id": "result", "Expression": "FILL(a,0)+FILL(b,0)", "Label": "all", "ReturnData": True}
    watch(root, "Total", Metrics=[query("a", "One"), query("b", "Other"), total], Threshold=2)
    assert state(root, "Total") == "OK"
    feed(root, "Other", 3)
    assert state(root, "Total") == "ALARM"
    [alarm] = root.client("cloudwatch").describe_alarms(AlarmNames=["Total"])["MetricAlarms"]
    assert [each["Id"] for each in alarm["Metrics"]] == ["a", "b", "result"]
    assert "Statistic" not in alarm


def test_an_expression_that_is_not_known_is_refused(root: Session) -> None:
    with pytest.raises(ClientError, match="ANOMALY_DETECTION_BAND is not known here"):
        watch(
            root,
            "Band",
            Metrics=[query("a", "One"), {"Id": "result", "Expression": "ANOMALY_DETECTION_BAND(a, 2)"}],
        )


def test_a_composite_alarm_follows_any_of_its_own_until_it_is_deleted(root: Session) -> None:
    cloudwatch = root.client("cloudwatch")
    watch(root, "First")
    watch(root, "Second")
    cloudwatch.put_composite_alarm(AlarmName="any", AlarmRule='ALARM("First") OR ALARM("Second")')
    assert state(root, "any") == "OK"
    feed(root, "Second", 1)
    assert (state(root, "First"), state(root, "any")) == ("OK", "ALARM")
    cloudwatch.delete_alarms(AlarmNames=["any"])
    told = cloudwatch.describe_alarms(AlarmNames=["any"], AlarmTypes=["CompositeAlarm"])
    assert told["CompositeAlarms"] == []


def test_what_an_alarm_tells_goes_to_its_topic(root: Session) -> None:
    sqs, sns = root.client("sqs"), root.client("sns")
    send = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [send]})
    queue = sqs.create_queue(QueueName="notices", Attributes={"Policy": policy})["QueueUrl"]
    topic = sns.create_topic(Name="notices")["TopicArn"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    watch(root, "Told", AlarmActions=[topic])
    feed(root, "Told", 1)
    [message] = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    notice = json.loads(json.loads(message["Body"])["Message"])
    assert (notice["AlarmName"], notice["NewStateValue"]) == ("Told", "ALARM")


def test_a_queues_alarm_is_true_when_it_is_read(root: Session) -> None:
    watch(
        root,
        "Waiting",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "dead-letters"}],
        Statistic="Maximum",
    )
    queue = root.client("sqs").create_queue(QueueName="dead-letters")["QueueUrl"]
    assert state(root, "Waiting") == "OK"
    root.client("sqs").send_message(QueueUrl=queue, MessageBody="dead")
    assert state(root, "Waiting") == "ALARM"


def test_alarms_are_evaluated_though_nobody_reads_them(root: Session) -> None:
    cloudwatch = root.client("cloudwatch")
    watch(
        root,
        "Unknown",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "unread"}],
        Statistic="Maximum",
    )
    queue = root.client("sqs").create_queue(QueueName="unread")["QueueUrl"]
    root.client("sqs").send_message(QueueUrl=queue, MessageBody="dead")

    def fired() -> bool:
        history = cloudwatch.describe_alarm_history(AlarmName="Unknown")["AlarmHistoryItems"]
        return any(each["HistorySummary"] == "Alarm updated from OK to ALARM" for each in history)

    assert eventually(fired, seconds=4 * SECONDS)


def test_the_untouched_emulator_fires_for_a_neighbours_data(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    watch(untouched, "Errors")
    feed(untouched, "Errors", 5, tenant=ACME_EU)
    assert state(untouched, "Errors") == "ALARM"
