"""An alarm on a query of Metrics Insights rings for each series by itself, and says for which."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tenantry.local.clients import Session
from tests.support.command import eventually

NAMESPACE, PERIOD = "Demo", 300


def feed(root: Session, metric: str, value: float, stage: str, cell: str = "cell") -> None:
    root.client("cloudwatch").put_metric_data(
        Namespace=NAMESPACE,
        MetricData=[
            {
                "MetricName": metric,
                "Dimensions": [{"Name": "ApiName", "Value": cell}, {"Name": "Stage", "Value": stage}],
                "Timestamp": time.time() - 30,
                "Value": value,
            }
        ],
    )


def watch(root: Session, metric: str, where: str = "ApiName = 'cell'", **settings: Any) -> None:
    query = f'SELECT AVG("{metric}") FROM SCHEMA("{NAMESPACE}", ApiName, Stage) WHERE {where} GROUP BY Stage'  # noqa: S608
    root.client("cloudwatch").put_metric_alarm(
        AlarmName=metric,
        EvaluationPeriods=1,
        Threshold=0.5,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        Metrics=[{"Id": "result", "Expression": query, "Period": PERIOD, "ReturnData": True}],
        **settings,
    )


def ringing(root: Session, name: str) -> list[str]:
    told = root.client("cloudwatch").describe_alarm_contributors(AlarmName=name)["AlarmContributors"]
    assert all(each["StateTransitionedTimestamp"].timestamp() > time.time() - 120 for each in told)
    return [each["ContributorAttributes"]["Stage"] for each in told]


def state(root: Session, name: str) -> tuple[str, str]:
    [alarm] = root.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return alarm["StateValue"], alarm["StateReason"]


def test_the_series_in_trouble_is_named_and_its_neighbours_are_not(root: Session) -> None:
    watch(root, "Failing")
    assert (state(root, "Failing")[0], ringing(root, "Failing")) == ("OK", [])
    feed(root, "Failing", 1, "acme")
    feed(root, "Failing", 0, "acme-eu")
    assert state(root, "Failing")[0] == "ALARM"
    assert ringing(root, "Failing") == ["acme"]
    for _ in range(3):
        feed(root, "Failing", 0, "acme")
    assert (state(root, "Failing")[0], ringing(root, "Failing")) == ("OK", [])


def test_a_series_joins_when_it_is_first_measured(root: Session) -> None:
    watch(root, "Joining")
    feed(root, "Joining", 0, "acme")
    assert state(root, "Joining")[0] == "OK"
    feed(root, "Joining", 1, "newcomer")
    assert ringing(root, "Joining") == ["newcomer"]


def test_what_the_query_leaves_out_sets_nothing_off(root: Session) -> None:
    watch(root, "Leaving", "ApiName = 'cell' AND Stage != 'acme'")
    feed(root, "Leaving", 1, "acme")
    feed(root, "Leaving", 1, "acme", cell="other")
    feed(root, "Leaving", 1, "globex", cell="other")
    assert state(root, "Leaving")[0] == "OK"
    feed(root, "Leaving", 1, "acme-eu")
    assert ringing(root, "Leaving") == ["acme-eu"]


def test_people_are_notified_of_each_series(root: Session) -> None:
    sns, sqs = root.client("sns"), root.client("sqs")
    topic = sns.create_topic(Name="contributors")["TopicArn"]
    send = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [send]})
    url = sqs.create_queue(QueueName="contributors", Attributes={"Policy": policy})["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    watch(root, "Telling", AlarmActions=[topic], OKActions=[topic])
    feed(root, "Telling", 1, "acme")
    feed(root, "Telling", 1, "globex")
    heard: list[str] = []

    def both() -> bool:
        assert state(root, "Telling")[0] == "ALARM"
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            heard.append(json.loads(json.loads(message["Body"])["Message"])["NewStateReason"])
        return all(any(f"Stage {slug}," in each for each in heard) for slug in ("acme", "globex"))

    assert eventually(both), heard


@pytest.mark.parametrize(
    "query",
    [
        'SELECT p99("m") FROM SCHEMA("n", a) GROUP BY a',
        'SELECT AVG("m") FROM SCHEMA("n", a) GROUP BY b',
        """SELECT AVG("m") FROM SCHEMA("n", a) WHERE a LIKE 'x' GROUP BY a""",
    ],
)
def test_a_query_that_is_not_understood_is_refused(root: Session, query: str) -> None:
    with pytest.raises(ClientError, match="ValidationError"):
        root.client("cloudwatch").put_metric_alarm(
            AlarmName="unknown",
            EvaluationPeriods=1,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
            Metrics=[{"Id": "result", "Expression": query, "Period": PERIOD, "ReturnData": True}],
        )


def test_an_alarm_that_is_not_there_has_no_contributors(root: Session) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        root.client("cloudwatch").describe_alarm_contributors(AlarmName="nobody")


def test_the_untouched_emulator_names_no_contributor(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    with pytest.raises(ClientError, match="DescribeAlarmContributors"):
        untouched.client("cloudwatch").describe_alarm_contributors(AlarmName="a")
