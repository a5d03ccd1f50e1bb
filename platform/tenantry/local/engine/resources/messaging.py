"""Queues, and what feeds functions from them."""

from typing import Any

from tenantry.local.engine.resources.maker import Clients, Existing, Inputs, Made, MadeKind, given
from tenantry.rules.kinds import tokens
from tenantry.rules.kinds.storage import QUEUE_ATTRIBUTES


def _make_queue(clients: Clients, inputs: Inputs) -> Made:
    sqs = clients("sqs")
    url = sqs.create_queue(QueueName=inputs["name"], Attributes=_attributes(inputs), tags=inputs["tags"])[
        "QueueUrl"
    ]
    return _queue_at(clients, url)


def _update_queue(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    sqs = clients("sqs")
    sqs.set_queue_attributes(QueueUrl=existing.id, Attributes=_attributes(inputs))
    sqs.tag_queue(QueueUrl=existing.id, Tags=inputs["tags"])
    return Made(existing.id, existing.outputs)


def _remove_queue(clients: Clients, existing: Existing) -> None:
    clients("sqs").delete_queue(QueueUrl=existing.id)


def _find_queue(clients: Clients, inputs: Inputs) -> Made:
    return _queue_at(clients, clients("sqs").get_queue_url(QueueName=inputs["name"])["QueueUrl"])


def _queue_at(clients: Clients, url: str) -> Made:
    found = clients("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return Made(url, {"url": url, "arn": found["Attributes"]["QueueArn"]})


def _attributes(inputs: Inputs) -> dict[str, str]:
    return {name: _said(inputs[key]) for key, name in QUEUE_ATTRIBUTES.items() if key in inputs}


QUEUE = MadeKind(_make_queue, _remove_queue, _update_queue, _find_queue, frozenset({"name"}))


def _make_event_source_mapping(clients: Clients, inputs: Inputs) -> Made:
    made = clients("lambda").create_event_source_mapping(
        EventSourceArn=inputs["eventSourceArn"],
        **_configuration(inputs),
        **given(Tags=inputs.get("tags")),
    )
    return Made(made["UUID"], {})


def _update_event_source_mapping(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    client = clients("lambda")
    updated = client.update_event_source_mapping(UUID=existing.id, **_configuration(inputs))
    client.tag_resource(Resource=updated["EventSourceMappingArn"], Tags=inputs.get("tags") or {})
    return Made(existing.id, existing.outputs)


def _remove_event_source_mapping(clients: Clients, existing: Existing) -> None:
    clients("lambda").delete_event_source_mapping(UUID=existing.id)


def _find_event_source_mapping(clients: Clients, inputs: Inputs) -> Made | None:
    found = clients("lambda").list_event_source_mappings(EventSourceArn=inputs["eventSourceArn"])
    return next((Made(each["UUID"], {}) for each in found["EventSourceMappings"]), None)


def _configuration(inputs: Inputs) -> dict[str, Any]:
    return {
        "FunctionName": inputs["functionName"],
        "BatchSize": int(inputs["batchSize"]),
        "FunctionResponseTypes": inputs["functionResponseTypes"],
        "ScalingConfig": {"MaximumConcurrency": int(inputs["scalingConfig"]["maximumConcurrency"])},
    }


EVENT_SOURCE_MAPPING = MadeKind(
    _make_event_source_mapping,
    _remove_event_source_mapping,
    _update_event_source_mapping,
    _find_event_source_mapping,
    frozenset({"eventSourceArn"}),
)


def _said(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else f"{value:.0f}"


MAKERS = {
    tokens.EVENT_SOURCE_MAPPING: EVENT_SOURCE_MAPPING,
    tokens.QUEUE: QUEUE,
}
