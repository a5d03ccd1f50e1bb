"""Send events again: by the id of their record, or all since a moment, from dead letters and stored records.

Dead letters go first, each into the queue before it leaves them, so that one may go twice and none is lost. A
receiver knows an event that comes again by its id.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from agreed import partitions
from agreed.identifiers import ID
from agreed.webhooks import AGAIN
from tenantry.errors import Failed
from tenantry.operations.dead_letters import BATCH, received
from tenantry.operations.patience import patiently
from tenantry.operations.webhooks.deployed import Deployed

DELIVERED = "delivered"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Pair(NamedTuple):
    """What goes again: a record, to a receiver."""

    id: str
    receiver: str


@dataclass(frozen=True, slots=True)
class Resending:
    """`receivers` are names, `queue` and `dead` URLs; `on_sent` is called with how many there are by now."""

    group: Deployed
    receivers: frozenset[str]
    queue: str
    dead: str
    sqs: Any
    on_sent: Callable[[int], None]
    sent: set[Pair] = field(default_factory=set)

    def one(self, record: str) -> int:
        """To each of the receivers, whether it took it before or not; how many entries that made."""
        self._dead_letters(lambda pair: pair.id == record, again=True)
        self._send((Pair(record, name) for name in sorted(self.receivers)), again=True)
        return len(self.sent)

    def since(self, epoch_ms: int, dynamodb: Any, *, everything: bool) -> int:
        """What was made since then and not delivered; how many entries that made.

        Args:
            everything: what was delivered too, and what was never meant for a receiver that is new.
        """
        first = first_id(epoch_ms)
        self._dead_letters(lambda pair: pair.id >= first, again=everything)
        for page in self._pages(first, dynamodb):
            pairs = (
                Pair(record["sk"]["S"], name)
                for record in page
                for name in sorted(self.receivers)
                if everything or self._state(record, name) not in (None, DELIVERED)
            )
            self._send(pairs, again=everything)
        return len(self.sent)

    def _state(self, record: dict[str, Any], receiver: str) -> str | None:
        """None where the record was not for the receiver."""
        webhooks = self.group.webhooks
        if receiver == webhooks.single:
            state = record.get(webhooks.single_state)
            return None if state is None else str(state["S"])
        known = next(each for each in self.group.group.records if each.kind == webhooks.record)
        name = next(each.name for each in known.fields if each.form == "deliveries")
        own = record.get(name, {"M": {}})["M"].get(receiver)
        return None if own is None else str(own["M"]["state"]["S"])

    def _pages(self, first: str, dynamodb: Any) -> Iterator[list[dict[str, Any]]]:
        group = self.group
        partition = partitions.records(group.tenant, group.group.name, group.webhooks.record)
        query: dict[str, Any] = {
            "TableName": group.table,
            "KeyConditionExpression": "pk = :partition AND sk >= :first",
            "ExpressionAttributeValues": {":partition": {"S": partition}, ":first": {"S": first}},
            "ConsistentRead": True,
        }
        while True:
            answer = patiently(lambda: dynamodb.query(**query))
            yield answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _dead_letters(self, wanted: Callable[[Pair], bool], *, again: bool) -> None:
        """Those that are not wanted are left, and visible again at the end."""
        left: dict[str, str] = {}
        try:
            while messages := received(self.sqs, self.dead):
                new = [each for each in messages if each["MessageId"] not in left]
                left |= {each["MessageId"]: each["ReceiptHandle"] for each in messages if each not in new}
                if not new:
                    return
                for message in new:
                    pair = self._pair(message["Body"])
                    if pair and pair.receiver in self.receivers and wanted(pair):
                        self._send([pair], again=again)
                        self.sqs.delete_message(QueueUrl=self.dead, ReceiptHandle=message["ReceiptHandle"])
                    else:
                        left[message["MessageId"]] = message["ReceiptHandle"]
        finally:
            handles = list(left.values())
            for start in range(0, len(handles), BATCH):  # one that is visible already fails alone
                self.sqs.change_message_visibility_batch(
                    QueueUrl=self.dead,
                    Entries=[
                        {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": 0}
                        for number, handle in enumerate(handles[start : start + BATCH])
                    ],
                )

    def _pair(self, body: str) -> Pair | None:
        """None for what is no entry."""
        try:
            entry = json.loads(body)
        except ValueError:
            return None
        identity = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(identity, str) or not ID.fullmatch(identity):
            return None
        return Pair(identity, entry.get("receiver") or self.group.webhooks.single)

    def _send(self, pairs: Iterable[Pair], *, again: bool) -> None:
        """Each pair once; `again` to one that has taken it meanwhile, too.

        Raises:
            Failed: SQS did not take all; what it took is sent.
        """
        fresh = [pair for pair in dict.fromkeys(pairs) if pair not in self.sent]
        for start in range(0, len(fresh), BATCH):
            some = fresh[start : start + BATCH]
            marked = {AGAIN: True} if again else {}
            bodies = [json.dumps({"id": each.id, "receiver": each.receiver, **marked}) for each in some]
            entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
            answer = self.sqs.send_message_batch(QueueUrl=self.queue, Entries=entries)
            self.sent.update(some[int(each["Id"])] for each in answer.get("Successful", []))
            self.on_sent(len(self.sent))
            for refused in answer.get("Failed", []):
                raise Failed(f"SQS did not take an entry ({refused['Code']}); run it again")


def first_id(epoch_ms: int) -> str:
    """The least ULID of that millisecond."""
    digits = ""
    for _ in range(10):
        epoch_ms, digit = divmod(epoch_ms, 32)
        digits = _CROCKFORD[digit] + digits
    return digits + "0" * 16
