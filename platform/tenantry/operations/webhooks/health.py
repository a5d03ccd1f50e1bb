"""Show which receivers are switched off, and switch one on again: records in the tenant's own partition."""

from typing import Any, Literal, NamedTuple

from agreed import partitions
from agreed.declarations import RECEIVER
from agreed.webhooks import FAILING_SINCE, OFF_REASON, OFF_SINCE, health_id
from tenantry.operations.webhooks.deployed import Deployed

State = Literal["on", "failing", "off"]


class Health(NamedTuple):
    """`since` is a moment, of what is not "on"; `reason` is why it was switched off."""

    state: State
    since: str | None = None
    reason: str | None = None


class Counts(NamedTuple):
    """About how many entries the group's queue has, of all its receivers together."""

    waiting: int
    resting: int
    dead: int


def health(group: Deployed, receiver: str, dynamodb: Any) -> Health:
    """Of the receiver at the address that it is deployed with; mail is always on."""
    answer = dynamodb.get_item(TableName=group.table, Key=_key(group, receiver), ConsistentRead=True)
    texts = {name: value["S"] for name, value in answer.get("Item", {}).items()}
    if OFF_SINCE in texts:
        return Health("off", texts[OFF_SINCE], texts.get(OFF_REASON))
    if FAILING_SINCE in texts:
        return Health("failing", texts[FAILING_SINCE])
    return Health("on")


def switch_on(group: Deployed, receiver: str, dynamodb: Any) -> Health:
    """How it was before. What failed until now is forgotten, too."""
    before = health(group, receiver, dynamodb)
    if before.state != "on":
        dynamodb.delete_item(TableName=group.table, Key=_key(group, receiver))
    return before


def counts(queue: str, dead: str, sqs: Any) -> Counts:
    """`queue` and `dead` are URLs."""
    waiting, resting = _numbers(queue, sqs)
    return Counts(waiting, resting, sum(_numbers(dead, sqs)))


def _numbers(queue: str, sqs: Any) -> tuple[int, int]:
    """Visible and hidden."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    said = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    visible, hidden = (int(said.get(name, 0)) for name in names)
    return visible, hidden


def _key(group: Deployed, receiver: str) -> dict[str, dict[str, str]]:
    partition = partitions.records(group.tenant, group.group.name, RECEIVER)
    return {"pk": {"S": partition}, "sk": {"S": health_id(receiver, group.url(receiver))}}
