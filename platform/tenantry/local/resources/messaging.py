"""Queues, and what feeds functions from them."""

from tenantry.local.resources.maker import Clients, Inputs, Made, given

# Queue's inputs -> SQS's attributes, whose values are strings.
ATTRIBUTES = {
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


def queue(clients: Clients, inputs: Inputs) -> Made:
    sqs = clients("sqs")
    attributes = {name: _said(inputs[key]) for key, name in ATTRIBUTES.items() if key in inputs}
    made = sqs.create_queue(QueueName=inputs["name"], Attributes=attributes, tags=inputs["tags"])
    url = made["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return Made(url, {"url": url, "arn": found["Attributes"]["QueueArn"]})


def event_source_mapping(clients: Clients, inputs: Inputs) -> Made:
    made = clients("lambda").create_event_source_mapping(
        **given(
            EventSourceArn=inputs["eventSourceArn"],
            FunctionName=inputs["functionName"],
            BatchSize=int(inputs["batchSize"]),
            FunctionResponseTypes=inputs["functionResponseTypes"],
            ScalingConfig={"MaximumConcurrency": int(inputs["scalingConfig"]["maximumConcurrency"])},
            Tags=inputs.get("tags"),
        )
    )
    return Made(made["UUID"], {})


def _said(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else f"{value:.0f}"
