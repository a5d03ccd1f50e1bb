"""Logs, alarms, dashboards, saved queries, topics and the budget."""

from collections.abc import Iterator, Sequence
from typing import Any

from tenantry.rules import naming
from tenantry.rules.kinds import tokens
from tenantry.verification.reader import Deployed, Found, Inputs, Reader, Stray, inputs_of, of_type, tags
from tenantry.verification.reading import Answer, Reading


def _log_group(reading: Reading, inputs: Inputs) -> Found | None:
    """Of all the stack's groups at once: DescribeLogGroups is asked ten times a second at most."""
    name, names = inputs["name"], reading.names
    starts = (naming.log_group(names.tenants), f"/{names.folder}")
    start = next((each for each in starts if name.startswith(each)), name)
    listed = reading.listed("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=start)
    there = next((each for each in listed if each["logGroupName"] == name), None)
    if there is None:
        return None
    arn = there["arn"].removesuffix(":*")
    labels = reading.ask("logs", "list_tags_for_resource", resourceArn=arn) or {}
    found = {
        "name": name,
        "retentionInDays": there.get("retentionInDays"),
        "kmsKeyId": there.get("kmsKeyId"),
        "tags": tags(labels.get("tags"), inputs),
    }
    return Found(name, found, {"arn": arn})


def _filters_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    """Each sends what the group holds to somebody."""
    for group in of_type(declared, tokens.LOG_GROUP):
        for each in reading.listed(
            "logs", "describe_subscription_filters", "subscriptionFilters", logGroupName=group.inputs["name"]
        ):
            yield Stray(str(group), "subscriptionFilters", each["destinationArn"], group.owner)


def _alarms(reading: Reading, member: str) -> list[Answer]:
    return reading.listed(
        "cloudwatch",
        "describe_alarms",
        member,
        AlarmNamePrefix=reading.names.tenants,
        AlarmTypes=["MetricAlarm", "CompositeAlarm"],
    )


def _watching(reading: Reading, there: Answer, inputs: Inputs) -> Inputs:
    """What both kinds of alarm have."""
    labels = reading.ask("cloudwatch", "list_tags_for_resource", ResourceARN=there["AlarmArn"]) or {}
    return {
        "alarmDescription": there.get("AlarmDescription"),
        "alarmActions": there.get("AlarmActions") or [],
        "okActions": there.get("OKActions") or [],
        "actionsEnabled": None if there.get("ActionsEnabled", True) else False,
        "tags": tags(labels.get("Tags"), inputs),
    }


def _metric_alarm(reading: Reading, inputs: Inputs) -> Found | None:
    listed = _alarms(reading, "MetricAlarms")
    there = next((each for each in listed if each["AlarmName"] == inputs["name"]), None)
    if there is None:
        return None
    found = {
        "name": there["AlarmName"],
        "evaluationPeriods": there.get("EvaluationPeriods"),
        "datapointsToAlarm": there.get("DatapointsToAlarm") or None,
        "threshold": there.get("Threshold"),
        "comparisonOperator": there.get("ComparisonOperator"),
        "treatMissingData": there.get("TreatMissingData"),
        **_watched(there),
        **_watching(reading, there, inputs),
    }
    return Found(there["AlarmName"], found)


def _watched(there: Answer) -> Inputs:
    if there.get("Metrics"):
        return {"metricQueries": [_query(each) for each in there["Metrics"]]}
    return {
        **_metric(there),
        "statistic": there.get("Statistic"),
        "extendedStatistic": there.get("ExtendedStatistic"),
        "period": there.get("Period"),
    }


def _query(there: Answer) -> Inputs:
    of = there.get("MetricStat")
    metric = {**_metric(of["Metric"]), "stat": of["Stat"], "period": of["Period"]} if of else None
    return {
        "id": there["Id"],
        "expression": there.get("Expression"),
        "period": there.get("Period"),
        "label": there.get("Label"),
        "returnData": there.get("ReturnData", True),
        "metric": metric,
    }


def _metric(there: Answer) -> Inputs:
    return {
        "namespace": there.get("Namespace"),
        "metricName": there.get("MetricName"),
        "dimensions": {each["Name"]: each["Value"] for each in there.get("Dimensions") or []},
    }


def _composite_alarm(reading: Reading, inputs: Inputs) -> Found | None:
    listed = _alarms(reading, "CompositeAlarms")
    there = next((each for each in listed if each["AlarmName"] == inputs["alarmName"]), None)
    if there is None:
        return None
    found = {"alarmName": there["AlarmName"], "alarmRule": there.get("AlarmRule")}
    return Found(there["AlarmName"], {**found, **_watching(reading, there, inputs)})


def _dashboard(reading: Reading, inputs: Inputs) -> Found | None:
    there = reading.ask("cloudwatch", "get_dashboard", DashboardName=inputs["dashboardName"])
    if there is None:
        return None
    found = {"dashboardName": inputs["dashboardName"], "dashboardBody": there["DashboardBody"]}
    return Found(inputs["dashboardName"], found)


def _saved_query(reading: Reading, inputs: Inputs) -> Found | None:
    listed = reading.listed(
        "logs",
        "describe_query_definitions",
        "queryDefinitions",
        queryDefinitionNamePrefix=reading.names.folder,
    )
    there = next((each for each in listed if each["name"] == inputs["name"]), None)
    if there is None:
        return None
    return Found(there["queryDefinitionId"], {name: there[name] for name in ("name", "queryString")})


def _topic(reading: Reading, inputs: Inputs) -> Found | None:
    arn = reading.arns.topic(inputs["name"])
    if reading.ask("sns", "get_topic_attributes", TopicArn=arn) is None:
        return None
    labels = reading.ask("sns", "list_tags_for_resource", ResourceArn=arn) or {}
    return Found(arn, {"name": inputs["name"], "tags": tags(labels.get("Tags"), inputs)}, {"arn": arn})


def _topic_policy(reading: Reading, inputs: Inputs) -> Found | None:
    there = reading.ask("sns", "get_topic_attributes", TopicArn=inputs["arn"])
    if there is None:
        return None
    return Found(inputs["arn"], {"arn": inputs["arn"], "policy": there["Attributes"].get("Policy")})


def _subscriptions(reading: Reading, topic: str) -> list[Answer]:
    return reading.listed("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=topic)


def _subscription(reading: Reading, inputs: Inputs) -> Found | None:
    for each in _subscriptions(reading, inputs["topic"]):
        if (each["Protocol"], each["Endpoint"]) == (inputs["protocol"], inputs["endpoint"]):
            found = {"topic": each["TopicArn"], "protocol": each["Protocol"], "endpoint": each["Endpoint"]}
            return Found(each["SubscriptionArn"], found)
    return None


def _subscriptions_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    """A tenant's topic is for the tenant's own address; the cell's is for operators to subscribe to."""
    known = inputs_of(declared, tokens.TOPIC_SUBSCRIPTION, "topic", "protocol", "endpoint")
    for topic in of_type(declared, tokens.TOPIC):
        if topic.owner and topic.found:
            for each in _subscriptions(reading, topic.found.id):
                if (topic.found.id, each["Protocol"], each["Endpoint"]) not in known:
                    yield Stray(str(topic), "subscriptions", each["Endpoint"], topic.owner)


def _budget(reading: Reading, inputs: Inputs) -> Found | None:
    at = {"AccountId": reading.arns.account, "BudgetName": inputs["name"]}
    answer = reading.ask("budgets", "describe_budget", **at)
    if answer is None:
        return None
    there = answer["Budget"]
    notices = reading.listed("budgets", "describe_notifications_for_budget", "Notifications", **at)
    arn = reading.arns.budget(inputs["name"])
    labels = (reading.ask("budgets", "list_tags_for_resource", ResourceARN=arn) or {}).get("ResourceTags")
    filters = there.get("CostFilters") or {}
    found = {
        "name": there["BudgetName"],
        "budgetType": there["BudgetType"],
        "limitAmount": f"{float(there['BudgetLimit']['Amount']):g}",
        "limitUnit": there["BudgetLimit"]["Unit"],
        "timeUnit": there["TimeUnit"],
        "costFilters": [{"name": name, "values": values} for name, values in filters.items()],
        "notifications": [_notice(reading, at, each) for each in notices],
        "tags": tags(labels, inputs),
    }
    return Found(inputs["name"], found)


def _notice(reading: Reading, at: dict[str, Any], notice: Answer) -> Inputs:
    asked = {
        name: notice[name]
        for name in ("ComparisonOperator", "NotificationType", "Threshold", "ThresholdType")
        if name in notice
    }
    heard = reading.listed(
        "budgets", "describe_subscribers_for_notification", "Subscribers", Notification=asked, **at
    )
    topics = [each["Address"] for each in heard if each["SubscriptionType"] == "SNS"]
    emails = [each["Address"] for each in heard if each["SubscriptionType"] == "EMAIL"]
    said = {name[0].lower() + name[1:]: value for name, value in asked.items()}
    return {
        **said,
        "subscriberSnsTopicArns": topics,
        "subscriberEmailAddresses": emails or None,
        "thresholdType": asked.get("ThresholdType", "PERCENTAGE"),
    }


READERS = {
    tokens.LOG_GROUP: Reader(_log_group, beyond=_filters_beside),
    tokens.METRIC_ALARM: Reader(_metric_alarm),
    tokens.COMPOSITE_ALARM: Reader(_composite_alarm),
    tokens.DASHBOARD: Reader(_dashboard),
    tokens.QUERY_DEFINITION: Reader(_saved_query),
    tokens.TOPIC: Reader(_topic),
    tokens.TOPIC_POLICY: Reader(_topic_policy),
    tokens.TOPIC_SUBSCRIPTION: Reader(_subscription, beyond=_subscriptions_beside),
    tokens.BUDGET: Reader(_budget),
}
