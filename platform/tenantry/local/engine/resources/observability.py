"""Log groups, saved queries, dashboards and the topics that alarms go to."""

import contextlib

from tenantry.local.engine.resources.maker import (
    Clients,
    Existing,
    Inputs,
    Made,
    MadeKind,
    given,
    goes_with_its_owner,
    put,
    tag_list,
)
from tenantry.rules.kinds import tokens


def _put_log_group(clients: Clients, inputs: Inputs) -> Made:
    logs = clients("logs")
    # One may be there: a call in flight while its function went writes into a group anew.
    with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(
            **given(logGroupName=inputs["name"], kmsKeyId=inputs.get("kmsKeyId"), tags=inputs["tags"])
        )
    logs.put_retention_policy(logGroupName=inputs["name"], retentionInDays=int(inputs["retentionInDays"]))
    group = logs.describe_log_groups(logGroupNamePrefix=inputs["name"])["logGroups"][0]
    # The provider's `arn` leaves out the `:*` that the API answers.
    arn = group["arn"].removesuffix(":*")
    logs.tag_resource(resourceArn=arn, tags=inputs["tags"])
    return Made(inputs["name"], {"arn": arn})


def _remove_log_group(clients: Clients, existing: Existing) -> None:
    clients("logs").delete_log_group(logGroupName=existing.id)


# The emulator knows no AssociateKmsKey: here a group under another key is another group.
LOG_GROUP = put(_put_log_group, _remove_log_group, "name", "kmsKeyId")


def _put_dashboard(clients: Clients, inputs: Inputs) -> Made:
    clients("cloudwatch").put_dashboard(
        DashboardName=inputs["dashboardName"], DashboardBody=inputs["dashboardBody"]
    )
    return Made(inputs["dashboardName"], {})


def _remove_dashboard(clients: Clients, existing: Existing) -> None:
    clients("cloudwatch").delete_dashboards(DashboardNames=[existing.id])


DASHBOARD = put(_put_dashboard, _remove_dashboard, "dashboardName")


def _save_query(clients: Clients, inputs: Inputs, query_id: str | None = None) -> Made:
    saved = clients("logs").put_query_definition(
        **given(name=inputs["name"], queryString=inputs["queryString"], queryDefinitionId=query_id)
    )
    return Made(saved["queryDefinitionId"], {"queryDefinitionId": saved["queryDefinitionId"]})


def _update_query(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    return _save_query(clients, inputs, existing.id)


def _remove_query(clients: Clients, existing: Existing) -> None:
    clients("logs").delete_query_definition(queryDefinitionId=existing.id)


def _find_query(clients: Clients, inputs: Inputs) -> Made | None:
    found = clients("logs").describe_query_definitions(queryDefinitionNamePrefix=inputs["name"])
    for each in found["queryDefinitions"]:
        if each["name"] == inputs["name"]:
            return Made(each["queryDefinitionId"], {"queryDefinitionId": each["queryDefinitionId"]})
    return None


QUERY_DEFINITION = MadeKind(_save_query, _remove_query, _update_query, _find_query)


def _make_topic(clients: Clients, inputs: Inputs) -> Made:
    arn = clients("sns").create_topic(Name=inputs["name"], Tags=tag_list(inputs))["TopicArn"]
    return Made(arn, {"arn": arn})


def _update_topic(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    clients("sns").tag_resource(ResourceArn=existing.id, Tags=tag_list(inputs))
    return Made(existing.id, existing.outputs)


def _remove_topic(clients: Clients, existing: Existing) -> None:
    clients("sns").delete_topic(TopicArn=existing.id)


def _find_topic(clients: Clients, inputs: Inputs) -> Made | None:
    for page in clients("sns").get_paginator("list_topics").paginate():
        for each in page["Topics"]:
            if each["TopicArn"].rpartition(":")[2] == inputs["name"]:
                return Made(each["TopicArn"], {"arn": each["TopicArn"]})
    return None


TOPIC = MadeKind(_make_topic, _remove_topic, _update_topic, _find_topic, frozenset({"name"}))


def _put_topic_policy(clients: Clients, inputs: Inputs) -> Made:
    clients("sns").set_topic_attributes(
        TopicArn=inputs["arn"], AttributeName="Policy", AttributeValue=inputs["policy"]
    )
    return Made(inputs["arn"], {})


TOPIC_POLICY = put(_put_topic_policy, goes_with_its_owner, "arn")


def _subscribe(clients: Clients, inputs: Inputs) -> Made:
    made = clients("sns").subscribe(
        TopicArn=inputs["topic"],
        Protocol=inputs["protocol"],
        Endpoint=inputs["endpoint"],
        ReturnSubscriptionArn=True,
    )
    return Made(made["SubscriptionArn"], {})


def _unsubscribe(clients: Clients, existing: Existing) -> None:
    clients("sns").unsubscribe(SubscriptionArn=existing.id)


TOPIC_SUBSCRIPTION = MadeKind(_subscribe, _unsubscribe)

MAKERS = {
    tokens.DASHBOARD: DASHBOARD,
    tokens.LOG_GROUP: LOG_GROUP,
    tokens.QUERY_DEFINITION: QUERY_DEFINITION,
    tokens.TOPIC: TOPIC,
    tokens.TOPIC_POLICY: TOPIC_POLICY,
    tokens.TOPIC_SUBSCRIPTION: TOPIC_SUBSCRIPTION,
}
